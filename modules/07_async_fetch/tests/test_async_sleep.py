from __future__ import annotations

import os
from typing import Any

import async_fetch
import pytest
from coursekit import expect, likely, panicked
from coursekit.asynchronous import TooEarly, awaited, called, cancelled, first_done

PANICS = "`Duration::from_secs_f64` panics on what is no duration. `try_from_secs_f64` gives an Err."
AT_THE_CALL = "Check before `future_into_py`: then the call itself raises, awaited or not."
UNIT = "As the result of a future, `()` is an empty tuple. Take `py.None()` before the future, and give that."
EARLY = "It ended before its time: `tokio::time::sleep(duration).await`, with the duration made of `seconds`."
SECONDS = "`tokio::time::sleep` takes the duration made of `seconds`: of two sleeps the shorter ends first."
BLOCKS = (
    "A blocking sleep keeps a thread for itself: the event loop's, or one of tokio's few. "
    "`tokio::time::sleep(…).await` gives it back. "
    "Without the `.await` nothing sleeps, and the long one ends at once."
)


@pytest.mark.parametrize("seconds", [0.0, 0, 0.01, 1e-9, -0.0])
def test_sleeps(seconds: float) -> None:
    expect(awaited(async_fetch.async_sleep), seconds).returns(None, because=UNIT)


@pytest.mark.parametrize("seconds", [0.05, 0.1])
def test_lasts_as_long_as_asked(seconds: float) -> None:
    expect(awaited(async_fetch.async_sleep, at_least=seconds), seconds).returns(
        None, because=likely((TooEarly, EARLY), otherwise=UNIT)
    )


def test_the_loop_runs_on() -> None:
    which = "which is done first, counted from 0: async_sleep(8.0), async_sleep(0.0)"
    expect(first_done(async_fetch.async_sleep), [(8.0,), (0.0,)]).described(which).returns(1, because=BLOCKS)


@pytest.mark.parametrize(("longer", "shorter"), [(0.3, 0.02), (0.9, 0.3)])
def test_the_shorter_ends_first(longer: float, shorter: float) -> None:
    which = f"which is done first, counted from 0: async_sleep({longer}), async_sleep({shorter})"
    calls = [(longer,), (shorter,)]
    expect(first_done(async_fetch.async_sleep, at_least=shorter), calls).described(which).returns(
        1, because=likely((TooEarly, EARLY), otherwise=SECONDS)
    )


def test_by_keyword() -> None:
    expect(awaited(async_fetch.async_sleep), seconds=0).returns(None)


@pytest.mark.parametrize("seconds", [-1.0, -1e-9, float("-inf"), float("nan"), float("inf"), 1e20, 1e300])
def test_no_duration(seconds: float) -> None:
    expect(awaited(async_fetch.async_sleep), seconds).raises(
        ValueError, because=likely((panicked, PANICS), otherwise=PANICS)
    )


@pytest.mark.parametrize("seconds", [-1.0, float("nan")])
def test_raised_at_the_call(seconds: float) -> None:
    expect(called(async_fetch.async_sleep), seconds).raises(ValueError, because=AT_THE_CALL)


@pytest.mark.parametrize("seconds", ["1", None, [1.0]])
def test_no_number(seconds: Any) -> None:
    expect(called(async_fetch.async_sleep), seconds).raises(TypeError)


def test_needs_a_running_loop() -> None:
    expect(async_fetch.async_sleep, 0.0).raises(RuntimeError, says="no running event loop")


def test_many_at_once() -> None:
    # More than tokio has threads, those for blocking work included.
    long = 600 + 4 * (os.cpu_count() or 1)
    calls = [(8.0,)] * long + [(0.0,)]
    which = f"which is done first, counted from 0: {long} times async_sleep(8.0), then async_sleep(0.0)"
    expect(first_done(async_fetch.async_sleep), calls).described(which).returns(long, because=BLOCKS)


def test_for_as_good_as_ever() -> None:
    expect(cancelled(async_fetch.async_sleep, when=lambda: True), 1e19).returns(None)
