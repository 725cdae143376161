//! The kinds of networks that are trained, and how many of each.

use neuro_models::transient_memory::{Compared, Config, Connections, Delay};
use serde::{Deserialize, Serialize};

use crate::{Scale, study};

/// Networks that differ in their seed only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Group {
    /// Trained without noise.
    Plain,
    /// Trained with noise and the activity penalty.
    Noise,
    /// Trained without noise but with the activity penalty: what noise alone changes.
    Penalized,
    /// 180 excitatory and 76 inhibitory units, as printed.
    Dale180,
    /// 205 excitatory and 51 inhibitory units, the ratio 4:1 of the text.
    Dale205,
    /// A fifth of the connections, rewired while learning.
    Sparse,
    /// Velocities are compared.
    Velocity,
    /// Strengths of noise are compared.
    NoiseSd,
    /// A delay of 75 to 105 steps.
    Long,
    /// Half the Euler step, all counts of steps doubled.
    HalfStep,
}

impl Group {
    /// All groups, in the order in which they are trained.
    pub const ALL: [Self; 10] = [
        Self::Plain,
        Self::Noise,
        Self::Penalized,
        Self::Dale180,
        Self::Dale205,
        Self::Sparse,
        Self::Velocity,
        Self::NoiseSd,
        Self::Long,
        Self::HalfStep,
    ];

    /// The dense networks that compare frequencies over the short delay.
    pub const STANDARD: [Self; 3] = [Self::Plain, Self::Noise, Self::Penalized];

    /// The name in files and options.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Noise => "noise",
            Self::Penalized => "penalized",
            Self::Dale180 => "dale-180",
            Self::Dale205 => "dale-205",
            Self::Sparse => "sparse",
            Self::Velocity => "velocity",
            Self::NoiseSd => "noise-sd",
            Self::Long => "long",
            Self::HalfStep => "half-step",
        }
    }

    /// What distinguishes the group, for captions.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Plain => "trained without noise",
            Self::Noise => "trained with noise",
            Self::Penalized => "activity penalty only",
            Self::Dale180 => "E/I, 180 excitatory",
            Self::Dale205 => "E/I, 205 excitatory",
            Self::Sparse => "sparse, 20 %",
            Self::Velocity => "velocity",
            Self::NoiseSd => "noise strength",
            Self::Long => "long delay",
            Self::HalfStep => "half the Euler step",
        }
    }

    /// The network and how it learns.
    #[must_use]
    pub fn config(self, scale: Scale) -> Config {
        let plain = Config::default();
        let penalty = Config::with_noise().activity_penalty;
        let config = match self {
            Self::Plain => plain,
            Self::Noise => Config::with_noise(),
            Self::Penalized => Config {
                activity_penalty: penalty,
                ..plain
            },
            Self::Dale180 => Config {
                connections: Connections::PRINTED,
                ..plain
            },
            Self::Dale205 => Config {
                connections: Connections::FOUR_TO_ONE,
                ..plain
            },
            Self::Sparse => Config {
                connections: Connections::fifth(plain.units),
                ..plain
            },
            Self::Velocity => Config {
                compared: Compared::Velocity,
                ..plain
            },
            Self::NoiseSd => Config {
                compared: Compared::NoiseSd,
                ..plain
            },
            Self::Long => Config {
                delay: Delay::Long,
                ..plain
            },
            Self::HalfStep => Config {
                alpha: plain.alpha / 2.0,
                ..plain
            },
        };
        let updates = config.updates;
        Config {
            updates: scale.choose(60, 3_000, updates),
            ..config
        }
    }

    /// The difference from which on answers should be right: 1 for frequencies (the paper's), a
    /// quarter of the range for velocities as well, and what training uses for noise.
    #[must_use]
    pub fn far(self) -> f64 {
        match self {
            Self::Velocity => 0.075,
            Self::NoiseSd => 0.2,
            _ => 1.0,
        }
    }

    /// Updates after which the network is looked at while it learns.
    #[must_use]
    pub fn stages(self, scale: Scale) -> &'static [u64] {
        match (self, scale) {
            (Self::Plain, Scale::Smoke) => &[20],
            (Self::Plain, Scale::Quick) => &[500, 1_000, 1_500, 2_000],
            (Self::Plain, Scale::Paper) => {
                &[500, 1_000, 1_500, 2_000, 3_000, 4_000, 6_000, 8_000, 10_000]
            }
            _ => &[],
        }
    }
}

impl study::Group for Group {
    const ALL: &'static [Self] = &Self::ALL;

    fn name(self) -> &'static str {
        self.name()
    }

    /// Below paper scale only networks trained without and with noise: the others would take too
    /// long.
    fn networks(self, scale: Scale, seeds: usize) -> usize {
        match (self, scale) {
            // Twice the steps, for one remark of the paper.
            (Self::HalfStep, Scale::Paper) => seeds.div_ceil(2),
            (Self::Plain | Self::Noise, _) | (_, Scale::Paper) => seeds,
            (_, Scale::Smoke | Scale::Quick) => 0,
        }
    }
}
