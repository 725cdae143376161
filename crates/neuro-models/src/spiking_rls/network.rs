//! The network: units, connections, weights, and one step.

use std::sync::Arc;

use nalgebra::DMatrix;
use neuro_core::connectivity::{bernoulli_mask, gaussian};
use neuro_core::spiking::{Connections, Izhikevich, SpikingUnits, SynapticFilter, Theta};
use neuro_core::transfer::{Tanh, Transfer};
use neuro_core::{Domain, Error as Core, Streams};
use rand::RngExt;

use super::{Config, Model, RATE_UNIT};
use crate::Error;

/// What the units do in a step.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Population {
    /// Units that spike, with exponential synapses.
    Spiking {
        /// The membranes.
        units: Arc<dyn SpikingUnits>,
        /// The synapses.
        filter: SynapticFilter,
    },
    /// Rate units: `x <- x + step (-x + u + I)`, then `r = transfer(x)`.
    Rate {
        /// From state to rate.
        transfer: Arc<dyn Transfer<f64>>,
        /// Step over time constant, above 0, at most 1.
        step: f64,
    },
}

/// A recurrent network, its weights included.
///
/// ```
/// use neuro_core::Streams;
/// use neuro_models::spiking_rls::{Config, Network};
///
/// // Theta neurons without input or connections fall silent within a few hundred ms.
/// let network = Network::new(&Config { units: 50, ..Config::default() }, Streams::new(1))?;
/// let mut state = network.random_state(Streams::new(1), 0);
/// let mut late = 0.0;
/// for step in 0..500 {
///     network.step(&[], &mut state);
///     late += if step < 250 { 0.0 } else { state.spikes().iter().sum::<f64>() };
/// }
/// assert_eq!(late, 0.0);
/// # Ok::<(), neuro_models::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Network {
    population: Population,
    connections: Arc<Connections>,
    weights: Vec<f64>,
    bias: Vec<f64>,
    dt: f64,
}

/// What changes in a step.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    pub(super) variables: Vec<f64>,
    pub(super) rates: Vec<f64>,
    pub(super) drive: Vec<f64>,
    pub(super) spikes: Vec<f64>,
    current: Vec<f64>,
}

impl State {
    /// Variables of the units: the first of all units (phase, voltage or `x`), then the second.
    #[must_use]
    pub fn variables(&self) -> &[f64] {
        &self.variables
    }

    /// `r`, one for each unit (per 10 ms).
    #[must_use]
    pub fn rates(&self) -> &[f64] {
        &self.rates
    }

    /// `u = W r`, one for each unit.
    #[must_use]
    pub fn drive(&self) -> &[f64] {
        &self.drive
    }

    /// 1 for each unit that has spiked in the last step, 0 for the others.
    #[must_use]
    pub fn spikes(&self) -> &[f64] {
        &self.spikes
    }
}

impl Network {
    /// A random network: connections from the `Connectivity`, weights from the `Weights` stream 0.
    ///
    /// # Errors
    /// What [`Config::validate`] and the parameters of the units say.
    pub fn new(config: &Config, streams: Streams) -> Result<Self, Error> {
        config.validate()?;
        let (n, p) = (config.units, config.connection_probability);
        let mask: DMatrix<f64> = bernoulli_mask(n, n, p, streams, 0)?;
        let dense = gaussian(n, n, config.gain / (n as f64 * p).sqrt(), streams, 0)?;
        let connections = Connections::of_mask(&mask);
        let mut weights = connections.weights_of(&dense);
        if config.zero_sums {
            zero_sums(&connections, &mut weights);
        }
        Self::from_parts(
            Population::of(config)?,
            connections,
            weights,
            config.model.dt(),
        )
    }

    /// A network of given parts with steps of `dt` ms.
    ///
    /// # Errors
    /// [`neuro_core::Error`] when the connections are not square, weights are missing or not finite, or
    /// the units' parameters do not fit.
    pub fn from_parts(
        population: Population,
        connections: Connections,
        weights: Vec<f64>,
        dt: f64,
    ) -> Result<Self, Error> {
        let n = connections.units();
        Core::check_shape("connections", (n, n), (n, connections.presynaptic()))?;
        Core::check_length("weights", connections.len(), weights.len())?;
        Core::check_finite("weights", &weights)?;
        super::config::check_time("step", dt)?;
        match &population {
            Population::Spiking { units, .. } => units.validate(n)?,
            Population::Rate { step, .. } => {
                let fits = *step > 0.0 && *step <= 1.0;
                Core::check_range("step over time constant", "above 0, at most 1", *step, fits)?;
            }
        }
        Ok(Self {
            population,
            connections: Arc::new(connections),
            weights,
            bias: vec![0.0; n],
            dt,
        })
    }

    /// The same network with a constant input to each unit.
    ///
    /// # Errors
    /// [`neuro_core::Error::Length`] and [`neuro_core::Error::NonFinite`].
    pub fn with_bias(mut self, bias: Vec<f64>) -> Result<Self, Error> {
        Core::check_length("bias", self.units(), bias.len())?;
        Core::check_finite("bias", &bias)?;
        self.bias = bias;
        Ok(self)
    }

    /// Number of units.
    #[must_use]
    pub fn units(&self) -> usize {
        self.connections.units()
    }

    /// The step (ms).
    #[must_use]
    pub fn dt(&self) -> f64 {
        self.dt
    }

    /// What the units are.
    #[must_use]
    pub fn population(&self) -> &Population {
        &self.population
    }

    /// Who is connected to whom.
    #[must_use]
    pub fn connections(&self) -> &Connections {
        &self.connections
    }

    /// Constant input of each unit.
    #[must_use]
    pub fn bias(&self) -> &[f64] {
        &self.bias
    }

    /// The weights, in the order of the connections.
    #[must_use]
    pub fn weights(&self) -> &[f64] {
        &self.weights
    }

    /// The weights, for writing.
    #[must_use]
    pub fn weights_mut(&mut self) -> &mut [f64] {
        &mut self.weights
    }

    /// The weights as a matrix, post x pre.
    #[must_use]
    pub fn weight_matrix(&self) -> DMatrix<f64> {
        self.connections.matrix_of(&self.weights)
    }

    /// Sets all weights from and to these units to 0 (Fig. 3d).
    ///
    /// # Errors
    /// [`neuro_core::Error::OutOfRange`] for a unit that does not exist; nothing has changed then.
    pub fn disconnect(&mut self, units: &[usize]) -> Result<(), Error> {
        let n = self.units();
        let mut gone = vec![false; n];
        for unit in units {
            Core::check_range("unit", &format!("below {n}"), *unit as f64, *unit < n)?;
            gone[*unit] = true;
        }
        for i in 0..n {
            let sources = self.connections.sources(i);
            for (w, j) in self.weights[self.connections.range(i)]
                .iter_mut()
                .zip(sources)
            {
                if gone[i] || gone[*j as usize] {
                    *w = 0.0;
                }
            }
        }
        Ok(())
    }

    /// A random state: variables from the `InitialState` stream `index`, no synaptic activity. Rate units
    /// start uniform in -1 to 1.
    #[must_use]
    pub fn random_state(&self, streams: Streams, index: u64) -> State {
        let n = self.units();
        let mut rng = streams.rng(Domain::InitialState, index);
        let mut variables;
        match &self.population {
            Population::Spiking { units, .. } => {
                variables = vec![0.0; n * units.variables()];
                units.start(&mut rng, &mut variables);
            }
            Population::Rate { .. } => {
                variables = vec![0.0; n];
                for x in &mut variables {
                    *x = 2.0 * rng.random::<f64>() - 1.0;
                }
            }
        }
        self.state_of(variables)
    }

    /// The state of given variables: without synaptic activity, or for rate units with `r` and `u` that
    /// belong to them.
    ///
    /// # Errors
    /// [`neuro_core::Error::Length`] and [`neuro_core::Error::NonFinite`].
    pub fn state(&self, variables: Vec<f64>) -> Result<State, Error> {
        let each = match &self.population {
            Population::Spiking { units, .. } => units.variables(),
            Population::Rate { .. } => 1,
        };
        Core::check_length(
            "variables of the units",
            each * self.units(),
            variables.len(),
        )?;
        Core::check_finite("variables of the units", &variables)?;
        Ok(self.state_of(variables))
    }

    fn state_of(&self, variables: Vec<f64>) -> State {
        let n = self.units();
        let mut state = State {
            variables,
            rates: vec![0.0; n],
            drive: vec![0.0; n],
            spikes: vec![0.0; n],
            current: vec![0.0; n],
        };
        if let Population::Rate { transfer, .. } = &self.population {
            transfer.value_into(&state.variables, &mut state.rates);
            self.connections
                .drive_into(&self.weights, &state.rates, &mut state.drive);
        }
        state
    }

    /// One step with external input `input` beside the bias; empty for none. Allocates nothing.
    ///
    /// # Panics
    /// When `input` is neither empty nor one value a unit, or `state` is that of another network.
    pub fn step(&self, input: &[f64], state: &mut State) {
        self.step_edited(input, state, |_| {});
    }

    /// One step in which `edit` may change the spikes (1 or 0, one for each unit) before they act: a
    /// spike can be deleted or added. The unit itself has fired and is reset all the same.
    ///
    /// # Panics
    /// As [`step`](Self::step).
    pub fn step_edited(&self, input: &[f64], state: &mut State, edit: impl FnOnce(&mut [f64])) {
        let n = self.units();
        assert!(input.is_empty() || input.len() == n, "input, one a unit");
        for ((x, u), bias) in state.current.iter_mut().zip(&state.drive).zip(&self.bias) {
            *x = u + bias;
        }
        for (x, input) in state.current.iter_mut().zip(input) {
            *x += input;
        }
        match &self.population {
            Population::Spiking { units, filter } => {
                units.step(&state.current, &mut state.variables, &mut state.spikes);
                edit(&mut state.spikes);
                filter.step(&state.spikes, &mut state.rates);
            }
            Population::Rate { transfer, step } => {
                for (x, current) in state.variables.iter_mut().zip(&state.current) {
                    *x += step * (current - *x);
                }
                transfer.value_into(&state.variables, &mut state.rates);
            }
        }
        self.connections
            .drive_into(&self.weights, &state.rates, &mut state.drive);
    }
}

impl Population {
    /// The units and synapses of a configuration.
    ///
    /// # Errors
    /// What the parameters say.
    pub fn of(config: &Config) -> Result<Self, Error> {
        let units: Arc<dyn SpikingUnits> = match config.model {
            Model::Theta { dt } => Arc::new(Theta {
                time_constant: RATE_UNIT,
                dt,
            }),
            Model::LeakyIntegrateAndFire(units) => Arc::new(units),
            Model::Izhikevich { dt } => Arc::new(Izhikevich::equal_shares(config.units, dt)?),
            Model::Rate { time_constant, dt } => {
                return Ok(Self::Rate {
                    transfer: Arc::new(Tanh),
                    step: dt / time_constant,
                });
            }
        };
        let (tau, dt) = (config.synaptic_time_constant, config.model.dt());
        let filter = SynapticFilter::new(tau, dt, RATE_UNIT, config.decay)?;
        Ok(Self::Spiking { units, filter })
    }
}

/// Subtracts each unit's mean weight from its weights.
pub(super) fn zero_sums(connections: &Connections, weights: &mut [f64]) {
    for i in 0..connections.units() {
        let row = &mut weights[connections.range(i)];
        let mean = row.iter().sum::<f64>() / row.len().max(1) as f64;
        for w in row {
            *w -= mean;
        }
    }
}
