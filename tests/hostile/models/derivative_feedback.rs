use neuro_core::integrate::RungeKutta4;
use neuro_models::derivative_feedback::{
    Config, Homogeneous, HomogeneousConfig, HomogeneousRule, Learning, NegativeWeights, Network,
    Pathway, Period, Perturbation, PlasticFlow, Plasticity, Scheme, Stimulus,
};

use crate::given::{Entry, Given, answered, throw_at};

fn pathway(g: &mut Given, pathway: Pathway) -> Pathway {
    if g.once_in(3) {
        return Pathway {
            strength: g.mostly(pathway.strength),
            width: g.mostly(pathway.width),
            time_constant: g.mostly(pathway.time_constant),
        };
    }
    pathway
}

/// The paper's network with few units and short trials, some of its numbers changed.
fn config(g: &mut Given) -> Config {
    let config = Config::default();
    let units = if g.once_in(5) { g.count() } else { 10 };
    let stimulus = config.stimulus;
    let stimulus = match g.once_in(3) {
        true => Stimulus {
            peak: g.mostly(stimulus.peak),
            width: g.mostly(stimulus.width),
            background: g.mostly(stimulus.background),
            time_constant: g.mostly(stimulus.time_constant),
            end: g.mostly(20.0),
        },
        false => Stimulus {
            end: 20.0,
            ..stimulus
        },
    };
    let wrong = g.once_in(3);
    let mut value = |fit: f64| if wrong { g.mostly(fit) } else { fit };
    Config {
        units,
        excitatory_time_constant: value(config.excitatory_time_constant),
        inhibitory_time_constant: value(config.inhibitory_time_constant),
        tonic: value(config.tonic),
        ceiling: Some(value(100.0)),
        trial_end: value(40.0),
        stimulus,
        ee: pathway(g, config.ee),
        ei: pathway(g, config.ei),
        ie: pathway(g, config.ie),
        ii: pathway(g, config.ii),
    }
}

fn plasticity(g: &mut Given) -> Plasticity {
    Plasticity {
        differential: g.mostly(1e-3),
        homeostatic: g.mostly(1e-4),
        target: g.mostly(10.0),
        gate_homeostasis: g.flag(),
        negative: match g.flag() {
            true => NegativeWeights::Clip,
            false => NegativeWeights::Relax(g.mostly(0.5)),
        },
    }
}

#[test]
fn rings_answer_or_refuse() {
    let entries: [Entry; 4] = [
        ("Config", |g| {
            let config = config(g);
            if answered(config.validate()).is_some() {
                answered(config.spectrum());
                answered(config.check_stability());
                answered(config.largest_step(4));
                let gains = config.mode_gains(g.count());
                answered(config.mode_eigenvalues(&gains));
            }
        }),
        ("Network", |g| {
            let config = config(g);
            let Some(network) = answered(Network::new(&config)) else {
                return;
            };
            let (depth, centre, width) = (g.mostly(0.3), g.mostly(1.0), g.mostly(0.5));
            let perturbation = g.of(&[
                Perturbation::Global { depth },
                Perturbation::PostSynaptic {
                    depth,
                    centre,
                    width,
                },
                Perturbation::PreSynaptic {
                    depth,
                    centre,
                    width,
                },
            ]);
            answered(network.perturbed(&perturbation));
            let n = config.units;
            let stimuli = g.labels(2, n);
            answered(network.driven(&stimuli));
            let (step, every) = (g.mostly(1.0), g.count());
            answered(network.simulate(&stimuli, &RungeKutta4, step, every));
            let (synapses, gains) = (g.matrix_of(n, n), g.list_of(n));
            answered(Network::from_weights(&config, synapses, gains));
            let period = g.of(&[Period::Stimulus, Period::Delay]);
            answered(PlasticFlow::new(&network, plasticity(g), g.count(), period));
        }),
        ("Learning", |g| {
            let config = config(g);
            let Some(network) = answered(Network::new(&config)) else {
                return;
            };
            let step = g.mostly(1.0);
            let scheme = match g.few() {
                0 | 1 => Scheme::Joint { step },
                2 | 3 => Scheme::LowRank { step },
                _ => Scheme::Blocks {
                    step,
                    steps: g.count(),
                },
            };
            let learning = Learning::new(network, plasticity(g), scheme, RungeKutta4);
            if let Some(mut learning) = answered(learning) {
                answered(learning.trial(g.count()));
                answered(learning.trial(0));
            }
        }),
        ("Homogeneous", |g| {
            let config = HomogeneousConfig {
                inhibition: g.mostly(1.0),
                weight: g.mostly(1.0),
                largest_input: g.mostly(10.0),
                stimulus_end: g.mostly(20.0),
                trial_end: g.mostly(40.0),
                rule: HomogeneousRule {
                    differential: g.mostly(1e-3),
                    homeostatic: g.mostly(1e-4),
                    target: g.mostly(10.0),
                    normalise_by_inhibition: g.flag(),
                },
            };
            if let Some(mut network) = answered(Homogeneous::new(config)) {
                let (input, step) = (g.number(), g.mostly(1.0));
                let _ = network.driven_rate(g.number(), input, g.number());
                let _ = network.remaining_rate(g.number(), input, g.number());
                answered(network.trial(input, &RungeKutta4, step));
                answered(network.course(input, &RungeKutta4, step, g.count()));
            }
        }),
    ];
    throw_at(&entries);
}
