//! Figures 3b to 3f, Supplement 1, and the same of other tasks and kinds of networks: how the first
//! signal is kept.

use super::panels::{
    DARK, column, from_zero, lines_by_kind, plane, points_by_kind, quantity, signed, steps, symbol,
};
use super::shown::{Shown, shown};
use crate::study::{Drawn, cells, tidy};
use crate::transient_memory::measured::{Code, Measured};
use crate::{Cell, Error, Panel, Scale, Table};

/// Figure 3b: states at the end of the first signal.
pub(super) fn states_at_start(networks: &[&Measured]) -> Result<Drawn, Error> {
    states(networks, |code| &code.starts)
}

/// Figure 3c: states at the end of the delay.
pub(super) fn states_at_end(networks: &[&Measured]) -> Result<Drawn, Error> {
    states(networks, |code| &code.ends)
}

type States = fn(&Code) -> &Vec<[f64; 5]>;

fn states(networks: &[&Measured], of: States) -> Result<Drawn, Error> {
    let columns = [
        "quantity",
        "component 1",
        "component 2",
        "component 3",
        "norm",
    ];
    let table = tidy(networks, columns, |found| cells(of(&found.code)))?;
    let planes = |network: Shown<'_>| [2, 3].map(|other| state_plane(&network, of, other));
    let panels = shown(networks).into_iter().flat_map(planes).collect();
    Ok(Drawn::new(2, panels, table))
}

fn state_plane(network: &Shown<'_>, of: States, other: usize) -> Panel {
    let rows = of(&network.found.code);
    let colours = (0, quantity(network.group));
    plane(&network.title(), rows, 1, other, colours)
}

/// Figure 3d and Supplement 4 and 5: the norm against the first quantity at the beginning and the
/// end of the delay, and how their correlation comes about in between.
pub(super) fn amplitude(networks: &[&Measured]) -> Result<Drawn, Error> {
    let mut panels = Vec::new();
    for network in shown(networks) {
        panels.extend(norms(&network));
    }
    if let Some(first) = shown(networks).first() {
        let [signal, ..] = first.group.config(Scale::Paper).test_steps();
        let of = |time: &str| format!("Correlation of {time} with {}", symbol(first.group));
        let along = Panel::new("All networks", "Step", &of("|x|")).y_range(-1.0, 1.0);
        let along = lines_by_kind(along, networks, |_, found| {
            let along = &found.code.along;
            (steps(signal, along), along.clone())
        });
        let ends = Panel::new("All networks", &of("|x(T_s)|"), &of("|x(T_f)|"));
        let ends = ends.x_range(-1.0, 1.0).y_range(-1.0, 1.0);
        let ends = points_by_kind(ends, networks, |_, found| {
            (found.code.start[0], found.code.end[0])
        });
        panels.extend([along, ends].map(|panel| panel.horizontal("", 0.0)));
    }
    Ok(Drawn::new(2, panels, both_ends(networks)?))
}

/// Supplement 2, 8 and 9, and the remark on the Euler step: norms and planes.
pub(super) fn variant(networks: &[&Measured]) -> Result<Drawn, Error> {
    let mut panels = Vec::new();
    for network in shown(networks) {
        panels.extend(norms(&network));
        panels.extend([2, 3].map(|other| state_plane(&network, |code| &code.ends, other)));
    }
    Ok(Drawn::new(4, panels, both_ends(networks)?))
}

/// The norm against the first quantity at `T_s` and at `T_f`.
fn norms(network: &Shown<'_>) -> [Panel; 2] {
    let code = &network.found.code;
    let sides = [
        ("T_s", &code.starts, code.start),
        ("T_f", &code.ends, code.end),
    ];
    sides.map(|(time, rows, [pearson, _])| {
        let title = format!("{}: r = {}", network.title(), signed(pearson));
        let label = format!("|x({time})|");
        let norms = column(rows, 4);
        let panel = Panel::new(&title, quantity(network.group), &label);
        // One scale for both: what is nearly constant must look so.
        let all = code.starts.iter().chain(&code.ends).map(|row| row[4]);
        from_zero(panel, all).scatter("", &column(rows, 0), &norms)
    })
}

fn both_ends(networks: &[&Measured]) -> Result<Table, Error> {
    let columns = [
        "time",
        "quantity",
        "component 1",
        "component 2",
        "component 3",
        "norm",
    ];
    tidy(networks, columns, |found| {
        let sides = [("T_s", &found.code.starts), ("T_f", &found.code.ends)];
        sides.into_iter().flat_map(|(time, rows)| {
            cells(rows)
                .map(move |[quantity, a, b, c, norm]| [Cell::from(time), quantity, a, b, c, norm])
        })
    })
}

/// Figure 3e: three quantities and many phases.
pub(super) fn rings(networks: &[&Measured]) -> Result<Drawn, Error> {
    let columns = [
        "quantity",
        "phase (rad)",
        "component 1",
        "component 2",
        "norm",
    ];
    let table = tidy(networks, columns, |found| cells(&found.code.ring))?;
    let mut panels = Vec::new();
    for network in shown(networks) {
        let title = network.title();
        let label = "Principal component 2";
        let mut plane = Panel::new(&title, "Principal component 1", label).equal_units();
        let radius = Panel::new(&title, "Phase φ₁ (rad)", "|x(T_f)|");
        let ring = &network.found.code.ring;
        let mut radius = from_zero(radius, column(ring, 4));
        for (value, rows) in by_quantity(ring) {
            let name = format!("ω₁ = {value}");
            plane = plane.scatter(&name, &column(&rows, 2), &column(&rows, 3));
            radius = radius.scatter(&name, &column(&rows, 1), &column(&rows, 4));
        }
        panels.extend([plane, radius]);
    }
    Ok(Drawn::new(2, panels, table))
}

/// Rows of equal first entry, from the lowest.
fn by_quantity<const N: usize>(rows: &[[f64; N]]) -> Vec<(f64, Vec<[f64; N]>)> {
    let mut sorted = rows.to_vec();
    sorted.sort_by(|a, b| a[0].total_cmp(&b[0]));
    let alike = sorted.chunk_by(|a, b| a[0] == b[0]);
    alike.map(|rows| (rows[0][0], rows.to_vec())).collect()
}

/// Figure 3f: the first step of the second signal along the third component.
pub(super) fn arrows(networks: &[&Measured]) -> Result<Drawn, Error> {
    let columns = ["quantity", "norm", "step along component 3"];
    let table = tidy(networks, columns, |found| cells(&found.code.arrows))?;
    let panel = |network: Shown<'_>| {
        let code = &network.found.code;
        let r = signed(code.third_component);
        let title = format!("{}: r = {r}", network.title());
        let (norm, step) = (column(&code.arrows, 1), column(&code.arrows, 2));
        // One line with gaps: from 0 to each step.
        let x: Vec<f64> = norm.iter().flat_map(|n| [*n, *n, f64::NAN]).collect();
        let y: Vec<f64> = step.iter().flat_map(|s| [0.0, *s, f64::NAN]).collect();
        Panel::new(&title, "|x(T_f)|", "Step along component 3")
            .line("", &x, &y)
            .in_colour(DARK)
            .thin()
            .horizontal("", 0.0)
            .scatter_by(
                &norm,
                &step,
                &column(&code.arrows, 0),
                quantity(network.group),
            )
    };
    let sign_free = |network: Shown<'_>| {
        let code = &network.found.code;
        let title = format!("{}: r = {}", network.title(), signed(code.shift));
        Panel::new(
            &title,
            "|x(T_f)|",
            "Displacement towards 'second is higher'",
        )
        .horizontal("", 0.0)
        .scatter_by(
            &column(&code.shifts, 1),
            &column(&code.shifts, 2),
            &column(&code.shifts, 0),
            quantity(network.group),
        )
    };
    let both = |network: Shown<'_>| [panel(network), sign_free(network)];
    let panels = shown(networks).into_iter().flat_map(both).collect();
    Ok(Drawn::new(2, panels, table))
}

/// Supplement 1: some units in one trial.
pub(super) fn traces(networks: &[&Measured]) -> Result<Drawn, Error> {
    let table = tidy(networks, ["unit", "step", "x"], |found| {
        let units = found.code.traces.iter().enumerate();
        units.flat_map(|(unit, trace)| {
            let states = trace.iter().zip(0..).map(|(x, step)| (step, *x));
            states.map(move |(step, x): (usize, f64)| [unit.into(), step.into(), x.into()])
        })
    })?;
    let panel = |network: Shown<'_>| {
        let [signal, delay, _] = network.group.config(Scale::Paper).test_steps();
        let panel = Panel::new(&network.title(), "Step", "State x of single units");
        let (traces, mean) = (
            network.found.code.traces.iter(),
            &network.found.code.mean_trace,
        );
        traces
            .fold(panel, |panel, trace| {
                panel.line("", &steps(0, trace), trace).thin()
            })
            .line("mean over all units", &steps(0, mean), mean)
            .in_colour(DARK)
            .vertical("ends of the first signal and of the delay", signal as f64)
            .vertical("", (signal + delay) as f64)
            .in_colour(0)
    };
    let panels = shown(networks).into_iter().map(panel).collect();
    Ok(Drawn::new(2, panels, table))
}
