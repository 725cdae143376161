//! Eigenvalues of a linear system and what they say about time.
//!
//! A mode of a flow `dx/dt = A x` with eigenvalue `w` (1/time) goes as `exp(w t)`: it decays when
//! `Re w < 0`, with time constant `-1 / Re w`, and turns with angular frequency `Im w`. A mode of a
//! map `x(k+1) = M x(k)` goes as `w^k` and decays when `|w| < 1`. Eigenvalues alone do not tell how
//! far a non-normal system is amplified on the way: see the singular values of
//! [`tangent_product`](crate::tangent_product) or of an exponential.

use nalgebra::DMatrix;
use neuro_core::linalg::eigenvalues;
use num_complex::Complex;

use crate::Error;

/// The eigenvalues of a matrix: real part descending, then imaginary part descending.
#[derive(Clone, Debug, PartialEq)]
pub struct Spectrum {
    /// The eigenvalues, one for each row of the matrix, in its unit (1/time for a Jacobian).
    pub values: Vec<Complex<f64>>,
}

impl Spectrum {
    /// The spectrum of a square matrix.
    ///
    /// # Errors
    /// [`neuro_core::Error::Shape`], [`neuro_core::Error::NonFinite`],
    /// [`neuro_core::Error::NoConvergence`].
    ///
    /// ```
    /// use neuro_analysis::Spectrum;
    /// use neuro_core::nalgebra::DMatrix;
    ///
    /// // Two units with leak 1 that excite each other with weight 0.9: one slow mode.
    /// let flow = Spectrum::of(&DMatrix::from_row_slice(2, 2, &[-1.0, 0.9, 0.9, -1.0]))?;
    /// assert!((flow.leading_time_constant().expect("stable") - 10.0).abs() < 1e-12);
    /// assert_eq!(flow.count_real_above(-1.0), 1);
    /// # Ok::<(), neuro_analysis::Error>(())
    /// ```
    pub fn of(matrix: &DMatrix<f64>) -> Result<Self, Error> {
        Ok(Self {
            values: eigenvalues(matrix)?,
        })
    }

    /// The largest real part, or `None` for an empty matrix.
    #[must_use]
    pub fn abscissa(&self) -> Option<f64> {
        self.values.first().map(|w| w.re)
    }

    /// The largest modulus; 0 for an empty matrix.
    #[must_use]
    pub fn radius(&self) -> f64 {
        self.values.iter().map(|w| w.norm()).fold(0.0, f64::max)
    }

    /// Time constant `-1 / abscissa` of the slowest mode of a flow, in the unit of time of the
    /// matrix; `None` when that mode does not decay or there is none.
    #[must_use]
    pub fn leading_time_constant(&self) -> Option<f64> {
        self.abscissa().filter(|&re| re < 0.0).map(|re| -1.0 / re)
    }

    /// Time constant `-dt / ln(radius)` of the slowest mode of a map of step `dt`, in the unit of
    /// `dt`; 0 for a map that ends at 0 (radius 0), `None` when the slowest mode does not decay.
    #[must_use]
    pub fn leading_time_constant_of_map(&self, dt: f64) -> Option<f64> {
        let radius = self.radius();
        (radius < 1.0).then(|| -dt / radius.ln())
    }

    /// Number of eigenvalues with real part above a threshold; above 0, the unstable modes of a
    /// flow.
    #[must_use]
    pub fn count_real_above(&self, threshold: f64) -> usize {
        self.values.iter().filter(|w| w.re > threshold).count()
    }

    /// Number of eigenvalues with modulus above a threshold; above 1, the unstable modes of a map.
    #[must_use]
    pub fn count_modulus_above(&self, threshold: f64) -> usize {
        self.values.iter().filter(|w| w.norm() > threshold).count()
    }

    /// Number of eigenvalues off the real axis: twice the number of oscillating modes.
    #[must_use]
    pub fn count_complex(&self) -> usize {
        self.values.iter().filter(|w| w.im != 0.0).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_oscillator_beside_a_fast_unit_is_summarised() {
        let a = DMatrix::from_row_slice(3, 3, &[-0.1, -2.0, 0.0, 2.0, -0.1, 0.0, 0.0, 0.0, -3.0]);
        let spectrum = Spectrum::of(&a).expect("finite");
        assert!((spectrum.abscissa().expect("not empty") + 0.1).abs() < 1e-14);
        assert!((spectrum.radius() - 3.0).abs() < 1e-14);
        assert!((spectrum.leading_time_constant().expect("stable") - 10.0).abs() < 1e-11);
        assert_eq!(spectrum.count_real_above(-1.0), 2);
        assert_eq!(spectrum.count_modulus_above(2.5), 1);
        assert_eq!(spectrum.count_complex(), 2);
        assert_eq!(spectrum.leading_time_constant_of_map(1.0), None);
    }

    #[test]
    fn flow_and_map_have_the_same_time_constant() {
        let (tau, dt) = (20.0, 0.5);
        let flow = DMatrix::from_element(1, 1, -1.0 / tau);
        let map = neuro_core::linalg::expm(&(&flow * dt)).expect("finite");
        let of_flow = Spectrum::of(&flow).expect("finite").leading_time_constant();
        let of_map = Spectrum::of(&map)
            .expect("finite")
            .leading_time_constant_of_map(dt);
        assert!((of_flow.expect("stable") - tau).abs() < 1e-12);
        assert!((of_map.expect("stable") - tau).abs() < 1e-10);
    }

    #[test]
    fn modes_that_do_not_decay_have_no_time_constant() {
        for value in [0.0, 0.5] {
            let spectrum = Spectrum::of(&DMatrix::from_element(1, 1, value)).expect("finite");
            assert_eq!(spectrum.leading_time_constant(), None);
        }
        let empty = Spectrum::of(&DMatrix::zeros(0, 0)).expect("empty is fine");
        assert_eq!((empty.abscissa(), empty.radius()), (None, 0.0));
        let zero = Spectrum::of(&DMatrix::zeros(2, 2)).expect("finite");
        assert_eq!(zero.leading_time_constant_of_map(1.0), Some(0.0));
    }
}
