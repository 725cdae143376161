//! Figure 1 and the task of two delays: who learns, how fast, and how well it holds under noise.

use super::Deciding;
use super::comparing::{compare, sample};
use crate::claims::median;
use crate::noisy_ei::derived::{Correct, robust_accuracy};
use crate::noisy_ei::group::{Channels, Group};
use crate::noisy_ei::measured::Measured;
use crate::study::truth;
use crate::{Error, Rule, Scale, Share};

const NONE: Group = Group::Matching(Channels::None);
const TEN: Group = Group::Matching(Channels::Ten);

/// Every network, or nearly every one.
const ALL: Share = Share {
    reproduced: 1.0,
    partly: 0.9,
};

pub(super) fn decide(all: &mut Deciding<'_>) -> Result<(), Error> {
    delays(all)?;
    noise(all)?;
    robustness(all)?;
    two_delays(all)
}

impl Deciding<'_> {
    /// Whether each network of some groups has learned, as 1 or 0.
    fn whether_learned(&self, groups: &[Group]) -> Vec<f64> {
        let networks = self.of(groups);
        networks.map(|network| truth(network.learned)).collect()
    }
}

fn delays(all: &mut Deciding<'_>) -> Result<(), Error> {
    let [short, middle, long] = [
        ("50 ms", Group::Delay50),
        ("150 ms", Group::Delay150),
        ("250 ms", NONE),
    ]
    .map(|(name, group)| sample(name, all.trials(group)));
    let words = "the number of trials to the criterion (the cap for networks that did not meet it)";
    for (id, longer, shorter) in [
        ("1b-50-150", &middle, &short),
        ("1b-150-250", &long, &middle),
        ("1b-50-250", &long, &short),
    ] {
        let statement = format!(
            "Networks without noise need more trials for a delay of {} than for one of {}",
            longer.name, shorter.name
        );
        all.larger("1b", id, &statement, words, longer.clone(), shorter.clone())?;
    }
    let [short, middle, long] = [&short, &middle, &long].map(|sample| median(&sample.values));
    all.claim(
        "1b",
        "1b-exponential",
        "The number of trials grows exponentially with the delay",
        &compare(
            Rule::above(
                "how much more the median number of trials grows from 150 to 250 ms than from 50 to \
                 150 ms",
                0.0,
            ),
            &format!("medians {short} trials at 50 ms, {middle} at 150 ms, {long} at 250 ms"),
        ),
        &[(long - middle) - (middle - short)],
    )?;
    let fails: Vec<f64> = all
        .of_group(Group::FixedFast)
        .map(|network: &Measured| truth(!network.learned))
        .collect();
    all.claim(
        "1b",
        "1b-fixed-fast",
        "With time constants fixed at a small constant, training does not converge",
        &Rule::holds(
            "the criterion is not met within the cap, time constants fixed at 25 ms, 50 ms,",
        )
        .share(ALL)
        .from_scale(Scale::Paper),
        &fails,
    )
}

fn noise(all: &mut Deciding<'_>) -> Result<(), Error> {
    for (id, channels, learned) in [
        ("1d-baseline", Channels::None, 33),
        ("1d-one", Channels::One, 40),
        ("1d-five", Channels::Five, 46),
    ] {
        let count = channels.count();
        let statement =
            format!("With C = {count}, {learned} of 50 networks learn within 20 000 trials");
        let ours = all.successes(Group::Matching(channels));
        all.agrees("1d", id, &statement, ours, [learned, 50 - learned])?;
    }
    let values = all.whether_learned(&[TEN]);
    all.claim(
        "1d",
        "1d-all",
        "With ten noise channels all networks learn",
        &Rule::holds("the criterion is met within the cap")
            .share(ALL)
            .from_scale(Scale::Paper),
        &values,
    )?;
    let ends = [
        ("C = 10", all.successes(TEN)),
        ("C = 0", all.successes(NONE)),
    ];
    let statement = "More networks learn with ten noise channels than without";
    all.more_learned("1d", "1d-more", statement, ends)?;
    let shares = Group::MATCHING.map(|group| share(all.successes(group)));
    all.claim(
        "1d",
        "1d-rises",
        "The success rate increases with the number of noise channels",
        &compare(
            Rule::holds(
                "the share of networks that learned never falls from C = 0 to 1, 5 and 10, and rises \
                 from the first to the last,",
            ),
            &in_words(&Group::MATCHING.map(|group| all.successes(group))),
        ),
        &[truth(rises(&shares))],
    )?;
    let trials = |group: Group| {
        let learned = all.of_group(group).filter(|network| network.learned);
        let trials = learned.map(Measured::trials_to_criterion).collect();
        sample(&format!("C = {}", group.channels().count()), trials)
    };
    let samples = Group::MATCHING.map(trials);
    all.alike(
        "1e",
        "1e-same",
        "Networks that learn need equally many trials, whatever the noise",
        "trials to the criterion of the networks that met it",
        &samples,
    )?;
    let (none, ten) = (all.trials(NONE), all.trials(TEN));
    all.larger(
        "1e",
        "1e-faster",
        "Noise speeds up the training",
        "the number of trials to the criterion (the cap for networks that did not meet it)",
        sample("C = 0", none),
        sample("C = 10", ten),
    )
}

fn share([yes, no]: [usize; 2]) -> f64 {
    yes as f64 / (yes + no) as f64
}

/// Whether shares never fall and rise from the first to the last; a share of nothing is a NaN.
fn rises(shares: &[f64]) -> bool {
    let never_fall = shares.windows(2).all(|pair| pair[0] <= pair[1]);
    never_fall && shares.first() < shares.last()
}

/// Successes at each number of channels.
fn in_words(successes: &[[usize; 2]; 4]) -> String {
    let of = |(channels, [yes, no]): (&Channels, &[usize; 2])| {
        format!("C = {}: {yes} of {}", channels.count(), yes + no)
    };
    let words: Vec<String> = Channels::ALL.iter().zip(successes).map(of).collect();
    words.join("; ")
}

fn robustness(all: &mut Deciding<'_>) -> Result<(), Error> {
    for correct in Correct::ALL {
        let (suffix, words) = match correct {
            Correct::Peak => ("", "share of correct trials"),
            Correct::Mean => (
                "-mean",
                "share of trials with the right sign of the mean output",
            ),
        };
        for delay in [250.0, 750.0, 1250.0] {
            let accuracy = |group| all.learned(group, |f| robust_accuracy(f, delay, correct));
            let (none, ten) = (accuracy(NONE), accuracy(TEN));
            all.larger(
                "1f",
                &format!("1f-{delay}{suffix}"),
                &format!(
                    "Under fresh noise and a delay of {delay} ms, networks trained with ten noise \
                     channels do better ({words})"
                ),
                &format!("the {words}"),
                sample("C = 10", ten),
                sample("C = 0", none),
            )?;
        }
    }
    Ok(())
}

fn two_delays(all: &mut Deciding<'_>) -> Result<(), Error> {
    let ten = Group::TwoDelays(Channels::Ten);
    let values = all.whether_learned(&[ten]);
    all.claim(
        "two-delays",
        "two-delays-learned",
        "The task of two delays is learned with ten noise channels",
        &Rule::holds("the criterion is met within the cap").from_scale(Scale::Paper),
        &values,
    )?;
    let successes = Group::TWO_DELAYS.map(|group| all.successes(group));
    all.claim(
        "two-delays",
        "two-delays-rises",
        "In the task of two delays, too, the success rate increases with the number of noise channels",
        &compare(
            Rule::holds(
                "the share of networks that learned never falls from C = 0 to 1, 5 and 10, and rises \
                 from the first to the last,",
            ),
            &in_words(&successes),
        ),
        &[truth(rises(&successes.map(share)))],
    )?;
    let (none, ten) = (
        all.trials(Group::TwoDelays(Channels::None)),
        all.trials(ten),
    );
    all.larger(
        "two-delays",
        "two-delays-faster",
        "In the task of two delays noise speeds up the training",
        "the number of trials to the criterion (the cap for networks that did not meet it)",
        sample("C = 0", none),
        sample("C = 10", ten),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_that_falls_once_or_never_rises_does_not_rise() {
        assert!(rises(&[0.66, 0.8, 0.92, 1.0]));
        assert!(rises(&[0.66, 0.66, 0.92, 0.92]));
        assert!(!rises(&[0.66, 0.6, 0.92, 1.0]));
        assert!(!rises(&[0.9; 4]));
        assert!(!rises(&[f64::NAN, 0.8, 0.9, 1.0]));
    }
}
