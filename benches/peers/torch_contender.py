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

    def loss(self):
        return float(self.value)


if __name__ == "__main__":
    serve(lambda name, workload: {"w1": RateNetwork}[name](workload))
