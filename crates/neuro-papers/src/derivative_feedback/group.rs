//! The kinds of learning runs, and how many of each.
//!
//! A learning run of the ring is named by its rule, where the excitatory synapses were perturbed, and
//! how deep: `differential-global-10` is the differential rule after a perturbation of all synapses by
//! 10 %. Runs of a group differ in the locations of their stimuli and in the spike counts by which
//! they are read out.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

pub(super) use super::run::{Learned, Run, Site, Variant};
use crate::{Scale, study};

/// Runs that differ in their seed only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Group {
    /// The homogeneous model: everything of Figures 1 to 4.
    Homogeneous,
    /// The ring before it learns: unperturbed, and with each perturbation.
    Unlearned,
    /// A ring that learns.
    Learning(Run),
}

/// Depths of the sweeps in per cent.
pub(super) const DEPTHS: [u8; 6] = [5, 10, 15, 20, 25, 30];

/// Rule and variant, site and depth of the runs beside the sweeps.
const OTHERS: [(Learned, Site, u8, Variant); 8] = [
    (
        Learned::Differential,
        Site::Global,
        10,
        Variant::FastDifferential,
    ),
    (
        Learned::Combined,
        Site::Global,
        15,
        Variant::FastHomeostasis,
    ),
    (
        Learned::Combined,
        Site::Global,
        15,
        Variant::SlowHomeostasis,
    ),
    (
        Learned::Homeostatic,
        Site::Global,
        15,
        Variant::FastHomeostasis,
    ),
    (
        Learned::Homeostatic,
        Site::Global,
        15,
        Variant::PrintedBackground,
    ),
    (
        Learned::Differential,
        Site::Pre,
        30,
        Variant::PositiveFeedback,
    ),
    (
        Learned::Homeostatic,
        Site::Pre,
        30,
        Variant::PositiveFeedback,
    ),
    (Learned::Combined, Site::Pre, 30, Variant::PositiveFeedback),
];

const SWEEPS: usize = Learned::ALL.len() * Site::ALL.len() * DEPTHS.len();
const COUNT: usize = SWEEPS + OTHERS.len() + 2;

/// All groups, those whose runs take longest first, so that no thread is left with one at the end.
const fn all() -> [Group; COUNT] {
    let mut groups = [Group::Homogeneous; COUNT];
    let mut k = 0;
    while k < SWEEPS {
        // Differential, combined, homeostatic: their order of cost at quick scale.
        let rule = Learned::ALL[[0, 2, 1][k / (SWEEPS / 3)]];
        groups[k] = Group::learning(
            rule,
            Site::ALL[k / DEPTHS.len() % 3],
            DEPTHS[k % DEPTHS.len()],
        );
        k += 1;
    }
    while k < SWEEPS + OTHERS.len() {
        let (rule, site, depth, variant) = OTHERS[k - SWEEPS];
        groups[k] = Group::Learning(Run {
            rule,
            site,
            depth,
            variant,
        });
        k += 1;
    }
    groups[k] = Group::Unlearned;
    groups
}

static NAMES: LazyLock<Vec<String>> =
    LazyLock::new(|| Group::ALL.iter().map(|group| group.words()).collect());

impl Group {
    /// All groups, in the order in which they are run.
    pub const ALL: [Self; COUNT] = all();

    /// The standard run of a rule after a perturbation of a depth in per cent, one of
    /// 5, 10, 15, 20, 25, 30.
    pub(super) const fn learning(rule: Learned, site: Site, depth: u8) -> Self {
        Self::Learning(Run {
            rule,
            site,
            depth,
            variant: Variant::Standard,
        })
    }

    /// A run beside the sweeps.
    pub(super) const fn variant(rule: Learned, site: Site, depth: u8, variant: Variant) -> Self {
        Self::Learning(Run {
            rule,
            site,
            depth,
            variant,
        })
    }

    fn words(self) -> String {
        match self {
            Self::Homogeneous => "homogeneous".into(),
            Self::Unlearned => "unlearned".into(),
            Self::Learning(run) => {
                let (rule, site, depth) = (run.rule.name(), run.site.name(), run.depth);
                format!("{rule}-{site}-{depth}{}", run.variant.suffix())
            }
        }
    }

    /// The name in files and options.
    #[must_use]
    pub fn name(self) -> &'static str {
        study::name_in(&NAMES, self)
    }

    /// Whether the run's activity is shown in a figure, for which it has all seeds.
    #[must_use]
    pub fn is_shown(self) -> bool {
        let Self::Learning(run) = self else {
            return true;
        };
        run.variant == Variant::Standard
            && match (run.rule, run.site) {
                (Learned::Differential, Site::Global) => run.depth == 10 || run.depth == 15,
                (Learned::Combined, Site::Post | Site::Pre) => run.depth == 15 || run.depth == 30,
                _ => run.depth == 15,
            }
    }
}

study::named!(Group);

impl study::Group for Group {
    const ALL: &'static [Self] = &Self::ALL;

    fn name(self) -> &'static str {
        self.name()
    }

    /// All seeds for what is shown, a quarter of them for the other depths and variants. Below paper
    /// scale only what is shown, but not the deepest perturbations.
    fn networks(self, scale: Scale, seeds: usize) -> usize {
        let deep = matches!(self, Self::Learning(run) if run.depth > 15);
        match scale {
            Scale::Paper if self.is_shown() => seeds,
            Scale::Paper => seeds.div_ceil(4),
            Scale::Smoke | Scale::Quick if self.is_shown() && !deep => seeds,
            Scale::Smoke | Scale::Quick => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::testing;

    #[test]
    fn groups_have_names_of_their_own_and_are_found_by_them() {
        testing::groups_are_found_by_their_names::<Group>("differential-global-11");
    }

    #[test]
    fn every_run_is_valid_at_every_scale() {
        for group in Group::ALL {
            let Group::Learning(run) = group else {
                continue;
            };
            for scale in Scale::ALL {
                run.config(scale).validate().expect("valid");
                run.plasticity(scale).validate().expect("valid");
                let stages = run.stages(scale);
                assert!(stages[0] == 0 && stages.is_sorted() && stages.len() > 2);
            }
        }
    }
}
