"""Exercise 4: any iterable, a Python signature, and errors that say where."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sum_as_string
from coursekit import check, check_that, expect, likely
from hypothesis import given
from hypothesis import strategies as st

U64_MAX = 2**64 - 1
ANY_ITERABLE = "`Vec` takes sequences only; `try_iter` takes whatever a `for` loop takes."
SIGNATURE = 'The signature is `(pairs, /, *, sep=", ")`: pairs without a name, sep only by name.'
ENDS = "A separator stands before the first sum or after the last. It stands between the sums only."
JOINS = likely(
    (lambda got: got.startswith((",", " ", ";", "+")) or got.endswith((",", " ", ";", "+")), ENDS),
    (TypeError, SIGNATURE),
    otherwise="Append the sum of each pair as text, and `sep` before each sum but the first.",
)
BAD_PAIR = likely(
    (str, "A bad pair was skipped or its sum wrapped round. Return its error."),
    (
        lambda error: "pairs[" in str(error),
        "The index is there, but the class must be that of the first error: "
        "`PyErr::from_type(error.get_type(py), text)`.",
    ),
    otherwise="Count the pairs from 0 as you go, and put `pairs[index]` into the message.",
)
INDEX = "Count the pairs from 0 as you go, and put `pairs[index]` into the message."


def test_joins() -> None:
    expect(sum_as_string.join_sums, [(1, 2), (3, 4), (5, 6)]).returns("3, 7, 11", because=JOINS)


def test_one_and_none() -> None:
    expect(sum_as_string.join_sums, [(20, 22)], sep=", ").returns("42", because=JOINS)
    expect(sum_as_string.join_sums, [], sep=", ").returns("", because=JOINS)


def test_separator() -> None:
    expect(sum_as_string.join_sums, [(1, 2), (3, 4)], sep=" + ").returns("3 + 7", because=JOINS)
    expect(sum_as_string.join_sums, [(1, 2), (3, 4)], sep="").returns("37", because=JOINS)
    expect(sum_as_string.join_sums, [(1, 2), (3, 4)], sep=" → ").returns("3 → 7", because=JOINS)


def test_pairs_have_no_name() -> None:
    expect(sum_as_string.join_sums, pairs=[(1, 2)], sep=", ").raises(TypeError, because=SIGNATURE)
    expect(sum_as_string.join_sums).raises(TypeError, because=SIGNATURE)


def test_separator_needs_its_name() -> None:
    expect(sum_as_string.join_sums, [(1, 2)], "; ").raises(TypeError, because=SIGNATURE)


@pytest.mark.parametrize("stranger", [None, 5, b", "])
def test_separator_is_text(stranger: Any) -> None:
    expect(sum_as_string.join_sums, [(1, 2)], sep=stranger).raises(TypeError)


@pytest.mark.parametrize("pairs", [((1, 2), (3, 4)), {(1, 2): "one", (3, 4): "two"}], ids=["tuple", "dict"])
def test_other_iterables(pairs: Any) -> None:
    expect(sum_as_string.join_sums, pairs, sep=", ").returns(
        "3, 7", because=likely((TypeError, ANY_ITERABLE), otherwise=JOINS)
    )


def test_generator() -> None:
    pairs = ((n, n) for n in range(4))
    expect(sum_as_string.join_sums, pairs, sep=", ").returns(
        "0, 2, 4, 6", because=likely((TypeError, ANY_ITERABLE), otherwise=JOINS)
    )


@pytest.mark.parametrize("stranger", [None, 5, 1.5])
def test_not_iterable(stranger: Any) -> None:
    expect(sum_as_string.join_sums, stranger, sep=", ").raises(TypeError)


BAD_PAIRS: list[tuple[Any, type[Exception]]] = [
    (5, TypeError),
    (None, TypeError),
    ("12", TypeError),
    ((1, "2"), TypeError),
    ((1.0, 2), TypeError),
    ((), ValueError),
    ((1,), ValueError),
    ((1, 2, 3), ValueError),
    ((-1, 2), OverflowError),
    ((1, 2**64), OverflowError),
    ((U64_MAX, 1), OverflowError),
]


@pytest.mark.parametrize(("bad", "kind"), BAD_PAIRS)
def test_bad_pair_is_named(bad: Any, kind: type[Exception]) -> None:
    for index in (0, 1, 3):
        pairs = [(1, 2)] * index + [bad, (3, 4)]
        expect(sum_as_string.join_sums, pairs, sep=", ").raises(
            kind, says=f"pairs[{index}]", because=BAD_PAIR
        )


def test_first_bad_pair_counts() -> None:
    expect(sum_as_string.join_sums, [(1, 2), (1, -1), "no pair"], sep=", ").raises(
        OverflowError, says="pairs[1]"
    )


def test_sums_do_not_add_up() -> None:
    expect(sum_as_string.join_sums, [(U64_MAX, 0), (0, U64_MAX)], sep=" ").returns(
        f"{U64_MAX} {U64_MAX}",
        because=likely(
            (OverflowError, "Each pair has a sum of its own: nothing is added up across pairs."),
            otherwise=JOINS,
        ),
    )


@pytest.mark.parametrize(("bad", "kind"), [(5, TypeError), ((1,), ValueError), ((U64_MAX, 1), OverflowError)])
def test_cause_is_the_first_error(bad: Any, kind: type[Exception]) -> None:
    error = expect(sum_as_string.join_sums, [(1, 2), bad], sep=", ").raises(
        kind, says="pairs[1]", because=INDEX
    )
    check_that(
        type(error.__cause__) is kind,
        f"join_sums([(1, 2), {bad}]), then the error's __cause__",
        error.__cause__,
        f"the first {kind.__name__}",
        "The new error hides the first one: `set_cause` keeps it, like `raise … from …` in Python.",
    )


def broken() -> Iterator[tuple[int, int]]:
    yield 1, 2
    raise KeyError("gone")


def test_error_of_the_iterable_passes() -> None:
    error = expect(sum_as_string.join_sums, broken(), sep=", ").raises(KeyError)
    because = "An error that the iterable raises is about no pair: let `?` pass it on as it is."
    check(
        "join_sums(a generator that raises KeyError('gone')), then the error's args",
        error.args,
        ("gone",),
        because,
    )
    check(
        "join_sums(a generator that raises KeyError('gone')), then __cause__", error.__cause__, None, because
    )


def test_stops_at_the_bad_pair() -> None:
    pairs = iter([(1, 2), "no pair", (3, 4), (5, 6)])
    expect(sum_as_string.join_sums, pairs, sep=", ").raises(TypeError, says="pairs[1]", because=INDEX)
    check(
        "join_sums(iterator) fails at its second item; then list(iterator)",
        list(pairs),
        [(3, 4), (5, 6)],
        "Items after the bad one were consumed: convert each pair when its turn comes, not all at once.",
    )


# Few characters on purpose: a strategy for all of Unicode takes seconds to set up.
SEPARATORS = st.text(st.sampled_from(",; 0\n→"), max_size=4)


@given(st.lists(st.tuples(st.integers(0, 2**63), st.integers(0, 2**63 - 1)), max_size=8), SEPARATORS)
def test_agrees_with_python(pairs: list[tuple[int, int]], sep: str) -> None:
    expect(sum_as_string.join_sums, pairs, sep=sep).returns(
        sep.join(str(a + b) for a, b in pairs), because=JOINS
    )
