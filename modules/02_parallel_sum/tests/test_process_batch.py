from __future__ import annotations

import math

import parallel_sum
import pytest
from coursekit import expect, likely
from hypothesis import given
from hypothesis import strategies as st

PRECISION = "Python's float is Rust's f64. An f32 has no room for 52 bits of fraction."
NO_MEMORY = (
    "A range has a length and no items, but a Vec needs room for all of them: "
    "keep `#[pyo3(from_py_with = numbers_of)]` in the signature."
)


@pytest.mark.parametrize("x", [0.0, -0.0, 1.5, -2.25, 0.1, 1e308, 5e-324, math.inf, -math.inf, math.nan])
def test_doubles_one(x: float) -> None:
    expect(parallel_sum.process_single, x).returns(x * 2.0, because=PRECISION)


def test_an_int_counts_as_a_float() -> None:
    expect(parallel_sum.process_single, 21).returns(42.0)
    expect(parallel_sum.process_batch, [1, 2, 3]).returns([2.0, 4.0, 6.0])


def test_doubles_a_list() -> None:
    expect(parallel_sum.process_batch, [1.5, -2.25, 0.0]).returns([3.0, -4.5, 0.0])


def test_precision_of_a_list() -> None:
    expect(parallel_sum.process_batch, [0.1, 1e308, 5e-324]).returns(
        [0.2, math.inf, 1e-323], because=PRECISION
    )


def test_empty_list() -> None:
    expect(parallel_sum.process_batch, []).returns([])


def test_keeps_the_order() -> None:
    xs = [float(i) for i in range(100_000)]
    doubled = [2.0 * x for x in xs]
    expect(parallel_sum.process_batch, xs).returns(
        doubled,
        because=likely(
            (
                lambda got: sorted(got) == doubled,
                "Threads that push into one Vec push in the order in which they happen to finish.",
            ),
            otherwise="Map each x to twice x, and collect the results into a Vec.",
        ),
    )


def test_leaves_the_argument_alone() -> None:
    xs = [1.0, 2.0]
    expect(parallel_sum.process_batch, xs).returns([2.0, 4.0])
    expect(parallel_sum.process_batch, xs).returns([2.0, 4.0])


@given(st.lists(st.floats(), max_size=50))
def test_agrees_with_python(xs: list[float]) -> None:
    expect(parallel_sum.process_batch, xs).returns([x * 2.0 for x in xs], because=PRECISION)


@pytest.mark.parametrize("x", ["1.0", None, [1.0]])
def test_one_that_is_no_number(x: object) -> None:
    expect(parallel_sum.process_single, x).raises(TypeError)


@pytest.mark.parametrize("xs", ["12", None, 1.0, [1.0, "2"], [None]])
def test_no_list_of_numbers(xs: object) -> None:
    expect(parallel_sum.process_batch, xs).raises(TypeError)


def test_a_range_that_fits() -> None:
    expect(parallel_sum.process_batch, range(3)).returns([0.0, 2.0, 4.0])


@pytest.mark.parametrize("length", [10**14, 10**18])
def test_a_range_that_does_not_fit(length: int) -> None:
    expect(parallel_sum.process_batch, range(length)).raises(MemoryError, because=NO_MEMORY)


def test_a_length_that_is_no_length() -> None:
    expect(parallel_sum.process_batch, range(2**63)).raises(OverflowError, because=NO_MEMORY)
