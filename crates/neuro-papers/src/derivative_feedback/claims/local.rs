//! Figures 9 and 10: local perturbations, one rule at a time.

use super::global::of;
use super::{
    BROKEN, DECENT, Deciding, EVEN, RECOVERED, compared, excess, run, settled_excess,
    settled_unevenness, silent, uneven, unevenness,
};
use crate::derivative_feedback::figures::sweep;
use crate::derivative_feedback::group::{Learned, Site};
use crate::derivative_feedback::measured::{Activity, Unlearned};
use crate::{Error, Rule, Scale};

pub(super) fn decide(all: &mut Deciding<'_>) -> Result<(), Error> {
    figure_9(all)?;
    figure_10(all)
}

/// Rate at the end of the delay where the stimulus was: at the perturbed site by opposite to it.
fn at_site(found: &Unlearned, site: Site) -> f64 {
    let pattern = |a: &Activity| {
        // Angle -pi is unit 0, angle 0 half-way round.
        let half = a.pattern.len() / 2;
        a.pattern[half][half] / a.pattern[0][0]
    };
    of(site, 15, |a| {
        if a.pattern.is_empty() {
            f64::NAN
        } else {
            pattern(a)
        }
    })(found)
}

fn before(all: &mut Deciding<'_>, figure: &str, site: Site) -> Result<(), Error> {
    let words = site.label();
    all.claim(
        figure,
        &format!("{figure}b-decay"),
        &format!("A {words} perturbation of 15 % makes activity decay near the perturbed site"),
        &Rule::at_most("rate at the end at the site by that opposite to it", 0.1),
        &all.unlearned(|f| at_site(f, site)),
    )?;
    all.claim(
        figure,
        &format!("{figure}b-uneven"),
        &format!("A {words} perturbation of 15 % breaks translation invariance"),
        &Rule::at_least("sd / mean of selectivity", BROKEN),
        &all.unlearned(of(site, 15, |a| uneven(&a.read))),
    )
}

fn figure_9(all: &mut Deciding<'_>) -> Result<(), Error> {
    let site = Site::Post;
    let differential = run(Learned::Differential, site, 15);
    let homeostatic = run(Learned::Homeostatic, site, 15);
    before(all, "9", site)?;
    all.claim(
        "9",
        "9c-silent",
        "Under differential plasticity some units fall silent for good",
        &Rule::at_least("silent units", 1.0).from_scale(Scale::Quick),
        &all.rings(&differential, silent),
    )?;
    all.claim(
        "9",
        "9c-broken",
        "Translation invariance stays broken",
        &Rule::at_least("sd / mean of selectivity after learning", BROKEN).from_scale(Scale::Quick),
        &all.rings(&differential, unevenness),
    )?;
    all.claim(
        "9",
        "9c-error",
        "The location is still decoded decently",
        &Rule::at_most("decoding error above that of the unperturbed ring", DECENT)
            .from_scale(Scale::Quick),
        &all.rings(&differential, excess),
    )?;
    all.claim(
        "9",
        "9c-vicinity",
        "Units in the vicinity of silent ones make up for them by higher activity",
        &Rule::at_least(
            "largest rate at the end by that of the unperturbed ring",
            1.5,
        )
        .from_scale(Scale::Quick),
        &all.rings(&differential, |r| r.last().peaks[2] / r.baseline_peak),
    )?;
    all.claim(
        "9",
        "9d-active",
        "Homeostatic plasticity leaves no unit silent",
        &Rule::at_most("silent units", 0.0).from_scale(Scale::Quick),
        &all.rings(&homeostatic, silent),
    )?;
    all.claim(
        "9",
        "9d-even",
        "Homeostatic plasticity recovers translation invariance",
        &Rule::at_most(
            "sd / mean of selectivity, median over the second half of the trials,",
            EVEN,
        )
        .from_scale(Scale::Quick),
        &all.rings(&homeostatic, settled_unevenness),
    )?;
    all.claim(
        "9",
        "9d-error",
        "Homeostatic plasticity recovers the memory at all locations",
        &Rule::at_most(
            "decoding error above that of the unperturbed ring, median over the second half of the \
             trials,",
            RECOVERED,
        )
        .from_scale(Scale::Quick),
        &all.rings(&homeostatic, settled_excess),
    )?;
    all.claim(
        "9",
        "9-compared",
        "After 15 % the spread is lower with homeostatic than with differential plasticity",
        &compared("sd / mean with the homeostatic rule is smaller than with the differential one"),
        &all.smaller([&homeostatic, &differential], settled_unevenness),
    )?;
    let weak = [
        run(Learned::Differential, site, 5)[0],
        run(Learned::Homeostatic, site, 5)[0],
    ];
    all.claim(
        "9",
        "9ef-weak",
        "After a weak perturbation (5 %) both rules recover translation invariance",
        &Rule::at_most(
            "sd / mean of selectivity, median over the second half of the trials,",
            EVEN,
        )
        .from_scale(Scale::Paper),
        &all.rings(&weak, settled_unevenness),
    )?;
    all.claim(
        "9",
        "9e-spread",
        "With differential plasticity the spread grows with the depth",
        &Rule::at_least("Spearman correlation of sd / mean with depth", 0.5)
            .of("correlations")
            .from_scale(Scale::Paper),
        &all.with_depth(&sweep(Learned::Differential, site), unevenness),
    )?;
    all.claim(
        "9",
        "9e-error",
        "With differential plasticity the location is decoded decently at all depths",
        &Rule::at_most("decoding error above that of the unperturbed ring", DECENT)
            .from_scale(Scale::Paper),
        &all.rings(&sweep(Learned::Differential, site), excess),
    )?;
    all.claim(
        "9",
        "9f-even",
        "Homeostatic plasticity keeps the spread low over a broad range of depths",
        &Rule::at_most(
            "sd / mean of selectivity, median over the second half of the trials,",
            EVEN,
        )
        .from_scale(Scale::Paper),
        &all.rings(&sweep(Learned::Homeostatic, site), settled_unevenness),
    )
}

fn figure_10(all: &mut Deciding<'_>) -> Result<(), Error> {
    let site = Site::Pre;
    let differential = run(Learned::Differential, site, 15);
    let homeostatic = run(Learned::Homeostatic, site, 15);
    before(all, "10", site)?;
    all.claim(
        "10",
        "10c-error",
        "Differential plasticity recovers the memory",
        &Rule::at_most(
            "decoding error above that of the unperturbed ring",
            RECOVERED,
        )
        .from_scale(Scale::Quick),
        &all.rings(&differential, excess),
    )?;
    all.claim(
        "10",
        "10c-even",
        "Differential plasticity recovers translation invariance",
        &Rule::at_most("sd / mean of selectivity after learning", EVEN).from_scale(Scale::Quick),
        &all.rings(&differential, unevenness),
    )?;
    all.claim(
        "10",
        "10c-active",
        "Differential plasticity leaves no unit silent",
        &Rule::at_most("silent units", 0.0).from_scale(Scale::Quick),
        &all.rings(&differential, silent),
    )?;
    all.claim(
        "10",
        "10d-drift",
        "After homeostatic plasticity the bump drifts towards the perturbed site",
        &Rule::above(
            "mean displacement towards the site of stimuli less than a right angle away, median over the \
             second half of the trials (rad)",
            0.02,
        )
        .from_scale(Scale::Quick),
        &all.rings(&homeostatic, |r| super::median(&r.later(|s| s.drift))),
    )?;
    all.claim(
        "10",
        "10d-drift-post",
        "It drifts there more than after a post-synaptic perturbation",
        &compared("the displacement towards the site is smaller after the post-synaptic one"),
        &all.smaller(
            [&run(Learned::Homeostatic, Site::Post, 15), &homeostatic],
            |r| super::median(&r.later(|s| s.drift)),
        ),
    )?;
    all.claim(
        "10",
        "10d-error",
        "Decoding is worse with homeostatic than with differential plasticity",
        &compared("the decoding error with the differential rule is smaller"),
        &all.smaller([&differential, &homeostatic], settled_excess),
    )?;
    all.claim(
        "10",
        "10d-even",
        "Translation invariance is worse with homeostatic than with differential plasticity",
        &compared("sd / mean with the differential rule is smaller"),
        &all.smaller([&differential, &homeostatic], settled_unevenness),
    )?;
    all.claim(
        "10",
        "10d-post",
        "Homeostatic plasticity recovers less from a pre- than from a post-synaptic perturbation",
        &compared("the decoding error after the post-synaptic perturbation is smaller"),
        &all.smaller(
            [&run(Learned::Homeostatic, Site::Post, 15), &homeostatic],
            settled_excess,
        ),
    )?;
    let depths = sweep(Learned::Differential, site);
    all.claim(
        "10",
        "10e-even",
        "Differential plasticity recovers translation invariance over a broad range of depths",
        &Rule::at_most("sd / mean of selectivity after learning", EVEN).from_scale(Scale::Paper),
        &all.rings(&depths, unevenness),
    )?;
    all.claim(
        "10",
        "10e-error",
        "Differential plasticity recovers the memory over a broad range of depths",
        &Rule::at_most(
            "decoding error above that of the unperturbed ring",
            RECOVERED,
        )
        .from_scale(Scale::Paper),
        &all.rings(&depths, excess),
    )?;
    let depths = sweep(Learned::Homeostatic, site);
    all.claim(
        "10",
        "10f-error",
        "With homeostatic plasticity the decoding error grows with the depth",
        &Rule::at_least("Spearman correlation of the decoding error with depth", 0.5)
            .of("correlations")
            .from_scale(Scale::Paper),
        &all.with_depth(&depths, settled_excess),
    )?;
    all.claim(
        "10",
        "10f-spread",
        "With homeostatic plasticity the spread grows with the depth",
        &Rule::at_least("Spearman correlation of sd / mean with depth", 0.5)
            .of("correlations")
            .from_scale(Scale::Paper),
        &all.with_depth(&depths, settled_unevenness),
    )
}
