"""Shows whether other Python threads can run while a call is under way."""

from __future__ import annotations

import threading
import time
from types import TracebackType

from .platforms import needs_a_gil


class Heartbeat:
    """Counts the beats of a Python thread while the `with` body runs.

    A call that stays attached to the interpreter stops the heart: no other thread gets to run until it
    returns. A call that detaches lets it beat every few milliseconds. Give the body something that takes a
    tenth of a second or more. On a busy machine the heart may still miss its beats: then let the test ask
    `turns.lets_another_thread_in`. Without a GIL the heart always beats, so the test is skipped.
    """

    def __init__(self, interval: float = 0.002) -> None:
        self.beats = 0
        self.seconds = 0.0
        self._interval = interval
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._beat, daemon=True)

    def _beat(self) -> None:
        while not self._stop.wait(self._interval):
            self.beats += 1

    def __enter__(self) -> Heartbeat:
        needs_a_gil()
        self._thread.start()
        while self.beats == 0:  # The thread is up before the clock starts.
            time.sleep(self._interval)
        self.beats = 0
        self._started = time.perf_counter()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.seconds = time.perf_counter() - self._started
        beats = self.beats  # Read before the thread can catch up.
        self._stop.set()
        self._thread.join()
        self.beats = beats
