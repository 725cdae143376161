//! Every constant of the models, once.

use std::f64::consts::{FRAC_PI_4, PI};

use neuro_core::Error;

/// The synapses from one population to another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pathway {
    /// `J` of Eq. 11, finite and at least 0 (Hz of drive per Hz, per radian).
    pub strength: f64,
    /// `sigma` of Eq. 11, positive (radians): the weight falls as `exp(-(d / sigma)^2)`, without the
    /// factor 1/2. The paper prints the square on `sigma` alone.
    pub width: f64,
    /// `tau` of the synapses, positive (ms).
    pub time_constant: f64,
}

/// The stimulus to the excitatory units (Eqs. 13-15).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stimulus {
    /// `J_0`, finite and at least 0 (Hz): 270.
    pub peak: f64,
    /// `sigma_0`, positive (radians): `pi / 4`.
    pub width: f64,
    /// `h_0`, finite and at least 0 (Hz), as transient as the rest: 270, as in the authors' program,
    /// with which the mean delay rate is 19.7 Hz, fit for a target of 20. The paper's 200 gives 15.5.
    pub background: f64,
    /// `tau_0`, positive (ms): 100.
    pub time_constant: f64,
    /// `t_stim`, positive (ms): 500.
    pub end: f64,
}

impl Stimulus {
    /// `I(t)`: strength from 0 to 1 at `t` ms after the onset. The paper prints `-1 - exp` for the
    /// rise, which must be `1 - exp`.
    #[must_use]
    pub fn level(&self, t: f64) -> f64 {
        let tau = self.time_constant;
        if t < self.end {
            -(-t / tau).exp_m1()
        } else {
            -(-self.end / tau).exp_m1() * (-(t - self.end) / tau).exp()
        }
    }
}

/// The ring network; the default is that of the authors' learning runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// Units `N` of each population, even, at least 2 (Table: 64).
    pub units: usize,
    /// `tau_E`, positive (ms): 20.
    pub excitatory_time_constant: f64,
    /// `tau_I`, positive (ms): 10.
    pub inhibitory_time_constant: f64,
    /// Excitatory to excitatory: `J` 100, `sigma` 0.2 pi, `tau` 100 ms. Before any perturbation.
    pub ee: Pathway,
    /// Inhibitory to excitatory: 100, 0.1 pi, 10 ms.
    pub ei: Pathway,
    /// Excitatory to inhibitory: 200, 0.2 pi, 25 ms.
    pub ie: Pathway,
    /// Inhibitory to inhibitory: 200, 0.1 pi, 10 ms.
    pub ii: Pathway,
    /// The stimulus.
    pub stimulus: Stimulus,
    /// Constant input to the excitatory units, finite and at least 0 (Hz): 0, as the paper's network
    /// has none. With a tonic input the ring may be a memory by positive feedback, whose modes grow
    /// until rectification holds them; see [`positive_feedback`](Self::positive_feedback).
    pub tonic: f64,
    /// Largest value of `q`, positive (Hz), or none. The paper has none; the program with which its
    /// learning figures were made has 100.
    pub ceiling: Option<f64>,
    /// End of a trial, after the stimulus (ms): 3500.
    pub trial_end: f64,
}

impl Default for Config {
    fn default() -> Self {
        let pathway = |strength, width, time_constant| Pathway {
            strength,
            width,
            time_constant,
        };
        Self {
            units: 64,
            excitatory_time_constant: 20.0,
            inhibitory_time_constant: 10.0,
            ee: pathway(100.0, 0.2 * PI, 100.0),
            ei: pathway(100.0, 0.1 * PI, 10.0),
            ie: pathway(200.0, 0.2 * PI, 25.0),
            ii: pathway(200.0, 0.1 * PI, 10.0),
            stimulus: Stimulus {
                peak: 270.0,
                width: FRAC_PI_4,
                background: 270.0,
                time_constant: 100.0,
                end: 500.0,
            },
            tonic: 0.0,
            ceiling: Some(100.0),
            trial_end: 3500.0,
        }
    }
}

fn positive(what: &str, value: f64) -> Result<(), Error> {
    let holds = value.is_finite() && value > 0.0;
    Error::check_range(what, "finite, positive", value, holds)
}

fn non_negative(what: &str, value: f64) -> Result<(), Error> {
    let holds = value.is_finite() && value >= 0.0;
    Error::check_range(what, "finite, at least 0", value, holds)
}

impl Config {
    /// A memory of location by positive feedback instead: excitation (`J` 1.5, `sigma` 0.4 pi) grows
    /// on its own, uniform inhibition (0.4 and 0.4, `sigma` 10 pi, none among itself) holds the total,
    /// and a tonic input of 40 Hz sets the height of the bump, 70 Hz. The paper mentions such a network
    /// (Supplement 3) without equations or numbers: all of these are ours. The stimulus is 20 Hz high
    /// without background; time constants are those of the default.
    #[must_use]
    pub fn positive_feedback() -> Self {
        let plain = Self::default();
        let pathway = |strength, width, like: Pathway| Pathway {
            strength,
            width,
            ..like
        };
        Self {
            ee: pathway(1.5, 0.4 * PI, plain.ee),
            ei: pathway(0.4, 10.0 * PI, plain.ei),
            ie: pathway(0.4, 10.0 * PI, plain.ie),
            ii: pathway(0.0, 10.0 * PI, plain.ii),
            stimulus: Stimulus {
                peak: 20.0,
                background: 0.0,
                ..plain.stimulus
            },
            tonic: 40.0,
            ..plain
        }
    }

    /// Checks every field. Whether all modes decay is asked by
    /// [`check_stability`](Self::check_stability).
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for the first that is out of range.
    pub fn validate(&self) -> Result<(), Error> {
        let n = self.units;
        Error::check_range(
            "units",
            "even, at least 2",
            n as f64,
            n >= 2 && n.is_multiple_of(2),
        )?;
        Error::check_size::<f64>("weights of the ring", &[n, n])?;
        positive("excitatory_time_constant", self.excitatory_time_constant)?;
        positive("inhibitory_time_constant", self.inhibitory_time_constant)?;
        for (name, pathway) in self.pathways() {
            non_negative(&format!("{name} strength"), pathway.strength)?;
            positive(&format!("{name} width"), pathway.width)?;
            positive(&format!("{name} time constant"), pathway.time_constant)?;
        }
        let stimulus = &self.stimulus;
        non_negative("stimulus peak", stimulus.peak)?;
        positive("stimulus width", stimulus.width)?;
        non_negative("stimulus background", stimulus.background)?;
        positive("stimulus time constant", stimulus.time_constant)?;
        positive("stimulus end", stimulus.end)?;
        non_negative("tonic", self.tonic)?;
        if let Some(ceiling) = self.ceiling {
            positive("ceiling", ceiling)?;
        }
        let end = self.trial_end;
        let after = end.is_finite() && end > stimulus.end;
        Error::check_range("trial_end", "after the end of the stimulus", end, after)
    }

    /// The pathways by name: into the first, from the second letter.
    #[must_use]
    pub fn pathways(&self) -> [(&'static str, Pathway); 4] {
        [
            ("ee", self.ee),
            ("ei", self.ei),
            ("ie", self.ie),
            ("ii", self.ii),
        ]
    }

    /// The numbers that a saved network keeps beside its weights, by name.
    pub(super) fn numbers_mut(&mut self) -> [(&'static str, &mut f64); 21] {
        [
            ("tau_e", &mut self.excitatory_time_constant),
            ("tau_i", &mut self.inhibitory_time_constant),
            ("j_ee", &mut self.ee.strength),
            ("j_ei", &mut self.ei.strength),
            ("j_ie", &mut self.ie.strength),
            ("j_ii", &mut self.ii.strength),
            ("sigma_ee", &mut self.ee.width),
            ("sigma_ei", &mut self.ei.width),
            ("sigma_ie", &mut self.ie.width),
            ("sigma_ii", &mut self.ii.width),
            ("tau_ee", &mut self.ee.time_constant),
            ("tau_ei", &mut self.ei.time_constant),
            ("tau_ie", &mut self.ie.time_constant),
            ("tau_ii", &mut self.ii.time_constant),
            ("j_0", &mut self.stimulus.peak),
            ("sigma_0", &mut self.stimulus.width),
            ("h_0", &mut self.stimulus.background),
            ("tau_0", &mut self.stimulus.time_constant),
            ("t_stim", &mut self.stimulus.end),
            ("t_total", &mut self.trial_end),
            ("tonic", &mut self.tonic),
        ]
    }
}

/// What becomes of learned weights below 0. The network always runs with `max(U, 0)`.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum NegativeWeights {
    /// They relax to 0 at this rate, finite and at least 0 (per ms): the authors' program has 1.
    Relax(f64),
    /// They are set to 0 after each step, or block of steps.
    Clip,
}

/// How the ring network learns; the default is the combined rule.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Plasticity {
    /// `alpha_d` of differential plasticity, finite and at least 0 (weight per Hz^2): 1e-5. Weights
    /// contain `dx`, so the speed stays with `1e-5 * 64 / N` for another `N`.
    pub differential: f64,
    /// `alpha_h` of homeostatic plasticity, finite and at least 0 (per Hz and ms): 2e-8.
    pub homeostatic: f64,
    /// `r_0`, finite and at least 0 (Hz): 20.
    pub target: f64,
    /// Whether homeostasis, too, sets in as the stimulus fades. The paper says so, the program does
    /// not (the default); it matters for the first 100 of 3000 ms.
    pub gate_homeostasis: bool,
    /// Weights below 0.
    pub negative: NegativeWeights,
}

impl Default for Plasticity {
    fn default() -> Self {
        Self {
            differential: 1e-5,
            homeostatic: 2e-8,
            target: 20.0,
            gate_homeostasis: false,
            negative: NegativeWeights::Relax(1.0),
        }
    }
}

impl Plasticity {
    /// No learning.
    #[must_use]
    pub fn fixed() -> Self {
        Self {
            differential: 0.0,
            homeostatic: 0.0,
            ..Self::default()
        }
    }

    /// The differential rule alone (Eq. 19).
    #[must_use]
    pub fn differential() -> Self {
        Self {
            homeostatic: 0.0,
            ..Self::default()
        }
    }

    /// The homeostatic rule alone (Eq. 20).
    #[must_use]
    pub fn homeostatic() -> Self {
        Self {
            differential: 0.0,
            ..Self::default()
        }
    }

    /// Checks every field.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for the first that is out of range.
    pub fn validate(&self) -> Result<(), Error> {
        non_negative("differential", self.differential)?;
        non_negative("homeostatic", self.homeostatic)?;
        non_negative("target", self.target)?;
        match self.negative {
            NegativeWeights::Relax(rate) => non_negative("relaxation of negative weights", rate),
            NegativeWeights::Clip => Ok(()),
        }
    }
}

/// How a learning trial is integrated.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Scheme {
    /// Weights rest while the rates take some steps, then change by the sum over these steps. With
    /// the classical Runge–Kutta method, steps of 2.5 ms and blocks of 10 ms, rates differ from the
    /// exact ones by less than 1e-4 Hz over a trial, at an eighth of the cost.
    Blocks {
        /// Step (ms).
        step: f64,
        /// Steps of a block, at least 1.
        steps: usize,
    },
    /// Rates, weights and gains go together through all stages of a step.
    Joint {
        /// Step (ms).
        step: f64,
    },
    /// What [`Joint`](Self::Joint) does with the classical Runge–Kutta method (whatever the method of the
    /// learning), but without matrices of stages: the slope of the weights is an outer product, of which a stage
    /// needs products with the synapses only. The same to rounding where no weight is or becomes negative; those are
    /// solved one by one, each exactly for a change at a constant rate during the step.
    LowRank {
        /// Step (ms).
        step: f64,
    },
}

impl Default for Scheme {
    fn default() -> Self {
        Self::Blocks {
            step: 2.5,
            steps: 4,
        }
    }
}

impl Scheme {
    /// The step (ms).
    #[must_use]
    pub fn step(&self) -> f64 {
        match *self {
            Self::Blocks { step, .. } | Self::Joint { step } | Self::LowRank { step } => step,
        }
    }

    /// Checks the step and the length of a block.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for the first that is out of range.
    pub fn validate(&self) -> Result<(), Error> {
        positive("step", self.step())?;
        if let Self::Blocks { steps, .. } = *self {
            Error::check_range("steps of a block", "at least 1", steps as f64, steps > 0)?;
        }
        Ok(())
    }
}

/// More than a simulation could ever make.
const MOST_STEPS: f64 = 1e12;

/// Number of steps in a duration (ms), of which it must be a whole number.
pub(super) fn steps_in(what: &str, duration: f64, step: f64) -> Result<usize, Error> {
    let steps = (duration / step).round();
    // A step as 1/3 is not a whole part of 500 to the last digit.
    let whole =
        (1.0..=MOST_STEPS).contains(&steps) && (steps * step - duration).abs() <= 1e-9 * duration;
    let expected = format!("a whole part of {duration}");
    Error::check_range(what, &expected, step, whole)?;
    Ok(steps as usize)
}

/// The homogeneous model; times in units of the intrinsic time constant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HomogeneousConfig {
    /// `w_inh`, finite and positive: 500. It is also the strength of the derivative feedback.
    pub inhibition: f64,
    /// `W` before learning, finite: 450, a tenth too little.
    pub weight: f64,
    /// Largest input of a trial, finite and at least 0; inputs are uniform from 0: 1000.
    pub largest_input: f64,
    /// End of the stimulus, positive: 50.
    pub stimulus_end: f64,
    /// End of a trial, after the stimulus: 350 (in the program; the paper does not say).
    pub trial_end: f64,
    /// Rules by which `W` learns.
    pub rule: HomogeneousRule,
}

impl Default for HomogeneousConfig {
    fn default() -> Self {
        Self {
            inhibition: 500.0,
            weight: 450.0,
            largest_input: 1000.0,
            stimulus_end: 50.0,
            trial_end: 350.0,
            rule: HomogeneousRule::differential(),
        }
    }
}

impl HomogeneousConfig {
    /// Checks every field.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for the first that is out of range.
    pub fn validate(&self) -> Result<(), Error> {
        positive("inhibition", self.inhibition)?;
        Error::check_finite("weight", &[self.weight])?;
        non_negative("largest_input", self.largest_input)?;
        positive("stimulus_end", self.stimulus_end)?;
        let end = self.trial_end;
        let after = end.is_finite() && end > self.stimulus_end;
        Error::check_range("trial_end", "after the end of the stimulus", end, after)?;
        self.rule.validate()
    }
}

/// How the excitation of the homogeneous model learns: the sum of two rules (Eqs. 2-4).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HomogeneousRule {
    /// `alpha` of `dW/dt = -alpha r dr/dt`, finite and at least 0: 0.01.
    pub differential: f64,
    /// `alpha` of `dW/dt = -(alpha / w_inh) W (r - r_0)`, finite and at least 0: 2e-5, in Fig. 4C 1e-3.
    pub homeostatic: f64,
    /// `r_0`, finite and at least 0: 50; in Figs. 4A and 4B 80 and 25.
    pub target: f64,
    /// Whether the homeostatic rule is divided by `w_inh`. Eqs. 3 and 9 are printed without; the
    /// program has it (the default), and without it Figs. 3 and 4 cannot be made.
    pub normalise_by_inhibition: bool,
}

impl HomogeneousRule {
    /// No learning.
    #[must_use]
    pub fn fixed() -> Self {
        Self {
            differential: 0.0,
            homeostatic: 0.0,
            target: 50.0,
            normalise_by_inhibition: true,
        }
    }

    /// The differential rule alone (Fig. 1).
    #[must_use]
    pub fn differential() -> Self {
        Self {
            differential: 0.01,
            ..Self::fixed()
        }
    }

    /// The homeostatic rule alone (Fig. 3).
    #[must_use]
    pub fn homeostatic() -> Self {
        Self {
            homeostatic: 2e-5,
            ..Self::fixed()
        }
    }

    /// Checks every field.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for the first that is out of range.
    pub fn validate(&self) -> Result<(), Error> {
        non_negative("differential", self.differential)?;
        non_negative("homeostatic", self.homeostatic)?;
        non_negative("target", self.target)
    }
}
