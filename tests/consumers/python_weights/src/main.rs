//! What does a network remember whose weights were made in Python? The way back from a weak cue, and its end.

use std::error::Error;
use std::path::Path;

use neuro_analysis::Spectrum;
use neuro_analysis::fixed_points::{FixedPointConfig, Stability, find_fixed_points, sample_starts};
use neuro_core::archive::Archive;
use neuro_core::integrate::adaptive::{StepControl, integrate_adaptive};
use neuro_core::nalgebra::{DMatrix, DVector};
use neuro_core::{Domain, Linearize, Streams, System};

/// `dx/dt = -x + W tanh(x)`.
struct RateNetwork {
    recurrent: DMatrix<f64>,
}

impl System for RateNetwork {
    type Work = Vec<f64>;

    fn dim(&self) -> usize {
        self.recurrent.nrows()
    }

    fn work(&self, _states: usize) -> Vec<f64> {
        vec![0.0; self.dim()]
    }

    fn rhs(&self, _t: f64, x: &[f64], dx: &mut [f64], rates: &mut Vec<f64>) {
        let units = self.dim();
        for (x, dx) in x.chunks_exact(units).zip(dx.chunks_exact_mut(units)) {
            for (rate, x) in rates.iter_mut().zip(x) {
                *rate = x.tanh();
            }
            let drive = &self.recurrent * DVector::from_column_slice(rates);
            for ((dx, x), drive) in dx.iter_mut().zip(x).zip(drive.iter()) {
                *dx = drive - x;
            }
        }
    }
}

impl Linearize for RateNetwork {
    fn jacobian(&self, _t: f64, x: &[f64], jacobian: &mut DMatrix<f64>) {
        let slopes = x.iter().map(|x| 1.0 - x.tanh().powi(2));
        jacobian.copy_from(&self.recurrent);
        for (mut column, slope) in jacobian.column_iter_mut().zip(slopes) {
            column *= slope;
        }
        for i in 0..x.len() {
            jacobian[(i, i)] -= 1.0;
        }
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("weights.safetensors");
    // Python stored them in single precision.
    let file = Archive::read_foreign(path)?.to_f64();
    let recurrent: DMatrix<f64> = file.matrix("recurrent")?;
    let pattern: Vec<f64> = file.vector("pattern")?;
    let units = recurrent.nrows();

    let spectrum = Spectrum::of(&recurrent)?;
    let leading = spectrum
        .values
        .iter()
        .fold(0.0_f64, |most, value| most.max(value.re));
    println!("{units} units; eigenvalue of largest real part {leading:.2}");

    // From a weak and noisy cue, and from its mirror image.
    let network = RateNetwork { recurrent };
    let mut cue = vec![0.0; units];
    Streams::new(1).normals(Domain::User, 0).fill(&mut cue);
    for (x, p) in cue.iter_mut().zip(&pattern) {
        *x = 0.3 * *x + 0.3 * p;
    }
    let opposite: Vec<f64> = cue.iter().map(|x| -x).collect();
    let control = StepControl::new(1e-6, 1e-8);
    let run = integrate_adaptive(
        &network,
        &control,
        0.0,
        60.0,
        &[cue.clone(), opposite].concat(),
    )?;
    let end = DVector::from_column_slice(&run.last()[..units]);
    let overlap = |x: &[f64]| -> f64 {
        x.iter()
            .zip(&pattern)
            .map(|(x, p)| x.tanh() * p)
            .sum::<f64>()
            / units as f64
    };
    let overlaps = [&cue, end.as_slice()].map(overlap);
    println!(
        "overlap with the pattern: {:.2} at first, {:.2} in the end",
        overlaps[0], overlaps[1]
    );

    // Where do such runs lead?
    let starts = sample_starts(run.states(), 40, 0.1, Streams::new(2))?;
    let found = find_fixed_points(&network, 0.0, &starts, &FixedPointConfig::default())?;
    let stable: Vec<_> = found
        .points
        .iter()
        .filter(|point| {
            matches!(
                point.stability,
                Stability::StableNode | Stability::StableFocus
            )
        })
        .collect();
    println!(
        "{} fixed points, {} of them stable",
        found.points.len(),
        stable.len()
    );
    let away = stable.iter().map(|point| (&end - &point.state).norm());
    let nearest = away.fold(f64::INFINITY, f64::min);
    println!("distance of the end from the nearest stable point: {nearest:.1e}");
    if stable.len() == 2 && nearest < 1e-3 {
        Ok(())
    } else {
        Err("expected the memory and its mirror image".into())
    }
}
