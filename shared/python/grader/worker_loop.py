"""The worker's event loop. It stands still unless the oracle asks for a step, see `stand_ins.event_loop`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any


class SteppedLoop(asyncio.SelectorEventLoop):
    """An event loop that runs a step at a time, whenever the oracle asks for one."""

    def step(self, seconds: float) -> None:
        """Runs what is ready. If nothing happens, waits for so long at most."""
        end = self.call_later(seconds, self.stop) if seconds > 0 else self.call_soon(self.stop)
        try:
            self.run_forever()
        finally:
            end.cancel()

    def call_soon_threadsafe(  # type: ignore[override]
        self, callback: Any, *args: Any, context: Any = None
    ) -> asyncio.Handle:
        """As ever; and the step that is under way ends with it."""
        handle = super().call_soon_threadsafe(callback, *args, context=context)
        super().call_soon_threadsafe(self.stop)
        return handle


def begin(awaitable: Any, notify: Callable[[Any], Any]) -> tuple[Any, ...]:
    """The iterator of the steps and the thing that the first one waits for, or the end of that one."""
    try:
        steps = type(awaitable).__await__(awaitable)
        return "waits", steps, advance(steps, notify, None)
    except StopIteration as end:
        return "returned", end.value
    except BaseException as error:
        return "raised", error


def advance(steps: Any, notify: Callable[[Any], Any], error: BaseException | None) -> Any:
    """One step of an awaitable, as a task takes it. A future that it waits for tells `notify` of its end."""
    if error is not None and hasattr(steps, "throw"):
        awaited = steps.throw(error)
    elif error is not None:
        raise error
    else:
        awaited = next(steps)
    if awaited is not None:
        loop = asyncio.get_running_loop()
        awaited._asyncio_future_blocking = False
        awaited.add_done_callback(lambda _: (notify(None), loop.stop()))
    return awaited


def close(loop: SteppedLoop, begun: list[Any], steps: int) -> None:
    """Cancels what was begun and all tasks, lets them hear of it, and ends the loop."""
    for awaitable in begun:
        if hasattr(awaitable, "cancel"):
            awaitable.cancel()
        elif hasattr(awaitable, "close"):
            awaitable.close()
    for task in asyncio.all_tasks(loop):
        task.cancel()
    for _ in range(steps):
        loop.step(0.0)
    loop.close()
