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
    """A field of a packed record: its stride is not a multiple of the item's size."""
    records = np.zeros(len(values), dtype=[("xy", np.float64, (2,)), ("flag", np.int8)])
    records["xy"] = values
    return records["xy"]


def tree(points: Any) -> Any:
    return nearest_distances.KdTree(points)


def check_query(points: Any, queries: Any, k: int, because: str = ROWS) -> None:
    """Distances as brute force finds them. Among equal distances any point will do, but none twice."""
    check_answer(tree(points), points, queries, k, because)


def check_answer(built: Any, points: Any, queries: Any, k: int, because: str = ROWS) -> None:
    """The same for a tree that is there already."""
    n, there = len(points), min(k, len(points))
    # Before the call, which could change the arrays.
    every = np.hypot(*(queries[:, None, :] - points[None, :, :]).transpose(2, 0, 1))
    expected = np.full((len(queries), k), math.inf)
    expected[:, :there] = np.sort(every, axis=1)[:, :k]
    distances, numbers = expect(built.query, queries, k).value()
    shape = (len(queries),) if k == 1 else (len(queries), k)
    check("the shapes of query's results", (np.shape(distances), np.shape(numbers)), (shape, shape), SHAPE)
    check("their dtypes", (str(distances.dtype), str(numbers.dtype)), ("float64", "int64"), SHAPE)
    check_close("query's distances", distances, expected.reshape(shape), abs=0.0, because=because)
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


class Finds:
    """A tree that refuses everything must not pass: this one answers, before a refusal and after it."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._points, self._queries = rng.normal(size=(40, 2)), rng.normal(size=(2, 9, 2))
        self.tree = tree(self._points)
        self.still(0)

    def still(self, half: int = 1) -> None:
        """Whether it answers as if nothing had been refused."""
        for k in (1, 3):
            check_answer(self.tree, self._points, self._queries[half], k)


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


def test_the_nearest(rng: np.random.Generator) -> None:
    points = np.array([[0.0, 0.0], [9.0, 9.0], [-9.0, 9.0], [3.0, 4.0]])
    expect(tree(points).query, np.array([[3.0, 3.0], [0.0, 0.5]])).returns(
        (np.array([1.0, 0.5]), np.array([3, 0])), because=f"{SHAPE} {ROWS}"
    )
    check_query(rng.normal(size=(50, 2)), rng.normal(size=(20, 2)), 1)


def test_the_nearest_two(rng: np.random.Generator) -> None:
    points = np.array([[9.0, 9.0], [0.0, 0.0], [-9.0, 9.0], [3.0, 4.0]])
    expect(tree(points).query, np.array([[3.0, 4.0], [0.0, 0.0]]), k=2).returns(
        (np.array([[0.0, 5.0], [0.0, 5.0]]), np.array([[3, 1], [1, 3]])), because=ROWS
    )
    check_query(rng.normal(size=(50, 2)), rng.normal(size=(20, 2)), 2)


@given(searches())
def test_agrees_with_numpy(search: tuple[Any, Any, int]) -> None:
    check_query(*search)


@pytest.mark.parametrize("k", [1, 3])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_any_layout(layout: str, k: int, rng: np.random.Generator) -> None:
    check_query(laid_out(rng.random((200, 2)), layout), laid_out(rng.random((50, 2)), layout), k)


@pytest.mark.parametrize("k", [1, 2, 40])
def test_many(k: int, rng: np.random.Generator) -> None:
    check_query(rng.random((500, 2)), rng.uniform(-0.2, 1.2, (700, 2)), k)


@pytest.mark.parametrize("number", [1, 2, 32, 33, 34, 70, 1_000])
def test_equal_points(number: int, rng: np.random.Generator) -> None:
    points = np.concatenate([rng.normal(size=(12, 2)), np.repeat(rng.normal(size=(1, 2)), number, axis=0)])
    queries = np.concatenate([points[[0, 5, -1]], rng.normal(size=(9, 2))])
    check_query(rng.permutation(points), queries, 3)


def test_very_many_equal_points(rng: np.random.Generator) -> None:
    place, elsewhere = rng.normal(size=2), rng.normal(size=(9, 2))
    points = np.tile(place, (50_000, 1))
    points[rng.integers(3, 49_999, len(elsewhere))] = elsewhere
    queries = np.concatenate([rng.normal(size=(300, 2)), np.tile(rng.normal(size=2), (19_700, 1))])
    each = np.hypot(*(queries[:, None] - np.unique(points, axis=0)).transpose(2, 0, 1))
    distances, numbers = expect(tree(points).query, queries).value()
    check_close("distances", distances, each.min(axis=1), abs=0.0)
    check("type of the numbers", type(numbers), np.ndarray)
    check("dtype and shape of the numbers", (str(numbers.dtype), numbers.shape), ("int64", (20_000,)))
    nearest = "Every query has a nearest point."
    check_that(bool(((numbers >= 0) & (numbers < 50_000)).all()), "numbers", numbers, "below 50 000", nearest)
    found = np.hypot(*(queries - points[numbers]).T)
    check_close("the distances of the points with these numbers", found, each.min(axis=1), abs=0.0)


@pytest.mark.parametrize("axis", [0, 1])
def test_sorted_points_on_a_line(axis: int, rng: np.random.Generator) -> None:
    points = np.full((50_000, 2), 0.5)
    points[:, axis] = np.cumsum(rng.integers(1, 5, 50_000))
    wanted, away = rng.integers(0, 50_000, 1_000), rng.uniform(1.0, 3.0, 1_000)
    queries = points[wanted]
    queries[:, 1 - axis] += away
    expect(tree(points).query, queries).approximates(
        (away, wanted),
        rel=1e-12,
        because="Points that share a coordinate are common, and must not be slow.",
    )


@pytest.mark.parametrize("k", [3, 4, 10])
def test_more_than_there_are(k: int, rng: np.random.Generator) -> None:
    points, queries = rng.normal(size=(k - 1, 2)), rng.normal(size=(5, 2))
    each = np.hypot(*(queries[:, None] - points).transpose(2, 0, 1))
    distances, numbers = np.full((5, k), math.inf), np.full((5, k), k - 1)
    distances[:, : k - 1], numbers[:, : k - 1] = np.sort(each, axis=1), np.argsort(each, axis=1)
    expect(tree(points).query, queries, k).approximates((distances, numbers), rel=1e-12, because=PADDED)
    check_query(rng.normal(size=(20, 2)), queries, k)  # Where there are enough, nothing is padded.


@pytest.mark.parametrize("k", [1, 2])
def test_an_empty_tree(k: int, rng: np.random.Generator) -> None:
    check_query(rng.normal(size=(20, 2)), rng.normal(size=(3, 2)), k)
    empty = tree(np.zeros((0, 2)))
    shape = (3,) if k == 1 else (3, k)
    expect(empty.query, np.zeros((3, 2)), k).returns(
        (np.full(shape, math.inf), np.zeros(shape, dtype=np.int64)), because=PADDED
    )
    expect(len, empty).returns(0)


@pytest.mark.parametrize(("k", "shape"), [(1, (0,)), (2, (0, 2))])
def test_no_queries(k: int, shape: tuple[int, ...], rng: np.random.Generator) -> None:
    finds = Finds(rng)
    expect(finds.tree.query, np.zeros((0, 2)), k).returns(
        (np.zeros(shape), np.zeros(shape, dtype=np.int64)), because=SHAPE
    )
    finds.still()


@pytest.mark.parametrize("k", [0, -1, -sys.maxsize])
def test_k_below_one(k: int, rng: np.random.Generator) -> None:
    finds = Finds(rng)
    expect(finds.tree.query, np.zeros((2, 2)), k).raises(
        ValueError, says=str(k), because="k is at least 1; say which k was given."
    )
    finds.still()


@pytest.mark.parametrize("k", [1.0, None, "2"])
def test_k_that_is_no_integer(k: object, rng: np.random.Generator) -> None:
    finds = Finds(rng)
    expect(finds.tree.query, np.zeros((2, 2)), k).raises(TypeError)
    finds.still()


@pytest.mark.parametrize("k", [2**58, sys.maxsize])
def test_k_beyond_all_memory(k: int, rng: np.random.Generator) -> None:
    finds = Finds(rng)
    expect(finds.tree.query, np.zeros((8, 2)), k).raises(
        MemoryError,
        because=likely((panicked, OVERFLOW), otherwise=OVERFLOW),
    )
    finds.still()


@pytest.mark.parametrize("k", [2**54, 2**60 + 1, sys.maxsize])
def test_rows_that_are_too_wide(k: int, rng: np.random.Generator) -> None:
    finds = Finds(rng)
    expect(finds.tree.query, np.zeros((0, 2)), k).raises(
        MemoryError,
        because="Even without rows, an array cannot be that wide: reserve `nrows().max(1)` rows.",
    )
    finds.still()


@pytest.mark.soft
def test_a_copy_of_the_points() -> None:
    points = np.array([[1.0, 0.0], [5.0, 0.0]])
    built = tree(points)
    points[:] = 100.0
    expect(built.query, np.zeros((1, 2))).returns((np.array([1.0]), np.array([0])), because=COPY)


def test_what_is_not_finite(rng: np.random.Generator) -> None:
    finds = Finds(rng)
    broken = np.zeros((5, 2))
    broken[3, 1] = math.nan
    expect(nearest_distances.KdTree, broken).raises(ValueError, says="points[3]", because=CHECKED)
    expect(finds.tree.query, broken).raises(ValueError, says="points[3]", because=CHECKED)
    broken[3, 1] = -math.inf
    expect(nearest_distances.KdTree, broken).raises(ValueError, says="points[3]", because=CHECKED)
    expect(finds.tree.query, broken).raises(ValueError, says="points[3]", because=CHECKED)
    finds.still()


@pytest.mark.parametrize(
    ("shape", "says"), [((), "()"), ((2,), "2"), ((4, 3), "4, 3"), ((1, 4, 2), "1, 4, 2")]
)
def test_shapes(shape: tuple[int, ...], says: str, rng: np.random.Generator) -> None:
    finds = Finds(rng)
    expect(nearest_distances.KdTree, np.zeros(shape)).raises(ValueError, says=says, because=CHECKED)
    expect(finds.tree.query, np.zeros(shape)).raises(ValueError, says=says, because=CHECKED)
    finds.still()


@pytest.mark.parametrize("dtype", ["float32", "int64", "object", ">f8"])
def test_another_dtype(dtype: str, rng: np.random.Generator) -> None:
    finds = Finds(rng)
    expect(nearest_distances.KdTree, np.zeros((2, 2), dtype=dtype)).raises(TypeError)
    expect(finds.tree.query, np.zeros((2, 2), dtype=dtype)).raises(TypeError)
    finds.still()


def test_a_field_of_a_packed_record(rng: np.random.Generator) -> None:
    finds = Finds(rng)
    field = packed(np.ones((3, 2)))
    expect(nearest_distances.KdTree, field).raises(ValueError, says="aligned", because=CHECKED)
    expect(finds.tree.query, field).raises(ValueError, says="aligned", because=CHECKED)
    finds.still()


@pytest.mark.parametrize("scale", [1e200, 1e-200])
def test_coordinates_whose_squares_are_no_floats(scale: float, rng: np.random.Generator) -> None:
    check_query(rng.normal(size=(20, 2)) * scale, rng.normal(size=(5, 2)) * scale, 1)


def test_length(rng: np.random.Generator) -> None:
    finds = Finds(rng)
    expect(len, finds.tree).returns(40)
    number = int(rng.integers(50, 90))
    expect(len, tree(rng.normal(size=(number, 2)))).returns(number)


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
