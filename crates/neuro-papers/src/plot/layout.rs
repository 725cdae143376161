//! Where everything of a panel goes: ranges first, then the room that labels need, then the plot in
//! what remains.

use super::axis::{Request, Span, TICK_SIZE};
use super::colour::Map;
use super::letters::{width, wrap};
use super::{Axis, Mark, Panel};

/// Sizes of text in pixels, readable in a figure 480 pixels wide.
pub(crate) const FIGURE_TITLE: f64 = 17.0;
pub(super) const TITLE: f64 = 14.0;
pub(super) const LABEL: f64 = 13.0;
pub(super) const LEGEND: f64 = 12.0;

/// Distance of lines of text, in units of their size.
pub(super) const LEADING: f64 = 1.25;
/// Room at the edge of a panel.
pub(super) const EDGE: f64 = 10.0;
/// Length of ticks, and from their ends to the labels.
pub(super) const TICK: f64 = 4.0;
pub(super) const GAP: f64 = 4.0;
/// Width of the colour bar and its distance from the plot.
pub(super) const BAR: f64 = 12.0;
pub(super) const BAR_GAP: f64 = 14.0;
/// Width of the sample of a series in the legend.
pub(super) const SAMPLE: f64 = 22.0;
/// Height of a line of the legend.
pub(super) const LEGEND_LINE: f64 = 17.0;

/// Counts of the histograms of a panel.
#[derive(Clone, Debug)]
pub(super) struct Bins {
    /// Edges of the bins, one more than there are bins.
    pub(super) edges: Vec<f64>,
    /// For each series, its counts; empty for other series.
    pub(super) counts: Vec<Vec<f64>>,
}

/// An entry of a legend, relative to its top left corner.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// Index of the series.
    pub(super) series: usize,
    pub(super) x: f64,
    /// The first of its lines, counted from the top.
    pub(super) line: usize,
    pub(super) text: Vec<String>,
}

/// Everything that can be known of a panel before its neighbours are.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) x: Span,
    pub(super) y: Span,
    /// The values of the colours, when there are any.
    pub(super) values: Option<(Span, Map)>,
    pub(super) bins: Bins,
    pub(super) y_label: Vec<String>,
    pub(super) value_label: Vec<String>,
    /// Whether the names along x do not fit side by side and stand aslant.
    pub(super) slanted: bool,
    pub(super) left: f64,
    pub(super) right: f64,
}

/// The rest, when the width of the plot is known.
#[derive(Clone, Debug)]
pub(super) struct Texts {
    pub(super) title: Vec<String>,
    pub(super) legend: Vec<Entry>,
    pub(super) legend_lines: usize,
    pub(super) x_label: Vec<String>,
    pub(super) top: f64,
    pub(super) bottom: f64,
}

impl Plan {
    pub(super) fn of(panel: &Panel, (wide, high): (f64, f64)) -> Self {
        // Rough, but the same for all panels of a size: ticks must not depend on the neighbours.
        let (plot_wide, plot_high) = (wide - 90.0, high - 110.0);
        let bins = bins(panel);
        let x = Span::of(
            across(panel, &bins).into_iter(),
            &request(panel, &panel.x, false),
            plot_wide,
            true,
        );
        let y = Span::of(
            upward(panel, &bins).into_iter(),
            &request(panel, &panel.y, true),
            plot_high,
            false,
        );
        let values = values(panel, plot_high);

        let lines = |text: &str| wrap(text, LABEL, plot_high.max(100.0));
        let y_label = lines(&with_factor(&panel.y.label, &y));
        let scale = values.as_ref().map(|(span, _)| span);
        let value_label =
            lines(&scale.map_or(String::new(), |span| with_factor(&panel.value_label, span)));
        let turned = |label: &[String]| label.len() as f64 * LABEL * LEADING;

        let left = EDGE + turned(&y_label) + 6.0 + y.widest() + GAP + TICK;
        let right = scale.map_or(EDGE, |span| {
            BAR_GAP + BAR + TICK + GAP + span.widest() + 6.0 + turned(&value_label) + EDGE
        });
        // Names stand at the middle of equal parts of the axis.
        let part = plot_wide / x.ticks.len().max(1) as f64;
        let slanted = !panel.x.names.is_empty() && x.widest() + 6.0 > part;
        let over = |place: f64, label: &str| {
            let half = if slanted {
                0.0
            } else {
                width(label, TICK_SIZE) / 2.0
            };
            half - place * plot_wide
        };
        let ends = |end: &dyn Fn(f64) -> f64| {
            let beyond = x
                .ticks
                .iter()
                .map(|tick| over(end(x.place(tick.value)), &tick.label));
            beyond.fold(0.0, f64::max) + 4.0
        };
        let slope = if slanted {
            0.75 * x.widest() - 0.5 * part
        } else {
            0.0
        };
        Self {
            left: left.max(ends(&|place| place)).max(slope + EDGE),
            right: right.max(ends(&|place| 1.0 - place)),
            x,
            y,
            values,
            bins,
            y_label,
            value_label,
            slanted,
        }
    }

    /// Breaks title, legend and x label to the width of the plot.
    pub(super) fn texts(&self, panel: &Panel, letter: &str, plot_wide: f64) -> Texts {
        let room = plot_wide + self.right.min(40.0) - EDGE;
        let title = wrap(&format!("{letter}{}", panel.title), TITLE * 1.06, room);
        let (legend, legend_lines) = legend(panel, room);
        let x_label = wrap(&with_factor(&panel.x.label, &self.x), LABEL, plot_wide);
        let mut top = EDGE + title.len() as f64 * TITLE * LEADING;
        top += legend_lines as f64 * LEGEND_LINE + 8.0;
        let ticks = if self.slanted {
            0.66 * self.x.widest() + TICK_SIZE
        } else {
            TICK_SIZE
        };
        let bottom = TICK + GAP + ticks + 4.0 + x_label.len() as f64 * LABEL * LEADING + EDGE;
        Texts {
            title,
            legend,
            legend_lines,
            x_label,
            top,
            bottom,
        }
    }
}

fn with_factor(label: &str, span: &Span) -> String {
    match (label.is_empty(), span.factor.is_empty()) {
        (_, true) => label.into(),
        (true, false) => span.factor.clone(),
        (false, false) => format!("{label} ({})", span.factor),
    }
}

fn request(panel: &Panel, axis: &Axis, vertical: bool) -> Request {
    let has = |kind: fn(&Mark) -> bool| panel.series.iter().any(|series| kind(&series.mark));
    let heat = has(|mark| matches!(mark, Mark::Heat { .. }));
    Request {
        range: axis.range,
        log: axis.log,
        down: axis.down,
        tight: heat,
        from_zero: vertical && has(|mark| matches!(mark, Mark::Histogram { .. })),
        names: axis.names.clone(),
    }
}

/// All x values of a panel that its range must hold.
fn across(panel: &Panel, bins: &Bins) -> Vec<f64> {
    let mut all = bins.edges.clone();
    for series in &panel.series {
        match &series.mark {
            Mark::Line { x, y, .. }
            | Mark::Scatter { x, y }
            | Mark::Coloured { x, y, .. }
            | Mark::Points { x, y, .. }
            | Mark::Band { x, middle: y, .. } => {
                // A point that cannot be shown for its y does not widen the x axis.
                let shown = x
                    .iter()
                    .zip(y)
                    .filter(|(_, y)| super::axis::shows(**y, panel.y.log));
                all.extend(shown.map(|(x, _)| *x));
            }
            Mark::Heat { x, .. } => all.extend([x.0, x.1]),
            Mark::Boxes { x, .. } => all.extend([x - 0.5, x + 0.5]),
            Mark::Vertical(x) => all.push(*x),
            Mark::Histogram { .. } | Mark::Horizontal(_) => {}
        }
    }
    all
}

/// All y values of a panel that its range must hold.
fn upward(panel: &Panel, bins: &Bins) -> Vec<f64> {
    let mut all = Vec::new();
    for (k, series) in panel.series.iter().enumerate() {
        match &series.mark {
            Mark::Line { x, y, .. } | Mark::Scatter { x, y } | Mark::Coloured { x, y, .. } => {
                let shown = x
                    .iter()
                    .zip(y)
                    .filter(|(x, _)| super::axis::shows(**x, panel.x.log));
                all.extend(shown.map(|(_, y)| *y));
            }
            Mark::Points { y, error: half, .. }
            | Mark::Band {
                middle: y, half, ..
            } => {
                all.extend(y);
                let both = y.iter().zip(half);
                all.extend(both.flat_map(|(y, half)| [y - half, y + half]));
            }
            Mark::Boxes { values, .. } => all.extend(values),
            Mark::Histogram { .. } => all.extend(&bins.counts[k]),
            Mark::Heat { y, .. } => all.extend([y.0, y.1]),
            Mark::Horizontal(y) => all.push(*y),
            Mark::Vertical(_) => {}
        }
    }
    all
}

fn values(panel: &Panel, length: f64) -> Option<(Span, Map)> {
    let mut all = Vec::new();
    let mut heat = false;
    for series in &panel.series {
        match &series.mark {
            Mark::Coloured { value, .. } => all.extend(value),
            Mark::Heat { values, .. } => {
                heat = true;
                all.extend(values.iter());
            }
            _ => {}
        }
    }
    let coloured = |mark: &Mark| matches!(mark, Mark::Coloured { .. } | Mark::Heat { .. });
    if !panel.series.iter().any(|series| coloured(&series.mark)) {
        return None;
    }
    let finite = || {
        all.iter()
            .copied()
            .filter(|value| super::axis::shows(*value, false))
    };
    let both_signs = finite().any(|value| value < 0.0) && finite().any(|value| value > 0.0);
    let mut request = Request {
        tight: true,
        ..Request::default()
    };
    let mut map = Map::Sequential;
    if heat && both_signs {
        let largest = finite().fold(0.0, |largest, value| value.abs().max(largest));
        request.range = Some((-largest, largest));
        map = Map::Diverging;
    }
    Some((Span::of(finite(), &request, length, false), map))
}

fn bins(panel: &Panel) -> Bins {
    let histograms = || {
        panel.series.iter().map(|series| match &series.mark {
            Mark::Histogram { values, bins } => Some((values, *bins)),
            _ => None,
        })
    };
    let shown = |value: &f64| super::axis::shows(*value, panel.x.log);
    // Bins are of equal width on the axis: of equal ratio on a logarithmic one.
    let to_axis = |value: f64| if panel.x.log { value.ln() } else { value };
    let from_axis = |value: f64| if panel.x.log { value.exp() } else { value };
    let all = histograms().flatten().flat_map(|(values, _)| values);
    let all: Vec<f64> = all.copied().filter(shown).map(to_axis).collect();
    let count = histograms()
        .flatten()
        .map(|(_, bins)| bins)
        .max()
        .unwrap_or(1);
    let mut low = all.iter().copied().fold(f64::INFINITY, f64::min);
    let mut high = all.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if all.is_empty() {
        let counts = vec![Vec::new(); panel.series.len()];
        let edges = Vec::new();
        return Bins { edges, counts };
    }
    if high - low <= 1e-12 * low.abs().max(high.abs()) {
        let half = if low == 0.0 { 0.5 } else { 0.05 * low.abs() };
        (low, high) = (low - half, high + half);
    }
    let step = (high - low) / count as f64;
    let counts = histograms().map(|histogram| {
        let Some((values, _)) = histogram else {
            return Vec::new();
        };
        let mut counts = vec![0.0; count];
        for value in values.iter().copied().filter(shown).map(to_axis) {
            let bin = ((value - low) / step) as usize;
            counts[bin.min(count - 1)] += 1.0;
        }
        counts
    });
    Bins {
        counts: counts.collect(),
        edges: (0..=count)
            .map(|k| from_axis(low + k as f64 * step))
            .collect(),
    }
}

/// The entries of the legend in lines from the left, and the number of lines.
fn legend(panel: &Panel, room: f64) -> (Vec<Entry>, usize) {
    let mut entries = Vec::new();
    let (mut x, mut line, mut height) = (0.0, 0, 0);
    for (series, named) in panel.series.iter().enumerate() {
        if named.name.is_empty() {
            continue;
        }
        let text = wrap(&named.name, LEGEND, room - SAMPLE - GAP);
        let widest = text
            .iter()
            .map(|text| width(text, LEGEND))
            .fold(0.0, f64::max);
        let needed = SAMPLE + GAP + widest;
        if x > 0.0 && x + needed > room {
            (x, line, height) = (0.0, line + height, 0);
        }
        height = height.max(text.len());
        entries.push(Entry {
            series,
            x,
            line,
            text,
        });
        x += needed + 14.0;
    }
    (entries, line + height)
}
