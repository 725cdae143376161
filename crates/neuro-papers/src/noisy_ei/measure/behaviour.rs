//! Answers: as the network is, with slow units, and under fresh noise (Figures 1f and 3d to f).

use neuro_models::noisy_ei::{Evaluation, Network};
use neuro_models::tasks::NoisyInputs;

use super::probe::{Chunk, Probe, ROBUST, accuracy};
use super::steady::Sums;
use super::{Effort, embedding, four_digits, rounded};
use crate::Error;
use crate::noisy_ei::measured::{Answers, Course, Robustness, STRIDE, Slowed};

/// The delays of Figure 1f, ms.
const DELAYS: [f64; 3] = [250.0, 750.0, 1250.0];

/// Fresh noise channels in tests of networks with and without noise (the paper gives no number), and
/// the standard deviation of the noise on the inputs.
const FRESH: usize = 10;
const INPUT_NOISE: f64 = 1.0;

/// The slowest that a unit can become, ms.
const SLOWEST: f64 = 125.0;

/// The outputs of all trials, summed by condition.
struct Courses {
    trials: Vec<usize>,
    sums: Vec<Vec<[f64; 2]>>,
}

impl Courses {
    fn new(conditions: usize) -> Self {
        Self {
            trials: vec![0; conditions],
            sums: vec![Vec::new(); conditions],
        }
    }

    fn add(&mut self, chunk: &Chunk) {
        let outputs = &chunk.run.outputs;
        for (trial, condition) in chunk.conditions.iter().enumerate() {
            self.trials[*condition] += 1;
            let sums = &mut self.sums[*condition];
            sums.resize(outputs.steps().div_ceil(STRIDE), [0.0; 2]);
            for (sum, step) in sums.iter_mut().zip((0..outputs.steps()).step_by(STRIDE)) {
                let output = f64::from(outputs.state(step, trial)[0]);
                sum[0] += output;
                sum[1] += output * output;
            }
        }
    }

    fn finish(self) -> Vec<Course> {
        let all = self.trials.into_iter().zip(self.sums);
        let course = |(trials, sums): (usize, Vec<[f64; 2]>)| {
            let n = trials as f64;
            let deviation = |[sum, squares]: &[f64; 2]| {
                let mean = sum / n;
                (squares / n - mean * mean).max(0.0).sqrt()
            };
            Course {
                mean: rounded(sums.iter().map(|[sum, _]| sum / n)),
                deviation: rounded(sums.iter().map(deviation)),
            }
        };
        all.map(course).collect()
    }
}

/// The answers of the network as it is; of the same trials the sums of steady states, when they are
/// wanted, and the states of the embedding.
pub(super) fn answers(
    probe: &Probe<'_>,
    effort: &Effort,
    steady: bool,
) -> Result<(Answers, Option<Sums>, embedding::Rows), Error> {
    let mut sums = steady.then(|| Sums::new(probe));
    let mut rows = embedding::Rows::new(probe, effort);
    let answers = run(probe, probe.network, Slowed::Nothing, effort, |chunk| {
        if let Some(sums) = &mut sums {
            sums.add(probe, chunk);
        }
        rows.add(probe, chunk);
    })?;
    Ok((answers, sums, rows))
}

/// The answers to the same trials with slow units.
pub(super) fn slowed(probe: &Probe<'_>, effort: &Effort) -> Result<Vec<Answers>, Error> {
    let failed = probe.assignment.failed();
    let own = probe.network.time_constants();
    let mut inhibitory = own.clone();
    for unit in probe.network.inhibitory() {
        inhibitory[unit] = SLOWEST;
    }
    let changed = [
        (Slowed::All, vec![SLOWEST; own.len()]),
        (Slowed::Inhibitory, inhibitory),
    ];
    let answers = changed.into_iter().map(|(slowed, time_constants)| {
        let network = probe.network.with_time_constants(&time_constants);
        run(probe, &network.map_err(&failed)?, slowed, effort, |_| ())
    });
    answers.collect()
}

fn run(
    probe: &Probe<'_>,
    network: &Network<f32>,
    slowed: Slowed,
    effort: &Effort,
    mut look: impl FnMut(&Chunk),
) -> Result<Answers, Error> {
    let failed = probe.assignment.failed();
    let mut courses = Courses::new(probe.conditions());
    let mut found = Evaluation::new(probe.task.levels());
    probe.run(network, effort.trials, |chunk| {
        courses.add(chunk);
        look(chunk);
        let added = found.add(probe.task.as_ref(), &chunk.batch, &chunk.run.outputs);
        added.map_err(&failed)
    })?;
    Ok(Answers {
        slowed,
        trials: found.trials(),
        accuracy: accuracy(&found),
        loss: four_digits(found.mean_loss()),
        courses: courses.finish(),
    })
}

/// Answers under fresh noise channels and noise on the inputs, with the delays of the paper.
pub(super) fn robustness(probe: &Probe<'_>, effort: &Effort) -> Result<Vec<Robustness>, Error> {
    let failed = probe.assignment.failed();
    let noisy = probe.network.with_fresh_noise(FRESH, probe.streams);
    let noisy = noisy.map_err(&failed)?;
    let found = DELAYS.map(|delay| {
        let task = NoisyInputs {
            task: probe.config.matching_task(delay),
            sd: INPUT_NOISE,
        };
        let trials = ROBUST..ROBUST + effort.robust as u64;
        let found = noisy.test_trials(&task, probe.streams, trials);
        let found = found.map_err(&failed)?;
        Ok(Robustness {
            delay,
            trials: found.trials(),
            accuracy: accuracy(&found),
        })
    });
    found.into_iter().collect()
}
