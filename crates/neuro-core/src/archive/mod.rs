//! Files of named tensors: networks and checkpoints.
//!
//! An [`Archive`] is a `safetensors` file: named arrays and a table of strings, readable from Python
//! and other languages, and nothing in it is executed on load. Beside the format itself a file says
//! what `kind` of thing it holds, in which `version`, and carries a checksum, so that a file of
//! another kind, a newer version or damage is told apart and reported; see [`Archive::read`].
//!
//! **Orientation.** `safetensors` stores arrays row by row, `DMatrix` column by column.
//! [`Archive::insert_matrix`] and [`Archive::matrix`] translate: `weight[i, j]` (from `j` to `i`)
//! here is `weight[i, j]` in numpy. A [`Trajectory`] becomes an array of steps x trials x units, for
//! which the order of the values is the same on both sides.
//!
//! ```
//! use neuro_core::archive::Archive;
//! use neuro_core::nalgebra::DMatrix;
//!
//! let recurrent = DMatrix::from_row_slice(2, 3, &[0.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
//! let mut archive = Archive::new("example network", 1);
//! archive.insert_matrix("recurrent", &recurrent);
//! archive.metadata.insert("transfer".into(), "tanh".into());
//!
//! let folder = tempfile::tempdir().expect("a temporary folder");
//! let path = folder.path().join("network.safetensors");
//! archive.write(&path)?;
//! let read = Archive::read(&path, "example network", 1)?;
//! assert_eq!(read.matrix::<f64>("recurrent")?, recurrent);
//!
//! let refused = Archive::read(&path, "checkpoint", 1).unwrap_err().to_string();
//! assert!(refused.ends_with("a file of kind \"example network\", expected \"checkpoint\""));
//! # Ok::<(), neuro_core::Error>(())
//! ```

mod file;
mod format;
mod tensor;

pub use file::replace_file;
pub use tensor::{Tensor, TensorData, TensorElement};

use std::collections::BTreeMap;

use nalgebra::DMatrix;

use crate::{Error, Scalar, Trajectory};

/// Named tensors and strings, of a kind and version.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Archive {
    /// What the file holds, as its reader will ask for it.
    pub kind: String,
    /// Version of the layout of this kind, counted up with each change that old readers would not
    /// understand.
    pub version: u32,
    /// Names and values of further text.
    pub metadata: BTreeMap<String, String>,
    /// The arrays.
    pub tensors: BTreeMap<String, Tensor>,
}

impl Archive {
    /// An archive that holds nothing yet.
    #[must_use]
    pub fn new(kind: impl Into<String>, version: u32) -> Self {
        Self {
            kind: kind.into(),
            version,
            ..Self::default()
        }
    }

    /// Stores a matrix as an array of rows x columns, in place of what had this name.
    pub fn insert_matrix<T: TensorElement>(
        &mut self,
        name: impl Into<String>,
        matrix: &DMatrix<T>,
    ) {
        let rows_first = matrix.transpose().data.into();
        self.insert(name, vec![matrix.nrows(), matrix.ncols()], rows_first);
    }

    /// Stores a vector as an array of one dimension, in place of what had this name.
    pub fn insert_vector<T: TensorElement>(&mut self, name: impl Into<String>, vector: &[T]) {
        self.insert(name, vec![vector.len()], vector.to_vec());
    }

    /// Stores a number as an array without dimensions, in place of what had this name.
    pub fn insert_scalar<T: TensorElement>(&mut self, name: impl Into<String>, value: T) {
        self.insert(name, Vec::new(), vec![value]);
    }

    /// Stores a trajectory as an array of steps x trials x units, in place of what had this name.
    pub fn insert_trajectory<T: Scalar>(
        &mut self,
        name: impl Into<String>,
        trajectory: &Trajectory<T>,
    ) {
        let shape = vec![trajectory.steps(), trajectory.trials(), trajectory.units()];
        self.insert(name, shape, trajectory.as_slice().to_vec());
    }

    /// The same arrays, all as `f64` (see [`TensorData::to_f64`]): for files of other programs, which may hold
    /// single precision or integers, while [`matrix`](Self::matrix) and the others insist on the type asked for.
    ///
    /// ```
    /// use neuro_core::archive::Archive;
    /// use neuro_core::nalgebra::DMatrix;
    ///
    /// let mut single = Archive::new("", 0);
    /// single.insert_matrix("weights", &DMatrix::from_element(2, 3, 0.5_f32));
    /// assert!(single.matrix::<f64>("weights").is_err());
    /// assert_eq!(single.to_f64().matrix("weights")?, DMatrix::from_element(2, 3, 0.5));
    /// # Ok::<(), neuro_core::Error>(())
    /// ```
    #[must_use]
    pub fn to_f64(&self) -> Self {
        let mut wide = self.clone();
        for tensor in wide.tensors.values_mut() {
            tensor.data = TensorData::F64(tensor.data.to_f64());
        }
        wide
    }

    /// The matrix of this name.
    ///
    /// # Errors
    /// [`Error::Tensor`] when there is none, its numbers are not of type `T`, or it has not two
    /// dimensions.
    pub fn matrix<T: TensorElement>(&self, name: &str) -> Result<DMatrix<T>, Error> {
        let (shape, values) = self.values::<T>(name, 2)?;
        let (rows, columns) = (shape[0], shape[1]);
        if values.is_empty() {
            // A file may claim any number of rows beside 0 columns: nothing to go through.
            return Ok(DMatrix::from_vec(rows, columns, Vec::new()));
        }
        Ok(DMatrix::from_row_slice(rows, columns, values))
    }

    /// The vector of this name.
    ///
    /// # Errors
    /// [`Error::Tensor`] when there is none, its numbers are not of type `T`, or it has not one
    /// dimension.
    pub fn vector<T: TensorElement>(&self, name: &str) -> Result<Vec<T>, Error> {
        Ok(self.values(name, 1)?.1.to_vec())
    }

    /// The number of this name.
    ///
    /// # Errors
    /// [`Error::Tensor`] when there is none, it is not of type `T`, or it has dimensions.
    pub fn scalar<T: TensorElement>(&self, name: &str) -> Result<T, Error> {
        Ok(self.values(name, 0)?.1[0])
    }

    /// The trajectory of this name.
    ///
    /// # Errors
    /// [`Error::Tensor`] when there is none, its numbers are not of type `T`, or it has not three
    /// dimensions.
    pub fn trajectory<T: Scalar>(&self, name: &str) -> Result<Trajectory<T>, Error> {
        let (shape, values) = self.values::<T>(name, 3)?;
        Trajectory::from_vec(shape[2], shape[1], shape[0], values.to_vec())
    }

    /// The array of this name.
    ///
    /// # Errors
    /// [`Error::Tensor`] when there is none.
    pub fn tensor(&self, name: &str) -> Result<&Tensor, Error> {
        self.tensors.get(name).ok_or_else(|| Error::Tensor {
            name: name.into(),
            problem: "is not in the file".into(),
        })
    }

    fn insert<T: TensorElement>(
        &mut self,
        name: impl Into<String>,
        shape: Vec<usize>,
        values: Vec<T>,
    ) {
        let data = TensorData::new(values);
        self.tensors.insert(name.into(), Tensor { shape, data });
    }

    /// Shape and values of an array of `dimensions` dimensions.
    fn values<T: TensorElement>(
        &self,
        name: &str,
        dimensions: usize,
    ) -> Result<(&[usize], &[T]), Error> {
        let tensor = self.tensor(name)?;
        tensor.check(name)?;
        match tensor.data.values::<T>() {
            Some(values) if tensor.shape.len() == dimensions => Ok((&tensor.shape, values)),
            _ => Err(Error::Tensor {
                name: name.into(),
                problem: format!(
                    "expected {dimensions} dimensions of {}, found shape {:?} of {}",
                    TensorData::new(Vec::<T>::new()).dtype(),
                    tensor.shape,
                    tensor.data.dtype()
                ),
            }),
        }
    }
}
