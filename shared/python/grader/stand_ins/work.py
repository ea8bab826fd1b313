"""The refusals and answers of the module under test in one test.

A function that does no work can refuse everything, or answer with zero, with an empty list, or with its own
argument. A test in which the solution does no more than that can be passed without work.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
from coursekit.compare import same

MOST_NAMES = 1_000
"""Names of answers that are kept for one test: a submission chooses how many there are."""

_SINGLE = frozenset({bool, int, float, complex, str, bytes, bytearray, range, Decimal, Fraction})
_MANY = frozenset({list, tuple, set, frozenset})


class Work:
    """The module's refusals and answers in one test."""

    def __init__(self, compares_runs: bool = False) -> None:
        self._heard = hashlib.sha256() if compares_runs else None
        self.refused = False
        self.answers: dict[str, bool] = {}
        """By the function that gave it, as the test reached it: whether one of its answers said something."""

    def refuse(self) -> None:
        """Notes an exception."""
        self.refused = True

    def answer(self, origin: str, value: Any, arguments: Iterable[Any] = ()) -> None:
        """Notes a result of a call. None and objects of the submission do not count as answers."""
        if self._heard is not None and says_something(value) is not None:
            self._heard.update(f"{origin} {_written(value)}\n".encode("utf-8", "backslashreplace"))
        if self.answers.get(origin) or (origin not in self.answers and len(self.answers) >= MOST_NAMES):
            return
        says = says_something(value)
        if says is not None:
            self.answers[origin] = says and not any(_is_echo(value, argument) for argument in arguments)

    @property
    def digest(self) -> str | None:
        """Tells two runs apart whose answers differ, if runs are to be compared."""
        return None if self._heard is None else self._heard.hexdigest()

    def act(self, origin: str) -> None:
        """Notes an effect that takes work, such as a changed array."""
        if len(self.answers) < MOST_NAMES:
            self.answers[origin] = True


def _written(value: Any) -> str:
    """A value as text, an array with all of its items."""
    return repr(value.tolist()) if isinstance(value, np.ndarray) else repr(value)


def says_something(value: Any) -> bool | None:
    """Whether a value is more than zero or empty; None if it holds no plain data at all."""
    kind = type(value)
    if kind in _SINGLE:
        return bool(value)
    if kind is np.ndarray or isinstance(value, np.generic):
        return _is_not_zero(value)
    if kind is dict:
        return _any_says_something([*value, *value.values()])
    if kind in _MANY:
        return _any_says_something(value)
    return None


def _is_echo(value: Any, argument: Any) -> bool:
    """Whether a result is the argument again. An object in it is not asked: its `__eq__` would be a call."""
    return type(value) is type(argument) and _is_plain(value) and same(value, argument)


def _is_plain(value: Any) -> bool:
    kind = type(value)
    if kind is np.ndarray or isinstance(value, np.generic):
        return not value.dtype.hasobject or all(map(_is_plain, value.ravel().tolist()))
    if kind is dict:
        return all(map(_is_plain, [*value, *value.values()]))
    return kind in _SINGLE or value is None or (kind in _MANY and all(map(_is_plain, value)))


def _any_says_something(parts: Any) -> bool | None:
    found: bool | None = None if len(parts) else False
    for part in parts:
        says = says_something(part)
        if says:
            return True
        found = says if found is None else found
    return found


def _is_not_zero(array: Any) -> bool | None:
    if array.dtype.hasobject:
        return _any_says_something(array.ravel().tolist())
    return bool(np.count_nonzero(array))
