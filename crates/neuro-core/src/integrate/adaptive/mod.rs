//! Integration with a step that follows the solution, to a tolerance that the caller gives.
//!
//! ```equation
//! dx/dt = f(t, x),   x(t0) given,   t0 <= t <= t1
//! ```
//!
//! with `t` in the caller's unit of time and `x` one state or several. Each step is taken with the
//! fifth-order method of Dormand and Prince, [`DormandPrince5`](super::DormandPrince5), whose embedded method of order four
//! gives an estimate `e` of the error at the price of no evaluation of `f`. A step is accepted when
//!
//! ```equation
//! sqrt( mean_i ( e_i / (atol_i + rtol max(|x_i|, |x'_i|)) )^2 ) <= 1
//! ```
//!
//! the mean running over all variables of all states (Hairer, Nørsett & Wanner, Solving Ordinary
//! Differential Equations I, eq. II.4.11). The tolerances bound the error made in one step, not
//! that of the whole solution, and there are no default ones: what is small depends on the unit of
//! `x`. See [`StepControl`] for how the step is chosen.
//!
//! Dormand and Prince's method rather than Tsitouras' newer one: its coefficients are fractions, not
//! decimals, and it is what `ode45` and `RK45` of other languages use, so that numbers of steps
//! compare. At equal tolerances from 1e-4 to 1e-10, on an oscillator, Arenstorf's orbit, the Lorenz
//! attractor and van der Pol's oscillator, it takes 0.91 to 1.07 times the evaluations of scipy's
//! `RK45` and ends with 0.5 to 2.8 times its error (`tests/adaptive_accuracy.rs`).
//!
//! | output | function |
//! |---|---|
//! | every accepted step | [`integrate_adaptive`] |
//! | given times, which do not change the steps | [`integrate_at`] |
//! | any time afterwards, by the interpolant of the method | [`integrate_dense`] |
//! | none: a closure sees each accepted step and its interpolant | [`integrate_adaptive_observed`] |
//!
//! # Discontinuities
//!
//! A stimulus that switches on at time `b` makes `f` jump. A step across the jump has a wrong error
//! estimate, and a short stimulus may lie between two steps and never be seen. With `b` among the
//! [`breakpoints`](StepControl::breakpoints) a step ends exactly at `b`, and the next one starts
//! afresh: `f` is evaluated again and a new first step chosen. The time tells `f` which side is
//! meant: on a piece `[a, b)` between breakpoints, `f` is called with `a <= t < b` only, the end
//! being replaced by a number two roundings or less below `b`. So a stimulus written as
//! `t >= on && t < off` is right on both sides, when `on` and `off` are the very numbers given as
//! breakpoints. The state is continuous there; a jump of the state is two integrations.
//!
//! Time runs forward only (`t1 >= t0`); backward is forward in `-t`. There are no implicit methods
//! (a stiff system costs many steps, and [`TooManySteps`](crate::Error::TooManySteps) says so), no
//! events and no noise.
//!
//! ```
//! use neuro_core::integrate::adaptive::{StepControl, integrate_adaptive};
//! use neuro_core::system_from_fn;
//!
//! // A leaky unit at rest, time constant 10 ms, receives input 1 from 500 ms to 505 ms.
//! let pulse = |t: f64| if (500.0..505.0).contains(&t) { 1.0 } else { 0.0 };
//! let unit = system_from_fn(1, |t, x: &[f64], dx| dx[0] = (pulse(t) - x[0]) / 10.0);
//! let mut control = StepControl::new(1e-6, 1e-9);
//! // Nothing happens for so long that the steps grow beyond the pulse, which is never seen ...
//! assert_eq!(integrate_adaptive(&unit, &control, 0.0, 510.0, &[0.0])?.last(), [0.0]);
//! // ... unless the steps end where the input changes.
//! control.breakpoints = vec![500.0, 505.0];
//! let x = integrate_adaptive(&unit, &control, 0.0, 510.0, &[0.0])?.last()[0];
//! let exact = (1.0 - (-0.5f64).exp()) * (-0.5f64).exp();
//! assert!((x - exact).abs() < 1e-6);
//! # Ok::<(), neuro_core::Error>(())
//! ```

mod control;
pub(super) mod dormand_prince;
mod run;
mod solution;
mod step;

pub use control::{AbsoluteTolerance, StepControl};
pub use run::{AdaptiveWork, integrate_adaptive_observed};
pub use solution::{
    AdaptiveSolution, DenseSolution, integrate_adaptive, integrate_at, integrate_dense,
};
pub use step::{AcceptedStep, StepStatistics};
