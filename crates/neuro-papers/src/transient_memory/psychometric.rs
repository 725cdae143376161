//! Figure 2a: how often the second signal is called the higher one, by the difference.

use neuro_analysis::{PsychometricBin, PsychometricCurve, fit_logistic, psychometric_curve};

use super::PAPER;
use super::networks::Trained;
use crate::{Claims, Error, Figure, Panel, Rule, Scale, Session, Table};

/// Edges of the bins of the difference, `omega_2 - omega_1`.
const LOW: f64 = -4.0;
const BINS: usize = 32;

/// Tests the networks' answers, draws the figure and decides the claims.
pub(super) fn decide(
    session: &Session,
    networks: &[Trained],
    claims: &mut Claims,
) -> Result<(), Error> {
    let width = -2.0 * LOW / BINS as f64;
    let edges: Vec<f64> = (0..=BINS).map(|k| LOW + width * k as f64).collect();
    let mut table = Table::new([
        "seed",
        "difference from",
        "difference to",
        "trials",
        "second chosen",
        "second chosen, 95 % from",
        "second chosen, 95 % to",
        "correct",
    ])?;
    let mut panel = Panel::new(
        "Psychometric curve",
        "Difference of the frequencies, second minus first",
        "Answers 'second is higher'",
    )
    .y_range(0.0, 1.0)
    .horizontal("", 0.5)
    .vertical("", 0.0);
    let (mut accuracies, mut sigmoids) = (Vec::new(), Vec::new());
    for network in networks {
        let answers = &network.evaluation;
        if answers.logits.is_empty() {
            // A network that diverged: it counts, against both claims.
            accuracies.push(f64::NAN);
            sigmoids.push(0.0);
            continue;
        }
        let (chosen, correct) = (answers.chose_second(), answers.correct());
        let failed = |e: neuro_analysis::Error| {
            Error::experiment(format!("psychometric curve of seed {}", network.seed), e)
        };
        let curve = psychometric_curve(&answers.differences, &chosen, &correct, &edges);
        let curve = curve.map_err(failed)?;
        let mut drawn = (Vec::new(), Vec::new());
        for bin in &curve.bins {
            table.push(row(network.seed, bin))?;
            if let (Some(x), Some(p)) = (bin.mean_difference, bin.chosen) {
                drawn.0.push(x);
                drawn.1.push(p.fraction);
            }
        }
        panel = panel.line(&format!("seed {}", network.seed), &drawn.0, &drawn.1);
        let (accuracy, _) = answers.accuracy(1.0).unwrap_or((f64::NAN, 0));
        accuracies.push(accuracy);
        let threshold = fit_logistic(&answers.differences, &chosen)
            .ok()
            .filter(|fit| fit.slope > 0.0)
            .and_then(|fit| fit.threshold());
        let centred = threshold.is_some_and(|t| t.abs() <= 0.25);
        sigmoids.push(f64::from(u8::from(centred && rises(&curve))));
    }
    table.write(&session.output.data("2a"))?;
    if session.options.wants("2a") {
        Figure::from(panel).write(&session.output.figure("2a"))?;
    }
    claims.decide(
        "2a-accuracy",
        PAPER.name,
        "Frequencies at least 1 apart are compared correctly in more than 95 % of the trials",
        &Rule::above("accuracy over test trials with gap >= 1", 0.95).from_scale(Scale::Paper),
        &accuracies,
    )?;
    claims.decide(
        "2a-sigmoid",
        PAPER.name,
        "The psychometric curve is a monotone sigmoid through one half at no difference",
        &Rule::holds(
            "a fitted logistic rises and crosses 1/2 within 0.25 of no difference, and no bin's 95 % \
             interval lies wholly below that of a bin of smaller difference",
        )
        .from_scale(Scale::Quick),
        &sigmoids,
    )?;
    Ok(())
}

fn row(seed: u64, bin: &PsychometricBin) -> [crate::Cell; 8] {
    let number = |v: Option<f64>| v.unwrap_or(f64::NAN).into();
    [
        seed.into(),
        bin.lower.into(),
        bin.upper.into(),
        bin.count.into(),
        number(bin.chosen.map(|p| p.fraction)),
        number(bin.chosen.map(|p| p.lower)),
        number(bin.chosen.map(|p| p.upper)),
        number(bin.correct.map(|p| p.fraction)),
    ]
}

/// Whether no bin is certainly below one of smaller difference.
fn rises(curve: &PsychometricCurve) -> bool {
    let mut highest_lower = 0.0_f64;
    curve.bins.iter().filter_map(|bin| bin.chosen).all(|p| {
        let falls = p.upper < highest_lower;
        highest_lower = highest_lower.max(p.lower);
        !falls
    })
}
