"""Arguments that a call must leave as they are.

A test computes its answer from an array that it also hands over. If the call could change that array, the
test would expect whatever the call made of it.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from typing import Any, cast

import numpy as np

from .compare import same

largest_kept = 16 << 20
"""Bytes of an argument that are kept for the comparison. The oracle keeps none: it sees every change."""

_allowed = threading.local()


@contextlib.contextmanager
def may_change() -> Iterator[None]:
    """Within this block, this thread's calls may change their arguments."""
    before = changes_are_allowed()
    _allowed.now = True
    try:
        yield
    finally:
        _allowed.now = before


def changes_are_allowed() -> bool:
    """Whether this thread's calls may change their arguments."""
    return cast(bool, getattr(_allowed, "now", False))


class Kept:
    """Copies of the arrays and bytearrays among the arguments of a call."""

    def __init__(self, arguments: tuple[Any, ...]) -> None:
        self._copies = [(each, each.copy()) for each in arguments if _is_kept(each)]

    def changed(self) -> Any:
        """The first argument that is not as it was, beside its copy; or None."""
        return next(((each, copy) for each, copy in self._copies if not same(each, copy)), None)


def _is_kept(argument: Any) -> bool:
    if type(argument) is bytearray:
        return len(argument) <= largest_kept
    if type(argument) is not np.ndarray or argument.dtype.hasobject:  # Objects may not equal themselves.
        return False
    return bool(argument.flags.writeable) and argument.nbytes <= largest_kept
