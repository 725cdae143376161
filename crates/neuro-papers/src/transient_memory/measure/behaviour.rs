//! Figures 2a, 2b and 4a: answers, the state at the end of the second signal, and noise.

use nalgebra::DMatrix;
use neuro_analysis::decode::{ClassifierConfig, cross_validate_classifier};
use neuro_analysis::{Pca, PsychometricCurve, fit_logistic, pca, psychometric_curve};
use neuro_models::tasks::ComparisonTask;
use neuro_models::transient_memory::{Config, Network};

use super::probe::{FOLDS, Probe};
use super::{Effort, four_digits};
use crate::Error;
use crate::transient_memory::measured::{Behaviour, Bin};

/// Strengths of the noise of each unit.
const SIGMAS: [f64; 10] = [0.0, 0.02, 0.04, 0.06, 0.08, 0.1, 0.12, 0.15, 0.2, 0.3];

/// Bins of the psychometric curve.
const BINS: usize = 32;

/// Points of a figure that shows one network.
const DRAWN: usize = 200;

/// Measures; also gives the principal axes of the states at `T_a`.
pub(super) fn measure(
    probe: &Probe,
    network: &Network<f32>,
    effort: &Effort,
) -> Result<(Behaviour, Pca), Error> {
    let (failed, far) = (probe.failed(), probe.group().far());
    let silent = with_noise(probe, network, 0.0)?;
    let answers = silent
        .test(&probe.task, probe.streams, effort.test)
        .map_err(probe.assignment.failed())?;
    let (low, high) = probe.task.signal.range();
    let width = 2.0 * (high - low) / BINS as f64;
    let edges: Vec<f64> = (0..=BINS).map(|k| low - high + width * k as f64).collect();
    let (chosen, correct) = (answers.chose_second(), answers.correct());
    let curve = psychometric_curve(&answers.differences, &chosen, &correct, &edges);
    let curve = curve.map_err(&failed)?;
    let threshold = fit_logistic(&answers.differences, &chosen)
        .ok()
        .filter(|fit| fit.slope > 0.0)
        .and_then(|fit| fit.threshold());
    let share = |found: Option<(f64, usize)>| found.unwrap_or((f64::NAN, 0));
    let (accuracy_far, far_trials) = share(answers.accuracy(far));
    let (accuracy_near, _) = share(answers.accuracy_where(|d| d.abs() < far));
    let noise = SIGMAS.map(|sigma| {
        let accuracy = accuracy_at(probe, network, sigma, effort.noisy);
        accuracy.map(|accuracy| [sigma, accuracy])
    });
    let noise = noise.into_iter().collect::<Result<Vec<_>, _>>()?;

    let trials = probe.test_trials(effort.ends);
    let end = probe.config.test_steps().iter().sum();
    let states = probe.states_at(&trials, &[end])?.swap_remove(0);
    let axes = pca(&states, Some(3)).map_err(&failed)?;
    let difference = |k: usize| trials[k].compared[1] - trials[k].compared[0];
    let differences: Vec<f64> = (0..trials.len()).map(difference).collect();
    let scores = axes.scores.transpose();
    let gradient = super::code::decode(probe, &scores, &differences)?;
    let apart: Vec<usize> = (0..trials.len())
        .filter(|k| differences[*k].abs() >= far)
        .collect();
    let labels: Vec<bool> = apart.iter().map(|k| differences[*k] > 0.0).collect();
    let plane_accuracy = separable(probe, &scores.select_columns(&apart), &labels)?;
    let ends = (0..trials.len().min(DRAWN)).map(|k| {
        let [a, b, c] = [0, 1, 2].map(|i| four_digits(scores[(i, k)]));
        [a, b, c, four_digits(differences[k])]
    });
    let behaviour = Behaviour {
        trials: answers.labels.len(),
        far_trials,
        accuracy_far,
        accuracy_near,
        threshold,
        rises: rises(&curve),
        bins: bins(&curve),
        noise,
        plane_accuracy,
        gradient,
        ends: ends.collect(),
    };
    Ok((behaviour, axes))
}

/// Share of correct answers with far quantities under noise.
pub(super) fn accuracy_at(
    probe: &Probe,
    network: &Network<f32>,
    sigma: f64,
    trials: usize,
) -> Result<f64, Error> {
    let failed = probe.assignment.failed();
    let task = ComparisonTask {
        minimal_gap: probe.group().far(),
        ..probe.task.clone()
    };
    let noisy = with_noise(probe, network, sigma)?;
    let answers = noisy.test(&task, probe.streams, trials).map_err(&failed)?;
    Ok(answers.accuracy(0.0).map_or(f64::NAN, |(share, _)| share))
}

fn with_noise(probe: &Probe, network: &Network<f32>, sigma: f64) -> Result<Network<f32>, Error> {
    let config = Config {
        noise_sigma: sigma,
        ..probe.config.clone()
    };
    let network = Network::from_parameters(&config, network.parameters().clone());
    network.map_err(probe.assignment.failed())
}

/// Cross-validated share of samples (features x samples) on the right side of a plane.
fn separable(probe: &Probe, features: &DMatrix<f64>, labels: &[bool]) -> Result<f64, Error> {
    let found = cross_validate_classifier(
        features,
        labels,
        &ClassifierConfig::default(),
        probe.streams,
        FOLDS,
    );
    found.map(|f| f.accuracy.fraction).map_err(probe.failed())
}

fn bins(curve: &PsychometricCurve) -> Vec<Bin> {
    let bins = curve.bins.iter().filter_map(|bin| {
        let (chosen, correct) = (bin.chosen?, bin.correct?);
        Some(Bin {
            from: bin.lower,
            to: bin.upper,
            mean: four_digits(bin.mean_difference?),
            trials: bin.count,
            chosen: [chosen.fraction, chosen.lower, chosen.upper].map(four_digits),
            correct: four_digits(correct.fraction),
        })
    });
    bins.collect()
}

/// Whether no bin is certainly below one of smaller difference.
fn rises(curve: &PsychometricCurve) -> bool {
    let mut highest_lower = 0.0_f64;
    curve.bins.iter().filter_map(|bin| bin.chosen).all(|p| {
        let falls = p.upper < highest_lower;
        highest_lower = highest_lower.max(p.lower);
        !falls
    })
}
