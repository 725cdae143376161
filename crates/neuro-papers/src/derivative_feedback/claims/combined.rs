//! Figure 11 and Supplement 2: both rules together.

use super::{
    DECENT, Deciding, EVEN, RECOVERED, compared, excess, run, settled_excess, settled_unevenness,
    silent,
};
use crate::derivative_feedback::figures::sweep;
use crate::derivative_feedback::group::{Learned, Site};
use crate::{Error, Rule, Scale};

const SETTLED: &str = "sd / mean of selectivity, median over the second half of the trials,";
const SETTLED_ERROR: &str = "decoding error above that of the unperturbed ring, median over the \
                             second half of the trials,";

pub(super) fn decide(all: &mut Deciding<'_>) -> Result<(), Error> {
    patterns(all)?;
    against_single_rules(all)?;
    depths(all)?;
    deep(all)
}

fn patterns(all: &mut Deciding<'_>) -> Result<(), Error> {
    let global = run(Learned::Combined, Site::Global, 15);
    all.claim(
        "11",
        "11a-error",
        "After a global perturbation of 15 % both rules together recover the memory",
        &Rule::at_most(SETTLED_ERROR, RECOVERED).from_scale(Scale::Quick),
        &all.rings(&global, settled_excess),
    )?;
    all.claim(
        "11",
        "11a-active",
        "Homeostatic plasticity keeps units from falling silent",
        &Rule::at_most("silent units", 0.0).from_scale(Scale::Quick),
        &all.rings(&global, silent),
    )?;
    all.claim(
        "11",
        "11a-even",
        "Translation invariance is recovered",
        &Rule::at_most(SETTLED, EVEN).from_scale(Scale::Paper),
        &all.rings(&global, settled_unevenness),
    )?;
    for (site, letter) in [(Site::Post, "b"), (Site::Pre, "c")] {
        let (group, words) = (run(Learned::Combined, site, 15), site.label());
        all.claim(
            "11",
            &format!("11{letter}-error"),
            &format!("After a {words} perturbation of 15 % both rules together recover the memory"),
            &Rule::at_most(SETTLED_ERROR, RECOVERED).from_scale(Scale::Quick),
            &all.rings(&group, settled_excess),
        )?;
        all.claim(
            "11",
            &format!("11{letter}-even"),
            &format!("After a {words} perturbation of 15 % translation invariance is recovered"),
            &Rule::at_most(SETTLED, EVEN).from_scale(Scale::Paper),
            &all.rings(&group, settled_unevenness),
        )?;
    }
    Ok(())
}

fn against_single_rules(all: &mut Deciding<'_>) -> Result<(), Error> {
    for (site, other) in [
        (Site::Global, Learned::Differential),
        (Site::Post, Learned::Differential),
        (Site::Pre, Learned::Homeostatic),
    ] {
        let (name, words) = (other.name(), site.label());
        let groups = [run(Learned::Combined, site, 15), run(other, site, 15)];
        all.claim(
            "11",
            &format!("11-{}-against-{name}", site.name()),
            &format!(
                "After a {words} perturbation of 15 % both rules together are more even than the \
                 {name} rule"
            ),
            &compared(&format!("sd / mean is smaller than with the {name} rule")),
            &all.smaller([&groups[0], &groups[1]], settled_unevenness),
        )?;
    }
    let groups = [
        run(Learned::Combined, Site::Pre, 15),
        run(Learned::Homeostatic, Site::Pre, 15),
    ];
    all.claim(
        "11",
        "11-pre-error",
        "After a pre-synaptic perturbation of 15 % both rules together remember better than the \
         homeostatic rule",
        &compared("the decoding error is smaller than with the homeostatic rule"),
        &all.smaller([&groups[0], &groups[1]], settled_excess),
    )
}

fn depths(all: &mut Deciding<'_>) -> Result<(), Error> {
    let global = sweep(Learned::Combined, Site::Global);
    all.claim(
        "11",
        "11d-even",
        "After global perturbations translation invariance is recovered over a broad range of depths",
        &Rule::at_most(SETTLED, EVEN).from_scale(Scale::Paper),
        &all.rings(&global, settled_unevenness),
    )?;
    for (site, letter) in [(Site::Global, "d"), (Site::Post, "e"), (Site::Pre, "f")] {
        all.claim(
            "11",
            &format!("11{letter}-error"),
            &format!(
                "After {} perturbations the decoding error is decent over a broad range of depths",
                site.label()
            ),
            &Rule::at_most("decoding error above that of the unperturbed ring", DECENT)
                .from_scale(Scale::Paper),
            &all.rings(&sweep(Learned::Combined, site), excess),
        )?;
    }
    for (site, letter) in [(Site::Post, "e"), (Site::Pre, "f")] {
        let [weak, deep] = [15, 30].map(|depth| run(Learned::Combined, site, depth));
        all.claim(
            "11",
            &format!("11{letter}-deep"),
            &format!(
                "After a {} perturbation of 30 % activity is more distorted than after 15 %",
                site.label()
            ),
            &compared("sd / mean after 15 % is smaller than after 30 %"),
            &all.smaller([&weak, &deep], settled_unevenness),
        )?;
    }
    Ok(())
}

fn deep(all: &mut Deciding<'_>) -> Result<(), Error> {
    for (site, letters) in [(Site::Post, "ac"), (Site::Pre, "bd")] {
        let (group, words) = (run(Learned::Combined, site, 30), site.label());
        all.claim(
            "s2",
            &format!("s2{letters}-broken"),
            &format!("After a {words} perturbation of 30 % translation invariance breaks down"),
            &Rule::above(SETTLED, EVEN).from_scale(Scale::Paper),
            &all.rings(&group, settled_unevenness),
        )?;
        all.claim(
            "s2",
            &format!("s2{letters}-error"),
            &format!("After a {words} perturbation of 30 % the decoding error is low all the same"),
            &Rule::at_most(SETTLED_ERROR, DECENT).from_scale(Scale::Paper),
            &all.rings(&group, settled_excess),
        )?;
    }
    Ok(())
}
