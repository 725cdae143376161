#!/usr/bin/env python3
"""Recursive least squares of neuro beside numba, NumPy and ReservoirPy: time and memory.

All start from the same network and must make the same spikes and weights in the first loop. They take turns
on one core; a contender with two threads gets two. See README.md beside this file.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
from pathlib import Path

import numpy as np

from run import FOLDER, ROOT, build_ours, machine_facts, prepare_environment, start_pinned

# Units and probability of a connection of a network, or inputs of the readout; and who takes part.
NEURO = ["neuro f64", "neuro f32", "neuro f64, 2 threads", "neuro f32, 2 threads"]
CASES = {
    "loop-200": (200, 0.3, [*NEURO[:2], "numba", "numpy"]),
    "loop-500": (500, 0.3, [*NEURO, "numba"]),
    "loop-1000": (1000, 0.3, [*NEURO, "numba"]),
    "loop-1000-sparse": (1000, 0.1, [*NEURO, "numba"]),
    "readout-500": (500, None, [*NEURO[:2], "reservoirpy"]),
}
# Of the largest weight. Spikes must be equal; those of f32 part from the others sooner or later.
TOLERANCE = {"loop": 1e-8, "readout": 1e-8}


class Contender:
    """A process that works in turns."""

    def __init__(self, name, case, ours, python):
        units, probability, _ = CASES[case]
        words = ["--units", str(units)]
        words += [] if probability is None else ["--probability", str(probability)]
        self.name, threads = name, 2 if name.endswith("2 threads") else 1
        if name.startswith("neuro"):
            command = [ours, "--rls", case.split("-")[0], "--precision", name[6:9], *words]
            command += ["--threads", str(threads)]
        else:
            command = [python, FOLDER / "spiking_contender.py", name, *words]
        cores = sorted(os.sched_getaffinity(0))[-threads:]
        self.process = start_pinned(command, cores)

    def ask(self, text):
        try:
            self.process.stdin.write(text + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            pass
        answer = self.process.stdout.readline().split()
        if not answer:
            sys.exit(f"{self.name}: no answer to {text!r}; its message is above")
        return [float(word) for word in answer]

    def weights(self):
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "weights"
            self.ask(f"weights {file}")
            return np.fromfile(file, "<f8")

    def quit(self):
        self.process.stdin.close()
        self.process.wait()


def check(case, contenders):
    """First turns of all, not timed: the largest difference from the first contender's weights."""
    said = {c.name: c.ask("turn")[1:] for c in contenders}
    weights = {c.name: c.weights() for c in contenders}
    first = contenders[0].name
    differences = {}
    for name in said:
        largest = np.max(np.abs(weights[first]))
        differences[name] = float(np.max(np.abs(weights[name] - weights[first])) / largest)
        single = "f32" in name
        same = said[name] == said[first] and differences[name] <= TOLERANCE[case.split("-")[0]]
        if not (same or single):
            sys.exit(f"{case}: {name} differs: {said[name]}, {said[first]}, {differences[name]}")
    return differences, said


def measure(case, names, rounds, ours, python):
    contenders = [Contender(name, case, ours, python) for name in names]
    try:
        differences, said = check(case, contenders)
        times = {name: [] for name in names}
        for _ in range(rounds):
            for contender in contenders:
                times[contender.name].append(contender.ask("turn")[0])
        memory = {c.name: c.ask("memory")[0] for c in contenders}
    finally:
        for contender in contenders:
            contender.quit()
    return {
        name: {
            "seconds": statistics.median(times[name]),
            "minimum": min(times[name]),
            "all": times[name],
            "MiB": memory[name],
            "difference": differences[name],
            "said": said[name],
        }
        for name in names
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add("--cases", default=",".join(CASES), help="comma-separated; default: all")
    add("--contenders", help="separated by semicolons; default: all of a case")
    add("--rounds", type=int, default=5, help="turns of each contender")
    add("--venv", type=Path, default=FOLDER / ".venv", help="virtual environment of the peers")
    add("--out", type=Path, default=ROOT / "out" / "spiking.json", help="where the JSON goes")
    arguments = parser.parse_args()
    cases = arguments.cases.split(",")
    if arguments.rounds < 1 or any(case not in CASES for case in cases):
        parser.error(f"at least 1 round; cases of {', '.join(CASES)}")
    facts = machine_facts(max(os.sched_getaffinity(0)))
    python, ours = prepare_environment(arguments.venv.absolute()), build_ours()
    record = {"machine": facts, "rounds": arguments.rounds, "cases": {}}
    for case in cases:
        chosen = arguments.contenders
        names = [n for n in CASES[case][2] if chosen is None or n in chosen.split(";")]
        found = measure(case, names, arguments.rounds, ours, python)
        record["cases"][case] = found
        unit = 1e6 / 200 if case.startswith("readout") else 1e3
        what = "microseconds a sample" if case.startswith("readout") else "milliseconds a loop"
        print(f"\n{case}, {what}, median of {arguments.rounds} turns\n")
        print("| contender | time | minimum | time / neuro f64 | MiB | weights differ by |")
        print("|---|---:|---:|---:|---:|---:|")
        for name, row in found.items():
            ratio = row["seconds"] / found[names[0]]["seconds"]
            print(
                f"| {name} | {unit * row['seconds']:.1f} | {unit * row['minimum']:.1f} "
                f"| {ratio:.2f} | {row['MiB']:.0f} | {row['difference']:.1e} |",
                flush=True,
            )
    facts["load_average_after"] = os.getloadavg()[0]
    print()
    for name, value in facts.items():
        print(f"{name}: {value}")
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps(record, indent=2) + "\n")
    print(f"written: {arguments.out}")


if __name__ == "__main__":
    main()
