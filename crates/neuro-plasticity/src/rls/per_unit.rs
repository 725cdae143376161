//! One `P` for each unit, over the inputs that it has.

use neuro_core::archive::Archive;
use neuro_core::nalgebra::DMatrix;
use neuro_core::parallel::Workers;
use neuro_core::spiking::Connections;
use neuro_core::{Error as Core, Scalar, vectorize};

use super::inverse::InverseCorrelation;
use super::places::Places;
use super::{Dale, Objective, RlsConfig, check_sample};
use crate::Error;

/// Units that are worked on together: small enough for threads to share, large enough for one call of
/// the gain function.
const CHUNK: usize = 8;

/// A rate has only decayed when it is where it would be up to so much of itself: some 170 updates of
/// rounding.
const ROUNDING: f64 = 256.0 * f64::EPSILON;

/// What the units are to learn in one update.
#[derive(Clone, Copy, Debug)]
pub struct Lesson<'a> {
    /// Rate of each presynaptic unit.
    pub rates: &'a [f64],
    /// Target of each unit, a drive or a rate as the objective says.
    pub targets: &'a [f64],
    /// External input of each unit, beside its drive; only the rate objective asks. Empty for none.
    pub inputs: &'a [f64],
    /// What is left of a rate since the last lesson when its unit has not fired since; 0 when rates do not
    /// decay alike. It changes no result (but for rounding): updates take a fraction of the time when it
    /// is right and few units have fired.
    pub decay: f64,
}

/// Recursive least squares for sparse recurrent weights.
///
/// What it computes and minimises stands with [`RlsConfig`]. When rates decay alike between spikes, say so
/// in [`Lesson::decay`]: an update then takes a part of the time, with the same result up to rounding.
///
/// `T` is the type of `P` alone; weights, rates and errors are `f64`. With `f32` the matrices take half
/// the memory and learn faster; over the 30 loops of the paper `P` stays within 1e-4 of that in `f64`
/// (tested).
///
/// ```
/// use neuro_core::nalgebra::DMatrix;
/// use neuro_core::parallel::Workers;
/// use neuro_core::spiking::Connections;
/// use neuro_plasticity::{Dale, Lesson, Objective, PerUnitRls, RlsConfig};
///
/// // A unit that hears two others learns f = 2 r_0 - r_1; the zero weights exist all the same.
/// let connections = Connections::of_mask(&DMatrix::from_element(1, 2, 1.0));
/// let config = RlsConfig { regularization: 1e-6, ..RlsConfig::default() };
/// let mut weights = [0.0; 2];
/// let mut rls: PerUnitRls =
///     PerUnitRls::new(config, Objective::Drive, Dale::Free, &connections, &weights)?;
/// for rates in [[1.0, 0.5], [0.2, 0.9], [0.4, 0.4]] {
///     let targets = [2.0 * rates[0] - rates[1]];
///     let lesson = Lesson { rates: &rates, targets: &targets, inputs: &[], decay: 0.0 };
///     rls.update(&Workers::sequential(), &lesson, &mut weights)?;
/// }
/// assert!((weights[0] - 2.0).abs() < 1e-4 && (weights[1] + 1.0).abs() < 1e-4);
/// # Ok::<(), neuro_plasticity::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct PerUnitRls<T: Scalar = f64> {
    config: RlsConfig,
    objective: Objective,
    dale: Dale,
    connections: Connections,
    places: Places,
    chunks: Vec<Chunk<T>>,
    /// The rates to which the matrices have responded last: those of the last lesson, but for rounding.
    followed: Vec<f64>,
    /// Presynaptic units whose rates have not only decayed since, ascending, and by how much.
    changes: Vec<(u32, f64)>,
    errors: Vec<f64>,
    trained: Vec<bool>,
}

/// Some units, with everything that they need for an update.
#[derive(Clone, Debug)]
struct Chunk<T: Scalar> {
    /// First unit, and its first connection.
    first: usize,
    start: usize,
    inverses: Vec<InverseCorrelation<T>>,
    /// A copy of the weights: threads cannot write into the caller's.
    weights: Vec<f64>,
    /// Sign that a weight keeps, 0 for either.
    signs: Vec<i8>,
    active: Vec<bool>,
    rates: Vec<T>,
    /// Those of the changes that a unit hears, by place among its inputs.
    changes: Vec<(usize, T)>,
    removed: Vec<usize>,
    drives: [f64; CHUNK],
    values: [f64; CHUNK],
    slopes: [f64; CHUNK],
    errors: [f64; CHUNK],
    trained: [bool; CHUNK],
    /// The first unit that could not learn, and its `r P r`.
    failure: Option<(usize, f64)>,
}

impl<T: Scalar> PerUnitRls<T> {
    /// Units that have not learned yet. `weights`, in the order of the connections, give the signs for a
    /// [`Dale`] variant; those of weight 0 are free.
    ///
    /// # Errors
    /// What [`RlsConfig::validate`] finds, [`Error::NoInputs`] for a unit that hears nobody,
    /// [`neuro_core::Error::Length`] or [`neuro_core::Error::NonFinite`] for the weights, and
    /// [`neuro_core::Error::TooLarge`] when all `P` together do not fit into memory.
    pub fn new(
        config: RlsConfig,
        objective: Objective,
        dale: Dale,
        connections: &Connections,
        weights: &[f64],
    ) -> Result<Self, Error> {
        config.validate()?;
        check_sample("weights", connections.len(), weights)?;
        let units = connections.units();
        if let Some(unit) = (0..units).find(|i| connections.sources(*i).is_empty()) {
            return Err(Error::NoInputs { unit });
        }
        let stored =
            (0..units).map(|i| InverseCorrelation::<T>::stored_for(connections.sources(i).len()));
        Core::check_size::<T>("inverse correlations", &[stored.sum()])?;
        let chunks = (0..units).step_by(CHUNK).map(|first| {
            let members = first..units.min(first + CHUNK);
            let start = connections.range(first).start;
            let end = connections.range(members.end - 1).end;
            let inverse = |i| {
                let inputs = connections.sources(i).len();
                InverseCorrelation::new(inputs, config.regularization)
            };
            let inverses: Vec<_> = members.map(inverse).collect();
            let widest = inverses.iter().map(InverseCorrelation::padded).max();
            let sign = |w: &f64| match dale {
                Dale::Free => 0,
                _ => i8::from(*w > 0.0) - i8::from(*w < 0.0),
            };
            Chunk {
                first,
                start,
                inverses,
                weights: weights[start..end].to_vec(),
                signs: weights[start..end].iter().map(sign).collect(),
                active: vec![true; end - start],
                rates: vec![T::zero(); widest.unwrap_or(0)],
                changes: Vec::with_capacity(widest.unwrap_or(0)),
                removed: Vec::with_capacity(end - start),
                drives: [0.0; CHUNK],
                values: [0.0; CHUNK],
                slopes: [1.0; CHUNK],
                errors: [0.0; CHUNK],
                trained: [false; CHUNK],
                failure: None,
            }
        });
        Ok(Self {
            config,
            objective,
            dale,
            chunks: chunks.collect(),
            connections: connections.clone(),
            places: Places::new(connections),
            followed: vec![0.0; connections.presynaptic()],
            changes: Vec::with_capacity(connections.presynaptic()),
            errors: vec![0.0; units],
            trained: vec![false; units],
        })
    }

    /// One update of all units. The bits of the result do not depend on the number of workers.
    ///
    /// # Errors
    /// [`neuro_core::Error`] for wrong lengths and values that are not finite, before anything changes;
    /// [`Error::LostPositivity`] for a unit whose `P` is not positive any more, which then keeps its
    /// weights, while the others have been updated.
    pub fn update(
        &mut self,
        workers: &Workers,
        lesson: &Lesson<'_>,
        weights: &mut [f64],
    ) -> Result<(), Error> {
        let units = self.connections.units();
        check_sample("rates", self.connections.presynaptic(), lesson.rates)?;
        check_sample("targets", units, lesson.targets)?;
        check_sample("weights", self.connections.len(), weights)?;
        if !lesson.inputs.is_empty() {
            check_sample("inputs", units, lesson.inputs)?;
        }
        Core::check_finite("decay", &[lesson.decay])?;
        self.follow(lesson);
        let (changes, presynaptic) = (self.changes.len(), self.followed.len());
        let few = InverseCorrelation::<T>::few(changes, presynaptic);
        let shared = Shared {
            forgetting: self.config.forgetting,
            objective: &self.objective,
            dale: self.dale,
            connections: &self.connections,
            lesson,
            places: &self.places,
            changes: few.then_some(&self.changes),
        };
        let before: &[f64] = weights;
        workers.for_each(&mut self.chunks, |_, chunk| chunk.update(&shared, before));
        let mut failure = None;
        for chunk in &mut self.chunks {
            let count = chunk.inverses.len();
            let units = chunk.first..chunk.first + count;
            self.errors[units.clone()].copy_from_slice(&chunk.errors[..count]);
            self.trained[units].copy_from_slice(&chunk.trained[..count]);
            weights[chunk.start..][..chunk.weights.len()].copy_from_slice(&chunk.weights);
            failure = failure.or(chunk.failure.take());
        }
        match failure {
            None => Ok(()),
            Some((unit, quadratic)) => Err(Error::LostPositivity { unit, quadratic }),
        }
    }

    /// Finds the rates that have not only decayed.
    fn follow(&mut self, lesson: &Lesson<'_>) {
        self.changes.clear();
        let largest = lesson.rates.iter().fold(0.0_f64, |m, r| m.max(r.abs()));
        for (j, (followed, rate)) in self.followed.iter_mut().zip(lesson.rates).enumerate() {
            let decayed = lesson.decay * *followed;
            let change = rate - decayed;
            if change.abs() <= ROUNDING * rate.abs() + f64::EPSILON * largest {
                *followed = decayed;
            } else {
                *followed = *rate;
                self.changes.push((j as u32, change));
            }
        }
    }

    /// Applies to every `P` the changes that wait: memory and time are saved by letting a few wait, at most
    /// 16. Runs that are to have the same bits settle at the same updates; [`export`](Self::export) settles.
    pub fn settle(&mut self, workers: &Workers) {
        workers.for_each(&mut self.chunks, |_, chunk| {
            chunk
                .inverses
                .iter_mut()
                .for_each(InverseCorrelation::settle);
        });
        self.followed.fill(0.0);
    }

    /// The error of each unit before the last update.
    #[must_use]
    pub fn errors(&self) -> &[f64] {
        &self.errors
    }

    /// Which units the last update has trained: all, but for the gate of the rate objective.
    #[must_use]
    pub fn trained(&self) -> &[bool] {
        &self.trained
    }

    /// Whether a synapse still learns, in the order of the weights.
    pub fn active(&self) -> impl Iterator<Item = bool> {
        self.chunks.iter().flat_map(|c| c.active.iter().copied())
    }

    /// `P` of a unit: inputs x inputs, in the order of its sources.
    ///
    /// # Panics
    /// When there is no such unit.
    #[must_use]
    pub fn inverse_correlation(&self, unit: usize) -> DMatrix<f64> {
        self.chunks[unit / CHUNK].inverses[unit % CHUNK].matrix()
    }

    /// Stores everything that learning has made under names that begin with `name` and a point: `P` of all units
    /// and which synapses still learn. What was waiting is applied first, see [`settle`](Self::settle). A run that
    /// goes on from the file has the bits of this one.
    pub fn export(&mut self, archive: &mut Archive, name: &str) {
        self.settle(&Workers::sequential());
        let stored = self.chunks.iter().flat_map(|c| &c.inverses);
        let mut packed = Vec::with_capacity(stored.map(InverseCorrelation::stored).sum());
        let mut scales = Vec::with_capacity(self.errors.len());
        for inverse in self.chunks.iter_mut().flat_map(|c| &mut c.inverses) {
            scales.push(inverse.export(&mut packed));
        }
        archive.insert_vector(format!("{name}.packed"), &packed);
        archive.insert_vector(format!("{name}.scale"), &scales);
        let signs: Vec<i8> = self.chunks.iter().flat_map(|c| c.signs.clone()).collect();
        archive.insert_vector(format!("{name}.sign"), &signs);
        archive.insert_vector(format!("{name}.active"), &self.active().collect::<Vec<_>>());
    }

    /// Goes on from what [`export`](Self::export) has stored under this name, for the same connections and
    /// options.
    ///
    /// # Errors
    /// [`neuro_core::Error::Tensor`] for what is missing or of another type, [`neuro_core::Error`] for
    /// sizes and values that do not fit; learning is then in an undefined but valid state.
    pub fn import(&mut self, archive: &Archive, name: &str) -> Result<(), Error> {
        let packed = archive.vector::<T>(&format!("{name}.packed"))?;
        let scales = archive.vector::<f64>(&format!("{name}.scale"))?;
        let signs = archive.vector::<i8>(&format!("{name}.sign"))?;
        let active = archive.vector::<bool>(&format!("{name}.active"))?;
        let inverses = self.chunks.iter().flat_map(|c| &c.inverses);
        let expected = inverses.map(InverseCorrelation::stored).sum();
        Core::check_length("packed inverse correlations", expected, packed.len())?;
        Core::check_length("scales of P", self.errors.len(), scales.len())?;
        Core::check_length("signs of synapses", self.connections.len(), signs.len())?;
        Core::check_length("active synapses", self.connections.len(), active.len())?;
        let mut rest = packed.as_slice();
        let inverses = self.chunks.iter_mut().flat_map(|c| &mut c.inverses);
        for (inverse, scale) in inverses.zip(&scales) {
            let (values, later) = rest.split_at(inverse.stored());
            rest = later;
            inverse.import(values, *scale)?;
        }
        self.followed.fill(0.0);
        for chunk in &mut self.chunks {
            let synapses = chunk.start..chunk.start + chunk.weights.len();
            chunk.signs.copy_from_slice(&signs[synapses.clone()]);
            chunk.active.copy_from_slice(&active[synapses]);
        }
        Ok(())
    }
}

/// What all chunks read.
struct Shared<'a> {
    forgetting: f64,
    objective: &'a Objective,
    dale: Dale,
    connections: &'a Connections,
    lesson: &'a Lesson<'a>,
    places: &'a Places,
    /// `None` when there are so many that nobody can use them.
    changes: Option<&'a [(u32, f64)]>,
}

impl<T: Scalar> Chunk<T> {
    fn update(&mut self, shared: &Shared<'_>, weights: &[f64]) {
        let Shared {
            connections,
            lesson,
            ..
        } = shared;
        let count = self.inverses.len();
        let members = self.first..self.first + count;
        let synapses = self.start..self.start + self.weights.len();
        self.weights.copy_from_slice(&weights[synapses]);
        for (unit, drive) in members.clone().zip(&mut self.drives) {
            *drive = connections.drive_of(unit, weights, lesson.rates);
        }
        self.trained = [true; CHUNK];
        self.values = self.drives;
        if let Objective::Rate { gain, gated } = shared.objective {
            if !lesson.inputs.is_empty() {
                let inputs = &lesson.inputs[members.clone()];
                for (drive, input) in self.drives.iter_mut().zip(inputs) {
                    *drive += input;
                }
            }
            let (drives, values) = (&self.drives[..count], &mut self.values[..count]);
            gain.value_into(drives, values);
            gain.slope_into(drives, values, &mut self.slopes[..count]);
            for (trained, drive) in self.trained.iter_mut().zip(drives) {
                *trained = !gated || *drive >= 0.0;
            }
        }
        for (local, unit) in members.enumerate() {
            self.errors[local] = lesson.targets[unit] - self.values[local];
            if self.trained[local] {
                self.learn(local, unit, shared);
            } else {
                self.inverses[local].skip();
            }
        }
    }

    fn learn(&mut self, local: usize, unit: usize, shared: &Shared<'_>) {
        let inverse = &mut self.inverses[local];
        let sources = shared.connections.sources(unit);
        let rates = &mut self.rates[..inverse.padded()];
        for (r, j) in rates.iter_mut().zip(sources) {
            *r = T::of(shared.lesson.rates[*j as usize]);
        }
        rates[sources.len()..].fill(T::zero());
        let response = match shared.changes {
            None => inverse.respond(rates),
            Some(changes) => {
                self.changes.clear();
                for (source, change) in changes {
                    if let Some(place) = shared.places.find(unit, *source) {
                        self.changes.push((place, T::of(*change)));
                    }
                }
                inverse.follow(rates, shared.lesson.decay, &self.changes)
            }
        };
        let quadratic = match response {
            Ok(quadratic) => quadratic,
            Err(quadratic) => {
                self.trained[local] = false;
                self.failure.get_or_insert((unit, quadratic));
                return;
            }
        };
        let share = inverse.absorb(quadratic, self.slopes[local], shared.forgetting);
        let change = self.errors[local] * share;
        let synapses = shared.connections.range(unit);
        let synapses = synapses.start - self.start..synapses.end - self.start;
        let weights = &mut self.weights[synapses.clone()];
        if shared.dale == Dale::Free {
            vectorize(
                #[inline(always)]
                || {
                    for (w, k) in weights.iter_mut().zip(inverse.response()) {
                        *w += change * k.as_f64();
                    }
                },
            );
            return;
        }
        let (signs, active) = (&self.signs[synapses.clone()], &mut self.active[synapses]);
        self.removed.clear();
        for (j, k) in inverse.response().iter().enumerate() {
            if !active[j] {
                continue;
            }
            let changed = weights[j] + change * k.as_f64();
            if changed * f64::from(signs[j]) < 0.0 {
                active[j] = false;
                self.removed.push(j);
            } else {
                weights[j] = changed;
            }
        }
        if shared.dale != Dale::Mask {
            for j in &self.removed {
                inverse.remove(*j, shared.dale == Dale::Schur);
            }
        }
    }
}
