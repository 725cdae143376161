"""NumPy as a contender of run.py: a sequential memory, one product or vector operation a line."""

import numpy as np

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


if __name__ == "__main__":
    serve({"w4-lisem": Lisem, "w4-dsem": Dsem})
