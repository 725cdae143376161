//! Workloads W4: ten time units of a sequential memory, in each of the forms of its adiabatic limit.

use neuro_core::System;
use neuro_core::integrate::{RungeKutta4, StepWork, Stepper};
use neuro_models::sequential_memory::{
    Config, Drive, Episodes, FlowWork, Network, OverlapFlow, ProjectedFlow, ReducedFlow,
};

use super::{Sequence, Work, serve};

const FEATURES: usize = 100;
const CUED: usize = 4;
const STEPS: usize = 1000;
const DT: f64 = 0.01;

/// Answers `run.py` about LISEM or DSEM: `full` (`[V_f, V_d]`), `projected` (`[V_f, Xi^T V_d]`) or, of DSEM,
/// `overlaps` (`[Xi^T V_f, Xi^T V_d]`).
pub(super) fn work(model: &str, form: &str, group: usize) {
    let config = match model {
        "w4-lisem" => Config::lisem(FEATURES),
        _ => Config::dsem(),
    };
    let signs = Sequence(1).matrix::<f64>(FEATURES, 7, 1.0);
    let memories = signs.map(|v| if v < 0.0 { -1.0 } else { 1.0 });
    let episodes = Episodes::cycles(&[3, 4]).expect("two cycles");
    let network = Network::store(config, memories, &episodes).expect("different memories");
    let cue = network.memory(CUED).expect("seven memories");
    let still = [0.0; FEATURES];
    let overlaps = |features: &[f64]| network.overlaps(features).expect("a feature state");
    match form {
        "" => {
            let flow = ReducedFlow::new(&network, Drive::Free).expect("no input");
            let traces = |delay: &[f64]| network.state_overlaps(delay).expect("a delay state");
            let read = |x: &[f64]| [overlaps(&x[..FEATURES]), traces(&x[FEATURES..])].concat();
            serve(Run::new(flow, [cue, &still].concat(), read), group);
        }
        "projected" => {
            let flow = ProjectedFlow::new(&network, Drive::Free).expect("no input");
            let start = flow.state(cue, &still).expect("sizes fit");
            let read = |x: &[f64]| [overlaps(&x[..FEATURES]), scaled(&x[FEATURES..])].concat();
            serve(Run::new(flow, start, read), group);
        }
        "overlaps" => {
            let flow = OverlapFlow::new(&network, Drive::Free).expect("linear features");
            let start = flow.state(cue, &still).expect("sizes fit");
            serve(Run::new(flow, start, scaled), group);
        }
        _ => panic!("expected projected or overlaps, found {form}"),
    }
}

fn scaled(projections: &[f64]) -> Vec<f64> {
    projections.iter().map(|v| v / FEATURES as f64).collect()
}

struct Run<S, R> {
    flow: S,
    start: Vec<f64>,
    x: Vec<f64>,
    work: StepWork<f64, FlowWork>,
    /// Overlaps of the activation and of the delayed features, from a state.
    read: R,
}

impl<S: System<f64, Work = FlowWork>, R: Fn(&[f64]) -> Vec<f64>> Run<S, R> {
    fn new(flow: S, start: Vec<f64>, read: R) -> Self {
        Self {
            work: RungeKutta4.work(&flow, 1),
            x: start.clone(),
            flow,
            start,
            read,
        }
    }
}

impl<S: System<f64, Work = FlowWork>, R: Fn(&[f64]) -> Vec<f64>> Work for Run<S, R> {
    fn reset(&mut self) {
        self.x.copy_from_slice(&self.start);
    }

    fn iterate(&mut self) {
        for _ in 0..STEPS {
            RungeKutta4.step(&self.flow, 0.0, DT, &mut self.x, &mut self.work);
        }
    }

    fn result(&self) -> Vec<f64> {
        (self.read)(&self.x)
    }
}
