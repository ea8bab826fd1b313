from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import matrix_multiply
import numpy as np
import pytest
from coursekit import expect, likely
from coursekit.layouts import LAYOUTS, laid_out, packed
from hypothesis import given
from hypothesis import strategies as st

DTYPES = ["float32", "float64", "int64"]
OVERFLOW = "The squares do not fit in a float, the norm does: scale the values by the largest of them."
UNDERFLOW = "The squares are too small for a float, the norm is not: scale the values by the largest of them."
CONVERT = "Convert each item to f64 before it is squared."


def norm_of(a: Any) -> Callable[[Any], str]:
    """The likely cause where the norm of `a` is another."""
    convert = a.dtype != np.float64
    return likely(
        (
            Exception,
            "Each of the three dtypes, and every dimension, is a variant of its own: return the norm.",
        ),
        (
            lambda got: (
                convert and (got < 0 or math.isnan(got) or not math.isclose(got, reference(a), rel_tol=1e-3))
            ),
            CONVERT,
        ),
        (math.isinf, OVERFLOW),
        (lambda got: got < reference(a) * 0.999, UNDERFLOW if reference(a) < 1e-140 else PLACES),
        otherwise=CONVERT if convert else PLACES,
    )


PLACES = "Every item counts once, wherever it lies: `fold` of a view visits them all."


def reference(a: Any) -> float:
    """Exact but for the last rounding: Python's own hypot takes any number of coordinates."""
    return math.hypot(*a.ravel().astype(np.float64).tolist())


@st.composite
def arrays(draw: st.DrawFn) -> Any:
    shape = tuple(draw(st.lists(st.integers(0, 4), max_size=4)))
    dtype = draw(st.sampled_from(DTYPES))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    smallest, largest = {"float32": (-38, 38), "float64": (-300, 308), "int64": (0, 18)}[dtype]
    values = rng.uniform(-1.0, 1.0, shape) * 10.0 ** draw(st.integers(smallest, largest))
    return laid_out(np.asarray(values, dtype=dtype), draw(st.sampled_from(LAYOUTS)))


@pytest.mark.parametrize("dtype", DTYPES)
def test_three_and_four_make_five(dtype: str, rng: np.random.Generator) -> None:
    a = np.array([3, -4], dtype=dtype)
    expect(matrix_multiply.norm, a).returns(5.0, because=norm_of(a))
    a = rng.integers(-99, 99, 9).astype(dtype)
    expect(matrix_multiply.norm, a).approximates(reference(a), because=norm_of(a))


@given(arrays())
def test_agrees_with_hypot(a: Any) -> None:
    expect(matrix_multiply.norm, a).approximates(reference(a), rel=1e-12, because=norm_of(a))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(), (1,), (0,), (2, 0), (1_000,), (20, 30), (2, 3, 4, 5)])
def test_agrees_with_numpy(shape: tuple[int, ...], dtype: str, rng: np.random.Generator) -> None:
    for lengths in (shape, tuple(length + 3 for length in shape)):
        a = np.asarray(rng.integers(-99, 99, lengths), dtype=dtype)
        expected = float(np.linalg.norm(a.astype(np.float64)))
        expect(matrix_multiply.norm, a).approximates(expected, because=norm_of(a))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_any_layout(layout: str, rng: np.random.Generator) -> None:
    a = laid_out(rng.normal(size=(3, 4, 5)), layout)
    expect(matrix_multiply.norm, a).approximates(reference(a), because=norm_of(a))


@pytest.mark.parametrize("scale", [1e200, 1e308, 1e160])
def test_large_values(scale: float, rng: np.random.Generator) -> None:
    a = rng.uniform(-0.5, 0.5, 6) * scale
    expect(matrix_multiply.norm, a).approximates(reference(a), because=OVERFLOW)


@pytest.mark.parametrize("scale", [1e-200, 1e-161, 1e-155, 2.0**-1060])
def test_small_values(scale: float, rng: np.random.Generator) -> None:
    n, m = sorted(rng.choice(np.arange(1, 60), 2, replace=False).tolist())
    # Two sides of a right triangle. The third is a whole number too: the smallest floats have room for it.
    a = rng.permutation([m * m - n * n, 0, -2 * m * n]) * scale
    expect(matrix_multiply.norm, a).approximates((m * m + n * n) * scale, because=UNDERFLOW)


def test_a_result_that_is_too_large(rng: np.random.Generator) -> None:
    a = rng.uniform(1.0, 1.7, 4)
    expect(matrix_multiply.norm, a).approximates(reference(a))
    expect(matrix_multiply.norm, a * 1e308).returns(math.inf)


def test_large_single_precision_values(rng: np.random.Generator) -> None:
    a = rng.uniform(1e30, 5e30, 4).astype(np.float32)
    expect(matrix_multiply.norm, a).approximates(reference(a), because=CONVERT)


def test_many_single_precision_values(rng: np.random.Generator) -> None:
    a = rng.uniform(0.05, 0.15, 200_000).astype(np.float32)
    expect(matrix_multiply.norm, a).approximates(reference(a), rel=1e-10, because=CONVERT)


@pytest.mark.parametrize("values", [(2**62, 2**62), (-(2**63), 0), (2**53 + 1,), (3 * 10**9, 4 * 10**9)])
def test_large_integers(values: tuple[int, ...], rng: np.random.Generator) -> None:
    for more in (0, 5):
        a = np.array([*values, *rng.integers(10**9, 10**18, more)], dtype=np.int64)
        expect(matrix_multiply.norm, a).approximates(reference(a), because=CONVERT)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((1.0, math.inf), math.inf),
        ((-math.inf, 1e300), math.inf),
        ((math.nan, 1.0), math.nan),
        ((1e300, math.nan), math.nan),
        ((math.inf, math.nan), math.nan),
        ((0.0, -0.0), 0.0),
    ],
)
def test_nan_and_infinity(values: tuple[float, ...], expected: float, rng: np.random.Generator) -> None:
    a = rng.normal(size=9)
    expect(matrix_multiply.norm, a).approximates(reference(a))
    expect(matrix_multiply.norm, np.array(values)).returns(
        expected, because="NaN gives NaN, else infinity gives infinity; zeros must not be divided by zero."
    )


@pytest.mark.parametrize("dtype", ["int32", "uint64", "float16", "bool", "complex128", "object"])
def test_another_dtype(dtype: str) -> None:
    expect(matrix_multiply.norm, np.zeros(3, dtype=dtype)).raises(
        TypeError,
        says=tuple(DTYPES),
        because="The error names the dtypes that work: one enum variant for each.",
    )


@pytest.mark.parametrize("a", [[3.0, 4.0], 5.0, None, "34"])
def test_no_array(a: object) -> None:
    expect(matrix_multiply.norm, a).raises(TypeError)


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_field_of_a_packed_record(dtype: str) -> None:
    expect(matrix_multiply.norm, packed(np.ones(3, dtype=dtype))).raises(
        ValueError,
        says="aligned",
        because="`as_array` would read at the wrong places: `layout::check_aligned` in each arm.",
    )
