//! Working memory by negative derivative feedback, kept in tune by plasticity: Gu & Lim, Unsupervised
//! learning for robust working memory (bioRxiv 2021.05.17.444447).
//!
//! Excitation that lasts longer than the inhibition that balances it makes a network resist change.
//! The balance has to be exact; differential and homeostatic plasticity find it again after a
//! perturbation.
//!
//! **Homogeneous model** ([`Homogeneous`]), time in units of the intrinsic time constant: rate `r`,
//! excitation `W` (plastic), inhibition and derivative feedback `w`:
//!
//! ```equation
//! (1 + w) dr/dt = -(1 + w - W) r + I(t)                                   (Eq. 1)
//! ```
//!
//! **Ring network** ([`Network`]), time in ms, rates in Hz: `N` excitatory and `N` inhibitory units
//! with angles `x_k = -pi + 2 pi k / N`, coupled by Gaussians of the distance `d` on the ring:
//!
//! ```equation
//! tau_E drE/dt = -rE + q( g_i sum_j max(U_ij, 0) sEE_j - W_EI sEI + S_k I(t) + c )   (Eqs. 10-15)
//! tau_I drI/dt = -rI + q( W_IE sIE - W_II sII )
//! tau_ab ds_ab/dt = -s_ab + r_b                            a, b in E, I: into a, from b
//! W_ab[i, j] = dx J_ab exp(-(d_ij / sigma_ab)^2),          dx = 2 pi / N
//! S_k[i] = J_0 exp(-(d_ik / sigma_0)^2) + h_0
//! I(t) = 1 - exp(-t / tau_0) until t_stim, then I(t_stim) exp(-(t - t_stim) / tau_0)
//! ```
//!
//! `q` is rectification, with a ceiling if wanted; the tonic input `c` is 0 in the paper. Only the
//! excitatory synapses `U` (from `j` to `i`) and the gains `g` learn, in the delay (Eqs. 4, 19, 20):
//!
//! ```equation
//! dU_ij/dt = -alpha_d (1 - I) (drE_i/dt) rE_j - [U_ij < 0] U_ij k,    dg_i/dt = alpha_h (r_0 - rE_i) g_i
//! ```
//!
//! Each trial starts from silence; `U` and `g` are carried over ([`Learning`]). Units `theta` of the
//! paper are numbered from angle `-pi`, time is from the onset of the stimulus. The paper's
//! inconsistencies and what we chose are listed with the fields of [`Config`] and [`Plasticity`].
//!
//! ```
//! use neuro_models::derivative_feedback::{Config, ModeGains};
//!
//! // A stimulus is about one wave around the ring. While excitation and inhibition balance in this mode,
//! // it is kept for more than a minute, although no part of the network is slower than 100 ms.
//! let config = Config::default();
//! let balanced = config.mode_gains(1);
//! let memory = |gains: &ModeGains| -> Result<f64, neuro_models::Error> {
//!     Ok(-1.0 / config.mode_eigenvalues(gains)?[0].re) // time constant of the slowest part, ms
//! };
//! assert!((balanced.balance() - 1.0).abs() < 1e-12 && memory(&balanced)? > 60_000.0);
//!
//! // With a tenth less excitation it is lost within a second.
//! let unbalanced = ModeGains { ee: 0.9 * balanced.ee, ..balanced };
//! assert!(memory(&unbalanced)? < 1000.0);
//! # Ok::<(), neuro_models::Error>(())
//! ```

mod blocks;
mod circulant;
mod config;
mod flow;
mod homogeneous;
mod learn;
mod low_rank;
mod modes;
mod network;
mod perturbation;
mod plastic;

pub use config::{
    Config, HomogeneousConfig, HomogeneousRule, NegativeWeights, Pathway, Plasticity, Scheme,
    Stimulus,
};
pub use flow::{Flow, FlowWork};
pub use homogeneous::{Homogeneous, HomogeneousFlow, HomogeneousTrial, ThreeVariableFlow};
pub use learn::{Learning, Outcome};
pub use modes::ModeGains;
pub use network::Network;
pub use perturbation::Perturbation;
pub use plastic::{Period, PlasticFlow, PlasticWork};
