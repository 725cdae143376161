//! Weight matrices: random, sparse, sign-constrained, ring-shaped.
