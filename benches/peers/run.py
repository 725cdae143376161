#!/usr/bin/env python3
"""Runs neuro and its peers in turn on one pinned core, and writes tables of medians and ratios.

Needs Linux, python3 and cargo; everything else is installed into a virtual environment of its
own. See README.md beside this file for the workloads and the protocol.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
from pathlib import Path

import embedding
import report
from cases import CASES, is_ours
from contenders import FOLDER, ROOT, build_ours, limits, measure, package_versions, prepare_environment

PHATE = "phate"


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    known = [*CASES, PHATE]
    add("workloads", nargs="*", metavar="WORKLOAD", help=f"of {', '.join(known)}; default: all")
    add("--precisions", help="comma-separated, of f32 and f64; default: all of the workload")
    add("--contenders", help="comma-separated, as neuro,jax; default: all of the workload")
    add("--rounds", type=int, help="turns of each contender; default: those of the workload")
    add("--iterations", type=int, help="iterations of one turn; default: those of the workload")
    add("--core", type=int, help="core to pin to; default: the last one that is allowed")
    add("--venv", type=Path, default=FOLDER / ".venv", help="virtual environment of the peers")
    add("--out", type=Path, default=ROOT / "out" / "peers.json", help="where the JSON goes")
    add("--page", type=Path, help="a Markdown page whose tables are to be replaced")
    arguments = parser.parse_args()
    arguments.workloads = arguments.workloads or known
    for workload in arguments.workloads:
        if workload not in known:
            parser.error(f"expected some of {', '.join(known)}, found {workload!r}")
    for option in ["rounds", "iterations"]:
        if getattr(arguments, option) is not None and getattr(arguments, option) < 1:
            parser.error(f"--{option}: expected at least 1")
    allowed = os.sched_getaffinity(0)
    arguments.core = max(allowed) if arguments.core is None else arguments.core
    if arguments.core not in allowed:
        parser.error(f"--core: expected one of {sorted(allowed)}, found {arguments.core}")
    return arguments


def chosen(text, allowed):
    """Those of a comma-separated list that a workload has; all without a list."""
    return allowed if text is None else tuple(word for word in allowed if word in text.split(","))


def machine_facts(core):
    model = "unknown"
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    return {
        "processor": model,
        "cores": os.cpu_count(),
        "pinned to": core,
        "load before": round(os.getloadavg()[0], 2),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "rustc": first_line(["rustc", "--version"]),
        "neuro": first_line(["git", "describe", "--always", "--dirty"]),
    }


def first_line(command):
    try:
        result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return result.stdout.strip().splitlines()[0]


def run(workload, arguments, programs):
    """Contenders of a workload in each precision."""
    case, found = CASES[workload], {}
    names = chosen(arguments.contenders, case.contenders)
    plan = (arguments.rounds or case.rounds, arguments.iterations or case.iterations, arguments.core)
    for precision in chosen(arguments.precisions, case.precisions):
        found[precision] = measure(workload, precision, names, plan, programs)
    return found


def main():
    arguments = parse_arguments()
    # Before the build, which loads the machine itself.
    facts = machine_facts(arguments.core)
    with_peers = any(
        not is_ours(name)
        for workload in arguments.workloads
        for name in chosen(arguments.contenders, getattr(CASES.get(workload), "contenders", (PHATE,)))
    )
    ours = build_ours()
    python = prepare_environment(arguments.venv.absolute()) if with_peers else None
    if python is not None:
        words = (FOLDER / "requirements.txt").read_text().split()
        facts |= package_versions(python, [word.split("==")[0] for word in words])
    record = {"machine": facts, "limits": limits(ours, arguments.core), "workloads": {}}
    for workload in arguments.workloads:
        if workload == PHATE:
            found = embedding.measure(ours, python, arguments.rounds or 1, arguments.core)
        else:
            found = run(workload, arguments, (ours, python))
        record["workloads"][workload] = found
        facts["load after"] = round(os.getloadavg()[0], 2)
        print(report.table(workload, record), flush=True)
        arguments.out.parent.mkdir(parents=True, exist_ok=True)
        arguments.out.write_text(json.dumps(record, indent=2) + "\n")
    print(report.machine(record))
    if facts["load before"] > 0.5 or facts["load after"] > 2.5:
        print("Other programs were running too: quote the ratios of a quiet run only.")
    if arguments.page is not None:
        report.replace_tables(arguments.page, record)
        print(f"tables of {arguments.page} replaced", file=sys.stderr)
    print(f"written: {arguments.out}", file=sys.stderr)


if __name__ == "__main__":
    main()
