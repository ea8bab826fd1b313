"""Compares and times the peers of a case."""

from __future__ import annotations

import gc
import importlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from time import perf_counter, process_time, sleep
from typing import Any

from ..expect import NotWritten, is_not_written, show, show_error
from .model import Case, CaseResult, Measurement, Peer, Role, Status

ROUND_SECONDS = 0.02
"""A round of short calls repeats them until it takes about this long, far above the clock's grain."""

QUIET_SECONDS = 0.012
"""A pause in which the process does next to nothing shows that the threads of the peer before are asleep.

Longer than a tick of the system's clock: it counts what other threads use at its ticks only.
"""

SETTLE_SECONDS = 0.5
"""A thread that spins longer than this, between two peers, is taken as part of the machine."""

CALLS_TO_WARM_UP = 2
"""Untimed calls before the first round; the first also gives the result that is compared."""


def measure(
    case: Case,
    rounds: int,
    round_seconds: float = ROUND_SECONDS,
    watch: Callable[[str], None] = lambda peer: None,
    compared: Callable[[list[Measurement]], None] = lambda measurements: None,
) -> CaseResult:
    """Compares all results first, then times the peers whose result is right, in turn in every round.

    In turn, so that a machine that slows down or speeds up meanwhile does so for all of them. Every other
    round goes backwards, as a peer finds memory the way that the one before it has left it. Each begins its
    round when the one before has come to rest, and short calls with one that is not timed. The garbage
    collector rests during a round, as in `timeit`. `compared` is called before anything is timed.
    """
    pairs = [
        (
            peer,
            Measurement(peer.name, Status.TIMED, role=peer.role, needs=(peer.needs or "").partition(".")[0]),
        )
        for peer in case.peers
    ]
    _compare(case, pairs, watch)
    measurements = [measurement for _, measurement in pairs]
    compared(measurements)
    ready = [(peer, measurement) for peer, measurement in pairs if measurement.status is Status.TIMED]
    for peer, measurement in ready:
        watch(peer.name)
        _guarded(measurement, partial(_warm_up, case, peer, measurement, round_seconds))
    for number in range(rounds):
        for peer, measurement in ready if number % 2 == 0 else reversed(ready):
            if measurement.status is Status.TIMED:
                watch(peer.name)
                _guarded(measurement, partial(_round, case, peer, measurement))
    return CaseResult(case.title, measurements, case.items, case.bytes, list(case.goals))


def _compare(case: Case, pairs: list[tuple[Peer, Measurement]], watch: Callable[[str], None]) -> None:
    """Calls each peer once. Only those whose result is that of the first stay to be timed."""
    reference: tuple[str, Any] | None = None
    for peer, measurement in pairs:
        watch(peer.name)
        found, value = _first_call(case, peer, measurement)
        if not found or peer.role is Role.LIMIT:
            continue
        if reference is None:
            reference = (peer.name, value)
        else:
            _agrees(case, reference, value, measurement)
        del value  # A result of several gigabytes must not stay while the others are timed.


def _first_call(case: Case, peer: Peer, measurement: Measurement) -> tuple[bool, Any]:
    """Whether the peer can be called at all, and its result."""
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
            measurement.message = peer.install or f"pip install {peer.needs.partition('.')[0]}"
            return False, None
        except Exception as error:
            return _guarded(measurement, partial(_raise, error))
    return _guarded(measurement, lambda: _outcome(case, peer))


def _outcome(case: Case, peer: Peer) -> Any:
    """The value to compare: the result of the call, or the data that it has changed."""
    if case.outcome is None or peer.role is Role.LIMIT:
        return _called(case, peer)
    assert peer.function is not None
    return case.outcome(peer.function, *case.args)


def _raise(error: Exception) -> Any:
    raise error


def _called(case: Case, peer: Peer) -> Any:
    assert peer.function is not None
    fresh = peer.fresh or case.fresh
    args = fresh(*case.args) if fresh else case.args
    value = peer.function(*(peer.into(*args) if peer.into else args))
    return peer.back(value) if peer.back else value


def _agrees(case: Case, reference: tuple[str, Any], value: Any, measurement: Measurement) -> None:
    name, expected = reference
    done, agree = _guarded(measurement, lambda: case.same(value, expected))
    if done and not agree:
        measurement.status = Status.WRONG
        measurement.message = f"{show(value)}; {name} gives {show(expected)}"


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
    measurement.forget()
    return False, None


@dataclass
class _Sample:
    """The time of some calls, in seconds."""

    seconds: float = 0.0
    conversion: float = 0.0
    processor: float = 0.0


def _warm_up(case: Case, peer: Peer, measurement: Measurement, round_seconds: float) -> None:
    """Caches filled, just-in-time compilers done; then as many repeats as make a round long enough."""
    for _ in range(CALLS_TO_WARM_UP - 1):
        _called(case, peer)
    repeats = 1
    while True:
        seconds = _time(case, peer, repeats).seconds
        if seconds >= round_seconds or repeats >= 10_000_000:
            break
        enough = repeats * round_seconds / max(seconds, 1e-9)
        if enough < repeats * 2:
            repeats = max(repeats, round(enough))
            break
        repeats = min(int(enough), repeats * 100)
    measurement.repeats = repeats


def _round(case: Case, peer: Peer, measurement: Measurement) -> None:
    _wait_until_quiet()
    if measurement.repeats > 1:
        _called(case, peer)  # Wakes the threads, each on a core: a short call cannot wait for that.
    sample = _time(case, peer, measurement.repeats)
    measurement.seconds.append(sample.seconds / measurement.repeats)
    measurement.processor.append(sample.processor / measurement.repeats)
    if peer.into or peer.back:
        measurement.conversions.append(sample.conversion / measurement.repeats)


def _wait_until_quiet() -> None:
    """Waits until nothing of the peer before is left: the threads of a BLAS spin on for some milliseconds."""
    end = perf_counter() + SETTLE_SECONDS
    while perf_counter() < end:
        processor, start = process_time(), perf_counter()
        sleep(QUIET_SECONDS)
        if process_time() - processor < 0.1 * (perf_counter() - start):
            return


def _time(case: Case, peer: Peer, repeats: int) -> _Sample:
    collects = gc.isenabled()
    gc.collect()
    gc.disable()
    try:
        if peer.fresh or case.fresh or peer.into or peer.back:
            return _time_in_steps(case, peer, repeats)
        return _time_at_once(case, peer, repeats)
    finally:
        if collects:
            gc.enable()


def _time_at_once(case: Case, peer: Peer, repeats: int) -> _Sample:
    """The clock is read twice in all, so that calls of nanoseconds can be timed."""
    function, args = peer.function, case.args
    assert function is not None
    turns = range(repeats)
    processor = process_time()
    start = perf_counter()
    for _ in turns:
        function(*args)
    seconds = perf_counter() - start
    return _Sample(seconds, processor=process_time() - processor)


def _time_in_steps(case: Case, peer: Peer, repeats: int) -> _Sample:
    """The clock is read at each step of each call: for calls of a microsecond and more."""
    function, fresh = peer.function, peer.fresh or case.fresh
    assert function is not None
    sample = _Sample()
    for _ in range(repeats):
        args = fresh(*case.args) if fresh else case.args
        processor = process_time()
        start = perf_counter()
        own = peer.into(*args) if peer.into else args
        begin = perf_counter()
        value = function(*own)
        end = perf_counter()
        if peer.back:
            value = peer.back(value)
        del own, value  # To let go of what was made belongs to the work, as in `_time_at_once`.
        done = perf_counter()
        sample.processor += process_time() - processor
        sample.seconds += done - start
        sample.conversion += (done - start) - (end - begin)
    return sample
