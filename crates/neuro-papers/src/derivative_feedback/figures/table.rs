//! The table of all runs. A number that does not exist is NaN.

use crate::derivative_feedback::measured::{Found, Measured, Ring};
use crate::study::{name, number};
use crate::{Cell, Error, Table};

/// A column of the table, and where its cells come from.
type Column = (&'static str, fn(&Ring) -> Cell);

const COLUMNS: &[Column] = &[
    ("trials", |r| r.last().trial.into()),
    ("baseline error", |r| r.baseline.into()),
    ("error before", |r| r.first().error.into()),
    ("error after", |r| r.last().error.into()),
    ("selectivity mean (Hz)", |r| r.last().selectivity[0].into()),
    ("selectivity sd (Hz)", |r| r.last().selectivity[1].into()),
    ("sd/mean before", |r| number(r.first().heterogeneity)),
    ("sd/mean after", |r| number(r.last().heterogeneity)),
    ("silent units", |r| r.last().silent.into()),
    ("ratio mode 0", |r| r.last().ratios[0].into()),
    ("ratio mode 1", |r| r.last().ratios[1].into()),
    ("ratio mode 2", |r| r.last().ratios[2].into()),
    ("decay mode 0 (1/ms)", |r| number(r.last().decay[0])),
    ("decay mode 1 (1/ms)", |r| number(r.last().decay[1])),
    ("decay mode 2 (1/ms)", |r| number(r.last().decay[2])),
    ("drift (rad)", |r| r.last().drift.into()),
    ("largest drift (rad)", |r| r.last().largest_drift.into()),
    ("mean rate (Hz)", |r| r.last().mean_rate.into()),
    ("peak rate at the end (Hz)", |r| r.last().peaks[2].into()),
    ("largest rate (Hz)", |r| r.largest_rate.into()),
    ("units at the ceiling", |r| r.at_ceiling.into()),
];

/// One row for each run, also of those that diverged; numbers of rings that learn.
pub(in crate::derivative_feedback) fn networks(networks: &[&Measured]) -> Result<Table, Error> {
    let names = COLUMNS.iter().map(|(name, _)| *name);
    let mut table = Table::new(["group", "seed", "ended"].into_iter().chain(names))?;
    for network in networks {
        let ring = network.found.as_ref().and_then(Found::ring);
        let cells = COLUMNS
            .iter()
            .map(|(_, cell)| ring.map_or(f64::NAN.into(), cell));
        let ended = [network.ended.as_str().into()];
        table.push(name(*network).into_iter().chain(ended).chain(cells))?;
    }
    Ok(table)
}
