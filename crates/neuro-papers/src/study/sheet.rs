//! A figure in the making: its panels, and every curve of them in one table.

use super::{Drawn, Network, name};
use crate::{Error, Panel, Table};

/// Panels, and the points behind them: group, seed, panel, curve, x, y.
pub(crate) struct Sheet {
    /// The paper's name of the figure; empty where it has none.
    id: &'static str,
    panels: Vec<Panel>,
    table: Table,
}

impl Sheet {
    /// An empty figure; `id` is the paper's name of it, which titles carry with the panel's letter.
    pub(crate) fn new(id: &'static str) -> Result<Self, Error> {
        Ok(Self {
            id,
            panels: Vec::new(),
            table: Table::new(["group", "seed", "panel", "curve", "x", "y"])?,
        })
    }

    /// Notes the points of a curve.
    pub(crate) fn note<N: Network>(
        &mut self,
        network: &N,
        panel: &str,
        curve: &str,
        points: impl IntoIterator<Item = (f64, f64)>,
    ) -> Result<(), Error> {
        for (x, y) in points {
            let row = [panel.into(), curve.into(), x.into(), y.into()];
            self.table.push(name(network).into_iter().chain(row))?;
        }
        Ok(())
    }

    /// A title that ends with the paper's name of the panel, which begins with a single letter. A panel
    /// of our own begins with a word instead, which the title leaves out.
    pub(crate) fn title(&self, panel: &str, words: &str) -> String {
        let (first, rest) = panel.split_once(", ").unwrap_or((panel, ""));
        if first.chars().count() == 1 {
            format!("{words} ({}{panel})", self.id)
        } else if rest.is_empty() {
            words.into()
        } else {
            format!("{words} ({rest})")
        }
    }

    pub(crate) fn push(&mut self, panel: Panel) {
        self.panels.push(panel);
    }

    /// The figure; without panels nothing is shown.
    pub(crate) fn drawn(self, columns: usize) -> Drawn {
        Drawn::new(columns, self.panels, self.table)
    }

    /// Adds a panel of curves, one for each network and name, in the colour of their name.
    pub(crate) fn curves<'a, N: Network>(
        &mut self,
        letter: &str,
        panel: Panel,
        curves: impl IntoIterator<Item = (&'a N, String, usize, Vec<(f64, f64)>)>,
    ) -> Result<(), Error> {
        let (mut panel, mut named) = (panel, Vec::new());
        for (network, curve, colour, points) in curves {
            let (x, y): (Vec<f64>, Vec<f64>) = points.iter().copied().unzip();
            let legend = if named.contains(&curve) { "" } else { &curve };
            panel = panel.line(legend, &x, &y).in_colour(colour).thin();
            self.note(network, letter, &curve, points)?;
            named.push(curve);
        }
        if !named.is_empty() {
            self.push(panel);
        }
        Ok(())
    }
}
