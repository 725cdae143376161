//! The colours: a palette for series, and maps for values.

/// Colours of series, told apart by people with any common colour blindness (Okabe & Ito, Color
/// Universal Design, 2008), in an order that puts strong contrasts first; their yellow is left out
/// because it fades on white.
pub(super) const PALETTE: [&str; 7] = [
    "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#444444",
];

/// What figures are drawn on.
pub(super) const PAPER: &str = "#ffffff";
/// Text and axes.
pub(super) const INK: &str = "#222222";
/// Reference lines and what is said in passing.
pub(super) const GREY: &str = "#666666";
/// Grid lines.
pub(super) const GRID: &str = "#ebebeb";

/// Dashes of reference lines, and of lines once the palette has been used up.
pub(super) const DASHES: [&str; 4] = ["6 4", "2 3", "10 4 2 4", "12 4"];

/// Which colours stand for values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Map {
    /// From low to high, of ever greater lightness (nine points of viridis).
    Sequential,
    /// Blue below the middle, white there, red above.
    Diverging,
}

const SEQUENTIAL: [[u8; 3]; 9] = [
    [68, 1, 84],
    [71, 45, 123],
    [59, 82, 139],
    [44, 114, 142],
    [33, 145, 140],
    [40, 174, 128],
    [94, 201, 98],
    [173, 220, 48],
    [253, 231, 37],
];

const DIVERGING: [[u8; 3]; 5] = [
    [33, 102, 172],
    [146, 197, 222],
    [247, 247, 247],
    [244, 165, 130],
    [178, 24, 43],
];

/// Number of colours of a map: fewer than the eye tells apart side by side, so that heat maps can
/// be drawn colour by colour.
pub(super) const SHADES: usize = 64;

impl Map {
    /// The shade of a position from 0 to 1.
    pub(super) fn shade(position: f64) -> usize {
        let shade = (position.clamp(0.0, 1.0) * SHADES as f64) as usize;
        shade.min(SHADES - 1)
    }

    /// The colour of a shade.
    pub(super) fn colour(self, shade: usize) -> String {
        let stops: &[[u8; 3]] = match self {
            Self::Sequential => &SEQUENTIAL,
            Self::Diverging => &DIVERGING,
        };
        let place = shade as f64 / (SHADES - 1) as f64 * (stops.len() - 1) as f64;
        let below = (place as usize).min(stops.len() - 2);
        let part = place - below as f64;
        let mix = |k: usize| {
            let (low, high) = (f64::from(stops[below][k]), f64::from(stops[below + 1][k]));
            (low + part * (high - low)).round() as u8
        };
        format!("#{:02x}{:02x}{:02x}", mix(0), mix(1), mix(2))
    }
}

/// What stands for each colour on a dark page. Blue becomes lighter and turns away from light blue.
const ON_DARK: [(&str, &str); 11] = [
    (PAPER, "#1a1d23"),
    (INK, "#e3e6eb"),
    (GREY, "#a2a9b4"),
    (GRID, "#30353e"),
    (PALETTE[0], "#6a95ff"),
    (PALETTE[1], "#f58238"),
    (PALETTE[2], "#1fbd8f"),
    (PALETTE[3], "#e391bd"),
    (PALETTE[4], "#84d4f8"),
    (PALETTE[5], "#f3bb3d"),
    (PALETTE[6], "#bcc2cc"),
];

/// Part of the sequential map that is left out at its dark end on a dark page.
const TOO_DARK: f64 = 0.25;

/// Style rules that recolour figures within `scope` for a dark page. Data keep their order: the
/// sequential map is only pressed together, its colour bar with it.
pub(crate) fn on_dark(scope: &str) -> String {
    let last = (SHADES - 1) as f64;
    let pressed = |shade: usize| TOO_DARK + (1.0 - TOO_DARK) * shade as f64 / last;
    let shades = (0..SHADES).map(|shade| {
        let dark = Map::Sequential.colour(Map::shade(pressed(shade)));
        (Map::Sequential.colour(shade), dark)
    });
    let fixed = ON_DARK
        .iter()
        .map(|(light, dark)| ((*light).into(), (*dark).into()));
    let rules = fixed.chain(shades).map(|(light, dark): (String, String)| {
        format!(
            "{scope} [fill=\"{light}\"]{{fill:{dark}}}{scope} [stroke=\"{light}\"]{{stroke:{dark}}}\n"
        )
    });
    rules.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_colour_of_a_figure_has_one_for_a_dark_page() {
        let rules = on_dark(".plot");
        for colour in PALETTE
            .into_iter()
            .chain([PAPER, INK, GREY, GRID, "#440154", "#fde725"])
        {
            let rule = format!(".plot [fill=\"{colour}\"]{{fill:#");
            assert_eq!(rules.matches(&rule).count(), 1, "{colour}");
        }
    }

    #[test]
    fn maps_run_from_end_to_end() {
        assert_eq!(Map::Sequential.colour(Map::shade(-1.0)), "#440154");
        assert_eq!(Map::Sequential.colour(Map::shade(1.0)), "#fde725");
        assert_eq!(Map::Diverging.colour(0), "#2166ac");
        assert_eq!(Map::Diverging.colour(SHADES - 1), "#b2182b");
    }
}
