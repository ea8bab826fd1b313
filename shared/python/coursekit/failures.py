"""Every check that failed during a test, wherever it did.

The exercise's own code may swallow an exception: that of a callback, of a generator, of an `__eq__`. A thread
swallows its exceptions anyway. So a failed check is also written down here, and the test that it belongs to
has failed. See `plugin`.

Benchmarks import this too, in environments that have no pytest.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
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


def record_asserts_of(module: Any) -> None:
    """From now on, each failed `assert` of a test module is written down, whoever catches its exception.

    An executor may, an event loop, the caller of a callback. pytest has rewritten the asserts, so that they
    raise what the module calls `AssertionError`.

    A module that names `AssertionError` itself is left alone: it may want to catch one.
    """
    names = vars(module)
    if "AssertionError" in names or _names_assertion_error(getattr(module, "__file__", None)):
        return
    names["AssertionError"] = _FailedAssert


def _names_assertion_error(file: str | None) -> bool:
    try:
        return file is None or "AssertionError" in Path(file).read_text("utf-8")
    except (OSError, ValueError):
        return True


class _FailedAssert(AssertionError):
    """Shown as the exception that it stands for."""

    def __init__(self, *args: object) -> None:
        super().__init__(*args)
        record(self)


_FailedAssert.__name__ = _FailedAssert.__qualname__ = "AssertionError"
_FailedAssert.__module__ = "builtins"


def record_each(made: Any) -> None:
    """From now on, each exception of this type that somebody makes is written down as well."""
    if getattr(made.__init__, "records", False):
        return
    before = made.__init__

    def init(self: Any, *args: Any, **kwargs: Any) -> None:
        before(self, *args, **kwargs)
        record(self)

    init.records = True  # type: ignore[attr-defined]
    made.__init__ = init


def _record_check(error: BaseException | None) -> None:
    found = first_check(error)
    if found is not None:
        record(found)
