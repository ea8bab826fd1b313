"""Helpers with which tests call functions whose results asyncio awaits.

Each helper takes a function and gives an ordinary one that can be called without an event loop:

    expect(awaited(async_fetch.async_sleep), 0.01).returns(None)

Each call has a new event loop. In grading the function is in another process; then the helper runs here all
the same, in an event loop of this process, and the grader drives what the function returns from outside.

`at_least=0.1` adds a lower bound in seconds: a result that comes sooner is a failure. The time is that of the
helper's event loop. A busy machine only makes a wait longer, so it cannot break such a bound. There is no
upper bound but `limit`, which ends what hangs.
"""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import AsyncIterable, Awaitable, Callable, Sequence
from functools import partial
from typing import Any

from . import failures
from .patience import note_that_a_limit_ran_out

LIMIT = 10.0
"""Seconds after which a call that does not end counts as hanging. Far more than any needs."""

AFTER_A_HANG = 2.0
"""The same, once a call has hung: so that the tests after it still come to run within the exercise's time."""

CLOCK_TOLERANCE = 0.01 + time.get_clock_info("monotonic").resolution
"""Seconds by which a wait may seem too short: clocks go in steps, and timers round."""

Function = Callable[..., Any]


class NoResult(AssertionError):
    """The awaitable is not done, long after it should be."""

    seen = False
    """Whether a call has hung: then the others get less time."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        NoResult.seen = True
        note_that_a_limit_ran_out()


class TooEarly(AssertionError):
    """The result came before the least time was over."""


def _patience(limit: float) -> float:
    """The time to wait, in seconds."""
    return min(limit, AFTER_A_HANG) if NoResult.seen else limit


def awaited(function: Function, limit: float = LIMIT, at_least: float = 0.0) -> Function:
    """Calls the function in a running event loop, awaits what it returns, and gives the result."""

    async def body(function: Function, *args: Any, **kwargs: Any) -> Any:
        began = _now()
        result = await _within(limit, function(*args, **kwargs))
        _refuse_if_early(began, at_least)
        return result

    return _run(function, "await {}", body)


def called(function: Function) -> Function:
    """Calls the function in a running event loop, and cancels what it returns: shows what the call raises."""

    async def body(function: Function, *args: Any, **kwargs: Any) -> None:
        await _cancel(_future(function(*args, **kwargs)))

    return _run(function, "{}", body)


def cancelled(function: Function, when: Callable[[], bool], limit: float = LIMIT) -> Function:
    """Calls the function, lets it run until `when()` holds, and cancels it. Gives nothing."""

    async def body(function: Function, *args: Any, **kwargs: Any) -> None:
        future = _future(function(*args, **kwargs))
        loop = asyncio.get_running_loop()
        patience = _patience(limit)
        give_up = loop.time() + patience
        while not when():
            if future.done():
                raise AssertionError(f"it ended before it was cancelled: {await future!r}")
            if loop.time() > give_up:
                await _cancel(future)
                raise NoResult(f"what the test waits for did not happen within {patience:g} s")
            await asyncio.sleep(0.001)
        await _cancel(future)

    return _run(function, "{}, cancelled meanwhile", body)


def together(function: Function, limit: float = LIMIT) -> Function:
    """Calls the function once for each tuple of arguments, all in one loop; gives the results in order."""

    async def body(function: Function, calls: Sequence[tuple[Any, ...]]) -> list[Any]:
        futures = [_future(awaitable) for awaitable in _all_called(function, calls)]
        return list(await _within(limit, asyncio.gather(*futures)))

    return _run(function, "all of {} together", body)


def first_done(function: Function, limit: float = LIMIT, at_least: float = 0.0) -> Function:
    """Calls the function once for each tuple of arguments; gives the number of the call done first."""

    async def body(function: Function, calls: Sequence[tuple[Any, ...]]) -> int:
        began = _now()
        order: list[int] = []
        futures: list[asyncio.Future[Any]] = []
        for number, awaitable in enumerate(_all_called(function, calls)):
            future = _future(awaitable)
            future.add_done_callback(partial(_note, order, number))
            futures.append(future)
        patience = _patience(limit)
        await asyncio.wait(futures, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
        done, ended = list(order), _now()
        await _cancel(*futures)
        if not done:
            raise NoResult(f"none is done after {patience:g} s")
        _refuse_if_early(began, at_least, ended)
        return done[0]

    return _run(function, "first done of {}", body)


def listed(function: Function, limit: float = LIMIT, at_least: float = 0.0) -> Function:
    """Calls the function, iterates asynchronously over what it returns, and gives a list of all items."""

    async def collect(items: AsyncIterable[Any]) -> list[Any]:
        return [item async for item in items]

    async def body(function: Function, *args: Any, **kwargs: Any) -> list[Any]:
        began = _now()
        items = await _within(limit, collect(function(*args, **kwargs)))
        _refuse_if_early(began, at_least)
        return list(items)

    return _run(function, "async for … in {}", body)


class Steps:
    """A `make_coroutine` with a plan: each call takes the next step, which is raised or given."""

    def __init__(self, steps: Sequence[Any]) -> None:
        self._steps = list(steps)
        self.calls = 0

    def __call__(self) -> Awaitable[Any]:
        self.calls += 1
        if self.calls > len(self._steps):
            error = AssertionError(
                f"call {self.calls} of make_coroutine, after {len(self._steps)} that were to come"
            )
            failures.record(error)
            raise error
        return self._take(self._steps[self.calls - 1])

    @staticmethod
    async def _take(step: Any) -> Any:
        await asyncio.sleep(0)  # An error that comes later differs from one that the call raises.
        if isinstance(step, BaseException):
            raise step
        return step

    def __repr__(self) -> str:
        return f"Steps({self._steps!r})"


def _run(function: Function, shape: str, body: Callable[..., Any]) -> Function:
    elsewhere = getattr(type(function), "_grader_event_loop", None)

    def run(*args: Any, **kwargs: Any) -> Any:
        if elsewhere is not None:
            return elsewhere(function, body, args, kwargs)
        return asyncio.run(body(function, *args, **kwargs))

    run.__name__ = shape.format(getattr(function, "__name__", repr(function)))
    return run


def _note(order: list[int], number: int, _: asyncio.Future[Any]) -> None:
    order.append(number)


def _future(awaitable: Any) -> asyncio.Future[Any]:
    if not inspect.isawaitable(awaitable):
        raise AssertionError(f"the call gave {awaitable!r}, which cannot be awaited")
    return asyncio.ensure_future(awaitable)


def _now() -> float:
    return asyncio.get_running_loop().time()


def _refuse_if_early(began: float, at_least: float, ended: float | None = None) -> None:
    lasted = (_now() if ended is None else ended) - began
    if lasted < at_least - CLOCK_TOLERANCE:
        raise TooEarly(f"done after {lasted:.3f} s, which is less than {at_least:g} s")


async def _within(limit: float, awaitable: Any) -> Any:
    # Not `wait_for`: its TimeoutError could be the exercise's own.
    future = _future(awaitable)
    patience = _patience(limit)
    done, _ = await asyncio.wait({future}, timeout=patience)
    if not done:
        await _cancel(future)
        raise NoResult(f"not done after {patience:g} s")
    return await future


async def _cancel(*futures: asyncio.Future[Any]) -> None:
    for future in futures:
        future.cancel()
    # Not `await`: the results do not matter here, and a future that does not end must not hang this.
    await asyncio.wait(futures, timeout=1.0)
    for future in futures:
        if future.done() and not future.cancelled():
            future.exception()


def _all_called(function: Function, calls: Sequence[tuple[Any, ...]]) -> list[Any]:
    """The result of each call. The grader asks for all of them at once."""
    at_once = getattr(function, "_grader_all_called", None)
    return list(at_once(calls)) if at_once is not None else [function(*args) for args in calls]
