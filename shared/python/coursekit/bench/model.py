"""What is measured and what came of it: plain data, with no word on how it is timed or shown."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from ..expect import same as exactly_same


@dataclass(frozen=True)
class Peer:
    """One way to do a case's work."""

    name: str
    function: Callable[..., Any] | None
    """Called with the case's arguments. None: there is nothing to call, and `missing` says why."""
    needs: str | None = None
    """The module that has to be importable, such as "numba"; else the peer shows as not installed."""
    missing: str = ""
    """Why there is no function, such as "not built"."""


@dataclass(frozen=True)
class Case:
    """One piece of work, done by several peers with the same arguments. The first peer is the reference."""

    title: str
    peers: Sequence[Peer]
    args: tuple[Any, ...] = ()
    items: int | None = None
    """How many things one call works on: shown as items per second."""
    bytes: int | None = None
    """How many bytes one call has to read and write: shown as GB/s (10⁹ bytes)."""
    same: Callable[[Any, Any], bool] = exactly_same
    """Whether a result equals the reference's. Needs a tolerance where floats are added in another order."""


class Status(StrEnum):
    """What became of a peer."""

    TIMED = "timed"
    NOT_INSTALLED = "not installed"
    MISSING = "missing"
    NOT_WRITTEN = "not written yet"
    WRONG = "wrong result"
    FAILED = "failed"
    OUT_OF_MEMORY = "out of memory"


FAULTS = frozenset({Status.WRONG, Status.FAILED, Status.OUT_OF_MEMORY})
"""What makes a run end with exit code 1. Absent code is no fault."""


@dataclass
class Measurement:
    """One peer in one case."""

    peer: str
    status: Status
    message: str = ""
    seconds: list[float] = field(default_factory=list)
    """Seconds for one call, one figure for each round."""
    repeats: int = 1
    """How many calls each round's figure is the mean of."""

    @property
    def median(self) -> float:
        """Seconds for one call."""
        return statistics.median(self.seconds)

    @property
    def spread(self) -> float:
        """The distance between the quartiles, as a share of the median."""
        if len(self.seconds) < 2 or self.median == 0.0:
            return 0.0
        low, _, high = statistics.quantiles(self.seconds, n=4, method="inclusive")
        return (high - low) / self.median


@dataclass
class CaseResult:
    """One case with what came of its peers, in their order."""

    title: str
    measurements: list[Measurement]
    items: int | None = None
    bytes: int | None = None

    @property
    def reference(self) -> Measurement | None:
        """What the others are compared with: the first peer, or the first that could be timed."""
        return next((each for each in self.measurements if each.status is Status.TIMED), None)


@dataclass(frozen=True)
class Machine:
    """Where a run took place."""

    cpu: str
    cores: int
    """Cores that this process may use."""
    platform: str
    python: str
    packages: dict[str, str]
    """Versions of the packages that took part."""
    threads: dict[str, str]
    """Environment variables that set a number of threads. What is absent uses every core."""


@dataclass
class Run:
    """Everything about one run of one benchmark script."""

    module: str
    date: str
    scale: float
    rounds: int
    machine: Machine
    artifacts: dict[str, str]
    """The extension files, by "yours" and "solution"."""
    cases: list[CaseResult] = field(default_factory=list)
    error: str = ""
    """Why the run ended early."""

    @property
    def faults(self) -> bool:
        """Whether anything went wrong, rather than just being absent."""
        return bool(self.error) or any(
            each.status in FAULTS for case in self.cases for each in case.measurements
        )
