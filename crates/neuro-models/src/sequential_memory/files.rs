//! Networks in files.

use std::path::Path;

use neuro_core::archive::Archive;

use super::lagrangian::by_name;
use super::{Config, Network};
use crate::Error;

const KIND: &str = "neuro.sequential-memory";
const VERSION: u32 = 1;

/// The numbers of a configuration that a file keeps, by name.
fn numbers(config: &mut Config) -> [(&'static str, &mut f64); 6] {
    [
        ("alpha_s", &mut config.memory_strength),
        ("alpha_c", &mut config.delay_strength),
        ("tau_f", &mut config.feature_time_constant),
        ("tau_h", &mut config.hidden_time_constant),
        ("tau_d", &mut config.delay_time_constant),
        ("beta_d", &mut config.delay_gain),
    ]
}

impl Network {
    /// Writes the synapses `Xi` and `W`, row-major, as other languages read safetensors files, with every number of
    /// the configuration and the names and gains of the Lagrangians.
    ///
    /// # Errors
    /// [`neuro_core::Error::Io`] when the file cannot be written.
    pub fn save(&self, path: &Path) -> Result<(), Error> {
        let mut archive = Archive::new(KIND, VERSION);
        archive.insert_matrix("memories", &self.memories);
        archive.insert_matrix("transitions", &self.transitions);
        let mut config = self.config.clone();
        for (layer, lagrangian) in [("features", &config.features), ("hidden", &config.hidden)] {
            let metadata = &mut archive.metadata;
            metadata.insert(layer.into(), lagrangian.name().into());
            metadata.insert(format!("{layer}.gain"), lagrangian.gain().to_string());
        }
        for (name, value) in numbers(&mut config) {
            archive.metadata.insert(name.into(), value.to_string());
        }
        Ok(archive.write(path)?)
    }

    /// Reads a network that [`save`](Self::save) wrote, if its Lagrangians are those of this library.
    ///
    /// # Errors
    /// [`neuro_core::Error::Io`] or [`neuro_core::Error::File`] when the file is missing, damaged, of another kind or
    /// of a newer version, or names an unknown Lagrangian; what [`from_weights`](Self::from_weights) finds.
    pub fn load(path: &Path) -> Result<Self, Error> {
        let archive = Archive::read(path, KIND, VERSION)?;
        let text = |name: &str| archive.metadata.get(name).map_or("missing", String::as_str);
        let wrong = |problem: String| neuro_core::Error::File {
            path: path.into(),
            problem,
        };
        let number = |name: &str| {
            let text = text(name);
            let number = text.parse::<f64>();
            number.map_err(|_| wrong(format!("{name}: expected a number, found {text:?}")))
        };
        let lagrangian = |layer: &str| {
            let gain = number(&format!("{layer}.gain"))?;
            let name = text(layer);
            by_name(name, gain).ok_or_else(|| {
                wrong(format!(
                    "{layer}: expected a Lagrangian of this library, found {name:?}"
                ))
            })
        };
        let mut config = Config {
            features: lagrangian("features")?,
            hidden: lagrangian("hidden")?,
            ..Config::dsem()
        };
        for (name, value) in numbers(&mut config) {
            *value = number(name)?;
        }
        let memories = archive.matrix("memories")?;
        Self::from_weights(&config, memories, archive.matrix("transitions")?)
    }
}
