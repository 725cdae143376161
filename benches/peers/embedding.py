#!/usr/bin/env python3
"""PHATE of neuro beside the phate package: time, memory, and the diffusion time that each chooses.

One thread each, the same samples, in turns; every embedding is a process of its own, so that its
memory can be seen. See README.md beside this file.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from run import FOLDER, ROOT, THREADS, build_ours, machine_facts, prepare_environment

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


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add("--rows", default=",".join(map(str, CASES)), help="comma-separated, of 928, 2000, 5000")
    add("--rounds", type=int, default=3, help="turns of each contender and seed")
    add("--scaling", default="sgd", help="metric scaling of the package: sgd (default) or smacof")
    add("--venv", type=Path, default=FOLDER / ".venv", help="virtual environment of the peers")
    add("--out", type=Path, default=ROOT / "out" / "embedding.json", help="where the JSON goes")
    arguments = parser.parse_args()
    try:
        arguments.rows = [int(word) for word in arguments.rows.split(",")]
        unknown = [rows for rows in arguments.rows if rows not in CASES]
    except ValueError:
        unknown = True
    if unknown or arguments.rounds < 1 or arguments.scaling not in ["sgd", "smacof"]:
        parser.error("rows of 928, 2000, 5000; at least 1 round; sgd or smacof")
    return arguments


def embed(command):
    """Seconds, diffusion time and MiB of one embedding on one core."""
    core = max(os.sched_getaffinity(0))
    result = subprocess.run(
        command,
        cwd=FOLDER,
        env={**os.environ, **THREADS},
        preexec_fn=lambda: os.sched_setaffinity(0, {core}),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    # The package may print warnings of its own before.
    seconds, knee, memory = result.stdout.splitlines()[-1].split()
    return float(seconds), int(knee), float(memory)


def main():
    arguments = parse_arguments()
    facts = machine_facts(max(os.sched_getaffinity(0)))
    python = str(prepare_environment(arguments.venv.absolute()))
    ours = build_ours()
    peer = str(FOLDER / "phate_contender.py")
    record = {"machine": facts, "scaling of the package": arguments.scaling, "rows": {}}
    print("| rows | contender | seconds, median | diffusion time of each seed | memory (MiB) |")
    print("|---:|---|---:|---|---:|")
    with tempfile.TemporaryDirectory() as folder:
        for rows in arguments.rows:
            file = str(Path(folder) / "samples")
            subprocess.run([python, "-c", PROGRAM, str(rows), file], check=True)
            found = {"neuro": {}, "phate": {}}
            for _ in range(arguments.rounds):
                for seed in CASES[rows]:
                    words = [str(rows), str(seed)]
                    command = [ours, "--embed", file, "--rows", words[0], "--seed", words[1]]
                    found["neuro"].setdefault(seed, []).append(embed(command))
                    command = [python, peer, file, *words, arguments.scaling]
                    found["phate"].setdefault(seed, []).append(embed(command))
            for name, seeds in found.items():
                turns = [turn for each in seeds.values() for turn in each]
                seconds = statistics.median(turn[0] for turn in turns)
                knees = ", ".join(str(each[0][1]) for each in seeds.values())
                memory = statistics.median(turn[2] for turn in turns)
                print(f"| {rows} | {name} | {seconds:.2f} | {knees} | {memory:.0f} |", flush=True)
            record["rows"][rows] = found
    facts["load_average_after"] = os.getloadavg()[0]
    for name, value in facts.items():
        print(f"{name}: {value}")
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps(record, indent=2) + "\n")
    print(f"written: {arguments.out}", file=sys.stderr)


if __name__ == "__main__":
    main()
