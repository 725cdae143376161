//! Figure 5: what is learned online; and with the printed constants, and in other ways.

use super::{Deciding, compared, largest, least, truth};
use crate::sequential_memory::group::Taught;
use crate::sequential_memory::measured::{Learned, Stage};
use crate::study::p_smaller;
use crate::{Error, Rule, Scale};

/// Cosine from which on a fixed point or a hidden unit stands for a memory.
const ALIKE: f64 = 0.9;

pub(super) fn decide(all: &mut Deciding<'_>) -> Result<(), Error> {
    surfaces(all)?;
    synapses(all)?;
    printed(all)?;
    others(all)
}

/// The stage after so many epochs.
fn stage(found: &Learned, epoch: u64) -> Option<&Stage> {
    found.stages.iter().find(|stage| stage.epoch == epoch)
}

/// A value of the stage after so many epochs; NaN when there is none.
fn at(epoch: u64, value: impl Fn(&Stage) -> f64) -> impl Fn(&Learned) -> f64 {
    move |found| stage(found, epoch).map_or(f64::NAN, &value)
}

fn whole(found: &Learned) -> f64 {
    truth(found.last().recall.whole())
}

fn surfaces(all: &mut Deciding<'_>) -> Result<(), Error> {
    let learned = Taught::Standard;
    all.claim(
        "5",
        "5a-epoch-0",
        "Before learning, the basins are at states that are not the memories",
        &Rule::below(
            "largest cosine of a memory with the fixed point that it is drawn to",
            ALIKE,
        ),
        &all.learners(learned, at(0, |stage| largest(&stage.own))),
    )?;
    all.claim(
        "5",
        "5a-epoch-10-basins",
        "After 10 epochs large basins separate the memories",
        &Rule::holds("the four memories are drawn to four fixed points, each with a cosine of 0.9"),
        &all.learners(
            learned,
            at(10, |stage| {
                truth(stage.basins == 4 && least(&stage.own) >= ALIKE)
            }),
        ),
    )?;
    let tilt = |epoch: u64| at(epoch, |stage| stage.tilt);
    let (ten, seventy, hundred) = (tilt(10), tilt(70), tilt(100));
    all.claim(
        "5",
        "5a-epoch-10-delay",
        "After 10 epochs the influence of the delay on the surface is minimal",
        &Rule::at_most(
            "tilt by delayed signals after 10 epochs by that after 100",
            0.1,
        )
        .from_scale(Scale::Quick),
        &all.learners(learned, |f| ten(f) / hundred(f)),
    )?;
    all.claim(
        "5",
        "5a-epoch-70",
        "After 70 epochs the delayed features have begun to move the surface",
        &Rule::at_least(
            "tilt by delayed signals after 70 epochs by that after 10",
            2.0,
        )
        .from_scale(Scale::Quick),
        &all.learners(learned, |f| seventy(f) / ten(f)),
    )?;
    all.claim(
        "5",
        "5a-epoch-100",
        "After 100 epochs the surface leads from each memory to the next",
        &Rule::at_least(
            "memories, of four, after which the next one gains most from the delayed signal",
            4.0,
        )
        .from_scale(Scale::Quick),
        &all.learners(learned, at(100, |stage| stage.next_gains as f64)),
    )?;
    all.claim(
        "5",
        "5a-robust",
        "Recall of the sequence comes with learning: it is there after 100 epochs, not before or after 10",
        &Rule::holds("the whole cycle is recalled after 100 epochs, not after 0 and 10")
            .from_scale(Scale::Quick),
        &all.learners(learned, |f| {
            let recalls = |epoch| stage(f, epoch).is_some_and(|stage| stage.recall.whole());
            truth(recalls(100) && !recalls(0) && !recalls(10))
        }),
    )
}

fn synapses(all: &mut Deciding<'_>) -> Result<(), Error> {
    let learned = Taught::Standard;
    all.claim(
        "5",
        "5b-memories",
        "The memories are consolidated in Xi",
        &Rule::at_least(
            "least cosine of a memory with the synapses of its hidden unit",
            ALIKE,
        )
        .from_scale(Scale::Quick),
        &all.learners(learned, |f| least(&f.cosines)),
    )?;
    all.claim(
        "5",
        "5b-units",
        "Each memory has a hidden unit of its own (no two collide)",
        &Rule::holds("four different hidden units are most alike to the four memories")
            .from_scale(Scale::Quick),
        &all.learners(learned, |f| truth(!f.collided())),
    )?;
    all.claim(
        "5",
        "5b-strength",
        "The synapses of these units are stronger than those of the others",
        &Rule::above(
            "least length of their synapses by the largest of the other units",
            1.0,
        )
        .from_scale(Scale::Quick),
        &all.learners(learned, |f| {
            let lengths = |own: bool| {
                let units = f.lengths.iter().enumerate();
                let units = units.filter(move |(k, _)| f.winners.contains(k) == own);
                units.map(|(_, length)| *length).collect::<Vec<f64>>()
            };
            least(&lengths(true)) / largest(&lengths(false))
        }),
    )?;
    all.claim(
        "5",
        "5c-adjacency",
        "Phi is an adjacency matrix of the sequence",
        &Rule::holds("of the synapses from each memory's unit to the four units, that to the next is the largest")
            .from_scale(Scale::Quick),
        &all.learners(learned, |f| {
            let mut rows = f.block.iter().enumerate();
            let count = f.block.len();
            truth(rows.all(|(from, row)| {
                let next = (from + 1) % count;
                (0..count).all(|to| to == next || row[to] < row[next])
            }))
        }),
    )?;
    all.claim(
        "5",
        "5d-recall",
        "From a noisy memory the network recalls the sequence",
        &Rule::holds(
            "from a cue with 10 of 100 signs wrong, the cycle is recalled once around in order",
        )
        .from_scale(Scale::Quick),
        &all.learners(learned, whole),
    )?;
    all.claim(
        "5",
        "5d-overlap",
        "The recalled memories are complete",
        &Rule::at_least("least peak overlap of a visit in the recall", 0.95)
            .from_scale(Scale::Quick),
        &all.learners(learned, |f| {
            let peaks: Vec<f64> = f.last().recall.visits.iter().map(|v| v.peak).collect();
            least(&peaks)
        }),
    )?;
    all.claim(
        "5",
        "5-collision",
        "The whole sequence is recalled exactly when no two memories share a hidden unit",
        &Rule::holds("whole recall and hidden units of their own go together")
            .from_scale(Scale::Quick),
        &all.learners(learned, |f| truth(f.last().recall.whole() != f.collided())),
    )?;
    all.claim(
        "5",
        "5-timing-phi",
        "Timing-dependent terms dominate the change of Phi (they are all there is)",
        &Rule::above(
            "share of the products with delayed features in the change of Phi",
            0.5,
        ),
        &all.learners(learned, |f| f.last().timing_share[1]),
    )?;
    all.claim(
        "5",
        "5-timing-xi",
        "Hebbian terms dominate the change of Xi (from the same equations)",
        &Rule::below(
            "share of the products with delayed features in the change of Xi",
            0.5,
        ),
        &all.learners(learned, |f| f.last().timing_share[0]),
    )
}

fn printed(all: &mut Deciding<'_>) -> Result<(), Error> {
    for (id, words, taught) in [
        ("steps", "steps", Taught::Printed),
        ("time", "units of time", Taught::PrintedTime),
    ] {
        all.claim(
            "printed",
            &format!("printed-memories-{id}"),
            &format!(
                "With the printed time constants, in {words}, the memories are consolidated in Xi"
            ),
            &Rule::at_least(
                "least cosine of a memory with the synapses of its hidden unit",
                ALIKE,
            )
            .from_scale(Scale::Quick),
            &all.learners(taught, |f| least(&f.cosines)),
        )?;
        all.claim(
            "printed",
            &format!("printed-recall-{id}"),
            &format!("With the printed time constants, in {words}, the sequence is recalled"),
            &Rule::holds(
                "from a cue with 10 of 100 signs wrong, the cycle is recalled once around in order",
            )
            .from_scale(Scale::Quick),
            &all.learners(taught, whole),
        )?;
    }
    Ok(())
}

fn others(all: &mut Deciding<'_>) -> Result<(), Error> {
    for (id, words, taught, smallest) in [
        (
            "carried",
            "without emptying the delay between memories",
            Taught::Carried,
            Scale::Quick,
        ),
        (
            "driven",
            "with memories as inputs to free features",
            Taught::Driven,
            Scale::Paper,
        ),
    ] {
        all.claim(
            "teaching",
            &format!("teaching-{id}"),
            &format!("Taught {words}, the network recalls the sequence"),
            &Rule::holds(
                "from a cue with 10 of 100 signs wrong, the cycle is recalled once around in order",
            )
            .from_scale(smallest),
            &all.learners(taught, whole),
        )?;
    }
    // From each memory to the next but one, by that to the next.
    let ahead = |f: &Learned| {
        let count = f.block.len();
        let sum = |by: usize| {
            (0..count)
                .map(|k| f.block[k][(k + by) % count])
                .sum::<f64>()
        };
        sum(2) / sum(1)
    };
    all.claim(
        "teaching",
        "teaching-two-ahead",
        "A delay that is not emptied also links each memory to the next but one",
        &compared(
            "links to the next but one, by those to the next, are weaker when the delay is emptied",
        ),
        &p_smaller(
            &all.learners(Taught::Standard, ahead),
            &all.learners(Taught::Carried, ahead),
        ),
    )
}
