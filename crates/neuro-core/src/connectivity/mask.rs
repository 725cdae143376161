//! Masks: which connections exist, as matrices of 0 and 1 (post x pre).

use nalgebra::DMatrix;

use crate::{Error, Scalar};

/// A mask that is 1 where `exists(i, j)`: where a connection from `j` to `i` exists.
pub fn mask_from_fn<T: Scalar>(
    post: usize,
    pre: usize,
    mut exists: impl FnMut(usize, usize) -> bool,
) -> DMatrix<T> {
    DMatrix::from_fn(
        post,
        pre,
        |i, j| {
            if exists(i, j) { T::one() } else { T::zero() }
        },
    )
}

/// A mask of all connections but those of a unit to itself.
///
/// # Panics
/// When it does not fit into memory.
#[must_use]
pub fn no_self_mask<T: Scalar>(units: usize) -> DMatrix<T> {
    mask_from_fn(units, units, |i, j| i != j)
}

/// A mask between groups of units: `post` and `pre` are the sizes of the groups in order, and
/// `exists(p, q)` says whether group `q` projects to group `p`.
///
/// ```
/// use neuro_core::connectivity::block_mask;
///
/// // Two excitatory units and one inhibitory; inhibition does not inhibit itself.
/// let mask = block_mask::<f64>(&[2, 1], &[2, 1], |p, q| (p, q) != (1, 1));
/// assert_eq!(mask.row(2).iter().copied().collect::<Vec<_>>(), [1.0, 1.0, 0.0]);
/// ```
pub fn block_mask<T: Scalar>(
    post: &[usize],
    pre: &[usize],
    mut exists: impl FnMut(usize, usize) -> bool,
) -> DMatrix<T> {
    let (post, pre) = (groups(post), groups(pre));
    mask_from_fn(post.len(), pre.len(), |i, j| exists(post[i], pre[j]))
}

/// Sets the weights to 0 where the mask is 0 and leaves them where it is 1.
///
/// # Errors
/// [`Error::Shape`] when the shapes differ; [`Error::OutOfRange`] when the mask holds anything but
/// 0 and 1. The weights are then unchanged.
pub fn apply_mask<T: Scalar>(weights: &mut DMatrix<T>, mask: &DMatrix<T>) -> Result<(), Error> {
    Error::check_shape("mask", weights.shape(), mask.shape())?;
    for &m in mask.iter() {
        let valid = m == T::zero() || m == T::one();
        Error::check_range("mask", "0 or 1", m.as_f64(), valid)?;
    }
    for (w, m) in weights.iter_mut().zip(mask.iter()) {
        // Assigned, not multiplied: NaN * 0 is NaN, and -1 * 0 is -0.
        if *m == T::zero() {
            *w = T::zero();
        }
    }
    Ok(())
}

/// The group of each unit.
fn groups(sizes: &[usize]) -> Vec<usize> {
    let repeat = |(group, &size)| std::iter::repeat_n(group, size);
    sizes.iter().enumerate().flat_map(repeat).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_diagonal_alone_is_removed() {
        let mut w = DMatrix::from_element(4, 4, 2.5);
        apply_mask(&mut w, &no_self_mask(4)).expect("same shape");
        for i in 0..4 {
            for j in 0..4 {
                assert_eq!(w[(i, j)], if i == j { 0.0 } else { 2.5 });
            }
        }
    }

    #[test]
    fn blocks_connect_whole_groups_from_column_to_row() {
        // Only group 0 (2 units) projects to group 1 (3 units).
        let mask = block_mask::<f64>(&[2, 3], &[2, 3], |p, q| p == 1 && q == 0);
        let expected = DMatrix::from_fn(5, 5, |i, j| f64::from(u8::from(i >= 2 && j < 2)));
        assert_eq!(mask, expected);
    }

    #[test]
    fn masked_weights_become_positive_zero() {
        let mut w = DMatrix::from_row_slice(1, 3, &[-1.0, f64::NAN, -2.0]);
        let mask = DMatrix::from_row_slice(1, 3, &[0.0, 0.0, 1.0]);
        apply_mask(&mut w, &mask).expect("same shape");
        assert_eq!(
            w.as_slice().iter().map(|w| w.to_bits()).collect::<Vec<_>>(),
            [0, 0, (-2.0f64).to_bits()]
        );
    }

    #[test]
    fn masks_of_another_shape_or_with_other_values_are_refused() {
        let mut w = DMatrix::from_element(2, 2, 1.0);
        assert!(apply_mask(&mut w, &no_self_mask(3)).is_err());
        assert!(apply_mask(&mut w, &DMatrix::from_element(2, 2, 0.5)).is_err());
        assert!(apply_mask(&mut w, &DMatrix::from_element(2, 2, f64::NAN)).is_err());
        assert_eq!(w.sum(), 4.0);
    }

    #[test]
    fn empty_networks_have_empty_masks() {
        assert_eq!(no_self_mask::<f64>(0).len(), 0);
        assert_eq!(no_self_mask::<f64>(1)[(0, 0)], 0.0);
        assert_eq!(block_mask::<f64>(&[], &[0, 0], |_, _| true).len(), 0);
    }
}
