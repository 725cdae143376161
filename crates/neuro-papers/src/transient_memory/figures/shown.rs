//! Which networks are shown singly, and what they are called; the rule is in the
//! [parent module](super).

use crate::study::trained;
use crate::transient_memory::claims::kinds::{HIGH, LOW};
use crate::transient_memory::group::Group;
use crate::transient_memory::measured::{Found, Measured};

/// Kinds of solutions, by the mean `|x|` in the delay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Solution {
    Low,
    Middle,
    High,
}

impl Solution {
    pub(super) const ALL: [Self; 3] = [Self::Low, Self::Middle, Self::High];

    pub(super) fn of(found: &Found) -> Self {
        match found.code.norm {
            norm if norm < LOW => Self::Low,
            norm if norm > HIGH => Self::High,
            _ => Self::Middle,
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Middle => "middle",
            Self::High => "high",
        }
    }

    /// Place in the palette, the same in all figures.
    pub(super) fn colour(self) -> usize {
        match self {
            Self::Low => 0,
            Self::Middle => 2,
            Self::High => 1,
        }
    }
}

/// Groups of some networks, each once; the networks are in the order of groups.
pub(super) fn groups(networks: &[&Measured]) -> Vec<Group> {
    let mut groups: Vec<Group> = networks.iter().map(|network| network.group).collect();
    groups.dedup();
    groups
}

/// A network that is shown singly.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shown<'a> {
    pub(super) group: Group,
    pub(super) seed: u64,
    pub(super) found: &'a Found,
}

impl Shown<'_> {
    /// Group, seed and kind.
    pub(super) fn title(&self) -> String {
        let (group, seed) = (self.group.name(), self.seed);
        let kind = Solution::of(self.found).name();
        format!("{group}, seed {seed} ({kind} |x|)")
    }
}

/// The networks that are shown singly, from networks in the order of groups and seeds.
pub(super) fn shown<'a>(networks: &[&'a Measured]) -> Vec<Shown<'a>> {
    let mut chosen = Vec::new();
    for group in groups(networks) {
        let all: Vec<Shown<'a>> = trained(networks)
            .filter(|(network, _)| network.group == group)
            .map(|(network, found)| Shown {
                group,
                seed: network.seed,
                found,
            })
            .collect();
        let first = |kind| all.iter().find(|n| Solution::of(n.found) == kind);
        let both = [first(Solution::Low), first(Solution::High)];
        match both {
            [None, None] => chosen.extend(all.first()),
            both => chosen.extend(both.into_iter().flatten()),
        }
    }
    chosen
}
