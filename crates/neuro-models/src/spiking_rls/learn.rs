//! Loops of learning: free run, stimulus, target.

use std::sync::Arc;

use nalgebra::DMatrix;
use neuro_core::archive::Archive;
use neuro_core::parallel::Workers;
use neuro_core::transfer::SmoothQifGain;
use neuro_core::{Domain, Error as Core, Scalar, Streams, TraceCorrelation};
use neuro_plasticity::{Lesson, Objective, PerUnitRls};
use rand::RngExt;

use super::config::{steps_of, whole_steps};
use super::recall::column;
use super::{LearningConfig, Network, ObjectiveKind, Pattern, Population, State};
use crate::Error;

const KIND: &str = "neuro.spiking-rls.learning";
const VERSION: u32 = 1;

/// What happened in a loop.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LoopOutcome {
    /// Number of the loop, from 0.
    pub number: u64,
    /// Which pattern was trained.
    pub pattern: usize,
    /// Mean over the scored units of the correlation with the targets while learning: of the drive, of the
    /// rate under the rate objective, of `x` for rate units. It says little about a test.
    pub correlation: f64,
    /// Scored units whose trace never changed, which count as a correlation of 0: all of them when the
    /// network was silent.
    pub constant: usize,
    /// `|W - W_0| / |W_0|` (Frobenius) after the loop; `|W|` alone when all weights were 0 before learning.
    pub weight_change: f64,
    /// Root of the mean squared error before each update.
    pub error: f64,
    /// Share of unit updates that the gate let through.
    pub trained: f64,
    /// Mean rate while learning (Hz); 0 for rate units.
    pub rate: f64,
}

/// A step of a loop, as an observer sees it.
#[derive(Clone, Copy, Debug)]
pub struct Moment<'a> {
    /// Steps since the end of the stimulus; `None` in the stimulus.
    pub step: Option<usize>,
    /// The state after the step; its drive is that before learning.
    pub state: &'a State,
    /// The weights after learning.
    pub weights: &'a [f64],
}

/// A network that learns patterns in turn. `T` is the type of the matrices `P`.
///
/// ```
/// use neuro_core::Streams;
/// use neuro_models::spiking_rls::targets::Sines;
/// use neuro_models::spiking_rls::{Config, Learning, LearningConfig, Network, Pattern, stimulus};
///
/// // 100 units learn sine waves of 400 ms; the first loops do most of the work.
/// let streams = Streams::new(1);
/// let network = Network::new(&Config { units: 100, ..Config::default() }, streams)?;
/// let targets = Sines::default().generate(100, 400, 1.0, streams, 0)?;
/// let pattern = Pattern::new(stimulus(100, 2.0, streams, 0)?, targets);
/// let config = LearningConfig::default();
/// let mut learning = Learning::<f64>::new(network, vec![pattern], &config, streams)?;
/// for _ in 0..4 {
///     learning.run_loop()?;
/// }
/// let last = learning.run_loop()?.correlation;
/// assert!(last > 0.75, "{last}");
/// # Ok::<(), neuro_models::Error>(())
/// ```
#[derive(Debug)]
pub struct Learning<T: Scalar = f64> {
    network: Network,
    /// Weights before learning.
    origin: Vec<f64>,
    patterns: Vec<Pattern>,
    /// What the rule gets as targets, when they are not those of the patterns.
    lessons: Vec<DMatrix<f64>>,
    config: LearningConfig,
    every: usize,
    /// What is left of `r` from one update to the next without a spike; 0 for rate units.
    decay: f64,
    stimulated: usize,
    rls: PerUnitRls<T>,
    state: State,
    loops: u64,
    streams: Streams,
    workers: Workers,
    correlation: TraceCorrelation,
    inputs: Vec<f64>,
}

impl<T: Scalar> Learning<T> {
    /// A network before its first loop, in the random state 0. The free run of loop `k` is drawn from the
    /// `Trial` stream `k`. Patterns take turns.
    ///
    /// # Errors
    /// What [`LearningConfig::validate`] and [`PerUnitRls::new`] find; [`neuro_core::Error`] for patterns
    /// that do not fit the network, none at all, targets that end before the first update (nothing would ever
    /// be learned), or times that are no multiples of the step.
    pub fn new(
        network: Network,
        patterns: Vec<Pattern>,
        config: &LearningConfig,
        streams: Streams,
    ) -> Result<Self, Error> {
        config.validate()?;
        if patterns.is_empty() {
            let what = "patterns".into();
            return Err(Core::Empty { what }.into());
        }
        for pattern in &patterns {
            pattern.check(network.units())?;
        }
        let every = whole_steps("time between updates", config.update_interval, network.dt())?;
        for pattern in &patterns {
            // The first step never trains.
            let steps = pattern.targets.ncols();
            let expected = format!("at least {}, the time of the first update", every.max(2));
            let reached = steps >= every.max(2);
            Core::check_range("steps of the targets", &expected, steps as f64, reached)?;
        }
        let stimulated = steps_of("stimulus", config.stimulus_duration, network.dt())?;
        let objective = match config.objective {
            ObjectiveKind::Drive => Objective::Drive,
            ObjectiveKind::Rate { gated } => Objective::Rate {
                gain: Arc::new(SmoothQifGain::<f64>::default()),
                gated,
            },
        };
        let (connections, weights) = (network.connections(), network.weights());
        let rls = PerUnitRls::new(config.rls, objective, config.dale, connections, weights)?;
        let decay = match network.population() {
            Population::Spiking { filter, .. } => filter.decay().powi(every as i32),
            Population::Rate { .. } => 0.0,
        };
        let lessons = match network.population() {
            Population::Rate { step, .. } if config.lag => {
                patterns.iter().map(|p| ahead(&p.targets, *step)).collect()
            }
            _ => Vec::new(),
        };
        Ok(Self {
            origin: network.weights().to_vec(),
            state: network.random_state(streams, 0),
            correlation: TraceCorrelation::new(network.units()),
            inputs: network.bias().to_vec(),
            network,
            patterns,
            lessons,
            config: config.clone(),
            every,
            decay,
            stimulated,
            rls,
            loops: 0,
            streams,
            workers: Workers::sequential(),
        })
    }

    /// The same with the units shared between threads; the results do not change.
    #[must_use]
    pub fn with_workers(mut self, workers: Workers) -> Self {
        self.workers = workers;
        self
    }

    /// The same from another state.
    ///
    /// # Errors
    /// Those of [`Network::state`] for the variables of the units.
    pub fn with_variables(mut self, variables: Vec<f64>) -> Result<Self, Error> {
        self.state = self.network.state(variables)?;
        Ok(self)
    }

    /// The network as it is now.
    #[must_use]
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// The network, without what learning needed.
    #[must_use]
    pub fn into_network(self) -> Network {
        self.network
    }

    /// The patterns.
    #[must_use]
    pub fn patterns(&self) -> &[Pattern] {
        &self.patterns
    }

    /// The state of the rule.
    #[must_use]
    pub fn rls(&self) -> &PerUnitRls<T> {
        &self.rls
    }

    /// The state of the network.
    #[must_use]
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Number of loops so far.
    #[must_use]
    pub fn loops(&self) -> u64 {
        self.loops
    }

    /// Correlation of each unit with its target in the last loop.
    #[must_use]
    pub fn correlations(&self) -> Vec<f64> {
        self.correlation.each()
    }

    /// One loop with the pattern whose turn it is; the state is carried over to the next.
    ///
    /// # Errors
    /// [`neuro_plasticity::Error::LostPositivity`] from the rule, [`neuro_core::Error::NonFinite`] when the
    /// state is not finite any more. Weights of the units that could not be updated are those before.
    pub fn run_loop(&mut self) -> Result<LoopOutcome, Error> {
        self.run_loop_with(|_| {})
    }

    /// One loop of which `observe` sees every step from the start of the stimulus.
    ///
    /// # Errors
    /// Those of [`run_loop`](Self::run_loop).
    pub fn run_loop_with(
        &mut self,
        mut observe: impl FnMut(&Moment<'_>),
    ) -> Result<LoopOutcome, Error> {
        let number = self.loops;
        let turn = (number % self.patterns.len() as u64) as usize;
        let [shortest, longest] = self.config.free_run;
        let drawn: f64 = self.streams.rng(Domain::Trial, number).random();
        let free = shortest + (longest - shortest) * drawn;
        let free = steps_of("free run", free, self.network.dt())?;
        self.network.run(free, &[], &mut self.state);
        let pattern = &self.patterns[turn];
        for _ in 0..self.stimulated {
            self.network.step(&pattern.stimulus, &mut self.state);
            observe(&Moment {
                step: None,
                state: &self.state,
                weights: self.network.weights(),
            });
        }
        let scored = self.scored();
        let steps = pattern.targets.ncols();
        self.correlation.clear();
        let (mut squares, mut trained, mut updates, mut spikes) = (0.0, 0, 0, 0.0);
        for step in 0..steps {
            let input = pattern.input_at(step);
            self.network.step(input, &mut self.state);
            spikes += self.state.spikes.iter().sum::<f64>();
            let targets = column(&pattern.targets, step);
            self.correlation.add(of_state(&self.state, scored), targets);
            if step > 0 && (step + 1).is_multiple_of(self.every) {
                self.inputs.copy_from_slice(self.network.bias());
                for (to, input) in self.inputs.iter_mut().zip(input) {
                    *to += input;
                }
                let targets = self.lessons.get(turn).map_or(targets, |l| column(l, step));
                let lesson = Lesson {
                    rates: &self.state.rates,
                    targets,
                    inputs: &self.inputs,
                    decay: self.decay,
                };
                let weights = self.network.weights_mut();
                self.rls.update(&self.workers, &lesson, weights)?;
                squares += self.rls.errors().iter().map(|e| e * e).sum::<f64>();
                trained += self.rls.trained().iter().filter(|t| **t).count();
                updates += self.network.units();
            }
            observe(&Moment {
                step: Some(step),
                state: &self.state,
                weights: self.network.weights(),
            });
        }
        // Between loops nothing waits, so that a file can be written there without changing a bit.
        self.rls.settle(&self.workers);
        self.loops += 1;
        let units = self.network.units() as f64;
        let share = |sum: f64| sum / (updates.max(1) as f64);
        let counted = self.config.scored.unwrap_or(usize::MAX);
        Ok(LoopOutcome {
            number,
            pattern: turn,
            correlation: self.correlation.mean(counted),
            constant: self.correlation.constant(counted),
            weight_change: relative_change(&self.origin, self.network.weights()),
            error: share(squares).sqrt(),
            trained: share(trained as f64),
            rate: spikes / (units * steps as f64 * self.network.dt()) * 1000.0,
        })
    }

    /// Everything that the next loop depends on beside what [`new`](Self::new) was given: weights, state, `P`,
    /// counters. Resuming from it equals never having stopped, bit for bit.
    pub fn export(&mut self) -> Archive {
        let mut archive = Archive::new(KIND, VERSION);
        archive.insert_vector("weights", self.network.weights());
        archive.insert_vector("weights.before", &self.origin);
        archive.insert_vector("state.variables", &self.state.variables);
        archive.insert_vector("state.rates", &self.state.rates);
        archive.insert_vector("state.drive", &self.state.drive);
        archive.insert_vector("state.spikes", &self.state.spikes);
        archive.insert_scalar("loops", self.loops);
        archive.insert_scalar("seed", self.streams.seed());
        self.rls.export(&mut archive, "rls");
        archive
    }

    /// Goes on from what [`export`](Self::export) stored, in an object made with the same arguments. Read the
    /// file with [`Archive::read`], kind `neuro.spiking-rls.learning`, version 1.
    ///
    /// # Errors
    /// [`neuro_core::Error`] for tensors that are missing or do not fit, and another seed; the object must
    /// not be used then.
    pub fn import(&mut self, archive: &Archive) -> Result<(), Error> {
        let seed: u64 = archive.scalar("seed")?;
        if seed != self.streams.seed() {
            let (name, own) = ("seed".into(), self.streams.seed());
            let problem = format!("expected {own}, found {seed}");
            return Err(Core::Tensor { name, problem }.into());
        }
        let read = |name: &str, to: &mut Vec<f64>| -> Result<(), Error> {
            let values = archive.vector::<f64>(name)?;
            Core::check_length(name, to.len(), values.len())?;
            Core::check_finite(name, &values)?;
            *to = values;
            Ok(())
        };
        let mut weights = self.network.weights().to_vec();
        read("weights", &mut weights)?;
        read("weights.before", &mut self.origin)?;
        read("state.variables", &mut self.state.variables)?;
        read("state.rates", &mut self.state.rates)?;
        read("state.drive", &mut self.state.drive)?;
        read("state.spikes", &mut self.state.spikes)?;
        self.loops = archive.scalar("loops")?;
        self.rls.import(archive, "rls")?;
        self.network.weights_mut().copy_from_slice(&weights);
        Ok(())
    }

    fn scored(&self) -> Scored {
        match (self.network.population(), self.config.objective) {
            (Population::Rate { .. }, _) => Scored::Variable,
            (_, ObjectiveKind::Drive) => Scored::Drive,
            (_, ObjectiveKind::Rate { .. }) => Scored::Rate,
        }
    }
}

/// What of the state is compared with the targets.
#[derive(Clone, Copy)]
enum Scored {
    Drive,
    Rate,
    Variable,
}

fn of_state(state: &State, scored: Scored) -> &[f64] {
    match scored {
        Scored::Drive => &state.drive,
        Scored::Rate => &state.rates,
        Scored::Variable => &state.variables,
    }
}

/// `f + tau df/dt` for Euler steps of `step = dt / tau`: with this drive, `x = f` goes on to the next column
/// of `f` exactly. The last column has no next one and keeps the slope before it.
fn ahead(targets: &DMatrix<f64>, step: f64) -> DMatrix<f64> {
    let last = targets.ncols() - 1;
    DMatrix::from_fn(targets.nrows(), targets.ncols(), |i, s| {
        let from = s.min(last.saturating_sub(1));
        let slope = targets[(i, (from + 1).min(last))] - targets[(i, from)];
        targets[(i, s)] + slope / step
    })
}

fn relative_change(before: &[f64], after: &[f64]) -> f64 {
    let moved = before.iter().zip(after).map(|(a, b)| (b - a) * (b - a));
    let (moved, size) = (
        moved.sum::<f64>(),
        before.iter().map(|w| w * w).sum::<f64>(),
    );
    if size > 0.0 {
        (moved / size).sqrt()
    } else {
        moved.sqrt()
    }
}
