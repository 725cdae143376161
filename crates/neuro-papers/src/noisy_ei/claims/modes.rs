//! Figure 4: the modes around the steady states of the delay, and the units of the slowest ones.
//!
//! The paper shows the spectra of two networks; where it says what noise does, we compare all networks
//! that learned, and the example networks beside them in the claim of Figure 4i.

use super::Deciding;
use super::comparing::sample;
use crate::noisy_ei::derived::{
    Contrast, abscissa, dominant_share, dominant_time_constants, drift, leading_real,
    participation, participations, turning_participation, turning_real,
};
use crate::noisy_ei::example::Example;
use crate::noisy_ei::group::{Channels, Group};
use crate::noisy_ei::measured::{DOMINANT, Found, LOOSE};
use crate::{Error, Rule, Scale};

const NONE: Group = Group::Matching(Channels::None);
const TEN: Group = Group::Matching(Channels::Ten);

/// A state is steady when the flow moves it by at most this part of itself in a time constant.
const STEADY: f64 = 0.1;

pub(super) fn decide(all: &mut Deciding<'_>) -> Result<(), Error> {
    spectra(all)?;
    localisation(all)?;
    dominant_units(all)
}

impl Deciding<'_> {
    /// Claims that a number of each network is larger with ten noise channels than without noise.
    pub(super) fn larger_with_noise(
        &mut self,
        figure: &str,
        id: &str,
        statement: &str,
        quantity: &str,
        value: impl Fn(&Found) -> f64 + Copy,
    ) -> Result<(), Error> {
        let (none, ten) = (self.learned(NONE, value), self.learned(TEN, value));
        let (larger, smaller) = (sample("C = 10", ten), sample("C = 0", none));
        self.larger(figure, id, statement, quantity, larger, smaller)
    }

    /// Claims that a number of each network is smaller with ten noise channels than without noise.
    pub(super) fn smaller_with_noise(
        &mut self,
        figure: &str,
        id: &str,
        statement: &str,
        quantity: &str,
        value: impl Fn(&Found) -> f64 + Copy,
    ) -> Result<(), Error> {
        let (none, ten) = (self.learned(NONE, value), self.learned(TEN, value));
        let (larger, smaller) = (sample("C = 0", none), sample("C = 10", ten));
        self.larger(figure, id, statement, quantity, larger, smaller)
    }
}

fn spectra(all: &mut Deciding<'_>) -> Result<(), Error> {
    for (figure, group, name) in [("4a-d", NONE, "without noise"), ("4e-h", TEN, "with noise")] {
        let values = all.learned(group, abscissa);
        all.claim(
            figure,
            &format!("{figure}-stable"),
            &format!("The steady states of the delay are stable in networks trained {name}"),
            &Rule::below(
                "largest real part of the eigenvalues of both steady states, in 1/s,",
                0.0,
            )
            .of("networks that learned")
            .from_scale(Scale::Quick),
            &values,
        )?;
    }
    for (figure, group, name) in [("4a-d", NONE, "without noise"), ("4e-h", TEN, "with noise")] {
        let values = all.learned(group, drift);
        all.claim(
            figure,
            &format!("{figure}-steady"),
            &format!("In the delay the activity of networks trained {name} is steady"),
            &Rule::at_most(
                "flow at the mean state of the delay times the mean time constant, by the size of the \
                 state,",
                STEADY,
            )
            .of("networks that learned")
            .from_scale(Scale::Quick),
            &values,
        )?;
    }
    all.larger_with_noise(
        "4e-h",
        "4e-h-slow-oscillations",
        "Modes that oscillate are slower after training with noise",
        "the mean real part of the complex eigenvalues, in 1/s,",
        turning_real,
    )?;
    all.larger_with_noise(
        "4e-h",
        "4e-h-edge",
        "Noise pushes the slowest modes closer to the edge of instability",
        "the mean real part of the ten slowest modes, in 1/s,",
        leading_real,
    )?;
    all.smaller_with_noise(
        "4e-h",
        "4e-h-delocalised",
        "Modes that oscillate are spread over more units after training with noise",
        "the mean log10 of the inverse participation ratio (left) of the complex modes",
        turning_participation,
    )
}

fn localisation(all: &mut Deciding<'_>) -> Result<(), Error> {
    let example = |group| {
        let shown = Example::of(all.networks, group);
        let name = format!("C = {}", group.channels().count());
        sample(&name, shown.map_or(Vec::new(), |e| participations(e.found)))
    };
    let [none, ten] = [NONE, TEN].map(example);
    let statement = "The modes of the example network trained without noise are more localised";
    let quantity =
        "the log10 of the inverse participation ratio (left) of the modes of both states";
    all.larger("4i", "4i-example", statement, quantity, none, ten)?;
    all.smaller_with_noise(
        "4i",
        "4i-all",
        "The modes of networks trained without noise are more localised",
        "the mean log10 of the inverse participation ratio (left) of all modes",
        participation,
    )
}

fn dominant_units(all: &mut Deciding<'_>) -> Result<(), Error> {
    for (threshold, suffix, words) in [
        (DOMINANT, "", "amplitude above 1e-6"),
        (LOOSE, "-loose", "amplitude above 0.01"),
    ] {
        let contrast = move |f: &Found| dominant_time_constants(f, threshold);
        for (figure, group, name) in [("4j", NONE, "without noise"), ("4k", TEN, "with noise")] {
            let [dominant, others] = [
                all.learned(group, |f| contrast(f).dominant),
                all.learned(group, |f| contrast(f).others),
            ];
            all.larger(
                figure,
                &format!("{figure}-slow{suffix}"),
                &format!(
                    "Dominant units ({words}) are slower than the others in networks trained {name}"
                ),
                "the mean time constant in ms",
                sample("dominant", dominant),
                sample("others", others),
            )?;
            if threshold == DOMINANT {
                let values = all.learned(group, |f| contrast(f).difference());
                all.claim(
                    figure,
                    &format!("{figure}-slow-in-each"),
                    &format!("They are slower in each network trained {name}"),
                    &Rule::above(
                        "mean time constant of dominant units minus that of the others, in ms,",
                        0.0,
                    )
                    .of("networks that learned")
                    .from_scale(Scale::Quick),
                    &values,
                )?;
            }
        }
        let dominant = move |f: &Found| -> f64 {
            let Contrast { dominant, .. } = contrast(f);
            dominant
        };
        all.larger_with_noise(
            "4k",
            &format!("4k-slower-than-4j{suffix}"),
            &format!("Dominant units ({words}) are slower after training with noise"),
            "their mean time constant in ms",
            dominant,
        )?;
        all.larger_with_noise(
            "4k",
            &format!("4k-more{suffix}"),
            &format!("More units are dominant ({words}) after training with noise"),
            "the share of dominant units",
            move |f| dominant_share(f, threshold),
        )?;
    }
    Ok(())
}
