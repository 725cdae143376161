//! Ichikawa & Kaneko, Phys. Rev. Research 3, 033193 (2021): a rate network that compares two
//! frequencies across a delay.
//!
//! Trains networks of 256 units on the frequency task, tests them, and draws the learning curve and
//! the psychometric curve. The specification, the departures from the paper and what was seen are in
//! `docs/papers/transient_memory.md`.

mod networks;
mod psychometric;

use crate::{Claims, Error, Figure, Panel, Paper, ScaleGuide, Session, Table};

/// The paper, for the command line.
pub const PAPER: Paper = Paper {
    name: "transient_memory",
    about: "A recurrent network learns to say which of two signals, separated by a silent delay, \
            had the higher frequency",
    citation: "Ichikawa and Kaneko (2021), Physical Review Research 3, 033193",
    figures: &[
        ("learning", "loss and accuracy while the networks learn"),
        (
            "2a",
            "psychometric curve: how often the second signal is called the higher one",
        ),
    ],
    smoke: ScaleGuide {
        seeds: 1,
        time: "2 s; the network stays untrained",
    },
    quick: ScaleGuide {
        seeds: 2,
        time: "about 1 min on 2 cores: 3 000 of the 12 000 updates",
    },
    paper: ScaleGuide {
        seeds: 3,
        time: "about 5 min on 2 cores: 12 000 updates each",
    },
};

/// The experiment.
///
/// # Errors
/// [`Error::Interrupted`] after Ctrl-C, and when files cannot be read or written.
pub fn experiment(session: &Session) -> Result<Claims, Error> {
    let networks = networks::train_all(session)?;
    learning_curve(session, &networks)?;
    let mut claims = Claims::new(session.options.scale);
    psychometric::decide(session, &networks, &mut claims)?;
    Ok(claims)
}

fn learning_curve(session: &Session, networks: &[networks::Trained]) -> Result<(), Error> {
    let mut table = Table::new(["seed", "update", "loss", "accuracy"])?;
    let mut loss = Panel::new("Loss", "Update", "Cross-entropy (nats)");
    let mut accuracy = Panel::new(
        "Accuracy, frequencies at least 1 apart",
        "Update",
        "Fraction of validation trials",
    );
    for network in networks {
        let updates: Vec<f64> = network.history.iter().map(|r| r.update as f64).collect();
        let losses: Vec<f64> = network.history.iter().map(|r| r.loss).collect();
        let scores: Vec<f64> = network.history.iter().map(|r| r.score).collect();
        for record in &network.history {
            let seed = network.seed.into();
            table.push([
                seed,
                record.update.into(),
                record.loss.into(),
                record.score.into(),
            ])?;
        }
        let name = format!("seed {}", network.seed);
        loss = loss.line(&name, &updates, &losses);
        accuracy = accuracy.line(&name, &updates, &scores);
    }
    table.write(&session.output.data("learning"))?;
    if session.options.wants("learning") {
        let accuracy = accuracy
            .y_range(0.4, 1.0)
            .horizontal("0.95, the paper's criterion", 0.95);
        Figure::new("Learning the frequency task")
            .panel(loss)
            .panel(accuracy)
            .columns(1)
            .write(&session.output.figure("learning"))?;
    }
    Ok(())
}
