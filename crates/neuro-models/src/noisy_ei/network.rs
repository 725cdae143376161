//! The network: parameters, simulation, and its flow for analyses.

use std::path::Path;
use std::sync::Arc;

use nalgebra::DMatrix;
use neuro_autodiff::{
    Disturbance, LeakyCell, LeakyConfig, ParameterId, Parameters, ReadoutSource, Simulation,
    UnitNoise, simulate,
};
use neuro_core::archive::Archive;
use neuro_core::noise::NoiseScaling;
use neuro_core::transfer::{Logistic, Transfer};
use neuro_core::{Batch, Error as Core, Scalar, Streams, Trajectory};

use super::{Config, UnitTimeConstants, Weights};
use crate::trials::circumstances;
use crate::{Error, Flow};

const KIND: &str = "neuro.noisy-ei";
const VERSION: u32 = 1;

/// A rate network with its weights.
///
/// ```
/// use neuro_core::Streams;
/// use neuro_models::noisy_ei::{Config, Network};
///
/// let network = Network::<f64>::new(&Config::default(), Streams::new(1))?;
/// let recurrent = network.weights("recurrent")?;
/// // Dale's principle: all weights that a unit sends have its sign.
/// for j in network.inhibitory() {
///     assert!(recurrent.column(j).max() <= 0.0);
/// }
/// assert!(network.time_constants().iter().all(|tau| (20.0..125.0).contains(tau)));
/// # Ok::<(), neuro_models::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Network<T: Scalar = f64> {
    config: Config,
    parameters: Parameters<T>,
    cell: LeakyCell<T>,
}

impl<T: Scalar> Network<T> {
    /// A network with random weights, as [`Config`] says. Networks that differ in the number of
    /// noise channels alone have everything else in common.
    ///
    /// # Errors
    /// What [`Config::validate`] finds.
    pub fn new(config: &Config, streams: Streams) -> Result<Self, Error> {
        Self::from_weights(config, &Weights::draw(config, streams)?)
    }

    /// A network with given weights.
    ///
    /// # Errors
    /// What [`Config::validate`] finds, and [`neuro_core::Error`] for wrong shapes, weights that are
    /// not finite, signs that are not +1 or -1, weights against the sign of their unit, and time
    /// constants below `dt` or raw ones of a network whose time constants are fixed.
    pub fn from_weights(config: &Config, weights: &Weights<T>) -> Result<Self, Error> {
        Self::from_parameters(config, weights.parameters(config)?)
    }

    /// A network with given parameters, as training leaves them: `recurrent`, `input`, `noise`,
    /// `time_constant`, `readout`, `readout_bias` and `sign`.
    ///
    /// # Errors
    /// What [`Config::validate`] and [`LeakyCell::new`] find; [`neuro_core::Error`] for other
    /// parameters, sizes that are not those of the configuration, values that are not finite, and
    /// recurrent weights that are not the rectified raw ones with the signs of the units.
    pub fn from_parameters(config: &Config, parameters: Parameters<T>) -> Result<Self, Error> {
        config.validate()?;
        Core::check_finite("parameters", parameters.raw_values())?;
        let n = config.units;
        let expected = [
            ("recurrent", (n, n)),
            ("input", (n, config.inputs)),
            ("noise", (n, config.channels)),
            ("time_constant", (n, 1)),
            ("readout", (1, n)),
            ("readout_bias", (1, 1)),
            ("sign", (n, 1)),
        ];
        for (name, shape) in expected {
            Core::check_shape(name, shape, parameters.shape(parameters.find(name)?))?;
        }
        Core::check_length("parameters", expected.len(), parameters.ids().count())?;
        let recurrent = parameters.find("recurrent")?;
        let columns = parameters.raw(recurrent).chunks_exact(n);
        let columns = columns.zip(parameters.effective(recurrent).chunks_exact(n));
        let signs = parameters.effective(parameters.find("sign")?);
        for (j, ((raw, effective), sign)) in columns.zip(signs).enumerate() {
            let what = || format!("sign of unit {j}");
            let valid = sign.abs() == T::one();
            Core::check_range(&what(), "+1 or -1", sign.as_f64(), valid)?;
            let mut weights = raw.iter().zip(effective);
            let wrong = weights.find(|(v, w)| **w != v.max(T::zero()) * *sign);
            if let Some((_, w)) = wrong {
                let what = format!("weight from unit {j}");
                let expected = "the rectified raw weight with the sign of the unit";
                Core::check_range(&what, expected, w.as_f64(), false)?;
            }
        }
        let noisy = config.unit_noise_sd > 0.0;
        let cell = LeakyCell::new(
            LeakyConfig {
                dt: config.dt,
                transfer: Arc::new(Logistic),
                readout: ReadoutSource::Rate,
                unit_noise: noisy.then_some(UnitNoise {
                    sigma: config.unit_noise_sd,
                    scaling: NoiseScaling::PerStep,
                }),
            },
            &parameters,
        )?;
        Ok(Self {
            config: config.clone(),
            parameters,
            cell,
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

    /// Effective weights by name: `recurrent`, `input`, `noise`, `time_constant` (ms), `readout`,
    /// `readout_bias` or `sign`.
    ///
    /// # Errors
    /// [`neuro_core::Error::Unknown`] for another name.
    pub fn weights(&self, name: &str) -> Result<DMatrix<T>, Error> {
        Ok(self.parameters.matrix(self.parameters.find(name)?))
    }

    /// All weights together.
    #[must_use]
    pub fn all_weights(&self) -> Weights<T> {
        let parameters = &self.parameters;
        let matrix = |name| parameters.matrix(self.id(name));
        let tau = self.id("time_constant");
        Weights {
            recurrent: matrix("recurrent"),
            input: matrix("input"),
            noise: matrix("noise"),
            readout: matrix("readout"),
            readout_bias: matrix("readout_bias")[0],
            time_constants: if parameters.is_trainable(tau) {
                UnitTimeConstants::Raw(parameters.raw(tau).to_vec())
            } else {
                UnitTimeConstants::Clamped(parameters.effective(tau).to_vec())
            },
            signs: parameters.effective(self.id("sign")).to_vec(),
        }
    }

    /// The time constant of each unit in ms.
    #[must_use]
    pub fn time_constants(&self) -> Vec<f64> {
        self.values("time_constant")
    }

    /// The excitatory units.
    #[must_use]
    pub fn excitatory(&self) -> Vec<usize> {
        self.units_of_sign(1.0)
    }

    /// The inhibitory units.
    #[must_use]
    pub fn inhibitory(&self) -> Vec<usize> {
        self.units_of_sign(-1.0)
    }

    fn units_of_sign(&self, sign: f64) -> Vec<usize> {
        let signs = self.values("sign");
        (0..signs.len()).filter(|&j| signs[j] == sign).collect()
    }

    fn values(&self, name: &str) -> Vec<f64> {
        let values = self.parameters.effective(self.id(name)).iter();
        values.map(|v| v.as_f64()).collect()
    }

    fn id(&self, name: &str) -> ParameterId {
        let found = self.parameters.find(name);
        found.expect("from_parameters has checked that it is there")
    }

    /// Runs the network on `inputs` (inputs x trials x steps) from `initial` (units x trials).
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

    /// Runs the network on the trials of a batch, which are trials `first ..` of a task, with its own
    /// noise and the initial states of its configuration.
    ///
    /// # Errors
    /// [`neuro_core::Error`] when the inputs do not fit or are not finite.
    pub fn run(
        &self,
        batch: &Batch<T>,
        streams: Streams,
        first: u64,
    ) -> Result<Simulation<T>, Error> {
        let sd = self.config.initial_state_sd;
        let (initial, mut noise) = circumstances(&self.cell, sd, streams, first, batch.trials());
        self.simulate(&batch.inputs, &initial, &mut noise)
    }

    /// The rates of given states.
    #[must_use]
    pub fn rates(&self, states: &Trajectory<T>) -> Trajectory<T> {
        let mut rates = states.clone();
        Logistic.value_into(states.as_slice(), rates.as_mut_slice());
        rates
    }

    /// Writes all weights, row-major, as other languages read safetensors files, and what running
    /// them needs: `time_constants`, `dt`, `unit_noise_sd` and `initial_state_sd`. The task and the
    /// settings of training are not kept, nor is what training has left of connections that are
    /// gone: they are 0.
    ///
    /// # Errors
    /// [`neuro_core::Error::Io`] when the file cannot be written.
    pub fn save(&self, path: &Path) -> Result<(), Error> {
        let mut archive = Archive::new(KIND, VERSION);
        for id in self.parameters.ids() {
            let matrix = self.parameters.matrix(id);
            archive.insert_matrix(self.parameters.name(id), &matrix);
        }
        if let UnitTimeConstants::Raw(raw) = self.all_weights().time_constants {
            archive.insert_vector(RAW_TIME_CONSTANT, &raw);
        }
        let mut config = self.config.clone();
        let kind = config.time_constants.to_string();
        archive.metadata.insert("time_constants".into(), kind);
        for (name, value) in config.numbers_mut() {
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
        let text = |name: &str| archive.metadata.get(name).map_or("missing", String::as_str);
        let refuse = |problem: String| Core::File {
            path: path.into(),
            problem,
        };
        let of = |name: &str| archive.matrix::<T>(name);
        let bias = of("readout_bias")?;
        Core::check_shape("readout_bias", (1, 1), bias.shape())?;
        let trained = archive.tensors.contains_key(RAW_TIME_CONSTANT);
        let weights = Weights {
            recurrent: of("recurrent")?,
            input: of("input")?,
            noise: of("noise")?,
            readout: of("readout")?,
            readout_bias: bias[0],
            time_constants: if trained {
                UnitTimeConstants::Raw(archive.vector(RAW_TIME_CONSTANT)?)
            } else {
                UnitTimeConstants::Clamped(of("time_constant")?.data.into())
            },
            signs: of("sign")?.data.into(),
        };
        let kind = text("time_constants").parse();
        let mut config = Config {
            units: weights.recurrent.nrows(),
            inputs: weights.input.ncols(),
            channels: weights.noise.ncols(),
            time_constants: kind.map_err(|e| refuse(format!("time_constants: {e}")))?,
            ..Config::default()
        };
        for (name, value) in config.numbers_mut() {
            let text = text(name);
            let problem = |_| refuse(format!("{name}: expected a number, found {text:?}"));
            *value = text.parse().map_err(problem)?;
        }
        Self::from_weights(&config, &weights)
    }

    /// The undriven network without noise as a flow, time in ms, for analyses.
    #[must_use]
    pub fn flow(&self) -> Flow {
        let recurrent = self.parameters.matrix(self.id("recurrent"));
        Flow::of(recurrent.map(T::as_f64), self.time_constants()).with_transfer(Logistic)
    }

    /// The flow under a constant input, one value for each channel.
    ///
    /// # Errors
    /// [`neuro_core::Error::Length`] and [`neuro_core::Error::NonFinite`].
    pub fn flow_with_input(&self, input: &[f64]) -> Result<Flow, Error> {
        Core::check_length("constant input", self.config.inputs, input.len())?;
        let weights = self.weights("input")?.map(T::as_f64);
        let drive = weights * DMatrix::from_column_slice(input.len(), 1, input);
        Ok(self.flow().with_drive(drive.data.into())?)
    }
}

/// Name of the raw time constants in files, where they are trained.
const RAW_TIME_CONSTANT: &str = "time_constant_raw";
