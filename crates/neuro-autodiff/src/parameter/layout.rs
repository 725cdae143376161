//! Which parameters a cell was made with, to know them again.

use std::fmt;
use std::ops::Range;

use neuro_core::Scalar;

use super::Parameters;
use crate::Error;

/// One parameter of a [`Layout`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) name: String,
    /// Rows and columns.
    pub(crate) shape: (usize, usize),
    /// Where it lies in the flat vector.
    pub(crate) range: Range<usize>,
    pub(crate) trainable: bool,
}

/// Names, shapes and places of all parameters.
#[derive(Clone)]
pub(crate) struct Layout(pub(crate) Vec<Place>);

/// Names and places: these words are part of a cell's description, by which a checkpoint knows its
/// run.
impl fmt::Debug for Layout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let places = self.0.iter().map(|place| (&place.name, &place.range));
        f.debug_list().entries(places).finish()
    }
}

impl Layout {
    pub(crate) fn of<T: Scalar>(parameters: &Parameters<T>) -> Self {
        let place = |id| Place {
            name: parameters.name(id).to_owned(),
            shape: parameters.shape(id),
            range: parameters.range(id),
            trainable: parameters.is_trainable(id),
        };
        Self(parameters.ids().map(place).collect())
    }

    /// Checks that `parameters` have this layout; whether they train may differ. Cheap: a cell asks
    /// before each rollout.
    ///
    /// # Errors
    /// [`neuro_core::Error::Length`] for another number of parameters,
    /// [`neuro_core::Error::Unknown`] for one of another name or place, and
    /// [`neuro_core::Error::Shape`] for one of another shape.
    pub(crate) fn check<T: Scalar>(&self, parameters: &Parameters<T>) -> Result<(), Error> {
        use neuro_core::Error as Core;
        let found = parameters.ids().count();
        Core::check_length("parameters of the cell", self.0.len(), found)?;
        for (id, place) in parameters.ids().zip(&self.0) {
            let Place { name, range, .. } = place;
            if parameters.name(id) != name || parameters.range(id) != *range {
                return Err(Core::Unknown {
                    what: "parameter of the cell".into(),
                    name: format!("{} at {:?}", parameters.name(id), parameters.range(id)),
                    known: format!("{name} at {range:?} in this place"),
                }
                .into());
            }
            Core::check_shape(name, place.shape, parameters.shape(id))?;
        }
        Ok(())
    }
}
