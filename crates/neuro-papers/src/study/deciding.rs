//! Deciding claims from one value of each network.

use super::Network;
use crate::{Claims, Error, Options, Rule};

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
            self.claims
                .decide(id, self.paper, statement, rule, values)?;
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

/// 1 where a statement holds, for [`Rule::holds`].
pub(crate) fn truth(holds: bool) -> f64 {
    f64::from(u8::from(holds))
}
