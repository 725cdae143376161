//! When a loss looks at the outputs.
//!
//! With [`At::Masked`] a trial costs the mean over its steps, weighted by the mask `m`:
//! `sum_k m_k c_k / sum_k m_k` with `c_k` the cost of a step; a trial whose mask is 0 throughout costs
//! nothing.

use std::ops::Range;

use neuro_core::{Batch, Scalar};

use super::{check_mask, masked_steps};
use crate::Error;

/// When the readout is looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum At {
    /// After the last step of each trial, `batch.lengths[b] - 1`.
    #[default]
    End,
    /// After this step, counted from 0.
    Step(usize),
    /// At the steps that the mask marks, with its weights.
    Masked,
}

impl At {
    /// Checks that the batch says when, and that there is such a step.
    pub(crate) fn validate<T: Scalar>(self, batch: &Batch<T>) -> Result<(), Error> {
        match self {
            Self::End => Ok(batch.check_lengths()?),
            Self::Step(step) if step >= batch.steps() => Err(neuro_core::Error::OutOfRange {
                what: "step of the readout".into(),
                expected: format!("below the {} steps of the batch", batch.steps()),
                found: step as f64,
            }
            .into()),
            Self::Step(_) => Ok(()),
            Self::Masked => check_mask(batch),
        }
    }

    /// From the first to the last step that counts in some trial.
    pub(crate) fn steps<T: Scalar>(self, batch: &Batch<T>) -> Range<usize> {
        match self {
            Self::End => {
                let shortest = batch.lengths.iter().min();
                let first = shortest.map_or(0, |l| l.saturating_sub(1));
                first..batch.lengths.iter().max().copied().unwrap_or(0)
            }
            Self::Step(step) => step..step + 1,
            Self::Masked => masked_steps(batch),
        }
    }

    /// The steps of one trial that count, with their weights, which sum to 1 or are none.
    pub(crate) fn weights<T: Scalar>(
        self,
        batch: &Batch<T>,
        trial: usize,
    ) -> impl Iterator<Item = (usize, f64)> + use<'_, T> {
        let (steps, masked) = match self {
            Self::End => (batch.lengths[trial] - 1..batch.lengths[trial], false),
            Self::Step(step) => (step..step + 1, false),
            Self::Masked => (0..batch.steps(), true),
        };
        let mask = move |k: usize| batch.mask.state(k, trial)[0].as_f64();
        let total: f64 = if masked {
            steps.clone().map(mask).sum()
        } else {
            1.0
        };
        steps
            .map(move |k| (k, if masked { mask(k) / total } else { 1.0 }))
            // Also drops the 0/0 of a trial without a step that counts.
            .filter(|(_, weight)| *weight > 0.0)
    }
}
