//! Training: what it changes, the criterion, resuming.

use std::ops::ControlFlow;

use neuro_autodiff::optimizer::EpsilonPlacement;
use neuro_autodiff::train::{Checkpointing, Criterion, Termination};
use neuro_core::parallel::Workers;
use neuro_core::{Batch, Purpose, Streams, Task};
use neuro_models::noisy_ei::{
    Config, Evaluation, LearningCriterion, Network, TimeConstants, TrainingRun,
};
use neuro_models::tasks::{ForcedChoiceTask, MatchingTrial, PeakRule, ResponseTask};

use super::{NAMES, network, short, small};

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
