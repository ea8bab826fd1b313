from __future__ import annotations

import math
from typing import Any

import nearest_distances
import numpy as np
import pytest
from coursekit import check, check_that, expect
from coursekit.turns import lets_another_thread_in
from hypothesis import given
from hypothesis import strategies as st

BOUNDARY = "A ball includes its boundary: at most the radius, not less than it."
SORTED = "The numbers of the others in ascending order; the index gives them in none."
OFFSETS = (
    "One offset more than there are points: the first is 0, and point i has [offsets[i], offsets[i + 1])."
)
RADIUS = "Say what is good, `radius >= 0.0`: every comparison with NaN is false."
CHECKED = "`arrays::pair` makes these checks: call it with both names, in both functions."

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


def reference(points: Any, others: Any, radius: float) -> list[Any]:
    """Brute force: every distance there is."""
    differences = points[:, None, :] - others[None, :, :]
    near = np.sqrt((differences**2).sum(axis=2)) <= radius
    return [np.flatnonzero(row) for row in near]


def in_one(found: list[Any]) -> tuple[Any, Any]:
    """Offsets, and all numbers."""
    return np.cumsum([0, *map(len, found)]), np.concatenate([np.zeros(0, dtype=np.int64), *found])


def check_both(points: Any, others: Any, radius: float, because: str = SORTED) -> None:
    expected = reference(points, others, radius)
    expect(nearest_distances.within, points, others, radius).returns(expected, because=because)
    expect(nearest_distances.within_csr, points, others, radius).returns(in_one(expected), because=OFFSETS)


@st.composite
def searches(draw: st.DrawFn) -> tuple[Any, Any, float]:
    rng = np.random.default_rng(draw(st.integers(0, 999)))
    shapes = [(draw(st.integers(0, 20)), 2), (draw(st.integers(1, 60)), 2)]
    if draw(st.booleans()):
        points, others = (rng.integers(-4, 5, shape).astype(np.float64) for shape in shapes)
        radius = math.sqrt(draw(st.integers(0, 50)))  # Many are exactly on the boundary.
    else:
        points, others = (rng.normal(size=shape) for shape in shapes)
        radius = draw(st.floats(0.0, 4.0))
    points, others = (laid_out(one, draw(st.sampled_from(LAYOUTS))) for one in (points, others))
    return points, others, radius


def test_within(rng: np.random.Generator) -> None:
    points = np.array([[0.0, 0.0], [100.0, 0.0]])
    others = np.array([[9.0, 9.0], [-3.0, 0.0], [0.0, -5.0], [0.0, 2.0], [9.0, 9.0], [1.0, 0.0]])
    expect(nearest_distances.within, points, others, 2.5).returns(
        [np.array([3, 5]), np.array([], dtype=np.int64)], because=SORTED
    )
    points, others = rng.normal(size=(9, 2)), rng.normal(size=(50, 2))
    expected = reference(points, others, 1.0)
    expect(nearest_distances.within, points, others, 1.0).returns(expected, because=SORTED)


def test_within_csr(rng: np.random.Generator) -> None:
    points = np.array([[0.0, 0.0], [100.0, 0.0]])
    others = np.array([[9.0, 9.0], [-3.0, 0.0], [0.0, -5.0], [0.0, 2.0], [9.0, 9.0], [1.0, 0.0]])
    expect(nearest_distances.within_csr, points, others, 2.5).returns(
        (np.array([0, 2, 2]), np.array([3, 5])), because=OFFSETS
    )
    points, others = rng.normal(size=(9, 2)), rng.normal(size=(50, 2))
    expected = in_one(reference(points, others, 1.0))
    expect(nearest_distances.within_csr, points, others, 1.0).returns(expected, because=OFFSETS)


@given(searches())
def test_agrees_with_numpy(search: tuple[Any, Any, float]) -> None:
    check_both(*search)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_any_layout(layout: str, rng: np.random.Generator) -> None:
    check_both(laid_out(rng.random((50, 2)), layout), laid_out(rng.random((300, 2)), layout), 0.1)


@pytest.mark.parametrize("scale", [1.0, 0.1, 1e-3, 7.3, 1e200, 1e-200])
def test_the_boundary(scale: float, rng: np.random.Generator) -> None:
    # Most are clearly inside or outside, whatever the rounding; four are exactly on the circle.
    angles, far = rng.uniform(0.0, 2 * math.pi, 30), rng.uniform(0.1, 0.9, 30)
    far[rng.permutation(30)[:15]] += 1.0
    others = 5.0 * scale * far[:, None] * np.column_stack([np.cos(angles), np.sin(angles)])
    on = np.sort(rng.permutation(30)[:4])
    others[on] = rng.permutation([[0.0, 1.0], [1.0, 0.0], [-1.0, 0.0], [0.0, -1.0]]) * (5.0 * scale)
    far[on] = 1.0
    points = np.zeros((1, 2))
    expect(nearest_distances.within, points, others, 5.0 * scale).returns(
        [np.flatnonzero(far <= 1.0)], because=BOUNDARY
    )
    below = math.nextafter(5.0 * scale, 0.0)
    found = expect(nearest_distances.within, points, others, below).value()
    check("numbers within a little less", found, [np.flatnonzero(far < 1.0)], BOUNDARY)


def test_radius_zero(rng: np.random.Generator) -> None:
    points, others = (rng.integers(0, 5, (n, 2)).astype(np.float64) for n in (12, 40))
    check_both(points, others, 0.0, f"{BOUNDARY} {SORTED}")


def test_an_infinite_radius(rng: np.random.Generator) -> None:
    points, others = rng.normal(size=(2, 2)) * 1e9, rng.normal(size=(int(rng.integers(6, 30)), 2))
    check_both(points, others, math.inf)
    check_both(others, others, 1.0)


@pytest.mark.parametrize("number", [33, 2_000])
def test_equal_others(number: int, rng: np.random.Generator) -> None:
    others = np.concatenate([np.full((number, 2), 0.5), rng.integers(-2, 3, (30, 2)) + 0.5])
    check_both(np.array([[0.5, 1.5], [0.5, 1.6]]), rng.permutation(others), 1.0, f"{BOUNDARY} {SORTED}")


@pytest.mark.parametrize("axis", [0, 1])
def test_others_on_a_line(axis: int, rng: np.random.Generator) -> None:
    others = np.full((3_000, 2), 0.5)
    others[:, axis] = np.cumsum(rng.uniform(0.5, 1.5, 3_000))
    points = rng.uniform(-6.0, 6.0, (9, 2))
    points[:, axis] += others[rng.integers(0, 3_000, 9), axis]
    check_both(points, others, 6.0)


@pytest.mark.parametrize("others", [(0, 2), (3, 2)])
def test_no_points(others: tuple[int, int]) -> None:
    expect(nearest_distances.within, np.zeros((0, 2)), np.zeros(others), 1.0).returns([])
    expect(nearest_distances.within_csr, np.zeros((0, 2)), np.zeros(others), 1.0).returns(
        (np.array([0]), np.array([], dtype=np.int64)), because=OFFSETS
    )


@pytest.mark.parametrize("function", ["within", "within_csr"])
class TestBoth:
    @pytest.mark.parametrize("radius", [-1.0, math.nan, -math.inf, -5e-324])
    def test_a_bad_radius(self, function: str, radius: float) -> None:
        expect(getattr(nearest_distances, function), np.zeros((1, 2)), np.zeros((1, 2)), radius).raises(
            ValueError, says="radius", because=RADIUS
        )

    def test_a_radius_that_is_no_number(self, function: str) -> None:
        expect(getattr(nearest_distances, function), np.zeros((1, 2)), np.zeros((1, 2)), "1").raises(
            TypeError
        )

    def test_no_others(self, function: str) -> None:
        expect(getattr(nearest_distances, function), np.zeros((1, 2)), np.zeros((0, 2)), 1.0).raises(
            ValueError, says="others", because=CHECKED
        )

    def test_what_is_not_finite(self, function: str) -> None:
        good, broken = np.zeros((5, 2)), np.zeros((5, 2))
        broken[3, 0] = math.nan
        expect(getattr(nearest_distances, function), broken, good, 1.0).raises(
            ValueError, says="points[3]", because=CHECKED
        )
        expect(getattr(nearest_distances, function), good, broken, 1.0).raises(
            ValueError, says="others[3]", because=CHECKED
        )

    @pytest.mark.parametrize(
        ("one", "other"), [((3, 3), (4, 2)), ((4, 2), (3, 1)), ((2,), (4, 2)), ((4, 2), ())]
    )
    def test_shapes(self, function: str, one: tuple[int, ...], other: tuple[int, ...]) -> None:
        says = [", ".join(map(str, shape)) for shape in (one, other)]
        expect(getattr(nearest_distances, function), np.zeros(one), np.zeros(other), 1.0).raises(
            ValueError, says=tuple(says), because=CHECKED
        )

    @pytest.mark.parametrize("dtype", ["float32", "int64", ">f8"])
    def test_another_dtype(self, function: str, dtype: str) -> None:
        one, other = np.zeros((2, 2)), np.zeros((2, 2), dtype=dtype)
        expect(getattr(nearest_distances, function), one, other, 1.0).raises(TypeError)
        expect(getattr(nearest_distances, function), other, one, 1.0).raises(TypeError)

    def test_a_field_of_a_packed_record(self, function: str) -> None:
        field, other = packed(np.ones((2, 2))), np.zeros((2, 2))
        expect(getattr(nearest_distances, function), field, other, 1.0).raises(
            ValueError, says="aligned", because=CHECKED
        )
        expect(getattr(nearest_distances, function), other, field, 1.0).raises(
            ValueError, says="aligned", because=CHECKED
        )


@pytest.mark.soft
@pytest.mark.parametrize("function", ["within", "within_csr"])
def test_other_threads_run_meanwhile(function: str) -> None:
    points = np.random.default_rng(8).random((1_000, 2))
    expect(getattr(nearest_distances, function), points, points, 0.3).value()
    check_that(
        lets_another_thread_in(getattr(nearest_distances, function), points, points, 0.3),
        "what another thread got meanwhile",
        "none",
        "a turn",
        "The search ran attached to the interpreter: wrap it in `py.detach(|| …)`.",
    )


def test_each_array_stands_alone(rng: np.random.Generator) -> None:
    points, others = rng.normal(size=(2, 2)) / 9.0, rng.normal(size=(30, 2))
    expected = reference(points, others, 1.0)
    first, second = expect(nearest_distances.within, points, others, 1.0).value()
    check("the first array", first, expected[0], SORTED)
    first[:] = 7
    check("the second array, after the first was written to", second, expected[1])
