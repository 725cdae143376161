//! `neuro_plasticity`.

use std::sync::Arc;

use neuro_core::archive::Archive;
use neuro_core::parallel::Workers;
use neuro_core::spiking::Connections;
use neuro_core::transfer::QifGain;
use neuro_plasticity::{
    Activity, AfterStimulus, AllToAllRls, Always, Bcm, Clip, Combined, Dale, Differential,
    EnergyRule, EnergySignals, EnergyUpdate, Gate, Gated, Hebbian, Homeostatic, Increment, Lesson,
    Masked, Objective, Oja, PerUnitRls, PlasticityRule, Rectified, RlsConfig, SharedRls, Within,
};

use crate::given::{Entry, Given, answered, throw_at};

/// A rule of any kind with parameters that its `validate` may refuse; `None` when it does.
fn rule(g: &mut Given, post: usize, pre: usize) -> Option<Box<dyn PlasticityRule>> {
    let rate = g.mostly(0.1);
    let homeostatic = Homeostatic {
        rate,
        target: g.mostly(1.0),
    };
    let differential = Differential { rate };
    Some(match g.few() {
        0 => answered(Hebbian { rate }.validate()).map(|()| Box::new(Hebbian { rate }))?,
        1 => answered(Oja { rate }.validate()).map(|()| Box::new(Oja { rate }))?,
        2 => {
            let rule = Bcm {
                rate,
                time_constant: g.mostly(10.0),
                target: g.mostly(1.0),
            };
            answered(rule.validate()).map(|()| Box::new(rule))?
        }
        3 => {
            let rule = Combined::new(differential, homeostatic);
            answered(rule.validate()).map(|()| Box::new(rule))?
        }
        4 => {
            let rule = Rectified {
                rule: differential,
                relaxation: g.mostly(0.5),
            };
            answered(rule.validate()).map(|()| Box::new(rule))?
        }
        5 => {
            let (rows, columns) = (g.length_near(post), g.length_near(pre));
            let mask = nalgebra::DMatrix::from_fn(rows, columns, |i, j| (i + j) % 2 == 0);
            Box::new(Masked::new(homeostatic, &mask))
        }
        _ => {
            let gate = AfterStimulus {
                end: g.mostly(100.0),
                level: g.mostly(1.0),
                time_constant: g.mostly(10.0),
            };
            answered(gate.validate())?;
            Box::new(Gated {
                rule: differential,
                gate,
            })
        }
    })
}

#[test]
fn rules_answer_or_refuse() {
    let entries: [Entry; 4] = [
        ("Increment::step", |g| {
            let (post, pre) = (g.few(), g.few());
            let Some(rule) = rule(g, post, pre) else {
                return;
            };
            let mut increment = Increment::new(rule.as_ref(), post, pre);
            let (before, after) = (g.list_of(pre), g.list_of(post));
            let (d_before, d_after) = (g.list_of(pre), g.list_of(post));
            let activity = Activity {
                time: g.number(),
                pre: &before,
                post: &after,
                d_pre: &d_before,
                d_post: &d_after,
            };
            let mut weights = g.list_of(post * pre);
            let mut variables = g.list_of(post * rule.variables());
            let dt = g.mostly(0.1);
            answered(increment.step(rule.as_ref(), &activity, dt, &mut weights, &mut variables));
        }),
        ("gates", |g| {
            let within = Within {
                start: g.number(),
                end: g.number(),
            };
            answered(within.validate());
            let _ = Gate::<f64>::openness(&within, g.number());
            let _ = Gate::<f64>::openness(&Always, g.number());
        }),
        ("Clip", |g| {
            let clip = Clip {
                low: g.number(),
                high: g.number(),
            };
            if answered(clip.validate()).is_some() {
                clip.apply(&mut g.list());
            }
        }),
        ("EnergyUpdate", |g| {
            let rule = EnergyRule {
                memory_strength: g.mostly(1.0),
                delay_strength: g.mostly(0.5),
                current_weight: g.mostly(0.1),
                memories_time_constant: g.mostly(1.0),
                transitions_time_constant: g.mostly(10.0),
                memories_bound: g.option(|g| g.mostly(1.0)),
                transitions_bound: g.option(|g| g.mostly(1.0)),
            };
            answered(rule.validate());
            let (features, hidden) = (g.few(), g.few());
            let lists = [features, hidden, features, hidden, features, hidden];
            let [a, b, c, d, e, f] = lists.map(|length| g.list_of(length));
            let signals = EnergySignals {
                target_features: &a,
                target_hidden: &b,
                current_features: &c,
                current_hidden: &d,
                delay: &e,
                delayed_overlaps: &f,
            };
            let mut memories = g.list_of(features * hidden);
            let mut transitions = g.list_of(hidden * hidden);
            let mut update = EnergyUpdate::new(features, hidden);
            let duration = g.number();
            answered(update.step(&rule, &signals, duration, &mut memories, &mut transitions));
        }),
    ];
    throw_at(&entries);
}

fn rls_config(g: &mut Given) -> RlsConfig {
    RlsConfig {
        regularization: g.mostly(1.0),
        forgetting: g.mostly(1.0),
    }
}

#[test]
fn recursive_least_squares_answer_or_refuse() {
    let entries: [Entry; 3] = [
        ("AllToAllRls", |g| {
            let (config, units) = (rls_config(g), g.count());
            if let Some(mut rls) = answered(AllToAllRls::<f64>::new(config, units)) {
                for _ in 0..3 {
                    let (rates, targets) = (g.list_of(units), g.list_of(units));
                    let mut weights = g.matrix_of(units, units);
                    answered(rls.update(&rates, &targets, &mut weights));
                }
            }
        }),
        ("SharedRls", |g| {
            let (config, inputs) = (rls_config(g), g.count());
            if let Some(mut rls) = answered(SharedRls::<f64>::new(config, inputs)) {
                let outputs = g.few();
                for _ in 0..3 {
                    let (rates, targets) = (g.list_of(inputs), g.list_of(outputs));
                    let mut readout = g.matrix_of(outputs, inputs);
                    answered(rls.partial_fit(&rates, &targets, &mut readout));
                }
                let mut archive = Archive::new("", 1);
                rls.export(&mut archive, "rls");
                spoil(g, &mut archive);
                answered(rls.import(&archive, "rls"));
            }
        }),
        ("PerUnitRls", |g| {
            let config = rls_config(g);
            let mask = g.square();
            let (connections, weights) = Connections::of_matrix(&mask);
            let n = mask.nrows();
            let objective = match g.flag() {
                true => Objective::Drive,
                false => Objective::Rate {
                    gain: Arc::new(QifGain),
                    gated: g.flag(),
                },
            };
            let dale = g.of(&[Dale::Free, Dale::Delete, Dale::Schur, Dale::Mask]);
            let mut weights = match g.once_in(4) {
                true => g.list_of(weights.len()),
                false => weights,
            };
            let rls = PerUnitRls::<f64>::new(config, objective, dale, &connections, &weights);
            if let Some(mut rls) = answered(rls) {
                let workers = Workers::sequential();
                for _ in 0..3 {
                    let (rates, targets) = (g.list_of(mask.ncols()), g.list_of(n));
                    let inputs = g.list_of(n);
                    let lesson = Lesson {
                        rates: &rates,
                        targets: &targets,
                        inputs: &inputs,
                        decay: g.mostly(0.0),
                    };
                    answered(rls.update(&workers, &lesson, &mut weights));
                }
                rls.settle(&workers);
                let mut archive = Archive::new("", 1);
                rls.export(&mut archive, "rls");
                spoil(g, &mut archive);
                answered(rls.import(&archive, "rls"));
            }
        }),
    ];
    throw_at(&entries);
}

/// Takes a tensor away, or changes its shape or one of its values.
pub(crate) fn spoil(g: &mut Given, archive: &mut Archive) {
    let names: Vec<String> = archive.tensors.keys().cloned().collect();
    if names.is_empty() || g.once_in(4) {
        return;
    }
    let name = g.of(&names);
    match g.few() {
        0 => drop(archive.tensors.remove(&name)),
        1 => archive.insert_vector(name, &g.list()),
        2 => archive.insert_matrix(name, &g.matrix()),
        3 => archive.insert_scalar(name, u64::MAX),
        _ => {
            if let Some(values) = archive.tensors[&name].data.values::<f64>() {
                let values: Vec<f64> = values.iter().map(|&v| g.mostly(v)).collect();
                archive.insert_vector(name, &values);
            }
        }
    }
}
