//! Episodes: which memory is followed by which, as a directed graph.

use nalgebra::DMatrix;
use neuro_core::Error;

/// A directed graph whose nodes are memories: cycles, chains, branches, or any other.
///
/// ```
/// use neuro_models::sequential_memory::Episodes;
///
/// // 0 -> 1 -> 2 -> 0, and 3 -> 4, which ends there or goes on to 0.
/// let episodes = Episodes::new(5).with_cycle(&[0, 1, 2])?.with_chain(&[3, 4, 0])?;
/// assert!(episodes.follows(2, 0) && episodes.follows(4, 0) && !episodes.follows(0, 2));
/// assert_eq!(episodes.adjacency()[(4, 3)], 1.0); // row: to, column: from
/// # Ok::<(), neuro_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Episodes {
    memories: usize,
    /// Pairs (from, to), each once, in ascending order.
    transitions: Vec<(usize, usize)>,
}

impl Episodes {
    /// This number of memories, none of which leads to another.
    #[must_use]
    pub fn new(memories: usize) -> Self {
        Self {
            memories,
            transitions: Vec::new(),
        }
    }

    /// Cycles of these lengths, one after another: `[3, 4]` is `0 1 2` and `3 4 5 6`.
    ///
    /// # Errors
    /// [`Error::Empty`] for a cycle of length 0, [`Error::TooLarge`] for cycles that do not fit into
    /// memory.
    pub fn cycles(lengths: &[usize]) -> Result<Self, Error> {
        let memories = lengths
            .iter()
            .fold(0_usize, |sum, n| sum.saturating_add(*n));
        Error::check_size::<(usize, usize)>("cycles", &[memories])?;
        let mut episodes = Self::new(memories);
        let mut first = 0;
        for length in lengths {
            let nodes: Vec<usize> = (first..first + length).collect();
            episodes = episodes.with_cycle(&nodes)?;
            first += length;
        }
        Ok(episodes)
    }

    /// The same with a transition more; one that is there already stays as it is.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a memory that there is not.
    pub fn with_transition(mut self, from: usize, to: usize) -> Result<Self, Error> {
        for memory in [from, to] {
            let expected = format!("a memory below {}", self.memories);
            let holds = memory < self.memories;
            Error::check_range("transition", &expected, memory as f64, holds)?;
        }
        if let Err(place) = self.transitions.binary_search(&(from, to)) {
            self.transitions.insert(place, (from, to));
        }
        Ok(self)
    }

    /// The same with transitions from each of these memories to the next.
    ///
    /// # Errors
    /// [`Error::Empty`] for no memory, and what [`with_transition`](Self::with_transition) finds.
    pub fn with_chain(mut self, memories: &[usize]) -> Result<Self, Error> {
        let (Some(first), Some(last)) = (memories.first(), memories.last()) else {
            let what = "memories of an episode".into();
            return Err(Error::Empty { what });
        };
        for memory in [*first, *last] {
            let expected = format!("a memory below {}", self.memories);
            let holds = memory < self.memories;
            Error::check_range("episode", &expected, memory as f64, holds)?;
        }
        for pair in memories.windows(2) {
            self = self.with_transition(pair[0], pair[1])?;
        }
        Ok(self)
    }

    /// The same with a chain of these memories and a transition from the last to the first.
    ///
    /// # Errors
    /// Those of [`with_chain`](Self::with_chain).
    pub fn with_cycle(self, memories: &[usize]) -> Result<Self, Error> {
        let closed = memories.iter().chain(memories.first()).copied();
        self.with_chain(&closed.collect::<Vec<_>>())
    }

    /// Number of memories.
    #[must_use]
    pub fn memories(&self) -> usize {
        self.memories
    }

    /// All transitions (from, to) in ascending order.
    #[must_use]
    pub fn transitions(&self) -> &[(usize, usize)] {
        &self.transitions
    }

    /// Whether `to` follows `from`.
    #[must_use]
    pub fn follows(&self, from: usize, to: usize) -> bool {
        self.transitions.binary_search(&(from, to)).is_ok()
    }

    /// 1 for each transition: row `to`, column `from`, the transpose of the paper's `G`.
    ///
    /// # Panics
    /// When it does not fit into memory.
    #[must_use]
    pub fn adjacency(&self) -> DMatrix<f64> {
        let mut matrix = DMatrix::zeros(self.memories, self.memories);
        for (from, to) in &self.transitions {
            matrix[(*to, *from)] = 1.0;
        }
        matrix
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cycles_close_on_themselves() {
        let episodes = Episodes::cycles(&[1, 2, 3]).expect("lengths above 0");
        let expected = [(0, 0), (1, 2), (2, 1), (3, 4), (4, 5), (5, 3)];
        assert_eq!(episodes.transitions(), expected);
        assert_eq!(episodes.adjacency().sum(), 6.0);
    }

    #[test]
    fn a_transition_twice_is_a_transition() {
        let once = Episodes::new(3).with_transition(0, 2).expect("in range");
        assert_eq!(once.clone().with_chain(&[0, 2]).expect("in range"), once);
    }

    #[test]
    fn memories_that_there_are_not_are_refused() {
        let message = |e: Result<Episodes, Error>| e.map_err(|e| e.to_string()).expect_err("bad");
        let far = Episodes::new(3).with_transition(1, 3);
        assert_eq!(
            message(far),
            "transition: expected a memory below 3, found 3"
        );
        assert!(Episodes::new(3).with_cycle(&[0, 1, 9]).is_err());
        assert!(Episodes::new(3).with_chain(&[3]).is_err());
        assert!(Episodes::new(3).with_chain(&[]).is_err());
        assert!(Episodes::cycles(&[2, 0]).is_err());
    }
}
