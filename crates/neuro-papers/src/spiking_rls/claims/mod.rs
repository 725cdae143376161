//! What the paper states, and the rule that decides each statement.
//!
//! A network *follows* its targets when the correlation over time, averaged over units, is at least
//! [`FOLLOWS`] in single test trials; the same is decided for the average over trials, and the correlation of
//! the last loop of training stands beside both. Where the paper's words are "fails" or "does not follow" the
//! limit is [`FAILS`]. A network that was silent in a test has no score, and does not follow.
//!
//! Every rule looks at all networks of its group; one whose training broke off counts as one for which the
//! rule does not hold, and in a comparison as the worst. Comparisons of groups are one-sided rank-sum tests
//! in the direction of the statement. Scans are decided on their points. Rules were fixed before any run at
//! paper scale; later changes are listed in `docs/papers/spiking_rls.md`.

mod balanced;
mod capacity;
mod cortical;
mod errors;
mod families;
mod learning;
mod theory;
mod weak;

#[cfg(test)]
mod tests;

pub(super) use capacity::longest;

use neuro_analysis::spearman;

use super::group::{Group, Kind};
use super::measured::{Learned, Measured, Test};
use crate::claims::{brief, median};
use crate::study::{self, p_smaller, truth};
use crate::{Error, Rule, Scale};

/// The claims that are being decided, and on what.
pub(super) type Deciding<'a> = study::Deciding<'a, Measured>;

/// Decides all claims that belong to the figures that were asked for.
pub(super) fn decide(all: &mut Deciding<'_>) -> Result<(), Error> {
    learning::decide(all)?;
    families::decide(all)?;
    balanced::decide(all)?;
    cortical::decide(all)?;
    errors::decide(all)?;
    capacity::decide(all)?;
    theory::decide(all)?;
    weak::decide(all)
}

/// Correlation from which on a network follows its targets. The paper gives none; 0.9 is the limit of Figure
/// 7 only.
const FOLLOWS: f64 = 0.8;

/// Correlation up to which it does not.
const FAILS: f64 = 0.5;

/// Correlation of what "closely matches".
const CLOSE: f64 = 0.9;

/// P below which a comparison counts.
const SIGNIFICANT: f64 = 0.05;

const fn one(kind: Kind) -> [Group; 1] {
    [Group::Single(kind)]
}

fn or_nan(value: Option<f64>) -> f64 {
    value.unwrap_or(f64::NAN)
}

/// Mean over single trials; NaN for a silent network.
fn single(found: &Learned) -> f64 {
    or_nan(found.test().and_then(Test::single))
}

/// The trace averaged over trials; NaN for a silent network.
fn averaged(found: &Learned) -> f64 {
    or_nan(found.test().and_then(|test| test.averaged))
}

fn training(found: &Learned) -> f64 {
    or_nan(found.test().map(|test| test.training))
}

fn rate(found: &Learned) -> f64 {
    or_nan(found.test().map(|test| test.rate))
}

/// A score that counts silence as no correlation: for statements that learning fails.
fn or_silent(score: f64, found: &Learned) -> f64 {
    let silent = found.test().is_some_and(|test| test.silent > 0);
    if silent { 0.0 } else { score }
}

/// Values of a group, and what they are called.
struct Sample<'a> {
    name: &'a str,
    values: Vec<f64>,
}

impl Sample<'_> {
    fn words(&self) -> String {
        let finite = self.values.iter().filter(|v| v.is_finite()).count();
        let (name, n) = (self.name, self.values.len());
        match finite {
            0 => format!("{name}: n = {n}, none with a value"),
            _ => format!(
                "{name}: median {} (n = {n}, {} without a value)",
                brief(median(&self.values)),
                n - finite
            ),
        }
    }
}

impl Deciding<'_> {
    /// One value of each network of some groups that learn.
    fn learned(&self, groups: &[Group], value: impl Fn(&Learned) -> f64) -> Vec<f64> {
        self.each(groups, |found| found.learned().map_or(f64::NAN, &value))
    }

    fn sample<'b>(
        &self,
        name: &'b str,
        groups: &[Group],
        value: impl Fn(&Learned) -> f64,
    ) -> Sample<'b> {
        Sample {
            name,
            values: self.learned(groups, value),
        }
    }

    /// Claims that networks follow their targets, in single trials and on average.
    fn follows(
        &mut self,
        figure: &str,
        id: &str,
        statement: &str,
        groups: &[Group],
        from: Scale,
    ) -> Result<(), Error> {
        let scores = [
            ("training", self.learned(groups, training)),
            ("single trials", self.learned(groups, single)),
            ("average of trials", self.learned(groups, averaged)),
        ];
        let words = scores
            .iter()
            .map(|(name, values)| format!("{name} {}", brief(median(values))));
        let note = format!("medians: {}", words.collect::<Vec<_>>().join(", "));
        let rule = Rule::at_least("correlation in single test trials", FOLLOWS);
        let rule = rule.from_scale(from).noting(&note);
        self.claim(figure, id, statement, &rule, &scores[1].1)?;
        let rule = Rule::at_least("correlation of the average over test trials", FOLLOWS);
        let rule = rule.from_scale(from).noting(&note);
        let id = format!("{id}-averaged");
        let statement = format!("{statement} (average over trials)");
        self.claim(figure, &id, &statement, &rule, &scores[2].1)
    }

    /// Claims that one group has smaller values than another.
    fn smaller(
        &mut self,
        figure: &str,
        id: &str,
        statement: &str,
        quantity: &str,
        [smaller, larger]: [Sample<'_>; 2],
    ) -> Result<(), Error> {
        let words = format!(
            "one-sided P of the rank-sum test that {quantity} is smaller ({} against {})",
            smaller.name, larger.name
        );
        let note = format!("{}; {}", smaller.words(), larger.words());
        let rule = Rule::below(&words, SIGNIFICANT).of("comparison");
        let rule = rule.from_scale(Scale::Paper).noting(&note);
        let p_value = p_smaller(&smaller.values, &larger.values);
        self.claim(figure, id, statement, &rule, &p_value)
    }

    /// Claims that medians of a score rise from group to group.
    fn ordered(
        &mut self,
        figure: &str,
        id: &str,
        statement: &str,
        quantity: &str,
        samples: &[Sample<'_>],
        from: Scale,
    ) -> Result<(), Error> {
        let names: Vec<&str> = samples.iter().map(|s| s.name).collect();
        let words = format!(
            "medians of {quantity} rise in the order {}",
            names.join(", ")
        );
        let medians: Vec<f64> = samples.iter().map(|s| median(&s.values)).collect();
        let holds = medians.windows(2).all(|pair| pair[0] < pair[1]);
        let note: Vec<String> = samples.iter().map(Sample::words).collect();
        let rule = Rule::holds(&words).of("comparison").from_scale(from);
        let value = self.compared(samples, truth(holds));
        self.claim(
            figure,
            id,
            statement,
            &rule.noting(&note.join("; ")),
            &value,
        )
    }

    /// Claims that medians of groups are no further apart than `apart`.
    fn alike(
        &mut self,
        figure: &str,
        id: &str,
        statement: &str,
        quantity: &str,
        samples: &[Sample<'_>],
        (apart, from): (f64, Scale),
    ) -> Result<(), Error> {
        let words = format!("largest distance of the medians of {quantity}");
        let medians: Vec<f64> = samples.iter().map(|s| median(&s.values)).collect();
        let far = medians.iter().any(|m| m.is_nan());
        let low = medians.iter().copied().fold(f64::INFINITY, f64::min);
        let high = medians.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let distance = if far { f64::NAN } else { high - low };
        let note: Vec<String> = samples.iter().map(Sample::words).collect();
        let rule = Rule::at_most(&words, apart)
            .of("comparison")
            .from_scale(from);
        let value = self.compared(samples, distance);
        self.claim(
            figure,
            id,
            statement,
            &rule.noting(&note.join("; ")),
            &value,
        )
    }

    /// The value of a comparison; none when a group has no networks.
    fn compared(&self, samples: &[Sample<'_>], value: f64) -> Vec<f64> {
        if samples.iter().any(|s| s.values.is_empty()) {
            return Vec::new();
        }
        vec![value]
    }
}

/// Spearman's coefficient; none without points, NaN when it does not exist.
fn rank_correlation(points: &[(f64, f64)]) -> Vec<f64> {
    if points.is_empty() {
        return Vec::new();
    }
    let (x, y): (Vec<f64>, Vec<f64>) = points.iter().copied().unzip();
    vec![spearman(&x, &y).map_or(f64::NAN, |found| found.coefficient)]
}
