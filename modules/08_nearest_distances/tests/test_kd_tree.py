from __future__ import annotations

import math
import sys
import threading
from typing import Any

import nearest_distances
import numpy as np
import pytest
from coursekit import check, check_close, check_that, expect, likely, panicked
from coursekit.turns import lets_another_thread_in
from hypothesis import given
from hypothesis import strategies as st

OVERFLOW = "Multiply with `checked_mul` and reserve with `arrays::reserve`: `vec![…]` ends the process."
PADDED = "Where the tree has fewer than k points, infinity and the number of its points fill the row."
ROWS = "The k results of query i begin at place i * k, the nearest first."
SHAPE = "For k = 1 both results have shape (n,), else (n, k)."
CHECKED = '`arrays::rows("points", &points)` makes these checks, in the constructor and in `query`.'
COPY = "The tree keeps a copy of its points."

LAYOUTS = ["C", "Fortran", "every second", "backwards", "read-only", "fields"]


def laid_out(values: Any, layout: str) -> Any:
    """The same values at other places in memory."""
    values = np.asarray(values, dtype=np.float64)
    if layout == "Fortran":
        return np.array(values, order="F")
    if layout == "every second":
        wide = np.full((2 * len(values), 4), 99.0)
        wide[::2, ::2] = values
        return wide[::2, ::2]
    if layout == "backwards":
        return np.array(values[::-1, ::-1], order="C")[::-1, ::-1]
    if layout == "fields":  # Of a record without gaps that do not fit: strides of 24 and 8 bytes.
        records = np.zeros(len(values), dtype=[("id", np.int64), ("xy", np.float64, (2,))])
        records["xy"] = values
        return records["xy"]
    array = values.copy()
    array.flags.writeable = layout != "read-only"
    return array


def packed(values: Any) -> Any:
    """A field of a packed record: strides that are no whole number of items."""
    records = np.zeros(len(values), dtype=[("xy", np.float64, (2,)), ("flag", np.int8)])
    records["xy"] = values
    return records["xy"]


def tree(points: Any) -> Any:
    return nearest_distances.KdTree(points)


def check_query(points: Any, queries: Any, k: int) -> None:
    """Distances as brute force finds them. Among equal distances any point will do, but none twice."""
    n, there = len(points), min(k, len(points))
    # Before the call, which could change the arrays.
    every = np.hypot(*(queries[:, None, :] - points[None, :, :]).transpose(2, 0, 1))
    expected = np.full((len(queries), k), math.inf)
    expected[:, :there] = np.sort(every, axis=1)[:, :k]
    distances, numbers = expect(tree(points).query, queries, k).value()
    shape = (len(queries),) if k == 1 else (len(queries), k)
    check("the shapes of query's results", (np.shape(distances), np.shape(numbers)), (shape, shape), SHAPE)
    check("their dtypes", (str(distances.dtype), str(numbers.dtype)), ("float64", "int64"), SHAPE)
    check_close("query's distances", distances, expected.reshape(shape), abs=0.0, because=ROWS)
    distances, numbers = distances.reshape(-1, k), numbers.reshape(-1, k)
    missing = np.full((len(queries), k - there), n)
    check("the numbers of missing points", numbers[:, there:], missing, PADDED)
    for row, (found, here) in enumerate(zip(distances[:, :there], numbers[:, :there].tolist(), strict=True)):
        check_that(
            all(0 <= number < n for number in here), f"numbers in row {row}", here, f"from 0 to {n - 1}"
        )
        check(f"different points in row {row}", len(set(here)), there, "A point counts once.")
        check_close(
            f"the distances of the points {here} in row {row}",
            found,
            every[row, here],
            because="Distances and numbers belong together.",
        )


def check_finds() -> None:
    """A tree that refuses everything must not pass, so first a query that it answers."""
    points = np.array([[0.0, 0.0], [3.0, 4.0]])
    expect(tree(points).query, np.array([[3.0, 3.0]])).returns(
        (np.array([1.0]), np.array([1])), because=SHAPE
    )
    expect(tree(points).query, np.array([[3.0, 3.0]]), 2).returns(
        (np.array([[1.0, math.hypot(3.0, 3.0)]]), np.array([[1, 0]])), because=ROWS
    )


@st.composite
def searches(draw: st.DrawFn) -> tuple[Any, Any, int]:
    rng = np.random.default_rng(draw(st.integers(0, 999)))
    shapes = [(draw(st.integers(0, 80)), 2), (draw(st.integers(0, 9)), 2)]
    if draw(st.booleans()):
        points, queries = (rng.integers(-3, 4, shape).astype(np.float64) for shape in shapes)
    else:
        points, queries = (rng.normal(size=shape) for shape in shapes)
    points, queries = (laid_out(one, draw(st.sampled_from(LAYOUTS))) for one in (points, queries))
    return points, queries, draw(st.integers(1, 12))


def test_the_nearest() -> None:
    points, queries = np.array([[0.0, 0.0], [3.0, 4.0]]), np.array([[3.0, 3.0], [0.0, 0.5]])
    expect(tree(points).query, queries).returns(
        (np.array([1.0, 0.5]), np.array([1, 0])), because=f"{SHAPE} {ROWS}"
    )


def test_the_nearest_two() -> None:
    points, queries = np.array([[0.0, 0.0], [3.0, 4.0], [9.0, 9.0]]), np.array([[3.0, 4.0], [0.0, 0.0]])
    expect(tree(points).query, queries, k=2).returns(
        (np.array([[0.0, 5.0], [0.0, 5.0]]), np.array([[1, 0], [0, 1]])), because=ROWS
    )


@given(searches())
def test_agrees_with_numpy(search: tuple[Any, Any, int]) -> None:
    check_query(*search)


@pytest.mark.parametrize("k", [1, 3])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_any_layout(layout: str, k: int) -> None:
    rng = np.random.default_rng(8)
    check_query(laid_out(rng.random((200, 2)), layout), laid_out(rng.random((50, 2)), layout), k)


@pytest.mark.parametrize("k", [1, 2, 40])
def test_many(k: int) -> None:
    rng = np.random.default_rng(k)
    check_query(rng.random((500, 2)), rng.uniform(-0.2, 1.2, (700, 2)), k)


@pytest.mark.parametrize("number", [1, 2, 32, 33, 34, 70, 1_000])
def test_equal_points(number: int) -> None:
    check_query(np.full((number, 2), 0.5), np.array([[0.5, 0.5], [3.5, 4.5]]), 3)


def test_very_many_equal_points() -> None:
    distances, numbers = expect(
        tree(np.full((50_000, 2), 0.5)).query, np.tile([[3.5, 4.5]], (20_000, 1))
    ).value()
    check("distances", distances, np.full(20_000, 5.0))
    check("type of the numbers", type(numbers), np.ndarray)
    check("dtype and shape of the numbers", (str(numbers.dtype), numbers.shape), ("int64", (20_000,)))
    nearest = "Every query has a nearest point."
    check_that(bool(((numbers >= 0) & (numbers < 50_000)).all()), "numbers", numbers, "below 50 000", nearest)


@pytest.mark.parametrize("axis", [0, 1])
def test_sorted_points_on_a_line(axis: int) -> None:
    points = np.full((50_000, 2), 0.5)
    points[:, axis] = np.arange(50_000.0)
    queries = np.full((1_000, 2), 2.5)
    queries[:, axis] = np.arange(1_000.0) * 50.0
    expect(tree(points).query, queries).returns(
        (np.full(1_000, 2.0), np.arange(1_000) * 50),
        because="Points that share a coordinate are common, and must not be slow.",
    )


@pytest.mark.parametrize("k", [3, 4, 10])
def test_more_than_there_are(k: int) -> None:
    distances = np.full((1, k), math.inf)
    distances[0, :2] = [1.0, 3.0]
    numbers = np.full((1, k), 2)
    numbers[0, :2] = [1, 0]
    points = np.array([[4.0, 0.0], [0.0, 0.0]])
    expect(tree(points).query, np.array([[1.0, 0.0]]), k).returns((distances, numbers), because=PADDED)


@pytest.mark.parametrize("k", [1, 2])
def test_an_empty_tree(k: int) -> None:
    empty = tree(np.zeros((0, 2)))
    shape = (3,) if k == 1 else (3, k)
    expect(empty.query, np.zeros((3, 2)), k).returns(
        (np.full(shape, math.inf), np.zeros(shape, dtype=np.int64)), because=PADDED
    )
    expect(len, empty).returns(0)


@pytest.mark.parametrize(("k", "shape"), [(1, (0,)), (2, (0, 2))])
def test_no_queries(k: int, shape: tuple[int, ...]) -> None:
    expect(tree(np.zeros((3, 2))).query, np.zeros((0, 2)), k).returns(
        (np.zeros(shape), np.zeros(shape, dtype=np.int64)), because=SHAPE
    )


@pytest.mark.parametrize("k", [0, -1, -sys.maxsize])
def test_k_below_one(k: int) -> None:
    check_finds()
    expect(tree(np.zeros((3, 2))).query, np.zeros((2, 2)), k).raises(
        ValueError, says=str(k), because="k is at least 1; say which k was given."
    )


@pytest.mark.parametrize("k", [1.0, None, "2"])
def test_k_that_is_no_integer(k: object) -> None:
    check_finds()
    expect(tree(np.zeros((3, 2))).query, np.zeros((2, 2)), k).raises(TypeError)


@pytest.mark.parametrize("k", [2**58, sys.maxsize])
def test_k_beyond_all_memory(k: int) -> None:
    check_finds()
    expect(tree(np.zeros((3, 2))).query, np.zeros((8, 2)), k).raises(
        MemoryError,
        because=likely((panicked, OVERFLOW), otherwise=OVERFLOW),
    )


@pytest.mark.parametrize("k", [2**54, 2**60 + 1, sys.maxsize])
def test_rows_that_are_too_wide(k: int) -> None:
    check_finds()
    expect(tree(np.zeros((3, 2))).query, np.zeros((0, 2)), k).raises(
        MemoryError,
        because="Even without rows, an array cannot be that wide: reserve `nrows().max(1)` rows.",
    )


@pytest.mark.soft
def test_a_copy_of_the_points() -> None:
    points = np.array([[1.0, 0.0], [5.0, 0.0]])
    built = tree(points)
    points[:] = 100.0
    expect(built.query, np.zeros((1, 2))).returns((np.array([1.0]), np.array([0])), because=COPY)


def test_what_is_not_finite() -> None:
    check_finds()
    broken = np.zeros((5, 2))
    broken[3, 1] = math.nan
    expect(nearest_distances.KdTree, broken).raises(ValueError, says="points[3]", because=CHECKED)
    expect(tree(np.zeros((2, 2))).query, broken).raises(ValueError, says="points[3]", because=CHECKED)
    broken[3, 1] = -math.inf
    expect(nearest_distances.KdTree, broken).raises(ValueError, says="points[3]", because=CHECKED)
    expect(tree(np.zeros((2, 2))).query, broken).raises(ValueError, says="points[3]", because=CHECKED)


@pytest.mark.parametrize(
    ("shape", "says"), [((), "()"), ((2,), "2"), ((4, 3), "4, 3"), ((1, 4, 2), "1, 4, 2")]
)
def test_shapes(shape: tuple[int, ...], says: str) -> None:
    check_finds()
    expect(nearest_distances.KdTree, np.zeros(shape)).raises(ValueError, says=says, because=CHECKED)
    expect(tree(np.zeros((2, 2))).query, np.zeros(shape)).raises(ValueError, says=says, because=CHECKED)


@pytest.mark.parametrize("dtype", ["float32", "int64", "object", ">f8"])
def test_another_dtype(dtype: str) -> None:
    check_finds()
    expect(nearest_distances.KdTree, np.zeros((2, 2), dtype=dtype)).raises(TypeError)
    expect(tree(np.zeros((2, 2))).query, np.zeros((2, 2), dtype=dtype)).raises(TypeError)


def test_a_field_of_a_packed_record() -> None:
    check_finds()
    field = packed(np.ones((3, 2)))
    expect(nearest_distances.KdTree, field).raises(ValueError, says="aligned", because=CHECKED)
    expect(tree(np.ones((3, 2))).query, field).raises(ValueError, says="aligned", because=CHECKED)


@pytest.mark.parametrize("scale", [1e200, 1e-200])
def test_coordinates_whose_squares_are_no_floats(scale: float) -> None:
    points = np.array([[9.0, 0.0], [3.0, 4.0]]) * scale
    expect(tree(points).query, np.zeros((1, 2))).approximates((np.array([5.0 * scale]), np.array([1])))


def test_length() -> None:
    expect(len, tree(np.zeros((7, 2)))).returns(7)


@pytest.mark.soft
def test_asked_from_several_threads() -> None:
    rng = np.random.default_rng(8)
    built, queries = tree(rng.random((20_000, 2))), rng.random((5_000, 2))
    expected = built.query(queries, 2)
    found: list[Any] = []
    threads = [threading.Thread(target=lambda: found.append(built.query(queries, 2))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    check("threads that got an answer", len(found), 8)
    for one in found:
        check("what a thread got", one, expected)


@pytest.mark.soft
def test_other_threads_run_meanwhile() -> None:
    rng = np.random.default_rng(8)
    built, queries = tree(rng.random((20_000, 2))), rng.random((3_000, 2))
    expect(built.query, queries, 40).value()
    check_that(
        lets_another_thread_in(built.query, queries, 40),
        "what another thread got while query ran",
        "none",
        "a turn",
        "The search ran attached to the interpreter: wrap it in `py.detach(|| …)`.",
    )
