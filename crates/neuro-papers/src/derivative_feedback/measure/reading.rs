//! A ring read out with its weights at rest, from one trial for each location of the stimulus.

use std::f64::consts::FRAC_PI_2;

use nalgebra::DMatrix;
use neuro_analysis::mode_balance::{mode_eigenvalues, mode_projections};
use neuro_analysis::mode_decay::mode_decay;
use neuro_analysis::population_vector::{CountConfig, decode_counts, population_vector};
use neuro_analysis::selectivity::{Selectivity, selectivity};
use neuro_core::connectivity::wrap_angle;
use neuro_core::integrate::{RungeKutta4, Solution};
use neuro_core::linalg::eigen;
use neuro_core::{Complex, Purpose, Streams};
use neuro_models::derivative_feedback::{Config, Network};

use crate::claims::four_digits;
use crate::derivative_feedback::measured::{Course, Stage};

/// Step of the integration (ms), as in learning trials.
const STEP: f64 = 2.5;

/// Steps from one state that is kept to the next: 100 ms.
const KEPT_EVERY: usize = 40;

/// Kept states at 500 and at 1000 ms.
const AT: [usize; 2] = [5, 10];

/// A unit below this rate (Hz) is silent.
const SILENT: f64 = 0.1;

/// Mean selectivity (Hz) below which its relative spread says nothing.
const LEAST_SELECTIVITY: f64 = 0.01;

/// Groups of stimuli whose errors are told apart.
const GROUPS: usize = 8;

/// Modes whose gains from projections, and from eigenvectors, are looked at.
const MODES: [usize; 2] = [4, 3];

/// What a network does for a stimulus about each of its units.
#[derive(Debug)]
pub(in crate::derivative_feedback) struct Reading {
    config: Config,
    angles: Vec<f64>,
    excitation: DMatrix<f64>,
    run: Solution,
    /// Rates at the end of the delay, units x stimuli.
    end: DMatrix<f64>,
}

impl Reading {
    /// Runs the trials.
    pub(in crate::derivative_feedback) fn of(
        network: &Network,
    ) -> Result<Self, neuro_models::Error> {
        let config = network.config().clone();
        let stimuli: Vec<usize> = (0..config.units).collect();
        let run = network.simulate(&stimuli, &RungeKutta4, STEP, KEPT_EVERY)?;
        let end = rates(&run, run.len() - 1, config.units);
        Ok(Self {
            angles: config.angles(),
            excitation: network.excitation(),
            config,
            run,
            end,
        })
    }

    pub(super) fn angles(&self) -> &[f64] {
        &self.angles
    }

    /// Rates at the end of the delay for each stimulus.
    pub(super) fn pattern(&self) -> Vec<Vec<f64>> {
        let columns = self.end.column_iter();
        columns
            .map(|rates| rates.iter().copied().map(four_digits).collect())
            .collect()
    }

    /// The whole trial of a stimulus.
    pub(super) fn course(&self, stimulus: usize) -> Course {
        let n = self.config.units;
        let states = self.run.states();
        let rates = (0..self.run.len()).map(|k| &states.state(k, stimulus)[..n]);
        Course {
            stimulus,
            rates: rates
                .map(|rates| rates.iter().copied().map(four_digits).collect())
                .collect(),
        }
    }

    /// Direction decoded from the rates at the end of the delay, for each stimulus.
    pub(super) fn decoded(&self) -> Result<Vec<f64>, neuro_analysis::Error> {
        population_vector(&self.end, &self.angles)
    }

    /// Selectivity of the units at the end of the delay.
    pub(super) fn selectivity(&self) -> Result<Selectivity, neuro_analysis::Error> {
        selectivity(&self.end, &self.angles)
    }

    /// All numbers; spike counts are drawn from the test streams of `streams`, the same at each stage.
    pub(in crate::derivative_feedback) fn stage(
        &self,
        trial: u64,
        streams: Streams,
        with_eigenvectors: bool,
    ) -> Result<Stage, neuro_analysis::Error> {
        let (n, angles, end) = (self.config.units, &self.angles, &self.end);
        let counted = decode_counts(
            end,
            angles,
            angles,
            CountConfig::default(),
            streams.split(Purpose::Test),
        )?;
        let errors: Vec<f64> = counted.errors.column_iter().map(|e| e.mean()).collect();
        let tuned = self.selectivity()?;
        // The excitatory gain that balances a mode.
        let wanted = |mode: usize| {
            let gains = self.config.mode_gains(mode);
            gains.ei * gains.ie / gains.ii
        };
        let projected = mode_projections(&self.excitation, MODES[0])?;
        let assigned = mode_eigenvalues(&self.excitation, MODES[1])?;
        let projected = projected.iter().enumerate();
        let assigned = assigned.into_iter().enumerate();
        let displaced = self.displacements()?;
        let near = displaced.iter().zip(angles).filter(|(_, s)| is_near(**s));
        let towards: Vec<f64> = near.map(|(d, s)| -d * s.signum()).collect();
        let vectors = if with_eigenvectors {
            leading_eigenvectors(&self.excitation)?
        } else {
            Vec::new()
        };
        let largest = |rates: &DMatrix<f64>| rates.iter().fold(0.0, |m: f64, r| m.max(*r));
        let silent = end.row_iter().filter(|row| row.max() < SILENT);
        Ok(Stage {
            trial,
            error: counted.mean_error,
            error_groups: errors.chunks(n.div_ceil(GROUPS)).map(mean).collect(),
            selectivity: [tuned.mean, tuned.sd],
            heterogeneity: tuned.heterogeneity(LEAST_SELECTIVITY),
            ratios: projected.map(|(mode, gain)| gain / wanted(mode)).collect(),
            eigenvalue_ratios: assigned
                .map(|(mode, gain)| gain.map(|gain| gain / wanted(mode)))
                .collect(),
            decay: self.decay()?,
            silent: silent.count(),
            peaks: [
                largest(&rates(&self.run, AT[0], n)),
                largest(&rates(&self.run, AT[1], n)),
                largest(end),
            ],
            mean_rate: mean(
                &(AT[0]..self.run.len())
                    .map(|k| rates(&self.run, k, n).mean())
                    .collect::<Vec<_>>(),
            ),
            drift: mean(&towards),
            largest_drift: displaced.iter().fold(0.0, |m: f64, d| m.max(d.abs())),
            purity: vectors.iter().map(|vector| purity(vector)).collect(),
            eigenvectors: vectors.iter().map(|vector| real_part(vector)).collect(),
        })
    }

    /// Decoded minus true direction of each stimulus, the shorter way round.
    fn displacements(&self) -> Result<Vec<f64>, neuro_analysis::Error> {
        let decoded = self.decoded()?;
        let pairs = decoded.iter().zip(&self.angles);
        Ok(pairs.map(|(d, s)| wrap_angle(d - s)).collect())
    }

    /// Rates of decay of the first modes after 1000 ms, mean over stimuli; none where a mode vanishes
    /// for one of them.
    fn decay(&self) -> Result<Vec<Option<f64>>, neuro_analysis::Error> {
        let (n, states) = (self.config.units, self.run.states());
        let kept = AT[1]..self.run.len();
        let times: Vec<f64> = kept.clone().map(|k| self.run.time(k)).collect();
        let mut sums = vec![Some(0.0); MODES[0]];
        for stimulus in 0..n {
            let activity = DMatrix::from_fn(n, times.len(), |i, k| {
                states.state(kept.start + k, stimulus)[i]
            });
            let found = mode_decay(&activity, &times, MODES[0])?;
            for (sum, rate) in sums.iter_mut().zip(found) {
                *sum = sum.zip(rate).map(|(sum, rate)| sum + rate / n as f64);
            }
        }
        Ok(sums)
    }
}

/// Whether a stimulus is less than a right angle from angle 0, but not there, where it has no side.
fn is_near(s: f64) -> bool {
    s.abs() > 1e-9 && s.abs() < FRAC_PI_2
}

/// Excitatory rates of a kept state, units x stimuli.
fn rates(run: &Solution, kept: usize, units: usize) -> DMatrix<f64> {
    let states = run.states();
    DMatrix::from_fn(units, states.trials(), |i, s| states.state(kept, s)[i])
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// Eigenvectors of the first, third and fifth eigenvalue: modes 0, 1 and 2 of a ring, whose other
/// modes come in pairs.
fn leading_eigenvectors(w: &DMatrix<f64>) -> Result<Vec<Vec<Complex<f64>>>, neuro_analysis::Error> {
    let found = eigen(w)?;
    let column = |k: usize| found.right.column(k).iter().copied().collect();
    Ok([0, 2, 4].map(column).into())
}

/// Largest share of the power of a vector on a ring that is in one Fourier mode.
fn purity(vector: &[Complex<f64>]) -> f64 {
    let n = vector.len();
    let power = |bin: usize| {
        let angle = |j: usize| std::f64::consts::TAU * (bin * j % n) as f64 / n as f64;
        let terms = vector.iter().enumerate();
        let part: Complex<f64> = terms.map(|(j, v)| v * Complex::cis(-angle(j))).sum();
        part.norm_sqr()
    };
    let powers: Vec<f64> = (0..n).map(power).collect();
    let both = |mode: usize| match mode {
        0 => powers[0],
        mode if 2 * mode == n => powers[mode],
        mode => powers[mode] + powers[n - mode],
    };
    let largest = (0..=n / 2).map(both).fold(0.0, f64::max);
    largest / powers.iter().sum::<f64>()
}

/// Real part, scaled to a largest value of 1.
fn real_part(vector: &[Complex<f64>]) -> Vec<f64> {
    let extreme = vector.iter().map(|v| v.re);
    let extreme = extreme.fold(0.0, |m: f64, v| if v.abs() > m.abs() { v } else { m });
    let scale = if extreme == 0.0 { 1.0 } else { extreme };
    vector.iter().map(|v| four_digits(v.re / scale)).collect()
}

#[cfg(test)]
mod tests {
    use neuro_models::derivative_feedback::Perturbation;

    use super::*;

    fn stage(perturbation: Option<Perturbation>) -> Stage {
        let config = Config {
            units: 16,
            ..Config::default()
        };
        let mut network = Network::new(&config).expect("valid");
        if let Some(perturbation) = perturbation {
            network = network.perturbed(&perturbation).expect("valid");
        }
        let reading = Reading::of(&network).expect("stable");
        reading.stage(0, Streams::new(1), true).expect("readable")
    }

    #[test]
    fn an_unperturbed_ring_is_balanced_and_the_same_all_round() {
        let found = stage(None);
        assert!(found.heterogeneity.is_some_and(|h| h < 1e-9));
        assert!(found.ratios.iter().all(|ratio| (ratio - 1.0).abs() < 1e-12));
        // Mode 0 outlasts a trial a hundred times, mode 3 does not.
        assert!(found.decay[0].is_some_and(|rate| rate.abs() < 1e-4));
        assert!(found.decay[3].is_some_and(|rate| rate > 1e-4));
        assert!(found.largest_drift < 1e-9 && found.silent == 0);
        assert!(found.purity.iter().all(|share| *share > 1.0 - 1e-9));
        // Counts of 16 units in 0.2 s say where the stimulus was to within a fifth of a turn.
        assert!(found.error < 0.3);
        let groups: f64 = found.error_groups.iter().sum();
        assert!((groups / 8.0 - found.error).abs() < 1e-12);
    }

    #[test]
    fn a_global_perturbation_scales_all_ratios_and_a_local_one_moves_bumps() {
        let global = stage(Some(Perturbation::Global { depth: 0.1 }));
        for ratio in &global.ratios {
            assert!((ratio - 0.9).abs() < 1e-12, "{ratio}");
        }
        assert!(global.decay[0].is_some_and(|rate| rate > 1e-3));
        let local = stage(Some(Perturbation::post_synaptic(0.15)));
        // Where excitation is missing the bump dies away: it moves from the site.
        assert!(local.drift < -0.02, "{}", local.drift);
        assert!(local.heterogeneity.is_some_and(|h| h > 0.3));
    }

    #[test]
    fn the_purity_of_a_sum_of_two_waves_is_the_share_of_the_stronger() {
        let wave = |j: usize| (std::f64::consts::TAU * j as f64 / 12.0).cos();
        let vector: Vec<Complex<f64>> = (0..12)
            .map(|j| Complex::new(2.0 * wave(j) + wave(3 * j), 0.0))
            .collect();
        assert!((purity(&vector) - 0.8).abs() < 1e-12);
    }
}
