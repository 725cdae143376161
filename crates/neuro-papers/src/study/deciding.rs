//! Deciding claims from one value of each network.

use neuro_analysis::statistics::{Alternative, RankSumConfig, rank_sum};

use super::Network;
use crate::{Claim, Claims, Error, Options, Rule};

/// The claims that are being decided, and on what.
pub(crate) struct Deciding<'a, N> {
    paper: &'a str,
    pub(crate) networks: &'a [N],
    options: &'a Options,
    claims: &'a mut Claims,
}

impl<'a, N: Network> Deciding<'a, N> {
    pub(crate) fn new(
        paper: &'a str,
        networks: &'a [N],
        options: &'a Options,
        claims: &'a mut Claims,
    ) -> Self {
        Self {
            paper,
            networks,
            options,
            claims,
        }
    }

    /// Decides one claim of a figure from one value of each network (or of each comparison), when the
    /// figure was asked for.
    pub(crate) fn claim(
        &mut self,
        figure: &str,
        id: &str,
        statement: &str,
        rule: &Rule,
        values: &[f64],
    ) -> Result<(), Error> {
        if self.options.wants(figure) {
            let scale = self.claims.scale();
            let mut claim = Claim::decide(id, self.paper, statement, rule, values, scale)?;
            claim.figure = Some(figure.into());
            self.claims.push(claim)?;
        }
        Ok(())
    }

    /// One value of each network of some groups; NaN where nothing was measured.
    pub(crate) fn each(&self, groups: &[N::Group], value: impl Fn(&N::Found) -> f64) -> Vec<f64> {
        let of = |network: &N| network.found().map_or(f64::NAN, &value);
        self.of(groups).map(of).collect()
    }

    /// The networks of some groups.
    pub(crate) fn of(&self, groups: &[N::Group]) -> impl Iterator<Item = &'a N> {
        let networks = self.networks.iter();
        networks.filter(move |n| groups.contains(&n.group()))
    }
}

/// One-sided P of the rank-sum test that values of `x` are smaller than those of `y`; none when one is
/// empty. A value that does not exist is the worst for the statement.
pub(crate) fn p_smaller(x: &[f64], y: &[f64]) -> Vec<f64> {
    if x.is_empty() || y.is_empty() {
        return Vec::new();
    }
    let or = |worst: f64| move |v: &f64| if v.is_finite() { *v } else { worst };
    let x: Vec<f64> = x.iter().map(or(f64::MAX)).collect();
    let y: Vec<f64> = y.iter().map(or(f64::MIN)).collect();
    let config = RankSumConfig {
        alternative: Alternative::Less,
        ..RankSumConfig::default()
    };
    vec![rank_sum(&x, &y, &config).map_or(f64::NAN, |found| found.p_value)]
}

/// 1 where a statement holds, for [`Rule::holds`].
pub(crate) fn truth(holds: bool) -> f64 {
    f64::from(u8::from(holds))
}
