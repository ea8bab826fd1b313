"""The time that processes waited for a processor: a process over its time limit for that is not to blame."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

SHARE = 0.4
"""From this part of its time on, a test counts as starved. On an idle machine it is near zero."""


TICK = 0.25
"""Seconds between two looks for a pause."""

LATE = 1.0
"""Seconds after which a look that should come at each tick shows that this process was stopped as well."""


class Pauses:
    """Counts the seconds in which a process could not run, although it waited for no processor.

    It was stopped, or everything was: a container is paused, a batch system holds its jobs, a virtual machine
    is moved, while the clock goes on.
    """

    def __init__(self, process: Callable[[], int | None]) -> None:
        self.seconds = 0.0
        self._process = process
        threading.Thread(target=self._look_all_the_time, name="pauses", daemon=True).start()

    def _look_all_the_time(self) -> None:
        before = time.monotonic()
        while True:
            time.sleep(TICK)
            now, process = time.monotonic(), self._process()
            if now - before > LATE or (process is not None and is_stopped(process)):
                self.seconds += now - before
            before = now


class LostTime:
    """The seconds of tests in which the process with the submission, or this one, could not go on.

    Both count: a test is a conversation, and on a busy machine each side waits for a processor at every turn.
    """

    def __init__(self, process: Callable[[], int | None]) -> None:
        self._process = process
        self._pauses = Pauses(process)
        self.before = 0.0
        """Seconds in all tests that have ended."""
        self._ended_processes = 0.0
        self._waited_there: dict[int, float] = {}
        self._begin()

    def begin_test(self) -> None:
        """From now on, a new test loses time."""
        self.before += self.in_this_test()
        self._ended_processes = 0.0
        self._begin()

    def in_this_test(self) -> float:
        """Seconds in the test under way."""
        here = longest_waits(self._waited_here, waited(os.getpid(), descendants=False))
        paused = self._pauses.seconds - self._paused_before
        return self._ended_processes + self._there() + here + paused

    def end_process(self) -> None:
        """The process with the submission is about to end, and the kernel forgets what it waited."""
        self._ended_processes += self._there()
        self._waited_there = {}

    def _begin(self) -> None:
        process = self._process()
        self._waited_there = {} if process is None else waited(process)
        self._waited_here = waited(os.getpid(), descendants=False)
        self._paused_before = self._pauses.seconds

    def _there(self) -> float:
        process = self._process()
        return 0.0 if process is None else longest_waits(self._waited_there, waited(process))


def waited(process: int, descendants: bool = True) -> dict[int, float]:
    """For each thread of a process, and of its descendants, the seconds that it was ready to run and did not.

    Linux alone counts that; elsewhere, and for a process that has ended, the result is empty.
    """
    found: dict[int, float] = {}
    for task in _threads(process, descendants):
        with contextlib.suppress(OSError, ValueError, IndexError):
            found[int(task.name)] = int((task / "schedstat").read_text().split()[1]) / 1e9
    return found


def is_stopped(process: int) -> bool:
    """Whether the process, or one of its descendants, is stopped now, as by `kill -STOP`."""
    for task in _threads(process):
        with contextlib.suppress(OSError, IndexError):
            if (task / "stat").read_text().rpartition(")")[2].split()[0] in ("T", "t"):
                return True
    return False


def _threads(process: int, descendants: bool = True) -> Iterator[Path]:
    """The folders in `/proc` of the threads of a process, and of its descendants."""
    processes = [process]
    while processes:
        tasks = Path("/proc", str(processes.pop()), "task")
        with contextlib.suppress(OSError):
            for task in tasks.iterdir():
                yield task
                if not descendants:
                    continue
                with contextlib.suppress(OSError, ValueError):
                    processes += map(int, (task / "children").read_text().split())


def longest_waits(before: dict[int, float], after: dict[int, float]) -> float:
    """Of the two threads that had to wait most in between, together.

    One of them reads the other side's messages, the other does what they ask for. More threads would be
    counted against each other.
    """
    # A thread may have the number of one that has ended.
    waits = sorted(max(0.0, seconds - before.get(task, 0.0)) for task, seconds in after.items())
    return sum(waits[-2:])
