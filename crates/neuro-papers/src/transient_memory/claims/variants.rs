//! Supplement 2, 4, 5, 8 and 9 and the remark on the Euler step: other delays, tasks and kinds of
//! networks.

use super::{Deciding, convergence, delay_end, is_cycle, pearson_end};
use crate::transient_memory::group::Group;
use crate::{Error, Rule, Scale};

/// Networks that compare frequencies, the figure, and what the statement says of them.
const FREQUENCY: [(Group, &str, &str); 5] = [
    (Group::Long, "s2", "Networks with a long delay"),
    (
        Group::Dale180,
        "s8",
        "Networks of 180 excitatory and 76 inhibitory units",
    ),
    (
        Group::Dale205,
        "s8",
        "Networks of 205 excitatory and 51 inhibitory units",
    ),
    (Group::Sparse, "s9", "Sparse networks"),
    (
        Group::HalfStep,
        "alpha",
        "Networks with half the Euler step",
    ),
];

/// Networks that compare something else.
const OTHERS: [(Group, &str, &str); 2] = [
    (Group::Velocity, "s4", "Networks that compare velocities"),
    (
        Group::NoiseSd,
        "s5",
        "Networks that compare strengths of noise",
    ),
];

pub(super) fn decide(all: &mut Deciding<'_>) -> Result<(), Error> {
    for (group, figure, who) in FREQUENCY {
        let name = group.name();
        all.claim(
            figure,
            &format!("{name}-accuracy"),
            &format!("{who} solve the task"),
            &Rule::above("accuracy over test trials with gap >= 1", 0.95).from_scale(Scale::Paper),
            &all.each(&[group], |f| f.behaviour.accuracy_far),
        )?;
        all.claim(
            figure,
            &format!("{name}-amplitude"),
            &format!("{who} keep the first frequency in the amplitude"),
            &Rule::at_most("Pearson correlation of |x(T_f)| with omega_1", -0.7)
                .from_scale(Scale::Paper),
            &all.each(&[group], pearson_end),
        )?;
        oscillation(all, group, figure, who)?;
    }
    for (group, figure, who) in OTHERS {
        let name = group.name();
        all.claim(
            figure,
            &format!("{name}-accuracy"),
            &format!("{who} solve the task"),
            &Rule::above(
                &format!("accuracy over test trials with gap >= {}", group.far()),
                0.9,
            )
            .from_scale(Scale::Paper),
            &all.each(&[group], |f| f.behaviour.accuracy_far),
        )?;
        all.claim(
            figure,
            &format!("{name}-amplitude"),
            &format!(
                "{who} keep what they compare in the amplitude, which depends on it monotonically"
            ),
            &Rule::at_least(
                "|Spearman correlation| of |x(T_f)| with the first quantity",
                0.7,
            )
            .from_scale(Scale::Paper),
            &all.each(&[group], |f| f.code.end[1].abs()),
        )?;
        oscillation(all, group, figure, who)?;
    }
    Ok(())
}

fn oscillation(all: &mut Deciding<'_>, group: Group, figure: &str, who: &str) -> Result<(), Error> {
    let (name, end) = (group.name(), delay_end(group));
    all.claim(
        figure,
        &format!("{name}-cycle"),
        &format!("{who} oscillate: undriven, they reach a limit cycle"),
        &Rule::holds("the undriven state returns after a period of its own, not rounded to steps,")
            .from_scale(Scale::Paper),
        &all.each(&[group], is_cycle),
    )?;
    all.claim(
        figure,
        &format!("{name}-transient"),
        &format!("{who} remember in the transient"),
        &Rule::above("mean convergence time by T_f", 1.0).from_scale(Scale::Paper),
        &all.each(&[group], |f| convergence(f, end)),
    )
}
