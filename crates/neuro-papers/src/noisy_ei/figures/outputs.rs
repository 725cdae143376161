//! Figures 3d to f, 6a and 6c: outputs over time.

use super::embedding::CONDITIONS;
use super::panels::{of_found, times};
use super::training::chance;
use crate::noisy_ei::derived::{Correct, accuracy_with};
use crate::noisy_ei::example::Example;
use crate::noisy_ei::group::{Channels, Group};
use crate::noisy_ei::measured::{Answers, Measured, STRIDE, Slowed};
use crate::study::{Drawn, tidy};
use crate::{Cell, Error, Panel, Scale};

const NONE: Group = Group::Matching(Channels::None);

/// Names and places in the palette of the two classes of the other tasks.
const CLASSES: [[(&str, usize); 2]; 2] = [
    [("stimulus", 2), ("no stimulus", 1)],
    [("attended +", 2), ("attended −", 1)],
];

/// Figure 3d.
pub(super) fn intact(networks: &[&Measured]) -> Result<Drawn, Error> {
    slowed(networks, Slowed::Nothing)
}

/// Figure 3e.
pub(super) fn all_slow(networks: &[&Measured]) -> Result<Drawn, Error> {
    slowed(networks, Slowed::All)
}

/// Figure 3f.
pub(super) fn inhibitory_slow(networks: &[&Measured]) -> Result<Drawn, Error> {
    slowed(networks, Slowed::Inhibitory)
}

/// The output of the example network, and the accuracy of all networks.
fn slowed(networks: &[&Measured], slowed: Slowed) -> Result<Drawn, Error> {
    let shown = Example::of(networks.iter().copied(), NONE);
    let of_example: Vec<&Measured> = shown.iter().map(|example| example.network).collect();
    let table = table(&of_example, slowed, &CONDITIONS)?;
    let mut panels = Vec::new();
    if let Some(example) = shown {
        let answers = example.found.answers.iter().find(|a| a.slowed == slowed);
        if let Some(answers) = answers {
            panels.push(outputs(&example, answers, &CONDITIONS).y_range(-1.5, 1.5));
        }
        panels.extend(Correct::ALL.map(|correct| accuracies(networks, correct)));
    }
    Ok(Drawn {
        panel_size: (380.0, 300.0),
        ..Drawn::new(3, panels, table)
    })
}

/// The accuracy of all networks without noise, as they are and with slow units.
fn accuracies(networks: &[&Measured], correct: Correct) -> Panel {
    let label = match correct {
        Correct::Peak => "Share correct",
        Correct::Mean => "Share of right signs",
    };
    let kinds = [
        ("as trained", Slowed::Nothing),
        ("all slow", Slowed::All),
        ("I slow", Slowed::Inhibitory),
    ];
    let learned: Vec<&Measured> = networks.iter().copied().filter(|n| n.learned).collect();
    let title = "All networks that learned";
    let mut panel = Panel::new(title, "", label).x_names(kinds.map(|(name, _)| name));
    for (place, (_, slowed)) in kinds.into_iter().enumerate() {
        let value = of_found(move |found| accuracy_with(found, slowed, correct));
        let values: Vec<f64> = learned.iter().map(|network| value(network)).collect();
        panel = panel
            .boxes("", place as f64, &values)
            .in_colour([2, 6, 0][place]);
    }
    chance(panel.y_range(0.0, 1.02), correct)
}

/// Figures 6a and 6c: example networks of a task, with the fewest and the most noise channels.
pub(super) fn other_task(networks: &[&Measured]) -> Result<Drawn, Error> {
    let first = networks.first().map(|network| network.group);
    let (groups, classes) = match first {
        Some(Group::Context(_)) => (Group::CONTEXT, &CLASSES[1]),
        _ => (Group::CHOICE, &CLASSES[0]),
    };
    let [none, _, _, ten] = groups;
    let shown = [none, ten].map(|group| Example::of(networks.iter().copied(), group));
    let shown: Vec<Example<'_>> = shown.into_iter().flatten().collect();
    let of_examples: Vec<&Measured> = shown.iter().map(|example| example.network).collect();
    let table = table(&of_examples, Slowed::Nothing, classes)?;
    let panels = shown.iter().filter_map(|example| {
        let answers = example.found.answers.first()?;
        Some(outputs(example, answers, classes))
    });
    Ok(Drawn::new(2, panels.collect(), table))
}

/// Time of the first value of a course and from one to the next (ms).
fn clock(group: Group) -> (f64, f64) {
    let dt = group.config(Scale::Paper).dt;
    (dt, STRIDE as f64 * dt)
}

fn table(
    networks: &[&Measured],
    slowed: Slowed,
    names: &[(&'static str, usize)],
) -> Result<crate::Table, Error> {
    let (first, step) = networks.first().map_or((0.0, 0.0), |n| clock(n.group));
    let columns = [
        "condition",
        "time (ms)",
        "mean output",
        "standard deviation",
    ];
    tidy(networks, columns, |found| {
        let answers = found.answers.iter().filter(|a| a.slowed == slowed);
        let courses = answers.flat_map(|a| a.courses.iter().zip(names));
        let rows = courses.flat_map(|(course, (name, _))| {
            let times = times(first, step, &course.mean).into_iter();
            let values = course.mean.iter().zip(&course.deviation);
            times
                .zip(values)
                .map(|(time, (mean, deviation))| -> [Cell; 4] {
                    [
                        (*name).into(),
                        time.into(),
                        (*mean).into(),
                        (*deviation).into(),
                    ]
                })
        });
        rows.collect::<Vec<_>>()
    })
}

/// Mean and standard deviation of the output over trials, in each condition.
fn outputs(example: &Example<'_>, answers: &Answers, names: &[(&str, usize)]) -> Panel {
    let (first, step) = clock(example.network.group);
    let [peak, mean] = answers.accuracy;
    let title = format!("{}: {peak:.2} correct, {mean:.2} of signs", example.title());
    let mut panel = Panel::new(&title, "Time (ms)", "Output (mean ± sd)");
    for (course, (name, colour)) in answers.courses.iter().zip(names) {
        let x = times(first, step, &course.mean);
        panel = panel
            .band(name, &x, &course.mean, &course.deviation)
            .in_colour(*colour);
    }
    panel
}
