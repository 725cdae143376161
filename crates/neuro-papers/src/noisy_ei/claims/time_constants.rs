//! Figure 3: time constants, recurrent weights, and what slow units do to networks trained without
//! noise.

use super::Deciding;
use super::comparing::{Sample, sample};
use crate::noisy_ei::derived::{Correct, accuracy_with, time_constant};
use crate::noisy_ei::group::{Channels, Group};
use crate::noisy_ei::measured::{Found, Population, Slowed};
use crate::{Error, Rule, Scale};

const NONE: Group = Group::Matching(Channels::None);

/// The least accuracy of a network that does its task, and the most of one that fails.
const DOES: f64 = 0.9;
const FAILS: f64 = 0.75;

pub(super) fn decide(all: &mut Deciding<'_>) -> Result<(), Error> {
    noise(all)?;
    weights(all)?;
    slow_units(all)
}

impl Deciding<'_> {
    /// A value of the networks that learned, at each number of noise channels.
    pub(super) fn by_channels(
        &self,
        groups: &[Group; 4],
        value: impl Fn(&Found) -> f64 + Copy,
    ) -> Vec<Sample> {
        let of = |group: &Group| {
            let name = format!("C = {}", group.channels().count());
            sample(&name, self.learned(*group, value))
        };
        groups.iter().map(of).collect()
    }
}

fn noise(all: &mut Deciding<'_>) -> Result<(), Error> {
    for (figure, population) in ["3a", "3b", "3c"].into_iter().zip(Population::ALL) {
        let name = population.name();
        let samples = all.by_channels(&Group::MATCHING, |f| time_constant(f, population));
        all.rising(
            figure,
            &format!("{figure}-rises"),
            &format!("Noise during training increases the time constants of {name}"),
            &format!("the mean time constant of {name} in ms"),
            &samples,
        )?;
        all.all_rising(
            figure,
            &format!("{figure}-pairs"),
            &format!("Each step of noise increases the time constants of {name}"),
            &format!("the mean time constant of {name} in ms"),
            &samples,
        )?;
    }
    let inhibitory = |f: &Found| time_constant(f, Population::Inhibitory);
    let samples = all.by_channels(&Group::MATCHING, inhibitory);
    all.ordered(
        "3c",
        "3c-graded",
        "The more noise channels, the slower the inhibitory units",
        "the mean time constant of inhibitory units",
        &samples,
    )?;
    let samples = all.by_channels(&Group::MATCHING, |f| {
        inhibitory(f) - time_constant(f, Population::Excitatory)
    });
    all.rising(
        "3c",
        "3c-more-than-excitatory",
        "Noise slows inhibitory units more than excitatory ones",
        "the mean time constant of inhibitory units minus that of excitatory units, of each network,",
        &samples,
    )
}

fn weights(all: &mut Deciding<'_>) -> Result<(), Error> {
    for (k, name) in ["excitatory", "inhibitory"].into_iter().enumerate() {
        let strength = move |f: &Found| f.weights.strengths[k].unwrap_or(f64::NAN);
        let samples = all.by_channels(&Group::MATCHING, strength);
        all.alike(
            "weights",
            &format!("weights-{name}"),
            &format!("Noise during training does not change the {name} recurrent weights"),
            &format!("the mean strength of the {name} connections that are left"),
            &samples,
        )?;
    }
    Ok(())
}

fn slow_units(all: &mut Deciding<'_>) -> Result<(), Error> {
    let learned = |rule: Rule| rule.of("networks without noise that learned");
    let intact = all.learned(NONE, |f| accuracy_with(f, Slowed::Nothing, Correct::Peak));
    all.claim(
        "3d",
        "3d-accurate",
        "Networks trained without noise do the task with high accuracy",
        &learned(Rule::at_least("share of correct trials", DOES)).from_scale(Scale::Quick),
        &intact,
    )?;
    // What slow units do depends on the delay, which is shorter below paper scale.
    let learned = |rule| learned(rule).from_scale(Scale::Paper);
    for correct in Correct::ALL {
        let (suffix, words) = match correct {
            Correct::Peak => ("", "share of correct trials"),
            Correct::Mean => (
                "-mean",
                "share of trials with the right sign of the mean output",
            ),
        };
        let with = move |f: &Found, slowed| accuracy_with(f, slowed, correct);
        let values = all.learned(NONE, |f| with(f, Slowed::All));
        all.claim(
            "3e",
            &format!("3e-fails{suffix}"),
            &format!("With all time constants at 125 ms they fail ({words})"),
            &learned(Rule::at_most(words, FAILS)),
            &values,
        )?;
        let values = all.learned(NONE, |f| {
            with(f, Slowed::Nothing) - with(f, Slowed::Inhibitory)
        });
        all.claim(
            "3f",
            &format!("3f-impaired{suffix}"),
            &format!(
                "With the time constants of inhibitory units alone at 125 ms they are impaired ({words})"
            ),
            &learned(Rule::at_least(&format!("loss of {words}"), 0.05)),
            &values,
        )?;
        let values = all.learned(NONE, |f| with(f, Slowed::Inhibitory) - with(f, Slowed::All));
        all.claim(
            "3f",
            &format!("3f-less{suffix}"),
            &format!(
                "Slow inhibitory units impair them less than slow units of both kinds ({words})"
            ),
            &learned(Rule::above(
                &format!("{words} with slow inhibitory units minus that with all units slow"),
                0.0,
            )),
            &values,
        )?;
    }
    Ok(())
}
