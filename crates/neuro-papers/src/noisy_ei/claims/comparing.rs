//! Claims that compare groups of networks by one P value.

use neuro_analysis::statistics::{
    Adjustment, Alternative, RankSumConfig, dunn, fisher_exact, kruskal_wallis, rank_sum,
};

use super::Deciding;
use crate::claims::{brief, median};
use crate::study::truth;
use crate::{Error, Rule, Scale};

/// Below this P value two groups are called different.
const LEVEL: f64 = 0.05;

/// The values of a group of networks, and what the group is called.
#[derive(Clone, Debug)]
pub(super) struct Sample {
    pub(super) name: String,
    pub(super) values: Vec<f64>,
}

/// A group with its values.
pub(super) fn sample(name: &str, values: Vec<f64>) -> Sample {
    Sample {
        name: name.into(),
        values,
    }
}

impl Sample {
    fn finite(&self) -> Vec<f64> {
        self.values
            .iter()
            .copied()
            .filter(|v| v.is_finite())
            .collect()
    }

    /// Name, median and size.
    fn words(&self) -> String {
        let finite = self.finite();
        let missing = self.values.len() - finite.len();
        let missing = match missing {
            0 => String::new(),
            count => format!(", {count} without a value"),
        };
        let n = finite.len();
        match n {
            0 => format!("{}: n = 0{missing}", self.name),
            _ => format!(
                "{}: median {} (n = {n}{missing})",
                self.name,
                brief(median(&finite))
            ),
        }
    }
}

/// All groups in words.
fn note(samples: &[Sample]) -> String {
    let words: Vec<String> = samples.iter().map(Sample::words).collect();
    words.join("; ")
}

/// A two-sided P value, or 2 - P when the effect goes the other way.
fn directed(p_value: f64, expected: bool) -> f64 {
    if expected { p_value } else { 2.0 - p_value }
}

/// P of the rank-sum test that `larger` has the larger values; a NaN without values.
fn p_larger(larger: &Sample, smaller: &Sample) -> f64 {
    let found = rank_sum(
        &larger.finite(),
        &smaller.finite(),
        &RankSumConfig::default(),
    );
    // Equal ranks are no effect in either direction.
    found.map_or(f64::NAN, |f| directed(f.p_value, f.rank_biserial() >= 0.0))
}

/// P of the test of Kruskal and Wallis that the last group has larger values than the first.
fn p_rising(samples: &[Sample]) -> (f64, f64) {
    let values: Vec<Vec<f64>> = samples.iter().map(Sample::finite).collect();
    kruskal_wallis(&values).map_or((f64::NAN, f64::NAN), |found| {
        let ends = [found.mean_ranks.first(), found.mean_ranks.last()];
        (directed(found.p_value, ends[1] >= ends[0]), found.h)
    })
}

/// Largest adjusted P of Dunn's test over all pairs that the later group has the larger values.
fn p_all_rising(samples: &[Sample]) -> f64 {
    let values: Vec<Vec<f64>> = samples.iter().map(Sample::finite).collect();
    let found = dunn(&values, Adjustment::Bonferroni);
    found.map_or(f64::NAN, |found| {
        let pairs = found.comparisons.iter();
        // The z of a pair is positive where the earlier group is the larger one.
        let of = pairs.map(|pair| directed(pair.adjusted_p_value, pair.z <= 0.0));
        of.fold(f64::NAN, f64::max)
    })
}

const OTHER_WAY: &str = "(2 - P when the effect goes the other way)";

impl Deciding<'_> {
    /// Claims that one group has larger values than another.
    pub(super) fn larger(
        &mut self,
        figure: &str,
        id: &str,
        statement: &str,
        quantity: &str,
        larger: Sample,
        smaller: Sample,
    ) -> Result<(), Error> {
        let words = format!(
            "P of the rank-sum test that {quantity} is larger ({} against {}) {OTHER_WAY}",
            larger.name, smaller.name
        );
        let p_value = p_larger(&larger, &smaller);
        let rule = compare(Rule::below(&words, LEVEL), &note(&[larger, smaller]));
        self.claim(figure, id, statement, &rule, &[p_value])
    }

    /// Claims that values differ between several groups and are larger in the last than in the first.
    pub(super) fn rising(
        &mut self,
        figure: &str,
        id: &str,
        statement: &str,
        quantity: &str,
        samples: &[Sample],
    ) -> Result<(), Error> {
        let words = format!(
            "P of the test of Kruskal and Wallis on {quantity}, with larger ranks in the last group than \
             in the first {OTHER_WAY},"
        );
        let (p_value, h) = p_rising(samples);
        let rule = Rule::below(&words, LEVEL);
        let rule = compare(rule, &format!("H = {h:.1}; {}", note(samples)));
        self.claim(figure, id, statement, &rule, &[p_value])
    }

    /// Claims that every group has larger values than each one before it.
    pub(super) fn all_rising(
        &mut self,
        figure: &str,
        id: &str,
        statement: &str,
        quantity: &str,
        samples: &[Sample],
    ) -> Result<(), Error> {
        let words = format!(
            "largest P of Dunn's test (Bonferroni) over all pairs of groups on {quantity}, each later \
             group larger {OTHER_WAY},"
        );
        let p_value = p_all_rising(samples);
        let rule = compare(Rule::below(&words, LEVEL), &note(samples));
        self.claim(figure, id, statement, &rule, &[p_value])
    }

    /// Claims that medians rise from group to group.
    pub(super) fn ordered(
        &mut self,
        figure: &str,
        id: &str,
        statement: &str,
        quantity: &str,
        samples: &[Sample],
    ) -> Result<(), Error> {
        let words = format!("medians of {quantity} rise from group to group");
        let medians: Vec<f64> = samples.iter().map(|s| median(&s.values)).collect();
        let holds = medians.len() > 1 && medians.windows(2).all(|pair| pair[0] < pair[1]);
        let rule = compare(Rule::holds(&words), &note(samples));
        self.claim(figure, id, statement, &rule, &[truth(holds)])
    }

    /// Claims that groups do not differ.
    pub(super) fn alike(
        &mut self,
        figure: &str,
        id: &str,
        statement: &str,
        quantity: &str,
        samples: &[Sample],
    ) -> Result<(), Error> {
        let (test, p_value) = if let [one, other] = samples {
            let config = RankSumConfig::default();
            let found = rank_sum(&one.finite(), &other.finite(), &config);
            ("rank-sum test", found.map_or(f64::NAN, |f| f.p_value))
        } else {
            let values: Vec<Vec<f64>> = samples.iter().map(Sample::finite).collect();
            let found = kruskal_wallis(&values);
            let p_value = found.map_or(f64::NAN, |f| f.p_value);
            ("test of Kruskal and Wallis", p_value)
        };
        let words = format!("P of the {test} on {quantity}");
        let rule = compare(Rule::at_least(&words, LEVEL), &note(samples));
        self.claim(figure, id, statement, &rule, &[p_value])
    }

    /// Claims that more networks learned in one group than in another (successes and failures).
    pub(super) fn more_learned(
        &mut self,
        figure: &str,
        id: &str,
        statement: &str,
        [more, fewer]: [(&str, [usize; 2]); 2],
    ) -> Result<(), Error> {
        let words = format!(
            "P of Fisher's exact test that more networks learned ({} against {}) {OTHER_WAY}",
            more.0, fewer.0
        );
        let p_value = p_more_learned(more.1, fewer.1);
        let shares =
            [more, fewer].map(|(name, [yes, no])| format!("{name}: {yes} of {}", yes + no));
        let rule = compare(Rule::below(&words, LEVEL), &shares.join("; "));
        self.claim(figure, id, statement, &rule, &[p_value])
    }

    /// Claims that a share of networks that learned agrees with one that the paper reports.
    pub(super) fn agrees(
        &mut self,
        figure: &str,
        id: &str,
        statement: &str,
        ours: [usize; 2],
        paper: [usize; 2],
    ) -> Result<(), Error> {
        let [yes, no] = paper;
        let words = format!(
            "P of Fisher's exact test of our networks against the paper's {yes} of {}",
            yes + no
        );
        let some = ours[0] + ours[1] > 0;
        let found = fisher_exact([ours, paper], Alternative::TwoSided);
        let p_value = found.map_or(f64::NAN, |f| f.p_value);
        let p_value = if some { p_value } else { f64::NAN };
        let counted = format!("{} of {} networks learned", ours[0], ours[0] + ours[1]);
        let rule = compare(Rule::at_least(&words, LEVEL), &counted);
        self.claim(figure, id, statement, &rule, &[p_value])
    }
}

/// P of Fisher's exact test that the first group learned more often; a NaN without networks.
fn p_more_learned(more: [usize; 2], fewer: [usize; 2]) -> f64 {
    let share = |[yes, no]: [usize; 2]| yes as f64 / (yes + no) as f64;
    if more[0] + more[1] == 0 || fewer[0] + fewer[1] == 0 {
        return f64::NAN;
    }
    let found = fisher_exact([more, fewer], Alternative::TwoSided);
    found.map_or(f64::NAN, |f| {
        directed(f.p_value, share(more) >= share(fewer))
    })
}

/// A rule on the one value of a comparison.
pub(super) fn compare(rule: Rule, note: &str) -> Rule {
    rule.of("comparison").from_scale(Scale::Paper).noting(note)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(from: i32) -> Vec<f64> {
        (from..from + 10).map(f64::from).collect()
    }

    #[test]
    fn an_effect_in_the_wrong_direction_is_far_from_the_level() {
        let (low, high) = (sample("low", numbers(0)), sample("high", numbers(20)));
        let p = p_larger(&high, &low);
        // All ten above all ten.
        assert!(p < 1e-3, "{p}");
        assert!((p_larger(&low, &high) - (2.0 - p)).abs() < 1e-12);
        let (rising, h) = p_rising(&[low.clone(), sample("middle", numbers(9)), high.clone()]);
        assert!(rising < 1e-4 && h > 20.0, "{rising} {h}");
        let (falling, _) = p_rising(&[high, low]);
        assert!(falling > 1.99);
    }

    #[test]
    fn all_pairs_rise_only_when_every_step_does() {
        let many = |from: i32| -> Vec<f64> { (from..from + 40).map(f64::from).collect() };
        let steps = [0, 50, 100].map(|from| sample("group", many(from)));
        assert!(p_all_rising(&steps) < 1e-4);
        let level = [0, 100, 100].map(|from| sample("group", many(from)));
        assert_eq!(p_all_rising(&level), 1.0);
        let falls = [0, 100, 50].map(|from| sample("group", many(from)));
        assert!(p_all_rising(&falls) > 1.99);
    }

    #[test]
    fn groups_without_values_decide_nothing() {
        let (some, none) = (
            sample("some", numbers(0)),
            sample("none", vec![f64::NAN; 3]),
        );
        assert!(p_larger(&some, &none).is_nan());
        assert!(p_rising(&[some.clone(), none.clone()]).0.is_nan());
        assert!(p_more_learned([0, 0], [3, 4]).is_nan());
        assert_eq!(none.words(), "none: n = 0, 3 without a value");
        assert_eq!(some.words(), "some: median 4.5 (n = 10)");
    }

    #[test]
    fn shares_are_compared_by_fisher() {
        // 50 of 50 against 33 of 50, the paper's own numbers.
        let p = p_more_learned([50, 0], [33, 17]);
        assert!(p < 1e-4, "{p}");
        assert!(p_more_learned([33, 17], [50, 0]) > 1.9);
    }
}
