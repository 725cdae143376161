//! The loss of a recurrent network on a task, and its gradient by back-propagation through time.

use neuro_core::parallel::Workers;
use neuro_core::{Batch, Scalar, Streams, Task};

use crate::loss::{Loss, StateRegularizer, WeightRegularizer};
use crate::{
    Cell, Disturbance, Error, Memory, Objective, Parameters, Rollout, draw_initial_states,
};

/// How trials are gathered and how far gradients flow.
#[derive(Clone, Debug, PartialEq)]
pub struct BpttConfig {
    /// Trials of one update, at least 1; default 32.
    pub batch: usize,
    /// Trials that run together, at least 1, on one thread; default 16. Part of the result's
    /// rounding. More than `batch` is the whole batch.
    pub chunk: usize,
    /// How many steps of states are kept; default all.
    pub memory: Memory,
    /// Steps after which gradients are cut; `None`, the default, for full back-propagation through
    /// time.
    pub window: Option<usize>,
    /// Standard deviation of each unit's state at the start of a trial, at least 0, the default.
    pub initial_state_sd: f64,
}

impl Default for BpttConfig {
    fn default() -> Self {
        Self {
            batch: 32,
            chunk: 16,
            memory: Memory::Full,
            window: None,
            initial_state_sd: 0.0,
        }
    }
}

impl BpttConfig {
    /// Checks every field.
    ///
    /// # Errors
    /// [`neuro_core::Error::OutOfRange`] for the first that is out of range.
    pub fn validate(&self) -> Result<(), Error> {
        use neuro_core::Error as Core;
        let (batch, chunk, sd) = (self.batch, self.chunk, self.initial_state_sd);
        Core::check_range("batch", "at least 1 trial", batch as f64, batch > 0)?;
        Core::check_range("chunk", "at least 1 trial", chunk as f64, chunk > 0)?;
        let fits = sd >= 0.0 && sd.is_finite();
        Core::check_range("initial_state_sd", "at least 0", sd, fits)?;
        let positive = |what, steps: usize| {
            Core::check_range(what, "at least 1 step", steps as f64, steps > 0)
        };
        positive("window", self.window.unwrap_or(1))?;
        if let Memory::Segments(steps) = self.memory {
            positive("segments of the memory", steps)?;
        }
        Ok(())
    }
}

/// The loss of a cell on a task, as an [`Objective`]: update `k` runs the trials
/// `k * batch .. (k + 1) * batch`.
///
/// A batch is cut into chunks of a fixed number of trials. Chunks run on any number of threads,
/// each with its own buffers, and their gradients are added in the order of the chunks: the bits
/// of a trained network do not depend on the thread count. They do depend, in rounding, on the
/// chunk size.
///
/// ```
/// use neuro_autodiff::loss::CrossEntropy;
/// use neuro_autodiff::{
///     Bptt, BpttConfig, Identity, LeakyCell, LeakyConfig, Objective, Parameters, ReadoutSource,
/// };
/// use neuro_core::{Streams, Task, TaskShape, TrialMut};
/// use neuro_core::{nalgebra::DMatrix, parallel::Workers, transfer::Tanh};
/// use std::sync::Arc;
///
/// /// A pulse in every trial, and every other trial of class 1.
/// #[derive(Debug)]
/// struct Coin;
///
/// impl Task for Coin {
///     fn shape(&self) -> TaskShape {
///         TaskShape { inputs: 1, outputs: 2, steps: 5 }
///     }
///
///     fn parameter_names(&self) -> &[&'static str] {
///         &[]
///     }
///
///     fn trial(&self, index: u64, _streams: Streams, mut trial: TrialMut<'_, f64>) {
///         trial.input(0)[0] = 1.0;
///         trial.set_label(usize::from(index % 2 == 1));
///     }
/// }
///
/// let mut parameters = Parameters::new();
/// for (name, rows, columns, value) in
///     [("recurrent", 3, 3, 0.1), ("input", 3, 1, 1.0), ("readout", 2, 3, 0.0), ("time_constant", 3, 1, 2.0)]
/// {
///     parameters.add(name, &DMatrix::from_element(rows, columns, value), Arc::new(Identity), true)?;
/// }
/// let config = LeakyConfig {
///     dt: 1.0,
///     transfer: Arc::new(Tanh),
///     readout: ReadoutSource::Rate,
///     unit_noise: None,
/// };
/// let cell = LeakyCell::new(config, &parameters)?;
/// let config = BpttConfig {
///     batch: 4,
///     ..BpttConfig::default()
/// };
/// let loss = Box::new(CrossEntropy::default());
/// let mut objective =
///     Bptt::new(config, cell, Box::new(Coin), loss, Streams::new(1), Workers::sequential())?;
/// let mut gradient = vec![0.0; parameters.len()];
/// let loss = objective.evaluate(0, &parameters, &mut gradient)?;
/// // Nothing tells the classes apart: a readout of 0 costs ln 2, and there is nothing to learn.
/// assert!((loss - 2_f64.ln()).abs() < 1e-15);
/// assert!(gradient.iter().all(|g| g.abs() < 1e-15));
/// # Ok::<(), neuro_autodiff::Error>(())
/// ```
#[derive(Debug)]
pub struct Bptt<T: Scalar, C: Cell<T>> {
    config: BpttConfig,
    cell: C,
    task: Box<dyn Task<T>>,
    loss: Box<dyn Loss<T>>,
    state_regularizers: Vec<Box<dyn StateRegularizer<T>>>,
    weight_regularizers: Vec<Box<dyn WeightRegularizer<T>>>,
    streams: Streams,
    workers: Workers,
    chunks: Vec<Chunk<T, C>>,
}

#[derive(Debug)]
struct Chunk<T: Scalar, C: Cell<T>> {
    batch: Batch<T>,
    initial: Vec<T>,
    disturbance: Disturbance<T>,
    rollout: Rollout<T, C>,
    gradient: Vec<T>,
    outcome: Result<f64, Error>,
}

impl<T: Scalar, C: Cell<T>> Bptt<T, C> {
    /// The loss of `cell` on `task`; `streams` say which trials and which noise.
    ///
    /// # Errors
    /// What [`BpttConfig::validate`] and [`Loss::validate`] find, and
    /// [`neuro_core::Error::Shape`] when the task's inputs and outputs are not the cell's.
    pub fn new(
        config: BpttConfig,
        cell: C,
        task: Box<dyn Task<T>>,
        loss: Box<dyn Loss<T>>,
        streams: Streams,
        workers: Workers,
    ) -> Result<Self, Error> {
        config.validate()?;
        let (shape, wanted) = (cell.shape(), task.shape());
        neuro_core::Error::check_shape(
            "the cell's outputs x inputs",
            (wanted.outputs, wanted.inputs),
            (shape.outputs, shape.inputs),
        )?;
        let mut chunks = Vec::new();
        let mut first = 0;
        while first < config.batch {
            let trials = config.chunk.min(config.batch - first);
            let batch = Batch::of(task.as_ref(), streams, first as u64, trials)?;
            loss.validate(&batch, wanted.outputs)?;
            let disturbance = Disturbance::drawn(&cell, streams, first as u64, trials);
            chunks.push(Chunk {
                rollout: Rollout::new(&cell, trials, wanted.steps, config.memory, config.window)?,
                initial: vec![T::zero(); shape.units * trials],
                gradient: Vec::new(),
                outcome: Ok(0.0),
                disturbance,
                batch,
            });
            first += trials;
        }
        Ok(Self {
            config,
            cell,
            task,
            loss,
            state_regularizers: Vec::new(),
            weight_regularizers: Vec::new(),
            streams,
            workers,
            chunks,
        })
    }

    /// Adds a cost of the states.
    ///
    /// # Errors
    /// What the regulariser's `validate` finds.
    pub fn with_state_regularizer(
        mut self,
        regularizer: Box<dyn StateRegularizer<T>>,
    ) -> Result<Self, Error> {
        regularizer.validate()?;
        self.state_regularizers.push(regularizer);
        Ok(self)
    }

    /// Adds a cost of the raw parameters.
    ///
    /// # Errors
    /// What the regulariser's `validate` finds.
    pub fn with_weight_regularizer(
        mut self,
        regularizer: Box<dyn WeightRegularizer<T>>,
    ) -> Result<Self, Error> {
        regularizer.validate()?;
        self.weight_regularizers.push(regularizer);
        Ok(self)
    }

    /// The cell that is trained.
    #[must_use]
    pub fn cell(&self) -> &C {
        &self.cell
    }
}

impl<T: Scalar, C: Cell<T>> Objective<T> for Bptt<T, C> {
    fn evaluate(
        &mut self,
        update: u64,
        parameters: &Parameters<T>,
        gradient: &mut [T],
    ) -> Result<f64, Error> {
        let what = "gradient of the parameters";
        neuro_core::Error::check_length(what, parameters.len(), gradient.len())?;
        let Self {
            config,
            cell,
            task,
            loss,
            streams,
            state_regularizers,
            ..
        } = self;
        let (config, streams) = (&*config, *streams);
        let scale = 1.0 / config.batch as f64;
        let units = cell.shape().units;
        let refill = |index: usize, chunk: &mut Chunk<T, C>| {
            let first = update.wrapping_mul(config.batch as u64);
            let first = first.wrapping_add((index * config.chunk) as u64);
            chunk.batch.refill(task.as_ref(), streams, first);
            let sd = config.initial_state_sd;
            draw_initial_states(streams, first, units, sd, &mut chunk.initial);
            chunk.disturbance.restart(streams, first);
        };
        gradient.fill(T::zero());
        let mut total = 0.0;
        if let [chunk] = &mut self.chunks[..] {
            // Nothing to add up: one pass over all parameters less, which tells at batch 1.
            refill(0, chunk);
            total = chunk.run(
                cell,
                parameters,
                loss.as_ref(),
                state_regularizers,
                scale,
                gradient,
            )?;
        } else {
            self.workers.for_each(&mut self.chunks, |index, chunk| {
                refill(index, chunk);
                let mut part = std::mem::take(&mut chunk.gradient);
                part.resize(parameters.len(), T::zero());
                part.fill(T::zero());
                let loss = loss.as_ref();
                chunk.outcome =
                    chunk.run(cell, parameters, loss, state_regularizers, scale, &mut part);
                chunk.gradient = part;
            });
        }
        for chunk in &mut self.chunks {
            total += std::mem::replace(&mut chunk.outcome, Ok(0.0))?;
            neuro_core::vectorize(|| {
                for (g, part) in gradient.iter_mut().zip(&chunk.gradient) {
                    *g += *part;
                }
            });
        }
        parameters.pull_back(gradient);
        for regularizer in &self.weight_regularizers {
            total += regularizer.accumulate(parameters, gradient);
        }
        Ok(total)
    }

    fn describe(&self) -> String {
        format!(
            "{:?}, {:?}, task {:?}, loss {:?}, {:?}, {:?}, seed {}",
            self.config,
            self.cell,
            self.task,
            self.loss,
            self.state_regularizers,
            self.weight_regularizers,
            self.streams.seed()
        )
    }
}

impl<T: Scalar, C: Cell<T>> Chunk<T, C> {
    fn run(
        &mut self,
        cell: &C,
        parameters: &Parameters<T>,
        loss: &dyn Loss<T>,
        regularizers: &[Box<dyn StateRegularizer<T>>],
        scale: f64,
        gradient: &mut [T],
    ) -> Result<f64, Error> {
        let Self {
            batch,
            initial,
            disturbance,
            rollout,
            ..
        } = self;
        loss.validate(batch, cell.shape().outputs)?;
        let read = loss.steps(batch);
        rollout.forward(
            cell,
            parameters,
            &batch.inputs,
            initial,
            disturbance,
            read.clone(),
        )?;
        let (outputs, d_outputs) = rollout.outputs_and_gradient();
        let value = loss.evaluate(outputs, batch, scale, d_outputs);
        let cost = rollout.backward(
            cell,
            batch,
            disturbance,
            &read,
            regularizers,
            scale,
            gradient,
        )?;
        Ok(value + cost)
    }
}
