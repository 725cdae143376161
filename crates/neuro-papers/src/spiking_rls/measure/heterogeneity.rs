//! When targets can be solved for at all, and whether a solution is enough (Results 2).
//!
//! With targets `U` and `V = phi(U)` (units x bins of time), a network that makes `U` of itself must solve
//! `U = W V`. That takes `V` of high rank, and no more bins than units; and it says nothing of stability.

use nalgebra::{DMatrix, DVector};
use neuro_analysis::quasi_static::{binned_means, predicted_rate};
use neuro_analysis::{covariance, participation_ratio};
use neuro_core::linalg::{singular_values, solve};
use neuro_core::transfer::QifGain;
use neuro_core::{Scalar, Streams};
use neuro_models::spiking_rls::targets::OrnsteinUhlenbeck;
use neuro_models::spiking_rls::{Learning, Network};

use super::Failure;
use super::tested;
use super::testing::correlation;
use crate::Scale;
use crate::spiking_rls::group::{Group, Kind, SHARES};
use crate::spiking_rls::lessons::{Lessons, test_streams};
use crate::spiking_rls::measured::{Batch, Heterogeneity, Test};
use crate::spiking_rls::plan::{Plan, Targets};

/// Quasi-static bins (ms).
const BIN: usize = 10;
/// Singular values below this share of the largest count as 0.
const RANK_TOLERANCE: f64 = 1e-9;
/// `lambda` of the batch solutions: none to speak of, and that of learning.
const REGULARIZATIONS: [f64; 2] = [1e-6, 1.0];
/// Bins by units.
const LOADS: [f64; 5] = [0.25, 0.5, 1.0, 2.0, 4.0];

pub(super) fn measure(scale: Scale, streams: Streams) -> Result<Heterogeneity, Failure> {
    let units = scale.choose(30, 200, 200);
    let plan = Plan::of(Group::Single(Kind::ProductsFew), scale).ok_or("no plan")?;
    let of_family = Plan::of(Group::Single(Kind::Process), scale).ok_or("no plan")?;
    let mut ranks = Vec::new();
    let mut dimensions = Vec::new();
    for percent in SHARES.into_iter().chain([100]) {
        let share = f64::from(percent) / 100.0;
        let plan = Plan {
            targets: Targets::Repeated(share),
            ..plan.clone()
        };
        let network = plan.network(streams)?;
        let targets = plan.lessons(&network, streams)?.patterns.remove(0).targets;
        let rates = predicted_rate(&binned_means(&targets, BIN)?, &[], &QifGain)?;
        let most = rates.nrows().min(rates.ncols()) as f64;
        ranks.push([share, rank(&rates)? as f64 / most]);
        let dimension = participation_ratio(&covariance(&rates.transpose())?)?;
        dimensions.push([share, dimension]);
    }
    let mut capacity = Vec::new();
    for load in LOADS {
        let bins = (load * units as f64).round() as usize;
        // Bins that are independent enough: a process of a correlation time of two bins.
        let process = OrnsteinUhlenbeck {
            correlation_time: 2.0 * BIN as f64,
            ..OrnsteinUhlenbeck::default()
        };
        let targets = process.generate(units, bins, BIN as f64, streams, 7)?;
        let rates = predicted_rate(&targets, &[], &QifGain)?;
        capacity.push([load, residual(&targets, &rates)?]);
    }
    let plan = Plan {
        architecture: plan.architecture,
        ..of_family
    };
    let network = plan.network(streams)?;
    let lessons = plan.lessons(&network, streams)?;
    let tests = test_streams(streams);
    let mut batch = Vec::new();
    for regularization in REGULARIZATIONS {
        batch.push(solved_at_once(
            &network,
            &plan,
            &lessons,
            regularization,
            tests,
        )?);
    }
    Ok(Heterogeneity {
        units,
        ranks,
        dimensions,
        capacity,
        batch,
        recursive: recursive::<f64>(network, &plan, &lessons, streams)?,
    })
}

fn rank(matrix: &DMatrix<f64>) -> Result<usize, Failure> {
    let values = singular_values(matrix)?;
    let largest = values.iter().copied().fold(0.0, f64::max);
    let above = values.iter().filter(|v| **v > RANK_TOLERANCE * largest);
    Ok(above.count())
}

/// Relative error of the best `W` with `U = W V`, all connected to all.
fn residual(targets: &DMatrix<f64>, rates: &DMatrix<f64>) -> Result<f64, Failure> {
    let n = rates.nrows();
    let gram = rates * rates.transpose() + DMatrix::identity(n, n) * 1e-9;
    let weights = solve(&gram, &(rates * targets.transpose()))?.transpose();
    Ok((targets - weights * rates).norm() / targets.norm())
}

/// The ridge solution on the network's connections, for samples of the time steps of updates, and the
/// spiking network with it.
fn solved_at_once(
    network: &Network,
    plan: &Plan,
    lessons: &Lessons,
    regularization: f64,
    streams: Streams,
) -> Result<Batch, Failure> {
    let targets = &lessons.patterns[0].targets;
    let rates = predicted_rate(targets, &[], &QifGain)?;
    let mut network = network.clone();
    let connections = network.connections().clone();
    for i in 0..network.units() {
        let sources: Vec<usize> = connections.sources(i).iter().map(|j| *j as usize).collect();
        let (own, n) = (rates.select_rows(&sources), sources.len());
        let gram = &own * own.transpose() + DMatrix::identity(n, n) * regularization;
        let target = DVector::from_iterator(targets.ncols(), targets.row(i).iter().copied());
        let row = solve(
            &gram,
            &DMatrix::from_column_slice(n, 1, (&own * target).as_slice()),
        )?;
        let weights = &mut network.weights_mut()[connections.range(i)];
        weights.copy_from_slice(row.as_slice());
    }
    let predicted = network.weight_matrix() * rates;
    Ok(Batch {
        regularization,
        solved: correlation(&predicted, targets, 0..targets.ncols()),
        test: tested(&network, plan, lessons, 0, plan.trials, streams)?,
    })
}

/// The same by the recursion, in the running network.
fn recursive<T: Scalar>(
    network: Network,
    plan: &Plan,
    lessons: &Lessons,
    streams: Streams,
) -> Result<Test, Failure> {
    let patterns = lessons.patterns.clone();
    let mut learning = Learning::<T>::new(network, patterns, &plan.learning, streams)?;
    let mut training = 0.0;
    for _ in 0..plan.loops {
        training = learning.run_loop()?.correlation;
    }
    let tests = test_streams(streams);
    let test = tested(learning.network(), plan, lessons, 0, plan.trials, tests)?;
    Ok(Test { training, ..test })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repeated_pattern_has_rank_one_and_is_solved() {
        let wave = DMatrix::from_fn(5, 40, |_, t| (0.3 * t as f64).sin() + 1.5);
        let rates = wave.map(f64::sqrt);
        assert_eq!(rank(&rates).expect("finite"), 1);
        let square = DMatrix::<f64>::identity(4, 4);
        assert_eq!(rank(&square).expect("finite"), 4);
        assert!(residual(&square, &square).expect("regular") < 1e-6);
        // Four bins and two units whose rates span half of them.
        let rates = DMatrix::from_row_slice(2, 4, &[1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0]);
        let targets = DMatrix::from_row_slice(1, 4, &[1.0, 0.0, 1.0, 0.0]);
        let left = residual(&targets, &rates).expect("regular");
        assert!((left - 0.5_f64.sqrt()).abs() < 1e-6, "{left}");
    }
}
