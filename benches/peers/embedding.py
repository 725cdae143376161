"""PHATE of neuro beside the phate package: time, memory, and the diffusion time that each chooses.

One thread each, the same samples, in turns; every embedding is a process of its own, so that its
memory can be seen. See README.md beside this file.
"""

import subprocess
import tempfile
from pathlib import Path

from contenders import FOLDER, pinned, settings

# Rows, and the seeds of the choice of landmarks, which there is only beyond 2000 rows.
CASES = {928: [0], 2000: [0], 5000: [0, 1, 2, 3, 4]}
PROGRAM = """
import sys
import numpy as np
rows, file = int(sys.argv[1]), sys.argv[2]
steps, units = 58, 200
random = np.random.default_rng(1)
weights = 1.5 * random.standard_normal((4, units))
samples = np.empty((rows, units))
for k in range(rows):
    trial, step = divmod(k, steps)
    if step == 0:
        latent = np.zeros(4)
    first, second = (-1) ** trial, (-1) ** (trial // 2)
    goal = [first, second * (step >= 27), first * second * (step >= 35), 0.02 * step]
    latent += 0.15 * (goal - latent) + 0.03 * random.standard_normal(4)
    drive = latent @ weights + 0.2 * random.standard_normal(units)
    samples[k] = 1 / (1 + np.exp(-drive))
samples.astype("<f8").tofile(file)
"""


def embed(command, core):
    """Seconds, diffusion time and MiB of one embedding on one core."""
    result = subprocess.run(
        command, stdout=subprocess.PIPE, check=True, **settings(pinned(core, 1))
    )
    # The package may print warnings of its own before.
    seconds, knee, memory = result.stdout.splitlines()[-1].split()
    return float(seconds), int(knee), float(memory)


def measure(ours, python, rounds, core):
    """Of each number of rows, contender and seed: the turns of `embed`."""
    peer = str(FOLDER / "phate_contender.py")
    record = {}
    with tempfile.TemporaryDirectory() as folder:
        for rows, seeds in CASES.items():
            file = str(Path(folder) / "samples")
            subprocess.run([python, "-c", PROGRAM, str(rows), file], check=True)
            found = {"neuro": {}, "phate": {}}
            for _ in range(rounds):
                for seed in seeds:
                    words = [str(rows), str(seed)]
                    command = [ours, "--embed", file, "--rows", words[0], "--seed", words[1]]
                    found["neuro"].setdefault(seed, []).append(embed(command, core))
                    command = [str(python), peer, file, *words]
                    found["phate"].setdefault(seed, []).append(embed(command, core))
            record[rows] = found
    return record
