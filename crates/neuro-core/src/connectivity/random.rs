//! Dense random weights: uniform and normal.

use nalgebra::DMatrix;
use rand::RngExt;

use super::check_scale;
use crate::{Domain, Error, Scalar, Streams};

/// Weights uniform between `-bound` and `bound`, of variance `bound^2 / 3`; post x pre.
///
/// ```
/// use neuro_core::Streams;
/// use neuro_core::connectivity::uniform;
///
/// let w = uniform::<f64>(3, 2, 0.5, Streams::new(1), 0)?;
/// assert_eq!(w.shape(), (3, 2));
/// assert!(w.amax() <= 0.5);
/// # Ok::<(), neuro_core::Error>(())
/// ```
///
/// # Errors
/// [`Error::OutOfRange`] unless `bound` is finite and >= 0; [`Error::TooLarge`] when the weights do not
/// fit into memory.
pub fn uniform<T: Scalar>(
    post: usize,
    pre: usize,
    bound: f64,
    streams: Streams,
    index: u64,
) -> Result<DMatrix<T>, Error> {
    check_scale("bound of uniform weights", bound)?;
    Error::check_size::<T>("weights", &[post, pre])?;
    Ok(uniform_within(post, pre, bound, streams, index))
}

/// Weights uniform between `-1 / sqrt(pre)` and `1 / sqrt(pre)`, the usual start of a linear layer.
///
/// # Panics
/// When so many weights do not fit into memory.
pub fn uniform_fan_in<T: Scalar>(
    post: usize,
    pre: usize,
    streams: Streams,
    index: u64,
) -> DMatrix<T> {
    let bound = 1.0 / (pre.max(1) as f64).sqrt();
    uniform_within(post, pre, bound, streams, index)
}

/// Normal weights of mean 0 and standard deviation `deviation`; post x pre.
///
/// # Errors
/// [`Error::OutOfRange`] unless `deviation` is finite and >= 0; [`Error::TooLarge`] when the weights do
/// not fit into memory.
pub fn gaussian<T: Scalar>(
    post: usize,
    pre: usize,
    deviation: f64,
    streams: Streams,
    index: u64,
) -> Result<DMatrix<T>, Error> {
    check_scale("standard deviation of weights", deviation)?;
    Error::check_size::<T>("weights", &[post, pre])?;
    let mut weights = DMatrix::zeros(post, pre);
    let mut normals = streams.normals(Domain::Weights, index);
    normals.fill(weights.as_mut_slice());
    for w in weights.as_mut_slice() {
        *w *= T::of(deviation);
    }
    Ok(weights)
}

/// Recurrent normal weights of gain `gain`: standard deviation `gain / sqrt(units)`.
///
/// With `N` the number of presynaptic units (the fan-in), weights of standard deviation `g / sqrt(N)`
/// give each unit an input of variance `g^2 <r^2>` whatever `N`; a recurrent network of tanh units
/// leaves silence for chaos at gain `g = 1` (Sompolinsky, Crisanti & Sommers, Phys. Rev. Lett. 61
/// (1988) 259).
///
/// # Errors
/// [`Error::OutOfRange`] unless `gain` is finite and >= 0; [`Error::TooLarge`] when the weights do not
/// fit into memory.
pub fn gaussian_gain<T: Scalar>(
    units: usize,
    gain: f64,
    streams: Streams,
    index: u64,
) -> Result<DMatrix<T>, Error> {
    check_scale("gain", gain)?;
    let deviation = gain / (units.max(1) as f64).sqrt();
    gaussian(units, units, deviation, streams, index)
}

fn uniform_within<T: Scalar>(
    post: usize,
    pre: usize,
    bound: f64,
    streams: Streams,
    index: u64,
) -> DMatrix<T> {
    let mut rng = streams.rng(Domain::Weights, index);
    // nalgebra fills column by column.
    DMatrix::from_fn(post, pre, |_, _| {
        T::of(bound * (2.0 * rng.random::<f64>() - 1.0))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const STREAMS: fn() -> Streams = || Streams::new(21);

    /// Mean and variance of the entries.
    fn moments(w: &DMatrix<f64>) -> (f64, f64) {
        let count = w.len() as f64;
        let mean = w.sum() / count;
        (
            mean,
            w.iter().map(|w| (w - mean).powi(2)).sum::<f64>() / count,
        )
    }

    #[test]
    fn uniform_weights_have_the_moments_of_their_bound() {
        let w = uniform::<f64>(200, 300, 0.6, STREAMS(), 0).expect("valid");
        let (mean, variance) = moments(&w);
        // 60000 values: standard errors 0.6 / sqrt(3 * 60000) = 0.0014 and 0.9 / 245 = 0.4 %.
        assert!(mean.abs() < 0.006, "{mean}");
        assert!((variance / 0.12 - 1.0).abs() < 0.015, "{variance}");
        assert!(w.amax() <= 0.6 && w.amax() > 0.599);
    }

    #[test]
    fn gaussian_weights_have_the_moments_of_their_gain() {
        let w = gaussian_gain::<f64>(250, 1.5, STREAMS(), 0).expect("valid");
        let (mean, variance) = moments(&w);
        // 62500 values: standard errors 0.095 / 250 = 0.0004 and sqrt(2) / 250 = 0.6 %.
        assert!(mean.abs() < 0.0017, "{mean}");
        assert!((variance * 250.0 / 2.25 - 1.0).abs() < 0.025, "{variance}");
    }

    #[test]
    fn gaussian_weights_are_the_scaled_normals_of_their_stream() {
        let w = gaussian::<f32>(2, 3, 0.5, STREAMS(), 4).expect("valid");
        let mut normals = [0.0f32; 6];
        STREAMS().normals(Domain::Weights, 4).fill(&mut normals);
        assert_eq!(w.as_slice(), normals.map(|z| 0.5 * z));
    }

    #[test]
    fn fan_in_bound_counts_columns() {
        let w = uniform_fan_in::<f64>(500, 4, STREAMS(), 0);
        assert!(w.amax() <= 0.5 && w.amax() > 0.49);
    }

    #[test]
    fn indices_are_independent_and_repeatable() {
        let draw = |index| uniform::<f64>(3, 3, 1.0, STREAMS(), index).expect("valid");
        assert_eq!(draw(2), draw(2));
        assert_ne!(draw(2), draw(3));
    }

    #[test]
    fn uniform_values_are_stable() {
        let w = uniform::<f64>(2, 2, 1.0, Streams::new(42), 0).expect("valid");
        let expected = [
            0.16859439298573298,
            -0.7610319330289639,
            -0.44423029541980563,
            -0.3137345110541545,
        ];
        assert_eq!(w.as_slice(), expected);
    }

    #[test]
    fn no_units_and_one_unit_are_valid_sizes() {
        assert_eq!(
            gaussian_gain::<f64>(0, 1.0, STREAMS(), 0)
                .expect("valid")
                .len(),
            0
        );
        assert_eq!(
            gaussian_gain::<f64>(1, 1.0, STREAMS(), 0)
                .expect("valid")
                .len(),
            1
        );
        assert_eq!(uniform_fan_in::<f64>(3, 0, STREAMS(), 0).shape(), (3, 0));
    }

    #[test]
    fn invalid_scales_are_refused() {
        for scale in [-0.1, f64::NAN, f64::INFINITY] {
            assert!(uniform::<f64>(1, 1, scale, STREAMS(), 0).is_err());
            assert!(gaussian::<f64>(1, 1, scale, STREAMS(), 0).is_err());
            assert!(gaussian_gain::<f64>(1, scale, STREAMS(), 0).is_err());
        }
    }
}
