"""How the peers of a case are compared and timed."""

from __future__ import annotations

import gc
import importlib
from collections.abc import Callable
from functools import partial
from time import perf_counter
from typing import Any

from ..expect import NotWritten, is_not_written, show, show_error
from .model import Case, CaseResult, Measurement, Peer, Status

ROUND_SECONDS = 0.02
"""A round of short calls repeats them until it takes about this long, far above the clock's grain."""

CALLS_TO_WARM_UP = 2
"""Untimed calls before the first round; the first also gives the result that is compared."""


def measure(
    case: Case,
    rounds: int,
    round_seconds: float = ROUND_SECONDS,
    watch: Callable[[str], None] = lambda peer: None,
) -> CaseResult:
    """Compares all results first, then times the peers whose result is right, in turn in every round.

    In turn, so that a machine that slows down or speeds up meanwhile does so for all of them. As in
    `timeit`, the garbage collector rests during a round.
    """
    measurements: list[Measurement] = []
    ready: list[tuple[Peer, Measurement]] = []
    reference: tuple[str, Any] | None = None
    for peer in case.peers:
        watch(peer.name)
        measurement = Measurement(peer.name, Status.TIMED)
        measurements.append(measurement)
        found, value = _first_call(case, peer, measurement)
        if not found:
            continue
        if reference is None:
            reference = (peer.name, value)
        elif not _agrees(case, reference, value, measurement):
            continue
        del value
        ready.append((peer, measurement))
    del reference  # A result of several gigabytes must not stay while the others are timed.
    for peer, measurement in ready:
        watch(peer.name)
        _guarded(measurement, partial(_warm_up, case, peer, measurement, round_seconds))
    for _ in range(rounds):
        for peer, measurement in ready:
            if measurement.status is Status.TIMED:
                watch(peer.name)
                _guarded(measurement, partial(_round, case, peer, measurement))
    return CaseResult(case.title, measurements, case.items, case.bytes)


def _first_call(case: Case, peer: Peer, measurement: Measurement) -> tuple[bool, Any]:
    """Whether the peer can be called at all, and what it gives."""
    if peer.function is None:
        written = peer.missing != Status.NOT_WRITTEN
        measurement.status = Status.MISSING if written else Status.NOT_WRITTEN
        measurement.message = peer.missing if written else ""
        return False, None
    if peer.needs is not None:
        try:
            importlib.import_module(peer.needs)
        except ModuleNotFoundError as error:
            if error.name != peer.needs.partition(".")[0]:  # It is there, something it needs is not.
                return _guarded(measurement, partial(_raise, error))
            measurement.status = Status.NOT_INSTALLED
            measurement.message = peer.needs
            return False, None
        except Exception as error:
            return _guarded(measurement, partial(_raise, error))
    return _guarded(measurement, lambda: _called(case, peer))


def _raise(error: Exception) -> Any:
    raise error


def _called(case: Case, peer: Peer) -> Any:
    assert peer.function is not None
    return peer.function(*case.args)


def _agrees(case: Case, reference: tuple[str, Any], value: Any, measurement: Measurement) -> bool:
    name, expected = reference
    done, agree = _guarded(measurement, lambda: case.same(value, expected))
    if done and not agree:
        measurement.status = Status.WRONG
        measurement.message = f"{show(value)}; {name} gives {show(expected)}"
    return bool(done and agree)


def _guarded(measurement: Measurement, step: Callable[[], Any]) -> tuple[bool, Any]:
    """Whether the step went well, and its result; if not, the measurement says why."""
    try:
        return True, step()
    except KeyboardInterrupt:
        raise
    except MemoryError:
        gc.collect()
        measurement.status = Status.OUT_OF_MEMORY
        measurement.message = "this machine is too small for it; try a smaller --scale"
    except BaseException as error:  # A Rust panic and `SystemExit` are no Exceptions.
        if is_not_written(error) or isinstance(error, NotWritten):
            measurement.status = Status.NOT_WRITTEN
        else:
            measurement.status = Status.FAILED
            measurement.message = show_error(error)
    measurement.seconds.clear()
    return False, None


def _warm_up(case: Case, peer: Peer, measurement: Measurement, round_seconds: float) -> None:
    """Caches filled, just-in-time compilers done; then as many repeats as make a round long enough."""
    for _ in range(CALLS_TO_WARM_UP - 1):
        _called(case, peer)
    repeats = 1
    while True:
        seconds = _time(case, peer, repeats)
        if seconds >= round_seconds or repeats >= 10_000_000:
            break
        enough = repeats * round_seconds / max(seconds, 1e-9)
        if enough < repeats * 2:
            repeats = max(repeats, round(enough))
            break
        repeats = min(int(enough), repeats * 100)
    measurement.repeats = repeats


def _round(case: Case, peer: Peer, measurement: Measurement) -> None:
    measurement.seconds.append(_time(case, peer, measurement.repeats) / measurement.repeats)


def _time(case: Case, peer: Peer, repeats: int) -> float:
    function, args = peer.function, case.args
    assert function is not None
    collects = gc.isenabled()
    gc.collect()
    gc.disable()
    try:
        turns = range(repeats)
        start = perf_counter()
        for _ in turns:
            function(*args)
        return perf_counter() - start
    finally:
        if collects:
            gc.enable()
