"""A run as text for a terminal."""

from __future__ import annotations

import math
import os
import shutil
from collections.abc import Callable
from typing import TextIO

from ..own_environment import THREADS
from . import used
from .model import FAULTS, CaseResult, Goal, Machine, Measurement, Role, Run, Status

SHORTEST_BAR, LONGEST_BAR = 8, 40
COLOURS = {Role.YOURS: "36", Role.SOLUTION: "32", Role.LIMIT: "2"}


class Style:
    """The abilities of the output stream."""

    def __init__(self, stream: TextIO) -> None:
        self.colour = stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
        self.width = shutil.get_terminal_size(fallback=(100, 24)).columns
        self.encoding = stream.encoding or "ascii"
        self.blocks = self._takes("█▏µ±·")

    def _takes(self, text: str) -> bool:
        try:
            text.encode(self.encoding)
        except (UnicodeError, LookupError):
            return False
        return True

    def plain(self, text: str) -> str:
        """The text, with the signs replaced that the stream cannot encode."""
        if not self.blocks:
            for sign, instead in (("µ", "u"), ("±", "+-"), ("·", "|")):
                text = text.replace(sign, instead)
        return text.encode(self.encoding, "backslashreplace").decode(self.encoding)

    def paint(self, text: str, code: str) -> str:
        """The text in a colour where colours are wanted."""
        return f"\x1b[{code}m{text}\x1b[0m" if self.colour and text else text

    def bar(self, share: float, width: int) -> str:
        """A bar over this share of the width; never empty, so that it can be seen."""
        share = min(max(share, 0.0), 1.0)
        if not self.blocks:
            return "#" * max(1, round(share * width))
        eighths = max(1, round(share * width * 8))
        full, rest = divmod(eighths, 8)
        return "█" * full + (" ▏▎▍▌▋▊▉"[rest] if rest else "")


def case_lines(case: CaseResult, style: Style) -> list[str]:
    """One case as an aligned table."""
    timed = case.timed
    columns = _columns(case)
    rows = {id(each): [cell(each) for _, cell in columns] for each in timed}
    head = [name for name, _ in columns]
    names = max([len(each.peer) for each in case.measurements], default=0)
    marked = any(each.below for each in timed)
    widths = [max(len(cell) for cell in column) for column in zip(head, *rows.values(), strict=True)]
    taken = 2 + names + 2 * marked + sum(width + 2 for width in widths) + 2
    room = min(LONGEST_BAR, style.width - 1 - taken)
    slowest = max((each.median for each in timed), default=0.0)

    lines = [style.paint(case.title, "1")]
    if timed:
        cells = "  ".join(cell.rjust(width) for cell, width in zip(head, widths, strict=True))
        note = "time, shorter is better" if room >= len("time, shorter is better") else "time"
        tail = f"  {note}" if room >= SHORTEST_BAR else ""
        lines.append(style.paint(f"  {'':{names + 2 * marked}}  {cells}{tail}", "2"))
    for each in case.measurements:
        name = f"{each.peer:{names}}" + ((" !" if each.below else "  ") if marked else "")
        if each.status is not Status.TIMED:
            colour = "31" if each.status in FAULTS else "2"
            lines.append(f"  {name}  {style.paint(reason(each), colour)}")
            continue
        cells = "  ".join(cell.rjust(width) for cell, width in zip(rows[id(each)], widths, strict=True))
        bar = style.bar(each.median / slowest if slowest else 0.0, room) if room >= SHORTEST_BAR else ""
        lines.append(f"  {name}  {cells}  {style.paint(bar, COLOURS.get(each.role, '34'))}".rstrip())
    lines += [f"  {line}" for line in below_lines(case)]
    lines += [f"  {goal_line(case, goal)}" for goal in case.goals if case.reached(goal) is not None]
    return [style.plain(line) for line in lines]


def _columns(case: CaseResult) -> list[tuple[str, Callable[[Measurement], str]]]:
    """Heads and cells. A figure that no peer has gets no column."""
    reference = case.reference
    columns: list[tuple[str, Callable[[Measurement], str]]] = [
        ("median", lambda each: duration(each.median)),
        ("±", lambda each: percent(each.spread) if len(each.seconds) > 1 else "-"),
        ("speed", lambda each: ratio(reference.median / each.median) if reference and each.median else "-"),
    ]
    if case.bytes or case.items:
        amount, unit = (case.bytes, "B/s") if case.bytes else (case.items or 0, "/s")
        columns.append(("rate", lambda each: rate(amount, each.median, unit)))
    if any(each.cores is not None for each in case.timed):
        columns.append(("cores", lambda each: "-" if each.cores is None else f"{each.cores:.1f}"))
    if any(each.conversions for each in case.timed):
        columns.append(("conversion", lambda each: duration(each.conversion) if each.conversions else "-"))
    return columns


def below_lines(case: CaseResult) -> list[str]:
    """A warning for each peer that ran slower than it can on this machine, with the cause."""
    reasons = {(each.needs or each.peer, reason): None for each in case.timed for reason in each.below}
    return [f"! below its best: {reason}" for _, reason in reasons]


def used_lines(run: Run, style: Style) -> list[str]:
    """The libraries' own account of their set-up."""
    if not run.used:
        return []
    shown = [f"used: {' · '.join(used.lines(run.used))}"]
    reasons = [f"below its best: {reason}" for each in run.used for reason in each.below]
    return ["", *map(style.plain, shown), *note_lines(reasons, style)]


def fault_lines(measurements: list[Measurement], style: Style) -> list[str]:
    """The lines before any timing: peers with a wrong result, and peers that failed. The others are timed."""
    return [
        style.plain(f"{each.peer}: {reason(each)}; left out of what follows")
        for each in measurements
        if each.status in FAULTS
    ]


def goal_line(case: CaseResult, goal: Goal) -> str:
    """The goal, and this run's result."""
    reached = case.reached(goal)
    wanted = f"goal of {goal.by}, {goal.ratio:.3g}x {goal.over}"
    if reached is None:
        return f"{wanted}: not measured"
    return f"{wanted}: {'reached' if reached >= goal.ratio else 'not reached'}, {near(reached)}"


def percent(share: float) -> str:
    """12 %"""
    return f"{share:.0%}".replace("%", " %")


def ratio(value: float) -> str:
    """1.25x, or 12x where decimals say nothing."""
    return f"{value:.2f}x" if value < 10 else f"{value:.0f}x"


def reason(each: Measurement) -> str:
    """The cause, if a peer has no figures."""
    message = " ".join(each.message.split())
    if each.status is Status.MISSING:
        return message
    return f"{each.status.value}: {message}" if message else each.status.value


def near(value: float) -> str:
    """A ratio beside its goal: 11.8x, not 12x, where the goal is 12."""
    return ratio(value) if value < 10 else f"{value:.1f}x"


def duration(seconds: float) -> str:
    """Three significant figures in the unit that suits."""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size * 0.9995:
            return f"{_three(seconds / size)} {unit}"
    return f"{_three(seconds / 1e-9)} ns"


def rate(amount: float, seconds: float, unit: str) -> str:
    """An amount per second with a metric prefix: 21.3 GB/s, 172 M/s."""
    if seconds <= 0.0:
        return "-"
    value = amount / seconds
    for prefix, size in (("T", 1e12), ("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if value >= size * 0.9995:
            return f"{_three(value / size)} {prefix}{unit}"
    return f"{_three(value)} {unit}"


def _three(value: float) -> str:
    rounded = float(f"{value:.3g}")
    return f"{rounded:.{max(0, 2 - math.floor(math.log10(rounded)))}f}" if rounded else "0"


def head_lines(run: Run, style: Style) -> list[str]:
    """The machine on which the figures that follow were taken."""
    machine = run.machine
    return [
        style.plain(line)
        for line in (
            f"{machine.cpu} · {machine.cores} cores · {machine.platform}",
            " · ".join(
                [machine.python, *(f"{name} {version}" for name, version in machine.packages.items())]
            ),
            f"threads: {threads(machine)} · median of {run.rounds} rounds · ± distance of the quartiles"
            + (f" · scale {run.scale:g}" if run.scale != 1.0 else ""),
            *(["one core only: threads cannot gain anything here"] if machine.cores == 1 else []),
        )
    ]


def note_lines(notes: list[str], style: Style) -> list[str]:
    """Facts that a reader of the figures should know."""
    return [style.paint(style.plain(f"note: {note}"), "33") for note in notes]


def threads(machine: Machine) -> str:
    """The threads that the variables allow. `own_environment` sets all of them alike."""
    if machine.threads.keys() == set(THREADS) and len(set(machine.threads.values())) == 1:
        return f"{next(iter(machine.threads.values()))} for each peer"
    limits = ", ".join(f"{name}={value}" for name, value in machine.threads.items())
    return limits or f"up to {machine.cores}"
