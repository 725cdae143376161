//! Figure 5: synthetic cortical rates.

use nalgebra::DMatrix;
use neuro_analysis::statistics::{Quantile, quantile};

use super::panels::{
    AVERAGED, SINGLE, against, averaged, both_damaged, learned, or_nan, raster, scores, single,
    traces,
};
use crate::spiking_rls::group::{CORTICALS, Group};
use crate::spiking_rls::measured::{Cortical, Learned, Measured};
use crate::study::{Drawn, Sheet};
use crate::{Error, Panel};

/// Rates of all neurons: data or network.
fn population(
    sheet: &mut Sheet,
    letter: &str,
    title: &str,
    (network, cortical): (&Measured, &Cortical),
    rates: &[Vec<f64>],
) -> Result<(), Error> {
    let bins = rates.first().map_or(0, Vec::len);
    if bins == 0 {
        return Ok(());
    }
    for (k, values) in rates.iter().enumerate() {
        let points = values.iter().enumerate();
        let points = points.map(|(b, rate)| (b as f64 * cortical.step, *rate));
        sheet.note(network, letter, &format!("neuron {k}"), points)?;
    }
    // A few neurons fire so much more than the others that these would all be dark.
    let brightest = quantile(&rates.concat(), 0.99, Quantile::Linear);
    let brightest = brightest.map_err(|e| Error::experiment("rates of neurons", e))?;
    let matrix = DMatrix::from_fn(rates.len(), bins, |i, b| rates[i][b].min(brightest));
    let title = sheet.title(letter, &format!("{title}, seed {}", network.seed));
    let panel = Panel::new(&title, "Time (ms)", "Neuron");
    let extent = (0.0, bins as f64 * cortical.step);
    let rows = (-0.5, rates.len() as f64 - 0.5);
    sheet.push(panel.heat_map(&matrix, extent, rows, "Rate (Hz), the highest 1 % alike"));
    Ok(())
}

/// Figure 5.
pub(super) fn figure_5(networks: &[&Measured]) -> Result<Drawn, Error> {
    let mut sheet = Sheet::new("5")?;
    let (bare, twice) = (Group::Cortical(0), Group::Cortical(200));
    raster(
        &mut sheet,
        "a",
        "Spikes, synthetic data",
        networks,
        twice,
        "test",
    )?;
    let title = "No auxiliary neurons, synthetic data";
    traces(&mut sheet, "b", title, networks, bare, "test")?;
    let title = "Twice as many, synthetic data";
    traces(&mut sheet, "c", title, networks, twice, "test")?;
    let of_cortical = |(network, found): (_, &'_ Learned)| -> Option<(_, Cortical)> {
        Some((network, found.cortical.clone()?))
    };
    if let Some((network, cortical)) = learned(networks, &[twice])
        .into_iter()
        .find_map(of_cortical)
    {
        let of = (network, &cortical);
        population(&mut sheet, "d, data", "Synthetic data", of, &cortical.data)?;
        let title = "Network, synthetic data";
        population(&mut sheet, "d, network", title, of, &cortical.model)?;
    }
    let ratio = |found: &Learned| or_nan(found.cortical.as_ref().map(|c| c.ratio));
    let of = |score: fn(&Learned) -> f64| {
        let all = learned(networks, &CORTICALS).into_iter();
        all.map(|(network, found)| (network, ratio(found), score(found)))
            .collect()
    };
    let title = sheet.title("e", "Auxiliary neurons, synthetic data");
    let panel = Panel::new(&title, "N_aux / N_cor", "Correlation");
    let sets = [
        ("single test trials".to_string(), SINGLE, of(single)),
        ("average over trials".to_string(), AVERAGED, of(averaged)),
    ];
    against(&mut sheet, "e", panel, &sets)?;
    let all = learned(networks, &[twice]);
    let title = sheet.title("f", "Shuffled cortical weights, synthetic data");
    let panel = Panel::new(&title, "Share of weights shuffled", "Correlation");
    against(&mut sheet, "f", panel, &both_damaged(&all))?;
    let names = ["300 %", "200 %", "100 %", "50 %", "none"];
    let groups: Vec<(&str, Group)> = names.into_iter().zip(CORTICALS).collect();
    let title = "Scores, synthetic data";
    scores(&mut sheet, "scores", title, networks, &groups)?;
    Ok(sheet.drawn(3))
}
