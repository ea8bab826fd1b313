"""The tables of speeds in the lessons: the lines of the record that a lesson shows, and their names there.

`lesson_tables.toml` chooses the lines. Whenever `compare.py` records a run, it writes each table between two
marks in the lesson, so a lesson never shows other figures than the record. A test of the kit compares them.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from coursekit.bench.model import CaseResult, Measurement, Run
from coursekit.bench.table import duration

BEGIN = "<!-- figures: `benchmarks/compare.py` writes this table from its record -->"
END = "<!-- end of the figures -->"
CHOICE = Path(__file__).with_name("lesson_tables.toml")


def lessons(root: Path, runs: Sequence[Run]) -> Iterator[tuple[Path, str, str]]:
    """Each lesson with a table: its path, its text, and the text with the table of these runs.

    Raises:
        ValueError: a lesson has no marks, or its table names a case or a peer that is not in its run.
    """
    by_module = {run.module: run for run in runs}
    for package, groups in tomllib.loads(CHOICE.read_text(encoding="utf-8")).items():
        if package not in by_module:
            continue
        path = next(root.glob(f"modules/[0-9][0-9]_{package}/README.md"))
        text = path.read_text(encoding="utf-8")
        if text.count(BEGIN) != 1 or text.count(END) != 1:
            raise ValueError(f"{path} has no place for its table. Add these two lines:\n{BEGIN}\n{END}")
        before, _, rest = text.partition(BEGIN)
        after = rest.partition(END)[2]
        yield path, text, f"{before}{BEGIN}\n\n{table(by_module[package], groups)}\n{END}{after}"


def table(run: Run, groups: Sequence[dict[str, Any]]) -> str:
    """The chosen lines of a run. Speeds are relative to the first line of each group."""
    machine = run.machine
    lines = [
        f"Recorded on {run.date[:10]}: {machine.cpu}, {machine.cores} cores, {machine.system.split('-')[0]}, "
        f"{machine.python}. Medians; speeds are relative to the first line of each group.",
        "",
        "| work | done by | time | speed | cores at work |",
        "| --- | --- | --- | --- | --- |",
    ]
    for group in groups:
        case = _case(run, group["case"])
        measured = [_measurement(case, run, peer) for peer, _ in group["lines"]]
        for index, ((_, label), measurement) in enumerate(zip(group["lines"], measured, strict=True)):
            work = group["work"] if index == 0 else ""
            gain = speed(measured[0].median / measurement.median)
            cores = "" if measurement.cores is None else f"{measurement.cores:.1f}"
            lines.append(f"| {work} | {label} | {duration(measurement.median)} | {gain} | {cores} |")
    return "\n".join(lines) + "\n"


def speed(ratio: float) -> str:
    """Two figures: digits that differ from run to run are not shown."""
    return f"{ratio:.0f}" if ratio >= 10 else f"{ratio:.1f}" if ratio >= 1 else f"{ratio:.2g}"


def _case(run: Run, title: str) -> CaseResult:
    for case in run.cases:
        if case.title == title:
            return case
    titles = ", ".join(case.title for case in run.cases)
    raise ValueError(f"The run of {run.module} has no case {title!r}. Its cases are: {titles}.")


def _measurement(case: CaseResult, run: Run, peer: str) -> Measurement:
    for measurement in case.timed:
        if measurement.peer == peer:
            return measurement
    timed = ", ".join(measurement.peer for measurement in case.timed)
    raise ValueError(f"In {case.title!r} of {run.module}, {peer!r} was not timed. Timed were: {timed}.")
