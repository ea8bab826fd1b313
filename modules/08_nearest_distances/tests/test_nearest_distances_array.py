from __future__ import annotations

import math
from typing import Any

import nearest_distances
import numpy as np
import pytest
from coursekit import check_that, expect
from coursekit.turns import lets_another_thread_in
from hypothesis import given
from hypothesis import strategies as st

STRIDES = "The views have strides: read rows through the view of `arrays::pair`, not through a slice."
OUTWARDS = (
    "Look to both sides of the point's place, and stop on a side only when the next other is further away"
    " along this one axis than the nearest so far."
)
CHECKED = (
    '`arrays::pair` makes these checks: call it with both names, ("points", &points) and ("others", &others).'
)

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


def reference(points: Any, others: Any) -> Any:
    """Brute force: every distance there is."""
    differences = points[:, None, :] - others[None, :, :]
    return np.hypot(differences[..., 0], differences[..., 1]).min(axis=1)


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Any, Any]:
    rng = np.random.default_rng(draw(st.integers(0, 999)))
    shapes = [(draw(st.integers(0, 30)), 2), (draw(st.integers(1, 90)), 2)]
    if draw(st.booleans()):
        points, others = (rng.integers(-4, 5, shape).astype(np.float64) for shape in shapes)
    else:
        points, others = (rng.normal(size=shape) for shape in shapes)
    return tuple(laid_out(one, draw(st.sampled_from(LAYOUTS))) for one in (points, others))


def test_three_and_four_make_five() -> None:
    points, others = np.array([[0.0, 0.0], [3.0, 3.0]]), np.array([[-9.0, 0.0], [3.0, 4.0], [9.0, 9.0]])
    expect(nearest_distances.nearest_distances_array, points, others).returns(np.array([5.0, 1.0]))


@given(pairs())
def test_agrees_with_numpy(arrays: tuple[Any, Any]) -> None:
    points, others = arrays
    expect(nearest_distances.nearest_distances_array, points, others).approximates(
        reference(points, others), rel=1e-12, because=OUTWARDS
    )


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("other", ["C", "Fortran", "backwards"])
def test_any_two_layouts(layout: str, other: str, rng: np.random.Generator) -> None:
    points, others = rng.random((40, 2)), rng.random((50, 2))
    expect(
        nearest_distances.nearest_distances_array, laid_out(points, layout), laid_out(others, other)
    ).approximates(reference(points, others), rel=1e-12, because=STRIDES)


@pytest.mark.parametrize("seed", range(3))
def test_many(seed: int, rng: np.random.Generator) -> None:
    points, others = rng.random((900, 2)), rng.random((1_100, 2))
    expect(nearest_distances.nearest_distances_array, points, others).approximates(
        reference(points, others), rel=1e-12, because=OUTWARDS
    )


@pytest.mark.parametrize("axis", [0, 1])
def test_others_on_a_line(axis: int, rng: np.random.Generator) -> None:
    others = np.full((500, 2), rng.random())
    others[:, axis] = rng.random(500)
    points = rng.uniform(-1.0, 2.0, (200, 2))
    expect(nearest_distances.nearest_distances_array, points, others).approximates(
        reference(points, others), rel=1e-12, because=OUTWARDS
    )


def test_equal_others(rng: np.random.Generator) -> None:
    place, elsewhere = rng.uniform(-3.0, 3.0, (1, 2)), rng.uniform(-3.0, 3.0, (9, 2))
    others = np.repeat(place, 100_000, axis=0)
    others[rng.integers(1, 99_999, len(elsewhere))] = elsewhere
    points = rng.uniform(-3.0, 3.0, (4_000, 2))
    expected = reference(points, np.unique(others, axis=0))
    expect(nearest_distances.nearest_distances_array, points, others).approximates(expected, rel=1e-12)


def test_far_from_zero(rng: np.random.Generator) -> None:
    # Quarters, so that the differences are exact.
    points, others = (rng.integers(-99, 100, (n, 2)) / 4 + [1e9, -1e9] for n in (5, 20))
    expect(nearest_distances.nearest_distances_array, points, others).approximates(
        reference(points, others),
        rel=1e-12,
        because="Multiplied out, x² − 2xa + a² loses all digits here: square the difference.",
    )


@pytest.mark.parametrize("scale", [1e200, 1e-200, 1e307])
def test_coordinates_whose_squares_are_no_floats(scale: float, rng: np.random.Generator) -> None:
    points, others = (rng.uniform(-4.0, 4.0, (n, 2)) * scale for n in (5, 20))
    expect(nearest_distances.nearest_distances_array, points, others).approximates(
        reference(points, others),
        rel=1e-12,
        because="The squares overflowed, or vanished: multiply all coordinates by `index::safe_scale` first.",
    )


@pytest.mark.parametrize("others", [(0, 2), (3, 2)])
def test_no_points(others: tuple[int, int]) -> None:
    expect(nearest_distances.nearest_distances_array, np.zeros((0, 2)), np.zeros(others)).returns(np.zeros(0))


def test_no_others() -> None:
    expect(nearest_distances.nearest_distances_array, np.zeros((1, 2)), np.zeros((0, 2))).raises(
        ValueError, says="others", because=CHECKED
    )


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("axis", [0, 1])
def test_what_is_not_finite(bad: float, axis: int) -> None:
    good, broken = np.zeros((5, 2)), np.zeros((5, 2))
    broken[3:, axis] = bad
    expect(nearest_distances.nearest_distances_array, broken, good).raises(
        ValueError, says="points[3]", because=CHECKED
    )
    expect(nearest_distances.nearest_distances_array, good, broken).raises(
        ValueError, says="others[3]", because=CHECKED
    )


@pytest.mark.parametrize(
    ("one", "other", "says"),
    [
        ((3, 3), (4, 2), ("3, 3", "4, 2")),
        ((4, 2), (3, 1), ("4, 2", "3, 1")),
        ((2,), (4, 2), ("2", "4, 2")),
        ((4, 2), (2,), ("4, 2", "2")),
        ((), (4, 2), ("4, 2",)),
        ((1, 4, 2), (4, 2), ("1, 4, 2", "4, 2")),
        ((0, 3), (4, 2), ("0, 3", "4, 2")),
        ((2, 0), (4, 2), ("2, 0", "4, 2")),
    ],
)
def test_shapes(one: tuple[int, ...], other: tuple[int, ...], says: tuple[str, ...]) -> None:
    expect(nearest_distances.nearest_distances_array, np.zeros(one), np.zeros(other)).raises(
        ValueError, says=says, because=CHECKED
    )


@pytest.mark.parametrize("dtype", ["float32", "int64", "complex128", "object", ">f8"])
def test_another_dtype(dtype: str) -> None:
    one, other = np.zeros((2, 2)), np.zeros((2, 2), dtype=dtype)
    because = "Take a `PyReadonlyArrayDyn<f64>`: it refuses all other dtypes, and the other byte order."
    expect(nearest_distances.nearest_distances_array, one, other).raises(TypeError, because=because)
    expect(nearest_distances.nearest_distances_array, other, one).raises(TypeError, because=because)


def test_no_array() -> None:
    expect(nearest_distances.nearest_distances_array, [(0.0, 0.0)], np.zeros((1, 2))).raises(TypeError)


def test_a_field_of_a_packed_record() -> None:
    values, other = np.array([[1.0, 2.0], [3.0, 4.0]]), np.zeros((2, 2))
    because = "`as_array` would read at the wrong places. " + CHECKED
    expect(nearest_distances.nearest_distances_array, packed(values), other).raises(
        ValueError, says="aligned", because=because
    )
    expect(nearest_distances.nearest_distances_array, other, packed(values)).raises(
        ValueError, says="aligned", because=because
    )


@pytest.mark.soft
def test_a_masked_array() -> None:
    masked = np.ma.masked_array(np.zeros((2, 2)), mask=[[True, False], [False, False]])
    expect(nearest_distances.nearest_distances_array, masked, np.zeros((1, 2))).raises(TypeError, says="mask")


@pytest.mark.soft
def test_other_threads_run_meanwhile() -> None:
    # Others on a line, points far from it: whoever sorts has to look at all of them, too.
    others = np.column_stack([np.linspace(0.0, 1.0, 5_000), np.zeros(5_000)])
    points = np.random.default_rng(8).random((5_000, 2)) + 5.0
    expect(nearest_distances.nearest_distances_array, points, others).value()
    check_that(
        lets_another_thread_in(nearest_distances.nearest_distances_array, points, others),
        "what another thread got while nearest_distances_array ran",
        "none",
        "a turn",
        "The search ran attached to the interpreter: wrap it in `py.detach(|| …)`.",
    )
