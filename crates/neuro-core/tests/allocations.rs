//! Stepping allocates nothing once the buffers are made.

#[path = "../../../tests/counting/mod.rs"]
mod counting;

use counting::allocations;
use neuro_core::integrate::adaptive::{AdaptiveWork, StepControl, integrate_adaptive_observed};
use neuro_core::integrate::{
    DormandPrince5, Euler, EulerMaruyama, ExponentialEuler, Heun, RungeKutta4, Semilinear, Stepper,
};
use neuro_core::noise::{NoiseScaling, OrnsteinUhlenbeck, StandardNormals, WhiteNoise};
use neuro_core::{Diffusion, Domain, Streams, System};

/// Three leaky units in a ring, with a buffer for their rates.
struct Ring {
    decay: [f64; 3],
}

impl System for Ring {
    type Work = Vec<f64>;

    fn dim(&self) -> usize {
        3
    }

    fn work(&self, states: usize) -> Vec<f64> {
        vec![0.0; 3 * states]
    }

    fn rhs(&self, _t: f64, x: &[f64], dx: &mut [f64], rates: &mut Vec<f64>) {
        for (x, r) in x.iter().zip(&mut *rates) {
            *r = x.tanh();
        }
        for (i, dx) in dx.iter_mut().enumerate() {
            let from = i - i % 3 + (i + 1) % 3;
            *dx = 2.0 * rates[from] - self.decay[i % 3] * x[i];
        }
    }
}

impl Semilinear for Ring {
    fn decay(&self) -> &[f64] {
        &self.decay
    }
}

impl Diffusion for Ring {
    fn diffusion(&self, _t: f64, _x: &[f64], g: &mut [f64]) {
        g.fill(0.1);
    }
}

const RING: Ring = Ring {
    decay: [1.0, 0.5, 2.0],
};

#[track_caller]
fn check_steps_allocate_nothing(method: &impl Stepper<Ring>) {
    let mut work = method.work(&RING, 2);
    let mut x = [0.1, 0.2, 0.3, -0.4, 0.5, -0.6];
    method.step(&RING, 0.0, 0.1, &mut x, &mut work);
    let counted = allocations(|| {
        for k in 1..100 {
            method.step(&RING, 0.1 * f64::from(k), 0.1, &mut x, &mut work);
        }
    });
    assert_eq!(counted, 0);
}

#[test]
fn the_counter_sees_an_allocation() {
    assert_eq!(
        allocations(|| drop(std::hint::black_box(Vec::<f64>::with_capacity(3)))),
        1
    );
}

#[test]
fn steps_of_every_method_allocate_nothing() {
    check_steps_allocate_nothing(&Euler);
    check_steps_allocate_nothing(&Heun);
    check_steps_allocate_nothing(&RungeKutta4);
    check_steps_allocate_nothing(&DormandPrince5);
    check_steps_allocate_nothing(&ExponentialEuler);
}

#[test]
fn adaptive_integrations_allocate_nothing() {
    let mut control = StepControl::new(1e-6, 1e-6);
    control.breakpoints = vec![1.0, 2.0];
    let mut work = AdaptiveWork::new(&RING, 2);
    let mut x = [0.1, 0.2, 0.3, -0.4, 0.5, -0.6];
    let mut middle = [0.0; 6];
    let counted = allocations(|| {
        let result =
            integrate_adaptive_observed(&RING, &control, 0.0, 50.0, &mut x, &mut work, |step| {
                let time = 0.5 * (step.start() + step.end());
                step.at_into(time, &mut middle).expect("within the step");
            });
        assert!(result.expect("valid problem").accepted > 50);
    });
    assert_eq!(counted, 0);
}

#[test]
fn steps_with_noise_allocate_nothing() {
    let mut work = EulerMaruyama.work(&RING, 1);
    let mut normals: StandardNormals = Streams::new(1).normals(Domain::UnitNoise, 0);
    let mut x = [0.0; 3];
    let mut increment = [0.0; 3];
    normals.fill(&mut increment);
    let counted = allocations(|| {
        for _ in 0..100 {
            normals.fill(&mut increment);
            EulerMaruyama.step(&RING, 0.0, 0.1, &increment, &mut x, &mut work);
        }
    });
    assert_eq!(counted, 0);
}

#[test]
fn noise_allocates_nothing() {
    let normals = |index| Streams::new(2).normals(Domain::UnitNoise, index);
    let white = WhiteNoise::new(0.1, NoiseScaling::SqrtAlpha, 0.2, normals(0));
    let mut white: WhiteNoise = white.expect("valid");
    let correlated = OrnsteinUhlenbeck::new(50, 0.0, 1.0, 10.0, 1.0, normals(1));
    let mut correlated: OrnsteinUhlenbeck = correlated.expect("valid");
    let mut values = [0.0; 50];
    white.fill(&mut values);
    correlated.advance();
    let counted = allocations(|| {
        for _ in 0..100 {
            white.fill(&mut values);
            correlated.advance();
        }
    });
    assert_eq!(counted, 0);
}
