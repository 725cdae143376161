//! A network that learns a cycle of four memories online.

use nalgebra::DMatrix;
use neuro_core::Streams;
use neuro_core::integrate::{RungeKutta4, integrate_observed};
use neuro_models::sequential_memory::{
    Clipped, Config, Corruption, Drive, Episodes, Learning, LearningConfig, Network, Presentation,
    Recall, ReducedFlow, Replay, Sweeps, random_memories,
};

use super::run::visits;
use super::{OWN, is_pictured, surface};
use crate::claims::four_digits;
use crate::sequential_memory::group::Taught;
use crate::sequential_memory::measured::{
    Found, Learned, Measured, Picture, Recalled, Stage, Surface,
};
use crate::sequential_memory::networks::{Assignment, FEATURES, Modelled, finished, save};
use crate::{Error, Job, Scale, Session};

/// Hidden units, and memories of the cycle.
const HIDDEN: usize = 20;
const MEMORIES: usize = 4;

/// Seeds of the memories begin here, so that they are not those of the synapses.
const MEMORY_SEEDS: u64 = 1 << 32;

/// Values of the cue that have the wrong sign, of 100.
const FLIPPED: usize = 10;

/// Largest feature in a recall, and in the run of a surface.
const BOUND: f64 = 1.0;

/// Epochs of learning.
pub(in crate::sequential_memory) fn epochs(scale: Scale) -> u64 {
    scale.choose(10, 100, 100)
}

/// Epochs after which a learner is looked at: those of Fig. 5A.
fn stages(scale: Scale) -> &'static [u64] {
    scale.choose(&[0, 10], &[0, 10, 70, 100], &[0, 10, 70, 100])
}

fn config(taught: Taught) -> LearningConfig {
    let standard = LearningConfig::default();
    let printed = LearningConfig {
        memories_time_constant: 6.2e5,
        transitions_time_constant: 6.2e7,
        reset_delay: false,
        ..standard.clone()
    };
    match taught {
        Taught::Standard => standard,
        Taught::Carried => LearningConfig {
            reset_delay: false,
            ..standard
        },
        Taught::Driven => LearningConfig {
            presentation: Presentation::Drive { strength: 1.0 },
            ..standard
        },
        Taught::Printed => printed,
        Taught::PrintedTime => LearningConfig {
            memories_time_constant: printed.memories_time_constant / printed.step,
            transitions_time_constant: printed.transitions_time_constant / printed.step,
            ..printed
        },
    }
}

/// The network before learning.
fn beginner(taught: Taught, streams: Streams) -> Modelled<Network> {
    let network = Network::new(&Config::dsem_learning(), FEATURES, HIDDEN, streams)?;
    match taught {
        Taught::Standard | Taught::Carried | Taught::Driven => Ok(network),
        // Transitions from [-1, 1), as printed.
        Taught::Printed | Taught::PrintedTime => Network::from_weights(
            &network.config().clone(),
            network.memories().clone(),
            network.transitions() * 100.0,
        ),
    }
}

/// Measures one learner.
pub(in crate::sequential_memory) fn measure(
    session: &Session,
    assignment: Assignment,
    taught: Taught,
    job: &Job,
) -> Result<Measured, Error> {
    let (seed, scale) = (assignment.seed, session.options.scale);
    let streams = Streams::new(seed);
    let memories = random_memories(FEATURES, MEMORIES, Streams::new(seed ^ MEMORY_SEEDS));
    let config = config(taught);
    let learning = beginner(taught, streams).and_then(|b| Learning::new(b, &config.clone()));
    let mut learning = learning.map_err(assignment.failed())?;
    let lesson = Lesson {
        memories: &memories,
        config: &config,
        streams,
    };
    let pictured = taught == Taught::Standard && is_pictured(session, seed);
    let (mut looks, mut surfaces) = (Vec::new(), Vec::new());
    let mut epoch = 0;
    for &stage in stages(scale) {
        while epoch < stage {
            session.interrupt.check()?;
            if let Err(error) = learning.epoch(&memories) {
                return finished(assignment, Err(error));
            }
            epoch += 1;
            job.update(epoch, "");
        }
        match lesson.look(learning.network(), epoch) {
            Ok(look) => looks.push(look),
            Err(error) => return finished(assignment, Err(error)),
        }
        if pictured {
            surfaces.push(lesson.surface(learning.network())?);
        }
    }
    let network = learning.into_network();
    save(session, assignment, &network)?;
    let learned = lesson.learned(&network, looks).and_then(|mut learned| {
        if pictured {
            learned.picture = Some(lesson.picture(&network, surfaces)?);
        }
        Ok(Found::Learning(Box::new(learned)))
    });
    finished(assignment, learned)
}

/// What is taught, and how.
struct Lesson<'a> {
    memories: &'a DMatrix<f64>,
    config: &'a LearningConfig,
    streams: Streams,
}

impl Lesson<'_> {
    fn memory(&self, memory: usize) -> &[f64] {
        &self.memories.as_slice()[memory * FEATURES..][..FEATURES]
    }

    /// The delayed features at the end of a presentation, when the delay was empty before.
    fn delay(&self, network: &Network, memory: usize) -> Vec<f64> {
        let shown = self.config.steps_per_presentation as f64 * self.config.step;
        let filled = 1.0 - (-shown / network.config().delay_time_constant).exp();
        self.memory(memory).iter().map(|v| filled * v).collect()
    }

    fn look(&self, network: &Network, epoch: u64) -> Modelled<Stage> {
        let still = vec![0.0; FEATURES];
        let (mut own, mut points) = (Vec::new(), Vec::<Vec<f64>>::new());
        let sweeps = Sweeps {
            tolerance: 1e-8,
            most: 2000,
        };
        for memory in 0..MEMORIES {
            let point = network.fixed_point(self.memory(memory), &still, sweeps)?;
            own.push(cosine(self.memory(memory), &point.features));
            points.push(point.features);
        }
        let different = |k: &usize| points[..*k].iter().all(|p| cosine(p, &points[*k]) < OWN);
        let (tilt, next_gains) = self.tilt(network)?;
        Ok(Stage {
            epoch,
            own,
            basins: (0..MEMORIES).filter(different).count(),
            tilt,
            next_gains,
            timing_share: self.timing_share(network)?,
            recall: self.recalled(&self.recall(network)?)?,
        })
    }

    /// Mean size of what delayed signals do to the energies of the memories against each other; memories after which
    /// the next one has gained most.
    fn tilt(&self, network: &Network) -> Modelled<(f64, usize)> {
        let (mut sizes, mut gains) = (0.0, 0);
        for from in 0..MEMORIES {
            let (delay, still) = (self.delay(network, from), vec![0.0; FEATURES]);
            let mut effect = Vec::new();
            for memory in 0..MEMORIES {
                let at = self.memory(memory);
                let after = network.reduced_energy(at, &delay)?;
                effect.push(after - network.reduced_energy(at, &still)?);
            }
            let common = effect.iter().sum::<f64>() / MEMORIES as f64;
            sizes += effect.iter().map(|e| (e - common).abs()).sum::<f64>();
            let least = (1..MEMORIES).fold(0, |b, m| if effect[m] < effect[b] { m } else { b });
            gains += usize::from(least == (from + 1) % MEMORIES);
        }
        Ok((sizes / (MEMORIES * MEMORIES) as f64, gains))
    }

    /// Share of the products with delayed features in the change of both synapses, over the four presentations at their
    /// end.
    fn timing_share(&self, network: &Network) -> Modelled<[f64; 2]> {
        let whole = self.config.rule(network.config());
        let mut timing = whole;
        timing.memory_strength = 0.0;
        let mut hebbian = whole;
        hebbian.delay_strength = 0.0;
        let mut lengths = [[0.0; 2]; 2];
        for shown in 0..MEMORIES {
            let target = self.memory((shown + 1) % MEMORIES);
            let delay = self.delay(network, shown);
            for (lengths, rule) in lengths.iter_mut().zip([&timing, &hebbian]) {
                let rates = network.learning_rates(rule, target, self.memory(shown), &delay)?;
                lengths[0] += rates.0.norm();
                lengths[1] += rates.1.norm();
            }
        }
        let [timing, hebbian] = lengths;
        Ok([0, 1].map(|k| timing[k] / (timing[k] + hebbian[k])))
    }

    /// Recall from a noisy cue of memory 0.
    fn recall(&self, network: &Network) -> Modelled<Replay> {
        let mut cue = self.memory(0).to_vec();
        Corruption::Flipped(FLIPPED).apply(&mut cue, self.streams, 0)?;
        let recall = Recall {
            step: 0.02,
            steps_per_sample: 10,
            bound: Some(BOUND),
            patterns: Some(self.memories.clone()),
            ..Recall::default()
        };
        network.recall_with(&cue, 300.0, &recall)
    }

    fn recalled(&self, replay: &Replay) -> Modelled<Recalled> {
        Ok(Recalled {
            visits: visits(replay),
            in_order: replay.follows(&Episodes::cycles(&[MEMORIES])?),
            dwell: replay.dwell().map(|dwell| dwell.mean),
        })
    }

    fn learned(&self, network: &Network, stages: Vec<Stage>) -> Modelled<Learned> {
        let (xi, w) = (network.memories(), network.transitions());
        let winners = network.winners(self.memories)?;
        let synapses = |unit: usize| &xi.as_slice()[unit * FEATURES..][..FEATURES];
        let own = winners.iter().enumerate();
        Ok(Learned {
            cosines: own
                .map(|(memory, unit)| cosine(self.memory(memory), synapses(*unit)))
                .collect(),
            lengths: xi.column_iter().map(|column| column.norm()).collect(),
            // `Phi` is the transpose of `W`: row from, column to.
            block: winners
                .iter()
                .map(|from| winners.iter().map(|to| w[(*to, *from)]).collect())
                .collect(),
            memories_range: [xi.min(), xi.max()],
            transitions_range: [w.min(), w.max()],
            winners,
            stages,
            picture: None,
        })
    }

    /// The energy on the states of a network that all memories drive, one after another.
    fn surface(&self, network: &Network) -> Result<Surface, Error> {
        let failed = |e| Error::experiment("a driven run", e);
        let method = Clipped {
            method: RungeKutta4,
            variables: FEATURES,
            bound: BOUND,
        };
        let (step, every) = (0.05, 10);
        let duration = self.config.steps_per_presentation as f64 * self.config.step;
        let steps = (duration / step).round() as usize;
        let mut x = vec![0.0; 2 * FEATURES];
        let (mut times, mut features, mut delays) = (Vec::new(), Vec::new(), Vec::new());
        for memory in 0..MEMORIES {
            let input = Drive::Input(self.memory(memory).to_vec());
            let flow = ReducedFlow::new(network, input).map_err(failed)?;
            let start = memory as f64 * duration;
            let observe = |k: usize, t: f64, x: &[f64]| {
                // The first state is all zeros.
                if k > 0 && k.is_multiple_of(every) {
                    times.push(t);
                    features.extend_from_slice(&x[..FEATURES]);
                    delays.extend_from_slice(&x[FEATURES..]);
                }
            };
            integrate_observed(&flow, &method, start, step, steps, &mut x, observe)?;
        }
        let matrix = |values: Vec<f64>| DMatrix::from_vec(FEATURES, times.len(), values);
        let (features, delays) = (matrix(features), matrix(delays));
        // Linear features are their own activation.
        surface(network, &times, [&features, &features, &delays])
    }

    fn picture(&self, network: &Network, surfaces: Vec<Surface>) -> Modelled<Picture> {
        let columns = |m: &DMatrix<f64>| -> Vec<Vec<f64>> {
            let rounded = |column: nalgebra::DVectorView<'_, f64>| {
                column.iter().map(|v| four_digits(*v)).collect()
            };
            m.column_iter().map(rounded).collect()
        };
        let replay = self.recall(network)?;
        Ok(Picture {
            surfaces,
            memories: columns(network.memories()),
            transitions: columns(network.transitions()),
            times: replay.times().iter().map(|t| four_digits(*t)).collect(),
            overlaps: columns(&replay.overlaps().transpose()),
        })
    }
}

fn cosine(a: &[f64], b: &[f64]) -> f64 {
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let lengths = (dot(a, a) * dot(b, b)).sqrt();
    if lengths > 0.0 {
        dot(a, b) / lengths
    } else {
        0.0
    }
}
