//! The series themselves, and their samples in the legend.

use super::{DASHES, GREY, Map, PALETTE, SAMPLE, SHADES, Span, Stroke, Svg, View, line};
use crate::plot::Mark;
use neuro_analysis::statistics::{BoxPlotConfig, Quantile, Quartiles, box_plot};

/// A line with more points than this is thinned out; the eye sees no difference.
const MANY: usize = 2000;

/// Half the width of the caps of error bars, and the radius of points.
const CAP: f64 = 3.0;
const RADIUS: f64 = 3.2;

/// Order of drawing, from the back.
fn layer(mark: &Mark) -> usize {
    match mark {
        Mark::Heat { .. } => 0,
        Mark::Histogram { .. } => 1,
        Mark::Band { .. } | Mark::Boxes { .. } => 2,
        Mark::Horizontal(_) | Mark::Vertical(_) => 3,
        Mark::Line { .. } => 4,
        Mark::Scatter { .. } | Mark::Coloured { .. } | Mark::Points { .. } => 5,
    }
}

impl View<'_> {
    fn by_layer(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.panel.series.len()).collect();
        order.sort_by_key(|k| layer(&self.panel.series[*k].mark));
        order
    }

    /// Draws what is cut off at the edge of the plot; says whether any series, points included,
    /// has something to show.
    pub(super) fn marks(&self, page: &mut Svg) -> bool {
        let (mut any, mut references) = (false, false);
        for k in self.by_layer() {
            let colour = self.colour(k);
            let series = &self.panel.series[k];
            match &series.mark {
                Mark::Line { x, y, .. } => {
                    let pieces = self.pieces(x, y);
                    any |= !pieces.is_empty();
                    page.path(&pieces, self.stroke(k));
                    // A single point between gaps has no length; show it.
                    for piece in pieces.iter().filter(|piece| piece.len() == 1) {
                        page.disc(piece[0], 1.2, colour, 1.0);
                    }
                }
                Mark::Band { x, middle, half } => {
                    any |= self.band(page, x, middle, half, colour);
                    page.path(&self.pieces(x, middle), self.stroke(k));
                }
                Mark::Boxes { x, values } => any |= self.boxes(page, *x, values, colour),
                Mark::Histogram { .. } => any |= self.histogram(page, k),
                Mark::Heat { values, x, y } => any |= self.heat(page, values, *x, *y),
                Mark::Horizontal(value) => {
                    if self.plan.y.shows(*value) {
                        let (x, at) = (self.plot.x, self.y(*value));
                        page.line((x, at), (x + self.plot.wide, at), self.stroke(k));
                        references = true;
                    }
                }
                Mark::Vertical(value) => {
                    if self.plan.x.shows(*value) {
                        let (y, at) = (self.plot.y, self.x(*value));
                        page.line((at, y), (at, y + self.plot.high), self.stroke(k));
                        references = true;
                    }
                }
                Mark::Points { x, y, error } => {
                    for ((x, y), error) in x.iter().zip(y).zip(error) {
                        if self.visible(*x, *y) && error.is_finite() {
                            self.error_bar(page, (*x, *y), error.abs(), colour);
                        }
                    }
                    any |= self.any_visible(x, y);
                }
                Mark::Scatter { x, y } | Mark::Coloured { x, y, .. } => {
                    any |= self.any_visible(x, y);
                }
            }
        }
        // Reference lines alone are a panel, but do not stand in for data that are missing.
        let is_reference = |mark: &Mark| matches!(mark, Mark::Horizontal(_) | Mark::Vertical(_));
        let mut series = self.panel.series.iter();
        any || references && series.all(|series| is_reference(&series.mark))
    }

    /// Draws the points of all series; they are whole also at the edge of the plot.
    pub(super) fn points(&self, page: &mut Svg) {
        for k in self.by_layer() {
            match &self.panel.series[k].mark {
                Mark::Scatter { x, y } => {
                    let (radius, alpha) = crowd(x.len());
                    for (x, y) in x.iter().zip(y).filter(|(x, y)| self.visible(**x, **y)) {
                        page.disc(self.at(*x, *y), radius, self.colour(k), alpha);
                    }
                }
                Mark::Coloured { x, y, value } => {
                    let Some((span, map)) = &self.plan.values else {
                        continue;
                    };
                    let (radius, _) = crowd(x.len());
                    for ((x, y), value) in x.iter().zip(y).zip(value) {
                        if self.visible(*x, *y) && span.shows(*value) {
                            let colour = map.colour(Map::shade(span.place(*value)));
                            page.disc(self.at(*x, *y), radius, &colour, 1.0);
                        }
                    }
                }
                Mark::Points { x, y, .. } => {
                    for (x, y) in x.iter().zip(y).filter(|(x, y)| self.visible(**x, **y)) {
                        page.disc(self.at(*x, *y), RADIUS, self.colour(k), 1.0);
                    }
                }
                Mark::Boxes { x, values } => {
                    let (radius, alpha) = if values.len() < CROWD {
                        (RADIUS, 0.75)
                    } else {
                        (1.9, 0.5)
                    };
                    for (place, value) in spread(values.len()).zip(values) {
                        let x = x + place * BOX_WIDTH;
                        if self.visible(x, *value) {
                            page.disc(self.at(x, *value), radius, self.colour(k), alpha);
                        }
                    }
                }
                _ => {}
            }
        }
    }

    /// The sample of a series in the legend, its left end at `from`.
    pub(super) fn sample(&self, page: &mut Svg, k: usize, from: (f64, f64)) {
        let (x, y) = from;
        let colour = self.colour(k);
        let middle = (x + SAMPLE / 2.0, y);
        let whole = |page: &mut Svg| page.line((x, y), (x + SAMPLE - 2.0, y), self.stroke(k));
        match &self.panel.series[k].mark {
            Mark::Line { .. } | Mark::Horizontal(_) | Mark::Vertical(_) => whole(page),
            Mark::Band { .. } => {
                page.rect(x, y - 5.0, SAMPLE - 2.0, 10.0, colour, BAND_ALPHA);
                whole(page);
            }
            Mark::Histogram { .. } | Mark::Boxes { .. } => {
                page.rect(
                    x + 4.0,
                    y - 5.0,
                    SAMPLE - 8.0,
                    10.0,
                    colour,
                    HISTOGRAM_ALPHA,
                );
            }
            Mark::Points { .. } => {
                page.line((middle.0, y - 6.0), (middle.0, y + 6.0), line(colour, 1.4));
                page.disc(middle, RADIUS, colour, 1.0);
            }
            Mark::Scatter { .. } | Mark::Coloured { .. } | Mark::Heat { .. } => {
                page.disc(middle, RADIUS, colour, 1.0);
            }
        }
    }

    fn stroke(&self, k: usize) -> Stroke<'static> {
        let series = &self.panel.series[k];
        match series.mark {
            Mark::Horizontal(_) | Mark::Vertical(_) => Stroke {
                colour: GREY,
                width: 1.2,
                dashes: DASHES[series.colour % DASHES.len()],
            },
            _ => {
                let dashed = matches!(series.mark, Mark::Line { dashed: true, .. });
                // A palette that begins anew is told apart by its dashes.
                let round = series.colour / PALETTE.len();
                let dashes = match (dashed, round) {
                    (true, _) => DASHES[0],
                    (false, 0) => "",
                    (false, round) => DASHES[round % DASHES.len()],
                };
                Stroke {
                    colour: self.colour(k),
                    width: if series.thin { 0.9 } else { 1.8 },
                    dashes,
                }
            }
        }
    }

    fn shows(&self, x: f64, y: f64) -> bool {
        self.plan.x.shows(x) && self.plan.y.shows(y)
    }

    fn visible(&self, x: f64, y: f64) -> bool {
        self.shows(x, y) && self.plan.x.contains(x) && self.plan.y.contains(y)
    }

    fn any_visible(&self, x: &[f64], y: &[f64]) -> bool {
        x.iter().zip(y).any(|(x, y)| self.visible(*x, *y))
    }

    /// The points of a line on the page, in pieces between gaps.
    fn pieces(&self, x: &[f64], y: &[f64]) -> Vec<Vec<(f64, f64)>> {
        let mut pieces = Vec::new();
        let mut piece = Vec::new();
        for (x, y) in x.iter().zip(y) {
            if self.shows(*x, *y) {
                piece.push(self.at(*x, *y));
            } else if !piece.is_empty() {
                pieces.push(std::mem::take(&mut piece));
            }
        }
        if !piece.is_empty() {
            pieces.push(piece);
        }
        pieces.into_iter().map(thinned).collect()
    }

    fn error_bar(&self, page: &mut Svg, (x, y): (f64, f64), error: f64, colour: &str) {
        let at = self.x(x);
        let top = self.y(y + error);
        // On a logarithmic axis, a bar that reaches 0 goes down to the axis.
        let low = y - error;
        let bottom = if self.plan.y.shows(low) {
            self.y(low)
        } else {
            self.y(self.plan.y.low())
        };
        let bar = vec![(at, top), (at, bottom)];
        let cap = |y: f64| vec![(at - CAP, y), (at + CAP, y)];
        page.path(&[bar, cap(top), cap(bottom)], line(colour, 1.4));
    }

    fn band(&self, page: &mut Svg, x: &[f64], middle: &[f64], half: &[f64], colour: &str) -> bool {
        let floor = self.plan.y.low();
        let clipped = |value: f64| {
            if self.plan.y.shows(value) {
                value
            } else {
                floor
            }
        };
        let (mut upper, mut lower) = (Vec::new(), Vec::new());
        let mut polygons = Vec::new();
        let mut close = |upper: &mut Vec<(f64, f64)>, lower: &mut Vec<(f64, f64)>| {
            let mut polygon = thinned(std::mem::take(upper));
            polygon.extend(thinned(std::mem::take(lower)).into_iter().rev());
            if polygon.len() > 3 {
                polygons.push(polygon);
            }
        };
        for ((x, middle), half) in x.iter().zip(middle).zip(half) {
            if self.shows(*x, *middle) && half.is_finite() {
                upper.push(self.at(*x, clipped(middle + half)));
                lower.push(self.at(*x, clipped(middle - half)));
            } else {
                close(&mut upper, &mut lower);
            }
        }
        close(&mut upper, &mut lower);
        page.fill(&polygons, colour, BAND_ALPHA);
        x.iter().zip(middle).any(|(x, y)| self.shows(*x, *y))
    }

    fn boxes(&self, page: &mut Svg, x: f64, values: &[f64], colour: &str) -> bool {
        let shown = values.iter().copied().filter(|v| self.shows(x, *v));
        let shown: Vec<f64> = shown.collect();
        let config = BoxPlotConfig {
            quartiles: Quartiles::Interpolated(Quantile::Midpoint),
            ..BoxPlotConfig::default()
        };
        let Ok(found) = box_plot(&shown, &config) else {
            return false;
        };
        let (left, right) = (self.x(x - BOX_WIDTH / 2.0), self.x(x + BOX_WIDTH / 2.0));
        let (middle, cap) = (self.x(x), (right - left) / 4.0);
        if shown.len() < FEWEST {
            let median = self.y(found.median);
            page.line((left, median), (right, median), line(colour, 2.4));
            return true;
        }
        let [low, bottom, median, top, high] = [
            found.lower_whisker,
            found.lower_quartile,
            found.median,
            found.upper_quartile,
            found.upper_whisker,
        ]
        .map(|value| self.y(value));
        let corners = vec![(left, bottom), (right, bottom), (right, top), (left, top)];
        page.fill(std::slice::from_ref(&corners), colour, BAND_ALPHA);
        let mut outline = corners;
        outline.push((left, bottom));
        let whisker = |from: f64, to: f64| vec![(middle, from), (middle, to)];
        let end = |y: f64| vec![(middle - cap, y), (middle + cap, y)];
        let frame = [
            outline,
            whisker(bottom, low),
            whisker(top, high),
            end(low),
            end(high),
        ];
        page.path(&frame, line(colour, 1.2));
        page.line((left, median), (right, median), line(colour, 2.4));
        true
    }

    fn histogram(&self, page: &mut Svg, k: usize) -> bool {
        let counts = &self.plan.bins.counts[k];
        let floor = self.plot.y + self.plot.high;
        let mut outline = Vec::new();
        for (edges, count) in self.plan.bins.edges.windows(2).zip(counts) {
            let y = if *count > 0.0 { self.y(*count) } else { floor };
            outline.extend([(self.x(edges[0]), y), (self.x(edges[1]), y)]);
        }
        let (Some(first), Some(last)) = (outline.first(), outline.last()) else {
            return false;
        };
        let (first, last) = ((first.0, floor), (last.0, floor));
        outline.insert(0, first);
        outline.push(last);
        page.fill(
            std::slice::from_ref(&outline),
            self.colour(k),
            HISTOGRAM_ALPHA,
        );
        page.path(&[outline], line(self.colour(k), 1.4));
        counts.iter().any(|count| *count > 0.0)
    }

    fn heat(
        &self,
        page: &mut Svg,
        values: &nalgebra::DMatrix<f64>,
        x: (f64, f64),
        y: (f64, f64),
    ) -> bool {
        let Some((span, map)) = &self.plan.values else {
            return false;
        };
        let (rows, columns) = values.shape();
        // One element for each shade, and neighbours of one shade in a row are one tile: a matrix
        // of 200 x 200 stays a small file.
        let mut tiles = vec![Vec::new(); SHADES];
        let edge = |k: usize, of: usize, ends: (f64, f64)| {
            ends.0 + (ends.1 - ends.0) * k as f64 / of as f64
        };
        for row in 0..rows {
            let sides = (self.y(edge(row, rows, y)), self.y(edge(row + 1, rows, y)));
            let (top, bottom) = (sides.0.min(sides.1), sides.0.max(sides.1));
            let mut column = 0;
            while column < columns {
                let shade = shade_of(span, values[(row, column)]);
                let first = column;
                while column < columns && shade_of(span, values[(row, column)]) == shade {
                    column += 1;
                }
                if let Some(shade) = shade {
                    let ends = (
                        self.x(edge(first, columns, x)),
                        self.x(edge(column, columns, x)),
                    );
                    let (left, right) = (ends.0.min(ends.1), ends.0.max(ends.1));
                    tiles[shade].push((left, top, right, bottom));
                }
            }
        }
        let mut any = false;
        for (shade, tiles) in tiles
            .iter()
            .enumerate()
            .filter(|(_, tiles)| !tiles.is_empty())
        {
            page.tiles(tiles, &map.colour(shade));
            any = true;
        }
        any
    }
}

const BAND_ALPHA: f64 = 0.22;
const HISTOGRAM_ALPHA: f64 = 0.45;

/// Width of the box of a box plot in units of x.
const BOX_WIDTH: f64 = 0.56;

/// With fewer values there are no quartiles worth a box; with fewer than a crowd, points are large.
const FEWEST: usize = 5;
const CROWD: usize = 25;

/// Places from -0.4 to 0.4 for points side by side, without a pattern: fractions of the golden ratio.
fn spread(count: usize) -> impl Iterator<Item = f64> {
    (0..count).map(|k| 0.8 * ((k as f64 + 0.5) * 0.618_033_988_75).fract() - 0.4)
}

fn shade_of(span: &Span, value: f64) -> Option<usize> {
    span.shows(value).then(|| Map::shade(span.place(value)))
}

/// Radius and opacity of points, by their number.
fn crowd(count: usize) -> (f64, f64) {
    match count {
        0..=150 => (RADIUS, 0.85),
        151..=1000 => (2.4, 0.6),
        _ => (1.6, 0.4),
    }
}

/// A line that runs to the right, with the first, lowest, highest and last point of each half
/// pixel; any other line as it is.
fn thinned(points: Vec<(f64, f64)>) -> Vec<(f64, f64)> {
    let runs_right = points.windows(2).all(|pair| pair[0].0 <= pair[1].0);
    if points.len() <= MANY || !runs_right {
        return points;
    }
    let column = |point: &(f64, f64)| (point.0 * 2.0).floor();
    let mut thin = Vec::new();
    for group in points.chunk_by(|a, b| column(a) == column(b)) {
        if group.len() <= 4 {
            thin.extend_from_slice(group);
            continue;
        }
        let by_height = |a: &usize, b: &usize| group[*a].1.total_cmp(&group[*b].1);
        let lowest = (0..group.len()).min_by(by_height).unwrap_or(0);
        let highest = (0..group.len()).max_by(by_height).unwrap_or(0);
        let mut kept = vec![0, lowest, highest, group.len() - 1];
        kept.sort_unstable();
        kept.dedup();
        thin.extend(kept.into_iter().map(|k| group[k]));
    }
    thin
}
