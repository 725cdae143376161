//! All papers as one sweep with one report.

use std::ffi::OsString;
use std::process::ExitCode;

use crate::program::run_several;
use crate::sweep::Experiment;
use crate::{Paper, ScaleGuide};
use crate::{derivative_feedback, noisy_ei, sequential_memory, spiking_rls, transient_memory};

/// The experiments of all papers, in the order in which they are done and shown.
pub const PAPERS: [&dyn Experiment; 5] = [
    transient_memory::EXPERIMENT,
    noisy_ei::EXPERIMENT,
    derivative_feedback::EXPERIMENT,
    sequential_memory::EXPERIMENT,
    spiking_rls::EXPERIMENT,
];

/// The command, described as a paper is; each paper has its own number of networks.
const PROGRAM: Paper = Paper {
    name: "reproduce",
    about: "Five papers on memory and learning in recurrent networks, reproduced",
    citation: "",
    figures: &[],
    smoke: ScaleGuide {
        seeds: 0,
        time: "some 15 s on 2 cores",
    },
    quick: ScaleGuide {
        seeds: 0,
        time: "about 5 min on 2 cores",
    },
    paper: ScaleGuide {
        seeds: 0,
        time: "about 12 h on 2 cores",
    },
};

/// Runs the experiments of all papers, or of those that are asked for, with the given arguments (those
/// after the program's name), and writes one report.
///
/// The exit code is 0 when everything that was asked for ran (whatever the verdicts), 2 for a wrong
/// argument or folder, 130 after Ctrl-C, 1 for any other error.
pub fn reproduce(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    run_several(&PROGRAM, &PAPERS, arguments)
}
