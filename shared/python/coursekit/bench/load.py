"""The work of other programs meanwhile: figures of a busy machine are worth little, and must say so."""

from __future__ import annotations

import os
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, process_time

from .model import CaseResult

BUSY_CORES = 0.15
"""Other programs at work on more than this are worth a note."""

WIDE_SPREAD = 0.1
"""The typical spread of a case's figures above which they are worth a note."""


SINGLE_SPREAD = 0.5
"""The spread of one peer's figures above which they are worth a note, whatever the others'."""


UNSTEADY_CLOCK = 0.1
"""The spread of one loop's times, as a share of their median, above which it is worth a note."""

CLOCK_TURNS = 20_000
"""Turns of that loop: about half a millisecond, short enough that nothing usually interrupts it."""


class ProcessorClock:
    """Times the same small loop again and again: its time changes only with the processor's own speed.

    The frequency that a system tells is a wish, and a virtual machine tells none.
    """

    def __init__(self) -> None:
        self.seconds: list[float] = []

    def tick(self) -> None:
        """The best of three, so that a single interrupt does not count."""
        best = float("inf")
        for _ in range(3):
            start = perf_counter()
            for _ in range(CLOCK_TURNS):
                pass
            best = min(best, perf_counter() - start)
        self.seconds.append(best)

    @property
    def spread(self) -> float:
        """From the first tenth to the last, as a share of the median."""
        if len(self.seconds) < 10:
            return 0.0
        tenths = statistics.quantiles(self.seconds, n=10, method="inclusive")
        return (tenths[-1] - tenths[0]) / statistics.median(self.seconds)


class Memory:
    """Counts, from now on, how many pages the system moved between memory and disk for want of memory."""

    def __init__(self) -> None:
        self._before = _swapped_pages()

    def swapped(self) -> int:
        """So many since then; 0 where the system does not tell."""
        return _swapped_pages() - self._before


def _swapped_pages() -> int:
    try:
        lines = Path("/proc/vmstat").read_text(encoding="ascii").splitlines()
        return sum(int(value) for name, value in map(str.split, lines) if name in ("pswpin", "pswpout"))
    except (OSError, ValueError):
        return 0


def allowed_share() -> float | None:
    """The processor time of a container, in cores. None: no limit, or the system does not tell."""
    try:
        path = Path("/proc/self/cgroup").read_text(encoding="utf-8").partition("::")[2].partition("\n")[0]
        for folder in (f"/sys/fs/cgroup{path}", "/sys/fs/cgroup"):
            file = Path(folder, "cpu.max")
            if file.exists():
                quota, period = file.read_text(encoding="ascii").split()
                return None if quota == "max" else int(quota) / int(period)
    except (OSError, ValueError):
        pass
    return None


class OtherPrograms:
    """Measures, from now on, how many cores other programs use."""

    def __init__(self) -> None:
        self._machine, self._own, self._clock = _machine_seconds(), process_time(), perf_counter()

    def cores(self) -> float | None:
        """Their number, on average. None: this system does not tell."""
        machine, elapsed = _machine_seconds(), perf_counter() - self._clock
        if machine is None or self._machine is None or elapsed <= 0.0:
            return None
        return max(0.0, machine - self._machine - (process_time() - self._own)) / elapsed


def _machine_seconds() -> float | None:
    """Processor time that all programs have used so far, the time that a hypervisor took away included."""
    try:
        line = Path("/proc/stat").read_text(encoding="ascii").partition("\n")[0]
        user, nice, system, _idle, _waiting, interrupt, soft, stolen, *_ = map(int, line.split()[1:])
        return (user + nice + system + interrupt + soft + stolen) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, AttributeError):
        return None


@dataclass(frozen=True)
class Conditions:
    """The conditions under which the figures were taken."""

    others: float | None = None
    """The number of cores that other programs used, on average. None: this system does not tell."""
    clock_spread: float = 0.0
    swapped_pages: int = 0
    allowed_cores: float | None = None
    """The processor time that this process may use, in cores. None: no limit."""
    cores: int = 1


def notes(cases: Sequence[CaseResult], under: Conditions) -> list[str]:
    """The notes on how far the figures can be trusted."""
    found = []
    if under.clock_spread > UNSTEADY_CLOCK:
        share = f"{under.clock_spread:.0%}".replace("%", " %")
        found.append(
            f"the processor's speed changed by {share} during the run (its frequency, or its neighbours); "
            "take the ratios as rough"
        )
    if under.swapped_pages:
        found.append(
            f"memory was short: the system moved {under.swapped_pages} pages to or from the disk meanwhile"
        )
    if under.allowed_cores is not None and under.allowed_cores < under.cores:
        found.append(
            f"this process may use the time of {under.allowed_cores:g} cores only, and sees {under.cores}"
        )
    others = under.others
    if others is not None and others > BUSY_CORES:
        found.append(
            f"the machine was busy: other programs used {others:.1f} cores on average; "
            "take the ratios as rough, or try again when it is quiet"
        )
    wide = [case.title for case in cases if _typical_spread(case) > WIDE_SPREAD]
    if wide:
        found.append(f"the rounds differ much: {'; '.join(wide)}")
    single = [
        f"{each.peer}: {case.title}" for case in cases for each in case.timed if each.spread > SINGLE_SPREAD
    ]
    if single:
        found.append(
            f"the rounds of one peer differ too much for its figure to mean anything: {'; '.join(single)}"
        )
    return found


def _typical_spread(case: CaseResult) -> float:
    spreads = sorted(each.spread for each in case.timed if len(each.seconds) > 2)
    return spreads[len(spreads) // 2] if spreads else 0.0
