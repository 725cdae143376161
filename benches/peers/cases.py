"""The workloads: who takes part, how precisely they must agree, and what would be the fastest possible.

README.md beside this file describes each of them.
"""

import math
from dataclasses import dataclass, field

TOLERANCE = {"f32": 1e-3, "f64": 1e-8}
BYTES = {"f32": 4, "f64": 8}


@dataclass(frozen=True)
class Case:
    """A contender `neuro-FORM` is neuro, told to use a form of its own."""

    contenders: tuple = ("neuro", "jax", "torch")
    precisions: tuple = ("f32", "f64")
    iteration: str = "training iteration"
    # Iterations of a turn, and how many of them are timed together.
    iterations: int = 50
    group: int = 5
    # All contenders must agree after this many iterations. The first steps of Adam divide by the
    # size of each gradient, so rounding differences grow with every iteration; 20 are enough to
    # exercise every part of the computation.
    checked: int = 20
    # Turns of each contender, unless the command line says otherwise.
    rounds: int = 7
    # Contenders that solve the same equations by another method, and how closely they must agree.
    tolerances: dict = field(default_factory=dict)
    # Contenders of which an iteration goes through so many copies; the time is that of one of them.
    copies: dict = field(default_factory=dict)
    # Whether noise is drawn. Each contender has a generator of its own, so the losses of such a
    # workload are compared without noise.
    noisy: bool = False
    # What the time of an iteration is divided by for the tables, and the unit then.
    scale: float = 1.0
    unit: str = "ms"
    # Least time of an iteration (ms) that the measured limits of the machine allow, for a precision; or none.
    limit: object = None


def arithmetic(operations):
    """Nothing but fused multiplications and additions in registers, two operations each."""
    return lambda limits, precision: operations / limits[f"fma {precision}"] * 1e-6


def training_of_one(units, steps):
    """The weights come from the second-level cache in each step forward and back; their gradient is arithmetic."""

    def limit(limits, precision):
        read = 2 * steps * units**2 * BYTES[precision] / limits["read second"]
        return 1e-6 * read + arithmetic(2 * units**2 * steps)(limits, precision)

    return limit


def inverses(units, probability, updates):
    """Half of each unit's P is read and written in each update, from where all of them fit."""

    def limit(limits, precision):
        held = units * (units * probability) ** 2 / 2 * BYTES[precision]
        level = "second" if held < 1.5e6 else "third" if held < 16e6 else "memory"
        return 1e-6 * updates * 2 * held / limits[f"update {level}"]

    return limit


def transfer(name):
    return Case(
        ("neuro", "numpy", "torch"),
        iteration=f"{name} of an element",
        iterations=20,
        checked=5,
        # A thousand passes over 12 800 elements.
        scale=12.8,
        unit="ns",
    )


def loops(units, probability, peers, rounds):
    forms = ("neuro", "neuro-f32", "neuro-threads", "neuro-f32-threads")
    return Case(
        (forms[:2] if units < 500 else forms) + peers,
        ("f64",),
        "loop of 500 updates",
        iterations=1,
        group=1,
        checked=1,
        rounds=rounds,
        # Those in f32 part from the others sooner or later.
        tolerances={form: math.inf for form in forms if "f32" in form},
        limit=inverses(units, probability, 500),
    )


def memories(forms):
    forms = [f"neuro-{form}{lanes}" for form in forms for lanes in ("", "-lanes", "-lanes-f32")]
    return Case(
        ("neuro", *forms, "numba", "numpy"),
        ("f64",),
        "1000 steps",
        10,
        checked=60,
        copies={form: 64 for form in forms if "lanes" in form},
        # What some switches make of rounding to 7 digits.
        tolerances={form: 1e-3 for form in forms if "f32" in form},
    )


CASES = {
    "exp": transfer("exp"),
    "tanh": transfer("tanh"),
    "logistic": transfer("logistic"),
    "w1": Case(limit=arithmetic(6 * 256**2 * 50 * 60)),
    "w2": Case(noisy=True, limit=training_of_one(200, 200)),
    "w2-batch": Case(noisy=True, limit=arithmetic(6 * 200**2 * 16 * 200)),
    "w4-lisem": memories(("projected",)),
    "w4-dsem": memories(("projected", "overlaps")),
    "w5": Case(
        ("neuro", "neuro-flat", "neuro-blocks", "numba", "scipy"),
        ("f64",),
        "learning trial",
        5,
        checked=5,
        # The largest error of a weight's change, relative to the largest change: where weights become
        # negative neuro errs otherwise than the others, steps of 2 ms err by 4e-4 in a trial, and blocks by
        # 5e-3.
        tolerances={"neuro-flat": 2e-3, "numba": 2e-3, "neuro-blocks": 2e-2, "scipy": 1e-2},
    ),
    "w5-readout": Case(
        ("neuro", "neuro-single", "numba"), ("f64",), "read-out", iterations=5, checked=5
    ),
    "w6": Case(("neuro", "scipy"), ("f64",), "decomposition"),
    "rls-200": loops(200, 0.3, ("numba", "numpy"), 5),
    "rls-500": loops(500, 0.3, ("numba",), 5),
    "rls-1000": loops(1000, 0.3, ("numba",), 1),
    "rls-1000-sparse": loops(1000, 0.1, ("numba",), 3),
    "readout": Case(
        ("neuro", "neuro-f32", "reservoirpy"),
        ("f64",),
        "sample",
        iterations=5,
        group=1,
        checked=1,
        tolerances={"neuro-f32": 1e-3},
        scale=0.2,
        unit="us",
    ),
}


def is_ours(name):
    return name.partition("-")[0] == "neuro"


def cores_of(name):
    return 2 if name.endswith("threads") else 1
