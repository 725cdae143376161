//! The Euler–Maruyama method against stochastic equations whose solution is known.

use neuro_core::integrate::{Euler, EulerMaruyama, integrate, integrate_stochastic};
use neuro_core::noise::StandardNormals;
use neuro_core::{Diffusion, Domain, Streams, System};

/// `dx = drift x dt + (constant + proportional x) dW`, one variable.
#[derive(Clone, Copy)]
struct Linear {
    drift: f64,
    constant: f64,
    proportional: f64,
}

impl System for Linear {
    type Work = ();

    fn dim(&self) -> usize {
        1
    }

    fn work(&self, _states: usize) {}

    fn rhs(&self, _t: f64, x: &[f64], dx: &mut [f64], (): &mut ()) {
        for (x, dx) in x.iter().zip(dx) {
            *dx = self.drift * x;
        }
    }
}

impl Diffusion for Linear {
    fn diffusion(&self, _t: f64, x: &[f64], g: &mut [f64]) {
        for (x, g) in x.iter().zip(g) {
            *g = self.constant + self.proportional * x;
        }
    }
}

/// `dx = -x / tau dt + sigma dW`: an Ornstein–Uhlenbeck process.
const TAU: f64 = 0.5;
const SIGMA: f64 = 1.4;
const RELAXATION: Linear = Linear {
    drift: -1.0 / TAU,
    constant: SIGMA,
    proportional: 0.0,
};

/// `dx = mu x dt + sigma x dW`: geometric Brownian motion.
const GROWTH: Linear = Linear {
    drift: 0.3,
    constant: 0.0,
    proportional: 0.8,
};

/// Variance of the discrete process: `sigma^2 dt / (1 - (1 - dt/tau)^2)`.
fn discrete_variance(dt: f64) -> f64 {
    SIGMA * SIGMA * TAU / (2.0 - dt / TAU)
}

fn streams_of_noise(seed: u64, paths: usize) -> Vec<StandardNormals> {
    let streams = Streams::new(seed);
    (0..paths as u64)
        .map(|k| streams.normals(Domain::UnitNoise, k))
        .collect()
}

#[test]
fn the_response_to_unit_noise_has_the_variance_of_the_discrete_process() {
    // The state is the sum of its responses to independent increments of variance dt, so the
    // stationary variance is dt times the sum of the squared response to one increment of size 1.
    let mut gaps = Vec::new();
    for dt in [0.2, 0.05, 0.0125] {
        let mut work = EulerMaruyama.work(&RELAXATION, 1);
        let mut x = [0.0];
        EulerMaruyama.step(&RELAXATION, 0.0, dt, &[1.0], &mut x, &mut work);
        let mut sum = 0.0;
        // 20 time constants later what is missing is e^-40.
        for _ in 0..(20.0 * TAU / dt) as usize {
            sum += x[0] * x[0];
            EulerMaruyama.step(&RELAXATION, 0.0, dt, &[0.0], &mut x, &mut work);
        }
        let expected = discrete_variance(dt);
        assert!(
            (dt * sum / expected - 1.0).abs() < 1e-12,
            "{dt}: {}",
            dt * sum
        );
        gaps.push((dt * sum - SIGMA * SIGMA * TAU / 2.0) / dt);
    }
    // The gap to the continuous sigma^2 tau / 2 closes in proportion to dt.
    assert!((gaps[2] / gaps[1] - 1.0).abs() < 0.05, "{gaps:?}");
}

#[test]
fn the_stationary_variance_of_sampled_paths_is_that_of_the_discrete_process() {
    let paths = 20_000;
    for (seed, dt) in [(1, 0.25), (2, 0.1), (3, 0.025)] {
        // After 8 time constants the missing part of the variance is e^-16.
        let steps = (8.0 * TAU / dt) as usize;
        let mut normals = streams_of_noise(seed, paths);
        let x0 = vec![0.0; paths];
        let solution = integrate_stochastic(&RELAXATION, 0.0, dt, steps, &x0, &mut normals);
        let solution = solution.expect("valid");
        let squares = solution.last().iter().map(|x| x * x).sum::<f64>();
        let ratio = squares / paths as f64 / discrete_variance(dt);
        // Standard error sqrt(2 / 20000) = 1 %; dt / tau = 1/2 alone moves the variance by 33 %.
        assert!((ratio - 1.0).abs() < 0.04, "{dt}: {ratio}");
    }
}

/// Mean distance at `t = 1` from the exact solution for the same Brownian path, from `1 / steps`
/// sized steps whose increments are sums of `FINEST / steps` of the finest.
fn strong_error(steps: usize, brownian: &[Vec<f64>]) -> f64 {
    let paths = brownian.len();
    let dt = 1.0 / steps as f64;
    let mut x = vec![1.0; paths];
    let mut work = EulerMaruyama.work(&GROWTH, paths);
    for k in 0..steps {
        let width = FINEST / steps;
        let sum = |path: &Vec<f64>| path[k * width..][..width].iter().sum();
        let increment: Vec<f64> = brownian.iter().map(sum).collect();
        EulerMaruyama.step(&GROWTH, k as f64 * dt, dt, &increment, &mut x, &mut work);
    }
    let (mu, sigma) = (GROWTH.drift, GROWTH.proportional);
    let exact = |path: &Vec<f64>| {
        let end: f64 = path.iter().sum();
        (mu - 0.5 * sigma * sigma + sigma * end).exp()
    };
    let errors = x
        .iter()
        .zip(brownian)
        .map(|(x, path)| (x - exact(path)).abs());
    errors.sum::<f64>() / paths as f64
}

const FINEST: usize = 1024;

#[test]
fn euler_maruyama_converges_with_strong_order_one_half() {
    let deviation = (1.0 / FINEST as f64).sqrt();
    let mut brownian = vec![vec![0.0; FINEST]; 2000];
    for (path, mut normals) in brownian.iter_mut().zip(streams_of_noise(4, 2000)) {
        normals.fill(path);
        path.iter_mut().for_each(|dw| *dw *= deviation);
    }
    let order = (strong_error(64, &brownian) / strong_error(1024, &brownian)).log2() / 4.0;
    // Each mean over 2000 paths has a standard error of about 3 %: 0.015 in the order.
    assert!((order - 0.5).abs() < 0.06, "{order}");
}

#[test]
fn the_mean_of_geometric_brownian_motion_is_that_of_ito() {
    let paths = 40_000;
    let (steps, dt) = (50, 0.02);
    let mut normals = streams_of_noise(5, paths);
    let solution = integrate_stochastic(&GROWTH, 0.0, dt, steps, &vec![1.0; paths], &mut normals);
    let solution = solution.expect("valid");
    let count = paths as f64;
    let mean = solution.last().iter().sum::<f64>() / count;
    let squares = solution
        .last()
        .iter()
        .map(|x| (x - mean).powi(2))
        .sum::<f64>();
    let standard_error = (squares / count / count).sqrt();
    // (1 + mu dt)^50 = 1.348; Stratonovich's e^(mu + sigma^2 / 2) = 1.86 is 60 errors away.
    let expected = (1.0 + GROWTH.drift * dt).powi(steps as i32);
    assert!(
        (mean - expected).abs() < 4.0 * standard_error && standard_error < 0.01,
        "{mean} +- {standard_error}, {expected}"
    );
}

#[test]
fn a_path_does_not_depend_on_its_company() {
    let x0 = [0.5, -1.0, 2.0];
    let mut normals = streams_of_noise(6, 3);
    let together = integrate_stochastic(&GROWTH, 0.0, 0.01, 100, &x0, &mut normals);
    let together = together.expect("valid");
    for k in 0..3 {
        let mut normals = streams_of_noise(6, 3);
        let normals = &mut normals[k..=k];
        let alone = integrate_stochastic(&GROWTH, 0.0, 0.01, 100, &x0[k..=k], normals);
        let alone = alone.expect("valid");
        for step in 0..=100 {
            assert_eq!(together.states().state(step, k), alone.state(step));
        }
    }
}

#[test]
fn without_noise_euler_maruyama_is_euler() {
    let quiet = Linear {
        proportional: 0.0,
        ..GROWTH
    };
    let mut normals = streams_of_noise(7, 1);
    let noisy = integrate_stochastic(&quiet, 0.0, 0.1, 30, &[1.0], &mut normals).expect("valid");
    let euler = integrate(&quiet, &Euler, 0.0, 0.1, 30, &[1.0]).expect("valid");
    assert_eq!(noisy, euler);
}

#[test]
fn each_state_needs_its_own_stream() {
    let mut normals = streams_of_noise(8, 1);
    let result = integrate_stochastic(&GROWTH, 0.0, 0.1, 1, &[1.0, 2.0], &mut normals);
    let message = result.expect_err("two states, one stream").to_string();
    assert_eq!(
        message,
        "streams of noise, one a state: expected 2 values, found 1"
    );
}
