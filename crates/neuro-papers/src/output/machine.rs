//! The machine that a run was made on: what bears on speed and on the last bits, and no name.

use serde::{Deserialize, Serialize};

/// Operating system, processor family, cores and vector instructions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Machine {
    pub(crate) os: String,
    pub(crate) arch: String,
    pub(crate) cores: usize,
    pub(crate) cpu_features: Vec<String>,
}

impl Machine {
    pub(super) fn this() -> Self {
        Self {
            os: std::env::consts::OS.into(),
            arch: std::env::consts::ARCH.into(),
            cores: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            cpu_features: features(),
        }
    }
}

#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
fn features() -> Vec<String> {
    let present = [
        ("sse4.2", is_x86_feature_detected!("sse4.2")),
        ("avx", is_x86_feature_detected!("avx")),
        ("avx2", is_x86_feature_detected!("avx2")),
        ("fma", is_x86_feature_detected!("fma")),
        ("avx512f", is_x86_feature_detected!("avx512f")),
        ("avx512dq", is_x86_feature_detected!("avx512dq")),
    ];
    let present = present.into_iter().filter(|(_, is)| *is);
    present.map(|(name, _)| name.into()).collect()
}

#[cfg(not(any(target_arch = "x86", target_arch = "x86_64")))]
fn features() -> Vec<String> {
    if cfg!(target_feature = "neon") {
        return vec!["neon".into()];
    }
    Vec::new()
}
