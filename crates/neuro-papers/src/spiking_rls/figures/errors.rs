//! Figures 6 and 7, and the theory.

use super::panels::{AVERAGED, SINGLE, against, averaged, learned, map, or_nan, single, traces};
use crate::claims::median;
use crate::spiking_rls::claims::longest;
use crate::spiking_rls::group::{
    CAPACITIES, CAPACITY_CORRELATIONS, CAPACITY_UNITS, Group, LARGE, MIDDLE, SCANS, SIZED,
};
use crate::spiking_rls::measured::{Learned, Measured};
use crate::study::{Drawn, Sheet, trained};
use crate::{Error, Panel};

/// Parameters of a point of Figure 6.
fn scan(network: &Measured) -> [f64; 3] {
    match network.group {
        Group::Scan(units, tau, target) => [units.into(), tau.into(), target.into()],
        _ => [f64::NAN; 3],
    }
}

const SYNAPSE: &str = "Synaptic time constant (ms)";

/// Figure 6.
pub(super) fn figure_6(networks: &[&Measured]) -> Result<Drawn, Error> {
    let mut sheet = Sheet::new("6")?;
    let small = learned(networks, &SCANS);
    let points: Vec<_> = small
        .iter()
        .map(|(network, found)| {
            let [_, tau, target] = scan(network);
            (*network, tau, target, single(found))
        })
        .collect();
    let panel = Panel::new(
        &sheet.title("a", "Single test trials, 500 units"),
        SYNAPSE,
        "Correlation time of the targets (ms)",
    );
    map(
        &mut sheet,
        "a",
        panel.log_x().log_y(),
        "Correlation",
        &points,
    )?;
    for (tau, words) in [
        (5, "Sampling error"),
        (200, "Tracking error"),
        (30, "Learning"),
    ] {
        let letter = format!("b, {tau} ms");
        let title = format!("{words}: {tau} ms");
        let group = Group::Scan(500, tau, 100);
        traces(&mut sheet, &letter, &title, networks, group, "test")?;
    }
    for (letter, words, score) in [
        ("c", "single trials", single as fn(&Learned) -> f64),
        ("c, averaged", "average", averaged),
    ] {
        let sets = [50.0, 100.0, 200.0]
            .into_iter()
            .enumerate()
            .map(|(k, target)| {
                let of = small
                    .iter()
                    .filter(|(network, _)| scan(network)[2] == target);
                let points = of.map(|(network, found)| (*network, scan(network)[1], score(found)));
                (format!("targets of {target} ms"), k, points.collect())
            });
        let title = sheet.title(letter, &format!("500 units, {words}"));
        let panel = Panel::new(&title, SYNAPSE, "Correlation").log_x();
        against(&mut sheet, letter, panel, &sets.collect::<Vec<_>>())?;
    }
    let all: Vec<Group> = SCANS.into_iter().chain(LARGE).chain(MIDDLE).collect();
    let all = learned(networks, &all);
    let chosen = |keep: &dyn Fn([f64; 3]) -> bool, x: &dyn Fn([f64; 3]) -> f64| {
        let kept = all.iter().filter(|(network, _)| keep(scan(network)));
        let points = kept.map(|(network, found)| (*network, x(scan(network)), single(found)));
        points.collect::<Vec<_>>()
    };
    let mut sets = Vec::new();
    for (k, units) in [500.0, 1000.0].into_iter().enumerate() {
        let points = chosen(
            &|[n, _, target]| n == units && target == 100.0,
            &|[_, tau, _]| tau,
        );
        sets.push((format!("N = {units}"), k, points));
    }
    let panel = Panel::new(
        &sheet.title("d", "Targets of 100 ms, single trials"),
        SYNAPSE,
        "Correlation",
    );
    against(&mut sheet, "d", panel.log_x(), &sets)?;
    let points = chosen(&|[n, tau, _]| n == 1000.0 && tau >= 30.0, &|[
        _,
        tau,
        target,
    ]| {
        tau / target
    });
    let panel = Panel::new(
        &sheet.title("e", "1000 units, synapses from 30 ms on"),
        "tau_s / tau_c",
        "Correlation",
    );
    against(
        &mut sheet,
        "e",
        panel.log_x(),
        &[(String::new(), 0, points)],
    )?;
    let mut sets = Vec::new();
    for (k, units) in [500.0, 700.0, 1000.0].into_iter().enumerate() {
        let keep = move |[n, tau, target]: [f64; 3]| n == units && tau <= 30.0 && target == 100.0;
        let points = chosen(&keep, &|[n, tau, _]| (n * tau).sqrt().recip());
        sets.push((format!("N = {units}"), k, points));
    }
    let panel = Panel::new(
        &sheet.title("f", "Synapses up to 30 ms"),
        "1 / sqrt(N tau_s / ms)",
        "Correlation",
    );
    against(&mut sheet, "f", panel, &sets)?;
    Ok(sheet.drawn(3))
}

/// Figure 7.
pub(super) fn figure_7(networks: &[&Measured]) -> Result<Drawn, Error> {
    let mut sheet = Sheet::new("7")?;
    let all = learned(networks, &CAPACITIES);
    let parameters = |network: &Measured| match network.group {
        Group::Length(units, length, target) => [units.into(), length.into(), target.into()],
        _ => [f64::NAN; 3],
    };
    let mut sets = Vec::new();
    for (k, units) in CAPACITY_UNITS.into_iter().enumerate() {
        let of = all.iter().filter(|(network, _)| {
            let [n, _, target] = parameters(network);
            n == f64::from(units) && target == 100.0
        });
        let points = of.map(|(network, found)| (*network, parameters(network)[1], single(found)));
        sets.push((format!("N = {units}"), k, points.collect()));
    }
    let panel = Panel::new(
        &sheet.title("a", "Targets of 100 ms, single trials"),
        "Length of the targets (ms)",
        "Correlation",
    );
    against(&mut sheet, "a", panel, &sets)?;
    let score = |group: Group| {
        let scores: Vec<f64> = learned(networks, &[group])
            .iter()
            .map(|(_, f)| single(f))
            .collect();
        median(&scores)
    };
    let mut fitted = Vec::new();
    for units in CAPACITY_UNITS {
        let of = all
            .iter()
            .filter(|(network, _)| parameters(network)[0] == f64::from(units));
        let points: Vec<_> = of
            .map(|(network, found)| {
                let [_, length, target] = parameters(network);
                (*network, target, length, single(found))
            })
            .collect();
        let limits = CAPACITY_CORRELATIONS.map(|target| longest(units, target, score));
        let x = CAPACITY_CORRELATIONS.map(f64::from);
        let slope = neuro_analysis::slope_through_origin(&x, &limits).unwrap_or(f64::NAN);
        let letter = format!("b, N = {units}");
        let title = sheet.title(&letter, &format!("N = {units}: constant {slope:.1}"));
        let panel = Panel::new(&title, "Correlation time (ms)", "Length (ms)");
        let line = [0.0, slope * 200.0];
        let panel = panel.line("fit of the longest learned", &[0.0, 200.0], &line);
        map(&mut sheet, &letter, panel, "Correlation", &points)?;
        if let Some((network, ..)) = points.first() {
            fitted.push((*network, f64::from(units), slope));
        }
    }
    let panel = Panel::new(&sheet.title("c", "Capacity"), "Units", "T_max / tau_c");
    against(&mut sheet, "c", panel, &[(String::new(), SINGLE, fitted)])?;
    Ok(sheet.drawn(3))
}

/// Formulas of the theory against simulations, and the size of weights.
pub(super) fn theory(networks: &[&Measured]) -> Result<Drawn, Error> {
    let mut sheet = Sheet::new("")?;
    let found: Vec<_> = trained(networks)
        .filter_map(|(network, found)| Some((network, found.theory()?)))
        .collect();
    let of = |value: &dyn Fn(&crate::spiking_rls::measured::Theory) -> Vec<(f64, f64)>| {
        let points = found.iter().flat_map(|(network, theory)| {
            let points = value(theory).into_iter();
            points.map(|(x, y)| (*network, x, y)).collect::<Vec<_>>()
        });
        points.collect::<Vec<_>>()
    };
    let density = of(&|t| t.density.iter().map(|p| (p[0], p[1])).collect());
    let panel = Panel::new("Density of phases (Eq. 44)", "Current", "Total variation").log_x();
    against(
        &mut sheet,
        "density",
        panel,
        &[(String::new(), SINGLE, density)],
    )?;
    let tracking = of(&|t| t.tracking.iter().map(|p| (p[0], p[1])).collect());
    let printed = of(&|t| {
        let printed = |p: &[f64; 2]| (p[0], p[0] / (4.0 * std::f64::consts::PI));
        t.tracking.iter().map(printed).collect()
    });
    let panel = Panel::new("Tracking error (Eq. 55)", "tau_s / tau_c", "Error");
    let sets = [
        ("process".to_string(), SINGLE, tracking),
        ("1 / (4 pi)".to_string(), AVERAGED, printed),
    ];
    against(&mut sheet, "tracking", panel.log_x().log_y(), &sets)?;
    let regular = of(&|t| t.variance.iter().map(|p| (p[0], p[1])).collect());
    let poisson = of(&|t| t.variance.iter().map(|p| (p[0], p[2])).collect());
    let panel = Panel::new("Variance of filtered spikes", "Rate (Hz)", "By Eq. 59");
    let sets = [
        ("constant current".to_string(), SINGLE, regular),
        ("Poisson".to_string(), AVERAGED, poisson),
    ];
    against(&mut sheet, "variance", panel.horizontal("", 1.0), &sets)?;
    let sized = learned(networks, &SIZED);
    let of = |value: fn(&Learned) -> f64| {
        let points = sized
            .iter()
            .map(|(network, f)| (*network, f.units as f64, value(f)));
        points.collect::<Vec<_>>()
    };
    let panel = Panel::new("Size of the weights", "Units", "Root mean square");
    let sets = [(String::new(), SINGLE, of(|f| f.weight_size))];
    against(&mut sheet, "weights", panel.log_x().log_y(), &sets)?;
    let panel = Panel::new("Scores", "Units", "Correlation").log_x();
    let sets = [
        ("single test trials".to_string(), SINGLE, of(single)),
        ("average over trials".to_string(), AVERAGED, of(averaged)),
        (
            "training".to_string(),
            super::panels::TRAINING,
            of(|f| or_nan(f.test().map(|t| t.training))),
        ),
    ];
    against(&mut sheet, "scores", panel, &sets)?;
    Ok(sheet.drawn(3))
}
