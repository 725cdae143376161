use super::*;
use crate::spiking_rls::STUDY;
use crate::spiking_rls::figures::FIGURES;
use crate::spiking_rls::figures::fixture::{SEEDS, broken_off, full};
use crate::study::testing;
use crate::{Claim, Verdict};

fn claims(networks: &[Measured], scale: Scale, only: &[&str]) -> Vec<Claim> {
    testing::decided(&STUDY, networks, scale, only)
}

fn verdict(claims: &[Claim], id: &str) -> Verdict {
    let claim = claims.iter().find(|c| c.id == id);
    claim
        .map(Claim::verdict)
        .unwrap_or_else(|| panic!("no claim {id}"))
}

#[test]
fn every_figure_has_a_claim() {
    for (id, about) in FIGURES {
        assert!(
            !claims(&full(), Scale::Paper, &[*id]).is_empty(),
            "{id}: {about}"
        );
    }
}

#[test]
fn at_paper_scale_every_claim_gets_a_verdict() {
    // The made-up networks hold some statements and break others.
    let [claims, held, broken] = testing::tally_at_paper_scale(&STUDY, &full());
    assert!(claims > 150 && held > 60 && broken > 10);
}

#[test]
fn networks_that_broke_off_count_against_every_claim() {
    for claim in claims(&broken_off(), Scale::Paper, &[]) {
        assert_eq!(claim.verdict(), Verdict::NotReproduced, "{}", claim.id);
    }
    let mixed = claims(&full(), Scale::Paper, &["1-s1"]);
    let claim = mixed
        .iter()
        .find(|c| c.id == "1-s1b-recall")
        .expect("there");
    assert_eq!(claim.seeds as u64, SEEDS);
    assert!(
        claim.measured.contains("1 without a finite value"),
        "{}",
        claim.measured
    );
}

#[test]
fn made_up_errors_have_the_verdicts_that_they_were_made_for() {
    let claims = claims(&full(), Scale::Paper, &[]);
    for id in [
        "1b-recall",
        "1e-more-loops",
        "2a-own",
        "3c-rise",
        "3c-saturation",
        "3d-40-products",
        "3-s1c-failure",
        "4f-tube-strong",
        "4i-related",
        "5e-auxiliary",
        "5f-shuffled",
        "6c-inverted-u",
        "6e-collapse",
        "6f-collapse",
        "eq3-tracking",
        "7a-length",
        "7b-slower",
        "7c-capacity",
        "stimulus-spread",
        "batch-unstable",
        "weights-size",
    ] {
        assert_eq!(verdict(&claims, id), Verdict::Reproduced, "{id}");
    }
    for id in ["4d-within", "eq55-constant", "eq59-poisson", "3-s1c-rate"] {
        assert_eq!(verdict(&claims, id), Verdict::NotReproduced, "{id}");
    }
}

#[test]
fn small_runs_leave_to_paper_scale_what_they_cannot_decide() {
    let quick = claims(&full(), Scale::Quick, &[]);
    for id in ["1b-recall", "gain-2", "eq44-density", "batch-unstable"] {
        assert_ne!(verdict(&quick, id), Verdict::NeedsPaperScale, "{id}");
    }
    for id in [
        "1d-recall",
        "3a-products",
        "4f-tube",
        "5c-accurate",
        "7c-capacity",
    ] {
        assert_eq!(verdict(&quick, id), Verdict::NeedsPaperScale, "{id}");
    }
}

#[test]
fn claims_come_with_all_three_scores() {
    for claim in claims(&full(), Scale::Paper, &[]) {
        if claim.id.ends_with("-averaged")
            && claim.id.contains("recall")
            && !claim.id.starts_with('2')
        {
            let words = ["training", "single trials", "average of trials"];
            assert!(
                words.iter().all(|word| claim.measured.contains(word)),
                "{}",
                claim.measured
            );
        }
    }
}
