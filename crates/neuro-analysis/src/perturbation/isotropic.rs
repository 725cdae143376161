//! What an ensemble shows when its perturbations have no preferred direction.

use super::check_sizes;
use crate::Error;

/// Halvings of the interval in which the Marchenko–Pastur quantile lies; 60 reach the last bit.
const HALVINGS: usize = 60;

/// The share of the `components` largest variances that `copies` copies of `units` units show when
/// the perturbations have no preferred direction (independent normal numbers of one variance).
///
/// By the law of Marchenko and Pastur: with `g = N / (n - 1)` the eigenvalues fill the range from
/// `(1 - sqrt g)^2` to `(1 + sqrt g)^2` with density `sqrt((b - l)(l - a)) / (2 pi g l)`. With
/// `l = 1 + g + 2 sqrt(g) cos(u)` the largest of them, from `u = 0` to `v`, make up
/// `(v - sin v cos v) / pi` of the variance; `v` is where they are `k` of `N`. The law is for large
/// sizes: at 256 units it is right to 1 %, at 10 units to 5 %.
///
/// # Errors
/// [`Error::TooFewSamples`] for fewer than two copies, [`neuro_core::Error::Empty`] without units.
///
/// ```
/// use neuro_analysis::isotropic_leading_share;
///
/// // 600 and 300 copies of 256 units, and so many that only 10 / 256 is left.
/// assert!((isotropic_leading_share(256, 600, 10)? - 0.0973).abs() < 1e-4);
/// assert!((isotropic_leading_share(256, 300, 10)? - 0.1285).abs() < 1e-4);
/// assert!((isotropic_leading_share(256, 100_000_000, 10)? - 10.0 / 256.0).abs() < 2e-4);
/// # Ok::<(), neuro_analysis::Error>(())
/// ```
pub fn isotropic_leading_share(
    units: usize,
    copies: usize,
    components: usize,
) -> Result<f64, Error> {
    use std::f64::consts::PI;

    check_sizes(units, copies)?;
    if components >= units.min(copies - 1) {
        return Ok(1.0);
    }
    let g = units as f64 / (copies - 1) as f64;
    let (a, b) = (1.0 + g, 2.0 * g.sqrt());
    let share_of_number = components as f64 / units as f64;
    // Integral of 2/pi sin^2(u) / (a + b cos u) from 0 to v: the number of eigenvalues up to v.
    let number = |v: f64| {
        let gap = 1.0 - g;
        let angle = if gap == 0.0 {
            0.0
        } else {
            let ratio = (1.0 - g.sqrt()).abs() / (1.0 + g.sqrt());
            2.0 * gap.abs() * (ratio * (v / 2.0).tan()).atan()
        };
        2.0 / PI * ((a * v - angle) / (b * b) - v.sin() / b)
    };
    let (mut low, mut high) = (0.0, PI);
    for _ in 0..HALVINGS {
        let middle = f64::midpoint(low, high);
        if number(middle) < share_of_number {
            low = middle;
        } else {
            high = middle;
        }
    }
    Ok((high - high.sin() * high.cos()) / PI)
}

/// The participation ratio that `copies` copies of `units` units show when the perturbations have
/// no preferred direction: `(N m + 2) / (N + m + 1)` with `m = n - 1`.
///
/// That is the expected squared trace of the covariance over the expected trace of its square, for
/// independent normal numbers (Wishart moments); the mean of the ratio differs by under 2 % from 50
/// units on.
///
/// # Errors
/// [`Error::TooFewSamples`] for fewer than two copies, [`neuro_core::Error::Empty`] without units.
pub fn isotropic_participation_ratio(units: usize, copies: usize) -> Result<f64, Error> {
    check_sizes(units, copies)?;
    let (n, m) = (units as f64, (copies - 1) as f64);
    Ok((n * m + 2.0) / (n + m + 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reference_share_rises_from_k_over_n_to_one_with_fewer_copies() {
        let share = |copies| isotropic_leading_share(64, copies, 8).expect("sizes");
        assert!((share(1_000_000_000) - 0.125).abs() < 1e-3);
        let copies = [10_000, 1000, 200, 66, 65, 64, 30, 12, 10];
        assert!(copies.map(share).is_sorted());
        assert_eq!((share(9), share(2)), (1.0, 1.0));
        assert_eq!(isotropic_participation_ratio(1, 7).expect("sizes"), 1.0);
        assert_eq!(isotropic_participation_ratio(9, 2).expect("sizes"), 1.0);
    }
}
