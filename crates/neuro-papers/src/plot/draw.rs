//! Puts the marks on the page.

use super::axis::{Span, TICK_SIZE};
use super::colour::{DASHES, GREY, GRID, INK, Map, PALETTE, SHADES};
use super::layout::{
    BAR, BAR_GAP, EDGE, FIGURE_TITLE, GAP, LABEL, LEADING, LEGEND, LEGEND_LINE, Plan, SAMPLE, TICK,
    TITLE, Texts,
};
use super::letters::wrap;
use super::svg::{Anchor, Stroke, Svg, Type};
use super::{Figure, Panel};

mod marks;

/// A rectangle of the page in pixels.
#[derive(Clone, Copy, Debug)]
struct Frame {
    x: f64,
    y: f64,
    wide: f64,
    high: f64,
}

/// A panel with all that is needed to draw it.
struct View<'a> {
    panel: &'a Panel,
    plan: Plan,
    texts: Texts,
    plot: Frame,
    /// The upper edge of the panel.
    top: f64,
}

/// The whole page.
pub(super) fn figure(figure: &Figure) -> String {
    let (wide, high) = figure.panel_size;
    let columns = figure.columns.min(figure.panels.len());
    let mut plans: Vec<Plan> = figure
        .panels
        .iter()
        .map(|panel| Plan::of(panel, figure.panel_size))
        .collect();
    // Plots of a column share their sides, plots of a row their heights.
    for column in 0..columns {
        let of_column = || (column..figure.panels.len()).step_by(columns);
        let left = of_column().map(|k| plans[k].left).fold(0.0, f64::max);
        let right = of_column().map(|k| plans[k].right).fold(0.0, f64::max);
        for k in of_column() {
            (plans[k].left, plans[k].right) = (left, right);
        }
    }
    let title = wrap(
        &figure.title,
        FIGURE_TITLE * 1.06,
        wide * columns as f64 - 2.0 * EDGE,
    );
    let mut y = if title.is_empty() {
        0.0
    } else {
        EDGE + title.len() as f64 * FIGURE_TITLE * LEADING
    };
    let mut views = Vec::new();
    let mut plans = plans.into_iter();
    for (row, panels) in figure.panels.chunks(columns).enumerate() {
        let plans: Vec<Plan> = plans.by_ref().take(panels.len()).collect();
        let plot_wide = |plan: &Plan| (wide - plan.left - plan.right).max(60.0);
        let texts: Vec<Texts> = panels
            .iter()
            .zip(&plans)
            .enumerate()
            .map(|(column, (panel, plan))| {
                let letter = letter(row * columns + column, figure.panels.len());
                plan.texts(panel, &letter, plot_wide(plan))
            })
            .collect();
        let top = texts.iter().map(|texts| texts.top).fold(0.0, f64::max);
        let bottom = texts.iter().map(|texts| texts.bottom).fold(0.0, f64::max);
        // Long labels must not eat the plot.
        let row_high = high.max(top + bottom + 0.45 * high);
        for (column, (panel, (plan, texts))) in
            panels.iter().zip(plans.into_iter().zip(texts)).enumerate()
        {
            let mut plot = Frame {
                x: column as f64 * wide + plan.left,
                y: y + top,
                wide: plot_wide(&plan),
                high: row_high - top - bottom,
            };
            if panel.equal_units {
                let (across, upward) = (plan.x.units(), plan.y.units());
                let pixels = (plot.wide / across).min(plot.high / upward);
                // Not so narrow that the labels of the ticks collide.
                plot.wide = (pixels * across).max(80.0);
                plot.high = (pixels * upward).max(80.0);
            }
            views.push(View {
                panel,
                plan,
                texts,
                plot,
                top: y,
            });
        }
        y += row_high;
    }

    let name = if figure.title.is_empty() {
        &figure.panels[0].title
    } else {
        &figure.title
    };
    let mut page = Svg::new(wide * columns as f64, y, name);
    for (k, line) in title.iter().enumerate() {
        let at = (EDGE, EDGE + (k as f64 + 0.85) * FIGURE_TITLE * LEADING);
        page.text(at, line, bold(FIGURE_TITLE));
    }
    for view in &views {
        view.draw(&mut page);
    }
    page.finish()
}

/// What goes before the title of a panel when there are several: `a. `, `b. ` …
fn letter(index: usize, count: usize) -> String {
    match (count, u8::try_from(index)) {
        (2.., Ok(index @ 0..26)) => format!("{}. ", char::from(b'a' + index)),
        _ => String::new(),
    }
}

impl View<'_> {
    fn draw(&self, page: &mut Svg) {
        let Frame { x, y, wide, high } = self.plot;
        self.grid(page);
        page.clip(x, y, wide, high);
        let empty = !self.marks(page);
        page.unclip();
        self.points(page);
        if empty {
            let at = (x + wide / 2.0, y + high / 2.0);
            page.text(at, "no data", regular(LABEL, GREY, Anchor::Middle));
        }
        self.axes(page);
        self.bar(page);
        self.words(page);
    }

    /// Where a point of the data lies on the page.
    fn at(&self, x: f64, y: f64) -> (f64, f64) {
        (self.x(x), self.y(y))
    }

    fn x(&self, x: f64) -> f64 {
        // Far outside the plot is as good as infinitely far, and safe to write down.
        let place = self.plan.x.place(x).clamp(-10.0, 11.0);
        self.plot.x + place * self.plot.wide
    }

    fn y(&self, y: f64) -> f64 {
        let place = self.plan.y.place(y).clamp(-10.0, 11.0);
        self.plot.y + (1.0 - place) * self.plot.high
    }

    fn grid(&self, page: &mut Svg) {
        let Frame { x, y, wide, high } = self.plot;
        let stroke = line(GRID, 1.0);
        if self.panel.x.names.is_empty() {
            for tick in ticks(&self.plan.x) {
                let at = self.x(tick);
                page.line((at, y), (at, y + high), stroke);
            }
        }
        for tick in ticks(&self.plan.y) {
            let at = self.y(tick);
            page.line((x, at), (x + wide, at), stroke);
        }
    }

    fn axes(&self, page: &mut Svg) {
        let Frame { x, y, wide, high } = self.plot;
        let stroke = line(INK, 1.0);
        let (left, floor) = (x, y + high);
        page.path(&[vec![(left, y), (left, floor), (x + wide, floor)]], stroke);
        let slanted = self.plan.slanted;
        for tick in self
            .plan
            .x
            .ticks
            .iter()
            .filter(|tick| self.plan.x.contains(tick.value))
        {
            let at = self.x(tick.value);
            page.line((at, floor), (at, floor + TICK), stroke);
            let mut set = regular(TICK_SIZE, INK, Anchor::Middle);
            let mut below = floor + TICK + GAP + 0.8 * TICK_SIZE;
            if slanted {
                set.anchor = Anchor::End;
                set.turn = -40.0;
                below -= 2.0;
            }
            page.text(
                (at + if slanted { 4.0 } else { 0.0 }, below),
                &tick.label,
                set,
            );
        }
        for tick in self
            .plan
            .y
            .ticks
            .iter()
            .filter(|tick| self.plan.y.contains(tick.value))
        {
            let at = self.y(tick.value);
            page.line((left - TICK, at), (left, at), stroke);
            let set = regular(TICK_SIZE, INK, Anchor::End);
            page.text((left - TICK - GAP, at + 0.35 * TICK_SIZE), &tick.label, set);
        }
        for minor in &self.plan.x.minor {
            let at = self.x(*minor);
            page.line((at, floor), (at, floor + TICK / 2.0), stroke);
        }
        for minor in &self.plan.y.minor {
            let at = self.y(*minor);
            page.line((left - TICK / 2.0, at), (left, at), stroke);
        }
    }

    /// The colour bar.
    fn bar(&self, page: &mut Svg) {
        let Some((span, map)) = &self.plan.values else {
            return;
        };
        let Frame { y, high, .. } = self.plot;
        let x = self.plot.x + self.plot.wide + BAR_GAP;
        for shade in 0..SHADES {
            // Each reaches to the end of the bar and the next covers it: no seams.
            let part = 1.0 - shade as f64 / SHADES as f64;
            page.rect(x, y, BAR, part * high, &map.colour(shade), 1.0);
        }
        let right = x + BAR;
        for tick in &span.ticks {
            let at = y + (1.0 - span.place(tick.value)) * high;
            // Short and pale, lest it be read as a minus.
            page.line((right, at), (right + 2.5, at), line(GREY, 0.8));
            let set = regular(TICK_SIZE, INK, Anchor::Start);
            page.text(
                (right + TICK + GAP, at + 0.35 * TICK_SIZE),
                &tick.label,
                set,
            );
        }
        let from = right + TICK + GAP + span.widest() + 6.0;
        turned(page, &self.plan.value_label, from, y + high / 2.0);
    }

    /// Title, legend and the labels of the axes.
    fn words(&self, page: &mut Svg) {
        let Frame { x, y, wide, high } = self.plot;
        let legend = self.texts.legend_lines as f64 * LEGEND_LINE;
        let above = y - 8.0 - legend;
        // Titles of a row stand at one height; a legend stands at its plot.
        for (k, words) in self.texts.title.iter().enumerate() {
            let at = (x, self.top + EDGE + (k as f64 + 0.75) * TITLE * LEADING);
            page.text(at, words, bold(TITLE));
        }
        for entry in &self.texts.legend {
            let from = (x + entry.x, above + entry.line as f64 * LEGEND_LINE);
            self.sample(page, entry.series, (from.0, from.1 + LEGEND_LINE / 2.0));
            for (k, words) in entry.text.iter().enumerate() {
                let down = (k as f64 + 0.5) * LEGEND_LINE + 0.35 * LEGEND;
                let at = (from.0 + SAMPLE + GAP, from.1 + down);
                page.text(at, words, regular(LEGEND, INK, Anchor::Start));
            }
        }
        let label = &self.texts.x_label;
        let floor = y + high + self.texts.bottom - EDGE - label.len() as f64 * LABEL * LEADING;
        for (k, words) in label.iter().enumerate() {
            let at = (x + wide / 2.0, floor + (k as f64 + 0.8) * LABEL * LEADING);
            page.text(at, words, regular(LABEL, INK, Anchor::Middle));
        }
        let height = self.plan.y_label.len() as f64 * LABEL * LEADING;
        let widest = self.plan.y.widest();
        let from = x - TICK - GAP - widest - 6.0 - height;
        turned(page, &self.plan.y_label, from, y + high / 2.0);
    }

    /// The colour of a series.
    fn colour(&self, series: usize) -> &'static str {
        PALETTE[self.panel.series[series].colour % PALETTE.len()]
    }
}

/// Lines of text that read upwards, the first one's left side at `x`, centred at height `y`.
fn turned(page: &mut Svg, lines: &[String], x: f64, y: f64) {
    for (k, words) in lines.iter().enumerate() {
        let mut set = regular(LABEL, INK, Anchor::Middle);
        set.turn = -90.0;
        page.text((x + (k as f64 + 0.8) * LABEL * LEADING, y), words, set);
    }
}

fn ticks(span: &Span) -> impl Iterator<Item = f64> {
    let shown = span.ticks.iter().filter(|tick| span.contains(tick.value));
    shown.map(|tick| tick.value)
}

fn line(colour: &str, width: f64) -> Stroke<'_> {
    Stroke {
        colour,
        width,
        dashes: "",
    }
}

fn regular(size: f64, colour: &str, anchor: Anchor) -> Type<'_> {
    Type {
        size,
        bold: false,
        colour,
        anchor,
        turn: 0.0,
    }
}

fn bold(size: f64) -> Type<'static> {
    Type {
        bold: true,
        ..regular(size, INK, Anchor::Start)
    }
}
