//! A run that is stopped, killed or misled goes on as if nothing had been, or refuses to.

#![allow(clippy::unwrap_used, reason = "a test that fails says where")]

mod endings;
mod killed;
mod refused;
mod run;
mod straight;
