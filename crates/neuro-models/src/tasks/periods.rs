//! Periods of a trial in milliseconds, as whole numbers of Euler steps.
//!
//! A trial that lasts `T` steps has `T` samples, of which the first is the state at its start: it
//! takes `T - 1` updates, and the output after update `k` is compared with target `k` (the counting
//! of Kim, Li & Sejnowski 2019).

use std::ops::Range;

use neuro_core::Error;

/// Longest period that is believed, in steps.
const LONGEST: f64 = 1e7;

/// Steps of a period; both in ms. What [`check`] refuses is rounded.
pub(super) fn steps(period: f64, dt: f64) -> usize {
    (period / dt).round().clamp(0.0, LONGEST) as usize
}

/// The steps of consecutive periods.
pub(super) fn ranges<const N: usize>(periods: [f64; N], dt: f64) -> [Range<usize>; N] {
    let mut end = 0;
    periods.map(|period| {
        let start = end;
        end += steps(period, dt);
        start..end
    })
}

/// Checks the step, and that it divides each period; periods of 0 ms are allowed.
pub(super) fn check(dt: f64, periods: &[(&str, f64)]) -> Result<(), Error> {
    Error::check_range(
        "dt",
        "a positive number of ms",
        dt,
        dt > 0.0 && dt.is_finite(),
    )?;
    for &(what, period) in periods {
        let count = period / dt;
        // A period such as 0.3 ms is no exact multiple of 0.1 ms in binary.
        let whole = (count - count.round()).abs() <= 1e-9 * count.max(1.0);
        let expected = format!("0 to {LONGEST:e} whole steps of {dt} ms");
        let fits = whole && (0.0..=LONGEST).contains(&count);
        Error::check_range(what, &expected, period, fits)?;
    }
    Ok(())
}

/// Checks that there is a step to answer in.
pub(super) fn check_response(response: &Range<usize>) -> Result<(), Error> {
    let some = !response.is_empty();
    let what = "steps of the response";
    Error::check_range(what, "at least 1 before the last sample", 0.0, some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_that_does_not_divide_a_period_is_refused_with_its_name() {
        assert!(check(0.1, &[("stimulus", 0.3), ("delay", 0.0)]).is_ok());
        let refused = check(4.0, &[("stimulus", 248.0), ("delay", 250.0)]);
        let message = refused.expect_err("62.5 steps").to_string();
        assert_eq!(
            message,
            "delay: expected 0 to 1e7 whole steps of 4 ms, found 250"
        );
        for dt in [0.0, -5.0, f64::NAN, f64::INFINITY] {
            assert!(check(dt, &[]).is_err());
        }
        for period in [-5.0, f64::NAN, f64::INFINITY, 1e12] {
            assert!(check(5.0, &[("delay", period)]).is_err(), "{period}");
        }
    }
}
