//! What is trained in each group: network, targets, learning, tests, for every scale.

use std::ops::Range;

use neuro_core::Streams;
use neuro_core::spiking::LeakyIntegrateAndFire;
use neuro_models::Error;
use neuro_models::spiking_rls::targets::{OrnsteinUhlenbeck, ProductsOfSines, SyntheticConfig};
use neuro_models::spiking_rls::{
    BalancedConfig, Config, LearningConfig, Model, Network, ObjectiveKind, RecallConfig,
};
use neuro_plasticity::{Dale, RlsConfig};

use super::group::{Group, Kind};
use crate::Scale;

/// What the units are to do.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Targets {
    Sines,
    Products(ProductsOfSines),
    Chaotic,
    Process(OrnsteinUhlenbeck),
    /// Products of sines of which only this share of the units has its own; the others have that of
    /// the last unit.
    Repeated(f64),
    /// One sine wave for all, and private frozen input of this standard deviation.
    Identical(f64),
    /// What the untrained network did, over a time (ms) that goes on after the learned part.
    Innate {
        warm_up: f64,
        after: f64,
    },
    /// Synthetic recordings for the first so many units, processes for the others.
    Cortical(SyntheticConfig),
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Architecture {
    Random(Config),
    Balanced(BalancedConfig),
}

/// Everything about a network but its seed.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Plan {
    pub(super) architecture: Architecture,
    pub(super) targets: Targets,
    /// Length of the targets (ms).
    pub(super) duration: f64,
    pub(super) patterns: usize,
    /// Amplitude of the stimuli.
    pub(super) amplitude: f64,
    pub(super) learning: LearningConfig,
    pub(super) loops: u64,
    pub(super) trials: u64,
}

/// Standard deviation of the processes of Figures 6 and 7, the same for all correlation times.
pub(super) const SCANNED_DEVIATION: f64 = 0.5;

impl Plan {
    /// The plan of a group; None for those in which nothing is trained.
    pub(super) fn of(group: Group, scale: Scale) -> Option<Self> {
        let base = Self::base(scale);
        let plan = match group {
            Group::Single(kind) => return base.of_kind(kind, scale),
            Group::Random(percent) => Self {
                targets: Targets::Repeated(f64::from(percent) / 100.0),
                ..base.third(scale)
            },
            Group::Amplitude(hundredths) => {
                let amplitude = f64::from(hundredths) / 100.0;
                Self {
                    targets: Targets::Products(slow_products([amplitude; 2])),
                    ..base.third(scale)
                }
            }
            Group::Coupling(strength, tau) => {
                let mut plan = base.balanced(scale, 10.0, Dale::Delete);
                if let Architecture::Balanced(config) = &mut plan.architecture {
                    config.strength = f64::from(strength);
                    config.synaptic_time_constant = f64::from(tau);
                }
                plan.loops = scale.choose(2, 6, 40);
                plan.trials = scale.choose(1, 2, 5);
                plan
            }
            Group::Cortical(percent) => base.cortical(percent, scale),
            Group::Scan(units, tau, target) => {
                let mut plan = base.process(units, target, scale);
                plan.random().synaptic_time_constant = f64::from(tau);
                plan
            }
            Group::Length(units, length, target) => Self {
                duration: scale.choose(0.2, 1.0, 1.0) * f64::from(length),
                ..base.process(units, target, scale)
            },
            Group::Size(units) => {
                let mut plan = base.process(units, 100, Scale::Paper);
                plan.random().units =
                    scale.choose(usize::from(units) / 4, units.into(), units.into());
                (plan.loops, plan.duration) =
                    (base_loops(scale), scale.choose(100.0, 1000.0, 1000.0));
                plan.trials = scale.choose(1, 5, 10);
                plan
            }
        };
        Some(plan)
    }

    /// Sine waves in the network of Figure 1.
    fn base(scale: Scale) -> Self {
        Self {
            architecture: Architecture::Random(Config {
                units: scale.choose(30, 200, 200),
                ..Config::strong()
            }),
            targets: Targets::Sines,
            duration: scale.choose(100.0, 1000.0, 1000.0),
            patterns: 1,
            amplitude: 2.0,
            learning: LearningConfig::default(),
            loops: base_loops(scale),
            trials: scale.choose(1, 5, 10),
        }
    }

    /// The random network of the plan.
    fn random(&mut self) -> &mut Config {
        if let Architecture::Balanced(_) = self.architecture {
            self.architecture = Architecture::Random(Config::default());
        }
        match &mut self.architecture {
            Architecture::Random(config) => config,
            Architecture::Balanced(_) => unreachable!("replaced just now"),
        }
    }

    fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    /// The rate rule, which needs more loops.
    fn rate(self, scale: Scale) -> Self {
        self.with(|plan| {
            plan.learning.objective = ObjectiveKind::Rate { gated: true };
            plan.loops = scale.choose(2, 30, 100);
        })
    }

    /// The network of Figure 3: 500 units, weights of gain 1.
    fn third(self, scale: Scale) -> Self {
        let units = scale.choose(30, 200, 500);
        self.with(|plan| {
            *plan.random() = Config {
                units,
                gain: 1.0,
                ..Config::default()
            };
        })
    }

    /// Processes in a network without weights (Figures 6 and 7).
    fn process(self, units: u16, target: u16, scale: Scale) -> Self {
        let units = match scale {
            Scale::Smoke => 30,
            Scale::Quick => usize::from(units) * 2 / 5,
            Scale::Paper => units.into(),
        };
        self.with(|plan| {
            *plan.random() = Config {
                units,
                ..Config::default()
            };
            plan.targets = Targets::Process(OrnsteinUhlenbeck {
                correlation_time: f64::from(target),
                deviation: SCANNED_DEVIATION,
                ..OrnsteinUhlenbeck::default()
            });
            plan.loops = scale.choose(2, 8, 30);
            plan.trials = scale.choose(1, 3, 10);
        })
    }

    /// The balanced network of Figure 4; below paper scale smaller and denser.
    fn balanced(self, scale: Scale, amplitude: f64, dale: Dale) -> Self {
        let (units, connection_probability) = scale.choose((50, 0.4), (400, 0.2), (1000, 0.1));
        Self {
            architecture: Architecture::Balanced(BalancedConfig {
                units,
                connection_probability,
                ..BalancedConfig::default()
            }),
            targets: Targets::Innate {
                warm_up: scale.choose(100.0, 3000.0, 3000.0),
                after: scale.choose(50.0, 1000.0, 1000.0),
            },
            duration: scale.choose(100.0, 2000.0, 2000.0),
            amplitude,
            learning: LearningConfig {
                dale,
                rls: lambda(10.0),
                update_interval: 10.0,
                ..LearningConfig::default()
            },
            loops: scale.choose(2, 10, 40),
            trials: scale.choose(2, 3, 10),
            ..self
        }
    }

    /// The (synthetic) cortical network of Figure 5.
    fn cortical(self, percent: u16, scale: Scale) -> Self {
        let synthetic = SyntheticConfig {
            neurons: scale.choose(20, 100, 227),
            trials: scale.choose(10, 100, 100),
            ..SyntheticConfig::default()
        };
        let neurons = synthetic.neurons;
        let auxiliary = (neurons * usize::from(percent) + 50) / 100;
        self.with(|plan| {
            *plan.random() = Config {
                units: neurons + auxiliary,
                gain: 1.0,
                synaptic_time_constant: 50.0,
                ..Config::default()
            };
            plan.targets = Targets::Cortical(synthetic);
            plan.duration = scale.choose(200.0, 4600.0, 4600.0);
            plan.learning.objective = ObjectiveKind::Rate { gated: true };
            plan.learning.scored = Some(neurons);
            plan.loops = scale.choose(2, 8, 60);
            plan.trials = scale.choose(1, 3, 10);
        })
    }

    fn of_kind(self, kind: Kind, scale: Scale) -> Option<Self> {
        let noise = |sd: f64| Targets::Identical(sd);
        let spiking = |model: Model, amplitude: [f64; 2], stimulus: f64| {
            move |plan: &mut Self| {
                let units = plan.random().units;
                *plan.random() = Config {
                    units,
                    model,
                    gain: 0.0,
                    synaptic_time_constant: 30.0,
                    ..Config::default()
                };
                plan.targets = Targets::Products(slow_products(amplitude));
                plan.amplitude = stimulus;
                plan.loops = scale.choose(2, 5, 30);
                plan.trials = scale.choose(1, 2, 10);
            }
        };
        let ungated = |plan: &mut Self| {
            plan.learning.objective = ObjectiveKind::Rate { gated: false };
        };
        let izhikevich = spiking(Model::Izhikevich { dt: 0.1 }, [5.0, 15.0], 20.0);
        let brief = |plan: &mut Self| {
            plan.learning.stimulus_duration = 50.0;
            plan.amplitude = 1.0;
        };
        let two = |plan: &mut Self| {
            plan.patterns = 2;
            plan.learning.rls = lambda(10.0);
            plan.loops = scale.choose(2, 40, 200);
        };
        let gain = |gain: f64| move |plan: &mut Self| plan.random().gain = gain;
        let third = |targets: Targets| {
            let plan = self.clone().third(scale);
            plan.with(|plan| plan.targets = targets)
        };
        let plan = match kind {
            Kind::Sines => self,
            Kind::SinesRate => self.rate(scale),
            Kind::RateUnits => self.with(|plan| {
                *plan.random() = Config {
                    units: scale.choose(30, 200, 500),
                    gain: 2.0,
                    model: Model::Rate {
                        time_constant: 10.0,
                        dt: 1.0,
                    },
                    ..Config::default()
                };
                plan.targets = Targets::Products(ProductsOfSines::default());
                plan.learning.stimulus_duration = 50.0;
                plan.amplitude = 5.0;
            }),
            Kind::Unconnected => self.with(|plan| unconnected(plan.random())),
            Kind::UnconnectedRate => {
                let plan = self.rate(scale);
                plan.with(|plan| unconnected(plan.random()))
            }
            Kind::UnconnectedUngated => {
                let plan = self.rate(scale).with(ungated);
                plan.with(|plan| unconnected(plan.random()))
            }
            Kind::Two => self.with(two),
            Kind::TwoRate => self.rate(scale).with(two),
            Kind::Products => third(Targets::Products(ProductsOfSines::default())),
            Kind::Chaotic => third(Targets::Chaotic),
            Kind::Process => third(Targets::Process(OrnsteinUhlenbeck::default())),
            Kind::IntegrateAndFire => {
                let units = LeakyIntegrateAndFire::default();
                self.with(spiking(
                    Model::LeakyIntegrateAndFire(units),
                    [0.5, 1.5],
                    2.0,
                ))
            }
            Kind::Izhikevich => self.with(izhikevich),
            Kind::IzhikevichSeldom => self
                .with(izhikevich)
                .with(|plan| plan.learning.update_interval = 10.0),
            Kind::NoiseLow => third(noise(0.05)),
            Kind::NoiseMedium => third(noise(0.25)),
            Kind::NoiseHigh => third(noise(1.0)),
            Kind::Balanced => self.balanced(scale, 2.0, Dale::Delete),
            Kind::BalancedStrong => self.balanced(scale, 10.0, Dale::Delete),
            Kind::BalancedSchur => self.balanced(scale, 10.0, Dale::Schur),
            Kind::BalancedMask => self.balanced(scale, 10.0, Dale::Mask),
            Kind::SinesBrief => self.with(brief),
            Kind::SinesWeak => self.with(|plan| plan.amplitude = 1.0),
            Kind::RateBrief => self.rate(scale).with(brief),
            Kind::RateUngated => self.rate(scale).with(ungated),
            Kind::RateSlow => self
                .rate(scale)
                .with(|plan| plan.random().synaptic_time_constant = 40.0),
            Kind::ProductsFew => third(Targets::Products(ProductsOfSines::default()))
                .with(|plan| plan.random().units = scale.choose(30, 200, 200)),
            Kind::ProductsFewSlow => third(Targets::Products(slow_products([0.5, 1.5])))
                .with(|plan| plan.random().units = scale.choose(30, 200, 200)),
            Kind::Gain1 => self.with(gain(1.0)),
            Kind::Gain2 => self.with(gain(2.0)),
            Kind::Gain8 => self.with(gain(8.0)),
            Kind::Heterogeneity | Kind::Theory => return None,
        };
        Some(plan)
    }

    /// Number of units.
    pub(super) fn units(&self) -> usize {
        match &self.architecture {
            Architecture::Random(config) => config.units,
            Architecture::Balanced(config) => config.units,
        }
    }

    /// Mean number of inputs of a unit.
    pub(super) fn inputs(&self) -> f64 {
        let p = match &self.architecture {
            Architecture::Random(config) => config.connection_probability,
            Architecture::Balanced(config) => config.connection_probability,
        };
        p * self.units() as f64
    }

    /// Units that are scored.
    pub(super) fn scored(&self) -> usize {
        self.learning.scored.unwrap_or(self.units())
    }

    /// Whether `P` is in single precision: where it would not fit the cache.
    pub(super) fn is_single(&self) -> bool {
        self.units() > 200
    }

    /// Updates in a loop.
    pub(super) fn updates(&self) -> f64 {
        self.duration / self.learning.update_interval
    }

    /// Loops after which the network is tested on the way: the first, then ever more.
    pub(super) fn stages(&self) -> Vec<u64> {
        let marks = [1, 2, 5, 10, 20, 40, 60];
        let marks = marks.into_iter().filter(|mark| *mark < self.loops);
        marks.collect()
    }

    pub(super) fn network(&self, streams: Streams) -> Result<Network, Error> {
        match &self.architecture {
            Architecture::Random(config) => Network::new(config, streams),
            Architecture::Balanced(config) => config.network(streams),
        }
    }

    pub(super) fn recall(&self) -> RecallConfig {
        let after = match self.targets {
            Targets::Innate { after, .. } => after,
            _ => 0.0,
        };
        RecallConfig {
            stimulus_duration: self.learning.stimulus_duration,
            duration: self.duration + after,
            ..RecallConfig::default()
        }
    }

    /// A random choice of units for figures, the same for all that is shown of a network.
    pub(super) fn shown(&self) -> Range<usize> {
        0..self.units().min(4)
    }
}

fn base_loops(scale: Scale) -> u64 {
    scale.choose(2, 12, 30)
}

fn lambda(regularization: f64) -> RlsConfig {
    RlsConfig {
        regularization,
        ..RlsConfig::default()
    }
}

fn unconnected(config: &mut Config) {
    (config.gain, config.zero_sums) = (0.0, false);
}

/// Products of which both factors are slow (the supplements to Figure 3).
fn slow_products(amplitude: [f64; 2]) -> ProductsOfSines {
    ProductsOfSines {
        amplitude,
        fast_period: [500.0, 1000.0],
        ..ProductsOfSines::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::Group as _;

    #[test]
    fn every_plan_is_valid_at_every_scale() {
        for scale in Scale::ALL {
            for group in Group::ALL {
                let Some(plan) = Plan::of(group, scale) else {
                    continue;
                };
                plan.learning.validate().expect("valid");
                if let Architecture::Random(config) = &plan.architecture {
                    config.validate().expect("valid");
                }
                assert!(plan.loops >= 2 && plan.trials >= 1, "{}", group.name());
                assert!(plan.updates() >= 1.0, "{}", group.name());
            }
        }
        assert!(
            Group::ALL
                .iter()
                .all(|group| group.networks(Scale::Paper, 1) > 0)
        );
    }

    #[test]
    fn targets_do_not_depend_on_the_synapse() {
        let streams = Streams::new(1);
        let targets = |tau| {
            let plan = Plan::of(Group::Scan(500, tau, 100), Scale::Smoke).expect("it learns");
            let network = plan.network(streams).expect("valid");
            let mut lessons = plan.lessons(&network, streams).expect("valid");
            lessons.patterns.remove(0).targets
        };
        assert_eq!(targets(5), targets(200));
    }
}
