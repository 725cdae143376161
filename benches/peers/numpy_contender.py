"""NumPy as a contender of run.py: one product or vector operation a line."""

import numpy as np
from scipy.special import expit

from workload import serve


class SequentialMemory:
    """Joint Runge-Kutta steps of features and delayed features, as one vector."""

    def __init__(self, workload):
        w = self.workload = workload
        self.from_features = np.ascontiguousarray(w.memories.T)
        self.to_features = w.memory_strength**0.5 * w.memories
        self.direct = w.memory_strength**0.5
        self.delayed = w.delay_strength * w.transitions
        self.reset()

    def reset(self):
        self.x = np.concatenate(self.workload.start())

    def slope(self, x):
        w, n = self.workload, self.workload.features
        v, d = x[:n], x[n:]
        s = self.activation(v)
        hidden = self.direct * (self.from_features @ s)
        hidden += self.delayed @ (self.from_features @ d)
        slope = np.empty_like(x)
        slope[:n] = self.to_features @ self.hidden_activation(hidden) - v
        slope[n:] = (s - d) / w.delay_time_constant
        return slope

    def iterate(self, count):
        x, h = self.x, self.workload.dt
        for _ in range(count * self.workload.steps):
            first = self.slope(x)
            second = self.slope(x + 0.5 * h * first)
            third = self.slope(x + 0.5 * h * second)
            fourth = self.slope(x + h * third)
            x = x + h / 6 * (first + 2 * second + 2 * third + fourth)
        self.x = x

    def result(self):
        n = self.workload.features
        return self.workload.result(self.activation(self.x[:n]), self.x[n:])


class Lisem(SequentialMemory):
    def activation(self, v):
        return np.tanh(v)

    def hidden_activation(self, hidden):
        return hidden


class Dsem(SequentialMemory):
    def activation(self, v):
        return v

    def hidden_activation(self, hidden):
        e = np.exp(hidden - hidden.max())
        return e / e.sum()


def rate(theta, current):
    cosine = np.cos(theta)
    return 1.0 - cosine + current * (1.0 + cosine)


class Loops:
    """Learning of a spiking network: a full matrix P for each unit."""

    def __init__(self, workload):
        w = self.workload = workload
        self.rows = [slice(*pair) for pair in zip(w.starts[:-1], w.starts[1:])]

    def reset(self):
        w = self.workload
        self.theta, self.weights = w.theta.copy(), np.zeros(len(w.sources))
        self.rates, self.drive = np.zeros(w.units), np.zeros(w.units)
        self.inverses = [np.eye(row.stop - row.start) for row in self.rows]

    def iterate(self, count):
        for _ in range(count):
            self.loop()

    def loop(self):
        w = self.workload
        for step in range(-w.stimulated, w.steps):
            current = self.drive + w.stimulus if step < 0 else self.drive
            k1 = rate(self.theta, current)
            k2 = rate(self.theta + 0.5 * w.dt * k1, current)
            k3 = rate(self.theta + 0.5 * w.dt * k2, current)
            k4 = rate(self.theta + w.dt * k3, current)
            theta = self.theta + w.dt / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)
            spikes = theta > np.pi
            self.theta = theta - 2.0 * np.pi * spikes + 2.0 * np.pi * (theta <= -np.pi)
            self.rates = w.decay * self.rates + w.jump * spikes
            products = self.weights * self.rates[w.sources]
            self.drive = np.add.reduceat(products, w.starts[:-1])
            if step > 0 and (step + 1) % w.every == 0:
                self.learn(w.targets[step])

    def learn(self, targets):
        for row, inverse, target in zip(self.rows, self.inverses, targets):
            rates = self.rates[self.workload.sources[row]]
            gain = inverse @ rates
            share = 1.0 / (1.0 + rates @ gain)
            inverse -= share * np.outer(gain, gain)
            error = target - self.weights[row] @ rates
            self.weights[row] += error * share * gain

    def result(self):
        return self.weights[:: self.workload.stride]


class Transfer:
    """Passes of a function over the elements; its subclasses name it."""

    def __init__(self, workload):
        self.workload, self.out = workload, np.empty_like(workload.values)

    def reset(self):
        pass

    def iterate(self, count):
        for _ in range(count * self.workload.passes):
            self.function(self.workload.values, out=self.out)

    def result(self):
        return self.out


class Exp(Transfer):
    function = staticmethod(np.exp)


class Tanh(Transfer):
    function = staticmethod(np.tanh)


class Logistic(Transfer):
    """NumPy has none; SciPy's."""

    function = staticmethod(expit)


if __name__ == "__main__":
    serve(
        {
            "exp": Exp,
            "tanh": Tanh,
            "logistic": Logistic,
            "w4-lisem": Lisem,
            "w4-dsem": Dsem,
            "rls-200": Loops,
        }
    )
