//! What the paper states, and the rule that decides each statement.
//!
//! Every rule looks at all runs of its group; one that diverged, or for which the number does not
//! exist, counts as one for which the rule does not hold, and in a comparison as the worst. Comparisons
//! of groups are one-sided rank-sum tests in the direction of the statement. Decoding errors are judged
//! above the error of the unperturbed ring, which depends on the number of units. Rules were fixed
//! before any run; later changes are listed in `docs/papers/derivative_feedback.md`.

mod combined;
mod global;
mod homogeneous;
mod local;
mod supplement;

#[cfg(test)]
mod tests;

use neuro_analysis::spearman;
use neuro_analysis::statistics::summary;

use super::group::{Group, Learned, Site};
use super::measured::{Found, Homogeneous, Measured, Ring, Stage};
use crate::study::{self, p_smaller, truth};
use crate::{Error, Rule, Scale};

/// The claims that are being decided, and on what.
pub(super) type Deciding<'a> = study::Deciding<'a, Measured>;

/// Decides all claims that belong to the figures that were asked for.
pub(super) fn decide(all: &mut Deciding<'_>) -> Result<(), Error> {
    homogeneous::decide(all)?;
    global::decide(all)?;
    local::decide(all)?;
    combined::decide(all)?;
    supplement::decide(all)
}

/// How far above the unperturbed ring's a decoding error is that counts as recovered.
const RECOVERED: f64 = 0.06;

/// How far above it an error is that still counts as decent.
const DECENT: f64 = 0.15;

/// Relative spread of the selectivity below which a ring counts as translation-invariant.
const EVEN: f64 = 0.2;

/// Relative spread from which on translation invariance counts as broken.
const BROKEN: f64 = 0.3;

/// P below which a comparison counts.
const SIGNIFICANT: f64 = 0.05;

impl Deciding<'_> {
    /// One value of each run of a ring.
    fn rings(&self, groups: &[Group], value: impl Fn(&Ring) -> f64) -> Vec<f64> {
        self.each(groups, |found| found.ring().map_or(f64::NAN, &value))
    }

    /// One value of each run of the homogeneous model.
    fn homogeneous(&self, value: impl Fn(&Homogeneous) -> f64) -> Vec<f64> {
        let of = |found: &Found| found.homogeneous().map_or(f64::NAN, &value);
        self.each(&[Group::Homogeneous], of)
    }

    /// Spearman's correlation of a value of runs with the depth of their perturbation.
    fn with_depth(&self, groups: &[Group], value: impl Fn(&Ring) -> f64) -> Vec<f64> {
        let (mut depths, mut values) = (Vec::new(), Vec::new());
        for network in self.of(groups) {
            if let Group::Learning(run) = network.group {
                let ring = network.found.as_ref().and_then(Found::ring);
                depths.push(f64::from(run.depth));
                values.push(ring.map_or(f64::NAN, &value));
            }
        }
        if depths.is_empty() {
            return Vec::new();
        }
        vec![spearman(&depths, &values).map_or(f64::NAN, |found| found.coefficient)]
    }

    /// The comparison of a value of two groups that the first is smaller.
    fn smaller(&self, groups: [&[Group]; 2], value: impl Fn(&Ring) -> f64) -> Vec<f64> {
        let [x, y] = groups.map(|groups| self.rings(groups, &value));
        p_smaller(&x, &y)
    }
}

/// The rule of a comparison of groups, which needs several runs of each.
fn compared(words: &str) -> Rule {
    Rule::below(
        &format!("one-sided P of the rank-sum test that {words}"),
        SIGNIFICANT,
    )
    .of("comparisons")
    .from_scale(Scale::Paper)
}

/// The standard run of a rule.
fn run(rule: Learned, site: Site, depth: u8) -> [Group; 1] {
    [Group::learning(rule, site, depth)]
}

fn median(values: &[f64]) -> f64 {
    summary(values).map_or(f64::NAN, |summary| summary.median)
}

/// Standard deviation over the stages of the second half.
fn fluctuation(ring: &Ring, value: impl Fn(&Stage) -> f64) -> f64 {
    let found = summary(&ring.later(value));
    found.map_or(f64::NAN, |found| {
        found.standard_deviation.unwrap_or(f64::NAN)
    })
}

/// Decoding error after learning above that of the unperturbed ring.
fn excess(ring: &Ring) -> f64 {
    ring.last().error - ring.baseline
}

/// Median over the second half of the trials of [`excess`], for rules that keep fluctuating.
fn settled_excess(ring: &Ring) -> f64 {
    median(&ring.later(|stage| stage.error)) - ring.baseline
}

fn uneven(stage: &Stage) -> f64 {
    stage.heterogeneity.unwrap_or(f64::NAN)
}

/// Relative spread of the selectivity after learning.
fn unevenness(ring: &Ring) -> f64 {
    uneven(ring.last())
}

/// Median over the second half of the trials of [`unevenness`].
fn settled_unevenness(ring: &Ring) -> f64 {
    median(&ring.later(uneven))
}

/// Largest distance of the balance ratios of modes 0 to 2 from 1 after learning.
fn imbalance(ring: &Ring) -> f64 {
    let ratios = ring.last().ratios.iter().take(3);
    ratios.fold(0.0, |m: f64, ratio| m.max((ratio - 1.0).abs()))
}

fn silent(ring: &Ring) -> f64 {
    ring.last().silent as f64
}

/// Largest rate at the end of the delay by that at 1 s, after learning.
fn retained(ring: &Ring) -> f64 {
    ring.last().peaks[2] / ring.last().peaks[1]
}
