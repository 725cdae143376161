//! What figures and claims have in common: the smallest networks by number of memories, and which run is shown.

use neuro_analysis::statistics::summary;
use neuro_analysis::{Trend, TrendFit, fit_trend};

use super::group::{Group, Model};
use super::measured::{Found, Learned, Measured, Picture, Replayed, Search, Shown};

/// The trials of one model, number of memories, and strength.
#[derive(Clone, Debug)]
pub(super) struct Searched {
    pub(super) memories: usize,
    /// `alpha_c / alpha_s`.
    pub(super) ratio: f64,
    pub(super) trials: Vec<Search>,
}

impl Searched {
    /// The sizes of all trials; those in which no network up to the largest passed are infinite.
    pub(super) fn sizes(&self) -> Vec<f64> {
        let size = |search: &Search| search.size.map_or(f64::INFINITY, |n| n as f64);
        self.trials.iter().map(size).collect()
    }

    /// Number of trials in which a network was found.
    pub(super) fn found(&self) -> usize {
        self.trials
            .iter()
            .filter(|search| search.size.is_some())
            .count()
    }

    /// Median size over all trials; infinite when none was found in half of them.
    pub(super) fn median(&self) -> f64 {
        let mut sizes = self.sizes();
        sizes.sort_by(f64::total_cmp);
        match sizes.len() {
            0 => f64::NAN,
            count if count % 2 == 1 => sizes[count / 2],
            count => 0.5 * (sizes[count / 2 - 1] + sizes[count / 2]),
        }
    }

    /// Mean and standard deviation over the trials in which a network was found.
    pub(super) fn mean(&self) -> (f64, f64) {
        let sizes = self.sizes().into_iter().filter(|n| n.is_finite());
        let found = summary(&sizes.collect::<Vec<f64>>());
        found.map_or((f64::NAN, f64::NAN), |found| {
            (found.mean, found.standard_deviation.unwrap_or(f64::NAN))
        })
    }
}

/// All trials of a model, by number of memories and strength, in ascending order.
pub(super) fn searched<'a>(
    networks: impl IntoIterator<Item = &'a Measured>,
    model: Model,
) -> Vec<Searched> {
    let mut all: Vec<Searched> = Vec::new();
    for network in networks {
        let (Group::Capacity(of, memories), Some(found)) = (network.group, &network.found) else {
            continue;
        };
        if of != model {
            continue;
        }
        let memories = usize::from(memories);
        for search in found.capacity().unwrap_or_default() {
            let same = |s: &&mut Searched| s.memories == memories && s.ratio == search.ratio;
            match all.iter_mut().find(same) {
                Some(searched) => searched.trials.push(*search),
                None => all.push(Searched {
                    memories,
                    ratio: search.ratio,
                    trials: vec![*search],
                }),
            }
        }
    }
    all.sort_by(|a, b| {
        a.memories
            .cmp(&b.memories)
            .then(a.ratio.total_cmp(&b.ratio))
    });
    all
}

/// For each number of memories, the strength with the smallest median, and of equal ones that of more networks found,
/// then the smaller mean, then the first.
pub(super) fn best(all: &[Searched]) -> Vec<&Searched> {
    let mut best: Vec<&Searched> = Vec::new();
    for searched in all {
        let worse = |other: &Searched| {
            let medians = searched.median().total_cmp(&other.median());
            let found = other.found().cmp(&searched.found());
            let means = searched.mean().0.total_cmp(&other.mean().0);
            medians.then(found).then(means).is_lt()
        };
        match best.last_mut() {
            Some(last) if last.memories == searched.memories => {
                if worse(last) {
                    *last = searched;
                }
            }
            _ => best.push(searched),
        }
    }
    best
}

/// Number of memories and a size, of the searches that have one.
pub(super) fn points(
    best: &[&Searched],
    size: impl Fn(&Searched) -> Option<f64>,
) -> Vec<(f64, f64)> {
    let of = |searched: &&Searched| Some((searched.memories as f64, size(searched)?));
    best.iter().filter_map(of).collect()
}

/// The mean size, where a network was found in every trial.
pub(super) fn complete_mean(searched: &Searched) -> Option<f64> {
    (searched.found() == searched.trials.len()).then(|| searched.mean().0)
}

/// The median size, where it is finite.
pub(super) fn finite_median(searched: &Searched) -> Option<f64> {
    Some(searched.median()).filter(|n| n.is_finite())
}

/// Line, logarithm and power through the sizes; none with fewer than four of them, of which a law with two parameters
/// would say little.
pub(super) fn laws(points: &[(f64, f64)]) -> Option<[TrendFit; 3]> {
    if points.len() < 4 {
        return None;
    }
    let (memories, sizes): (Vec<f64>, Vec<f64>) = points.iter().copied().unzip();
    let fit = |trend| fit_trend(&memories, &sizes, trend).ok();
    Some([
        fit(Trend::Linear)?,
        fit(Trend::Logarithmic)?,
        fit(Trend::Power)?,
    ])
}

/// The run of a group that is shown: that of lowest seed of those that replay the cycle of four, or if none does, that
/// of lowest seed. The paper does not say how its examples were chosen.
pub(super) fn shown<'a>(
    networks: impl IntoIterator<Item = &'a Measured>,
    group: Group,
) -> Option<(&'a Measured, &'a Replayed, &'a Shown)> {
    let of_group = networks.into_iter().filter(|n| n.group == group);
    let found = of_group.filter_map(|network| {
        let found = network.found.as_ref()?.replay()?;
        Some((network, found, found.shown.as_ref()?))
    });
    found.min_by_key(|(network, found, _)| (!found.courses[1].replays(), network.seed))
}

/// The learner that is shown: that of lowest seed of those that recall the whole cycle, or if none does, that of lowest
/// seed.
pub(super) fn pictured<'a>(
    networks: impl IntoIterator<Item = &'a Measured>,
) -> Option<(&'a Measured, &'a Learned, &'a Picture)> {
    let found = networks.into_iter().filter_map(|network| {
        let found = network.found.as_ref().and_then(Found::learning)?;
        Some((network, found, found.picture.as_ref()?))
    });
    found.min_by_key(|(network, found, _)| (!found.last().recall.whole(), network.seed))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sequential_memory::measured::VERSION;

    fn block(memories: u16, ratio: f64, sizes: &[Option<usize>]) -> Measured {
        let search = |(trial, size): (usize, &Option<usize>)| Search {
            trial: trial as u64,
            ratio,
            size: *size,
            tried: 5,
            peak: None,
            larger: None,
        };
        Measured {
            version: VERSION,
            group: Group::Capacity(Model::Lisem, memories),
            seed: 0,
            ended: "completed".into(),
            found: Some(Found::Capacity(
                sizes.iter().enumerate().map(search).collect(),
            )),
        }
    }

    #[test]
    fn the_best_strength_is_that_of_the_smallest_median_with_failures_as_the_largest() {
        let blocks = [
            block(3, 1.0, &[Some(10), None]),
            block(3, 1.0, &[Some(12)]),
            block(3, 2.0, &[Some(11), Some(11), Some(90)]),
            block(4, 1.0, &[None, None, Some(5)]),
        ];
        let all = searched(&blocks, Model::Lisem);
        assert_eq!(all.len(), 3);
        assert_eq!((all[0].trials.len(), all[0].median()), (3, 12.0));
        let best = best(&all);
        assert_eq!(best.len(), 2);
        assert_eq!((best[0].ratio, best[0].median()), (2.0, 11.0));
        assert!(best[1].median().is_infinite() && best[1].mean().0 == 5.0);
        assert_eq!(points(&best, complete_mean).len(), 1);
        assert_eq!(points(&best, finite_median), [(3.0, 11.0)]);
        assert!(searched(&blocks, Model::Dsem).is_empty());
    }

    #[test]
    fn laws_are_those_of_the_points() {
        let line: Vec<(f64, f64)> = [3.0, 6.0, 9.0, 20.0].map(|k| (k, 2.0 + 20.0 * k)).into();
        let [linear, logarithmic, power] = laws(&line).expect("four points");
        assert!((linear.slope - 20.0).abs() < 1e-9 && linear.r_squared > 0.999_999);
        assert!(logarithmic.r_squared < 0.99 && power.r_squared > 0.99);
        assert!(laws(&line[..3]).is_none());
    }
}
