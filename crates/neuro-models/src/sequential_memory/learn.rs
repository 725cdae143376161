//! Learning an episode online, from memories that are shown one after another.

use nalgebra::DMatrix;
use neuro_core::Error as Core;
use neuro_core::integrate::{RungeKutta4, StepWork, Stepper};
use neuro_plasticity::{EnergyRule, EnergySignals, EnergyUpdate};

use super::flow::FlowWork;
use super::panels::DEEP;
use super::{Drive, LearningConfig, Network, Presentation, ReducedFlow};
use crate::Error;

/// A network that learns.
///
/// While a memory is shown, the delayed features follow, and the synapses are changed every so many steps by the energy
/// rule of `neuro-plasticity`: the target is the **next** memory, the current one is that which is shown. (The other
/// reading of the paper, shown as target and previous as current, freezes recall in the first memory.)
///
/// ```
/// use neuro_core::Streams;
/// use neuro_models::sequential_memory::{
///     Config, Learning, LearningConfig, Network, random_memories,
/// };
///
/// let network = Network::new(&Config::dsem_learning(), 100, 20, Streams::new(1))?;
/// let episode = random_memories(100, 4, Streams::new(2));
/// let mut learning = Learning::new(network, &LearningConfig::default())?;
/// for _ in 0..100 {
///     learning.epoch(&episode)?;
/// }
/// // Hidden units have taken up the memories; two memories may have ended on one unit.
/// let network = learning.network();
/// let winners = network.winners(&episode)?.into_iter().enumerate();
/// let learned = winners.filter(|(memory, unit)| {
///     let (pattern, unit) = (episode.column(*memory), network.memories().column(*unit));
///     pattern.dot(&unit) > 0.9 * pattern.norm() * unit.norm()
/// });
/// assert!(learned.count() >= 3);
/// # Ok::<(), neuro_models::Error>(())
/// ```
#[derive(Debug)]
pub struct Learning {
    network: Network,
    config: LearningConfig,
    rule: EnergyRule,
    update: EnergyUpdate,
    /// `[V_f, V_d]`.
    state: Vec<f64>,
    work: StepWork<f64, FlowWork>,
    target: Side,
    current: Side,
    delayed: Vec<f64>,
    /// Synapses from before a presentation.
    kept: (DMatrix<f64>, DMatrix<f64>),
    presentations: u64,
}

/// Activations at one of the two states between which the rule compares.
#[derive(Debug)]
struct Side {
    features: Vec<f64>,
    overlaps: Vec<f64>,
    drive: Vec<f64>,
    hidden: Vec<f64>,
}

impl Side {
    fn new(features: usize, hidden: usize) -> Self {
        Self {
            features: vec![0.0; features],
            overlaps: vec![0.0; hidden],
            drive: vec![0.0; hidden],
            hidden: vec![0.0; hidden],
        }
    }

    /// Takes up the features `v_f`, with hidden units in the adiabatic limit.
    fn set(&mut self, network: &Network, v_f: &[f64], delayed: &[f64]) {
        let (n, k) = network.memories.shape();
        let config = &network.config;
        config.features.activation_into(n, v_f, &mut self.features);
        let to_hidden = &network.to_hidden;
        to_hidden.write_product::<DEEP>(&self.features, &mut self.overlaps);
        network.write_drive(&self.overlaps, delayed, &mut self.drive);
        config
            .hidden
            .activation_into(k, &self.drive, &mut self.hidden);
    }
}

impl Network {
    /// The rates of learning, `dXi/dt` and `dW/dt`, when these feature states are the target and the current one, with
    /// hidden units in the adiabatic limit. What each term contributes: with a `delay_strength` or `memory_strength` of
    /// 0 in the rule.
    ///
    /// # Errors
    /// [`neuro_core::Error::Length`], and what [`EnergyRule::validate`] finds.
    pub fn learning_rates(
        &self,
        rule: &EnergyRule,
        target: &[f64],
        current: &[f64],
        delay: &[f64],
    ) -> Result<(DMatrix<f64>, DMatrix<f64>), Error> {
        rule.validate()?;
        let (n, k) = self.memories.shape();
        Core::check_length("target state", n, target.len())?;
        Core::check_length("current state", n, current.len())?;
        Core::check_length("delay state", n, delay.len())?;
        let delayed = self.projection(delay);
        let [target, current] = [target, current].map(|features| {
            let mut side = Side::new(n, k);
            side.set(self, features, &delayed);
            side
        });
        let (mut xi, mut w) = (DMatrix::zeros(n, k), DMatrix::zeros(k, k));
        rule.rates_into(
            &signals(&target, &current, delay, &delayed),
            self.transitions.as_slice(),
            xi.as_mut_slice(),
            w.as_mut_slice(),
        );
        Ok((xi, w))
    }
}

fn signals<'a>(
    target: &'a Side,
    current: &'a Side,
    delay: &'a [f64],
    delayed_overlaps: &'a [f64],
) -> EnergySignals<'a> {
    EnergySignals {
        target_features: &target.features,
        target_hidden: &target.hidden,
        current_features: &current.features,
        current_hidden: &current.hidden,
        delay,
        delayed_overlaps,
    }
}

impl Learning {
    /// A network that has not been shown anything; features and delay are 0.
    ///
    /// # Errors
    /// What [`LearningConfig::validate`] finds.
    pub fn new(network: Network, config: &LearningConfig) -> Result<Self, Error> {
        config.validate()?;
        let rule = config.rule(network.config());
        rule.validate()?;
        let (n, k) = network.memories.shape();
        let work = RungeKutta4.work(&ReducedFlow::new(&network, Drive::Free)?, 1);
        Ok(Self {
            rule,
            update: EnergyUpdate::new(n, k),
            state: vec![0.0; 2 * n],
            work,
            target: Side::new(n, k),
            current: Side::new(n, k),
            delayed: vec![0.0; k],
            kept: (network.memories.clone(), network.transitions.clone()),
            presentations: 0,
            network,
            config: config.clone(),
        })
    }

    /// The network as it is now.
    #[must_use]
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// The network, when learning is over.
    #[must_use]
    pub fn into_network(self) -> Network {
        self.network
    }

    /// The features `V_f`.
    #[must_use]
    pub fn features(&self) -> &[f64] {
        &self.state[..self.state.len() / 2]
    }

    /// The delayed features `V_d`.
    #[must_use]
    pub fn delay(&self) -> &[f64] {
        &self.state[self.state.len() / 2..]
    }

    /// Number of presentations so far.
    #[must_use]
    pub fn presentations(&self) -> u64 {
        self.presentations
    }

    /// Shows each memory of a cyclic episode (one a column) once, with the next as target; the first follows the last.
    ///
    /// # Errors
    /// Those of [`present`](Self::present), and [`neuro_core::Error::Empty`] for no memory.
    pub fn epoch(&mut self, episode: &DMatrix<f64>) -> Result<(), Error> {
        let (n, count) = episode.shape();
        if episode.is_empty() {
            let what = "memories of an episode".into();
            return Err(Core::Empty { what }.into());
        }
        for shown in 0..count {
            let next = (shown + 1) % count;
            let memory = |m: usize| &episode.as_slice()[m * n..][..n];
            self.present(memory(shown), memory(next))?;
        }
        Ok(())
    }

    /// Shows one memory while `target` is expected next.
    ///
    /// # Errors
    /// [`neuro_core::Error`] for patterns of the wrong length or that are not finite;
    /// [`neuro_core::Error::Diverged`], with the number of the update from 1, when a synapse is not finite any more: the
    /// synapses are then those from before the presentation.
    pub fn present(&mut self, shown: &[f64], target: &[f64]) -> Result<(), Error> {
        let n = self.network.feature_units();
        for (what, pattern) in [("memory shown", shown), ("target memory", target)] {
            Core::check_length(what, n, pattern.len())?;
            Core::check_finite(what, pattern)?;
        }
        self.kept.0.copy_from(&self.network.memories);
        self.kept.1.copy_from(&self.network.transitions);
        if self.config.reset_delay {
            self.state[n..].fill(0.0);
        }
        let updates = self.config.steps_per_presentation / self.config.steps_per_update;
        for update in 1..=updates {
            self.follow(shown)?;
            self.learn(target)?;
            let network = &self.network;
            let synapses = network.memories.iter().chain(&network.transitions);
            // What is so large that the sum of finite values overflows has diverged too.
            if !synapses.sum::<f64>().is_finite() {
                self.network.memories.copy_from(&self.kept.0);
                self.network.transitions.copy_from(&self.kept.1);
                self.network.pack();
                self.state.fill(0.0);
                return Err(Core::Diverged {
                    what: "synapses".into(),
                    step: update,
                }
                .into());
            }
        }
        self.presentations += 1;
        Ok(())
    }

    /// Features and delay for the steps up to the next update.
    fn follow(&mut self, shown: &[f64]) -> Result<(), Error> {
        let (steps, dt) = (self.config.steps_per_update, self.config.step);
        let config = &self.network.config;
        match self.config.presentation {
            Presentation::Clamp => {
                // The delay of constant features is an exponential.
                let (features, delay) = self.state.split_at_mut(shown.len());
                features.copy_from_slice(shown);
                let s_f = &mut self.current.features;
                config.features.activation_into(shown.len(), shown, s_f);
                let left = (-(steps as f64) * dt / config.delay_time_constant).exp();
                for (d, s) in delay.iter_mut().zip(s_f) {
                    let end = config.delay_gain * *s;
                    *d = end + (*d - end) * left;
                }
            }
            Presentation::Drive { strength } => {
                let input = shown.iter().map(|v| strength * v).collect();
                let flow = ReducedFlow::new(&self.network, Drive::Input(input))?;
                for _ in 0..steps {
                    RungeKutta4.step(&flow, 0.0, dt, &mut self.state, &mut self.work);
                }
            }
        }
        Ok(())
    }

    /// One update of the synapses.
    fn learn(&mut self, target: &[f64]) -> Result<(), Error> {
        let network = &mut self.network;
        let (v_f, v_d) = self.state.split_at(target.len());
        let delayed = &mut self.delayed;
        network.to_hidden.write_product::<DEEP>(v_d, delayed);
        self.target.set(network, target, delayed);
        self.current.set(network, v_f, delayed);
        self.update.step(
            &self.rule,
            &signals(&self.target, &self.current, v_d, delayed),
            self.config.steps_per_update as f64,
            network.memories.as_mut_slice(),
            network.transitions.as_mut_slice(),
        )?;
        network.pack();
        Ok(())
    }
}
