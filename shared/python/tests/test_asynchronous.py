"""The helpers that call what asyncio awaits, on functions whose behaviour is known."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest
from coursekit import ExpectationFailed, NotWritten, expect
from coursekit.asynchronous import (
    NoResult,
    Steps,
    TooEarly,
    awaited,
    called,
    cancelled,
    first_done,
    listed,
    together,
)


class RustPanic(Exception):
    """As pyo3-async-runtimes names it."""


async def nap(seconds: float) -> float:
    await asyncio.sleep(seconds)
    return seconds


async def fail(error: BaseException) -> None:
    await asyncio.sleep(0)
    raise error


def picky(number: int) -> asyncio.Future[int]:
    if number < 0:
        raise ValueError("negative")
    future = asyncio.get_running_loop().create_future()
    future.set_result(number)
    return future


async def count(numbers: int) -> AsyncIterator[int]:
    for number in range(numbers):
        await asyncio.sleep(0)
        yield number


def test_awaited() -> None:
    expect(awaited(nap), 0.0).returns(0.0)
    expect(awaited(picky), number=3).returns(3)
    expect(awaited(fail), TimeoutError("mine")).raises(TimeoutError, says="mine")
    assert expect(awaited(nap), 1.0).text == "await nap(1.0)"


@pytest.mark.parametrize("helper", [awaited, together])
def test_what_takes_too_long(helper: Callable[..., Any]) -> None:
    arguments: Any = 60.0 if helper is awaited else [(0.0,), (60.0,)]
    with pytest.raises(NoResult, match=r"not done after 0\.01 s"):
        helper(nap, limit=0.01)(arguments)


def test_what_cannot_be_awaited() -> None:
    with pytest.raises(AssertionError, match="5, which cannot be awaited"):
        awaited(lambda: 5)()


def test_called() -> None:
    expect(called(picky), -1).raises(ValueError)
    expect(called(picky), 1).returns(None)
    expect(called(fail), OSError("later")).returns(None)


def test_cancelled() -> None:
    seen: list[str] = []

    async def patient() -> None:
        seen.append("began")
        try:
            await asyncio.sleep(60.0)
        except asyncio.CancelledError:
            seen.append("cancelled")
            raise

    expect(cancelled(patient, when=lambda: bool(seen))).returns(None)
    assert seen == ["began", "cancelled"]
    with pytest.raises(NoResult):
        cancelled(nap, when=lambda: False, limit=0.01)(60.0)
    with pytest.raises(AssertionError, match=r"ended before it was cancelled: 0\.0"):
        cancelled(nap, when=lambda: False)(0.0)


def test_together_and_first_done() -> None:
    expect(together(nap), [(0.01,), (0.0,)]).returns([0.01, 0.0])
    expect(first_done(nap), [(60.0,), (0.0,)]).returns(1)
    with pytest.raises(NoResult):
        first_done(nap, limit=0.01)([(60.0,)])


def test_listed() -> None:
    expect(listed(count), 3).returns([0, 1, 2])
    assert expect(listed(count), 3).text == "async for … in count(3)"


class Turns:
    """An awaitable that gives way so many times, and waits for no clock."""

    def __init__(self, turns: int) -> None:
        self._turns = turns

    def __await__(self) -> Iterator[None]:
        yield from [None] * self._turns


def test_a_least_time() -> None:
    expect(awaited(nap, at_least=0.02), 0.02).returns(0.02)
    expect(first_done(nap, at_least=0.02), [(60.0,), (0.02,)]).returns(1)
    with pytest.raises(TooEarly, match=r"done after 0\.\d{3} s, which is less than 30 s"):
        awaited(nap, at_least=30.0)(0.0)
    with pytest.raises(TooEarly):
        awaited(Turns, at_least=30.0)(20)
    with pytest.raises(TooEarly):
        first_done(Turns, at_least=30.0)([(200,), (20,)])
    with pytest.raises(TooEarly):
        listed(count, at_least=30.0)(3)


def test_a_least_time_hides_no_exception() -> None:
    expect(awaited(fail, at_least=30.0), OSError("mine")).raises(OSError, says="mine")
    expect(awaited(picky, at_least=30.0), -1).raises(ValueError)
    with pytest.raises(NotWritten):
        expect(awaited(fail, at_least=30.0), RustPanic("not yet implemented: write me")).returns(None)


def test_steps() -> None:
    steps = Steps([OSError("no"), 5])
    expect(awaited(steps)).raises(OSError, says="no")
    expect(awaited(steps)).returns(5)
    assert steps.calls == 2


def test_a_stub_in_a_future() -> None:
    panic = RustPanic("rust future panicked: not yet implemented: write me")
    with pytest.raises(NotWritten):
        expect(awaited(fail), panic).returns(None)
    with pytest.raises(ExpectationFailed, match="a Rust panic: rust future panicked: oh"):
        expect(awaited(fail), RustPanic("rust future panicked: oh")).returns(None)


def test_after_a_hang_nothing_is_waited_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("coursekit.asynchronous.AFTER_A_HANG", 0.02)
    with pytest.raises(NoResult, match=r"not done after 0\.03 s"):
        awaited(nap, limit=0.03)(60.0)
    with pytest.raises(NoResult, match=r"not done after 0\.02 s"):
        awaited(nap, limit=60.0)(60.0)


@pytest.fixture(autouse=True)
def nothing_has_hung(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(NoResult, "seen", False)
