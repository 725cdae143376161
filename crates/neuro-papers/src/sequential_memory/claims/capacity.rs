//! Figure 4: the smallest networks; and the share of draws that replay with each strength.

use super::{Deciding, compared, truth};
use crate::claims::{brief, median};
use crate::sequential_memory::derived::{
    Searched, best, complete_mean, finite_median, laws, points, searched,
};
use crate::sequential_memory::group::{Group, Model};
use crate::sequential_memory::measured::{Found, Strength};
use crate::study::p_smaller;
use crate::{Error, Rule, Scale};

/// Size that stands for none up to the largest.
const BEYOND: f64 = 501.0;

pub(super) fn decide(all: &mut Deciding<'_>) -> Result<(), Error> {
    let of = |model| searched(all.networks, model);
    let (lisem, dsem) = (of(Model::Lisem), of(Model::Dsem));
    growth(all, Model::Lisem, &lisem)?;
    growth(all, Model::Dsem, &dsem)?;
    compare(all, &lisem, &dsem)?;
    for (model, searched) in [(Model::Lisem, &lisem), (Model::Dsem, &dsem)] {
        search(all, model, searched)?;
    }
    strengths(all)
}

/// Number of memories, share of trials with a network, mean and strength, for each number of memories.
fn note(best: &[&Searched]) -> String {
    let of = |s: &&Searched| {
        let (found, trials) = (s.found(), s.trials.len());
        let (mean, sd) = s.mean();
        let (mean, sd, ratio) = (brief(mean), brief(sd), brief(s.ratio));
        format!(
            "K {}: {mean} +- {sd} ({found} of {trials}, alpha_c/alpha_s {ratio})",
            s.memories
        )
    };
    best.iter().map(of).collect::<Vec<_>>().join(", ")
}

/// The law of the sizes: of means of numbers of memories without a failure, as in the paper, and of medians.
fn growth(all: &mut Deciding<'_>, model: Model, searched: &[Searched]) -> Result<(), Error> {
    let best = best(searched);
    // Quick runs have too few numbers of memories for LISEM.
    let (letter, smallest) = match model {
        Model::Lisem => ("a", Scale::Paper),
        Model::Dsem => ("b", Scale::Quick),
    };
    let label = model.label();
    for (which, average) in [
        ("mean", complete_mean as fn(&Searched) -> Option<f64>),
        ("median", finite_median),
    ] {
        let found = laws(&points(&best, average));
        let value = |value: fn([f64; 3]) -> f64| -> Vec<f64> {
            let shares = found.map(|fits| fits.map(|fit| fit.r_squared));
            match (shares, best.is_empty()) {
                (Some(shares), _) => vec![value(shares)],
                (None, false) => vec![f64::NAN],
                (None, true) => vec![],
            }
        };
        let shares = found.map_or(String::new(), |fits| {
            let [linear, logarithmic, power] = fits.map(|fit| brief(fit.r_squared));
            let laws = fits.map(|fit| format!("{} + {} x", brief(fit.offset), brief(fit.slope)));
            format!(
                "R2 linear {linear} ({}), logarithmic {logarithmic} ({}), power {power} (exponent {}); ",
                laws[0],
                laws[1].replace('x', "log2 x"),
                brief(fits[2].slope)
            )
        });
        let noted = |rule: Rule| {
            let rule = rule.of("fits").from_scale(smallest);
            rule.noting(&format!("{shares}{}", note(&best)))
        };
        let id = |what: &str| format!("4{letter}-{what}-{which}");
        let sizes = format!("{which} sizes at the best strength");
        match model {
            Model::Lisem => {
                all.claim(
                    "4",
                    &id("linear"),
                    "LISEM: the number of neurons grows about linearly with that of memories",
                    &noted(Rule::at_least(
                        &format!("R2 of a line through {sizes}"),
                        0.95,
                    )),
                    &value(|shares| shares[0]),
                )?;
                all.claim(
                    "4",
                    &id("not-exponential"),
                    "LISEM: a line describes this better than an exponential capacity does",
                    &noted(Rule::above(
                        &format!("R2 of a line minus that of a logarithm through {sizes}"),
                        0.0,
                    )),
                    &value(|shares| shares[0] - shares[1]),
                )?;
                all.claim(
                    "4",
                    &id("exponent"),
                    "LISEM: the exponent of growth is 1",
                    &noted(Rule::between(
                        &format!("exponent of the power through {sizes}"),
                        0.8,
                        1.2,
                    )),
                    &found.map_or_else(|| value(|_| f64::NAN), |fits| vec![fits[2].slope]),
                )?;
            }
            Model::Dsem => {
                all.claim(
                    "4",
                    &id("exponential"),
                    &format!(
                        "{label}: the number of memories grows exponentially with that of neurons"
                    ),
                    &noted(Rule::at_least(
                        &format!("R2 of a logarithm through {sizes}"),
                        0.95,
                    )),
                    &value(|shares| shares[1]),
                )?;
                all.claim(
                    "4",
                    &id("not-linear"),
                    "DSEM: an exponential capacity describes this better than a line or a power does",
                    &noted(Rule::above(
                        &format!("R2 of a logarithm minus the larger of line and power through {sizes}"),
                        0.0,
                    )),
                    &value(|shares| shares[1] - shares[0].max(shares[2])),
                )?;
            }
        }
    }
    Ok(())
}

fn compare(all: &mut Deciding<'_>, lisem: &[Searched], dsem: &[Searched]) -> Result<(), Error> {
    let (lisem, dsem) = (best(lisem), best(dsem));
    let sizes = |searched: &Searched| -> Vec<f64> {
        let sizes = searched.sizes().into_iter();
        sizes
            .map(|n| if n.is_finite() { n } else { BEYOND })
            .collect()
    };
    let mut values = Vec::new();
    for one in &lisem {
        let other = dsem.iter().find(|other| other.memories == one.memories);
        values.extend(
            other
                .map(|other| p_smaller(&sizes(other), &sizes(one)))
                .into_iter()
                .flatten(),
        );
    }
    all.claim(
        "4",
        "4-fewer",
        "DSEM needs significantly fewer neurons than LISEM for the same number of memories",
        &compared("DSEM needs fewer features, one for each number of memories,"),
        &values,
    )?;
    let per_feature: Vec<f64> = lisem
        .iter()
        .rev()
        .find(|s| s.median().is_finite())
        .map(|s| s.memories as f64 / s.median())
        .into_iter()
        .collect();
    all.claim(
        "4",
        "4a-share",
        "Earlier models, to which LISEM is analogous, have a capacity of about 7 % of the neurons",
        // Within a factor of two.
        &Rule::between(
            "memories by median of the features, for the most memories that half of the trials stored,",
            0.035,
            0.14,
        )
        .of("models")
        .from_scale(Scale::Paper),
        &per_feature,
    )?;
    all.claim(
        "4",
        "4a-limit",
        "LISEM is at its limit of 500 neurons with a few dozen memories",
        &Rule::holds(
            "with some number of memories up to 40 less than half of the trials find a network",
        )
        .of("models")
        .from_scale(Scale::Paper),
        &if lisem.is_empty() {
            vec![]
        } else {
            vec![truth(lisem.iter().any(|s| s.median().is_infinite()))]
        },
    )
}

/// What the searches rest on.
fn search(all: &mut Deciding<'_>, model: Model, searched: &[Searched]) -> Result<(), Error> {
    let (name, label) = (model.name(), model.label());
    let best = best(searched);
    let each = |value: &dyn Fn(&Searched) -> f64| -> Vec<f64> {
        let some = best.iter().filter(|s| s.found() > 0);
        some.map(|s| value(s)).collect()
    };
    all.claim(
        "4",
        &format!("4-monotone-{name}"),
        &format!("{label}: larger networks replay what smaller ones do, as the bisection assumes"),
        &Rule::at_least(
            "share of the networks found for which one half as large again, with memories of its own, passes",
            0.95,
        )
        .of("numbers of memories")
        .from_scale(Scale::Quick),
        &each(&|s| {
            let larger = s.trials.iter().filter_map(|trial| trial.larger);
            let passed = larger.clone().filter(|passed| *passed).count();
            passed as f64 / larger.count() as f64
        }),
    )?;
    all.claim(
        "4",
        &format!("4-retrieved-{name}"),
        &format!("{label}: the smallest networks retrieve memories, not mixtures"),
        &Rule::at_least("median over trials of the mean peak overlap", 0.8)
            .of("numbers of memories")
            .from_scale(Scale::Quick),
        &each(&|s| {
            let peaks = s.trials.iter().filter_map(|trial| trial.peak);
            median(&peaks.collect::<Vec<f64>>())
        }),
    )?;
    if model == Model::Dsem {
        all.claim(
            "4",
            "4b-strength",
            "DSEM: the printed alpha_c of 4.9 is about the best for every number of memories",
            &Rule::at_most("median size with 4.9 by that with the best strength", 1.15)
                .of("numbers of memories")
                .from_scale(Scale::Paper),
            &each(&|s| {
                let printed = searched
                    .iter()
                    .find(|p| p.memories == s.memories && p.ratio == 4.9);
                printed.map_or(f64::NAN, |printed| printed.median() / s.median())
            }),
        )?;
    }
    Ok(())
}

/// 1 for each draw that replays, 0 for each that does not.
fn replayed(all: &Deciding<'_>, model: Model, features: usize, ratio: f64) -> Vec<f64> {
    let same = |s: &&Strength| s.features == features && s.ratio == ratio;
    let of = |found: &Found| {
        let strength = found.strengths().and_then(|found| found.iter().find(same));
        strength.map_or(f64::NAN, |strength| truth(strength.replayed))
    };
    all.each(&[Group::Strengths(model)], of)
}

fn strengths(all: &mut Deciding<'_>) -> Result<(), Error> {
    let rule = || {
        Rule::holds("from the cue on, the cycle of four is replayed for two laps and a visit")
            .of("draws")
            .from_scale(Scale::Quick)
    };
    for (id, statement, model, ratio) in [
        (
            "strengths-dsem",
            "DSEM replays with the printed alpha_c of 4.9",
            Model::Dsem,
            4.9,
        ),
        (
            "strengths-dsem-large",
            "DSEM replays with an alpha_c seven times the printed one",
            Model::Dsem,
            34.3,
        ),
        (
            "strengths-lisem-printed",
            "LISEM replays with the printed alpha_c of 4.9",
            Model::Lisem,
            98.0,
        ),
        (
            "strengths-lisem",
            "LISEM of 100 features replays with alpha_c / alpha_s 0.8",
            Model::Lisem,
            0.8,
        ),
    ] {
        let values = replayed(all, model, 100, ratio);
        all.claim("strengths", id, statement, &rule(), &values)?;
    }
    let held = replayed(all, Model::Dsem, 100, 0.9);
    all.claim(
        "strengths",
        "strengths-dsem-weak",
        "DSEM stays in a memory when alpha_c is below alpha_s, as theory says of orthogonal memories",
        &Rule::holds("with alpha_c / alpha_s 0.9 the cycle of four is not replayed")
            .of("draws")
            .from_scale(Scale::Quick),
        &held.iter().map(|v| 1.0 - v).collect::<Vec<f64>>(),
    )?;
    let [few, many] = [100, 400].map(|n| replayed(all, Model::Lisem, n, 0.8));
    all.claim(
        "strengths",
        "strengths-lisem-size",
        "LISEM with 100 features and seven memories is near its limit: with 400 more draws are replayed",
        &compared("fewer draws are replayed with 100 features than with 400, alpha_c / alpha_s 0.8"),
        &p_smaller(&few, &many),
    )
}
