//! What a network's rates say about the stimulus, and the balance of its modes.

use crate::data::Tensors;

pub(super) fn check(t: &Tensors) {
    assert!(t.has("R"));
}
