//! Reading reference files, and comparing.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use nalgebra::DMatrix;
use neuro_core::Trajectory;
use safetensors::{Dtype, SafeTensors};

/// The reference files of a paper by kind: the longest of `kinds` that a file's name begins with.
/// Prints how many there are of each.
#[allow(
    clippy::print_stdout,
    reason = "the counts are part of what this test says"
)]
pub(crate) fn files_by_kind(
    paper: &str,
    kinds: &[&'static str],
) -> BTreeMap<&'static str, Vec<PathBuf>> {
    let root = std::env::var_os("NEURO_REFERENCE_DIR").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/reference"),
        PathBuf::from,
    );
    let folder = root.join(paper);
    let mut found: BTreeMap<&str, Vec<PathBuf>> = BTreeMap::new();
    let entries = std::fs::read_dir(&folder);
    for entry in entries.unwrap_or_else(|e| panic!("{}: {e}", folder.display())) {
        let path = entry.expect("directory entry").path();
        if path.extension().is_none_or(|e| e != "safetensors") {
            continue;
        }
        let name = path
            .file_stem()
            .expect("has an extension")
            .to_string_lossy()
            .into_owned();
        let fits = |kind: &&&'static str| {
            name.strip_prefix(**kind)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
        };
        let kind = kinds.iter().filter(fits).max_by_key(|k| k.len());
        let kind = kind.unwrap_or_else(|| panic!("{}: not of a known kind", path.display()));
        found.entry(kind).or_default().push(path);
    }
    for kind in kinds {
        let files = found.get_mut(kind);
        let files = files.unwrap_or_else(|| panic!("{}: no file {kind}", folder.display()));
        files.sort();
        // Not println!, which a passing test keeps to itself.
        let line = writeln!(
            std::io::stdout(),
            "{paper}: {} file(s) of kind {kind}",
            files.len()
        );
        line.expect("writable output");
    }
    found
}

/// One array, row-major, as `f64`.
#[derive(Clone, Debug)]
pub(crate) struct Array {
    pub(crate) shape: Vec<usize>,
    pub(crate) values: Vec<f64>,
}

/// The arrays of one file.
#[derive(Debug)]
pub(crate) struct Tensors {
    path: PathBuf,
    arrays: BTreeMap<String, Array>,
}

impl Tensors {
    pub(crate) fn read(path: &Path) -> Self {
        let bytes = std::fs::read(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let file = SafeTensors::deserialize(&bytes);
        let file = file.unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let arrays = file.iter().map(|(name, view)| {
            let data = view.data();
            let values = match view.dtype() {
                Dtype::F64 => numbers(data, f64::from_le_bytes),
                Dtype::F32 => numbers(data, |b| f64::from(f32::from_le_bytes(b))),
                Dtype::I64 => numbers(data, |b| i64::from_le_bytes(b) as f64),
                Dtype::I8 => numbers(data, |b| f64::from(i8::from_le_bytes(b))),
                Dtype::U8 => data.iter().map(|b| f64::from(*b)).collect(),
                other => panic!("{}: {name}: type {other:?}", path.display()),
            };
            (
                name.to_owned(),
                Array {
                    shape: view.shape().to_vec(),
                    values,
                },
            )
        });
        Self {
            path: path.to_owned(),
            arrays: arrays.collect(),
        }
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.arrays.contains_key(name)
    }

    pub(crate) fn array(&self, name: &str) -> &Array {
        let array = self.arrays.get(name);
        array.unwrap_or_else(|| panic!("{}: no array {name}", self.path.display()))
    }

    pub(crate) fn values(&self, name: &str) -> &[f64] {
        &self.array(name).values
    }

    pub(crate) fn scalar(&self, name: &str) -> f64 {
        let values = self.values(name);
        assert_eq!(
            values.len(),
            1,
            "{}: {name} is one number",
            self.path.display()
        );
        values[0]
    }

    pub(crate) fn indices(&self, name: &str) -> Vec<usize> {
        self.values(name).iter().map(|v| *v as usize).collect()
    }

    /// A vector becomes one column.
    pub(crate) fn matrix(&self, name: &str) -> DMatrix<f64> {
        let Array { shape, values } = self.array(name);
        let (rows, columns) = match shape[..] {
            [rows] => (rows, 1),
            [rows, columns] => (rows, columns),
            _ => panic!("{}: {name} is no matrix: {shape:?}", self.path.display()),
        };
        DMatrix::from_row_slice(rows, columns, values)
    }

    /// An array trials x steps x units.
    pub(crate) fn trajectory(&self, name: &str) -> Trajectory<f64> {
        let Array { shape, values } = self.array(name);
        let [trials, steps, units] = shape[..] else {
            panic!(
                "{}: {name} is no trajectory: {shape:?}",
                self.path.display()
            )
        };
        let mut out = Trajectory::zeros(units, trials, steps);
        for (row, values) in values.chunks_exact(units).enumerate() {
            out.state_mut(row % steps, row / steps)
                .copy_from_slice(values);
        }
        out
    }

    /// Compares what the library found with an array of the file.
    ///
    /// Each value may differ by `tolerance` times the larger of its size and a hundredth of the
    /// largest value of the array: sums that cancel to almost nothing keep the rounding of their
    /// terms.
    pub(crate) fn check(&self, name: &str, found: &[f64], tolerance: f64) {
        let expected = self.values(name);
        assert_eq!(
            found.len(),
            expected.len(),
            "{}: size of {name}",
            self.path.display()
        );
        let scale = expected.iter().fold(0.0_f64, |m, v| m.max(v.abs())) / 100.0;
        for (i, (found, expected)) in found.iter().zip(expected).enumerate() {
            let error = (found - expected).abs();
            assert!(
                error <= tolerance * expected.abs().max(scale) || error <= f64::MIN_POSITIVE,
                "{}: {name}[{i}]: expected {expected}, found {found}",
                self.path.display()
            );
        }
    }

    /// Compares a matrix with a row-major array.
    pub(crate) fn check_matrix(&self, name: &str, found: &DMatrix<f64>, tolerance: f64) {
        self.check(name, found.transpose().as_slice(), tolerance);
    }

    /// Compares a trajectory with an array trials x steps x units.
    pub(crate) fn check_trajectory(&self, name: &str, found: &Trajectory<f64>, tolerance: f64) {
        let mut values = Vec::new();
        for trial in 0..found.trials() {
            for step in 0..found.steps() {
                values.extend_from_slice(found.state(step, trial));
            }
        }
        self.check(name, &values, tolerance);
    }
}

fn numbers<const N: usize>(data: &[u8], number: impl Fn([u8; N]) -> f64) -> Vec<f64> {
    let (chunks, rest) = data.as_chunks::<N>();
    assert!(rest.is_empty(), "whole numbers of {N} bytes");
    chunks.iter().map(|b| number(*b)).collect()
}
