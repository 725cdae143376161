//! Rings: units with preferred angles, coupled by a function of the angle between them.

use nalgebra::DMatrix;

use super::check_scale;
use crate::{Error, Scalar};

/// How the coupling depends on the angle `d` between two units.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum RingKernel {
    /// `j0 + j1 cos(d)`.
    Cosine {
        /// Uniform coupling; any finite number, negative for inhibition.
        j0: f64,
        /// Tuned coupling; any finite number.
        j1: f64,
    },
    /// `amplitude exp(concentration (cos(d) - 1))`: a von Mises bump of height `amplitude`.
    VonMises {
        /// Coupling at `d = 0`; any finite number.
        amplitude: f64,
        /// Sharpness, finite and >= 0; a narrow bump has width `1 / sqrt(concentration)`.
        concentration: f64,
    },
    /// `amplitude exp(-d^2 / (2 width^2))` with `d` the shorter way round.
    Gaussian {
        /// Coupling at `d = 0`; any finite number.
        amplitude: f64,
        /// Standard deviation in radians, finite and > 0.
        width: f64,
    },
}

impl RingKernel {
    /// Checks the parameters.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for the first parameter outside its range.
    pub fn validate(&self) -> Result<(), Error> {
        let finite = |what, v: f64| Error::check_range(what, "a finite number", v, v.is_finite());
        match *self {
            Self::Cosine { j0, j1 } => {
                finite("j0", j0)?;
                finite("j1", j1)
            }
            Self::VonMises {
                amplitude,
                concentration,
            } => {
                finite("amplitude", amplitude)?;
                check_scale("concentration", concentration)
            }
            Self::Gaussian { amplitude, width } => {
                finite("amplitude", amplitude)?;
                let valid = width.is_finite() && width > 0.0;
                Error::check_range("width", "a finite number > 0", width, valid)
            }
        }
    }

    /// The coupling between units that prefer angles `d` radians apart.
    #[must_use]
    pub fn value(&self, d: f64) -> f64 {
        match *self {
            Self::Cosine { j0, j1 } => j0 + j1 * d.cos(),
            Self::VonMises {
                amplitude,
                concentration,
            } => amplitude * (concentration * (d.cos() - 1.0)).exp(),
            Self::Gaussian { amplitude, width } => {
                let z = wrap_angle(d) / width;
                amplitude * (-0.5 * z * z).exp()
            }
        }
    }
}

/// The weights of a ring of `units` units.
///
/// Unit `i` of `N` prefers `theta_i = 2 pi i / N` (radians), and
/// `w[i, j] = k(theta_i - theta_j)` with the difference wrapped to (-pi, pi]. The matrix is circulant
/// (each row is the one above, moved by one), bit for bit, and its eigenvectors are the Fourier modes.
/// The kernels are not divided by `N`; scale the amplitudes where the model says so. Source of the
/// cosine ring: Ben-Yishai, Bar-Or & Sompolinsky, PNAS 92 (1995) 3844, eq. 5.
///
/// ```
/// use neuro_core::connectivity::{RingKernel, ring, ring_angles};
/// use neuro_core::nalgebra::DVector;
///
/// // The first Fourier mode is an eigenvector of the cosine ring, with eigenvalue N j1 / 2.
/// let w = ring::<f64>(16, RingKernel::Cosine { j0: -1.0, j1: 0.5 })?;
/// let bump = DVector::from_iterator(16, ring_angles(16).into_iter().map(f64::cos));
/// assert!((w * &bump - 4.0 * bump).amax() < 1e-13);
/// # Ok::<(), neuro_core::Error>(())
/// ```
///
/// # Errors
/// [`Error::OutOfRange`] when a parameter of the kernel is outside its range; [`Error::TooLarge`] when
/// the weights do not fit into memory.
pub fn ring<T: Scalar>(units: usize, kernel: RingKernel) -> Result<DMatrix<T>, Error> {
    kernel.validate()?;
    Error::check_size::<T>("weights of a ring", &[units, units])?;
    Ok(circulant(units, |d| T::of(kernel.value(d))))
}

/// The weights of a ring with any kernel: `w[i, j] = kernel(theta_i - theta_j)`, the difference
/// wrapped to (-pi, pi]. A kernel that is not even makes the activity travel.
pub fn circulant<T: Scalar>(units: usize, mut kernel: impl FnMut(f64) -> T) -> DMatrix<T> {
    let coupling: Vec<T> = (0..units)
        .map(|offset| {
            // Wrapped as an integer, so that an even kernel gives a matrix symmetric to the bit.
            let signed = if 2 * offset <= units {
                offset as f64
            } else {
                -((units - offset) as f64)
            };
            kernel(std::f64::consts::TAU * signed / units as f64)
        })
        .collect();
    DMatrix::from_fn(units, units, |i, j| coupling[(i + units - j) % units])
}

/// The preferred angles `2 pi i / units` of a ring, in radians.
#[must_use]
pub fn ring_angles(units: usize) -> Vec<f64> {
    let step = |i| std::f64::consts::TAU * i as f64 / units as f64;
    (0..units).map(step).collect()
}

/// The angle in (-pi, pi] that differs from `angle` (radians) by whole turns; NaN for a value that
/// is not finite.
#[must_use]
pub fn wrap_angle(angle: f64) -> f64 {
    use std::f64::consts::{PI, TAU};
    // Inside the range nothing is computed, so that no digit of a small negative angle is lost.
    if angle > -PI && angle <= PI {
        return angle;
    }
    let wrapped = angle.rem_euclid(TAU);
    if wrapped > PI { wrapped - TAU } else { wrapped }
}

#[cfg(test)]
mod tests {
    use std::f64::consts::{PI, TAU};

    use super::*;

    const KERNELS: [RingKernel; 3] = [
        RingKernel::Cosine { j0: -0.4, j1: 1.1 },
        RingKernel::VonMises {
            amplitude: 2.0,
            concentration: 3.0,
        },
        RingKernel::Gaussian {
            amplitude: 1.5,
            width: 0.6,
        },
    ];

    #[test]
    fn rings_are_circulant_and_symmetric_to_the_bit() {
        for kernel in KERNELS {
            for units in [1, 2, 7, 16] {
                let w = ring::<f64>(units, kernel).expect("valid");
                assert_eq!(w, w.transpose());
                for i in 0..units {
                    for j in 0..units {
                        assert_eq!(w[(i, j)], w[((i + 1) % units, (j + 1) % units)]);
                    }
                }
            }
        }
    }

    #[test]
    fn weights_are_the_kernel_at_the_difference_of_angles() {
        let angles = ring_angles(9);
        for kernel in KERNELS {
            let w = ring::<f64>(9, kernel).expect("valid");
            for i in 0..9 {
                for j in 0..9 {
                    let d = angles[i] - angles[j];
                    assert!((w[(i, j)] - kernel.value(d)).abs() < 1e-14, "{i} {j}");
                }
            }
        }
    }

    #[test]
    fn an_odd_kernel_pushes_towards_larger_angles() {
        let w = circulant(8, f64::sin);
        // From unit 0 to unit 1, a quarter of a half turn ahead.
        assert!(w[(1, 0)] > 0.0 && w[(0, 1)] < 0.0);
        assert_eq!(w[(1, 0)], -w[(0, 1)]);
    }

    #[test]
    fn bumps_peak_at_their_amplitude_and_take_the_shorter_way() {
        let gaussian = KERNELS[2];
        assert_eq!(gaussian.value(0.0), 1.5);
        assert!((gaussian.value(TAU - 0.3) - gaussian.value(0.3)).abs() < 1e-14);
        assert!((gaussian.value(0.6) - 1.5 * (-0.5f64).exp()).abs() < 1e-15);
        assert_eq!(KERNELS[1].value(0.0), 2.0);
    }

    #[test]
    fn a_narrow_von_mises_bump_is_a_gaussian() {
        let concentration = 1e4;
        let von_mises = RingKernel::VonMises {
            amplitude: 1.0,
            concentration,
        };
        let gaussian = RingKernel::Gaussian {
            amplitude: 1.0,
            width: 1.0 / concentration.sqrt(),
        };
        for d in [0.0, 0.005, 0.01, 0.02] {
            // The next term of the cosine, 1e4 d^4 / 24, is below 7e-5.
            assert!((von_mises.value(d) - gaussian.value(d)).abs() < 7e-5);
        }
    }

    #[test]
    fn angles_wrap_to_one_turn() {
        assert_eq!(wrap_angle(PI), PI);
        assert_eq!(wrap_angle(-PI), PI);
        assert_eq!(wrap_angle(0.0), 0.0);
        assert!((wrap_angle(7.0) - (7.0 - TAU)).abs() < 1e-15);
        assert!((wrap_angle(-1.0) + 1.0).abs() < 1e-15);
        assert!(wrap_angle(f64::INFINITY).is_nan());
    }

    #[test]
    fn an_empty_ring_is_empty() {
        assert_eq!(ring::<f64>(0, KERNELS[0]).expect("valid").len(), 0);
        assert!(ring_angles(0).is_empty());
    }

    #[test]
    fn invalid_kernels_are_refused() {
        for kernel in [
            RingKernel::Cosine {
                j0: f64::NAN,
                j1: 0.0,
            },
            RingKernel::VonMises {
                amplitude: 1.0,
                concentration: -1.0,
            },
            RingKernel::Gaussian {
                amplitude: 1.0,
                width: 0.0,
            },
            RingKernel::Gaussian {
                amplitude: f64::INFINITY,
                width: 1.0,
            },
        ] {
            assert!(ring::<f64>(4, kernel).is_err(), "{kernel:?}");
        }
    }
}
