"""PyTorch: an eager loop over steps, autograd, and torch.optim.Adam."""

import torch

from workload import serve


class RateNetwork:
    def __init__(self, workload):
        torch.set_num_threads(1)
        torch.set_num_interop_threads(1)
        self.workload = workload
        self.inputs = torch.from_numpy(workload.inputs)
        self.labels = torch.from_numpy(workload.labels)
        self.start = torch.zeros(workload.trials, workload.units, dtype=self.inputs.dtype)
        self.reset()

    def reset(self):
        w = self.workload
        self.weights = [
            torch.from_numpy(part.copy()).requires_grad_()
            for part in (w.recurrent, w.input, w.readout)
        ]
        self.optimizer = torch.optim.Adam(
            self.weights,
            lr=w.learning_rate,
            betas=(w.beta1, w.beta2),
            eps=w.epsilon,
            weight_decay=w.weight_decay,
        )

    def iterate(self, count):
        w = self.workload
        recurrent, input_weights, readout = self.weights
        for _ in range(count):
            self.optimizer.zero_grad()
            drive = self.inputs @ input_weights.T
            transposed = recurrent.T
            x = self.start
            for k in range(w.steps):
                x = torch.lerp(x, torch.addmm(drive[k], torch.tanh(x), transposed), w.leak)
            value = torch.nn.functional.cross_entropy(x @ readout.T, self.labels)
            value.backward()
            self.optimizer.step()
        self.value = value.detach()

    def result(self):
        return float(self.value)


class NoisyNetwork:
    def __init__(self, workload):
        torch.set_num_threads(1)
        torch.set_num_interop_threads(1)
        torch.manual_seed(0)
        w = self.workload = workload
        self.inputs, self.targets, self.signs, self.input = map(
            torch.from_numpy, (w.inputs, w.targets, w.signs, w.input)
        )
        self.reset()

    def reset(self):
        w = self.workload
        initial = (w.recurrent, w.noise, w.time_constant, w.readout)
        self.parameters = [torch.from_numpy(part.copy()).requires_grad_() for part in initial]
        bias = torch.zeros((), dtype=self.inputs.dtype, requires_grad=True)
        self.parameters.append(bias)
        betas = (w.beta1, w.beta2)
        self.optimizer = torch.optim.Adam(
            self.parameters, lr=w.learning_rate, betas=betas, eps=w.epsilon
        )

    def iterate(self, count):
        w = self.workload
        raw, noise, raw_time, readout, bias = self.parameters
        like = {"dtype": self.inputs.dtype}
        for _ in range(count):
            self.optimizer.zero_grad()
            transposed = (torch.relu(raw) * self.signs).T
            a = w.dt / (w.low + (w.high - w.low) * torch.sigmoid(raw_time))
            psi = torch.randn(w.steps, w.trials, w.channels, **like)
            xi = w.unit_noise_sd * torch.randn(w.steps, w.trials, w.units, **like)
            drive = self.inputs @ self.input.T + psi @ noise.T
            x = w.initial_sd * torch.randn(w.trials, w.units, **like)
            rates = []
            rate = torch.sigmoid(x)
            for k in range(w.steps):
                x = torch.lerp(x, torch.addmm(drive[k], rate, transposed), a) + xi[k]
                rate = torch.sigmoid(x)
                rates.append(rate)
            outputs = torch.stack(rates) @ readout + bias
            value = torch.linalg.vector_norm(outputs - self.targets, dim=0).mean()
            value.backward()
            self.optimizer.step()
        self.value = value.detach()

    def result(self):
        return float(self.value)


class Transfer:
    def __init__(self, workload):
        torch.set_num_threads(1)
        torch.set_num_interop_threads(1)
        self.passes = workload.passes
        self.values = torch.from_numpy(workload.values)
        self.out = torch.empty_like(self.values)

    def reset(self):
        pass

    def iterate(self, count):
        for _ in range(count * self.passes):
            self.function(self.values, out=self.out)

    def result(self):
        return self.out.numpy()


class Exp(Transfer):
    function = staticmethod(torch.exp)


class Tanh(Transfer):
    function = staticmethod(torch.tanh)


class Logistic(Transfer):
    function = staticmethod(torch.sigmoid)


if __name__ == "__main__":
    serve(
        {
            "exp": Exp,
            "tanh": Tanh,
            "logistic": Logistic,
            "w1": RateNetwork,
            "w2": NoisyNetwork,
            "w2-batch": NoisyNetwork,
        }
    )
