use neuro_core::Batch;
use neuro_models::tasks::{
    Answer, ComparisonTask, ContextTask, ForcedChoiceTask, MatchingTask, NoisyInputs, SecondSignal,
    Signal, Timing,
};

use crate::given::{Entry, Given, answered, throw_at};

fn period(g: &mut Given) -> f64 {
    if g.once_in(8) { g.number() } else { 25.0 }
}

/// A range of few steps, or one that is empty or without bounds.
fn steps(g: &mut Given) -> std::ops::RangeInclusive<usize> {
    let start = g.count();
    if g.once_in(8) {
        return start..=g.count();
    }
    start..=start.saturating_add(3)
}

#[test]
fn tasks_answer_or_refuse() {
    let entries: [Entry; 4] = [
        ("ComparisonTask", |g| {
            let range = (g.number(), g.number());
            let range = if g.flag() { (1.0, 5.0) } else { range };
            let noise_sd = g.mostly(0.1);
            let signal = match g.few() {
                0 | 1 => Signal::Frequency {
                    range,
                    largest_phase: g.number(),
                    noise_sd,
                },
                2 | 3 => Signal::Velocity {
                    range,
                    offset: (g.number(), g.number()),
                    noise_sd,
                },
                _ => Signal::NoiseSd {
                    range,
                    frequency: g.number(),
                    largest_phase: g.number(),
                },
            };
            let task = ComparisonTask {
                alpha: g.mostly(0.5),
                timing: Timing {
                    first: steps(g),
                    delay: steps(g),
                    second: match g.flag() {
                        true => SecondSignal::Until(g.count()),
                        false => SecondSignal::Steps(steps(g)),
                    },
                },
                signal,
                minimal_gap: g.mostly(0.5),
                shared_nuisance: g.flag(),
            };
            answered(task.validate());
            answered(Batch::<f64>::of(&task, g.streams(), 0, g.count()));
        }),
        ("ContextTask", |g| {
            let task = ContextTask {
                dt: g.mostly(5.0),
                fixation: period(g),
                stimulus: period(g),
                response: period(g),
                window: g.mostly(10.0),
                offset: g.mostly(0.5),
                noise_sd: g.mostly(1.0),
            };
            answered(task.validate());
            answered(Batch::<f64>::of(&task, g.streams(), 0, g.count()));
        }),
        ("ForcedChoiceTask", |g| {
            let task = ForcedChoiceTask {
                dt: g.mostly(5.0),
                fixation: period(g),
                stimulus: period(g),
                response: period(g),
            };
            answered(task.validate());
            let noisy = NoisyInputs {
                task,
                sd: g.mostly(0.1),
            };
            answered(Batch::<f64>::of(&noisy, g.streams(), 0, g.count()));
        }),
        ("MatchingTask", |g| {
            let task = MatchingTask {
                dt: g.mostly(5.0),
                fixation: period(g),
                stimulus: period(g),
                delay: period(g),
                second_delay: period(g),
                gap: period(g),
                response: period(g),
                tail: period(g),
                shared_channel: g.flag(),
            };
            answered(task.validate());
            answered(Batch::<f64>::of(&task, g.streams(), 0, g.count()));
            let _ = Answer::of(g.list());
        }),
    ];
    throw_at(&entries);
}
