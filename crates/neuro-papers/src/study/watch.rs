//! How training goes, for the display of progress.

use std::ops::ControlFlow;

use neuro_autodiff::train::Report;
use neuro_core::Scalar;

use crate::{Interrupt, Job};

/// Share of the loss of the latest update in the loss that is shown.
const LATEST: f64 = 0.02;

/// Shows a smoothed loss and the score of the last check, until an interrupt.
#[derive(Debug)]
pub(crate) struct Watch<'a> {
    job: &'a Job,
    interrupt: &'a Interrupt,
    digits: usize,
    loss: f64,
    accuracy: f64,
}

impl<'a> Watch<'a> {
    /// Shows numbers with some digits after the point.
    pub(crate) fn new(job: &'a Job, interrupt: &'a Interrupt, digits: usize) -> Self {
        Self {
            job,
            interrupt,
            digits,
            loss: f64::NAN,
            accuracy: f64::NAN,
        }
    }

    /// Shows an update; breaks when training is to be interrupted.
    pub(crate) fn show<T: Scalar>(&mut self, report: &Report<'_, T>) -> ControlFlow<()> {
        self.loss = if self.loss.is_nan() {
            report.loss
        } else {
            (1.0 - LATEST) * self.loss + LATEST * report.loss
        };
        if let Some(record) = report.record {
            self.accuracy = record.score;
        }
        let (digits, loss, accuracy) = (self.digits, self.loss, self.accuracy);
        let message = if accuracy.is_nan() {
            format!("loss {loss:.digits$}")
        } else {
            format!("loss {loss:.digits$}, accuracy {accuracy:.digits$}")
        };
        self.job.update(report.update, &message);
        if self.interrupt.is_set() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }
}
