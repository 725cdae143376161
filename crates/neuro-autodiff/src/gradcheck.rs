//! Whether a gradient is right: comparison with central differences.
//!
//! With a step `h` scaled to each coordinate, `h = step * max(1, |x_i|)`,
//!
//! ```equation
//! D(h) = (f(x + h e_i) - f(x - h e_i)) / 2h              error of order h^2
//! (4 D(h/2) - D(h)) / 3                                  Richardson extrapolation, order h^4
//! ```
//!
//! [`check_gradient`] takes any function; the others take one implementation of a trait of this
//! crate, so that a user's own transform, loss or regulariser can be checked in one line. f64 only:
//! f32 leaves too few digits after the difference.
//!
//! Where a function has a kink (a rectification at 0, a norm at 0) a difference across it agrees
//! with no gradient: choose points further from kinks than the step.

use std::fmt;

use neuro_core::{Batch, Domain, Streams, Trajectory};
use rand::RngExt;

use crate::loss::{Loss, StateRegularizer, WeightRegularizer};
use crate::{Error, Parameters, Transform};

/// How a gradient is checked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GradientOptions {
    /// Step of the difference for coordinates up to size 1, in proportion to larger ones; default
    /// 1e-3 (good with extrapolation; 1e-5 without), above 0.
    pub step: f64,
    /// Whether to extrapolate to step 0, which takes two more evaluations a coordinate; default
    /// true.
    pub richardson: bool,
    /// Number of coordinates to check, drawn without replacement; default all.
    pub sample: Option<usize>,
    /// Seed of that draw and of the weights of [`check_transform`]; default 0.
    pub seed: u64,
    /// Components below this size are compared absolutely: the relative error divides by at least
    /// this. Default 1e-6, above 0.
    pub floor: f64,
}

impl Default for GradientOptions {
    fn default() -> Self {
        Self {
            step: 1e-3,
            richardson: true,
            sample: None,
            seed: 0,
            floor: 1e-6,
        }
    }
}

/// How far a gradient is from central differences, at its worst coordinate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GradientReport {
    /// Number of coordinates that were checked.
    pub checked: usize,
    /// The coordinate of the largest relative error.
    pub worst: usize,
    /// The gradient's component there.
    pub gradient: f64,
    /// The difference quotient there.
    pub difference: f64,
    /// `|gradient - difference|` there; infinite when one is not a number.
    pub absolute_error: f64,
    /// The absolute error over the larger of `|gradient|`, `|difference|` and the floor.
    pub relative_error: f64,
}

impl GradientReport {
    /// Whether no relative error exceeds `tolerance` (1e-7 is usual). False when nothing was
    /// checked.
    #[must_use]
    pub fn passes(&self, tolerance: f64) -> bool {
        self.checked > 0 && self.relative_error <= tolerance
    }
}

impl fmt::Display for GradientReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} coordinates, worst {}: gradient {:e}, difference {:e}, error {:.1e} (relative {:.1e})",
            self.checked,
            self.worst,
            self.gradient,
            self.difference,
            self.absolute_error,
            self.relative_error
        )
    }
}

/// Compares `gradient` with central differences of `loss` at the point `at`.
///
/// ```
/// use neuro_autodiff::gradcheck::{GradientOptions, check_gradient};
///
/// let energy = |x: &[f64]| 0.5 * (x[0] * x[0] + x[1].cos());
/// let at = [0.3, -2.0_f64];
/// let right = [at[0], -0.5 * at[1].sin()];
/// let report = check_gradient(energy, &at, &right, &GradientOptions::default())?;
/// assert!(report.passes(1e-9), "{report}");
/// let wrong = [at[0], 0.5 * at[1].sin()];
/// let report = check_gradient(energy, &at, &wrong, &GradientOptions::default())?;
/// assert!(!report.passes(1e-2) && report.worst == 1);
/// # Ok::<(), neuro_autodiff::Error>(())
/// ```
///
/// # Errors
/// [`neuro_core::Error::Length`] when `gradient` is not as long as `at`,
/// [`neuro_core::Error::NonFinite`] when `at` is not finite, and
/// [`neuro_core::Error::OutOfRange`] when `step` or `floor` is not above 0.
pub fn check_gradient(
    mut loss: impl FnMut(&[f64]) -> f64,
    at: &[f64],
    gradient: &[f64],
    options: &GradientOptions,
) -> Result<GradientReport, Error> {
    use neuro_core::Error as Core;
    Core::check_length("gradient", at.len(), gradient.len())?;
    Core::check_finite("point of a gradient check", at)?;
    for (what, value) in [
        ("step of a gradient check", options.step),
        ("floor of a gradient check", options.floor),
    ] {
        let holds = value > 0.0 && value.is_finite();
        Core::check_range(what, "a finite number above 0", value, holds)?;
    }
    let mut x = at.to_vec();
    let mut report = GradientReport {
        checked: 0,
        worst: 0,
        gradient: 0.0,
        difference: 0.0,
        absolute_error: 0.0,
        relative_error: -1.0,
    };
    for i in coordinates(at.len(), options) {
        let mut quotient = |h: f64| {
            // The step as it is after rounding, not as it was meant.
            let (above, below) = (at[i] + h, at[i] - h);
            x[i] = above;
            let high = loss(&x);
            x[i] = below;
            let low = loss(&x);
            x[i] = at[i];
            (high - low) / (above - below)
        };
        let h = options.step * at[i].abs().max(1.0);
        let difference = if options.richardson {
            (4.0 * quotient(h / 2.0) - quotient(h)) / 3.0
        } else {
            quotient(h)
        };
        let mut absolute_error = (gradient[i] - difference).abs();
        if absolute_error.is_nan() {
            absolute_error = f64::INFINITY;
        }
        let size = gradient[i].abs().max(difference.abs()).max(options.floor);
        let relative_error = if absolute_error.is_finite() {
            absolute_error / size
        } else {
            f64::INFINITY
        };
        report.checked += 1;
        if relative_error > report.relative_error {
            report = GradientReport {
                checked: report.checked,
                worst: i,
                gradient: gradient[i],
                difference,
                absolute_error,
                relative_error,
            };
        }
    }
    report.relative_error = report.relative_error.max(0.0);
    Ok(report)
}

/// The coordinates to check, ascending.
fn coordinates(length: usize, options: &GradientOptions) -> Vec<usize> {
    let mut all: Vec<usize> = (0..length).collect();
    if let Some(sample) = options.sample.filter(|s| *s < length) {
        let mut rng = Streams::new(options.seed).rng(Domain::Analysis, 0);
        for k in 0..sample {
            all.swap(k, rng.random_range(k..length));
        }
        all.truncate(sample);
        all.sort_unstable();
    }
    all
}

/// Checks `pull_back` of a transform of a `rows x columns` matrix at `raw`, through a randomly
/// weighted sum of the effective values.
///
/// # Errors
/// What the transform's `validate` and [`check_gradient`] find, and
/// [`neuro_core::Error::OutOfRange`] when `raw` does not fill whole columns.
pub fn check_transform(
    transform: &dyn Transform<f64>,
    rows: usize,
    raw: &[f64],
    options: &GradientOptions,
) -> Result<GradientReport, Error> {
    neuro_core::Error::check_finite("raw values", raw)?;
    let columns = raw.len().checked_div(rows).unwrap_or(0);
    neuro_core::Error::check_length("raw values in whole columns", rows * columns, raw.len())?;
    transform.validate(rows, columns)?;
    let mut weights = vec![0.0; raw.len()];
    Streams::new(options.seed)
        .normals(Domain::Analysis, 1)
        .fill(&mut weights);
    let mut gradient = weights.clone();
    transform.pull_back(rows, raw, &mut gradient);
    let mut effective = vec![0.0; raw.len()];
    let sum = |raw: &[f64]| {
        transform.apply(rows, raw, &mut effective);
        effective.iter().zip(&weights).map(|(e, w)| e * w).sum()
    };
    check_gradient(sum, raw, &gradient, options)
}

/// Checks the gradient of a loss with respect to all outputs. Also finds a loss that does not write
/// every component at its steps, or depends on outputs outside of them.
///
/// # Errors
/// What the loss's `validate` and [`check_gradient`] find; [`neuro_core::Error::Length`] when the outputs
/// are not those of the batch.
pub fn check_loss(
    loss: &dyn Loss<f64>,
    outputs: &Trajectory<f64>,
    batch: &Batch<f64>,
    options: &GradientOptions,
) -> Result<GradientReport, Error> {
    loss.validate(batch, outputs.units())?;
    check_steps("outputs", outputs, batch)?;
    let scale = 1.0 / batch.trials() as f64;
    let mut gradient = Trajectory::zeros(outputs.units(), outputs.trials(), outputs.steps());
    for step in loss.steps(batch) {
        gradient.step_mut(step).fill(f64::NAN);
    }
    let mut scratch = gradient.clone();
    loss.evaluate(outputs, batch, scale, &mut gradient);
    let mut moved = outputs.clone();
    let cost = |z: &[f64]| {
        moved.as_mut_slice().copy_from_slice(z);
        loss.evaluate(&moved, batch, scale, &mut scratch)
    };
    check_gradient(cost, outputs.as_slice(), gradient.as_slice(), options)
}

/// Checks the gradient of a cost of states at all steps of `states` together, and that it is added
/// to what was there.
///
/// # Errors
/// What [`check_gradient`] finds; [`neuro_core::Error::Length`] when the states are not those of the batch.
pub fn check_state_regularizer(
    regularizer: &dyn StateRegularizer<f64>,
    states: &Trajectory<f64>,
    batch: &Batch<f64>,
    options: &GradientOptions,
) -> Result<GradientReport, Error> {
    check_steps("states", states, batch)?;
    let scale = 1.0 / batch.trials() as f64;
    let block = (states.units() * states.trials()).max(1);
    let total = |x: &[f64], d: &mut [f64]| -> f64 {
        let blocks = x.chunks_exact(block).zip(d.chunks_exact_mut(block));
        let costs = blocks
            .enumerate()
            .map(|(step, (x, d))| regularizer.accumulate(step, x, batch, scale, d));
        costs.sum()
    };
    let mut gradient = vec![1.0; states.as_slice().len()];
    total(states.as_slice(), &mut gradient);
    gradient.iter_mut().for_each(|g| *g -= 1.0);
    let mut scratch = gradient.clone();
    let cost = |x: &[f64]| total(x, &mut scratch);
    check_gradient(cost, states.as_slice(), &gradient, options)
}

/// Checks that something has the trials and steps of a batch.
fn check_steps(what: &str, found: &Trajectory<f64>, batch: &Batch<f64>) -> Result<(), Error> {
    use neuro_core::Error as Core;
    Core::check_length(
        &format!("trials of the {what}"),
        batch.trials(),
        found.trials(),
    )?;
    Core::check_length(
        &format!("steps of the {what}"),
        batch.steps(),
        found.steps(),
    )?;
    Ok(())
}

/// Checks the gradient of a cost of raw parameters, and that it is added to what was there.
///
/// Untrainable parameters are held fixed: their components are compared with 0.
///
/// # Errors
/// What [`check_gradient`] finds.
pub fn check_weight_regularizer(
    regularizer: &dyn WeightRegularizer<f64>,
    parameters: &Parameters<f64>,
    options: &GradientOptions,
) -> Result<GradientReport, Error> {
    let mut gradient = vec![1.0; parameters.len()];
    regularizer.accumulate(parameters, &mut gradient);
    gradient.iter_mut().for_each(|g| *g -= 1.0);
    let mut moved = parameters.clone();
    let mut scratch = gradient.clone();
    let cost = |raw: &[f64]| {
        moved.update(|all| {
            for range in parameters.trainable_ranges() {
                all[range.clone()].copy_from_slice(&raw[range]);
            }
        });
        regularizer.accumulate(&moved, &mut scratch)
    };
    check_gradient(cost, parameters.raw_values(), &gradient, options)
}
