"""The work that every contender does, and the line protocol by which it is told to.

The README of this folder defines both; this module is their Python side, used by the peers. Every
number is generated here from the same congruential sequence that the other contenders use, so no
data file has to agree with anything.
"""

import argparse
import math
import statistics
import sys
import time

import numpy as np

MULTIPLIER = 6364136223846793005
INCREMENT = 1442695040888963407
SEED = 1


class Sequence:
    """Uniform numbers of a 64-bit linear congruential generator."""

    def __init__(self, seed=SEED):
        self.state = seed

    def uniform(self, shape, bound):
        """An f64 array of U(-bound, bound), filled with the last index fastest."""
        values = np.empty(math.prod(shape), dtype=np.float64)
        state = self.state
        for k in range(values.size):
            state = (state * MULTIPLIER + INCREMENT) % 2**64
            values[k] = bound * (2.0 * ((state >> 11) / 2.0**53) - 1.0)
        self.state = state
        return values.reshape(shape)


class W1:
    """One training iteration of the rate network: forward, backward, Adam."""

    units = 256
    trials = 50
    steps = 60
    channels = 1
    classes = 2
    leak = 0.25
    learning_rate = 1e-3
    weight_decay = 1e-4
    beta1 = 0.9
    beta2 = 0.999
    epsilon = 1e-8

    def __init__(self, precision):
        sequence = Sequence()
        scale = 1.0 / math.sqrt(self.units)
        dtype = {"f32": np.float32, "f64": np.float64}[precision]
        self.recurrent = sequence.uniform((self.units, self.units), scale).astype(dtype)
        self.input = sequence.uniform((self.units, self.channels), 1.0).astype(dtype)
        self.readout = sequence.uniform((self.classes, self.units), scale).astype(dtype)
        self.inputs = sequence.uniform((self.steps, self.trials, self.channels), 1.0).astype(dtype)
        self.labels = np.arange(self.trials) % self.classes


class W2:
    """One training update of the excitatory-inhibitory network, its noise drawn anew each time."""

    units = 200
    trials = 1
    steps = 200
    dt = 5.0
    low = 20.0
    high = 125.0
    learning_rate = 1e-2
    weight_decay = 0.0
    beta1 = 0.9
    beta2 = 0.999
    epsilon = 1e-8

    def __init__(self, precision, noise=True):
        sequence = Sequence()
        self.dtype = {"f32": np.float32, "f64": np.float64}[precision]
        self.channels = 10 if noise else 0
        self.unit_noise_sd = 0.1 if noise else 0.0
        self.initial_sd = 0.01 if noise else 0.0

        def uniform(shape, bound):
            return sequence.uniform(shape, bound).astype(self.dtype)

        self.recurrent = np.maximum(sequence.uniform((self.units, self.units), 1.0) - 0.6, 0.0)
        self.recurrent = self.recurrent.astype(self.dtype)
        self.signs = np.where(np.arange(self.units) % 5 == 4, -1, 1).astype(self.dtype)
        # Bounds of 1.7: standard deviations of 1.
        self.input = uniform((self.units, 2), 1.7)
        self.readout = uniform((self.units,), 0.017)
        self.time_constant = uniform((self.units,), 1.7)
        self.noise = uniform((self.units, self.channels), 1.7)
        self.inputs = np.zeros((self.steps, self.trials, 2), self.dtype)
        self.targets = np.zeros((self.steps, self.trials), self.dtype)
        for trial in range(self.trials):
            first, second = (-1) ** trial, (-1) ** (trial // 2)
            self.inputs[50:100, trial, 0] = first
            self.inputs[110:160, trial, 1] = second
            self.targets[160:, trial] = first * second


class W2Batch(W2):
    """The same with 16 trials in each update."""

    trials = 16


class W6:
    """Eigenvalues with left and right eigenvectors of one matrix."""

    units = 200

    def __init__(self, _precision):
        self.matrix = Sequence().uniform((self.units, self.units), 1.0 / math.sqrt(self.units))


class W4:
    """Ten time units of a sequential memory in its adiabatic limit: a thousand Runge-Kutta steps."""

    features = 100
    dt = 0.01
    steps = 1000
    cued = 4

    def __init__(self, _precision):
        # Seven memories of +-1, in a cycle of three and one of four; rows: features.
        self.memories = np.where(Sequence().uniform((self.features, 7), 1.0) < 0, -1.0, 1.0)
        self.transitions = np.zeros((7, 7))
        for before, after in [(0, 1), (1, 2), (2, 0), (3, 4), (4, 5), (5, 6), (6, 3)]:
            self.transitions[after, before] = 1.0 / math.sqrt(self.memory_strength)

    def start(self):
        """Features at the cued memory, delayed features at rest."""
        return self.memories[:, self.cued].copy(), np.zeros(self.features)

    def result(self, activation, delayed):
        """Overlaps of both with the memories."""
        both = np.concatenate([self.memories.T @ activation, self.memories.T @ delayed])
        return both / self.features


class W4Lisem(W4):
    """Features are tanh, hidden units linear."""

    memory_strength = 0.05
    delay_strength = 0.06
    delay_time_constant = 100.0


class W4Dsem(W4):
    """Features are linear, hidden units softmax."""

    memory_strength = 1.0
    delay_strength = 4.9
    delay_time_constant = 20.0


class W5:
    """One learning trial of the ring: rates, synapses and plastic weights, differential rule."""

    units = 64
    tau_e, tau_i = 20.0, 10.0
    tau_ee, tau_ie, tau_ei = 100.0, 25.0, 10.0
    tau_stimulus = 100.0
    stimulus_end = 500.0
    trial_end = 3500.0
    ceiling = 100.0
    learning_rate = 1e-5
    relaxation = 1.0
    step = 2.0

    def __init__(self, _precision):
        narrow, wide = 0.1 * math.pi, 0.2 * math.pi
        # A tenth too little excitation.
        self.weights = 0.9 * self.kernel(100.0, wide)
        self.ei = self.kernel(100.0, narrow)
        self.ie = self.kernel(200.0, wide)
        self.ii = self.kernel(200.0, narrow)

    def distances(self, centre):
        apart = np.abs(np.arange(self.units) - centre)
        return np.minimum(apart, self.units - apart) * (2.0 * math.pi / self.units)

    def kernel(self, strength, width):
        """Post-synaptic x pre-synaptic."""
        distances = np.array([self.distances(j) for j in range(self.units)])
        return 2.0 * math.pi / self.units * strength * np.exp(-((distances / width) ** 2))

    def stimulus(self, centre):
        return 270.0 * np.exp(-((self.distances(centre) / (math.pi / 4.0)) ** 2)) + 270.0

    def level(self, t):
        """Strength of the stimulus."""
        if t < self.stimulus_end:
            return -math.expm1(-t / self.tau_stimulus)
        peak = -math.expm1(-self.stimulus_end / self.tau_stimulus)
        return peak * math.exp(-(t - self.stimulus_end) / self.tau_stimulus)

    def levels(self):
        """The strength at each half step of the stimulus, then at each of the delay."""
        half = 0.5 * self.step
        counts = [round(t / half) for t in (self.stimulus_end, self.trial_end - self.stimulus_end)]
        times = [half * k for k in range(counts[0] + 1)]
        times += [self.stimulus_end + half * k for k in range(counts[1] + 1)]
        return np.array([self.level(t) for t in times])

    def centre(self, trial):
        return 27 * (trial + 1) % self.units


class W5Readout(W5):
    """The ring at the end of the delay after each of its stimuli, with weights that rest."""

    step = 2.5


class Transfer:
    """Elements of a transfer function, and how many passes over them are one iteration."""

    passes = 1000

    def __init__(self, precision):
        dtype = {"f32": np.float32, "f64": np.float64}[precision]
        self.values = Sequence().uniform((12800,), 4.0).astype(dtype)


class Loops:
    """Loops of learning of a spiking network: its mask, stimulus and targets, and the state at the start."""

    probability = 0.3
    steps = 1000
    stimulated = 100
    every = 2
    dt = 0.1  # in time constants of 10 ms
    decay = math.exp(-1.0 / 20.0)
    jump = 10.0 / 20.0
    # Of the weights, those that are compared.
    stride = 101

    def __init__(self, _precision):
        sequence, units = Sequence(), self.units
        mask = sequence.uniform((units, units), 1.0) < 2.0 * self.probability - 1.0

        def uniform(low, high):
            return 0.5 * (low + high) + sequence.uniform((units,), 0.5 * (high - low))

        self.stimulus = uniform(-2.0, 2.0)
        amplitude, phase = uniform(0.5, 1.5), uniform(0.0, 1000.0)
        period, self.theta = uniform(300.0, 1000.0), uniform(-3.0, 3.0)
        turns = (np.arange(1, self.steps + 1)[:, None] - phase) / period
        self.targets = amplitude * np.sin(2.0 * np.pi * turns)
        self.starts = np.concatenate(([0], np.cumsum(mask.sum(axis=1)))).astype(np.int64)
        self.sources = np.nonzero(mask)[1].astype(np.int64)


class Loops200(Loops):
    units = 200


class Loops500(Loops):
    units = 500


class Loops1000(Loops):
    units = 1000


class Loops1000Sparse(Loops1000):
    probability = 0.1


class Readout:
    """Samples of a readout: rates that all change at random, and targets."""

    inputs = 500
    samples = 200
    outputs = 10

    def __init__(self, _precision):
        sequence = Sequence()
        self.rates = sequence.uniform((self.samples, self.inputs), 1.0)
        self.targets = sequence.uniform((self.samples, self.outputs), 1.0)


WORKLOADS = {
    "exp": Transfer,
    "tanh": Transfer,
    "logistic": Transfer,
    "w1": W1,
    "w2": W2,
    "w2-batch": W2Batch,
    "w4-lisem": W4Lisem,
    "w4-dsem": W4Dsem,
    "w5": W5,
    "w5-readout": W5Readout,
    "w6": W6,
    "rls-200": Loops200,
    "rls-500": Loops500,
    "rls-1000": Loops1000,
    "rls-1000-sparse": Loops1000Sparse,
    "readout": Readout,
}


def serve(make_contender):
    """Answers `run K` lines on standard input until `quit` or the end.

    `make_contender[workload_name](workload)` returns an object with `reset()`, which restores the
    initial weights and the optimiser, `iterate(count)`, which does `count` training iterations
    and waits for them, and `result()`, the number or numbers that all must agree on: the loss of the
    last iteration's forward pass, or a state.
    """
    parser = argparse.ArgumentParser()
    parser.add_argument("--workload", choices=sorted(WORKLOADS), required=True)
    parser.add_argument("--precision", choices=["f32", "f64"], required=True)
    parser.add_argument("--noiseless", action="store_true")
    # Iterations timed together: short enough for a median over many, long enough that reading the
    # clock and waiting for the result do not count.
    parser.add_argument("--group", type=int, default=5)
    arguments = parser.parse_args()
    make_workload = WORKLOADS[arguments.workload]
    if arguments.noiseless and issubclass(make_workload, W2):
        workload = make_workload(arguments.precision, noise=False)
    else:
        workload = make_workload(arguments.precision)
    contender, group = make_contender[arguments.workload](workload), arguments.group
    for line in sys.stdin:
        words = line.split()
        if words == ["quit"]:
            return
        if len(words) != 2 or words[0] != "run":
            sys.exit(f"expected `run K` or `quit`, found {line!r}")
        groups = int(words[1]) // group
        if groups < 1:
            sys.exit(f"expected at least {group} iterations, found {words[1]}")
        contender.reset()
        times = []
        for _ in range(groups):
            start = time.perf_counter()
            contender.iterate(group)
            times.append((time.perf_counter() - start) / group)
        found = " ".join(f"{value:.17g}" for value in np.atleast_1d(contender.result()))
        print(f"{1e3 * statistics.median(times):.6f} {found}", flush=True)
