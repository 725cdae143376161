//! The energy along a run: what is true of it, and what is not.

use super::{Deciding, or_nan, truth};
use crate::claims::median;
use crate::sequential_memory::group::Setting;
use crate::sequential_memory::measured::Replayed;
use crate::{Error, Rule, Scale};

const FIGURE: &str = "energy";

pub(super) fn decide(all: &mut Deciding<'_>) -> Result<(), Error> {
    for (id, setting) in [("dsem", Setting::Dsem), ("lisem", Setting::Lisem)] {
        of_setting(all, id, setting)?;
    }
    let delay = |found: &Replayed| or_nan(found.energy.dwell_delay);
    let quick = all.replays(Setting::Dsem, delay);
    let slow = all.replays(Setting::DsemSlow, delay);
    let ratio = if quick.is_empty() || slow.is_empty() {
        vec![]
    } else {
        vec![median(&quick) / median(&slow)]
    };
    all.claim(
        FIGURE,
        "energy-adiabatic",
        "The part G of the change of the energy goes to 0 as the delay becomes slow",
        // In proportion to 1 / T_d, of which one is five times the other.
        &Rule::between(
            "median G in dwells with T_d 20 by that with T_d 100",
            3.5,
            7.0,
        )
        .of("comparisons")
        .from_scale(Scale::Quick),
        &ratio,
    )?;
    all.claim(
        FIGURE,
        "energy-parts",
        "The energy of LISEM has an associative, a sequential and a constant part (with signs and factors mended)",
        &Rule::below("largest difference of the sum of the parts, by the energy,", 1e-10),
        &all.replays(Setting::Lisem, |f| or_nan(f.energy.parts)),
    )
}

fn of_setting(all: &mut Deciding<'_>, id: &str, setting: Setting) -> Result<(), Error> {
    let label = setting.model().label();
    all.claim(
        FIGURE,
        &format!("energy-rate-{id}"),
        &format!("{label}: the energy changes by F and G (Eqs. 5, 6 and 8)"),
        &Rule::below(
            "largest difference of dE/dt from F + G, by their size,",
            1e-6,
        ),
        &all.replays(setting, |f| f.energy.identity),
    )?;
    all.claim(
        FIGURE,
        &format!("energy-descent-{id}"),
        &format!("{label}: F is never positive (Eq. 7)"),
        &Rule::at_most("largest F along the run", 0.0),
        &all.replays(setting, |f| f.energy.largest_descent),
    )?;
    all.claim(
        FIGURE,
        &format!("energy-frozen-{id}"),
        &format!("{label}: the energy does not rise while the delayed signal stands still"),
        // Rounding of a difference of two energies.
        &Rule::at_most(
            "largest rise of the energy in a step, by the energy,",
            1e-12,
        ),
        &all.replays(setting, |f| f.energy.frozen_rise),
    )?;
    all.claim(
        FIGURE,
        &format!("energy-rises-{id}"),
        &format!(
            "{label}: along the run the energy is not monotone: it rises for most of the time"
        ),
        &Rule::at_least("share of the time at which the energy rises", 0.5)
            .from_scale(Scale::Quick),
        &all.replays(setting, |f| f.energy.rising),
    )?;
    all.claim(
        FIGURE,
        &format!("energy-dwell-{id}"),
        &format!(
            "{label}: while a memory is on, its basin is raised by the delay and hardly descended"
        ),
        &Rule::holds("in dwells the median G is positive and the median F above -G / 10")
            .from_scale(Scale::Quick),
        &all.replays(setting, |f| {
            let rates = f.energy.dwell_descent.zip(f.energy.dwell_delay);
            truth(rates.is_some_and(|(descent, delay)| delay > 0.0 && descent > -0.1 * delay))
        }),
    )?;
    all.claim(
        FIGURE,
        &format!("energy-switch-{id}"),
        &format!("{label}: a switch is a fast drop of the energy through F"),
        &Rule::holds(
            "at least 80 % of the descent falls in switches, which take at most half of the time",
        )
        .from_scale(Scale::Quick),
        &all.replays(setting, |f| {
            let most = f.energy.switch_share.is_some_and(|share| share >= 0.8);
            truth(most && f.energy.switch_time <= 0.5)
        }),
    )?;
    all.claim(
        FIGURE,
        &format!("energy-delay-{id}"),
        &format!("{label}: the delayed signal is the past weighted with an exponential (Eq. 2)"),
        // The trapezoidal rule over samples of 0.1 and 0.2.
        &Rule::below("largest difference from the convolution at the end", 0.01),
        &all.replays(setting, |f| f.convolution),
    )
}
