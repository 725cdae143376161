//! A flow linearised at a state where it hardly moves.
//!
//! At a state `x*` of `dx/dt = f(x)` small perturbations follow `d dx/dt = f(x*) + J(x*) dx`, with the
//! Jacobian `J[i, j] = df_i / dx_j`; they decay with its eigenvalues as long as `f(x*)` is small. When
//! `x*` is the mean of noisy activity it is no zero of `f`: the mean of a nonlinear function is not
//! the function of the mean, and the beginning of the period that is averaged is a transient. The
//! [`residual`](SteadyState::residual) says by how much, and
//! [`find_fixed_points`](crate::find_fixed_points) with `x*` as its start leads to a true zero nearby,
//! if there is one.
//!
//! [`mean_jacobian`](crate::mean_jacobian) takes the mean of Jacobians, not the Jacobian of a mean.

use nalgebra::{DMatrix, DVector};
use neuro_core::linalg::{Eigen, eigen};
use neuro_core::{Error as Core, Linearize};

use crate::Error;

/// A state and the linearised flow around it.
#[derive(Clone, Debug, PartialEq)]
pub struct SteadyState {
    /// The state `x*`.
    pub state: DVector<f64>,
    /// The flow there, `f(x*)`, in state/time: 0 at a fixed point.
    pub flow: DVector<f64>,
    /// The Jacobian there, in 1/time.
    pub jacobian: DMatrix<f64>,
}

impl SteadyState {
    /// Linearises a system at time `t` and a state.
    ///
    /// # Errors
    /// [`neuro_core::Error::Length`] for a state of another length, [`neuro_core::Error::NonFinite`]
    /// for a state, a flow or a Jacobian that is not finite.
    ///
    /// ```
    /// use neuro_analysis::SteadyState;
    /// use neuro_core::nalgebra::DMatrix;
    /// use neuro_core::{Linearize, System};
    ///
    /// /// `dx/dt = x - x^3`.
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
    /// let stable = SteadyState::at(&Pitchfork, 0.0, &[1.0])?;
    /// assert_eq!((stable.residual(), stable.modes()?.values[0].re), (0.0, -2.0));
    /// // The mean of noisy states around it lies beside it.
    /// assert!(SteadyState::at(&Pitchfork, 0.0, &[0.9])?.residual() > 0.1);
    /// # Ok::<(), neuro_analysis::Error>(())
    /// ```
    pub fn at<S: Linearize>(system: &S, t: f64, state: &[f64]) -> Result<Self, Error> {
        let n = system.dim();
        Core::check_length("steady state", n, state.len())?;
        Core::check_finite("steady state", state)?;
        let mut flow = DVector::zeros(n);
        let mut work = system.work(1);
        system.rhs(t, state, flow.as_mut_slice(), &mut work);
        Core::check_finite("flow at a steady state", flow.as_slice())?;
        let mut jacobian = DMatrix::zeros(n, n);
        system.jacobian(t, state, &mut jacobian);
        Core::check_finite("Jacobian at a steady state", jacobian.as_slice())?;
        Ok(Self {
            state: DVector::from_column_slice(state),
            flow,
            jacobian,
        })
    }

    /// Root mean square of the flow over the variables, in state/time; 0 without variables.
    #[must_use]
    pub fn residual(&self) -> f64 {
        self.flow.norm() / (self.flow.len().max(1) as f64).sqrt()
    }

    /// Eigenvalues and eigenvectors of the Jacobian, the slowest mode first.
    ///
    /// # Errors
    /// [`neuro_core::Error::NoConvergence`].
    pub fn modes(&self) -> Result<Eigen, Error> {
        Ok(eigen(&self.jacobian)?)
    }
}

#[cfg(test)]
mod tests {
    use neuro_core::System;

    use super::*;

    /// `tau_i dx_i/dt = -x_i + sum_j W_ij tanh(x_j)`.
    struct Network {
        weights: DMatrix<f64>,
        time_constants: Vec<f64>,
    }

    impl System for Network {
        type Work = ();

        fn dim(&self) -> usize {
            self.time_constants.len()
        }

        fn work(&self, _states: usize) {}

        fn rhs(&self, _t: f64, x: &[f64], dx: &mut [f64], (): &mut ()) {
            for (i, dx) in dx.iter_mut().enumerate() {
                let drive = x.iter().enumerate();
                let drive: f64 = drive.map(|(j, x)| self.weights[(i, j)] * x.tanh()).sum();
                *dx = (drive - x[i]) / self.time_constants[i];
            }
        }
    }

    impl Linearize for Network {
        fn jacobian(&self, _t: f64, x: &[f64], jacobian: &mut DMatrix<f64>) {
            for (i, tau) in self.time_constants.iter().enumerate() {
                for (j, x) in x.iter().enumerate() {
                    let leak = if i == j { 1.0 } else { 0.0 };
                    let slope = 1.0 - x.tanh().powi(2);
                    jacobian[(i, j)] = (self.weights[(i, j)] * slope - leak) / tau;
                }
            }
        }
    }

    fn network() -> Network {
        Network {
            weights: DMatrix::from_row_slice(2, 2, &[0.0, -1.5, 2.0, 0.5]),
            time_constants: vec![20.0, 100.0],
        }
    }

    #[test]
    fn the_origin_of_a_network_without_input_is_a_fixed_point() {
        let found = SteadyState::at(&network(), 0.0, &[0.0, 0.0]).expect("finite");
        assert_eq!(found.residual(), 0.0);
        let expected = DMatrix::from_row_slice(2, 2, &[-0.05, -0.075, 0.02, -0.005]);
        assert!((&found.jacobian - expected).amax() < 1e-15);
        let modes = found.modes().expect("converges");
        let sum = modes.values[0] + modes.values[1];
        assert!((sum.re + 0.055).abs() < 1e-14 && sum.im == 0.0);
    }

    #[test]
    fn the_residual_is_the_root_mean_square_of_the_flow() {
        let state = [0.7, -0.3];
        let found = SteadyState::at(&network(), 0.0, &state).expect("finite");
        let mut dx = [0.0; 2];
        network().rhs(0.0, &state, &mut dx, &mut ());
        let expected = ((dx[0].powi(2) + dx[1].powi(2)) / 2.0).sqrt();
        assert!(expected > 0.0 && (found.residual() - expected).abs() < 1e-15);
    }

    #[test]
    fn states_of_another_length_or_that_are_not_finite_are_refused() {
        assert!(SteadyState::at(&network(), 0.0, &[0.0]).is_err());
        assert!(SteadyState::at(&network(), 0.0, &[0.0, f64::NAN]).is_err());
    }
}
