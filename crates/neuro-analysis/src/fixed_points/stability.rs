//! What the eigenvalues of the Jacobian say about a fixed point of a flow.

use crate::Spectrum;

/// The class of a fixed point of a flow `dx/dt = f(x)`.
///
/// A mode with eigenvalue `w` is marginal when `|Re w|` is at most the marginal rate, else unstable
/// or stable by the sign of `Re w`; it turns when `|Im w|` exceeds the marginal rate.
///
/// At a slow point `J^T f = 0` with `f != 0`: its Jacobian is singular, so that a converged slow
/// point is marginal by its nature. Its other modes describe the flow beside the drift.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stability {
    /// All modes decay, and the slowest one, which shapes the approach, does not turn.
    StableNode,
    /// All modes decay, and the slowest one turns: the state spirals in.
    StableFocus,
    /// Some modes grow and some decay.
    Saddle {
        /// Number of growing modes: the dimension of the unstable manifold.
        unstable: usize,
        /// Whether one of them turns.
        turning: bool,
    },
    /// All modes grow, and the fastest one, which shapes the departure, does not turn.
    UnstableNode,
    /// All modes grow, and the fastest one turns.
    UnstableFocus,
    /// Some modes are marginal; the linear flow does not decide what they do.
    Marginal {
        /// Number of marginal modes.
        marginal: usize,
        /// Number of growing modes.
        unstable: usize,
    },
}

impl Stability {
    /// The class of a spectrum in 1/time, with modes marginal up to `marginal_rate`.
    ///
    /// A flow without units is a stable node.
    #[must_use]
    pub fn of(spectrum: &Spectrum, marginal_rate: f64) -> Self {
        let values = &spectrum.values;
        let unstable = spectrum.count_real_above(marginal_rate);
        let marginal = count_marginal(spectrum, marginal_rate);
        let turns = |w: &num_complex::Complex<f64>| w.im.abs() > marginal_rate;
        // The first eigenvalue has the largest real part: slowest to decay, fastest to grow.
        let leading_turns = values.first().is_some_and(turns);
        if marginal > 0 {
            Self::Marginal { marginal, unstable }
        } else if unstable > 0 && unstable < values.len() {
            let turning = values[..unstable].iter().any(turns);
            Self::Saddle { unstable, turning }
        } else {
            match (unstable > 0, leading_turns) {
                (false, false) => Self::StableNode,
                (false, true) => Self::StableFocus,
                (true, false) => Self::UnstableNode,
                (true, true) => Self::UnstableFocus,
            }
        }
    }

    /// Whether every mode decays.
    #[must_use]
    pub fn is_stable(self) -> bool {
        matches!(self, Self::StableNode | Self::StableFocus)
    }
}

/// Number of modes that neither grow nor decay faster than the rate.
pub(super) fn count_marginal(spectrum: &Spectrum, marginal_rate: f64) -> usize {
    let values = spectrum.values.iter();
    values.filter(|w| w.re.abs() <= marginal_rate).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use nalgebra::DMatrix;

    /// The class of modes with the given rates and angular frequencies.
    fn class(modes: &[(f64, f64)]) -> Stability {
        let sizes: Vec<usize> = modes
            .iter()
            .map(|m| if m.1 > 0.0 { 2 } else { 1 })
            .collect();
        let n = sizes.iter().sum();
        let mut a = DMatrix::zeros(n, n);
        let mut k = 0;
        for (&(rate, frequency), size) in modes.iter().zip(sizes) {
            a[(k, k)] = rate;
            if size == 2 {
                a[(k + 1, k + 1)] = rate;
                a[(k, k + 1)] = -frequency;
                a[(k + 1, k)] = frequency;
            }
            k += size;
        }
        Stability::of(&Spectrum::of(&a).expect("finite"), 1e-3)
    }

    #[test]
    fn modes_that_all_decay_or_all_grow_are_classed_by_the_leading_one() {
        use Stability::{StableFocus, StableNode, UnstableFocus, UnstableNode};
        assert_eq!(class(&[(-1.0, 0.0), (-2.0, 3.0)]), StableNode);
        assert_eq!(class(&[(-2.0, 0.0), (-1.0, 3.0)]), StableFocus);
        assert_eq!(class(&[(2.0, 0.0), (1.0, 3.0)]), UnstableNode);
        assert_eq!(class(&[(1.0, 0.0), (2.0, 3.0)]), UnstableFocus);
        // Turns once in 6000 units of time.
        assert_eq!(class(&[(-1.0, 0.0009)]), StableNode);
    }

    #[test]
    fn saddles_tell_their_growing_modes_and_whether_these_turn() {
        let saddle = |unstable, turning| Stability::Saddle { unstable, turning };
        assert_eq!(class(&[(1.0, 0.0), (-1.0, 2.0)]), saddle(1, false));
        assert_eq!(
            class(&[(2.0, 0.0), (1.0, 2.0), (-1.0, 0.0)]),
            saddle(3, true)
        );
    }

    #[test]
    fn slow_modes_are_marginal_in_any_company() {
        let marginal = |marginal, unstable| Stability::Marginal { marginal, unstable };
        assert_eq!(class(&[(0.0, 0.0), (-1.0, 0.0)]), marginal(1, 0));
        assert_eq!(class(&[(-0.0009, 5.0), (1.0, 0.0)]), marginal(2, 1));
        assert_eq!(class(&[(0.0011, 0.0), (1.0, 0.0)]), Stability::UnstableNode);
    }
}
