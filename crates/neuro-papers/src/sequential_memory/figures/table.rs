//! The table of all jobs. A number that does not exist is NaN.

use crate::sequential_memory::measured::{Found, Measured, Replayed};
use crate::study::{name, number};
use crate::{Cell, Error, Table};

/// A column of the table, and where its cells come from; NaN for jobs of another kind.
type Column = (&'static str, fn(&Found) -> Cell);

fn replay(found: &Found, value: impl Fn(&Replayed) -> Cell) -> Cell {
    found.replay().map_or(f64::NAN.into(), value)
}

const COLUMNS: &[Column] = &[
    ("visits of the cycle of 3", |f| {
        replay(f, |r| r.courses[0].visits.len().into())
    }),
    ("cycle of 3 replayed", |f| {
        replay(f, |r| u32::from(r.courses[0].replays()).into())
    }),
    ("visits of the cycle of 4", |f| {
        replay(f, |r| r.courses[1].visits.len().into())
    }),
    ("cycle of 4 replayed", |f| {
        replay(f, |r| u32::from(r.courses[1].replays()).into())
    }),
    ("dwell time", |f| {
        replay(f, |r| number(r.courses[1].dwell.map(|d| d[0])))
    }),
    ("dwell time of theory", |f| replay(f, |r| number(r.theory))),
    ("rise time", |f| replay(f, |r| number(r.courses[1].rise))),
    ("largest foreign overlap", |f| {
        replay(f, |r| r.courses[1].foreign.into())
    }),
    ("share of time with a memory on", |f| {
        replay(f, |r| r.courses[1].on.into())
    }),
    ("share of time near a fixed point", |f| {
        replay(f, |r| r.points.near.into())
    }),
    ("largest F", |f| {
        replay(f, |r| r.energy.largest_descent.into())
    }),
    ("median G in dwells", |f| {
        replay(f, |r| number(r.energy.dwell_delay))
    }),
    ("descent in switches", |f| {
        replay(f, |r| number(r.energy.switch_share))
    }),
    ("time in switches", |f| {
        replay(f, |r| r.energy.switch_time.into())
    }),
    ("hidden units of the memories", |f| {
        let Some(learned) = f.learning() else {
            return "".into();
        };
        let units: Vec<String> = learned.winners.iter().map(ToString::to_string).collect();
        units.join(" ").into()
    }),
    ("least cosine with the memory", |f| {
        let least = |l: &[f64]| l.iter().copied().fold(f64::INFINITY, f64::min);
        f.learning().map_or(f64::NAN, |l| least(&l.cosines)).into()
    }),
    ("whole recall", |f| match f.learning() {
        Some(learned) => u32::from(learned.last().recall.whole()).into(),
        None => f64::NAN.into(),
    }),
    ("searches", |f| match f.capacity() {
        Some(searches) => searches.len().into(),
        None => f64::NAN.into(),
    }),
    ("networks found", |f| match f.capacity() {
        Some(searches) => {
            let found = searches.iter().filter(|s| s.size.is_some());
            found.count().into()
        }
        None => f64::NAN.into(),
    }),
];

/// One row for each job, also of those that diverged.
pub(in crate::sequential_memory) fn networks(networks: &[&Measured]) -> Result<Table, Error> {
    let names = COLUMNS.iter().map(|(name, _)| *name);
    let mut table = Table::new(["group", "seed", "ended"].into_iter().chain(names))?;
    for network in networks {
        let cell = |column: &Column| match &network.found {
            Some(found) => column.1(found),
            None => f64::NAN.into(),
        };
        let ended = [network.ended.as_str().into()];
        let cells = COLUMNS.iter().map(cell);
        table.push(name(*network).into_iter().chain(ended).chain(cells))?;
    }
    Ok(table)
}
