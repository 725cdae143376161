//! The network: parameters, simulation, and its flow for analyses.

use std::path::Path;
use std::sync::Arc;

use nalgebra::DMatrix;
use neuro_autodiff::{
    DaleProjected, Disturbance, Identity, LeakyCell, LeakyConfig, ParameterId, Parameters,
    ReadoutSource, Simulation, UnitNoise, simulate,
};
use neuro_core::archive::Archive;
use neuro_core::connectivity::{apply_mask, apply_signs, exact_mask};
use neuro_core::noise::NoiseScaling;
use neuro_core::transfer::Tanh;
use neuro_core::{Domain, Scalar, Streams, Trajectory};
use rand::RngExt;

use super::{Config, Connections};
use crate::{Error, Flow};

const KIND: &str = "neuro.transient-memory";
const VERSION: u32 = 2;

/// +1 for the excitatory units, which come first, and -1 for the others.
fn signs<T: Scalar>(units: usize, excitatory: usize) -> Vec<T> {
    let sign = |j| if j < excitatory { T::one() } else { -T::one() };
    (0..units).map(sign).collect()
}

/// A rate network with its weights.
#[derive(Clone, Debug)]
pub struct Network<T: Scalar = f64> {
    config: Config,
    parameters: Parameters<T>,
    cell: LeakyCell<T>,
    recurrent: ParameterId,
}

impl<T: Scalar> Network<T> {
    /// A network with random weights, drawn from the streams' `Weights` domain (0 recurrent, 1 input,
    /// 2 readout): input and readout uniform in `+-1 / sqrt(columns)`, recurrent as [`Connections`]
    /// says; which connections a sparse network starts with is drawn from the `Connectivity` domain.
    ///
    /// # Errors
    /// What [`Config::validate`] finds.
    pub fn new(config: &Config, streams: Streams) -> Result<Self, Error> {
        config.validate()?;
        let n = config.units;
        let uniform = |index: u64, rows: usize, columns: usize, bound: f64| {
            let mut rng = streams.rng(Domain::Weights, index);
            DMatrix::from_fn(rows, columns, |_, _| T::of(rng.random_range(-bound..bound)))
        };
        let own = |fan_in: f64| 1.0 / fan_in.sqrt();
        let recurrent = match config.connections {
            Connections::Dense => uniform(0, n, n, own(n as f64)),
            Connections::ExcitatoryInhibitory { excitatory } => {
                let mut weights = uniform(0, n, n, 1.0 / n as f64).map(|w| w.abs());
                apply_signs(&mut weights, &signs(n, excitatory))?;
                weights
            }
            Connections::Sparse { active } => {
                let mut weights = uniform(0, n, n, own(active as f64 / n as f64));
                apply_mask(&mut weights, &exact_mask(n, n, active, streams, 0)?)?;
                weights
            }
        };
        Self::from_weights(
            config,
            &recurrent,
            &uniform(1, n, 1, 1.0),
            &uniform(2, 2, n, own(n as f64)),
        )
    }

    /// A network with given weights: recurrent (units x units), input (units x 1), readout
    /// (2 x units).
    ///
    /// # Errors
    /// What [`Config::validate`] finds, and [`neuro_core::Error`] for wrong shapes, weights that are
    /// not finite, and weights against the sign of their unit or in excess of the number of
    /// connections.
    pub fn from_weights(
        config: &Config,
        recurrent: &DMatrix<T>,
        input: &DMatrix<T>,
        readout: &DMatrix<T>,
    ) -> Result<Self, Error> {
        config.validate()?;
        let n = config.units;
        neuro_core::Error::check_shape("recurrent weights", (n, n), recurrent.shape())?;
        neuro_core::Error::check_shape("input weights", (n, 1), input.shape())?;
        neuro_core::Error::check_shape("readout weights", (2, n), readout.shape())?;
        let mut parameters = Parameters::new();
        match config.connections {
            Connections::ExcitatoryInhibitory { excitatory } => {
                let signs = signs::<f64>(n, excitatory);
                for (j, (column, sign)) in recurrent.column_iter().zip(&signs).enumerate() {
                    for w in column.iter() {
                        let (w, what) = (w.as_f64(), || format!("weight from unit {j}"));
                        let expected = if *sign > 0.0 {
                            "at least 0"
                        } else {
                            "at most 0"
                        };
                        neuro_core::Error::check_range(&what(), expected, w, w * sign >= 0.0)?;
                    }
                }
                let raw = recurrent.map(|w| w.abs());
                parameters.add(
                    "recurrent",
                    &raw,
                    Arc::new(DaleProjected::new(signs)?),
                    true,
                )?;
            }
            Connections::Dense | Connections::Sparse { .. } => {
                parameters.add("recurrent", recurrent, Arc::new(Identity), true)?;
            }
        }
        if let Connections::Sparse { active } = config.connections {
            let found = recurrent.iter().filter(|w| **w != T::zero()).count();
            let expected = format!("at most {active}");
            let what = "recurrent weights that are not 0";
            neuro_core::Error::check_range(what, &expected, found as f64, found <= active)?;
        }
        parameters.add("input", input, Arc::new(Identity), true)?;
        parameters.add("readout", readout, Arc::new(Identity), true)?;
        let time_constant = DMatrix::from_element(n, 1, T::one());
        parameters.add("time_constant", &time_constant, Arc::new(Identity), false)?;
        Self::from_parameters(config, parameters)
    }

    /// A network with given parameters, as training leaves them: `recurrent`, `input`, `readout` and
    /// `time_constant`, which is 1.
    ///
    /// # Errors
    /// What [`Config::validate`] and [`LeakyCell::new`] find; [`neuro_core::Error`] for other
    /// parameters, sizes that are not those of the configuration, and values that are not finite.
    pub fn from_parameters(config: &Config, parameters: Parameters<T>) -> Result<Self, Error> {
        config.validate()?;
        use neuro_core::Error as Core;
        Core::check_finite("parameters", parameters.raw_values())?;
        let n = config.units;
        let expected = [
            ("recurrent", (n, n)),
            ("input", (n, 1)),
            ("readout", (2, n)),
            ("time_constant", (n, 1)),
        ];
        for (name, shape) in expected {
            Core::check_shape(name, shape, parameters.shape(parameters.find(name)?))?;
        }
        Core::check_length("parameters", expected.len(), parameters.ids().count())?;
        for tau in parameters.effective(parameters.find("time_constant")?) {
            Core::check_range("time_constant", "1", tau.as_f64(), *tau == T::one())?;
        }
        let cell = LeakyCell::new(
            LeakyConfig {
                dt: config.alpha,
                transfer: Arc::new(Tanh),
                readout: ReadoutSource::State,
                unit_noise: (config.noise_sigma > 0.0).then_some(UnitNoise {
                    sigma: config.noise_sigma,
                    scaling: NoiseScaling::SqrtAlpha,
                }),
            },
            &parameters,
        )?;
        let recurrent = parameters.find("recurrent")?;
        Ok(Self {
            config: config.clone(),
            parameters,
            cell,
            recurrent,
        })
    }

    /// The configuration.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The parameters.
    #[must_use]
    pub fn parameters(&self) -> &Parameters<T> {
        &self.parameters
    }

    /// The recurrent cell.
    #[must_use]
    pub fn cell(&self) -> &LeakyCell<T> {
        &self.cell
    }

    /// Effective weights by name: `recurrent`, `input` or `readout`.
    ///
    /// # Errors
    /// [`neuro_core::Error::Unknown`] for another name.
    pub fn weights(&self, name: &str) -> Result<DMatrix<T>, Error> {
        Ok(self.parameters.matrix(self.parameters.find(name)?))
    }

    /// Runs the network on `inputs` (1 x trials x steps) from `initial` (units x trials).
    ///
    /// # Errors
    /// [`neuro_core::Error`] when sizes do not fit or values are not finite.
    pub fn simulate(
        &self,
        inputs: &Trajectory<T>,
        initial: &[T],
        disturbance: &mut Disturbance<T>,
    ) -> Result<Simulation<T>, Error> {
        Ok(simulate(
            &self.cell,
            &self.parameters,
            inputs,
            initial,
            disturbance,
        )?)
    }

    /// Writes the weights `recurrent`, `input` and `readout`, row-major, as other languages read
    /// safetensors files, and what running them needs: `connections`, `alpha`, `noise_sigma` and
    /// `initial_state_sd`. The task and the settings of training are not kept.
    ///
    /// # Errors
    /// [`neuro_core::Error::Io`] when the file cannot be written.
    pub fn save(&self, path: &Path) -> Result<(), Error> {
        let mut archive = Archive::new(KIND, VERSION);
        for name in ["recurrent", "input", "readout"] {
            archive.insert_matrix(name, &self.weights(name)?);
        }
        let connections = self.config.connections.to_string();
        archive.metadata.insert("connections".into(), connections);
        for (name, value) in self.config.numbers() {
            archive.metadata.insert(name.into(), value.to_string());
        }
        Ok(archive.write(path)?)
    }

    /// Reads a network that [`save`](Self::save) wrote, of the same number type; the settings of
    /// training are the defaults of [`Config`].
    ///
    /// # Errors
    /// [`neuro_core::Error::Io`] or [`neuro_core::Error::File`] when the file is missing, damaged,
    /// of another kind or of a newer version; what [`from_weights`](Self::from_weights) finds.
    pub fn load(path: &Path) -> Result<Self, Error> {
        let archive = Archive::read(path, KIND, VERSION)?;
        let mut config = Config::default();
        let text = |name: &str| archive.metadata.get(name).map_or("missing", String::as_str);
        let refuse = |problem: String| neuro_core::Error::File {
            path: path.into(),
            problem,
        };
        let connections = text("connections").parse();
        config.connections = connections.map_err(|e| refuse(format!("connections: {e}")))?;
        for (name, value) in config.numbers_mut() {
            let text = text(name);
            let problem = |_| refuse(format!("{name}: expected a number, found {text:?}"));
            *value = text.parse().map_err(problem)?;
        }
        let recurrent = archive.matrix("recurrent")?;
        config.units = recurrent.nrows();
        let (input, readout) = (archive.matrix("input")?, archive.matrix("readout")?);
        Self::from_weights(&config, &recurrent, &input, &readout)
    }

    /// The undriven network as a flow, time in units of the membrane time constant, for analyses.
    /// One Euler step of length `a` is the network's step without input and noise.
    #[must_use]
    pub fn flow(&self) -> Flow {
        let recurrent = self.parameters.matrix(self.recurrent).map(T::as_f64);
        Flow::of(recurrent, vec![1.0; self.config.units])
    }
}
