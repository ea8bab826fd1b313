"""Whether a short call lets other Python threads in."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable

from .platforms import needs_a_gil


def lets_another_thread_in(call: Callable[[], object], attempts: int = 50) -> bool:
    """Whether `call` detaches for long enough that a thread which waits for the interpreter gets its turn.

    A `Heartbeat` needs a call of many milliseconds. Here the interpreter asks nobody to give way: as long as
    the switch interval lasts, another thread runs only if `call` lets it in. The operating system may be slow
    to wake that thread, so there are several attempts. Without a GIL the test is skipped.
    """
    needs_a_gil()
    return any(_lets_in(call) for _ in range(attempts))


def _lets_in(call: Callable[[], object]) -> bool:
    gate, turns = threading.Lock(), []
    gate.acquire()

    def wait_and_note() -> None:
        with gate:
            turns.append(True)

    thread = threading.Thread(target=wait_and_note, daemon=True)
    thread.start()
    interval = sys.getswitchinterval()
    sys.setswitchinterval(100.0)
    try:
        gate.release()  # From here on the thread wants nothing but the interpreter.
        call()
        let_in = bool(turns)
    finally:
        sys.setswitchinterval(interval)
    thread.join()
    return let_in
