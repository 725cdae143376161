//! Sparse random connectivity: each connection with a probability, or an exact number of them.

use nalgebra::DMatrix;
use rand::RngExt;

use super::{apply_mask, check_probability, check_scale, gaussian};
use crate::{Domain, Error, Scalar, Streams};

/// Recurrent weights, each present with `probability` and then normal with standard deviation
/// `gain / sqrt(probability * units)`; absent ones are 0. The weights are those of [`gaussian`], the
/// mask that of [`bernoulli_mask`], both with the same index.
///
/// With connection probability `p` a unit receives about `p N` connections, and weights of standard
/// deviation `g / sqrt(p N)` give its input the variance `g^2 <r^2>` of the dense network of gain `g`.
///
/// # Errors
/// [`Error::OutOfRange`] unless `gain` is finite and >= 0 and `probability` between 0 and 1.
pub fn sparse_gaussian<T: Scalar>(
    units: usize,
    gain: f64,
    probability: f64,
    streams: Streams,
    index: u64,
) -> Result<DMatrix<T>, Error> {
    check_scale("gain", gain)?;
    let mask = bernoulli_mask(units, units, probability, streams, index)?;
    if probability == 0.0 || units == 0 {
        return Ok(mask);
    }
    let deviation = gain / (probability * units as f64).sqrt();
    let mut weights = gaussian(units, units, deviation, streams, index)?;
    apply_mask(&mut weights, &mask)?;
    Ok(weights)
}

/// A mask in which each connection is 1 with `probability`, independently; post x pre.
///
/// # Errors
/// [`Error::OutOfRange`] unless `probability` is between 0 and 1; [`Error::TooLarge`] when the mask does
/// not fit into memory.
pub fn bernoulli_mask<T: Scalar>(
    post: usize,
    pre: usize,
    probability: f64,
    streams: Streams,
    index: u64,
) -> Result<DMatrix<T>, Error> {
    check_probability("connection probability", probability)?;
    Error::check_size::<T>("mask", &[post, pre])?;
    let mut rng = streams.rng(Domain::Connectivity, index);
    Ok(DMatrix::from_fn(post, pre, |_, _| {
        // random() < 1 always, so that probabilities 0 and 1 are exact.
        if rng.random::<f64>() < probability {
            T::one()
        } else {
            T::zero()
        }
    }))
}

/// A mask with exactly `count` connections, all sets of `count` equally likely; post x pre.
///
/// # Errors
/// [`Error::OutOfRange`] when there are more connections than places; [`Error::TooLarge`] when the mask
/// does not fit into memory.
pub fn exact_mask<T: Scalar>(
    post: usize,
    pre: usize,
    count: usize,
    streams: Streams,
    index: u64,
) -> Result<DMatrix<T>, Error> {
    Error::check_size::<T>("mask", &[post, pre])?;
    let mut mask = DMatrix::zeros(post, pre);
    let expected = format!("at most {}", mask.len());
    Error::check_range("connections", &expected, count as f64, count <= mask.len())?;
    let mut rng = streams.rng(Domain::Connectivity, index);
    for place in choose(mask.len(), count, &mut rng) {
        mask.as_mut_slice()[place] = T::one();
    }
    Ok(mask)
}

/// A mask in which each unit receives exactly `count` connections from distinct units; post x pre.
///
/// # Errors
/// [`Error::OutOfRange`] when there are more connections than presynaptic units; [`Error::TooLarge`]
/// when the mask does not fit into memory.
pub fn in_degree_mask<T: Scalar>(
    post: usize,
    pre: usize,
    count: usize,
    streams: Streams,
    index: u64,
) -> Result<DMatrix<T>, Error> {
    let expected = format!("at most {pre}");
    Error::check_range(
        "connections of a unit",
        &expected,
        count as f64,
        count <= pre,
    )?;
    Error::check_size::<T>("mask", &[post, pre])?;
    let mut mask = DMatrix::zeros(post, pre);
    let mut rng = streams.rng(Domain::Connectivity, index);
    for i in 0..post {
        for j in choose(pre, count, &mut rng) {
            mask[(i, j)] = T::one();
        }
    }
    Ok(mask)
}

/// `count` distinct numbers below `total`: the first `count` places of a Fisher–Yates shuffle.
fn choose(total: usize, count: usize, rng: &mut impl rand::Rng) -> Vec<usize> {
    let mut places: Vec<usize> = (0..total).collect();
    for k in 0..count {
        // Drawn as u64 so that the values do not depend on the width of usize.
        let other = k + rng.random_range(0..(total - k) as u64) as usize;
        places.swap(k, other);
    }
    places.truncate(count);
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    const STREAMS: fn() -> Streams = || Streams::new(8);

    #[test]
    fn sparse_weights_have_density_and_variance_of_their_parameters() {
        let w = sparse_gaussian::<f64>(300, 1.2, 0.1, STREAMS(), 0).expect("valid");
        let present = w.iter().filter(|w| **w != 0.0).count() as f64;
        // 90000 places: standard error of the density 0.001.
        assert!((present / 90_000.0 - 0.1).abs() < 0.0045, "{present}");
        let variance = w.iter().map(|w| w * w).sum::<f64>() / present;
        // 9000 values: standard error 1.5 %.
        assert!((variance * 30.0 / 1.44 - 1.0).abs() < 0.065, "{variance}");
    }

    #[test]
    fn masks_that_no_memory_holds_are_refused() {
        let huge = usize::MAX / 2;
        let refused = |mask: Result<DMatrix<f64>, Error>| {
            let error = mask.expect_err("too large").to_string();
            assert!(error.ends_with("values do not fit into memory"), "{error}");
        };
        refused(bernoulli_mask(huge, 2, 0.5, STREAMS(), 0));
        refused(exact_mask(huge, huge, 0, STREAMS(), 0));
        // Nothing to draw for so many units, which would take for ever.
        refused(in_degree_mask(huge, 0, 0, STREAMS(), 0));
    }

    #[test]
    fn probability_zero_and_one_are_exact() {
        let draw = |p| bernoulli_mask::<f64>(40, 50, p, STREAMS(), 1).expect("valid");
        assert_eq!(draw(0.0), DMatrix::zeros(40, 50));
        assert_eq!(draw(1.0), DMatrix::from_element(40, 50, 1.0));
        let empty = sparse_gaussian::<f64>(5, 1.0, 0.0, STREAMS(), 0).expect("valid");
        assert_eq!(empty, DMatrix::zeros(5, 5));
        let full = sparse_gaussian::<f64>(5, 1.0, 1.0, STREAMS(), 0).expect("valid");
        let dense = crate::connectivity::gaussian_gain::<f64>(5, 1.0, STREAMS(), 0);
        assert_eq!(full, dense.expect("valid"));
    }

    #[test]
    fn exact_masks_have_their_count_and_every_place_equally_often() {
        let mut sum = DMatrix::<f64>::zeros(4, 5);
        for index in 0..4000 {
            let mask = exact_mask(4, 5, 7, STREAMS(), index).expect("valid");
            assert_eq!(mask.sum(), 7.0);
            assert!(mask.iter().all(|m| *m == 0.0 || *m == 1.0));
            sum += mask;
        }
        // Each place: 7/20 of 4000 = 1400, standard deviation 30; the largest of 20 within 4.
        assert!(sum.iter().all(|n| (n - 1400.0).abs() < 121.0), "{sum}");
    }

    #[test]
    fn in_degree_masks_give_every_unit_its_number_of_inputs() {
        let mask = in_degree_mask::<f64>(30, 20, 6, STREAMS(), 0).expect("valid");
        assert!(mask.row_iter().all(|row| row.sum() == 6.0));
        let all = in_degree_mask::<f64>(3, 2, 2, STREAMS(), 0).expect("valid");
        assert_eq!(all.sum(), 6.0);
    }

    #[test]
    fn mask_values_are_stable() {
        let bernoulli = bernoulli_mask::<f64>(3, 3, 0.5, Streams::new(42), 0).expect("valid");
        assert_eq!(
            bernoulli.as_slice(),
            [1.0, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0]
        );
        let exact = exact_mask::<f64>(3, 3, 4, Streams::new(42), 0).expect("valid");
        assert_eq!(
            exact.as_slice(),
            [1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0]
        );
    }

    #[test]
    fn impossible_requests_are_refused() {
        for p in [-0.1, 1.1, f64::NAN] {
            assert!(bernoulli_mask::<f64>(2, 2, p, STREAMS(), 0).is_err());
            assert!(sparse_gaussian::<f64>(2, 1.0, p, STREAMS(), 0).is_err());
        }
        assert!(exact_mask::<f64>(2, 2, 5, STREAMS(), 0).is_err());
        assert!(in_degree_mask::<f64>(2, 2, 3, STREAMS(), 0).is_err());
        assert!(exact_mask::<f64>(0, 0, 0, STREAMS(), 0).is_ok());
        assert!(sparse_gaussian::<f64>(0, 1.0, 0.5, STREAMS(), 0).is_ok());
    }
}
