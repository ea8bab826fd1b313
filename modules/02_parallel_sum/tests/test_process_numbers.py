from __future__ import annotations

import random

import parallel_sum
import pytest
from coursekit import expect, likely
from hypothesis import given
from hypothesis import strategies as st

LARGEST = 2**63 - 1
SMALLEST = -(2**63)

KEEPS = likely(
    (
        OverflowError,
        "Filter first: a number that is not above the threshold is not doubled, so it cannot overflow.",
    ),
    (Exception, "Every argument here is right: return the list."),
    otherwise=(
        "Above means greater than: a number equal to the threshold stays out. The rest is doubled, in order."
    ),
)
TOO_LARGE = likely(
    (Exception, "A doubled number does not fit, and the exercise asks for OverflowError: `PyOverflowError`."),
    (
        list,
        "A doubled number wrapped round, stopped at the largest "
        "or was left out. `checked_mul` gives None for it.",
    ),
)
NO_MEMORY = (
    "A range has a length and no items, but a Vec needs room for all of them: "
    "keep `#[pyo3(from_py_with = numbers_of)]` in the signature."
)


def test_keeps_what_is_above_and_doubles_it() -> None:
    expect(parallel_sum.process_numbers, [1, 5, 10, 15, 20], 10).returns([30, 40], because=KEEPS)


def test_the_threshold_itself_stays_out() -> None:
    expect(parallel_sum.process_numbers, [3, 3, 4], 3).returns([8], because=KEEPS)


def test_negative_numbers() -> None:
    expect(parallel_sum.process_numbers, [-5, -3, -1, 0, 2], -4).returns([-6, -2, 0, 4])


@pytest.mark.parametrize(("numbers", "threshold"), [([], 0), ([1, 2, 3], 3), ([LARGEST], LARGEST)])
def test_nothing_left(numbers: list[int], threshold: int) -> None:
    expect(parallel_sum.process_numbers, numbers, threshold).returns([], because=KEEPS)


def test_duplicates_stay() -> None:
    expect(parallel_sum.process_numbers, [2, 1, 2, 1, 2], 1).returns([4, 4, 4])


def test_by_name() -> None:
    expect(parallel_sum.process_numbers, numbers=[1, 2], threshold=1).returns([4])


def test_keeps_the_order() -> None:
    numbers = random.Random(3).choices(range(-(10**6), 10**6), k=100_000)
    doubled = [2 * n for n in numbers if n > 0]
    expect(parallel_sum.process_numbers, numbers, 0).returns(
        doubled,
        because=likely(
            (
                lambda got: sorted(got) == sorted(doubled),
                "Threads that push into one Vec do so in the order "
                "in which they finish; `collect` keeps the order.",
            ),
            otherwise=KEEPS,
        ),
    )


@pytest.mark.parametrize(
    ("numbers", "threshold"),
    [
        ([LARGEST], 0),
        ([1, 2**62, 2], 0),
        ([-(2**62) - 1], SMALLEST),
        ([0] * 10_000 + [2**62] + [0] * 10_000, 0),
    ],
)
def test_overflow(numbers: list[int], threshold: int) -> None:
    expect(parallel_sum.process_numbers, numbers, threshold).raises(OverflowError, because=TOO_LARGE)


def test_up_to_the_edge() -> None:
    expect(parallel_sum.process_numbers, [2**62 - 1, -(2**62)], SMALLEST).returns([2**63 - 2, SMALLEST])


def test_what_stays_out_cannot_overflow() -> None:
    expect(parallel_sum.process_numbers, [SMALLEST, 1], 0).returns([2], because=KEEPS)


@given(st.lists(st.integers(SMALLEST, LARGEST) | st.integers(-9, 9), max_size=40), st.integers(-9, 9))
def test_agrees_with_python(numbers: list[int], threshold: int) -> None:
    doubled = [2 * number for number in numbers if number > threshold]
    if all(number <= LARGEST for number in doubled):
        expect(parallel_sum.process_numbers, numbers, threshold).returns(doubled, because=KEEPS)
    else:
        expect(parallel_sum.process_numbers, numbers, threshold).raises(OverflowError, because=TOO_LARGE)


@pytest.mark.parametrize(("numbers", "threshold"), [([2**63], 0), ([1], 2**63), ([SMALLEST - 1], 0)])
def test_beyond_64_bits(numbers: list[int], threshold: int) -> None:
    expect(parallel_sum.process_numbers, numbers, threshold).raises(OverflowError)


@pytest.mark.parametrize(
    ("numbers", "threshold"), [([1.5], 0), ("12", 0), (None, 0), ([1], 0.5), ([1], None)]
)
def test_wrong_types(numbers: object, threshold: object) -> None:
    expect(parallel_sum.process_numbers, numbers, threshold).raises(TypeError)


@pytest.mark.parametrize("length", [10**14, 10**18])
def test_a_range_that_does_not_fit(length: int) -> None:
    expect(parallel_sum.process_numbers, range(length), 0).raises(MemoryError, because=NO_MEMORY)
