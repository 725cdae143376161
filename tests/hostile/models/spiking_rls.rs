use std::path::Path;

use neuro_core::spiking::{Decay, LeakyIntegrateAndFire};
use neuro_models::spiking_rls::targets::{
    ChaoticRates, Origin, OrnsteinUhlenbeck, ProductsOfSines, RateConfig, RecordedSpikes, Scheme,
    Sines, SpikeRow, SyntheticConfig, innate_drive, low_passed, rates_of,
};
use neuro_models::spiking_rls::{
    BalancedConfig, Config, Learning, LearningConfig, Model, Network, ObjectiveKind, Pattern,
    RecallConfig, Recording, stimulus,
};
use neuro_plasticity::{Dale, RlsConfig};

use crate::given::{Entry, Given, answered, throw_at};

const UNITS: usize = 5;

fn network(g: &mut Given) -> Option<Network> {
    let dt = g.mostly(0.5);
    let model = match g.few() {
        0 | 1 => Model::Theta { dt },
        2 => Model::LeakyIntegrateAndFire(LeakyIntegrateAndFire {
            dt,
            time_constant: g.mostly(10.0),
            ..LeakyIntegrateAndFire::default()
        }),
        3 => Model::Izhikevich { dt },
        _ => Model::Rate {
            time_constant: g.mostly(10.0),
            dt,
        },
    };
    let config = Config {
        units: if g.once_in(6) { g.count() } else { UNITS },
        connection_probability: g.mostly(0.6),
        gain: g.mostly(1.0),
        zero_sums: g.flag(),
        model,
        synaptic_time_constant: g.mostly(20.0),
        decay: g.of(&[Decay::Exact, Decay::RungeKutta4]),
    };
    let network = answered(Network::new(&config, g.streams()))?;
    if g.once_in(4) {
        return answered(network.with_bias(g.list_of(UNITS)));
    }
    Some(network)
}

fn pattern(g: &mut Given, units: usize) -> Pattern {
    let steps = g.few() * 3;
    let mut pattern = Pattern::new(g.list_of(units), g.matrix_of(units, steps));
    pattern.input = g.option(|g| g.matrix_of(units, steps));
    pattern
}

fn recall_config(g: &mut Given) -> RecallConfig {
    let mut time = |fit: f64| if g.once_in(8) { g.number() } else { fit };
    RecallConfig {
        free_run: time(2.0),
        stimulus_duration: time(1.0),
        duration: time(3.0),
    }
}

#[test]
fn networks_answer_or_refuse() {
    let entries: [Entry; 4] = [
        ("recall", |g| {
            let Some(network) = network(g) else {
                return;
            };
            let n = network.units();
            let (pattern, config, streams) = (pattern(g, n), recall_config(g), g.streams());
            if let Some(found) = answered(network.recall(&pattern, &config, streams, 0)) {
                answered(Recording::correlation(&found.drive, &pattern.targets));
                let _ = found.mean_rate(network.dt());
            }
            answered(network.state_after_stimulus(&pattern, &config, streams, 0));
            answered(network.delete_one_spike(&pattern, &config, g.number(), streams, 0));
            answered(network.state(g.list_of(n)));
            answered(Recording::correlation(&g.matrix(), &pattern.targets));
            answered(stimulus(g.count(), g.number(), streams, 0));
        }),
        ("lesions", |g| {
            let Some(mut network) = network(g) else {
                return;
            };
            let (share, streams) = (g.mostly(0.5), g.streams());
            let units = g.count()..g.count();
            answered(network.shuffle_weights(units, share, streams, 0));
            answered(network.lose_units(share, streams, 0));
            answered(network.disconnect(&g.labels(2, UNITS)));
        }),
        ("Learning", |g| {
            let Some(network) = network(g) else {
                return;
            };
            let n = network.units();
            let patterns: Vec<_> = (0..g.length_near(2)).map(|_| pattern(g, n)).collect();
            let config = LearningConfig {
                objective: match g.flag() {
                    true => ObjectiveKind::Drive,
                    false => ObjectiveKind::Rate { gated: g.flag() },
                },
                rls: RlsConfig {
                    regularization: g.mostly(1.0),
                    forgetting: g.mostly(1.0),
                },
                dale: g.of(&[Dale::Free, Dale::Delete, Dale::Schur, Dale::Mask]),
                update_interval: g.mostly(1.0),
                free_run: if g.once_in(6) {
                    [g.number(), g.number()]
                } else {
                    [1.0, 2.0]
                },
                stimulus_duration: if g.once_in(6) { g.number() } else { 1.0 },
                scored: g.option(Given::count),
                lag: g.flag(),
            };
            let learning = Learning::<f64>::new(network, patterns, &config, g.streams());
            if let Some(mut learning) = answered(learning) {
                answered(learning.run_loop());
                answered(learning.run_loop());
                let mut archive = learning.export();
                crate::plasticity::spoil(g, &mut archive);
                answered(learning.import(&archive));
                answered(learning.with_variables(g.list_of(n)));
            }
        }),
        ("BalancedConfig", |g| {
            let config = BalancedConfig {
                units: if g.flag() { 10 } else { g.count() },
                inhibitory_fraction: g.mostly(0.5),
                connection_probability: g.mostly(0.5),
                strength: g.mostly(1.0),
                inhibition: g.mostly(1.0),
                synaptic_time_constant: g.mostly(20.0),
                dt: g.mostly(0.1),
            };
            answered(config.network(g.streams()));
        }),
    ];
    throw_at(&entries);
}

fn range(g: &mut Given, low: f64, high: f64) -> [f64; 2] {
    [g.mostly(low), g.mostly(high)]
}

#[test]
fn targets_answer_or_refuse() {
    let entries: [Entry; 6] = [
        ("Sines", |g| {
            let sines = Sines {
                amplitude: range(g, 0.5, 1.5),
                phase: range(g, 0.0, 1000.0),
                period: range(g, 500.0, 1000.0),
            };
            let (units, steps, dt, streams) = (g.count(), g.count(), g.mostly(0.1), g.streams());
            answered(sines.generate(units, steps, dt, streams, 0));
            let products = ProductsOfSines {
                amplitude: range(g, 0.5, 1.5),
                phase: range(g, 0.0, 1000.0),
                slow_period: range(g, 500.0, 1000.0),
                fast_period: range(g, 100.0, 500.0),
                one_phase: g.flag(),
            };
            answered(products.generate(units, steps, dt, streams, 0));
        }),
        ("OrnsteinUhlenbeck", |g| {
            let process = OrnsteinUhlenbeck {
                correlation_time: g.mostly(100.0),
                deviation: g.mostly(0.3),
                scheme: g.of(&[Scheme::Exact, Scheme::Euler]),
            };
            let (units, steps, dt, streams) = (g.count(), g.count(), g.mostly(0.1), g.streams());
            answered(process.generate(units, steps, dt, streams, 0));
            let start = g.list();
            let increments = g.matrix_of(start.len(), 4);
            answered(process.path(&start, &increments, dt));
        }),
        ("ChaoticRates", |g| {
            let rates = ChaoticRates {
                time_constant: g.mostly(10.0),
                gain: g.mostly(2.0),
                connection_probability: g.mostly(0.5),
                zero_sums: g.flag(),
                transient: if g.once_in(6) { g.number() } else { 3.0 },
            };
            let (units, steps, dt, streams) = (g.count(), g.count(), g.mostly(0.5), g.streams());
            answered(rates.generate(units, steps, dt, streams, 0));
        }),
        ("innate_drive, low_passed", |g| {
            if let Some(network) = network(g) {
                let (warm_up, steps) = (if g.flag() { 2.0 } else { g.number() }, g.count());
                answered(innate_drive(&network, warm_up, steps, g.streams(), 0));
            }
            let targets = g.matrix();
            let _ = rates_of(&targets);
            answered(low_passed(&targets, g.mostly(20.0), g.mostly(0.5)));
        }),
        ("RecordedSpikes", |g| {
            let row = |g: &mut Given| SpikeRow {
                neuron: g.of(&["a", "b", ""]).into(),
                trial: g.of(&["1", "2"]).into(),
                condition: g.of(&["x", "y"]).into(),
                time: g.option(Given::number),
            };
            let spikes = RecordedSpikes {
                rows: (0..g.few() * 3).map(|_| row(g)).collect(),
                origin: Origin::Recorded,
            };
            let config = RateConfig {
                condition: g.option(|g| g.of(&["x", "z"]).into()),
                start: g.mostly(-3.0),
                duration: g.mostly(6.0),
                bin: g.mostly(0.5),
                smoothing: g.mostly(1.0),
                least_rate: g.mostly(0.0),
            };
            answered(spikes.rates(&config));
            answered(RecordedSpikes::parse("neuron,trial", Path::new("a.csv")));
        }),
        ("SyntheticConfig", |g| {
            let config = SyntheticConfig {
                neurons: g.count(),
                trials: g.count(),
                sample_end: g.mostly(0.1),
                delay_end: g.mostly(0.2),
                duration: g.mostly(0.3),
                least_rate: g.mostly(1.0),
            };
            answered(config.spikes(g.streams(), 0));
            answered(config.true_rates(g.streams(), 0));
        }),
    ];
    throw_at(&entries);
}
