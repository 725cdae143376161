//! Affinities of samples with a bandwidth of their own, and the diffusion that they define.

use nalgebra::{DMatrix, DVector};
use neuro_core::parallel::Workers;

use super::distances::{BLOCK, Points};
use super::sparse::SparseMatrix;
use crate::Error;

/// The shape of an adaptive kernel.
#[derive(Clone, Debug, PartialEq)]
pub struct KernelConfig {
    /// Which neighbour sets the bandwidth, the sample itself not counted; at least 1. Default 5.
    pub neighbors: usize,
    /// Decay `a`; finite and above 0. Default 40.
    pub decay: f64,
    /// Affinities below this are 0; at least 0 and below 1. Default 1e-4. With 0 nothing is cut
    /// off and the kernel of `n` samples holds up to `n^2` entries.
    pub threshold: f64,
}

impl Default for KernelConfig {
    fn default() -> Self {
        Self {
            neighbors: 5,
            decay: 40.0,
            threshold: 1e-4,
        }
    }
}

impl KernelConfig {
    /// Checks every field.
    ///
    /// # Errors
    /// [`neuro_core::Error::OutOfRange`] for the first field outside its range.
    pub fn validate(&self) -> Result<(), Error> {
        let check = neuro_core::Error::check_range;
        check(
            "neighbors",
            "at least 1",
            self.neighbors as f64,
            self.neighbors > 0,
        )?;
        check(
            "decay",
            "a finite value above 0",
            self.decay,
            self.decay > 0.0 && self.decay.is_finite(),
        )?;
        check(
            "threshold",
            "at least 0 and below 1",
            self.threshold,
            (0.0..1.0).contains(&self.threshold),
        )?;
        Ok(())
    }
}

/// The affinities of `n` samples.
#[derive(Clone, Debug, PartialEq)]
pub struct AdaptiveKernel {
    /// Bandwidth `eps` of each sample, in the unit of the samples, `n`.
    pub bandwidth: DVector<f64>,
    /// Symmetric affinities `K`, between 0 and 1, `n x n`.
    pub affinity: SparseMatrix,
}

/// The adaptive kernel of `samples x variables`. Distances are computed in blocks and not kept: the
/// memory is that of the affinities above the threshold.
///
/// With `d_ij` the Euclidean distance of two samples and `eps_i` the distance from sample `i` to its
/// `k`-th nearest neighbour, itself not counted,
///
/// - `K_ij = exp(-(d_ij / eps_i)^a)`, entries below a threshold set to 0, then
///   `K <- (K + K^T) / 2`; with a decay `a` of 40 nearly 1 up to `eps_i` and 0 beyond;
/// - `P = D^-1 K`, `D` the row sums of `K`: the probability to step from sample `i` to `j`.
///
/// Where `k` or more samples coincide with sample `i` the bandwidth is 0, and the affinities are the
/// limit for a vanishing one: 1 to those that coincide, 0 to all others.
///
/// Source: K. R. Moon et al. 2019, Visualizing structure and transitions in high-dimensional
/// biological data, equations 2 and 3.
///
/// # Errors
/// Those of [`KernelConfig::validate`]; [`Error::TooFewSamples`] unless there are more samples than
/// `neighbors`, [`Error::NoVariance`] when all samples are equal, [`neuro_core::Error::Empty`]
/// without variables, [`neuro_core::Error::NonFinite`].
///
/// ```
/// use neuro_analysis::phate::{KernelConfig, adaptive_kernel};
/// use neuro_core::{nalgebra::DMatrix, parallel::Workers};
///
/// // Two pairs: each sample's bandwidth is the distance within its pair, however tight that is.
/// let samples = DMatrix::from_column_slice(4, 1, &[0.0, 1.0, 50.0, 50.1]);
/// let config = KernelConfig { neighbors: 1, ..KernelConfig::default() };
/// let kernel = adaptive_kernel(&samples, &config, &Workers::sequential())?;
/// let affinity = kernel.affinity.to_dense();
/// assert!((affinity[(0, 1)] - (-1f64).exp()).abs() < 1e-10);
/// assert!((affinity[(2, 3)] - (-1f64).exp()).abs() < 1e-10);
/// assert_eq!(affinity[(1, 2)], 0.0);
/// # Ok::<(), neuro_analysis::Error>(())
/// ```
pub fn adaptive_kernel(
    samples: &DMatrix<f64>,
    config: &KernelConfig,
    workers: &Workers,
) -> Result<AdaptiveKernel, Error> {
    config.validate()?;
    let what = "adaptive kernel";
    let n = samples.nrows();
    if n <= config.neighbors {
        return Err(Error::TooFewSamples {
            what: format!("{what} with {} neighbors", config.neighbors),
            needed: config.neighbors.saturating_add(1),
            found: n,
        });
    }
    let points = Points::new(what, samples)?;
    if points.coincide() {
        return Err(Error::NoVariance { what: what.into() });
    }
    let blocks = workers.map(n.div_ceil(BLOCK), |b| {
        let to = b * BLOCK..n.min((b + 1) * BLOCK);
        let mut squared = vec![0.0; n * to.len()];
        points.squared_distances_into(0, to, &mut squared);
        let mut order = vec![0.0; n];
        let rows = squared
            .chunks_exact(n)
            .map(|row| affinities(row, config, &mut order));
        rows.collect::<Vec<_>>()
    });
    let (bandwidth, rows): (Vec<f64>, Vec<_>) = blocks.into_iter().flatten().unzip();
    Ok(AdaptiveKernel {
        bandwidth: DVector::from_vec(bandwidth) * points.unit,
        affinity: SparseMatrix::from_rows(n, rows).symmetrized(),
    })
}

/// Bandwidth of one sample and its affinities to all, from squared distances.
fn affinities(
    squared: &[f64],
    config: &KernelConfig,
    order: &mut [f64],
) -> (f64, Vec<(usize, f64)>) {
    order.copy_from_slice(squared);
    // The sample itself is the first of the ascending distances, whatever coincides with it.
    let (_, nearest, _) = order.select_nth_unstable_by(config.neighbors, f64::total_cmp);
    let bandwidth = nearest.sqrt();
    if bandwidth == 0.0 {
        let coinciding = squared.iter().enumerate().filter(|(_, s)| **s == 0.0);
        return (bandwidth, coinciding.map(|(j, _)| (j, 1.0)).collect());
    }
    // Powers and exponentials only within reach of the threshold, with a margin for rounding.
    let reach = 1.000_001 * bandwidth * (-config.threshold.ln()).powf(config.decay.recip());
    let within = squared.iter().enumerate().filter_map(|(j, squared)| {
        let distance = squared.sqrt();
        if distance > reach {
            return None;
        }
        let affinity = (-(distance / bandwidth).powf(config.decay)).exp();
        (affinity > 0.0 && affinity >= config.threshold).then_some((j, affinity))
    });
    (bandwidth, within.collect())
}

impl AdaptiveKernel {
    /// The diffusion operator `P = D^-1 K`: rows of probabilities that sum to 1.
    #[must_use]
    pub fn diffusion_operator(&self) -> SparseMatrix {
        self.affinity.clone().with_unit_row_sums()
    }

    /// `D^-1/2 K D^-1/2`, symmetric, with the eigenvalues of the diffusion operator.
    #[must_use]
    pub fn symmetric_operator(&self) -> SparseMatrix {
        let sums = self.affinity.row_sums();
        let factors: Vec<f64> = sums.iter().map(|sum| sum.sqrt().recip()).collect();
        let affinity = self.affinity.clone();
        affinity.scaled(|i, j| factors[i] * factors[j])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curve(n: usize) -> DMatrix<f64> {
        DMatrix::from_fn(n, 3, |i, j| {
            let t = i as f64 / n as f64;
            [t, (3.0 * t).sin(), (40.0 * t).cos() * 0.1][j]
        })
    }

    fn kernel(samples: &DMatrix<f64>, config: &KernelConfig) -> AdaptiveKernel {
        adaptive_kernel(samples, config, &Workers::sequential()).expect("valid samples")
    }

    #[test]
    fn the_bandwidth_is_the_distance_to_the_kth_other_sample() {
        let samples = DMatrix::from_column_slice(5, 1, &[0.0, 1.0, 3.0, 7.0, 15.0]);
        for (neighbors, expected) in [
            (1, [1.0, 1.0, 2.0, 4.0, 8.0]),
            (2, [3.0, 2.0, 3.0, 6.0, 12.0]),
            (4, [15.0, 14.0, 12.0, 8.0, 15.0]),
        ] {
            let config = KernelConfig {
                neighbors,
                ..KernelConfig::default()
            };
            let found = kernel(&samples, &config).bandwidth;
            // Centring rounds each position.
            assert!((found - DVector::from_row_slice(&expected)).amax() < 1e-14);
        }
    }

    #[test]
    fn the_threshold_cuts_the_affinities_and_nothing_else() {
        let samples = curve(150);
        let cut = kernel(&samples, &KernelConfig::default());
        // Cut before both directions are averaged: what is left is half of 1e-4 at least.
        assert!((0..150).all(|i| cut.affinity.row(i).all(|(_, value)| value >= 0.5e-4)));
        let config = KernelConfig {
            threshold: 0.0,
            ..KernelConfig::default()
        };
        let whole = kernel(&samples, &config);
        assert!(whole.affinity.stored() > cut.affinity.stored());
        let difference = whole.affinity.to_dense() - cut.affinity.to_dense();
        assert!(difference.min() >= 0.0 && difference.max() < 1e-4);
    }

    #[test]
    fn the_diffusion_operator_is_stochastic_and_reversible() {
        let kernel = kernel(&curve(200), &KernelConfig::default());
        let operator = kernel.diffusion_operator();
        assert!(operator.row_sums().iter().all(|s| (s - 1.0).abs() < 1e-14));
        // Detailed balance with the row sums of the kernel.
        let sums = DMatrix::from_diagonal(&DVector::from_vec(kernel.affinity.row_sums()));
        let flow = sums * operator.to_dense();
        assert!((&flow - flow.transpose()).amax() < 1e-14);
        let symmetric = kernel.symmetric_operator().to_dense();
        assert!((&symmetric - symmetric.transpose()).amax() < 1e-15);
    }

    #[test]
    fn coinciding_samples_get_the_limit_of_a_vanishing_bandwidth() {
        let mut samples = curve(40);
        for i in 10..16 {
            let row = samples.row(3).into_owned();
            samples.set_row(i, &row);
        }
        let found = kernel(&samples, &KernelConfig::default());
        let affinity = found.affinity.to_dense();
        for i in [3, 10, 15] {
            assert_eq!(found.bandwidth[i], 0.0);
            assert_eq!(affinity[(i, 12)], 1.0);
        }
        // Nothing reaches out from the heap; the others may still reach it.
        assert!(found.bandwidth[4] > 0.0 && affinity[(4, 3)] <= 0.5);
        assert!(
            found
                .diffusion_operator()
                .row_sums()
                .iter()
                .all(|s| (s - 1.0).abs() < 1e-14)
        );
    }

    #[test]
    fn the_kernel_does_not_depend_on_the_unit_of_the_samples() {
        let samples = curve(60);
        let plain = kernel(&samples, &KernelConfig::default());
        let scaled = kernel(&(&samples * 2f64.powi(-300)), &KernelConfig::default());
        assert_eq!(plain.affinity, scaled.affinity);
        assert_eq!(plain.bandwidth * 2f64.powi(-300), scaled.bandwidth);
    }

    #[test]
    fn bad_samples_and_settings_are_refused_by_name() {
        let sequential = Workers::sequential();
        let found = |samples: &DMatrix<f64>, config: &KernelConfig| {
            adaptive_kernel(samples, config, &sequential).expect_err("bad")
        };
        let usual = KernelConfig::default();
        assert!(matches!(
            found(&curve(5), &usual),
            Error::TooFewSamples {
                needed: 6,
                found: 5,
                ..
            }
        ));
        assert!(matches!(
            found(&DMatrix::from_element(30, 2, 0.1), &usual),
            Error::NoVariance { .. }
        ));
        let mut samples = curve(30);
        samples[(4, 1)] = f64::INFINITY;
        assert!(matches!(
            found(&samples, &usual),
            Error::Core(neuro_core::Error::NonFinite { .. })
        ));
        assert!(matches!(
            found(&DMatrix::zeros(30, 0), &usual),
            Error::Core(neuro_core::Error::Empty { .. })
        ));
        for config in [
            KernelConfig {
                neighbors: 0,
                ..usual.clone()
            },
            KernelConfig {
                decay: 0.0,
                ..usual.clone()
            },
            KernelConfig {
                decay: f64::INFINITY,
                ..usual.clone()
            },
            KernelConfig {
                threshold: 1.0,
                ..usual.clone()
            },
            KernelConfig {
                threshold: f64::NAN,
                ..usual
            },
        ] {
            assert!(matches!(
                found(&curve(30), &config),
                Error::Core(neuro_core::Error::OutOfRange { .. })
            ));
        }
    }
}
