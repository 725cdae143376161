//! How wide a text will be, without a font at hand, and where to break it.

/// Width of a text in pixels at a font size. Widths are those of Arial and its metric twins, with
/// an eighth added for the wider fonts that may stand in for them: labels keep clear of each other
/// in any of them.
pub(super) fn width(text: &str, size: f64) -> f64 {
    let ems: f64 = text.chars().map(em).sum();
    1.125 * size * ems
}

/// Width of one character in units of the font size.
fn em(character: char) -> f64 {
    match character {
        'i' | 'j' | 'l' | '\'' | '|' => 0.222,
        ' ' | 'f' | 't' | 'I' | '.' | ',' | ':' | ';' | '/' | '!' | '[' | ']' | '(' | ')' => 0.3,
        'r' | '-' | '"' | '{' | '}' | '*' => 0.36,
        'c' | 'k' | 's' | 'v' | 'x' | 'y' | 'z' | 'J' => 0.5,
        'w' | 'C' | 'D' | 'H' | 'N' | 'R' | 'U' => 0.722,
        'G' | 'O' | 'Q' => 0.778,
        'm' | 'M' | '%' => 0.86,
        'W' | '@' => 0.98,
        'A'..='Z' => 0.667,
        '\u{2070}'..='\u{207f}' | '\u{b2}' | '\u{b3}' | '\u{b9}' => 0.4,
        '\u{2e80}'..='\u{ffff}' => 1.0,
        _ => 0.57,
    }
}

/// Breaks a text into lines of at most `widest` pixels, between words where it can be, within a
/// word where it must.
pub(super) fn wrap(text: &str, size: f64, widest: f64) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        let longer = if line.is_empty() {
            word.to_string()
        } else {
            format!("{line} {word}")
        };
        if width(&longer, size) <= widest {
            line = longer;
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        for character in word.chars() {
            line.push(character);
            if width(&line, size) > widest && line.chars().count() > 1 {
                line.pop();
                lines.push(std::mem::take(&mut line));
                line.push(character);
            }
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_keep_within_the_width_and_lose_no_letter() {
        let text = "A long label with an unbreakableandverylongwordinthemiddle of it (ms)";
        for widest in [40.0, 100.0, 300.0, 1000.0] {
            let lines = wrap(text, 13.0, widest);
            assert!(lines.iter().all(|line| width(line, 13.0) <= widest));
            let letters = |text: &str| text.replace(' ', "");
            assert_eq!(letters(&lines.concat()), letters(text));
        }
        assert_eq!(wrap(text, 13.0, 1000.0), [text]);
        assert!(wrap("  ", 13.0, 100.0).is_empty());
    }
}
