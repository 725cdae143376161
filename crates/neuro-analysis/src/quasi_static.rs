//! The quasi-static description of a spiking network: rates that follow their inputs at once.
//!
//! ```equation
//! U_i(t) = sum_j W_ij phi(U_j(t) + I_j),    R_i(t) = phi(U_i(t) + I_i)
//! ```
//!
//! `U` drive, `R` rate, `I` constant input, `W[i, j]` weight from `j` to `i`, `phi` the gain of a unit under
//! constant input. It holds when drives change slowly against synapses and interspike intervals, and
//! when many spikes are averaged. Comparing prediction and simulation says how far a network is from it.
//! Source: Kim & Chow 2018, eLife 7, e37124, Eqs. 1, 2, 46 and 47 (the input is missing in Eq. 2).

use nalgebra::DMatrix;
use neuro_core::Error as Core;
use neuro_core::transfer::Transfer;

use crate::Error;

/// The rates `phi(U + I)` of drives (units x samples); `input` has one value a unit, or none.
///
/// # Errors
/// [`neuro_core::Error::Length`] for the input, [`neuro_core::Error::NonFinite`].
///
/// ```
/// use neuro_analysis::quasi_static::{predicted_drive, predicted_rate};
/// use neuro_core::nalgebra::DMatrix;
/// use neuro_core::transfer::QifGain;
///
/// // Two units that drive each other: the rate of one, times the weight, is the drive of the other.
/// let weights = DMatrix::from_row_slice(2, 2, &[0.0, 2.0, 1.0, 0.0]);
/// let drive = DMatrix::from_column_slice(2, 1, &[4.0, 0.25]);
/// let rates = predicted_rate(&drive, &[], &QifGain)?;
/// let predicted = predicted_drive(&weights, &drive, &[], &QifGain)?;
/// assert!((predicted[0] - 2.0 * rates[1]).abs() < 1e-15 && (predicted[1] - rates[0]).abs() < 1e-15);
/// # Ok::<(), neuro_analysis::Error>(())
/// ```
pub fn predicted_rate(
    drive: &DMatrix<f64>,
    input: &[f64],
    gain: &dyn Transfer<f64>,
) -> Result<DMatrix<f64>, Error> {
    Core::check_finite("drive", drive.as_slice())?;
    if !input.is_empty() {
        Core::check_length("input", drive.nrows(), input.len())?;
        Core::check_finite("input", input)?;
    }
    let mut total = drive.clone();
    for mut column in total.column_iter_mut() {
        for (x, input) in column.iter_mut().zip(input) {
            *x += input;
        }
    }
    let mut rates = total.clone();
    gain.value_into(total.as_slice(), rates.as_mut_slice());
    Ok(rates)
}

/// The drives `W phi(U + I)` that drives predict of themselves.
///
/// # Errors
/// [`neuro_core::Error::Shape`] when the weights are not square or of another network, and those of
/// [`predicted_rate`].
pub fn predicted_drive(
    weights: &DMatrix<f64>,
    drive: &DMatrix<f64>,
    input: &[f64],
    gain: &dyn Transfer<f64>,
) -> Result<DMatrix<f64>, Error> {
    let n = drive.nrows();
    Core::check_shape("weights", (n, n), weights.shape())?;
    Ok(weights * predicted_rate(drive, input, gain)?)
}

/// Spikes per unit and bin: `spikes` are (step, unit), `width` steps a bin; steps of an incomplete last bin
/// are left out, so that there are `steps / width` bins.
///
/// # Errors
/// [`neuro_core::Error::OutOfRange`] for a width of 0 and a unit that does not exist.
///
/// ```
/// use neuro_analysis::quasi_static::binned_counts;
///
/// let counts = binned_counts(&[(0, 1), (3, 1), (4, 0), (9, 0)], 2, 10, 4)?;
/// assert_eq!(counts.row(0).iter().copied().collect::<Vec<_>>(), [0.0, 1.0]);
/// assert_eq!(counts.row(1).iter().copied().collect::<Vec<_>>(), [2.0, 0.0]);
/// # Ok::<(), neuro_analysis::Error>(())
/// ```
pub fn binned_counts(
    spikes: &[(usize, usize)],
    units: usize,
    steps: usize,
    width: usize,
) -> Result<DMatrix<f64>, Error> {
    check_width(width)?;
    Core::check_size::<f64>("counts of bins", &[units, steps / width])?;
    let mut counts = DMatrix::zeros(units, steps / width);
    for (step, unit) in spikes {
        let exists = *unit < units;
        Core::check_range("unit", &format!("below {units}"), *unit as f64, exists)?;
        if step / width < counts.ncols() {
            counts[(*unit, step / width)] += 1.0;
        }
    }
    Ok(counts)
}

/// Means over bins of `width` samples; samples of an incomplete last bin are left out.
///
/// # Errors
/// [`neuro_core::Error::OutOfRange`] for a width of 0.
pub fn binned_means(traces: &DMatrix<f64>, width: usize) -> Result<DMatrix<f64>, Error> {
    check_width(width)?;
    let bins = traces.ncols() / width;
    let mean = |i: usize, b: usize| {
        let bin = (b * width..(b + 1) * width).map(|s| traces[(i, s)]);
        bin.sum::<f64>() / width as f64
    };
    Ok(DMatrix::from_fn(traces.nrows(), bins, mean))
}

fn check_width(width: usize) -> Result<(), Error> {
    let positive = width > 0;
    Ok(Core::check_range(
        "width of a bin",
        "at least 1",
        width as f64,
        positive,
    )?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use neuro_core::transfer::Identity;

    #[test]
    fn input_counts_inside_the_gain() {
        let drive = DMatrix::from_column_slice(1, 2, &[1.0, 2.0]);
        let rates = predicted_rate(&drive, &[0.5], &Identity).expect("valid");
        assert_eq!(rates.as_slice(), [1.5, 2.5]);
        assert!(predicted_rate(&drive, &[0.5, 0.5], &Identity).is_err());
        assert!(predicted_rate(&(drive * f64::NAN), &[], &Identity).is_err());
    }

    #[test]
    fn bins_leave_out_an_incomplete_end() {
        let traces = DMatrix::from_row_slice(1, 5, &[1.0, 3.0, 5.0, 7.0, 100.0]);
        let means = binned_means(&traces, 2).expect("valid");
        assert_eq!(means.as_slice(), [2.0, 6.0]);
        assert!(binned_means(&traces, 0).is_err());
        assert!(binned_counts(&[(0, 3)], 3, 10, 5).is_err());
        let late = binned_counts(&[(4, 0)], 1, 5, 2).expect("valid");
        assert_eq!(late.as_slice(), [0.0, 0.0]);
    }
}
