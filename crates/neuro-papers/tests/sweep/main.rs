//! Sweeps as processes: killed, sharded, at the same time in one folder, and with files that are not
//! as they should be. However a run was made, its files have the same bytes.

mod killed;
mod process;
mod refused;
#[path = "../support/results.rs"]
mod results;
mod shared;
