//! Learning trial by trial.

use std::ops::ControlFlow;

use nalgebra::DMatrix;
use neuro_core::integrate::{RungeKutta4, StepWork, Stepper};
use neuro_core::{Domain, Streams};
use rand::RngExt;

use super::blocks::{Block, Relaxation};
use super::config::steps_in;
use super::flow::{FlowWork, VARIABLES};
use super::low_rank::LowRank;
use super::plastic::PlasticWork;
use super::{Flow, NegativeWeights, Network, Period, PlasticFlow, Plasticity, Scheme};
use crate::Error;

/// What happened in a trial.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outcome {
    /// Number of the trial, from 0.
    pub trial: u64,
    /// Unit about which the stimulus was.
    pub stimulus: usize,
    /// Largest excitatory rate (Hz) at the ends of steps or blocks.
    pub largest_rate: f64,
    /// Largest number of excitatory units that were at the ceiling (to 0.1 %) together: with more
    /// than 0 the memory is not graded any more.
    pub at_ceiling: usize,
}

/// A ring network that learns: each trial starts from silence, weights and gains go on.
///
/// ```
/// use neuro_core::integrate::RungeKutta4;
/// use neuro_models::derivative_feedback::{
///     Config, Learning, Network, Perturbation, Plasticity, Scheme,
/// };
///
/// // Too little excitation: homeostasis raises all gains, most where the stimulus is not.
/// let config = Config { units: 16, ..Config::default() };
/// let network = Network::new(&config)?.perturbed(&Perturbation::Global { depth: 0.1 })?;
/// let mut learning =
///     Learning::new(network, Plasticity::homeostatic(), Scheme::default(), RungeKutta4)?;
/// learning.trial(8)?;
/// let gains = learning.network().gains();
/// assert!(gains.iter().all(|g| *g > 1.0) && gains[0] > gains[8]);
/// # Ok::<(), neuro_models::Error>(())
/// ```
#[derive(Debug)]
pub struct Learning<M = RungeKutta4>
where
    M: Stepper<Flow> + Stepper<PlasticFlow>,
{
    network: Network,
    plasticity: Plasticity,
    method: M,
    step: f64,
    /// Steps of the stimulus and of the delay.
    steps: [usize; 2],
    engine: Engine,
    /// Weights that a trial works on; they become the network's when it has ended well.
    synapses: DMatrix<f64>,
    gains: Vec<f64>,
    trials: u64,
    rates: [Vec<f64>; 2],
}

#[derive(Debug)]
enum Engine {
    Blocks {
        flow: Box<Flow>,
        work: StepWork<f64, FlowWork>,
        state: Vec<f64>,
        before: Vec<f64>,
        block: Block,
    },
    Joint {
        flow: Box<PlasticFlow>,
        work: StepWork<f64, PlasticWork>,
        state: Vec<f64>,
    },
    LowRank(Box<LowRank>),
}

impl<M: Stepper<Flow> + Stepper<PlasticFlow>> Learning<M> {
    /// A network that has not had a trial yet.
    ///
    /// # Errors
    /// What [`Plasticity::validate`], [`Scheme::validate`] and
    /// [`Config::check_stability`](super::Config::check_stability) find; [`Error::UnstableStep`] for a
    /// step with which a mode of the unperturbed network would blow up;
    /// [`neuro_core::Error::OutOfRange`] for one that is no whole part of the stimulus and of the
    /// delay.
    pub fn new(
        network: Network,
        plasticity: Plasticity,
        scheme: Scheme,
        method: M,
    ) -> Result<Self, Error> {
        plasticity.validate()?;
        scheme.validate()?;
        let config = network.config();
        config.check_stability()?;
        let (step, n) = (scheme.step(), config.units);
        let order = match scheme {
            Scheme::LowRank { .. } => <RungeKutta4 as Stepper<Flow>>::ORDER,
            _ => <M as Stepper<Flow>>::ORDER,
        };
        let largest = config.largest_step(order)?;
        if step > largest {
            return Err(Error::UnstableStep { step, largest });
        }
        let steps = [
            steps_in("step", config.stimulus.end, step)?,
            steps_in("step", config.trial_end - config.stimulus.end, step)?,
        ];
        let engine = match scheme {
            Scheme::Blocks { steps, .. } => {
                neuro_core::Error::check_size::<f64>("steps of a block", &[n, steps])?;
                let flow = network.driven(&[0])?;
                let work = Stepper::<Flow>::work(&method, &flow, 1);
                Engine::Blocks {
                    flow: Box::new(flow),
                    work,
                    state: vec![0.0; VARIABLES * n],
                    before: vec![0.0; n],
                    block: Block::new(n, steps),
                }
            }
            Scheme::Joint { .. } => {
                let flow = PlasticFlow::new(&network, plasticity, 0, Period::Stimulus)?;
                let work = Stepper::<PlasticFlow>::work(&method, &flow, 1);
                Engine::Joint {
                    flow: Box::new(flow),
                    work,
                    state: vec![0.0; (VARIABLES + 1) * n + n * n],
                }
            }
            Scheme::LowRank { step } => {
                let low_rank = LowRank::new(&network, plasticity, step, steps[0] + steps[1]);
                Engine::LowRank(Box::new(low_rank))
            }
        };
        Ok(Self {
            synapses: network.synapses().clone(),
            gains: network.gains().to_vec(),
            network,
            plasticity,
            method,
            step,
            steps,
            engine,
            trials: 0,
            rates: [vec![0.0; n], vec![0.0; n]],
        })
    }

    /// Counts trials from `trials` on, for a network that has had as many before.
    #[must_use]
    pub fn after_trials(mut self, trials: u64) -> Self {
        self.trials = trials;
        self
    }

    /// The network as it is now.
    #[must_use]
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// Number of trials so far.
    #[must_use]
    pub fn trials(&self) -> u64 {
        self.trials
    }

    /// Excitatory rates (Hz) at the start of the last trial's delay.
    #[must_use]
    pub fn rates_at_delay(&self) -> &[f64] {
        &self.rates[0]
    }

    /// Excitatory rates (Hz) at the end of the last trial.
    #[must_use]
    pub fn rates_at_end(&self) -> &[f64] {
        &self.rates[1]
    }

    /// One trial with a stimulus about unit `stimulus`. Allocates nothing.
    ///
    /// # Errors
    /// [`Error::DivergedTrial`] when a rate, weight or gain is not finite: the network is then what it
    /// was before the trial. [`neuro_core::Error::OutOfRange`] for a unit that is not on the ring.
    pub fn trial(&mut self, stimulus: usize) -> Result<Outcome, Error> {
        self.network.check_stimulus(stimulus)?;
        self.synapses.copy_from(self.network.synapses());
        self.gains.copy_from_slice(self.network.gains());
        let mut outcome = Outcome {
            trial: self.trials,
            stimulus,
            largest_rate: 0.0,
            at_ceiling: 0,
        };
        match self.engine {
            Engine::Blocks { .. } => self.run_blocks(&mut outcome)?,
            Engine::Joint { .. } => self.run_joint(&mut outcome)?,
            Engine::LowRank(_) => self.run_low_rank(&mut outcome)?,
        }
        let finite = |values: &[f64]| values.iter().all(|v| v.is_finite());
        if !finite(self.synapses.as_slice()) || !finite(&self.gains) {
            return Err(Error::DivergedTrial {
                trial: self.trials,
                quantity: "a weight",
                time: self.network.config().trial_end,
            });
        }
        self.network
            .swap_weights(&mut self.synapses, &mut self.gains);
        self.trials += 1;
        Ok(outcome)
    }

    /// `trials` trials with stimuli about random units, uniform over the ring: that of trial `k` is
    /// drawn from the `Trial` stream `k`. Ends early when `observe` says so, which sees each outcome
    /// and the network after it.
    ///
    /// # Errors
    /// Those of [`trial`](Self::trial).
    pub fn run(
        &mut self,
        streams: Streams,
        trials: u64,
        mut observe: impl FnMut(&Outcome, &Network) -> ControlFlow<()>,
    ) -> Result<(), Error> {
        let units = self.network.config().units;
        for _ in 0..trials {
            let mut rng = streams.rng(Domain::Trial, self.trials);
            let outcome = self.trial(rng.random_range(0..units))?;
            if observe(&outcome, &self.network).is_break() {
                break;
            }
        }
        Ok(())
    }

    fn run_blocks(&mut self, outcome: &mut Outcome) -> Result<(), Error> {
        let Engine::Blocks {
            flow,
            work,
            state,
            before,
            block,
        } = &mut self.engine
        else {
            return Ok(());
        };
        let (config, h) = (self.network.config(), self.step);
        let n = config.units;
        flow.set_stimuli(&[outcome.stimulus]);
        flow.set_synapses(&self.synapses, &self.gains);
        state.fill(0.0);
        // A trial that diverged has left a part of a block.
        block.clear();
        let [during, after] = self.steps;
        for k in 0..during {
            self.method.step(&**flow, h * k as f64, h, state, work);
            check(outcome, config.ceiling, h * (k + 1) as f64, &state[..n])?;
        }
        self.rates[0].copy_from_slice(&state[..n]);
        let resting = Relaxation::new(self.plasticity.negative, config.stimulus.end);
        for u in self.synapses.iter_mut().filter(|u| **u < 0.0) {
            *u = resting.after(*u, 0.0);
        }
        let mut recorded = 0;
        for k in during..during + after {
            let t = h * k as f64;
            before.copy_from_slice(&state[..n]);
            self.method.step(&**flow, t, h, state, work);
            let faded = 1.0 - config.stimulus.level(t + 0.5 * h);
            block.record(&self.plasticity, faded, h, before, &state[..n]);
            recorded += 1;
            if block.is_full() || k + 1 == during + after {
                check(outcome, config.ceiling, t + h, &state[..n])?;
                let duration = h * f64::from(recorded);
                block.apply(
                    &self.plasticity,
                    duration,
                    &mut self.synapses,
                    &mut self.gains,
                );
                flow.set_synapses(&self.synapses, &self.gains);
                recorded = 0;
            }
        }
        self.rates[1].copy_from_slice(&state[..n]);
        Ok(())
    }

    fn run_joint(&mut self, outcome: &mut Outcome) -> Result<(), Error> {
        let Engine::Joint { flow, work, state } = &mut self.engine else {
            return Ok(());
        };
        let (config, h) = (self.network.config(), self.step);
        let n = config.units;
        let weights = VARIABLES * n..VARIABLES * n + n * n;
        state[..weights.start].fill(0.0);
        state[weights.clone()].copy_from_slice(self.synapses.as_slice());
        state[weights.end..].copy_from_slice(&self.gains);
        flow.set(outcome.stimulus, Period::Stimulus);
        let [during, after] = self.steps;
        for k in 0..during + after {
            if k == during {
                self.rates[0].copy_from_slice(&state[..n]);
                flow.set_period(Period::Delay);
            }
            self.method.step(&**flow, h * k as f64, h, state, work);
            if self.plasticity.negative == NegativeWeights::Clip {
                for u in &mut state[weights.clone()] {
                    *u = if *u < 0.0 { 0.0 } else { *u };
                }
            }
            check(outcome, config.ceiling, h * (k + 1) as f64, &state[..n])?;
        }
        self.rates[1].copy_from_slice(&state[..n]);
        self.synapses
            .as_mut_slice()
            .copy_from_slice(&state[weights.clone()]);
        self.gains.copy_from_slice(&state[weights.end..]);
        Ok(())
    }

    fn run_low_rank(&mut self, outcome: &mut Outcome) -> Result<(), Error> {
        let Engine::LowRank(engine) = &mut self.engine else {
            return Ok(());
        };
        let (config, h) = (self.network.config(), self.step);
        let n = config.units;
        engine.start(outcome.stimulus, self.synapses.as_slice(), &self.gains);
        let [during, after] = self.steps;
        for k in 0..during + after {
            if k == during {
                self.rates[0].copy_from_slice(&engine.state[..n]);
                engine.relax(config.stimulus.end);
            }
            engine.step(k, k >= during);
            check(
                outcome,
                config.ceiling,
                h * (k + 1) as f64,
                &engine.state[..n],
            )?;
        }
        self.rates[1].copy_from_slice(&engine.state[..n]);
        engine.read(self.synapses.as_mut_slice());
        self.gains.copy_from_slice(&engine.gains);
        Ok(())
    }
}

/// Takes up the rates at time `t`, which must be finite.
fn check(
    outcome: &mut Outcome,
    ceiling: Option<f64>,
    time: f64,
    rates: &[f64],
) -> Result<(), Error> {
    let largest = rates.iter().fold(0.0, |m: f64, r| m.max(*r));
    // A sum that is not finite says the same of one of its terms.
    if !rates.iter().sum::<f64>().is_finite() {
        return Err(Error::DivergedTrial {
            trial: outcome.trial,
            quantity: "a rate",
            time,
        });
    }
    outcome.largest_rate = outcome.largest_rate.max(largest);
    if let Some(ceiling) = ceiling
        && largest >= 0.999 * ceiling
    {
        let at = rates.iter().filter(|r| **r >= 0.999 * ceiling).count();
        outcome.at_ceiling = outcome.at_ceiling.max(at);
    }
    Ok(())
}
