//! Figures 4 and 5, Supplement 7: what training with noise changes.
//!
//! Noise-trained networks are compared with noise-free ones of equal mean `|x|` in the delay, because
//! a larger `|x|` is robust by saturation alone: with the nearest of all networks that were trained
//! without noise, with or without the activity penalty. When none is within a factor of 1.5, the rule
//! does not hold.

use super::{Deciding, convergence, delay_end, is_cycle, pearson_end, truth};
use crate::claims::median;
use crate::transient_memory::group::Group;
use crate::transient_memory::measured::{Found, Measured};
use crate::{Error, Rule, Scale};

const PLAIN: [Group; 1] = [Group::Plain];
const NOISE: [Group; 1] = [Group::Noise];
const NOISE_FREE: [Group; 2] = [Group::Plain, Group::Penalized];

/// Largest ratio of mean norms at which two networks are compared.
const EQUAL_NORM: f64 = 1.5;

/// Noise-free network of nearest mean `|x|`.
pub(super) fn nearest<'a>(found: &Found, networks: &'a [Measured]) -> Option<&'a Found> {
    let free = networks.iter().filter(|n| NOISE_FREE.contains(&n.group));
    let ratio = |other: &Found| (other.code.norm / found.code.norm).ln().abs();
    free.filter_map(|n| n.found.as_ref())
        .min_by(|a, b| ratio(a).total_cmp(&ratio(b)))
        .filter(|other| ratio(other) <= EQUAL_NORM.ln())
}

/// Share of correct answers at a noise that is one of those measured.
fn accuracy_at(found: &Found, sigma: f64) -> f64 {
    let at = |[s, _]: &&[f64; 2]| (s - sigma).abs() < 1e-9;
    found
        .behaviour
        .noise
        .iter()
        .find(at)
        .map_or(f64::NAN, |[_, accuracy]| *accuracy)
}

/// How much of the accuracy noise takes.
fn drop(found: &Found, sigma: f64) -> f64 {
    accuracy_at(found, 0.0) - accuracy_at(found, sigma)
}

/// Mean over steps 1 to 20 after the perturbation.
fn after_perturbation(curve: &[f64]) -> f64 {
    let steps = curve.get(1..=20).unwrap_or_default();
    steps.iter().sum::<f64>() / steps.len() as f64
}

pub(super) fn decide(all: &mut Deciding<'_>) -> Result<(), Error> {
    accuracy(all)?;
    perturbations(all)?;
    spectra(all)?;
    mechanism(all)
}

impl Deciding<'_> {
    /// A value of each noise-trained network minus that of its noise-free match.
    fn against_match(&self, value: impl Fn(&Found) -> f64) -> Vec<f64> {
        self.each(&NOISE, |found| {
            let other = nearest(found, self.networks);
            other.map_or(f64::NAN, |other| value(found) - value(other))
        })
    }

    /// A value of each noise-trained network minus the median of the networks trained without noise
    /// or penalty, which is the paper's comparison.
    fn against_plain(&self, value: impl Fn(&Found) -> f64) -> Vec<f64> {
        let median = median(&self.each(&PLAIN, &value));
        self.each(&NOISE, |found| value(found) - median)
    }
}

fn accuracy(all: &mut Deciding<'_>) -> Result<(), Error> {
    all.claim(
        "4a",
        "4a-falls",
        "Noise lowers the accuracy of networks trained without it",
        &Rule::at_least(
            "accuracy without noise minus accuracy at sigma = 0.15",
            0.05,
        )
        .from_scale(Scale::Quick),
        &all.each(&PLAIN, |f| drop(f, 0.15)),
    )?;
    all.claim(
        "4a",
        "4a-robust",
        "Training with noise suppresses this drop (against the median without noise)",
        &Rule::below(
            "loss of accuracy from sigma = 0 to 0.15, minus the median of networks trained without \
             noise,",
            0.0,
        )
        .from_scale(Scale::Quick),
        &all.against_plain(|f| drop(f, 0.15)),
    )?;
    all.claim(
        "4a",
        "4a-robust-equal-norm",
        "Training with noise suppresses this drop (at equal mean |x|)",
        &Rule::below(
            "loss of accuracy from sigma = 0 to 0.15, minus that of the noise-free network of nearest \
             mean |x| within a factor 1.5,",
            0.0,
        )
        .from_scale(Scale::Paper),
        &all.against_match(|f| drop(f, 0.15)),
    )?;
    all.claim(
        "4a",
        "4a-beyond",
        "The robustness goes beyond the noise of training",
        &Rule::at_most(
            "accuracy without noise minus accuracy at sigma = 0.08",
            0.05,
        )
        .from_scale(Scale::Quick),
        &all.each(&NOISE, |f| drop(f, 0.08)),
    )
}

fn perturbations(all: &mut Deciding<'_>) -> Result<(), Error> {
    let both = [Group::Plain, Group::Noise];
    all.claim(
        "4b",
        "4b-collapse",
        "Perturbations fall onto a low-dimensional manifold",
        &Rule::holds(
            "ten components hold less than 15 % of the variance at the perturbation and more than 90 % \
             20 steps later,",
        )
        .from_scale(Scale::Quick),
        &all.each(&both, |f| {
            let curve = &f.robustness.ten_components;
            let at = |step: usize| curve.get(step).copied().unwrap_or(f64::NAN);
            truth(at(0) < 0.15 && at(20) > 0.9)
        }),
    )?;
    let ten = |f: &Found| after_perturbation(&f.robustness.ten_components);
    let words = "share of the variance in ten components, mean over steps 1 to 20,";
    all.claim(
        "4b",
        "4b-noise",
        "The manifold of networks trained with noise is lower-dimensional (against the median without \
         noise)",
        &Rule::above(&format!("{words} minus the median without noise"), 0.0)
            .from_scale(Scale::Quick),
        &all.against_plain(ten),
    )?;
    all.claim(
        "4b",
        "4b-noise-equal-norm",
        "The manifold of networks trained with noise is lower-dimensional (at equal mean |x|)",
        &Rule::above(
            &format!("{words} minus that of the noise-free network of nearest mean |x|"),
            0.0,
        )
        .from_scale(Scale::Paper),
        &all.against_match(ten),
    )?;
    all.claim(
        "4b",
        "4b-late",
        "The manifold of networks trained with noise is lower-dimensional 15 steps after the \
         perturbation (at equal mean |x|)",
        &Rule::above(
            "share of the variance in ten components at step 15 minus that of the noise-free network \
             of nearest mean |x|",
            0.0,
        )
        .from_scale(Scale::Paper),
        &all.against_match(|f| {
            let curve = &f.robustness.ten_components;
            curve.get(15).copied().unwrap_or(f64::NAN)
        }),
    )?;
    all.claim(
        "4b",
        "4b-distance",
        "The distance from the unperturbed trajectory does not depend much on the noise of training",
        &Rule::between(
            "logarithm of the distance, mean over steps 1 to 20, minus that of the noise-free network \
             of nearest mean |x|,",
            -EQUAL_NORM.ln(),
            EQUAL_NORM.ln(),
        )
        .from_scale(Scale::Paper),
        &all.against_match(|f| after_perturbation(&f.robustness.distance).ln()),
    )?;
    let dimension = |f: &Found| after_perturbation(&f.robustness.dimension);
    let words = "components that hold 90 % of the variance, mean over steps 1 to 20,";
    all.claim(
        "s7",
        "s7-dimension",
        "Fewer components hold 90 % of the variance after training with noise (against the median)",
        &Rule::below(&format!("{words} minus the median without noise"), 0.0)
            .from_scale(Scale::Quick),
        &all.against_plain(dimension),
    )?;
    all.claim(
        "s7",
        "s7-dimension-equal-norm",
        "Fewer components hold 90 % of the variance after training with noise (at equal mean |x|)",
        &Rule::below(
            &format!("{words} minus that of the noise-free network of nearest mean |x|"),
            0.0,
        )
        .from_scale(Scale::Paper),
        &all.against_match(dimension),
    )
}

fn spectra(all: &mut Deciding<'_>) -> Result<(), Error> {
    type Value = fn(&Found) -> f64;
    let statements: [(&str, &str, &str, Value); 3] = [
        (
            "5-negative",
            "Eigenvalues are biased to the negative side by training with noise",
            "mean real part of the eigenvalues of M",
            |f| f.robustness.mean_real,
        ),
        (
            "5-positive",
            "Fewer eigenvalues of M have positive real parts after training with noise",
            "share of the eigenvalues of M with positive real part",
            |f| f.robustness.positive,
        ),
        (
            "5-exponential",
            "The upper part of the distribution of eigenvalues of exp(M) is thinned by training with \
             noise",
            "share of the eigenvalues of exp(M) with real part above 1",
            |f| f.robustness.exp_above_one,
        ),
    ];
    for (id, statement, words, value) in statements {
        all.claim(
            "5",
            id,
            &format!("{statement} (against the median without noise)"),
            &Rule::below(
                &format!("{words}, minus the median of networks trained without noise,"),
                0.0,
            )
            .from_scale(Scale::Quick),
            &all.against_plain(value),
        )?;
        all.claim(
            "5",
            &format!("{id}-equal-norm"),
            &format!("{statement} (at equal mean |x|)"),
            &Rule::below(
                &format!("{words}, minus that of the noise-free network of nearest mean |x|,"),
                0.0,
            )
            .from_scale(Scale::Paper),
            &all.against_match(value),
        )?;
    }
    Ok(())
}

fn mechanism(all: &mut Deciding<'_>) -> Result<(), Error> {
    let end = delay_end(Group::Noise);
    all.claim(
        "4a",
        "noise-same-mechanism",
        "Networks trained with noise use the same mechanism",
        &Rule::holds(
            "the Pearson correlation of |x(T_f)| with omega_1 is at most -0.5, the attractor is a limit \
             cycle, and converging takes at least 3 T_f,",
        )
        .from_scale(Scale::Paper),
        &all.each(&NOISE, |f| {
            let slow = convergence(f, end) >= 3.0;
            truth(pearson_end(f) <= -0.5 && is_cycle(f) == 1.0 && slow)
        }),
    )
}
