"""The cost of a call: Python's own functions, ctypes and PyO3; and one call that does the work of many."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from typing import Any

from coursekit import NotWritten
from coursekit.bench import Case, Peer, Role, Versions, main

U64_MAX = 2**64 - 1


def python_add_one(x: int) -> int:
    return x + 1


def python_divide(a: float, b: float) -> float:
    if b == 0.0:
        raise ValueError("Cannot divide by zero")
    return a / b


def python_sum_as_string(a: int, b: int) -> str:
    total = a + b
    if not (0 <= a <= U64_MAX and 0 <= b <= U64_MAX and total <= U64_MAX):
        raise OverflowError("out of range")
    return str(total)


def python_join_sums(pairs: list[tuple[int, int]]) -> str:
    return ", ".join([str(a + b) for a, b in pairs])


def python_join_sums_checked(pairs: list[tuple[int, int]]) -> str:
    return ", ".join([python_sum_as_string(a, b) for a, b in pairs])


def over_ctypes(path: str) -> Callable[[int], int]:
    """The C function of the extension in this file, with its types declared as ctypes wants them."""
    library = ctypes.CDLL(path)
    if not hasattr(library, "add_one"):
        return not_exported
    function = library.add_one
    function.argtypes, function.restype = [ctypes.c_int32], ctypes.c_int32
    return function


def not_exported(x: int) -> int:
    raise NotWritten("add_one over ctypes")


def with_separator(function: Callable[..., str]) -> Callable[[list[tuple[int, int]]], str]:
    """Names the separator, which the unsolved exercise has no default for."""
    return lambda pairs: function(pairs, sep=", ")


def each(function: Callable[[Any], Any]) -> Callable[[list[Any]], list[Any]]:
    """One call for each item."""
    return lambda items: [function(x) for x in items]


def each_pair(function: Callable[[Any, Any], Any]) -> Callable[[list[Any]], list[Any]]:
    """One call with two arguments for each item."""
    return lambda pairs: [function(a, b) for a, b in pairs]


def cases(versions: Versions, scale: float) -> Iterator[Case]:
    n = max(1, int(100_000 * scale))
    yield Case(
        "add_one: a hundred thousand calls over ctypes",
        args=(list(range(n)),),
        items=n,
        peers=[
            Peer("Python function", each(python_add_one), role=Role.PYTHON),
            versions.yours("__file__", name="yours over ctypes", using=lambda path: each(over_ctypes(path))),
            versions.solution(
                "__file__", name="solution over ctypes", using=lambda path: each(over_ctypes(path))
            ),
        ],
    )
    yield Case(
        "divide: a hundred thousand calls through PyO3",
        args=([(float(x), 3.0) for x in range(n)],),
        items=n,
        peers=[
            Peer("Python function", each_pair(python_divide), role=Role.PYTHON),
            versions.c_extension("divide", using=each_pair),
            versions.yours("divide", using=each_pair),
            versions.solution("divide", using=each_pair),
        ],
    )
    yield Case(
        "sum_as_string: a hundred thousand calls through PyO3",
        args=([(x, 2**40) for x in range(n)],),
        items=n,
        peers=[
            Peer("Python function", each_pair(python_sum_as_string), role=Role.PYTHON),
            versions.textbook("sum_as_string", using=each_pair),
            versions.yours("sum_as_string", using=each_pair),
            versions.solution("sum_as_string", using=each_pair),
        ],
    )
    yield Case(
        "join_sums: one call, a hundred thousand pairs",
        args=([(x, 2**40) for x in range(n)],),
        items=n,
        peers=[
            Peer("Python, ranges checked", python_join_sums_checked, role=Role.PYTHON),
            Peer("Python, nothing checked", python_join_sums, role=Role.PYTHON),
            versions.textbook("join_sums"),
            versions.yours("join_sums", using=with_separator),
            versions.solution("join_sums", using=with_separator),
        ],
    )


if __name__ == "__main__":
    main("sum_as_string", cases)
