"""Pickles that are read by a process that has not written them.

    check(…, pickles.after_restart(pickle.dumps(value)), …)

An object that survives only because its process remembers it does not survive a file or a network.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any


def _keep_this_process() -> None:
    """A learner's tests run in the process that has loaded the extension. Nobody forges anything there."""


start_new_process: Callable[[], None] = _keep_this_process
"""Ends the submission's process and starts another. The grader has one; elsewhere nothing happens."""


def after_restart(written: bytes) -> Any:
    """Reads a pickle; in the grader, a new process does that.

    All objects of the submission that the test still holds are lost then. Look at them before.
    """
    return all_after_restart([written])[0]


def all_after_restart(written: list[bytes]) -> list[Any]:
    """Reads several pickles as `after_restart` does, with one new process for all of them."""
    start_new_process()
    return [pickle.loads(each) for each in written]
