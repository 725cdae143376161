use super::*;
use crate::derivative_feedback::STUDY;
use crate::derivative_feedback::figures::FIGURES;
use crate::derivative_feedback::figures::fixture::{SEEDS, diverged, full};
use crate::study::testing;
use crate::{Claim, Verdict};

fn decided(networks: &[Measured], scale: Scale, only: &[&str]) -> Vec<Claim> {
    testing::decided(&STUDY, networks, scale, only)
}

#[test]
fn every_figure_but_that_of_positive_feedback_has_a_claim() {
    for (id, about) in FIGURES {
        let count = decided(&full(), Scale::Paper, &[*id]).len();
        // The paper gives no equations for Supplement 3: nothing that could be decided.
        assert_eq!(count == 0, *id == "s3", "{id}: {about}");
    }
}

#[test]
fn at_paper_scale_every_claim_gets_a_verdict() {
    // The made-up runs hold some statements and break others.
    let [claims, held, broken] = testing::tally_at_paper_scale(&STUDY, &full());
    assert!(claims > 100 && held > 30 && broken > 10);
}

#[test]
fn runs_that_diverged_count_against_every_claim() {
    for claim in decided(&diverged(), Scale::Paper, &[]) {
        assert_eq!(claim.verdict(), Verdict::NotReproduced, "{}", claim.id);
    }
    let mixed = decided(&full(), Scale::Paper, &["11"]);
    let claim = mixed.iter().find(|c| c.id == "11a-error").expect("there");
    assert_eq!(claim.seeds as u64, SEEDS);
    assert!(
        claim.measured.contains("1 without a finite value"),
        "{}",
        claim.measured
    );
}

#[test]
fn small_runs_leave_to_paper_scale_what_they_cannot_decide() {
    let shown = |n: &Measured| n.group.is_shown();
    let networks: Vec<Measured> = full().into_iter().filter(shown).collect();
    let quick = decided(&networks, Scale::Quick, &[]);
    let open = |id: &str| {
        let claim = quick.iter().find(|c| c.id == id).expect("there");
        claim.verdict() == Verdict::NeedsPaperScale
    };
    for id in [
        "1c-balance",
        "6c-error",
        "8e-together",
        "9c-silent",
        "11a-error",
    ] {
        assert!(!open(id), "{id}");
    }
    for id in [
        "7d-stronger",
        "7f-spread",
        "11-pre-error",
        "speeds-slow-silent",
    ] {
        assert!(open(id), "{id}");
    }
}

#[test]
fn missing_values_are_the_worst_of_a_comparison() {
    let of = |x: &[f64], y: &[f64]| p_smaller(x, y)[0];
    let (low, high) = ([1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]);
    // One of the 70 choices of four ranks of eight.
    assert!((of(&low, &high) - 1.0 / 70.0).abs() < 1e-12);
    assert!(of(&[f64::NAN; 4], &high) > 0.99);
    assert!(of(&low, &[f64::NAN; 4]) > 0.99);
    assert!(p_smaller(&[], &high).is_empty());
}
