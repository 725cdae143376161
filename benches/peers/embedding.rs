//! One PHATE embedding for `embedding.py`, in a process of its own, whose memory can be seen.

use std::time::Instant;

use nalgebra::DMatrix;
use neuro_analysis::phate::{PhateConfig, phate};
use neuro_core::Streams;
use neuro_core::parallel::Workers;

/// Embeds the rows of a file of little-endian `f64`: the seconds that it took, the diffusion time, and
/// the largest memory of the process (MiB).
pub(super) fn embed(file: &str, rows: usize, seed: u64) -> (f64, usize, f64) {
    let bytes = std::fs::read(file).expect("a readable file");
    let (numbers, _) = bytes.as_chunks::<8>();
    let values: Vec<f64> = numbers.iter().map(|b| f64::from_le_bytes(*b)).collect();
    let samples = DMatrix::from_row_slice(rows, values.len() / rows, &values);
    let (config, workers) = (PhateConfig::default(), Workers::sequential());
    let start = Instant::now();
    let found = phate(&samples, &config, Streams::new(seed), &workers).expect("samples that vary");
    let seconds = start.elapsed().as_secs_f64();
    (seconds, found.diffusion_time, peak_memory())
}

/// Largest resident memory so far (MiB), as Linux tells it.
pub(super) fn peak_memory() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|text| text.split_whitespace().next()?.parse::<f64>().ok());
    kib.map_or(f64::NAN, |kib| kib / 1024.0)
}
