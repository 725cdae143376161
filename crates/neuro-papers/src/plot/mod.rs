//! Figures as SVG, all in one style.
//!
//! A [`Panel`] has axes and series: lines, points, bands, box plots, histograms, heat maps, reference
//! lines.
//! A [`Figure`] is one panel or a grid of them. Ranges and ticks come from the data; NaN, infinities
//! and, on logarithmic axes, values that are not positive are left out, and a panel without any
//! value says "no data". Legends stand above the plot, never in it. Labels of any length are broken
//! into lines, and the page grows where it must. Equal data give equal bytes.
//!
//! ```
//! use neuro_papers::{Figure, Panel};
//!
//! let time: Vec<f64> = (0..100).map(f64::from).collect();
//! let decay: Vec<f64> = time.iter().map(|t| (-t / 20.0).exp()).collect();
//! let panel = Panel::new("Decay", "Time (ms)", "Rate (Hz)")
//!     .line("rate", &time, &decay)
//!     .vertical("time constant", 20.0);
//! let svg = Figure::from(panel).to_svg()?;
//! assert!(svg.starts_with("<svg") && svg.contains("time constant"));
//! # Ok::<(), neuro_papers::Error>(())
//! ```
//!
//! What it does not do: interaction, fonts of its own, bar charts (points over
//! [`x_names`](Panel::x_names) show the same with their errors).

use std::path::Path;

use nalgebra::DMatrix;
use neuro_core::Error as CoreError;

use crate::{Error, file};

mod axis;
mod colour;
mod draw;
mod layout;
mod letters;
mod svg;

pub(crate) use colour::on_dark;
pub(crate) use layout::FIGURE_TITLE;
pub(crate) use svg::escaped;

/// A page of panels.
#[derive(Clone, Debug)]
pub struct Figure {
    title: String,
    panels: Vec<Panel>,
    columns: usize,
    panel_size: (f64, f64),
}

/// One pair of axes and what is shown on it.
#[derive(Clone, Debug)]
pub struct Panel {
    title: String,
    x: Axis,
    y: Axis,
    series: Vec<Series>,
    value_label: String,
    equal_units: bool,
}

#[derive(Clone, Debug, Default)]
struct Axis {
    label: String,
    log: bool,
    down: bool,
    range: Option<(f64, f64)>,
    names: Vec<String>,
}

#[derive(Clone, Debug)]
struct Series {
    name: String,
    mark: Mark,
    /// Place in the palette; reference lines count for themselves.
    colour: usize,
    thin: bool,
}

#[derive(Clone, Debug)]
enum Mark {
    Line {
        x: Vec<f64>,
        y: Vec<f64>,
        dashed: bool,
    },
    Scatter {
        x: Vec<f64>,
        y: Vec<f64>,
    },
    Coloured {
        x: Vec<f64>,
        y: Vec<f64>,
        value: Vec<f64>,
    },
    Points {
        x: Vec<f64>,
        y: Vec<f64>,
        error: Vec<f64>,
    },
    Band {
        x: Vec<f64>,
        middle: Vec<f64>,
        half: Vec<f64>,
    },
    Boxes {
        x: f64,
        values: Vec<f64>,
    },
    Histogram {
        values: Vec<f64>,
        bins: usize,
    },
    Heat {
        values: DMatrix<f64>,
        x: (f64, f64),
        y: (f64, f64),
    },
    Horizontal(f64),
    Vertical(f64),
}

impl Figure {
    /// A page without panels; the title may be empty.
    #[must_use]
    pub fn new(title: &str) -> Self {
        Self {
            title: title.into(),
            panels: Vec::new(),
            columns: 2,
            panel_size: (480.0, 340.0),
        }
    }

    /// Adds a panel; panels fill rows from the left.
    #[must_use]
    pub fn panel(mut self, panel: Panel) -> Self {
        self.panels.push(panel);
        self
    }

    /// Panels in a row; default 2, and fewer when there are fewer panels.
    #[must_use]
    pub fn columns(mut self, columns: usize) -> Self {
        self.columns = columns.max(1);
        self
    }

    /// Width and height of a panel in pixels, with its labels; default 480 x 340, at least
    /// 240 x 180. Panels grow in height when their labels need it.
    #[must_use]
    pub fn panel_size(mut self, width: f64, height: f64) -> Self {
        let sound = |size: f64, least: f64| {
            if size.is_nan() {
                least
            } else {
                size.clamp(least, 4000.0)
            }
        };
        self.panel_size = (sound(width, 240.0), sound(height, 180.0));
        self
    }

    /// The figure as the text of an SVG file.
    ///
    /// # Errors
    /// [`neuro_core::Error::Empty`] without panels; [`neuro_core::Error::Length`] when the slices of
    /// a series differ in length; [`neuro_core::Error::OutOfRange`] for a range that is none.
    pub fn to_svg(&self) -> Result<String, Error> {
        if self.panels.is_empty() {
            let what = format!("panels of the figure '{}'", self.title);
            return Err(CoreError::Empty { what }.into());
        }
        for panel in &self.panels {
            panel.validate()?;
        }
        Ok(draw::figure(self))
    }

    /// Writes the figure to a file, all or nothing.
    ///
    /// # Errors
    /// As [`to_svg`](Self::to_svg), and [`Error::Io`] when the file cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), Error> {
        file::write_atomic(path, self.to_svg()?.as_bytes())
    }
}

impl From<Panel> for Figure {
    fn from(panel: Panel) -> Self {
        Self::new("").panel(panel)
    }
}

/// The series appear in the legend under their names; one with an empty name does not. Each takes
/// the next colour of the palette. All slices of a series have the same length.
impl Panel {
    /// Empty axes; labels name the quantity and its unit.
    #[must_use]
    pub fn new(title: &str, x_label: &str, y_label: &str) -> Self {
        let axis = |label: &str| Axis {
            label: label.into(),
            ..Axis::default()
        };
        Self {
            title: title.into(),
            x: axis(x_label),
            y: axis(y_label),
            series: Vec::new(),
            value_label: String::new(),
            equal_units: false,
        }
    }

    fn add(mut self, name: &str, mark: Mark) -> Self {
        let is_reference = |mark: &Mark| {
            matches!(
                mark,
                Mark::Horizontal(_) | Mark::Vertical(_) | Mark::Heat { .. }
            )
        };
        let reference = is_reference(&mark);
        let alike = |series: &&Series| is_reference(&series.mark) == reference;
        let colour = self
            .series
            .iter()
            .rev()
            .find(alike)
            .map_or(0, |last| last.colour + 1);
        self.series.push(Series {
            name: name.into(),
            mark,
            colour,
            thin: false,
        });
        self
    }

    /// A line through points; a value that cannot be shown leaves a gap.
    #[must_use]
    pub fn line(self, name: &str, x: &[f64], y: &[f64]) -> Self {
        let (x, y, dashed) = (x.to_vec(), y.to_vec(), false);
        self.add(name, Mark::Line { x, y, dashed })
    }

    /// A dashed line through points, for a prediction or a fit.
    #[must_use]
    pub fn dashed(self, name: &str, x: &[f64], y: &[f64]) -> Self {
        let (x, y, dashed) = (x.to_vec(), y.to_vec(), true);
        self.add(name, Mark::Line { x, y, dashed })
    }

    /// Points.
    #[must_use]
    pub fn scatter(self, name: &str, x: &[f64], y: &[f64]) -> Self {
        let (x, y) = (x.to_vec(), y.to_vec());
        self.add(name, Mark::Scatter { x, y })
    }

    /// Points coloured by a value, with a colour bar that says which; all coloured points and heat
    /// maps of a panel share the bar.
    #[must_use]
    pub fn scatter_by(mut self, x: &[f64], y: &[f64], value: &[f64], value_label: &str) -> Self {
        self.value_label = value_label.into();
        let (x, y, value) = (x.to_vec(), y.to_vec(), value.to_vec());
        self.add("", Mark::Coloured { x, y, value })
    }

    /// Points with bars from `y - error` to `y + error`; an error that is not finite has no bar.
    #[must_use]
    pub fn points(self, name: &str, x: &[f64], y: &[f64], error: &[f64]) -> Self {
        let (x, y, error) = (x.to_vec(), y.to_vec(), error.to_vec());
        self.add(name, Mark::Points { x, y, error })
    }

    /// A line through `middle` in a band of `half` to either side, e.g. mean and standard deviation.
    #[must_use]
    pub fn band(self, name: &str, x: &[f64], middle: &[f64], half: &[f64]) -> Self {
        let (x, middle, half) = (x.to_vec(), middle.to_vec(), half.to_vec());
        self.add(name, Mark::Band { x, middle, half })
    }

    /// A box plot of values at `x`, one unit of x wide with its neighbours, and the values themselves
    /// as pale points: median, quartiles, and whiskers to the outermost values within 1.5
    /// interquartile ranges of the box (quartiles as in MATLAB). Fewer than five values have a median
    /// but no box.
    #[must_use]
    pub fn boxes(self, name: &str, x: f64, values: &[f64]) -> Self {
        let values = values.to_vec();
        self.add(name, Mark::Boxes { x, values })
    }

    /// Counts of values in bins of equal width; all histograms of a panel share their bins, the
    /// largest number of bins asked for (1 to 500).
    #[must_use]
    pub fn histogram(self, name: &str, values: &[f64], bins: usize) -> Self {
        let (values, bins) = (values.to_vec(), bins.clamp(1, 500));
        self.add(name, Mark::Histogram { values, bins })
    }

    /// A matrix as colours: columns along x from the outer edge `x.0` to `x.1`, rows along y from
    /// `y.0` to `y.1`. Values of both signs are shown around a white zero. With
    /// [`y_down`](Self::y_down), row 0 is at the top.
    #[must_use]
    pub fn heat_map(
        mut self,
        values: &DMatrix<f64>,
        x: (f64, f64),
        y: (f64, f64),
        value_label: &str,
    ) -> Self {
        self.value_label = value_label.into();
        let values = values.clone();
        self.add("", Mark::Heat { values, x, y })
    }

    /// A dashed line across the panel at height `y`.
    #[must_use]
    pub fn horizontal(self, name: &str, y: f64) -> Self {
        self.add(name, Mark::Horizontal(y))
    }

    /// A dashed line from bottom to top at `x`.
    #[must_use]
    pub fn vertical(self, name: &str, x: f64) -> Self {
        self.add(name, Mark::Vertical(x))
    }

    /// Gives the latest series the colour of the one before it: a fit and its data.
    #[must_use]
    pub fn same_colour(mut self) -> Self {
        if let [.., before, last] = self.series.as_mut_slice() {
            last.colour = before.colour;
        }
        self
    }

    /// Gives the latest series a place in the palette, counted from 0, so that a colour can mean the
    /// same in several panels. From the eighth place on the colours come again, lines with dashes.
    #[must_use]
    pub fn in_colour(mut self, place: usize) -> Self {
        if let Some(last) = self.series.last_mut() {
            last.colour = place;
        }
        self
    }

    /// Draws the latest series, a line, thin: one of many.
    #[must_use]
    pub fn thin(mut self) -> Self {
        if let Some(last) = self.series.last_mut() {
            last.thin = true;
        }
        self
    }

    /// A logarithmic x axis.
    #[must_use]
    pub fn log_x(mut self) -> Self {
        self.x.log = true;
        self
    }

    /// A logarithmic y axis.
    #[must_use]
    pub fn log_y(mut self) -> Self {
        self.y.log = true;
        self
    }

    /// The range of x, instead of that of the data.
    #[must_use]
    pub fn x_range(mut self, low: f64, high: f64) -> Self {
        self.x.range = Some((low, high));
        self
    }

    /// The range of y, instead of that of the data.
    #[must_use]
    pub fn y_range(mut self, low: f64, high: f64) -> Self {
        self.y.range = Some((low, high));
        self
    }

    /// Makes a unit of x as long as one of y, so that circles are round.
    #[must_use]
    pub fn equal_units(mut self) -> Self {
        self.equal_units = true;
        self
    }

    /// Lets y grow downwards, as the rows of a matrix do.
    #[must_use]
    pub fn y_down(mut self) -> Self {
        self.y.down = true;
        self
    }

    /// Names at x = 0, 1, 2 … instead of numbers.
    #[must_use]
    pub fn x_names<N: Into<String>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.x.names = names.into_iter().map(Into::into).collect();
        self
    }

    fn validate(&self) -> Result<(), CoreError> {
        for Series { name, mark, .. } in &self.series {
            let same = |x: &[f64], others: &[&[f64]]| {
                let mut others = others.iter();
                others.try_for_each(|other| {
                    let what = format!("series '{name}' of '{}'", self.title);
                    CoreError::check_length(&what, x.len(), other.len())
                })
            };
            match mark {
                Mark::Line { x, y, .. } | Mark::Scatter { x, y } => same(x, &[y])?,
                Mark::Coloured { x, y, value } => same(x, &[y, value])?,
                Mark::Points { x, y, error } => same(x, &[y, error])?,
                Mark::Band { x, middle, half } => same(x, &[middle, half])?,
                Mark::Heat { x, y, .. } => {
                    check_extent("columns of a heat map", *x, false)?;
                    check_extent("rows of a heat map", *y, false)?;
                }
                Mark::Boxes { .. }
                | Mark::Histogram { .. }
                | Mark::Horizontal(_)
                | Mark::Vertical(_) => {}
            }
        }
        for (what, axis) in [("x", &self.x), ("y", &self.y)] {
            if let Some(range) = axis.range {
                check_extent(
                    &format!("{what} range of '{}'", self.title),
                    range,
                    axis.log,
                )?;
            }
        }
        Ok(())
    }
}

fn check_extent(what: &str, (low, high): (f64, f64), log: bool) -> Result<(), CoreError> {
    let expected = if log {
        "a positive lower end"
    } else {
        "a finite lower end"
    };
    CoreError::check_range(what, expected, low, axis::shows(low, log))?;
    let holds = axis::shows(high, log) && high > low;
    CoreError::check_range(what, &format!("an upper end above {low}"), high, holds)
}

#[cfg(test)]
mod tests;
