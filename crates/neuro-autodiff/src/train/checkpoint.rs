//! Checkpoints: everything that a training run needs to go on as if it had never stopped.
//!
//! A checkpoint holds the raw parameters, the optimiser's state, the counters, the history and the
//! best parameters so far. Random numbers need no place in it: they follow from the seed and the
//! counters. It is a safetensors file with a version and a checksum, and replaces the one before it
//! only when it is complete.

use std::fmt::{self, Write};
use std::path::Path;

use neuro_core::Scalar;
use neuro_core::archive::Archive;

use super::trainer::Progress;
use super::{Objective, Record, Trainer, TrainerConfig};
use crate::{Error, Parameters};

const KIND: &str = "neuro.training-checkpoint";
const VERSION: u32 = 1;

impl<T: Scalar> Trainer<T> {
    /// Goes on from a checkpoint of the same run: same parameters, optimiser and objective. The
    /// limits of the run (updates, patience) may differ. A run that has reached its limit between two
    /// checks has made one there, so that, made longer, its history has one record more than that of
    /// a run that was long from the start.
    ///
    /// # Errors
    /// [`neuro_core::Error::Io`] or [`neuro_core::Error::File`] when the file is missing, damaged or
    /// of a newer version, [`Error::CheckpointMismatch`] when it belongs to another run. The trainer
    /// is unchanged then.
    pub fn resume(&mut self, path: &Path, objective: &dyn Objective<T>) -> Result<(), Error> {
        let archive = Archive::read(path, KIND, VERSION)?;
        for (what, expected) in self.identity(&objective.describe()) {
            let found = archive
                .metadata
                .get(what)
                .cloned()
                .unwrap_or_else(|| "missing".into());
            if found != expected {
                let what = what.into();
                return Err(Error::CheckpointMismatch {
                    what,
                    expected,
                    found,
                });
            }
        }
        let raw: Vec<T> = self.values(&archive, "parameters.raw", self.parameters.len())?;
        neuro_core::Error::check_finite("parameters of the checkpoint", &raw)?;
        let best: Vec<T> = archive.vector("parameters.best")?;
        let length = if best.is_empty() {
            0
        } else {
            self.parameters.len()
        };
        let best = self.values(&archive, "parameters.best", length)?;
        let mut history = Vec::new();
        let updates: Vec<u64> = archive.vector("history.update")?;
        let losses: Vec<f64> = self.values(&archive, "history.loss", updates.len())?;
        let scores: Vec<f64> = self.values(&archive, "history.score", updates.len())?;
        for ((update, loss), score) in updates.into_iter().zip(losses).zip(scores) {
            history.push(Record {
                update,
                loss,
                score,
            });
        }
        let counters: Vec<u64> = self.values(&archive, "progress.counters", 4)?;
        let [loss_sum, best_score] = self.values::<f64>(&archive, "progress.values", 2)?[..] else {
            unreachable!("two values were asked for")
        };
        let mut optimizer = Vec::new();
        for name in archive.tensors.keys() {
            if let Some(short) = name.strip_prefix("optimizer.") {
                optimizer.push((short.to_owned(), archive.vector::<f64>(name)?));
            }
        }
        self.optimizer.restore(&optimizer)?;
        self.parameters.update(|all| all.copy_from_slice(&raw));
        self.progress = Progress {
            update: counters[0],
            loss_sum,
            loss_count: counters[1],
            history,
            best_score: (length > 0).then_some(best_score),
            best,
            checks_without_improvement: counters[2],
            converged: counters[3] != 0,
        };
        Ok(())
    }

    pub(super) fn save(&self, objective: &str) -> Result<(), Error> {
        let Some(checkpoint) = &self.config.checkpoint else {
            return Ok(());
        };
        let mut archive = Archive::new(KIND, VERSION);
        for (what, value) in self.identity(objective) {
            archive.metadata.insert(what.into(), value);
        }
        let progress = &self.progress;
        archive.insert_vector("parameters.raw", self.parameters.raw_values());
        archive.insert_vector("parameters.best", &progress.best);
        let column = |of: fn(&Record) -> f64| progress.history.iter().map(of).collect::<Vec<_>>();
        let updates: Vec<u64> = progress.history.iter().map(|r| r.update).collect();
        archive.insert_vector("history.update", &updates);
        archive.insert_vector("history.loss", &column(|r| r.loss));
        archive.insert_vector("history.score", &column(|r| r.score));
        let counters = [
            progress.update,
            progress.loss_count,
            progress.checks_without_improvement,
            u64::from(progress.converged),
        ];
        archive.insert_vector("progress.counters", &counters);
        let best_score = progress.best_score.unwrap_or(f64::NAN);
        archive.insert_vector("progress.values", &[progress.loss_sum, best_score]);
        for (name, values) in self.optimizer.state() {
            archive.insert_vector(format!("optimizer.{name}"), &values);
        }
        Ok(archive.write(&checkpoint.path)?)
    }

    /// What a checkpoint must have in common with this run.
    fn identity(&self, objective: &str) -> [(&'static str, String); 5] {
        let TrainerConfig {
            learning_rate,
            schedule,
            clip,
            check_every,
            ..
        } = &self.config;
        [
            ("number type", T::NAME.into()),
            ("parameters", layout(&self.parameters)),
            ("objective", objective.into()),
            ("optimiser", self.optimizer.describe()),
            (
                "training",
                format!("rate {learning_rate}, {schedule:?}, {clip:?}, check every {check_every}"),
            ),
        ]
    }

    fn values<V: neuro_core::archive::TensorElement>(
        &self,
        archive: &Archive,
        name: &str,
        length: usize,
    ) -> Result<Vec<V>, Error> {
        let values = archive.vector(name)?;
        neuro_core::Error::check_length(name, length, values.len())?;
        Ok(values)
    }
}

/// Names and shapes of parameters, with their transforms.
fn layout<T: Scalar>(parameters: &Parameters<T>) -> String {
    let of = |id| {
        let (rows, columns) = parameters.shape(id);
        let trains = if parameters.is_trainable(id) {
            ""
        } else {
            " fixed"
        };
        let mut transform = Fingerprint::default();
        // Writing into a fingerprint cannot fail.
        let _ = write!(transform, "{:?}", parameters.transform(id));
        format!(
            "{} {rows}x{columns}{trains} {transform}",
            parameters.name(id)
        )
    };
    parameters.ids().map(of).collect::<Vec<_>>().join(", ")
}

/// The first word of a text, and 64 bits that tell it from other texts (FNV-1a): a mask in words is
/// longer than the weights.
#[derive(Debug)]
struct Fingerprint {
    word: String,
    complete: bool,
    hash: u64,
}

impl Default for Fingerprint {
    fn default() -> Self {
        Self {
            word: String::new(),
            complete: false,
            hash: 0xcbf2_9ce4_8422_2325,
        }
    }
}

impl Write for Fingerprint {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for byte in text.bytes() {
            self.hash = (self.hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        if !self.complete {
            let word = text.split(|c: char| !c.is_alphanumeric()).next();
            let word = word.unwrap_or_default();
            self.complete = word.len() < text.len();
            self.word.push_str(word);
        }
        Ok(())
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:016x}", self.word, self.hash)
    }
}
