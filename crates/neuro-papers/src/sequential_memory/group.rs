//! The kinds of networks and searches, and how many of each.

use std::sync::LazyLock;

use neuro_models::sequential_memory::Config;
use serde::{Deserialize, Serialize};

use crate::{Scale, study};

/// The two models.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Model {
    /// Linear hidden units, `tanh` features.
    Lisem,
    /// Softmax hidden units, linear features.
    Dsem,
}

impl Model {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Lisem => "lisem",
            Self::Dsem => "dsem",
        }
    }

    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Lisem => "LISEM",
            Self::Dsem => "DSEM",
        }
    }

    /// A network with a relative strength of its transitions, `alpha_c / alpha_s`.
    pub(super) fn config(self, features: usize, ratio: f64) -> Config {
        let config = match self {
            Self::Lisem => Config::lisem(features),
            Self::Dsem => Config::dsem(),
        };
        Config {
            delay_strength: ratio * config.memory_strength,
            ..config
        }
    }

    /// Numbers of memories for which the smallest network is searched, in ascending order.
    pub(super) const fn capacities(self) -> &'static [u16] {
        match self {
            Self::Lisem => &LISEM_MEMORIES,
            Self::Dsem => &DSEM_MEMORIES,
        }
    }

    /// The most memories below paper scale.
    fn most_memories(self, scale: Scale) -> u16 {
        match self {
            Self::Lisem => scale.choose(4, 12, 40),
            Self::Dsem => scale.choose(4, 64, 256),
        }
    }
}

/// How a network of 100 features with seven memories is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Setting {
    /// DSEM with the delay of the authors' stored run, `T_d` 20.
    Dsem,
    /// DSEM with the printed `T_d` 100.
    DsemSlow,
    /// DSEM without transitions: the static associative memory.
    DsemStatic,
    /// LISEM with `alpha_c / alpha_s` 0.8.
    Lisem,
    /// LISEM with `alpha_c / alpha_s` 1.2, above what orthogonal memories need.
    LisemStrong,
    /// LISEM with the printed `alpha_c` 4.9.
    LisemPrinted,
    /// LISEM without transitions.
    LisemStatic,
}

impl Setting {
    pub(super) const ALL: [Self; 7] = [
        Self::Lisem,
        Self::LisemStrong,
        Self::LisemPrinted,
        Self::DsemSlow,
        Self::Dsem,
        Self::LisemStatic,
        Self::DsemStatic,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::Dsem => "dsem",
            Self::DsemSlow => "dsem-slow",
            Self::DsemStatic => "dsem-static",
            Self::Lisem => "lisem",
            Self::LisemStrong => "lisem-1.2",
            Self::LisemPrinted => "lisem-printed",
            Self::LisemStatic => "lisem-static",
        }
    }

    /// For captions.
    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Dsem => "DSEM, T_d 20",
            Self::DsemSlow => "DSEM, T_d 100",
            Self::DsemStatic => "DSEM, alpha_c 0",
            Self::Lisem => "LISEM, alpha_c 0.04",
            Self::LisemStrong => "LISEM, alpha_c 0.06",
            Self::LisemPrinted => "LISEM, alpha_c 4.9",
            Self::LisemStatic => "LISEM, alpha_c 0",
        }
    }

    /// Whose network it is.
    pub(super) fn model(self) -> Model {
        match self {
            Self::Dsem | Self::DsemSlow | Self::DsemStatic => Model::Dsem,
            _ => Model::Lisem,
        }
    }

    /// Whether nothing follows.
    pub(super) fn is_static(self) -> bool {
        matches!(self, Self::DsemStatic | Self::LisemStatic)
    }

    /// The network's constants.
    pub(super) fn config(self, features: usize) -> Config {
        let (model, ratio) = match self {
            Self::Dsem | Self::DsemSlow => (Model::Dsem, 4.9),
            Self::Lisem => (Model::Lisem, 0.8),
            Self::LisemStrong => (Model::Lisem, 1.2),
            Self::LisemPrinted => (Model::Lisem, 98.0),
            Self::DsemStatic | Self::LisemStatic => (self.model(), 0.0),
        };
        let mut config = model.config(features, ratio);
        if self == Self::DsemSlow {
            config.delay_time_constant = 100.0;
        }
        config
    }
}

/// How a network is taught online.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Taught {
    /// `Xi` ten times and `Phi` twice as fast as printed, in steps; `Phi` begins near 0; the delay is
    /// emptied before each memory.
    Standard,
    /// The same without emptying the delay.
    Carried,
    /// The same with memories as inputs to features that are free.
    Driven,
    /// The printed time constants in steps, both synapses from [-1, 1), the delay not emptied.
    Printed,
    /// The printed time constants in units of time (a step is 0.01).
    PrintedTime,
}

impl Taught {
    pub(super) const ALL: [Self; 5] = [
        Self::Driven,
        Self::Standard,
        Self::Carried,
        Self::Printed,
        Self::PrintedTime,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::Standard => "learning",
            Self::Carried => "learning-carried",
            Self::Driven => "learning-driven",
            Self::Printed => "learning-printed",
            Self::PrintedTime => "learning-printed-time",
        }
    }

    /// For captions.
    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Carried => "delay carried over",
            Self::Driven => "driven",
            Self::Printed => "as printed, in steps",
            Self::PrintedTime => "as printed, in time",
        }
    }
}

/// Networks that differ in their seed only, or blocks of trials.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Group {
    /// A draw of seven memories, replayed and looked at.
    Replay(Setting),
    /// Draws of seven memories, replayed with each strength of the transitions.
    Strengths(Model),
    /// A block of trials of the search for the smallest network that replays a cycle of so many memories.
    Capacity(Model, u16),
    /// A network that learns an episode online.
    Learning(Taught),
}

const LISEM_MEMORIES: [u16; 10] = [3, 4, 6, 8, 12, 16, 20, 24, 32, 40];
const DSEM_MEMORIES: [u16; 11] = [3, 4, 6, 8, 12, 16, 24, 32, 64, 128, 256];

const SEARCHES: usize = LISEM_MEMORIES.len() + DSEM_MEMORIES.len();
const COUNT: usize = SEARCHES + 2 + Setting::ALL.len() + Taught::ALL.len();

/// The searches of one model, the longest first.
pub(super) const fn searches<const N: usize>(model: Model) -> [Group; N] {
    let mut groups = [Group::Capacity(model, 0); N];
    let mut k = 0;
    while k < N {
        groups[k] = Group::Capacity(model, model.capacities()[N - 1 - k]);
        k += 1;
    }
    groups
}

/// All searches.
pub(super) const ALL_SEARCHES: [Group; SEARCHES] = {
    let lisem: [Group; LISEM_MEMORIES.len()] = searches(Model::Lisem);
    let dsem: [Group; DSEM_MEMORIES.len()] = searches(Model::Dsem);
    let mut groups = [lisem[0]; SEARCHES];
    let mut k = 0;
    while k < SEARCHES {
        groups[k] = if k < dsem.len() {
            dsem[k]
        } else {
            lisem[k - dsem.len()]
        };
        k += 1;
    }
    groups
};

const fn all() -> [Group; COUNT] {
    let mut groups = [Group::Strengths(Model::Lisem); COUNT];
    let mut k = 0;
    while k < COUNT {
        groups[k] = match k {
            _ if k < SEARCHES => ALL_SEARCHES[k],
            _ if k == SEARCHES => Group::Strengths(Model::Lisem),
            _ if k == SEARCHES + 1 => Group::Strengths(Model::Dsem),
            _ if k < SEARCHES + 2 + Setting::ALL.len() => {
                Group::Replay(Setting::ALL[k - SEARCHES - 2])
            }
            _ => Group::Learning(Taught::ALL[k - SEARCHES - 2 - Setting::ALL.len()]),
        };
        k += 1;
    }
    groups
}

static NAMES: LazyLock<Vec<String>> =
    LazyLock::new(|| Group::ALL.iter().map(|group| group.words()).collect());

/// Draws, learners and blocks for each block of trials.
const BLOCKS: usize = 5;

impl Group {
    /// All groups, those that take longest first, so that no thread is left with one at the end.
    pub const ALL: [Self; COUNT] = all();

    fn words(self) -> String {
        match self {
            Self::Replay(setting) => setting.name().into(),
            Self::Strengths(model) => format!("strengths-{}", model.name()),
            Self::Capacity(model, memories) => format!("capacity-{}-{memories}", model.name()),
            Self::Learning(taught) => taught.name().into(),
        }
    }

    /// The name in files and options.
    #[must_use]
    pub fn name(self) -> &'static str {
        study::name_in(&NAMES, self)
    }

    /// Trials in a block of a search.
    #[must_use]
    pub fn trials(self, scale: Scale) -> u64 {
        scale.choose(2, 5, 10)
    }
}

study::named!(Group);

impl study::Group for Group {
    const ALL: &'static [Self] = &Self::ALL;

    fn name(self) -> &'static str {
        self.name()
    }

    /// All seeds for draws and for learners of the standard setting; a fifth of them for blocks of trials and for the
    /// other ways of teaching.
    fn networks(self, scale: Scale, seeds: usize) -> usize {
        match self {
            Self::Replay(_) | Self::Strengths(_) | Self::Learning(Taught::Standard) => seeds,
            Self::Learning(Taught::Driven) if scale < Scale::Paper => 0,
            Self::Learning(_) => seeds.div_ceil(BLOCKS),
            Self::Capacity(model, memories) if memories <= model.most_memories(scale) => {
                seeds.div_ceil(BLOCKS)
            }
            Self::Capacity(..) => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::Group as _;
    use crate::study::testing;

    #[test]
    fn groups_have_names_of_their_own_and_are_found_by_them() {
        testing::groups_are_found_by_their_names::<Group>("capacity-dsem-5");
    }

    #[test]
    fn a_paper_run_has_a_hundred_trials_and_fifty_learners() {
        let group = Group::Capacity(Model::Dsem, 256);
        assert_eq!(group.networks(Scale::Paper, 50), 10);
        assert_eq!(group.trials(Scale::Paper), 10);
        assert_eq!(group.networks(Scale::Quick, 5), 0);
        let learning = Group::Learning(Taught::Standard);
        assert_eq!(learning.networks(Scale::Paper, 50), 50);
    }

    #[test]
    fn settings_are_valid() {
        for setting in Setting::ALL {
            let config = setting.config(100);
            config.validate().expect("valid");
            let theory = config.orthogonal_dwell_time(4);
            let sequences = matches!(
                setting,
                Setting::Dsem | Setting::DsemSlow | Setting::LisemStrong | Setting::LisemPrinted
            );
            assert_eq!(theory.is_some(), sequences, "{setting:?}");
        }
    }
}
