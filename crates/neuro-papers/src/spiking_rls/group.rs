//! The kinds of networks, and how many of each.
//!
//! A group says everything about a network but its seed: what is trained is in [`Plan`](super::plan::Plan).
//! Points of the scans (Figures 4i, 6 and 7) are groups of their own, so that each is a job; the numbers in
//! their names are those of the paper, also where smaller scales use fewer units.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::{Scale, study};

/// Networks that differ in their seed only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Group {
    /// A network of its own name.
    Single(Kind),
    /// Figure 3c: the share of targets (per cent) that are random; the others are one and the same.
    Random(u8),
    /// Figure 3, supplement 1: the amplitude of the targets in hundredths.
    Amplitude(u8),
    /// Figure 4i: coupling `J` and synaptic time constant (ms).
    Coupling(u8, u8),
    /// Figure 5: auxiliary units in per cent of the (synthetic) cortical ones.
    Cortical(u16),
    /// Figure 6: units, synaptic time constant (ms), correlation time of the targets (ms).
    Scan(u16, u16, u16),
    /// Figure 7: units, length of the targets (ms), their correlation time (ms).
    Length(u16, u16, u16),
    /// Weights against the number of units, all else alike.
    Size(u16),
}

/// The networks that are no point of a scan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Figures 1b, c: drives learn sine waves.
    Sines,
    /// Figures 1d, e: rates learn the positive parts of the same waves.
    SinesRate,
    /// Figure 1, supplement 1: a network of rate units.
    RateUnits,
    /// Figure 1, supplement 2a, b: without weights at first, drives.
    Unconnected,
    /// Figure 1, supplement 2c, d: the same, rates.
    UnconnectedRate,
    /// `UnconnectedRate` where units below threshold learn as well: without weights none is above it.
    UnconnectedUngated,
    /// Figure 2a: two patterns, drives.
    Two,
    /// Figure 2b: two patterns, rates.
    TwoRate,
    /// Figure 3: products of two sine waves.
    Products,
    /// Figure 3: a chaotic network of rate units.
    Chaotic,
    /// Figure 3: Ornstein–Uhlenbeck processes.
    Process,
    /// Figure 3, supplement 2: leaky integrate-and-fire units.
    IntegrateAndFire,
    /// Figure 3, supplement 2: Izhikevich's units.
    Izhikevich,
    /// Figure 3, supplement 3: the same wave for all, weak private noise.
    NoiseLow,
    /// The same with more noise.
    NoiseMedium,
    /// The same with strong noise.
    NoiseHigh,
    /// Figure 4: a balanced network learns its own activity; the stimulus of all other figures.
    Balanced,
    /// The same with a stimulus five times as strong.
    BalancedStrong,
    /// As strong, and `P` is corrected exactly when a synapse is excluded.
    BalancedSchur,
    /// As strong, and `P` is left alone when a synapse is excluded.
    BalancedMask,
    /// `Sines` with a stimulus of 50 ms and amplitude 1.
    SinesBrief,
    /// `Sines` with a stimulus of 100 ms and amplitude 1.
    SinesWeak,
    /// `SinesRate` with a stimulus of 50 ms and amplitude 1.
    RateBrief,
    /// `SinesRate` where units below threshold learn as well.
    RateUngated,
    /// `SinesRate` with synapses of 40 ms.
    RateSlow,
    /// `Products` with 200 units.
    ProductsFew,
    /// The same without the fast factor: both periods 500 to 1000 ms.
    ProductsFewSlow,
    /// `Izhikevich` with updates every 10 ms.
    IzhikevichSeldom,
    /// `Sines` with initial weights of gain 1.
    Gain1,
    /// `Sines` with initial weights of gain 2.
    Gain2,
    /// `Sines` with initial weights of gain 8.
    Gain8,
    /// Rank of the targets, and the solution of all samples at once.
    Heterogeneity,
    /// Formulas of the theory against simulations of single units.
    Theory,
}

const KINDS: [(Kind, &str); 33] = [
    (Kind::Balanced, "balanced"),
    (Kind::BalancedStrong, "balanced-strong"),
    (Kind::BalancedSchur, "balanced-strong-schur"),
    (Kind::BalancedMask, "balanced-strong-mask"),
    (Kind::Products, "products"),
    (Kind::Chaotic, "chaotic"),
    (Kind::Process, "process"),
    (Kind::NoiseHigh, "noise-high"),
    (Kind::NoiseMedium, "noise-medium"),
    (Kind::NoiseLow, "noise-low"),
    (Kind::RateUnits, "rate-units"),
    (Kind::TwoRate, "two-rate"),
    (Kind::Two, "two"),
    (Kind::Izhikevich, "izhikevich"),
    (Kind::IzhikevichSeldom, "izhikevich-seldom"),
    (Kind::IntegrateAndFire, "integrate-and-fire"),
    (Kind::SinesRate, "sines-rate"),
    (Kind::UnconnectedRate, "unconnected-rate"),
    (Kind::UnconnectedUngated, "unconnected-rate-ungated"),
    (Kind::RateBrief, "sines-rate-brief"),
    (Kind::RateUngated, "sines-rate-ungated"),
    (Kind::RateSlow, "sines-rate-slow"),
    (Kind::Sines, "sines"),
    (Kind::Unconnected, "unconnected"),
    (Kind::SinesBrief, "sines-brief"),
    (Kind::SinesWeak, "sines-weak"),
    (Kind::ProductsFew, "products-200"),
    (Kind::ProductsFewSlow, "products-200-slow"),
    (Kind::Gain1, "sines-gain-1"),
    (Kind::Gain2, "sines-gain-2"),
    (Kind::Gain8, "sines-gain-8"),
    (Kind::Heterogeneity, "heterogeneity"),
    (Kind::Theory, "theory"),
];

/// Shares of random targets in Figure 3c; 100 per cent are `products`.
pub(super) const SHARES: [u8; 6] = [0, 5, 10, 20, 40, 70];
/// Amplitudes of Figure 3, supplement 1.
pub(super) const AMPLITUDES: [u8; 3] = [10, 5, 1];
/// `J` of Figure 4i.
pub(super) const STRENGTHS: [u8; 6] = [1, 2, 3, 4, 5, 6];
/// Synaptic time constants of Figure 4i.
pub(super) const COUPLING_SYNAPSES: [u8; 6] = [5, 20, 40, 60, 80, 100];
/// Auxiliary units of Figure 5, in per cent of the cortical ones.
pub(super) const AUXILIARY: [u16; 5] = [0, 50, 100, 200, 300];
/// Synaptic time constants of Figure 6.
pub(super) const SYNAPSES: [u16; 7] = [1, 5, 10, 30, 100, 200, 500];
/// Those of the sampling error.
pub(super) const FAST: [u16; 4] = [1, 5, 10, 30];
/// Those of the tracking error.
pub(super) const SLOW: [u16; 4] = [30, 100, 200, 500];
/// Correlation times of Figure 6: those of the curves, then those that only the map has.
pub(super) const CORRELATIONS: [u16; 5] = [50, 100, 200, 10, 500];
/// Units, target lengths and correlation times of Figure 7.
pub(super) const CAPACITY_UNITS: [u16; 3] = [500, 700, 1000];
pub(super) const LENGTHS: [u16; 4] = [500, 1000, 1500, 2500];
pub(super) const CAPACITY_CORRELATIONS: [u16; 3] = [50, 100, 200];
/// Units of the scaling of weights.
pub(super) const SIZES: [u16; 4] = [100, 200, 400, 800];

const SCAN_COUNT: usize = SYNAPSES.len() * CORRELATIONS.len();
const LARGE_COUNT: usize = SYNAPSES.len() + 2 * SLOW.len();
const LENGTH_COUNT: usize = CAPACITY_UNITS.len() * LENGTHS.len() * CAPACITY_CORRELATIONS.len();
const COUPLING_COUNT: usize = STRENGTHS.len() * COUPLING_SYNAPSES.len();

/// All points of Figure 4i.
pub(super) const COUPLINGS: [Group; COUPLING_COUNT] = {
    let mut groups = [Group::Coupling(0, 0); COUPLING_COUNT];
    let mut k = 0;
    while k < COUPLING_COUNT {
        let (j, tau) = (k / COUPLING_SYNAPSES.len(), k % COUPLING_SYNAPSES.len());
        groups[k] = Group::Coupling(STRENGTHS[j], COUPLING_SYNAPSES[tau]);
        k += 1;
    }
    groups
};

/// The map of Figure 6a: 500 units.
pub(super) const SCANS: [Group; SCAN_COUNT] = {
    let mut groups = [Group::Scan(0, 0, 0); SCAN_COUNT];
    let mut k = 0;
    while k < SCAN_COUNT {
        let (target, synapse) = (k / SYNAPSES.len(), k % SYNAPSES.len());
        groups[k] = Group::Scan(500, SYNAPSES[synapse], CORRELATIONS[target]);
        k += 1;
    }
    groups
};

/// Figures 6d, e: 1000 units, all synapses at 100 ms, slow ones at 50 and 200 ms.
pub(super) const LARGE: [Group; LARGE_COUNT] = {
    let mut groups = [Group::Scan(0, 0, 0); LARGE_COUNT];
    let mut k = 0;
    while k < SYNAPSES.len() {
        groups[k] = Group::Scan(1000, SYNAPSES[k], 100);
        k += 1;
    }
    while k < LARGE_COUNT {
        let rest = k - SYNAPSES.len();
        let target = if rest < SLOW.len() { 50 } else { 200 };
        groups[k] = Group::Scan(1000, SLOW[rest % SLOW.len()], target);
        k += 1;
    }
    groups
};

/// Figure 6f: 700 units and fast synapses.
pub(super) const MIDDLE: [Group; FAST.len()] = [
    Group::Scan(700, 1, 100),
    Group::Scan(700, 5, 100),
    Group::Scan(700, 10, 100),
    Group::Scan(700, 30, 100),
];

/// All points of Figure 7.
pub(super) const CAPACITIES: [Group; LENGTH_COUNT] = {
    let mut groups = [Group::Length(0, 0, 0); LENGTH_COUNT];
    let mut k = 0;
    let (lengths, targets) = (LENGTHS.len(), CAPACITY_CORRELATIONS.len());
    while k < LENGTH_COUNT {
        // Large networks and long targets first.
        let units = CAPACITY_UNITS[CAPACITY_UNITS.len() - 1 - k / (lengths * targets)];
        let length = LENGTHS[lengths - 1 - k / targets % lengths];
        groups[k] = Group::Length(units, length, CAPACITY_CORRELATIONS[k % targets]);
        k += 1;
    }
    groups
};

/// Figure 5.
pub(super) const CORTICALS: [Group; AUXILIARY.len()] = [
    Group::Cortical(300),
    Group::Cortical(200),
    Group::Cortical(100),
    Group::Cortical(50),
    Group::Cortical(0),
];

/// Figure 3c, without the networks of Figure 3a.
pub(super) const RANDOMS: [Group; SHARES.len()] = [
    Group::Random(0),
    Group::Random(5),
    Group::Random(10),
    Group::Random(20),
    Group::Random(40),
    Group::Random(70),
];

/// Figure 3, supplement 1.
pub(super) const LOW_RATES: [Group; AMPLITUDES.len()] = [
    Group::Amplitude(10),
    Group::Amplitude(5),
    Group::Amplitude(1),
];

/// The scaling of weights.
pub(super) const SIZED: [Group; SIZES.len()] = [
    Group::Size(800),
    Group::Size(400),
    Group::Size(200),
    Group::Size(100),
];

const COUNT: usize = CORTICALS.len()
    + CAPACITIES.len()
    + LARGE.len()
    + COUPLINGS.len()
    + MIDDLE.len()
    + SCANS.len()
    + RANDOMS.len()
    + LOW_RATES.len()
    + SIZED.len()
    + KINDS.len();

/// The groups that are no points of a scan.
const SINGLES: [Group; KINDS.len()] = {
    let mut groups = [Group::Random(0); KINDS.len()];
    let mut k = 0;
    while k < KINDS.len() {
        groups[k] = Group::Single(KINDS[k].0);
        k += 1;
    }
    groups
};

/// All groups; those that take longest come first, so that no thread is left with one at the end.
const fn all() -> [Group; COUNT] {
    study::joined(&[
        &CORTICALS,
        &CAPACITIES,
        &LARGE,
        &COUPLINGS,
        &MIDDLE,
        &SCANS,
        &RANDOMS,
        &LOW_RATES,
        &SIZED,
        &SINGLES,
    ])
}

static NAMES: LazyLock<Vec<String>> =
    LazyLock::new(|| Group::ALL.iter().map(|group| group.words()).collect());

impl Group {
    /// All groups, in the order in which they are trained.
    pub const ALL: [Self; COUNT] = all();

    fn words(self) -> String {
        match self {
            Self::Single(kind) => {
                let found = KINDS.iter().find(|(known, _)| *known == kind);
                found.map_or("", |(_, name)| name).into()
            }
            Self::Random(percent) => format!("random-{percent}"),
            Self::Amplitude(hundredths) => format!("amplitude-0.{hundredths:02}"),
            Self::Coupling(strength, tau) => format!("coupling-{strength}-synapse-{tau}"),
            Self::Cortical(percent) => format!("cortical-{percent}"),
            Self::Scan(units, tau, target) => format!("scan-{units}-synapse-{tau}-target-{target}"),
            Self::Length(units, length, target) => {
                format!("length-{units}-ms-{length}-target-{target}")
            }
            Self::Size(units) => format!("size-{units}"),
        }
    }

    /// The name in files and options.
    #[must_use]
    pub fn name(self) -> &'static str {
        study::name_in(&NAMES, self)
    }

    /// Whether quick scale has the group: a few points of each scan.
    fn is_quick(self) -> bool {
        match self {
            Self::Single(kind) => !matches!(
                kind,
                Kind::BalancedSchur | Kind::BalancedMask | Kind::IzhikevichSeldom
            ),
            Self::Random(percent) => [0, 10, 40].contains(&percent),
            Self::Amplitude(_) | Self::Size(100 | 200) => true,
            Self::Coupling(strength, tau) => [2, 6].contains(&strength) && [20, 100].contains(&tau),
            Self::Cortical(percent) => [0, 100, 200].contains(&percent),
            Self::Scan(500, tau, target) => {
                [1, 5, 30, 200, 500].contains(&tau) && [50, 100, 200].contains(&target)
            }
            Self::Scan(1000, tau, 100) => [1, 5, 30].contains(&tau),
            Self::Length(units, length, target) => {
                let longest = if units == 500 { 2000 } else { 1000 };
                units != 700 && length <= longest && target != 100
            }
            Self::Scan(..) | Self::Size(_) => false,
        }
    }

    /// Whether smoke scale has the group: one of each sort.
    fn is_smoke(self) -> bool {
        match self {
            Self::Single(_) => self.is_quick(),
            Self::Random(percent) => percent == 0,
            Self::Amplitude(hundredths) => hundredths == 10,
            Self::Coupling(strength, tau) => strength == 6 && tau == 100,
            Self::Cortical(percent) => percent == 0 || percent == 100,
            Self::Scan(units, tau, target) => {
                units == 500 && target == 100 && (tau == 1 || tau == 30)
            }
            Self::Length(units, length, target) => units == 500 && length == 500 && target == 100,
            Self::Size(units) => units <= 200,
        }
    }
}

study::named!(Group);

impl study::Group for Group {
    const ALL: &'static [Self] = &Self::ALL;

    fn name(self) -> &'static str {
        self.name()
    }

    /// At paper scale all seeds for small networks and what most claims rest on; half of them for variants of
    /// large networks, and for Figure 6, where the paper has five; a fifth for Figures 4i and 5, a tenth for
    /// the largest networks: what two cores can do in hours.
    fn networks(self, scale: Scale, seeds: usize) -> usize {
        match scale {
            Scale::Smoke => usize::from(self.is_smoke()) * seeds,
            Scale::Quick => usize::from(self.is_quick()) * seeds,
            Scale::Paper => match self {
                Self::Single(
                    Kind::RateUnits
                    | Kind::NoiseLow
                    | Kind::NoiseMedium
                    | Kind::NoiseHigh
                    | Kind::BalancedSchur
                    | Kind::BalancedMask,
                ) => seeds.div_ceil(2),
                Self::Single(_) | Self::Size(..400) => seeds,
                Self::Random(_) | Self::Amplitude(_) | Self::Size(_) => seeds.div_ceil(2),
                Self::Scan(500, _, 50 | 100 | 200) => seeds.div_ceil(2),
                Self::Coupling(..) => seeds.div_ceil(5),
                Self::Cortical(300) => 1,
                Self::Cortical(_) => seeds.div_ceil(5),
                Self::Scan(..) | Self::Length(..) => seeds.div_ceil(10),
            },
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
        testing::groups_are_found_by_their_names::<Group>("scan-500-synapse-2-target-3");
    }

    #[test]
    fn smaller_scales_have_some_of_every_sort() {
        for scale in [Scale::Smoke, Scale::Quick] {
            let counts = |is: fn(&Group) -> bool| {
                let some = Group::ALL.into_iter().filter(is);
                some.map(|group| group.networks(scale, 1)).sum::<usize>()
            };
            assert!(counts(|g| matches!(g, Group::Single(_))) > 20);
            assert!(counts(|g| matches!(g, Group::Coupling(..))) > 0);
            assert!(counts(|g| matches!(g, Group::Cortical(_))) > 1);
            assert!(counts(|g| matches!(g, Group::Scan(..))) > 1);
            assert!(counts(|g| matches!(g, Group::Length(..))) > 0);
        }
        for group in Group::ALL {
            assert!(group.networks(Scale::Paper, 10) >= 1, "{}", group.name());
        }
    }
}
