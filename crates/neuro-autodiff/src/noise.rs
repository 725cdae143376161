//! Where the standard normal numbers of a rollout come from.

use neuro_core::noise::StandardNormals;
use neuro_core::{Domain, Scalar, Streams, Trajectory};

use crate::cell::CellShape;
use crate::{Cell, Error};

/// The standard normal numbers of each step, for units or for noise channels.
///
/// A rollout that saves memory runs some steps twice, so a step may be asked for again, and must
/// then get the same numbers.
#[derive(Clone, Debug)]
pub enum Noise<T: Scalar = f64> {
    /// No noise.
    Silent,
    /// Given numbers: units x trials x steps.
    Given(Trajectory<T>),
    /// Numbers drawn as needed, each trial from its own stream.
    Drawn(DrawnNoise<T>),
}

/// Noise drawn from one stream for each trial; trial and step alone decide the numbers.
#[derive(Clone, Debug)]
pub struct DrawnNoise<T: Scalar = f64> {
    domain: Domain,
    units: usize,
    generators: Vec<StandardNormals<T>>,
    next: usize,
}

impl<T: Scalar> DrawnNoise<T> {
    /// Noise for `units` units (or channels) and `trials` trials from `first` on.
    #[must_use]
    pub fn new(streams: Streams, domain: Domain, units: usize, first: u64, trials: usize) -> Self {
        let generators = (0..trials as u64)
            .map(|b| streams.normals(domain, first.wrapping_add(b)))
            .collect();
        Self {
            domain,
            units,
            generators,
            next: 0,
        }
    }

    /// Goes on with the trials from `first` on.
    pub fn restart(&mut self, streams: Streams, first: u64) {
        for (b, generator) in self.generators.iter_mut().enumerate() {
            *generator = streams.normals(self.domain, first.wrapping_add(b as u64));
        }
        self.next = 0;
    }

    /// Draws `steps` steps from `first` on: units x (trials * steps).
    fn fill(&mut self, first: usize, steps: usize, noise: &mut [T]) {
        if first != self.next {
            for generator in &mut self.generators {
                generator.seek((first * self.units) as u64);
            }
        }
        if let [generator] = &mut self.generators[..] {
            // One trial lies in one piece, which needs no buffer between.
            generator.fill(&mut noise[..steps * self.units]);
        } else {
            let block = self.units * self.generators.len();
            for noise in noise.chunks_exact_mut(block.max(1)).take(steps) {
                let trials = noise.chunks_exact_mut(self.units.max(1));
                for (generator, noise) in self.generators.iter_mut().zip(trials) {
                    generator.fill(noise);
                }
            }
        }
        self.next = first + steps;
    }
}

impl<T: Scalar> Noise<T> {
    /// Checks that there are numbers for `units` units, `trials` trials and `steps` steps.
    fn check(&self, what: &str, units: usize, trials: usize, steps: usize) -> Result<(), Error> {
        use neuro_core::Error as Core;
        let found = match self {
            Self::Silent => return Ok(()),
            Self::Given(noise) => (noise.units(), noise.trials()),
            Self::Drawn(noise) => (noise.units, noise.generators.len()),
        };
        Core::check_shape(what, (units, trials), found)?;
        if let Self::Given(noise) = self
            && units > 0
            && noise.steps() < steps
        {
            return Err(Core::Length {
                what: format!("steps of the {what}"),
                expected: steps,
                found: noise.steps(),
            }
            .into());
        }
        Ok(())
    }

    /// The numbers of one step; `buffer` (units x trials) serves where they are drawn.
    pub(crate) fn step<'a>(&'a mut self, step: usize, buffer: &'a mut [T]) -> &'a [T] {
        self.draw(step, 1, buffer);
        self.drawn(step, buffer)
    }

    /// Draws the numbers of `steps` steps from `first` on into `buffer` (units x trials x steps),
    /// where they are drawn.
    pub(crate) fn draw(&mut self, first: usize, steps: usize, buffer: &mut [T]) {
        if let Self::Drawn(noise) = self {
            noise.fill(first, steps, buffer);
        }
    }

    /// The numbers of one step, which `buffer` (units x trials) holds where they are drawn.
    pub(crate) fn drawn<'a>(&'a self, step: usize, buffer: &'a [T]) -> &'a [T] {
        match self {
            Self::Silent => &[],
            Self::Given(noise) => noise.step(step),
            Self::Drawn(_) => buffer,
        }
    }
}

/// Noise of units and of noise channels.
#[derive(Clone, Debug)]
pub struct Disturbance<T: Scalar = f64> {
    /// Noise of each unit.
    pub units: Noise<T>,
    /// Noise channels.
    pub channels: Noise<T>,
}

impl<T: Scalar> Disturbance<T> {
    /// No noise at all.
    #[must_use]
    pub fn silent() -> Self {
        Self {
            units: Noise::Silent,
            channels: Noise::Silent,
        }
    }

    /// The noise that a cell needs, for the trials from `first` on.
    #[must_use]
    pub fn drawn<C: Cell<T>>(cell: &C, streams: Streams, first: u64, trials: usize) -> Self {
        let shape = cell.shape();
        let drawn = |needed: bool, domain, units| {
            if needed {
                Noise::Drawn(DrawnNoise::new(streams, domain, units, first, trials))
            } else {
                Noise::Silent
            }
        };
        Self {
            units: drawn(cell.has_unit_noise(), Domain::UnitNoise, shape.units),
            channels: drawn(shape.channels > 0, Domain::ChannelNoise, shape.channels),
        }
    }

    /// Checks that the numbers fit a cell, a batch and its steps.
    pub(crate) fn check(&self, shape: CellShape, trials: usize, steps: usize) -> Result<(), Error> {
        self.units.check("unit noise", shape.units, trials, steps)?;
        self.channels
            .check("channel noise", shape.channels, trials, steps)
    }

    /// Goes on with the trials from `first` on.
    pub fn restart(&mut self, streams: Streams, first: u64) {
        for noise in [&mut self.units, &mut self.channels] {
            if let Noise::Drawn(noise) = noise {
                noise.restart(streams, first);
            }
        }
    }
}

/// Draws the states at the start of trials, normal with mean 0 and standard deviation `sd`, each
/// trial from its own stream: fills `initial` (units x trials).
///
/// # Panics
/// When `units` is 0.
pub fn draw_initial_states<T: Scalar>(
    streams: Streams,
    first: u64,
    units: usize,
    sd: f64,
    initial: &mut [T],
) {
    for (trial, state) in initial.chunks_exact_mut(units).enumerate() {
        if sd > 0.0 {
            streams
                .normals(Domain::InitialState, first.wrapping_add(trial as u64))
                .fill(state);
            state.iter_mut().for_each(|x| *x *= T::of(sd));
        } else {
            state.fill(T::zero());
        }
    }
}
