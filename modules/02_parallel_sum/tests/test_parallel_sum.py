from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import parallel_sum
import pytest
from coursekit import check_that, expect, likely
from coursekit.turns import lets_another_thread_in
from hypothesis import given
from hypothesis import strategies as st

LARGEST = 2**63 - 1
SMALLEST = -(2**63)


def too_large(total: int) -> Callable[[Any], str]:
    """The likely cause where the sum `total` is not refused."""
    end = LARGEST if total > 0 else SMALLEST
    return likely(
        (
            Exception,
            "The sum does not fit in an i64, and the exercise asks for OverflowError: `PyOverflowError`.",
        ),
        (lambda got: got == end, "The sum stopped at the end of i64. Add up in i128 and check the total."),
        otherwise=(
            "The sum wrapped round: in a release build, i64 addition does so silently, and so does `.sum()`."
        ),
    )


FITS = likely(
    (
        OverflowError,
        "Only a partial sum is too large for an i64, the total "
        "is not. An i128 has room for every partial sum.",
    ),
    otherwise="Every number counts exactly once, wherever rayon cuts the slice.",
)
NO_MEMORY = (
    "A range has a length and no items, but a Vec needs room for all of them: "
    "keep `#[pyo3(from_py_with = numbers_of)]` in the signature."
)


def drawn(count: int, rng: np.random.Generator) -> list[int]:
    """So many integers, whose sum says nothing about one of them."""
    numbers: list[int] = rng.integers(-(10**12), 10**12, count).tolist()
    return numbers


def towards_zero(numbers: list[int], rng: np.random.Generator) -> list[int]:
    """Drawn numbers that bring the sum of `numbers` nearer to 0, so that it still fits."""
    sign = -1 if sum(numbers) > 0 else 1
    return [sign * abs(number) for number in drawn(9, rng)]


def test_adds(rng: np.random.Generator) -> None:
    expect(parallel_sum.parallel_sum, [1, 2, 3]).returns(6)
    numbers = drawn(9, rng)
    expect(parallel_sum.parallel_sum, numbers).returns(sum(numbers))


def test_empty_list() -> None:
    expect(parallel_sum.parallel_sum, []).returns(0)


@pytest.mark.parametrize("number", [0, -1, 7, LARGEST, SMALLEST])
def test_one_number(number: int, rng: np.random.Generator) -> None:
    expect(parallel_sum.parallel_sum, [number]).returns(number)
    numbers = [number, *towards_zero([number], rng)]
    expect(parallel_sum.parallel_sum, numbers).returns(sum(numbers), because=FITS)


def test_many_numbers(rng: np.random.Generator) -> None:
    numbers = drawn(100_000, rng)
    expect(parallel_sum.parallel_sum, numbers).returns(sum(numbers), because=FITS)


@pytest.mark.parametrize(
    "numbers",
    [[LARGEST, 1], [SMALLEST, -1], [LARGEST, LARGEST, 3], [2**62] * 4, [SMALLEST] * 2, [2**62] * 1000],
)
def test_overflow(numbers: list[int]) -> None:
    expect(parallel_sum.parallel_sum, numbers).raises(OverflowError, because=too_large(sum(numbers)))


@pytest.mark.parametrize("numbers", [[LARGEST - 1, 1], [SMALLEST + 1, -1], [LARGEST, SMALLEST, LARGEST, 1]])
def test_up_to_the_edge(numbers: list[int], rng: np.random.Generator) -> None:
    expect(parallel_sum.parallel_sum, numbers).returns(sum(numbers), because=FITS)
    numbers = [*numbers, *towards_zero(numbers, rng)]
    expect(parallel_sum.parallel_sum, numbers).returns(sum(numbers), because=FITS)


@pytest.mark.parametrize(
    "numbers",
    [
        [LARGEST, 1, -5],
        [1, LARGEST, -5],
        [LARGEST, LARGEST, -LARGEST, -LARGEST],
        [SMALLEST] * 1000 + [LARGEST] * 1000 + [1000],
    ],
)
def test_only_the_total_must_fit(numbers: list[int], rng: np.random.Generator) -> None:
    numbers = [*numbers, *towards_zero(numbers, rng)]
    expect(parallel_sum.parallel_sum, numbers).returns(sum(numbers), because=FITS)


@given(st.lists(st.integers(SMALLEST, LARGEST) | st.integers(-100, 100), max_size=40))
def test_agrees_with_python(numbers: list[int]) -> None:
    total = sum(numbers)
    if SMALLEST <= total <= LARGEST:
        expect(parallel_sum.parallel_sum, numbers).returns(total, because=FITS)
    else:
        expect(parallel_sum.parallel_sum, numbers).raises(OverflowError, because=too_large(sum(numbers)))


@pytest.mark.parametrize("number", [2**63, SMALLEST - 1, 10**30])
def test_an_item_beyond_64_bits(number: int) -> None:
    expect(parallel_sum.parallel_sum, [1, number]).raises(OverflowError)


@pytest.mark.parametrize("numbers", [[1, 2.5], [1.0], ["1"], "123", [None], None, 5])
def test_no_list_of_integers(numbers: object) -> None:
    expect(parallel_sum.parallel_sum, numbers).raises(TypeError)


@pytest.mark.parametrize("length", [10**14, 10**18])
def test_a_range_that_does_not_fit(length: int) -> None:
    expect(parallel_sum.parallel_sum, range(length)).raises(MemoryError, because=NO_MEMORY)


@pytest.mark.soft
def test_other_threads_run_meanwhile() -> None:
    numbers = list(range(300_000))
    expect(parallel_sum.parallel_sum, numbers).returns(sum(numbers))
    check_that(
        lets_another_thread_in(parallel_sum.parallel_sum, numbers),
        "another thread's turns while parallel_sum ran",
        "none",
        "at least one",
        "The sum ran attached to the interpreter: wrap it in `py.detach(|| …)`.",
    )
