//! "Did you mean": the known word nearest to a mistyped one.

/// The word of `known` nearest to `typed`, when one is near enough to be meant.
///
/// Near enough: at most one slip (a letter missing, added, wrong, or two swapped) for every three
/// letters typed, or `typed` is the beginning of exactly one known word.
pub(crate) fn nearest<'a>(
    typed: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let typed = typed.to_lowercase();
    let limit = (typed.chars().count() / 3).max(1);
    let mut best: Option<(usize, &str)> = None;
    let mut beginnings = Vec::new();
    for word in known {
        let lower = word.to_lowercase();
        if !typed.is_empty() && lower.starts_with(&typed) {
            beginnings.push(word);
        }
        let slips = distance(&typed, &lower);
        if slips <= limit && best.is_none_or(|(fewest, _)| slips < fewest) {
            best = Some((slips, word));
        }
    }
    match beginnings[..] {
        [only] => Some(only),
        _ => best.map(|(_, word)| word),
    }
}

/// Number of letters to insert, delete, replace or swap with their neighbour.
fn distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.chars().collect();
    let b: Vec<char> = b.chars().collect();
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for (i, row) in rows.iter_mut().enumerate() {
        row[0] = i;
    }
    for j in 0..=b.len() {
        rows[0][j] = j;
    }
    for i in 1..=a.len() {
        for j in 1..=b.len() {
            let replace = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut fewest = replace.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                fewest = fewest.min(rows[i - 2][j - 2] + 1);
            }
            rows[i][j] = fewest;
        }
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_of_the_finger_find_the_word_meant() {
        let known = ["scale", "seed", "seeds", "threads", "resume"];
        for (typed, meant) in [
            ("sclae", Some("scale")),
            ("thread", Some("threads")),
            ("res", Some("resume")),
            ("SEED", Some("seed")),
            ("colour", None),
            ("", None),
        ] {
            assert_eq!(nearest(typed, known), meant, "{typed}");
        }
    }

    #[test]
    fn swapped_neighbours_are_one_slip() {
        assert_eq!(distance("sacle", "scale"), 1);
        assert_eq!(distance("abc", ""), 3);
    }
}
