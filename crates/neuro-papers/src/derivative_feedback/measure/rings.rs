//! Rings that do not learn, and rings that have learned.

use neuro_core::{Domain, Purpose, Streams};
use neuro_models::derivative_feedback::{Config, Network};
use rand::RngExt;

use super::Reading;
use crate::derivative_feedback::group::{DEPTHS, Group, Learned, Run, Site, Variant};
use crate::derivative_feedback::measured::{
    Activity, Course, Found, Measured, Perturbed, Ring, Unlearned, VERSION,
};
use crate::derivative_feedback::networks::{Assignment, Trained};
use crate::{Error, Scale, Session};

/// Successive trials that figures show.
const COURSES: u64 = 5;

/// Modes whose balance is looked at; the coefficients of higher ones are near rounding.
const BALANCED_MODES: usize = 9;

/// The trials that figures show: stimuli at random.
fn courses(reading: &Reading, streams: Streams) -> Vec<Course> {
    let streams = streams.split(Purpose::Validation);
    let units = reading.angles().len();
    let stimulus = |k| streams.rng(Domain::Trial, k).random_range(0..units);
    (0..COURSES).map(|k| reading.course(stimulus(k))).collect()
}

/// Measures a ring before it learns, unperturbed and with each perturbation.
pub(in crate::derivative_feedback) fn unlearned(
    session: &Session,
    assignment: Assignment,
) -> Result<Measured, Error> {
    let (scale, streams) = (session.options.scale, Streams::new(assignment.seed));
    let config = Config {
        units: scale.choose(16, 32, Config::default().units),
        ..Config::default()
    };
    let failed = assignment.failed();
    let balanced = Network::new(&config).map_err(&failed)?;
    let activity = |network: &Network, pattern: bool, with_courses: bool| {
        session.interrupt.check()?;
        let reading = Reading::of(network).map_err(&failed)?;
        let read = reading.stage(0, streams, false);
        Ok::<_, Error>(Activity {
            read: read.map_err(|e| Error::experiment(assignment.name(), e))?,
            pattern: if pattern { reading.pattern() } else { vec![] },
            courses: if with_courses {
                courses(&reading, streams)
            } else {
                vec![]
            },
        })
    };
    let mut perturbed = Vec::new();
    for site in Site::ALL {
        for depth in DEPTHS {
            if scale < Scale::Paper && ![10, 15].contains(&depth) {
                continue;
            }
            let network = balanced.perturbed(&site.perturbation(depth));
            let network = network.map_err(&failed)?;
            let shown = match site {
                Site::Global => depth == 10,
                Site::Post | Site::Pre => depth == 15,
            };
            let activity = activity(&network, shown, shown && site == Site::Global)?;
            perturbed.push(Perturbed {
                site,
                depth,
                activity,
            });
        }
    }
    let balances = (0..BALANCED_MODES).map(|mode| config.mode_gains(mode).balance());
    Ok(Measured {
        version: VERSION,
        group: assignment.group,
        seed: assignment.seed,
        ended: "completed".into(),
        found: Some(Found::Unlearned(Box::new(Unlearned {
            angles: config.angles(),
            imbalance: balances.fold(0.0, |m: f64, b| m.max((b - 1.0).abs())),
            balanced: activity(&balanced, true, true)?,
            perturbed,
        }))),
    })
}

/// Whether a figure shows trials of a run.
fn shows_courses(group: Group) -> bool {
    [
        Group::learning(Learned::Differential, Site::Global, 10),
        Group::learning(Learned::Differential, Site::Global, 15),
        Group::learning(Learned::Homeostatic, Site::Global, 15),
    ]
    .contains(&group)
}

/// Measures a run at its end.
pub(in crate::derivative_feedback) fn ring(
    session: &Session,
    assignment: Assignment,
    run: &Run,
    trained: Trained,
) -> Result<Measured, Error> {
    let Trained {
        history,
        network,
        ended,
    } = trained;
    let (scale, streams) = (session.options.scale, Streams::new(assignment.seed));
    let failed = assignment.failed();
    let analysed = |e: neuro_analysis::Error| Error::experiment(assignment.name(), e);
    let find = |network: Network| {
        let balanced = Network::new(&run.config(scale)).map_err(&failed)?;
        let before = Reading::of(&balanced).map_err(&failed)?;
        let before = before.stage(0, streams, false).map_err(analysed)?;
        let reading = Reading::of(&network).map_err(&failed)?;
        let decoded = reading.decoded().map_err(analysed)?;
        let pairs = reading.angles().iter().zip(&decoded);
        let group = assignment.group;
        let shown = group.is_shown() || run.variant == Variant::PositiveFeedback;
        Ok::<_, Error>(Ring {
            angles: reading.angles().to_vec(),
            baseline: before.error,
            baseline_peak: before.peaks[2],
            largest_rate: history.largest_rate,
            at_ceiling: history.at_ceiling,
            selectivity: reading.selectivity().map_err(analysed)?.units,
            decoded: pairs.map(|(s, d)| [*s, *d]).collect(),
            pattern: if shown { reading.pattern() } else { vec![] },
            courses: if shows_courses(group) {
                courses(&reading, streams)
            } else {
                vec![]
            },
            stages: history.stages,
        })
    };
    let found = network.map(find).transpose()?;
    Ok(Measured {
        version: VERSION,
        group: assignment.group,
        seed: assignment.seed,
        ended,
        found: found.map(|ring| Found::Ring(Box::new(ring))),
    })
}
