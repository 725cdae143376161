//! Figures that are drawn from measurements, and the numbers behind each as a tidy table that begins
//! with group and seed. A number that does not exist is NaN; a figure without anything to show is
//! not written.

use super::{Group, Network, Study};
use crate::{Cell, Error, Figure, Panel, Session, Table};

/// A figure: what `--only` calls it, what it shows, the groups it needs, and how it is made.
pub(crate) struct Entry<N: Network> {
    pub(crate) id: &'static str,
    pub(crate) about: &'static str,
    pub(crate) groups: &'static [N::Group],
    pub(crate) draw: fn(&[&N]) -> Result<Drawn, Error>,
}

/// A row of a paper's table of figures.
pub(crate) const fn entry<N: Network>(
    id: &'static str,
    about: &'static str,
    groups: &'static [N::Group],
    draw: fn(&[&N]) -> Result<Drawn, Error>,
) -> Entry<N> {
    Entry {
        id,
        about,
        groups,
        draw,
    }
}

/// What `--only` accepts, and what each figure shows, for [`Paper::figures`](crate::Paper::figures).
pub(crate) const fn listed<N: Network, const COUNT: usize>(
    entries: &[Entry<N>; COUNT],
) -> [(&'static str, &'static str); COUNT] {
    let mut listed = [("", ""); COUNT];
    let mut k = 0;
    while k < COUNT {
        listed[k] = (entries[k].id, entries[k].about);
        k += 1;
    }
    listed
}

/// The panels of a figure, none when there is nothing to show, and its numbers.
pub(crate) struct Drawn {
    pub(crate) columns: usize,
    pub(crate) panel_size: (f64, f64),
    pub(crate) panels: Vec<Panel>,
    pub(crate) table: Table,
}

impl Drawn {
    pub(crate) fn new(columns: usize, panels: Vec<Panel>, table: Table) -> Self {
        Self {
            columns,
            panel_size: (400.0, 310.0),
            panels,
            table,
        }
    }
}

impl<N: Network> Study<N> {
    /// Writes the figures that were asked for, their numbers, and the table of networks.
    pub(crate) fn draw(&self, session: &Session, networks: &[N]) -> Result<(), Error> {
        let output = &session.output;
        for entry in self.figures {
            if !session.options.wants(entry.id) {
                continue;
            }
            session.interrupt.check()?;
            let drawn = (entry.draw)(&of(networks, entry.groups))?;
            if !drawn.table.rows().is_empty() {
                drawn.table.write(&output.data(entry.id))?;
            }
            if !drawn.panels.is_empty() {
                let (wide, high) = drawn.panel_size;
                let page = Figure::new(&sentence(entry.about))
                    .columns(drawn.columns)
                    .panel_size(wide, high);
                let page = drawn.panels.into_iter().fold(page, Figure::panel);
                page.write(&output.figure(entry.id))?;
            }
        }
        if networks.is_empty() {
            return Ok(());
        }
        (self.table)(&of(networks, N::Group::ALL))?.write(&output.data("networks"))
    }
}

/// The networks of some groups, by group and seed.
pub(crate) fn of<'a, N: Network>(networks: &'a [N], groups: &[N::Group]) -> Vec<&'a N> {
    let mut of: Vec<_> = networks
        .iter()
        .filter(|n| groups.contains(&n.group()))
        .collect();
    of.sort_by_key(|n| (n.group(), n.seed()));
    of
}

fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    let first = letters.next().map(|letter| letter.to_uppercase());
    first.into_iter().flatten().chain(letters).collect()
}

/// Networks with measurements.
pub(crate) fn trained<'a, N: Network>(
    networks: &[&'a N],
) -> impl Iterator<Item = (&'a N, &'a N::Found)> {
    let found = networks.iter().map(|n| (*n, n.found()));
    found.filter_map(|(network, found)| Some((network, found?)))
}

/// Measurements of the networks of a group.
pub(crate) fn of_group<'a, N: Network>(networks: &[&'a N], group: N::Group) -> Vec<&'a N::Found> {
    let of_group = trained(networks).filter(|(network, _)| network.group() == group);
    of_group.map(|(_, found)| found).collect()
}

/// A table with any number of rows for each network with measurements.
pub(crate) fn tidy<
    'a,
    N: Network,
    const COLUMNS: usize,
    R: IntoIterator<Item = [Cell; COLUMNS]>,
>(
    networks: &[&'a N],
    columns: [&str; COLUMNS],
    rows: impl Fn(&'a N::Found) -> R,
) -> Result<Table, Error> {
    let mut table = Table::new(["group", "seed"].into_iter().chain(columns))?;
    for (network, found) in trained(networks) {
        for row in rows(found) {
            table.push(name(network).into_iter().chain(row))?;
        }
    }
    Ok(table)
}

/// Rows of numbers as rows of a table.
pub(crate) fn cells<const N: usize>(rows: &[[f64; N]]) -> impl Iterator<Item = [Cell; N]> {
    rows.iter().map(|row| row.map(Cell::from))
}

/// Group and seed.
pub(crate) fn name<N: Network>(network: &N) -> [Cell; 2] {
    [network.group().name().into(), network.seed().into()]
}

/// A number that may not exist.
pub(crate) fn number(value: Option<f64>) -> Cell {
    value.unwrap_or(f64::NAN).into()
}
