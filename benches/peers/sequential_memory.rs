//! Workloads W4: ten time units of a sequential memory, in each of the forms of its adiabatic limit.

use neuro_core::integrate::{RungeKutta4, StepWork, Stepper};
use neuro_core::{Scalar, System};
use neuro_models::sequential_memory::{
    Config, Drive, Episodes, LaneFlow, Network, OverlapFlow, ProjectedFlow, ReducedFlow,
};

use super::{Sequence, Work, serve};

const FEATURES: usize = 100;
const CUED: usize = 4;
const STEPS: usize = 1000;
const DT: f64 = 0.01;
const COPIES: usize = 64;

/// Answers `run.py` about LISEM or DSEM: all features (`[V_f, V_d]`), `projected` (`[V_f, Xi^T V_d]`) or, of DSEM,
/// `overlaps` (`[Xi^T V_f, Xi^T V_d]`); with `-lanes` or `-lanes-f32` copies of these.
pub(super) fn work(model: &str, form: &str, group: usize) {
    let config = match model {
        "w4-lisem" => Config::lisem(FEATURES),
        _ => Config::dsem(),
    };
    let signs = Sequence(1).matrix::<f64>(FEATURES, 7, 1.0);
    let memories = signs.map(|v| if v < 0.0 { -1.0 } else { 1.0 });
    let episodes = Episodes::cycles(&[3, 4]).expect("two cycles");
    let network = Network::store(&config, memories, &episodes).expect("different memories");
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
        "projected" | "projected-lanes" | "projected-lanes-f32" => {
            let flow = ProjectedFlow::new(&network, Drive::Free).expect("no input");
            let start = flow.state(cue, &still).expect("sizes fit");
            let read = |x: &[f64]| [overlaps(&x[..FEATURES]), scaled(&x[FEATURES..])].concat();
            if form == "projected" {
                serve(Run::new(flow, start, read), group);
            } else {
                let lanes = (flow.in_lanes(), flow.in_lanes());
                serve_lanes(form, lanes, &start, read, group);
            }
        }
        "overlaps" | "overlaps-lanes" | "overlaps-lanes-f32" => {
            let flow = OverlapFlow::new(&network, Drive::Free).expect("linear features");
            let start = flow.state(cue, &still).expect("sizes fit");
            if form == "overlaps" {
                serve(Run::new(flow, start, scaled), group);
            } else {
                let lanes = (flow.in_lanes(), flow.in_lanes());
                serve_lanes(form, lanes, &start, scaled, group);
            }
        }
        _ => panic!("expected projected or overlaps, -lanes or -lanes-f32, found {form}"),
    }
}

fn serve_lanes<'n>(
    form: &str,
    (double, single): (LaneFlow<'n, f64, 8>, LaneFlow<'n, f32, 16>),
    start: &[f64],
    read: impl Fn(&[f64]) -> Vec<f64> + 'n,
    group: usize,
) {
    if form.ends_with("f32") {
        serve(Run::in_lanes(single, start, read), group);
    } else {
        serve(Run::in_lanes(double, start, read), group);
    }
}

fn scaled(projections: &[f64]) -> Vec<f64> {
    projections.iter().map(|v| v / FEATURES as f64).collect()
}

struct Run<'n, T: Scalar, S: System<T>> {
    flow: S,
    start: Vec<T>,
    /// States that go one after another.
    states: Vec<Vec<T>>,
    work: StepWork<T, S::Work>,
    read: Read<'n, T>,
}

/// Overlaps of the activation and of the delayed features, from a state.
type Read<'n, T> = Box<dyn Fn(&[T]) -> Vec<f64> + 'n>;

impl<'n, S: System<f64>> Run<'n, f64, S> {
    fn new(flow: S, start: Vec<f64>, read: impl Fn(&[f64]) -> Vec<f64> + 'n) -> Self {
        Self {
            work: RungeKutta4.work(&flow, 1),
            states: vec![start.clone()],
            read: Box::new(read),
            flow,
            start,
        }
    }
}

impl<'n, T: Scalar, const L: usize> Run<'n, T, LaneFlow<'n, T, L>> {
    fn in_lanes(
        flow: LaneFlow<'n, T, L>,
        start: &[f64],
        read: impl Fn(&[f64]) -> Vec<f64> + 'n,
    ) -> Self {
        let start = flow.pack(&[start]).expect("sizes fit");
        let lanes = flow.clone();
        Self {
            work: RungeKutta4.work(&flow, 1),
            states: vec![start.clone(); COPIES / L],
            read: Box::new(move |x| read(&lanes.copy(x, 0))),
            flow,
            start,
        }
    }
}

impl<T: Scalar, S: System<T>> Work for Run<'_, T, S> {
    fn reset(&mut self) {
        for x in &mut self.states {
            x.copy_from_slice(&self.start);
        }
    }

    fn iterate(&mut self) {
        for x in &mut self.states {
            for _ in 0..STEPS {
                RungeKutta4.step(&self.flow, T::zero(), T::of(DT), x, &mut self.work);
            }
        }
    }

    fn result(&self) -> Vec<f64> {
        (self.read)(&self.states[0])
    }
}
