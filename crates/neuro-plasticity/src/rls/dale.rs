//! Weights that keep their sign while they learn.

/// What becomes of a synapse whose weight would change its sign.
///
/// In each variant the weight keeps the value it had, goes on acting in the network and in the error,
/// and is never trained again (Kim & Chow, Methods to Fig. 4). The paper does not say what happens to
/// `P`; hence the variants.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Dale {
    /// Signs are free.
    #[default]
    Free,
    /// The synapse's row and column of `P` become 0. The others keep what they knew of it, so that `P`
    /// is somewhat too small.
    Delete,
    /// `P` becomes the exact inverse for the remaining synapses: `P_AA -= P_Aj P_jA / P_jj` before the row
    /// and column become 0.
    Schur,
    /// `P` stays as it is; only the weight is held.
    Mask,
}
