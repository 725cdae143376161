"""SciPy as a contender of run.py: LAPACK's eigenvectors."""

import numpy as np
import scipy.linalg

from workload import serve


class Modes:
    def __init__(self, workload):
        self.matrix = workload.matrix

    def reset(self):
        pass

    def iterate(self, count):
        for _ in range(count):
            self.found = scipy.linalg.eig(self.matrix, left=True, right=True)

    def loss(self):
        """A number that depends on all of them, but not on how long or turned the vectors are."""
        values, left, right = self.found
        participation = [
            np.sum(np.abs(vectors) ** 4, axis=0) / np.sum(np.abs(vectors) ** 2, axis=0) ** 2
            for vectors in (left, right)
        ]
        return float(np.sum(np.abs(values)) + np.sum(participation))


if __name__ == "__main__":
    serve({"w6": Modes})
