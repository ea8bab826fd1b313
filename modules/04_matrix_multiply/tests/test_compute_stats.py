from __future__ import annotations

import math
from typing import Any

import matrix_multiply
import numpy as np
import pytest
from coursekit import expect, likely, panicked
from coursekit.layouts import packed
from hypothesis import given
from hypothesis import strategies as st

STABLE = (
    "Mean of the squares minus square of the mean: two large numbers whose difference has no digits left."
    " Take the distances from the mean, or from any value near it."
)
NAN = "A NaN anywhere makes all four NaN, as in NumPy; `f64::min` and `f64::max` pass over it."
EMPTY = likely(
    (panicked, "An empty array has no mean: test for it first; `mean().unwrap()` panics."),
    (dict, "An empty array has no mean: `stats` gives None, and the binding makes a ValueError of it."),
    otherwise='The ValueError says "empty".',
)


def reference(a: Any) -> dict[str, float]:
    """NumPy's own, in extended precision where it has it."""
    with np.errstate(all="ignore"):
        wide = a.astype(np.longdouble)
        std = float(wide.std(ddof=1)) if len(a) > 1 else math.nan
        return {"mean": float(wide.mean()), "std": std, "min": float(a.min()), "max": float(a.max())}


def test_four_numbers(rng: np.random.Generator) -> None:
    expect(matrix_multiply.compute_stats, np.array([1.0, 2.0, 3.0, 4.0])).approximates(
        {"mean": 2.5, "std": 1.2909944487358056, "min": 1.0, "max": 4.0},
        because="The standard deviation is the sample's: the sum of the squares is divided by n - 1.",
    )
    a = rng.normal(size=9)
    expect(matrix_multiply.compute_stats, a).approximates(reference(a), rel=1e-10, abs=1e-13)


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=12), st.sampled_from([1, 2, -1, -3]))
def test_agrees_with_numpy(values: list[float], step: int) -> None:
    a = np.array(values)[::step]
    expect(matrix_multiply.compute_stats, a).approximates(reference(a), rel=1e-9, abs=1e-7)


@pytest.mark.parametrize("length", [2, 4_095, 4_097, 32_769, 100_003])
def test_every_item_counts_once(length: int, rng: np.random.Generator) -> None:
    a = rng.normal(loc=10.0, size=length)
    expect(matrix_multiply.compute_stats, a).approximates(reference(a), rel=1e-10, abs=1e-12)


@pytest.mark.parametrize("offset", [1e9, -1e9, 1e12])
@pytest.mark.parametrize("length", [4, 50_000])
def test_far_from_zero(offset: float, length: int, rng: np.random.Generator) -> None:
    # Multiples of 24: all sums, and the means of the first two, three and four, have no rounding error.
    a = np.tile(24.0 * rng.choice(99, 4, replace=False), length // 4) + offset
    expect(matrix_multiply.compute_stats, a).approximates(reference(a), rel=1e-7, because=STABLE)


def test_a_jump_half_way(rng: np.random.Generator) -> None:
    high = rng.uniform(1e8, 1e9)
    a = np.concatenate([rng.random(37_001), high + rng.random(25_003)])
    expect(matrix_multiply.compute_stats, a).approximates(
        reference(a), rel=1e-9, because="Partial results with means of their own cannot just be added up."
    )


def test_a_constant(rng: np.random.Generator) -> None:
    value = float(1e9 + rng.integers(512) / 512)  # The sum of ten thousand has no rounding error.
    expect(matrix_multiply.compute_stats, np.full(10_000, value)).approximates(
        {"mean": value, "std": 0.0, "min": value, "max": value}, abs=1e-5, because=STABLE
    )


@pytest.mark.parametrize("value", [0.0, 7.0, -1e300])
def test_one_item_has_no_deviation(value: float, rng: np.random.Generator) -> None:
    expect(matrix_multiply.compute_stats, np.array([value])).approximates(
        {"mean": value, "std": math.nan, "min": value, "max": value},
        because="With n = 1 there is nothing to divide by: 0.0 / 0.0 is NaN, and so is NumPy's answer.",
    )
    a = rng.normal(size=9)
    expect(matrix_multiply.compute_stats, a).approximates(reference(a), rel=1e-10, abs=1e-13)


def test_empty() -> None:
    expect(matrix_multiply.compute_stats, np.array([])).raises(ValueError, says="empty", because=EMPTY)
    expect(matrix_multiply.compute_stats, np.ones(5)[5:]).raises(ValueError, because=EMPTY)


@pytest.mark.parametrize("place", [0, 1, 50_000, 99_999])
def test_nan(place: int, rng: np.random.Generator) -> None:
    a = rng.normal(loc=10.0, size=100_000)
    expect(matrix_multiply.compute_stats, a).approximates(reference(a), rel=1e-10)
    a[place] = math.nan
    every = {"mean": math.nan, "std": math.nan, "min": math.nan, "max": math.nan}
    expect(matrix_multiply.compute_stats, a).returns(every, because=NAN)


@pytest.mark.parametrize("values", [(math.inf, 1.0), (1.0, -math.inf), (math.inf, -math.inf, 0.0)])
@pytest.mark.parametrize("distance", [0, 90_000])
def test_infinities(values: tuple[float, ...], distance: int, rng: np.random.Generator) -> None:
    a = np.concatenate([values, rng.normal(size=distance + 5), np.array(values)])
    expect(matrix_multiply.compute_stats, a).returns(
        reference(a), because="Infinities are no NaN: min and max are still defined."
    )


@pytest.mark.parametrize("step", [2, -1, 3])
def test_any_stride(step: int, rng: np.random.Generator) -> None:
    a = rng.uniform(0.0, 300.0, 90_000)[::step]
    expect(matrix_multiply.compute_stats, a).approximates(
        reference(a), rel=1e-10, because="`as_slice` refuses views with strides, `as_array` does not."
    )


def test_a_read_only_array(rng: np.random.Generator) -> None:
    expect(matrix_multiply.compute_stats, np.broadcast_to(2.0, 10)).returns(
        {"mean": 2.0, "std": 0.0, "min": 2.0, "max": 2.0}
    )
    a = rng.normal(loc=10.0, size=50)
    a.flags.writeable = False
    expect(matrix_multiply.compute_stats, a).approximates(reference(a), rel=1e-10)


@pytest.mark.parametrize("dtype", ["float32", "int64", "object"])
def test_another_dtype(dtype: str) -> None:
    expect(matrix_multiply.compute_stats, np.zeros(3, dtype=dtype)).raises(TypeError, says=dtype)


@pytest.mark.parametrize("shape", [(), (2, 2)])
def test_another_dimension(shape: tuple[int, ...]) -> None:
    expect(matrix_multiply.compute_stats, np.zeros(shape)).raises(TypeError, says=str(len(shape)))


def test_a_field_of_a_packed_record() -> None:
    expect(matrix_multiply.compute_stats, packed([1.0, 2.0, 3.0])).raises(
        ValueError,
        says="aligned",
        because="`as_array` would read at the wrong places: `layout::check_aligned` first.",
    )
