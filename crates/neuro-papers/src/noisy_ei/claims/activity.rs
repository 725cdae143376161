//! Figure 5: the rates of dominant and other units in the delay.

use super::Deciding;
use super::comparing::sample;
use crate::Error;
use crate::noisy_ei::derived::{Contrast, dominant_rates};
use crate::noisy_ei::example::Example;
use crate::noisy_ei::group::{Channels, Group};
use crate::noisy_ei::measured::{DOMINANT, Found, LOOSE, Steady};

const NONE: Group = Group::Matching(Channels::None);
const TEN: Group = Group::Matching(Channels::Ten);

pub(super) fn decide(all: &mut Deciding<'_>) -> Result<(), Error> {
    examples(all)?;
    for (threshold, suffix, words) in [
        (DOMINANT, "", "amplitude above 1e-6"),
        (LOOSE, "-loose", "amplitude above 0.01"),
    ] {
        networks(all, threshold, suffix, words)?;
    }
    Ok(())
}

/// Rates of the dominant units and of the others, each unit after each first stimulus.
fn of_units(found: &Found) -> [Vec<f64>; 2] {
    let of = |dominant: bool| {
        let rates = |steady: &Steady| {
            let units = steady.amplitudes.iter().zip(&steady.rates);
            let units = units.filter(|(amplitude, _)| (**amplitude > DOMINANT) == dominant);
            units.map(|(_, rate)| *rate).collect::<Vec<f64>>()
        };
        found.steady.iter().flat_map(rates).collect()
    };
    [of(true), of(false)]
}

fn examples(all: &mut Deciding<'_>) -> Result<(), Error> {
    let shown = |group| Example::of(all.networks, group).map(|example| of_units(example.found));
    let [none, ten] = [NONE, TEN].map(|group| shown(group).unwrap_or_default());
    let [dominant, others] = none;
    all.alike(
        "5a",
        "5a-example",
        "In the example network trained without noise, dominant units are no more active in the delay",
        "the mean rates of single units in the delay",
        &[sample("dominant", dominant), sample("others", others)],
    )?;
    let [dominant, others] = ten;
    all.larger(
        "5b",
        "5b-example",
        "In the example network trained with noise, dominant units are more active in the delay",
        "the mean rate of single units in the delay",
        sample("dominant", dominant),
        sample("others", others),
    )
}

fn networks(
    all: &mut Deciding<'_>,
    threshold: f64,
    suffix: &str,
    words: &str,
) -> Result<(), Error> {
    let rates = move |f: &Found| -> Contrast { dominant_rates(f, threshold) };
    let both = |all: &Deciding<'_>, group| {
        [
            sample("dominant", all.learned(group, |f| rates(f).dominant)),
            sample("others", all.learned(group, |f| rates(f).others)),
        ]
    };
    let samples = both(all, NONE);
    all.alike(
        "5c",
        &format!("5c-same{suffix}"),
        &format!("Without noise, dominant units ({words}) are no more active in the delay"),
        "the mean rate in the delay",
        &samples,
    )?;
    let [dominant, others] = both(all, TEN);
    all.larger(
        "5d",
        &format!("5d-elevated{suffix}"),
        &format!("With noise, dominant units ({words}) are more active in the delay"),
        "the mean rate in the delay",
        dominant,
        others,
    )?;
    all.larger_with_noise(
        "5e",
        &format!("5e-more{suffix}"),
        &format!("Dominant units ({words}) are more active in the delay after training with noise"),
        "their mean rate in the delay",
        move |f| rates(f).dominant,
    )?;
    let samples = all.by_channels(&Group::MATCHING, move |f| rates(f).others);
    let [none, _, _, ten] = samples.as_slice() else {
        return Ok(());
    };
    all.alike(
        "5f",
        &format!("5f-same{suffix}"),
        "The other units are equally active in the delay, trained with or without noise",
        "their mean rate in the delay",
        &[none.clone(), ten.clone()],
    )?;
    if threshold != DOMINANT {
        return Ok(());
    }
    // Noise is said to raise the activity of dominant units beyond that of the others: that is a
    // statement on their difference, whatever noise does to all units.
    all.larger_with_noise(
        "5e",
        "5e-contrast",
        "Noise during training raises the activity of dominant units above that of the others",
        "their mean rate in the delay minus that of the others",
        move |f| rates(f).difference(),
    )
}
