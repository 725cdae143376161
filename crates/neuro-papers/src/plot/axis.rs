//! Axes: the range that shows the data, and round numbers along it.

use super::letters;

/// Size of tick labels in pixels.
pub(super) const TICK_SIZE: f64 = 12.0;

/// Values beyond this are treated like infinities, since their differences overflow, and on
/// logarithmic axes those below its inverse like zero.
const LARGEST: f64 = 1e300;

/// A round number on an axis.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tick {
    pub(super) value: f64,
    pub(super) label: String,
}

/// The range of an axis, with its ticks.
#[derive(Clone, Debug)]
pub(super) struct Span {
    low: f64,
    high: f64,
    log: bool,
    down: bool,
    pub(super) ticks: Vec<Tick>,
    /// Ticks without a label.
    pub(super) minor: Vec<f64>,
    /// What the labels are to be multiplied with, e.g. `×10⁵`; empty for 1.
    pub(super) factor: String,
}

/// What an axis is to be like.
#[derive(Clone, Debug, Default)]
pub(super) struct Request {
    /// The range, when it is not to be found from the data.
    pub(super) range: Option<(f64, f64)>,
    pub(super) log: bool,
    /// Whether values grow to the left or downwards.
    pub(super) down: bool,
    /// Whether the data fill the axis to its very ends.
    pub(super) tight: bool,
    /// Whether the axis begins at 0 when nothing lies below.
    pub(super) from_zero: bool,
    /// Names at 0, 1, 2 … instead of numbers.
    pub(super) names: Vec<String>,
}

/// Whether a value can be shown.
pub(super) fn shows(value: f64, log: bool) -> bool {
    value.abs() < LARGEST && (!log || value > 1.0 / LARGEST)
}

impl Span {
    /// An axis that shows `values`, for a length in pixels along which labels of the ticks stand
    /// side by side (`across`) or one above the other.
    pub(super) fn of(
        values: impl Iterator<Item = f64>,
        request: &Request,
        length: f64,
        across: bool,
    ) -> Self {
        let log = request.log;
        let (low, high) = request.range.unwrap_or_else(|| extent(values, request));
        let mut span = Self {
            low,
            high,
            log,
            down: request.down,
            ticks: Vec::new(),
            minor: Vec::new(),
            factor: String::new(),
        };
        if !request.names.is_empty() {
            let named = request.names.iter().enumerate();
            let named = named.map(|(k, name)| (k as f64, name.clone()));
            span.ticks = named.map(|(value, label)| Tick { value, label }).collect();
            return span;
        }
        // Fewer and fewer ticks until the labels keep clear of each other.
        for wanted in (2..=7).rev() {
            if log {
                span.set_decades(wanted);
            } else {
                span.set_ticks(wanted);
            }
            let count = span.ticks.len() as f64;
            let widest = span.widest();
            let needed = if across {
                widest + 14.0
            } else {
                2.2 * TICK_SIZE
            };
            if count * needed <= length {
                break;
            }
        }
        span
    }

    /// Width of the widest tick label.
    pub(super) fn widest(&self) -> f64 {
        let widths = self.ticks.iter();
        let widths = widths.map(|tick| letters::width(&tick.label, TICK_SIZE));
        widths.fold(0.0, f64::max)
    }

    /// Where a value lies: 0 at the beginning of the axis, 1 at its end.
    pub(super) fn place(&self, value: f64) -> f64 {
        let place = if self.log {
            (value.ln() - self.low.ln()) / self.units()
        } else {
            (value - self.low) / self.units()
        };
        if self.down { 1.0 - place } else { place }
    }

    /// Whether a value lies on the axis.
    pub(super) fn contains(&self, value: f64) -> bool {
        // A hair more, for ends that were computed.
        (-1e-9..=1.0 + 1e-9).contains(&self.place(value))
    }

    /// Whether a value can be shown at all.
    pub(super) fn shows(&self, value: f64) -> bool {
        shows(value, self.log)
    }

    /// Length of the axis in units of its values; in powers of e when it is logarithmic.
    pub(super) fn units(&self) -> f64 {
        if self.log {
            self.high.ln() - self.low.ln()
        } else {
            self.high - self.low
        }
    }

    /// The lower end.
    pub(super) fn low(&self) -> f64 {
        self.low
    }

    fn set_ticks(&mut self, wanted: usize) {
        let rough = (self.high - self.low) / wanted as f64;
        let power = rough.log10().floor();
        let unit = 10f64.powf(power);
        let (step, power) = match rough / unit {
            part if part <= 1.0 => (unit, power),
            part if part <= 2.0 => (2.0 * unit, power),
            part if part <= 5.0 => (5.0 * unit, power),
            _ => (10.0 * unit, power + 1.0),
        };
        let slack = 1e-9 * step;
        let first = ((self.low - slack) / step).ceil() as i64;
        let last = ((self.high + slack) / step).floor() as i64;
        let largest = step * first.unsigned_abs().max(last.unsigned_abs()) as f64;
        let exponent = largest.log10().floor();
        // A range that is narrow beside its distance from 0 would show its digits behind the point
        // with the factor as well: better none.
        let exponent = if !(1e-3..1e5).contains(&largest) && exponent - power <= 3.0 {
            exponent
        } else {
            0.0
        };
        self.factor = if exponent == 0.0 {
            String::new()
        } else {
            format!("×{}", power_of_ten(exponent as i32))
        };
        let decimals = (exponent - power).max(0.0) as usize;
        // As many as a float near 1000 can be trusted to show.
        let decimals = decimals.min(12);
        self.ticks = (first..=last)
            .map(|k| {
                let value = k as f64 * step;
                let label = format!("{:.decimals$}", value / 10f64.powf(exponent));
                let zero = label.chars().all(|c| "-0.".contains(c));
                let label = if zero { label.replace('-', "") } else { label };
                let label = label.replace('-', "\u{2212}");
                Tick { value, label }
            })
            .collect();
    }

    fn set_decades(&mut self, wanted: usize) {
        let (first, last) = (self.low.log10(), self.high.log10());
        let decades = (first.ceil() as i32)..=(last.floor() as i32);
        let count = decades.clone().count();
        if count < 2 {
            // Less than two powers of ten: 1, 2, 5 between them, or plain ticks when even that is
            // too coarse.
            let floor = first.floor() as i32;
            let candidates =
                (floor..=last.ceil() as i32).flat_map(|e| [1.0, 2.0, 5.0].map(|digit| (digit, e)));
            self.ticks = candidates
                .map(|(digit, e)| (digit * 10f64.powi(e), e))
                .filter(|(value, _)| self.contains(*value))
                .map(|(value, e)| Tick {
                    value,
                    label: plain(value, e),
                })
                .collect();
            if self.ticks.len() < 2 {
                self.set_ticks(wanted.min(4));
            }
            self.minor = self.digits();
            return;
        }
        let every = count.div_ceil(wanted).max(1);
        let labelled = decades.clone().step_by(every);
        self.ticks = labelled
            .map(|e| (e, 10f64.powi(e)))
            .map(|(e, value)| Tick {
                value,
                label: plain(value, e),
            })
            .collect();
        self.minor = decades.map(|e| 10f64.powi(e)).collect();
        if count <= 6 {
            let digits = self.digits();
            self.minor.extend(digits);
        }
    }

    /// 1, 2 … 9 times every power of ten within the range of a logarithmic axis.
    fn digits(&self) -> Vec<f64> {
        let decades = self.low.log10().floor() as i32..=self.high.log10().floor() as i32;
        let digits = decades.flat_map(|e| (1..10).map(move |d| f64::from(d) * 10f64.powi(e)));
        digits.filter(|value| self.contains(*value)).collect()
    }
}

/// A power of ten, or twice or five times one, as people write it.
fn plain(value: f64, exponent: i32) -> String {
    match exponent {
        -3..0 => format!("{value:.*}", exponent.unsigned_abs() as usize),
        0..=4 => format!("{value:.0}"),
        _ => {
            let digit = (value / 10f64.powi(exponent)).round();
            let power = power_of_ten(exponent);
            if digit == 1.0 {
                power
            } else {
                format!("{digit}×{power}")
            }
        }
    }
}

fn power_of_ten(exponent: i32) -> String {
    let raised = |c: char| match c {
        '-' => '⁻',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        '4' => '⁴',
        '5' => '⁵',
        '6' => '⁶',
        '7' => '⁷',
        '8' => '⁸',
        '9' => '⁹',
        _ => '⁰',
    };
    let exponent: String = exponent.to_string().chars().map(raised).collect();
    format!("10{exponent}")
}

/// The range that shows all values with a margin; 0 to 1 (log: 1 to 10) when there are none.
fn extent(values: impl Iterator<Item = f64>, request: &Request) -> (f64, f64) {
    let log = request.log;
    let mut low = f64::INFINITY;
    let mut high = f64::NEG_INFINITY;
    for value in values.filter(|value| shows(*value, log)) {
        low = low.min(value);
        high = high.max(value);
    }
    if !request.names.is_empty() {
        return (-0.5, request.names.len() as f64 - 0.5);
    }
    if low > high {
        return if log { (1.0, 10.0) } else { (0.0, 1.0) };
    }
    if log {
        let decades = high.log10() - low.log10();
        let margin = if decades > 1e-12 { 0.04 * decades } else { 0.3 };
        // Even the widest range stays clear of the smallest and largest floats.
        let margin = margin.min(7.0);
        let ratio = 10f64.powf(margin);
        return (low / ratio, high * ratio);
    }
    let zero = request.from_zero && low >= 0.0;
    if zero {
        low = 0.0;
    }
    let span = high - low;
    // Equal but for rounding: show the value in the middle of a range of its own size.
    if span <= 1e-12 * low.abs().max(high.abs()) {
        let half = if low == 0.0 { 1.0 } else { 0.1 * low.abs() };
        return if zero {
            (0.0, 1.0)
        } else {
            (low - half, high + half)
        };
    }
    let margin = if request.tight { 0.0 } else { 0.04 * span };
    (if zero { 0.0 } else { low - margin }, high + margin)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(values: &[f64], request: &Request) -> Vec<String> {
        let span = Span::of(values.iter().copied(), request, 400.0, true);
        span.ticks.into_iter().map(|tick| tick.label).collect()
    }

    #[test]
    fn ticks_are_round_numbers_within_the_range() {
        let plain = Request::default();
        assert_eq!(
            labels(&[0.0, 10.0], &plain),
            ["0", "2", "4", "6", "8", "10"]
        );
        assert_eq!(
            labels(&[-0.1, 0.1], &plain),
            ["−0.10", "−0.05", "0.00", "0.05", "0.10"]
        );
        assert_eq!(labels(&[f64::NAN, f64::INFINITY], &plain)[0], "0.0");
        let log = Request {
            log: true,
            ..Request::default()
        };
        assert_eq!(
            labels(&[0.001, 100.0, -1.0], &log),
            ["0.001", "0.01", "0.1", "1", "10", "100"]
        );
        assert_eq!(labels(&[2.0, 6.0], &log), ["2", "5"]);
        assert_eq!(labels(&[1e-12, 1e12], &log)[0], "10⁻¹²");
    }

    #[test]
    fn large_and_small_numbers_share_a_factor() {
        let factor =
            |high: f64| Span::of([0.0, high].into_iter(), &Request::default(), 400.0, true).factor;
        assert_eq!(factor(3e7), "×10⁷");
        assert_eq!(factor(4e-6), "×10⁻⁶");
        assert_eq!(factor(3000.0), "");
    }

    #[test]
    fn any_data_give_a_range_of_some_width_with_ticks() {
        let hard = [
            vec![],
            vec![0.0],
            vec![-7.0],
            vec![1e-310],
            vec![1e299, -1e299],
            vec![1.0, 1.0 + 1e-13],
            vec![1e6, 1e6 + 1e-3],
            vec![f64::MAX, 1.0],
        ];
        for values in hard {
            for (log, from_zero) in [(false, false), (true, false), (false, true)] {
                let request = Request {
                    log,
                    from_zero,
                    ..Request::default()
                };
                let span = Span::of(values.iter().copied(), &request, 400.0, true);
                assert!(span.low < span.high, "{values:?}");
                assert!(
                    !span.ticks.is_empty() && span.ticks.len() < 15,
                    "{values:?}"
                );
                assert!(
                    span.ticks.iter().all(|tick| span.contains(tick.value)),
                    "{span:?}"
                );
                for value in values.iter().filter(|value| span.shows(**value)) {
                    assert!(span.contains(*value), "{values:?}");
                }
            }
        }
    }

    #[test]
    fn labels_keep_clear_of_each_other() {
        let request = Request::default();
        for (low, high) in [(0.0, 1.0), (12_345.0, 12_346.0), (-0.001_23, 0.004)] {
            for length in [120.0, 200.0, 400.0] {
                let span = Span::of([low, high].into_iter(), &request, length, true);
                let needed = span.ticks.len() as f64 * span.widest();
                assert!(
                    needed <= length || span.ticks.len() <= 3,
                    "{low} {high} {length}"
                );
            }
        }
    }
}
