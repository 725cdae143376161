//! Fixed points and slow points of a flow, and what the dynamics are like around them.
//!
//! For `dx/dt = f(x)` with Jacobian `J[i, j] = df_i / dx_j`, the search descends from many starts on
//! `q(x) = |f(x)|^2 / 2` (state^2/time^2), whose gradient is `J^T f`. Where it ends,
//!
//! - `q <= tol_q` is a **fixed point**: the state stays;
//! - a local minimum of `q` above that is a **slow point** when the speed `|f|` is at most
//!   `slow_speed`: there is no zero, but the state lingers (the ghost of a saddle-node, a slow
//!   manifold);
//! - anything else is not a point of the flow and is handed back as unsettled.
//!
//! Points are made unique, far ones are dropped, and each is classified by the eigenvalues of its
//! Jacobian ([`Stability`]). [`sample_starts`] draws starts from a trajectory; [`continuum`] asks
//! whether the points are pieces of a line or a ring. The steps are public on their own: [`descend`],
//! [`keep_unique`], [`drop_outliers`], [`FixedPoint::classify`].
//!
//! # Why not Adam
//!
//! The toolbox that this follows descends with Adam on all starts together, in thousands of steps,
//! because its networks know gradients only. A [`Linearize`] system knows its Jacobian, and damped
//! Gauss–Newton steps (Levenberg–Marquardt, with the Hessian of `q` where they come to rest) then
//! take tens. On a random network of 256 units (`dx/dt = -x + J tanh(x)`, gain 1.5) and 50 normal
//! starts, all descents ended after 36 steps on average (4 s on one core), 28 at zeros of `f` and
//! the others at minima of `q`; 5000 steps of Adam on the whole batch (12 s, with the gradient of
//! this network in closed form and a learning rate falling linearly from 0.1, 0.01 or 0.001) reached
//! `q <= 1e-12` from none, and a median `q` of 7e-5 at best.
//!
//! Each start descends alone, because the product `J^T J` costs far more than the right-hand side
//! that a batch would share; its result does not depend on the other starts. With second-order steps
//! there is nothing that a second run on points of large `q` would improve.
//!
//! # What it does not do
//!
//! It finds what its starts lead to, with no promise that this is all. `tol_q` is absolute: a ghost
//! slower than `sqrt(2 tol_q)` counts as fixed, and so does the far end of a flow that dies out
//! without stopping, such as `dx/dt = exp(-x)` (the outlier filter is for that). Inputs are part of
//! the system; a system that depends on time is frozen at `t`. Maps need `f(x) = F(x) - x`, whose
//! eigenvalues are those of the map less 1, so that the classes, which are those of flows, do not
//! apply. Where `f` has kinks (rectified units), `q` can have minima without a flat place; they end
//! as [`Ending::Limit`].
//!
//! Sources: D. Sussillo & O. Barak 2013, Neural Comput. 25, 626 (`q`, slow points); M. Golub &
//! D. Sussillo 2018, J. Open Source Softw. 3, 1003 (tolerances and filters).

mod continuum;
mod descent;
mod filter;
mod stability;
mod starts;
#[cfg(test)]
mod tests;

pub use continuum::{Continuum, continuum};
pub use filter::{Filtered, drop_outliers, keep_unique};
pub use stability::Stability;
pub use starts::sample_starts;

use nalgebra::{DMatrix, DVector};
use neuro_core::Linearize;

use crate::{Error, Spectrum};
use descent::Descender;

/// Tolerances and bounds of a search.
#[derive(Clone, Debug, PartialEq)]
pub struct FixedPointConfig {
    /// Largest `q` of a fixed point, in state^2/time^2; above 0. Default 1e-12.
    pub tol_q: f64,
    /// Steps of one descent, each one linear system of the size of the state; at least 1. Default
    /// 1000.
    pub max_iterations: usize,
    /// Largest speed `|f|` of a slow point, in state/time; at least 0, and 0 for none. Default 0.
    pub slow_speed: f64,
    /// Euclidean distance, in the unit of the state, below which two points are one; at least 0.
    /// Default 1e-3.
    pub tol_unique: f64,
    /// Points further from the mean of the starts than this many mean distances of the starts
    /// from it are dropped; above 0, infinite to keep all. Default 10.
    pub outlier_distance_scale: f64,
    /// Modulus of the real part of an eigenvalue, in 1/time, below which its mode neither grows nor
    /// decays, and of the imaginary part below which it does not turn; at least 0. Default 1e-4.
    pub marginal_rate: f64,
}

impl Default for FixedPointConfig {
    fn default() -> Self {
        Self {
            tol_q: 1e-12,
            max_iterations: 1000,
            slow_speed: 0.0,
            tol_unique: 1e-3,
            outlier_distance_scale: 10.0,
            marginal_rate: 1e-4,
        }
    }
}

impl FixedPointConfig {
    /// Checks every field.
    ///
    /// # Errors
    /// [`neuro_core::Error::OutOfRange`] for the first field outside its range.
    pub fn validate(&self) -> Result<(), Error> {
        let check = neuro_core::Error::check_range;
        let positive = |x: f64| x > 0.0 && x.is_finite();
        let not_negative = |x: f64| x >= 0.0 && x.is_finite();
        let (above, least) = ("a finite value above 0", "a finite value of at least 0");
        check("tol_q", above, self.tol_q, positive(self.tol_q))?;
        let iterations = self.max_iterations;
        check(
            "max_iterations",
            "at least 1",
            iterations as f64,
            iterations > 0,
        )?;
        for (what, value) in [
            ("slow_speed", self.slow_speed),
            ("tol_unique", self.tol_unique),
            ("marginal_rate", self.marginal_rate),
        ] {
            check(what, least, value, not_negative(value))?;
        }
        let scale = self.outlier_distance_scale;
        check("outlier_distance_scale", "above 0", scale, scale > 0.0)?;
        Ok(())
    }
}

/// How a descent ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Ending {
    /// `q` is at most `tol_q`.
    Zero,
    /// A local minimum of `q` above `tol_q`: no step can lower `q` by more than 1e-9 of itself, and
    /// its Hessian is positive but for flat directions.
    Minimum,
    /// Neither: all steps are spent, or 50 of them together lowered `q` by less than 1e-9 of itself.
    Limit,
}

/// The end of one descent.
#[derive(Clone, Debug, PartialEq)]
pub struct Descent {
    /// The last state, of the lowest `q` on the way.
    pub state: DVector<f64>,
    /// `|f|^2 / 2` there.
    pub q: f64,
    /// Index of the start.
    pub start: usize,
    /// Steps tried.
    pub iterations: usize,
    /// Why it ended.
    pub ending: Ending,
}

impl Descent {
    /// The speed `|f|` at the last state, in state/time.
    #[must_use]
    pub fn speed(&self) -> f64 {
        (2.0 * self.q).sqrt()
    }
}

/// Whether the state stays or lingers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PointKind {
    /// `q` is at most `tol_q`.
    Fixed,
    /// A local minimum of `q` above `tol_q` with a speed of at most `slow_speed`.
    Slow,
}

/// A fixed or slow point.
#[derive(Clone, Debug, PartialEq)]
pub struct FixedPoint {
    /// The state.
    pub state: DVector<f64>,
    /// `|f|^2 / 2` there.
    pub q: f64,
    /// The speed `|f|`, in state/time.
    pub speed: f64,
    /// Fixed or slow.
    pub kind: PointKind,
    /// Steps of the descent.
    pub iterations: usize,
    /// Whether the descent arrived: at a zero, or at a local minimum of `q`. False for a slow point
    /// whose descent ended otherwise: `q` may be lower nearby.
    pub converged: bool,
    /// Index of the start that led here.
    pub start: usize,
    /// Eigenvalues of the Jacobian, in 1/time.
    pub spectrum: Spectrum,
    /// What they say.
    pub stability: Stability,
}

impl FixedPoint {
    /// The point at the end of a descent, or `None` when that is neither fixed nor slow.
    ///
    /// # Errors
    /// [`neuro_core::Error::Shape`] when the state has another length than the system's,
    /// [`neuro_core::Error::NonFinite`] for a Jacobian that is not finite,
    /// [`neuro_core::Error::NoConvergence`].
    pub fn classify<S: Linearize>(
        system: &S,
        t: f64,
        descent: &Descent,
        config: &FixedPointConfig,
    ) -> Result<Option<Self>, Error> {
        let n = system.dim();
        neuro_core::Error::check_length("state of a fixed point", n, descent.state.len())?;
        let Some(kind) = kind_of(descent, config) else {
            return Ok(None);
        };
        let mut jacobian = DMatrix::zeros(n, n);
        system.jacobian(t, descent.state.as_slice(), &mut jacobian);
        let spectrum = Spectrum::of(&jacobian)?;
        Ok(Some(Self {
            state: descent.state.clone(),
            q: descent.q,
            speed: descent.speed(),
            kind,
            iterations: descent.iterations,
            converged: descent.ending != Ending::Limit,
            start: descent.start,
            stability: Stability::of(&spectrum, config.marginal_rate),
            spectrum,
        }))
    }
}

fn kind_of(descent: &Descent, config: &FixedPointConfig) -> Option<PointKind> {
    if descent.q <= config.tol_q {
        Some(PointKind::Fixed)
    } else if descent.speed() <= config.slow_speed {
        Some(PointKind::Slow)
    } else {
        None
    }
}

/// What a search found.
#[derive(Clone, Debug, PartialEq)]
pub struct FixedPoints {
    /// The unique points, in the order of their starts.
    pub points: Vec<FixedPoint>,
    /// Number of fixed or slow ends removed because a point of lower `q` was nearby.
    pub duplicates: usize,
    /// Number of unique points removed because they lay too far out.
    pub outliers: usize,
    /// Descents that ended neither at a fixed nor at a slow point: minima of `q` that are too fast,
    /// and descents that reached neither.
    pub unsettled: Vec<Descent>,
}

impl FixedPoints {
    /// Number of points of one kind.
    #[must_use]
    pub fn count(&self, kind: PointKind) -> usize {
        self.points.iter().filter(|p| p.kind == kind).count()
    }
}

/// Descends from each start, one a column (`units x starts`), on `q` of a system frozen at time `t`.
///
/// The results are in the order of the starts, and each depends on its own start only.
///
/// # Errors
/// [`neuro_core::Error::Empty`] without starts or units, [`neuro_core::Error::Shape`] when the
/// columns do not have the length of a state, [`neuro_core::Error::NonFinite`] for starts, and for
/// a right-hand side at a start or a Jacobian on the way, that are not finite; what
/// [`FixedPointConfig::validate`] finds; [`neuro_core::Error::NoConvergence`].
pub fn descend<S: Linearize>(
    system: &S,
    t: f64,
    starts: &DMatrix<f64>,
    config: &FixedPointConfig,
) -> Result<Vec<Descent>, Error> {
    config.validate()?;
    let what = "starts of fixed points";
    neuro_core::Error::check_shape(what, (system.dim(), starts.ncols()), starts.shape())?;
    if starts.is_empty() {
        return Err(neuro_core::Error::Empty { what: what.into() }.into());
    }
    neuro_core::Error::check_finite(what, starts.as_slice())?;
    let mut descender = Descender::new(system, t, config);
    starts
        .column_iter()
        .enumerate()
        .map(|(start, state)| descender.run(start, state.as_slice()))
        .collect()
}

/// Fixed and slow points of a system frozen at time `t`, from starts in columns (`units x starts`).
///
/// # Errors
/// Those of [`descend`].
///
/// ```
/// use neuro_analysis::fixed_points::{FixedPointConfig, Stability, find_fixed_points};
/// use neuro_core::nalgebra::DMatrix;
/// use neuro_core::{Linearize, System};
///
/// /// Two units that inhibit each other, `dx_i/dt = -x_i - 2 tanh(x_j)`: one wins.
/// struct Rivals;
/// impl System for Rivals {
///     type Work = ();
///     fn dim(&self) -> usize {
///         2
///     }
///     fn work(&self, _: usize) {}
///     fn rhs(&self, _: f64, x: &[f64], dx: &mut [f64], (): &mut ()) {
///         for (x, dx) in x.chunks_exact(2).zip(dx.chunks_exact_mut(2)) {
///             dx[0] = -x[0] - 2.0 * x[1].tanh();
///             dx[1] = -x[1] - 2.0 * x[0].tanh();
///         }
///     }
/// }
/// impl Linearize for Rivals {
///     fn jacobian(&self, _: f64, x: &[f64], jacobian: &mut DMatrix<f64>) {
///         jacobian.fill(-1.0);
///         jacobian[(0, 1)] = -2.0 * (1.0 - x[1].tanh().powi(2));
///         jacobian[(1, 0)] = -2.0 * (1.0 - x[0].tanh().powi(2));
///     }
/// }
/// let starts = DMatrix::from_row_slice(2, 3, &[1.0, 0.1, -0.9, -1.0, 0.2, 1.2]);
/// let found = find_fixed_points(&Rivals, 0.0, &starts, &FixedPointConfig::default())?;
/// let classes: Vec<_> = found.points.iter().map(|point| point.stability).collect();
/// let undecided = Stability::Saddle { unstable: 1, turning: false };
/// assert_eq!(classes, [Stability::StableNode, undecided, Stability::StableNode]);
/// # Ok::<(), neuro_analysis::Error>(())
/// ```
pub fn find_fixed_points<S: Linearize>(
    system: &S,
    t: f64,
    starts: &DMatrix<f64>,
    config: &FixedPointConfig,
) -> Result<FixedPoints, Error> {
    let (candidates, unsettled): (Vec<_>, Vec<_>) = descend(system, t, starts, config)?
        .into_iter()
        .partition(|descent| kind_of(descent, config).is_some());
    let unique = keep_unique(candidates, config.tol_unique)?;
    let near = drop_outliers(unique.kept, starts, config.outlier_distance_scale)?;
    let mut points = Vec::with_capacity(near.kept.len());
    for descent in &near.kept {
        points.extend(FixedPoint::classify(system, t, descent, config)?);
    }
    Ok(FixedPoints {
        points,
        duplicates: unique.removed,
        outliers: near.removed,
        unsettled,
    })
}
