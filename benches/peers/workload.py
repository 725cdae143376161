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
# Iterations timed together: short enough for a median over many, long enough that reading the
# clock and waiting for the result do not count.
GROUP = 5


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


WORKLOADS = {"w1": W1, "w2": W2, "w2-batch": W2Batch, "w6": W6}


def serve(make_contender):
    """Answers `run K` lines on standard input until `quit` or the end.

    `make_contender[workload_name](workload)` returns an object with `reset()`, which restores the
    initial weights and the optimiser, `iterate(count)`, which does `count` training iterations
    and waits for them, and `loss()`, the loss of the last iteration's forward pass.
    """
    parser = argparse.ArgumentParser()
    parser.add_argument("--workload", choices=sorted(WORKLOADS), required=True)
    parser.add_argument("--precision", choices=["f32", "f64"], required=True)
    parser.add_argument("--noiseless", action="store_true")
    arguments = parser.parse_args()
    make_workload = WORKLOADS[arguments.workload]
    if arguments.noiseless and issubclass(make_workload, W2):
        workload = make_workload(arguments.precision, noise=False)
    else:
        workload = make_workload(arguments.precision)
    contender = make_contender[arguments.workload](workload)
    for line in sys.stdin:
        words = line.split()
        if words == ["quit"]:
            return
        if len(words) != 2 or words[0] != "run":
            sys.exit(f"expected `run K` or `quit`, found {line!r}")
        groups = int(words[1]) // GROUP
        if groups < 1:
            sys.exit(f"expected at least {GROUP} iterations, found {words[1]}")
        contender.reset()
        times = []
        for _ in range(groups):
            start = time.perf_counter()
            contender.iterate(GROUP)
            times.append((time.perf_counter() - start) / GROUP)
        print(f"{1e3 * statistics.median(times):.6f} {contender.loss():.17g}", flush=True)
