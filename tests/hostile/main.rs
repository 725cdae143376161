//! What a caller may get wrong: NaN, infinities, subnormal and largest numbers, empty, huge and unequal
//! shapes, at the public entry points of the five crates.
//!
//! Each entry point is called with many made-up arguments, most of them fit, some not. It must answer, or
//! return an error that says what is wrong; a panic, or a call that does not end, fails the test and
//! names the entry point and the case. `NEURO_HOSTILE_CASES` sets how many cases an entry point gets.

mod analysis;
mod autodiff;
mod core;
mod given;
mod models;
mod plasticity;
mod statistics;
mod training;
