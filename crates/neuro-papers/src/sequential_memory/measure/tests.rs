use neuro_core::Streams;
use neuro_models::sequential_memory::{Config, Corruption, Replay};

use super::energy::energy;
use super::picture::picture;
use super::points::points;
use super::run::{Plan, Run, course, visits};
use super::*;
use crate::sequential_memory::networks::stored;

/// Thirty time units of three memories, each on for ten: overlaps rise from 0 to 1 in two.
fn made_up() -> Replay {
    let times: Vec<f64> = (0..=300).map(|k| 0.1 * f64::from(k)).collect();
    let overlap = |memory: usize, t: f64| {
        let start = 10.0 * memory as f64;
        let rise = if memory == 0 { 1.0 } else { (t - start) / 2.0 };
        let fall = 1.0 - (t - start - 10.0).max(0.0) / 2.0;
        rise.min(fall).clamp(0.0, 1.0)
    };
    let overlaps = DMatrix::from_fn(
        7,
        301,
        |m, k| if m < 3 { overlap(m, times[k]) } else { 0.2 },
    );
    Replay::new(times, overlaps, 0.8).expect("finite")
}

#[test]
fn a_course_tells_order_rise_and_what_is_foreign() {
    let found = course(&made_up(), 0, 30.0).expect("two cycles");
    assert_eq!(visits(&made_up()).len(), 3);
    assert!(found.in_order && !found.replays());
    assert_eq!((found.cue, found.cycle, found.foreign), (0, 3, 0.2));
    // From 10 to 90 % of a ramp of two time units, to a sample on either side.
    let rise = found.rise.expect("two switches");
    assert!((rise - 1.6).abs() < 0.21, "{rise}");
    assert_eq!(found.dwell.map(|d| d[0]).map(f64::round), Some(10.0));
}

/// A short run of DSEM, cued with memory 4.
fn with_run(look: impl FnOnce(&Run<'_>)) {
    let network = stored(&Config::dsem(), 60, Streams::new(3)).expect("different memories");
    let cue = network.cue(4, Corruption::Erased(15), Streams::new(3), 0);
    let plan = Plan {
        duration: 90.0,
        step: 0.02,
        steps_per_sample: 5,
        window: [10.0, 80.0],
        looked_at: 30,
    };
    look(&Run::new(&network, &cue.expect("in range"), plan).expect("bounded"));
}

#[test]
fn the_energy_of_a_run_descends_by_f_and_is_moved_by_g() {
    with_run(|run| {
        let visits = visits(&run.replay);
        assert!(visits.len() > 5);
        let found = energy(run, &visits, 2).expect("bounded");
        assert!(
            found.identity < 1e-6 && found.largest_descent <= 0.0,
            "{found:?}"
        );
        assert!(found.frozen_rise < 1e-12 && found.parts.is_none());
        assert!(found.dwell_delay.is_some_and(|g| g > 0.0));
        assert!(
            found
                .switch_share
                .is_some_and(|share| share > found.switch_time)
        );
        assert_eq!(found.tilt, [visits.len() - 2; 3]);
    });
}

#[test]
fn memories_have_fixed_points_that_vanish_at_the_switch() {
    with_run(|run| {
        let visits = visits(&run.replay);
        let found = points(run, &visits).expect("bounded");
        assert_eq!(found.at_rest, 7);
        assert_eq!(found.held, [visits.len() - 2; 2]);
        assert_eq!(found.leads, [visits.len() - 1; 2]);
        assert!(found.near > 0.3 && found.near < 1.0);
        assert!(found.delay_shares.len() == 3 && found.delay_shares[0] > found.delay_shares[1]);
    });
}

#[test]
fn a_picture_holds_the_window_and_its_surface() {
    with_run(|run| {
        let shown = picture(run).expect("drawable");
        assert_eq!(shown.overlaps.len(), 7);
        assert_eq!(shown.components.len(), 30);
        assert!(
            shown
                .components
                .iter()
                .all(|row| row.iter().all(|v| v.is_finite()))
        );
        assert!(!shown.markers.is_empty());
        let surface = shown.surface;
        assert!(surface.features.len() > 3 && surface.features.len() <= MOST_STATES[0]);
        assert_eq!(surface.energy.len(), surface.delays.len());
        assert!(
            surface
                .energy
                .iter()
                .all(|e| e.len() == surface.features.len())
        );
        let last = surface.course.last().expect("a way");
        assert_eq!(
            *last,
            [surface.delays.len() - 1, surface.features.len() - 1]
        );
        assert!(surface.features.iter().all(|t| (10.0..=80.0).contains(t)));
    });
}

#[test]
fn the_constant_part_of_lisem_is_left_out_of_surfaces() {
    let network = stored(&Config::lisem(60), 60, Streams::new(5)).expect("different memories");
    let features = network.memories().columns(0, 2).into_owned();
    let delays = network.memories().columns(2, 2) * 0.5;
    let found = surface_energy(&network, &features, &delays).expect("sizes fit");
    for i in 0..2 {
        for j in 0..2 {
            let (f, d) = (features.column(i), delays.column(j));
            let parts = network.linear_energy_parts(f.as_slice(), d.as_slice());
            let parts = parts.expect("linear hidden units");
            let expected = parts.associative + parts.sequential;
            // Rounding of energies of some hundreds.
            assert!((found[(i, j)] - expected).abs() < 1e-10);
        }
    }
}
