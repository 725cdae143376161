"""Recursive least squares of a spiking network in numba and NumPy, and of a readout in ReservoirPy.

What spiking.rs does, in the form in which one writes it down first: a full matrix P for each unit, one pass
for P r and one for the change of P. Started by spiking.py with the name of the contender.
"""

import argparse
import math
import resource
import sys
import time

import numpy as np

from workload import Sequence

STEPS = 1000
STIMULATED = 100
EVERY = 2
DT = 0.1  # in time constants of 10 ms
DECAY = math.exp(-1.0 / 20.0)
JUMP = 10.0 / 20.0
SAMPLES = 200
OUTPUTS = 10


class Network:
    """What all contenders draw from the common sequence."""

    def __init__(self, units, probability):
        sequence = Sequence()
        mask = sequence.uniform((units, units), 1.0) < 2.0 * probability - 1.0

        def uniform(low, high):
            return 0.5 * (low + high) + sequence.uniform((units,), 0.5 * (high - low))

        self.stimulus = uniform(-2.0, 2.0)
        amplitude, phase = uniform(0.5, 1.5), uniform(0.0, 1000.0)
        period, self.theta = uniform(300.0, 1000.0), uniform(-3.0, 3.0)
        turns = (np.arange(1, STEPS + 1)[:, None] - phase) / period
        self.targets = amplitude * np.sin(2.0 * np.pi * turns)
        self.starts = np.concatenate(([0], np.cumsum(mask.sum(axis=1)))).astype(np.int64)
        self.sources = np.nonzero(mask)[1].astype(np.int64)
        self.weights = np.zeros(len(self.sources))
        self.rates, self.drive = np.zeros(units), np.zeros(units)


def rate(theta, current):
    cosine = np.cos(theta)
    return 1.0 - cosine + current * (1.0 + cosine)


class NumPyLoops(Network):
    def __init__(self, units, probability):
        super().__init__(units, probability)
        self.rows = [slice(*pair) for pair in zip(self.starts[:-1], self.starts[1:])]
        self.inverses = [np.eye(row.stop - row.start) for row in self.rows]

    def turn(self):
        count, total, units = 0, 0, len(self.theta)
        for step in range(-STIMULATED, STEPS):
            current = self.drive + self.stimulus if step < 0 else self.drive
            k1 = rate(self.theta, current)
            k2 = rate(self.theta + 0.5 * DT * k1, current)
            k3 = rate(self.theta + 0.5 * DT * k2, current)
            k4 = rate(self.theta + DT * k3, current)
            theta = self.theta + DT / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)
            spikes = theta > np.pi
            self.theta = theta - 2.0 * np.pi * spikes + 2.0 * np.pi * (theta <= -np.pi)
            self.rates = DECAY * self.rates + JUMP * spikes
            products = self.weights * self.rates[self.sources]
            self.drive = np.add.reduceat(products, self.starts[:-1])
            if step < 0:
                continue
            fired = np.nonzero(spikes)[0]
            count += len(fired)
            total += int(np.sum(step * units + fired))
            if step > 0 and (step + 1) % EVERY == 0:
                self.learn(self.targets[step])
        return count, total

    def learn(self, targets):
        for row, inverse, target in zip(self.rows, self.inverses, targets):
            rates = self.rates[self.sources[row]]
            gain = inverse @ rates
            share = 1.0 / (1.0 + rates @ gain)
            inverse -= share * np.outer(gain, gain)
            error = target - self.weights[row] @ rates
            self.weights[row] += error * share * gain


def compiled():
    """The same as loops that numba compiles."""
    from numba import njit

    @njit
    def loop(theta, rates, drive, weights, p, places, starts, sources, stimulus, targets):
        units = len(theta)
        longest = 0
        for i in range(units):
            longest = max(longest, starts[i + 1] - starts[i])
        r, gain = np.zeros(longest), np.zeros(longest)
        spikes = np.zeros(units)
        count, total = 0, 0
        for step in range(-STIMULATED, STEPS):
            for i in range(units):
                x = drive[i] + stimulus[i] if step < 0 else drive[i]
                at = theta[i]
                c = math.cos(at)
                k1 = 1.0 - c + x * (1.0 + c)
                c = math.cos(at + 0.5 * DT * k1)
                k2 = 1.0 - c + x * (1.0 + c)
                c = math.cos(at + 0.5 * DT * k2)
                k3 = 1.0 - c + x * (1.0 + c)
                c = math.cos(at + DT * k3)
                k4 = 1.0 - c + x * (1.0 + c)
                at += DT / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)
                spikes[i] = 0.0
                if at > math.pi:
                    spikes[i] = 1.0
                    at -= 2.0 * math.pi
                    if step >= 0:
                        count += 1
                        total += step * units + i
                elif at <= -math.pi:
                    at += 2.0 * math.pi
                theta[i] = at
            for i in range(units):
                rates[i] = DECAY * rates[i] + JUMP * spikes[i]
            for i in range(units):
                u = 0.0
                for k in range(starts[i], starts[i + 1]):
                    u += weights[k] * rates[sources[k]]
                drive[i] = u
            if step <= 0 or (step + 1) % EVERY != 0:
                continue
            for i in range(units):
                first, n = starts[i], starts[i + 1] - starts[i]
                own = p[places[i] : places[i + 1]].reshape(n, n)
                value = 0.0
                for k in range(n):
                    r[k] = rates[sources[first + k]]
                    value += weights[first + k] * r[k]
                for k in range(n):
                    gain[k] = 0.0
                # By rows, each added as a whole: sums over a row would not be vectorised.
                for j in range(n):
                    for k in range(n):
                        gain[k] += own[j, k] * r[j]
                quadratic = 0.0
                for k in range(n):
                    quadratic += gain[k] * r[k]
                share = 1.0 / (1.0 + quadratic)
                for j in range(n):
                    factor = share * gain[j]
                    for k in range(n):
                        own[j, k] -= factor * gain[k]
                change = (targets[step, i] - value) * share
                for k in range(n):
                    weights[first + k] += change * gain[k]
        return count, total

    return loop


class NumbaLoops(Network):
    def __init__(self, units, probability):
        super().__init__(units, probability)
        sizes = np.diff(self.starts)
        self.places = np.concatenate(([0], np.cumsum(sizes**2)))
        self.p = np.zeros(self.places[-1])
        for place, size in zip(self.places, sizes):
            self.p[place : place + size * size : size + 1] = 1.0
        self.loop = compiled()
        # Compiles, on a network of one unit.
        one = [np.zeros(1) for _ in range(5)]
        indices = [np.array([0, 1]), np.array([0, 1]), np.array([0])]
        self.loop(*one, *indices, np.zeros(1), np.zeros((STEPS, 1)))

    def turn(self):
        state = (self.theta, self.rates, self.drive, self.weights, self.p, self.places)
        return self.loop(*state, self.starts, self.sources, self.stimulus, self.targets)


class Readout:
    def __init__(self, inputs, _probability):
        from reservoirpy.nodes import RLS

        sequence = Sequence()
        self.rates = sequence.uniform((SAMPLES, inputs), 1.0)
        self.targets = sequence.uniform((SAMPLES, OUTPUTS), 1.0)
        self.node = RLS(alpha=1.0, fit_bias=False)

    def turn(self):
        self.node.partial_fit(self.rates, self.targets)
        return (SAMPLES,)

    @property
    def weights(self):
        return np.ascontiguousarray(self.node.Wout)


def main():
    contenders = {"numba": NumbaLoops, "numpy": NumPyLoops, "reservoirpy": Readout}
    parser = argparse.ArgumentParser()
    parser.add_argument("contender", choices=sorted(contenders))
    parser.add_argument("--units", type=int, required=True)
    parser.add_argument("--probability", type=float, default=1.0)
    arguments = parser.parse_args()
    work = contenders[arguments.contender](arguments.units, arguments.probability)
    for line in sys.stdin:
        word, _, rest = line.strip().partition(" ")
        if word == "turn":
            start = time.perf_counter()
            said = work.turn()
            answer = (time.perf_counter() - start, *said)
        elif word == "weights":
            np.asarray(work.weights, dtype="<f8").tofile(rest)
            answer = (work.weights.size,)
        elif word == "memory":
            answer = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,)
        else:
            return
        print(*answer, flush=True)


if __name__ == "__main__":
    main()
