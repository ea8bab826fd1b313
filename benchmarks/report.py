"""The recorded figures of all modules as Markdown: goals first, then every peer of every case."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from coursekit.bench import used
from coursekit.bench.model import CaseResult, Role, Run, Status
from coursekit.bench.table import below_lines, duration, near, percent, ratio, reason, threads

WHY = "[no](#why-some-goals-are-missed-and-what-limits-the-rest)"
"""A goal that is missed leads to the page's section that says why."""

IMAGES = "images/bench"
"""The folder of the charts, as seen from the book's pages."""


def markdown(runs: Sequence[Run]) -> str:
    """The text that the book's page on benchmarks includes."""
    lines = [*_machine(runs), *(re.sub(r"\| no\b", f"| {WHY}", line) for line in goals(runs))]
    for run in runs:
        lines += _module(run)
    return "\n".join(lines) + "\n"


def _machine(runs: Sequence[Run]) -> Iterator[str]:
    machine = runs[0].machine
    packages = {name: version for run in runs for name, version in run.machine.packages.items()}
    yield f"Recorded {runs[0].date[:10]} on {machine.cpu}, {machine.cores} cores, {machine.system}; "
    yield ", ".join([machine.python, *(f"{name} {packages[name]}" for name in sorted(packages))]) + ". "
    if machine.tools:
        yield "; ".join(f"{name}: {version}" for name, version in machine.tools.items()) + ". "
    yield f"Threads: {threads(machine)}. Medians of {runs[0].rounds} rounds of one run."
    libraries = list(dict.fromkeys(line for run in runs for line in used.lines(run.used)))
    if libraries:
        yield f"The libraries said that they used: {_text('; '.join(libraries))}."
    notes = [f"{run.module}: {note}" for run in runs for note in run.notes]
    if notes:
        yield ""
        yield f"<details><summary>What was not as steady as it should be ({len(notes)} notes)</summary>"
        yield ""
        yield from (f"- {_text(note)}" for note in notes)
        yield ""
        yield "</details>"
    yield ""


def goals(runs: Sequence[Run]) -> Iterator[str]:
    yield "| work | goal | reached | |"
    yield "| --- | --- | --- | --- |"
    for run in runs:
        for case in run.cases:
            for goal in case.goals:
                reached = case.reached(goal)
                shown = "not measured" if reached is None else near(reached)
                verdict = "yes" if reached is not None and reached >= goal.ratio else "no"
                hobbled = any(each.below for each in case.timed if each.peer in (goal.by, goal.over))
                verdict += ", but ⚠" if hobbled else ""
                wanted = f"{goal.by}: {goal.ratio:.3g}x {goal.over}"
                yield _row([f"{run.module}: {case.title}", wanted, shown, verdict])
    yield ""


def _module(run: Run) -> Iterator[str]:
    yield f"## {run.module}"
    yield ""
    if run.error:
        yield f"Stopped early: {run.error}"
        yield ""
    if any(case.timed for case in run.cases):
        yield f"![Bars: the time of each peer, case by case]({IMAGES}/{run.module}.svg)"
        yield ""
    yield "<details><summary>All peers</summary>"
    yield ""
    for case in run.cases:
        yield from _case(case, run.scale)
    yield "</details>"
    yield ""


def _case(case: CaseResult, scale: float) -> Iterator[str]:
    """Speeds are relative to the first peer; the limits of the machine are the last lines."""
    smaller = f" (scale {case.scale:g}, for want of memory)" if case.scale < scale else ""
    yield f"**{_text(case.title)}**{smaller}"
    yield ""
    yield "| peer | median | ± | speed | cores | of it conversion |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for each in case.measurements:
        if each.role is Role.YOURS:
            continue
        if each.status is not Status.TIMED:
            yield _row([each.peer, reason(each), "", "", "", ""])
            continue
        speed = ratio(case.reference.median / each.median) if case.reference and each.median else ""
        cores = "" if each.cores is None else f"{each.cores:.1f}"
        conversion = duration(each.conversion) if each.conversions else ""
        peer = f"{each.peer} ⚠" if each.below else each.peer
        yield _row([peer, duration(each.median), percent(each.spread), speed, cores, conversion])
    for line in below_lines(case):
        yield ""
        yield _text(line.replace("!", "⚠", 1))
    yield ""


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(_text(cell).replace("|", r"\|") for cell in cells) + " |"


def _text(words: str) -> str:
    """On one line, and never taken for HTML or emphasis."""
    return " ".join(words.split()).replace("<", "&lt;").replace("_", r"\_").replace("*", r"\*")
