//! Losses from equations on a tape.

use std::fmt;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use neuro_core::{Batch, Error as Core, Scalar, Trajectory};

use super::{Tape, Var};
use crate::Error;
use crate::loss::{At, Loss, check_mask};

/// What outputs cost.
///
/// The value that implements this holds the loss's constants. Its `Debug` output is part of what a
/// checkpoint compares, so derive it.
pub trait LossEquation<T: Scalar = f64>: fmt::Debug + Send + Sync {
    /// The cost of each step (1 x columns of the outputs) for [`TapeLoss::per_step`], of each trial
    /// (1 x trials) for [`TapeLoss::per_trial`].
    fn cost<'t>(&self, vars: &LossVars<'t, T>) -> Var<'t, T>;
}

/// What the cost of outputs is computed from.
#[derive(Clone, Copy, Debug)]
pub struct LossVars<'t, T: Scalar = f64> {
    /// Outputs, a column for each step of each trial: outputs x columns.
    pub outputs: Var<'t, T>,
    batch: &'t Batch<T>,
    columns: &'t [Column],
    /// Columns of one step.
    trials: usize,
}

/// A step of a trial, and how much it counts.
#[derive(Clone, Copy, Debug)]
struct Column {
    step: usize,
    trial: usize,
    weight: f64,
}

impl<'t, T: Scalar> LossVars<'t, T> {
    /// The target of each output: outputs x columns.
    #[must_use]
    pub fn targets(&self) -> Var<'t, T> {
        self.gathered(self.batch.targets.units(), |target, column| {
            target.copy_from_slice(self.batch.targets.state(column.step, column.trial));
        })
    }

    /// The weights of the steps as the task has set them: 1 x columns.
    #[must_use]
    pub fn mask(&self) -> Var<'t, T> {
        self.gathered(1, |mask, column| {
            mask.copy_from_slice(self.batch.mask.state(column.step, column.trial));
        })
    }

    /// 1 for the class of the trial and 0 for the others: outputs x columns.
    /// A label that is no output is a mistake on the tape.
    #[must_use]
    #[track_caller]
    pub fn classes(&self) -> Var<'t, T> {
        let outputs = self.outputs.shape().0;
        if let Some(label) = self.batch.labels.iter().find(|label| **label >= outputs) {
            let expected = format!("labels below {outputs}");
            return self
                .outputs
                .tape
                .mistake("classes", expected, label.to_string());
        }
        self.gathered(outputs, |class, column| {
            class.fill(T::zero());
            class[self.batch.labels[column.trial]] = T::one();
        })
    }

    /// The sum over the steps of each trial, of anything with one column for each step of each trial:
    /// rows x trials.
    #[must_use]
    #[track_caller]
    pub fn sum_over_steps(&self, of: Var<'t, T>) -> Var<'t, T> {
        of.sum_blocks(self.trials)
    }

    /// A constant whose columns are written one by one.
    fn gathered(&self, rows: usize, write: impl Fn(&mut [T], &Column)) -> Var<'t, T> {
        let shape = (rows, self.columns.len());
        self.outputs.tape.filled("batch", shape, false, |block| {
            for (values, column) in block.chunks_exact_mut(rows.max(1)).zip(self.columns) {
                write(values, column);
            }
        })
    }
}

/// Which columns an equation sees and what its costs belong to.
#[derive(Clone, Copy, Debug)]
enum Each {
    /// The steps that count; a trial costs their weighted mean.
    Step(At),
    /// All steps of the longest trial.
    Trial,
}

/// A loss made of an equation on a tape.
///
/// The Huber loss, quadratic up to errors of 1 and linear beyond:
///
/// ```
/// use neuro_autodiff::loss::{At, Loss};
/// use neuro_autodiff::tape::{LossEquation, LossVars, TapeLoss, Var};
/// use neuro_core::{Batch, TaskShape, Trajectory};
///
/// #[derive(Debug)]
/// struct Huber;
///
/// impl LossEquation for Huber {
///     fn cost<'t>(&self, vars: &LossVars<'t>) -> Var<'t> {
///         let error = (vars.outputs - vars.targets()).abs();
///         let beyond = (error - 1.0).relu();
///         ((error.square() - beyond.square()) * 0.5).mean_rows()
///     }
/// }
///
/// let loss = TapeLoss::per_step(Huber, At::End);
/// let batch = Batch::new(TaskShape { inputs: 1, outputs: 1, steps: 1 }, 2)?;
/// let outputs = Trajectory::from_vec(1, 2, 1, vec![0.5, -3.0])?;
/// loss.validate(&batch, 1)?;
/// let mut gradient = outputs.clone();
/// assert_eq!(loss.evaluate(&outputs, &batch, 0.5, &mut gradient), 0.5 * (0.125 + 2.5));
/// assert_eq!(gradient.as_slice(), [0.25, -0.5]);
/// # Ok::<(), neuro_autodiff::Error>(())
/// ```
///
/// Costs are summed in f64. Should the equation make a mistake that [`Loss::validate`] has not seen,
/// because it does other operations than before, loss and gradient are not numbers, and training stops
/// as diverged.
pub struct TapeLoss<T: Scalar = f64> {
    equation: Arc<dyn LossEquation<T>>,
    each: Each,
    /// Those of as many threads as have met here. Which one is taken changes nothing.
    buffers: Mutex<Vec<Buffers<T>>>,
}

#[derive(Debug)]
struct Buffers<T: Scalar> {
    tape: Tape<T>,
    columns: Vec<Column>,
}

impl<T: Scalar> fmt::Debug for TapeLoss<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TapeLoss")
            .field("equation", &self.equation)
            .field("each", &self.each)
            .finish()
    }
}

impl<T: Scalar> Clone for TapeLoss<T> {
    fn clone(&self) -> Self {
        Self::new(self.equation.clone(), self.each)
    }
}

impl<T: Scalar> TapeLoss<T> {
    /// A loss of single steps: the equation sees the steps that count, as columns in any order, and
    /// gives the cost of each; a trial costs their mean with the weights of `at`.
    #[must_use]
    pub fn per_step(equation: impl LossEquation<T> + 'static, at: At) -> Self {
        Self::new(Arc::new(equation), Each::Step(at))
    }

    /// A loss of whole trials: the equation sees all steps up to the end of the longest trial, trial
    /// by trial and step by step (column `k * trials + b` is step `k` of trial `b`), and gives the
    /// cost of each trial.
    #[must_use]
    pub fn per_trial(equation: impl LossEquation<T> + 'static) -> Self {
        Self::new(Arc::new(equation), Each::Trial)
    }

    fn new(equation: Arc<dyn LossEquation<T>>, each: Each) -> Self {
        Self {
            equation,
            each,
            buffers: Mutex::default(),
        }
    }

    /// Lists the columns that count, and lends them and an empty tape.
    fn with_buffers<R>(&self, batch: &Batch<T>, work: impl FnOnce(&Buffers<T>) -> R) -> R {
        let pool = || self.buffers.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = pool().pop();
        let mut buffers = taken.unwrap_or_else(|| Buffers {
            tape: Tape::new(),
            columns: Vec::new(),
        });
        buffers.columns.clear();
        match self.each {
            Each::Step(at) => {
                for trial in 0..batch.trials() {
                    let counts = at.weights(batch, trial);
                    let column = |(step, weight)| Column {
                        step,
                        trial,
                        weight,
                    };
                    buffers.columns.extend(counts.map(column));
                }
            }
            Each::Trial => {
                for step in Loss::steps(self, batch) {
                    let weight = 1.0;
                    let column = |trial| Column {
                        step,
                        trial,
                        weight,
                    };
                    buffers.columns.extend((0..batch.trials()).map(column));
                }
            }
        }
        let result = work(&buffers);
        pool().push(buffers);
        result
    }

    /// The outputs, whose columns `write` writes, and their costs.
    fn cost<'t>(
        &self,
        buffers: &'t Buffers<T>,
        batch: &'t Batch<T>,
        (outputs, differentiate): (usize, bool),
        write: impl Fn(&mut [T], &Column),
    ) -> [Var<'t, T>; 2] {
        let Buffers { tape, columns } = buffers;
        tape.rewind(differentiate);
        let shape = (outputs, columns.len());
        let outputs = tape.filled("outputs", shape, true, |block| {
            for (values, column) in block.chunks_exact_mut(outputs.max(1)).zip(columns) {
                write(values, column);
            }
        });
        let trials = match self.each {
            Each::Step(_) => columns.len(),
            Each::Trial => batch.trials(),
        };
        let vars = LossVars {
            outputs,
            batch,
            columns,
            trials,
        };
        let cost = self.equation.cost(&vars);
        if cost.shape() == (1, trials) && std::ptr::eq(cost.tape, tape) {
            return [outputs, cost];
        }
        [
            outputs,
            tape.unfit("loss", &format!("costs of 1x{trials}"), cost),
        ]
    }
}

impl<T: Scalar> Loss<T> for TapeLoss<T> {
    fn validate(&self, batch: &Batch<T>, outputs: usize) -> Result<(), Error> {
        batch.check_lengths()?;
        for (what, values) in [
            ("targets, trials x steps", &batch.targets),
            ("mask, trials x steps", &batch.mask),
        ] {
            let expected = (batch.trials(), batch.steps());
            Core::check_shape(what, expected, (values.trials(), values.steps()))?;
        }
        Core::check_length("mask of a step", 1, batch.mask.units())?;
        Core::check_length("labels", batch.trials(), batch.labels.len())?;
        check_mask(batch)?;
        if let Each::Step(at) = self.each {
            at.validate(batch)?;
        }
        self.with_buffers(batch, |buffers| {
            let zeros = |values: &mut [T], _: &Column| values.fill(T::zero());
            self.cost(buffers, batch, (outputs, false), zeros);
            buffers.tape.check()
        })
    }

    fn steps(&self, batch: &Batch<T>) -> Range<usize> {
        match self.each {
            Each::Step(at) => at.steps(batch),
            Each::Trial => 0..batch.lengths.iter().max().copied().unwrap_or(0),
        }
    }

    fn evaluate(
        &self,
        outputs: &Trajectory<T>,
        batch: &Batch<T>,
        scale: f64,
        d_outputs: &mut Trajectory<T>,
    ) -> f64 {
        for step in Loss::steps(self, batch) {
            d_outputs.step_mut(step).fill(T::zero());
        }
        self.with_buffers(batch, |buffers| {
            let given = |values: &mut [T], column: &Column| {
                values.copy_from_slice(outputs.state(column.step, column.trial));
            };
            let [given, cost] = self.cost(buffers, batch, (outputs.units(), true), given);
            if buffers.tape.check().is_err() {
                for step in Loss::steps(self, batch) {
                    d_outputs.step_mut(step).fill(T::nan());
                }
                return f64::NAN;
            }
            let weights = || buffers.columns.iter().map(|column| scale * column.weight);
            let mut total = 0.0;
            buffers.tape.with_value(cost, |costs| {
                total = costs
                    .iter()
                    .zip(weights())
                    .map(|(c, w)| w * c.as_f64())
                    .sum();
            });
            buffers.tape.pull(cost, |seed| {
                for (seed, weight) in seed.iter_mut().zip(weights()) {
                    *seed += T::of(weight);
                }
            });
            buffers.tape.with_adjoint(given, |adjoint| {
                let columns = adjoint.chunks_exact(outputs.units().max(1));
                for (column, d) in buffers.columns.iter().zip(columns) {
                    d_outputs
                        .state_mut(column.step, column.trial)
                        .copy_from_slice(d);
                }
            });
            total
        })
    }
}
