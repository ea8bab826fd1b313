from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import matrix_multiply
import numpy as np
import pytest
from coursekit import check_that, expect, likely
from coursekit.layouts import LAYOUTS, laid_out, packed
from coursekit.turns import lets_another_thread_in
from hypothesis import given
from hypothesis import strategies as st

ROWS = "One sum for each row, which runs along the second axis: `Axis(1)`."
NO_MEMORY = "There is no memory for so many sums: keep the line with `memory::check_fits`."


def sums_of(a: Any) -> Callable[[Any], str]:
    """The likely cause where the sums of the rows of `a` are others."""
    rows, columns = a.shape
    return likely(
        (Exception, "The view has strides: `as_slice` refuses some layouts, `as_array` takes them all."),
        (lambda got: got.shape == (columns,) and rows != columns, ROWS),
        (
            lambda got: not a.flags.c_contiguous,
            "The view has strides: `as_slice` gives memory order, `as_array` the items at their places.",
        ),
        otherwise=ROWS,
    )


def whole(shape: tuple[int, int], rng: np.random.Generator) -> Any:
    """Whole numbers, so that sums are exact in any order."""
    return rng.integers(-1000, 1000, shape).astype(np.float64)


@st.composite
def matrices(draw: st.DrawFn) -> Any:
    shape = draw(st.tuples(st.integers(0, 7), st.integers(0, 7)))
    values = whole(shape, np.random.default_rng(draw(st.integers(0, 2**32 - 1))))
    return laid_out(values, draw(st.sampled_from(LAYOUTS)))


def test_sums_each_row(rng: np.random.Generator) -> None:
    a = np.array([[1.0, 2.0, 3.0], [10.0, 20.0, 30.0]])
    expect(matrix_multiply.row_sums, a).returns(np.array([6.0, 60.0]), because=sums_of(a))
    a = whole((4, 6), rng)
    expect(matrix_multiply.row_sums, a).approximates(a.sum(axis=1), because=sums_of(a))


@given(matrices())
def test_agrees_with_numpy(a: Any) -> None:
    expect(matrix_multiply.row_sums, a).approximates(a.sum(axis=1), because=sums_of(a))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_any_layout(layout: str, rng: np.random.Generator) -> None:
    a = laid_out(whole((100, 60), rng), layout)
    expect(matrix_multiply.row_sums, a).approximates(a.sum(axis=1), because=sums_of(a))


def test_a_transposed_matrix(rng: np.random.Generator) -> None:
    a = whole((3, 4), rng).T
    expect(matrix_multiply.row_sums, a).approximates(a.sum(axis=1), because=sums_of(a))


@pytest.mark.parametrize("shape", [(0, 0), (0, 3), (3, 0), (1, 1)])
def test_few_items(shape: tuple[int, int], rng: np.random.Generator) -> None:
    expect(matrix_multiply.row_sums, np.ones(shape)).approximates(
        np.full(shape[0], float(shape[1])), because="A row without items has the sum 0."
    )
    a = whole((shape[0] + 1, shape[1] + 3), rng)
    expect(matrix_multiply.row_sums, a).approximates(a.sum(axis=1), because=sums_of(a))


def test_nan_stays_in_its_row(rng: np.random.Generator) -> None:
    a = whole((5, 4), rng)
    for row, special in ((1, np.nan), (3, np.inf)):
        a[row, rng.integers(1, 3)] = special
    expect(matrix_multiply.row_sums, a).approximates(a.sum(axis=1))


@pytest.mark.parametrize("dtype", ["float32", "int64", "complex128", "object"])
def test_another_dtype(dtype: str) -> None:
    expect(matrix_multiply.row_sums, np.zeros((2, 2), dtype=dtype)).raises(TypeError, says=dtype)


@pytest.mark.parametrize("shape", [(), (4,), (2, 2, 2)])
def test_another_dimension(shape: tuple[int, ...]) -> None:
    expect(matrix_multiply.row_sums, np.zeros(shape)).raises(TypeError, says=str(len(shape)))


def test_no_array() -> None:
    expect(matrix_multiply.row_sums, [[1.0, 2.0]]).raises(TypeError)


def test_a_field_of_a_packed_record() -> None:
    expect(matrix_multiply.row_sums, packed([[1.0, 2.0], [3.0, 4.0]])).raises(
        ValueError,
        says="aligned",
        because="`as_array` would read at the wrong places: `layout::check_aligned` first.",
    )


@pytest.mark.parametrize("columns", [1, 0])
def test_more_sums_than_fit(columns: int) -> None:
    expect(matrix_multiply.row_sums, np.broadcast_to(1.0, (10**14, columns))).raises(
        MemoryError, because=NO_MEMORY
    )


@pytest.mark.soft
def test_other_threads_run_meanwhile() -> None:
    many = np.broadcast_to(1.0, (30, 1_000_000))  # Thirty million items that need no memory.
    expect(matrix_multiply.row_sums, many).returns(np.full(30, 1e6))
    check_that(
        lets_another_thread_in(matrix_multiply.row_sums, many),
        "what another thread got while row_sums ran",
        "none",
        "a turn",
        "The sums ran attached to the interpreter: wrap them in `py.detach(|| …)`.",
    )


@pytest.mark.soft
def test_makes_no_copy() -> None:
    status, peak = Path("/proc/self/status"), Path("/proc/self/clear_refs")
    if not (status.exists() and peak.exists()):
        pytest.skip("platform: the peak of a process's memory is read from Linux's /proc")

    def peak_in_mb() -> int:
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) // 1024

    a = np.broadcast_to(1.0, (1_000, 20_000))  # A copy of it would take 160 MB.
    peak.write_text("5")  # Forget the peak so far.
    before = peak_in_mb()
    expect(matrix_multiply.row_sums, a).returns(np.full(1_000, 20_000.0))
    grown = peak_in_mb() - before
    check_that(grown < 80, "MB of memory that row_sums took", grown, "hardly any", "The array was copied.")
