//! The table of all networks. A number that does not exist is NaN.

use crate::spiking_rls::measured::{Found, Learned, Measured, Test};
use crate::study::{name, number};
use crate::{Cell, Error, Table};

/// A column of the table, and where its cells come from.
type Column = (&'static str, fn(&Learned) -> Cell);

const COLUMNS: &[Column] = &[
    ("units", |f| f.units.into()),
    ("loops", |f| f.loops.len().into()),
    ("training loop 1", |f| {
        number(f.loops.first().map(|l| l.correlation))
    }),
    ("training last loop", |f| {
        number(f.loops.last().map(|l| l.correlation))
    }),
    ("weight change", |f| {
        number(f.loops.last().map(|l| l.weight_change))
    }),
    ("weight size", |f| f.weight_size.into()),
    ("test single", |f| number(f.test().and_then(Test::single))),
    ("test averaged", |f| {
        number(f.test().and_then(|t| t.averaged))
    }),
    ("silent trials", |f| {
        f.test().map_or(0, |test| test.silent).into()
    }),
    ("constant units", |f| {
        f.test().map_or(0, |test| test.constant).into()
    }),
    ("rate (Hz)", |f| number(f.test().map(|t| t.rate))),
    ("spread after stimulus", |f| {
        number(f.test().and_then(|t| t.reset))
    }),
    ("spike agreement", |f| {
        number(f.test().and_then(|t| t.spike_agreement))
    }),
    ("second pattern single", |f| {
        number(f.tests.get(1).and_then(Test::single))
    }),
    ("untrained single", |f| {
        number(f.untrained.as_ref().and_then(Test::single))
    }),
    ("ceiling single", |f| {
        number(f.ceiling.and_then(|c| c.single))
    }),
    ("quasi-static drive", |f| {
        let trained = f.quasi_static.map(|q| q.drive_single);
        number(trained.or(f.balanced.as_ref().map(|b| b.quasi_static)))
    }),
    ("quasi-static rate", |f| {
        number(f.quasi_static.map(|q| q.rate))
    }),
    ("excluded synapses", |f| {
        number(f.balanced.as_ref().map(|b| b.excluded))
    }),
];

/// One row for each network, also of those whose training broke off; numbers of those that learn.
pub(in crate::spiking_rls) fn networks(networks: &[&Measured]) -> Result<Table, Error> {
    let names = COLUMNS.iter().map(|(name, _)| *name);
    let mut table = Table::new(["group", "seed", "ended"].into_iter().chain(names))?;
    for network in networks {
        let learned = network.found.as_ref().and_then(Found::learned);
        let cells = COLUMNS
            .iter()
            .map(|(_, cell)| learned.map_or(f64::NAN.into(), cell));
        let ended = [network.ended.as_str().into()];
        table.push(name(*network).into_iter().chain(ended).chain(cells))?;
    }
    Ok(table)
}
