//! `neuro_analysis` of matrices, trajectories and systems.

use neuro_analysis::decode::{
    ClassifierConfig, Folds, PenaltySelection, RidgeConfig, cross_validate_classifier,
    cross_validate_ridge, fit_classifier, fit_ridge,
};
use neuro_analysis::fixed_points::{
    Descent, continuum, descend, drop_outliers, keep_unique, sample_starts,
};
use neuro_analysis::kmeans::{k_means_from, k_means_plus_plus, silhouettes};
use neuro_analysis::phate::{
    DiffusionTime, KernelConfig, LandmarkConfig, LandmarkSelection, SmacofConfig, adaptive_kernel,
    classic_layout, diffuse, diffusion_entropy, diffusion_potential, knee, landmarks,
    pairwise_distances, procrustes, smacof,
};
use neuro_analysis::quasi_static::{binned_counts, binned_means};
use neuro_analysis::selectivity::selectivity;
use neuro_analysis::visited::evenly_chosen;
use neuro_analysis::{
    ConvergenceCriterion, CycleSearch, FixedPointConfig, KMeansConfig, Likeness, LyapunovSettings,
    PerturbationMeasures, PhateConfig, SameCycle, Spectrum, Stability, SteadyState, StepMap,
    TraceScoring, VisitedSurface, adjusted_rand_index, compare_orbits, convergence_times,
    covariance, dominant_units, find_attractor, find_fixed_points, group_cycles,
    inverse_participation_ratio, isotropic_leading_share, isotropic_participation_ratio, k_means,
    leading_amplitudes, lyapunov_exponents, mean_jacobian, mode_decay, mode_eigenvalues,
    mode_projections, participation_ratio, participation_ratio_of_variances, pca,
    perturbation_curves, perturbation_spectrum, perturbed, phase_deviation, phate, predicted_drive,
    predicted_rate, recurrence_curve, tangent_product, visited_states,
};
use neuro_core::Complex;
use neuro_core::linalg::eigen;
use neuro_core::parallel::Workers;
use neuro_core::transfer::QifGain;

use crate::given::{Entry, Given, answered, throw_at};

#[test]
fn analyses_of_matrices_answer_or_refuse() {
    let entries: [Entry; 14] = [
        ("Spectrum::of", |g| {
            if let Some(spectrum) = answered(Spectrum::of(&g.square())) {
                let _ = (spectrum.abscissa(), spectrum.radius());
                let _ = spectrum.leading_time_constant();
                let _ = spectrum.leading_time_constant_of_map(g.number());
                let _ = spectrum.count_real_above(g.number()) + spectrum.count_complex();
                let _ = Stability::of(&spectrum, g.number()).is_stable();
            }
        }),
        ("pca", |g| {
            let samples = g.matrix();
            let components = g.option(Given::count);
            if let Some(found) = answered(pca(&samples, components)) {
                answered(found.transform(&g.matrix_of(3, samples.ncols())));
                answered(found.reconstruct(&g.matrix_of(3, found.components.ncols())));
                let _ = (found.cumulative_ratio(), found.dimension_for(g.number()));
            }
        }),
        ("participation", |g| {
            if let Some(found) = answered(covariance(&g.matrix())) {
                answered(participation_ratio(&found));
            }
            answered(participation_ratio(&g.square()));
            answered(participation_ratio_of_variances(&g.list()));
            let v: Vec<Complex<f64>> = g.list().into_iter().map(Complex::from).collect();
            answered(inverse_participation_ratio(&v));
        }),
        ("modes", |g| {
            let (matrix, modes) = (g.square(), g.count());
            answered(mode_projections(&matrix, modes));
            answered(mode_eigenvalues(&matrix, modes));
            if let Some(eigen) = answered(eigen(&matrix)) {
                answered(leading_amplitudes(&eigen, modes));
                answered(dominant_units(&eigen, modes, g.number()));
            }
        }),
        ("mode_decay", |g| {
            let activity = g.matrix();
            let times = g.list_of(activity.ncols());
            answered(mode_decay(&activity, &times, g.count()));
        }),
        ("k_means", |g| {
            let samples = g.matrix();
            let config = KMeansConfig {
                clusters: g.count(),
                starts: g.few(),
                iterations: g.count(),
            };
            let streams = g.streams();
            if let Some(found) = answered(k_means(&samples, &config, streams)) {
                answered(found.nearest(&g.matrix_of(4, samples.ncols())));
                answered(silhouettes(&samples, &found.labels));
            }
            answered(k_means_plus_plus(&samples, &g.list()));
            let centers = g.matrix_of(3, samples.ncols());
            answered(k_means_from(&samples, &centers, g.count()));
            answered(silhouettes(&samples, &g.labels(samples.nrows(), 3)));
        }),
        ("adjusted_rand_index", |g| {
            let one = g.labels(8, 3);
            answered(adjusted_rand_index(&one, &g.labels(one.len(), 4)));
        }),
        ("phase_deviation", |g| {
            let a = g.matrix();
            answered(phase_deviation(&a, &g.matrix_of(a.nrows(), a.ncols())));
        }),
        ("selectivity", |g| {
            let rates = g.matrix();
            let stimuli = g.list_of(rates.ncols());
            if let Some(found) = answered(selectivity(&rates, &stimuli)) {
                let _ = found.heterogeneity(g.number());
            }
        }),
        ("quasi-static", |g| {
            let drive = g.matrix();
            let input = g.list_of(drive.nrows());
            answered(predicted_rate(&drive, &input, &QifGain));
            let weights = g.matrix_of(drive.nrows(), drive.nrows());
            answered(predicted_drive(&weights, &drive, &input, &QifGain));
            answered(binned_means(&drive, g.count()));
            let spikes: Vec<_> = (0..g.few()).map(|_| (g.count(), g.count())).collect();
            let (units, steps, width) = (g.count(), g.count(), g.count());
            answered(binned_counts(&spikes, units, steps, width));
        }),
        ("visited", |g| {
            let likeness = g.of(&[Likeness::Overlap, Likeness::Cosine]);
            let states = g.matrix();
            let likeness = match g.flag() {
                true => Likeness::Distance { scale: g.number() },
                false => likeness,
            };
            answered(visited_states(&states, likeness, g.number()));
            let samples = g.labels(6, 9);
            let _ = evenly_chosen(&samples, g.count());
        }),
        ("VisitedSurface", |g| {
            let (fast, slow) = (g.labels(3, 20), g.labels(4, 20));
            let energy = g.matrix_of(fast.len(), slow.len());
            if let Some(surface) = answered(VisitedSurface::new(fast, slow, energy)) {
                let _ = surface.valley();
                answered(surface.course(g.few() * 5));
            }
        }),
        ("TraceScoring", |g| {
            let targets = g.matrix();
            if let Some(mut scoring) = answered(TraceScoring::new(&targets, g.count())) {
                let traces = g.matrix_of(targets.nrows(), targets.ncols());
                answered(scoring.add(&traces, g.flag()));
                let _ = scoring.average();
                answered(scoring.scores(g.number()));
            }
        }),
        ("perturbation", |g| {
            let (units, copies) = (g.count(), g.count());
            answered(isotropic_leading_share(units, copies, g.count()));
            answered(isotropic_participation_ratio(units, copies));
            let state = g.list();
            let streams = g.streams();
            answered(perturbed(&state, g.number(), copies, streams, 0));
            let copies = g.matrix_of(state.len(), 5);
            if let Some(found) = answered(perturbation_spectrum(&copies, &state)) {
                let _ = (found.rank_bound(), found.leading_share(g.count()));
                let _ = found.dimension_for(g.number());
                let _ = found.interpolated_dimension_for(g.number());
            }
        }),
    ];
    throw_at(&entries);
}

#[test]
fn decoders_answer_or_refuse() {
    let entries: [Entry; 3] = [
        ("ridge", |g| {
            let features = g.matrix();
            let targets = g.matrix_of(features.nrows(), 2);
            let (penalty, standardize) = (g.mostly(0.1), g.flag());
            if let Some(decoder) = answered(fit_ridge(&features, &targets, penalty, standardize)) {
                answered(decoder.predict(&g.matrix_of(3, features.ncols())));
            }
            let config = RidgeConfig {
                penalties: if g.flag() { g.list() } else { vec![0.1, 10.0] },
                folds: g.count(),
                selection: if g.flag() {
                    PenaltySelection::Nested { folds: g.count() }
                } else {
                    PenaltySelection::Plain
                },
                standardize,
            };
            let streams = g.streams();
            answered(cross_validate_ridge(
                &features, &targets, &config, streams, 0,
            ));
        }),
        ("classifier", |g| {
            let features = g.matrix();
            let labels = g.flags(features.nrows());
            let config = ClassifierConfig {
                penalty: g.mostly(0.1),
                standardize: g.flag(),
                folds: g.count(),
            };
            if let Some(found) = answered(fit_classifier(&features, &labels, &config)) {
                answered(found.predict(&g.matrix_of(3, features.ncols())));
            }
            let streams = g.streams();
            answered(cross_validate_classifier(
                &features, &labels, &config, streams, 0,
            ));
        }),
        ("Folds", |g| {
            let (trials, count, streams) = (g.few(), g.count(), g.streams());
            answered(Folds::random(trials, count, streams, 0));
            answered(Folds::random(g.count(), count, streams, 0));
            answered(Folds::stratified(&g.flags(8), count, streams, 0));
            if let Some(folds) = answered(Folds::from_assignment(g.labels(6, 3))) {
                let fold = g.count();
                let _ = (folds.test(fold), folds.train(fold));
            }
        }),
    ];
    throw_at(&entries);
}

#[test]
fn analyses_of_trajectories_answer_or_refuse() {
    let entries: [Entry; 6] = [
        ("recurrence_curve", |g| {
            answered(recurrence_curve(&g.trajectory(), g.count(), g.count()));
        }),
        ("find_attractor", |g| {
            let search = CycleSearch {
                max_lag: g.count(),
                references: g.count(),
                rest: g.mostly(1e-3),
                depth: g.mostly(0.5),
                closure: g.mostly(0.1),
            };
            answered(find_attractor(&g.trajectory(), &search));
        }),
        ("compare_orbits, group_cycles", |g| {
            let (a, b) = (g.trajectory(), g.trajectory());
            let b = if g.flag() { a.clone() } else { b };
            let (period, up_to_sign) = (g.mostly(3.5), g.flag());
            let (one, other) = (g.count(), g.count());
            answered(compare_orbits((&a, one), (&b, other), period, up_to_sign));
            let same = SameCycle {
                tolerance: g.mostly(0.2),
                up_to_sign,
            };
            answered(group_cycles(&a, period, &same));
        }),
        ("convergence_times", |g| {
            let criterion = ConvergenceCriterion {
                start: g.count(),
                threshold: g.mostly(0.5),
                near_floor: g.mostly(1.1),
            };
            let (states, period) = (g.trajectory(), g.mostly(2.5));
            answered(convergence_times(&states, period, &criterion));
        }),
        ("perturbation_curves", |g| {
            let (units, steps) = (g.few(), g.few());
            let copies = g.few();
            let one = g.trajectory_of(units, copies, steps);
            let units = g.length_near(units);
            let steps = g.length_near(steps);
            let trials = g.length_near(1);
            let other = g.trajectory_of(units, trials, steps);
            let measures = PerturbationMeasures {
                components: g.count(),
                fraction: g.mostly(0.9),
            };
            let workers = Workers::sequential();
            answered(perturbation_curves(&one, &other, measures, &workers));
        }),
        ("sample_starts", |g| {
            let (trajectory, count, jitter) = (g.trajectory(), g.count(), g.number());
            let streams = g.streams();
            answered(sample_starts(&trajectory, count, jitter, streams));
        }),
    ];
    throw_at(&entries);
}

#[test]
fn analyses_of_systems_answer_or_refuse() {
    let entries: [Entry; 4] = [
        ("fixed points", |g| {
            let system = g.system();
            let n = system.0.nrows();
            let starts = g.matrix_of(n, 3);
            let config = FixedPointConfig {
                tol_q: g.mostly(1e-12),
                max_iterations: g.count(),
                slow_speed: g.mostly(0.1),
                tol_unique: g.mostly(1e-3),
                outlier_distance_scale: g.mostly(10.0),
                marginal_rate: g.mostly(1e-3),
            };
            let t = g.number();
            if let Some(found) = answered(find_fixed_points(&system, t, &starts, &config)) {
                answered(continuum(&found.points, g.number()));
            }
            if let Some(descents) = answered(descend(&system, t, &starts, &config)) {
                let few: Vec<Descent> = descents.clone();
                answered(keep_unique(descents, g.number()));
                answered(drop_outliers(few, &starts, g.number()));
            }
        }),
        ("jacobians", |g| {
            let system = g.system();
            let states = g.matrix_of(system.0.nrows(), 3);
            let (t, dt) = (g.number(), g.number());
            answered(mean_jacobian(&system, t, &states));
            answered(tangent_product(&system, t, dt, &states));
        }),
        ("SteadyState", |g| {
            let system = g.system();
            let state = g.list_of(system.0.nrows());
            let t = g.number();
            if let Some(steady) = answered(SteadyState::at(&system, t, &state)) {
                let _ = steady.residual();
                answered(steady.modes());
            }
        }),
        ("lyapunov_exponents", |g| {
            let system = g.system();
            let x0 = g.list_of(system.0.nrows());
            let settings = LyapunovSettings {
                map: g.of(&[StepMap::Euler, StepMap::Heun, StepMap::RungeKutta4]),
                dt: g.mostly(0.1),
                exponents: g.option(Given::count),
                transient: g.few(),
                steps: g.few() * 4,
                every: g.count(),
                blocks: g.count(),
            };
            let t = g.number();
            if let Some(found) = answered(lyapunov_exponents(&system, t, &x0, &settings)) {
                let _ = found.kaplan_yorke_dimension(g.number());
            }
        }),
    ];
    throw_at(&entries);
}

#[test]
fn phate_answers_or_refuses() {
    let entries: [Entry; 6] = [
        ("phate", |g| {
            let config = PhateConfig {
                principal_components: g.option(Given::count),
                kernel: kernel(g),
                landmarks: g.option(landmark_config),
                diffusion_time: if g.flag() {
                    DiffusionTime::Knee { max: g.few() * 3 }
                } else {
                    DiffusionTime::Fixed(g.few())
                },
                gamma: g.mostly(1.0),
                components: g.count(),
                scaling: scaling(g),
            };
            let (samples, streams) = (g.matrix(), g.streams());
            answered(phate(&samples, &config, streams, &Workers::sequential()));
        }),
        ("adaptive_kernel, landmarks", |g| {
            let (samples, config) = (g.matrix(), kernel(g));
            let workers = Workers::sequential();
            if let Some(kernel) = answered(adaptive_kernel(&samples, &config, &workers)) {
                let _ = kernel.symmetric_operator();
                let operator = kernel.diffusion_operator().to_dense();
                answered(diffusion_entropy(&operator, g.few() * 4));
                let (config, streams) = (landmark_config(g), g.streams());
                let found = landmarks(&samples, &kernel, &config, streams, &workers);
                if let Some(found) = answered(found) {
                    let values = g.matrix_of(found.count(), 2);
                    answered(found.interpolate(&values, &workers));
                }
            }
        }),
        ("diffusion", |g| {
            let operator = g.square().map(f64::abs);
            let workers = Workers::sequential();
            answered(diffuse(&operator, g.count(), &workers));
            answered(diffusion_entropy(&operator, g.few() * 4));
            let gamma = g.mostly(1.0);
            answered(diffusion_potential(operator, gamma));
        }),
        ("knee", |g| {
            answered(knee(&g.list()));
        }),
        ("distances, procrustes", |g| {
            let samples = g.matrix();
            answered(pairwise_distances(&samples, &Workers::sequential()));
            let other = g.matrix_of(samples.nrows(), samples.ncols());
            answered(procrustes(&samples, &other));
        }),
        ("classic_layout, smacof", |g| {
            let distances = g.distances();
            let (components, streams) = (g.count(), g.streams());
            answered(classic_layout(&distances, components, streams));
            let start = g.matrix_of(distances.nrows(), 2);
            let config = scaling(g);
            answered(smacof(&distances, &start, &config, &Workers::sequential()));
        }),
    ];
    throw_at(&entries);
}

fn kernel(g: &mut Given) -> KernelConfig {
    KernelConfig {
        neighbors: g.count(),
        decay: g.mostly(40.0),
        threshold: g.mostly(1e-4),
    }
}

fn landmark_config(g: &mut Given) -> LandmarkConfig {
    LandmarkConfig {
        count: g.count(),
        selection: if g.flag() {
            LandmarkSelection::Spectral { vectors: g.count() }
        } else {
            LandmarkSelection::Random
        },
    }
}

fn scaling(g: &mut Given) -> SmacofConfig {
    SmacofConfig {
        max_iterations: g.few() * 20,
        tolerance: g.mostly(1e-6),
    }
}
