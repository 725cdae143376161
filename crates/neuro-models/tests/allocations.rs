//! A learning trial allocates nothing once its buffers are made.
//!
//! The allocator of this test binary counts the calls of each thread, so that tests beside one
//! another do not disturb the count.

#![allow(unsafe_code, reason = "an allocator that counts is unsafe to write")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell as Counter;

use neuro_core::integrate::RungeKutta4;
use neuro_models::derivative_feedback::{
    Config, Learning, Network, Perturbation, Plasticity, Scheme,
};

struct Counting;

thread_local! {
    static ALLOCATIONS: Counter<u64> = const { Counter::new(0) };
}

fn count() {
    // A thread that is ending has no counter any more.
    let _ = ALLOCATIONS.try_with(|n| n.set(n.get() + 1));
}

// SAFETY: every call is passed on to the system's allocator as it is.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        // SAFETY: the caller's promise.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

#[test]
fn learning_trials_allocate_nothing() {
    let config = Config {
        units: 16,
        ..Config::default()
    };
    let network = Network::new(&config).expect("valid");
    let network = network
        .perturbed(&Perturbation::post_synaptic(0.15))
        .expect("valid");
    for scheme in [Scheme::default(), Scheme::Joint { step: 2.5 }] {
        let learning = Learning::new(network.clone(), Plasticity::default(), scheme, RungeKutta4);
        let mut learning = learning.expect("a stable step");
        // The count sees allocations: a network is made of many.
        assert!(ALLOCATIONS.with(Counter::get) > 0);
        let before = ALLOCATIONS.with(Counter::get);
        for stimulus in 0..3 {
            learning.trial(stimulus).expect("a bounded trial");
        }
        assert_eq!(ALLOCATIONS.with(Counter::get), before, "{scheme:?}");
    }
}
