from __future__ import annotations

from typing import Any

import matrix_multiply
import numpy as np
import pytest
from coursekit import expect, likely, panicked
from coursekit.layouts import LAYOUTS, laid_out, packed
from hypothesis import given
from hypothesis import strategies as st

PLACES = "Items belong together by their place in the array, not in memory: use views, not slices."
SHAPES = likely(
    (panicked, "ndarray panics if the shapes do not fit: compare `a.shape()` with `b.shape()` first."),
    (np.ndarray, "`&a * &b` stretches an axis of length 1: compare `a.shape()` with `b.shape()` first."),
    otherwise='The text begins with "Arrays must have the same shape", and names both with `{:?}`.',
)
NO_MEMORY = "Ask for the memory of the result before you compute it: `memory::check_fits`."


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Any, Any]:
    shape = tuple(draw(st.lists(st.integers(0, 4), max_size=4)))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    one, other = (
        laid_out(np.asarray(rng.normal(size=shape)), draw(st.sampled_from(LAYOUTS))) for _ in range(2)
    )
    return one, other


def test_multiplies(rng: np.random.Generator) -> None:
    expect(matrix_multiply.array_multiply, np.array([1.0, 2.0]), np.array([10.0, -1.0])).returns(
        np.array([10.0, -2.0])
    )
    a, b = rng.normal(size=(2, 9))
    expect(matrix_multiply.array_multiply, a, b).returns(a * b)


@given(pairs())
def test_agrees_with_numpy(arrays: tuple[Any, Any]) -> None:
    a, b = arrays
    expect(matrix_multiply.array_multiply, a, b).returns(np.asarray(a * b), because=PLACES)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("other", LAYOUTS)
def test_any_two_layouts(layout: str, other: str, rng: np.random.Generator) -> None:
    one, two = rng.normal(size=(2, 3, 4, 5))
    a, b = laid_out(one, layout), laid_out(two, other)
    expect(matrix_multiply.array_multiply, a, b).returns(one * two, because=PLACES)


def test_the_same_array_twice(rng: np.random.Generator) -> None:
    a = rng.normal(size=(3, 3))
    expect(matrix_multiply.array_multiply, a, a).returns(a * a)
    expect(matrix_multiply.array_multiply, a, a.T).returns(a * a.T, because=PLACES)


def test_the_arguments_stay_as_they_are(rng: np.random.Generator) -> None:
    a, b = rng.normal(size=(2, 5))
    expected = a * b
    expect(matrix_multiply.array_multiply, a, b).returns(expected)
    expect(matrix_multiply.array_multiply, a, b).returns(expected, because="The call changed `a` or `b`.")


def test_nan_and_infinity(rng: np.random.Generator) -> None:
    a, b = np.array([np.nan, np.inf, np.inf, -0.0]), np.array([1.0, -2.0, 0.0, 5.0])
    expected = np.array([np.nan, -np.inf, np.nan, -0.0])
    expect(matrix_multiply.array_multiply, a, b).returns(expected)
    more, others = rng.normal(size=(2, 5))
    a, b, expected = np.append(a, more), np.append(b, others), np.append(expected, more * others)
    expect(matrix_multiply.array_multiply, a, b).returns(expected)


@pytest.mark.parametrize(
    ("one", "other", "says"),
    [
        ((2, 3), (3, 2), ("2, 3", "3, 2")),
        ((2, 3), (2, 4), ("2, 3", "2, 4")),
        ((6,), (2, 3), ("6", "2, 3")),
        ((2, 3), (1, 3), ("2, 3", "1, 3")),
        ((2, 3), (3,), ("2, 3",)),
        ((4,), (1,), ("4", "1")),
        ((0, 3), (3, 0), ("0, 3", "3, 0")),
        ((), (1,), ("1",)),
    ],
)
def test_shapes_that_differ(one: tuple[int, ...], other: tuple[int, ...], says: tuple[str, ...]) -> None:
    expect(matrix_multiply.array_multiply, np.ones(one), np.ones(other)).raises(
        ValueError, says=("Arrays must have the same shape", *says), because=SHAPES
    )


@pytest.mark.parametrize("dtype", ["float32", "int64", "object"])
def test_another_dtype(dtype: str) -> None:
    expect(matrix_multiply.array_multiply, np.ones(2), np.ones(2, dtype=dtype)).raises(TypeError, says=dtype)
    expect(matrix_multiply.array_multiply, np.ones(2, dtype=dtype), np.ones(2)).raises(TypeError, says=dtype)


def test_a_field_of_a_packed_record() -> None:
    because = "`as_array` would read at the wrong places: `layout::check_aligned` for both."
    field, other = packed([1.0, 2.0]), np.ones(2)
    expect(matrix_multiply.array_multiply, field, other).raises(ValueError, says="aligned", because=because)
    expect(matrix_multiply.array_multiply, other, field).raises(ValueError, says="aligned", because=because)


def test_a_result_that_does_not_fit() -> None:
    a = np.broadcast_to(1.0, (10**7, 10**7))
    expect(matrix_multiply.array_multiply, a, a).raises(MemoryError, because=NO_MEMORY)
