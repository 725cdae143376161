use super::*;
use neuro_core::{Domain, Streams, System};
use proptest::prelude::*;

/// A flow and its Jacobian as functions.
struct Flow {
    dim: usize,
    rhs: fn(&[f64], &mut [f64]),
    jacobian: fn(&[f64], &mut DMatrix<f64>),
}

impl System for Flow {
    type Work = ();

    fn dim(&self) -> usize {
        self.dim
    }

    fn work(&self, _states: usize) {}

    fn rhs(&self, _t: f64, x: &[f64], dx: &mut [f64], (): &mut ()) {
        (self.rhs)(x, dx);
    }
}

impl Linearize for Flow {
    fn jacobian(&self, _t: f64, x: &[f64], jacobian: &mut DMatrix<f64>) {
        jacobian.fill(0.0);
        (self.jacobian)(x, jacobian);
    }
}

/// `dx/dt = -x + J tanh(x)`, or `dx/dt = J (x - 1)` when not `saturating`.
struct Network {
    weights: DMatrix<f64>,
    saturating: bool,
}

impl System for Network {
    type Work = ();

    fn dim(&self) -> usize {
        self.weights.nrows()
    }

    fn work(&self, _states: usize) {}

    fn rhs(&self, _t: f64, x: &[f64], dx: &mut [f64], (): &mut ()) {
        let x = DVector::from_column_slice(x);
        let derivative = if self.saturating {
            &self.weights * x.map(f64::tanh) - x
        } else {
            &self.weights * x.add_scalar(-1.0)
        };
        dx.copy_from_slice(derivative.as_slice());
    }
}

impl Linearize for Network {
    fn jacobian(&self, _t: f64, x: &[f64], jacobian: &mut DMatrix<f64>) {
        jacobian.copy_from(&self.weights);
        if self.saturating {
            for (j, mut column) in jacobian.column_iter_mut().enumerate() {
                column *= 1.0 - x[j].tanh().powi(2);
                column[j] -= 1.0;
            }
        }
    }
}

/// Independent normal numbers of standard deviation `size`.
fn normals(rows: usize, columns: usize, size: f64, seed: u64) -> DMatrix<f64> {
    let mut values = DMatrix::zeros(rows, columns);
    Streams::new(seed)
        .normals(Domain::User, 0)
        .fill(values.as_mut_slice());
    values * size
}

fn random_network(units: usize, seed: u64) -> Network {
    Network {
        weights: normals(units, units, 1.5 / (units as f64).sqrt(), seed),
        saturating: true,
    }
}

/// `dx/dt = x - x^3` in each of three units: zeros at all combinations of -1, 0 and 1.
fn cubes() -> Flow {
    Flow {
        dim: 3,
        rhs: |x, dx| {
            for (x, dx) in x.iter().zip(dx) {
                *dx = x - x.powi(3);
            }
        },
        jacobian: |x, jacobian| {
            for i in 0..3 {
                jacobian[(i, i)] = 1.0 - 3.0 * x[i] * x[i];
            }
        },
    }
}

/// `dx/dt = 0.01 + x^2, dy/dt = x - y`: the ghost of a saddle-node at 0.
fn ghost() -> Flow {
    Flow {
        dim: 2,
        rhs: |x, dx| {
            dx[0] = 0.01 + x[0] * x[0];
            dx[1] = x[0] - x[1];
        },
        jacobian: |x, jacobian| {
            jacobian[(0, 0)] = 2.0 * x[0];
            jacobian[(1, 0)] = 1.0;
            jacobian[(1, 1)] = -1.0;
        },
    }
}

/// `dx/dt = (3, 4)` everywhere.
fn drift() -> Flow {
    Flow {
        dim: 2,
        rhs: |_, dx| dx.copy_from_slice(&[3.0, 4.0]),
        jacobian: |_, _| {},
    }
}

fn search<S: Linearize>(
    system: &S,
    starts: &DMatrix<f64>,
    config: &FixedPointConfig,
) -> FixedPoints {
    find_fixed_points(system, 0.0, starts, config).expect("finite starts and flow")
}

fn slow(slow_speed: f64) -> FixedPointConfig {
    FixedPointConfig {
        slow_speed,
        ..FixedPointConfig::default()
    }
}

#[test]
fn all_27_points_of_three_bistable_units_are_found_and_classified() {
    let starts = normals(3, 400, 1.0, 1);
    let found = search(&cubes(), &starts, &FixedPointConfig::default());
    assert_eq!(found.count(PointKind::Fixed), 27);
    assert_eq!(found.points.len() + found.duplicates + found.outliers, 400);
    let mut unstable = [0; 4];
    for point in &found.points {
        // Slope 2 at the zeros of f: an error of x is at most |f|, and Newton steps end at rounding.
        let nearest = point.state.map(f64::round);
        assert!((&point.state - &nearest).amax() < 1e-12 && nearest.amax() <= 1.0);
        assert!(point.converged && point.q <= 1e-24);
        let zeros = nearest.iter().filter(|&&x| x == 0.0).count();
        unstable[zeros] += 1;
        let expected = match zeros {
            0 => Stability::StableNode,
            3 => Stability::UnstableNode,
            unstable => Stability::Saddle {
                unstable,
                turning: false,
            },
        };
        assert_eq!(point.stability, expected);
    }
    assert_eq!(unstable, [8, 12, 6, 1]);
}

#[test]
fn the_points_of_a_symmetric_network_are_those_that_a_scan_finds() {
    let (own, other) = (1.8, 0.25);
    let network = Network {
        weights: DMatrix::from_row_slice(2, 2, &[own, other, other, own]),
        saturating: true,
    };
    // The first equation gives x1 from x0, the second is scanned for changes of sign; zeros in
    // steps of irrational length are not hit exactly.
    let x1 = |x0: f64| ((x0 - own * x0.tanh()) / other).atanh();
    let rest = |x0: f64| other * x0.tanh() + own * x1(x0).tanh() - x1(x0);
    let mut scanned = Vec::new();
    let step = 1e-5 * std::f64::consts::SQRT_2;
    for k in -200_000..200_000 {
        let x0 = (f64::from(k) + 0.5) * step;
        if rest(x0) * rest(x0 + step) < 0.0 && (rest(x0) - rest(x0 + step)).abs() < 1.0 {
            scanned.push(x0 + 0.5 * step);
        }
    }
    assert_eq!(scanned.len(), 9);
    let found = search(
        &network,
        &normals(2, 200, 1.5, 2),
        &FixedPointConfig::default(),
    );
    let mut first: Vec<f64> = found.points.iter().map(|point| point.state[0]).collect();
    first.sort_by(f64::total_cmp);
    assert_eq!(first.len(), scanned.len());
    for (x0, scanned) in first.iter().zip(&scanned) {
        assert!((x0 - scanned).abs() < step);
    }
    let stable = found.points.iter().filter(|p| p.stability.is_stable());
    assert_eq!(stable.count(), 4);
}

#[test]
fn a_start_with_singular_jacobian_on_a_maximum_of_q_leaves_it() {
    // 1 - 3 x^2 = 0 in every unit: the gradient of q vanishes up to rounding.
    let start = DMatrix::from_element(3, 1, 1.0 / 3f64.sqrt());
    let ends = descend(&cubes(), 0.0, &start, &FixedPointConfig::default()).expect("finite");
    assert_eq!(ends[0].ending, Ending::Zero);
    assert!((ends[0].state.map(f64::round) - &ends[0].state).amax() < 1e-9);
}

#[test]
fn the_ghost_of_a_saddle_node_is_a_slow_point() {
    for start in [-2.0, -0.3, 0.4, 3.0] {
        let starts = DMatrix::from_row_slice(2, 1, &[start, 1.0]);
        let found = search(&ghost(), &starts, &slow(0.02));
        assert_eq!(found.points.len(), 1);
        let point = &found.points[0];
        assert_eq!((point.kind, point.converged), (PointKind::Slow, true));
        // At its minimum over x and y, q = (0.01 + x^2)^2 / 2 + (x - y)^2 / 2 has x = y = 0 and
        // q = 5e-5, known to 1e-9 of itself.
        assert!((point.q / 5e-5 - 1.0).abs() < 2e-9 && point.state.amax() < 1e-5);
        assert!((point.speed - 0.01).abs() < 1e-10);
        let marginal = Stability::Marginal {
            marginal: 1,
            unstable: 0,
        };
        assert_eq!(point.stability, marginal);
    }
}

#[test]
fn minima_that_are_too_fast_are_handed_back() {
    let starts = DMatrix::from_row_slice(2, 2, &[-0.5, 0.5, 0.0, 0.0]);
    let found = search(&ghost(), &starts, &slow(0.009));
    assert!(found.points.is_empty());
    assert_eq!(found.unsettled.len(), 2);
    let minima = found
        .unsettled
        .iter()
        .all(|end| end.ending == Ending::Minimum);
    assert!(minima);
}

#[test]
fn a_constant_drift_has_no_fixed_point() {
    let starts = normals(2, 5, 1.0, 3);
    let found = search(&drift(), &starts, &FixedPointConfig::default());
    assert!(found.points.is_empty() && found.unsettled.len() == 5);
    let found = search(&drift(), &starts, &slow(5.5));
    assert_eq!(
        (found.count(PointKind::Fixed), found.count(PointKind::Slow)),
        (0, 5)
    );
    assert!(found.points.iter().all(|p| p.converged && p.speed == 5.0));
}

#[test]
fn a_minimum_at_a_kink_is_not_called_converged() {
    let kink = Flow {
        dim: 1,
        rhs: |x, dx| dx[0] = 1.0 + (x[0] - 0.3).abs(),
        jacobian: |x, jacobian| jacobian[(0, 0)] = (x[0] - 0.3).signum(),
    };
    let found = search(
        &kink,
        &DMatrix::from_row_slice(1, 2, &[-2.0, 5.0]),
        &slow(1.1),
    );
    // Two ends at one place.
    assert_eq!((found.points.len(), found.duplicates), (1, 1));
    let point = &found.points[0];
    assert_eq!((point.kind, point.converged), (PointKind::Slow, false));
    assert!((point.state[0] - 0.3).abs() < 1e-6 && point.iterations < 500);
}

#[test]
fn a_descent_that_is_cut_short_says_so() {
    let config = FixedPointConfig {
        max_iterations: 2,
        ..slow(100.0)
    };
    let found = search(&ghost(), &DMatrix::from_element(2, 1, 3.0), &config);
    let point = &found.points[0];
    assert_eq!(
        (point.kind, point.converged, point.iterations),
        (PointKind::Slow, false, 2)
    );
    let start_q = 0.5 * 9.01f64.powi(2);
    assert!(point.q < start_q);
}

#[test]
fn descents_in_random_networks_end_at_zeros_and_minima() {
    let (mut dx, mut minima, mut zeros) = (vec![0.0; 64], 0, 0);
    for seed in 1..5 {
        let network = random_network(64, seed);
        let starts = normals(64, 20, 1.0, 10 + seed);
        for end in descend(&network, 0.0, &starts, &FixedPointConfig::default()).expect("finite") {
            assert_ne!(end.ending, Ending::Limit);
            if end.ending == Ending::Zero {
                // Rounding of 64 terms of size 1.
                assert!(end.speed() < 1e-13);
                zeros += 1;
                continue;
            }
            let around = normals(64, 200, 1e-3, 20 + seed);
            for nearby in around.column_iter() {
                let x = &end.state + nearby;
                network.rhs(0.0, x.as_slice(), &mut dx, &mut ());
                assert!(0.5 * dx.iter().map(|f| f * f).sum::<f64>() > end.q);
            }
            minima += 1;
        }
    }
    assert!(minima > 5 && zeros > 5, "{minima} {zeros}");
}

#[test]
fn descents_are_repeatable_and_do_not_depend_on_each_other() {
    let network = random_network(20, 1);
    let starts = normals(20, 12, 1.0, 6);
    let run = |starts: &DMatrix<f64>| {
        descend(&network, 0.0, starts, &FixedPointConfig::default()).expect("finite")
    };
    let together = run(&starts);
    assert_eq!(together, run(&starts));
    for (k, end) in together.iter().enumerate() {
        let alone = run(&starts.columns(k, 1).into_owned());
        assert_eq!(
            (&alone[0].state, alone[0].iterations),
            (&end.state, end.iterations)
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_linear_flow_has_its_one_point_and_its_own_spectrum(
        weights in proptest::collection::vec(-1.0..1.0, 16), seed in 0u64..100,
    ) {
        // A dominant diagonal of both signs: regular, and never marginal.
        let signs = [5.0, -5.0, 5.0, -5.0];
        let weights = DMatrix::from_vec(4, 4, weights)
            + DMatrix::from_diagonal(&DVector::from_row_slice(&signs));
        let network = Network { weights, saturating: false };
        let found = search(&network, &normals(4, 3, 2.0, seed), &FixedPointConfig::default());
        prop_assert_eq!((found.points.len(), found.duplicates), (1, 2));
        let point = &found.points[0];
        prop_assert!((point.state.add_scalar(-1.0)).amax() < 1e-12);
        prop_assert_eq!(&point.spectrum, &Spectrum::of(&network.weights).expect("finite"));
        let saddle = matches!(point.stability, Stability::Saddle { unstable: 2, .. });
        prop_assert!(saddle);
    }
}

#[test]
fn values_that_are_not_finite_are_named() {
    let config = FixedPointConfig::default();
    let problem = |system: &Flow, start: f64| {
        find_fixed_points(system, 0.0, &DMatrix::from_element(1, 1, start), &config)
            .expect_err("not finite")
            .to_string()
    };
    let root = Flow {
        dim: 1,
        rhs: |x, dx| dx[0] = x[0].sqrt() - 1.0,
        jacobian: |x, jacobian| jacobian[(0, 0)] = 0.5 / x[0].sqrt(),
    };
    assert!(problem(&root, f64::NAN).starts_with("starts of fixed points"));
    assert!(problem(&root, -1.0).starts_with("right-hand side at start 0"));
    assert!(problem(&root, 0.0).starts_with("Jacobian on the way from start 0"));
    // Steps to where the flow is not defined are taken back.
    let found = search(&root, &DMatrix::from_element(1, 1, 9.0), &config);
    assert!((found.points[0].state[0] - 1.0).abs() < 1e-12);
}

#[test]
fn bad_starts_and_settings_are_refused() {
    let config = FixedPointConfig::default();
    let run = |starts: &DMatrix<f64>, config: &FixedPointConfig| {
        find_fixed_points(&ghost(), 0.0, starts, config)
    };
    let found = run(&DMatrix::zeros(2, 0), &config);
    assert!(matches!(
        found,
        Err(Error::Core(neuro_core::Error::Empty { .. }))
    ));
    let found = run(&DMatrix::zeros(3, 1), &config);
    assert!(matches!(
        found,
        Err(Error::Core(neuro_core::Error::Shape { .. }))
    ));
    let bad: [fn(&mut FixedPointConfig); 6] = [
        |c| c.tol_q = 0.0,
        |c| c.max_iterations = 0,
        |c| c.slow_speed = f64::NAN,
        |c| c.tol_unique = -1.0,
        |c| c.outlier_distance_scale = 0.0,
        |c| c.marginal_rate = f64::INFINITY,
    ];
    for change in bad {
        let mut config = config.clone();
        change(&mut config);
        let found = run(&DMatrix::zeros(2, 1), &config);
        assert!(matches!(
            found,
            Err(Error::Core(neuro_core::Error::OutOfRange { .. }))
        ));
    }
}

fn end(state: &[f64], q: f64, start: usize) -> Descent {
    Descent {
        state: DVector::from_column_slice(state),
        q,
        start,
        iterations: 1,
        ending: Ending::Zero,
    }
}

#[test]
fn of_points_that_coincide_the_one_of_lowest_q_is_kept() {
    let ends = vec![
        end(&[0.0, 0.0], 3e-14, 0),
        end(&[5.0, 0.0], 2e-14, 1),
        end(&[0.0, 0.5], 1e-14, 2),
        end(&[0.9, 0.5], 2e-14, 3),
        end(&[5.0, 2.0], 9e-14, 4),
    ];
    let unique = keep_unique(ends.clone(), 1.0).expect("one length");
    let starts: Vec<usize> = unique.kept.iter().map(|end| end.start).collect();
    assert_eq!(
        (starts.as_slice(), unique.removed),
        ([1, 2, 4].as_slice(), 2)
    );
    assert_eq!(keep_unique(ends, 0.0).expect("one length").removed, 0);
    assert!(keep_unique(vec![end(&[0.0], 0.0, 0), end(&[0.0, 0.0], 0.0, 1)], 1.0).is_err());
}

#[test]
fn points_far_from_the_starts_are_dropped() {
    // Mean (1, 0), mean distance 1.
    let starts = DMatrix::from_row_slice(2, 2, &[0.0, 2.0, 0.0, 0.0]);
    let ends = vec![end(&[1.0, 9.9], 0.0, 0), end(&[11.1, 0.0], 0.0, 1)];
    let near = drop_outliers(ends.clone(), &starts, 10.0).expect("one length");
    assert_eq!(
        (near.kept[0].start, near.kept.len(), near.removed),
        (0, 1, 1)
    );
    let all = drop_outliers(ends.clone(), &starts, f64::INFINITY).expect("one length");
    assert_eq!(all.removed, 0);
    // A single start sets no distance.
    let single = drop_outliers(ends.clone(), &DMatrix::zeros(2, 1), 10.0).expect("one length");
    assert_eq!(single.removed, 0);
    assert!(drop_outliers(ends, &DMatrix::zeros(2, 0), 10.0).is_err());
}
