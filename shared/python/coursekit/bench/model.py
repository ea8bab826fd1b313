"""Cases and their results: plain data, with no word on how they are timed or shown."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from ..expect import same as exactly_same


class Role(StrEnum):
    """The role of a peer. Charts show the road in this order."""

    PYTHON = "python"
    """Plain Python, the standard library included."""
    TEXTBOOK = "textbook"
    """The Rust that tutorials show."""
    YOURS = "yours"
    SOLUTION = "solution"
    PEER = "peer"
    """Another library or language."""
    LIMIT = "limit"
    """The best that the machine can do. Timed beside the others; its result is not compared."""


@dataclass(frozen=True)
class Peer:
    """One way to do a case's work."""

    name: str
    function: Callable[..., Any] | None
    """Called with the case's arguments. None: there is nothing to call, and `missing` says why."""
    needs: str | None = None
    """The module that has to be importable, such as "numba"; else the peer shows as not installed."""
    install: str = ""
    """The command that installs it, where it is not `pip install` and the module's name."""
    missing: str = ""
    """If the peer has no function: the cause, such as "not built"."""
    role: Role = Role.PEER
    fresh: Callable[..., tuple[Any, ...]] | None = None
    """As `Case.fresh`, for this peer."""
    into: Callable[..., tuple[Any, ...]] | None = None
    """Brings the arguments into the form that `function` takes. Timed, and shown apart as conversion."""
    back: Callable[[Any], Any] | None = None
    """Brings the result into the form that all peers give. Timed, and shown apart as conversion."""


@dataclass(frozen=True)
class Goal:
    """The speed that the solution is to reach."""

    over: str
    """The name of the peer that it is held against."""
    ratio: float
    """The speed as a multiple of that peer's."""
    by: str = "solution"
    """The name of the peer that is to reach it."""


@dataclass(frozen=True)
class Case:
    """One piece of work, done by several peers with the same arguments. The first peer is the reference."""

    title: str
    peers: Sequence[Peer]
    args: tuple[Any, ...] = ()
    items: int | None = None
    """The number of things that one call works on: shown as items per second."""
    bytes: int | None = None
    """The bytes that one call has to read and write: shown as GB/s (10⁹ bytes)."""
    same: Callable[[Any, Any], bool] = exactly_same
    """Whether a result equals the reference's. Needs a tolerance where floats are added in another order."""
    goals: Sequence[Goal] = ()
    fresh: Callable[..., tuple[Any, ...]] | None = None
    """Makes the arguments of one call out of `args`, untimed: for work that uses its input up."""
    outcome: Callable[..., Any] | None = None
    """For work that changes something instead of giving a result. Called once with a peer's function and
    `args`, untimed: calls the function, and gives what it has changed, to be compared."""

    def __post_init__(self) -> None:
        peers = {peer.name for peer in self.peers}
        for goal in self.goals:
            for name in {goal.over, goal.by} - peers:
                raise ValueError(f"{self.title}: a goal names {name!r}, and there is no such peer")


class Status(StrEnum):
    """The outcome of a peer."""

    TIMED = "timed"
    NOT_INSTALLED = "not installed"
    MISSING = "missing"
    NOT_WRITTEN = "not written yet"
    WRONG = "wrong result"
    FAILED = "failed"
    OUT_OF_MEMORY = "out of memory"


FAULTS = frozenset({Status.WRONG, Status.FAILED, Status.OUT_OF_MEMORY})
"""A benchmark with one of these ends with exit code 1. Missing or unwritten code is allowed."""


@dataclass
class Measurement:
    """One peer in one case."""

    peer: str
    status: Status
    message: str = ""
    seconds: list[float] = field(default_factory=list)
    """Seconds for one call, conversions included, one figure for each round."""
    conversions: list[float] = field(default_factory=list)
    """Of these, the seconds for conversions; empty where there are none."""
    processor: list[float] = field(default_factory=list)
    """Processor seconds for one call, those of all threads together. Empty where they were not taken."""
    repeats: int = 1
    """The number of calls of which each round's figure is the mean."""
    role: Role = Role.PEER
    needs: str = ""
    """The package behind it, if there is one."""
    below: list[str] = field(default_factory=list)
    """The reasons that these figures are not the peer's best: shown beside them."""

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

    @property
    def conversion(self) -> float:
        """Seconds for the conversions of one call."""
        return statistics.median(self.conversions) if self.conversions else 0.0

    @property
    def cores(self) -> float | None:
        """The number of cores that worked, on average. None: not taken."""
        total = sum(self.seconds)
        return sum(self.processor) / total if self.processor and total else None

    def forget(self) -> None:
        """Drops the figures of a peer that failed later on."""
        for figures in (self.seconds, self.conversions, self.processor):
            figures.clear()


@dataclass
class CaseResult:
    """One case with the outcomes of its peers, in their order."""

    title: str
    measurements: list[Measurement]
    items: int | None = None
    bytes: int | None = None
    goals: list[Goal] = field(default_factory=list)
    scale: float = 1.0
    """The size that it was measured at, below what was asked for where memory is short."""

    @property
    def reference(self) -> Measurement | None:
        """The peer that the others are compared with: the first, or the first that could be timed."""
        return next((each for each in self.timed if each.role is not Role.LIMIT), None)

    @property
    def timed(self) -> list[Measurement]:
        """The measurements that have figures."""
        return [each for each in self.measurements if each.status is Status.TIMED]

    def reached(self, goal: Goal) -> float | None:
        """The ratio in this run. None: one of the two has no figures."""
        medians = {each.peer: each.median for each in self.timed}
        ours, theirs = medians.get(goal.by), medians.get(goal.over)
        return theirs / ours if ours and theirs is not None else None

    def road(self) -> list[Measurement]:
        """The stations from plain Python to the limit: the best of each role, and those that a goal names."""
        best = {
            role: min(those, key=lambda each: each.median)
            for role in Role
            if (those := [each for each in self.timed if each.role is role])
        }
        named = {name for goal in self.goals for name in (goal.by, goal.over)}
        stations = [each for each in self.timed if each is best[each.role] or each.peer in named]
        return sorted(stations, key=lambda each: (list(Role).index(each.role), -each.median))


@dataclass(frozen=True)
class Used:
    """A library at work in a run, and its set-up: as it says itself."""

    peer: str
    """The package that brought it, as in `Peer.needs`; "ours" for the course's own Rust."""
    what: str
    version: str = ""
    kernel: str = ""
    """The processor that it was compiled for, or the kernels it has chosen, in its own words."""
    threads: int | None = None
    """The number that it would use. None: it does not say, or has none."""
    file: str = ""
    width: int | None = None
    """The vector registers of its kernels, in bits. None: not known, or not an x86-64 processor."""
    below: list[str] = field(default_factory=list)
    """The reasons that its figures are not the best that it can do on this machine."""


@dataclass(frozen=True)
class Machine:
    """The machine of a run."""

    cpu: str
    cores: int
    """Cores that this process may use."""
    platform: str
    python: str
    packages: dict[str, str]
    """Versions of the packages that took part."""
    threads: dict[str, str]
    """Environment variables that set a number of threads. Without its variable, a library uses every core."""
    system: str = ""
    """The operating system's own name and release."""
    tools: dict[str, str] = field(default_factory=dict)
    """Versions of compilers and libraries that are no Python packages."""


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
    used: list[Used] = field(default_factory=list)
    """The libraries' own account of their set-up, asked after the last case."""
    others: float | None = None
    """The number of cores that other programs used meanwhile, on average. None: this system does not tell."""
    notes: list[str] = field(default_factory=list)
    """Facts that a reader of the figures should know, such as that the machine was busy."""
    error: str = ""
    """If the run ended early: the cause."""

    @property
    def faults(self) -> bool:
        """Whether anything went wrong, rather than just being absent."""
        return bool(self.error) or any(
            each.status in FAULTS for case in self.cases for each in case.measurements
        )
