//! Balanced networks before and after they have learned their own activity (Figure 4).

use nalgebra::DMatrix;
use neuro_analysis::quasi_static::{binned_counts, predicted_drive};
use neuro_analysis::{Spectrum, phase_deviation};
use neuro_core::Streams;
use neuro_core::transfer::QifGain;
use neuro_models::spiking_rls::Network;

use super::Failure;
use super::testing::correlation;
use crate::spiking_rls::group::Group;
use crate::spiking_rls::lessons::{Lessons, test_streams};
use crate::spiking_rls::measured::{Balanced, DEVIATION_STEP, Reliability, rounded};
use crate::spiking_rls::networks::Trained;
use crate::spiking_rls::plan::{Architecture, Plan};

/// Share of the learned time after which a spike is deleted: 200 of 2000 ms.
const DELETED_AFTER: f64 = 0.1;

/// Bins of rates (ms).
const BIN: f64 = 50.0;

/// Tests without one spike.
const DELETIONS: u64 = 5;

pub(super) fn measure(
    group: Group,
    plan: &Plan,
    trained: &Trained,
    network: &Network,
    streams: Streams,
) -> Result<Balanced, Failure> {
    let lessons = &trained.lessons;
    let innate = lessons
        .innate
        .as_ref()
        .unwrap_or(&lessons.patterns[0].targets);
    let untrained = &trained.untrained;
    let predicted = predicted_drive(&untrained.weight_matrix(), innate, &[], &QifGain)?;
    let reliability = |network: &Network| of(group, plan, lessons, innate, network, streams);
    let signs = untrained.weights().iter().zip(network.weights());
    Ok(Balanced {
        quasi_static: correlation(&predicted, innate, 0..innate.ncols()),
        innate_rate: rate_of(untrained, plan, lessons, streams)?,
        before: reliability(untrained)?,
        after: reliability(network)?,
        excluded: trained.excluded,
        sign_changes: signs
            .filter(|(before, after)| *before * *after < 0.0)
            .count(),
    })
}

/// Mean rate of a test (Hz).
fn rate_of(
    network: &Network,
    plan: &Plan,
    lessons: &Lessons,
    streams: Streams,
) -> Result<f64, Failure> {
    let tests = test_streams(streams);
    let recording = network.recall(&lessons.patterns[0], &plan.recall(), tests, 0)?;
    Ok(recording.mean_rate(network.dt()))
}

fn of(
    group: Group,
    plan: &Plan,
    lessons: &Lessons,
    innate: &DMatrix<f64>,
    network: &Network,
    streams: Streams,
) -> Result<Reliability, Failure> {
    let (taught, recall) = (&lessons.patterns[0], plan.recall());
    let tests = test_streams(streams);
    let (n, steps) = taught.targets.shape();
    let all = innate.ncols();
    let width = ((BIN / network.dt()).round() as usize).min(steps);
    let mut halves = [(); 2].map(|()| DMatrix::zeros(n, steps / width));
    let mut before: Option<DMatrix<f64>> = None;
    let (mut within, mut outside, mut between, mut pairs) = (0.0, 0.0, 0.0, 0.0);
    let trials = plan.trials.max(2);
    for trial in 0..trials {
        let recording = network.recall(taught, &recall, tests, trial)?;
        within += correlation(&recording.drive, innate, 0..steps) / trials as f64;
        outside += correlation(&recording.drive, innate, steps..all) / trials as f64;
        halves[(trial % 2) as usize] += binned_counts(&recording.spikes, n, steps, width)?;
        if let Some(before) = before {
            between += correlation(&recording.drive, &before, 0..steps);
            pairs += 1.0;
        }
        before = Some(recording.drive);
    }
    let mut reliability = Reliability {
        between_trials: between / pairs,
        split_half: correlation(&halves[0], &halves[1], 0..steps / width),
        within,
        outside,
        deviation: vec![],
        deleted_at: DELETED_AFTER * plan.duration,
        deletions: 0,
        eigenvalues: vec![],
    };
    if matches!(group, Group::Single(_)) {
        deviations(plan, lessons, network, tests, &mut reliability)?;
        if let Architecture::Balanced(config) = &plan.architecture {
            let scaled = network.weight_matrix() / config.spectral_scale();
            let values = Spectrum::of(&scaled)?.values;
            let pairs = values.iter().map(|w| rounded([w.re, w.im]));
            reliability.eigenvalues = pairs.map(|w| [w[0], w[1]]).collect();
        }
    }
    Ok(reliability)
}

/// Tests with and without one spike.
fn deviations(
    plan: &Plan,
    lessons: &Lessons,
    network: &Network,
    streams: Streams,
    reliability: &mut Reliability,
) -> Result<(), Failure> {
    let (taught, recall) = (&lessons.patterns[0], plan.recall());
    let every = ((DEVIATION_STEP / network.dt()).round() as usize).max(1);
    let mut sum: Vec<f64> = Vec::new();
    for trial in 0..DELETIONS.min(plan.trials) {
        let after = reliability.deleted_at;
        let found = network.delete_one_spike(taught, &recall, after, streams, trial)?;
        // A network that is silent by then has nothing to delete.
        let Some(found) = found else { continue };
        let apart = phase_deviation(&found.intact.variable, &found.deleted.variable)?;
        let apart = apart.iter().step_by(every);
        if sum.is_empty() {
            sum = apart.copied().collect();
        } else {
            sum.iter_mut()
                .zip(apart)
                .for_each(|(sum, apart)| *sum += apart);
        }
        reliability.deletions += 1;
    }
    let count = reliability.deletions as f64;
    reliability.deviation = rounded(sum.into_iter().map(|sum| sum / count));
    Ok(())
}
