//! Linearised dynamics along a trajectory.
//!
//! For `dx/dt = f(t, x)` with Jacobian `J(t, x)`, `J[i, j] = df_i / dx_j`:
//!
//! - the mean Jacobian over states `x_k`, `1/K sum_k J(t, x_k)`, whose eigenvalues say how a small
//!   perturbation grows or turns on average ([`Spectrum`](crate::Spectrum)) and whose exponential
//!   ([`neuro_core::linalg::expm`]) is the map over one unit of time;
//! - the tangent product of the Euler map `x_{k+1} = x_k + dt f(t_k, x_k)`,
//!   `(I + dt J(t_{K-1}, x_{K-1})) ... (I + dt J(t_0, x_0))`, later factors on the left, which
//!   carries an infinitesimal perturbation from the first state past the last. Its singular values
//!   are the gains of the most and least amplified perturbations.
//!
//! The product is formed as it stands: over times in which perturbations grow or shrink by more
//! than about 1e15 against each other its small singular values are rounding, and Lyapunov
//! exponents need a QR factorisation at every step instead.

use nalgebra::{DMatrix, DVector};
use neuro_core::Linearize;
use neuro_core::linalg::{matmul, singular_values};

use crate::Error;

/// The tangent product along a trajectory and its gains.
#[derive(Clone, Debug, PartialEq)]
pub struct TangentMap {
    /// The ordered product, `dim x dim`.
    pub matrix: DMatrix<f64>,
    /// Its singular values, descending.
    pub singular_values: DVector<f64>,
}

/// The mean Jacobian of a system at time `t` over states, one a column (`dim x states`).
///
/// # Errors
/// [`neuro_core::Error::Shape`] when the columns do not have the length of a state,
/// [`neuro_core::Error::Empty`] without states, [`neuro_core::Error::NonFinite`] for a state or a
/// mean that is not finite.
///
/// ```
/// use neuro_analysis::{Spectrum, mean_jacobian};
/// use neuro_core::nalgebra::DMatrix;
/// use neuro_core::{Linearize, System};
///
/// /// `dx/dt = x - x^3`: unstable at 0, stable at 1 and -1.
/// struct Pitchfork;
/// impl System for Pitchfork {
///     type Work = ();
///     fn dim(&self) -> usize {
///         1
///     }
///     fn work(&self, _: usize) {}
///     fn rhs(&self, _: f64, x: &[f64], dx: &mut [f64], (): &mut ()) {
///         for (x, dx) in x.iter().zip(dx) {
///             *dx = x - x.powi(3);
///         }
///     }
/// }
/// impl Linearize for Pitchfork {
///     fn jacobian(&self, _: f64, x: &[f64], jacobian: &mut DMatrix<f64>) {
///         jacobian[(0, 0)] = 1.0 - 3.0 * x[0] * x[0];
///     }
/// }
/// let mean = mean_jacobian(&Pitchfork, 0.0, &DMatrix::from_row_slice(1, 2, &[0.0, 1.0]))?;
/// assert_eq!(Spectrum::of(&mean)?.abscissa(), Some(-0.5));
/// # Ok::<(), neuro_analysis::Error>(())
/// ```
pub fn mean_jacobian<S: Linearize>(
    system: &S,
    t: f64,
    states: &DMatrix<f64>,
) -> Result<DMatrix<f64>, Error> {
    let what = "states of a mean Jacobian";
    check_states(what, system, states)?;
    if states.ncols() == 0 {
        return Err(neuro_core::Error::Empty { what: what.into() }.into());
    }
    let n = system.dim();
    let mut jacobian = DMatrix::zeros(n, n);
    let mut sum = DMatrix::zeros(n, n);
    for state in states.column_iter() {
        system.jacobian(t, state.as_slice(), &mut jacobian);
        sum += &jacobian;
    }
    let mean = sum / states.ncols() as f64;
    neuro_core::Error::check_finite("mean Jacobian", mean.as_slice())?;
    Ok(mean)
}

/// The tangent product of the Euler map with step `dt` over all given states, one a column
/// (`dim x states`), the first at time `t`, each `dt` later than the one before. Without states it
/// is the identity.
///
/// # Errors
/// [`neuro_core::Error::Shape`] when the columns do not have the length of a state,
/// [`neuro_core::Error::OutOfRange`] when `dt` is not positive, [`neuro_core::Error::NonFinite`]
/// when a state is not finite or the product overflows, [`neuro_core::Error::NoConvergence`].
pub fn tangent_product<S: Linearize>(
    system: &S,
    t: f64,
    dt: f64,
    states: &DMatrix<f64>,
) -> Result<TangentMap, Error> {
    check_states("states of a tangent product", system, states)?;
    neuro_core::Error::check_range(
        "time step of a tangent product",
        "a finite value above 0",
        dt,
        dt > 0.0 && dt.is_finite(),
    )?;
    let n = system.dim();
    let mut factor = DMatrix::zeros(n, n);
    let mut product = DMatrix::identity(n, n);
    let mut next = DMatrix::zeros(n, n);
    for (k, state) in states.column_iter().enumerate() {
        system.jacobian(t + k as f64 * dt, state.as_slice(), &mut factor);
        factor *= dt;
        for i in 0..n {
            factor[(i, i)] += 1.0;
        }
        let (left, right) = ((&factor).into(), (&product).into());
        matmul(false, 1.0, left, right, next.as_mut_slice())?;
        std::mem::swap(&mut product, &mut next);
    }
    neuro_core::Error::check_finite("tangent product", product.as_slice())?;
    Ok(TangentMap {
        singular_values: singular_values(&product)?,
        matrix: product,
    })
}

fn check_states<S: Linearize>(
    what: &str,
    system: &S,
    states: &DMatrix<f64>,
) -> Result<(), neuro_core::Error> {
    neuro_core::Error::check_shape(what, (system.dim(), states.ncols()), states.shape())?;
    neuro_core::Error::check_finite(what, states.as_slice())
}

#[cfg(test)]
mod tests {
    use super::*;
    use neuro_core::System;
    use neuro_core::linalg::expm;
    use proptest::prelude::*;

    /// `dx/dt = -x + J tanh(x)`, or `dx/dt = J x` when not `saturating`.
    struct Network {
        weights: DMatrix<f64>,
        saturating: bool,
    }

    impl System for Network {
        type Work = ();

        fn dim(&self) -> usize {
            self.weights.nrows()
        }

        fn work(&self, _states: usize) {}

        fn rhs(&self, _t: f64, x: &[f64], dx: &mut [f64], (): &mut ()) {
            let x = DVector::from_column_slice(x);
            let derivative = if self.saturating {
                &self.weights * x.map(f64::tanh) - x
            } else {
                &self.weights * x
            };
            dx.copy_from_slice(derivative.as_slice());
        }
    }

    impl Linearize for Network {
        fn jacobian(&self, _t: f64, x: &[f64], jacobian: &mut DMatrix<f64>) {
            jacobian.copy_from(&self.weights);
            if self.saturating {
                for (mut column, x) in jacobian.column_iter_mut().zip(x) {
                    column *= 1.0 - x.tanh().powi(2);
                }
                for i in 0..x.len() {
                    jacobian[(i, i)] -= 1.0;
                }
            }
        }
    }

    fn network(saturating: bool) -> Network {
        Network {
            weights: DMatrix::from_fn(4, 4, |i, j| {
                1.5 * ((3 * i * i + 5 * j + i * j) as f64).sin()
            }),
            saturating,
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn the_tangent_product_of_a_linear_system_is_a_matrix_power(
            weights in proptest::collection::vec(-1.0..1.0, 9),
            steps in 0usize..12,
            dt in 0.01..0.5,
        ) {
            let system = Network { weights: DMatrix::from_vec(3, 3, weights), saturating: false };
            let states = DMatrix::from_element(3, steps, 0.3);
            let found = tangent_product(&system, 0.0, dt, &states).expect("finite");
            let factor = DMatrix::identity(3, 3) + &system.weights * dt;
            let mut power = DMatrix::identity(3, 3);
            for _ in 0..steps {
                power *= &factor;
            }
            prop_assert!((found.matrix - &power).amax() < 1e-13 * (1.0 + power.amax()));
            let determinant = power.determinant().abs();
            prop_assert!((found.singular_values.product() - determinant).abs() < 1e-10 * (1.0 + determinant));
        }

        #[test]
        fn the_mean_jacobian_of_a_linear_system_is_its_matrix(
            weights in proptest::collection::vec(-1.0..1.0, 4), count in 1usize..6,
        ) {
            let system = Network { weights: DMatrix::from_vec(2, 2, weights), saturating: false };
            let mean = mean_jacobian(&system, 0.0, &DMatrix::zeros(2, count)).expect("finite");
            prop_assert!((mean - &system.weights).amax() < 1e-15);
        }
    }

    #[test]
    fn the_tangent_product_carries_a_small_perturbation() {
        let (system, dt, steps) = (network(true), 0.1, 15);
        let run = |start: &DVector<f64>| {
            let mut states = DMatrix::zeros(4, steps + 1);
            states.set_column(0, start);
            let mut dx = DVector::zeros(4);
            for k in 0..steps {
                let x = states.column(k).into_owned();
                system.rhs(0.0, x.as_slice(), dx.as_mut_slice(), &mut ());
                states.set_column(k + 1, &(x + &dx * dt));
            }
            states
        };
        let start = DVector::from_vec(vec![0.5, -0.2, 0.1, 0.8]);
        let direction = DVector::from_vec(vec![0.3, 0.4, -0.7, 0.2]);
        let size = 1e-5;
        let states = run(&start);
        let used = states.columns(0, steps).into_owned();
        let map = tangent_product(&system, 0.0, dt, &used).expect("finite");
        // Central differences: an error of the order of the square of the size.
        let difference = (run(&(&start + &direction * size)).column(steps)
            - run(&(&start - &direction * size)).column(steps))
            / (2.0 * size);
        assert!((&map.matrix * &direction - difference).amax() < 1e-8);
        // The order of the factors matters here, so that the test above can fail.
        let reversed = DMatrix::from_fn(4, steps, |i, k| used[(i, steps - 1 - k)]);
        let backward = tangent_product(&system, 0.0, dt, &reversed).expect("finite");
        assert!((backward.matrix - map.matrix).amax() > 1e-3);
    }

    #[test]
    fn the_exponential_of_a_linear_flow_is_the_limit_of_its_tangent_product() {
        let system = network(false);
        let steps = 1000;
        let states = DMatrix::zeros(4, steps);
        let map = tangent_product(&system, 0.0, 1.0 / steps as f64, &states).expect("finite");
        let mean = mean_jacobian(&system, 0.0, &states).expect("finite");
        let limit = expm(&mean).expect("finite");
        // First order: |A|^2 exp(|A|) / (2 steps) at most.
        let bound = mean.norm().powi(2) * mean.norm().exp() / (2.0 * steps as f64);
        let error = (map.matrix - limit).amax();
        assert!(error > 0.0 && error < bound, "{error} {bound}");
    }

    #[test]
    fn bad_states_and_steps_are_refused() {
        let system = network(true);
        assert!(mean_jacobian(&system, 0.0, &DMatrix::zeros(4, 0)).is_err());
        assert!(mean_jacobian(&system, 0.0, &DMatrix::zeros(3, 2)).is_err());
        let nan = DMatrix::from_element(4, 1, f64::NAN);
        assert!(tangent_product(&system, 0.0, 0.1, &nan).is_err());
        for dt in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(tangent_product(&system, 0.0, dt, &DMatrix::zeros(4, 1)).is_err());
        }
        let empty = tangent_product(&system, 0.0, 0.1, &DMatrix::zeros(4, 0)).expect("identity");
        assert_eq!(empty.matrix, DMatrix::identity(4, 4));
    }

    #[test]
    fn a_product_that_overflows_is_refused() {
        let system = Network {
            weights: DMatrix::from_element(1, 1, 1e10),
            saturating: false,
        };
        let found = tangent_product(&system, 0.0, 1.0, &DMatrix::zeros(1, 40));
        assert!(matches!(
            found,
            Err(Error::Core(neuro_core::Error::NonFinite { .. }))
        ));
    }
}
