//! Tests of a network: trials from random states, scored.

use neuro_analysis::TraceScoring;
use neuro_analysis::quasi_static::binned_counts;
use neuro_core::{Streams, TraceCorrelation};
use neuro_models::spiking_rls::{Network, Recording};

use super::Failure;
use crate::spiking_rls::lessons::Lessons;
use crate::spiking_rls::measured::Test;
use crate::spiking_rls::networks::Followed;
use crate::spiking_rls::plan::Plan;

/// Bins in which spikes of trials are compared (ms).
const BIN: f64 = 50.0;

/// A test without a look at its trials.
pub(in crate::spiking_rls) fn tested(
    network: &Network,
    plan: &Plan,
    lessons: &Lessons,
    pattern: usize,
    trials: u64,
    streams: Streams,
) -> Result<Test, Failure> {
    tested_with(network, plan, lessons, pattern, trials, streams, |_, _| {})
}

/// A test of which `each` sees every trial.
pub(super) fn tested_with(
    network: &Network,
    plan: &Plan,
    lessons: &Lessons,
    pattern: usize,
    trials: u64,
    streams: Streams,
    mut each: impl FnMut(u64, &Recording),
) -> Result<Test, Failure> {
    let followed = Followed::of(plan);
    let taught = &lessons.patterns[pattern];
    let steps = taught.targets.ncols();
    let mut scoring = TraceScoring::new(&taught.targets, plan.scored())?;
    let (mut spikes, mut constant) = (0, 0);
    let mut starts: Vec<Vec<f64>> = Vec::new();
    let mut spread = 0.0;
    let width = ((BIN / network.dt()).round() as usize).min(steps);
    let mut counts: Option<nalgebra::DMatrix<f64>> = None;
    let (mut agreement, mut pairs) = (0.0, 0.0);
    for trial in 0..trials {
        let recording = network.recall(taught, &plan.recall(), streams, trial)?;
        let within = recording
            .spikes
            .iter()
            .take_while(|(step, _)| *step < steps);
        let count = within.count();
        spikes += count;
        let silent = count == 0 && followed != Followed::Variable;
        let traces = followed.of_recording(&recording);
        scoring.add(&traces.columns(0, steps).into_owned(), silent)?;
        let start = recording.drive.column(0);
        starts.push(start.iter().copied().collect());
        if trial == 0 {
            let drives = recording.drive.columns(0, steps);
            let each = drives.row_iter().map(|row| row.variance().sqrt());
            spread = each.sum::<f64>() / network.units() as f64;
        }
        if followed != Followed::Variable {
            let here = binned_counts(&recording.spikes, network.units(), steps, width)?;
            if let Some(before) = &counts {
                agreement += correlation(&here, before, 0..here.ncols());
                pairs += 1.0;
            }
            counts = Some(here);
        }
        each(trial, &recording);
    }
    let scores = scoring.scores(0.0)?;
    constant = constant.max(scores.constant);
    let average = scoring.average();
    let other = lessons.patterns.len() == 2;
    let other = other.then(|| {
        let targets = &lessons.patterns[1 - pattern].targets;
        Recording::correlation(&average, targets)
    });
    let time = trials as f64 * steps as f64 * network.dt() * network.units() as f64;
    Ok(Test {
        pattern,
        training: 0.0,
        single: scores.single,
        averaged: scores.averaged,
        other: other.transpose()?.filter(|_| scores.averaged.is_some()),
        rate: spikes as f64 / time * 1000.0,
        silent: scores.silent,
        constant,
        spike_agreement: (pairs > 0.0 && scores.silent == 0).then(|| agreement / pairs),
        reset: (trials > 1 && spread > 0.0).then(|| between(&starts) / spread),
    })
}

/// Mean over units of the standard deviation between trials.
fn between(trials: &[Vec<f64>]) -> f64 {
    let count = trials.len() as f64;
    let units = trials[0].len();
    let of = |i: usize| {
        let mean = trials.iter().map(|t| t[i]).sum::<f64>() / count;
        let squares = trials.iter().map(|t| (t[i] - mean).powi(2)).sum::<f64>();
        (squares / (count - 1.0)).sqrt()
    };
    (0..units).map(of).sum::<f64>() / units as f64
}

/// Mean over units of the correlation over time of two recordings, from `first` to `last` of the samples.
pub(super) fn correlation(
    a: &nalgebra::DMatrix<f64>,
    b: &nalgebra::DMatrix<f64>,
    samples: std::ops::Range<usize>,
) -> f64 {
    let units = a.nrows();
    let mut correlation = TraceCorrelation::new(units);
    for s in samples {
        correlation.add(a.column(s).as_slice(), b.column(s).as_slice());
    }
    correlation.mean(units)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Scale;
    use crate::spiking_rls::group::{Group, Kind};

    #[test]
    fn a_network_without_weights_is_silent_and_has_no_score() {
        let plan = Plan::of(Group::Single(Kind::Unconnected), Scale::Smoke).expect("it learns");
        let plan = Plan {
            duration: 400.0,
            amplitude: 0.0,
            ..plan
        };
        let streams = Streams::new(1);
        let network = plan.network(streams).expect("valid");
        let lessons = plan.lessons(&network, streams).expect("valid");
        let found = tested(&network, &plan, &lessons, 0, 2, streams).expect("it runs");
        assert_eq!((found.silent, found.rate), (2, 0.0));
        assert!(found.single().is_none() && found.averaged.is_none() && found.reset.is_none());
    }

    #[test]
    fn trials_that_begin_alike_have_no_spread_between_them() {
        assert_eq!(between(&[vec![1.0, 2.0], vec![1.0, 2.0]]), 0.0);
        assert!((between(&[vec![0.0, 2.0], vec![2.0, 2.0]]) - 0.5_f64.sqrt()).abs() < 1e-15);
    }
}
