"""Tables of what was measured, for the terminal and for a page of the documentation."""

import re
import statistics

from cases import CASES, is_ours


def median(row):
    return statistics.median(row["times"])


def three(value):
    """Three digits that count."""
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def table(workload, record):
    """A table of a workload: medians, ratios to the first contender, memory, start, agreement."""
    found = record["workloads"][workload]
    if workload not in CASES:
        return embeddings(workload, found)
    case = CASES[workload]
    lines = [
        f"**{workload}**: {case.unit} per {case.iteration}",
        "",
        "| precision | contender | median | quartiles | times neuro | of the limit | MiB | start (s) | apart |",
        "|---|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for precision, rows in found.items():
        first = next(iter(rows.values()))
        for name, row in rows.items():
            times = [time / case.scale for time in row["times"]]
            low, _, high = statistics.quantiles(times, n=4) if len(times) > 1 else times * 3
            lines.append(
                f"| {precision} | {name} | {three(statistics.median(times))} | {three(low)} to {three(high)} "
                f"| {median(row) / median(first):.2f} | {share(case, record, precision, name, row)} "
                f"| {row['MiB']:.0f} | {row['start']:.2g} | {row['apart']:.0e} |"
            )
    return "\n".join(lines) + "\n"


def share(case, record, precision, name, row):
    """How much of the time would be left at the limits of the machine."""
    if case.limit is None or not is_ours(name) or name.endswith("threads"):
        return ""
    precision = "f32" if name.endswith("f32") else precision
    return f"{100 * case.limit(record['limits'], precision) / median(row):.0f} %"


def embeddings(workload, found):
    lines = [
        f"**{workload}**: seconds per embedding",
        "",
        "| rows | contender | median | times neuro | diffusion time of each seed | MiB |",
        "|---:|---|---:|---:|---|---:|",
    ]
    for rows, contenders in found.items():
        seconds = {
            name: statistics.median(turn[0] for turns in seeds.values() for turn in turns)
            for name, seeds in contenders.items()
        }
        first = next(iter(seconds.values()))
        for name, seeds in contenders.items():
            knees = ", ".join(str(turns[0][1]) for turns in seeds.values())
            memory = statistics.median(turn[2] for turns in seeds.values() for turn in turns)
            lines.append(
                f"| {rows} | {name} | {seconds[name]:.2f} | {seconds[name] / first:.2f} "
                f"| {knees} | {memory:.0f} |"
            )
    return "\n".join(lines) + "\n"


def machine(record):
    """Where and with what it was measured, and the limits that were found."""
    facts = "; ".join(f"{name} {value}" for name, value in record["machine"].items())
    lines = ["| limit of one core | |", "|---|---:|"]
    for name, value in record["limits"].items():
        unit = "GFLOP/s" if name.startswith("fma") else "GB/s"
        lines.append(f"| {name} | {three(value)} {unit} |")
    return f"Measured on: {facts}.\n\n" + "\n".join(lines) + "\n"


def replace_tables(page, record):
    """Puts the tables between the comments `<!-- NAME -->` and `<!-- end of NAME -->` of a page."""
    text = page.read_text()
    parts = {name: table(name, record) for name in record["workloads"]}
    parts["machine"] = machine(record)
    for name, part in parts.items():
        marks = re.escape(f"<!-- {name} -->"), re.escape(f"<!-- end of {name} -->")
        text, count = re.subn(
            f"({marks[0]}\n).*?({marks[1]})", lambda m: m[1] + part + m[2], text, flags=re.S
        )
        if count != 1:
            raise SystemExit(f"{page}: expected one pair of comments for {name}, found {count}")
    temporary = page.with_suffix(".tmp")
    temporary.write_text(text)
    temporary.replace(page)
