//! Figure 6 and the perturbation of slow modes: tasks that need no memory.

use super::Deciding;
use super::comparing::{Sample, sample};
use crate::noisy_ei::derived::{mean_pipr, perturbed_accuracy, pipr, time_constant};
use crate::noisy_ei::example::Example;
use crate::noisy_ei::group::Group;
use crate::noisy_ei::measured::Population;
use crate::study::truth;
use crate::{Error, Rule, Scale};

/// A task without a delay: the figures that show its outputs and its time constants, and its groups.
struct Task {
    name: &'static str,
    about: &'static str,
    shown: &'static str,
    figure: &'static str,
    groups: [Group; 4],
}

const TASKS: [Task; 2] = [
    Task {
        name: "choice",
        about: "forced choice",
        shown: "6a",
        figure: "6b",
        groups: Group::CHOICE,
    },
    Task {
        name: "context",
        about: "context-dependent integration",
        shown: "6c",
        figure: "6d",
        groups: Group::CONTEXT,
    },
];

pub(super) fn decide(all: &mut Deciding<'_>) -> Result<(), Error> {
    for task in TASKS {
        learning(all, &task)?;
        time_constants(all, &task)?;
    }
    perturbation(all)
}

fn learning(all: &mut Deciding<'_>, task: &Task) -> Result<(), Error> {
    let Task {
        name,
        about,
        shown,
        groups,
        ..
    } = task;
    let [none, noisy @ ..] = *groups;
    let learned = all.of_group(none).map(|network| truth(network.learned));
    let learned: Vec<f64> = learned.collect();
    all.claim(
        shown,
        &format!("{shown}-learned"),
        &format!("Networks learn {about} without noise"),
        &Rule::holds("the criterion is met within the cap").from_scale(Scale::Quick),
        &learned,
    )?;
    let noisy: Vec<f64> = noisy.iter().flat_map(|group| all.trials(*group)).collect();
    let quantity =
        "the number of trials to the criterion (the cap for networks that did not meet it)";
    let none = sample("C = 0", all.trials(none));
    all.larger(
        "6-trials",
        &format!("6-trials-{name}"),
        &format!("In {about} networks with noise need more trials"),
        quantity,
        sample("C = 1, 5 and 10 together", noisy),
        none,
    )
}

fn time_constants(all: &mut Deciding<'_>, task: &Task) -> Result<(), Error> {
    let Task {
        about,
        figure,
        groups,
        ..
    } = task;
    for (population, id) in [
        (Population::Inhibitory, "inhibitory"),
        (Population::Excitatory, "excitatory"),
        (Population::All, "all"),
    ] {
        let name = population.name();
        let samples = all.by_channels(groups, |f| time_constant(f, population));
        all.alike(
            figure,
            &format!("{figure}-{id}"),
            &format!("In {about} noise does not change the time constants of {name}"),
            &format!("the mean time constant of {name} in ms"),
            &samples,
        )?;
    }
    Ok(())
}

fn ends(groups: [Group; 4]) -> [Group; 2] {
    let [none, _, _, ten] = groups;
    [none, ten]
}

fn perturbation(all: &mut Deciding<'_>) -> Result<(), Error> {
    let named = |group: Group, values| sample(&format!("C = {}", group.channels().count()), values);
    let example = |all: &Deciding<'_>, group| -> Sample {
        let shown = Example::of(all.networks, group);
        named(group, shown.map_or(Vec::new(), |e| pipr(e.found)))
    };
    let quantity = "the inverse participation ratio (left) by the accuracy under perturbation of the \
                    ten slowest modes";
    let samples = ends(Group::CONTEXT).map(|group| example(all, group));
    all.alike(
        "6e",
        "6e-example",
        "In context-dependent integration the example networks trained with and without noise have \
         similar ratios of participation and accuracy",
        quantity,
        &samples,
    )?;
    let samples = ends(Group::CONTEXT).map(|group| named(group, all.learned(group, mean_pipr)));
    all.alike(
        "6e",
        "6e-all",
        "In context-dependent integration networks trained with and without noise have similar ratios \
         of participation and accuracy",
        &format!("the mean of {quantity}"),
        &samples,
    )?;
    let accuracy = |group| named(group, all.learned(group, perturbed_accuracy));
    let samples = ends(Group::CONTEXT).map(accuracy);
    all.alike(
        "6f",
        "6f-same",
        "In context-dependent integration networks trained with noise are not more robust to \
         perturbations of their slow modes",
        "the mean share of correct trials under perturbation of the ten slowest modes",
        &samples,
    )?;
    let samples = ends(Group::MATCHING).map(|group| example(all, group));
    let [none, ten] = samples;
    all.larger(
        "pipr",
        "pipr-example",
        "In delayed matching the example network trained without noise has larger ratios of \
         participation and accuracy",
        quantity,
        none,
        ten,
    )?;
    all.smaller_with_noise(
        "pipr",
        "pipr-all",
        "In delayed matching networks trained without noise have larger ratios of participation and \
         accuracy",
        &format!("the mean of {quantity}"),
        mean_pipr,
    )?;
    all.larger_with_noise(
        "pipr",
        "pipr-accuracy",
        "In delayed matching networks trained with noise are more robust to perturbations of their slow \
         modes",
        "the mean share of correct trials under perturbation of the ten slowest modes",
        perturbed_accuracy,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::noisy_ei::group::Channels;

    #[test]
    fn the_ends_are_without_noise_and_with_ten_channels() {
        for task in TASKS {
            let [none, ten] = ends(task.groups).map(Group::channels);
            assert_eq!((none, ten), (Channels::None, Channels::Ten));
        }
    }
}
