//! The homogeneous model.

use neuro_core::System;
use neuro_core::integrate::RungeKutta4;
use neuro_models::derivative_feedback::{Homogeneous, HomogeneousConfig, HomogeneousRule};

use super::close;
use crate::data::Tensors;

/// README: relative, absolute.
const TOLERANCE: (f64, f64) = (1e-8, 1e-10);
/// Rates change by at most a tenth in a unit of time: RK4 is then exact to 1e-10 over a trial.
const STEP: f64 = 0.025;
/// Trials in a row under the rule as printed: the weight overshoots in each, which magnifies any error,
/// that of the reference included; halving our step changes results less than this.
const OVERSHOOTING: (f64, f64) = (2e-7, 1e-10);

pub(super) fn check(t: &Tensors) {
    let mut checked = 0;
    for rule in ["none", "diff", "homeo", "homeo_paper"] {
        if !t.has(&format!("seq.w.{rule}")) {
            continue;
        }
        checked += 1;
        let of = |name: &str, rules: &[&str]| {
            if rules.contains(&rule) {
                t.scalar(name)
            } else {
                0.0
            }
        };
        let config = HomogeneousConfig {
            inhibition: t.scalar("w_inh"),
            weight: t.scalar("w0"),
            stimulus_end: t.scalar("t_stim"),
            trial_end: t.scalar("t_total"),
            rule: HomogeneousRule {
                differential: of("alpha_d", &["diff"]),
                homeostatic: of("alpha_h", &["homeo", "homeo_paper"]),
                target: t.scalar("r_0"),
                normalise_by_inhibition: rule != "homeo_paper",
            },
            ..HomogeneousConfig::default()
        };
        let model = Homogeneous::new(config).expect("valid configuration");
        check_rhs(t, rule, &model);
        check_course(t, rule, &model);
        check_sequence(t, rule, model);
    }
    assert!(checked > 0, "a rule");
}

fn check_rhs(t: &Tensors, rule: &str, model: &Homogeneous) {
    let name = format!("rhs.dy.{rule}");
    let mut found = Vec::new();
    for (k, y) in t.values("rhs.y").chunks_exact(2).enumerate() {
        let flow = if t.values("rhs.delay")[k] == 1.0 {
            model.delay()
        } else {
            model.stimulus(t.values("rhs.I")[k])
        };
        let mut dy = [0.0; 2];
        flow.rhs(0.0, y, &mut dy, &mut ());
        found.extend(dy);
    }
    // Differences of numbers of the size of the input over 1 + w: a few units in the last place.
    close(&name, &found, t.values(&name), (1e-12, 1e-14));
}

fn check_course(t: &Tensors, rule: &str, model: &Homogeneous) {
    let name = format!("traj.{rule}");
    let times = t.values("t");
    let every = ((times[1] - times[0]) / STEP).round() as usize;
    let mut found = Vec::new();
    for input in t.values("I") {
        let course = model.course(*input, &RungeKutta4, STEP, every);
        let [driven, alone] = course.expect("a bounded trial");
        found.extend(driven.states().as_slice());
        found.extend(&alone.states().as_slice()[2..]);
    }
    close(&name, &found, t.values(&name), TOLERANCE);
}

fn check_sequence(t: &Tensors, rule: &str, mut model: Homogeneous) {
    let (mut weights, mut rates) = (Vec::new(), Vec::new());
    for input in t.values("seq.I") {
        let trial = model.trial(*input, &RungeKutta4, STEP);
        let trial = trial.expect("a bounded trial");
        weights.push(trial.weight);
        rates.extend([trial.rate_at_delay, trial.rate_at_end]);
    }
    let check = |name: &str, found: &[f64]| {
        let name = format!("seq.{name}.{rule}");
        let tolerance = if rule == "homeo_paper" {
            OVERSHOOTING
        } else {
            TOLERANCE
        };
        close(&name, found, t.values(&name), tolerance);
    };
    check("w", &weights);
    check("r_start_end", &rates);
}
