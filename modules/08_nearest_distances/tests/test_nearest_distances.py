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

SQUARES = "The nearest has the smallest squared distance; take the root of that one at the end."
FINITE = "Look at each coordinate with `is_finite()` before you compute, and name the list and the place."
NO_OTHERS = "The smallest of no distances is infinity, or f64::MAX: no answer. Test for an empty list first."

coordinates = st.integers(-1_000_000, 1_000_000).map(lambda n: n / 128)
lists = st.lists(st.tuples(coordinates, coordinates), max_size=12)


def reference(points: Any, others: Any) -> list[float]:
    return [min(math.hypot(x - a, y - b) for a, b in others) for x, y in points]


def test_three_and_four_make_five() -> None:
    others = [(-9.0, 0.0), (3.0, 4.0), (9.0, 9.0)]
    expect(nearest_distances.nearest_distances, [(0.0, 0.0), (3.0, 3.0)], others).returns(
        [5.0, 1.0], because=SQUARES
    )


def test_itself(rng: np.random.Generator) -> None:
    others = rng.normal(size=(40, 2)).tolist()
    points = [*others[::2], *rng.normal(size=(20, 2)).tolist()]
    expected = reference(points, others)
    expect(nearest_distances.nearest_distances, points, others).approximates(
        expected, rel=1e-12, because=SQUARES
    )


@given(lists, lists.filter(bool))
def test_agrees_with_python(points: list[Any], others: list[Any]) -> None:
    expect(nearest_distances.nearest_distances, points, others).approximates(
        reference(points, others), rel=1e-12, because=SQUARES
    )


def test_many_points_in_order(rng: np.random.Generator) -> None:
    points, others = rng.normal(size=(3_000, 2)).tolist(), rng.normal(size=(5, 2)).tolist()
    expected = reference(points, others)
    expect(nearest_distances.nearest_distances, points, others).approximates(
        expected, rel=1e-12, because="One distance for each point, in the order of the points."
    )


def test_integers_and_pairs_as_lists(rng: np.random.Generator) -> None:
    points = rng.integers(-99, 100, (5, 2)).tolist()
    others = [tuple(other) for other in rng.integers(-99, 100, (9, 2)).tolist()]
    expected = reference(points, others)
    expect(nearest_distances.nearest_distances, points, others).approximates(expected, rel=1e-12)


@pytest.mark.parametrize("others", [[(1.0, 2.0)], []])
def test_no_points(others: list[Any]) -> None:
    expect(nearest_distances.nearest_distances, [], others).returns(
        [], because="Nobody asks, so there is nothing to refuse: an empty list, with or without others."
    )


def test_no_others() -> None:
    expect(nearest_distances.nearest_distances, [(1.0, 2.0)], []).raises(ValueError, because=NO_OTHERS)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("place", [0, 3])
def test_what_is_not_finite(bad: float, axis: int, place: int) -> None:
    good = [(float(i), float(-i)) for i in range(5)]
    broken: list[Any] = [list(point) for point in good]
    broken[place][axis] = bad
    broken[4][axis] = bad
    broken = [tuple(point) for point in broken]
    expect(nearest_distances.nearest_distances, broken, good).raises(
        ValueError, says=f"points[{place}]", because=FINITE
    )
    expect(nearest_distances.nearest_distances, good, broken).raises(
        ValueError, says=f"other_points[{place}]", because=FINITE
    )


def test_what_is_not_finite_without_a_partner() -> None:
    expect(nearest_distances.nearest_distances, [], [(math.nan, 0.0)]).raises(
        ValueError, says="other_points[0]", because=FINITE
    )


@pytest.mark.parametrize("scale", [1e200, 1e-200, 1e307])
def test_coordinates_whose_squares_are_no_floats(scale: float, rng: np.random.Generator) -> None:
    points, others = ((rng.uniform(-4.0, 4.0, (n, 2)) * scale).tolist() for n in (5, 9))
    expected = reference(points, others)
    expect(nearest_distances.nearest_distances, points, others).approximates(
        expected,
        rel=1e-12,
        because="The smallest square overflowed, or vanished. If so, go again with `f64::hypot`.",
    )


@pytest.mark.parametrize("points", [None, 5.0, "ab", [1.0, 2.0], [("a", "b")], [(None, 1.0)]])
def test_no_points_at_all(points: object) -> None:
    expect(nearest_distances.nearest_distances, points, [(0.0, 0.0)]).raises(TypeError)
    expect(nearest_distances.nearest_distances, [(0.0, 0.0)], points).raises(TypeError)


@pytest.mark.soft
def test_other_threads_run_meanwhile() -> None:
    points, others = np.random.default_rng(8).random((2, 2_000, 2)).tolist()
    expect(nearest_distances.nearest_distances, points, others).value()
    check_that(
        lets_another_thread_in(nearest_distances.nearest_distances, points, others),
        "what another thread got while nearest_distances ran",
        "none",
        "a turn",
        "The search ran attached to the interpreter: wrap it in `py.detach(|| …)`.",
    )
