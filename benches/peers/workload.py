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


WORKLOADS = {"w1": W1}


def serve(make_contender):
    """Answers `run K` lines on standard input until `quit` or the end.

    `make_contender(workload_name, workload)` returns an object with `reset()`, which restores the
    initial weights and the optimiser, `iterate(count)`, which does `count` training iterations
    and waits for them, and `loss()`, the loss of the last iteration's forward pass.
    """
    parser = argparse.ArgumentParser()
    parser.add_argument("--workload", choices=sorted(WORKLOADS), required=True)
    parser.add_argument("--precision", choices=["f32", "f64"], required=True)
    arguments = parser.parse_args()
    workload = WORKLOADS[arguments.workload](arguments.precision)
    contender = make_contender(arguments.workload, workload)
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
