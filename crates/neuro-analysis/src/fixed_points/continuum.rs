//! Whether fixed points are pieces of a line, a ring or a sheet.

use num_complex::Complex;

use super::FixedPoint;
use super::stability::count_marginal;
use crate::Error;

/// How close some points are to being pieces of a continuum.
#[derive(Clone, Debug, PartialEq)]
pub struct Continuum {
    /// For each point the eigenvalue of smallest modulus, in 1/time.
    pub slowest: Vec<Complex<f64>>,
    /// For each point the number of eigenvalues with a modulus of the real part of at most the
    /// marginal rate: the dimension of a continuum through it.
    pub marginal_modes: Vec<usize>,
    /// For each point the Euclidean distance to the nearest other one; infinite for a single point.
    pub nearest: Vec<f64>,
    /// Number of points with at least one marginal mode.
    pub marginal_points: usize,
    /// Largest distance between two marginal points; 0 for fewer than two.
    pub extent: f64,
    /// The longest step that is needed to go from any marginal point to any other by way of
    /// marginal points (the longest edge of their minimum spanning tree); 0 for fewer than two.
    pub longest_gap: f64,
}

/// Eigenvalues nearest to 0 and distances between points, with modes marginal up to
/// `marginal_rate` (1/time).
///
/// On a continuum of fixed points the flow neither returns nor departs along the continuum: one
/// eigenvalue for each of its dimensions is 0, at every point. A search from scattered starts finds a
/// chain of such points, as dense as the starts, whose longest gap is small beside its extent.
/// Isolated fixed points have their marginal eigenvalues, if any, by chance, and gaps of the order of
/// their extent. Slow points are marginal by their nature (see [`Stability`](super::Stability)) and
/// count as such: leave them out to ask for exact zeros only. In a trained network the zeros are only
/// approximate: choose a marginal rate well below the other rates and look at the eigenvalues nearest
/// to 0.
///
/// # Errors
/// [`neuro_core::Error::Length`] when the states have different lengths,
/// [`neuro_core::Error::Empty`] for a point without eigenvalues.
pub fn continuum(points: &[FixedPoint], marginal_rate: f64) -> Result<Continuum, Error> {
    let length = points.first().map_or(0, |point| point.state.len());
    let mut slowest = Vec::with_capacity(points.len());
    for point in points {
        let what = "state of a fixed point";
        neuro_core::Error::check_length(what, length, point.state.len())?;
        let values = point.spectrum.values.iter().copied();
        let least = values.min_by(|a, b| a.norm().total_cmp(&b.norm()));
        slowest.push(least.ok_or_else(|| neuro_core::Error::Empty {
            what: "eigenvalues of a fixed point".into(),
        })?);
    }
    let marginal_modes: Vec<usize> = points
        .iter()
        .map(|point| count_marginal(&point.spectrum, marginal_rate))
        .collect();
    let distance = |a: &FixedPoint, b: &FixedPoint| a.state.metric_distance(&b.state);
    let nearest = (0..points.len())
        .map(|i| {
            (0..points.len())
                .filter(|&j| j != i)
                .map(|j| distance(&points[i], &points[j]))
                .fold(f64::INFINITY, f64::min)
        })
        .collect();
    let chain: Vec<&FixedPoint> = points
        .iter()
        .zip(&marginal_modes)
        .filter_map(|(point, &modes)| (modes > 0).then_some(point))
        .collect();
    let mut extent: f64 = 0.0;
    for (i, a) in chain.iter().enumerate() {
        for b in &chain[..i] {
            extent = extent.max(distance(a, b));
        }
    }
    Ok(Continuum {
        slowest,
        nearest,
        marginal_points: chain.len(),
        marginal_modes,
        extent,
        longest_gap: longest_edge(&chain, distance),
    })
}

/// The longest edge of the minimum spanning tree, by Prim's algorithm.
fn longest_edge(points: &[&FixedPoint], distance: impl Fn(&FixedPoint, &FixedPoint) -> f64) -> f64 {
    let Some((&first, rest)) = points.split_first() else {
        return 0.0;
    };
    let mut outside: Vec<(f64, &FixedPoint)> = rest
        .iter()
        .map(|&point| (distance(first, point), point))
        .collect();
    let mut longest: f64 = 0.0;
    while let Some(next) = (0..outside.len()).min_by(|&a, &b| outside[a].0.total_cmp(&outside[b].0))
    {
        let (edge, joined) = outside.swap_remove(next);
        longest = longest.max(edge);
        for (from, point) in &mut outside {
            *from = from.min(distance(joined, point));
        }
    }
    longest
}

#[cfg(test)]
mod tests {
    use super::super::{FixedPointConfig, Stability, find_fixed_points};
    use super::*;
    use nalgebra::{DMatrix, DVector};
    use neuro_core::{Domain, Linearize, Streams, System};

    /// `dx/dt = -P x - P tanh(P x) + drift u (u^T x)`, `P = I - u u^T`: contraction to the line
    /// along the unit vector `u`, which consists of fixed points when `drift` is 0.
    struct Integrator {
        direction: DVector<f64>,
        drift: f64,
    }

    impl Integrator {
        fn new(units: usize, drift: f64) -> Self {
            let direction = DVector::from_fn(units, |i, _| (1.0 + i as f64).sin()).normalize();
            Self { direction, drift }
        }

        fn across(&self, x: &DVector<f64>) -> DVector<f64> {
            x - &self.direction * self.direction.dot(x)
        }
    }

    impl System for Integrator {
        type Work = ();

        fn dim(&self) -> usize {
            self.direction.len()
        }

        fn work(&self, _states: usize) {}

        fn rhs(&self, _t: f64, x: &[f64], dx: &mut [f64], (): &mut ()) {
            let x = DVector::from_column_slice(x);
            let across = self.across(&x);
            let along = &self.direction * (self.drift * self.direction.dot(&x));
            let f = along - &across - self.across(&across.map(f64::tanh));
            dx.copy_from_slice(f.as_slice());
        }
    }

    impl Linearize for Integrator {
        fn jacobian(&self, _t: f64, x: &[f64], jacobian: &mut DMatrix<f64>) {
            let n = self.dim();
            let line = &self.direction * self.direction.transpose();
            let across = DMatrix::identity(n, n) - &line;
            let x = self.across(&DVector::from_column_slice(x));
            let slope = DMatrix::from_diagonal(&x.map(|x| 1.0 - x.tanh().powi(2)));
            jacobian.copy_from(&(line * self.drift - &across - &across * slope * &across));
        }
    }

    /// `dr/dt = r (1 - r^2)` in the plane without rotation: a ring of fixed points around one.
    struct Ring;

    impl System for Ring {
        type Work = ();

        fn dim(&self) -> usize {
            2
        }

        fn work(&self, _states: usize) {}

        fn rhs(&self, _t: f64, x: &[f64], dx: &mut [f64], (): &mut ()) {
            let radial = 1.0 - x[0] * x[0] - x[1] * x[1];
            dx[0] = radial * x[0];
            dx[1] = radial * x[1];
        }
    }

    impl Linearize for Ring {
        fn jacobian(&self, _t: f64, x: &[f64], jacobian: &mut DMatrix<f64>) {
            for i in 0..2 {
                for j in 0..2 {
                    jacobian[(i, j)] = -2.0 * x[i] * x[j];
                }
                jacobian[(i, i)] += 1.0 - x[0] * x[0] - x[1] * x[1];
            }
        }
    }

    fn points<S: Linearize>(system: &S, count: usize) -> Vec<FixedPoint> {
        let mut starts = DMatrix::zeros(system.dim(), count);
        let mut normals = Streams::new(11).normals(Domain::User, 0);
        normals.fill(starts.as_mut_slice());
        let config = FixedPointConfig::default();
        find_fixed_points(system, 0.0, &starts, &config)
            .expect("finite")
            .points
    }

    #[test]
    fn a_line_attractor_is_a_chain_of_marginal_points() {
        let system = Integrator::new(6, 0.0);
        let found = points(&system, 60);
        let line = continuum(&found, 1e-6).expect("one length");
        assert!(found.len() > 50);
        assert_eq!(line.marginal_points, found.len());
        assert!(line.marginal_modes.iter().all(|&modes| modes == 1));
        // Zero up to the rounding of the Jacobian.
        assert!(line.slowest.iter().all(|w| w.norm() < 1e-14));
        assert!(line.extent > 3.0 && line.longest_gap < 0.25 * line.extent);
        assert!(
            line.nearest
                .iter()
                .all(|&d| d > 1e-3 && d <= line.longest_gap)
        );
        for point in &found {
            assert!(system.across(&point.state).amax() < 1e-10);
            let expected = Stability::Marginal {
                marginal: 1,
                unstable: 0,
            };
            assert_eq!(point.stability, expected);
        }
    }

    #[test]
    fn a_leaky_integrator_has_one_point_and_no_continuum() {
        let found = points(&Integrator::new(6, -0.3), 60);
        let line = continuum(&found, 1e-6).expect("one length");
        assert_eq!((found.len(), line.marginal_points), (1, 0));
        assert_eq!((line.extent, line.longest_gap), (0.0, 0.0));
        assert!((line.slowest[0].re + 0.3).abs() < 1e-12);
        assert_eq!(line.nearest, [f64::INFINITY]);
    }

    #[test]
    fn a_ring_attractor_is_told_from_the_point_in_its_middle() {
        let mut found = points(&Ring, 200);
        // The middle repels; few starts end there.
        let middle = DMatrix::from_element(2, 1, 0.01);
        let config = FixedPointConfig::default();
        found.extend(
            find_fixed_points(&Ring, 0.0, &middle, &config)
                .expect("finite")
                .points,
        );
        let ring = continuum(&found, 1e-6).expect("one length");
        let mut marginal = 0;
        for (point, &modes) in found.iter().zip(&ring.marginal_modes) {
            if point.state.norm() > 0.5 {
                assert!((point.state.norm() - 1.0).abs() < 1e-12);
                assert!((point.spectrum.values[1].re + 2.0).abs() < 1e-11);
                assert_eq!(modes, 1);
                marginal += 1;
            } else {
                assert_eq!((modes, point.stability), (0, Stability::UnstableNode));
            }
        }
        assert!(marginal > 100 && marginal < found.len());
        assert_eq!(ring.marginal_points, marginal);
        // A diameter, and gaps of 2 pi / 150 on average.
        assert!(ring.extent > 1.99 && ring.longest_gap < 0.4);
    }

    #[test]
    fn nothing_and_mixed_points_are_handled() {
        let none = continuum(&[], 1e-6).expect("nothing to disagree");
        assert_eq!((none.marginal_points, none.longest_gap), (0, 0.0));
        let mut mixed = points(&Ring, 1);
        mixed.extend(points(&Integrator::new(3, -1.0), 1));
        assert!(continuum(&mixed, 1e-6).is_err());
    }
}
