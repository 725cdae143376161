"""Numba as a contender of run.py: loops compiled for this machine, without fast-math.

Of the ways to write a product (loops in either order, `np.dot`) the fastest is used.
"""

import numpy as np
from numba import njit

from numba_spiking import Loops
from workload import serve


@njit
def activate(features, units, softmax):
    """Activation of the features, `tanh` or linear."""
    for i in range(units.size):
        features[i] = units[i] if softmax else np.tanh(units[i])


@njit
def memory_slope(x, slope, s, overlaps, traces, hidden, columns, rows, delayed, constants, softmax):
    """Right-hand side: `columns` are memories x features, `rows` features x memories."""
    n, k = rows.shape
    direct, tau = constants
    v, d = x[:n], x[n:]
    activate(s, v, softmax)
    for m in range(k):
        overlap = 0.0
        trace = 0.0
        for i in range(n):
            overlap += columns[m, i] * s[i]
            trace += columns[m, i] * d[i]
        overlaps[m] = overlap
        traces[m] = trace
    for m in range(k):
        drive = direct * overlaps[m]
        for j in range(k):
            drive += delayed[m, j] * traces[j]
        hidden[m] = drive
    if softmax:
        highest = hidden[0]
        for m in range(1, k):
            highest = max(highest, hidden[m])
        total = 0.0
        for m in range(k):
            hidden[m] = np.exp(hidden[m] - highest)
            total += hidden[m]
        for m in range(k):
            hidden[m] /= total
    for i in range(n):
        slope[i] = -v[i]
    for m in range(k):
        h = direct * hidden[m]
        for i in range(n):
            slope[i] += columns[m, i] * h
    rate = 1.0 / tau
    for i in range(n):
        slope[n + i] = rate * (s[i] - d[i])


@njit
def memory_steps(x, count, dt, columns, rows, delayed, constants, softmax):
    n, k = rows.shape
    slope, total, stage = np.empty(2 * n), np.empty(2 * n), np.empty(2 * n)
    s, overlaps, traces, hidden = np.empty(n), np.empty(k), np.empty(k), np.empty(k)
    for _ in range(count):
        memory_slope(
            x, total, s, overlaps, traces, hidden, columns, rows, delayed, constants, softmax
        )
        for i in range(2 * n):
            stage[i] = x[i] + 0.5 * dt * total[i]
        for part in range(2):
            memory_slope(
                stage, slope, s, overlaps, traces, hidden, columns, rows, delayed, constants, softmax
            )
            reach = 0.5 * dt if part == 0 else dt
            for i in range(2 * n):
                total[i] += 2.0 * slope[i]
                stage[i] = x[i] + reach * slope[i]
        memory_slope(
            stage, slope, s, overlaps, traces, hidden, columns, rows, delayed, constants, softmax
        )
        for i in range(2 * n):
            x[i] += dt / 6.0 * (total[i] + slope[i])


class SequentialMemory:
    softmax = False

    def __init__(self, workload):
        w = self.workload = workload
        rows = np.ascontiguousarray(w.memories)
        constants = (w.memory_strength**0.5, w.delay_time_constant)
        delayed = w.delay_strength * w.transitions
        columns = np.ascontiguousarray(w.memories.T)
        self.constants = (w.dt, columns, rows, delayed, constants, self.softmax)
        self.reset()

    def reset(self):
        self.x = np.concatenate(self.workload.start())

    def iterate(self, count):
        memory_steps(self.x, count * self.workload.steps, *self.constants)

    def result(self):
        n = self.workload.features
        s = np.empty(n)
        activate(s, self.x[:n], self.softmax)
        return self.workload.result(s, self.x[n:])


class Dsem(SequentialMemory):
    softmax = True


@njit
def add_product(columns, x, y):
    """`y += M x`, the matrix column by column."""
    for j in range(x.size):
        column, x_j = columns[j], x[j]
        for i in range(y.size):
            y[i] += column[i] * x_j


@njit
def ring_slope(x, excitation, strength, slope, to_i, ei, ie, profile, ceiling, rates):
    """Right-hand side of rates and synapses; `excitation`, the drive by the plastic weights, is lost."""
    n = profile.size
    r_e, r_i, s_ee, s_ie, s_ei = x[:n], x[n : 2 * n], x[2 * n : 3 * n], x[3 * n : 4 * n], x[4 * n :]
    # sII and sEI are the same, and W_II is twice W_EI: one product serves both.
    inhibition = slope[:n]
    inhibition[:] = 0.0
    add_product(ei, s_ei, inhibition)
    to_i[:] = 0.0
    add_product(ie, s_ie, to_i)
    for k in range(n):
        to_e = excitation[k] - inhibition[k] + strength * profile[k]
        to_i[k] -= 2.0 * inhibition[k]
        slope[k] = rates[0] * (min(max(to_e, 0.0), ceiling) - r_e[k])
        slope[n + k] = rates[1] * (min(max(to_i[k], 0.0), ceiling) - r_i[k])
        slope[2 * n + k] = rates[2] * (r_e[k] - s_ee[k])
        slope[3 * n + k] = rates[3] * (r_e[k] - s_ie[k])
        slope[4 * n + k] = rates[4] * (r_i[k] - s_ei[k])


@njit
def add_rectified_product(columns, x, y):
    """`y += max(M, 0) x`."""
    for j in range(x.size):
        column, x_j = columns[j], x[j]
        for i in range(y.size):
            y[i] += max(column[i], 0.0) * x_j


@njit
def learning_trial(u, steps, h, levels, alpha, k, profile, ei, ie, ceiling, rates):
    """Classical Runge-Kutta steps of all variables. `u` is changed: [pre-synaptic, post-synaptic].

    `levels` are the strengths of the stimulus at half steps, for both periods one after the other.
    """
    n = profile.size
    x = np.zeros(5 * n)
    slope, total, stage = np.empty(5 * n), np.empty(5 * n), np.empty(5 * n)
    excitation, to_i = np.empty(n), np.empty(n)
    u_total, u_stage = np.empty_like(u), np.empty_like(u)
    at = 0
    for period in range(2):
        for _ in range(steps[period]):
            stage[:] = x
            u_stage[:] = u
            for part in range(4):
                strength = levels[at + (part + 1) // 2]
                excitation[:] = 0.0
                add_rectified_product(u_stage, stage[2 * n : 3 * n], excitation)
                ring_slope(
                    stage, excitation, strength, slope, to_i, ei, ie, profile, ceiling, rates
                )
                weight = 1.0 if part == 0 or part == 3 else 2.0
                reach = h if part == 2 else 0.5 * h
                rate = -alpha * (1.0 - strength) if period == 1 else 0.0
                for j in range(n):
                    r = rate * stage[j]
                    for i in range(n):
                        change = slope[i] * r - k * min(u_stage[j, i], 0.0)
                        change_total = weight * change
                        if part > 0:
                            change_total += u_total[j, i]
                        u_total[j, i] = change_total
                        u_stage[j, i] = u[j, i] + reach * change
                for i in range(5 * n):
                    if part == 0:
                        total[i] = slope[i]
                    else:
                        total[i] += weight * slope[i]
                    stage[i] = x[i] + reach * slope[i]
            for i in range(5 * n):
                x[i] += h / 6.0 * total[i]
            for j in range(n):
                for i in range(n):
                    u[j, i] += h / 6.0 * u_total[j, i]
            at += 2
        at += 1
    return x


class LearningRing:
    def __init__(self, workload):
        w = self.workload = workload
        self.ei, self.ie = (np.ascontiguousarray(m.T) for m in (w.ei, w.ie))
        taus = [w.tau_e, w.tau_i, w.tau_ee, w.tau_ie, w.tau_ei]
        self.rates = 1.0 / np.array(taus)
        durations = [w.stimulus_end, w.trial_end - w.stimulus_end]
        self.steps = tuple(round(duration / w.step) for duration in durations)
        self.levels = w.levels()
        self.reset()

    def reset(self):
        self.u = np.ascontiguousarray(self.workload.weights.T)
        self.trials = 0

    def iterate(self, count):
        w = self.workload
        for _ in range(count):
            profile = w.stimulus(w.centre(self.trials))
            learning_trial(
                self.u, self.steps, w.step, self.levels, w.learning_rate, w.relaxation, profile,
                self.ei, self.ie, w.ceiling, self.rates,
            )
            self.trials += 1

    def result(self):
        return self.u.ravel() - self.workload.weights.T.ravel()


@njit
def ring_readout(steps, h, levels, weights, ei, ie, profiles, ceiling, rates):
    """All stimuli together, a column each; products of matrices are those of BLAS."""
    n, m = profiles.shape
    x = np.zeros((5, n, m))
    slope, total, stage = np.empty_like(x), np.empty_like(x), np.empty_like(x)
    excitation, inhibition, to_i = np.empty((n, m)), np.empty((n, m)), np.empty((n, m))
    at = 0
    for period in range(2):
        for _ in range(steps[period]):
            stage[:] = x
            for part in range(4):
                strength = levels[at + (part + 1) // 2]
                np.dot(weights, stage[2], excitation)
                np.dot(ei, stage[4], inhibition)
                np.dot(ie, stage[3], to_i)
                for i in range(n):
                    for b in range(m):
                        e = excitation[i, b] - inhibition[i, b] + strength * profiles[i, b]
                        d = to_i[i, b] - 2.0 * inhibition[i, b]
                        slope[0, i, b] = rates[0] * (min(max(e, 0.0), ceiling) - stage[0, i, b])
                        slope[1, i, b] = rates[1] * (min(max(d, 0.0), ceiling) - stage[1, i, b])
                        slope[2, i, b] = rates[2] * (stage[0, i, b] - stage[2, i, b])
                        slope[3, i, b] = rates[3] * (stage[0, i, b] - stage[3, i, b])
                        slope[4, i, b] = rates[4] * (stage[1, i, b] - stage[4, i, b])
                weight = 1.0 if part == 0 or part == 3 else 2.0
                reach = h if part == 2 else 0.5 * h
                for v in range(5):
                    for i in range(n):
                        for b in range(m):
                            change = weight * slope[v, i, b]
                            if part > 0:
                                change += total[v, i, b]
                            total[v, i, b] = change
                            stage[v, i, b] = x[v, i, b] + reach * slope[v, i, b]
            for v in range(5):
                for i in range(n):
                    for b in range(m):
                        x[v, i, b] += h / 6.0 * total[v, i, b]
            at += 2
        at += 1
    return x[0]


class Readout(LearningRing):
    def reset(self):
        w = self.workload
        self.profiles = np.array([w.stimulus(k) for k in range(w.units)]).T.copy()

    def iterate(self, count):
        w = self.workload
        for _ in range(count):
            self.found = ring_readout(
                self.steps, w.step, self.levels, w.weights, w.ei, w.ie, self.profiles, w.ceiling,
                self.rates,
            )

    def result(self):
        return self.found.T.ravel()


if __name__ == "__main__":
    serve(
        {
            "w4-lisem": SequentialMemory,
            "w4-dsem": Dsem,
            "w5": LearningRing,
            "w5-readout": Readout,
            "rls-200": Loops,
            "rls-500": Loops,
            "rls-1000": Loops,
            "rls-1000-sparse": Loops,
        }
    )
