//! Finite-time Lyapunov exponents and the dimension that they imply.
//!
//! The step map `x(k+1) = F(t_k, x(k))` of a method with step `dt` for `dx/dt = f(t, x)` carries an
//! infinitesimal perturbation by its derivative `DF`. `n` orthonormal perturbations `Q` are carried
//! along the orbit and made orthonormal again every few steps, `DF ... DF Q = Q' R`; then
//!
//! ```equation
//! exponent_i = sum ln R_ii / (steps dt)          descending, per unit of time
//! ```
//!
//! Source: Benettin, Galgani, Giorgilli & Strelcyn 1980, Meccanica 15, 9 and 21; the dimension is
//! that of Kaplan & Yorke 1979.
//!
//! `DF` is computed exactly for each method: its stages are differentiated one by one, which is the
//! same as integrating the variational equation `dQ/dt = J(t, x) Q` by the same method beside the
//! state. For [`StepMap::Euler`] it is `I + dt J`, the factor of
//! [`tangent_product`](crate::tangent_product), and the exponents are those of the discrete-time
//! network; for [`StepMap::RungeKutta4`] with a small step they are those of the flow, up to
//! `O(dt^4)`.
//!
//! Exponents over a finite time fluctuate; [`LyapunovExponents::standard_errors`] estimates by how
//! much. They say nothing about the transient that was left out, nor about other attractors.

use nalgebra::{DMatrix, DVector};
use neuro_core::Linearize;
use neuro_core::linalg::{matmul, qr};

use crate::Error;

/// A direction whose new part is below this share of its length is rounding: R is correct to about
/// 1e-16 of the length of the column, so that the exponent would be wrong by 0.1 %.
const LOST: f64 = 1e-13;

/// The method whose step map is followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StepMap {
    /// `x + dt f(t, x)`, the discrete-time network.
    Euler,
    /// Heun's method, order 2.
    Heun,
    /// The classical Runge–Kutta method, order 4, for the flow.
    RungeKutta4,
}

impl StepMap {
    /// For each stage its time in steps, which is also how far along the slope of the stage before
    /// it lies, and its weight.
    fn stages(self) -> &'static [(f64, f64)] {
        match self {
            Self::Euler => &[(0.0, 1.0)],
            Self::Heun => &[(0.0, 0.5), (1.0, 0.5)],
            Self::RungeKutta4 => &[
                (0.0, 1.0 / 6.0),
                (0.5, 1.0 / 3.0),
                (0.5, 1.0 / 3.0),
                (1.0, 1.0 / 6.0),
            ],
        }
    }
}

/// How Lyapunov exponents are computed.
#[derive(Clone, Debug, PartialEq)]
pub struct LyapunovSettings {
    /// The step map; default [`StepMap::RungeKutta4`].
    pub map: StepMap,
    /// The step, in the system's unit of time; finite and above 0, default 0.01.
    pub dt: f64,
    /// Number of leading exponents; 1 to the dimension, or `None` for all. Default `None`.
    pub exponents: Option<usize>,
    /// Steps before the exponents are averaged, in which the state comes to its attractor and the
    /// perturbations to their directions; default 10 000.
    pub transient: usize,
    /// Steps over which the exponents are averaged; at least 1, default 100 000.
    pub steps: usize,
    /// Steps from one orthonormalisation to the next; at least 1, default 10. Between two, the
    /// perturbations must not grow apart by more than about 1e13.
    pub every: usize,
    /// Number of blocks of the run, for the errors; 2 to the number of orthonormalisations
    /// (`steps / every`, rounded up), or 1 for no errors. Default 10.
    pub blocks: usize,
}

impl Default for LyapunovSettings {
    fn default() -> Self {
        Self {
            map: StepMap::RungeKutta4,
            dt: 0.01,
            exponents: None,
            transient: 10_000,
            steps: 100_000,
            every: 10,
            blocks: 10,
        }
    }
}

impl LyapunovSettings {
    /// Checks every field for a system of dimension `dim`.
    ///
    /// # Errors
    /// [`neuro_core::Error::OutOfRange`] with the name of the field.
    pub fn validate(&self, dim: usize) -> Result<(), neuro_core::Error> {
        let check = neuro_core::Error::check_range;
        let holds = self.dt > 0.0 && self.dt.is_finite();
        check("dt", "a finite value above 0", self.dt, holds)?;
        let count = self.exponents.unwrap_or(dim);
        check(
            "number of Lyapunov exponents",
            &format!("1 to {dim}"),
            count as f64,
            (1..=dim).contains(&count),
        )?;
        check("steps", "at least 1", self.steps as f64, self.steps > 0)?;
        check("every", "at least 1", self.every as f64, self.every > 0)?;
        let most = self.steps.div_ceil(self.every);
        check(
            "blocks",
            &format!("1 to {most}, the number of orthonormalisations"),
            self.blocks as f64,
            (1..=most).contains(&self.blocks),
        )
    }
}

/// The leading Lyapunov exponents of an orbit.
#[derive(Clone, Debug, PartialEq)]
pub struct LyapunovExponents {
    /// The exponents descending, per unit of time.
    pub values: DVector<f64>,
    /// Their standard errors from the spread over the blocks, as if these were independent;
    /// `None` for one block.
    pub standard_errors: Option<DVector<f64>>,
    /// The exponents of each block of the run alone, `blocks x exponents`, in the order of
    /// `values`: whether they have settled.
    pub of_blocks: DMatrix<f64>,
    /// Dimension of the system.
    pub dim: usize,
    /// Time over which they were averaged.
    pub time: f64,
    /// The state at the end, from which a longer run can go on.
    pub state: DVector<f64>,
}

impl LyapunovExponents {
    /// The Kaplan–Yorke dimension `j + (l_1 + ... + l_j) / |l_{j+1}|`, with the largest `j` whose
    /// sum is not negative.
    ///
    /// An exponent of at most `zero` in modulus counts as 0: a flow off its fixed points has one
    /// that is 0 but for the finite time, and a cycle has dimension 1, not 0, whichever sign it
    /// came out with. The dimension is that of the whole system when the sum of all exponents is
    /// not negative, and `None` when more exponents than were computed are needed.
    #[must_use]
    pub fn kaplan_yorke_dimension(&self, zero: f64) -> Option<f64> {
        let mut sum = 0.0;
        for (j, &value) in self.values.iter().enumerate() {
            let value = if value.abs() <= zero { 0.0 } else { value };
            if sum + value < 0.0 {
                return Some(j as f64 + sum / -value);
            }
            sum += value;
        }
        (self.values.len() == self.dim).then_some(self.dim as f64)
    }
}

/// The leading Lyapunov exponents of the orbit from the state `x0` at time `t0`.
///
/// # Errors
/// [`neuro_core::Error::OutOfRange`] from [`LyapunovSettings::validate`] or for a time that is not
/// finite, [`neuro_core::Error::Length`] when `x0` is not one state,
/// [`neuro_core::Error::NonFinite`] for a value of it, [`neuro_core::Error::Diverged`] with the
/// step at which the state or a perturbation left the finite numbers, [`Error::LostDirection`] when
/// a perturbation shrank to the rounding of a larger one.
///
/// ```
/// use neuro_analysis::{LyapunovSettings, StepMap, lyapunov_exponents};
/// use neuro_core::nalgebra::DMatrix;
/// use neuro_core::{Linearize, System};
///
/// /// Two leaky units with rates 1 and 3: `dx/dt = -rate x`.
/// struct Leaky;
/// impl System for Leaky {
///     type Work = ();
///     fn dim(&self) -> usize {
///         2
///     }
///     fn work(&self, _: usize) {}
///     fn rhs(&self, _: f64, x: &[f64], dx: &mut [f64], (): &mut ()) {
///         (dx[0], dx[1]) = (-x[0], -3.0 * x[1]);
///     }
/// }
/// impl Linearize for Leaky {
///     fn jacobian(&self, _: f64, _: &[f64], jacobian: &mut DMatrix<f64>) {
///         jacobian.copy_from_slice(&[-1.0, 0.0, 0.0, -3.0]);
///     }
/// }
/// let settings = LyapunovSettings { map: StepMap::Euler, dt: 0.1, transient: 1000, ..Default::default() };
/// let found = lyapunov_exponents(&Leaky, 0.0, &[1.0, 1.0], &settings)?;
/// // Of the map: ln(1 - 0.1 rate) / 0.1, not -rate.
/// assert!((found.values[0] - 0.9f64.ln() / 0.1).abs() < 1e-9);
/// assert!((found.values[1] - 0.7f64.ln() / 0.1).abs() < 1e-9);
/// assert_eq!(found.kaplan_yorke_dimension(0.0), Some(0.0));
/// # Ok::<(), neuro_analysis::Error>(())
/// ```
pub fn lyapunov_exponents<S: Linearize>(
    system: &S,
    t0: f64,
    x0: &[f64],
    settings: &LyapunovSettings,
) -> Result<LyapunovExponents, Error> {
    let dim = system.dim();
    settings.validate(dim)?;
    neuro_core::Error::check_range("start time", "a finite value", t0, t0.is_finite())?;
    neuro_core::Error::check_length("state of a Lyapunov spectrum", dim, x0.len())?;
    neuro_core::Error::check_finite("state of a Lyapunov spectrum", x0)?;
    let count = settings.exponents.unwrap_or(dim);
    let mut orbit = Orbit::new(system, settings, t0, x0, count)?;
    let mut discarded = vec![0.0; count];
    orbit.advance(settings.transient, &mut discarded)?;

    let parts = settings.steps.div_ceil(settings.every);
    let blocks = settings.blocks;
    let mut sums = DVector::<f64>::zeros(count);
    let mut of_blocks = DMatrix::zeros(blocks, count);
    let mut done = 0;
    for block in 0..blocks {
        // In 128 bits: the product of two counts.
        let end = ((block as u128 + 1) * parts as u128 / blocks as u128) as usize;
        let end = end.saturating_mul(settings.every).min(settings.steps);
        let mut growth = vec![0.0; count];
        orbit.advance(end - done, &mut growth)?;
        let time = (end - done) as f64 * settings.dt;
        for (i, growth) in growth.into_iter().enumerate() {
            of_blocks[(block, i)] = growth / time;
            sums[i] += growth;
        }
        done = end;
    }
    let time = settings.steps as f64 * settings.dt;
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by(|&a, &b| sums[b].total_cmp(&sums[a]));
    let of_blocks = of_blocks.select_columns(&order);
    let standard_errors = (blocks > 1).then(|| {
        let variances = of_blocks.row_variance().transpose();
        // `row_variance` divides by the number of blocks, an estimate by one less.
        variances.map(|v| (v / (blocks - 1) as f64).sqrt())
    });
    Ok(LyapunovExponents {
        values: DVector::from_iterator(count, order.iter().map(|&i| sums[i] / time)),
        standard_errors,
        of_blocks,
        dim,
        time,
        state: orbit.state,
    })
}

/// A state and the perturbations that are carried along with it.
struct Orbit<'a, S: Linearize> {
    system: &'a S,
    settings: &'a LyapunovSettings,
    t0: f64,
    /// Steps taken so far.
    step: usize,
    state: DVector<f64>,
    directions: DMatrix<f64>,
    slope: DVector<f64>,
    stage: DVector<f64>,
    next: DVector<f64>,
    jacobian: DMatrix<f64>,
    slope_of_directions: DMatrix<f64>,
    stage_of_directions: DMatrix<f64>,
    next_directions: DMatrix<f64>,
    work: S::Work,
}

impl<'a, S: Linearize> Orbit<'a, S> {
    fn new(
        system: &'a S,
        settings: &'a LyapunovSettings,
        t0: f64,
        x0: &[f64],
        count: usize,
    ) -> Result<Self, Error> {
        let dim = system.dim();
        let (vector, matrix) = (DVector::zeros(dim), DMatrix::zeros(dim, count));
        Ok(Self {
            system,
            settings,
            t0,
            step: 0,
            state: DVector::from_column_slice(x0),
            directions: qr(&scattered(dim, count))?.q,
            slope: vector.clone(),
            stage: vector.clone(),
            next: vector,
            jacobian: DMatrix::zeros(dim, dim),
            slope_of_directions: matrix.clone(),
            stage_of_directions: matrix.clone(),
            next_directions: matrix,
            work: system.work(1),
        })
    }

    /// Takes steps, with an orthonormalisation after every few and after the last, and adds the
    /// logarithms of the growth of each direction.
    fn advance(&mut self, steps: usize, growth: &mut [f64]) -> Result<(), Error> {
        let mut left = steps;
        while left > 0 {
            let now = left.min(self.settings.every);
            for _ in 0..now {
                self.step()?;
            }
            left -= now;
            let diverged = |_| self.diverged("a perturbation of a Lyapunov spectrum");
            let factors = qr(&self.directions).map_err(diverged)?;
            for (i, growth) in growth.iter_mut().enumerate() {
                let stretch = factors.r[(i, i)];
                // The columns of R are as long as those that it was made from.
                if stretch <= LOST * factors.r.column(i).norm() {
                    return Err(Error::LostDirection {
                        exponent: i + 1,
                        step: self.step,
                    });
                }
                *growth += stretch.ln();
            }
            self.directions = factors.q;
        }
        Ok(())
    }

    fn step(&mut self) -> Result<(), Error> {
        let dt = self.settings.dt;
        let t = self.t0 + self.step as f64 * dt;
        self.next.copy_from(&self.state);
        self.next_directions.copy_from(&self.directions);
        for &(reach, weight) in self.settings.map.stages() {
            let at = t + reach * dt;
            let reach = reach * dt;
            self.stage.copy_from(&self.state);
            self.stage_of_directions.copy_from(&self.directions);
            // The first stage is the state itself.
            if reach > 0.0 {
                self.stage.axpy(reach, &self.slope, 1.0);
                add(
                    &mut self.stage_of_directions,
                    reach,
                    &self.slope_of_directions,
                );
            }
            let (stage, slope) = (self.stage.as_slice(), self.slope.as_mut_slice());
            self.system.rhs(at, stage, slope, &mut self.work);
            self.system.jacobian(at, stage, &mut self.jacobian);
            matmul(
                false,
                1.0,
                (&self.jacobian).into(),
                (&self.stage_of_directions).into(),
                self.slope_of_directions.as_mut_slice(),
            )?;
            self.next.axpy(weight * dt, &self.slope, 1.0);
            add(
                &mut self.next_directions,
                weight * dt,
                &self.slope_of_directions,
            );
        }
        std::mem::swap(&mut self.state, &mut self.next);
        std::mem::swap(&mut self.directions, &mut self.next_directions);
        self.step += 1;
        if self.state.iter().all(|x| x.is_finite()) {
            return Ok(());
        }
        Err(self.diverged("the state of a Lyapunov spectrum").into())
    }

    fn diverged(&self, what: &str) -> neuro_core::Error {
        neuro_core::Error::Diverged {
            what: what.into(),
            step: self.step,
        }
    }
}

/// `a += scale b`.
fn add(a: &mut DMatrix<f64>, scale: f64, b: &DMatrix<f64>) {
    for (a, b) in a.as_mut_slice().iter_mut().zip(b.as_slice()) {
        *a += scale * b;
    }
}

/// A fixed matrix without structure, entries in -1 to 1: perturbations along the units could stay
/// in a subspace that the dynamics never leaves, and miss the leading exponent. The bits are those
/// of the mixing function of `SplitMix64` (Steele, Lea & Flood 2014).
fn scattered(rows: usize, columns: usize) -> DMatrix<f64> {
    DMatrix::from_fn(rows, columns, |i, j| {
        let mut z = ((j * rows + i) as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^= z >> 31;
        (z >> 11) as f64 / (1u64 << 52) as f64 - 1.0
    })
}

#[cfg(test)]
mod tests;
