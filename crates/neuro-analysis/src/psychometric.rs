//! Psychometric curves: how choices depend on the difference of two stimuli.
//!
//! Trials are sorted into bins of the stimulus difference; each bin reports how often the
//! alternative was chosen and how often the choice was correct, with the 95 % score interval of
//! E. B. Wilson (1927, J. Am. Stat. Assoc. 22, 209): for `k` of `n` and `z = 1.96`,
//! `(k + z^2/2 +- z sqrt(k (n-k)/n + z^2/4)) / (n + z^2)`. A bin without trials has no fraction.
//!
//! [`fit_logistic`] fits `P(chosen) = 1 / (1 + exp(-(bias + slope d)))` to the single trials by
//! maximum likelihood. Lapses (choices that ignore the stimulus) are not modelled.

use crate::Error;

/// The 97.5 % quantile of the standard normal distribution.
const Z: f64 = 1.959_963_984_540_054;
/// Newton steps of a fit; quadratic convergence needs about 6.
const FIT_STEPS: usize = 100;
/// Halvings of a Newton step that does not raise the likelihood.
const HALVINGS: usize = 40;
/// Length of a Newton step (in standardised parameters) that ends a fit.
const FIT_TOLERANCE: f64 = 1e-10;

/// A fraction of some trials with its 95 % Wilson interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Proportion {
    /// Successes per trial.
    pub fraction: f64,
    /// Lower end of the interval, at least 0.
    pub lower: f64,
    /// Upper end of the interval, at most 1.
    pub upper: f64,
}

impl Proportion {
    /// `successes` of `trials`, or `None` without trials (or with more successes than trials).
    #[must_use]
    pub fn wilson(successes: usize, trials: usize) -> Option<Self> {
        if trials == 0 || successes > trials {
            return None;
        }
        let (k, n) = (successes as f64, trials as f64);
        let center = k + Z * Z / 2.0;
        let spread = Z * (k * (n - k) / n + Z * Z / 4.0).sqrt();
        Some(Self {
            fraction: k / n,
            lower: ((center - spread) / (n + Z * Z)).clamp(0.0, k / n),
            upper: ((center + spread) / (n + Z * Z)).clamp(k / n, 1.0),
        })
    }
}

/// The trials of one bin of the stimulus difference.
#[derive(Clone, Debug, PartialEq)]
pub struct PsychometricBin {
    /// Lower edge, inclusive.
    pub lower: f64,
    /// Upper edge, exclusive but for the last bin.
    pub upper: f64,
    /// Number of trials.
    pub count: usize,
    /// Mean stimulus difference of the trials.
    pub mean_difference: Option<f64>,
    /// Share of trials in which the alternative was chosen.
    pub chosen: Option<Proportion>,
    /// Share of trials with a correct choice.
    pub correct: Option<Proportion>,
}

/// Choices as a function of the stimulus difference.
#[derive(Clone, Debug, PartialEq)]
pub struct PsychometricCurve {
    /// The bins, by rising difference.
    pub bins: Vec<PsychometricBin>,
    /// Number of trials outside all bins.
    pub outside: usize,
}

/// Sorts trials into bins of their stimulus difference.
///
/// `difference`, `chosen` and `correct` have one value a trial; bin `i` holds the trials with
/// `edges[i] <= difference < edges[i + 1]`, the last bin also those at its upper edge.
///
/// # Errors
/// [`neuro_core::Error::Length`] when the numbers of trials differ,
/// [`neuro_core::Error::OutOfRange`] for fewer than two edges or edges that do not rise,
/// [`neuro_core::Error::NonFinite`].
///
/// ```
/// use neuro_analysis::psychometric_curve;
///
/// let difference = [-2.0, -1.5, -0.2, 0.3, 1.0, 1.8];
/// let chosen = [false, false, true, true, true, true];
/// let correct = [true, true, false, true, true, true];
/// let curve = psychometric_curve(&difference, &chosen, &correct, &[-2.0, -1.0, 1.0, 2.0, 3.0])?;
/// let fraction = |bin: usize| curve.bins[bin].chosen.map(|p| p.fraction);
/// assert_eq!([fraction(0), fraction(1), fraction(2)], [Some(0.0), Some(1.0), Some(1.0)]);
/// assert_eq!(fraction(3), None);
/// # Ok::<(), neuro_analysis::Error>(())
/// ```
pub fn psychometric_curve(
    difference: &[f64],
    chosen: &[bool],
    correct: &[bool],
    edges: &[f64],
) -> Result<PsychometricCurve, Error> {
    let trials = difference.len();
    neuro_core::Error::check_length("choices", trials, chosen.len())?;
    neuro_core::Error::check_length("correctness of choices", trials, correct.len())?;
    neuro_core::Error::check_finite("stimulus differences", difference)?;
    neuro_core::Error::check_finite("bin edges", edges)?;
    let bins = edges.len().saturating_sub(1);
    neuro_core::Error::check_range("number of bins", "at least 1", bins as f64, bins > 0)?;
    for pair in edges.windows(2) {
        let rises = pair[1] > pair[0];
        neuro_core::Error::check_range("bin edge", "above the edge before", pair[1], rises)?;
    }

    let mut tallies = vec![Tally::default(); bins];
    let mut outside = 0;
    for ((&d, &chosen), &correct) in difference.iter().zip(chosen).zip(correct) {
        let above = edges.partition_point(|&edge| edge <= d);
        let bin = match above {
            0 => None,
            _ if above <= bins => Some(above - 1),
            _ => (d == edges[bins]).then_some(bins - 1),
        };
        match bin {
            Some(bin) => tallies[bin].add(d, chosen, correct),
            None => outside += 1,
        }
    }
    let bins = edges
        .windows(2)
        .zip(&tallies)
        .map(|(pair, tally)| tally.bin(pair[0], pair[1]))
        .collect();
    Ok(PsychometricCurve { bins, outside })
}

#[derive(Clone, Default)]
struct Tally {
    count: usize,
    sum: f64,
    chosen: usize,
    correct: usize,
}

impl Tally {
    fn add(&mut self, difference: f64, chosen: bool, correct: bool) {
        self.count += 1;
        self.sum += difference;
        self.chosen += usize::from(chosen);
        self.correct += usize::from(correct);
    }

    fn bin(&self, lower: f64, upper: f64) -> PsychometricBin {
        PsychometricBin {
            lower,
            upper,
            count: self.count,
            mean_difference: (self.count > 0).then(|| self.sum / self.count as f64),
            chosen: Proportion::wilson(self.chosen, self.count),
            correct: Proportion::wilson(self.correct, self.count),
        }
    }
}

/// A fitted `P(chosen) = 1 / (1 + exp(-(bias + slope d)))`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LogisticFit {
    /// Log odds at difference 0.
    pub bias: f64,
    /// Change of the log odds per unit of difference.
    pub slope: f64,
    /// Natural logarithm of the likelihood at the maximum.
    pub log_likelihood: f64,
    /// Newton steps that were taken.
    pub iterations: usize,
}

impl LogisticFit {
    /// Probability of the choice at a stimulus difference.
    #[must_use]
    pub fn probability(&self, difference: f64) -> f64 {
        logistic(self.bias + self.slope * difference)
    }

    /// The difference at which both choices are equally likely; `None` for a flat curve.
    #[must_use]
    pub fn threshold(&self) -> Option<f64> {
        (self.slope != 0.0).then(|| -self.bias / self.slope)
    }
}

/// Fits a logistic curve to single trials by maximum likelihood (Newton's method with halved
/// steps; the likelihood is concave).
///
/// # Errors
/// [`neuro_core::Error::Length`] when the numbers of trials differ,
/// [`neuro_core::Error::NonFinite`], [`Error::TooFewSamples`] for fewer than two trials,
/// [`Error::Separable`] when only one choice was made or a stimulus value parts the two (then the
/// likelihood rises without bound), [`Error::NoVariance`] when all differences are equal,
/// [`neuro_core::Error::NoConvergence`] after 100 steps.
pub fn fit_logistic(difference: &[f64], chosen: &[bool]) -> Result<LogisticFit, Error> {
    let what = "logistic fit";
    let trials = difference.len();
    neuro_core::Error::check_length("choices", trials, chosen.len())?;
    neuro_core::Error::check_finite("stimulus differences", difference)?;
    if trials < 2 {
        return Err(Error::TooFewSamples {
            what: what.into(),
            needed: 2,
            found: trials,
        });
    }
    let range = |of: Option<bool>| {
        difference
            .iter()
            .zip(chosen)
            .filter(|(_, c)| of.is_none_or(|of| **c == of))
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), (d, _)| {
                (low.min(*d), high.max(*d))
            })
    };
    let (low, high) = range(None);
    // In units of half the range, which cannot overflow where a variance could.
    let (center, scale) = (low / 2.0 + high / 2.0, high / 2.0 - low / 2.0);
    if scale == 0.0 {
        return Err(Error::NoVariance { what: what.into() });
    }
    let ((low_no, high_no), (low_yes, high_yes)) = (range(Some(false)), range(Some(true)));
    // A missing choice has an empty range (infinity, -infinity) and counts as parted.
    if high_no <= low_yes || high_yes <= low_no {
        return Err(Error::Separable { what: what.into() });
    }
    let x: Vec<f64> = difference.iter().map(|d| (d - center) / scale).collect();

    let (mut a, mut b) = (0.0, 0.0);
    let mut likelihood = log_likelihood(&x, chosen, a, b);
    for iteration in 1..=FIT_STEPS {
        let (step_a, step_b) = newton_step(&x, chosen, a, b);
        let mut share = 1.0;
        let mut halvings = 0;
        loop {
            let (next_a, next_b) = (a + share * step_a, b + share * step_b);
            let next = log_likelihood(&x, chosen, next_a, next_b);
            // At the maximum the likelihood no longer resolves a step: accept what rounding hides.
            if next >= likelihood - 1e-12 * likelihood.abs() || halvings == HALVINGS {
                (a, b, likelihood) = (next_a, next_b, next);
                break;
            }
            share /= 2.0;
            halvings += 1;
        }
        if share == 1.0 && step_a.hypot(step_b) <= FIT_TOLERANCE * (1.0 + a.hypot(b)) {
            let slope = b / scale;
            return Ok(LogisticFit {
                bias: a - slope * center,
                slope,
                log_likelihood: likelihood,
                iterations: iteration,
            });
        }
    }
    Err(neuro_core::Error::NoConvergence {
        what: what.into(),
        iterations: FIT_STEPS,
    }
    .into())
}

/// `H^-1 g` with the gradient `g` and the information `H` of the log likelihood at `(a, b)`.
fn newton_step(x: &[f64], chosen: &[bool], a: f64, b: f64) -> (f64, f64) {
    let (mut g0, mut g1, mut h00, mut h01, mut h11) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for (&x, &chosen) in x.iter().zip(chosen) {
        let p = logistic(a + b * x);
        let error = f64::from(chosen) - p;
        let weight = p * (1.0 - p);
        g0 += error;
        g1 += error * x;
        h00 += weight;
        h01 += weight * x;
        h11 += weight * x * x;
    }
    let determinant = h00 * h11 - h01 * h01;
    (
        (h11 * g0 - h01 * g1) / determinant,
        (h00 * g1 - h01 * g0) / determinant,
    )
}

fn log_likelihood(x: &[f64], chosen: &[bool], a: f64, b: f64) -> f64 {
    x.iter()
        .zip(chosen)
        .map(|(&x, &chosen)| {
            let log_odds = a + b * x;
            ln_logistic(if chosen { log_odds } else { -log_odds })
        })
        .sum()
}

/// `ln(logistic(x))`, without overflow on either side.
pub(crate) fn ln_logistic(x: f64) -> f64 {
    x.min(0.0) - (-x.abs()).exp().ln_1p()
}

pub(crate) fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn wilson_intervals_match_published_values() {
        // R. G. Newcombe 1998, Statistics in Medicine 17, 857, table I, method 3.
        for (k, n, lower, upper) in [
            (81, 263, 0.2553, 0.3662),
            (15, 148, 0.0624, 0.1605),
            (0, 20, 0.0, 0.1611),
            (1, 29, 0.0061, 0.1718),
        ] {
            let found = Proportion::wilson(k, n).expect("some trials");
            assert!((found.lower - lower).abs() < 5.1e-5, "{k}/{n}: {found:?}");
            assert!((found.upper - upper).abs() < 5.1e-5, "{k}/{n}: {found:?}");
        }
        assert_eq!(Proportion::wilson(0, 0), None);
    }

    #[test]
    fn edges_belong_to_the_bin_above_but_for_the_last() {
        let difference = [-1.0, 0.0, 1.0, -1.5, 1.5];
        let chosen = [false, true, true, false, true];
        let curve =
            psychometric_curve(&difference, &chosen, &[true; 5], &[-1.0, 0.0, 1.0]).expect("valid");
        assert_eq!(
            (curve.bins[0].count, curve.bins[1].count, curve.outside),
            (1, 2, 2)
        );
        assert_eq!(curve.bins[1].mean_difference, Some(0.5));
        assert_eq!(curve.bins[1].chosen.map(|p| p.fraction), Some(1.0));
        assert_eq!(curve.bins[0].correct.map(|p| p.fraction), Some(1.0));
    }

    #[test]
    fn an_empty_bin_reports_no_fraction() {
        let curve = psychometric_curve(&[], &[], &[], &[0.0, 1.0]).expect("no trials are fine");
        let bin = &curve.bins[0];
        assert_eq!(
            (bin.count, bin.chosen, bin.correct, bin.mean_difference),
            (0, None, None, None)
        );
    }

    #[test]
    fn bad_trials_and_edges_are_refused() {
        assert!(psychometric_curve(&[0.0], &[], &[true], &[0.0, 1.0]).is_err());
        assert!(psychometric_curve(&[0.0], &[true], &[], &[0.0, 1.0]).is_err());
        assert!(psychometric_curve(&[f64::NAN], &[true], &[true], &[0.0, 1.0]).is_err());
        for edges in [
            &[][..],
            &[0.0],
            &[0.0, 0.0],
            &[1.0, 0.0],
            &[0.0, f64::INFINITY],
        ] {
            assert!(psychometric_curve(&[0.5], &[true], &[true], edges).is_err());
        }
    }

    #[test]
    fn the_fit_of_two_stimuli_meets_both_fractions() {
        // With two stimulus values the model is saturated: log odds ln(1/3) at 1, ln(4) at 3.
        let difference = [1.0, 1.0, 1.0, 1.0, 3.0, 3.0, 3.0, 3.0, 3.0];
        let chosen = [true, false, false, false, true, true, true, true, false];
        let fit = fit_logistic(&difference, &chosen).expect("overlapping choices");
        assert!((fit.probability(1.0) - 0.25).abs() < 1e-12);
        assert!((fit.probability(3.0) - 0.8).abs() < 1e-12);
        assert!((fit.slope - 12f64.ln() / 2.0).abs() < 1e-12);
        let likelihood = 0.25f64.ln() + 3.0 * 0.75f64.ln() + 4.0 * 0.8f64.ln() + 0.2f64.ln();
        assert!((fit.log_likelihood - likelihood).abs() < 1e-12);
        let threshold = fit.threshold().expect("not flat");
        assert!((fit.probability(threshold) - 0.5).abs() < 1e-12);
    }

    #[test]
    fn separable_and_constant_trials_are_refused_by_name() {
        for (difference, chosen) in [
            (vec![-1.0, -0.5, 0.5, 1.0], vec![false, false, true, true]),
            (vec![-1.0, -0.5, 0.5, 1.0], vec![true, true, false, false]),
            (vec![-1.0, 0.0, 0.0, 1.0], vec![false, false, true, true]),
            (vec![-1.0, 1.0], vec![true, true]),
        ] {
            let found = fit_logistic(&difference, &chosen);
            assert!(matches!(found, Err(Error::Separable { .. })), "{found:?}");
        }
        let found = fit_logistic(&[2.0, 2.0], &[true, false]);
        assert!(matches!(found, Err(Error::NoVariance { .. })));
        assert!(matches!(
            fit_logistic(&[1.0], &[true]),
            Err(Error::TooFewSamples { .. })
        ));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        #[test]
        fn intervals_hold_their_fraction(n in 1usize..500, share in 0.0..=1.0) {
            let k = (share * n as f64) as usize;
            let p = Proportion::wilson(k, n).expect("some trials");
            prop_assert!(0.0 <= p.lower && p.lower <= p.fraction);
            prop_assert!(p.fraction <= p.upper && p.upper <= 1.0 && p.upper > p.lower);
        }

        #[test]
        fn every_trial_is_in_one_bin_or_outside(
            difference in proptest::collection::vec(-3.0..3.0, 0..60),
        ) {
            let flags: Vec<bool> = difference.iter().map(|d| *d > 0.0).collect();
            let curve = psychometric_curve(&difference, &flags, &flags, &[-2.0, -1.0, 0.0, 0.5, 2.0])
                .expect("valid");
            let inside: usize = curve.bins.iter().map(|bin| bin.count).sum();
            prop_assert_eq!(inside + curve.outside, difference.len());
        }

        #[test]
        fn a_fit_meets_the_number_and_the_sum_of_the_choices(
            trials in proptest::collection::vec((-3.0..3.0f64, 0.0..1.0f64), 20..80),
            size in -6..6i32,
            offset in -5.0..5.0f64,
        ) {
            // The two equations of the maximum, for data drawn with bias 0.5 and slope 1.5.
            let unit = 10f64.powi(size);
            let difference: Vec<f64> = trials.iter().map(|(d, _)| (d + offset) * unit).collect();
            let chosen: Vec<bool> =
                trials.iter().map(|(d, u)| *u < logistic(0.5 + 1.5 * d)).collect();
            match fit_logistic(&difference, &chosen) {
                Ok(fit) => {
                    let (mut first, mut second) = (0.0, 0.0);
                    for (d, c) in difference.iter().zip(&chosen) {
                        let error = f64::from(*c) - fit.probability(*d);
                        first += error;
                        second += error * d / unit;
                    }
                    prop_assert!(first.abs() < 1e-7 && second.abs() < 1e-6, "{first} {second}");
                    prop_assert!(fit.iterations < 30);
                }
                Err(Error::Separable { .. }) => {}
                Err(other) => return Err(TestCaseError::fail(other.to_string())),
            }
        }
    }
}
