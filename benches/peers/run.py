#!/usr/bin/env python3
"""Runs neuro and its peers in turn on one pinned core and prints medians and ratios.

Needs Linux, python3 and cargo; everything else is installed into a virtual environment of its
own. See README.md beside this file for the workloads and the protocol.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import venv
from dataclasses import dataclass, field
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
ROOT = FOLDER.parent.parent
BENCH = "peer_contender"
PACKAGES = {
    "jax": ["jax", "jaxlib", "numpy"],
    "torch": ["torch", "numpy"],
    "scipy": ["scipy", "numpy"],
    "numpy": ["numpy"],
    "numba": ["numba", "numpy"],
}
TOLERANCE = {"f32": 1e-3, "f64": 1e-8}


@dataclass(frozen=True)
class Workload:
    """Who does the work, how precisely, and what one iteration of it is.

    A contender `neuro-FORM` is neuro, told to use a form of its own.
    """

    contenders: tuple = ("neuro", "jax", "torch")
    precisions: tuple = ("f32", "f64")
    iteration: str = "training iteration"
    # Iterations of a turn.
    iterations: int = 50
    # All contenders must agree after this many iterations. The first steps of Adam divide by the
    # size of each gradient, so rounding differences grow with every iteration; 20 are enough to
    # exercise every part of the computation.
    checked: int = 20
    # Contenders that solve the same equations by another method, and how closely they must agree.
    tolerances: dict = field(default_factory=dict)
    # Whether noise is drawn. Each contender has a generator of its own, so the losses of such a
    # workload are compared without noise.
    noisy: bool = False


WORKLOADS = {
    "w1": Workload(),
    "w2": Workload(noisy=True),
    "w2-batch": Workload(noisy=True),
    "w4-lisem": Workload(
        ("neuro", "neuro-projected", "numba", "numpy"), ("f64",), "1000 steps", 10, 60
    ),
    "w4-dsem": Workload(
        ("neuro", "neuro-projected", "neuro-overlaps", "numba", "numpy"),
        ("f64",),
        "1000 steps",
        10,
        60,
    ),
    "w5": Workload(
        ("neuro", "neuro-flat", "neuro-blocks", "numba", "scipy"),
        ("f64",),
        "learning trial",
        5,
        5,
        # The largest error of a weight's change, relative to the largest change: where weights become
        # negative neuro errs otherwise than the others, steps of 2 ms err by 4e-4 in a trial, and blocks by
        # 5e-3.
        {"neuro-flat": 2e-3, "numba": 2e-3, "neuro-blocks": 2e-2, "scipy": 1e-2},
    ),
    "w5-readout": Workload(("neuro", "neuro-single", "numba"), ("f64",), "read-out", 5, 5),
    "w6": Workload(("neuro", "scipy"), ("f64",), "decomposition"),
}
# One thread, whatever the library underneath.
THREADS = {
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "RAYON_NUM_THREADS": "1",
    "JAX_PLATFORMS": "cpu",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
}


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add("--workload", choices=list(WORKLOADS), default="w1", help="what to do (README.md)")
    add("--precisions", help="comma-separated, of f32 and f64; default: all of the workload")
    add("--contenders", help="comma-separated, as neuro,jax; default: all of the workload")
    add("--rounds", type=int, default=11, help="turns of each contender")
    add("--iterations", type=int, help="iterations of one turn; default: those of the workload")
    add("--core", type=int, help="core to pin to; default: the last one that is allowed")
    add("--venv", type=Path, default=FOLDER / ".venv", help="virtual environment of the peers")
    add("--out", type=Path, default=ROOT / "out" / "peers.json", help="where the JSON goes")
    arguments = parser.parse_args()
    workload = WORKLOADS[arguments.workload]
    for option in ["precisions", "contenders"]:
        text, allowed = getattr(arguments, option), getattr(workload, option)
        words = allowed if text is None else split(parser, f"--{option}", text, allowed)
        setattr(arguments, option, words)
    if arguments.iterations is None:
        arguments.iterations = workload.iterations
    if arguments.rounds < 1 or arguments.iterations < 5:
        parser.error("at least 1 round and 5 iterations")
    return arguments


def split(parser, option, text, allowed):
    words = text.split(",")
    for word in words:
        if word not in allowed:
            parser.error(f"{option}: expected some of {', '.join(allowed)}, found {word!r}")
    return words


def prepare_environment(folder):
    """Path of the Python that has the pinned peers; makes and fills the environment if needed."""
    python = folder / "bin" / "python"
    if not python.exists():
        print(f"making {folder}", file=sys.stderr)
        venv.create(folder, with_pip=True)
    wanted = FOLDER / "requirements.txt"
    if not has_requirements(python, wanted):
        print("installing the peers (large)", file=sys.stderr)
        command = [python, "-m", "pip", "install", "--quiet", "--requirement", wanted]
        subprocess.run(command, check=True, stdout=sys.stderr)
    return python


def has_requirements(python, file):
    names = [line.split("==") for line in file.read_text().split()]
    versions = package_versions(python, [name for name, _ in names])
    return all(versions[name] == version for name, version in names)


def package_versions(python, names):
    """Installed version of each package, without local labels such as `+cpu`; None when absent."""
    program = """
import importlib.metadata as metadata, json, sys
def version(name):
    try:
        return metadata.version(name).split("+")[0]
    except metadata.PackageNotFoundError:
        return None
print(json.dumps({name: version(name) for name in sys.argv[1:]}))
"""
    result = subprocess.run([python, "-c", program, *names], check=True, capture_output=True)
    return json.loads(result.stdout)


def build_ours():
    """Builds our contender and returns the path that cargo reports."""
    command = ["cargo", "bench", "--bench", BENCH, "--no-run", "--message-format=json"]
    result = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE)
    if result.returncode != 0:
        sys.exit(f"could not build the bench target {BENCH}; --contenders jax,torch does without")
    for line in result.stdout.splitlines():
        message = json.loads(line)
        if message.get("executable") and message["target"]["name"] == BENCH:
            return message["executable"]
    sys.exit(f"cargo built no executable for the bench target {BENCH}")


def start_pinned(command, cores):
    """A process that reads and writes lines, on these cores only."""
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=FOLDER,
        env={**os.environ, **THREADS},
        preexec_fn=lambda: os.sched_setaffinity(0, cores),
    )


class Contender:
    """One persistent process, pinned to one core, that works when told to."""

    def __init__(self, name, command, core):
        self.name = name
        self.process = start_pinned(command, {core})

    def run(self, iterations):
        """Milliseconds per iteration, and what was found in the end: one number or more."""
        try:
            self.process.stdin.write(f"run {iterations}\n")
            self.process.stdin.flush()
            milliseconds, *found = map(float, self.process.stdout.readline().split())
        except (ValueError, BrokenPipeError):
            sys.exit(f"{self.name}: no answer to `run {iterations}`; its message is above")
        return milliseconds, found

    def quit(self):
        try:
            self.process.communicate("quit\n", timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def start(commands, words, core):
    contenders = []
    try:
        for name, command in commands.items():
            contenders.append(Contender(name, command + words, core))
    except OSError:
        for contender in contenders:
            contender.quit()
        raise
    return contenders


def warm_up(contenders, iterations):
    """What contenders found in their first turn, after which they are sent home."""
    try:
        return {c.name: c.run(iterations)[1] for c in contenders}
    finally:
        for contender in contenders:
            contender.quit()


def measure(commands, precision, arguments, core):
    """Times of each contender, a list each, after checking that all compute the same thing."""
    words = ["--workload", arguments.workload, "--precision", precision]
    workload = WORKLOADS[arguments.workload]
    found = None
    if workload.noisy:
        found = warm_up(start(commands, words + ["--noiseless"], core), workload.checked)
        check_agreement(workload, precision, found)
    contenders = start(commands, words, core)
    try:
        # This first turn also compiles and warms up; its time is not used.
        first = {c.name: c.run(workload.checked)[1] for c in contenders}
        if found is None:
            found = first
            check_agreement(workload, precision, found)
        times = {c.name: [] for c in contenders}
        for round_index in range(arguments.rounds):
            show_progress(precision, round_index, arguments.rounds)
            for contender in contenders:
                times[contender.name].append(contender.run(arguments.iterations)[0])
    finally:
        for contender in contenders:
            contender.quit()
    return times, disagreements(found)


def disagreements(found):
    """Of each contender, the largest difference from the first, relative to the first's largest number."""
    reference = next(iter(found.values()))
    largest = max(map(abs, reference))
    return {
        name: max(abs(a - b) for a, b in zip(values, reference, strict=True)) / largest
        for name, values in found.items()
    }


def check_agreement(workload, precision, found):
    for name, apart in disagreements(found).items():
        allowed = workload.tolerances.get(name, TOLERANCE[precision])
        # Written so that NaN fails.
        if not apart <= allowed:
            sys.exit(
                f"{precision}: after {workload.checked} iterations the results of {name} and of "
                f"{next(iter(found))} are {apart:g} apart, {allowed:g} is allowed"
            )


def show_progress(precision, round_index, rounds):
    if sys.stderr.isatty():
        print(f"\r{precision}: round {round_index + 1} of {rounds}  ", end="", file=sys.stderr)
        if round_index + 1 == rounds:
            print(file=sys.stderr)


def machine_facts(core):
    model = "unknown"
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    return {
        "processor": model,
        "cores": os.cpu_count(),
        "pinned_to": core,
        "load_average": os.getloadavg()[0],
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
    }


def first_line(command):
    try:
        result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return result.stdout.strip().splitlines()[0]


def versions(arguments, python):
    found = {}
    if any(is_ours(name) for name in arguments.contenders):
        found["rustc"] = first_line(["rustc", "--version"])
        found["neuro"] = first_line(["git", "describe", "--always", "--dirty"])
    names = {p for name in arguments.contenders for p in PACKAGES.get(name, [])}
    if names:
        found |= package_versions(python, sorted(names))
    return found


def summarize(times):
    """Median, minimum and quartiles of each contender, and what each costs relative to the first."""
    summary = {}
    for name, values in times.items():
        quartiles = statistics.quantiles(values, n=4) if len(values) > 1 else values * 3
        summary[name] = {
            "median": statistics.median(values),
            "minimum": min(values),
            "quartiles": [quartiles[0], quartiles[2]],
            "all": values,
        }
    first = next(iter(summary.values()))
    for each in summary.values():
        each["relative_to_first"] = each["median"] / first["median"]
    return summary


def is_ours(name):
    return name.partition("-")[0] == "neuro"


def print_table(arguments, results):
    baseline = arguments.contenders[0]
    iteration = WORKLOADS[arguments.workload].iteration
    print(f"\n{arguments.workload}, milliseconds per {iteration}, one thread\n")
    print(
        f"| precision | contender | median | quartiles | minimum | time / {baseline} "
        f"| apart from {baseline} |"
    )
    print("|---|---|---:|---:|---:|---:|---:|")
    for precision, result in results.items():
        for name, row in result["contenders"].items():
            low, high = row["quartiles"]
            print(
                f"| {precision} | {name} | {row['median']:.2f} | {low:.2f} to {high:.2f} "
                f"| {row['minimum']:.2f} | {row['relative_to_first']:.2f} "
                f"| {result['disagreements'][name]:.1e} |"
            )
    print()


def main():
    arguments = parse_arguments()
    core = max(os.sched_getaffinity(0)) if arguments.core is None else arguments.core
    if core not in os.sched_getaffinity(0):
        sys.exit(f"core {core} is not among the allowed {sorted(os.sched_getaffinity(0))}")
    # Before the build, which loads the machine itself.
    facts = machine_facts(core)
    peers = [name for name in arguments.contenders if not is_ours(name)]
    ours = build_ours() if len(peers) < len(arguments.contenders) else None
    python = prepare_environment(arguments.venv.absolute()) if peers else None
    commands = {}
    for name in arguments.contenders:
        if is_ours(name):
            form = name.partition("-")[2]
            commands[name] = [ours, "--form", form] if form else [ours]
        else:
            commands[name] = [str(python), str(FOLDER / f"{name}_contender.py")]
    facts |= versions(arguments, python)
    results = {}
    for precision in arguments.precisions:
        times, apart = measure(commands, precision, arguments, core)
        results[precision] = {"contenders": summarize(times), "disagreements": apart}
    facts["load_average_after"] = os.getloadavg()[0]
    print_table(arguments, results)
    for name, value in facts.items():
        print(f"{name}: {value}")
    if facts["load_average"] > 0.5 or facts["load_average_after"] > 1.5:
        print("other programs were running too: quote the ratios of a quiet run only")
    record = {
        "workload": arguments.workload,
        "unit": f"milliseconds per {WORKLOADS[arguments.workload].iteration}",
        "rounds": arguments.rounds,
        "iterations": arguments.iterations,
        "machine": facts,
        "precisions": results,
    }
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps(record, indent=2) + "\n")
    print(f"written: {arguments.out}")


if __name__ == "__main__":
    main()
