//! A learning run of the ring: its rule, its perturbation, and what it changes in the paper's constants.

use neuro_models::derivative_feedback::{Config, Perturbation, Plasticity};
use serde::{Deserialize, Serialize};

use crate::Scale;

/// How the ring learns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Learned {
    /// Differential plasticity of the synapses.
    Differential,
    /// Homeostatic plasticity of the gains.
    Homeostatic,
    /// Both.
    Combined,
}

impl Learned {
    /// All rules.
    pub const ALL: [Self; 3] = [Self::Differential, Self::Homeostatic, Self::Combined];

    /// The name in files and captions.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Differential => "differential",
            Self::Homeostatic => "homeostatic",
            Self::Combined => "combined",
        }
    }
}

/// Which excitatory synapses are perturbed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Site {
    /// All.
    Global,
    /// Those onto units about angle 0.
    Post,
    /// Those from units about angle 0.
    Pre,
}

impl Site {
    /// All sites.
    pub const ALL: [Self; 3] = [Self::Global, Self::Post, Self::Pre];

    /// The name in files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Global => "global",
            Self::Post => "post",
            Self::Pre => "pre",
        }
    }

    /// The name in captions.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Global => "global",
            Self::Post => "post-synaptic",
            Self::Pre => "pre-synaptic",
        }
    }

    /// The perturbation of a depth in per cent.
    #[must_use]
    pub fn perturbation(self, depth: u8) -> Perturbation {
        let depth = f64::from(depth) / 100.0;
        match self {
            Self::Global => Perturbation::Global { depth },
            Self::Post => Perturbation::post_synaptic(depth),
            Self::Pre => Perturbation::pre_synaptic(depth),
        }
    }
}

/// What a run changes in the paper's constants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Variant {
    /// Nothing.
    Standard,
    /// Differential learning 100 times as fast.
    FastDifferential,
    /// Homeostasis 10 times as fast.
    FastHomeostasis,
    /// Homeostasis 10 times as slow.
    SlowHomeostasis,
    /// The background `h_0` of the stimulus as printed, 200 instead of 270.
    PrintedBackground,
    /// A memory by positive feedback: the network of Supplement 3.
    PositiveFeedback,
}

impl Variant {
    pub(super) fn suffix(self) -> &'static str {
        match self {
            Self::Standard => "",
            Self::FastDifferential => "-fast-differential",
            Self::FastHomeostasis => "-fast-homeostasis",
            Self::SlowHomeostasis => "-slow-homeostasis",
            Self::PrintedBackground => "-h0-200",
            Self::PositiveFeedback => "-positive-feedback",
        }
    }
}

/// A ring that learns after a perturbation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Run {
    pub(super) rule: Learned,
    pub(super) site: Site,
    /// Depth of the perturbation in per cent.
    pub(super) depth: u8,
    pub(super) variant: Variant,
}

impl Run {
    /// What distinguishes the run, for captions.
    #[must_use]
    pub fn label(&self) -> String {
        let (rule, site, depth) = (self.rule.name(), self.site.label(), self.depth);
        format!("{rule}, {site} {depth} %")
    }

    /// The ring, before the perturbation. Below paper scale it has fewer units, on whose number the
    /// gains of modes do not depend.
    #[must_use]
    pub fn config(&self, scale: Scale) -> Config {
        let mut config = match self.variant {
            Variant::PositiveFeedback => Config::positive_feedback(),
            _ => Config::default(),
        };
        if self.variant == Variant::PrintedBackground {
            config.stimulus.background = 200.0;
        }
        config.units = scale.choose(16, 32, config.units);
        config
    }

    /// How it learns. Below paper scale the differential rule alone learns twice as fast.
    #[must_use]
    pub fn plasticity(&self, scale: Scale) -> Plasticity {
        let mut plasticity = match self.rule {
            Learned::Differential => Plasticity::differential(),
            Learned::Homeostatic => Plasticity::homeostatic(),
            Learned::Combined => Plasticity::default(),
        };
        let config = self.config(scale);
        // As fast for any number of units, and for weights of any size.
        plasticity.differential *= 64.0 / config.units as f64;
        plasticity.differential *= config.ee.strength / Config::default().ee.strength;
        if scale < Scale::Paper && self.rule == Learned::Differential {
            plasticity.differential *= 2.0;
        }
        match self.variant {
            Variant::FastDifferential => plasticity.differential *= 100.0,
            Variant::FastHomeostasis => plasticity.homeostatic *= 10.0,
            Variant::SlowHomeostasis => plasticity.homeostatic *= 0.1,
            Variant::PositiveFeedback => plasticity.target = POSITIVE_FEEDBACK_TARGET,
            Variant::Standard | Variant::PrintedBackground => {}
        }
        plasticity
    }

    /// Trials after which the run is read out, the last of which ends it.
    #[must_use]
    pub fn stages(&self, scale: Scale) -> Vec<u64> {
        let trials = match (scale, self.variant, self.rule) {
            (Scale::Smoke, ..) => return vec![0, 3, 6],
            (Scale::Quick, _, Learned::Differential) => match self.site {
                Site::Global | Site::Pre => 4_000,
                Site::Post => 1_500,
            },
            (Scale::Quick, _, Learned::Homeostatic) => 1_000,
            (Scale::Quick, _, Learned::Combined) => 3_000,
            (Scale::Paper, Variant::FastDifferential, _) => 1_000,
            (Scale::Paper, Variant::PrintedBackground, _) => 2_000,
            (Scale::Paper, Variant::PositiveFeedback, _) => 4_000,
            (Scale::Paper, ..) => 8_000,
        };
        let stages = STAGES.into_iter().filter(|stage| *stage <= trials);
        stages.collect()
    }
}

/// `r_0` of the network by positive feedback: its mean rate in an unperturbed delay (Hz).
const POSITIVE_FEEDBACK_TARGET: f64 = 17.3;

/// Close together where homeostasis works, further apart where differential plasticity does.
const STAGES: [u64; 23] = [
    0, 50, 100, 200, 300, 400, 600, 800, 1_000, 1_500, 2_000, 2_500, 3_000, 3_500, 4_000, 4_500,
    5_000, 5_500, 6_000, 6_500, 7_000, 7_500, 8_000,
];
