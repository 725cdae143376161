//! Panels that several figures share.

use nalgebra::DMatrix;

use crate::derivative_feedback::group::{Group, Run};
use crate::derivative_feedback::measured::{Course, Measured, Ring, Stage};
use crate::study::trained;
use crate::{Error, Panel};

pub(super) use crate::study::Sheet;

/// Time between two states of a course (s).
const COURSE_STEP: f64 = 0.1;

/// A quantity of a stage, its name, and its place in the palette.
pub(super) type Quantity<'a> = (&'a str, usize, fn(&Stage) -> f64);

impl Sheet {
    /// Adds a panel of quantities against the trials of learning, a line for each run; `baseline`
    /// draws the decoding error of unperturbed rings.
    pub(super) fn over_trials(
        &mut self,
        letter: &str,
        panel: Panel,
        runs: &[(&Measured, &Ring)],
        quantities: &[Quantity<'_>],
        baseline: bool,
    ) -> Result<(), Error> {
        let mut curves = Vec::new();
        for (quantity, colour, value) in quantities {
            for (network, ring) in runs {
                let stages = ring.stages.iter();
                let points = stages.map(|stage| (stage.trial as f64, value(stage)));
                curves.push((*network, (*quantity).into(), *colour, points.collect()));
            }
        }
        let panel = match runs.first() {
            Some((_, ring)) if baseline => {
                panel.horizontal("before the perturbation", ring.baseline)
            }
            _ => panel,
        };
        self.curves(letter, panel, curves)
    }

    /// Adds a panel of quantities after learning against the depth of the perturbation: a point for
    /// each run, a line through the means.
    pub(super) fn over_depths(
        &mut self,
        letter: &str,
        panel: Panel,
        runs: &[(&Measured, &Ring)],
        quantities: &[Quantity<'_>],
        baseline: bool,
    ) -> Result<(), Error> {
        let mut panel = match runs.first() {
            Some((_, ring)) if baseline => {
                panel.horizontal("before the perturbation", ring.baseline)
            }
            _ => panel,
        };
        let mut largest = runs.first().map_or(0.0, |(_, ring)| ring.baseline);
        for (quantity, colour, value) in quantities {
            let mut points = Vec::new();
            for (network, ring) in runs {
                let Some(run) = run_of(network) else { continue };
                let point = (f64::from(run.depth), value(ring.last()));
                self.note(*network, letter, quantity, [point])?;
                points.push(point);
            }
            let mut depths: Vec<f64> = points.iter().map(|p| p.0).collect();
            depths.dedup();
            let mean = |depth: f64| {
                let of_depth = points.iter().filter(|p| p.0 == depth && p.1.is_finite());
                let (sum, count) = of_depth.fold((0.0, 0.0), |(s, n), p| (s + p.1, n + 1.0));
                sum / count
            };
            let finite = points.iter().map(|p| p.1).filter(|y| y.is_finite());
            largest = finite.fold(largest, f64::max);
            let means: Vec<f64> = depths.iter().map(|depth| mean(*depth)).collect();
            let (x, y): (Vec<f64>, Vec<f64>) = points.into_iter().unzip();
            panel = panel.line(quantity, &depths, &means).in_colour(*colour);
            panel = panel.scatter("", &x, &y).in_colour(*colour);
        }
        if !runs.is_empty() {
            let high = if largest > 0.0 { 1.06 * largest } else { 1.0 };
            self.push(panel.x_range(0.0, 35.0).y_range(0.0, high));
        }
        Ok(())
    }

    /// Adds a panel of the rates at the end of the delay: unit against stimulus.
    pub(super) fn pattern(
        &mut self,
        letter: &str,
        title: &str,
        network: &Measured,
        angles: &[f64],
        pattern: &[Vec<f64>],
    ) -> Result<(), Error> {
        if pattern.is_empty() {
            return Ok(());
        }
        for (rates, stimulus) in pattern.iter().zip(angles) {
            let points = angles.iter().copied().zip(rates.iter().copied());
            self.note(network, letter, &format!("stimulus {stimulus:.4}"), points)?;
        }
        let n = angles.len();
        let rates = DMatrix::from_fn(n, n, |i, s| pattern[s][i]);
        let edges = edges(angles);
        let title = self.title(letter, &format!("{title}, seed {}", network.seed));
        let panel = Panel::new(&title, "Stimulus (rad)", "Unit (rad)");
        self.push(panel.heat_map(&rates, edges, edges, "Rate at the end (Hz)"));
        Ok(())
    }

    /// Adds a panel of successive trials: unit against time.
    pub(super) fn courses(
        &mut self,
        letter: &str,
        title: &str,
        network: &Measured,
        angles: &[f64],
        courses: &[Course],
    ) -> Result<(), Error> {
        let columns: Vec<&Vec<f64>> = courses.iter().flat_map(|c| &c.rates).collect();
        if columns.is_empty() {
            return Ok(());
        }
        let trial = |course: &Course| COURSE_STEP * course.rates.len() as f64;
        let mut start = 0.0;
        for course in courses {
            let centre = |k: usize| course.rates[k][course.stimulus];
            let time = |k: usize| start + COURSE_STEP * k as f64;
            let points = (0..course.rates.len()).map(|k| (time(k), centre(k)));
            let at = angles[course.stimulus];
            self.note(network, letter, &format!("unit at {at:.4}"), points)?;
            start += trial(course);
        }
        let rates = DMatrix::from_fn(angles.len(), columns.len(), |i, k| columns[k][i]);
        let title = self.title(letter, &format!("{title}, seed {}", network.seed));
        let panel = Panel::new(&title, "Time (s)", "Unit (rad)");
        self.push(panel.heat_map(&rates, (0.0, start), edges(angles), "Rate (Hz)"));
        Ok(())
    }
}

/// Outer edges of units on a ring.
fn edges(angles: &[f64]) -> (f64, f64) {
    let half = std::f64::consts::PI / angles.len() as f64;
    (angles[0] - half, angles[angles.len() - 1] + half)
}

/// The learning run that a file is of.
pub(super) fn run_of(network: &Measured) -> Option<Run> {
    match network.group {
        Group::Learning(run) => Some(run),
        Group::Homogeneous | Group::Unlearned => None,
    }
}

/// Runs of rings of some groups that came to their end.
pub(super) fn rings<'a>(
    networks: &[&'a Measured],
    groups: &[Group],
) -> Vec<(&'a Measured, &'a Ring)> {
    let found = trained(networks).filter(|(network, _)| groups.contains(&network.group));
    found
        .filter_map(|(network, found)| Some((network, found.ring()?)))
        .collect()
}

/// A number that may not exist, which panels leave out.
pub(super) fn or_nan(value: Option<f64>) -> f64 {
    value.unwrap_or(f64::NAN)
}

/// Relative spread of the selectivity.
pub(super) fn heterogeneity(stage: &Stage) -> f64 {
    or_nan(stage.heterogeneity)
}
