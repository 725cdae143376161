"""ReservoirPy as a contender of run.py: recursive least squares of a readout."""

import numpy as np
from reservoirpy.nodes import RLS

from workload import serve


class Readout:
    def __init__(self, workload):
        self.workload = workload

    def reset(self):
        self.node = RLS(alpha=1.0, fit_bias=False)

    def iterate(self, count):
        for _ in range(count):
            self.node.partial_fit(self.workload.rates, self.workload.targets)

    def result(self):
        return np.ascontiguousarray(self.node.Wout).ravel()


if __name__ == "__main__":
    serve({"readout": Readout})
