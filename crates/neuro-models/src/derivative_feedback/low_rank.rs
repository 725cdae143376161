//! The classical Runge–Kutta method on rates, synapses, weights and gains together, without matrices of stages.
//!
//! In each stage the slope of the weights is an outer product: with `v` the change of the excitatory rates, gated
//! and times `-alpha_d`, and `r` these rates, `dU/dt = v r^T`. A stage needs of the weights only their product with
//! the synaptic variables `s`, and a step changes them by four outer products together:
//!
//! ```equation
//! (U_stage s)_i = sum_j max(U_ij + a v_i r_j, 0) s_j          v, r of the stage before, a = h/2, h/2, h
//! U' = U + h/6 (v_1 r_1^T + 2 v_2 r_2^T + 2 v_3 r_3^T + v_4 r_4^T)
//! ```
//!
//! This is the method itself where no weight is or becomes negative. The others relax as if their change came at a
//! constant rate during the step, each solved exactly, where the method itself would take four stages of
//! their equation (and is stable only up to 2.785 of their time constants): see `blocks.rs`.

use std::sync::Arc;

use neuro_core::{Kernel, fused, run_kernel, vectorize};

use super::blocks::Relaxation;
use super::flow::{Coupling, CouplingWork, VARIABLES};
use super::{Network, Plasticity};

/// Values of one register of the widest machines.
const LANES: usize = 8;
/// Registers of rows that are summed together.
const TILE: usize = 4;
/// Stages of a step.
const STAGES: usize = 4;

/// Values of one register.
type Line = [f64; LANES];

const ZEROS: Line = [0.0; LANES];

/// The weights of a trial, and all that its steps need.
#[derive(Debug)]
pub(super) struct LowRank {
    coupling: Arc<Coupling>,
    plasticity: Plasticity,
    step: f64,
    /// Strength of the stimulus at each half step of the trial.
    levels: Vec<f64>,
    profile: Vec<f64>,
    relaxation: Relaxation,
    /// Eight rows after eight rows, each column after column; the last ones are filled up with zeros.
    weights: Vec<f64>,
    /// First weight, on a boundary of 64 bytes.
    first: usize,
    pub(super) gains: Vec<f64>,
    /// Rates and synapses.
    pub(super) state: Vec<f64>,
    stage: Vec<f64>,
    slope: Vec<f64>,
    sum: Vec<f64>,
    stage_gains: Vec<f64>,
    gain_slope: Vec<f64>,
    gain_sum: Vec<f64>,
    excitation: Vec<f64>,
    /// Of each stage: `drE/dt`.
    post: [Vec<Line>; STAGES],
    /// Of each stage: `-alpha_d (1 - I) r`.
    pre: [Vec<f64>; STAGES],
    /// `pre` times the reach of the next stage, or times the share of the stage in a step.
    scaled: [Vec<f64>; STAGES],
    /// Changes and new weights of eight rows.
    buffers: [Vec<f64>; 2],
    coupling_work: CouplingWork,
}

impl LowRank {
    pub(super) fn new(network: &Network, plasticity: Plasticity, step: f64, steps: usize) -> Self {
        let coupling = network.coupling().clone();
        let n = coupling.config.units;
        let lines = n.div_ceil(LANES);
        let stimulus = coupling.config.stimulus;
        let half_steps = 0..=2 * steps;
        let zeros = vec![0.0; VARIABLES * n];
        let weights = vec![0.0; (lines * n + 1) * LANES];
        Self {
            first: weights.as_ptr().align_offset(64).min(LANES),
            weights,
            levels: half_steps
                .map(|k| stimulus.level(0.5 * step * k as f64))
                .collect(),
            coupling,
            plasticity,
            step,
            profile: Vec::with_capacity(n),
            relaxation: Relaxation::new(plasticity.negative, step),
            gains: vec![0.0; n],
            state: zeros.clone(),
            stage: zeros.clone(),
            slope: zeros.clone(),
            sum: zeros,
            stage_gains: vec![0.0; n],
            gain_slope: vec![0.0; n],
            gain_sum: vec![0.0; n],
            excitation: vec![0.0; n],
            post: std::array::from_fn(|_| vec![ZEROS; lines]),
            pre: std::array::from_fn(|_| vec![0.0; n]),
            scaled: std::array::from_fn(|_| vec![0.0; n]),
            buffers: [vec![0.0; n * LANES], vec![0.0; n * LANES]],
            coupling_work: CouplingWork::new(n, 1),
        }
    }

    fn lines(&self) -> &[Line] {
        let count = self.excitation.len().div_ceil(LANES) * self.excitation.len();
        &self.weights[self.first..].as_chunks().0[..count]
    }

    fn lines_mut(&mut self) -> &mut [Line] {
        let count = self.excitation.len().div_ceil(LANES) * self.excitation.len();
        &mut self.weights[self.first..].as_chunks_mut().0[..count]
    }

    /// Starts a trial from silence.
    pub(super) fn start(&mut self, stimulus: usize, synapses: &[f64], gains: &[f64]) {
        let n = self.gains.len();
        self.profile.clear();
        let config = &self.coupling.config;
        config.add_stimulus_profile(stimulus, &mut self.profile);
        self.state.fill(0.0);
        self.gains.copy_from_slice(gains);
        self.gain_slope.fill(0.0);
        for (b, panel) in self.lines_mut().chunks_exact_mut(n).enumerate() {
            for (line, column) in panel.iter_mut().zip(synapses.chunks_exact(n)) {
                for (u, value) in line.iter_mut().zip(&column[b * LANES..]) {
                    *u = *value;
                }
            }
        }
    }

    /// Negative weights relax during the stimulus, in which they rest otherwise.
    pub(super) fn relax(&mut self, duration: f64) {
        let resting = Relaxation::new(self.plasticity.negative, duration);
        for u in self.lines_mut().as_flattened_mut() {
            if *u < 0.0 {
                *u = resting.after(*u, 0.0);
            }
        }
    }

    /// Writes the weights, column-major.
    pub(super) fn read(&self, synapses: &mut [f64]) {
        let n = self.gains.len();
        for (b, panel) in self.lines().chunks_exact(n).enumerate() {
            for (line, column) in panel.iter().zip(synapses.chunks_exact_mut(n)) {
                for (value, u) in column[b * LANES..].iter_mut().zip(line) {
                    *value = *u;
                }
            }
        }
    }

    /// The `k`-th step of the trial; weights and gains learn in the delay.
    pub(super) fn step(&mut self, k: usize, delay: bool) {
        self.stage.copy_from_slice(&self.state);
        self.stage_gains.copy_from_slice(&self.gains);
        for s in 0..STAGES {
            let level = self.levels[2 * k + s.div_ceil(2)];
            self.excite(if delay { s.checked_sub(1) } else { None });
            self.coupling.rhs(
                &self.stage,
                &self.excitation,
                (&self.profile, level),
                &mut self.slope,
                &mut self.coupling_work,
            );
            if delay {
                self.record(s, 1.0 - level);
            }
            self.advance(s);
        }
        if delay {
            self.learn();
        }
    }

    /// The drive of this stage by the weights, which stage `before` has changed.
    fn excite(&mut self, before: Option<usize>) {
        let n = self.gains.len();
        run_kernel(Excite {
            weights: self.weights[self.first..].as_chunks().0,
            change: before.map(|s| (self.post[s].as_slice(), self.scaled[0].as_slice())),
            synaptic: &self.stage[2 * n..3 * n],
            gains: &self.stage_gains,
            excitation: &mut self.excitation,
        });
    }

    /// Keeps what stage `s` does to weights and gains; the stimulus has faded by `faded`.
    fn record(&mut self, s: usize, faded: f64) {
        let (n, p) = (self.gains.len(), &self.plasticity);
        let rate = -p.differential * faded;
        let open = if p.gate_homeostasis { faded } else { 1.0 };
        let (strength, target) = (p.homeostatic * open, p.target);
        let reach = reach(s, self.step);
        let (rates, d_rates) = (&self.stage[..n], &self.slope[..n]);
        let (pre, scaled) = (&mut self.pre[s][..n], &mut self.scaled[0][..n]);
        let (slope, gains) = (&mut self.gain_slope[..n], &self.stage_gains[..n]);
        vectorize(
            #[inline(always)]
            || {
                for i in 0..n {
                    pre[i] = rate * rates[i];
                    scaled[i] = reach * pre[i];
                    slope[i] = strength * (target - rates[i]) * gains[i];
                }
            },
        );
        for (post, d_rates) in self.post[s].iter_mut().zip(d_rates.chunks(LANES)) {
            for (post, d) in post.iter_mut().zip(d_rates) {
                *post = *d;
            }
        }
    }

    /// Takes up the slopes of stage `s`, and goes to the next stage or to the end of the step.
    fn advance(&mut self, s: usize) {
        let h = self.step;
        let variables = (&mut self.state, &mut self.stage, &mut self.sum, &self.slope);
        let gains = (
            &mut self.gains,
            &mut self.stage_gains,
            &mut self.gain_sum,
            &self.gain_slope,
        );
        vectorize(
            #[inline(always)]
            || {
                for (x, stage, sum, slope) in [variables, gains] {
                    let sums = stage.iter_mut().zip(sum);
                    let each = x.iter_mut().zip(slope).zip(sums);
                    if s == 0 {
                        for ((x, k), (stage, sum)) in each {
                            *sum = *k;
                            *stage = *x + 0.5 * h * *k;
                        }
                    } else if s + 1 < STAGES {
                        let reach = reach(s, h);
                        for ((x, k), (stage, sum)) in each {
                            *sum += *k + *k;
                            *stage = *x + reach * *k;
                        }
                    } else {
                        for ((x, k), (_, sum)) in each {
                            *x += h / 6.0 * (*sum + *k);
                        }
                    }
                }
            },
        );
    }

    /// Changes the weights by the slopes of all stages.
    fn learn(&mut self) {
        for (s, (scaled, pre)) in self.scaled.iter_mut().zip(&self.pre).enumerate() {
            let share = self.step / if s == 0 || s + 1 == STAGES { 6.0 } else { 3.0 };
            for (scaled, pre) in scaled.iter_mut().zip(pre) {
                *scaled = share * pre;
            }
        }
        run_kernel(Learn {
            weights: self.weights[self.first..].as_chunks_mut().0,
            post: self.post.each_ref().map(Vec::as_slice),
            pre: self.scaled.each_ref().map(Vec::as_slice),
            relaxation: &self.relaxation,
            buffers: &mut self.buffers,
        });
    }
}

/// How far from the start the stage after stage `s` is, with steps of `h`.
#[inline(always)]
fn reach(s: usize, h: f64) -> f64 {
    if s < 2 { 0.5 * h } else { h }
}

/// `excitation_i = g_i sum_j max(U_ij + v_i r_j, 0) s_j`.
struct Excite<'a> {
    weights: &'a [Line],
    /// `v` and `r`.
    change: Option<(&'a [Line], &'a [f64])>,
    synaptic: &'a [f64],
    gains: &'a [f64],
    excitation: &'a mut [f64],
}

impl Kernel for Excite<'_> {
    type Output = ();

    #[inline(always)]
    fn run<const FMA: bool>(mut self) {
        let lines = self.gains.len().div_ceil(LANES);
        let mut first = 0;
        while first < lines {
            first += if lines - first >= TILE {
                self.tile::<FMA, TILE>(first)
            } else {
                self.tile::<FMA, 1>(first)
            };
        }
    }
}

impl Excite<'_> {
    /// `COUNT` lines of rows from the `first`-th on.
    #[inline(always)]
    fn tile<const FMA: bool, const COUNT: usize>(&mut self, first: usize) -> usize {
        let n = self.gains.len();
        let mut panels: [&[Line]; COUNT] = [&[]; COUNT];
        for c in 0..COUNT {
            panels[c] = &self.weights[(first + c) * n..][..n];
        }
        let synaptic = &self.synaptic[..n];
        let mut sums = [[0.0; LANES]; COUNT];
        if let Some((post, pre)) = self.change {
            let mut v = [ZEROS; COUNT];
            v.copy_from_slice(&post[first..][..COUNT]);
            let pre = &pre[..n];
            for j in 0..n {
                for c in 0..COUNT {
                    for l in 0..LANES {
                        let u = fused::<FMA, _>(v[c][l], pre[j], panels[c][j][l]);
                        sums[c][l] = fused::<FMA, _>(positive(u), synaptic[j], sums[c][l]);
                    }
                }
            }
        } else {
            for j in 0..n {
                for c in 0..COUNT {
                    for l in 0..LANES {
                        let u = positive(panels[c][j][l]);
                        sums[c][l] = fused::<FMA, _>(u, synaptic[j], sums[c][l]);
                    }
                }
            }
        }
        // Copied out, or the sums would live in memory during the loops above.
        let sums = sums;
        let first = first * LANES;
        let out = self.excitation[first..].iter_mut();
        for ((out, g), sum) in out.zip(&self.gains[first..]).zip(sums.as_flattened()) {
            *out = g * sum;
        }
        COUNT
    }
}

/// `max(u, 0)`. Not-a-number stays.
#[inline(always)]
fn positive(u: f64) -> f64 {
    if u < 0.0 { 0.0 } else { u }
}

/// `U += sum_s v_s r_s^T`.
struct Learn<'a> {
    weights: &'a mut [Line],
    post: [&'a [Line]; STAGES],
    pre: [&'a [f64]; STAGES],
    relaxation: &'a Relaxation,
    /// Changes and new weights of eight rows.
    buffers: &'a mut [Vec<f64>; 2],
}

impl Kernel for Learn<'_> {
    type Output = ();

    #[inline(always)]
    fn run<const FMA: bool>(self) {
        let n = self.pre[0].len();
        let relaxation = self.relaxation;
        let mut pre: [&[f64]; STAGES] = [&[]; STAGES];
        for s in 0..STAGES {
            pre[s] = &self.pre[s][..n];
        }
        let [totals, ends] = self.buffers;
        let blocks = self.weights.chunks_exact_mut(n).zip(self.post[0]);
        for (b, (panel, _)) in blocks.enumerate() {
            let mut v = [ZEROS; STAGES];
            for s in 0..STAGES {
                v[s] = self.post[s][b];
            }
            // A smallest value, not gathered sign bits: comparisons keep their order, so that the compiler
            // goes through the lines one by one. Otherwise it would take eight together, value by value.
            let mut lowest = ZEROS;
            for (j, (line, out)) in panel.iter().zip(totals.as_chunks_mut().0).enumerate() {
                let mut total = ZEROS;
                for s in 0..STAGES {
                    for l in 0..LANES {
                        total[l] = fused::<FMA, _>(v[s][l], pre[s][j], total[l]);
                    }
                }
                for l in 0..LANES {
                    let (before, after) = (line[l], line[l] + total[l]);
                    let lower = if after < before { after } else { before };
                    lowest[l] = if lower < lowest[l] { lower } else { lowest[l] };
                }
                *out = total;
            }
            let weights = panel.as_flattened_mut();
            if lowest == ZEROS {
                for (u, total) in weights.iter_mut().zip(&*totals) {
                    *u += *total;
                }
                continue;
            }
            let mut crossed = false;
            for ((end, u), total) in ends.iter_mut().zip(&*weights).zip(&*totals) {
                *end = relaxation.straight(*u, *total);
                crossed |= (*u < 0.0) != (*end < 0.0);
            }
            if crossed {
                for ((end, u), total) in ends.iter_mut().zip(&*weights).zip(&*totals) {
                    if (*u < 0.0) != (*end < 0.0) {
                        *end = relaxation.after(*u, *total);
                    }
                }
            }
            weights.copy_from_slice(ends);
        }
    }
}

#[cfg(test)]
mod tests;
