#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

pub mod correlation;
pub mod decode;
pub mod dominant_units;
mod error;
pub mod fixed_points;
pub mod jacobian;
pub mod kmeans;
pub mod limit_cycle;
pub mod lyapunov;
pub mod mode_balance;
pub mod mode_decay;
pub mod participation;
pub mod pca;
pub mod perturbation;
pub mod phase_deviation;
pub mod phate;
pub mod population_vector;
pub mod psychometric;
pub mod quasi_static;
pub mod selectivity;
pub mod spectrum;
pub mod statistics;
pub mod steady_state;
pub mod trace_scores;
pub mod trend;
pub mod visited;

pub use correlation::{
    Correlation, CorrelationKind, correlate_columns, kendall, pearson, spearman,
};
pub use dominant_units::{dominant_units, leading_amplitudes};
pub use error::Error;
pub use fixed_points::{FixedPoint, FixedPointConfig, FixedPoints, Stability, find_fixed_points};
pub use jacobian::{TangentMap, mean_jacobian, tangent_product};
pub use kmeans::{KMeans, KMeansConfig, adjusted_rand_index, k_means};
pub use limit_cycle::{
    Attractor, ConvergenceCriterion, ConvergenceTimes, CycleGroups, CycleSearch, LimitCycle,
    MeanConvergence, OrbitMatch, Recurrence, SameCycle, Unresolved, compare_orbits,
    convergence_times, find_attractor, group_cycles, recurrence_curve,
};
pub use lyapunov::{LyapunovExponents, LyapunovSettings, StepMap, lyapunov_exponents};
pub use mode_balance::{mode_eigenvalues, mode_projections};
pub use mode_decay::mode_decay;
pub use participation::{
    covariance, inverse_participation_ratio, participation_ratio, participation_ratio_of_variances,
};
pub use pca::{Pca, pca};
pub use perturbation::{
    PerturbationCurves, PerturbationMeasures, PerturbationSpectrum, isotropic_leading_share,
    isotropic_participation_ratio, perturbation_curves, perturbation_spectrum, perturbed,
};
pub use phase_deviation::phase_deviation;
pub use phate::{Phate, PhateConfig, phate};
pub use psychometric::{
    LogisticFit, Proportion, PsychometricBin, PsychometricCurve, fit_logistic, psychometric_curve,
};
pub use quasi_static::{predicted_drive, predicted_rate};
pub use spectrum::Spectrum;
pub use steady_state::SteadyState;
pub use trace_scores::{TraceScores, TraceScoring};
pub use trend::{Direction, Trend, TrendFit, fit_trend, monotone_share, slope_through_origin};
pub use visited::{Likeness, VisitedSurface, visited_states};
