#!/usr/bin/env python3
"""Instructions that one iteration of each workload takes in neuro, counted by callgrind.

Unlike times they do not depend on what else the machine does, so a change of a few per cent shows. They are
those of a machine with AVX2: callgrind knows no wider registers. The counts kept in instructions.json belong to
one compiler; after a new one, or a change that is wanted, write them anew with --write.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from contenders import FOLDER, build_ours

# Workload, precision, form.
KERNELS = [
    ("exp", "f32", ""),
    ("exp", "f64", ""),
    ("tanh", "f32", ""),
    ("tanh", "f64", ""),
    ("logistic", "f32", ""),
    ("logistic", "f64", ""),
    ("w1", "f32", ""),
    ("w1", "f64", ""),
    ("w2", "f32", ""),
    ("w2", "f64", ""),
    ("w2-batch", "f32", ""),
    ("w4-lisem", "f64", ""),
    ("w4-dsem", "f64", "overlaps"),
    ("w4-dsem", "f64", "overlaps-lanes"),
    ("w5", "f64", ""),
    ("w5", "f64", "blocks"),
    ("w5-readout", "f64", ""),
    ("w6", "f64", ""),
    ("rls-200", "f64", ""),
    ("rls-200", "f64", "f32"),
    ("readout", "f64", ""),
]
KEPT = FOLDER / "instructions.json"
# Part of the kept count by which a new one may differ.
TOLERANCE = 0.01


def count(ours, kernel, iterations):
    """Instructions of the whole process."""
    workload, precision, form = kernel
    words = ["--workload", workload, "--precision", precision, "--group", "1"]
    words += ["--form", form] if form else []
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "counts"
        tool = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}"]
        result = subprocess.run(
            [*tool, ours, *words],
            input=f"run {iterations}\nquit\n",
            capture_output=True,
            text=True,
            check=False,
        )
        if result.returncode != 0:
            sys.exit(f"{' '.join(kernel)}: valgrind failed:\n{result.stderr}")
        total = next(line for line in out.read_text().splitlines() if line.startswith("totals:"))
    return int(total.split()[1])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    names = ["/".join(filter(None, kernel)) for kernel in KERNELS]
    parser.add_argument("kernels", nargs="*", help=f"of {', '.join(names)}; default: all")
    parser.add_argument("--write", action="store_true", help="keep what is counted")
    arguments = parser.parse_args()
    if unknown := set(arguments.kernels) - set(names):
        parser.error(f"expected some of {', '.join(names)}, found {', '.join(unknown)}")
    kept = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    compiler = subprocess.run(["rustc", "--version"], capture_output=True, text=True, check=True)
    version = compiler.stdout.split()[1]
    if kept.get("rustc", version) != version:
        print(f"the kept counts are those of rustc {kept['rustc']}, this is {version}")
    ours, counts, worse = build_ours(), kept.get("instructions", {}), False
    print("| kernel | instructions of an iteration | kept | change |")
    print("|---|---:|---:|---:|")
    for name, kernel in zip(names, KERNELS):
        if arguments.kernels and name not in arguments.kernels:
            continue
        found = count(ours, kernel, 2) - count(ours, kernel, 1)
        before = counts.get(name)
        change = "" if before is None else f"{100 * (found / before - 1):+.2f} %"
        print(f"| {name} | {found} | {before or ''} | {change} |", flush=True)
        worse |= before is not None and found > (1 + TOLERANCE) * before
        if arguments.write:
            counts[name] = found
    if arguments.write:
        text = json.dumps({"rustc": version, "instructions": counts}, indent=2)
        KEPT.write_text(text + "\n")
    elif worse:
        sys.exit(f"more than {100 * TOLERANCE:.0f} % more instructions than kept")


if __name__ == "__main__":
    main()
