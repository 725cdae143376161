//! Figure 2: whether conditions are apart in the embedding of the activity.

use super::Deciding;
use super::comparing::sample;
use crate::noisy_ei::example::Example;
use crate::noisy_ei::group::{Channels, Group};
use crate::noisy_ei::measured::{Embedding, Found};
use crate::{Error, Rule, Scale};

const NONE: Group = Group::Matching(Channels::None);
const TEN: Group = Group::Matching(Channels::Ten);

/// From this adjusted Rand index on, clusters and conditions agree.
const APART: f64 = 0.8;

/// Below this one, conditions are intermingled.
const MIXED: f64 = 0.5;

fn conditions(found: &Found) -> f64 {
    let embedding = found.embedding.as_ref();
    embedding.map_or(f64::NAN, |e: &Embedding| e.conditions)
}

fn memory(found: &Found) -> f64 {
    let embedding = found.embedding.as_ref();
    embedding.map_or(f64::NAN, |e: &Embedding| e.memory)
}

pub(super) fn decide(all: &mut Deciding<'_>) -> Result<(), Error> {
    let shown = |group| Example::of(all.networks, group);
    let of = |group, value: fn(&Found) -> f64| -> Vec<f64> {
        shown(group)
            .map(|example| value(example.found))
            .into_iter()
            .collect()
    };
    let late = "adjusted Rand index of four clusters against the conditions, from 100 ms after the onset \
                of the second stimulus on,";
    let delay = "adjusted Rand index of two clusters against the first stimulus, in the delay,";
    let values = [
        of(NONE, conditions),
        of(NONE, memory),
        of(TEN, conditions),
        of(TEN, memory),
    ];
    let [none_late, none_delay, ten_late, ten_delay] = values;
    let single = |rule: Rule| rule.of("example network").from_scale(Scale::Paper);
    all.claim(
        "2b",
        "2b-mixed",
        "Without noise, the conditions are intermingled in the embedding after the second stimulus",
        &single(Rule::below(late, MIXED)),
        &none_late,
    )?;
    all.claim(
        "2b",
        "2b-mixed-delay",
        "Without noise, the first stimuli are intermingled in the embedding of the delay",
        &single(Rule::below(delay, MIXED)),
        &none_delay,
    )?;
    all.claim(
        "2c",
        "2c-apart",
        "With ten noise channels, the four conditions are clearly apart after the second stimulus",
        &single(Rule::at_least(late, APART)),
        &ten_late,
    )?;
    all.claim(
        "2c",
        "2c-first-branching",
        "With ten noise channels, the trajectories branch at the first stimulus",
        &single(Rule::at_least(delay, APART)),
        &ten_delay,
    )?;
    for (id, statement, words, value) in [
        (
            "2c-more-apart",
            "The conditions are further apart in networks trained with noise",
            late,
            conditions as fn(&Found) -> f64,
        ),
        (
            "2c-more-apart-delay",
            "The first stimuli are further apart in the delay in networks trained with noise",
            delay,
            memory,
        ),
    ] {
        let (none, ten) = (all.learned(NONE, value), all.learned(TEN, value));
        let words = format!("the {}", words.trim_end_matches(','));
        all.larger(
            "2c",
            id,
            statement,
            &words,
            sample("C = 10", ten),
            sample("C = 0", none),
        )?;
    }
    Ok(())
}
