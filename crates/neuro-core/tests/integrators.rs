//! Every integrator against problems whose solution is known.

use neuro_core::integrate::{
    DormandPrince5, Euler, ExponentialEuler, Heun, RungeKutta4, Semilinear, Stepper, integrate,
};
use neuro_core::{FromFn, System, system_from_fn};

type Rhs = fn(f64, &[f64], &mut [f64]);

/// A problem with some of its right-hand side declared to be a decay.
struct Problem {
    system: FromFn<Rhs>,
    rates: Vec<f64>,
}

impl Problem {
    fn new(rates: &[f64], rhs: Rhs) -> Self {
        Self {
            system: system_from_fn(rates.len(), rhs),
            rates: rates.to_vec(),
        }
    }
}

impl System for Problem {
    type Work = ();

    fn dim(&self) -> usize {
        self.rates.len()
    }

    fn work(&self, _states: usize) {}

    fn rhs(&self, t: f64, x: &[f64], dx: &mut [f64], work: &mut ()) {
        self.system.rhs(t, x, dx, work);
    }
}

impl Semilinear for Problem {
    fn decay(&self) -> &[f64] {
        &self.rates
    }
}

/// Halving the step divides the error at `t = 2` by `2^ORDER`. At these steps the next term of the
/// error moves the measured order by less than 0.1, and the smallest error (RK4's) is a thousand
/// times the rounding error.
#[track_caller]
fn check_order<M: Stepper<Problem>>(problem: &Problem, method: &M, x0: &[f64], exact: &[f64]) {
    let error = |steps: usize| {
        let solution = integrate(problem, method, 0.0, 2.0 / steps as f64, steps, x0);
        let end = solution.expect("valid problem").into_states();
        let pairs = end.last().iter().zip(exact);
        pairs.map(|(x, e)| (x - e).abs()).fold(0.0, f64::max)
    };
    let errors = [64, 128, 256].map(error);
    for pair in errors.windows(2) {
        let order = (pair[0] / pair[1]).log2();
        let expected = f64::from(M::ORDER);
        assert!(
            (order - expected).abs() < 0.1,
            "order {order}, errors {errors:?}"
        );
    }
}

/// The logistic equation `dx/dt = x (1 - x)`.
#[track_caller]
fn check_order_on_a_nonlinear_scalar(method: &impl Stepper<Problem>) {
    let problem = Problem::new(&[0.7], |_t, x, dx| dx[0] = x[0] * (1.0 - x[0]));
    let e = 2.0f64.exp();
    check_order(&problem, method, &[0.1], &[0.1 * e / (0.9 + 0.1 * e)]);
}

#[track_caller]
fn check_order_on_an_oscillator(method: &impl Stepper<Problem>) {
    let problem = Problem::new(&[0.0, 0.4], |_t, x, dx| (dx[0], dx[1]) = (x[1], -x[0]));
    check_order(
        &problem,
        method,
        &[1.0, 0.0],
        &[2.0f64.cos(), -2.0f64.sin()],
    );
}

/// `dx/dt = x cos(t)`: stages at a wrong time would lower the order.
#[track_caller]
fn check_order_with_time_dependence(method: &impl Stepper<Problem>) {
    let problem = Problem::new(&[0.3], |t, x, dx| dx[0] = x[0] * t.cos());
    check_order(&problem, method, &[1.0], &[2.0f64.sin().exp()]);
}

#[test]
fn euler_converges_with_order_one() {
    check_order_on_a_nonlinear_scalar(&Euler);
    check_order_on_an_oscillator(&Euler);
    check_order_with_time_dependence(&Euler);
}

#[test]
fn heun_converges_with_order_two() {
    check_order_on_a_nonlinear_scalar(&Heun);
    check_order_on_an_oscillator(&Heun);
    check_order_with_time_dependence(&Heun);
}

#[test]
fn rk4_converges_with_order_four() {
    check_order_on_a_nonlinear_scalar(&RungeKutta4);
    check_order_on_an_oscillator(&RungeKutta4);
    check_order_with_time_dependence(&RungeKutta4);
}

#[test]
fn exponential_euler_converges_with_order_one() {
    check_order_on_a_nonlinear_scalar(&ExponentialEuler);
    check_order_on_an_oscillator(&ExponentialEuler);
    check_order_with_time_dependence(&ExponentialEuler);
}

#[test]
fn exponential_euler_without_decay_is_euler() {
    let problem = Problem::new(&[0.0, 0.0], |t, x, dx| (dx[0], dx[1]) = (x[1] * t, -x[0]));
    let euler = integrate(&problem, &Euler, 0.0, 0.1, 50, &[1.0, 0.0]).expect("valid");
    let exponential = integrate(&problem, &ExponentialEuler, 0.0, 0.1, 50, &[1.0, 0.0]);
    let exponential = exponential.expect("valid");
    assert_eq!(euler, exponential);
}

#[track_caller]
fn check_states_do_not_mix(method: &impl Stepper<Problem>) {
    let problem = Problem::new(&[1.0, 2.0, 3.0], |t, x, dx| {
        dx[0] = -x[0] + (1.7 * x[1] - x[2]).tanh() + t.sin();
        dx[1] = -2.0 * x[1] + (0.3 * x[0] + 2.5 * x[2]).tanh();
        dx[2] = -3.0 * x[2] + (x[0] * x[1]).cos();
    });
    let x0: Vec<f64> = (0..15).map(|i| f64::from(i) * 0.37 - 2.0).collect();
    let together = integrate(&problem, method, 0.5, 0.01, 200, &x0).expect("valid");
    for (k, x0) in x0.chunks_exact(3).enumerate() {
        let alone = integrate(&problem, method, 0.5, 0.01, 200, x0).expect("valid");
        for step in 0..=200 {
            assert_eq!(together.states().state(step, k), alone.state(step));
        }
    }
}

#[test]
fn states_integrated_together_equal_each_alone_bit_for_bit() {
    check_states_do_not_mix(&Euler);
    check_states_do_not_mix(&Heun);
    check_states_do_not_mix(&RungeKutta4);
    check_states_do_not_mix(&DormandPrince5);
    check_states_do_not_mix(&ExponentialEuler);
}

#[test]
fn single_precision_follows_double_precision() {
    let single = system_from_fn(2, |_t, x: &[f32], dx: &mut [f32]| {
        (dx[0], dx[1]) = (x[1], -x[0]);
    });
    let end = integrate(&single, &RungeKutta4, 0.0f32, 0.05, 400, &[1.0, 0.0]).expect("valid");
    // 400 steps of rounding to 6e-8 on values of size 1.
    assert!((end.last()[0] - 20.0f32.cos()).abs() < 1e-5);
    assert_eq!(end.time(400), 20.0);
}
