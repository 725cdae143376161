//! Comparing layouts whose position, scale, rotation and reflection carry no meaning.

use nalgebra::DMatrix;
use neuro_core::linalg::svd;

use crate::Error;
use crate::participation::{centered, check_samples};

/// Two layouts on top of each other.
#[derive(Clone, Debug, PartialEq)]
pub struct Procrustes {
    /// The first layout, centred and of unit norm.
    pub reference: DMatrix<f64>,
    /// The second one, `s B R`: turned onto the first, of norm `s`.
    pub aligned: DMatrix<f64>,
    /// Squared norm of the difference of the two, from 0 to 1.
    pub disparity: f64,
}

/// Turns `other` onto `reference`, both points x dimensions.
///
/// Both layouts are centred and scaled to unit Frobenius norm, `A` and `B`; then the orthogonal `R`
/// and the scale `s` that minimise `|A - s B R|^2` are found from `B^T A = U S V^T` as `R = U V^T`,
/// `s = tr S`. The minimum is the disparity `1 - s^2`: 0 for equal shapes, 1 for unrelated ones.
///
/// Source: J. C. Gower 1975, Generalized Procrustes analysis.
///
/// # Errors
/// [`neuro_core::Error::Shape`] when the shapes differ, [`Error::TooFewSamples`] for fewer than two
/// points, [`Error::NoVariance`] when all points of a layout coincide,
/// [`neuro_core::Error::NonFinite`], [`neuro_core::Error::Empty`] without dimensions.
///
/// ```
/// use neuro_analysis::phate::procrustes;
/// use neuro_core::nalgebra::DMatrix;
///
/// // A triangle, and its mirror image turned, scaled and moved: the same shape.
/// let triangle = DMatrix::from_row_slice(3, 2, &[0.0, 0.0, 3.0, 0.0, 0.0, 1.0]);
/// let image = DMatrix::from_row_slice(3, 2, &[5.0, 5.0, 5.0, 11.0, 7.0, 5.0]);
/// assert!(procrustes(&triangle, &image)?.disparity < 1e-30);
/// # Ok::<(), neuro_analysis::Error>(())
/// ```
pub fn procrustes(reference: &DMatrix<f64>, other: &DMatrix<f64>) -> Result<Procrustes, Error> {
    neuro_core::Error::check_shape("layout to align", reference.shape(), other.shape())?;
    let (reference, other) = (standardized(reference)?, standardized(other)?);
    let factors = svd(&other.tr_mul(&reference))?;
    let rotation = factors.u * factors.v.transpose();
    let aligned = other * rotation * factors.values.sum();
    Ok(Procrustes {
        disparity: (&reference - &aligned).norm_squared(),
        reference,
        aligned,
    })
}

/// Centred and of unit norm.
fn standardized(layout: &DMatrix<f64>) -> Result<DMatrix<f64>, Error> {
    let what = "layout to align";
    check_samples(what, layout)?;
    let (_, centered) = centered(layout);
    match centered.amax() {
        0.0 => Err(Error::NoVariance { what: what.into() }),
        // Brought near 1 first, so that squares neither overflow nor vanish.
        largest => Ok((centered / largest).normalize()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape() -> DMatrix<f64> {
        DMatrix::from_fn(12, 3, |i, j| ((i * 5 + 3 * j) as f64 * 1.7).sin())
    }

    #[test]
    fn the_disparity_is_what_the_scale_leaves() {
        let other = DMatrix::from_fn(12, 3, |i, j| shape()[(i, j)] + 0.3 * (i as f64).cos());
        let found = procrustes(&shape(), &other).expect("varies");
        let scale = found.aligned.norm();
        assert!(found.disparity > 0.01 && found.disparity < 1.0);
        assert!((found.disparity - (1.0 - scale * scale)).abs() < 1e-14);
        // No other rotation about the third axis comes closer.
        for angle in [-0.01f64, 0.01] {
            let mut turned = found.aligned.clone();
            for i in 0..12 {
                let (x, y) = (turned[(i, 0)], turned[(i, 1)]);
                turned[(i, 0)] = x * angle.cos() - y * angle.sin();
                turned[(i, 1)] = x * angle.sin() + y * angle.cos();
            }
            assert!((&found.reference - turned).norm_squared() > found.disparity);
        }
    }

    #[test]
    fn the_disparity_is_symmetric_and_free_of_units() {
        let other = shape().map(|x| x * x);
        let there = procrustes(&shape(), &(&other * 1e200)).expect("varies");
        let back = procrustes(&other, &shape()).expect("varies");
        assert!((there.disparity - back.disparity).abs() < 1e-14);
    }

    #[test]
    fn layouts_without_shape_are_refused() {
        let point = DMatrix::from_element(4, 2, 0.3);
        assert!(matches!(
            procrustes(&point, &DMatrix::identity(4, 2)),
            Err(Error::NoVariance { .. })
        ));
        assert!(procrustes(&DMatrix::identity(4, 2), &DMatrix::identity(4, 3)).is_err());
    }
}
