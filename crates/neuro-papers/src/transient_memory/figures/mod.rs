//! The figures of the paper and its supplement, drawn from the measurements alone, and the numbers
//! behind each as a tidy table.
//!
//! **Which networks are shown.** Figures that show single networks show, of each group, the network
//! of lowest seed among those of the low kind (mean `|x|` in the delay below 6) and, beside it, that
//! among those of the high kind (above 10). A group with neither is represented by its network of
//! lowest seed. Nothing else enters the choice, and titles say group, seed and kind. All other
//! figures, and all tables, hold every network.
//!
//! Networks whose training diverged have a learning curve and a row in the table of networks, and
//! nothing else. A figure without anything to show is not written.

use super::group::Group;
use super::measured::Measured;
use crate::study::{Entry, entry, listed};

mod answers;
mod attractor;
mod code;
mod kinds;
mod learning;
mod noise;
mod panels;
mod shown;
mod table;

pub(super) use table::networks;

#[cfg(test)]
pub(super) mod fixture;
#[cfg(test)]
mod tests;

const PLAIN: &[Group] = &[Group::Plain];

/// All figures.
pub(super) const ENTRIES: [Entry<Measured>; 23] = [
    entry(
        "learning",
        "loss and accuracy while the networks learn",
        &Group::ALL,
        learning::learning,
    ),
    entry(
        "2a",
        "psychometric curve: how often the second signal is called the higher one",
        PLAIN,
        answers::psychometric,
    ),
    entry(
        "2b",
        "states at the end of the second signal, by the difference of frequencies",
        PLAIN,
        answers::ends,
    ),
    entry(
        "3a",
        "trajectories in a prolonged delay, after three first frequencies",
        PLAIN,
        attractor::trajectories,
    ),
    entry(
        "3b",
        "states at the end of the first signal, by its frequency",
        PLAIN,
        code::states_at_start,
    ),
    entry(
        "3c",
        "states at the end of the delay, by the first frequency",
        PLAIN,
        code::states_at_end,
    ),
    entry(
        "3d",
        "amplitude against the first frequency, before and after the delay",
        PLAIN,
        code::amplitude,
    ),
    entry(
        "3e",
        "states at the end of the delay by frequency and phase, and their amplitude",
        PLAIN,
        code::rings,
    ),
    entry(
        "3f",
        "first step of the second signal against the amplitude",
        PLAIN,
        code::arrows,
    ),
    entry(
        "4a",
        "accuracy under noise, of networks trained with and without it",
        &Group::STANDARD,
        noise::accuracy,
    ),
    entry(
        "4b",
        "perturbations in the delay: their size and their share in ten components",
        &Group::STANDARD,
        noise::perturbations,
    ),
    entry(
        "5",
        "spectra of the flow in the delay",
        &Group::STANDARD,
        noise::spectra,
    ),
    entry(
        "s1",
        "activity of single units in a trial",
        PLAIN,
        code::traces,
    ),
    entry(
        "s2",
        "long delay: amplitude against frequency",
        &[Group::Long],
        code::variant,
    ),
    entry(
        "s3",
        "fixed and slow points, and a trajectory",
        PLAIN,
        attractor::points,
    ),
    entry(
        "s4",
        "velocity task: amplitude against velocity",
        &[Group::Velocity],
        code::amplitude,
    ),
    entry(
        "s5",
        "noise task: amplitude against the strength of noise",
        &[Group::NoiseSd],
        code::amplitude,
    ),
    entry(
        "s6",
        "convergence to the attractor while the networks learn",
        PLAIN,
        learning::convergence,
    ),
    entry(
        "s7",
        "number of components of a perturbation",
        &Group::STANDARD,
        noise::dimension,
    ),
    entry(
        "s8",
        "excitatory and inhibitory units: amplitude against frequency",
        &[Group::Dale180, Group::Dale205],
        code::variant,
    ),
    entry(
        "s9",
        "sparse networks: amplitude against frequency",
        &[Group::Sparse],
        code::variant,
    ),
    entry(
        "alpha",
        "half the Euler step: amplitude against frequency",
        &[Group::HalfStep],
        code::variant,
    ),
    entry(
        "kinds",
        "two kinds of solutions, of low and of high mean |x|",
        &Group::ALL,
        kinds::kinds,
    ),
];

/// What `--only` accepts, and what each figure shows.
pub(super) const FIGURES: &[(&str, &str)] = &listed(&ENTRIES);
