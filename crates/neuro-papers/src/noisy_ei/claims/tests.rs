use super::*;
use crate::noisy_ei::figures::FIGURES;
use crate::noisy_ei::figures::fixture::{diverged, full};
use crate::noisy_ei::group::Channels;
use crate::noisy_ei::{PAPER, STUDY};
use crate::study::testing;
use crate::{Claim, Claims, Options, Scale, Verdict};

fn decided(networks: &[Measured], scale: Scale, only: &[&str]) -> Vec<Claim> {
    testing::decided(&STUDY, networks, scale, only)
}

fn verdict(claims: &[Claim], id: &str) -> Verdict {
    let claim = claims.iter().find(|claim| claim.id == id);
    claim.expect("a claim of the paper").verdict()
}

#[test]
fn every_figure_but_the_learning_curves_has_a_claim() {
    for (id, about) in FIGURES {
        let count = decided(&full(), Scale::Paper, &[*id]).len();
        assert_eq!(count == 0, *id == "learning", "{id}: {about}");
    }
}

#[test]
fn at_paper_scale_every_claim_gets_a_verdict() {
    // The made-up networks hold some statements and break others.
    let [claims, held, broken] = testing::tally_at_paper_scale(&STUDY, &full());
    assert!(claims > 70 && held > 10 && broken > 10);
}

#[test]
fn networks_that_diverged_have_not_learned_and_have_no_values() {
    for claim in decided(&diverged(), Scale::Paper, &[]) {
        // That they do not learn is what the paper says of fixed time constants; and one network is too
        // few to differ from the paper's shares.
        let expected = ["1b-fixed-fast", "1d-baseline", "1d-one", "1d-five"];
        let expected = if expected.contains(&claim.id.as_str()) {
            Verdict::Reproduced
        } else {
            Verdict::NotReproduced
        };
        assert_eq!(
            claim.verdict(),
            expected,
            "{}: {}",
            claim.id,
            claim.measured
        );
    }
}

#[test]
fn small_runs_leave_to_paper_scale_what_they_cannot_decide() {
    for claim in decided(&full(), Scale::Smoke, &[]) {
        assert_eq!(claim.verdict(), Verdict::NeedsPaperScale, "{}", claim.id);
    }
    let quick = decided(&full(), Scale::Quick, &[]);
    // Few networks cannot show a difference between groups, whatever they are.
    for (id, decided) in [
        ("3c-rises", false),
        ("1d-more", false),
        ("4j-slow", false),
        ("1d-all", false),
        ("3e-fails", false),
        ("4a-d-stable", true),
        ("4j-slow-in-each", true),
        ("3d-accurate", true),
    ] {
        let open = verdict(&quick, id) == Verdict::NeedsPaperScale;
        assert_eq!(open, !decided, "{id}");
    }
}

#[test]
fn a_clear_effect_is_reproduced_and_its_reverse_is_not() {
    let mut networks = Vec::new();
    for copy in 0..3 {
        networks.extend(full().into_iter().map(|n| Measured {
            seed: n.seed + 10 * copy,
            ..n
        }));
    }
    let claims = decided(&networks, Scale::Paper, &[]);
    assert_eq!(verdict(&claims, "3c-rises"), Verdict::Reproduced);
    // The steps from one number of channels to the next are too small for so few networks.
    assert_eq!(verdict(&claims, "3c-pairs"), Verdict::NotReproduced);
    for network in &mut networks {
        if let Some(found) = &mut network.found {
            for tau in &mut found.units.time_constants {
                *tau = 145.0 - *tau;
            }
        }
    }
    let reversed = decided(&networks, Scale::Paper, &[]);
    let claim = reversed.iter().find(|claim| claim.id == "3c-rises");
    let claim = claim.expect("a claim of the paper");
    assert_eq!(claim.verdict(), Verdict::NotReproduced);
    assert!(claim.measured.contains("value 2") || claim.measured.contains("value 1.9"));
}

#[test]
fn networks_that_have_not_learned_count_with_the_cap_in_trials_only() {
    let networks = full();
    let options = Options::defaults(&PAPER, Scale::Paper);
    let mut claims = Claims::new(Scale::Paper);
    let all = Deciding::new(PAPER.name, &networks, &options, &mut claims);
    let none = Group::Matching(Channels::None);
    // Of four networks one learned, two failed and one diverged.
    assert_eq!(all.successes(none), [1, 3]);
    let trials = all.trials(none);
    assert_eq!(trials.iter().filter(|t| **t == 20_000.0).count(), 3);
    assert_eq!(all.learned(none, |_| 1.0), [1.0]);
}
