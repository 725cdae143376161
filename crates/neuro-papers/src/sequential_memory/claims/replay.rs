//! Figures 1 to 3, and LISEM as printed: what is replayed, and how the surface leads there.

use super::{Deciding, compared, largest, or_nan, share, truth};
use crate::sequential_memory::group::Setting;
use crate::sequential_memory::measured::{Course, Replayed};
use crate::study::p_smaller;
use crate::{Error, Rule, Scale};

/// Share of a network's visits or switches in which a statement must hold.
const MOST: f64 = 0.9;

pub(super) fn decide(all: &mut Deciding<'_>) -> Result<(), Error> {
    figure_1(all)?;
    dynamics(all, "2", "lisem", Setting::Lisem)?;
    dynamics(all, "3", "dsem", Setting::Dsem)?;
    figure_2(all)?;
    figure_3(all)?;
    printed(all)
}

fn second(found: &Replayed) -> &Course {
    &found.courses[1]
}

/// The replay of both cycles, each from its cue.
fn replayed(
    all: &mut Deciding<'_>,
    figure: &str,
    id: &str,
    name: &str,
    setting: Setting,
) -> Result<(), Error> {
    for (which, cycle) in [(0, 3), (1, 4)] {
        all.claim(
            figure,
            &format!("{id}-replay-{cycle}"),
            &format!(
                "{name} replays the episode of {cycle} memories that is cued, and of that episode only"
            ),
            &Rule::holds(
                "from the cue on, each memory that is on (overlap 0.8) follows the one before, for two laps and a visit",
            )
            .from_scale(Scale::Quick),
            &all.replays(setting, |f| truth(f.courses[which].replays())),
        )?;
    }
    Ok(())
}

fn figure_1(all: &mut Deciding<'_>) -> Result<(), Error> {
    for (id, name, setting) in [
        ("dsem", "DSEM", Setting::DsemStatic),
        ("lisem", "LISEM", Setting::LisemStatic),
    ] {
        all.claim(
            "1",
            &format!("1c-{id}"),
            &format!(
                "Without transitions {name} is a static associative memory: it retrieves one memory and stays"
            ),
            &Rule::holds(
                "from both cues the cue's memory alone is ever on, with an overlap of 0.9 at the end",
            ),
            &all.replays(setting, |f| {
                let stays = |course: &Course| {
                    let memories = course.visits.iter().map(|visit| visit.memory);
                    memories.eq([course.cue]) && course.last >= 0.9
                };
                truth(f.courses.iter().all(stays))
            }),
        )?;
    }
    for (id, name, setting) in [
        ("dsem", "DSEM", Setting::Dsem),
        ("lisem", "LISEM", Setting::Lisem),
    ] {
        all.claim(
            "1",
            &format!("1d-{id}"),
            &format!("With transitions {name} retrieves more than one memory from one cue"),
            &Rule::holds("at least two memories are on, the second following the cue's")
                .from_scale(Scale::Quick),
            &all.replays(setting, |f| {
                let course = second(f);
                let memories: Vec<usize> = course.visits.iter().map(|v| v.memory).collect();
                truth(memories.starts_with(&[course.cue, course.cue + 1]))
            }),
        )?;
    }
    Ok(())
}

/// What Figures 2 and 3 state of both models.
fn dynamics(
    all: &mut Deciding<'_>,
    figure: &str,
    name: &str,
    setting: Setting,
) -> Result<(), Error> {
    let label = setting.model().label();
    let id = |panel: &str, what: &str| format!("{figure}{panel}-{what}");
    replayed(all, figure, &id("b", name), label, setting)?;
    all.claim(
        figure,
        &id("b", "foreign"),
        &format!(
            "{label}: memories of the episode that is not cued stay at the level of crosstalk"
        ),
        &Rule::below(
            "largest overlap of a memory of the other episode, both cues,",
            0.6,
        )
        .from_scale(Scale::Quick),
        &all.replays(setting, |f| f.courses[0].foreign.max(f.courses[1].foreign)),
    )?;
    all.claim(
        figure,
        &id("b", "on"),
        &format!("{label}: states are close to memories but for the transitions"),
        &Rule::at_least("share of the time at which a memory is on", 0.8).from_scale(Scale::Quick),
        &all.replays(setting, |f| second(f).on),
    )?;
    all.claim(
        figure,
        &id("b", "lasting"),
        &format!("{label}: the meta-stable states do not end in an equilibrium"),
        &Rule::holds("the last onset is within the last two mean dwell times of the run")
            .from_scale(Scale::Quick),
        &all.replays(setting, |f| {
            let course = second(f);
            let (last, dwell) = (course.visits.last(), course.dwell);
            let late = |start: f64, dwell: f64| start >= course.duration - 2.0 * dwell;
            truth(last.zip(dwell).is_some_and(|(v, d)| late(v.start, d[0])))
        }),
    )?;
    all.claim(
        figure,
        &id("a", "new-basin"),
        &format!("{label}: the delayed signal changes the surface so that a new state becomes a basin"),
        &Rule::at_least(
            "share of the visits in which the energy of the next memory falls against that of the present one",
            MOST,
        )
        .from_scale(Scale::Quick),
        &all.replays(setting, |f| share(f.energy.tilt[1], f.energy.tilt[2])),
    )?;
    all.claim(
        figure,
        &id("a", "old-basin"),
        &format!("{label}: the basin that was occupied increases in energy"),
        &Rule::at_least(
            "share of the visits in which the energy of the present memory rises",
            MOST,
        )
        .from_scale(Scale::Quick),
        &all.replays(setting, |f| share(f.energy.tilt[0], f.energy.tilt[2])),
    )?;
    all.claim(
        figure,
        &id("c", "at-rest"),
        &format!("{label}: without a delayed signal the energy has minima near all memories"),
        &Rule::at_least("memories, of seven, with a fixed point of overlap 0.9", 7.0),
        &all.replays(setting, |f| f.points.at_rest as f64),
    )?;
    all.claim(
        figure,
        &id("c", "part"),
        &format!("{label}: the fixed points near the memories exist for a part of the time only"),
        &Rule::holds(
            "each memory of the cycle has one at some of the samples and not at all of them",
        )
        .from_scale(Scale::Quick),
        &all.replays(setting, |f| {
            let mut own = f.points.present.iter().skip(3);
            truth(own.all(|share| *share > 0.0 && *share < 1.0))
        }),
    )?;
    all.claim(
        figure,
        &id("c", "held"),
        &format!("{label}: a memory that is on is a fixed point of the instantaneous surface"),
        &Rule::at_least(
            "share of the visits with a fixed point of the memory in their middle",
            MOST,
        )
        .from_scale(Scale::Quick),
        &all.replays(setting, |f| share(f.points.held[0], f.points.held[1])),
    )?;
    all.claim(
        figure,
        &id("c", "lost"),
        &format!(
            "{label}: fixed points near memories lose stability, which allows the transitions"
        ),
        &Rule::at_least(
            "share of the switches at which the left memory has no fixed point",
            MOST,
        )
        .from_scale(Scale::Quick),
        &all.replays(setting, |f| share(f.points.lost[0], f.points.lost[1])),
    )?;
    all.claim(
        figure,
        &id("c", "next"),
        &format!("{label}: the new minimum is at the memory that follows"),
        &Rule::at_least(
            "share of the switches at which the left memory is drawn to the next",
            MOST,
        )
        .from_scale(Scale::Quick),
        &all.replays(setting, |f| share(f.points.leads[0], f.points.leads[1])),
    )?;
    all.claim(
        figure,
        &id("d", "near"),
        &format!("{label}: at each time the state is drawn to a fixed point of the instantaneous surface"),
        &Rule::at_least(
            "share of the samples at which the state is within 0.05 (rms) of the fixed point that it is drawn to",
            0.6,
        )
        .from_scale(Scale::Quick),
        &all.replays(setting, |f| f.points.near),
    )
}

fn figure_2(all: &mut Deciding<'_>) -> Result<(), Error> {
    let strong = Setting::LisemStrong;
    replayed(all, "2", "2b-stronger", "LISEM with alpha_c 0.06", strong)?;
    all.claim(
        "2",
        "2b-early",
        "LISEM leaves a memory long before the threshold of orthogonal memories",
        &Rule::at_most("dwell time by that of theory, alpha_c 0.06,", 0.6).from_scale(Scale::Quick),
        &all.replays(strong, dwell_by_theory),
    )?;
    all.claim(
        "2",
        "2b-overlap",
        "Overlaps with the state itself (supplement) and with its activation (main text) show the same sequence",
        &Rule::at_least("share of the time at which both are largest for the same memory", 0.95),
        &all.replays(Setting::Lisem, |f| f.same_winner),
    )
}

fn dwell_by_theory(found: &Replayed) -> f64 {
    let dwell = second(found).dwell.map(|d| d[0]);
    or_nan(
        dwell
            .zip(found.theory)
            .map(|(dwell, theory)| dwell / theory),
    )
}

fn figure_3(all: &mut Deciding<'_>) -> Result<(), Error> {
    let slow = Setting::DsemSlow;
    replayed(
        all,
        "3",
        "3b-slow",
        "DSEM with the printed T_d of 100",
        slow,
    )?;
    for (id, setting) in [("3b-dwell", Setting::Dsem), ("3b-dwell-slow", slow)] {
        // Theory has no time for the switch (some 1.5 of 11) and no crosstalk.
        all.claim(
            "3",
            id,
            &format!(
                "{}: memories dwell as long as theory says of orthogonal ones",
                setting.label()
            ),
            &Rule::between("dwell time by that of theory", 0.85, 1.15).from_scale(Scale::Quick),
            &all.replays(setting, dwell_by_theory),
        )?;
    }
    let rise = |found: &Replayed| or_nan(second(found).rise);
    let lisem = all.replays(Setting::Lisem, rise);
    for (id, setting) in [("3b-quicker", Setting::Dsem), ("3b-quicker-slow", slow)] {
        all.claim(
            "3",
            id,
            &format!("{}: transitions are quicker than in LISEM", setting.label()),
            &compared("the rise time (10 to 90 %) is shorter in DSEM than in LISEM"),
            &p_smaller(&all.replays(setting, rise), &lisem),
        )?;
    }
    let relative = |found: &Replayed| rise(found) / or_nan(second(found).dwell.map(|d| d[0]));
    all.claim(
        "3",
        "3c-sharp",
        "Transitions of DSEM are sharp, those of LISEM gradual, both with T_d 100",
        &compared("the rise time by the dwell time is smaller in DSEM than in LISEM"),
        &p_smaller(
            &all.replays(slow, relative),
            &all.replays(Setting::Lisem, relative),
        ),
    )
}

fn printed(all: &mut Deciding<'_>) -> Result<(), Error> {
    let setting = Setting::LisemPrinted;
    let name = "LISEM with the printed alpha_c of 4.9";
    replayed(all, "printed", "printed-lisem", name, setting)?;
    all.claim(
        "printed",
        "printed-lisem-on",
        "LISEM with the printed alpha_c of 4.9 is close to memories for most of the time",
        &Rule::at_least("share of the time at which a memory is on", 0.5).from_scale(Scale::Quick),
        &all.replays(setting, |f| largest(&[f.courses[0].on, f.courses[1].on])),
    )
}
