//! Ridge regression: numbers read linearly from states, with the penalty chosen by
//! cross-validation.
//!
//! From features `x_t` (units) and targets `y_t` of the trials `t`, each target is decoded as
//! `b + w . x`, where `w` and `b` minimise
//!
//! ```equation
//! sum_t (y_t - b - w . x_t)^2 + penalty |w|^2
//! ```
//!
//! (a sum over trials, so that the same penalty matters less with more of them; `b` is not
//! penalised). With the centred features `X = U diag(s) V^T` the minimum is
//! `w = U diag(s / (s^2 + penalty)) V^T y`: one decomposition serves all penalties and targets, with
//! fewer or more trials than units. At penalty 0 it is the least-squares solution of smallest norm;
//! singular values below `max(units, trials) * epsilon` of the largest count as 0.
//!
//! Source: A. E. Hoerl and R. W. Kennard 1970, Technometrics 12, 55; G. C. Cawley and N. L. C.
//! Talbot 2010, J. Mach. Learn. Res. 11, 2079 (why the penalty is chosen within the training
//! trials).

use nalgebra::{DMatrix, DVector};
use neuro_core::linalg::svd;
use neuro_core::{Domain, Streams};

use super::penalty::check_penalty;
use super::{Folds, PenaltySelection, RidgeConfig, Scaling, check_features, cross_validation};
use crate::Error;

/// Targets read linearly from states.
#[derive(Clone, Debug, PartialEq)]
pub struct LinearDecoder {
    /// Weights, targets x units, in target units per feature unit.
    pub weights: DMatrix<f64>,
    /// Value of each target at features 0.
    pub intercept: DVector<f64>,
}

impl LinearDecoder {
    /// The targets (targets x trials) decoded from features (units x trials).
    ///
    /// # Errors
    /// [`neuro_core::Error::Shape`] when the number of units differs.
    pub fn predict(&self, features: &DMatrix<f64>) -> Result<DMatrix<f64>, Error> {
        let expected = (self.weights.ncols(), features.ncols());
        neuro_core::Error::check_shape("features to decode", expected, features.shape())?;
        let mut predicted = &self.weights * features;
        for mut column in predicted.column_iter_mut() {
            column += &self.intercept;
        }
        Ok(predicted)
    }
}

/// A cross-validated decoder.
#[derive(Clone, Debug, PartialEq)]
pub struct RidgeDecoding {
    /// The decoder fitted to all trials, at [`penalties`](Self::penalties).
    pub decoder: LinearDecoder,
    /// The penalty of each target with the least out-of-fold error over all trials.
    pub penalties: Vec<f64>,
    /// The penalty with which each fold was predicted, folds x targets.
    pub fold_penalties: DMatrix<f64>,
    /// Out-of-fold predictions, targets x trials.
    pub predictions: DMatrix<f64>,
    /// `1 - sum (y - predicted)^2 / sum (y - mean)^2` of each target over all trials, out of fold;
    /// 0 for guessing the mean, and below 0 for worse.
    pub r_squared: Vec<f64>,
    /// Mean squared out-of-fold error of each penalty, penalties x targets.
    pub mean_squared_error: DMatrix<f64>,
    /// The folds.
    pub folds: Folds,
}

/// The decoder of `targets` (targets x trials) from `features` (units x trials) at one penalty.
///
/// # Errors
/// [`neuro_core::Error::Shape`] when the numbers of trials differ,
/// [`neuro_core::Error::NonFinite`], [`neuro_core::Error::Empty`] without units or targets,
/// [`Error::TooFewSamples`] for fewer than two trials, [`neuro_core::Error::OutOfRange`] for a
/// negative penalty, [`Error::Constant`] for a target that does not vary,
/// [`neuro_core::Error::NoConvergence`].
pub fn fit_ridge(
    features: &DMatrix<f64>,
    targets: &DMatrix<f64>,
    penalty: f64,
    standardize: bool,
) -> Result<LinearDecoder, Error> {
    check_penalty(penalty)?;
    check_data(features, targets)?;
    let factors = Factors::of(features, targets, standardize)?;
    Ok(factors.decoder(&vec![penalty; targets.nrows()]))
}

/// Decodes `targets` (targets x trials) from `features` (units x trials) out of fold, choosing the
/// penalty of each target, with folds drawn from stream `index` of [`Domain::Analysis`].
///
/// Of penalties with the same error the largest is chosen.
///
/// # Errors
/// Those of [`fit_ridge`] and of [`RidgeConfig::validate`], and [`Error::TooFewSamples`] for fewer
/// trials than folds, the inner folds of a training set included.
///
/// ```
/// use neuro_analysis::decode::{RidgeConfig, cross_validate_ridge};
/// use neuro_core::{Streams, nalgebra::DMatrix};
///
/// // A stimulus that three units carry with different gains, on top of their own fluctuations.
/// let stimulus = DMatrix::from_fn(1, 60, |_, t| (t as f64 * 0.7).sin());
/// let states = DMatrix::from_fn(3, 60, |i, t| {
///     (i as f64 + 1.0) * stimulus[(0, t)] + 0.1 * ((t * t * (i + 2)) as f64).cos()
/// });
/// let found = cross_validate_ridge(&states, &stimulus, &RidgeConfig::default(), Streams::new(1), 0)?;
/// assert!(found.r_squared[0] > 0.98);
/// # Ok::<(), neuro_analysis::Error>(())
/// ```
pub fn cross_validate_ridge(
    features: &DMatrix<f64>,
    targets: &DMatrix<f64>,
    config: &RidgeConfig,
    streams: Streams,
    index: u64,
) -> Result<RidgeDecoding, Error> {
    config.validate()?;
    check_data(features, targets)?;
    let (count, trials) = targets.shape();
    let mut normals = streams.normals(Domain::Analysis, index);
    let folds = Folds::draw(trials, config.folds, &mut normals)?;
    let smallest = trials - trials.div_ceil(config.folds);
    if let PenaltySelection::Nested { folds: inner } = config.selection {
        cross_validation::check(smallest, inner)?;
    }

    let errors = squared_errors(features, targets, &folds, config)?;
    let best = choose(&errors, &config.penalties);
    let mut fold_penalties = DMatrix::zeros(folds.count(), count);
    let mut predictions = DMatrix::zeros(count, trials);
    for fold in 0..folds.count() {
        let (train, test) = (folds.train(fold), folds.test(fold));
        let (x, y) = (
            features.select_columns(&train),
            targets.select_columns(&train),
        );
        let penalties = match config.selection {
            PenaltySelection::Plain => best.clone(),
            PenaltySelection::Nested { folds: inner } => {
                let inner = Folds::draw(train.len(), inner, &mut normals)?;
                choose(&squared_errors(&x, &y, &inner, config)?, &config.penalties)
            }
        };
        let decoder = Factors::of(&x, &y, config.standardize)?.decoder(&penalties);
        let predicted = decoder.predict(&features.select_columns(&test))?;
        for (column, &trial) in predicted.column_iter().zip(&test) {
            predictions.set_column(trial, &column);
        }
        for (target, &penalty) in penalties.iter().enumerate() {
            fold_penalties[(fold, target)] = penalty;
        }
    }
    let r_squared = (0..count).map(|target| {
        let (y, predicted) = (targets.row(target), predictions.row(target));
        let mean = y.mean();
        1.0 - (y - predicted).norm_squared() / y.add_scalar(-mean).norm_squared()
    });
    Ok(RidgeDecoding {
        r_squared: r_squared.collect(),
        decoder: Factors::of(features, targets, config.standardize)?.decoder(&best),
        penalties: best,
        fold_penalties,
        predictions,
        mean_squared_error: errors / trials as f64,
        folds,
    })
}

/// Sums of squared out-of-fold errors, penalties x targets.
fn squared_errors(
    features: &DMatrix<f64>,
    targets: &DMatrix<f64>,
    folds: &Folds,
    config: &RidgeConfig,
) -> Result<DMatrix<f64>, Error> {
    let mut errors = DMatrix::zeros(config.penalties.len(), targets.nrows());
    for fold in 0..folds.count() {
        let (train, test) = (folds.train(fold), folds.test(fold));
        let (x, y) = (
            features.select_columns(&train),
            targets.select_columns(&train),
        );
        let factors = Factors::of(&x, &y, config.standardize)?;
        // Test trials along the singular vectors, once for all penalties.
        let along = factors
            .u
            .tr_mul(&factors.scaling.apply(&features.select_columns(&test)));
        let wanted = targets.select_columns(&test);
        for (k, &penalty) in config.penalties.iter().enumerate() {
            for target in 0..targets.nrows() {
                let predicted = along.tr_mul(&factors.coordinates(target, penalty));
                let mean = factors.target_mean[target];
                let wanted = wanted.row(target);
                errors[(k, target)] += predicted
                    .iter()
                    .zip(wanted.iter())
                    .map(|(p, y)| (y - mean - p).powi(2))
                    .sum::<f64>();
            }
        }
    }
    Ok(errors)
}

/// The penalty of least error for each target; the largest of equal ones.
fn choose(errors: &DMatrix<f64>, penalties: &[f64]) -> Vec<f64> {
    let choose_one = |target: usize| {
        let mut best = 0;
        for k in 1..penalties.len() {
            let (new, old) = (errors[(k, target)], errors[(best, target)]);
            if new < old || new == old && penalties[k] > penalties[best] {
                best = k;
            }
        }
        penalties[best]
    };
    (0..errors.ncols()).map(choose_one).collect()
}

/// The decomposition of the training trials that serves all penalties and targets.
struct Factors {
    scaling: Scaling,
    target_mean: DVector<f64>,
    /// Left singular vectors of the scaled features, units x k.
    u: DMatrix<f64>,
    /// Singular values; those that are rounding are 0.
    values: DVector<f64>,
    /// Centred targets along the right singular vectors, k x targets.
    along: DMatrix<f64>,
}

impl Factors {
    fn of(
        features: &DMatrix<f64>,
        targets: &DMatrix<f64>,
        standardize: bool,
    ) -> Result<Self, Error> {
        let scaling = Scaling::of(features, standardize);
        let factors = svd(&scaling.apply(features))?;
        let target_scaling = Scaling::of(targets, false);
        let along = factors.v.tr_mul(&target_scaling.apply(targets).transpose());
        let largest = factors.values.iter().copied().fold(0.0, f64::max);
        let size = features.nrows().max(features.ncols());
        let cutoff = size as f64 * f64::EPSILON * largest;
        Ok(Self {
            scaling,
            target_mean: target_scaling.mean,
            u: factors.u,
            values: factors.values.map(|s| if s > cutoff { s } else { 0.0 }),
            along,
        })
    }

    /// The weights of a target along the left singular vectors.
    fn coordinates(&self, target: usize, penalty: f64) -> DVector<f64> {
        self.values.zip_map(&self.along.column(target), |s, y| {
            // s / (s^2 + penalty) without a square that could overflow or vanish.
            if s > 0.0 { y / (s + penalty / s) } else { 0.0 }
        })
    }

    fn decoder(&self, penalties: &[f64]) -> LinearDecoder {
        let (units, targets) = (self.u.nrows(), penalties.len());
        let mut weights = DMatrix::zeros(targets, units);
        let mut intercept = self.target_mean.clone();
        for (target, &penalty) in penalties.iter().enumerate() {
            let w =
                (&self.u * self.coordinates(target, penalty)).component_div(&self.scaling.scale);
            intercept[target] -= w.dot(&self.scaling.mean);
            weights.set_row(target, &w.transpose());
        }
        LinearDecoder { weights, intercept }
    }
}

fn check_data(features: &DMatrix<f64>, targets: &DMatrix<f64>) -> Result<(), Error> {
    check_features(features)?;
    let expected = (targets.nrows(), features.ncols());
    neuro_core::Error::check_shape("targets of a decoder", expected, targets.shape())?;
    if targets.nrows() == 0 {
        return Err(neuro_core::Error::Empty {
            what: "targets of a decoder".into(),
        }
        .into());
    }
    neuro_core::Error::check_finite("targets of a decoder", targets.as_slice())?;
    for (target, row) in targets.row_iter().enumerate() {
        if row.iter().all(|&y| y == row[0]) {
            return Err(Error::Constant {
                what: format!("target {target} of a decoder"),
            });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use neuro_core::linalg::{least_squares, solve};
    use proptest::prelude::*;

    fn noise(rows: usize, columns: usize, seed: u64) -> DMatrix<f64> {
        let mut values = DMatrix::zeros(rows, columns);
        let mut normals = Streams::new(seed).normals(Domain::User, 0);
        normals.fill(values.as_mut_slice());
        values
    }

    fn with_ones(x: &DMatrix<f64>) -> DMatrix<f64> {
        x.clone().insert_row(x.nrows(), 1.0)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn the_fit_solves_the_normal_equations(
            units in 1usize..8, trials in 3usize..20, seed in 0u64..1000, exponent in -3..3,
        ) {
            let penalty = 10f64.powi(exponent);
            let (x, y) = (noise(units, trials, seed), noise(2, trials, seed + 1));
            let found = fit_ridge(&x, &y, penalty, false).expect("varies");
            let x = with_ones(&x);
            let mut normal = &x * x.transpose();
            for i in 0..units {
                normal[(i, i)] += penalty;
            }
            let w = solve(&normal, &(&x * y.transpose())).expect("penalised").transpose();
            prop_assert!((w.columns(0, units) - &found.weights).amax() < 1e-9);
            prop_assert!((w.column(units) - &found.intercept).amax() < 1e-9);
        }

        #[test]
        fn a_constant_offset_of_the_features_moves_the_intercept_only(
            seed in 0u64..1000, offset in -50.0..50.0f64,
        ) {
            let (x, y) = (noise(4, 12, seed), noise(1, 12, seed + 1));
            let here = fit_ridge(&x, &y, 0.3, false).expect("varies");
            let there = fit_ridge(&x.add_scalar(offset), &y, 0.3, false).expect("varies");
            prop_assert!((&here.weights - &there.weights).amax() < 1e-11);
            let moved = here.intercept[0] - offset * here.weights.sum();
            prop_assert!((moved - there.intercept[0]).abs() < 1e-9);
        }

        #[test]
        fn standardised_predictions_do_not_depend_on_the_units_of_a_feature(seed in 0u64..1000) {
            let (x, y) = (noise(3, 15, seed), noise(1, 15, seed + 1));
            let mut other = x.clone();
            other.row_mut(1).scale_mut(1e6);
            let here = fit_ridge(&x, &y, 2.0, true).expect("varies").predict(&x).expect("shapes");
            let there =
                fit_ridge(&other, &y, 2.0, true).expect("varies").predict(&other).expect("shapes");
            prop_assert!((here - there).amax() < 1e-10);
        }
    }

    #[test]
    fn penalty_zero_is_least_squares() {
        let (x, y) = (noise(5, 20, 1), noise(2, 20, 2));
        let found = fit_ridge(&x, &y, 0.0, false).expect("varies");
        let peer = least_squares(&with_ones(&x).transpose(), &y.transpose()).expect("finite");
        assert!((peer.rows(0, 5).transpose() - &found.weights).amax() < 1e-12);
        // More units than trials: every target is met.
        let (x, y) = (noise(30, 8, 1), noise(1, 8, 2));
        let found = fit_ridge(&x, &y, 0.0, false).expect("varies");
        assert!((found.predict(&x).expect("shapes") - y).amax() < 1e-12);
    }

    #[test]
    fn out_of_fold_predictions_are_those_of_decoders_that_never_saw_the_trial() {
        let (x, y) = (noise(6, 30, 3), noise(2, 30, 4));
        for selection in [
            PenaltySelection::Plain,
            PenaltySelection::Nested { folds: 3 },
        ] {
            let config = RidgeConfig {
                selection,
                standardize: true,
                ..RidgeConfig::default()
            };
            let found = cross_validate_ridge(&x, &y, &config, Streams::new(5), 0).expect("valid");
            for fold in 0..5 {
                let (train, test) = (found.folds.train(fold), found.folds.test(fold));
                for target in 0..2 {
                    let penalty = found.fold_penalties[(fold, target)];
                    let (x_train, y_train) = (x.select_columns(&train), y.select_columns(&train));
                    let decoder = fit_ridge(&x_train, &y_train, penalty, true).expect("varies");
                    let expected = decoder.predict(&x.select_columns(&test)).expect("shapes");
                    for (k, &trial) in test.iter().enumerate() {
                        let error = expected[(target, k)] - found.predictions[(target, trial)];
                        assert!(error.abs() < 1e-12);
                    }
                }
            }
            let again = cross_validate_ridge(&x, &y, &config, Streams::new(5), 0).expect("valid");
            assert_eq!(found, again);
            if selection == PenaltySelection::Plain {
                // The same folds and penalty: 1 - R^2 is the error curve over the variance.
                let best = found.mean_squared_error.column(1).min();
                let variance = y.row(1).add_scalar(-y.row(1).mean()).norm_squared() / 30.0;
                assert!((1.0 - best / variance - found.r_squared[1]).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn noise_is_not_decoded_and_signal_is() {
        // 40 units, 60 trials: a fit without folds would explain 2/3 of pure noise.
        let (x, mut y) = (noise(40, 60, 6), noise(2, 60, 7));
        for t in 0..60 {
            y[(1, t)] = 2.0 + x[(0, t)] - 3.0 * x[(7, t)] + 0.1 * y[(1, t)];
        }
        let config = RidgeConfig::default();
        let found = cross_validate_ridge(&x, &y, &config, Streams::new(8), 0).expect("valid");
        assert!(found.r_squared[0] < 0.1 && found.r_squared[1] > 0.95);
        assert!(found.penalties[0] > found.penalties[1]);
        assert!((found.decoder.weights[(1, 7)] + 3.0).abs() < 0.2);
    }

    #[test]
    fn a_silent_unit_gets_weight_zero() {
        let (mut x, y) = (noise(3, 10, 1), noise(1, 10, 2));
        x.row_mut(1).fill(0.1);
        for standardize in [false, true] {
            let found = fit_ridge(&x, &y, 0.1, standardize).expect("varies");
            assert!(found.weights[(0, 1)].abs() < 1e-15 && found.intercept[0].is_finite());
        }
    }

    #[test]
    fn bad_data_are_refused_by_name() {
        let (x, y) = (noise(3, 8, 1), noise(1, 8, 2));
        let streams = Streams::new(0);
        let run = |x: &DMatrix<f64>, y: &DMatrix<f64>, config: &RidgeConfig| {
            cross_validate_ridge(x, y, config, streams, 0)
        };
        let config = RidgeConfig::default();
        let found = run(&x, &DMatrix::from_element(1, 8, 0.1), &config);
        assert!(matches!(found, Err(Error::Constant { .. })));
        let short = |n| (x.columns(0, n).into_owned(), y.columns(0, n).into_owned());
        // Four trials cannot fill five folds; six leave four for five inner folds.
        for n in [4, 6] {
            let (x, y) = short(n);
            assert!(matches!(
                run(&x, &y, &config),
                Err(Error::TooFewSamples { .. })
            ));
        }
        assert!(run(&x, &noise(1, 7, 0), &config).is_err());
        assert!(run(&(&x * f64::NAN), &y, &config).is_err());
        assert!(run(&x.rows(0, 0).into_owned(), &y, &config).is_err());
        assert!(run(&x, &y.rows(0, 0).into_owned(), &config).is_err());
        for penalties in [vec![], vec![-1.0], vec![f64::NAN]] {
            let config = RidgeConfig {
                penalties,
                ..RidgeConfig::default()
            };
            assert!(run(&x, &y, &config).is_err());
        }
        let decoder = fit_ridge(&x, &y, 1.0, false).expect("varies");
        assert!(decoder.predict(&noise(4, 2, 0)).is_err());
    }
}
