"""asyncio from outside: the event loop, the tasks and the clock that judge an awaitable are the oracle's.

PyO3's futures need an event loop in their own process. There is one in the worker, which stands still unless
the oracle asks it to take a step. The oracle runs the test's helper in an event loop of its own, and drives
each awaitable of the submission through its protocol, one request a step: `__await__`, `__next__` until it
raises StopIteration, `cancel` or `throw`. So the order in which they are done, their time and their results
are all seen here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator, Sequence
from typing import TYPE_CHECKING, Any

from .objects import RemoteInstance

if TYPE_CHECKING:
    from .session import Session

STEP = 0.005
"""Seconds that the worker's loop waits for something to happen, if there is nothing to do."""

_IDLE = 3
"""Turns of the loop here without a request, after which it is idle. Its own tasks need a turn or two."""

_LAST_STEPS = 3
"""Steps after everything was cancelled, for tasks that hear of it only then."""


def run_with_worker_loop(
    function: Any, session: Session, body: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    """Runs `body(function, …)` in a new event loop here; the function's result can be awaited in it."""
    loop = WorkerLoop(session)

    async def main() -> Any:
        stepping = asyncio.ensure_future(loop.step_for_ever())
        judged = asyncio.ensure_future(body(loop.bound(function), *args, **kwargs))
        try:
            await asyncio.wait({stepping, judged}, return_when=asyncio.FIRST_COMPLETED)
            if not judged.done():
                stepping.result()  # Raises: it never ends by itself.
            return await judged
        finally:
            loop.closing = True
            stepping.cancel()

    try:
        return asyncio.run(main())
    finally:
        loop.close()


class WorkerLoop:
    """The event loop in the worker."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.work = session.work
        self._handle = session.open_loop()
        self._begun: list[RemoteAwaitable] = []
        self._to_begin: list[tuple[Any, _Notice, asyncio.Future[tuple[Any, Any]]]] = []
        self._to_cancel: list[tuple[Any, _Notice]] = []
        self._activity = 0
        self.waiting = 0
        """The number of awaitables that wait for something in the worker."""
        self.closing = False
        """Whether the helper has ended. Nobody waits any more for an awaitable to take its cancellation."""

    def bound(self, function: Any) -> Callable[..., Any]:
        """The function, called while that loop runs."""

        def call(*args: Any, **kwargs: Any) -> Any:
            return self._awaitable(self._session.call_in_loop(self._handle, function, args, kwargs))

        def all_called(calls: Sequence[tuple[Any, ...]]) -> list[Any]:
            return [
                self._awaitable(each) for each in self._session.call_all(self._handle, function, list(calls))
            ]

        call.__name__ = "function"
        call._grader_all_called = all_called  # type: ignore[attr-defined]
        return call

    def _awaitable(self, value: Any) -> Any:
        if isinstance(value, RemoteInstance) and hasattr(type(value), "__await__"):
            self._begun.append(RemoteAwaitable(self, value))
            return self._begun[-1]
        if isinstance(value, RemoteInstance) and hasattr(type(value), "__aiter__"):
            return RemoteAsyncIterator(self, value)
        return value

    def note_result(self, awaitable: Any, value: Any) -> None:
        """Notes what an awaitable gave in the end."""
        self._session.note_awaited(awaitable, value)

    def special(self, value: Any, name: str, *args: Any) -> Any:
        """Calls a special method while that loop runs."""
        self._activity += 1
        return self._session.special_in_loop(self._handle, value, name, args)

    def asynchronous_special(self, value: Any, name: str) -> Any:
        """The same, of a method that returns an awaitable."""
        return self._awaitable(self.special(value, name))

    def begin(self, awaitable: Any, notice: _Notice) -> Generator[Any, None, tuple[Any, Any]]:
        """`steps = awaitable.__await__()`, and the first step. Together with all others that are to begin."""
        answer: asyncio.Future[tuple[Any, Any]] = asyncio.get_running_loop().create_future()
        self._to_begin.append((awaitable, notice, answer))
        return (yield from answer)

    def cancel(self, future: Any, notice: _Notice) -> None:
        """`future.cancel()`, together with all others; if it is done with that, the notice says so."""
        self._to_cancel.append((future, notice))

    def _ask_for_all(self) -> None:
        """The requests that wait, all of a kind in one message."""
        begin, self._to_begin = [each for each in self._to_begin if not each[2].done()], []
        if begin:
            awaitables, notices = [each[0] for each in begin], [each[1].set for each in begin]
            outcomes = self._session.begin_all(self._handle, awaitables, notices)
            for (_, _, answer), (kind, *found) in zip(begin, outcomes, strict=True):
                if kind == "waits":
                    answer.set_result((found[0], found[1]))
                elif kind == "returned":
                    answer.set_exception(_Returned(found[0]))
                else:
                    answer.set_exception(_Raised(found[0]))
        cancel, self._to_cancel = self._to_cancel, []
        if cancel:
            done = self._session.cancel_all(self._handle, [future for future, _ in cancel])
            for (_, notice), is_done in zip(cancel, done, strict=True):
                if is_done:
                    notice.set(None)

    def advance(self, steps: Any, notify: Callable[[Any], None], error: BaseException | None) -> Any:
        """One step: `next(steps)`, or `steps.throw(error)`. `notify` hears when what it waits for is done."""
        self._activity += 1
        return self._session.advance(self._handle, steps, notify, error)

    async def step_for_ever(self) -> None:
        """Lets the worker's loop run, a step at a time, while the one here has nothing to do."""
        seen, idle = self._activity, 0
        while True:
            await asyncio.sleep(0)
            idle = idle + 1 if self._activity == seen else 0
            seen = self._activity
            if self._to_begin or self._to_cancel:
                self._activity += 1
                self._ask_for_all()
            if idle > _IDLE:
                self._session.run_loop(self._handle, STEP if self.waiting else 0.0)
                if not self.waiting:
                    await asyncio.sleep(0.001)

    def close(self) -> None:
        """Cancels what was begun and is not done, and closes the loop."""
        left = [each for each in self._begun if not each.done]
        self._session.close_loop(self._handle, [each.remote for each in left], _LAST_STEPS)


class RemoteAwaitable:
    """An awaitable of the submission, awaited here."""

    def __init__(self, loop: WorkerLoop, remote: Any) -> None:
        self._loop, self.remote = loop, remote
        self.done = False

    def __await__(self) -> Generator[Any, None, Any]:
        loop = self._loop
        try:
            steps: Any = None
            awaited: Any = None
            error: asyncio.CancelledError | None = None
            while True:
                notice = _Notice()
                try:
                    if steps is None:
                        steps, awaited = yield from loop.begin(self.remote, notice)
                    elif error is not None and awaited is self.remote:
                        raise error  # A future that waits for itself: it has been cancelled.
                    else:
                        awaited = loop.advance(steps, notice.set, error)
                except (StopIteration, _Returned) as end:
                    loop.note_result(self.remote, end.value)
                    return end.value
                except _Raised as outcome:
                    loop.work.refuse()
                    raise outcome.error from None
                except Exception:
                    loop.work.refuse()
                    raise
                if awaited is None:
                    error = yield from self._turn()
                elif isinstance(awaited, RemoteInstance):
                    error = yield from self._until(notice, awaited)
                else:
                    raise RuntimeError(f"what is awaited yielded {awaited!r}, which is no future")
        finally:
            self.done = True

    def _until(self, notice: _Notice, awaited: Any) -> Generator[Any, None, asyncio.CancelledError | None]:
        """Waits for the worker's future.

        Cancelled, it does what a task does: it cancels that future, waits for its end, and gives the error
        that the awaitable is to see.
        """
        error: asyncio.CancelledError | None = None
        self._loop.waiting += 1
        try:
            while not notice.came:
                try:
                    yield from notice.wait()
                except asyncio.CancelledError as cancelled:
                    if self._loop.closing:
                        raise
                    error = cancelled
                    self._loop.cancel(awaited, notice)
        finally:
            self._loop.waiting -= 1
        return error

    def _turn(self) -> Generator[Any, None, asyncio.CancelledError | None]:
        """Lets the others run once."""
        try:
            yield from asyncio.sleep(0).__await__()
        except asyncio.CancelledError as error:
            if self._loop.closing:
                raise
            return error
        return None

    def __repr__(self) -> str:
        return "<awaitable of the submission>"


class _Returned(Exception):
    """The awaitable's first step was its last."""

    def __init__(self, value: Any) -> None:
        super().__init__()
        self.value = value


class _Raised(Exception):
    """The awaitable's first step raised."""

    def __init__(self, error: BaseException) -> None:
        super().__init__()
        self.error = error


class _Notice:
    """Hears from the worker that a future is done."""

    def __init__(self) -> None:
        self.came = False
        self._here: asyncio.Future[None] | None = None

    def set(self, _: Any) -> None:
        """Notes that the future is done, and wakes the coroutine that waits for it."""
        self.came = True
        if self._here is not None and not self._here.done():
            self._here.set_result(None)

    def wait(self) -> Generator[Any, None, None]:
        """Until it does."""
        self._here = asyncio.get_running_loop().create_future()
        yield from self._here


class RemoteAsyncIterator:
    """An asynchronous iterator of the submission."""

    def __init__(self, loop: WorkerLoop, remote: Any) -> None:
        self._loop, self._remote = loop, remote

    def __aiter__(self) -> RemoteAsyncIterator:
        steps = self._loop.special(self._remote, "__aiter__")
        if not (isinstance(steps, RemoteInstance) and hasattr(type(steps), "__anext__")):
            raise TypeError("'async for' received an object from __aiter__ that does not implement __anext__")
        return RemoteAsyncIterator(self._loop, steps)

    def __anext__(self) -> Any:
        return self._loop.asynchronous_special(self._remote, "__anext__")

    def __repr__(self) -> str:
        return "<asynchronous iterator of the submission>"
