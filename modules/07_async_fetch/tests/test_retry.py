from __future__ import annotations

import asyncio
import contextvars
import threading
import time
from collections.abc import Callable
from typing import Any

import async_fetch
import pytest
from coursekit import check, expect, likely, panicked
from coursekit.asynchronous import NoResult, Steps, TooEarly, awaited, called, cancelled

BLOCKED = "A worker of tokio's waited while it was attached. Attach for a moment, and `.await` after that."
FIRST = likely(
    (
        asyncio.CancelledError,
        "The guard went before the attempt had ended. A plain `_` keeps nothing; give it a name.",
    ),
    (NoResult, BLOCKED),
    (panicked, "A future panicked. Blocking calls such as `block_on` panic in a worker: `.await` instead."),
    otherwise="The first result is the result.",
)
AGAIN = likely((NoResult, BLOCKED), otherwise="As long as it raises and attempts are left, call it again.")
LAST = "After the last attempt its exception propagates, and no attempt follows."
DELAY = "The next attempt came too early: `tokio::time::sleep(delay).await` stands between two attempts."
PAUSE = "The delay belongs between two attempts, not behind the last one."
NOT_MINE = "Only an `Exception` may be retried. CancelledError is none: whoever cancelled wants it to end."
CONTEXT = (
    "The context of the call is lost. Take `get_current_locals(py)?` before the future is made, "
    "and let Attempt call make_coroutine."
)
GUARD = "Keep the guard until the attempt has ended: `let (outcome, _guard) = …`; a plain `_` keeps nothing."

request_id: contextvars.ContextVar[str] = contextvars.ContextVar("request_id")


@pytest.mark.parametrize("value", ["page", None, 5, [1.5, "x"]])
def test_the_first_result(value: Any) -> None:
    steps = Steps([value])
    expect(awaited(async_fetch.retry), steps, 3, 0.0).returns(value, because=FIRST)
    check("calls of make_coroutine", steps.calls, 1, "A result ends it.")


@pytest.mark.parametrize("failures", [1, 2, 3])
def test_again_until_it_succeeds(failures: int) -> None:
    steps = Steps([OSError("not now")] * failures + ["page"])
    expect(awaited(async_fetch.retry), steps, 4, 0.001).returns("page", because=AGAIN)
    check("calls of make_coroutine", steps.calls, failures + 1, AGAIN)


@pytest.mark.parametrize("attempts", [1, 2, 3])
def test_the_last_exception_propagates(attempts: int) -> None:
    steps = Steps([LookupError(f"failure {n}") for n in (1, 2, 3)] + ["never"])
    expect(awaited(async_fetch.retry), steps, attempts, 0.0).raises(
        LookupError, says=f"failure {attempts}", because=LAST
    )
    check("calls of make_coroutine", steps.calls, attempts, LAST)


def test_by_keyword() -> None:
    expect(awaited(async_fetch.retry), make_coroutine=Steps([1]), attempts=1, delay=0).returns(1)


def test_no_pause_behind_the_last() -> None:
    expect(awaited(async_fetch.retry), Steps([OSError("no")]), 1, 1e6).raises(OSError, because=PAUSE)
    expect(awaited(async_fetch.retry), Steps([5]), 9, 1e6).returns(5, because=PAUSE)


def test_a_pause_between_two() -> None:
    steps = Steps([OSError("no")] * 5)
    expect(cancelled(async_fetch.retry, when=lambda: steps.calls > 0), steps, 5, 1e6).returns(None)
    check("calls of make_coroutine", steps.calls, 1, "Wait for `delay` seconds before the next attempt.")


@pytest.mark.parametrize(("failures", "delay"), [(1, 0.1), (2, 0.05)])
def test_the_delay_before_each_further_attempt(failures: int, delay: float) -> None:
    steps = Steps([OSError("not now")] * failures + ["page"])
    expect(awaited(async_fetch.retry, at_least=failures * delay), steps, 3, delay).returns(
        "page", because=likely((TooEarly, DELAY), otherwise=AGAIN)
    )


def test_cancelled_error_is_never_retried() -> None:
    steps = Steps([asyncio.CancelledError("enough"), "page"])
    expect(awaited(async_fetch.retry), steps, 5, 0.0).raises(asyncio.CancelledError, because=NOT_MINE)
    check("calls of make_coroutine", steps.calls, 1, NOT_MINE)


def test_no_attempts() -> None:
    steps = Steps(["never"])
    expect(called(async_fetch.retry), steps, 0, 0.0).raises(
        ValueError, because="Without an attempt there is neither a result nor an exception to give."
    )
    check("calls of make_coroutine", steps.calls, 0)


@pytest.mark.parametrize("delay", [-0.1, float("nan"), float("inf")])
def test_no_delay(delay: float) -> None:
    expect(called(async_fetch.retry), Steps([1]), 1, delay).raises(
        ValueError, because="Make the Duration before the future: `try_from_secs_f64`."
    )


def test_nothing_to_call() -> None:
    expect(called(async_fetch.retry), 5, 1, 0.0).raises(TypeError)


# From here on: what the coroutine itself sees, or does, in the process of the extension.


async def page() -> str:
    await asyncio.sleep(0)
    return "page"


@pytest.mark.soft
@pytest.mark.parametrize("where", ["in the call", "in the coroutine", "in the coroutine, later"])
def test_context_variables(where: str) -> None:
    async def later() -> str:
        if where == "in the coroutine":
            return request_id.get("nothing")
        await asyncio.sleep(0.001)
        return request_id.get("nothing")

    def make() -> Any:
        seen = request_id.get("nothing")
        return Steps([seen])() if where == "in the call" else later()

    async def main() -> Any:
        request_id.set("request 7")
        return await async_fetch.retry(make, 1, 0.0)

    expect(asyncio.run, main()).described(f"what retry's coroutine sees {where}").returns(
        "request 7", because=CONTEXT
    )


@pytest.mark.soft
def test_called_in_the_thread_of_the_loop() -> None:
    threads: list[int] = []

    def make() -> Any:
        threads.append(threading.get_ident())
        return Steps([OSError("no")] if len(threads) == 1 else ["page"])()

    expect(awaited(async_fetch.retry), make, 2, 0.0).returns("page")
    check(
        "whether each call was in the event loop's thread",
        [thread == threading.get_ident() for thread in threads],
        [True, True],
        CONTEXT,
    )


@pytest.mark.soft
def test_what_the_call_itself_raises() -> None:
    calls: list[int] = []

    def make() -> Any:
        calls.append(1)
        if len(calls) < 3:
            raise OSError("no coroutine yet")
        return page()

    expect(awaited(async_fetch.retry), make, 3, 0.0).returns("page", because=AGAIN)


@pytest.mark.soft
def test_what_cannot_be_awaited() -> None:
    expect(awaited(async_fetch.retry), lambda: 5, 1, 0.0).raises(TypeError)


@pytest.mark.soft
def test_rust_within_python_within_rust() -> None:
    async def inner() -> object:
        return await async_fetch.retry(page, 1, 0.0)

    expect(awaited(async_fetch.retry), inner, 1, 0.0).returns("page")
    expect(awaited(async_fetch.retry), lambda: async_fetch.retry(inner, 1, 0.0), 1, 0.0).returns("page")


class Patient:
    """A coroutine that waits for ever, and notes that it began and that it was cancelled."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    async def __call__(self) -> None:
        self.seen.append("began")
        try:
            await asyncio.sleep(3600.0)
        except asyncio.CancelledError:
            self.seen.append("cancelled")
            raise


@pytest.mark.soft
def test_cancelling_it_cancels_the_attempt() -> None:
    patient = Patient()

    async def main() -> list[str]:
        future = async_fetch.retry(patient, 3, 0.0)
        await until(lambda: patient.seen == ["began"])
        future.cancel()
        await until(lambda: len(patient.seen) > 1)
        return list(patient.seen)  # As it is now: the end of the loop will cancel all that is left.

    expect(asyncio.run, main()).described("what the coroutine notices when retry is cancelled").returns(
        ["began", "cancelled"], because=GUARD
    )


@pytest.mark.soft
def test_cancelled_before_the_attempt_begins() -> None:
    patient = Patient()

    async def main() -> bool:
        async_fetch.retry(patient, 3, 0.0).cancel()
        # The loop stands still, and Rust goes on: it hears of the cancellation before the attempt has begun.
        asyncio.get_running_loop().call_soon(time.sleep, 0.03)
        await asyncio.sleep(0.05)
        await until(lambda: patient.seen != ["began"])
        return patient.seen != ["began"]

    expect(asyncio.run, main()).described("whether nothing runs on when retry is cancelled at once").returns(
        True, because=GUARD
    )


@pytest.mark.soft
def test_the_loop_runs_on() -> None:
    order: list[str] = []

    async def first() -> None:
        await asyncio.sleep(0.001)
        order.append("coroutine")

    async def main() -> None:
        future = async_fetch.retry(first, 1, 0.0)
        order.append("loop")
        await future

    expect(asyncio.run, main()).described("await retry(…)").returns(None)
    check("what ran first", order, ["loop", "coroutine"])


async def until(condition: Callable[[], bool], limit: float = 3.0) -> None:
    """Lets the loop run until the condition holds, or the limit is over."""
    give_up = asyncio.get_running_loop().time() + limit
    while not condition() and asyncio.get_running_loop().time() < give_up:
        await asyncio.sleep(0.001)
