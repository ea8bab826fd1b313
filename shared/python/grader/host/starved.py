"""The time that processes waited for a processor: a process over its time limit for that is not to blame."""

from __future__ import annotations

import contextlib
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


def waited(process: int) -> dict[int, float]:
    """For each thread of a process and of its descendants, the seconds that it was ready to run and did not.

    Linux alone counts that; elsewhere, and for a process that has ended, the result is empty.
    """
    found: dict[int, float] = {}
    for task in _threads(process):
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


def _threads(process: int) -> Iterator[Path]:
    """The folders in `/proc` of the threads of a process and of its descendants."""
    processes = [process]
    while processes:
        tasks = Path("/proc", str(processes.pop()), "task")
        with contextlib.suppress(OSError):
            for task in tasks.iterdir():
                yield task
                with contextlib.suppress(OSError, ValueError):
                    processes += map(int, (task / "children").read_text().split())


def longest_wait(before: dict[int, float], after: dict[int, float]) -> float:
    """Of the thread that had to wait most in between. A sum would count a submission's threads against each
    other."""
    return max((seconds - before.get(task, 0.0) for task, seconds in after.items()), default=0.0)
