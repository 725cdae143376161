//! All parameters of a network in one flat vector, with a table of names and shapes.

use std::ops::Range;
use std::sync::Arc;

use nalgebra::DMatrix;
use neuro_core::Scalar;

use super::Transform;
use crate::Error;

/// Which parameter of a [`Parameters`] is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParameterId(usize);

#[derive(Clone, Debug)]
struct Entry<T: Scalar> {
    name: String,
    rows: usize,
    columns: usize,
    range: Range<usize>,
    trainable: bool,
    transform: Arc<dyn Transform<T>>,
}

/// Named parameter matrices, raw and effective.
///
/// All values lie in one vector in the order in which they were added, each matrix column-major, so
/// that an optimiser sees plain slices and parameters added one after another with the same number
/// of rows form one wide matrix.
///
/// ```
/// use neuro_autodiff::{Identity, Parameters};
/// use neuro_core::nalgebra::DMatrix;
/// use std::sync::Arc;
///
/// let mut parameters = Parameters::new();
/// let rotation = DMatrix::from_row_slice(2, 2, &[0.0, 1.0, -1.0, 0.0]);
/// let w = parameters.add("recurrent", &rotation, Arc::new(Identity), true)?;
/// assert_eq!(parameters.matrix(w)[(0, 1)], 1.0); // from unit 1 to unit 0
/// assert_eq!(parameters.find("recurrent")?, w);
/// # Ok::<(), neuro_autodiff::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Parameters<T: Scalar = f64> {
    raw: Vec<T>,
    effective: Vec<T>,
    entries: Vec<Entry<T>>,
}

impl<T: Scalar> Default for Parameters<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Scalar> Parameters<T> {
    /// No parameters yet.
    #[must_use]
    pub fn new() -> Self {
        Self {
            raw: Vec::new(),
            effective: Vec::new(),
            entries: Vec::new(),
        }
    }

    /// Adds a matrix of raw values, projected to where its transform allows them. An untrainable one
    /// is used but never changed.
    ///
    /// # Errors
    /// [`Error::DuplicateParameter`] for a name that exists, [`neuro_core::Error::NonFinite`] for
    /// values that are not finite, and what the transform's `validate` finds.
    pub fn add(
        &mut self,
        name: &str,
        raw: &DMatrix<T>,
        transform: Arc<dyn Transform<T>>,
        trainable: bool,
    ) -> Result<ParameterId, Error> {
        if self.entries.iter().any(|e| e.name == name) {
            return Err(Error::DuplicateParameter { name: name.into() });
        }
        neuro_core::Error::check_finite(name, raw.as_slice())?;
        let (rows, columns) = raw.shape();
        transform.validate(rows, columns)?;
        let range = self.raw.len()..self.raw.len() + rows * columns;
        self.raw.extend_from_slice(raw.as_slice());
        self.effective.resize(range.end, T::zero());
        let (raw, effective) = (
            &mut self.raw[range.clone()],
            &mut self.effective[range.clone()],
        );
        transform.project(rows, raw);
        transform.apply(rows, raw, effective);
        self.entries.push(Entry {
            name: name.into(),
            rows,
            columns,
            range,
            trainable,
            transform,
        });
        Ok(ParameterId(self.entries.len() - 1))
    }

    /// The parameter of this name.
    ///
    /// # Errors
    /// [`neuro_core::Error::Unknown`] with the names that exist.
    pub fn find(&self, name: &str) -> Result<ParameterId, Error> {
        let names = || self.entries.iter().map(|e| e.name.as_str());
        match names().position(|n| n == name) {
            Some(i) => Ok(ParameterId(i)),
            None => {
                let known = names().collect::<Vec<_>>().join(", ");
                let what = "parameter".into();
                Err(neuro_core::Error::Unknown {
                    what,
                    name: name.into(),
                    known,
                }
                .into())
            }
        }
    }

    /// All parameters, in the order in which they were added.
    pub fn ids(&self) -> impl Iterator<Item = ParameterId> + use<T> {
        (0..self.entries.len()).map(ParameterId)
    }

    /// The name of a parameter.
    #[must_use]
    pub fn name(&self, id: ParameterId) -> &str {
        &self.entries[id.0].name
    }

    /// Rows and columns of a parameter.
    #[must_use]
    pub fn shape(&self, id: ParameterId) -> (usize, usize) {
        (self.entries[id.0].rows, self.entries[id.0].columns)
    }

    /// Where a parameter lies in the flat vector.
    #[must_use]
    pub fn range(&self, id: ParameterId) -> Range<usize> {
        self.entries[id.0].range.clone()
    }

    /// Whether an optimiser may change a parameter.
    #[must_use]
    pub fn is_trainable(&self, id: ParameterId) -> bool {
        self.entries[id.0].trainable
    }

    /// From raw to effective values of one parameter.
    pub(crate) fn transform(&self, id: ParameterId) -> &dyn Transform<T> {
        self.entries[id.0].transform.as_ref()
    }

    /// Raw values of one parameter, column-major.
    #[must_use]
    pub fn raw(&self, id: ParameterId) -> &[T] {
        &self.raw[self.range(id)]
    }

    /// Effective values of one parameter, column-major.
    #[must_use]
    pub fn effective(&self, id: ParameterId) -> &[T] {
        &self.effective[self.range(id)]
    }

    /// Effective values of one parameter as a matrix.
    #[must_use]
    pub fn matrix(&self, id: ParameterId) -> DMatrix<T> {
        let (rows, columns) = self.shape(id);
        DMatrix::from_column_slice(rows, columns, self.effective(id))
    }

    /// Number of values in the flat vector.
    #[must_use]
    pub fn len(&self) -> usize {
        self.raw.len()
    }

    /// Whether there are no values.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.raw.is_empty()
    }

    /// All raw values.
    #[must_use]
    pub fn raw_values(&self) -> &[T] {
        &self.raw
    }

    /// All effective values.
    #[must_use]
    pub fn effective_values(&self) -> &[T] {
        &self.effective
    }

    /// Changes raw values, projects them to where they are allowed and renews the effective values.
    /// Untrainable parameters may be changed too: this is for optimisers, which respect
    /// [`trainable_ranges`](Self::trainable_ranges), and for loading.
    pub fn update(&mut self, change: impl FnOnce(&mut [T])) {
        change(&mut self.raw);
        for e in &self.entries {
            let raw = &mut self.raw[e.range.clone()];
            e.transform.project(e.rows, raw);
            e.transform
                .apply(e.rows, raw, &mut self.effective[e.range.clone()]);
        }
    }

    /// Replaces the raw values of one parameter.
    ///
    /// # Errors
    /// [`neuro_core::Error::Length`] or [`neuro_core::Error::NonFinite`]; nothing is changed then.
    pub fn set_raw(&mut self, id: ParameterId, raw: &[T]) -> Result<(), Error> {
        let range = self.range(id);
        neuro_core::Error::check_length(self.name(id), range.len(), raw.len())?;
        neuro_core::Error::check_finite(self.name(id), raw)?;
        self.update(|all| all[range].copy_from_slice(raw));
        Ok(())
    }

    /// Where the trainable parameters lie in the flat vector.
    pub fn trainable_ranges(&self) -> impl Iterator<Item = Range<usize>> + '_ {
        self.entries
            .iter()
            .filter(|e| e.trainable)
            .map(|e| e.range.clone())
    }

    /// Turns a gradient with respect to all effective values into the one with respect to the raw
    /// values, in place; that of untrainable parameters becomes 0.
    ///
    /// # Panics
    /// When `gradient` is not as long as the parameters.
    pub fn pull_back(&self, gradient: &mut [T]) {
        assert_eq!(gradient.len(), self.raw.len(), "length of the gradient");
        for e in &self.entries {
            let gradient = &mut gradient[e.range.clone()];
            if e.trainable {
                e.transform
                    .pull_back(e.rows, &self.raw[e.range.clone()], gradient);
            } else {
                gradient.fill(T::zero());
            }
        }
    }
}
