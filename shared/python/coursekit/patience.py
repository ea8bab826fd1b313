"""Limits in seconds that ran out in a test.

A limit is there for code that would never end. On a busy machine it may run out for want of a processor, so
the grader repeats such a test where nothing else runs.
"""

from __future__ import annotations

import threading
import time

_ran_out: list[float] = []
"""The times at which limits ran out."""


def note_that_a_limit_ran_out() -> None:
    """To be called by whatever gives up after some seconds."""
    _ran_out.append(time.monotonic())


def limits_that_ran_out() -> int:
    """Their number, in this process so far."""
    return len(_ran_out)


def joined(thread: threading.Thread, seconds: float) -> bool:
    """Waits for the end of a thread, for so long at most, and tells whether it has come."""
    thread.join(seconds)
    if thread.is_alive():
        note_that_a_limit_ran_out()
    return not thread.is_alive()
