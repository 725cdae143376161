//! Signs of weights, and synapses that are taken out.

use neuro_core::nalgebra::DVector;
use neuro_core::parallel::Workers;
use neuro_plasticity::{Dale, Objective, PerUnitRls, RlsConfig};

use crate::*;

#[test]
fn signs_survive_in_every_dale_variant() {
    let connections = connections(30, 0.5);
    // Targets of both signs and large: many weights are drawn over.
    let (x, f) = (rates(30, 200), 3.0 * targets(30, 200));
    let start = start_of(&connections);
    for dale in [Dale::Delete, Dale::Schur, Dale::Mask] {
        let mut weights = start.clone();
        let mut rls: PerUnitRls = PerUnitRls::new(
            RlsConfig::default(),
            Objective::Drive,
            dale,
            &connections,
            &start,
        )
        .expect("valid");
        let mut excluded = 0;
        for k in 0..20 {
            let part = (
                x.columns(10 * k, 10).into_owned(),
                f.columns(10 * k, 10).into_owned(),
            );
            let before: Vec<bool> = rls.active().collect();
            let held = weights.clone();
            train(
                &mut rls,
                &Workers::sequential(),
                (&part.0, &part.1),
                &mut weights,
            );
            for (i, active) in before.iter().enumerate() {
                assert!(
                    *active || weights[i] == held[i],
                    "{dale:?}: excluded weights rest"
                );
            }
            let now = rls.active().filter(|a| !a).count();
            assert!(now >= excluded, "{dale:?}: exclusion is for good");
            excluded = now;
        }
        assert!(excluded > 20, "{dale:?}: {excluded} excluded");
        assert!(
            weights.iter().zip(&start).all(|(w, s)| w * s > 0.0),
            "{dale:?}"
        );
    }
}

#[test]
fn eliminating_a_synapse_exactly_gives_the_inverse_of_the_rest() {
    // Before the first exclusion Schur's P is the inverse for all, after it that for the rest.
    let connections = connections(12, 0.9);
    let (x, f) = (rates(12, 60), 0.2 * targets(12, 60));
    let start = start_of(&connections);
    let config = RlsConfig::default();
    let mut weights = start.clone();
    let mut rls: PerUnitRls =
        PerUnitRls::new(config, Objective::Drive, Dale::Schur, &connections, &start)
            .expect("valid");
    train(&mut rls, &Workers::sequential(), (&x, &f), &mut weights);
    let active: Vec<bool> = rls.active().collect();
    let (mut eliminated, mut remaining) = (0, 0);
    for i in 0..12 {
        let (row, sources) = (connections.range(i), connections.sources(i));
        let n = sources.len();
        let kept: Vec<usize> = (0..n).filter(|j| active[row.start + j]).collect();
        eliminated += n - kept.len();
        remaining += kept.len();
        let own: Vec<usize> = kept.iter().map(|j| sources[*j] as usize).collect();
        let own = x.select_rows(&own);
        let zeros = DVector::zeros(kept.len());
        let (_, expected) = batch(&own, &DVector::zeros(60), &zeros, config);
        let p = rls.inverse_correlation(i);
        let p = p.select_rows(&kept).select_columns(&kept);
        let error = (&p - &expected).amax();
        assert!(
            error <= 1e-9 * expected.amax(),
            "unit {i}, {kept:?} of {n}: {error}"
        );
    }
    assert!(eliminated > 5 && remaining > 5, "{eliminated} {remaining}");
}
