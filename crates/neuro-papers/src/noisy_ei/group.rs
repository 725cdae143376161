//! The kinds of networks that are trained, and how many of each.

use neuro_models::noisy_ei::{Config, TimeConstants};
use neuro_models::tasks::ResponseTask;
use serde::{Deserialize, Serialize};

use crate::{Scale, study};

/// The noise channels of a network, and the places of its groups in figures and tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Channels {
    /// `C = 0`: the noise of the units alone.
    None,
    /// `C = 1`.
    One,
    /// `C = 5`.
    Five,
    /// `C = 10`.
    Ten,
}

impl Channels {
    /// All of the paper, the fewest first.
    pub const ALL: [Self; 4] = [Self::None, Self::One, Self::Five, Self::Ten];

    /// The number of channels, `C`.
    #[must_use]
    pub fn count(self) -> usize {
        match self {
            Self::None => 0,
            Self::One => 1,
            Self::Five => 5,
            Self::Ten => 10,
        }
    }
}

/// Networks that differ in their seed only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Group {
    /// Delayed match to sample without noise channels, 50 ms.
    Delay50,
    /// Delayed match to sample without noise channels, 150 ms.
    Delay150,
    /// The same with 50 ms and all time constants fixed at 25 ms.
    FixedFast,
    /// Delayed match to sample, 250 ms (50 ms below paper scale).
    Matching(Channels),
    /// Delayed match to sample with a second delay before the response, both 250 ms.
    TwoDelays(Channels),
    /// Two-alternative forced choice.
    Choice(Channels),
    /// Context-dependent sensory integration.
    Context(Channels),
}

/// The time constant of [`Group::FixedFast`] in ms: within the range of trained ones, near its lower
/// end ("a small constant"; the paper gives no number).
pub(super) const FAST: f64 = 25.0;

impl Group {
    /// All groups, in the order in which they are trained.
    pub const ALL: [Self; 19] = {
        use Channels::{Five, None, One, Ten};
        [
            Self::Matching(None),
            Self::Matching(Ten),
            Self::Matching(One),
            Self::Matching(Five),
            Self::Delay50,
            Self::Delay150,
            Self::Choice(None),
            Self::Choice(One),
            Self::Choice(Five),
            Self::Choice(Ten),
            Self::Context(None),
            Self::Context(One),
            Self::Context(Five),
            Self::Context(Ten),
            Self::FixedFast,
            Self::TwoDelays(None),
            Self::TwoDelays(One),
            Self::TwoDelays(Five),
            Self::TwoDelays(Ten),
        ]
    };

    /// The networks of Figures 1d to 5, by their noise channels.
    pub const MATCHING: [Self; 4] = [
        Self::Matching(Channels::None),
        Self::Matching(Channels::One),
        Self::Matching(Channels::Five),
        Self::Matching(Channels::Ten),
    ];
    /// The networks of the task of two delays.
    pub const TWO_DELAYS: [Self; 4] = [
        Self::TwoDelays(Channels::None),
        Self::TwoDelays(Channels::One),
        Self::TwoDelays(Channels::Five),
        Self::TwoDelays(Channels::Ten),
    ];
    /// The networks of forced choice.
    pub const CHOICE: [Self; 4] = [
        Self::Choice(Channels::None),
        Self::Choice(Channels::One),
        Self::Choice(Channels::Five),
        Self::Choice(Channels::Ten),
    ];
    /// The networks of context-dependent integration.
    pub const CONTEXT: [Self; 4] = [
        Self::Context(Channels::None),
        Self::Context(Channels::One),
        Self::Context(Channels::Five),
        Self::Context(Channels::Ten),
    ];

    /// The name in files and options.
    #[must_use]
    pub fn name(self) -> &'static str {
        let of = |names: [&'static str; 4], channels: Channels| names[channels as usize];
        match self {
            Self::Delay50 => "delay-50",
            Self::Delay150 => "delay-150",
            Self::FixedFast => "fixed-fast",
            Self::Matching(c) => of(["matching-0", "matching-1", "matching-5", "matching-10"], c),
            Self::TwoDelays(c) => of(
                [
                    "two-delays-0",
                    "two-delays-1",
                    "two-delays-5",
                    "two-delays-10",
                ],
                c,
            ),
            Self::Choice(c) => of(["choice-0", "choice-1", "choice-5", "choice-10"], c),
            Self::Context(c) => of(["context-0", "context-1", "context-5", "context-10"], c),
        }
    }

    /// The noise channels.
    #[must_use]
    pub fn channels(self) -> Channels {
        match self {
            Self::Delay50 | Self::Delay150 | Self::FixedFast => Channels::None,
            Self::Matching(c) | Self::TwoDelays(c) | Self::Choice(c) | Self::Context(c) => c,
        }
    }

    /// The delay between the stimuli in ms; none in tasks without one.
    #[must_use]
    pub fn delay(self, scale: Scale) -> Option<f64> {
        match self {
            Self::Delay50 | Self::FixedFast => Some(50.0),
            Self::Delay150 => Some(150.0),
            // Networks learn 50 ms in a third of the trials.
            Self::Matching(_) => Some(scale.choose(50.0, 50.0, 250.0)),
            Self::TwoDelays(_) => Some(250.0),
            Self::Choice(_) | Self::Context(_) => None,
        }
    }

    /// The network and how it learns.
    #[must_use]
    pub fn config(self, scale: Scale) -> Config {
        let paper = Config::default();
        let time_constants = match self {
            Self::FixedFast => TimeConstants::Fixed(FAST),
            _ => paper.time_constants,
        };
        let inputs = match self {
            Self::Choice(_) => 1,
            Self::Context(_) => 4,
            _ => paper.inputs,
        };
        Config {
            inputs,
            channels: self.channels().count(),
            time_constants,
            updates: scale.choose(20, paper.updates, paper.updates),
            check_every: scale.choose(10, paper.check_every, paper.check_every),
            criterion_trials: scale.choose(5, paper.criterion_trials, paper.criterion_trials),
            ..paper
        }
    }

    /// The task that the network learns.
    #[must_use]
    pub(super) fn task(self, scale: Scale) -> Box<dyn ResponseTask<f32>> {
        let config = self.config(scale);
        match (self, self.delay(scale)) {
            (Self::Choice(_), _) => Box::new(config.forced_choice_task()),
            (Self::Context(_), _) => Box::new(config.context_task()),
            (Self::TwoDelays(_), Some(delay)) => Box::new(config.two_delay_matching_task(delay)),
            (_, delay) => Box::new(config.matching_task(delay.unwrap_or_default())),
        }
    }
}

impl study::Group for Group {
    const ALL: &'static [Self] = &Self::ALL;

    fn name(self) -> &'static str {
        self.name()
    }

    /// At quick scale the two ends of the noise only; the fixed time constants and the second delay,
    /// which take long to fail or to learn, with two fifths of the seeds.
    fn networks(self, scale: Scale, seeds: usize) -> usize {
        match (self, scale) {
            (Self::FixedFast | Self::TwoDelays(_), Scale::Paper) => (2 * seeds).div_ceil(5),
            (_, Scale::Smoke | Scale::Paper) => seeds,
            (Self::Matching(c) | Self::Choice(c) | Self::Context(c), Scale::Quick) => match c {
                Channels::None | Channels::Ten => seeds,
                Channels::One | Channels::Five => 0,
            },
            (_, Scale::Quick) => 0,
        }
    }
}
