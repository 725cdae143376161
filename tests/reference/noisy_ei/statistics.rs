//! Rank tests of samples with and without ties.

use neuro_analysis::statistics::{
    Adjustment, NullDistribution, RankSumConfig, SignedRankConfig, dunn, kruskal_wallis,
    paired_signed_rank, rank_sum,
};

use crate::data::Tensors;

/// Statistics and p-values (README: 1e-12).
const TOLERANCE: f64 = 1e-12;

pub(super) fn check_statistics(t: &Tensors) {
    for case in ["cont", "ties", "small", "far"] {
        check_rank_sum(t, &format!("ranksum.{case}"));
    }
    for case in ["cont", "ties"] {
        check_signed_rank(t, &format!("signedrank.{case}"));
        check_groups(t, case);
    }
}

/// Compares each number by its own size: p-values of 1e-14 stand beside rank sums of 1e3. What the
/// file leaves out is NaN in both.
fn check_each(t: &Tensors, name: &str, found: &[f64]) {
    let expected = t.values(name);
    assert_eq!(found.len(), expected.len(), "size of {name}");
    for (i, (found, expected)) in found.iter().zip(expected).enumerate() {
        let error = (found - expected).abs();
        assert!(
            error <= TOLERANCE * expected.abs() || found.is_nan() && expected.is_nan(),
            "{name}[{i}]: expected {expected}, found {found}"
        );
    }
}

fn check_rank_sum(t: &Tensors, case: &str) {
    let values = |sample| t.values(&format!("{case}.{sample}"));
    let test = |corrections, distribution| {
        let config = RankSumConfig {
            tie_correction: corrections,
            continuity_correction: corrections,
            distribution,
            ..RankSumConfig::default()
        };
        rank_sum(values("x"), values("y"), &config).expect("two samples")
    };
    let corrected = test(true, NullDistribution::Normal);
    let plain = test(false, NullDistribution::Normal);
    let name = format!("{case}.out");
    // Only for small samples without ties.
    let exact = if t.values(&name).last().is_some_and(|p| p.is_nan()) {
        f64::NAN
    } else {
        test(true, NullDistribution::Exact).p_value
    };
    let found = [
        corrected.rank_sum,
        corrected.u,
        corrected.z,
        corrected.p_value,
        plain.z,
        plain.p_value,
        exact,
    ];
    check_each(t, &name, &found);
}

fn check_signed_rank(t: &Tensors, case: &str) {
    let values = |sample| t.values(&format!("{case}.{sample}"));
    let test = |continuity_correction| {
        let config = SignedRankConfig {
            continuity_correction,
            distribution: NullDistribution::Normal,
            ..SignedRankConfig::default()
        };
        paired_signed_rank(values("x"), values("y"), &config).expect("pairs")
    };
    let (plain, corrected) = (test(false), test(true));
    let found = [
        plain.positive,
        plain.negative,
        plain.z,
        plain.p_value,
        corrected.z,
        corrected.p_value,
    ];
    check_each(t, &format!("{case}.out"), &found);
}

fn check_groups(t: &Tensors, case: &str) {
    let group = |g| format!("kw.{case}.g{g}");
    let groups: Vec<&[f64]> = (0..)
        .take_while(|g| t.has(&group(*g)))
        .map(|g| t.values(&group(g)))
        .collect();
    let found = kruskal_wallis(&groups).expect("several groups");
    let degrees = found.degrees as f64;
    let out = [found.h, found.h_uncorrected, degrees, found.p_value];
    check_each(t, &format!("kw.{case}.out"), &out);

    let of = |adjustment| dunn(&groups, adjustment).expect("several groups");
    let check = |array, found: &[f64]| check_each(t, &format!("dunn.{case}.{array}"), found);
    let bonferroni = of(Adjustment::Bonferroni);
    check("mean_rank", &bonferroni.mean_ranks);
    let pairs: Vec<usize> = bonferroni
        .comparisons
        .iter()
        .flat_map(|c| [c.first, c.second])
        .collect();
    assert_eq!(pairs, t.indices(&format!("dunn.{case}.pairs")));
    let z: Vec<f64> = bonferroni.comparisons.iter().map(|c| c.z).collect();
    let p: Vec<f64> = bonferroni.comparisons.iter().map(|c| c.p_value).collect();
    check("z", &z);
    check("p", &p);
    let adjusted = |adjustment| -> Vec<f64> {
        let found = of(adjustment).comparisons;
        found.iter().map(|c| c.adjusted_p_value).collect()
    };
    check("p_bonf", &adjusted(Adjustment::Bonferroni));
    check("p_holm", &adjusted(Adjustment::Holm));
    // The file's are 1 - (1 - p)^m as it stands, which keeps 16 digits of 1, not of the result.
    let sidak = adjusted(Adjustment::Sidak);
    t.check(&format!("dunn.{case}.p_sidak"), &sidak, TOLERANCE);
}
