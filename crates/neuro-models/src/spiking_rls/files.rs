//! Networks in files.

use std::path::Path;

use neuro_core::Error as Core;
use neuro_core::archive::Archive;
use neuro_core::spiking::Connections;

use super::{Network, Population};
use crate::Error;

const KIND: &str = "neuro.spiking-rls.network";
const VERSION: u32 = 1;

impl Network {
    /// Writes connections, weights and biases: `starts[i]` is where the inputs of unit `i` begin in `sources` and
    /// `weights`, the last one their number; `bias` of each unit; `dt` (ms). What the units are, which may be a type
    /// of your own, is not stored.
    ///
    /// # Errors
    /// [`neuro_core::Error::Io`] when the file cannot be written.
    pub fn save(&self, path: &Path) -> Result<(), Error> {
        let mut archive = Archive::new(KIND, VERSION);
        let units = 0..self.units();
        let ranges = units.clone().map(|i| self.connections().range(i));
        let ends = ranges.map(|range| range.end as u64);
        let starts: Vec<u64> = std::iter::once(0).chain(ends).collect();
        let sources = units.flat_map(|i| self.connections().sources(i));
        let sources: Vec<u64> = sources.map(|j| u64::from(*j)).collect();
        archive.insert_vector("starts", &starts);
        archive.insert_vector("sources", &sources);
        archive.insert_vector("weights", self.weights());
        archive.insert_vector("bias", self.bias());
        archive.insert_scalar("dt", self.dt());
        Ok(archive.write(path)?)
    }

    /// Reads a network that [`save`](Self::save) wrote, of these units.
    ///
    /// ```
    /// use neuro_core::Streams;
    /// use neuro_models::spiking_rls::{Config, Network, Population};
    ///
    /// let config = Config { units: 20, ..Config::strong() };
    /// let network = Network::new(&config, Streams::new(1))?;
    /// let path = std::env::temp_dir().join(format!("spiking-{}.safetensors", std::process::id()));
    /// network.save(&path)?;
    /// let again = Network::load(Population::of(&config)?, &path)?;
    /// assert_eq!(again.weight_matrix(), network.weight_matrix());
    /// # std::fs::remove_file(&path).ok();
    /// # Ok::<(), neuro_models::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`neuro_core::Error::Io`] or [`neuro_core::Error::File`] when the file is missing, damaged, of another kind or
    /// of a newer version; [`neuro_core::Error`] for tensors that are missing or do not fit together; what
    /// [`from_parts`](Self::from_parts) finds.
    pub fn load(population: Population, path: &Path) -> Result<Self, Error> {
        let archive = Archive::read(path, KIND, VERSION)?;
        let index = |name: &str| -> Result<Vec<usize>, Error> {
            let values = archive.vector::<u64>(name)?;
            let index = |value: u64| {
                usize::try_from(value).map_err(|_| {
                    let (name, problem) = (name.into(), format!("{value} is no index"));
                    Core::Tensor { name, problem }
                })
            };
            Ok(values.into_iter().map(index).collect::<Result<_, _>>()?)
        };
        let (starts, sources) = (index("starts")?, index("sources")?);
        let mut rows = Vec::new();
        for pair in starts.windows(2) {
            let row = sources.get(pair[0]..pair[1]);
            rows.push(row.ok_or_else(|| {
                let problem = format!("inputs {} to {} of {}", pair[0], pair[1], sources.len());
                let name = "starts".into();
                Core::Tensor { name, problem }
            })?);
        }
        let covered = rows.iter().map(|row| row.len()).sum();
        Core::check_length("sources", covered, sources.len())?;
        let connections = Connections::of_sources(rows.len(), rows.iter().copied())?;
        let weights = archive.vector("weights")?;
        let network = Self::from_parts(population, connections, weights, archive.scalar("dt")?)?;
        network.with_bias(archive.vector("bias")?)
    }
}
