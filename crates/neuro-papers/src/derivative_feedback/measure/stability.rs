//! What follows from the equations of the homogeneous model: oscillation, the limit of strong feedback,
//! and what a delay keeps.

use std::f64::consts::TAU;

use neuro_core::Linearize;
use neuro_core::integrate::{RungeKutta4, integrate};
use neuro_core::linalg::eigenvalues;
use neuro_models::Error as ModelError;
use neuro_models::derivative_feedback::{
    Homogeneous as Model, HomogeneousConfig, HomogeneousRule, ThreeVariableFlow,
};

use super::homogeneous::{INPUTS, config, rule};
use crate::derivative_feedback::measured::Oscillation;

/// Steps of a period of the simulated oscillation.
const PERIOD: f64 = 2_000.0;

/// Small oscillations about the fixed point of the homeostatic rule of speed `alpha`.
pub(super) fn oscillation(alpha: f64) -> Result<Oscillation, ModelError> {
    let model = Model::new(config(rule(alpha, 50.0)))?;
    let (flow, target) = (model.delay(), model.config().rule.target);
    let fixed = [target, model.balanced_weight()];
    let mut jacobian = nalgebra::DMatrix::zeros(2, 2);
    flow.jacobian(0.0, &fixed, &mut jacobian);
    let values = eigenvalues(&jacobian)?;
    let frequency = values.iter().fold(0.0, |m: f64, v| m.max(v.im.abs()));
    let growth = values.iter().fold(f64::NEG_INFINITY, |m, v| m.max(v.re));
    let mut found = Oscillation {
        alpha,
        frequency,
        growth,
        simulated: None,
        second_maximum: None,
    };
    if frequency > 0.0 {
        // From the turning point of the rate, which is its first maximum.
        let start = [1.1 * target, fixed[1]];
        let dt = TAU / frequency / PERIOD;
        let run = integrate(
            &flow,
            &RungeKutta4,
            0.0,
            dt,
            (1.5 * PERIOD) as usize,
            &start,
        )?;
        let rate = |k: usize| run.state(k)[0];
        let turns = |k: &usize| rate(*k) > rate(k - 1) && rate(*k) >= rate(k + 1);
        if let Some(k) = (1..run.len() - 1).find(turns) {
            found.simulated = Some(TAU / run.time(k));
            found.second_maximum = Some((rate(k) - target) / (rate(0) - target));
        }
    }
    Ok(found)
}

/// `w`, and the relative difference of the two forms of the model after a delay of `w`.
pub(super) fn three_variables(inhibition: f64) -> Result<[f64; 2], ModelError> {
    let flow = ThreeVariableFlow::new(inhibition, inhibition, 0.0);
    // The fast mode oscillates at a rate of the order of sqrt(w).
    let dt = 0.2 / inhibition.sqrt();
    let steps = (inhibition / dt) as usize;
    let run = integrate(&flow, &RungeKutta4, 0.0, dt, steps, &[1.0; 3])?;
    let model = Model::new(HomogeneousConfig {
        inhibition,
        weight: inhibition,
        ..config(HomogeneousRule::fixed())
    })?;
    let exact = model.remaining_rate(inhibition, 1.0, dt * steps as f64);
    Ok([inhibition, (run.last()[0] / exact - 1.0).abs()])
}

/// Largest relative change of what differential plasticity keeps in a delay.
pub(super) fn invariant(config: &HomogeneousConfig) -> Result<f64, ModelError> {
    let model = Model::new(*config)?;
    let [driven, alone] = model.course(INPUTS[2], &RungeKutta4, 0.1, 100)?;
    let value = |x: &[f64]| model.invariant(x[0], x[1]);
    let kept = value(driven.last());
    let changes = (0..alone.len()).map(|k| (value(alone.state(k)) / kept - 1.0).abs());
    Ok(changes.fold(0.0, f64::max))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn oscillations_have_the_frequency_of_the_linearised_equations() {
        // With the rule divided by w: sqrt(alpha r_0 / w).
        for alpha in [2e-5, 1e-3] {
            let found = oscillation(alpha).expect("bounded");
            let expected = (alpha * 50.0 / 500.0_f64).sqrt();
            assert!((found.frequency / expected - 1.0).abs() < 1e-9, "{found:?}");
            // At a tenth of the target the anharmonic shift is of second order in it.
            let simulated = found.simulated.expect("a maximum");
            assert!((simulated / expected - 1.0).abs() < 0.01, "{found:?}");
        }
    }
}
