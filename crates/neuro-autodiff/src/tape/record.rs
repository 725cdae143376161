//! The record behind a tape: nodes, and their values and adjoints in two buffers.
//!
//! Node `k` takes `rows * columns` values of either buffer, right behind those of node `k - 1`; a
//! node that will be pulled back through may keep as many values more for it (a slope, say).

use std::ops::Range;
use std::panic::Location;

use neuro_core::Scalar;
use neuro_core::transfer::Transfer;

use super::Shape;
use super::operation::Operation;
use crate::Error;

/// One matrix.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node<T> {
    operation: Operation<T>,
    pub(super) shape: Shape,
    start: usize,
    /// Whether a gradient with respect to it is needed.
    varies: bool,
}

impl<T> Node<T> {
    fn size(&self) -> usize {
        self.shape.0 * self.shape.1
    }

    pub(super) fn range(&self) -> Range<usize> {
        self.start..self.start + self.size()
    }

    /// What it keeps for the way back.
    pub(super) fn kept(&self) -> Range<usize> {
        self.range().end..self.range().end + self.size()
    }
}

/// Matrices that an operation cannot take.
#[derive(Clone, Debug)]
pub(super) struct Unfit {
    pub(super) expected: String,
    pub(super) found: String,
}

/// The first mistake in the equations.
#[derive(Clone, Debug)]
pub(super) struct Mistake {
    operation: &'static str,
    location: &'static Location<'static>,
    unfit: Unfit,
}

impl Mistake {
    pub(super) fn error(&self) -> Error {
        Error::Tape {
            operation: self.operation,
            location: self.location,
            expected: self.unfit.expected.clone(),
            found: self.unfit.found.clone(),
        }
    }
}

#[derive(Debug)]
pub(super) struct Record<T: Scalar> {
    nodes: Vec<Node<T>>,
    /// Values of all nodes; longer than needed after a longer run.
    values: Vec<T>,
    adjoints: Vec<T>,
    /// Values that are taken.
    taken: usize,
    /// Nodes up to which adjoints are those of the last `pull`; 0 when there was none.
    pulled: usize,
    /// Nodes that `rewind` keeps, and their values.
    kept: (usize, usize),
    differentiates: bool,
    pub(super) mistake: Option<Mistake>,
}

impl<T: Scalar> Default for Record<T> {
    fn default() -> Self {
        Self {
            nodes: Vec::new(),
            values: Vec::new(),
            adjoints: Vec::new(),
            taken: 0,
            pulled: 0,
            kept: (0, 0),
            differentiates: true,
            mistake: None,
        }
    }
}

impl<T: Scalar> Record<T> {
    pub(super) fn len(&self) -> usize {
        self.nodes.len()
    }

    pub(super) fn shape(&self, node: usize) -> Shape {
        self.nodes.get(node).map_or((0, 0), |n| n.shape)
    }

    pub(super) fn value(&self, node: usize) -> &[T] {
        &self.values[self.nodes[node].range()]
    }

    pub(super) fn value_mut(&mut self, node: usize) -> &mut [T] {
        &mut self.values[self.nodes[node].range()]
    }

    /// The adjoint that the last pass back left, if it came by.
    pub(super) fn adjoint(&self, node: usize) -> Option<&[T]> {
        (node < self.pulled).then(|| &self.adjoints[self.nodes[node].range()])
    }

    pub(super) fn keep_mistake(
        &mut self,
        operation: &'static str,
        location: &'static Location<'static>,
        unfit: Unfit,
    ) {
        self.mistake.get_or_insert(Mistake {
            operation,
            location,
            unfit,
        });
    }

    /// Adds a leaf.
    pub(super) fn leaf(
        &mut self,
        shape: Shape,
        varies: bool,
        fill: impl FnOnce(&mut [T]),
    ) -> Result<usize, Unfit> {
        let node = self.push(Operation::Leaf, shape, varies)?;
        fill(self.value_mut(node));
        Ok(node)
    }

    /// Adds the result of an operation.
    pub(super) fn apply(&mut self, operation: Operation<T>) -> Result<usize, Unfit> {
        let shape = operation.shape(|node| self.nodes[node].shape)?;
        let varies = operation.operands().any(|node| self.nodes[node].varies);
        let node = self.push(operation, shape, varies)?;
        let (nodes, made) = self.nodes.split_at(node);
        let (before, result) = self.values.split_at_mut(made[0].start);
        let made = made[0];
        let (result, kept) = result.split_at_mut(made.size());
        operation.forward(
            |node| (&before[nodes[node].range()], nodes[node].shape),
            result,
            shape,
        );
        if operation.keeps() && made.varies {
            operation.keep(result, &mut kept[..made.size()]);
        }
        Ok(node)
    }

    /// Adds a function of each element, whose slopes are kept.
    pub(super) fn map(&mut self, of: usize, function: &dyn Transfer<T>) -> Result<usize, Unfit> {
        let Node { shape, varies, .. } = self.nodes[of];
        let node = self.push(Operation::Map(of), shape, varies)?;
        let made = self.nodes[node];
        let (before, result) = self.values.split_at_mut(made.start);
        let (result, kept) = result.split_at_mut(made.size());
        let x = &before[self.nodes[of].range()];
        function.value_into(x, result);
        if made.varies {
            function.slope_into(x, result, &mut kept[..made.size()]);
        }
        Ok(node)
    }

    /// Makes room for a node; its values are whatever was there.
    fn push(
        &mut self,
        operation: Operation<T>,
        shape: Shape,
        varies: bool,
    ) -> Result<usize, Unfit> {
        let too_large = || Unfit {
            expected: "a matrix that fits in memory".into(),
            found: format!("{}x{}", shape.0, shape.1),
        };
        let varies = varies && self.differentiates;
        let blocks = if varies && operation.keeps() { 2 } else { 1 };
        let size = shape.0.checked_mul(shape.1).ok_or_else(too_large)?;
        let end = size
            .checked_mul(blocks)
            .and_then(|n| n.checked_add(self.taken));
        let end = end.ok_or_else(too_large)?;
        if end > self.values.len() {
            let more = end - self.values.len();
            self.values.try_reserve(more).map_err(|_| too_large())?;
            self.values.resize(end, T::zero());
        }
        self.nodes.push(Node {
            operation,
            shape,
            start: self.taken,
            varies,
        });
        self.taken = end;
        Ok(self.nodes.len() - 1)
    }

    /// Pulls an adjoint of `root`, which `seed` adds to what is there, back: sets the adjoints of all
    /// nodes that are not kept, and adds to those of the kept ones.
    pub(super) fn pull(&mut self, root: usize, seed: impl FnOnce(&mut [T])) {
        if self.adjoints.len() < self.taken {
            self.adjoints.resize(self.taken, T::zero());
        }
        // Kept adjoints are there since `keep`.
        self.adjoints[self.kept.1..self.taken].fill(T::zero());
        self.pulled = self.nodes.len();
        if !self.nodes[root].varies {
            return;
        }
        seed(&mut self.adjoints[self.nodes[root].range()]);
        for index in (self.kept.0..=root).rev() {
            let (nodes, node) = self.nodes.split_at(index);
            let node = &node[0];
            if !node.varies {
                continue;
            }
            let (before, own) = self.adjoints.split_at_mut(node.start);
            let mut back = Back {
                nodes,
                values: &self.values,
                adjoints: before,
            };
            let kept = if node.operation.keeps() {
                &self.values[node.kept()]
            } else {
                &[]
            };
            let d = &own[..node.size()];
            node.operation.backward(&mut back, (d, node.shape), kept);
        }
    }

    pub(super) fn keep(&mut self) {
        self.kept = (self.nodes.len(), self.taken);
        self.adjoints.clear();
        self.adjoints.resize(self.taken, T::zero());
        self.pulled = self.nodes.len();
    }

    /// Takes the adjoint of a kept node and leaves 0.
    pub(super) fn take_adjoint(&mut self, node: usize, add_to: &mut [T]) {
        let range = self.nodes[node].range();
        for (sum, d) in add_to.iter_mut().zip(&mut self.adjoints[range]) {
            *sum += std::mem::replace(d, T::zero());
        }
    }

    pub(super) fn rewind(&mut self, differentiate: bool) {
        self.nodes.truncate(self.kept.0);
        self.taken = self.kept.1;
        self.pulled = self.kept.0;
        self.differentiates = differentiate;
        self.mistake = None;
    }

    pub(super) fn clear(&mut self) {
        self.kept = (0, 0);
        self.rewind(true);
    }
}

/// What an operation sees on the way back: values of all nodes, adjoints of those before it.
#[derive(Debug)]
pub(super) struct Back<'a, T: Scalar> {
    nodes: &'a [Node<T>],
    values: &'a [T],
    adjoints: &'a mut [T],
}

impl<'a, T: Scalar> Back<'a, T> {
    /// The value of a node and its shape.
    pub(super) fn value(&self, node: usize) -> (&'a [T], Shape) {
        let node = &self.nodes[node];
        (&self.values[node.range()], node.shape)
    }

    /// The adjoint of a node, to be added to, and its shape; none where it is not needed.
    pub(super) fn adjoint(&mut self, node: usize) -> Option<(&mut [T], Shape)> {
        let node = &self.nodes[node];
        let range = node.range();
        node.varies.then(|| (&mut self.adjoints[range], node.shape))
    }
}
