//! Deep rewiring: sparse connections that move while the network learns.

use std::ops::Range;

use neuro_core::{Domain, Scalar, Streams};
use rand::RngExt;

use super::{Adam, AdamConfig, Optimizer, find, stored, unpack};
use crate::{Error, ParameterId, Parameters};

/// The constants of one update.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rewiring<T: Scalar = f64> {
    /// Number `K` of active synapses.
    pub active: usize,
    /// What the L1 cost takes from each active `theta`, `lr a`.
    pub l1: T,
    /// Amplitude of the noise, `sqrt(2 lr Temp)`.
    pub amplitude: T,
    /// `theta` of a synapse that becomes active.
    pub initial: T,
}

impl<T: Scalar> Rewiring<T> {
    /// One update of `theta` and `active`.
    ///
    /// `sign` is +1 or -1, or 0 where no synapse can be; `increment` is what gradient descent would
    /// subtract from each weight; `normal(i)` gives standard normals and is called for each active
    /// synapse in ascending order of `i`; `order` is a uniformly random order of all indices, taken
    /// only as far as needed; `activated(i)` is called for each synapse that becomes active.
    ///
    /// Returns how many synapses became dormant. When `order` ends before `K` synapses are active,
    /// fewer are.
    ///
    /// # Panics
    /// When the slices are not equally long, or `order` gives an index beyond them.
    pub fn apply(
        &self,
        theta: &mut [T],
        active: &mut [bool],
        sign: &[T],
        increment: &[T],
        mut normal: impl FnMut(usize) -> T,
        order: impl IntoIterator<Item = usize>,
        mut activated: impl FnMut(usize),
    ) -> usize {
        for length in [active.len(), sign.len(), increment.len()] {
            assert_eq!(length, theta.len(), "one value for each possible synapse");
        }
        let (mut remaining, mut dormant) = (0, 0);
        for i in 0..theta.len() {
            if !active[i] {
                continue;
            }
            theta[i] -= sign[i] * increment[i] + self.l1 - self.amplitude * normal(i);
            if theta[i] < T::zero() {
                theta[i] = T::zero();
                active[i] = false;
                dormant += 1;
            } else {
                remaining += 1;
            }
        }
        if remaining < self.active {
            for i in order {
                if active[i] || sign[i] == T::zero() {
                    continue;
                }
                active[i] = true;
                theta[i] = self.initial;
                activated(i);
                remaining += 1;
                if remaining == self.active {
                    break;
                }
            }
        }
        dormant
    }
}

/// Constants of [`DeepRewiring`].
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct DeepRewiringConfig {
    /// Constants of Adam.
    pub adam: AdamConfig,
    /// Strength `a` of the L1 cost of active synapses; default 0, at least 0.
    pub l1: f64,
    /// Temperature of the random walk of active synapses; default 0, at least 0.
    pub temperature: f64,
    /// `theta` of a synapse that becomes active; default 0 as in the paper, at least 0. A value
    /// such as 1e-5 keeps it from being lost to rounding.
    pub initial: f64,
}

impl DeepRewiringConfig {
    /// Checks every range.
    ///
    /// # Errors
    /// [`neuro_core::Error::OutOfRange`] naming the first constant outside its range.
    pub fn validate(&self) -> Result<(), Error> {
        self.adam.validate()?;
        for (what, value) in [
            ("L1 strength of rewiring", self.l1),
            ("temperature of rewiring", self.temperature),
            ("initial value of a synapse", self.initial),
        ] {
            let holds = value >= 0.0 && value.is_finite();
            neuro_core::Error::check_range(what, "a finite number >= 0", value, holds)?;
        }
        Ok(())
    }
}

/// Deep rewiring (DEEP R: Bellec, Kappel, Maass & Legenstein, ICLR 2018, Algorithm 1): Adam that
/// rewires one matrix.
///
/// Each possible synapse has a fixed sign `s`, a value `theta` and is active or dormant; its weight
/// is `w = s theta` when active and 0 when dormant, and exactly `K` synapses are active at all
/// times. After each batch, with error `E`, learning rate `lr`, strength `a` of the L1 cost,
/// temperature `Temp` and standard normal `nu`, every ACTIVE synapse moves:
///
/// ```equation
/// theta <- theta - lr s dE/dw - lr a + sqrt(2 lr Temp) nu
/// ```
///
/// Where `theta < 0` the synapse becomes dormant, with `theta = 0`. Then dormant synapses, drawn
/// uniformly, become active until `K` are; one that became dormant in this step may be drawn.
///
/// [`Rewiring::apply`] is that update and nothing else, with all random quantities given.
/// This type is an optimiser: one matrix is rewired, with Adam's increment in place of
/// `lr dE/dw` and both moments of a new synapse set to 0; Adam moves all other parameters.
///
/// The matrix's raw values are the weights `w`; its transform should be [`crate::Identity`], because
/// sign and sparseness are this optimiser's work. The active synapses at the start are the
/// non-zero weights, and their number `K` is kept. Update `n` draws from the streams of
/// [`Domain::Rewiring`] with index `n`, so a resumed run draws what a straight run would.
///
/// ```
/// use neuro_autodiff::optimizer::{DeepRewiring, DeepRewiringConfig, Optimizer};
/// use neuro_autodiff::{Identity, Parameters};
/// use neuro_core::{Streams, nalgebra::DMatrix};
/// use std::sync::Arc;
///
/// // Unit 0 excites, unit 1 inhibits; two of four synapses exist.
/// let mut parameters = Parameters::new();
/// let start = DMatrix::from_row_slice(2, 2, &[0.0, -0.1, 0.1, 0.0]);
/// let w = parameters.add("w", &start, Arc::new(Identity), true)?;
/// let sign = [1.0, 1.0, -1.0, -1.0];
/// let config = DeepRewiringConfig { initial: 1e-5, ..Default::default() };
/// let mut optimizer = DeepRewiring::new(config, &parameters, w, &sign, Streams::new(1))?;
/// for _ in 0..50 {
///     optimizer.step(&mut parameters, &[1.0, 1.0, 1.0, 1.0], 0.05);
///     let raw: &[f64] = parameters.raw(w);
///     assert_eq!(raw.iter().filter(|w| **w != 0.0).count(), 2);
///     assert!(raw.iter().zip(&sign).all(|(w, s)| w * s >= 0.0));
/// }
/// # Ok::<(), neuro_autodiff::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct DeepRewiring<T: Scalar = f64> {
    config: DeepRewiringConfig,
    adam: Adam<T>,
    range: Range<usize>,
    theta: Vec<T>,
    active: Vec<bool>,
    sign: Vec<T>,
    count: usize,
    streams: Streams,
    increments: Vec<T>,
    order: Vec<usize>,
}

impl<T: Scalar> DeepRewiring<T> {
    /// Rewires the matrix `matrix`. `sign` holds +1 or -1 for each entry, column-major, or 0 where
    /// no synapse can be (for instance of a unit with itself).
    ///
    /// # Errors
    /// What [`DeepRewiringConfig::validate`] finds; [`neuro_core::Error::Length`] when `sign` is
    /// not as long as the matrix; [`neuro_core::Error::OutOfRange`] for another sign, for a weight
    /// against its sign, or when the matrix is not trainable; [`neuro_core::Error::Empty`] when all
    /// its weights are 0.
    pub fn new(
        config: DeepRewiringConfig,
        parameters: &Parameters<T>,
        matrix: ParameterId,
        sign: &[f64],
        streams: Streams,
    ) -> Result<Self, Error> {
        use neuro_core::Error as Core;
        config.validate()?;
        let name = parameters.name(matrix);
        let w = parameters.raw(matrix);
        Core::check_length(&format!("signs of {name}"), w.len(), sign.len())?;
        for (i, (w, &s)) in w.iter().zip(sign).enumerate() {
            let what = format!("sign of {name}, value {i}");
            Core::check_range(&what, "+1, -1 or 0", s, s.abs() == 1.0 || s == 0.0)?;
            let w = (*w).as_f64();
            let agree = w == 0.0 || w * s > 0.0;
            Core::check_range(&format!("{name}, value {i}"), "its sign or 0", w, agree)?;
        }
        Core::check_range(
            &format!("number of trainable values of {name}"),
            "all",
            0.0,
            parameters.is_trainable(matrix),
        )?;
        let active: Vec<bool> = w.iter().map(|w| *w != T::zero()).collect();
        let count = active.iter().filter(|a| **a).count();
        if count == 0 {
            let what = format!("active synapses of {name}");
            return Err(Core::Empty { what }.into());
        }
        let range = parameters.range(matrix);
        let others = parameters.trainable_ranges().filter(|r| *r != range);
        Ok(Self {
            config,
            adam: Adam::over(config.adam, parameters.len(), others)?,
            theta: w.iter().map(|w| w.abs()).collect(),
            active,
            sign: sign.iter().map(|s| T::of(*s)).collect(),
            count,
            streams,
            increments: vec![T::zero(); range.len()],
            order: (0..range.len()).collect(),
            range,
        })
    }

    /// Which synapses are active, column-major.
    #[must_use]
    pub fn active(&self) -> &[bool] {
        &self.active
    }

    /// `theta` of each synapse, column-major.
    #[must_use]
    pub fn theta(&self) -> &[T] {
        &self.theta
    }

    /// The inner Adam.
    #[must_use]
    pub fn adam(&self) -> &Adam<T> {
        &self.adam
    }
}

impl<T: Scalar> Optimizer<T> for DeepRewiring<T> {
    fn describe(&self) -> String {
        let (config, seed) = (&self.config, self.streams.seed());
        format!("DeepRewiring, {config:?}, seed {seed}")
    }

    /// # Panics
    /// When `gradient` or `parameters` have another length than the parameters of
    /// [`new`](DeepRewiring::new).
    fn step(&mut self, parameters: &mut Parameters<T>, gradient: &[T], learning_rate: f64) {
        let length = self.adam.moments().0.len();
        assert_eq!(parameters.len(), length, "length of the parameters");
        assert_eq!(gradient.len(), length, "length of the gradient");
        let update = self.adam.steps();
        let rates = self.adam.advance(learning_rate);
        let Self { adam, range, .. } = self;
        let raw = parameters.raw_values();
        adam.increments_into(&rates, range.clone(), raw, gradient, &mut self.increments);

        let rewiring = Rewiring {
            active: self.count,
            l1: T::of(learning_rate * self.config.l1),
            amplitude: T::of((2.0 * learning_rate * self.config.temperature).sqrt()),
            initial: T::of(self.config.initial),
        };
        // The order and the noise share one key but not one stream: the second half of the index
        // range belongs to the order.
        let mut normals = self.streams.normals::<T>(Domain::Rewiring, update);
        let mut rng = self.streams.rng(Domain::Rewiring, update | 1 << 55);
        let still = rewiring.amplitude == T::zero();
        let order = &mut self.order;
        // Every update starts from the same order, so that a resumed run draws the same synapses.
        order.iter_mut().enumerate().for_each(|(i, o)| *o = i);
        let count = order.len();
        let shuffled = (0..count).map(|i| {
            order.swap(i, rng.random_range(i..count));
            order[i]
        });
        rewiring.apply(
            &mut self.theta,
            &mut self.active,
            &self.sign,
            &self.increments,
            |_| if still { T::zero() } else { normals.sample() },
            shuffled,
            |i| adam.clear_moments(range.start + i),
        );
        parameters.update(|raw| {
            adam.move_values(&rates, raw, gradient);
            let synapses = self.theta.iter().zip(&self.sign).zip(&self.active);
            for (w, ((theta, sign), active)) in raw[range.clone()].iter_mut().zip(synapses) {
                *w = if *active { *sign * *theta } else { T::zero() };
            }
        });
    }

    fn state(&self) -> Vec<(String, Vec<f64>)> {
        let active: Vec<f64> = self
            .active
            .iter()
            .map(|a| f64::from(u8::from(*a)))
            .collect();
        let mut state = self.adam.state();
        state.push(stored("rewiring.theta", &self.theta));
        state.push(stored("rewiring.sign", &self.sign));
        state.push(("rewiring.active".into(), active));
        state
    }

    fn restore(&mut self, state: &[(String, Vec<f64>)]) -> Result<(), Error> {
        let theta = find(state, "rewiring.theta", self.theta.len())?;
        let sign = find(state, "rewiring.sign", self.sign.len())?;
        let active = find(state, "rewiring.active", self.active.len())?;
        for (name, values) in [("sign", sign), ("active", active)] {
            let low = if name == "sign" { -1.0 } else { 0.0 };
            if let Some(v) = values.iter().find(|v| ![low, 0.0, 1.0].contains(v)) {
                return Err(Error::CheckpointMismatch {
                    what: format!("optimiser state rewiring.{name}"),
                    expected: format!("{low}, 0 or 1"),
                    found: v.to_string(),
                });
            }
        }
        self.adam.restore(state)?;
        unpack(theta, &mut self.theta);
        unpack(sign, &mut self.sign);
        self.active
            .iter_mut()
            .zip(active)
            .for_each(|(a, v)| *a = *v == 1.0);
        self.count = self.active.iter().filter(|a| **a).count();
        Ok(())
    }
}
