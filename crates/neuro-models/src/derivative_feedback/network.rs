//! The ring network: angles, kernels, stimuli, the weights that learn, simulation and files.

use std::f64::consts::{PI, TAU};
use std::path::Path;
use std::sync::Arc;

use nalgebra::DMatrix;
use neuro_core::archive::Archive;
use neuro_core::connectivity::circulant;
use neuro_core::integrate::{Solution, Stepper, integrate_every};

use super::config::steps_in;
use super::flow::{Coupling, Flow, VARIABLES, effective_into};
use super::{Config, Pathway, Perturbation};
use crate::Error;

const KIND: &str = "neuro.derivative-feedback";
// Version 1 has no tonic input.
const VERSION: u32 = 2;

impl Config {
    /// Angles `-pi + 2 pi k / N` of the units (radians).
    #[must_use]
    pub fn angles(&self) -> Vec<f64> {
        let step = TAU / self.units as f64;
        (0..self.units).map(|k| -PI + step * k as f64).collect()
    }

    /// The unperturbed weights of a pathway, post x pre: `dx J exp(-(d / sigma)^2)` (Eq. 11).
    #[must_use]
    pub fn kernel(&self, pathway: Pathway) -> DMatrix<f64> {
        let step = TAU / self.units as f64;
        circulant(self.units, |d| step * pathway.value(d))
    }

    /// The weights from unit 0.
    pub(super) fn kernel_column(&self, pathway: Pathway) -> Vec<f64> {
        self.kernel(pathway).column(0).iter().copied().collect()
    }

    /// The stimulus about unit `centre` to each excitatory unit (Hz), without its time course:
    /// `J_0 exp(-(d / sigma_0)^2) + h_0`.
    #[must_use]
    pub fn stimulus_profile(&self, centre: usize) -> Vec<f64> {
        let mut profile = Vec::with_capacity(self.units);
        self.add_stimulus_profile(centre, &mut profile);
        profile
    }

    pub(super) fn add_stimulus_profile(&self, centre: usize, profiles: &mut Vec<f64>) {
        let (n, stimulus) = (self.units, self.stimulus);
        let step = TAU / n as f64;
        profiles.extend((0..n).map(|i| {
            let apart = i.abs_diff(centre);
            let z = apart.min(n - apart) as f64 * step / stimulus.width;
            stimulus.peak * (-z * z).exp() + stimulus.background
        }));
    }
}

impl Pathway {
    /// `J exp(-(d / sigma)^2)` for units `d` radians apart.
    #[must_use]
    pub fn value(&self, d: f64) -> f64 {
        let z = d / self.width;
        self.strength * (-z * z).exp()
    }
}

/// A ring network with the excitatory synapses and gains that it has learned.
///
/// ```
/// use neuro_core::integrate::RungeKutta4;
/// use neuro_models::derivative_feedback::{Config, Network, Perturbation};
///
/// // A tenth less excitation, and the memory of the stimulus is gone at the end of the delay.
/// let config = Config { units: 16, ..Config::default() };
/// let largest = |network: &Network| -> Result<f64, neuro_models::Error> {
///     let run = network.simulate(&[8], &RungeKutta4, 2.5, 100)?;
///     Ok(run.last()[..16].iter().fold(0.0, |m: f64, r| m.max(*r)))
/// };
/// let balanced = Network::new(&config)?;
/// assert!(largest(&balanced)? > 30.0);
/// assert!(largest(&balanced.perturbed(&Perturbation::Global { depth: 0.1 })?)? < 1.0);
/// # Ok::<(), neuro_models::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Network {
    coupling: Arc<Coupling>,
    synapses: DMatrix<f64>,
    gains: Vec<f64>,
}

impl Network {
    /// The balanced network: unperturbed synapses, gains 1.
    ///
    /// # Errors
    /// What [`Config::validate`] finds.
    pub fn new(config: &Config) -> Result<Self, Error> {
        config.validate()?;
        let gains = vec![1.0; config.units];
        Self::from_weights(config, config.kernel(config.ee), gains)
    }

    /// A network with given synapses `U` (post x pre) and gains `g`.
    ///
    /// # Errors
    /// What [`Config::validate`] finds; [`neuro_core::Error`] for wrong shapes, values that are not
    /// finite, and gains below 0.
    pub fn from_weights(
        config: &Config,
        synapses: DMatrix<f64>,
        gains: Vec<f64>,
    ) -> Result<Self, Error> {
        use neuro_core::Error as Core;
        config.validate()?;
        let n = config.units;
        Core::check_shape("synapses", (n, n), synapses.shape())?;
        Core::check_length("gains", n, gains.len())?;
        Core::check_finite("synapses", synapses.as_slice())?;
        Core::check_finite("gains", &gains)?;
        for gain in &gains {
            Core::check_range("gains", "at least 0", *gain, *gain >= 0.0)?;
        }
        Ok(Self {
            coupling: Arc::new(Coupling::new(config)),
            synapses,
            gains,
        })
    }

    /// This network with perturbed synapses `U`.
    ///
    /// # Errors
    /// What [`Perturbation::validate`] finds.
    pub fn perturbed(&self, perturbation: &Perturbation) -> Result<Self, Error> {
        let mut perturbed = self.clone();
        perturbation.apply(&self.config().angles(), &mut perturbed.synapses)?;
        Ok(perturbed)
    }

    /// The configuration.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.coupling.config
    }

    /// The synapses `U`, post x pre; negative ones act as 0.
    #[must_use]
    pub fn synapses(&self) -> &DMatrix<f64> {
        &self.synapses
    }

    /// The gain `g` of each excitatory unit.
    #[must_use]
    pub fn gains(&self) -> &[f64] {
        &self.gains
    }

    /// The effective excitatory weights `g_i max(U_ij, 0)`, post x pre.
    #[must_use]
    pub fn excitation(&self) -> DMatrix<f64> {
        let mut effective = self.synapses.clone();
        effective_into(
            self.synapses.as_slice(),
            &self.gains,
            effective.as_mut_slice(),
        );
        effective
    }

    pub(super) fn coupling(&self) -> &Arc<Coupling> {
        &self.coupling
    }

    /// Exchanges the weights for others of the same size.
    pub(super) fn swap_weights(&mut self, synapses: &mut DMatrix<f64>, gains: &mut Vec<f64>) {
        std::mem::swap(&mut self.synapses, synapses);
        std::mem::swap(&mut self.gains, gains);
    }

    /// The network without stimulus, as in a delay that never ends, for analyses.
    #[must_use]
    pub fn flow(&self) -> Flow {
        Flow::new(self.coupling.clone(), self.excitation())
    }

    /// The network driven by stimuli about these units, one for each state integrated together.
    ///
    /// # Errors
    /// [`neuro_core::Error`] when there is none or one is not on the ring.
    pub fn driven(&self, stimuli: &[usize]) -> Result<Flow, Error> {
        if stimuli.is_empty() {
            let what = "stimuli".into();
            return Err(neuro_core::Error::Empty { what }.into());
        }
        for centre in stimuli {
            self.check_stimulus(*centre)?;
        }
        let mut flow = self.flow();
        flow.set_stimuli(stimuli);
        Ok(flow)
    }

    pub(super) fn check_stimulus(&self, centre: usize) -> Result<(), Error> {
        let n = self.config().units;
        if centre < n {
            // Writing the message below would be the only allocation of a trial.
            return Ok(());
        }
        let expected = format!("0 to {}", n - 1);
        let what = "unit of a stimulus";
        neuro_core::Error::check_range(what, &expected, centre as f64, false)?;
        Ok(())
    }

    /// Runs a trial for each of these stimuli with weights that rest, all together, and keeps every
    /// `every`-th state: `[rE, rI, sEE, sIE, sEI, sII]` x stimuli x times.
    ///
    /// # Errors
    /// [`neuro_core::Error`] when a stimulus is not on the ring, `step` (ms) is not a whole part of the
    /// stimulus and of the trial, or `every` not of the steps of a trial.
    pub fn simulate<M: Stepper<Flow>>(
        &self,
        stimuli: &[usize],
        method: &M,
        step: f64,
        every: usize,
    ) -> Result<Solution, Error> {
        let config = self.config();
        // The time course of the stimulus has a kink, that no step may cross.
        steps_in("step", config.stimulus.end, step)?;
        let steps = steps_in("step", config.trial_end, step)?;
        let flow = self.driven(stimuli)?;
        let silence = vec![0.0; VARIABLES * config.units * stimuli.len()];
        Ok(integrate_every(
            &flow, method, 0.0, step, steps, every, &silence,
        )?)
    }

    /// Writes the weights `synapses` and `gains`, row-major, as other languages read safetensors
    /// files, and every number of the configuration.
    ///
    /// # Errors
    /// [`neuro_core::Error::Io`] when the file cannot be written.
    pub fn save(&self, path: &Path) -> Result<(), Error> {
        let mut archive = Archive::new(KIND, VERSION);
        archive.insert_matrix("synapses", &self.synapses);
        archive.insert_vector("gains", &self.gains);
        let mut config = self.config().clone();
        let ceiling = config.ceiling.unwrap_or(f64::INFINITY);
        let mut insert = |name: &str, value: f64| {
            archive.metadata.insert(name.into(), value.to_string());
        };
        insert("ceiling", ceiling);
        for (name, value) in config.numbers_mut() {
            insert(name, *value);
        }
        Ok(archive.write(path)?)
    }

    /// Reads a network that [`save`](Self::save) wrote.
    ///
    /// # Errors
    /// [`neuro_core::Error::Io`] or [`neuro_core::Error::File`] when the file is missing, damaged,
    /// of another kind or of a newer version; what [`from_weights`](Self::from_weights) finds.
    pub fn load(path: &Path) -> Result<Self, Error> {
        let archive = Archive::read(path, KIND, VERSION)?;
        let number = |name: &str| {
            let text = archive.metadata.get(name).map_or("missing", String::as_str);
            text.parse::<f64>().map_err(|_| neuro_core::Error::File {
                path: path.into(),
                problem: format!("{name}: expected a number, found {text:?}"),
            })
        };
        let mut config = Config::default();
        for (name, value) in config.numbers_mut() {
            if archive.version > 1 || name != "tonic" {
                *value = number(name)?;
            }
        }
        let ceiling = number("ceiling")?;
        config.ceiling = (ceiling != f64::INFINITY).then_some(ceiling);
        let synapses = archive.matrix("synapses")?;
        config.units = synapses.nrows();
        Self::from_weights(&config, synapses, archive.vector("gains")?)
    }
}
