//! Stopped and resumed is the same as never stopped.

use std::fs;

use neuro_autodiff::train::Termination;
use neuro_core::Scalar;

use crate::run::{Run, snapshot, train};

fn resumed_is_straight<T: Scalar>(optimizer: &'static str) {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let run = |name: &str| Run {
        optimizer,
        ..Run::new(&path(name), 1000)
    };
    let mut straight = run("straight").trainer::<T>();
    let ended = train(&run("straight"), &mut straight, None);
    assert_eq!(ended, Termination::ReachedLimit);
    let history = straight.history().len();
    assert_eq!(history, 10);
    // The score falls at times, so that the best parameters are not the last ones.
    assert_ne!(
        straight.best_parameters().raw_values(),
        straight.parameters().raw_values()
    );

    let interrupted = run("interrupted");
    for stop in [1, 17, 20] {
        let mut first = interrupted.trainer::<T>();
        let ended = train(&interrupted, &mut first, Some(stop));
        assert_eq!(ended, Termination::Stopped);
        assert_eq!(first.update(), stop);
        let mut second = interrupted.trainer::<T>();
        second
            .resume(&path("interrupted"), &interrupted.objective())
            .unwrap();
        assert_eq!(snapshot(&second), snapshot(&first));
        train(&interrupted, &mut second, None);
        assert_eq!(snapshot(&second), snapshot(&straight));
        // The optimiser's state, too, as the files hold it.
        let [expected, found] = ["straight", "interrupted"].map(|f| fs::read(path(f)).unwrap());
        assert!(expected == found, "{optimizer}, stopped after {stop}");
    }
}

#[test]
fn adam_goes_on_with_the_same_bits() {
    resumed_is_straight::<f64>("adam");
    resumed_is_straight::<f32>("adam");
}

#[test]
fn gradient_descent_with_momentum_goes_on_with_the_same_bits() {
    resumed_is_straight::<f64>("sgd");
    resumed_is_straight::<f32>("sgd");
}

#[test]
fn deep_rewiring_goes_on_with_the_same_bits() {
    resumed_is_straight::<f64>("rewiring");
    resumed_is_straight::<f32>("rewiring");
}

#[test]
fn a_finished_run_may_be_made_longer() {
    let folder = tempfile::tempdir().unwrap();
    let short = Run {
        updates: 20,
        ..Run::new(&folder.path().join("run"), 1000)
    };
    train(&short, &mut short.trainer::<f64>(), None);
    let long = Run {
        updates: 40,
        ..short.clone()
    };
    let mut trainer = long.trainer::<f64>();
    trainer
        .resume(&folder.path().join("run"), &long.objective())
        .unwrap();
    train(&long, &mut trainer, None);
    let mut straight = long.trainer::<f64>();
    train(&long, &mut straight, None);
    assert_eq!(snapshot(&trainer), snapshot(&straight));
}
