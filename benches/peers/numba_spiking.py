"""Recursive least squares of a spiking network in Numba, in the form in which one writes it down first.

A full matrix P for each unit, one pass for P r and one for the change of P.
"""

import math

import numpy as np
from numba import njit


@njit
def loop(theta, rates, drive, weights, p, places, starts, sources, stimulus, targets, constants):
    stimulated, steps, every, dt, decay, jump = constants
    units = len(theta)
    longest = 0
    for i in range(units):
        longest = max(longest, starts[i + 1] - starts[i])
    r, gain = np.zeros(longest), np.zeros(longest)
    spikes = np.zeros(units)
    for step in range(-stimulated, steps):
        for i in range(units):
            x = drive[i] + stimulus[i] if step < 0 else drive[i]
            at = theta[i]
            c = math.cos(at)
            k1 = 1.0 - c + x * (1.0 + c)
            c = math.cos(at + 0.5 * dt * k1)
            k2 = 1.0 - c + x * (1.0 + c)
            c = math.cos(at + 0.5 * dt * k2)
            k3 = 1.0 - c + x * (1.0 + c)
            c = math.cos(at + dt * k3)
            k4 = 1.0 - c + x * (1.0 + c)
            at += dt / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)
            spikes[i] = 0.0
            if at > math.pi:
                spikes[i] = 1.0
                at -= 2.0 * math.pi
            elif at <= -math.pi:
                at += 2.0 * math.pi
            theta[i] = at
        for i in range(units):
            rates[i] = decay * rates[i] + jump * spikes[i]
        for i in range(units):
            u = 0.0
            for k in range(starts[i], starts[i + 1]):
                u += weights[k] * rates[sources[k]]
            drive[i] = u
        if step <= 0 or (step + 1) % every != 0:
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


class Loops:
    def __init__(self, workload):
        w = self.workload = workload
        self.sizes = np.diff(w.starts)
        self.places = np.concatenate(([0], np.cumsum(self.sizes**2)))
        self.constants = (w.stimulated, w.steps, w.every, w.dt, w.decay, w.jump)

    def reset(self):
        w = self.workload
        self.theta, self.weights = w.theta.copy(), np.zeros(len(w.sources))
        self.rates, self.drive = np.zeros(w.units), np.zeros(w.units)
        self.p = np.zeros(self.places[-1])
        for place, size in zip(self.places, self.sizes):
            self.p[place : place + size * size : size + 1] = 1.0

    def iterate(self, count):
        w = self.workload
        state = (self.theta, self.rates, self.drive, self.weights, self.p, self.places)
        for _ in range(count):
            loop(*state, w.starts, w.sources, w.stimulus, w.targets, self.constants)

    def result(self):
        return self.weights[:: self.workload.stride]
