//! The theory of errors and weights.

use super::errors::{exponent, paper, unzipped};
use super::{Deciding, one, rank_correlation, single};
use crate::claims::median;
use crate::spiking_rls::group::{Group, Kind, SIZES};
use crate::spiking_rls::measured::Theory;
use crate::{Error, Rule, Scale};

pub(super) fn decide(all: &mut Deciding<'_>) -> Result<(), Error> {
    theory(all)?;
    weights(all)
}

fn theory(all: &mut Deciding<'_>) -> Result<(), Error> {
    let group = one(Kind::Theory);
    let of = |all: &Deciding<'_>, value: &dyn Fn(&Theory) -> f64| {
        all.each(&group, |found| found.theory().map_or(f64::NAN, value))
    };
    let quick = |rule: Rule| rule.from_scale(Scale::Quick);
    let worst = |values: &mut dyn Iterator<Item = f64>| values.fold(0.0, f64::max);
    let values = of(all, &|t| worst(&mut t.density.iter().map(|d| d[1])));
    all.claim(
        "theory",
        "eq44-density",
        "Phases under constant current have the density of Eq. 44",
        &quick(Rule::at_most("largest total variation from it", 0.03)),
        &values,
    )?;
    let scaling = |t: &Theory| {
        let (x, y): (Vec<f64>, Vec<f64>) = t.tracking.iter().map(|p| (p[0], p[1])).unzip();
        exponent(&x, &y)
    };
    let values = of(all, &scaling);
    all.claim(
        "theory",
        "eq55-scaling",
        "The normalised tracking error scales with tau_s / tau_c",
        &quick(Rule::between("exponent", 0.95, 1.05)),
        &values,
    )?;
    let constant = |t: &Theory| {
        let constants: Vec<f64> = t.tracking.iter().map(|p| p[1] / p[0]).collect();
        median(&constants) * 4.0 * std::f64::consts::PI
    };
    let values = of(all, &constant);
    all.claim(
        "theory",
        "eq55-constant",
        "Its constant is 1 / (4 pi)",
        &quick(Rule::between(
            "constant by 1/(4 pi), the cut-off in cycles per time as in the spectrum of the paper,",
            0.95,
            1.05,
        )),
        &values,
    )?;
    for (id, statement, column) in [
        (
            "eq59-regular",
            "Filtered spikes of a unit that fires sparsely have the variance r (1/(2 tau_s) - r)",
            1,
        ),
        ("eq59-poisson", "So have those of Poisson spikes", 2),
    ] {
        let farthest = |t: &Theory| {
            let sparse = t.variance.iter().filter(|v| v[0] <= 10.0);
            worst(&mut sparse.map(|v| (v[column] - 1.0).abs()))
        };
        let values = of(all, &farthest);
        all.claim(
            "theory",
            id,
            statement,
            &quick(Rule::at_most(
                "largest relative distance from it up to 10 Hz, tau_s 20 ms",
                0.1,
            )),
            &values,
        )?;
    }
    Ok(())
}

fn weights(all: &mut Deciding<'_>) -> Result<(), Error> {
    let mut points = Vec::new();
    for units in SIZES {
        let sizes = all.learned(&[Group::Size(units)], |f| f.weight_size);
        points.extend(sizes.into_iter().map(|size| (f64::from(units), size)));
    }
    let (x, y) = unzipped(&points);
    let values = if points.is_empty() {
        vec![]
    } else {
        vec![exponent(&x, &y)]
    };
    let note = format!("{} networks of {} sizes", points.len(), SIZES.len());
    // Half of the way to 1 / sqrt(N), the other scaling that is in use.
    all.claim(
        "theory",
        "weights-size",
        "The size of the weights after learning falls as 1 / N",
        &paper(Rule::between(
            "exponent of root-mean-square weight against N",
            -1.25,
            -0.75,
        ))
        .of("scan")
        .noting(&note),
        &values,
    )?;
    let mut scores = Vec::new();
    for units in SIZES {
        let values = all.learned(&[Group::Size(units)], single);
        scores.extend(values.into_iter().map(|s| (f64::from(units), s)));
    }
    all.claim(
        "theory",
        "weights-score",
        "Larger networks learn better",
        &paper(Rule::at_least("Spearman's correlation of N and score", 0.5)).of("scan"),
        &rank_correlation(&scores),
    )
}
