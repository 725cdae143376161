//! Figures 5 to 8: the ring, and global perturbations.

use super::{
    BROKEN, DECENT, Deciding, EVEN, RECOVERED, compared, excess, imbalance, median, retained, run,
    settled_excess, settled_unevenness, silent, truth, uneven, unevenness,
};
use crate::derivative_feedback::figures::sweep;
use crate::derivative_feedback::group::{Group, Learned, Site};
use crate::derivative_feedback::measured::{Activity, Ring, Unlearned};
use crate::{Error, Rule, Scale};

pub(super) fn decide(all: &mut Deciding<'_>) -> Result<(), Error> {
    figure_5(all)?;
    figure_6(all)?;
    figure_7(all)?;
    figure_8(all)
}

impl Deciding<'_> {
    /// One value of each set of rings that do not learn.
    pub(super) fn unlearned(&self, value: impl Fn(&Unlearned) -> f64) -> Vec<f64> {
        self.each(&[Group::Unlearned], |found| {
            found.unlearned().map_or(f64::NAN, &value)
        })
    }
}

/// A value of a perturbed ring.
pub(super) fn of(
    site: Site,
    depth: u8,
    value: impl Fn(&Activity) -> f64,
) -> impl Fn(&Unlearned) -> f64 {
    move |found| {
        let mut all = found.perturbed.iter();
        let perturbed = all.find(|p| p.site == site && p.depth == depth);
        perturbed.map_or(f64::NAN, |p| value(&p.activity))
    }
}

fn figure_5(all: &mut Deciding<'_>) -> Result<(), Error> {
    let kept = |a: &Activity| a.read.peaks[2] / a.read.peaks[1];
    all.claim(
        "5",
        "5-balance",
        "Unperturbed, all modes of the ring are balanced",
        &Rule::below(
            "largest distance of the ratios of modes 0 to 8 from 1",
            1e-12,
        ),
        &all.unlearned(|f| f.imbalance),
    )?;
    all.claim(
        "5",
        "5d-persistent",
        "Balanced, the ring keeps activity at the place of the stimulus",
        &Rule::at_least("largest rate at the end of the delay by that at 1 s", 0.8),
        &all.unlearned(|f| kept(&f.balanced)),
    )?;
    all.claim(
        "5",
        "5d-location",
        "The location can be decoded at the end of the delay",
        &Rule::at_most("decoding error", 0.1).from_scale(Scale::Quick),
        &all.unlearned(|f| f.balanced.read.error),
    )?;
    all.claim(
        "5",
        "5d-invariant",
        "Activity is the same for all locations but for its place",
        &Rule::below("sd / mean of selectivity", 1e-6),
        &all.unlearned(|f| uneven(&f.balanced.read)),
    )?;
    all.claim(
        "5",
        "5e-decay",
        "A tenth less excitation makes the activity decay to the baseline",
        &Rule::at_most(
            "largest rate at the end of the delay by that of the stimulus",
            0.05,
        ),
        &all.unlearned(of(Site::Global, 10, |a| a.read.peaks[2] / a.read.peaks[0])),
    )?;
    all.claim(
        "5",
        "5e-invariant",
        "The decaying activity is still the same for all locations",
        &Rule::below("sd / mean of selectivity", 1e-6),
        &all.unlearned(of(Site::Global, 10, |a| uneven(&a.read))),
    )?;
    for depth in [10, 15] {
        all.claim(
            "5",
            &format!("5e-error-{depth}"),
            &format!("After a global perturbation of {depth} % the decoding error is about one"),
            &Rule::between("decoding error", 0.9, 1.1).from_scale(Scale::Quick),
            &all.unlearned(of(Site::Global, depth, |a| a.read.error)),
        )?;
    }
    Ok(())
}

/// First trial at which the balance ratio of a mode is 0.99 or more.
fn balanced_at(ring: &Ring, mode: usize) -> f64 {
    let mut stages = ring.stages.iter();
    let first = stages.find(|stage| stage.ratios[mode] >= 0.99);
    first.map_or(f64::INFINITY, |stage| stage.trial as f64)
}

fn figure_6(all: &mut Deciding<'_>) -> Result<(), Error> {
    let group = run(Learned::Differential, Site::Global, 10);
    all.claim(
        "6",
        "6a-persistent",
        "Differential plasticity recovers persistent activity after a global perturbation of 10 %",
        &Rule::between(
            "largest rate at the end of the delay by that at 1 s",
            0.8,
            1.2,
        )
        .from_scale(Scale::Quick),
        &all.rings(&group, retained),
    )?;
    all.claim(
        "6",
        "6b-everywhere",
        "Activity peaks where the stimulus was, at any location",
        &Rule::at_most(
            "largest distance of the decoded from the true direction (rad)",
            0.3,
        )
        .from_scale(Scale::Quick),
        &all.rings(&group, |r| r.last().largest_drift),
    )?;
    all.claim(
        "6",
        "6c-error",
        "The decoding error falls back to about that before the perturbation",
        &Rule::at_most("decoding error above that of the unperturbed ring", 0.02)
            .from_scale(Scale::Quick),
        &all.rings(&group, excess),
    )?;
    all.claim(
        "6",
        "6d-balance",
        "Differential plasticity recovers the balance of all modes",
        &Rule::at_most(
            "largest distance of the ratios of modes 0 to 2 from 1",
            0.01,
        )
        .from_scale(Scale::Quick),
        &all.rings(&group, imbalance),
    )?;
    all.claim(
        "6",
        "6d-speeds",
        "Modes are balanced at different speeds",
        &Rule::holds(
            "mode 0 reaches a ratio of 0.99 in less than half the trials of modes 1 and 2",
        )
        .from_scale(Scale::Quick),
        &all.rings(&group, |r| {
            let [first, second, third] = [0, 1, 2].map(|mode| balanced_at(r, mode));
            let others = second.min(third);
            truth(first.is_finite() && first < 0.5 * others)
        }),
    )?;
    all.claim(
        "6",
        "6e-mean",
        "Selectivity grows with learning",
        &Rule::at_least("mean selectivity after by that before learning", 5.0)
            .from_scale(Scale::Quick),
        &all.rings(&group, |r| {
            r.last().selectivity[0] / r.first().selectivity[0]
        }),
    )?;
    all.claim(
        "6",
        "6e-sd",
        "The spread of selectivity over units grows transiently",
        &Rule::at_least("largest sd during learning by that at its end", 1.5)
            .from_scale(Scale::Quick),
        &all.rings(&group, |r| {
            let sd = r.stages.iter().map(|stage| stage.selectivity[1]);
            sd.fold(0.0, f64::max) / r.last().selectivity[1]
        }),
    )?;
    all.claim(
        "6",
        "6f-invariant",
        "By its mean the spread falls: translation invariance is kept",
        &Rule::at_most("sd / mean of selectivity after learning", 0.1).from_scale(Scale::Quick),
        &all.rings(&group, unevenness),
    )
}

fn figure_7(all: &mut Deciding<'_>) -> Result<(), Error> {
    let (weak, strong) = (
        run(Learned::Differential, Site::Global, 10),
        run(Learned::Differential, Site::Global, 15),
    );
    let depths = sweep(Learned::Differential, Site::Global);
    all.claim(
        "7",
        "7a-persistent",
        "After a perturbation of 15 % differential plasticity recovers persistent activity",
        &Rule::between(
            "largest rate at the end of the delay by that at 1 s",
            0.8,
            1.2,
        )
        .from_scale(Scale::Quick),
        &all.rings(&strong, retained),
    )?;
    all.claim(
        "7",
        "7b-silent",
        "Some units are silent for all stimuli",
        &Rule::at_least("silent units", 1.0).from_scale(Scale::Quick),
        &all.rings(&strong, silent),
    )?;
    all.claim(
        "7",
        "7c-error",
        "The decoding error falls all the same",
        &Rule::at_most(
            "decoding error above that of the unperturbed ring",
            RECOVERED,
        )
        .from_scale(Scale::Quick),
        &all.rings(&strong, excess),
    )?;
    all.claim(
        "7",
        "7d-broken",
        "Translation invariance stays broken",
        &Rule::at_least("sd / mean of selectivity after learning", BROKEN).from_scale(Scale::Quick),
        &all.rings(&strong, unevenness),
    )?;
    all.claim(
        "7",
        "7d-stronger",
        "The spread is larger than after a perturbation of 10 %",
        &compared("sd / mean of selectivity after 10 % is smaller than after 15 %"),
        &all.smaller([&weak, &strong], unevenness),
    )?;
    all.claim(
        "7",
        "7e-error",
        "The decoding error falls at all depths",
        &Rule::below("decoding error after minus before learning", 0.0).from_scale(Scale::Paper),
        &all.rings(&depths, |r| r.last().error - r.first().error),
    )?;
    all.claim(
        "7",
        "7f-mean",
        "Selectivity grows at all depths",
        &Rule::above("mean selectivity after minus before learning (Hz)", 0.0)
            .from_scale(Scale::Paper),
        &all.rings(&depths, |r| {
            r.last().selectivity[0] - r.first().selectivity[0]
        }),
    )?;
    all.claim(
        "7",
        "7f-spread",
        "The deeper the perturbation, the more uneven the result",
        &Rule::at_least("Spearman correlation of sd / mean with depth", 0.5)
            .of("correlations")
            .from_scale(Scale::Paper),
        &all.with_depth(&depths, unevenness),
    )
}

fn figure_8(all: &mut Deciding<'_>) -> Result<(), Error> {
    let group = run(Learned::Homeostatic, Site::Global, 15);
    let depths = sweep(Learned::Homeostatic, Site::Global);
    all.claim(
        "8",
        "8a-persistent",
        "Homeostatic plasticity recovers persistent activity after a global perturbation of 15 %",
        &Rule::between(
            "largest rate at the end of the delay by that at 1 s, median over the second half of the \
             trials,",
            0.6,
            1.4,
        )
        .from_scale(Scale::Quick),
        &all.rings(&group, |r| median(&r.later(|s| s.peaks[2] / s.peaks[1]))),
    )?;
    all.claim(
        "8",
        "8c-error",
        "The decoding error becomes small",
        &Rule::at_most(
            "decoding error above that of the unperturbed ring, median over the second half of the \
             trials,",
            RECOVERED,
        )
        .from_scale(Scale::Quick),
        &all.rings(&group, settled_excess),
    )?;
    all.claim(
        "8",
        "8d-even",
        "Translation invariance is recovered",
        &Rule::at_most(
            "sd / mean of selectivity, median over the second half of the trials,",
            EVEN,
        )
        .from_scale(Scale::Quick),
        &all.rings(&group, settled_unevenness),
    )?;
    all.claim(
        "8",
        "8e-balance",
        "The balance of all modes is recovered",
        &Rule::at_most(
            "largest distance of the ratios of modes 0 to 2 from 1",
            0.02,
        )
        .from_scale(Scale::Quick),
        &all.rings(&group, imbalance),
    )?;
    all.claim(
        "8",
        "8e-together",
        "All modes recover at the same speed",
        &Rule::at_most(
            "largest difference of the ratios of modes 0 to 3 at any stage",
            0.01,
        )
        .from_scale(Scale::Quick),
        &all.rings(&group, |r| {
            let apart = r.stages.iter().map(|stage| {
                let most = stage
                    .ratios
                    .iter()
                    .copied()
                    .fold(f64::NEG_INFINITY, f64::max);
                most - stage.ratios.iter().copied().fold(f64::INFINITY, f64::min)
            });
            apart.fold(0.0, f64::max)
        }),
    )?;
    all.claim(
        "8",
        "8f-even",
        "Homeostatic plasticity keeps the spread low at all depths",
        &Rule::at_most(
            "sd / mean of selectivity, median over the second half of the trials,",
            EVEN,
        )
        .from_scale(Scale::Paper),
        &all.rings(&depths, settled_unevenness),
    )?;
    all.claim(
        "8",
        "8f-error",
        "The location is decoded at all depths",
        &Rule::at_most(
            "decoding error above that of the unperturbed ring, median over the second half of the \
             trials,",
            DECENT,
        )
        .from_scale(Scale::Paper),
        &all.rings(&depths, settled_excess),
    )?;
    // Runs of the other rule are there only when its own figure was asked for.
    all.claim(
        "8",
        "8-against-7",
        "The spread is lower than with differential plasticity",
        &compared("sd / mean with the homeostatic rule is smaller than with the differential one"),
        &all.smaller(
            [&group, &run(Learned::Differential, Site::Global, 15)],
            settled_unevenness,
        ),
    )
}
