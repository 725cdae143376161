"""SciPy as a contender of run.py: LAPACK's eigenvectors, and an adaptive method of order eight."""

import numpy as np
import scipy.linalg
from scipy.integrate import solve_ivp

from workload import serve


class Modes:
    def __init__(self, workload):
        self.matrix = workload.matrix

    def reset(self):
        pass

    def iterate(self, count):
        for _ in range(count):
            self.found = scipy.linalg.eig(self.matrix, left=True, right=True)

    def result(self):
        """A number that depends on all of them, but not on how long or turned the vectors are."""
        values, left, right = self.found
        participation = [
            np.sum(np.abs(vectors) ** 4, axis=0) / np.sum(np.abs(vectors) ** 2, axis=0) ** 2
            for vectors in (left, right)
        ]
        return float(np.sum(np.abs(values)) + np.sum(participation))


class LearningRing:
    """The learning trial by `DOP853` with a tolerance of 1e-6, period by period."""

    def __init__(self, workload):
        self.workload = workload
        self.reset()

    def reset(self):
        self.weights = self.workload.weights.copy()
        self.trials = 0

    def slope(self, t, y, profile, learns):
        w, n = self.workload, self.workload.units
        r_e, r_i, s_ee, s_ie, s_ei = y[: 5 * n].reshape(5, n)
        u = y[5 * n :].reshape(n, n)
        strength = w.level(t)
        slope = np.empty_like(y)
        inhibition = w.ei @ s_ei
        to_e = np.maximum(u, 0.0) @ s_ee - inhibition + strength * profile
        to_i = w.ie @ s_ie - 2.0 * inhibition
        d_e, d_i, d_ee, d_ie, d_ei = slope[: 5 * n].reshape(5, n)
        np.divide(np.clip(to_e, 0.0, w.ceiling) - r_e, w.tau_e, out=d_e)
        np.divide(np.clip(to_i, 0.0, w.ceiling) - r_i, w.tau_i, out=d_i)
        np.divide(r_e - s_ee, w.tau_ee, out=d_ee)
        np.divide(r_e - s_ie, w.tau_ie, out=d_ie)
        np.divide(r_i - s_ei, w.tau_ei, out=d_ei)
        d_u = slope[5 * n :].reshape(n, n)
        np.multiply(np.minimum(u, 0.0), -w.relaxation, out=d_u)
        if learns:
            d_u -= np.outer(w.learning_rate * (1.0 - strength) * d_e, r_e)
        return slope

    def iterate(self, count):
        w = self.workload
        for _ in range(count):
            profile = w.stimulus(w.centre(self.trials))
            y = np.concatenate([np.zeros(5 * w.units), self.weights.ravel()])
            # The kink at the end of the stimulus lies between the two; the last step before it must
            # not see what comes after it.
            for learns, span in [(False, (0.0, w.stimulus_end)), (True, (w.stimulus_end, w.trial_end))]:
                run = solve_ivp(
                    self.slope, span, y, "DOP853", t_eval=span[1:], args=(profile, learns),
                    rtol=1e-6, atol=1e-6,
                )
                y = run.y[:, -1]
            self.weights = y[5 * w.units :].reshape(w.units, w.units).copy()
            self.trials += 1

    def result(self):
        return (self.weights - self.workload.weights).T.ravel()


if __name__ == "__main__":
    serve({"w5": LearningRing, "w6": Modes})
