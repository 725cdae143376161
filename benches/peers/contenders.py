"""Contenders as processes: the environment of the peers, our own program, and turns on pinned cores."""

import json
import os
import statistics
import subprocess
import sys
import time
import venv
from pathlib import Path

from cases import CASES, TOLERANCE, cores_of, is_ours

FOLDER = Path(__file__).resolve().parent
ROOT = FOLDER.parent.parent
BENCH = "peer_contender"
# One thread, whatever the library underneath.
THREADS = {
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "RAYON_NUM_THREADS": "1",
    "JAX_PLATFORMS": "cpu",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
}


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


def pinned(core, count):
    """The core asked for, and others if there are to be more of them."""
    others = sorted(os.sched_getaffinity(0) - {core}, reverse=True)
    return {core, *others[: count - 1]}


def settings(cores):
    """How a process on these cores is started."""
    return {
        "cwd": FOLDER,
        "env": {**os.environ, **THREADS},
        "preexec_fn": lambda: os.sched_setaffinity(0, cores),
        "text": True,
    }


class Contender:
    """One persistent process, pinned to one core or two, that works when told to."""

    def __init__(self, name, command, core):
        self.name = name
        cores = pinned(core, cores_of(name))
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        self.started = time.perf_counter()
        self.process = subprocess.Popen(command, **pipes, **settings(cores))

    def run(self, iterations):
        """Milliseconds per iteration, and what was found in the end: one number or more."""
        try:
            self.process.stdin.write(f"run {iterations}\n")
            self.process.stdin.flush()
            milliseconds, *found = map(float, self.process.stdout.readline().split())
        except (ValueError, BrokenPipeError):
            sys.exit(f"{self.name}: no answer to `run {iterations}`; its message is above")
        return milliseconds, found

    def first_run(self, iterations):
        """What was found, and the seconds since the process was started."""
        _, found = self.run(iterations)
        return found, time.perf_counter() - self.started

    def memory(self):
        """Largest resident memory so far (MiB)."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) / 1024

    def quit(self):
        try:
            self.process.communicate("quit\n", timeout=20)
        except (subprocess.TimeoutExpired, BrokenPipeError):
            self.process.kill()
            self.process.wait()


def command(name, ours, python):
    if is_ours(name):
        form = name.partition("-")[2]
        return [ours, "--form", form] if form else [ours]
    return [str(python), str(FOLDER / f"{name}_contender.py")]


def check_agreement(case, precision, found):
    """Of each contender, the largest difference from the first, relative to the first's largest number."""
    first = next(iter(found))
    largest = max(map(abs, found[first]))
    apart = {}
    for name, values in found.items():
        pairs = zip(values, found[first], strict=True)
        apart[name] = max(abs(a - b) for a, b in pairs) / largest
        allowed = case.tolerances.get(name, TOLERANCE[precision])
        # Written so that NaN fails.
        if not apart[name] <= allowed:
            sys.exit(
                f"{precision}: after {case.checked} iterations the results of {name} and of "
                f"{first} are {apart[name]:g} apart, {allowed:g} is allowed"
            )
    return apart


def measure(workload, precision, names, plan, programs):
    """Lets contenders take turns: times, memory, start and disagreement of each.

    `plan` is rounds, iterations and core, `programs` our program and the peers' Python.
    """
    case, (rounds, iterations, core) = CASES[workload], plan
    words = ["--workload", workload, "--precision", precision, "--group", str(case.group)]
    starts, contenders = {}, []

    def begin(more):
        """One after the other, so that none is held up by another's start."""
        found = {}
        for name in names:
            contenders.append(Contender(name, command(name, *programs) + words + more, core))
            found[name], starts[name] = contenders[-1].first_run(case.checked)
        return found

    def end():
        while contenders:
            contenders.pop().quit()

    try:
        if case.noisy:
            apart = check_agreement(case, precision, begin(["--noiseless"]))
            end()
            begin([])
        else:
            apart = check_agreement(case, precision, begin([]))
        times = {name: [] for name in names}
        for k in range(rounds):
            show_progress(workload, precision, k, rounds)
            for contender in contenders:
                time = contender.run(iterations)[0]
                times[contender.name].append(time / case.copies.get(contender.name, 1))
        memory = {contender.name: contender.memory() for contender in contenders}
    finally:
        end()

    def start(name):
        """Seconds that starting, compiling and warming up took, beside the work itself (ms)."""
        work = case.checked * case.copies.get(name, 1)
        return max(starts[name] - 1e-3 * statistics.median(times[name]) * work, 0.0)

    return {
        name: {
            "times": times[name],
            "start": start(name),
            "MiB": memory[name],
            "apart": apart[name],
        }
        for name in names
    }


def show_progress(workload, precision, k, rounds):
    if sys.stderr.isatty():
        end = "\n" if k + 1 == rounds else ""
        print(f"\r{workload}, {precision}: round {k + 1} of {rounds}  ", end=end, file=sys.stderr)


def limits(ours, core):
    """What the core can do at most: thousand million operations, or bytes, a second."""
    answer = subprocess.run(
        [ours, "--limits"], check=True, stdout=subprocess.PIPE, **settings(pinned(core, 1))
    )
    lines = (line.rpartition(" ") for line in answer.stdout.splitlines())
    return {name: float(value) for name, _, value in lines}
