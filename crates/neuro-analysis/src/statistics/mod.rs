//! Statistics: the distributions that tests and intervals are read from.

pub mod distribution;
