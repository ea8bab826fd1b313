"""What other programs did meanwhile: figures of a busy machine are worth little, and must say so."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter, process_time

from .model import CaseResult

BUSY_CORES = 0.15
"""Other programs at work on more than this are worth a note."""

WIDE_SPREAD = 0.1
"""The typical spread of a case's figures above which they are worth a note."""


SINGLE_SPREAD = 0.5
"""The spread of one peer's figures above which they are worth a note, whatever the others'."""


class OtherPrograms:
    """Measures, from now on, how many cores other programs use."""

    def __init__(self) -> None:
        self._machine, self._own, self._clock = _machine_seconds(), process_time(), perf_counter()

    def cores(self) -> float | None:
        """How many, on average. None: this system does not tell."""
        machine, elapsed = _machine_seconds(), perf_counter() - self._clock
        if machine is None or self._machine is None or elapsed <= 0.0:
            return None
        return max(0.0, machine - self._machine - (process_time() - self._own)) / elapsed


def _machine_seconds() -> float | None:
    """Processor time that all programs have used so far, what a hypervisor took away included."""
    try:
        line = Path("/proc/stat").read_text(encoding="ascii").partition("\n")[0]
        user, nice, system, _idle, _waiting, interrupt, soft, stolen, *_ = map(int, line.split()[1:])
        return (user + nice + system + interrupt + soft + stolen) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, AttributeError):
        return None


def notes(cases: Sequence[CaseResult], others: float | None) -> list[str]:
    """What is to be said about how far the figures can be trusted."""
    found = []
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
