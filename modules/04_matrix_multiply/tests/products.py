"""The rules of a matrix product: the cases of `matrix_multiply` and of `matrix_multiply_fast`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import matrix_multiply
import numpy as np
import pytest
from coursekit import expect, likely, panicked
from coursekit.layouts import LAYOUTS, laid_out, packed
from hypothesis import given
from hypothesis import strategies as st

PLACES = "`as_slice` also takes Fortran order, and then row and column are swapped: work with views."
INNER = likely(
    (
        panicked,
        "ndarray panics if the inner dimensions differ, and PanicException is no Exception. "
        "Compare the columns of `a` with the rows of `b` first.",
    ),
    (np.ndarray, "These two have no product: compare the columns of `a` with the rows of `b` first."),
    otherwise="The ValueError names both shapes: print `a.shape()` and `b.shape()` with `{:?}`.",
)
NO_MEMORY = likely(
    (np.ndarray, "The result cannot be had, yet one came?"),
    (ValueError, "The shapes fit; it is the memory that does not: `memory::check_fits` raises MemoryError."),
    otherwise="Ask for the memory of the product before you compute it: `memory::check_fits`.",
)


@st.composite
def factors(draw: st.DrawFn) -> tuple[Any, Any]:
    m, k, n = draw(st.tuples(st.integers(0, 6), st.integers(0, 6), st.integers(0, 6)))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    a, b = (rng.integers(-50, 50, shape).astype(np.float64) for shape in ((m, k), (k, n)))
    return laid_out(a, draw(st.sampled_from(LAYOUTS))), laid_out(b, draw(st.sampled_from(LAYOUTS)))


def whole(rows: int, columns: int, rng: np.random.Generator) -> Any:
    """Small whole numbers, so that sums are exact in any order."""
    return rng.integers(-9, 9, (rows, columns)).astype(np.float64)


def product_of(a: Any, b: Any) -> Callable[[Any], str]:
    """The likely cause where the product of `a` and `b` is another."""
    expected = a @ b
    return likely(
        (ValueError, "These two have a product: the columns of `a` are as many as the rows of `b`."),
        (lambda got: got.shape != expected.shape, "The product of m × k and k × n is m × n."),
        (
            lambda got: bool((np.isnan(expected) & ~np.isnan(got)).any()),
            "0 times NaN, or infinity, is NaN: no factor may be skipped.",
        ),
        (
            lambda got: bool((got == 0).all(axis=1).any()) and not bool((expected == 0).all(axis=1).any()),
            "Whole rows are missing: does each task get its rows, the last ones too?",
        ),
        (lambda got: not (a.flags.c_contiguous and b.flags.c_contiguous), PLACES),
        otherwise="The reference is NumPy's `a @ b`. Are all rows and columns there?",
    )


def suite_for(name: str) -> dict[str, Callable[..., None]]:
    """The tests of the function `name`, for the globals of a test file."""

    def product(a: Any, b: Any) -> Any:
        return expect(getattr(matrix_multiply, name), a, b)

    def test_two_by_two() -> None:
        a, b = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[5.0, 6.0], [7.0, 8.0]])
        product(a, b).returns(np.array([[19.0, 22.0], [43.0, 50.0]]), because=product_of(a, b))

    @given(factors())
    def test_agrees_with_numpy(matrices: tuple[Any, Any]) -> None:
        a, b = matrices
        product(a, b).approximates(a @ b, because=product_of(a, b))

    @pytest.mark.parametrize(
        ("m", "k", "n"),
        [(1, 1, 1), (1, 300, 1), (300, 1, 2), (1, 2, 300), (65, 33, 129), (128, 256, 64), (100, 0, 90)],
    )
    @pytest.mark.parametrize("layout", ["C", "Fortran", "every second"])
    def test_larger(m: int, k: int, n: int, layout: str, rng: np.random.Generator) -> None:
        a, b = laid_out(whole(m, k, rng), layout), laid_out(whole(k, n, rng), layout)
        product(a, b).approximates(a @ b, because=product_of(a, b))

    @pytest.mark.parametrize("layout", LAYOUTS)
    @pytest.mark.parametrize("other", LAYOUTS)
    def test_any_two_layouts(layout: str, other: str, rng: np.random.Generator) -> None:
        a, b = whole(9, 7, rng), whole(7, 5, rng)
        one, two = laid_out(a, layout), laid_out(b, other)
        product(one, two).approximates(a @ b, because=product_of(one, two))

    def test_fractions(rng: np.random.Generator) -> None:
        a, b = rng.normal(size=(40, 50)), rng.normal(size=(50, 30))
        product(a, b).approximates(a @ b, rel=1e-9, abs=1e-12, because=product_of(a, b))

    @pytest.mark.parametrize(("m", "k", "n"), [(0, 3, 2), (2, 0, 3), (2, 3, 0), (0, 0, 0), (0, 0, 2)])
    def test_zero_sizes(m: int, k: int, n: int, rng: np.random.Generator) -> None:
        product(np.ones((m, k)), np.ones((k, n))).returns(
            np.zeros((m, n)),
            because=likely(
                (panicked, "A block has at least one row, also if the matrix has none."),
                otherwise="The product of m × 0 and 0 × n is m × n zeros.",
            ),
        )
        a, b = whole(m + 1, k + 1, rng), whole(k + 1, n + 1, rng)
        product(a, b).approximates(a @ b, because=product_of(a, b))

    def test_nan_and_infinity(rng: np.random.Generator) -> None:
        a, b = np.array([[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]), np.array([[np.nan, np.inf], [1.0, 2.0]])
        expected = np.array([[np.nan, np.nan], [np.nan, np.inf], [np.nan, np.inf]])
        product(a, b).returns(expected, because=product_of(a, b))
        # Two columns more, without NaN and infinity.
        more = whole(2, 2, rng)
        b, expected = np.hstack([b, more]), np.hstack([expected, a @ more])
        product(a, b).approximates(expected, because=product_of(a, b))

    @pytest.mark.parametrize(
        ("one", "other"),
        [((2, 3), (4, 5)), ((2, 3), (2, 3)), ((3, 2), (3, 4)), ((1, 0), (1, 2)), ((5, 4), (1, 5))],
    )
    def test_inner_dimensions(one: tuple[int, int], other: tuple[int, int]) -> None:
        says = (f"{one[0]}, {one[1]}", f"{other[0]}, {other[1]}")
        product(np.ones(one), np.ones(other)).raises(ValueError, says=says, because=INNER)

    @pytest.mark.parametrize("dtype", ["float32", "int64"])
    def test_another_dtype(dtype: str) -> None:
        one, other = np.ones((2, 2)), np.ones((2, 2), dtype=dtype)
        product(one, other).raises(TypeError, says=dtype)
        product(other, one).raises(TypeError, says=dtype)

    @pytest.mark.parametrize("shape", [(), (2,), (2, 2, 2)])
    def test_another_dimension(shape: tuple[int, ...]) -> None:
        product(np.ones((2, 2)), np.ones(shape)).raises(TypeError, says=str(len(shape)))
        product(np.ones(shape), np.ones((2, 2))).raises(TypeError, says=str(len(shape)))

    def test_a_field_of_a_packed_record() -> None:
        because = "`as_array` would read at the wrong places: `layout::check_aligned` for both."
        field, other = packed(np.ones((2, 2))), np.ones((2, 2))
        product(field, other).raises(ValueError, says="aligned", because=because)
        product(other, field).raises(ValueError, says="aligned", because=because)

    @pytest.mark.parametrize("inner", [1, 0])
    def test_a_product_that_cannot_be_had(inner: int) -> None:
        a, b = np.broadcast_to(1.0, (10**7, inner)), np.broadcast_to(1.0, (inner, 10**7))
        product(a, b).raises(MemoryError, because=NO_MEMORY)

    return {key: value for key, value in locals().items() if key.startswith("test_")}
