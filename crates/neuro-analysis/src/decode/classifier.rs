//! Linear classification: whether a plane parts the states of two conditions.
//!
//! From features `x_t` (units) and labels of the trials `t`, the probability of the label `true` is
//! `1 / (1 + exp(-(b + w . x)))`, where `w` and `b` minimise
//!
//! ```equation
//! - sum_t ln P(label_t | x_t) + penalty / 2 |w|^2
//! ```
//!
//! (a sum over trials; `b` is not penalised), by Newton's method with halved steps: the minimum is
//! unique for a positive penalty, also when a plane parts the trials. With more units than trials
//! the fit runs in the span of the centred features, where the minimum lies.
//!
//! Source: T. Hastie, R. Tibshirani and J. Friedman 2009, The Elements of Statistical Learning,
//! chapters 4.4 and 18.3.5.

use nalgebra::{DMatrix, DVector};
use neuro_core::Streams;
use neuro_core::linalg::{Operand, matmul, solve, svd};

use super::{Folds, Scaling, check_features};
use crate::psychometric::{ln_logistic, logistic};
use crate::{Error, Proportion};

/// Newton steps of a fit; about 6 to 15 are needed.
const FIT_STEPS: usize = 100;
/// Halvings of a Newton step that does not lower the objective.
const HALVINGS: usize = 40;
/// Newton decrement, relative to the number of trials, that ends a fit.
const FIT_TOLERANCE: f64 = 1e-18;

/// A plane `intercept + weights . x = 0` between the states of two conditions.
#[derive(Clone, Debug, PartialEq)]
pub struct LinearClassifier {
    /// Change of the log odds of `true` per feature unit; the normal of the plane.
    pub weights: DVector<f64>,
    /// Log odds of `true` at features 0.
    pub intercept: f64,
    /// The minimum of the objective.
    pub objective: f64,
    /// Newton steps that were taken.
    pub iterations: usize,
    /// Whether the last step was below rounding; otherwise the bound of 100 steps was reached.
    pub converged: bool,
}

impl LinearClassifier {
    /// Log odds of the label `true` for each column of `features` (units x trials).
    ///
    /// # Errors
    /// [`neuro_core::Error::Shape`] when the number of units differs.
    pub fn log_odds(&self, features: &DMatrix<f64>) -> Result<Vec<f64>, Error> {
        let expected = (self.weights.len(), features.ncols());
        neuro_core::Error::check_shape("features to classify", expected, features.shape())?;
        let columns = features.column_iter();
        Ok(columns
            .map(|x| self.intercept + self.weights.dot(&x))
            .collect())
    }

    /// The likelier label of each column of `features` (units x trials): which side of the plane.
    ///
    /// # Errors
    /// [`neuro_core::Error::Shape`] when the number of units differs.
    pub fn predict(&self, features: &DMatrix<f64>) -> Result<Vec<bool>, Error> {
        let log_odds = self.log_odds(features)?;
        Ok(log_odds.into_iter().map(|odds| odds > 0.0).collect())
    }
}

/// Choices of a linear classification.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClassifierConfig {
    /// Penalty of the squared weights, positive, in squared feature units (in numbers when
    /// standardised); by default 1.
    pub penalty: f64,
    /// Whether the features are divided by their standard deviation over the training trials (a
    /// constant feature gets weight 0); by default so.
    pub standardize: bool,
    /// Number of folds of a cross-validation, at least 2; by default 5.
    pub folds: usize,
}

impl Default for ClassifierConfig {
    fn default() -> Self {
        Self {
            penalty: 1.0,
            standardize: true,
            folds: 5,
        }
    }
}

impl ClassifierConfig {
    /// Checks all values.
    ///
    /// # Errors
    /// [`neuro_core::Error::OutOfRange`].
    pub fn validate(&self) -> Result<(), Error> {
        let valid = self.penalty > 0.0 && self.penalty.is_finite();
        let what = "penalty of a classifier";
        neuro_core::Error::check_range(what, "positive and finite", self.penalty, valid)?;
        let folds = self.folds as f64;
        neuro_core::Error::check_range("number of folds", "at least 2", folds, self.folds >= 2)?;
        Ok(())
    }
}

/// A cross-validated classification.
#[derive(Clone, Debug, PartialEq)]
pub struct ClassifierValidation {
    /// The classifier fitted to all trials.
    pub classifier: LinearClassifier,
    /// Out-of-fold prediction of each trial.
    pub predictions: Vec<bool>,
    /// Share of the trials predicted correctly out of fold. Its interval takes trials as
    /// independent, which those of one cross-validation are only nearly.
    pub accuracy: Proportion,
    /// Mean of the shares predicted correctly among trials of either label, 0.5 by chance whatever
    /// their numbers.
    pub balanced_accuracy: f64,
    /// Share of the trials that the classifier fitted to all of them predicts correctly; 1 when its
    /// plane parts them.
    pub training_accuracy: f64,
    /// The folds, with either label spread evenly.
    pub folds: Folds,
}

/// The penalised logistic classifier of `labels` (one a trial) from `features` (units x trials).
///
/// # Errors
/// [`neuro_core::Error::Length`] when the numbers of trials differ,
/// [`neuro_core::Error::NonFinite`], [`neuro_core::Error::Empty`] without units,
/// [`Error::TooFewSamples`] for fewer than two trials, [`Error::Constant`] when all labels are
/// equal, those of [`ClassifierConfig::validate`], [`neuro_core::Error::Singular`] for a penalty so
/// small that rounding hides it.
///
/// ```
/// use neuro_analysis::decode::{ClassifierConfig, fit_classifier};
/// use neuro_core::nalgebra::DMatrix;
///
/// // Two conditions that differ in the difference of two units, not in either alone.
/// let states = DMatrix::from_row_slice(2, 4, &[0.0, 1.0, 2.0, 3.0, 1.0, 0.0, 3.0, 2.0]);
/// let labels = [true, false, true, false];
/// let plane = fit_classifier(&states, &labels, &ClassifierConfig::default())?;
/// assert!(plane.converged);
/// assert_eq!(plane.predict(&states)?, labels);
/// # Ok::<(), neuro_analysis::Error>(())
/// ```
pub fn fit_classifier(
    features: &DMatrix<f64>,
    labels: &[bool],
    config: &ClassifierConfig,
) -> Result<LinearClassifier, Error> {
    config.validate()?;
    check_data(features, labels, 1)?;
    let scaling = Scaling::of(features, config.standardize);
    let scaled = scaling.apply(features);
    let mut found = if scaled.nrows() > scaled.ncols() {
        let factors = svd(&scaled)?;
        let mut along = factors.v.transpose();
        for (mut row, s) in along.row_iter_mut().zip(factors.values.iter()) {
            row *= *s;
        }
        let mut found = minimise(&along, labels, config.penalty)?;
        found.weights = factors.u * found.weights;
        found
    } else {
        minimise(&scaled, labels, config.penalty)?
    };
    found.weights.component_div_assign(&scaling.scale);
    found.intercept -= found.weights.dot(&scaling.mean);
    Ok(found)
}

/// Classifies every trial by a plane fitted to the other folds, with folds drawn from stream
/// `index` of [`neuro_core::Domain::Analysis`].
///
/// # Errors
/// Those of [`fit_classifier`], and [`Error::TooFewSamples`] for fewer trials than folds or fewer
/// than two of either label.
pub fn cross_validate_classifier(
    features: &DMatrix<f64>,
    labels: &[bool],
    config: &ClassifierConfig,
    streams: Streams,
    index: u64,
) -> Result<ClassifierValidation, Error> {
    config.validate()?;
    // Spread evenly, two of a label are in two folds: every training set has one of them.
    check_data(features, labels, 2)?;
    let folds = Folds::stratified(labels, config.folds, streams, index)?;
    let mut predictions = vec![false; labels.len()];
    for fold in 0..folds.count() {
        let (train, test) = (folds.train(fold), folds.test(fold));
        let train_labels: Vec<bool> = train.iter().map(|&t| labels[t]).collect();
        let classifier = fit_classifier(&features.select_columns(&train), &train_labels, config)?;
        let predicted = classifier.predict(&features.select_columns(&test))?;
        for (&trial, label) in test.iter().zip(predicted) {
            predictions[trial] = label;
        }
    }
    let classifier = fit_classifier(features, labels, config)?;
    let fitted = classifier.predict(features)?;
    let of_label = |label: bool| {
        let trials = labels
            .iter()
            .zip(&predictions)
            .filter(|(l, _)| **l == label);
        let count = trials.clone().count();
        trials.filter(|(l, p)| l == p).count() as f64 / count as f64
    };
    let right = correct(labels, &predictions);
    let accuracy = Proportion::wilson(right, labels.len()).ok_or_else(|| Error::TooFewSamples {
        what: "accuracy of a classifier".into(),
        needed: 1,
        found: 0,
    })?;
    Ok(ClassifierValidation {
        accuracy,
        balanced_accuracy: f64::midpoint(of_label(false), of_label(true)),
        training_accuracy: correct(labels, &fitted) as f64 / labels.len() as f64,
        classifier,
        predictions,
        folds,
    })
}

fn correct(labels: &[bool], predictions: &[bool]) -> usize {
    labels
        .iter()
        .zip(predictions)
        .filter(|(l, p)| l == p)
        .count()
}

fn check_data(features: &DMatrix<f64>, labels: &[bool], of_either: usize) -> Result<(), Error> {
    check_features(features)?;
    neuro_core::Error::check_length("labels of a classifier", features.ncols(), labels.len())?;
    let positive = labels.iter().filter(|&&l| l).count();
    let fewer = positive.min(labels.len() - positive);
    if fewer == 0 {
        return Err(Error::Constant {
            what: "labels of a classifier".into(),
        });
    }
    if fewer < of_either {
        return Err(Error::TooFewSamples {
            what: "trials of either label".into(),
            needed: of_either,
            found: fewer,
        });
    }
    Ok(())
}

/// The minimum for features that need no scaling, by Newton's method.
fn minimise(x: &DMatrix<f64>, labels: &[bool], penalty: f64) -> Result<LinearClassifier, Error> {
    let (units, trials) = x.shape();
    // The intercept is the last parameter, of a feature that is always 1.
    let x = x.clone().insert_row(units, 1.0);
    let objective = |w: &DVector<f64>| {
        let log_odds = x.tr_mul(w);
        let likelihood: f64 = log_odds
            .iter()
            .zip(labels)
            .map(|(&odds, &label)| ln_logistic(if label { odds } else { -odds }))
            .sum();
        0.5 * penalty * w.rows(0, units).norm_squared() - likelihood
    };
    let mut w = DVector::zeros(units + 1);
    let mut value = objective(&w);
    let mut converged = false;
    let mut iterations = 0;
    let mut weighted = x.clone();
    let mut information = DMatrix::zeros(units + 1, units + 1);
    while iterations < FIT_STEPS && !converged {
        iterations += 1;
        let log_odds = x.tr_mul(&w);
        let error = DVector::from_fn(trials, |t, _| {
            // 1 - p as p of the other side: no digits are lost near 1.
            if labels[t] {
                logistic(-log_odds[t])
            } else {
                -logistic(log_odds[t])
            }
        });
        let mut gradient = &x * error;
        for (t, mut column) in weighted.column_iter_mut().enumerate() {
            let weight = logistic(log_odds[t]) * logistic(-log_odds[t]);
            column.copy_from(&(x.column(t) * weight));
        }
        let transposed = Operand::from(&x).transpose();
        let into = information.as_mut_slice();
        matmul(false, 1.0, Operand::from(&weighted), transposed, into)?;
        for i in 0..units {
            information[(i, i)] += penalty;
            gradient[i] -= penalty * w[i];
        }
        let right = DMatrix::from_column_slice(units + 1, 1, gradient.as_slice());
        let step = solve(&information, &right)?.column(0).into_owned();
        let decrement = step.dot(&gradient);
        converged = decrement <= FIT_TOLERANCE * trials as f64;
        let mut share = 1.0;
        for _ in 0..HALVINGS {
            let next = &w + &step * share;
            let next_value = objective(&next);
            // At the minimum the objective no longer resolves a step: accept what rounding hides.
            if next_value <= value + 1e-12 * value.abs() {
                (w, value) = (next, next_value);
                break;
            }
            share /= 2.0;
        }
    }
    Ok(LinearClassifier {
        intercept: w[units],
        weights: w.rows(0, units).into_owned(),
        objective: value,
        iterations,
        converged,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use neuro_core::Domain;
    use proptest::prelude::*;

    fn noise(rows: usize, columns: usize, seed: u64) -> DMatrix<f64> {
        let mut values = DMatrix::zeros(rows, columns);
        let mut normals = Streams::new(seed).normals(Domain::User, 0);
        normals.fill(values.as_mut_slice());
        values
    }

    fn alternating(trials: usize) -> Vec<bool> {
        (0..trials).map(|t| t % 2 == 0).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn the_gradient_vanishes_at_the_fit(
            units in 1usize..12, trials in 4usize..20, seed in 0u64..1000, exponent in -3..3,
            standardize in any::<bool>(),
        ) {
            let penalty = 10f64.powi(exponent);
            let (x, labels) = (noise(units, trials, seed), alternating(trials));
            let config = ClassifierConfig { penalty, standardize, folds: 2 };
            let found = fit_classifier(&x, &labels, &config).expect("two labels");
            prop_assert!(found.converged, "{found:?}");
            let scale = Scaling::of(&x, standardize).scale;
            let odds = found.log_odds(&x).expect("shapes");
            let error = DVector::from_fn(trials, |t, _| f64::from(labels[t]) - logistic(odds[t]));
            prop_assert!(error.sum().abs() < 1e-7);
            for i in 0..units {
                // Per original unit the penalty weighs with the squared scale.
                let pull = penalty * found.weights[i] * scale[i] * scale[i];
                prop_assert!((x.row(i).transpose().dot(&error) - pull).abs() < 1e-6);
            }
        }
    }

    #[test]
    fn a_weak_penalty_approaches_the_unpenalised_fit_of_one_feature() {
        let difference: Vec<f64> = (0..40).map(|t| f64::from(t) / 10.0 - 2.0).collect();
        let labels: Vec<bool> = (0..40).map(|t| t % 7 < 2 || t > 25).collect();
        let peer = crate::fit_logistic(&difference, &labels).expect("overlapping");
        let config = ClassifierConfig {
            penalty: 1e-9,
            standardize: false,
            folds: 2,
        };
        let x = DMatrix::from_row_slice(1, 40, &difference);
        let found = fit_classifier(&x, &labels, &config).expect("two labels");
        assert!((found.weights[0] - peer.slope).abs() < 1e-7);
        assert!((found.intercept - peer.bias).abs() < 1e-7);
    }

    #[test]
    fn a_plane_is_found_and_noise_is_not_classified() {
        let labels = alternating(80);
        let mut x = noise(100, 80, 1);
        let config = ClassifierConfig::default();
        let chance = cross_validate_classifier(&x, &labels, &config, Streams::new(2), 0);
        let chance = chance.expect("valid");
        // More units than trials: the fit parts any labels, the folds tell.
        assert_eq!(chance.training_accuracy, 1.0);
        assert!(chance.accuracy.fraction < 0.7);
        for (t, &label) in labels.iter().enumerate() {
            x[(3, t)] += if label { 6.0 } else { -6.0 };
            x[(4, t)] += if label { -6.0 } else { 6.0 };
        }
        let config = ClassifierConfig {
            standardize: false,
            ..config
        };
        let found = cross_validate_classifier(&x, &labels, &config, Streams::new(2), 0);
        let found = found.expect("valid");
        assert!(found.accuracy.fraction > 0.98 && found.balanced_accuracy > 0.98);
        assert!(found.classifier.weights[3] > 0.0 && found.classifier.weights[4] < 0.0);
    }

    #[test]
    fn a_silent_unit_gets_weight_zero() {
        let mut x = noise(3, 12, 4);
        x.row_mut(1).fill(0.1);
        let found = fit_classifier(&x, &alternating(12), &ClassifierConfig::default());
        let found = found.expect("two labels");
        assert_eq!(found.weights[1], 0.0);
        assert!(found.converged && found.intercept.is_finite());
    }

    #[test]
    fn bad_data_are_refused_by_name() {
        let x = noise(2, 6, 1);
        let config = ClassifierConfig::default();
        let found = fit_classifier(&x, &[true; 6], &config);
        assert!(matches!(found, Err(Error::Constant { .. })));
        let one = [true, false, false, false, false, false];
        let found = cross_validate_classifier(&x, &one, &config, Streams::new(0), 0);
        assert!(matches!(
            found,
            Err(Error::TooFewSamples {
                needed: 2,
                found: 1,
                ..
            })
        ));
        assert!(fit_classifier(&x, &[true, false], &config).is_err());
        assert!(fit_classifier(&(&x * f64::NAN), &alternating(6), &config).is_err());
        for (penalty, folds) in [(0.0, 5), (f64::NAN, 5), (1.0, 1)] {
            let config = ClassifierConfig {
                penalty,
                folds,
                ..config
            };
            assert!(fit_classifier(&x, &alternating(6), &config).is_err());
        }
        let config = ClassifierConfig { folds: 7, ..config };
        assert!(
            cross_validate_classifier(&x, &alternating(6), &config, Streams::new(0), 0).is_err()
        );
    }
}
