from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

import data_processor
import numpy as np
import pytest
from coursekit import check, expect
from hypothesis import given
from hypothesis import strategies as st

NEGATIVE = "A negative index counts from the end: add the length, then check the range."
RANGE = "An index outside the values is an IndexError: `for` and `reversed` rely on it."
SLICE = "Let `slice.indices(len)` do the arithmetic: it knows negative, missing and too large bounds."
NO_NUMBER = "What is no number is not in the processor: `in` is False and `count` is 0, without an exception."
NOT_THERE = "What is not in the processor has no place: ValueError, for what is no number too."
EQUAL_NUMBER = (
    "The conversion to f64 rounds. Ask Python whether the value equals the float: `value.eq(number)?`."
)
STRANGER = "Take `other: &Self`: PyO3 returns NotImplemented for you where something else comes."
REGISTER = "Call `PySequence::register::<DataProcessor>(py)` in `register`."

FIXTURES: Any = data_processor  # `_make` and its like do not ship, so no stub declares them.


def processor(values: Iterable[float], chunk_size: int = 3, total_seen: int | None = None) -> Any:
    """A processor in this state, made past the exercises."""
    values = list(values)
    return FIXTURES._make(chunk_size, values, len(values) if total_seen is None else total_seen)


def item(p: Any, index: object) -> Any:
    return p[index]


def contains(p: Any, value: object) -> bool:
    return value in p


def equal(p: Any, other: object) -> Any:
    return p == other


def unequal(p: Any, other: object) -> Any:
    return p != other


def check_works() -> None:
    """A version that always raises must not pass, so first an item and a slice that are there."""
    p = processor([1.5, 2.5])
    expect(item, p, 1).returns(2.5, because=NEGATIVE)
    expect(item, p, np.s_[1:]).returns(np.array([2.5]), because=SLICE)


def check_finds() -> None:
    """A search that never finds anything must not pass, so first a value that is there."""
    p = processor([1.5, 2.5])
    expect(contains, p, 2.5).returns(True)
    expect(p.count, 2.5).returns(1)
    expect(p.index, 2.5).returns(1)


def check_equals() -> None:
    """A comparison that always gives the same answer must not pass, so first two that are equal."""
    expect(equal, processor([1.0, 2.0]), processor([1.0, 2.0])).returns(True)
    expect(unequal, processor([1.0, 2.0]), processor([1.0, 2.0])).returns(False)


@pytest.mark.parametrize(
    ("index", "value"), [(0, 1.5), (2, 3.5), (-1, 3.5), (-3, 1.5), (True, 2.5), (np.int64(1), 2.5)]
)
def test_index(index: Any, value: float) -> None:
    expect(item, processor([1.5, 2.5, 3.5]), index).returns(value, because=NEGATIVE)


@pytest.mark.parametrize("index", [3, -4, 2**62, -(2**63), 2**100, -(2**100)])
def test_index_out_of_range(index: int) -> None:
    check_works()
    expect(item, processor([1.5, 2.5, 3.5]), index).raises(IndexError, because=RANGE)


@pytest.mark.parametrize("index", [0, -1])
def test_index_of_nothing(index: int) -> None:
    check_works()
    expect(item, processor([]), index).raises(IndexError, because=RANGE)


@pytest.mark.parametrize("index", [1.0, "1", None, (0, 1)])
def test_no_index(index: object) -> None:
    check_works()
    expect(item, processor([1.5, 2.5]), index).raises(TypeError)


@pytest.mark.parametrize(
    "part",
    [
        np.s_[:],
        np.s_[1:3],
        np.s_[-2:],
        np.s_[::2],
        np.s_[::-1],
        np.s_[3:0:-2],
        np.s_[5:100],
        np.s_[4:1],
        np.s_[-100:2],
    ],
)
def test_slice(part: slice) -> None:
    values = [0.5, 1.5, 2.5, 3.5, 4.5]
    expect(item, processor(values), part).returns(np.array(values[part], dtype=float), because=SLICE)


@given(st.lists(st.floats(), max_size=12), st.slices(15) | st.slices(4))
def test_slices_agree_with_a_list(values: list[float], part: slice) -> None:
    expect(item, processor(values), part).returns(np.array(values[part], dtype=float), because=SLICE)


def test_a_slice_of_step_zero() -> None:
    check_works()
    expect(item, processor([1.0]), np.s_[::0]).raises(ValueError)


def test_a_slice_of_no_integers() -> None:
    check_works()
    expect(item, processor([1.0]), slice("a", None)).raises(TypeError)


@pytest.mark.soft
def test_a_slice_is_a_copy() -> None:
    p = processor([1.0, 2.0])
    expect(item, p, np.s_[:]).value()[0] = 99.0
    check("the processor's values", FIXTURES._state(p)[1], [1.0, 2.0])


@pytest.mark.parametrize("values", [[], [1.0], [1.0, 2.0, 3.0]])
def test_iteration(values: list[float]) -> None:
    expect(list, processor(values)).returns(values, because=RANGE)


@pytest.mark.parametrize("values", [[], [1.0], [1.0, 2.0, 3.0]])
def test_reversed(values: list[float]) -> None:
    expect(lambda p: list(reversed(p)), processor(values)).described("list(reversed(processor))").returns(
        values[::-1], because=RANGE
    )


@pytest.mark.parametrize("value", [1.5, 2, 2.0, np.float64(1.5), True, Decimal("1.5"), np.float32(1.5)])
def test_contains(value: object) -> None:
    expect(contains, processor([1.5, 2.0, 1.0]), value).returns(True)


@pytest.mark.parametrize("value", [3, 0.0, math.nan, math.inf, -1.5])
def test_does_not_contain(value: object) -> None:
    check_finds()
    expect(contains, processor([1.5, 2.0, math.nan]), value).returns(False)


@pytest.mark.parametrize("value", ["1.5", None, [1.5], 1j, b"1", (), {}, 10**400])
def test_what_is_no_number(value: object) -> None:
    check_finds()
    expect(contains, processor([1.5, 2.0]), value).returns(False, because=NO_NUMBER)
    expect(processor([1.5, 2.0]).count, value).returns(0, because=NO_NUMBER)


@pytest.mark.parametrize("value", [2**53 + 1, Decimal("0.1")])
def test_contains_only_what_is_equal(value: object) -> None:
    check_finds()
    p = processor([2.0**53, 0.1])
    expect(contains, p, value).returns(False, because=EQUAL_NUMBER)
    expect(p.count, value).returns(0, because=EQUAL_NUMBER)


@pytest.mark.parametrize(("value", "place"), [(1.5, 0), (2, 1), (0, 4), (-0.0, 4)])
def test_index_method(value: object, place: int) -> None:
    expect(processor([1.5, 2.0, 1.5, 2.0, 0.0]).index, value).returns(place)


@pytest.mark.parametrize("value", [3.0, "1.5", None, math.nan])
def test_index_method_without_success(value: object) -> None:
    check_finds()
    expect(processor([1.5, 2.0]).index, value).raises(ValueError, because=NOT_THERE)


@pytest.mark.parametrize(("value", "count"), [(1.5, 2), (2, 1), (3.0, 0), (math.nan, 0)])
def test_count(value: object, count: int) -> None:
    expect(processor([1.5, 2.0, 1.5, math.nan]).count, value).returns(count)


def test_equal() -> None:
    expect(equal, processor([1.0, 2.0]), processor([1.0, 2.0])).returns(True)
    expect(unequal, processor([1.0, 2.0]), processor([1.0, 2.0])).returns(False)
    expect(equal, processor([1.0], total_seen=1), processor([1.0], total_seen=9)).returns(
        True, because="What has left again plays no part: values and chunk size do."
    )


@pytest.mark.parametrize(
    "other", [([1.0, 3.0], 3), ([1.0], 3), ([1.0, 2.0, 3.0], 3), ([2.0, 1.0], 3), ([1.0, 2.0], 4), ([], 3)]
)
def test_unequal(other: tuple[list[float], int]) -> None:
    check_equals()
    expect(equal, processor([1.0, 2.0]), processor(*other)).returns(False)
    expect(unequal, processor([1.0, 2.0]), processor(*other)).returns(True)


@pytest.mark.parametrize("stranger", [[1.0, 2.0], (1.0, 2.0), 5, None, "processor", data_processor])
def test_strangers_are_unequal(stranger: object) -> None:
    check_equals()
    expect(equal, processor([1.0, 2.0]), stranger).returns(False, because=STRANGER)
    expect(unequal, processor([1.0, 2.0]), stranger).returns(True, because=STRANGER)


def test_a_stranger_has_its_say() -> None:
    class Stranger:
        def __eq__(self, other: object) -> bool:
            return True

        __hash__ = None  # type: ignore[assignment]

    check_equals()
    expect(equal, processor([1.0]), Stranger()).described("processor == stranger").returns(
        True, because=STRANGER
    )


def test_cannot_be_hashed() -> None:
    check_equals()  # A class without an `__eq__` of its own can be hashed.
    expect(hash, processor([1.0])).raises(TypeError)


def test_is_a_sequence() -> None:
    check("isinstance(processor, Sequence)", isinstance(processor([]), Sequence), True, REGISTER)
    check(
        "issubclass(DataProcessor, Sequence)",
        issubclass(data_processor.DataProcessor, Sequence),
        True,
        REGISTER,
    )


def test_match_statement() -> None:
    match processor([1.0, 2.0, 3.0]):
        case [first, *_, last]:
            check("first and last, by pattern", (first, last), (1.0, 3.0))
        case _:
            check("the pattern [first, *_, last] matches", False, True, REGISTER)
