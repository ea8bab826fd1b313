"""Every check that failed during a test, wherever it did.

The exercise's own code may swallow an exception: that of a callback, of a generator, of an `__eq__`. A thread
swallows its exceptions anyway. So a failed check is also written down here, and the test that it belongs to
has failed. See `plugin`.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

_recorded: list[BaseException] = []


def record(error: BaseException) -> None:
    """Writes a failure down."""
    _recorded.append(error)


def have_been_recorded() -> bool:
    """Whether a check has failed since the last time, in a test that may still be running."""
    return bool(_recorded)


def take() -> list[BaseException]:
    """The failures since the last time, in order."""
    taken = _recorded[:]
    del _recorded[: len(taken)]
    return taken


def first_check(error: BaseException | None) -> BaseException | None:
    """The failed check in an exception, in what it was raised from, or in the group that it is."""
    checks = (part for part in parts(error) if isinstance(part, AssertionError) or _is_outcome(part))
    return next(checks, None)


def parts(error: BaseException | None) -> Iterator[BaseException]:
    """An exception, what it was raised from, and what is in the group that it is."""
    left = [error]
    seen: set[int] = set()
    while left and len(seen) < 1000:
        found = left.pop()
        if found is None or id(found) in seen:
            continue
        seen.add(id(found))
        yield found
        left += [found.__cause__, found.__context__]
        if isinstance(found, BaseExceptionGroup):
            left += found.exceptions


def _is_outcome(error: BaseException) -> bool:
    """Whether it is one of pytest's own, such as that of `pytest.fail`."""
    return any(base.__module__.partition(".")[0] == "_pytest" for base in type(error).__mro__)


def record_uncaught_in_threads() -> None:
    """From now on, a check that ends a thread or a `__del__` is written down too."""
    import sys

    thread_before, unraisable_before = threading.excepthook, sys.unraisablehook

    def in_thread(args: Any) -> None:
        _record_check(args.exc_value)
        thread_before(args)

    def unraisable(args: Any) -> None:
        _record_check(args.exc_value)
        unraisable_before(args)

    threading.excepthook, sys.unraisablehook = in_thread, unraisable


def _record_check(error: BaseException | None) -> None:
    found = first_check(error)
    if found is not None:
        record(found)
