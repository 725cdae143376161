//! Rules: what must hold in a network, and in how many networks.

use std::fmt;

use neuro_analysis::statistics::summary;
use neuro_core::Error as CoreError;

use super::Verdict;
use crate::Error;
use crate::options::Scale;

/// The shares of networks, from 0 to 1, from which on a claim is reproduced or partly reproduced.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share {
    /// Least share for "reproduced"; above 0, at most 1.
    pub reproduced: f64,
    /// Least share for "partly"; above 0, at most `reproduced`.
    pub partly: f64,
}

impl Default for Share {
    /// Four networks of five; partly from every second on.
    fn default() -> Self {
        Self {
            reproduced: 0.8,
            partly: 0.5,
        }
    }
}

/// What a value must satisfy.
#[derive(Clone, Debug)]
enum Condition {
    AtLeast(f64),
    AtMost(f64),
    Above(f64),
    Below(f64),
    Between(f64, f64),
    /// In words, and as a function of the value.
    When(String, fn(f64) -> bool),
    /// The value is 1 where the statement holds and 0 where it does not.
    Holds,
}

/// A condition on one value of each network, with the share of networks that must satisfy it.
#[derive(Clone, Debug)]
pub struct Rule {
    quantity: String,
    condition: Condition,
    share: Share,
    smallest: Scale,
    of: String,
    note: String,
}

/// The outcome of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Judged {
    pub(super) verdict: Verdict,
    pub(super) measured: String,
}

impl Rule {
    fn new(quantity: &str, condition: Condition) -> Self {
        Self {
            quantity: quantity.into(),
            condition,
            share: Share::default(),
            smallest: Scale::Smoke,
            of: "networks".into(),
            note: String::new(),
        }
    }

    /// `quantity >= limit`.
    #[must_use]
    pub fn at_least(quantity: &str, limit: f64) -> Self {
        Self::new(quantity, Condition::AtLeast(limit))
    }

    /// `quantity <= limit`.
    #[must_use]
    pub fn at_most(quantity: &str, limit: f64) -> Self {
        Self::new(quantity, Condition::AtMost(limit))
    }

    /// `quantity > limit`.
    #[must_use]
    pub fn above(quantity: &str, limit: f64) -> Self {
        Self::new(quantity, Condition::Above(limit))
    }

    /// `quantity < limit`.
    #[must_use]
    pub fn below(quantity: &str, limit: f64) -> Self {
        Self::new(quantity, Condition::Below(limit))
    }

    /// `low <= quantity <= high`.
    #[must_use]
    pub fn between(quantity: &str, low: f64, high: f64) -> Self {
        Self::new(quantity, Condition::Between(low, high))
    }

    /// Any condition on the quantity; `words` complete the sentence "quantity …".
    #[must_use]
    pub fn when(quantity: &str, words: &str, condition: fn(f64) -> bool) -> Self {
        Self::new(quantity, Condition::When(words.into(), condition))
    }

    /// A condition that was looked at elsewhere: the value of a network is 1 where the statement
    /// holds and 0 where it does not (`f64::from(bool)`).
    #[must_use]
    pub fn holds(statement: &str) -> Self {
        Self::new(statement, Condition::Holds)
    }

    /// Sets the shares of networks; the default is 0.8 for reproduced, 0.5 for partly.
    #[must_use]
    pub fn share(mut self, share: Share) -> Self {
        self.share = share;
        self
    }

    /// The smallest scale at which the rule can be decided; the default is smoke. Below it the
    /// verdict is [`Verdict::NeedsPaperScale`].
    #[must_use]
    pub fn from_scale(mut self, smallest: Scale) -> Self {
        self.smallest = smallest;
        self
    }

    /// What is counted, in the plural, when it is not networks: sessions, units …
    #[must_use]
    pub fn of(mut self, what: &str) -> Self {
        self.of = what.into();
        self
    }

    /// What else was measured, as words that stand behind the values: the sizes and medians of the
    /// groups of a comparison. It decides nothing.
    #[must_use]
    pub fn noting(mut self, words: &str) -> Self {
        self.note = words.into();
        self
    }

    fn holds_for(&self, value: f64) -> bool {
        value.is_finite()
            && match self.condition {
                Condition::AtLeast(limit) => value >= limit,
                Condition::AtMost(limit) => value <= limit,
                Condition::Above(limit) => value > limit,
                Condition::Below(limit) => value < limit,
                Condition::Between(low, high) => (low..=high).contains(&value),
                Condition::When(_, condition) => condition(value),
                Condition::Holds => value >= 0.5,
            }
    }

    fn validate(&self) -> Result<(), CoreError> {
        let Share { reproduced, partly } = self.share;
        let within = |share: f64| share > 0.0 && share <= 1.0;
        let range = "above 0, at most 1";
        CoreError::check_range(
            "share for reproduced",
            range,
            reproduced,
            within(reproduced),
        )?;
        let holds = within(partly) && partly <= reproduced;
        let range = "above 0, at most the share for reproduced";
        CoreError::check_range("share for partly", range, partly, holds)?;
        let limits = match self.condition {
            Condition::AtLeast(limit)
            | Condition::AtMost(limit)
            | Condition::Above(limit)
            | Condition::Below(limit) => vec![limit],
            Condition::Between(low, high) => vec![low, high],
            Condition::When(..) | Condition::Holds => vec![],
        };
        CoreError::check_finite(&format!("limits on {}", self.quantity), &limits)
    }

    pub(super) fn judge(&self, values: &[f64], scale: Scale) -> Result<Judged, Error> {
        self.validate()?;
        let held = values
            .iter()
            .filter(|value| self.holds_for(**value))
            .count();
        // Nothing to look at is no evidence; below paper scale it may only be missing.
        let share = held as f64 / values.len().max(1) as f64;
        let untested = values.is_empty() && scale < Scale::Paper;
        let verdict = if scale < self.smallest || untested {
            Verdict::NeedsPaperScale
        } else if share >= self.share.reproduced {
            Verdict::Reproduced
        } else if share >= self.share.partly {
            Verdict::Partly
        } else {
            Verdict::NotReproduced
        };
        let measured = self.measured(held, values);
        Ok(Judged { verdict, measured })
    }

    fn measured(&self, held: usize, values: &[f64]) -> String {
        let total = values.len();
        let mut text = format!("{held} of {total} {}", self.of);
        let mut finite: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
        finite.sort_by(f64::total_cmp);
        match (&self.condition, finite.len()) {
            (Condition::Holds, _) | (_, 0) => {}
            (_, 1) => text.push_str(&format!("; value {}", brief(finite[0]))),
            (_, count) => {
                text.push_str(&format!(
                    "; median {}, range {} to {}",
                    brief(median(&finite)),
                    brief(finite[0]),
                    brief(finite[count - 1])
                ));
            }
        }
        if finite.len() < total {
            let without = total - finite.len();
            text.push_str(&format!("; {without} without a finite value"));
        }
        if !self.note.is_empty() {
            text.push_str(&format!("; {}", self.note));
        }
        text
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quantity = &self.quantity;
        match &self.condition {
            Condition::AtLeast(limit) => write!(f, "{quantity} at least {limit}")?,
            Condition::AtMost(limit) => write!(f, "{quantity} at most {limit}")?,
            Condition::Above(limit) => write!(f, "{quantity} above {limit}")?,
            Condition::Below(limit) => write!(f, "{quantity} below {limit}")?,
            Condition::Between(low, high) => write!(f, "{quantity} from {low} to {high}")?,
            Condition::When(words, _) => write!(f, "{quantity} {words}")?,
            Condition::Holds => write!(f, "{quantity}")?,
        }
        let Share { reproduced, partly } = self.share;
        let (reproduced, partly) = (brief(100.0 * reproduced), brief(100.0 * partly));
        let of = &self.of;
        write!(
            f,
            " in at least {reproduced} % of {of} (partly: {partly} %)"
        )?;
        if self.smallest > Scale::Smoke {
            write!(f, ", from scale {} on", self.smallest)?;
        }
        Ok(())
    }
}

/// Median of the finite values; NaN without any.
pub(crate) fn median(values: &[f64]) -> f64 {
    let finite = values.iter().copied().filter(|v| v.is_finite());
    let finite: Vec<f64> = finite.collect();
    summary(&finite).map_or(f64::NAN, |found| found.median)
}

/// Rounded to four significant digits.
pub(crate) fn four_digits(value: f64) -> f64 {
    // The text is a number that was just written; it reads back.
    format!("{value:.3e}").parse().unwrap_or(value)
}

/// Four significant digits without trailing zeros.
pub(crate) fn brief(value: f64) -> String {
    let rounded = four_digits(value);
    let size = rounded.abs();
    if size != 0.0 && !(1e-4..1e7).contains(&size) {
        return format!("{rounded:e}");
    }
    rounded.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(rule: &Rule, values: &[f64]) -> Verdict {
        rule.judge(values, Scale::Paper)
            .expect("a valid rule")
            .verdict
    }

    #[test]
    fn the_share_of_networks_decides() {
        let rule = Rule::at_least("accuracy", 0.9);
        for (held, expected) in [
            (5, Verdict::Reproduced),
            (4, Verdict::Reproduced),
            (3, Verdict::Partly),
            (2, Verdict::NotReproduced),
            (0, Verdict::NotReproduced),
        ] {
            let mut values = [0.1; 5];
            values[..held].fill(0.9);
            assert_eq!(verdict(&rule, &values), expected, "{held} of 5");
        }
        let strict = rule.share(Share {
            reproduced: 1.0,
            partly: 0.9,
        });
        assert_eq!(
            verdict(&strict, &[0.9, 0.9, 0.9, 0.1]),
            Verdict::NotReproduced
        );
    }

    #[test]
    fn limits_belong_to_at_least_and_at_most_but_not_to_above_and_below() {
        for (rule, inside, outside) in [
            (Rule::at_least("q", 1.0), 1.0, 0.999),
            (Rule::at_most("q", 1.0), 1.0, 1.001),
            (Rule::above("q", 1.0), 1.001, 1.0),
            (Rule::below("q", 1.0), 0.999, 1.0),
            (Rule::between("q", -1.0, 1.0), -1.0, -1.001),
            (Rule::when("q", "is even", |q| q % 2.0 == 0.0), 4.0, 3.0),
            (Rule::holds("the slope changes sign"), 1.0, 0.0),
        ] {
            assert_eq!(verdict(&rule, &[inside]), Verdict::Reproduced, "{rule}");
            assert_eq!(verdict(&rule, &[outside]), Verdict::NotReproduced, "{rule}");
        }
    }

    #[test]
    fn a_network_without_a_finite_value_counts_against_the_claim() {
        for rule in [
            Rule::at_least("q", 0.5),
            Rule::when("q", "is not 7", |q| q != 7.0),
        ] {
            let values = [1.0, f64::NAN, f64::INFINITY, 1.0];
            let judged = rule.judge(&values, Scale::Quick).expect("four networks");
            assert_eq!(judged.verdict, Verdict::Partly);
            assert_eq!(
                judged.measured,
                "2 of 4 networks; median 1, range 1 to 1; 2 without a finite value"
            );
        }
    }

    #[test]
    fn a_rule_for_the_paper_scale_gives_no_verdict_below_it() {
        let rule = Rule::above("q", 0.0).from_scale(Scale::Paper);
        let quick = rule.judge(&[1.0], Scale::Quick).expect("one network");
        assert_eq!(quick.verdict, Verdict::NeedsPaperScale);
        assert_eq!(quick.measured, "1 of 1 networks; value 1");
        assert_eq!(verdict(&rule, &[1.0]), Verdict::Reproduced);
    }

    #[test]
    fn a_note_stands_behind_the_values_and_decides_nothing() {
        let rule = Rule::below("P of the comparison", 0.05).of("comparison");
        let noted = rule.clone().noting("medians 3 (n = 5) and 4 (n = 6)");
        let judged = noted.judge(&[0.25], Scale::Paper).expect("one value");
        let expected = "0 of 1 comparison; value 0.25; medians 3 (n = 5) and 4 (n = 6)";
        assert_eq!(judged.measured, expected);
        assert_eq!(judged.verdict, verdict(&rule, &[0.25]));
        assert_eq!(noted.to_string(), rule.to_string());
    }

    #[test]
    fn nothing_to_look_at_is_no_evidence() {
        let rule = Rule::above("q", 0.0);
        let verdict = |scale| rule.judge(&[], scale).expect("a rule").verdict;
        assert_eq!(verdict(Scale::Quick), Verdict::NeedsPaperScale);
        assert_eq!(verdict(Scale::Paper), Verdict::NotReproduced);
    }

    #[test]
    fn rules_that_make_no_sense_are_refused() {
        let scale = Scale::Paper;
        assert!(Rule::above("q", f64::NAN).judge(&[1.0], scale).is_err());
        for (reproduced, partly) in [(0.5, 0.8), (1.2, 0.5), (0.5, 0.0), (f64::NAN, 0.1)] {
            let rule = Rule::above("q", 0.0).share(Share { reproduced, partly });
            assert!(rule.judge(&[1.0], scale).is_err(), "{reproduced} {partly}");
        }
    }

    #[test]
    fn numbers_are_brief_but_not_rounded_over_a_limit() {
        assert_eq!(brief(0.94996), "0.95");
        assert_eq!(brief(0.9494), "0.9494");
        assert_eq!(brief(-12.0), "-12");
        assert_eq!(brief(1.23456e-9), "1.235e-9");
        assert_eq!(brief(0.0), "0");
    }
}
