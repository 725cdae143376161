use super::*;
use crate::sequential_memory::STUDY;
use crate::sequential_memory::figures::FIGURES;
use crate::sequential_memory::figures::fixture::{SEEDS, TRIALS, diverged, full};
use crate::study::testing;
use crate::{Claim, Verdict};

fn decided(networks: &[Measured], scale: Scale, only: &[&str]) -> Vec<Claim> {
    testing::decided(&STUDY, networks, scale, only)
}

fn claim<'a>(claims: &'a [Claim], id: &str) -> &'a Claim {
    let claim = claims.iter().find(|claim| claim.id == id);
    claim.expect("a claim of the paper")
}

#[test]
fn every_figure_has_a_claim() {
    for (id, about) in FIGURES {
        let count = decided(&full(), Scale::Paper, &[*id]).len();
        assert!(count > 0, "{id}: {about}");
    }
}

#[test]
fn at_paper_scale_every_claim_gets_a_verdict() {
    // The made-up networks hold some statements and break others.
    let [claims, held, broken] = testing::tally_at_paper_scale(&STUDY, &full());
    assert!(claims > 90 && held > 30 && broken > 10);
}

#[test]
fn networks_that_diverged_count_against_every_claim() {
    for claim in decided(&diverged(), Scale::Paper, &[]) {
        assert_ne!(claim.verdict(), Verdict::Reproduced, "{}", claim.id);
    }
    let mixed = decided(&full(), Scale::Paper, &["2"]);
    let near = claim(&mixed, "2d-near");
    assert_eq!(near.seeds as u64, SEEDS);
    assert!(
        near.measured.contains("1 without a finite value"),
        "{}",
        near.measured
    );
}

#[test]
fn made_up_capacities_are_linear_and_exponential() {
    let claims = decided(&full(), Scale::Paper, &["4"]);
    for id in [
        "4a-linear-mean",
        "4a-not-exponential-mean",
        "4a-exponent-median",
        "4b-exponential-mean",
        "4b-not-linear-median",
        "4-fewer",
        "4a-share",
        "4a-limit",
        "4b-strength",
    ] {
        let claim = claim(&claims, id);
        assert_eq!(
            claim.verdict(),
            Verdict::Reproduced,
            "{id}: {}",
            claim.measured
        );
    }
    // Denominators are shown.
    let linear = &claim(&claims, "4a-linear-mean").measured;
    let whole = SEEDS * TRIALS;
    assert!(linear.contains(&format!("({whole} of {whole}")), "{linear}");
    assert!(linear.contains(&format!("(0 of {whole}")), "{linear}");
    let monotone = claim(&claims, "4-monotone-lisem");
    assert_eq!(monotone.verdict(), Verdict::NotReproduced);
}

#[test]
fn small_runs_leave_to_paper_scale_what_they_cannot_decide() {
    let quick = decided(&full(), Scale::Quick, &[]);
    let open = |id: &str| claim(&quick, id).verdict() == Verdict::NeedsPaperScale;
    for id in [
        "1c-dsem",
        "2b-lisem-replay-4",
        "4b-exponential-mean",
        "5d-recall",
    ] {
        assert!(!open(id), "{id}");
    }
    for id in [
        "3b-quicker",
        "4a-linear-mean",
        "4-fewer",
        "teaching-two-ahead",
    ] {
        assert!(open(id), "{id}");
    }
}

#[test]
fn a_cycle_is_replayed_from_the_cue_on_in_order_for_two_laps() {
    let networks = full();
    let found = |n: &Measured| n.found.as_ref().and_then(Found::replay).cloned();
    let mut course = networks.iter().find_map(found).expect("a draw").courses[1].clone();
    assert!(course.replays());
    course.visits.truncate(8);
    assert!(!course.replays());
    let mut other = course.clone();
    other.visits.remove(0);
    assert!(!other.replays());
}
