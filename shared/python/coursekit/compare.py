"""Compares two values: whether they are the same, or close, and their first difference."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

import numpy as np

from .show import show

_PLAIN = frozenset({int, bool, str, bytes, type(None)})
"""Types whose `==` is `same`, provided both sides have the same type."""

_FLOATS = (float, np.float16, np.float32, np.float64, np.longdouble)

_NONE = object()


def same(left: Any, right: Any) -> bool:
    """Equal in type and value, all the way down: `1` is not `1.0`, NaN is NaN, 0.0 is not -0.0.

    The order of a dict's keys does not count. Exceptions are the same by type, arguments and file names.
    Arrays, and NumPy's scalars, are first compared by dtype and shape. If a comparison raises, the two are
    not the same.
    """
    return _or_unequal(lambda: same_or_raise(left, right))


def same_or_raise(left: Any, right: Any) -> bool:
    """Like `same`, but lets an exception of a comparison through: a failure can then say it."""
    return _equal(left, right, _same_float)


def close(left: Any, right: Any, rel: float, abs_: float) -> bool:
    """Like `same`, but floats may differ by the given tolerances, relative ones to the larger of the two."""
    return _or_unequal(lambda: close_or_raise(left, right, rel, abs_))


def _or_unequal(compare: Callable[[], bool]) -> bool:
    try:
        return compare()
    except Exception:
        return False


def close_or_raise(left: Any, right: Any, rel: float, abs_: float) -> bool:
    """Like `close`, but lets an exception of a comparison through."""

    def within(a: float, b: float) -> bool:
        return math.isclose(a, b, rel_tol=rel, abs_tol=abs_) or (math.isnan(a) and math.isnan(b))

    return _equal(left, right, within, (rel, abs_))


def first_difference(left: Any, right: Any, equal: Callable[[Any, Any], bool]) -> tuple[str, Any, Any] | None:
    """The place of the first difference, such as `[3]['mean']`, and both values there.

    None where the two have no place in common to look at, or differ in none of them.
    """
    found = _differing_place(left, right, equal)
    if found is None:
        return None
    place, one, other = found
    deeper = first_difference(one, other, equal)
    return found if deeper is None else (place + deeper[0], *deeper[1:])


def _differing_place(  # noqa: PLR0911  (one or two for each kind of container)
    left: Any, right: Any, equal: Callable[[Any, Any], bool]
) -> tuple[str, Any, Any] | None:
    if type(left) is not type(right):
        return None
    if isinstance(left, dict):
        if _types_of_all(left) != _types_of_all(right):
            return None
        keys = (key for key in left if key in right and not equal(left[key], right[key]))
        key = next(keys, _NONE)
        return None if key is _NONE else (f"[{show(key)}]", left[key], right[key])
    if isinstance(left, np.ndarray):
        if left.shape != right.shape or left.ndim == 0:
            return None
        number = _first_index(left.ravel(), right.ravel(), equal)
        if number is None:
            return None
        index = tuple(map(int, np.unravel_index(number, left.shape)))
        return f"[{', '.join(map(str, index))}]", left[index], right[index]
    if isinstance(left, (list, tuple, str, bytes, bytearray)):
        number = _first_index(left, right, equal)
        if number is None:
            return None
        if isinstance(left, (list, tuple)):
            return f"[{number}]", left[number], right[number]
        # A few characters say more than one, and are no place to look further into.
        return f"[{number}]", _Piece(left[number : number + 12]), _Piece(right[number : number + 12])
    return None


def _first_index(left: Any, right: Any, equal: Callable[[Any, Any], bool]) -> int | None:
    """By halving, as comparing long slices is much faster than comparing many items one by one."""
    low, high = 0, min(len(left), len(right))
    if equal(left[:high], right[:high]):
        return None
    while high - low > 1:
        middle = (low + high) // 2
        if equal(left[low:middle], right[low:middle]):
            low = middle
        else:
            high = middle
    return low


class _Piece:
    """Part of a text, shown like the text."""

    def __init__(self, text: str | bytes | bytearray) -> None:
        self._text = text

    def __repr__(self) -> str:
        return f"{self._text!r}..."


def _equal(  # noqa: PLR0911, PLR0912  (one for each kind of value)
    left: Any,
    right: Any,
    same_float: Callable[[float, float], bool],
    tolerance: tuple[float, float] | None = None,
) -> bool:
    def equal(one: Any, other: Any) -> bool:
        return _equal(one, other, same_float, tolerance)

    kind: type[Any] = type(left)
    if kind is not type(right):
        return False
    if kind in _PLAIN:
        return bool(left == right)
    if isinstance(left, np.ndarray):
        return _equal_arrays(left, right, equal, tolerance)
    if issubclass(kind, (float, np.floating)):
        return same_float(left, right)
    if issubclass(kind, (complex, np.complexfloating)):
        return same_float(left.real, right.real) and same_float(left.imag, right.imag)
    if isinstance(left, (list, tuple)):
        if len(left) != len(right):
            return False
        kinds = list(map(type, left))
        if _PLAIN.issuperset(kinds):  # A million ints in milliseconds.
            return kinds == list(map(type, right)) and bool(left == right)
        return _all_equal(left, right, equal)
    if isinstance(left, dict):
        return _same_keys(left, right) and all(equal(left[key], right[key]) for key in left)
    if isinstance(left, (set, frozenset)):
        return _same_keys(left, right)
    if isinstance(left, OSError) and not equal(_files_of(left), _files_of(right)):
        return False
    if isinstance(left, BaseException):
        return equal(left.args, right.args)
    if isinstance(left, np.generic):  # A date has a unit, and a record has fields: parts of its dtype.
        return _equal_arrays(np.asarray(left), np.asarray(right), equal, tolerance)
    if kind is Decimal:
        return _same_decimal(left, right)
    if kind is slice:  # Its own `==` would hand an expected bound to the `__eq__` of an object inside.
        return equal(_bounds(left), _bounds(right))
    return bool(left == right)


def _all_equal(left: Iterable[Any], right: Iterable[Any], equal: Callable[[Any, Any], bool]) -> bool:
    """Whether all pairs are equal.

    If an exercise's `__eq__` raises StopIteration, a `map` would end without an error, and the pairs after it
    would count as equal. A generator raises RuntimeError instead.
    """
    return all(equal(one, other) for one, other in zip(left, right, strict=True))


def _files_of(error: OSError) -> tuple[Any, Any]:
    return error.filename, error.filename2


def _same_decimal(left: Decimal, right: Decimal) -> bool:
    if left.is_nan() or right.is_nan():
        return left.is_nan() and right.is_nan()
    return left == right and left.is_signed() == right.is_signed()


def _bounds(value: slice) -> tuple[Any, Any, Any]:
    return value.start, value.stop, value.step


def _same_float(left: float, right: float) -> bool:
    if math.isnan(left) or math.isnan(right):
        return math.isnan(left) and math.isnan(right)
    return left == right and math.copysign(1.0, left) == math.copysign(1.0, right)


def _same_keys(left: Iterable[Any], right: Iterable[Any]) -> bool:
    """`True`, `1` and `1.0` are one key to Python, and three to a test."""
    left, right = list(left), list(right)
    if _types_of_all(left) != _types_of_all(right):
        return False
    if sum(map(_is_nan, left)) != sum(map(_is_nan, right)):  # Never equal, and so never found by a look-up.
        return False
    found = {key: key for key in right if not _is_nan(key)}
    wanted = [key for key in left if not _is_nan(key)]
    return len(wanted) == len(found) and all(key in found and same(key, found[key]) for key in wanted)


def _is_nan(key: Any) -> bool:
    return type(key) in _FLOATS and math.isnan(key)


def _types_of_all(keys: Iterable[Any]) -> Counter[Any]:
    """Counts the keys of each type.

    Types come first: a look-up would hand an expected key to the `__eq__` of a key that the submission made.
    """
    return Counter(map(_types_of, keys))


def _types_of(key: Any) -> Any:
    if type(key) is tuple:
        return (tuple, *map(_types_of, key))
    if type(key) is slice:  # From Python 3.12 on it can be a key.
        return (slice, *map(_types_of, _bounds(key)))
    if type(key) is frozenset:
        return (frozenset, frozenset(_types_of_all(key).items()))
    return type(key)


def _equal_arrays(  # noqa: PLR0911  (one for each kind of item)
    left: Any, right: Any, equal: Callable[[Any, Any], bool], tolerance: tuple[float, float] | None
) -> bool:
    if left.dtype != right.dtype or left.shape != right.shape:
        return False
    kind = left.dtype.kind
    if kind == "O":
        return _all_equal(left.ravel().tolist(), right.ravel().tolist(), equal)
    if left.dtype.names is not None:
        return all(_equal_arrays(left[name], right[name], equal, tolerance) for name in left.dtype.names)
    if kind not in "fc":
        return bool(np.array_equal(left, right, equal_nan=kind in "mM"))
    if kind == "c":
        return _equal_arrays(left.real, right.real, equal, tolerance) and _equal_arrays(
            left.imag, right.imag, equal, tolerance
        )
    if tolerance is None:
        zeros = (left == 0) & (right == 0)
        return bool(
            np.array_equal(left, right, equal_nan=True)
            and np.array_equal(np.signbit(left[zeros]), np.signbit(right[zeros]))
        )
    rel, abs_ = tolerance
    with np.errstate(invalid="ignore", over="ignore"):
        bound = np.maximum(rel * np.maximum(np.abs(left), np.abs(right)), abs_)
        fine = (left == right) | (np.isnan(left) & np.isnan(right))
        fine |= np.isfinite(left) & np.isfinite(right) & (np.abs(left - right) <= bound)
    return bool(fine.all())
