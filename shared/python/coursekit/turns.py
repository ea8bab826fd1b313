"""Whether a short call lets other Python threads in."""

from __future__ import annotations

import gc
import operator
import sys
import threading
from collections.abc import Callable
from functools import partial
from typing import Any

from .platforms import needs_a_gil

ROUNDS = (1 << 20, 1 << 22, 1 << 24, 1 << 26)
"""Numbers that are added up before the call, attached: some 10 ms at first. On a busy machine the other
thread may need longer until it has asked for the interpreter."""


def lets_another_thread_in(function: Callable[..., object], *arguments: object) -> bool:
    """Whether `function(*arguments)` detaches, so that a thread that waits for the interpreter gets its turn.

    A `Heartbeat` needs a call of many milliseconds. This one does not depend on speed: a thread that detaches
    while another one has asked for the interpreter waits until that one has got it. For that nothing may give
    way before the call: all steps are calls from C to C, between which the interpreter does not look whether
    anybody waits. So `function` must be native as well, and no lambda; and no argument may have a method in
    Python that it calls, as `pathlib.Path` has.

    Without a GIL every call lets others in, and the test is skipped.
    """
    needs_a_gil()
    call = partial(function, *arguments)
    return any(_lets_in(call, n) for n in ROUNDS)


def _lets_in(call: Callable[[], object], numbers: int) -> bool:
    gate = threading.Lock()
    turns: list[bool] = []
    gate.acquire()

    def wait_and_note() -> None:
        with gate:
            turns.append(True)

    thread = threading.Thread(target=wait_and_note, daemon=True)
    thread.start()
    interval = sys.getswitchinterval()
    sys.setswitchinterval(0.001)  # So long the thread waits before it asks.
    gc.disable()  # Its callbacks are Python code, and hypothesis has one.
    try:
        # The gate opens; the thread asks while the sum is under way; then the call, and a copy of `turns`.
        steps: list[Callable[[], Any]] = [gate.release, partial(sum, range(numbers)), call, turns.copy]
        results = list(map(operator.call, steps))
    finally:
        gc.enable()
        sys.setswitchinterval(interval)
    thread.join()
    if len(results) < len(steps):
        raise RuntimeError("the call raised StopIteration")  # `map` takes it for its own end.
    return bool(results[-1])
