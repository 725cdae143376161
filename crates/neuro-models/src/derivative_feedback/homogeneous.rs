//! The homogeneous model: one rate and one weight, its trials, and its phase plane.

use nalgebra::DMatrix;
use neuro_core::integrate::{Solution, Stepper, integrate_every};
use neuro_core::{Domain, Linearize, Streams, System};
use neuro_plasticity::{Differential, Homeostatic};
use rand::RngExt;

use super::HomogeneousConfig;
use super::config::steps_in;
use crate::Error;

/// Rate and weight in one period of a trial: a system of the two variables `[r, W]`.
#[derive(Clone, Copy, Debug)]
pub struct HomogeneousFlow {
    config: HomogeneousConfig,
    input: f64,
    plastic: bool,
}

impl HomogeneousFlow {
    /// Rate constants of the two rules for `W`.
    fn rules(&self) -> (Differential, Homeostatic) {
        let rule = self.config.rule;
        let share = if rule.normalise_by_inhibition {
            self.config.inhibition
        } else {
            1.0
        };
        let on = if self.plastic { 1.0 } else { 0.0 };
        (
            Differential {
                rate: on * rule.differential,
            },
            Homeostatic {
                rate: on * rule.homeostatic / share,
                target: rule.target,
            },
        )
    }
}

impl System<f64> for HomogeneousFlow {
    type Work = ();

    fn dim(&self) -> usize {
        2
    }

    fn work(&self, _states: usize) {}

    fn rhs(&self, _t: f64, x: &[f64], dx: &mut [f64], (): &mut ()) {
        let own = 1.0 + self.config.inhibition;
        let (differential, homeostatic) = self.rules();
        let (states, _) = x.as_chunks::<2>();
        let (slopes, _) = dx.as_chunks_mut::<2>();
        for (&[r, w], [dr, dw]) in states.iter().zip(slopes) {
            *dr = (self.input - (own - w) * r) / own;
            *dw = homeostatic.relative_rate(r) * w - differential.rate * *dr * r;
        }
    }
}

impl Linearize<f64> for HomogeneousFlow {
    fn jacobian(&self, _t: f64, x: &[f64], jacobian: &mut DMatrix<f64>) {
        let (r, w) = (x[0], x[1]);
        let own = 1.0 + self.config.inhibition;
        let (differential, homeostatic) = self.rules();
        let dr = (self.input - (own - w) * r) / own;
        let (by_r, by_w) = (-(own - w) / own, r / own);
        jacobian[(0, 0)] = by_r;
        jacobian[(0, 1)] = by_w;
        jacobian[(1, 0)] = -homeostatic.rate * w - differential.rate * (dr + r * by_r);
        jacobian[(1, 1)] = homeostatic.relative_rate(r) - differential.rate * r * by_w;
    }
}

/// Excitation, inhibition and rate of Eq. 5, from which the one-variable form follows:
///
/// ```equation
/// dr/dt = -r + W s_exc - w s_inh + I,    tau_exc ds_exc/dt = r - s_exc,    tau_inh ds_inh/dt = r - s_inh
/// ```
///
/// With `tau_exc - tau_inh = 1` the derivative feedback has strength `w` for `W` near `w`. The paper
/// derives, but does not simulate it and gives no parameters; these (`tau_inh = 1`) are ours. A state
/// is `[r, s_exc, s_inh]`. The larger `w`, the closer to the one-variable form.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ThreeVariableFlow {
    /// Inhibition and derivative feedback `w`, positive.
    pub inhibition: f64,
    /// Excitation `W`.
    pub weight: f64,
    /// Input `I`, in the unit of the rate.
    pub input: f64,
    /// `tau_exc`, in intrinsic time constants: 2.
    pub excitatory_time_constant: f64,
    /// `tau_inh`, in intrinsic time constants: 1.
    pub inhibitory_time_constant: f64,
}

impl ThreeVariableFlow {
    /// With the time constants 2 and 1.
    #[must_use]
    pub fn new(inhibition: f64, weight: f64, input: f64) -> Self {
        Self {
            inhibition,
            weight,
            input,
            excitatory_time_constant: 2.0,
            inhibitory_time_constant: 1.0,
        }
    }
}

impl System<f64> for ThreeVariableFlow {
    type Work = ();

    fn dim(&self) -> usize {
        3
    }

    fn work(&self, _states: usize) {}

    fn rhs(&self, _t: f64, x: &[f64], dx: &mut [f64], (): &mut ()) {
        let (states, _) = x.as_chunks::<3>();
        let (slopes, _) = dx.as_chunks_mut::<3>();
        for (&[r, excitation, inhibition], slope) in states.iter().zip(slopes) {
            slope[0] = -r + self.weight * excitation - self.inhibition * inhibition + self.input;
            slope[1] = (r - excitation) / self.excitatory_time_constant;
            slope[2] = (r - inhibition) / self.inhibitory_time_constant;
        }
    }
}

/// What a trial of the homogeneous model did.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HomogeneousTrial {
    /// Rate at the start of the delay.
    pub rate_at_delay: f64,
    /// Rate at the end.
    pub rate_at_end: f64,
    /// `W` at the end.
    pub weight: f64,
}

/// The homogeneous model with the weight that it has learned.
///
/// With `k = (1 + w - W) / (1 + w)`, the rate of decay, rates are known exactly while `W` rests:
///
/// ```equation
/// stimulus: r(t) = I / (1 + w - W) (1 - exp(-k t))        delay: r(t) = r(t_0) exp(-k (t - t_0))
/// ```
///
/// `W = w + 1` stands still. In the delay, differential plasticity keeps `W + alpha r^2 / 2`: the
/// phase plane (r, W) is filled with parabolas, on which the state moves to `r = 0` or `W = w + 1`.
///
/// ```
/// use neuro_core::{Streams, integrate::RungeKutta4};
/// use neuro_models::derivative_feedback::{Homogeneous, HomogeneousConfig};
///
/// // Differential plasticity finds the balance within a few dozen trials (Fig. 1).
/// let mut model = Homogeneous::new(HomogeneousConfig::default())?;
/// model.run(Streams::new(1), 100, &RungeKutta4, 0.5, |_, _| {})?;
/// assert!((model.weight() / model.balanced_weight() - 1.0).abs() < 1e-3);
/// # Ok::<(), neuro_models::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Homogeneous {
    config: HomogeneousConfig,
    weight: f64,
    trials: u64,
}

impl Homogeneous {
    /// The model before learning.
    ///
    /// # Errors
    /// What [`HomogeneousConfig::validate`] finds.
    pub fn new(config: HomogeneousConfig) -> Result<Self, Error> {
        config.validate()?;
        Ok(Self {
            config,
            weight: config.weight,
            trials: 0,
        })
    }

    /// The configuration.
    #[must_use]
    pub fn config(&self) -> &HomogeneousConfig {
        &self.config
    }

    /// The excitation `W`.
    #[must_use]
    pub fn weight(&self) -> f64 {
        self.weight
    }

    /// Number of trials so far.
    #[must_use]
    pub fn trials(&self) -> u64 {
        self.trials
    }

    /// `w + 1`, with which rates stand still.
    #[must_use]
    pub fn balanced_weight(&self) -> f64 {
        self.config.inhibition + 1.0
    }

    /// `k = (1 + w - W) / (1 + w)`: rate of decay in the delay, negative for growth.
    #[must_use]
    pub fn decay(&self, weight: f64) -> f64 {
        1.0 - weight / self.balanced_weight()
    }

    /// The rate after `t` of input `input` from silence, `W` at rest.
    #[must_use]
    pub fn driven_rate(&self, weight: f64, input: f64, t: f64) -> f64 {
        let k = self.decay(weight);
        let reached = if k == 0.0 { t } else { -(-k * t).exp_m1() / k };
        input / self.balanced_weight() * reached
    }

    /// What remains of the rate `rate` after `t` of delay, `W` at rest.
    #[must_use]
    pub fn remaining_rate(&self, weight: f64, rate: f64, t: f64) -> f64 {
        rate * (-self.decay(weight) * t).exp()
    }

    /// `W + alpha r^2 / 2`, which differential plasticity alone keeps during a delay.
    #[must_use]
    pub fn invariant(&self, rate: f64, weight: f64) -> f64 {
        weight + 0.5 * self.config.rule.differential * rate * rate
    }

    /// The dynamics during the stimulus: input `input`, no plasticity.
    #[must_use]
    pub fn stimulus(&self, input: f64) -> HomogeneousFlow {
        HomogeneousFlow {
            config: self.config,
            input,
            plastic: false,
        }
    }

    /// The dynamics during the delay, with plasticity: the phase plane of Fig. 2A.
    #[must_use]
    pub fn delay(&self) -> HomogeneousFlow {
        HomogeneousFlow {
            config: self.config,
            input: 0.0,
            plastic: true,
        }
    }

    /// The course `[r, W]` of a trial that starts with the present weight: stimulus and delay, every
    /// `every`-th step, the first and the last of each included. The model does not change.
    ///
    /// # Errors
    /// [`neuro_core::Error`] when `input` is not finite, `step` is not a whole part of the stimulus and
    /// of the delay, `every` not of their steps, or the state diverges.
    pub fn course<M: Stepper<HomogeneousFlow>>(
        &self,
        input: f64,
        method: &M,
        step: f64,
        every: usize,
    ) -> Result<[Solution; 2], Error> {
        neuro_core::Error::check_finite("input", &[input])?;
        let (on, end) = (self.config.stimulus_end, self.config.trial_end);
        let during = steps_in("step", on, step)?;
        let after = steps_in("step", end - on, step)?;
        let start = [0.0, self.weight];
        let driven = self.stimulus(input);
        let driven = integrate_every(&driven, method, 0.0, step, during, every, &start)?;
        let start = driven.last();
        let alone = integrate_every(&self.delay(), method, on, step, after, every, start)?;
        Ok([driven, alone])
    }

    /// One trial; the weight is carried over to the next.
    ///
    /// # Errors
    /// Those of [`course`](Self::course); the model is then what it was before the trial.
    pub fn trial<M: Stepper<HomogeneousFlow>>(
        &mut self,
        input: f64,
        method: &M,
        step: f64,
    ) -> Result<HomogeneousTrial, Error> {
        let [driven, alone] = self.course(input, method, step, 1)?;
        self.weight = alone.last()[1];
        self.trials += 1;
        Ok(HomogeneousTrial {
            rate_at_delay: driven.last()[0],
            rate_at_end: alone.last()[0],
            weight: self.weight,
        })
    }

    /// `trials` trials with inputs uniform from 0 to the largest, that of trial `k` from the `Trial`
    /// stream `k`; `observe` sees the number of each trial and what it did.
    ///
    /// # Errors
    /// Those of [`trial`](Self::trial).
    pub fn run<M: Stepper<HomogeneousFlow>>(
        &mut self,
        streams: Streams,
        trials: u64,
        method: &M,
        step: f64,
        mut observe: impl FnMut(u64, &HomogeneousTrial),
    ) -> Result<(), Error> {
        for _ in 0..trials {
            let number = self.trials;
            let mut rng = streams.rng(Domain::Trial, number);
            let input = self.config.largest_input * rng.random::<f64>();
            observe(number, &self.trial(input, method, step)?);
        }
        Ok(())
    }
}
