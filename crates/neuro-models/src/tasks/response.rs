//! Tasks that are answered by the level of one output, and when an answer is correct.

use std::fmt::Debug;
use std::ops::Range;

use neuro_core::{Scalar, Task};

/// A task with one output that should take one of two levels in a response window.
///
/// During a response window the output should stay at one of two levels. [`PeakRule`] asks whether
/// it got there at all, as the papers of Kim & Sejnowski do; it is lenient, one noisy sample is
/// enough. [`WindowMeanRule`] asks where it was on average.
///
/// ```
/// use neuro_models::tasks::{Answer, CorrectTrial, PeakRule, WindowMeanRule};
///
/// // One peak above 0.7 in a window that is mostly below 0.
/// let answer = Answer::of([-0.5, -0.5, 0.8, -0.5]).expect("four samples");
/// let levels = [-1.0, 1.0];
/// assert!(PeakRule::default().is_correct(1.0, levels, &answer));
/// assert!(!WindowMeanRule.is_correct(1.0, levels, &answer));
/// ```
pub trait ResponseTask<T: Scalar = f64>: Task<T> {
    /// The level of class 0 and that of class 1.
    fn levels(&self) -> [f64; 2];

    /// The steps of the response window; output `k` is the one after step `k`.
    fn response(&self) -> Range<usize>;
}

/// What an output did in the response window.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Answer {
    /// Its highest value.
    pub highest: f64,
    /// Its lowest value.
    pub lowest: f64,
    /// Its mean.
    pub mean: f64,
}

impl Answer {
    /// The answer that the samples of a window make; `None` without samples. A sample that is not a
    /// number makes all three so.
    #[must_use]
    pub fn of(window: impl IntoIterator<Item = f64>) -> Option<Self> {
        let (mut highest, mut lowest) = (f64::NEG_INFINITY, f64::INFINITY);
        let (mut sum, mut count) = (0.0, 0);
        for o in window {
            highest = highest.max(o);
            lowest = lowest.min(o);
            sum += o;
            count += 1;
        }
        let mean = sum / f64::from(count);
        if mean.is_nan() && count > 0 {
            // `max` and `min` pass over what is not a number.
            (highest, lowest) = (mean, mean);
        }
        (count > 0).then_some(Self {
            highest,
            lowest,
            mean,
        })
    }
}

/// Decides whether a trial was answered correctly.
pub trait CorrectTrial: Debug {
    /// Whether `answer` is right where `level`, one of `levels`, should be.
    fn is_correct(&self, level: f64, levels: [f64; 2], answer: &Answer) -> bool;
}

/// The output must get to its level at least once: above `active` for a positive level, below
/// `-active` for a negative one; for the level 0 it must stay within `silent` throughout.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PeakRule {
    /// Size that the output must exceed for a level other than 0, in its unit; default 0.7.
    pub active: f64,
    /// Size that the output must not exceed for the level 0; default 0.3.
    pub silent: f64,
}

impl Default for PeakRule {
    fn default() -> Self {
        Self {
            active: 0.7,
            silent: 0.3,
        }
    }
}

impl CorrectTrial for PeakRule {
    fn is_correct(&self, level: f64, _levels: [f64; 2], answer: &Answer) -> bool {
        if level > 0.0 {
            answer.highest > self.active
        } else if level < 0.0 {
            answer.lowest < -self.active
        } else {
            answer.highest < self.silent && answer.lowest > -self.silent
        }
    }
}

/// The mean of the window must be nearer to its level than to the other one: for the levels -1 and
/// 1 it must have the right sign.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WindowMeanRule;

impl CorrectTrial for WindowMeanRule {
    fn is_correct(&self, level: f64, levels: [f64; 2], answer: &Answer) -> bool {
        let other = levels[0] + levels[1] - level;
        (answer.mean - level).abs() < (answer.mean - other).abs()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(window: &[f64]) -> Answer {
        Answer::of(window.iter().copied()).expect("not empty")
    }

    #[test]
    fn the_peak_rule_is_strict_at_its_thresholds() {
        let (rule, levels) = (PeakRule::default(), [-1.0, 1.0]);
        assert!(!rule.is_correct(1.0, levels, &answer(&[0.7, 0.0])));
        assert!(rule.is_correct(1.0, levels, &answer(&[0.71, -0.9])));
        assert!(rule.is_correct(-1.0, levels, &answer(&[0.71, -0.9])));
        assert!(!rule.is_correct(-1.0, levels, &answer(&[-0.7])));
        assert!(rule.is_correct(0.0, [0.0, 1.0], &answer(&[0.29, -0.29])));
        assert!(!rule.is_correct(0.0, [0.0, 1.0], &answer(&[0.1, -0.3])));
    }

    #[test]
    fn the_window_mean_decides_for_the_nearer_level() {
        let (signs, go) = ([-1.0, 1.0], [0.0, 1.0]);
        assert!(WindowMeanRule.is_correct(1.0, signs, &answer(&[0.3, -0.2])));
        assert!(!WindowMeanRule.is_correct(-1.0, signs, &answer(&[0.3, -0.2])));
        assert!(WindowMeanRule.is_correct(0.0, go, &answer(&[0.4, 0.5])));
        assert!(!WindowMeanRule.is_correct(1.0, go, &answer(&[0.4, 0.5])));
        // Half way is no answer.
        assert!(!WindowMeanRule.is_correct(1.0, signs, &answer(&[0.0])));
    }

    #[test]
    fn an_output_that_is_not_a_number_is_never_correct() {
        let answer = answer(&[1.0, f64::NAN, -1.0]);
        for level in [-1.0, 0.0, 1.0] {
            assert!(!PeakRule::default().is_correct(level, [level, 1.0], &answer));
            assert!(!WindowMeanRule.is_correct(level, [level, 1.0], &answer));
        }
        assert!(Answer::of([]).is_none());
    }
}
