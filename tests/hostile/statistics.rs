//! `neuro_analysis::statistics`, correlations, trends, decoders of lists.

use neuro_analysis::correlation::{CorrelationKind, correlate_columns, ranks};
use neuro_analysis::population_vector::{
    CountConfig, circular_error, decode_counts, population_vector,
};
use neuro_analysis::statistics::distribution::{
    chi_squared_survival, ln_gamma, normal_quantile, normal_survival, regularized_beta,
    regularized_gamma_upper, student_two_sided,
};
use neuro_analysis::statistics::{
    Adjustment, Alternative, BoxPlotConfig, NullDistribution, Quantile, Quartiles, RankSumConfig,
    SignedRankConfig, adjusted_p_values, bootstrap_interval, box_plot, cliffs_delta, cohens_d,
    dunn, fisher_exact, kruskal_wallis, paired_signed_rank, quantile, rank_sum, signed_rank,
    summary,
};
use neuro_analysis::{
    Direction, Proportion, Trend, fit_logistic, fit_trend, kendall, monotone_share, pearson,
    psychometric_curve, slope_through_origin, spearman,
};

use crate::given::{Entry, Given, answered, throw_at};

const ALTERNATIVES: [Alternative; 3] = [
    Alternative::TwoSided,
    Alternative::Less,
    Alternative::Greater,
];
const DISTRIBUTIONS: [NullDistribution; 3] = [
    NullDistribution::Automatic,
    NullDistribution::Exact,
    NullDistribution::Normal,
];
const ADJUSTMENTS: [Adjustment; 4] = [
    Adjustment::Bonferroni,
    Adjustment::Sidak,
    Adjustment::Holm,
    Adjustment::BenjaminiHochberg,
];

fn groups(g: &mut Given) -> Vec<Vec<f64>> {
    (0..g.few()).map(|_| g.list()).collect()
}

#[test]
fn tests_of_samples_answer_or_refuse() {
    let entries: [Entry; 12] = [
        ("summary", |g| {
            answered(summary(&g.list()));
        }),
        ("quantile", |g| {
            let method = g.of(&[Quantile::Linear, Quantile::Midpoint]);
            let fraction = g.number();
            answered(quantile(&g.list(), fraction, method));
        }),
        ("box_plot", |g| {
            let quartiles = g.of(&[
                Quartiles::TukeyHinges,
                Quartiles::Interpolated(Quantile::Linear),
            ]);
            let config = BoxPlotConfig {
                quartiles,
                whisker: g.mostly(1.5),
            };
            answered(box_plot(&g.list(), &config));
        }),
        ("bootstrap_interval", |g| {
            let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
            let (values, resamples) = (g.list(), g.count());
            let confidence = g.mostly(0.9);
            let streams = g.streams();
            answered(bootstrap_interval(
                &values, mean, resamples, confidence, streams, 0,
            ));
        }),
        ("rank_sum", |g| {
            let (x, y) = (g.list(), g.list());
            let config = RankSumConfig {
                tie_correction: g.flag(),
                continuity_correction: g.flag(),
                alternative: g.of(&ALTERNATIVES),
                distribution: g.of(&DISTRIBUTIONS),
            };
            if let Some(found) = answered(rank_sum(&x, &y, &config)) {
                assert!(!found.p_value.is_nan(), "a p value, found {found:?}");
                let _ = (found.common_language(), found.rank_biserial());
            }
        }),
        ("signed_rank", |g| {
            let config = SignedRankConfig {
                continuity_correction: g.flag(),
                alternative: g.of(&ALTERNATIVES),
                distribution: g.of(&DISTRIBUTIONS),
            };
            let (x, y) = g.pair();
            if let Some(found) = answered(signed_rank(&x, &config)) {
                assert!(!found.p_value.is_nan(), "a p value, found {found:?}");
                let _ = found.rank_biserial();
            }
            answered(paired_signed_rank(&x, &y, &config));
        }),
        ("kruskal_wallis", |g| {
            if let Some(found) = answered(kruskal_wallis(&groups(g))) {
                let _ = found.epsilon_squared();
            }
        }),
        ("dunn", |g| {
            let adjustment = g.of(&ADJUSTMENTS);
            if let Some(found) = answered(dunn(&groups(g), adjustment)) {
                let _ = found.between(g.count(), g.count());
            }
        }),
        ("effect sizes", |g| {
            let (x, y) = (g.list(), g.list());
            answered(cohens_d(&x, &y));
            answered(cliffs_delta(&x, &y));
        }),
        ("fisher_exact", |g| {
            let table = [[g.count(), g.count()], [g.count(), g.count()]];
            answered(fisher_exact(table, g.of(&ALTERNATIVES)));
        }),
        ("adjusted_p_values", |g| {
            let adjustment = g.of(&ADJUSTMENTS);
            answered(adjusted_p_values(&g.list(), adjustment));
        }),
        ("Proportion::wilson", |g| {
            if let Some(found) = Proportion::wilson(g.count(), g.count()) {
                assert!(found.lower <= found.upper, "an interval, found {found:?}");
            }
        }),
    ];
    throw_at(&entries);
}

#[test]
fn distributions_answer_or_refuse() {
    let entries: [Entry; 7] = [
        ("ln_gamma", |g| {
            answered(ln_gamma(g.number()));
        }),
        ("regularized_beta", |g| {
            answered(regularized_beta(g.number(), g.number(), g.number()));
        }),
        ("regularized_gamma_upper", |g| {
            answered(regularized_gamma_upper(g.number(), g.number()));
        }),
        ("normal_survival", |g| {
            answered(normal_survival(g.number()));
        }),
        ("normal_quantile", |g| {
            answered(normal_quantile(g.number()));
        }),
        ("student_two_sided", |g| {
            answered(student_two_sided(g.number(), g.number()));
        }),
        ("chi_squared_survival", |g| {
            answered(chi_squared_survival(g.number(), g.number()));
        }),
    ];
    throw_at(&entries);
}

#[test]
fn correlations_and_curves_answer_or_refuse() {
    let entries: [Entry; 9] = [
        ("pearson, spearman, kendall", |g| {
            let (x, y) = g.pair();
            for found in [pearson(&x, &y), spearman(&x, &y), kendall(&x, &y)] {
                if let Some(found) = answered(found) {
                    answered(found.interval(g.mostly(0.95)));
                }
            }
        }),
        ("ranks", |g| drop(ranks(&g.list()))),
        ("correlate_columns", |g| {
            let samples = g.matrix();
            let variable = g.list_of(samples.nrows());
            let kind = g.of(&[
                CorrelationKind::Pearson,
                CorrelationKind::Spearman,
                CorrelationKind::Kendall,
            ]);
            answered(correlate_columns(kind, &samples, &variable));
        }),
        ("fit_trend", |g| {
            let (x, y) = g.pair();
            let trend = g.of(&[Trend::Linear, Trend::Logarithmic, Trend::Power]);
            if let Some(fit) = answered(fit_trend(&x, &y, trend)) {
                let _ = fit.value(g.number());
            }
        }),
        ("slope_through_origin, monotone_share", |g| {
            let (x, y) = g.pair();
            answered(slope_through_origin(&x, &y));
            let direction = g.of(&[Direction::Rising, Direction::Falling]);
            answered(monotone_share(&x, &y, direction));
        }),
        ("psychometric_curve", |g| {
            let difference = g.list();
            let (chosen, correct) = (g.flags(difference.len()), g.flags(difference.len()));
            let mut edges = g.list();
            if g.flag() {
                edges.sort_by(f64::total_cmp);
            }
            answered(psychometric_curve(&difference, &chosen, &correct, &edges));
        }),
        ("fit_logistic", |g| {
            let difference = g.list();
            let chosen = g.flags(difference.len());
            if let Some(fit) = answered(fit_logistic(&difference, &chosen)) {
                let _ = (fit.probability(g.number()), fit.threshold());
            }
        }),
        ("population_vector", |g| {
            let activity = g.matrix();
            let angles = g.list_of(activity.nrows());
            answered(population_vector(&activity, &angles));
            let _ = circular_error(g.number(), g.number());
        }),
        ("decode_counts", |g| {
            let rates = g.matrix();
            let (angles, stimuli) = (g.list_of(rates.nrows()), g.list_of(rates.ncols()));
            let config = CountConfig {
                window: g.mostly(0.5),
                repetitions: g.count(),
            };
            let streams = g.streams();
            answered(decode_counts(&rates, &angles, &stimuli, config, streams));
        }),
    ];
    throw_at(&entries);
}
