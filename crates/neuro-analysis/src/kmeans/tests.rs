use super::*;
use proptest::prelude::*;

fn config(clusters: usize) -> KMeansConfig {
    KMeansConfig {
        clusters,
        ..KMeansConfig::default()
    }
}

fn out_of_range<T>(found: Result<T, Error>, begins: &str) -> bool {
    let core = match found {
        Err(Error::Core(core)) => core,
        _ => return false,
    };
    matches!(core, neuro_core::Error::OutOfRange { what, .. } if what.starts_with(begins))
}

fn mean_of(samples: &DMatrix<f64>, labels: &[usize], cluster: usize) -> nalgebra::RowDVector<f64> {
    let rows: Vec<usize> = (0..labels.len())
        .filter(|&i| labels[i] == cluster)
        .collect();
    samples.select_rows(&rows).row_mean()
}

#[test]
fn one_cluster_lies_at_the_mean_and_has_the_total_variance() {
    let samples = DMatrix::from_row_slice(4, 2, &[0.0, 1.0, 2.0, 1.0, 0.0, 3.0, 2.0, 3.0]);
    let found = k_means(&samples, &config(1), Streams::new(1)).expect("valid samples");
    assert_eq!(found.centers, DMatrix::from_row_slice(1, 2, &[1.0, 2.0]));
    assert_eq!((found.inertia, found.converged), (8.0, true));
    assert_eq!(found.labels, [0; 4]);
}

#[test]
fn as_many_clusters_as_distinct_samples_leave_no_inertia() {
    let samples = DMatrix::from_row_slice(6, 1, &[0.1, 0.7, 0.1, 0.3, 0.7, 0.7]);
    let found = k_means(&samples, &config(3), Streams::new(2)).expect("three distinct");
    assert_eq!((found.inertia, found.converged), (0.0, true));
    let agreement = adjusted_rand_index(&found.labels, &[0, 1, 0, 2, 1, 1]).expect("fit");
    assert_eq!(agreement, 1.0);
}

#[test]
fn more_clusters_than_distinct_samples_are_refused_by_name() {
    let samples = DMatrix::from_row_slice(5, 1, &[0.1, 0.7, 0.1, 0.7, 0.7]);
    for clusters in [3, 6, usize::MAX] {
        let found = k_means(&samples, &config(clusters), Streams::new(3));
        assert!(out_of_range(found, "number of clusters"));
    }
    let found = k_means_plus_plus(&samples, &[0.5; 3]);
    assert!(out_of_range(found, "number of clusters"));
}

#[test]
fn given_centres_without_samples_to_take_stay_where_they_are() {
    let samples = DMatrix::from_row_slice(3, 1, &[1.0, 1.0, 2.0]);
    let centers = DMatrix::from_row_slice(4, 1, &[1.0, 9.0, 2.0, -5.0]);
    let found = k_means_from(&samples, &centers, 10).expect("valid");
    assert_eq!((found.labels, found.converged), (vec![0, 0, 2], true));
    assert_eq!(found.centers, centers);
}

#[test]
fn an_empty_cluster_takes_the_sample_farthest_from_its_centre() {
    // The centre at 100 is nobody's nearest; 7 is farthest from its centre.
    let samples = DMatrix::from_row_slice(5, 1, &[0.0, 1.0, 2.0, 3.0, 7.0]);
    let centers = DMatrix::from_row_slice(2, 1, &[1.0, 100.0]);
    let found = k_means_from(&samples, &centers, 50).expect("valid");
    assert_eq!(found.labels, [0, 0, 0, 0, 1]);
    assert_eq!(found.centers.as_slice(), [1.5, 7.0]);
    assert_eq!((found.inertia, found.converged), (5.0, true));
}

#[test]
fn too_few_iterations_are_reported() {
    let samples = DMatrix::from_fn(40, 1, |i, _| i as f64);
    let centers = DMatrix::from_row_slice(2, 1, &[0.0, 1.0]);
    let long = k_means_from(&samples, &centers, 100).expect("valid");
    assert!(long.converged && long.iterations > 3);
    let short = k_means_from(&samples, &centers, long.iterations - 1).expect("valid");
    assert!(!short.converged && short.iterations == long.iterations - 1);
    assert!(short.inertia > long.inertia);
    let just = k_means_from(&samples, &centers, long.iterations).expect("valid");
    assert_eq!(just, long);
}

#[test]
fn several_starts_find_what_single_ones_miss() {
    let samples = DMatrix::from_fn(90, 2, |i, j| {
        let group = i / 10;
        [group % 3, group / 3][j] as f64 + 0.3 * ((5 * i + j) as f64).cos()
    });
    let truth: Vec<usize> = (0..90).map(|i| i / 10).collect();
    let inertia = |starts, seed| {
        let config = KMeansConfig {
            starts,
            ..config(9)
        };
        let found = k_means(&samples, &config, Streams::new(seed)).expect("valid samples");
        let agreement = adjusted_rand_index(&found.labels, &truth).expect("fit");
        (found.inertia, agreement == 1.0)
    };
    let (best, all_found) = inertia(30, 100);
    assert!(all_found);
    let misses = (0..20).filter(|&seed| inertia(1, seed).0 > 1.1 * best);
    assert!(misses.count() > 0);
}

#[test]
fn clusters_far_from_the_origin_are_as_exact_as_near() {
    let near = DMatrix::from_row_slice(4, 1, &[0.0, 0.25, 4.0, 4.5]);
    let far = near.add_scalar(1e12);
    let of = |samples: &DMatrix<f64>| k_means(samples, &config(2), Streams::new(4)).expect("valid");
    let (near, far) = (of(&near), of(&far));
    assert_eq!(near.labels, far.labels);
    // 1e12 has steps of 1.2e-4; the mean 0.125 is one of them.
    assert_eq!(far.centers.add_scalar(-1e12), near.centers);
}

#[test]
fn bad_arguments_are_refused_by_name() {
    let streams = Streams::new(0);
    let samples = DMatrix::<f64>::identity(3, 2);
    for (options, name) in [
        (config(0), "number of clusters"),
        (
            KMeansConfig {
                starts: 0,
                ..config(1)
            },
            "starts",
        ),
        (
            KMeansConfig {
                iterations: 0,
                ..config(1)
            },
            "iterations",
        ),
    ] {
        assert!(out_of_range(k_means(&samples, &options, streams), name));
    }
    for empty in [DMatrix::zeros(0, 2), DMatrix::zeros(2, 0)] {
        let found = k_means(&empty, &config(1), streams);
        let refused = matches!(found, Err(Error::Core(neuro_core::Error::Empty { .. })));
        assert!(refused);
    }
    let found = k_means(&DMatrix::from_element(2, 1, f64::NAN), &config(1), streams);
    let refused = matches!(found, Err(Error::Core(neuro_core::Error::NonFinite { .. })));
    assert!(refused);
    let huge = DMatrix::from_row_slice(2, 1, &[-1e200, 1e200]);
    for clusters in [1, 2] {
        let found = k_means(&huge, &config(clusters), streams);
        assert!(out_of_range(found, "sum of squared distances"));
    }
    assert!(out_of_range(
        k_means_plus_plus(&samples, &[0.2, 1.0]),
        "uniform number"
    ));
    assert!(k_means_plus_plus(&samples, &[]).is_err());
    assert!(k_means_from(&samples, &DMatrix::identity(2, 3), 5).is_err());
    assert!(out_of_range(
        k_means_from(&samples, &samples, 0),
        "iterations"
    ));
    let found = k_means(&samples, &config(2), streams).expect("valid samples");
    assert!(found.nearest(&DMatrix::zeros(1, 3)).is_err());
}

#[test]
fn the_last_distant_sample_is_drawn_when_a_product_rounds_up() {
    let samples = DMatrix::from_row_slice(3, 1, &[0.0, 1.0, 0.0]);
    let almost_one = 1.0_f64.next_down();
    let found = k_means_plus_plus(&samples, &[0.0, almost_one]).expect("two distinct");
    assert_eq!(found, [0, 1]);
}

fn samples() -> impl Strategy<Value = DMatrix<f64>> {
    (6_usize..30, 1_usize..7).prop_flat_map(|(n, p)| {
        proptest::collection::vec(-3.0..5.0, n * p)
            .prop_map(move |values| DMatrix::from_vec(n, p, values))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn at_the_end_centres_are_means_and_samples_with_their_nearest_centre(
        x in samples(), clusters in 1_usize..6, seed in 0_u64..1000,
    ) {
        let found = k_means(&x, &config(clusters), Streams::new(seed)).expect("distinct samples");
        prop_assert!(found.converged);
        prop_assert_eq!(found.nearest(&x).expect("fits"), found.labels.clone());
        for cluster in 0..clusters {
            let mean = mean_of(&x, &found.labels, cluster);
            prop_assert!((mean - found.centers.row(cluster)).amax() < 1e-13);
        }
    }

    #[test]
    fn inertia_never_rises(x in samples(), seed in 0_u64..1000) {
        let uniforms: Vec<f64> = (0..4).map(|k| ((seed + k) as f64 * 0.618).fract()).collect();
        let seeds = k_means_plus_plus(&x, &uniforms).expect("distinct samples");
        let centers = x.select_rows(&seeds);
        let mut before = f64::INFINITY;
        for iterations in 1..20 {
            let inertia = k_means_from(&x, &centers, iterations).expect("valid").inertia;
            prop_assert!(inertia <= before * (1.0 + 1e-14));
            before = inertia;
        }
    }

    #[test]
    fn given_centres_far_away_still_share_out_all_samples(
        x in samples(), offset in 20.0..1e3,
    ) {
        let centers = x.rows(0, 5).add_scalar(offset);
        let found = k_means_from(&x, &centers, 200).expect("valid");
        let mut sizes = [0; 5];
        found.labels.iter().for_each(|&label| sizes[label] += 1);
        prop_assert!(sizes.iter().all(|&size| size > 0), "{:?}", sizes);
    }

    #[test]
    fn clusters_move_with_the_samples(x in samples(), shift in -4.0..4.0) {
        // Distances that are equal but for rounding could be broken by the shift; of random samples
        // there are none.
        let run = |x: &DMatrix<f64>| k_means(x, &config(3), Streams::new(8)).expect("distinct");
        let (here, there) = (run(&x), run(&x.add_scalar(shift)));
        prop_assert!((here.inertia - there.inertia).abs() < 1e-11 * (1.0 + here.inertia));
    }
}
