//! Recorded spikes, from a table to rates that units can learn.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use nalgebra::DMatrix;
use neuro_core::Error as Core;

use crate::Error;
use crate::spiking_rls::RATE_UNIT;
use crate::spiking_rls::config::{check_time, whole_parts};

/// Where spikes come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A recording that was read.
    Recorded,
    /// Made by this library: says nothing about any brain. Every result that rests on it must say so.
    Synthetic,
}

/// One row of the table.
#[derive(Clone, Debug, PartialEq)]
pub struct SpikeRow {
    /// Name of the neuron.
    pub neuron: String,
    /// Name of the trial; trials of the same name of two neurons need not be the same.
    pub trial: String,
    /// Name of the condition.
    pub condition: String,
    /// Time of a spike (ms); `None` declares the trial alone.
    pub time: Option<f64>,
}

/// Spikes of some neurons over trials and conditions.
///
/// The table has a header and the columns `neuron`, `trial`, `condition` and `time_ms`, in any order, others are
/// ignored; one row a spike. Neurons, trials and conditions are names; times are in ms. A row without a time
/// says that there was such a trial, so that trials without spikes count: without such rows, a trial in
/// which a neuron did not fire is not seen. Fields are separated by commas and hold none.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordedSpikes {
    /// All rows.
    pub rows: Vec<SpikeRow>,
    /// Where they come from.
    pub origin: Origin,
}

/// How spikes become rates (Fig. 5).
#[derive(Clone, Debug, PartialEq)]
pub struct RateConfig {
    /// The condition; `None` for all together.
    pub condition: Option<String>,
    /// Time of the first bin's start (ms): 0.
    pub start: f64,
    /// Duration, a multiple of the bin (ms): 4600.
    pub duration: f64,
    /// Bin, positive (ms): 1, the step of the network.
    pub bin: f64,
    /// Standard deviation of the Gaussian that smooths the rates, from 0 to 1e6 bins (ms): 50.
    pub smoothing: f64,
    /// Neurons with a mean rate up to this are left out (Hz): 5.
    pub least_rate: f64,
}

impl Default for RateConfig {
    fn default() -> Self {
        Self {
            condition: None,
            start: 0.0,
            duration: 4600.0,
            bin: 1.0,
            smoothing: 50.0,
            least_rate: 5.0,
        }
    }
}

/// Rates averaged over trials: targets of the rate objective.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordedRates {
    /// Name of the neuron in each row.
    pub neurons: Vec<String>,
    /// Rates, neurons x bins (per 10 ms: 0.01 of the rate in Hz).
    pub rates: DMatrix<f64>,
    /// Where the spikes come from.
    pub origin: Origin,
}

/// Trials of a neuron by condition and name, and spikes of all of them in each bin.
type Neuron<'a> = (BTreeSet<(&'a str, &'a str)>, Vec<f64>);

const COLUMNS: [&str; 4] = ["neuron", "trial", "condition", "time_ms"];

impl RecordedSpikes {
    /// Reads a table.
    ///
    /// # Errors
    /// [`neuro_core::Error::Io`] when the file cannot be read; [`Error::Csv`] with line and column of the
    /// first field that is not what it should be.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let text = std::fs::read_to_string(path).map_err(|source| Core::Io {
            path: path.into(),
            source,
        })?;
        Self::parse(&text, path)
    }

    /// Takes a table apart; `path` is for messages.
    ///
    /// # Errors
    /// [`Error::Csv`] with line and column of the first field that is not what it should be.
    pub fn parse(text: &str, path: &Path) -> Result<Self, Error> {
        let refuse = |line: usize, column: usize, problem: String| Error::Csv {
            path: PathBuf::from(path),
            line,
            column,
            problem,
        };
        // A byte-order mark is what some programs begin a table with.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut lines = text.lines().enumerate();
        let (_, header) = lines
            .next()
            .ok_or_else(|| refuse(1, 1, "expected a header, found an empty file".into()))?;
        let names: Vec<&str> = header.split(',').map(str::trim).collect();
        let mut places = [0; 4];
        for (place, wanted) in places.iter_mut().zip(COLUMNS) {
            let found = names.iter().position(|name| *name == wanted);
            *place = found.ok_or_else(|| {
                let problem = format!("no column {wanted} in the header {header:?}");
                refuse(1, 1, problem)
            })?;
        }
        let mut rows = Vec::new();
        for (number, line) in lines {
            if line.trim().is_empty() {
                continue;
            }
            let fields: Vec<&str> = line.split(',').map(str::trim).collect();
            if fields.len() != names.len() {
                let problem = format!("expected {} fields, found {}", names.len(), fields.len());
                let column = fields.len().min(names.len());
                return Err(refuse(number + 1, column, problem));
            }
            let [neuron, trial, condition, time] = places.map(|place| fields[place]);
            for (name, place) in [(neuron, places[0]), (trial, places[1])] {
                if name.is_empty() {
                    let problem = format!("expected a {}, found nothing", names[place]);
                    return Err(refuse(number + 1, place + 1, problem));
                }
            }
            let time = match time {
                "" => None,
                text => match text.parse::<f64>() {
                    Ok(time) if time.is_finite() => Some(time),
                    _ => {
                        let problem = format!("expected a time in ms, found {text:?}");
                        return Err(refuse(number + 1, places[3] + 1, problem));
                    }
                },
            };
            rows.push(SpikeRow {
                neuron: neuron.into(),
                trial: trial.into(),
                condition: condition.into(),
                time,
            });
        }
        let origin = Origin::Recorded;
        Ok(Self { rows, origin })
    }

    /// Rates of all neurons that fire enough, in the order of their first row.
    ///
    /// # Errors
    /// [`neuro_core::Error::OutOfRange`] for times that do not fit together; [`neuro_core::Error::Empty`]
    /// when no neuron is left.
    pub fn rates(&self, config: &RateConfig) -> Result<RecordedRates, Error> {
        check_time("bin", config.bin)?;
        check_time("duration of the rates", config.duration)?;
        Core::check_finite("start of the rates", &[config.start])?;
        let bins = whole_parts("duration of the rates", config.duration, "bin", config.bin)?;
        let width = config.smoothing / config.bin;
        Core::check_range(
            "smoothing, in bins",
            "0 to 1e6",
            width,
            (0.0..=1e6).contains(&width),
        )?;
        Core::check_size::<f64>("rates of a neuron", &[bins])?;
        let mut order: Vec<&str> = Vec::new();
        let mut neurons: BTreeMap<&str, Neuron<'_>> = BTreeMap::new();
        for row in &self.rows {
            if config
                .condition
                .as_ref()
                .is_some_and(|c| *c != row.condition)
            {
                continue;
            }
            let (trials, counts) = neurons.entry(&row.neuron).or_insert_with(|| {
                order.push(&row.neuron);
                (BTreeSet::new(), vec![0.0; bins])
            });
            trials.insert((row.condition.as_str(), row.trial.as_str()));
            if let Some(time) = row.time {
                let bin = ((time - config.start) / config.bin).floor();
                if bin >= 0.0 && bin < bins as f64 {
                    counts[bin as usize] += 1.0;
                }
            }
        }
        let (mut names, mut rows) = (Vec::new(), Vec::new());
        for name in order {
            let (trials, counts) = &neurons[name];
            let per_bin = trials.len() as f64 * config.bin;
            let mean = counts.iter().sum::<f64>() / (per_bin * bins as f64) * 1000.0;
            if mean > config.least_rate {
                let smooth = smoothed(counts, width);
                names.push(name.to_owned());
                rows.push(
                    smooth
                        .iter()
                        .map(|c| c / per_bin * RATE_UNIT)
                        .collect::<Vec<_>>(),
                );
            }
        }
        if names.is_empty() {
            let what = format!("neurons above {} Hz", config.least_rate);
            return Err(Core::Empty { what }.into());
        }
        Ok(RecordedRates {
            rates: DMatrix::from_fn(names.len(), bins, |i, s| rows[i][s]),
            neurons: names,
            origin: self.origin.clone(),
        })
    }
}

/// Counts smoothed by a Gaussian of `width` bins that is cut at 4 and normalised at the ends.
fn smoothed(counts: &[f64], width: f64) -> Vec<f64> {
    if width == 0.0 {
        return counts.to_vec();
    }
    let reach = (4.0 * width).ceil() as usize;
    let kernel: Vec<f64> = (0..=reach)
        .map(|d| (-0.5 * (d as f64 / width).powi(2)).exp())
        .collect();
    let at = |s: usize| {
        let near = s.saturating_sub(reach)..counts.len().min(s + reach + 1);
        let (mut sum, mut weight) = (0.0, 0.0);
        for (t, count) in near.clone().zip(&counts[near]) {
            let k = kernel[t.abs_diff(s)];
            sum += k * count;
            weight += k;
        }
        sum / weight
    };
    (0..counts.len()).map(at).collect()
}
