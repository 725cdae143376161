//! The table of all networks. A number that does not exist is NaN.

use super::shown::Solution;
use crate::study::{name, number};
use crate::transient_memory::claims::kinds::rotation;
use crate::transient_memory::measured::{Found, Kind, Measured};
use crate::{Cell, Error, Table};

/// What an attractor is, in the words of the measurements' file.
pub(super) fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::FixedPoint => "fixed-point",
        Kind::Cycle => "cycle",
        Kind::Unresolved => "unresolved",
    }
}

fn truth(value: Option<bool>) -> Cell {
    match value {
        Some(true) => "yes".into(),
        Some(false) => "no".into(),
        None => "".into(),
    }
}

/// A column of the table of networks, and where its cells come from.
type Column = (&'static str, fn(&Found) -> Cell);

const COLUMNS: &[Column] = &[
    ("accuracy far", |f| f.behaviour.accuracy_far.into()),
    ("accuracy near", |f| f.behaviour.accuracy_near.into()),
    ("threshold", |f| number(f.behaviour.threshold)),
    ("mean |x|", |f| f.code.norm.into()),
    ("kind", |f| Solution::of(f).name().into()),
    ("mean |x(T_f)|", |f| f.code.norm_end.into()),
    ("sd |x(T_f)|", |f| f.code.norm_end_sd.into()),
    ("Pearson T_s", |f| f.code.start[0].into()),
    ("Spearman T_s", |f| f.code.start[1].into()),
    ("Pearson T_f", |f| f.code.end[0].into()),
    ("Spearman T_f", |f| f.code.end[1].into()),
    ("decoded T_s (R^2)", |f| f.code.decoded[0].into()),
    ("decoded T_f (R^2)", |f| f.code.decoded[1].into()),
    ("phase decoded T_s (R^2)", |f| {
        number(f.code.nuisance_decoded.map(|r2| r2[0]))
    }),
    ("phase decoded T_f (R^2)", |f| {
        number(f.code.nuisance_decoded.map(|r2| r2[1]))
    }),
    ("ring share", |f| f.code.ring_share.into()),
    ("variance in 3 components", |f| {
        f.code.three_components.into()
    }),
    ("participation", |f| f.code.participation.into()),
    ("readout shift", |f| f.code.shift.into()),
    ("third component", |f| f.code.third_component.into()),
    ("least speed", |f| f.code.least_speed.into()),
    ("attractor", |f| kind(f.attractor.kind).into()),
    ("period (steps)", |f| number(f.attractor.period)),
    ("rotation time (steps)", |f| rotation(f).into()),
    ("attractor |x|", |f| f.attractor.norm.into()),
    ("attractor speed", |f| f.attractor.speed.into()),
    ("symmetric", |f| truth(f.attractor.symmetric)),
    ("one cycle", |f| truth(f.attractor.one_cycle)),
    ("largest Lyapunov exponent (1/tau)", |f| {
        number(f.attractor.lyapunov.first().copied())
    }),
    ("convergence mean (steps)", |f| {
        number(f.attractor.convergence.mean)
    }),
    ("converged trials", |f| {
        f.attractor.convergence.converged.into()
    }),
    ("convergence trials", |f| {
        f.attractor.convergence.trials.into()
    }),
    ("convergence of the mean (steps)", |f| {
        number(f.attractor.convergence.of_mean)
    }),
    ("fixed points", |f| {
        f.points.points.iter().filter(|p| p.fixed).count().into()
    }),
    ("slow points", |f| {
        f.points.points.iter().filter(|p| !p.fixed).count().into()
    }),
    ("saddles", |f| {
        let saddles = f.points.points.iter().filter(|p| p.unstable > 0);
        saddles.count().into()
    }),
    ("mean Re eig(M)", |f| f.robustness.mean_real.into()),
    ("share Re eig(M) > 0", |f| f.robustness.positive.into()),
    ("share Re eig(M) > 1", |f| f.robustness.expanding.into()),
    ("share Re eig(exp M) > 1", |f| {
        f.robustness.exp_above_one.into()
    }),
    ("share Re eig(exp M) < 0", |f| {
        f.robustness.exp_negative.into()
    }),
];

/// One row for each network, also of those whose training diverged.
pub(in crate::transient_memory) fn networks(networks: &[&Measured]) -> Result<Table, Error> {
    let names = COLUMNS.iter().map(|(name, _)| *name);
    let mut table = Table::new(
        ["group", "seed", "ended", "updates"]
            .into_iter()
            .chain(names),
    )?;
    for network in networks {
        let updates = network.learning.last().map_or(0, |check| check.update);
        let ended = [network.ended.as_str().into(), updates.into()];
        let found = network.found.as_ref();
        let cells = COLUMNS
            .iter()
            .map(|(_, cell)| found.map_or(f64::NAN.into(), cell));
        table.push(name(*network).into_iter().chain(ended).chain(cells))?;
    }
    Ok(table)
}
