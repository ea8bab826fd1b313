from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import async_fetch
import pytest
from coursekit import check, expect, likely, panicked
from coursekit.asynchronous import TooEarly, listed

RUNTIME = (
    "A tokio clock needs tokio's runtime: first, `let _entered = get_runtime().enter();`. "
    "It lasts as long as the guard, and a plain `_` keeps none."
)
NO_CLOCK = (
    "A number came before its tick: `ticks.clock.tick().await` waits for it, before the number is given."
)
RANGE = "The numbers are 0, 1, … count - 1, each once."


def interval_of(seconds: float) -> Callable[[Any], str]:
    """The likely cause where this interval is not refused."""
    if seconds == 0:
        zero = "tokio's Interval panics for a period of zero: refuse it before."
        return likely((panicked, zero), otherwise=zero)
    if seconds == 1e19:
        return likely(
            otherwise="It is a Duration, but its first tick lies past the end of all clocks: "
            "`start.checked_add(period)` is None.",
        )
    return likely(otherwise="That is no duration: `Duration::try_from_secs_f64` gives an Err.")


AT_ITS_END = (
    "The call raised StopAsyncIteration; the awaitable must. "
    "`anext(ticker, default)` looks there only: return the Err in the future."
)
NOT_AT_THE_CALL = "Count when the tick has come, not when it is asked for: a wait may be cancelled."
ONE_CLOCK = "All must wait for the one clock, one after the other: tokio's Mutex, held across the tick."


def test_needs_no_running_loop() -> None:
    # First of all: without the runtime every other test fails too, and says less.
    expect(async_fetch.ticker, 1.0, 3).value(because=likely((panicked, RUNTIME), otherwise=RUNTIME))


@pytest.mark.parametrize("count", [0, 1, 2, 5])
def test_counts(count: int) -> None:
    expect(listed(async_fetch.ticker), 0.001, count).returns(list(range(count)), because=RANGE)


@pytest.mark.parametrize(("interval", "count"), [(0.1, 2), (0.05, 3)])
def test_one_interval_between_two(interval: float, count: int) -> None:
    # The first tick is due at once, so there is one interval less than there are numbers.
    expect(listed(async_fetch.ticker, at_least=interval * (count - 1)), interval, count).returns(
        list(range(count)), because=likely((TooEarly, NO_CLOCK), otherwise=RANGE)
    )


def test_by_keyword() -> None:
    expect(listed(async_fetch.ticker), interval=1e-9, count=3).returns([0, 1, 2])


def test_the_first_comes_at_once() -> None:
    expect(listed(async_fetch.ticker), 1e6, 1).returns([0], because="The first tick is due at once.")


@pytest.mark.parametrize("interval", [0.0, -0.0, 0, -1.0, float("nan"), float("inf"), 1e19, 1e300])
def test_no_interval(interval: float) -> None:
    expect(async_fetch.ticker, interval, 3).raises(ValueError, because=interval_of(interval))


@pytest.mark.parametrize("count", [-1, 2**64])
def test_no_count(count: int) -> None:
    expect(async_fetch.ticker, 1.0, count).raises(OverflowError)


# From here on: one ticker is used in several ways, in one event loop.


def ticker(interval: float, count: int) -> Any:
    return expect(async_fetch.ticker, interval, count).value()


@pytest.mark.soft
def test_is_an_async_iterator() -> None:
    clock = ticker(1.0, 3)
    check("isinstance(ticker, AsyncIterator)", isinstance(clock, AsyncIterator), True)
    check("whether aiter(ticker) is the ticker", aiter(clock) is clock, True)


@pytest.mark.soft
def test_at_its_end() -> None:
    async def main() -> list[object]:
        clock = ticker(0.001, 1)
        seen = [await anext(clock)]
        try:
            end = clock.__anext__()
        except StopAsyncIteration:
            return [*seen, "the call raised StopAsyncIteration"]  # CPython 3.11 would crash below.
        await asyncio.wait({end})
        return [*seen, await anext(clock, "end"), await anext(clock, "end")]

    expect(asyncio.run, main()).described("three times `await anext(ticker(0.001, 1), 'end')`").returns(
        [0, "end", "end"], because=AT_ITS_END
    )


@pytest.mark.soft
def test_stop_async_iteration() -> None:
    async def main() -> None:
        await anext(ticker(1.0, 0))

    expect(asyncio.run, main()).described("await anext(ticker(1.0, 0))").raises(StopAsyncIteration)


@pytest.mark.soft
def test_goes_on_where_it_was_left() -> None:
    async def main() -> list[list[int]]:
        clock, seen = ticker(0.001, 5), []
        async for number in clock:
            seen.append(number)
            if number == 1:
                break
        return [seen, [number async for number in clock]]

    expect(asyncio.run, main()).described("two loops over one ticker").returns([[0, 1], [2, 3, 4]])


@pytest.mark.soft
def test_several_wait_at_once() -> None:
    async def main() -> list[object]:
        clock = ticker(0.001, 4)
        return sorted(await asyncio.gather(*[anext(clock, 99) for _ in range(6)]))

    expect(asyncio.run, main()).described("six times anext(ticker(0.001, 4), 99) at once").returns(
        [0, 1, 2, 3, 99, 99], because=ONE_CLOCK
    )


@pytest.mark.soft
def test_a_cancelled_wait_loses_nothing() -> None:
    async def main() -> str:
        clock = ticker(1e6, 2)
        await anext(clock)
        for _ in range(3):
            wait = asyncio.ensure_future(anext(clock))
            done, _ = await asyncio.wait({wait}, timeout=0.02)
            if done:
                return repr(wait.exception() or wait.result())
            wait.cancel()
        return "still waiting for 1"

    expect(asyncio.run, main()).described("ticker(1e6, 2): 0, then three waits that are cancelled").returns(
        "still waiting for 1", because=NOT_AT_THE_CALL
    )


@pytest.mark.soft
def test_in_two_event_loops() -> None:
    clock = ticker(0.001, 4)

    async def two() -> list[int]:
        return [await anext(clock), await anext(clock)]

    expect(asyncio.run, two()).described("two numbers in a first event loop").returns([0, 1])
    expect(asyncio.run, two()).described("two numbers in a second event loop").returns([2, 3])


def test_anext_needs_a_running_loop() -> None:
    clock = ticker(1.0, 3)
    expect(clock.__anext__).raises(RuntimeError, says="no running event loop")
