//! The network of Rungratsameetaweemana et al.: its files, its flow, how it loses connections, and
//! what it refuses.

use std::ops::ControlFlow;

use nalgebra::DMatrix;
use neuro_autodiff::Disturbance;
use neuro_autodiff::optimizer::EpsilonPlacement;
use neuro_autodiff::train::{Checkpointing, Criterion, Termination};
use neuro_core::parallel::Workers;
use neuro_core::{Batch, Linearize, Purpose, Streams, System, Task, Trajectory};
use neuro_models::noisy_ei::{
    CellTypes, Config, Evaluation, LearningCriterion, Network, TimeConstants, TrainingRun,
    UnitTimeConstants, Weights,
};
use neuro_models::tasks::{
    ContextTask, ForcedChoiceTask, MatchingTask, MatchingTrial, NoisyInputs, PeakRule, ResponseTask,
};

fn small() -> Config {
    Config {
        units: 12,
        channels: 3,
        ..Config::default()
    }
}

fn network(config: &Config, seed: u64) -> Network<f64> {
    Network::new(config, Streams::new(seed)).expect("valid configuration")
}

/// A short matching task: 40 samples.
fn short() -> MatchingTask {
    MatchingTask {
        fixation: 25.0,
        stimulus: 25.0,
        delay: 25.0,
        gap: 0.0,
        response: 75.0,
        tail: 25.0,
        ..MatchingTask::default()
    }
}

const NAMES: [&str; 7] = [
    "recurrent",
    "input",
    "noise",
    "time_constant",
    "readout",
    "readout_bias",
    "sign",
];

#[test]
fn a_saved_network_is_read_back_bit_for_bit() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("network.safetensors");
    for (channels, time_constants) in [
        (3, small().time_constants),
        (0, TimeConstants::Fixed(25.0)),
        (
            1,
            TimeConstants::Trained {
                low: 10.0,
                high: 300.0,
            },
        ),
    ] {
        let config = Config {
            channels,
            time_constants,
            dt: 2.5,
            ..small()
        };
        let network = Network::<f32>::new(&config, Streams::new(3)).expect("valid configuration");
        network.save(&path).expect("writable folder");
        let read = Network::<f32>::load(&path).expect("the file just written");
        for name in NAMES {
            let [read, written] = [&read, &network].map(|n| n.weights(name).expect("exists"));
            assert_eq!(read, written, "{name}");
        }
        assert_eq!(read.config(), &config);
        assert_eq!(read.all_weights(), network.all_weights());
        // Another number type is another network.
        assert!(Network::<f64>::load(&path).is_err());
    }
}

#[test]
fn clamped_time_constants_survive_a_file() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("network.safetensors");
    let slow = network(&small(), 1).with_time_constants(&[125.0; 12]);
    let slow = slow.expect("a bound, where no raw value leads");
    slow.save(&path).expect("writable folder");
    let read = Network::<f64>::load(&path).expect("the file just written");
    assert_eq!(read.time_constants(), [125.0; 12]);
    assert_eq!(read.all_weights(), slow.all_weights());
}

#[test]
fn an_euler_step_of_the_flow_is_a_step_of_the_network() {
    let network = network(&small(), 1);
    let x: Vec<f64> = (0..12).map(|i| (f64::from(i) * 0.7).sin()).collect();
    let input = [0.5, -1.0];
    let inputs = Trajectory::from_vec(2, 1, 1, input.to_vec()).expect("one step");
    let run = network.simulate(&inputs, &x, &mut Disturbance::silent());
    let after = run.expect("sizes fit").states.last().to_vec();
    let flow = network.flow_with_input(&input).expect("two channels");
    let mut dx = vec![0.0; 12];
    flow.rhs(0.0, &x, &mut dx, &mut flow.work(1));
    for ((x, dx), after) in x.iter().zip(&dx).zip(&after) {
        assert!((x + 5.0 * dx - after).abs() < 1e-14);
    }
}

#[test]
fn the_jacobian_of_the_flow_is_its_derivative() {
    let flow = network(&small(), 2).flow();
    let x: Vec<f64> = (0..12).map(|i| (f64::from(i) * 1.3).cos()).collect();
    let mut jacobian = DMatrix::zeros(12, 12);
    flow.jacobian(0.0, &x, &mut jacobian);
    let rhs = |x: &[f64]| {
        let mut dx = vec![0.0; 12];
        flow.rhs(0.0, x, &mut dx, &mut flow.work(1));
        dx
    };
    let h = 1e-4;
    for j in 0..12 {
        let (mut above, mut below) = (x.clone(), x.clone());
        above[j] += h;
        below[j] -= h;
        for (i, (a, b)) in rhs(&above).iter().zip(rhs(&below)).enumerate() {
            // Entries of 0.01 / ms; central differences: h^2 truncation and rounding of 1e-18 / h.
            assert!(((a - b) / (2.0 * h) - jacobian[(i, j)]).abs() < 1e-11);
        }
    }
}

/// Standard deviation of units without connections and inputs, long after the start, for weights of
/// 1 from each noise channel.
fn stationary_sd(tau: f64, units_noise: f64, channels: usize) -> f64 {
    let config = Config {
        units: 40,
        gain: 0.0,
        channels,
        unit_noise_sd: units_noise,
        time_constants: TimeConstants::Fixed(tau),
        ..Config::default()
    };
    let mut weights = network(&config, 1).all_weights();
    weights.noise.fill(1.0);
    let network = Network::from_weights(&config, &weights).expect("weights of this size");
    let batch = Batch::of(&MatchingTask::default(), Streams::new(1), 0, 50);
    let mut batch = batch.expect("a valid task");
    batch.inputs.as_mut_slice().fill(0.0);
    let run = network.run(&batch, Streams::new(2), 0).expect("sizes fit");
    // The last 60 of 340 states: the first of them is eleven times 125 ms after the start.
    let (mut squares, mut count) = (0.0, 0.0);
    for step in 280..340 {
        for x in run.states.step(step) {
            squares += x * x;
            count += 1.0;
        }
    }
    f64::sqrt(squares / count)
}

#[test]
fn slow_units_gather_unit_noise_and_filter_channel_noise() {
    // 0.1 / sqrt(1 - (1 - a)^2), and sqrt(10) a / sqrt(1 - (1 - a)^2).
    for (tau, units_alone, channels_alone) in [(20.0, 0.151, 1.195), (125.0, 0.357, 0.452)] {
        // 40 units of 50 trials and 60 steps, alike for tau / dt steps: at least 4800 independent
        // values, 1 %. Channels drive all units alike: at least 120, 6.5 %.
        let found = stationary_sd(tau, 0.1, 0);
        assert!((found / units_alone - 1.0).abs() < 0.04, "{tau}: {found}");
        let found = stationary_sd(tau, 0.0, 10);
        assert!((found / channels_alone - 1.0).abs() < 0.2, "{tau}: {found}");
    }
}

#[test]
fn new_networks_have_the_statistics_of_the_configuration() {
    let network = network(&Config::default(), 5);
    let recurrent = network.weights("recurrent").expect("exists");
    let present = recurrent.iter().filter(|w| **w != 0.0).count();
    // 8000 of 40 000: standard deviation 80.
    assert!(present.abs_diff(8000) < 400, "{present}");
    let squares: f64 = recurrent.iter().map(|w| w * w).sum();
    // g^2 / (N p) each, standard error 1.6 %.
    let expected = 1.5_f64.powi(2) / 40.0;
    assert!((squares / present as f64 / expected - 1.0).abs() < 0.08);
    assert!((0..200).any(|i| recurrent[(i, i)] != 0.0), "autapses");
    // 40 of 200, standard deviation 5.7; all units are one or the other.
    let (excitatory, inhibitory) = (network.excitatory(), network.inhibitory());
    assert!(inhibitory.len().abs_diff(40) < 29);
    assert_eq!(excitatory.len() + inhibitory.len(), 200);
    for (units, sign) in [(excitatory, 1.0), (inhibitory, -1.0)] {
        for j in units {
            assert!(recurrent.column(j).iter().all(|w| w * sign >= 0.0));
        }
    }
}

#[test]
fn networks_of_different_channels_start_alike() {
    let of = |channels| {
        let config = Config {
            channels,
            ..small()
        };
        network(&config, 7)
    };
    let (silent, noisy) = (of(0), of(10));
    for name in NAMES.into_iter().filter(|name| *name != "noise") {
        let [a, b] = [&silent, &noisy].map(|n| n.weights(name).expect("exists"));
        assert_eq!(a, b, "{name}");
    }
}

#[test]
fn an_exact_share_of_units_inhibits_when_asked() {
    let config = Config {
        cell_types: CellTypes::Exact(0.2),
        ..Config::default()
    };
    assert_eq!(
        network(&config, 1).inhibitory(),
        (160..200).collect::<Vec<_>>()
    );
}

/// Raw recurrent weights that are above 0.
fn connections(raw: &[f32]) -> Vec<bool> {
    raw.iter().map(|v| *v > 0.0).collect()
}

#[test]
fn connections_disappear_in_training_and_none_comes_back() {
    let config = Config {
        units: 20,
        updates: 60,
        ..small()
    };
    let streams = Streams::new(4);
    let network = Network::<f32>::new(&config, streams).expect("valid configuration");
    let task = Box::new(short());
    let run = TrainingRun::new(&network, task, streams, Workers::sequential(), None);
    let mut run = run.expect("a network and its task");
    let raw = |parameters: &neuro_autodiff::Parameters<f32>| {
        let recurrent = parameters.find("recurrent").expect("exists");
        connections(parameters.raw(recurrent))
    };
    let at_first = raw(network.parameters());
    let mut before = at_first.clone();
    run.run(None, &mut |report| {
        let now = raw(report.parameters);
        for (now, before) in now.iter().zip(&before) {
            assert!(*before || !*now, "a connection came back");
        }
        before = now;
        ControlFlow::Continue(())
    })
    .expect("no criterion to fail");
    let count = |there: &[bool]| there.iter().filter(|t| **t).count();
    assert!(count(&before) < count(&at_first), "none was lost");
    // Signs and inputs are not trained; everything else is.
    let trained = run.network().expect("a trained network");
    for name in NAMES {
        let [a, b] = [&network, &trained].map(|n| n.weights(name).expect("exists"));
        assert_eq!(a == b, ["input", "sign"].contains(&name), "{name}");
    }
    for tau in trained.time_constants() {
        assert!((20.0..=125.0).contains(&tau), "{tau}");
    }
}

#[test]
fn fixed_time_constants_do_not_train() {
    let config = Config {
        time_constants: TimeConstants::Fixed(25.0),
        updates: 5,
        ..small()
    };
    let streams = Streams::new(4);
    let network = Network::<f32>::new(&config, streams).expect("valid configuration");
    let task = Box::new(short());
    let run = TrainingRun::new(&network, task, streams, Workers::sequential(), None);
    let mut run = run.expect("a network and its task");
    run.run(None, &mut |_| ControlFlow::Continue(()))
        .expect("no criterion to fail");
    let trained = run.network().expect("a trained network");
    assert_eq!(trained.time_constants(), [25.0; 12]);
}

/// Trains on forced choice, which is learned in a few hundred trials.
fn forced_choice(updates: u64, placement: EpsilonPlacement) -> (TrainingRun<f32>, Termination) {
    let config = Config {
        units: 100,
        inputs: 1,
        channels: 2,
        updates,
        epsilon_placement: placement,
        ..Config::default()
    };
    let (streams, task) = (Streams::new(1), config.forced_choice_task());
    let network = Network::<f32>::new(&config, streams).expect("valid configuration");
    let run = TrainingRun::new(
        &network,
        Box::new(task.clone()),
        streams,
        Workers::sequential(),
        None,
    );
    let mut run = run.expect("a network and its task");
    let criterion = LearningCriterion::new(&config, Box::new(task), streams);
    let mut criterion = criterion.expect("a valid task");
    let ended = run.run(Some(&mut criterion), &mut |_| ControlFlow::Continue(()));
    (run, ended.expect("finite outputs"))
}

#[test]
fn forced_choice_is_learned_with_either_epsilon() {
    for placement in [
        EpsilonPlacement::BeforeCorrection,
        EpsilonPlacement::AfterCorrection,
    ] {
        let (run, ended) = forced_choice(3000, placement);
        assert_eq!(ended, Termination::Converged);
        let last = run.trainer().history().last().expect("one check at least");
        assert!(last.score > 0.95 && last.update.is_multiple_of(100));
        // Also on trials that neither training nor the criterion has seen.
        let network = run.network().expect("a trained network");
        let task = ForcedChoiceTask::default();
        let found = network.test(&task, Streams::new(1).split(Purpose::Test), 200);
        let found = found.expect("a valid task");
        // The criterion stops at the first lucky hundred of trials: five standard errors lower.
        let accuracy = found.accuracy(&PeakRule::default());
        assert!(accuracy > 0.95 - 5.0 * 0.0154, "{accuracy}");
        assert!(found.mean_loss() < 7.0);
    }
}

#[test]
fn a_run_that_is_stopped_and_resumed_gives_the_same_bits() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let config = Config {
        updates: 12,
        check_every: 4,
        criterion_trials: 5,
        ..small()
    };
    let streams = Streams::new(4);
    let network = Network::<f32>::new(&config, streams).expect("valid configuration");
    let start = |path: &std::path::Path| {
        let checkpoint = Checkpointing {
            path: path.to_owned(),
            every: 4,
        };
        let task = Box::new(short());
        let run = TrainingRun::new(
            &network,
            task,
            streams,
            Workers::sequential(),
            Some(checkpoint),
        );
        run.expect("a network and its task")
    };
    let go = |run: &mut TrainingRun<f32>, until: u64| {
        let criterion = LearningCriterion::new(&config, Box::new(short()), streams);
        let mut criterion = criterion.expect("a valid task");
        run.run(Some(&mut criterion), &mut |report| {
            if report.update == until {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        })
        .expect("finite outputs");
    };
    let mut straight = start(&folder.path().join("straight"));
    go(&mut straight, 0);
    let path = folder.path().join("stopped");
    go(&mut start(&path), 5);
    let mut resumed = start(&path);
    resumed.resume(&path).expect("a checkpoint of this run");
    go(&mut resumed, 0);
    let raw = |run: &TrainingRun<f32>| run.trainer().parameters().raw_values().to_vec();
    assert_eq!(raw(&straight), raw(&resumed));
    assert_eq!(straight.trainer().history(), resumed.trainer().history());
}

#[test]
fn both_halves_of_the_criterion_are_strict_and_needed() {
    let config = Config {
        criterion_loss: 3.0,
        criterion_accuracy: 0.75,
        ..small()
    };
    let task = short();
    let criterion = LearningCriterion::<f64>::new(&config, Box::new(task.clone()), Streams::new(0));
    let criterion = criterion.expect("a valid task");
    let shape = Task::<f64>::shape(&task);
    let mut batch = Batch::new(shape, 4).expect("not empty");
    for (b, trial) in MatchingTrial::ALL.iter().enumerate() {
        task.write(trial, &mut batch.trial_mut(b));
    }
    let met = |correct: usize, distance: f64| {
        let mut outputs = batch.targets.clone();
        for trial in 0..4 {
            // Off by `distance` at one step before the response, whose norm that is.
            outputs.state_mut(0, trial)[0] = distance;
            if trial >= correct {
                for k in ResponseTask::<f64>::response(&task) {
                    outputs.state_mut(k, trial)[0] = 0.0;
                }
            }
        }
        let mut found = Evaluation::new(ResponseTask::<f64>::levels(&task));
        found.add(&task, &batch, &outputs).expect("sizes fit");
        assert_eq!(found.accuracy(&PeakRule::default()), correct as f64 / 4.0);
        criterion.is_met(&found)
    };
    assert!(met(4, 2.9));
    assert!(!met(4, 3.0), "a loss of 3 is not below 3");
    assert!(!met(3, 0.0), "3 of 4 is not above 0.75");
}

#[test]
fn each_check_of_the_criterion_takes_fresh_trials_and_repeats_itself() {
    let config = Config {
        criterion_trials: 10,
        ..small()
    };
    let network = network(&config, 1);
    let criterion = LearningCriterion::new(&config, Box::new(short()), Streams::new(3));
    let mut criterion = criterion.expect("a valid task");
    let mut loss_at = |update| {
        let checked = criterion.check(update, network.parameters());
        checked.expect("finite outputs");
        criterion.last().expect("just checked").mean_loss()
    };
    let (first, second) = (loss_at(100), loss_at(200));
    assert_ne!(first, second);
    assert_eq!(first, loss_at(100));
}

#[test]
fn a_test_does_not_depend_on_how_its_trials_are_cut() {
    let network = network(&small(), 1);
    let (task, streams) = (short(), Streams::new(5));
    let all = network.test(&task, streams, 60).expect("a valid task");
    let part = network.test_trials(&task, streams, 30..37);
    let part = part.expect("a valid task");
    assert_eq!(part.answers, all.answers[30..37]);
    assert_eq!(part.labels, all.labels[30..37]);
    // The same trials as a batch, with their states.
    let batch = Batch::of(&task, streams, 30, 7).expect("a valid task");
    let run = network.run(&batch, streams, 30).expect("sizes fit");
    let mut found = Evaluation::new(all.levels);
    found.add(&task, &batch, &run.outputs).expect("sizes fit");
    assert_eq!(found, part);
    let rates = network.rates(&run.states).mean(task.delay_samples());
    assert!(rates.iter().all(|r| (0.0..1.0).contains(r)));
}

#[test]
fn changed_networks_differ_in_what_was_changed_alone() {
    let network = network(&small(), 1);
    let same = |changed: &Network<f64>, but: &str| {
        for name in NAMES.into_iter().filter(|name| *name != but) {
            let [a, b] = [&network, changed].map(|n| n.weights(name).expect("exists"));
            assert_eq!(a, b, "{name}");
        }
    };
    let fresh = network
        .with_fresh_noise(10, Streams::new(1))
        .expect("valid");
    same(&fresh, "noise");
    let noise = fresh.weights("noise").expect("exists");
    assert_eq!((noise.shape(), fresh.config().channels), ((12, 10), 10));
    // Fresh also for the streams that the network was made from.
    let old = network.weights("noise").expect("exists");
    assert_ne!(noise.columns(0, 3), old);
    let silent = network
        .with_noise_weights(DMatrix::zeros(12, 0))
        .expect("valid");
    same(&silent, "noise");
    let slow = network.with_time_constants(&[500.0; 12]).expect("valid");
    same(&slow, "time_constant");
    let driven = network.with_input_channel(&[1.0; 12]).expect("valid");
    same(&driven, "input");
    let input = driven.weights("input").expect("exists");
    assert_eq!(
        input.columns(0, 2),
        network.weights("input").expect("exists")
    );
    assert_eq!(input.column(2), DMatrix::from_element(12, 1, 1.0).column(0));

    assert!(network.with_time_constants(&[100.0; 11]).is_err());
    assert!(network.with_time_constants(&[4.0; 12]).is_err());
    assert!(network.with_time_constants(&[f64::NAN; 12]).is_err());
    assert!(network.with_noise_weights(DMatrix::zeros(11, 3)).is_err());
    assert!(network.with_input_channel(&[1.0; 11]).is_err());
}

#[test]
fn noise_on_the_inputs_makes_answers_worse_not_other_trials() {
    let network = network(&small(), 1);
    let noisy = NoisyInputs {
        task: short(),
        sd: 1.0,
    };
    let plain = network.test(&short(), Streams::new(1), 30).expect("valid");
    let disturbed = network.test(&noisy, Streams::new(1), 30).expect("valid");
    assert_eq!(plain.labels, disturbed.labels);
    assert_ne!(plain.answers, disturbed.answers);
    let wrong = NoisyInputs {
        task: short(),
        sd: -1.0,
    };
    assert!(network.test(&wrong, Streams::new(1), 30).is_err());
}

#[test]
fn tasks_of_other_inputs_and_no_trials_are_refused() {
    let network = network(&small(), 1);
    let streams = Streams::new(0);
    assert!(network.test(&short(), streams, 0).is_err());
    assert!(network.test(&ContextTask::default(), streams, 2).is_err());
    let wrong = MatchingTask { dt: 3.0, ..short() };
    assert!(network.test(&wrong, streams, 2).is_err());
    let task = Box::new(ForcedChoiceTask::default());
    let run = TrainingRun::new(&network, task, streams, Workers::sequential(), None);
    let message = run.map(|_| ()).expect_err("one input").to_string();
    assert_eq!(
        message,
        "the cell's outputs x inputs: expected 1x1, found 1x2"
    );
}

#[test]
fn weights_of_wrong_shape_sign_or_time_constant_are_refused_with_their_name() {
    let config = small();
    let refused = |change: fn(&mut Weights<f64>)| {
        let mut weights = network(&small(), 1).all_weights();
        change(&mut weights);
        let network = Network::from_weights(&config, &weights);
        network.map(|_| ()).expect_err("invalid").to_string()
    };
    let message = refused(|w| w.noise = DMatrix::zeros(12, 2));
    assert_eq!(message, "noise weights: expected 12x3, found 12x2");
    let message = refused(|w| w.recurrent = DMatrix::zeros(12, 6));
    assert_eq!(message, "recurrent weights: expected 12x12, found 12x6");
    assert!(refused(|w| w.input = DMatrix::zeros(12, 1)).starts_with("input weights"));
    assert!(refused(|w| w.readout = DMatrix::zeros(2, 12)).starts_with("readout weights"));
    assert!(refused(|w| w.signs[4] = 0.0).starts_with("sign of unit 4"));
    assert!(refused(|w| w.signs.truncate(5)).starts_with("signs of the units"));
    let message = refused(|w| {
        w.signs[7] = -1.0;
        w.recurrent[(3, 7)] = 0.5;
    });
    assert!(message.contains("unit 7") && message.contains("at most 0"));
    assert!(refused(|w| w.readout_bias = f64::NAN).starts_with("readout_bias"));
    let clamped = |tau| UnitTimeConstants::Clamped(vec![tau; 12]);
    assert!(!network(&small(), 1).time_constants().is_empty());
    for tau in [4.9, 0.0, -20.0] {
        let mut weights = network(&small(), 1).all_weights();
        weights.time_constants = clamped(tau);
        let message = Network::from_weights(&config, &weights);
        let message = message.map(|_| ()).expect_err("below dt").to_string();
        assert!(message.starts_with("dt / time_constant"), "{message}");
    }
    let fixed = Config {
        time_constants: TimeConstants::Fixed(50.0),
        ..small()
    };
    let raw = network(&small(), 1).all_weights();
    assert!(Network::from_weights(&fixed, &raw).is_err());
}

#[test]
fn parameters_that_break_the_model_are_refused() {
    let config = small();
    let parameters = network(&config, 1).parameters().clone();
    let of = |change: fn(&mut neuro_autodiff::Parameters<f64>)| {
        let mut parameters = parameters.clone();
        change(&mut parameters);
        Network::from_parameters(&config, parameters)
            .map(|_| ())
            .map_err(|e| e.to_string())
    };
    assert_eq!(of(|_| ()), Ok(()));
    // What training leaves: raw weights below 0, which are no connections.
    let below = of(|p| {
        let id = p.find("recurrent").expect("exists");
        p.set_raw(id, &[-0.5; 144]).expect("finite");
    });
    assert_eq!(below, Ok(()));
    let turned = of(|p| {
        let id = p.find("sign").expect("exists");
        let signs: Vec<f64> = p.raw(id).iter().map(|s| -s).collect();
        p.set_raw(id, &signs).expect("finite");
    });
    assert!(
        turned
            .expect_err("signs of others")
            .starts_with("weight from unit")
    );
    let larger = Config {
        units: 13,
        ..small()
    };
    assert!(Network::from_parameters(&larger, parameters.clone()).is_err());
}

#[test]
fn settings_out_of_range_are_refused() {
    let wrong: [fn(&mut Config); 19] = [
        |c| c.units = 0,
        |c| c.inputs = 0,
        |c| c.dt = 0.0,
        |c| c.dt = 20.5,
        |c| c.time_constants = TimeConstants::Fixed(4.0),
        |c| {
            c.time_constants = TimeConstants::Trained {
                low: 20.0,
                high: 20.0,
            }
        },
        |c| c.cell_types = CellTypes::Bernoulli(1.2),
        |c| c.connection_probability = 0.0,
        |c| c.gain = -1.0,
        |c| c.noise_weight_sd = f64::NAN,
        |c| c.unit_noise_sd = -0.1,
        |c| c.learning_rate = 0.0,
        |c| c.batch = 0,
        |c| c.chunk = 2,
        |c| c.updates = 0,
        |c| c.check_every = 0,
        |c| c.criterion_trials = 0,
        |c| c.criterion_loss = 0.0,
        |c| c.criterion_accuracy = 95.0,
    ];
    for (i, change) in wrong.iter().enumerate() {
        let mut config = small();
        change(&mut config);
        let made = Network::<f64>::new(&config, Streams::new(0));
        assert!(made.is_err(), "{i}");
    }
}

#[test]
fn batches_of_more_trials_train_too() {
    let config = Config {
        batch: 5,
        chunk: 2,
        updates: 3,
        ..small()
    };
    let streams = Streams::new(4);
    let network = Network::<f32>::new(&config, streams).expect("valid configuration");
    let trained = |threads| {
        let workers = Workers::new(threads).expect("threads");
        let run = TrainingRun::new(&network, Box::new(short()), streams, workers, None);
        let mut run = run.expect("a network and its task");
        run.run(None, &mut |_| ControlFlow::Continue(()))
            .expect("no criterion to fail");
        run.trainer().parameters().raw_values().to_vec()
    };
    let one = trained(1);
    assert_ne!(one, network.parameters().raw_values());
    assert_eq!(one, trained(2));
}
