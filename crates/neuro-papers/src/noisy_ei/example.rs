//! Which networks are shown singly.
//!
//! Of a group it is the network of lowest seed among those that learned; nothing else enters the
//! choice. A group in which none did is represented by its network of lowest seed. The paper does not
//! say how its example networks were chosen.

use super::group::Group;
use super::measured::{Found, Measured};

/// A network that is shown singly.
#[derive(Clone, Copy, Debug)]
pub(super) struct Example<'a> {
    pub(super) network: &'a Measured,
    pub(super) found: &'a Found,
}

impl<'a> Example<'a> {
    /// The example of a group; none when all of its networks diverged or there are none.
    pub(super) fn of(
        networks: impl IntoIterator<Item = &'a Measured>,
        group: Group,
    ) -> Option<Self> {
        let of_group = networks.into_iter().filter(|n| n.group == group);
        let found = of_group.filter_map(|network| {
            let found = network.found.as_ref()?;
            Some(Self { network, found })
        });
        found.min_by_key(|example| (!example.network.learned, example.network.seed))
    }

    /// Noise channels and seed, and that it has not learned when it has not.
    pub(super) fn title(&self) -> String {
        let Measured { group, seed, .. } = self.network;
        let outcome = if self.network.learned {
            ""
        } else {
            ", not learned"
        };
        format!("C = {}, seed {seed}{outcome}", group.channels().count())
    }
}
