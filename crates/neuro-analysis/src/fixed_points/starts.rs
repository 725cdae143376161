//! Starts of a search: states that the system visits, and their neighbourhood.

use nalgebra::DMatrix;
use neuro_core::noise::StandardNormals;
use neuro_core::{Domain, Streams, Trajectory};
use rand::RngExt;

use crate::Error;

/// Draws `count` states from a trajectory, all trials and steps alike and with replacement, and
/// adds independent Gaussian noise of standard deviation `jitter` (in the unit of the state) to each
/// unit: `units x count`.
///
/// Start `k` uses streams `2 k` and `2 k + 1` of the streams' `Analysis` domain: it is the same
/// whatever the count.
///
/// # Errors
/// [`neuro_core::Error::Empty`] when the trajectory has no state or `count` is 0,
/// [`neuro_core::Error::NonFinite`] for states that are not finite,
/// [`neuro_core::Error::OutOfRange`] for a jitter that is negative or not finite.
///
/// ```
/// use neuro_analysis::fixed_points::sample_starts;
/// use neuro_core::{Streams, Trajectory};
///
/// let visited = Trajectory::from_vec(1, 2, 2, vec![1.0, 2.0, 3.0, 4.0])?;
/// let starts = sample_starts(&visited, 100, 0.0, Streams::new(1))?;
/// assert!([1.0, 2.0, 3.0, 4.0].iter().all(|x| starts.iter().any(|start| start == x)));
/// # Ok::<(), neuro_analysis::Error>(())
/// ```
pub fn sample_starts(
    trajectory: &Trajectory<f64>,
    count: usize,
    jitter: f64,
    streams: Streams,
) -> Result<DMatrix<f64>, Error> {
    let what = "states to draw starts from";
    if trajectory.as_slice().is_empty() || count == 0 {
        return Err(neuro_core::Error::Empty { what: what.into() }.into());
    }
    neuro_core::Error::check_finite(what, trajectory.as_slice())?;
    neuro_core::Error::check_range(
        "jitter of starts",
        "a finite value of at least 0",
        jitter,
        jitter >= 0.0 && jitter.is_finite(),
    )?;
    let units = trajectory.units();
    neuro_core::Error::check_size::<f64>("starts", &[units, count])?;
    let states = trajectory.trials() * trajectory.steps();
    let mut starts = DMatrix::zeros(units, count);
    let mut noise = vec![0.0; units];
    for (k, mut start) in (0u64..).zip(starts.column_iter_mut()) {
        let chosen = streams
            .rng(Domain::Analysis, 2 * k)
            .random_range(0..states as u64) as usize;
        let state = &trajectory.as_slice()[chosen * units..][..units];
        let mut normals: StandardNormals<f64> = streams.normals(Domain::Analysis, 2 * k + 1);
        normals.fill(&mut noise);
        for ((start, x), noise) in start.iter_mut().zip(state).zip(&noise) {
            *start = x + jitter * noise;
        }
    }
    Ok(starts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn visited() -> Trajectory<f64> {
        // Unit 0 tells the state, unit 1 its square.
        let values = (0..6).flat_map(|k| [f64::from(k), f64::from(k * k)]);
        Trajectory::from_vec(2, 3, 2, values.collect()).expect("2 x 3 x 2 values")
    }

    #[test]
    fn starts_without_jitter_are_visited_states_drawn_alike() {
        let starts = sample_starts(&visited(), 6000, 0.0, Streams::new(5)).expect("states");
        let mut counts = [0.0; 6];
        for start in starts.column_iter() {
            assert_eq!(start[1], start[0] * start[0]);
            counts[start[0] as usize] += 1.0;
        }
        // Binomial with mean 1000 and standard deviation 29.
        assert!(
            counts
                .iter()
                .all(|count: &f64| (count - 1000.0).abs() < 5.0 * 29.0)
        );
    }

    #[test]
    fn jitter_has_its_standard_deviation_in_each_unit() {
        let streams = Streams::new(6);
        let states = sample_starts(&visited(), 4000, 0.0, streams).expect("states");
        let starts = sample_starts(&visited(), 4000, 0.5, streams).expect("states");
        let noise = starts - states;
        for unit in noise.row_iter() {
            // Standard errors 0.5 / sqrt(4000) = 0.008 and 0.5 / sqrt(8000) = 0.0056.
            assert!(unit.mean().abs() < 0.04);
            assert!((unit.variance().sqrt() - 0.5).abs() < 0.03);
        }
        let across = noise.row(0).dot(&noise.row(1)) / 4000.0;
        assert!(across.abs() < 5.0 * 0.25 / 4000f64.sqrt());
    }

    #[test]
    fn a_start_is_the_same_whatever_the_count() {
        let draw = |count, seed| sample_starts(&visited(), count, 0.1, Streams::new(seed));
        let (few, many) = (draw(3, 7).expect("states"), draw(9, 7).expect("states"));
        assert_eq!(few, many.columns(0, 3).into_owned());
        assert_ne!(few, draw(3, 8).expect("states"));
    }

    #[test]
    fn bad_trajectories_and_jitters_are_refused() {
        let draw = |trajectory: &Trajectory<f64>, count, jitter| {
            sample_starts(trajectory, count, jitter, Streams::new(0)).is_err()
        };
        assert!(draw(&Trajectory::zeros(2, 3, 0), 1, 0.0));
        assert!(draw(&visited(), 0, 0.0));
        assert!(draw(&visited(), 1, -0.1) && draw(&visited(), 1, f64::NAN));
        let nan = Trajectory::from_vec(1, 1, 1, vec![f64::NAN]).expect("one value");
        assert!(draw(&nan, 1, 0.0));
    }
}
