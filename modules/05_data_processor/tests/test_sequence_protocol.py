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


def drawn(rng: np.random.Generator, count: int = 9) -> list[float]:
    values: list[float] = rng.normal(size=count).tolist()
    return values


def check_works(rng: np.random.Generator) -> None:
    """A version that always raises must not pass, so also items and slices that are there."""
    values = drawn(rng)
    p, index, start = processor(values), int(rng.integers(-9, 9)), int(rng.integers(0, 9))
    expect(item, p, index).returns(values[index], because=NEGATIVE)
    expect(item, p, np.s_[start:]).returns(np.array(values[start:]), because=SLICE)


def check_finds(rng: np.random.Generator) -> None:
    """A search that never finds anything must not pass, nor one that finds all, so also what is there."""
    values = drawn(rng)
    there, elsewhere = int(rng.integers(0, 9)), float(rng.normal())
    p = processor([*values, values[there]])
    for value in rng.permutation([values[there], elsewhere]).tolist():
        expect(contains, p, value).returns(value in values)
        expect(p.count, value).returns(2 if value in values else 0)
    expect(p.index, values[there]).returns(there)


def check_equals(rng: np.random.Generator) -> None:
    """A comparison that always gives the same answer must not pass, so also some others, in no order."""
    values, other = drawn(rng, 2), drawn(rng, 2)
    for same in rng.permutation([True, True, False, False]).tolist():
        one, two = processor(values), processor(values if same else other)
        if rng.integers(0, 2):
            expect(equal, one, two).returns(same)
        else:
            expect(unequal, one, two).returns(not same)


@pytest.mark.parametrize("index", [0, 2, -1, -3, True, np.int64(1)])
def test_index(index: Any, rng: np.random.Generator) -> None:
    values = drawn(rng, 3)
    expect(item, processor(values), index).returns(values[index], because=NEGATIVE)


@pytest.mark.parametrize("index", [3, -4, 2**62, -(2**63), 2**100, -(2**100)])
def test_index_out_of_range(index: int, rng: np.random.Generator) -> None:
    check_works(rng)
    expect(item, processor([1.5, 2.5, 3.5]), index).raises(IndexError, because=RANGE)
    check_works(rng)


@pytest.mark.parametrize("index", [0, -1])
def test_index_of_nothing(index: int, rng: np.random.Generator) -> None:
    check_works(rng)
    expect(item, processor([]), index).raises(IndexError, because=RANGE)
    check_works(rng)


@pytest.mark.parametrize("index", [1.0, "1", None, (0, 1)])
def test_no_index(index: object, rng: np.random.Generator) -> None:
    check_works(rng)
    expect(item, processor([1.5, 2.5]), index).raises(TypeError)
    check_works(rng)


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
def test_slice(part: slice, rng: np.random.Generator) -> None:
    values = drawn(rng, 5)
    expect(item, processor(values), part).returns(np.array(values[part], dtype=float), because=SLICE)


@given(st.lists(st.floats(), max_size=12), st.slices(15) | st.slices(4))
def test_slices_agree_with_a_list(values: list[float], part: slice) -> None:
    expect(item, processor(values), part).returns(np.array(values[part], dtype=float), because=SLICE)


def test_a_slice_of_step_zero(rng: np.random.Generator) -> None:
    check_works(rng)
    expect(item, processor([1.0]), np.s_[::0]).raises(ValueError)
    check_works(rng)


def test_a_slice_of_no_integers(rng: np.random.Generator) -> None:
    check_works(rng)
    expect(item, processor([1.0]), slice("a", None)).raises(TypeError)
    check_works(rng)


@pytest.mark.soft
def test_a_slice_is_a_copy() -> None:
    p = processor([1.0, 2.0])
    expect(item, p, np.s_[:]).value()[0] = 99.0
    check("the processor's values", FIXTURES._state(p)[1], [1.0, 2.0])


@pytest.mark.parametrize("count", [0, 1, 3])
def test_iteration(count: int, rng: np.random.Generator) -> None:
    values = drawn(rng, count)
    expect(list, processor(values)).returns(values, because=RANGE)
    check_works(rng)


@pytest.mark.parametrize("count", [0, 1, 3])
def test_reversed(count: int, rng: np.random.Generator) -> None:
    values = drawn(rng, count)
    expect(lambda p: list(reversed(p)), processor(values)).described("list(reversed(processor))").returns(
        values[::-1], because=RANGE
    )
    check_works(rng)


@pytest.mark.parametrize("value", [1.5, 2, 2.0, np.float64(1.5), True, Decimal("1.5"), np.float32(1.5)])
def test_contains(value: object, rng: np.random.Generator) -> None:
    expect(contains, processor([1.5, 2.0, 1.0]), value).returns(True)
    check_finds(rng)


@pytest.mark.parametrize("value", [3, 0.0, math.nan, math.inf, -1.5])
def test_does_not_contain(value: object, rng: np.random.Generator) -> None:
    check_finds(rng)
    expect(contains, processor([1.5, 2.0, math.nan]), value).returns(False)
    check_finds(rng)


@pytest.mark.parametrize("value", ["1.5", None, [1.5], 1j, b"1", (), {}, 10**400])
def test_what_is_no_number(value: object, rng: np.random.Generator) -> None:
    check_finds(rng)
    expect(contains, processor([1.5, 2.0]), value).returns(False, because=NO_NUMBER)
    expect(processor([1.5, 2.0]).count, value).returns(0, because=NO_NUMBER)
    check_finds(rng)


@pytest.mark.parametrize("value", [2**53 + 1, Decimal("0.1")])
def test_contains_only_what_is_equal(value: object, rng: np.random.Generator) -> None:
    check_finds(rng)
    p = processor([2.0**53, 0.1])
    expect(contains, p, value).returns(False, because=EQUAL_NUMBER)
    expect(p.count, value).returns(0, because=EQUAL_NUMBER)
    check_finds(rng)


@pytest.mark.parametrize(("value", "place"), [(1.5, 0), (2, 1), (0, 4), (-0.0, 4)])
def test_index_method(value: object, place: int, rng: np.random.Generator) -> None:
    expect(processor([1.5, 2.0, 1.5, 2.0, 0.0, *drawn(rng)]).index, value).returns(place)
    check_finds(rng)


@pytest.mark.parametrize("value", [3.0, "1.5", None, math.nan])
def test_index_method_without_success(value: object, rng: np.random.Generator) -> None:
    check_finds(rng)
    expect(processor([1.5, 2.0]).index, value).raises(ValueError, because=NOT_THERE)
    check_finds(rng)


@pytest.mark.parametrize(("value", "count"), [(1.5, 2), (2, 1), (3.0, 0), (math.nan, 0)])
def test_count(value: object, count: int, rng: np.random.Generator) -> None:
    expect(processor([1.5, 2.0, 1.5, math.nan, *drawn(rng)]).count, value).returns(count)
    check_finds(rng)


def test_equal(rng: np.random.Generator) -> None:
    expect(equal, processor([1.0, 2.0]), processor([1.0, 2.0])).returns(True)
    expect(unequal, processor([1.0, 2.0]), processor([1.0, 2.0])).returns(False)
    expect(equal, processor([1.0], total_seen=1), processor([1.0], total_seen=9)).returns(
        True, because="What has left again plays no part: values and chunk size do."
    )
    check_equals(rng)


@pytest.mark.parametrize(
    "other", [([1.0, 3.0], 3), ([1.0], 3), ([1.0, 2.0, 3.0], 3), ([2.0, 1.0], 3), ([1.0, 2.0], 4), ([], 3)]
)
def test_unequal(other: tuple[list[float], int], rng: np.random.Generator) -> None:
    check_equals(rng)
    expect(equal, processor([1.0, 2.0]), processor(*other)).returns(False)
    expect(unequal, processor([1.0, 2.0]), processor(*other)).returns(True)
    check_equals(rng)


@pytest.mark.parametrize("stranger", [[1.0, 2.0], (1.0, 2.0), 5, None, "processor", data_processor])
def test_strangers_are_unequal(stranger: object, rng: np.random.Generator) -> None:
    check_equals(rng)
    expect(equal, processor([1.0, 2.0]), stranger).returns(False, because=STRANGER)
    expect(unequal, processor([1.0, 2.0]), stranger).returns(True, because=STRANGER)
    check_equals(rng)


def test_a_stranger_has_its_say(rng: np.random.Generator) -> None:
    class Stranger:
        def __eq__(self, other: object) -> bool:
            return True

        __hash__ = None  # type: ignore[assignment]

    check_equals(rng)
    expect(equal, processor([1.0]), Stranger()).described("processor == stranger").returns(
        True, because=STRANGER
    )
    check_equals(rng)


def test_cannot_be_hashed(rng: np.random.Generator) -> None:
    check_equals(rng)  # A class without an `__eq__` of its own can be hashed.
    expect(hash, processor([1.0])).raises(TypeError)
    check_equals(rng)


def test_is_a_sequence(rng: np.random.Generator) -> None:
    check("isinstance(processor, Sequence)", isinstance(processor([]), Sequence), True, REGISTER)
    check(
        "issubclass(DataProcessor, Sequence)",
        issubclass(data_processor.DataProcessor, Sequence),
        True,
        REGISTER,
    )
    check_works(rng)


def test_match_statement(rng: np.random.Generator) -> None:
    values = drawn(rng)
    match processor(values):
        case [first, *_, last]:
            check("first and last, by pattern", (first, last), (values[0], values[-1]))
        case _:
            check("the pattern [first, *_, last] matches", False, True, REGISTER)
