//! Rates, synapses, weights and gains of the ring as one system of `7 N + N^2` variables.

use std::sync::Arc;

use neuro_core::{System, vectorize};
use neuro_plasticity::{
    Activity, Combined, Differential, Fixed, Gated, Homeostatic, PlasticityRule, Rates, Rectified,
    Synapses,
};

use super::flow::{Coupling, CouplingWork, VARIABLES};
use super::{Config, NegativeWeights, Network, Plasticity};
use crate::Error;

/// Part of a trial.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period {
    /// While the stimulus is on: nothing learns, but negative weights relax.
    Stimulus,
    /// Afterwards.
    Delay,
}

type Rule = Combined<Rectified<Gated<Differential, Fixed>>, Fixed>;

/// The ring network while it learns, in one period of a trial.
///
/// A state is `[rE, rI, sEE, sIE, sEI, sII, U, g]` with `U` column-major. The right-hand side is
/// smooth within a period of the trial; integrate the stimulus and the delay one after the other.
/// The learning itself is `neuro-plasticity`'s: differential plasticity behind a gate, rectified,
/// with homeostatic gains.
#[derive(Clone, Debug)]
pub struct PlasticFlow {
    coupling: Arc<Coupling>,
    plasticity: Plasticity,
    profile: Vec<f64>,
    period: Period,
}

impl PlasticFlow {
    /// The network in one `period` of a trial with a stimulus about unit `stimulus`.
    ///
    /// # Errors
    /// What [`Plasticity::validate`] finds, and [`neuro_core::Error::OutOfRange`] for a unit that is
    /// not on the ring.
    pub fn new(
        network: &Network,
        plasticity: Plasticity,
        stimulus: usize,
        period: Period,
    ) -> Result<Self, Error> {
        plasticity.validate()?;
        network.check_stimulus(stimulus)?;
        Ok(Self {
            coupling: network.coupling().clone(),
            plasticity,
            profile: network.config().stimulus_profile(stimulus),
            period,
        })
    }

    pub(super) fn set(&mut self, stimulus: usize, period: Period) {
        self.profile.clear();
        let config = &self.coupling.config;
        config.add_stimulus_profile(stimulus, &mut self.profile);
        self.period = period;
    }

    pub(super) fn set_period(&mut self, period: Period) {
        self.period = period;
    }

    /// The configuration.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.coupling.config
    }

    /// The rule at time `t` of the trial.
    fn rule(&self, t: f64) -> Rule {
        let p = &self.plasticity;
        let faded = 1.0 - self.config().stimulus.level(t);
        let [differential, homeostatic] = match self.period {
            Period::Stimulus => [0.0, 0.0],
            Period::Delay => [faded, if p.gate_homeostasis { faded } else { 1.0 }],
        };
        Combined {
            rule: Rectified {
                rule: Gated {
                    rule: Differential {
                        rate: p.differential,
                    },
                    gate: Fixed(differential),
                },
                relaxation: match p.negative {
                    NegativeWeights::Relax(rate) => rate,
                    NegativeWeights::Clip => 0.0,
                },
            },
            homeostatic: Homeostatic {
                rate: p.homeostatic,
                target: p.target,
            },
            gate: Fixed(homeostatic),
        }
    }
}

/// Buffers of a [`PlasticFlow`].
#[derive(Clone, Debug)]
pub struct PlasticWork {
    effective: Vec<f64>,
    excitation: Vec<f64>,
    still: Vec<f64>,
    coupling: CouplingWork,
}

impl System<f64> for PlasticFlow {
    type Work = PlasticWork;

    fn dim(&self) -> usize {
        let n = self.config().units;
        (VARIABLES + 1) * n + n * n
    }

    fn work(&self, _states: usize) -> PlasticWork {
        let n = self.config().units;
        PlasticWork {
            effective: vec![0.0; n * n],
            excitation: vec![0.0; n],
            still: vec![0.0; n],
            coupling: CouplingWork::new(n, 1),
        }
    }

    fn rhs(&self, t: f64, x: &[f64], dx: &mut [f64], work: &mut PlasticWork) {
        let (n, dim) = (self.config().units, self.dim());
        let (rule, level) = (self.rule(t), self.config().stimulus.level(t));
        for (x, dx) in x.chunks_exact(dim).zip(dx.chunks_exact_mut(dim)) {
            let (x, learned) = x.split_at(VARIABLES * n);
            let (weights, variables) = learned.split_at(n * n);
            let synapses = Synapses { weights, variables };
            rule.effective_into(&synapses, &mut work.effective);
            multiply(&work.effective, &x[2 * n..3 * n], &mut work.excitation);
            let (dx, d_learned) = dx.split_at_mut(VARIABLES * n);
            let drive = (self.profile.as_slice(), level);
            self.coupling
                .rhs(x, &work.excitation, drive, dx, &mut work.coupling);
            let (weights, variables) = d_learned.split_at_mut(n * n);
            let activity = Activity {
                time: t,
                pre: &x[..n],
                post: &x[..n],
                d_pre: &work.still,
                d_post: &dx[..n],
            };
            rule.rates_into(&activity, &synapses, Rates { weights, variables });
        }
    }
}

/// `product = matrix x`, column by column.
fn multiply(matrix: &[f64], x: &[f64], product: &mut [f64]) {
    vectorize(
        #[inline(always)]
        || {
            product.fill(0.0);
            for (column, x) in matrix.chunks_exact(x.len()).zip(x) {
                for (product, w) in product.iter_mut().zip(column) {
                    *product += w * x;
                }
            }
        },
    );
}
