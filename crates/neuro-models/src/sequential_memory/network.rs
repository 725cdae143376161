//! A network with its synapses: storing, overlaps, the adiabatic hidden layer.

use nalgebra::DMatrix;
use neuro_core::{Error as Core, Kernel, fused, run_kernel};

use super::lagrangian::{Activation, Lagrangian};
use super::panels::{DEEP, LANES, Panels};
use super::transitions::Transitions;
use super::{Config, Episodes};
use crate::Error;

/// A sequential episodic memory.
///
/// ```
/// use neuro_core::Streams;
/// use neuro_models::sequential_memory::{Config, Episodes, Network, random_memories};
///
/// // Seven memories of a hundred features, in a cycle of three and a cycle of four.
/// let memories = random_memories(100, 7, Streams::new(1));
/// let network = Network::store(&Config::dsem(), memories, &Episodes::cycles(&[3, 4])?)?;
/// // From memory 4 on, the network replays the cycle that it belongs to, and no other.
/// let replay = network.recall(network.memory(4)?, 60.0)?;
/// assert_eq!(replay.sequence()[..5], [4, 5, 6, 3, 4]);
/// # Ok::<(), neuro_models::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Network {
    pub(super) config: Config,
    /// `Xi`, features x hidden units.
    pub(super) memories: DMatrix<f64>,
    /// `W = Phi^T`, hidden x hidden units.
    pub(super) transitions: DMatrix<f64>,
    /// `Xi^T`.
    pub(super) to_hidden: Panels,
    /// `sqrt(alpha_s) Xi`.
    pub(super) to_features: Panels,
    /// `alpha_c W`.
    pub(super) delayed: Transitions,
    /// What features make of their state.
    pub(super) feature_kind: Activation,
    /// What hidden units make of theirs.
    pub(super) hidden_kind: Activation,
}

impl Network {
    /// Stores memories, one a column of `memories` (features x memories, +-1 in the paper), and their
    /// episodes: `Xi` are the memories, the transitions are `G / sqrt(alpha_s)`.
    ///
    /// # Errors
    /// [`Error::DuplicateMemories`] for two equal memories; [`neuro_core::Error`] when there is none, one is
    /// all zeros or not finite, or the episodes are of another number of memories; what
    /// [`from_weights`](Self::from_weights) finds.
    pub fn store(
        config: &Config,
        memories: DMatrix<f64>,
        episodes: &Episodes,
    ) -> Result<Self, Error> {
        config.validate()?;
        check_memories(&memories)?;
        let count = memories.ncols();
        Core::check_length("memories of the episodes", count, episodes.memories())?;
        let transitions = episodes.adjacency() / config.memory_strength.sqrt();
        Self::from_weights(config, memories, transitions)
    }

    /// A network with any synapses: `memories` is `Xi` (features x hidden units), `transitions` is `W` (hidden x
    /// hidden units, row: to, column: from), **the transpose of the paper's** `Phi`.
    ///
    /// # Errors
    /// What [`Config::validate`] finds; [`neuro_core::Error`] for wrong shapes, empty layers, values that are
    /// not finite, and strengths with which the drive of fully active layers overflows.
    pub fn from_weights(
        config: &Config,
        memories: DMatrix<f64>,
        transitions: DMatrix<f64>,
    ) -> Result<Self, Error> {
        config.validate()?;
        let (n, k) = memories.shape();
        for (count, what) in [(n, "features"), (k, "hidden units")] {
            if count == 0 {
                return Err(Core::Empty { what: what.into() }.into());
            }
        }
        Core::check_shape("transitions", (k, k), transitions.shape())?;
        Core::check_finite("memories", memories.as_slice())?;
        Core::check_finite("transitions", transitions.as_slice())?;
        let mut network = Self {
            to_hidden: Panels::new(k, n, |_, _| 0.0),
            to_features: Panels::new(n, k, |_, _| 0.0),
            delayed: Transitions::new(k),
            feature_kind: config.features.kind(),
            hidden_kind: config.hidden.kind(),
            config: config.clone(),
            memories,
            transitions,
        };
        let drive = network.largest_drive();
        let expected = "strengths and memories with finite products";
        Core::check_range("largest drive", expected, drive, drive.is_finite())?;
        network.pack();
        Ok(network)
    }

    /// A bound of all drives when every unit's activation is 1.
    fn largest_drive(&self) -> f64 {
        let c = &self.config;
        let sum = |m: &DMatrix<f64>| m.iter().map(|v| v.abs()).sum::<f64>();
        let (xi, w) = (sum(&self.memories), sum(&self.transitions));
        let hidden = c.memory_strength.sqrt() * xi + c.delay_strength * c.delay_gain * w * xi;
        hidden + c.memory_strength.sqrt() * xi * hidden
    }

    /// Takes the matrices over into the products.
    pub(super) fn pack(&mut self) {
        let (xi, w) = (&self.memories, &self.transitions);
        let strength = self.config.memory_strength.sqrt();
        self.to_hidden.set(|i, j| xi[(j, i)]);
        self.to_features.set(|i, j| strength * xi[(i, j)]);
        self.delayed.set(w, self.config.delay_strength);
    }

    /// The configuration.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// `Xi`, features x hidden units.
    #[must_use]
    pub fn memories(&self) -> &DMatrix<f64> {
        &self.memories
    }

    /// `W`, hidden x hidden units (row: to, column: from), the transpose of the paper's `Phi`.
    #[must_use]
    pub fn transitions(&self) -> &DMatrix<f64> {
        &self.transitions
    }

    /// Number of features, `N_f`.
    #[must_use]
    pub fn feature_units(&self) -> usize {
        self.memories.nrows()
    }

    /// Number of hidden units and memories, `N_h`.
    #[must_use]
    pub fn hidden_units(&self) -> usize {
        self.memories.ncols()
    }

    /// One memory: a column of `Xi`.
    ///
    /// # Errors
    /// [`neuro_core::Error::OutOfRange`] when there is no such memory.
    pub fn memory(&self, memory: usize) -> Result<&[f64], Error> {
        let (n, k) = self.memories.shape();
        if memory >= k {
            let expected = format!("below {k}");
            Core::check_range("memory", &expected, memory as f64, false)?;
        }
        Ok(&self.memories.as_slice()[memory * n..][..n])
    }

    /// The activation `sigma_f` of a feature state.
    ///
    /// # Errors
    /// [`neuro_core::Error::Length`].
    pub fn feature_activation(&self, features: &[f64]) -> Result<Vec<f64>, Error> {
        Core::check_length("feature state", self.feature_units(), features.len())?;
        Ok(activation(&*self.config.features, features))
    }

    /// The activation `sigma_h` of a hidden state.
    ///
    /// # Errors
    /// [`neuro_core::Error::Length`].
    pub fn hidden_activation(&self, hidden: &[f64]) -> Result<Vec<f64>, Error> {
        Core::check_length("hidden state", self.hidden_units(), hidden.len())?;
        Ok(activation(&*self.config.hidden, hidden))
    }

    /// Overlaps of a feature state's activation with the memories: `sigma_f(V_f) . xi_mu / N_f`.
    ///
    /// # Errors
    /// [`neuro_core::Error::Length`].
    pub fn overlaps(&self, features: &[f64]) -> Result<Vec<f64>, Error> {
        let activation = self.feature_activation(features)?;
        self.state_overlaps(&activation)
    }

    /// Overlaps of the state itself, as the paper's supplement has them for LISEM: `V_f . xi_mu / N_f`.
    ///
    /// # Errors
    /// [`neuro_core::Error::Length`].
    pub fn state_overlaps(&self, features: &[f64]) -> Result<Vec<f64>, Error> {
        let n = self.feature_units();
        Core::check_length("feature state", n, features.len())?;
        let mut overlaps = self.projection(features);
        overlaps.iter_mut().for_each(|m| *m /= n as f64);
        Ok(overlaps)
    }

    /// The hidden unit whose memory is most alike to each pattern (columns): the largest product of the two.
    ///
    /// # Errors
    /// [`neuro_core::Error`] for patterns of another length and values that are not finite.
    pub fn winners(&self, patterns: &DMatrix<f64>) -> Result<Vec<usize>, Error> {
        let n = self.feature_units();
        Core::check_length("patterns", n, patterns.nrows())?;
        Core::check_finite("patterns", patterns.as_slice())?;
        let products = self.memories.tr_mul(patterns);
        Ok(products.column_iter().map(|p| p.argmax().0).collect())
    }

    /// The hidden state in the adiabatic limit: `h* = sqrt(alpha_s) Xi^T sigma_f(V_f) + alpha_c W Xi^T V_d`.
    ///
    /// # Errors
    /// [`neuro_core::Error::Length`].
    pub fn adiabatic_hidden(&self, features: &[f64], delay: &[f64]) -> Result<Vec<f64>, Error> {
        let activation = self.feature_activation(features)?;
        Core::check_length("delay state", self.feature_units(), delay.len())?;
        let (overlaps, delayed) = (self.projection(&activation), self.projection(delay));
        Ok(self.drive(&overlaps, &delayed))
    }

    /// Values of the registers that hold the hidden units.
    pub(super) fn padded_units(&self) -> usize {
        self.hidden_units().next_multiple_of(LANES)
    }

    /// `Xi^T v`.
    pub(super) fn projection(&self, v: &[f64]) -> Vec<f64> {
        let mut projection = vec![0.0; self.hidden_units()];
        self.to_hidden.write_product::<DEEP>(v, &mut projection);
        projection
    }

    /// Writes the drive of the hidden units, `sqrt(alpha_s) overlaps + alpha_c W delayed`. Whatever follows
    /// the last overlap, in a register with it, reaches what follows the last unit.
    #[inline(always)]
    pub(super) fn drive_into<const FMA: bool>(
        &self,
        overlaps: &[f64],
        delayed: &[f64],
        drive: &mut [f64],
    ) {
        self.delayed.product_into::<FMA>(delayed, drive);
        let strength = self.config.memory_strength.sqrt();
        let whole = overlaps.len().min(drive.len()) / LANES * LANES;
        let (overlaps, overlaps_rest) = overlaps.split_at(whole);
        let (drive, drive_rest) = drive.split_at_mut(whole);
        let blocks = drive.as_chunks_mut::<LANES>().0.iter_mut();
        for (drive, overlaps) in blocks.zip(overlaps.as_chunks::<LANES>().0) {
            for l in 0..LANES {
                drive[l] = fused::<FMA, _>(strength, overlaps[l], drive[l]);
            }
        }
        for (drive, overlap) in drive_rest.iter_mut().zip(overlaps_rest) {
            *drive = fused::<FMA, _>(strength, *overlap, *drive);
        }
    }

    /// [`drive_into`](Self::drive_into) outside of a kernel.
    pub(super) fn write_drive(&self, overlaps: &[f64], delayed: &[f64], drive: &mut [f64]) {
        run_kernel(HiddenDrive {
            network: self,
            overlaps,
            delayed,
            drive,
        });
    }

    /// The drive of the hidden units.
    pub(super) fn drive(&self, overlaps: &[f64], delayed: &[f64]) -> Vec<f64> {
        let mut drive = vec![0.0; self.hidden_units()];
        self.write_drive(overlaps, delayed, &mut drive);
        drive
    }

    /// `sigma_f` of state `b` with features `v_f`: these, or its part of `features`, where they are activated.
    #[inline(always)]
    pub(super) fn activated<'v>(&self, b: usize, v_f: &'v [f64], features: &'v [f64]) -> &'v [f64] {
        if self.feature_kind.is_identity() {
            v_f
        } else {
            &features[b * v_f.len()..][..v_f.len()]
        }
    }
}

struct HiddenDrive<'a> {
    network: &'a Network,
    overlaps: &'a [f64],
    delayed: &'a [f64],
    drive: &'a mut [f64],
}

impl Kernel for HiddenDrive<'_> {
    type Output = ();

    #[inline(always)]
    fn run<const FMA: bool>(self) {
        let network = self.network;
        network.drive_into::<FMA>(self.overlaps, self.delayed, self.drive);
    }
}

pub(super) fn activation(lagrangian: &dyn Lagrangian, v: &[f64]) -> Vec<f64> {
    let mut activation = vec![0.0; v.len()];
    lagrangian.activation_into(v.len(), v, &mut activation);
    activation
}

/// Checks that memories are there, finite, not zero and different.
fn check_memories(memories: &DMatrix<f64>) -> Result<(), Error> {
    if memories.is_empty() {
        let what = "memories".into();
        return Err(Core::Empty { what }.into());
    }
    Core::check_finite("memories", memories.as_slice())?;
    let columns: Vec<&[f64]> = memories.as_slice().chunks(memories.nrows()).collect();
    for (second, memory) in columns.iter().enumerate() {
        if memory.iter().all(|v| *v == 0.0) {
            let expected = "a memory that is not all zeros";
            Core::check_range("memories", expected, second as f64, false)?;
        }
        if let Some(first) = columns[..second].iter().position(|other| other == memory) {
            return Err(Error::DuplicateMemories { first, second });
        }
    }
    Ok(())
}
