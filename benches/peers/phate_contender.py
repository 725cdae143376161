"""One embedding by the phate package for embedding.py, in a process of its own: its default settings."""

import resource
import sys
import time

import numpy as np
import phate

if __name__ == "__main__":
    file, rows, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    samples = np.fromfile(file, dtype="<f8").reshape(rows, -1)
    operator = phate.PHATE(n_components=3, random_state=seed, n_jobs=1, verbose=0)
    start = time.perf_counter()
    operator.fit_transform(samples)
    seconds = time.perf_counter() - start
    mebibytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(seconds, operator.optimal_t, mebibytes)
