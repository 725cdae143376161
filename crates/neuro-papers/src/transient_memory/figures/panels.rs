//! Shapes of panels that several figures share.

use super::shown::Solution;
use crate::Panel;
use crate::study::{of_group, trained};
use crate::transient_memory::group::Group;
use crate::transient_memory::measured::{Found, Measured};
use neuro_models::transient_memory::Compared;

/// The points of a line.
pub(super) type Curve = (Vec<f64>, Vec<f64>);

/// Place in the palette of what belongs to no kind.
pub(super) const DARK: usize = 6;

/// One number of each row.
pub(super) fn column<const N: usize>(rows: &[[f64; N]], k: usize) -> Vec<f64> {
    rows.iter().map(|row| row[k]).collect()
}

/// `first`, `first + 1`, …, one for each value.
pub(super) fn steps<T>(first: usize, values: &[T]) -> Vec<f64> {
    (first..first + values.len()).map(|k| k as f64).collect()
}

/// What the first signal says, with its unit.
pub(super) fn quantity(group: Group) -> &'static str {
    match group.config(crate::Scale::Paper).compared {
        Compared::Frequency => "First frequency ω₁ (1/τ)",
        Compared::Velocity => "First velocity a₁ (1/τ)",
        Compared::NoiseSd => "First noise s₁",
    }
}

/// The symbol of what the first signal says.
pub(super) fn symbol(group: Group) -> &'static str {
    match group.config(crate::Scale::Paper).compared {
        Compared::Frequency => "ω₁",
        Compared::Velocity => "a₁",
        Compared::NoiseSd => "s₁",
    }
}

/// Lets the y axis begin at 0, for values that are lengths.
pub(super) fn from_zero(panel: Panel, values: impl IntoIterator<Item = f64>) -> Panel {
    let largest = values.into_iter().fold(0.0, f64::max);
    if largest > 0.0 && largest.is_finite() {
        panel.y_range(0.0, 1.06 * largest)
    } else {
        panel
    }
}

/// A number in words, with two digits and a real minus.
pub(super) fn signed(value: f64) -> String {
    format!("{value:.2}").replace('-', "−")
}

/// States in the plane of the first and another principal component (2 or 3), coloured by a value.
/// Rows hold the value at `value` and the components from `components` on.
pub(super) fn plane<const N: usize>(
    title: &str,
    rows: &[[f64; N]],
    components: usize,
    other: usize,
    value: (usize, &str),
) -> Panel {
    component_axes(title, other).scatter_by(
        &column(rows, components),
        &column(rows, components + other - 1),
        &column(rows, value.0),
        value.1,
    )
}

/// Axes of the plane of the first and another principal component.
pub(super) fn component_axes(title: &str, other: usize) -> Panel {
    let label = format!("Principal component {other}");
    Panel::new(title, "Principal component 1", &label)
}

/// Adds thin lines of one colour with one entry in the legend, none without lines.
pub(super) fn family(mut panel: Panel, name: &str, colour: usize, curves: &[Curve]) -> Panel {
    for (k, (x, y)) in curves.iter().enumerate() {
        let name = if k == 0 { name } else { "" };
        panel = panel.line(name, x, y).in_colour(colour).thin();
    }
    panel
}

/// A thin line for each network, in the colour of its kind.
pub(super) fn lines_by_kind(
    panel: Panel,
    networks: &[&Measured],
    curve: impl Fn(&Measured, &Found) -> Curve,
) -> Panel {
    Solution::ALL.into_iter().fold(panel, |panel, kind| {
        let of_kind = trained(networks).filter(|(_, found)| Solution::of(found) == kind);
        let curves: Vec<Curve> = of_kind.map(|(n, found)| curve(n, found)).collect();
        let name = format!("{} |x|", kind.name());
        family(panel, &name, kind.colour(), &curves)
    })
}

/// A point for each network, in the colour of its kind.
pub(super) fn points_by_kind(
    panel: Panel,
    networks: &[&Measured],
    point: impl Fn(&Measured, &Found) -> (f64, f64),
) -> Panel {
    Solution::ALL.into_iter().fold(panel, |panel, kind| {
        let of_kind = trained(networks).filter(|(_, found)| Solution::of(found) == kind);
        let (x, y): Curve = of_kind.map(|(n, found)| point(n, found)).unzip();
        if x.is_empty() {
            return panel;
        }
        let name = format!("{} |x|", kind.name());
        panel.scatter(&name, &x, &y).in_colour(kind.colour())
    })
}

/// A thin line for each network, in the colour of its group.
pub(super) fn lines_by_group(
    panel: Panel,
    networks: &[&Measured],
    curve: impl Fn(&Found) -> Curve,
) -> Panel {
    colours(&Group::STANDARD).fold(panel, |panel, (colour, group)| {
        let curves: Vec<Curve> = of_group(networks, group).into_iter().map(&curve).collect();
        family(panel, group.label(), colour, &curves)
    })
}

/// Mean and standard deviation over the networks of each group, in its colour.
pub(super) fn bands_by_group(
    panel: Panel,
    networks: &[&Measured],
    curve: impl Fn(&Found) -> Curve,
) -> Panel {
    colours(&Group::STANDARD).fold(panel, |panel, (colour, group)| {
        let curves: Vec<Curve> = of_group(networks, group).into_iter().map(&curve).collect();
        let Some((x, _)) = curves.iter().min_by_key(|(x, _)| x.len()) else {
            return panel;
        };
        let at = |k: usize| mean_and_sd(&curves.iter().map(|(_, y)| y[k]).collect::<Vec<_>>());
        let (mean, sd): (Vec<f64>, Vec<f64>) = (0..x.len()).map(at).unzip();
        panel.band(group.label(), x, &mean, &sd).in_colour(colour)
    })
}

/// A point for each network, in the colour of its group.
pub(super) fn points_by_group(
    panel: Panel,
    networks: &[&Measured],
    groups: &[Group],
    point: impl Fn(&Found) -> (f64, f64),
) -> Panel {
    colours(groups).fold(panel, |panel, (colour, group)| {
        let points = of_group(networks, group).into_iter().map(&point);
        let (x, y): Curve = points.unzip();
        if x.is_empty() {
            return panel;
        }
        panel.scatter(group.label(), &x, &y).in_colour(colour)
    })
}

fn colours(groups: &[Group]) -> impl Iterator<Item = (usize, Group)> {
    groups.iter().copied().enumerate()
}

/// Mean and standard deviation (with `n - 1`, and 0 for one value).
fn mean_and_sd(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|v| (v - mean).powi(2)).sum();
    (mean, (squares / (n - 1.0).max(1.0)).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mean_and_deviation_are_those_of_a_sample() {
        assert_eq!(mean_and_sd(&[1.0, 2.0, 3.0]), (2.0, 1.0));
        assert_eq!(mean_and_sd(&[5.0]), (5.0, 0.0));
    }
}
