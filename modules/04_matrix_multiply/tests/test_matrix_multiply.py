from __future__ import annotations

from typing import Any

import matrix_multiply
import numpy as np
import pytest
from coursekit import Heartbeat, check, check_that, expect
from hypothesis import given
from hypothesis import strategies as st

PLACES = "`as_slice` also takes Fortran order, and then row and column are swapped: work with views."
INNER = (
    "Compare the columns of `a` with the rows of `b` first: `dot` panics, and PanicException is no Exception."
)
ZERO_TIMES = "0 times NaN, or infinity, is NaN: no factor may be skipped."

LAYOUTS = ["C", "Fortran", "every second", "backwards", "read-only"]


def laid_out(values: Any, layout: str) -> Any:
    """The same values at other places in memory."""
    values = np.asarray(values)
    if layout == "Fortran":
        return np.array(values, order="F")
    if layout == "every second":
        view: Any = np.full([2 * length for length in values.shape], 99, dtype=values.dtype)
        every_second: Any = (..., *[slice(None, None, 2)] * values.ndim)
        view = view[every_second]
        view[...] = values
        return view
    backwards: Any = (..., *[slice(None, None, -1)] * values.ndim)
    array = np.array(values[backwards], order="C")[backwards] if layout == "backwards" else values.copy()
    array.flags.writeable = layout != "read-only"
    return array


@st.composite
def factors(draw: st.DrawFn) -> tuple[Any, Any]:
    m, k, n = draw(st.tuples(st.integers(0, 6), st.integers(0, 6), st.integers(0, 6)))
    rng = np.random.default_rng(draw(st.integers(0, 999)))
    a, b = (rng.integers(-50, 50, shape).astype(np.float64) for shape in ((m, k), (k, n)))
    return laid_out(a, draw(st.sampled_from(LAYOUTS))), laid_out(b, draw(st.sampled_from(LAYOUTS)))


def counted(rows: int, columns: int) -> Any:
    """Small whole numbers, so that sums are exact in any order."""
    return np.arange(rows * columns, dtype=np.float64).reshape(rows, columns) % 17 - 8


def test_two_by_two() -> None:
    a, b = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[5.0, 6.0], [7.0, 8.0]])
    expect(matrix_multiply.matrix_multiply, a, b).returns(np.array([[19.0, 22.0], [43.0, 50.0]]))


@given(factors())
def test_agrees_with_numpy(matrices: tuple[Any, Any]) -> None:
    a, b = matrices
    expect(matrix_multiply.matrix_multiply, a, b).approximates(
        a @ b, because="The reference is NumPy's `a @ b`, in all layouts and also for sizes of 0."
    )


@pytest.mark.parametrize(
    ("m", "k", "n"),
    [(1, 1, 1), (1, 300, 1), (300, 1, 2), (1, 2, 300), (65, 33, 129), (128, 256, 64), (100, 0, 90)],
)
@pytest.mark.parametrize("layout", ["C", "Fortran", "every second"])
def test_larger(m: int, k: int, n: int, layout: str) -> None:
    a, b = laid_out(counted(m, k), layout), laid_out(counted(k, n), layout)
    expect(matrix_multiply.matrix_multiply, a, b).approximates(
        a @ b, because="Are all rows and columns there?"
    )


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("other", LAYOUTS)
def test_any_two_layouts(layout: str, other: str) -> None:
    a, b = counted(9, 7), counted(7, 5)
    expect(matrix_multiply.matrix_multiply, laid_out(a, layout), laid_out(b, other)).approximates(
        a @ b, because=PLACES
    )


def test_fractions() -> None:
    rng = np.random.default_rng(4)
    a, b = rng.normal(size=(40, 50)), rng.normal(size=(50, 30))
    expect(matrix_multiply.matrix_multiply, a, b).approximates(a @ b, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize(("m", "k", "n"), [(0, 3, 2), (2, 0, 3), (2, 3, 0), (0, 0, 0), (0, 0, 2)])
def test_zero_sizes(m: int, k: int, n: int) -> None:
    expect(matrix_multiply.matrix_multiply, np.ones((m, k)), np.ones((k, n))).returns(
        np.zeros((m, n)), because="The product of m × 0 and 0 × n is m × n zeros."
    )


def test_nan_and_infinity() -> None:
    a, b = np.array([[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]), np.array([[np.nan, np.inf], [1.0, 2.0]])
    expected = np.array([[np.nan, np.nan], [np.nan, np.inf], [np.nan, np.inf]])
    expect(matrix_multiply.matrix_multiply, a, b).returns(expected, because=ZERO_TIMES)


@pytest.mark.parametrize(
    ("one", "other"),
    [((2, 3), (4, 5)), ((2, 3), (2, 3)), ((3, 2), (3, 4)), ((1, 0), (1, 2)), ((5, 4), (1, 5))],
)
def test_inner_dimensions(one: tuple[int, int], other: tuple[int, int]) -> None:
    says = (f"{one[0]}, {one[1]}", f"{other[0]}, {other[1]}")
    expect(matrix_multiply.matrix_multiply, np.ones(one), np.ones(other)).raises(
        ValueError, says=says, because=INNER
    )


@pytest.mark.parametrize("dtype", ["float32", "int64"])
def test_another_dtype(dtype: str) -> None:
    one, other = np.ones((2, 2)), np.ones((2, 2), dtype=dtype)
    expect(matrix_multiply.matrix_multiply, one, other).raises(TypeError, says=dtype)
    expect(matrix_multiply.matrix_multiply, other, one).raises(TypeError, says=dtype)


@pytest.mark.parametrize("shape", [(), (2,), (2, 2, 2)])
def test_another_dimension(shape: tuple[int, ...]) -> None:
    expect(matrix_multiply.matrix_multiply, np.ones((2, 2)), np.ones(shape)).raises(
        TypeError, says=str(len(shape))
    )
    expect(matrix_multiply.matrix_multiply, np.ones(shape), np.ones((2, 2))).raises(
        TypeError, says=str(len(shape))
    )


def test_a_field_of_a_packed_record() -> None:
    because = "`as_array` would read at the wrong places: `layout::check_aligned` for both."
    field, other = packed(np.ones((2, 2))), np.ones((2, 2))
    expect(matrix_multiply.matrix_multiply, field, other).raises(ValueError, says="aligned", because=because)
    expect(matrix_multiply.matrix_multiply, other, field).raises(ValueError, says="aligned", because=because)


def packed(values: Any) -> Any:
    """A field of a packed record: strides that are no whole number of items."""
    values = np.asarray(values)
    records = np.zeros(values.shape, dtype=[("value", values.dtype), ("flag", np.int8)])
    records["value"] = values
    return records["value"]


@pytest.mark.soft
def test_other_threads_run_meanwhile() -> None:
    a = np.broadcast_to(1.0, (800, 800))
    call = expect(matrix_multiply.matrix_multiply, a, a)
    with Heartbeat() as heart:
        product = call.value()
    check("the product of 800 × 800 ones", product, np.full((800, 800), 800.0))
    check_that(
        heart.beats >= 3,
        "beats of another thread while matrix_multiply ran",
        heart.beats,
        "3 or more",
        "The product ran attached to the interpreter: wrap it in `py.detach(|| …)`.",
    )
