//! Runs one target: `cargo run --release -p neuro-fuzz -- TARGET --seconds 600`.
#![allow(
    clippy::print_stdout,
    reason = "a program that tells what it has found"
)]

use std::error::Error;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use neuro_fuzz::fuzzer::keep_panics;
use neuro_fuzz::{Fuzzer, TARGETS, Target};

struct Options {
    target: &'static Target,
    seconds: u64,
    seed: u64,
}

fn options() -> Result<Option<Options>, lexopt::Error> {
    use lexopt::prelude::{Long, Short, Value, ValueExt};
    let (mut target, mut seconds, mut seed) = (None, 60, 1);
    let mut arguments = lexopt::Parser::from_env();
    while let Some(argument) = arguments.next()? {
        match argument {
            Short('h') | Long("help") => return Ok(None),
            Long("seconds") => seconds = arguments.value()?.parse()?,
            Long("seed") => seed = arguments.value()?.parse()?,
            Value(name) if target.is_none() => {
                target = TARGETS.iter().find(|target| name == target.name);
            }
            _ => return Err(argument.unexpected()),
        }
    }
    Ok(target.map(|target| Options {
        target,
        seconds,
        seed,
    }))
}

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let Some(Options {
        target,
        seconds,
        seed,
    }) = options()?
    else {
        println!("usage: neuro-fuzz TARGET [--seconds N] [--seed N]\n\ntargets:");
        TARGETS
            .iter()
            .for_each(|target| println!("  {}", target.name));
        return Ok(ExitCode::FAILURE);
    };
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    // Kept, so that an input that ends the process is found there.
    let scratch = neuro_fuzz::scratch()?.keep();
    println!("{}: inputs pass through {}", target.name, scratch.display());
    let mut fuzzer = Fuzzer::new(target, seed, &scratch)?;
    keep_panics();
    let end = Instant::now() + Duration::from_secs(seconds);
    while Instant::now() < end {
        fuzzer.step()?;
    }
    fs::remove_dir_all(scratch)?;
    let found = fuzzer.outcome();
    println!(
        "{}: {} inputs in {seconds} s, {} accepted, refused for {} reasons, {} failures",
        target.name,
        found.cases,
        found.accepted,
        found.reasons.len(),
        found.failures.len()
    );
    for (failure, input) in &found.failures {
        let mut hash = DefaultHasher::new();
        failure.hash(&mut hash);
        let folder = package.join("corpus").join(target.name);
        fs::create_dir_all(&folder)?;
        let path = folder.join(format!("{:016x}", hash.finish()));
        fs::write(&path, input)?;
        println!("  {failure}\n    {}", path.display());
    }
    Ok(ExitCode::from(u8::from(!found.failures.is_empty())))
}
