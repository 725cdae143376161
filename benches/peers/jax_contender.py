"""JAX: scan, gradient and Adam compiled as one function, its buffers donated."""

from functools import partial

import jax
import jax.numpy as jnp

from workload import serve


class RateNetwork:
    def __init__(self, workload):
        jax.config.update("jax_enable_x64", workload.recurrent.dtype == "float64")
        self.initial = (workload.recurrent, workload.input, workload.readout)
        self.inputs = jnp.asarray(workload.inputs)
        self.labels = jnp.asarray(workload.labels)
        w = workload

        def loss(weights, inputs, labels):
            recurrent, input_weights, readout = weights
            drive = inputs @ input_weights.T

            def step(x, drive):
                return (1 - w.leak) * x + w.leak * (jnp.tanh(x) @ recurrent.T + drive), None

            start = jnp.zeros((w.trials, w.units), recurrent.dtype)
            x, _ = jax.lax.scan(step, start, drive)
            log_probability = jax.nn.log_softmax(x @ readout.T)
            return -jnp.mean(jnp.take_along_axis(log_probability, labels[:, None], axis=1))

        @partial(jax.jit, donate_argnums=(0, 1, 2))
        def update(weights, first, second, count, inputs, labels):
            value, gradient = jax.value_and_grad(loss)(weights, inputs, labels)
            count = count + 1
            time = count.astype(weights[0].dtype)
            correction1 = 1 - w.beta1**time
            correction2 = 1 - w.beta2**time

            def adam(p, m, v, g):
                g = g + w.weight_decay * p
                m = w.beta1 * m + (1 - w.beta1) * g
                v = w.beta2 * v + (1 - w.beta2) * g * g
                step = (m / correction1) / (jnp.sqrt(v / correction2) + w.epsilon)
                return p - w.learning_rate * step, m, v

            updated = [adam(*each) for each in zip(weights, first, second, gradient)]
            weights, first, second = (tuple(part) for part in zip(*updated))
            return weights, first, second, count, value

        self.update = update
        self.reset()

    def reset(self):
        self.weights = tuple(jnp.array(part, copy=True) for part in self.initial)
        self.first = tuple(jnp.zeros_like(part) for part in self.weights)
        self.second = tuple(jnp.zeros_like(part) for part in self.weights)
        self.count = jnp.zeros((), jnp.int32)
        jax.block_until_ready((self.weights, self.first, self.second, self.count))

    def iterate(self, count):
        for _ in range(count):
            self.weights, self.first, self.second, self.count, self.value = self.update(
                self.weights, self.first, self.second, self.count, self.inputs, self.labels
            )
        jax.block_until_ready((self.weights, self.value))

    def loss(self):
        return float(self.value)


if __name__ == "__main__":
    serve(lambda name, workload: {"w1": RateNetwork}[name](workload))
