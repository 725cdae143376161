//! FORCE: a network of spiking units learns to play a sine wave through a readout that it hears.

use std::error::Error;
use std::f64::consts::TAU;

use neuro_core::connectivity::{bernoulli_mask, gaussian_gain, uniform};
use neuro_core::nalgebra::DMatrix;
use neuro_core::spiking::{Connections, Decay, SpikingUnits, SynapticFilter, Theta};
use neuro_core::{Domain, Streams};
use neuro_plasticity::{RlsConfig, SharedRls};

const UNITS: usize = 1000;
/// Period of the wave (ms); steps are of 1 ms.
const PERIOD: f64 = 400.0;
const LEARNED: usize = 20_000;
const FREE: usize = 4_000;

fn main() -> Result<(), Box<dyn Error>> {
    let streams = Streams::new(3);
    let units = Theta {
        time_constant: 10.0,
        dt: 1.0,
    };
    let filter = SynapticFilter::new(40.0, 1.0, 10.0, Decay::Exact)?;
    let mask = bernoulli_mask::<f64>(UNITS, UNITS, 0.1, streams, 0)?;
    let gains = gaussian_gain::<f64>(UNITS, 4.0, streams, 1)?;
    let recurrent = Connections::of_mask(&mask);
    let weights = recurrent.weights_of(&gains);
    let feedback: DMatrix<f64> = uniform(UNITS, 1, 1.0, streams, 2)?;

    let (mut phases, mut spikes) = (vec![0.0; UNITS], vec![0.0; UNITS]);
    units.start(&mut streams.rng(Domain::InitialState, 0), &mut phases);
    let (mut rates, mut drive) = (vec![0.0; UNITS], vec![0.0; UNITS]);
    let mut readout = DMatrix::<f64>::zeros(1, UNITS);
    let mut rls: SharedRls = SharedRls::new(
        RlsConfig {
            regularization: 0.1,
            ..RlsConfig::default()
        },
        UNITS,
    )?;
    let (mut heard, mut error) = (0.0, 0.0);
    for step in 0..LEARNED + FREE {
        let current: Vec<f64> = drive
            .iter()
            .zip(feedback.iter())
            .map(|(u, e)| 0.05 + u + e * heard)
            .collect();
        units.step(&current, &mut phases, &mut spikes);
        filter.step(&spikes, &mut rates);
        recurrent.drive_into(&weights, &rates, &mut drive);
        heard = (&readout * DMatrix::from_column_slice(UNITS, 1, &rates))[(0, 0)];
        let target = (TAU * step as f64 / PERIOD).sin();
        if step >= LEARNED {
            error += (heard - target).powi(2);
        } else if step % 2 == 0 {
            rls.partial_fit(&rates, &[target], &mut readout)?;
        }
    }
    let error = (error / FREE as f64).sqrt();
    println!("error of {FREE} ms without learning: {error:.3} (the wave itself: 0.707)");
    if error < 0.3 {
        Ok(())
    } else {
        Err("the wave was not learned".into())
    }
}
