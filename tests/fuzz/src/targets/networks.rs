//! Files of networks.

use neuro_core::Streams;
use neuro_models::sequential_memory::{Episodes, random_memories};
use neuro_models::{
    derivative_feedback, noisy_ei, sequential_memory, spiking_rls, transient_memory,
};

use super::{Target, said, written};
use crate::Form;

/// A rate network of `transient_memory`.
pub(super) const TRANSIENT_MEMORY: Target = Target {
    name: "transient_memory",
    form: Form::Tensors,
    seeds: || {
        use transient_memory::{Config, Connections, Network};
        let file = |connections| {
            let config = Config {
                units: 5,
                connections,
                ..Config::default()
            };
            let network = Network::<f64>::new(&config, Streams::new(1)).expect("valid");
            written(|path| network.save(path).expect("writable"))
        };
        let dale = Connections::ExcitatoryInhibitory { excitatory: 4 };
        vec![
            file(Connections::Dense),
            file(dale),
            file(Connections::Sparse { active: 7 }),
        ]
    },
    load: |path| {
        let network = transient_memory::Network::<f64>::load(path).map_err(said)?;
        let task = network.config().test_task();
        let _ = (network.flow(), task);
        written(|path| network.save(path).expect("what was read can be written"));
        Ok(())
    },
};

/// A network of excitatory and inhibitory units of `noisy_ei`.
pub(super) const NOISY_EI: Target = Target {
    name: "noisy_ei",
    form: Form::Tensors,
    seeds: || {
        use noisy_ei::{Config, Network, TimeConstants};
        let file = |time_constants, channels| {
            let config = Config {
                units: 5,
                channels,
                time_constants,
                ..Config::default()
            };
            let network = Network::<f64>::new(&config, Streams::new(1)).expect("valid");
            written(|path| network.save(path).expect("writable"))
        };
        let trained = TimeConstants::Trained {
            low: 20.0,
            high: 125.0,
        };
        vec![file(trained, 2), file(TimeConstants::Fixed(50.0), 0)]
    },
    load: |path| {
        let network = noisy_ei::Network::<f64>::load(path).map_err(said)?;
        let _ = (network.flow(), network.time_constants());
        written(|path| network.save(path).expect("what was read can be written"));
        Ok(())
    },
};

/// A ring of `derivative_feedback`.
pub(super) const DERIVATIVE_FEEDBACK: Target = Target {
    name: "derivative_feedback",
    form: Form::Tensors,
    seeds: || {
        use derivative_feedback::{Config, Network};
        let file = |ceiling| {
            let config = Config {
                units: 6,
                ceiling,
                ..Config::default()
            };
            let network = Network::new(&config).expect("valid");
            written(|path| network.save(path).expect("writable"))
        };
        vec![file(None), file(Some(100.0))]
    },
    load: |path| {
        let network = derivative_feedback::Network::load(path).map_err(said)?;
        let _ = (network.flow(), network.excitation());
        written(|path| network.save(path).expect("what was read can be written"));
        Ok(())
    },
};

/// Memories and transitions of `sequential_memory`.
pub(super) const SEQUENTIAL_MEMORY: Target = Target {
    name: "sequential_memory",
    form: Form::Tensors,
    seeds: || {
        use sequential_memory::{Config, Network};
        let file = |config| {
            let memories = random_memories(6, 3, Streams::new(1));
            let episodes = Episodes::cycles(&[3]).expect("three memories");
            let network = Network::store(config, memories, &episodes).expect("valid");
            written(|path| network.save(path).expect("writable"))
        };
        vec![file(&Config::dsem()), file(&Config::lisem(6))]
    },
    load: |path| {
        let network = sequential_memory::Network::load(path).map_err(said)?;
        let state = vec![0.5; network.feature_units()];
        let _ = network.reduced_energy(&state, &state).map_err(said)?;
        written(|path| network.save(path).expect("what was read can be written"));
        Ok(())
    },
};

/// A spiking network of `spiking_rls`.
pub(super) const SPIKING_RLS: Target = Target {
    name: "spiking_rls",
    form: Form::Tensors,
    seeds: || {
        let file = |units| {
            let config = spiking(units);
            let network = spiking_rls::Network::new(&config, Streams::new(1)).expect("valid");
            let bias = vec![0.5; units];
            let network = network.with_bias(bias).expect("one each");
            written(|path| network.save(path).expect("writable"))
        };
        vec![file(5), file(3)]
    },
    load: |path| {
        let population = spiking_rls::Population::of(&spiking(5)).map_err(said)?;
        let network = spiking_rls::Network::load(population, path).map_err(said)?;
        let mut state = network.random_state(Streams::new(2), 0);
        network.run(3, &[], &mut state);
        written(|path| network.save(path).expect("what was read can be written"));
        Ok(())
    },
};

fn spiking(units: usize) -> spiking_rls::Config {
    spiking_rls::Config {
        units,
        connection_probability: 0.5,
        ..spiking_rls::Config::strong()
    }
}
