"""JAX: scan, gradient and Adam compiled as one function, its buffers donated."""

from functools import partial

import jax
import jax.numpy as jnp

from workload import serve


class Contender:
    """A compiled `update` of parameters and Adam's moments, from `initial` on, on one `batch`."""

    def reset(self):
        self.parameters = tuple(jnp.array(part, copy=True) for part in self.initial)
        self.first = tuple(jnp.zeros_like(part) for part in self.parameters)
        self.second = tuple(jnp.zeros_like(part) for part in self.parameters)
        self.count = jnp.zeros((), jnp.int32)
        jax.block_until_ready((self.parameters, self.first, self.second, self.count))

    def iterate(self, count):
        for _ in range(count):
            self.parameters, self.first, self.second, self.count, self.value = self.update(
                self.parameters, self.first, self.second, self.count, *self.batch
            )
        jax.block_until_ready((self.parameters, self.value))

    def result(self):
        return float(self.value)


def adam(w, parameters, first, second, count, gradient):
    """Parameters and moments after step `count`, with the constants of workload `w`."""
    time = count.astype(parameters[0].dtype)
    correction1 = 1 - w.beta1**time
    correction2 = 1 - w.beta2**time

    def step(p, m, v, g):
        g = g + w.weight_decay * p if w.weight_decay else g
        m = w.beta1 * m + (1 - w.beta1) * g
        v = w.beta2 * v + (1 - w.beta2) * g * g
        change = (m / correction1) / (jnp.sqrt(v / correction2) + w.epsilon)
        return p - w.learning_rate * change, m, v

    updated = [step(*each) for each in zip(parameters, first, second, gradient)]
    return tuple(tuple(part) for part in zip(*updated))


class RateNetwork(Contender):
    def __init__(self, workload):
        jax.config.update("jax_enable_x64", workload.recurrent.dtype == "float64")
        self.initial = (workload.recurrent, workload.input, workload.readout)
        self.batch = (jnp.asarray(workload.inputs), jnp.asarray(workload.labels))
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
            weights, first, second = adam(w, weights, first, second, count, gradient)
            return weights, first, second, count, value

        self.update = update
        self.reset()


class NoisyNetwork(Contender):
    """The gradient by hand, one scan forward and one back, without a tape: faster than
    `value_and_grad` here."""

    def __init__(self, workload):
        jax.config.update("jax_enable_x64", workload.recurrent.dtype == "float64")
        # The fastest generator of the library on a processor.
        jax.config.update("jax_default_prng_impl", "unsafe_rbg")
        w = workload
        self.initial = (w.recurrent, w.noise, w.time_constant, w.readout, w.dtype(0.0))
        self.batch = (jnp.asarray(w.inputs), jnp.asarray(w.targets))
        signs, input_weights = jnp.asarray(w.signs), jnp.asarray(w.input)

        def evaluate(parameters, key, inputs, targets):
            raw, noise, raw_time, readout, bias = parameters
            recurrent = jax.nn.relu(raw) * signs
            gate = jax.nn.sigmoid(raw_time)
            tau = w.low + (w.high - w.low) * gate
            a = w.dt / tau
            of_channels, of_units, of_start = jax.random.split(key, 3)
            shape = (w.steps, w.trials)
            psi = jax.random.normal(of_channels, (*shape, w.channels), w.dtype)
            xi = w.unit_noise_sd * jax.random.normal(of_units, (*shape, w.units), w.dtype)
            start = w.initial_sd * jax.random.normal(of_start, (w.trials, w.units), w.dtype)
            drive = inputs @ input_weights.T + psi @ noise.T

            def step(x, each):
                drive, xi = each
                after = (1 - a) * x + a * (jax.nn.sigmoid(x) @ recurrent.T + drive) + xi
                return after, after

            _, after = jax.lax.scan(step, start, (drive, xi))
            before = jnp.concatenate((start[None], after[:-1]))
            rates, rates_before = jax.nn.sigmoid(after), jax.nn.sigmoid(before)
            error = rates @ readout + bias - targets
            norm = jnp.sqrt(jnp.sum(error * error, axis=0))
            d_output = error / norm / w.trials

            def back(adjoint, each):
                rate, d_output = each
                through = (a * adjoint) @ recurrent + d_output[:, None] * readout
                adjoint = (1 - a) * adjoint + rate * (1 - rate) * through
                return adjoint, adjoint

            end = jnp.zeros((w.trials, w.units), w.dtype)
            _, adjoint = jax.lax.scan(back, end, (rates, d_output), reverse=True)
            flat = (w.steps * w.trials, -1)
            delta = (a * adjoint).reshape(flat)
            d_recurrent = delta.T @ rates_before.reshape(flat)
            d_noise = delta.T @ psi.reshape((w.steps * w.trials, w.channels))
            d_log_tau = jnp.sum(adjoint * (after - before - xi), axis=(0, 1))
            d_tau = -d_log_tau / tau
            gradient = (
                d_recurrent * signs * (raw > 0),
                d_noise,
                d_tau * (w.high - w.low) * gate * (1 - gate),
                jnp.tensordot(d_output, rates, axes=2),
                jnp.sum(d_output),
            )
            return jnp.mean(norm), gradient

        @partial(jax.jit, donate_argnums=(0, 1, 2))
        def update(parameters, first, second, count, inputs, targets):
            key = jax.random.fold_in(jax.random.key(0), count)
            value, gradient = evaluate(parameters, key, inputs, targets)
            count = count + 1
            parameters, first, second = adam(w, parameters, first, second, count, gradient)
            return parameters, first, second, count, value

        self.update = update
        self.reset()


if __name__ == "__main__":
    serve({"w1": RateNetwork, "w2": NoisyNetwork, "w2-batch": NoisyNetwork})
