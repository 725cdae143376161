//! Integrators of ordinary and stochastic differential equations with a fixed step.
