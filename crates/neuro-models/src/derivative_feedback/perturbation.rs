//! How the excitatory synapses are put out of balance (Eqs. 16-18).

use std::f64::consts::FRAC_PI_4;

use nalgebra::DMatrix;
use neuro_core::Error;
use neuro_core::connectivity::wrap_angle;

/// A perturbation of the excitatory synapses; those to inhibitory units are never perturbed.
///
/// ```equation
/// f(x) = 1 - p exp(-((x - x_c) / sigma_p)^2),    x - x_c the shorter way round
/// global: (1 - p) W      post-synaptic (rows): f(x_i) W_ij      pre-synaptic (columns): W_ij f(x_j)
/// ```
///
/// Eqs. 16 and 17 carry each other's names; rows are post-synaptic in the captions of Figs. 9 and
/// 10, in the text and in the authors' program. `p` is the depth; the paper's table has `1 - p`.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Perturbation {
    /// All synapses.
    Global {
        /// `p`, at most 1; negative for an increase.
        depth: f64,
    },
    /// Synapses onto units about `centre`: rows.
    PostSynaptic {
        /// `p`, at most 1.
        depth: f64,
        /// `x_c` (radians): 0.
        centre: f64,
        /// `sigma_p`, positive (radians): `pi / 4`.
        width: f64,
    },
    /// Synapses from units about `centre`: columns.
    PreSynaptic {
        /// `p`, at most 1.
        depth: f64,
        /// `x_c` (radians): 0.
        centre: f64,
        /// `sigma_p`, positive (radians): `pi / 4`.
        width: f64,
    },
}

impl Perturbation {
    /// Rows about angle 0, as wide as in the paper.
    #[must_use]
    pub fn post_synaptic(depth: f64) -> Self {
        Self::PostSynaptic {
            depth,
            centre: 0.0,
            width: FRAC_PI_4,
        }
    }

    /// Columns about angle 0, as wide as in the paper.
    #[must_use]
    pub fn pre_synaptic(depth: f64) -> Self {
        Self::PreSynaptic {
            depth,
            centre: 0.0,
            width: FRAC_PI_4,
        }
    }

    /// Checks every field.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for the first that is out of range.
    pub fn validate(&self) -> Result<(), Error> {
        let (depth, centre, width) = match *self {
            Self::Global { depth } => (depth, 0.0, 1.0),
            Self::PostSynaptic {
                depth,
                centre,
                width,
            }
            | Self::PreSynaptic {
                depth,
                centre,
                width,
            } => (depth, centre, width),
        };
        let possible = depth.is_finite() && depth <= 1.0;
        Error::check_range("depth", "finite, at most 1", depth, possible)?;
        Error::check_range("centre", "a finite angle", centre, centre.is_finite())?;
        let positive = width.is_finite() && width > 0.0;
        Error::check_range("width", "finite, positive", width, positive)
    }

    /// `f(x)`, by which the synapses of a unit with angle `x` are multiplied.
    #[must_use]
    pub fn factor(&self, x: f64) -> f64 {
        match *self {
            Self::Global { depth } => 1.0 - depth,
            Self::PostSynaptic {
                depth,
                centre,
                width,
            }
            | Self::PreSynaptic {
                depth,
                centre,
                width,
            } => {
                let z = wrap_angle(x - centre) / width;
                1.0 - depth * (-z * z).exp()
            }
        }
    }

    /// Multiplies `weights` (post x pre) of units with these `angles`.
    ///
    /// # Errors
    /// What [`validate`](Self::validate) finds, and [`Error::Shape`] when the sizes differ.
    pub fn apply(&self, angles: &[f64], weights: &mut DMatrix<f64>) -> Result<(), Error> {
        self.validate()?;
        let n = angles.len();
        Error::check_shape("weights to perturb", (n, n), weights.shape())?;
        for (j, mut column) in weights.column_iter_mut().enumerate() {
            for (i, w) in column.iter_mut().enumerate() {
                *w *= match self {
                    Self::Global { .. } | Self::PostSynaptic { .. } => self.factor(angles[i]),
                    Self::PreSynaptic { .. } => self.factor(angles[j]),
                };
            }
        }
        Ok(())
    }
}
