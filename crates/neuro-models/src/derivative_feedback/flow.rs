//! The rates and synapses of the ring with weights that rest: a system of `6 N` variables.

use std::sync::Arc;

use nalgebra::DMatrix;
use neuro_core::linalg::PackedMatrix;
use neuro_core::{Kernel, Linearize, System, run_kernel, vectorize};

use super::Config;
use super::circulant::Circulant;

/// Variables of each angle: two rates and four synapses.
pub(super) const VARIABLES: usize = 6;

/// Everything of the right-hand side but the excitatory weights.
#[derive(Debug)]
pub(super) struct Coupling {
    pub(super) config: Config,
    /// First columns of the kernels `ei`, `ie`, `ii`.
    columns: [Vec<f64>; 3],
    ei: Circulant,
    ie: Circulant,
    ii: Circulant,
    /// `W_II / W_EI` where the two differ by a factor only.
    ratio: Option<f64>,
    /// Inverse time constants, in the order of the variables.
    per_ms: [f64; VARIABLES],
}

impl Coupling {
    pub(super) fn new(config: &Config) -> Self {
        let (ei, ie, ii) = (config.ei, config.ie, config.ii);
        let columns = [ei, ie, ii].map(|pathway| config.kernel_column(pathway));
        let alike = ei.width == ii.width && ei.strength > 0.0;
        let [ei_matrix, ie_matrix, ii_matrix] = [0, 1, 2].map(|k| Circulant::new(&columns[k]));
        Self {
            config: config.clone(),
            ei: ei_matrix,
            ie: ie_matrix,
            ii: ii_matrix,
            columns,
            ratio: alike.then(|| ii.strength / ei.strength),
            per_ms: [
                config.excitatory_time_constant,
                config.inhibitory_time_constant,
                config.ee.time_constant,
                ie.time_constant,
                ei.time_constant,
                ii.time_constant,
            ]
            .map(f64::recip),
        }
    }

    /// Writes the time derivative of one or more states, one after another: `excitation` is `W_EE sEE` of each,
    /// `drive` the profiles of the stimuli (state `b` has profile `b`, modulo their number; or none) and their level.
    pub(super) fn rhs(
        &self,
        x: &[f64],
        excitation: &[f64],
        drive: (&[f64], f64),
        dx: &mut [f64],
        work: &mut CouplingWork,
    ) {
        let n = self.config.units;
        let dim = VARIABLES * n;
        let states = x.len() / dim;
        if states > 1 {
            let CouplingWork {
                ei,
                ie,
                ii,
                scratch,
            } = &mut *work;
            let [ei, ie, ii] = [ei, ie, ii].map(|product| &mut product[..n * states]);
            let each = |variable: usize| &x[variable * n..];
            self.ei.multiply_many(each(4), dim, states, scratch, ei);
            self.ie.multiply_many(each(3), dim, states, scratch, ie);
            let alike = vectorize(
                #[inline(always)]
                || {
                    x.chunks_exact(dim)
                        .all(|x| same(&x[4 * n..5 * n], &x[5 * n..]))
                },
            );
            match self.ratio {
                Some(ratio) if alike => scale_into(ratio, ei, ii),
                _ => self.ii.multiply_many(each(5), dim, states, scratch, ii),
            }
        }
        run_kernel(Slope {
            coupling: self,
            multiplied: states > 1,
            x,
            excitation,
            drive,
            dx,
            work,
        });
    }
}

#[inline(always)]
fn scale_into(factor: f64, x: &[f64], y: &mut [f64]) {
    for (y, x) in y.iter_mut().zip(x) {
        *y = factor * x;
    }
}

/// One call of [`Coupling::rhs`].
struct Slope<'a> {
    coupling: &'a Coupling,
    /// Whether the products with the kernels are there.
    multiplied: bool,
    x: &'a [f64],
    excitation: &'a [f64],
    drive: (&'a [f64], f64),
    dx: &'a mut [f64],
    work: &'a mut CouplingWork,
}

impl Kernel for Slope<'_> {
    type Output = ();

    #[inline(always)]
    fn run<const FMA: bool>(self) {
        let coupling = self.coupling;
        let c = &coupling.config;
        let n = c.units;
        let CouplingWork {
            ei,
            ie,
            ii,
            scratch,
        } = self.work;
        if !self.multiplied {
            let [_, _, _, s_ie, s_ei, s_ii] = parts(self.x, n);
            coupling.ei.multiply::<FMA>(s_ei, scratch, ei);
            coupling.ie.multiply::<FMA>(s_ie, scratch, ie);
            match coupling.ratio {
                // With equal time constants the two are the same from silence on: one product less.
                Some(ratio) if same(s_ei, s_ii) => scale_into(ratio, ei, ii),
                _ => coupling.ii.multiply::<FMA>(s_ii, scratch, ii),
            }
        }
        let (profiles, level) = self.drive;
        let ceiling = c.ceiling.unwrap_or(f64::INFINITY);
        let (per_ms, tonic) = (coupling.per_ms, c.tonic);
        let states = self.x.chunks_exact(VARIABLES * n);
        let slopes = self.dx.chunks_exact_mut(VARIABLES * n);
        let mut at = 0;
        for (b, (x, dx)) in states.zip(slopes).enumerate() {
            let [r_e, r_i, s_ee, s_ie, s_ei, s_ii] = parts(x, n);
            let [d_e, d_i, d_ee, d_ie, d_ei, d_ii] = parts_mut(dx, n);
            let excitation = &self.excitation[b * n..][..n];
            let [ei, ie, ii] = [&ei[b * n..][..n], &ie[b * n..][..n], &ii[b * n..][..n]];
            if profiles.is_empty() {
                for k in 0..n {
                    let to_e = excitation[k] - ei[k] + tonic;
                    d_e[k] = per_ms[0] * (rectify(to_e, ceiling) - r_e[k]);
                }
            } else {
                let profile = &profiles[at..][..n];
                at = if at + n < profiles.len() { at + n } else { 0 };
                for k in 0..n {
                    let to_e = excitation[k] - ei[k] + level * profile[k] + tonic;
                    d_e[k] = per_ms[0] * (rectify(to_e, ceiling) - r_e[k]);
                }
            }
            for k in 0..n {
                let to_i = ie[k] - ii[k];
                d_i[k] = per_ms[1] * (rectify(to_i, ceiling) - r_i[k]);
            }
            for k in 0..n {
                d_ee[k] = per_ms[2] * (r_e[k] - s_ee[k]);
                d_ie[k] = per_ms[3] * (r_e[k] - s_ie[k]);
                d_ei[k] = per_ms[4] * (r_i[k] - s_ei[k]);
                d_ii[k] = per_ms[5] * (r_i[k] - s_ii[k]);
            }
        }
    }
}

/// Whether all values are the same bits; without a branch for each.
#[inline(always)]
fn same(a: &[f64], b: &[f64]) -> bool {
    let apart = a.iter().zip(b).map(|(a, b)| a.to_bits() ^ b.to_bits());
    apart.fold(0, |all, bits| all | bits) == 0
}

/// `q`: rectification with a ceiling. Not-a-number stays.
#[inline(always)]
pub(super) fn rectify(x: f64, ceiling: f64) -> f64 {
    let x = if x <= 0.0 { 0.0 } else { x };
    if x > ceiling { ceiling } else { x }
}

/// The six variables of a state.
#[inline(always)]
fn parts(x: &[f64], n: usize) -> [&[f64]; VARIABLES] {
    std::array::from_fn(
        #[inline(always)]
        |v| &x[v * n..(v + 1) * n],
    )
}

#[inline(always)]
fn parts_mut(x: &mut [f64], n: usize) -> [&mut [f64]; VARIABLES] {
    let mut parts = x[..VARIABLES * n].chunks_exact_mut(n);
    std::array::from_fn(|_| parts.next().expect("six parts of n values"))
}

/// Buffers of [`Coupling::rhs`].
#[derive(Clone, Debug)]
pub(super) struct CouplingWork {
    ei: Vec<f64>,
    ie: Vec<f64>,
    ii: Vec<f64>,
    scratch: Vec<f64>,
}

impl CouplingWork {
    pub(super) fn new(units: usize, states: usize) -> Self {
        let zeros = vec![0.0; units * states];
        Self {
            ei: zeros.clone(),
            ie: zeros.clone(),
            ii: zeros,
            scratch: vec![0.0; 2 * units * states],
        }
    }
}

/// Rates and synapses with fixed weights, driven by stimuli or left alone; made by
/// [`Network::flow`](super::Network::flow) and [`Network::driven`](super::Network::driven).
///
/// One state is `[rE, rI, sEE, sIE, sEI, sII]`, `N` values each; time is in ms from the onset of the
/// stimulus. The three unperturbed kernels are circulant and multiplied as such; the excitatory
/// weights are any matrix. Several states go together, state
/// `b` with stimulus `b` (modulo the number of stimuli).
#[derive(Clone, Debug)]
pub struct Flow {
    coupling: Arc<Coupling>,
    /// Effective excitatory weights.
    excitation: DMatrix<f64>,
    packed: PackedMatrix<f64>,
    /// Stimuli, one column each; empty when there is none.
    profiles: Vec<f64>,
}

impl Flow {
    pub(super) fn new(coupling: Arc<Coupling>, excitation: DMatrix<f64>) -> Self {
        let n = coupling.config.units;
        let mut flow = Self {
            coupling,
            excitation,
            packed: PackedMatrix::zeros(n, n),
            profiles: Vec::new(),
        };
        flow.pack();
        flow
    }

    pub(super) fn set_stimuli(&mut self, stimuli: &[usize]) {
        self.profiles.clear();
        for centre in stimuli {
            let config = &self.coupling.config;
            config.add_stimulus_profile(*centre, &mut self.profiles);
        }
    }

    /// Takes over the weights `g_i max(U_ij, 0)`. Allocates nothing.
    pub(super) fn set_synapses(&mut self, synapses: &DMatrix<f64>, gains: &[f64]) {
        effective_into(synapses.as_slice(), gains, self.excitation.as_mut_slice());
        self.pack();
    }

    fn pack(&mut self) {
        self.packed
            .pack(self.excitation.as_slice())
            .expect("packed has the shape of the weights");
    }

    /// The effective excitatory weights.
    #[must_use]
    pub fn excitation(&self) -> &DMatrix<f64> {
        &self.excitation
    }
}

/// Writes `g_i max(U_ij, 0)`, column-major.
pub(super) fn effective_into(synapses: &[f64], gains: &[f64], effective: &mut [f64]) {
    let n = gains.len();
    vectorize(
        #[inline(always)]
        || {
            for (effective, u) in effective.chunks_exact_mut(n).zip(synapses.chunks_exact(n)) {
                for ((w, u), g) in effective.iter_mut().zip(u).zip(gains) {
                    *w = g * if *u < 0.0 { 0.0 } else { *u };
                }
            }
        },
    );
}

/// Buffers of a [`Flow`].
#[derive(Clone, Debug)]
pub struct FlowWork {
    excitation: Vec<f64>,
    coupling: CouplingWork,
}

impl System<f64> for Flow {
    type Work = FlowWork;

    fn dim(&self) -> usize {
        VARIABLES * self.coupling.config.units
    }

    fn work(&self, states: usize) -> FlowWork {
        let n = self.coupling.config.units;
        FlowWork {
            excitation: vec![0.0; n * states],
            coupling: CouplingWork::new(n, states),
        }
    }

    fn rhs(&self, t: f64, x: &[f64], dx: &mut [f64], work: &mut FlowWork) {
        let (n, dim) = (self.coupling.config.units, self.dim());
        let states = x.len() / dim;
        let excitation = &mut work.excitation[..n * states];
        self.packed.multiply(&x[2 * n..], dim, states, excitation);
        let level = if self.profiles.is_empty() {
            0.0
        } else {
            self.coupling.config.stimulus.level(t)
        };
        self.coupling.rhs(
            &x[..states * dim],
            excitation,
            (&self.profiles, level),
            dx,
            &mut work.coupling,
        );
    }
}

impl Linearize<f64> for Flow {
    fn jacobian(&self, t: f64, x: &[f64], jacobian: &mut DMatrix<f64>) {
        let config = &self.coupling.config;
        let n = config.units;
        let mut dx = vec![0.0; x.len()];
        self.rhs(t, x, &mut dx, &mut self.work(1));
        let [tau_e, tau_i] = [
            config.excitatory_time_constant,
            config.inhibitory_time_constant,
        ];
        let ceiling = config.ceiling.unwrap_or(f64::INFINITY);
        // `q` of the drive, from the right-hand side; its slope is 1 strictly between 0 and the
        // ceiling. Rounding may turn a rate of exactly 0 into one below 1e-12.
        let slope = |k: usize, tau: f64| {
            let rate = dx[k] * tau + x[k];
            let within = rate > 1e-12 * x[k].abs() && rate < ceiling * (1.0 - 1e-12);
            if within { 1.0 / tau } else { 0.0 }
        };
        let [ei, ie, ii] = &self.coupling.columns;
        jacobian.fill(0.0);
        for i in 0..n {
            let (e, inhibitory) = (slope(i, tau_e), slope(n + i, tau_i));
            for j in 0..n {
                let offset = (i + n - j) % n;
                jacobian[(i, 2 * n + j)] = e * self.excitation[(i, j)];
                jacobian[(i, 4 * n + j)] = -e * ei[offset];
                jacobian[(n + i, 3 * n + j)] = inhibitory * ie[offset];
                jacobian[(n + i, 5 * n + j)] = -inhibitory * ii[offset];
            }
            jacobian[(i, i)] = -1.0 / tau_e;
            jacobian[(n + i, n + i)] = -1.0 / tau_i;
            for (variable, source, tau) in [
                (2, 0, config.ee.time_constant),
                (3, 0, config.ie.time_constant),
                (4, 1, config.ei.time_constant),
                (5, 1, config.ii.time_constant),
            ] {
                let row = variable * n + i;
                jacobian[(row, row)] = -1.0 / tau;
                jacobian[(row, source * n + i)] = 1.0 / tau;
            }
        }
    }
}
