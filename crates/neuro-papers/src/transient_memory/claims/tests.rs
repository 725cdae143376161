use super::*;
use crate::study::testing;
use crate::transient_memory::STUDY;
use crate::transient_memory::figures::FIGURES;
use crate::transient_memory::figures::fixture::{diverged, full};
use crate::{Claim, Scale, Verdict};

fn decided(networks: &[Measured], scale: Scale, only: &[&str]) -> Vec<Claim> {
    testing::decided(&STUDY, networks, scale, only)
}

#[test]
fn every_figure_but_three_has_a_claim() {
    for (id, about) in FIGURES {
        let count = decided(&full(), Scale::Paper, &[*id]).len();
        // What 3b and 3c show is decided by the claims of 3d; the paper has no learning curve.
        let none = ["learning", "3b", "3c"].contains(id);
        assert_eq!(count == 0, none, "{id}: {about}");
    }
}

#[test]
fn at_paper_scale_every_claim_gets_a_verdict() {
    // The made-up networks hold some statements and break others.
    let [claims, held, broken] = testing::tally_at_paper_scale(&STUDY, &full());
    assert!(claims > 60 && held > 5 && broken > 5);
}

#[test]
fn networks_that_diverged_count_against_every_claim() {
    let claims = decided(&diverged(), Scale::Paper, &[]);
    for claim in &claims {
        assert_eq!(claim.verdict(), Verdict::NotReproduced, "{}", claim.id);
        assert!(!claim.id.starts_with("2a") || claim.measured.starts_with("0 of 1"));
    }
}

#[test]
fn small_runs_leave_to_paper_scale_what_they_cannot_decide() {
    let standard = |n: &Measured| [Group::Plain, Group::Noise].contains(&n.group);
    let networks: Vec<Measured> = full().into_iter().filter(standard).collect();
    for claim in decided(&networks, Scale::Smoke, &[]) {
        assert_eq!(claim.verdict(), Verdict::NeedsPaperScale, "{}", claim.id);
    }
    let quick = decided(&networks, Scale::Quick, &[]);
    let open = |figure: &str| {
        let of = quick.iter().filter(|c| c.id.starts_with(figure));
        of.filter(|c| c.verdict() == Verdict::NeedsPaperScale)
            .count()
    };
    assert_eq!(open("2a-sigmoid"), 0);
    assert_eq!(open("2a-accuracy"), 1);
    assert_eq!(open("sparse-"), 4);
}

#[test]
fn noise_trained_networks_are_compared_at_equal_norm_only() {
    let mut networks = full();
    let of = |networks: &[Measured], group, seed| {
        let network = networks.iter().find(|n| n.group == group && n.seed == seed);
        network
            .and_then(|n| n.found.clone())
            .expect("it did not diverge")
    };
    let noisy = of(&networks, Group::Noise, 0);
    for network in &mut networks {
        if let Some(found) = &mut network.found {
            found.code.norm = 10.0 * noisy.code.norm;
        }
    }
    assert_eq!(noise::nearest(&noisy, &networks), None);
    let match_at = |ratio: f64| {
        let mut networks = networks.clone();
        let penalized = |n: &&mut Measured| n.group == Group::Penalized && n.seed == 1;
        let other = networks.iter_mut().find(penalized).expect("in the set");
        other.found.as_mut().expect("trained").code.norm = ratio * noisy.code.norm;
        noise::nearest(&noisy, &networks).map(|found| found.code.norm / noisy.code.norm)
    };
    assert_eq!(match_at(1.6), None);
    for ratio in [0.7, 1.0, 1.4] {
        let found = match_at(ratio).expect("near enough");
        assert!((found - ratio).abs() < 1e-12);
    }
}
