//! A trained network against its quasi-static description (Figures 3a, b).

use nalgebra::DMatrix;
use neuro_analysis::quasi_static::{binned_counts, binned_means, predicted_drive, predicted_rate};
use neuro_core::Streams;
use neuro_core::transfer::QifGain;
use neuro_models::spiking_rls::{Network, RATE_UNIT};

use super::Failure;
use super::testing::correlation;
use crate::spiking_rls::lessons::Lessons;
use crate::spiking_rls::measured::{QuasiStatic, Traces, rounded};
use crate::spiking_rls::networks::{TRACE_STEP, sampled};
use crate::spiking_rls::plan::Plan;

/// Bins of rates (ms).
const BIN: f64 = 50.0;

/// Counts of the trials of the average, twice those of a test: counts are noisy.
const FACTOR: u64 = 2;

pub(super) fn measure(
    network: &Network,
    plan: &Plan,
    lessons: &Lessons,
    streams: Streams,
    traces: &mut Vec<Traces>,
) -> Result<QuasiStatic, Failure> {
    let taught = &lessons.patterns[0];
    let (n, steps) = taught.targets.shape();
    let width = ((BIN / network.dt()).round() as usize).min(steps);
    let weights = network.weight_matrix();
    let trials = FACTOR * plan.trials;
    let mut drive = DMatrix::zeros(n, steps);
    let mut counts = DMatrix::zeros(n, steps / width);
    let mut single = 0.0;
    for trial in 0..trials {
        let recording = network.recall(taught, &plan.recall(), streams, trial)?;
        let predicted = predicted_drive(&weights, &recording.drive, &[], &QifGain)?;
        single += correlation(&predicted, &recording.drive, 0..steps) / trials as f64;
        drive += &recording.drive;
        counts += binned_counts(&recording.spikes, n, steps, width)?;
        if trial == 0 {
            let every = ((TRACE_STEP / network.dt()).round() as usize).max(1);
            traces.push(Traces {
                label: "quasi-static drive".into(),
                step: every as f64 * network.dt(),
                targets: sampled(&taught.targets, plan.shown(), every),
                traces: sampled(&recording.drive, plan.shown(), every),
                predicted: sampled(&predicted, plan.shown(), every),
                spikes: vec![],
            });
        }
    }
    drive /= trials as f64;
    let predicted = predicted_drive(&weights, &drive, &[], &QifGain)?;
    let rates = binned_means(&predicted_rate(&drive, &[], &QifGain)?, width)?;
    // Spikes per second, both.
    let rates = rates * (1000.0 / RATE_UNIT);
    let counts = counts / (trials as f64 * BIN / 1000.0);
    let of = |matrix: &DMatrix<f64>| {
        let rows = plan.shown().map(|i| rounded(matrix.row(i).iter().copied()));
        rows.collect::<Vec<_>>()
    };
    traces.push(Traces {
        label: "quasi-static rate (Hz)".into(),
        step: BIN,
        targets: vec![],
        traces: of(&counts),
        predicted: of(&rates),
        spikes: vec![],
    });
    Ok(QuasiStatic {
        drive_single: single,
        drive_averaged: correlation(&predicted, &drive, 0..steps),
        rate: correlation(&rates, &counts, 0..rates.ncols()),
        trials,
    })
}
