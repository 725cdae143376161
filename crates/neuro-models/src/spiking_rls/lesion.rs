//! What happens to a trained network when something of it is taken away: units, the order of weights, one spike.

use std::ops::Range;

use neuro_core::{Domain, Error as Core, Streams};
use rand::RngExt;

use super::config::steps_of;
use super::{Network, Pattern, RecallConfig, Recording, State};
use crate::Error;

/// First `Analysis` stream of lost units, shuffled weights and deleted spikes.
const LOST: u64 = 1 << 40;
const SHUFFLED: u64 = 1 << 41;
const DELETED: u64 = 1 << 42;

/// A test, and the same test without one of its spikes.
#[derive(Clone, Debug, PartialEq)]
pub struct Deletion {
    /// Step after the stimulus whose spike was deleted.
    pub step: usize,
    /// The unit that had spiked.
    pub unit: usize,
    /// The test with all its spikes.
    pub intact: Recording,
    /// The test without it.
    pub deleted: Recording,
}

impl Network {
    /// Removes a random share of the units: all their weights, in and out, become 0 (Fig. 3d). Returns the
    /// units, ascending. Choices come from the `Analysis` stream 2^40 + `index`; a larger share of the same
    /// stream contains the smaller.
    ///
    /// ```
    /// use neuro_core::Streams;
    /// use neuro_models::spiking_rls::{Config, Network};
    ///
    /// let streams = Streams::new(1);
    /// let mut network = Network::new(&Config { units: 40, ..Config::strong() }, streams)?;
    /// let lost = network.lose_units(0.1, streams, 0)?;
    /// assert_eq!(lost.len(), 4);
    /// assert_eq!(network.weight_matrix().row(lost[0]).amax(), 0.0);
    /// # Ok::<(), neuro_models::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`neuro_core::Error::OutOfRange`] unless the share is from 0 to 1.
    pub fn lose_units(
        &mut self,
        share: f64,
        streams: Streams,
        index: u64,
    ) -> Result<Vec<usize>, Error> {
        check_share("share of lost units", share)?;
        let n = self.units();
        let count = (share * n as f64).round() as usize;
        let mut lost = permuted(n, streams, LOST.wrapping_add(index));
        lost.truncate(count);
        lost.sort_unstable();
        self.disconnect(&lost)?;
        Ok(lost)
    }

    /// Permutes a random share of the weights among `units` (from and to them) over their connections: who is
    /// connected to whom stays, and so do the weights as a set (Fig. 5f). Choices come from the `Analysis`
    /// stream 2^41 + `index`.
    ///
    /// # Errors
    /// [`neuro_core::Error::OutOfRange`] unless the share is from 0 to 1 and the units exist.
    pub fn shuffle_weights(
        &mut self,
        units: Range<usize>,
        share: f64,
        streams: Streams,
        index: u64,
    ) -> Result<(), Error> {
        check_share("share of shuffled weights", share)?;
        let (n, end) = (self.units(), units.end);
        Core::check_range("units", &format!("up to {n}"), end as f64, end <= n)?;
        let mut places = Vec::new();
        for i in units.clone() {
            let sources = self.connections().sources(i);
            let within = self.connections().range(i).zip(sources);
            let within = within.filter(|(_, j)| units.contains(&(**j as usize)));
            places.extend(within.map(|(place, _)| place));
        }
        let count = (share * places.len() as f64).round() as usize;
        let chosen = permuted(places.len(), streams, SHUFFLED.wrapping_add(index));
        let chosen: Vec<usize> = chosen[..count].iter().map(|k| places[*k]).collect();
        let values: Vec<f64> = chosen.iter().map(|place| self.weights()[*place]).collect();
        // The order of choice is random: shifting the values by one place permutes them all.
        let weights = self.weights_mut();
        for (k, place) in chosen.iter().enumerate() {
            weights[*place] = values[(k + 1) % values.len()];
        }
        Ok(())
    }

    /// A test and its twin from the same state, in which one spike has no effect on any synapse: one at random
    /// among those of the first step with spikes from `after` ms after the stimulus on (Fig. 4c, f). `None`
    /// when there is no such spike. The unit comes from the `Analysis` stream 2^42 + `trial`.
    ///
    /// # Errors
    /// Those of [`recall`](Self::recall).
    pub fn delete_one_spike(
        &self,
        pattern: &Pattern,
        config: &RecallConfig,
        after: f64,
        streams: Streams,
        trial: u64,
    ) -> Result<Option<Deletion>, Error> {
        let first = steps_of("time of the deleted spike", after, self.dt())?;
        let intact = self.recall(pattern, config, streams, trial)?;
        let Some((step, _)) = intact.spikes.iter().find(|(step, _)| *step >= first) else {
            return Ok(None);
        };
        let step = *step;
        let fired = intact.spikes.iter().filter(|(at, _)| *at == step);
        let fired: Vec<usize> = fired.map(|(_, unit)| *unit).collect();
        let mut rng = streams.rng(Domain::Analysis, DELETED.wrapping_add(trial));
        let unit = fired[rng.random_range(0..fired.len())];
        let mut state = self.state_after_stimulus(pattern, config, streams, trial)?;
        let steps = intact.drive.ncols();
        let deleted = self.record_edited(
            steps,
            |step| pattern.input_at(step),
            |at, spikes| {
                if at == step {
                    spikes[unit] = 0.0;
                }
            },
            &mut state,
        );
        Ok(Some(Deletion {
            step,
            unit,
            intact,
            deleted,
        }))
    }

    /// The state of a test at the end of its stimulus.
    ///
    /// # Errors
    /// Those of [`recall`](Self::recall).
    pub fn state_after_stimulus(
        &self,
        pattern: &Pattern,
        config: &RecallConfig,
        streams: Streams,
        trial: u64,
    ) -> Result<State, Error> {
        pattern.check(self.units())?;
        let free = steps_of("free run", config.free_run, self.dt())?;
        let stimulated = steps_of("stimulus", config.stimulus_duration, self.dt())?;
        let mut state = self.random_state(streams, trial);
        self.run(free, &[], &mut state);
        self.run(stimulated, &pattern.stimulus, &mut state);
        Ok(state)
    }
}

fn check_share(what: &str, share: f64) -> Result<(), Error> {
    let fits = (0.0..=1.0).contains(&share);
    Ok(Core::check_range(what, "0 to 1", share, fits)?)
}

/// The numbers below `count` in random order.
fn permuted(count: usize, streams: Streams, index: u64) -> Vec<usize> {
    let mut rng = streams.rng(Domain::Analysis, index);
    let mut order: Vec<usize> = (0..count).collect();
    for k in (1..count).rev() {
        order.swap(k, rng.random_range(0..=k));
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spiking_rls::{BalancedConfig, Config, stimulus};
    use nalgebra::DMatrix;

    fn network(units: usize) -> Network {
        let config = Config {
            units,
            ..Config::strong()
        };
        Network::new(&config, Streams::new(2)).expect("valid")
    }

    #[test]
    fn shuffling_keeps_connections_and_the_set_of_weights() {
        let before = network(60);
        let mut after = before.clone();
        after
            .shuffle_weights(0..30, 1.0, Streams::new(2), 0)
            .expect("valid");
        let sorted = |network: &Network| {
            let mut weights = network.weights().to_vec();
            weights.sort_by(f64::total_cmp);
            weights
        };
        assert_eq!(sorted(&before), sorted(&after));
        let (w, v) = (before.weight_matrix(), after.weight_matrix());
        let moved = |i: usize, j: usize| w[(i, j)] != v[(i, j)];
        let inside = (0..30).flat_map(|i| (0..30).map(move |j| (i, j)));
        let connected = inside.clone().filter(|(i, j)| w[(*i, *j)] != 0.0).count();
        assert_eq!(inside.filter(|(i, j)| moved(*i, *j)).count(), connected);
        assert!((0..60).all(|i| (30..60).all(|j| !moved(i, j) && !moved(j, i))));
        let mut none = before.clone();
        none.shuffle_weights(0..30, 0.0, Streams::new(2), 0)
            .expect("valid");
        assert_eq!(none.weights(), before.weights());
        assert!(
            none.shuffle_weights(0..61, 0.5, Streams::new(2), 0)
                .is_err()
        );
        assert!(none.lose_units(1.5, Streams::new(2), 0).is_err());
    }

    #[test]
    fn more_lost_units_include_the_fewer() {
        let few = network(50).lose_units(0.1, Streams::new(2), 0);
        let many = network(50).lose_units(0.4, Streams::new(2), 0);
        let (few, many) = (few.expect("valid"), many.expect("valid"));
        assert_eq!((few.len(), many.len()), (5, 20));
        assert!(few.iter().all(|unit| many.contains(unit)));
    }

    #[test]
    fn trials_are_the_same_until_the_spike_is_deleted_and_chaos_parts_them_then() {
        let config = BalancedConfig {
            units: 200,
            connection_probability: 0.2,
            ..BalancedConfig::default()
        };
        let streams = Streams::new(3);
        let network = config.network(streams).expect("valid");
        let targets = DMatrix::zeros(200, 600);
        let pattern = Pattern::new(stimulus(200, 2.0, streams, 0).expect("valid"), targets);
        let found = network.delete_one_spike(&pattern, &RecallConfig::default(), 200.0, streams, 0);
        let found = found.expect("a pattern that fits").expect("it spikes");
        assert!(found.step >= 200 && found.step < 250, "{}", found.step);
        let (a, b) = (&found.intact, &found.deleted);
        let same = |s: usize| a.variable.column(s) == b.variable.column(s);
        assert!((0..=found.step).all(same));
        assert!(!same(599));
        assert!(a.spikes.contains(&(found.step, found.unit)));
        assert!(!b.spikes.contains(&(found.step, found.unit)));
    }
}
