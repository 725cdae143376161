//! A draw of seven memories, cued from both cycles.

use neuro_core::Streams;
use neuro_models::sequential_memory::{Corruption, Network, Recall};

use super::energy::energy;
use super::is_pictured;
use super::picture::picture;
use super::points::points;
use super::run::{Plan, Run, course};
use crate::sequential_memory::group::{Model, Setting};
use crate::sequential_memory::measured::{Found, Measured, Replayed};
use crate::sequential_memory::networks::{
    Assignment, CYCLES, FEATURES, Modelled, finished, save, stored,
};
use crate::{Error, Scale, Session};

/// Features that a cue has lost, of 100.
const ERASED: usize = 25;

/// The memories that are cued: the first of the cycle of three, the second of that of four, as the authors do.
const CUES: [usize; 2] = [0, CYCLES[0] + 1];

fn plan(setting: Setting, scale: Scale) -> Plan {
    let (full, window) = match setting {
        Setting::Dsem => (600.0, [200.0, 450.0]),
        Setting::DsemSlow => (1200.0, [200.0, 800.0]),
        Setting::Lisem | Setting::LisemStrong => (2400.0, [200.0, 800.0]),
        Setting::LisemPrinted => (1000.0, [0.0, 600.0]),
        Setting::DsemStatic | Setting::LisemStatic => (600.0, [0.0, 300.0]),
    };
    let duration = if scale == Scale::Smoke {
        full / 5.0
    } else {
        full
    };
    let window = if scale == Scale::Smoke {
        [0.1 * duration, 0.9 * duration]
    } else {
        window
    };
    // The paper's step; below its scale the largest with which switches are still resolved.
    let (step, sample) = match setting.model() {
        Model::Dsem => (scale.choose(0.02, 0.02, 0.01), 0.1),
        Model::Lisem => (scale.choose(0.05, 0.05, 0.01), 0.2),
    };
    Plan {
        duration,
        step,
        steps_per_sample: (sample / step).round() as usize,
        window,
        looked_at: scale.choose(20, 60, 240),
    }
}

/// Measures one draw.
pub(in crate::sequential_memory) fn measure(
    session: &Session,
    assignment: Assignment,
    setting: Setting,
) -> Result<Measured, Error> {
    let streams = Streams::new(assignment.seed);
    let network = stored(&setting.config(FEATURES), FEATURES, streams);
    let network = network.map_err(assignment.failed())?;
    save(session, assignment, &network)?;
    let plan = plan(setting, session.options.scale);
    let cue = |memory: usize| network.cue(memory, Corruption::Erased(ERASED), streams, 0);
    let found = look(&network, CUES.map(cue), plan, session.options.scale);
    session.interrupt.check()?;
    let (mut found, run) = match found {
        Ok(found) => found,
        Err(error) => return finished(assignment, Err(error)),
    };
    if is_pictured(session, assignment.seed) {
        let shown = picture(&run).map_err(|e| Error::experiment(assignment.name(), e))?;
        found.shown = Some(shown);
    }
    finished(assignment, Ok(Found::Replay(Box::new(found))))
}

fn look(
    network: &Network,
    [three, four]: [Modelled<Vec<f64>>; 2],
    plan: Plan,
    scale: Scale,
) -> Modelled<(Replayed, Run<'_>)> {
    let recall = Recall {
        step: plan.step,
        steps_per_sample: plan.steps_per_sample,
        ..Recall::default()
    };
    let replay = network.recall_with(&three?, plan.duration, &recall)?;
    let first = course(&replay, CUES[0], plan.duration)?;
    let run = Run::new(network, &four?, plan)?;
    let second = course(&run.replay, CUES[1], plan.duration)?;
    let found = Replayed {
        theory: network.config().orthogonal_dwell_time(CYCLES[1]),
        energy: energy(&run, &second.visits, scale.choose(1, 3, 5))?,
        points: points(&run, &second.visits)?,
        convolution: convolution(&run),
        same_winner: same_winner(&run)?,
        courses: vec![first, second],
        shown: None,
    };
    Ok((found, run))
}

/// Largest difference between the delayed features at the end and `beta_d / T_d` times the integral of
/// `s_f(t') exp(-(t - t') / T_d)`, by the trapezoidal rule over the samples.
fn convolution(run: &Run<'_>) -> f64 {
    let config = run.network.config();
    let (tau, last) = (config.delay_time_constant, run.times.len() - 1);
    let mut expected = vec![0.0; run.units()];
    for (k, activation) in run.activations.column_iter().enumerate() {
        let before = if k == 0 {
            0.0
        } else {
            run.times[k] - run.times[k - 1]
        };
        let after = if k == last {
            0.0
        } else {
            run.times[k + 1] - run.times[k]
        };
        let kernel = (-(run.times[last] - run.times[k]) / tau).exp() / tau;
        let weight = 0.5 * (before + after) * config.delay_gain * kernel;
        for (sum, s) in expected.iter_mut().zip(activation.iter()) {
            *sum += weight * s;
        }
    }
    let delay = run.delay(last).iter().zip(&expected);
    delay.map(|(d, e)| (d - e).abs()).fold(0.0, f64::max)
}

fn same_winner(run: &Run<'_>) -> Modelled<f64> {
    let mut same = 0;
    for k in 0..run.times.len() {
        let of_state = run.network.state_overlaps(run.feature(k))?;
        let largest =
            (1..of_state.len()).fold(0, |b, m| if of_state[m] > of_state[b] { m } else { b });
        same += usize::from(run.replay.overlaps().column(k).argmax().0 == largest);
    }
    Ok(same as f64 / run.times.len() as f64)
}
