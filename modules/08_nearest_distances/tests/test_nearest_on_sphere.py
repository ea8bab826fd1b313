from __future__ import annotations

import csv
import math
from pathlib import Path
from typing import Any

import nearest_distances
import numpy as np
import pytest
from coursekit import check, check_close, check_that, expect
from coursekit.turns import lets_another_thread_in
from hypothesis import given
from hypothesis import strategies as st

RADIUS = 6_371_008.8
CITIES = Path(__file__).parents[1] / "data" / "cities.csv"

PLANE = "Degrees are no plane: turn longitude and latitude into a point in space, and search there."
DATE_LINE = "Longitudes wrap round: 179.9 and -179.9 are neighbours. Points in space know that by themselves."
POLE = "At a pole all longitudes are one point."
ORDER = (
    "Rows are (longitude, latitude), and the distance is the arc around the Earth: radius times angle, not a"
    " straight line through it."
)
DIGITS = (
    "`acos` of the product loses the digits for near points, `asin` of half the distance for opposite ones:"
    " use `angle`, with atan2."
)
LATITUDE = "Latitudes run from -90 to 90. Check both arrays, and name the array and the row."
CHECKED = '`arrays::pair` makes these checks: ("lonlat", &lonlat) and ("others", &others).'

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


def great_circle(one: Any, other: Any) -> Any:
    """Vincenty's formula for a sphere, exact at all distances, in extended precision where there is one."""
    one, other = (np.deg2rad(np.asarray(a, dtype=np.longdouble)) for a in (one, other))
    longitude = other[..., 0] - one[..., 0]
    sin1, cos1, sin2, cos2 = (
        np.sin(one[..., 1]),
        np.cos(one[..., 1]),
        np.sin(other[..., 1]),
        np.cos(other[..., 1]),
    )
    across = np.hypot(cos2 * np.sin(longitude), cos1 * sin2 - sin1 * cos2 * np.cos(longitude))
    along = sin1 * sin2 + cos1 * cos2 * np.cos(longitude)
    return (RADIUS * np.arctan2(across, along)).astype(np.float64)


def check_nearest(lonlat: Any, others: Any, because: str) -> None:
    """The distances of brute force, and numbers that belong to them. Among equal distances any will do."""
    # Before the call, which could change the arrays.
    every = great_circle(lonlat[:, None, :], others[None, :, :])
    expected = every.min(axis=1)
    metres, numbers = expect(nearest_distances.nearest_on_sphere, lonlat, others).value()
    check("shapes", (np.shape(metres), np.shape(numbers)), ((len(lonlat),), (len(lonlat),)))
    check("dtypes", (str(metres.dtype), str(numbers.dtype)), ("float64", "int64"))
    # A search in degrees is far off; lost digits are not.
    nearly = np.isnan(metres) | np.isclose(metres, expected, rtol=1e-6, atol=1.0)
    check_close("metres", metres, expected, abs=1e-8, because=DIGITS if nearly.all() else because)
    places = numbers.tolist()
    check_that(all(0 <= place < len(others) for place in places), "numbers", places, "rows of others")
    check_close(
        "the distances of the others with these numbers",
        metres,
        every[np.arange(len(lonlat)), places],
        abs=1e-8,
        because="Metres and numbers belong together.",
    )


def among(rng: np.random.Generator, rows: Any, lowest: float, highest: float) -> tuple[Any, Any]:
    """These rows between drawn ones with latitudes from `lowest` to `highest`, and where they are."""
    others = rng.uniform([-180.0, lowest], [180.0, highest], (30, 2))
    places = 5 + rng.permutation(20)[: len(rows)]
    others[places] = rows
    return others, places


@st.composite
def places(draw: st.DrawFn) -> tuple[Any, Any]:
    rng = np.random.default_rng(draw(st.integers(0, 999)))
    lonlat, others = (
        np.column_stack([rng.uniform(-400.0, 400.0, n), np.rad2deg(np.arcsin(rng.uniform(-1.0, 1.0, n)))])
        for n in (draw(st.integers(0, 15)), draw(st.integers(1, 40)))
    )
    return laid_out(lonlat, draw(st.sampled_from(LAYOUTS))), laid_out(others, draw(st.sampled_from(LAYOUTS)))


def test_along_a_meridian() -> None:
    lonlat, others = (
        np.array([[10.0, 80.0]]),
        np.array([[190.0, 60.0], [10.0, 0.0], [100.0, 10.0], [10.0, 50.0], [10.0, -50.0]]),
    )
    expect(nearest_distances.nearest_on_sphere, lonlat, others).approximates(
        (np.array([math.radians(30.0) * RADIUS]), np.array([3])), because=ORDER
    )


@given(places())
def test_agrees_with_vincenty(pair: tuple[Any, Any]) -> None:
    check_nearest(*pair, because=PLANE)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_any_layout(layout: str, rng: np.random.Generator) -> None:
    lonlat, others = (rng.uniform([-180, -90], [180, 90], (n, 2)) for n in (60, 200))
    check_nearest(laid_out(lonlat, layout), laid_out(others, layout), PLANE)


def test_many(rng: np.random.Generator) -> None:
    lonlat, others = (rng.uniform([-180, -90], [180, 90], (n, 2)) for n in (300, 200))
    check_nearest(lonlat, others, PLANE)


def test_the_date_line(rng: np.random.Generator) -> None:
    lonlat = np.array([[179.9, 0.0], [-179.9, 10.0]])
    others, at = among(rng, [[-179.9, 0.0], [170.0, 0.0], [179.0, 10.0]], 40.0, 90.0)
    expect(nearest_distances.nearest_on_sphere, lonlat, others).approximates(
        (
            np.array([math.radians(0.2) * RADIUS, float(great_circle([-179.9, 10.0], [179.0, 10.0]))]),
            at[[0, 2]],
        ),
        rel=1e-10,
        because=DATE_LINE,
    )


@pytest.mark.parametrize("longitude", [180.0, -180.0, 540.0, -900.0])
def test_longitudes_wrap_round(longitude: float, rng: np.random.Generator) -> None:
    latitude = rng.uniform(-20.0, 20.0)
    others, at = among(rng, [[180.0, latitude]], 30.0, 90.0)
    expect(nearest_distances.nearest_on_sphere, np.array([[longitude, latitude]]), others).approximates(
        (np.array([0.0]), at),
        abs=1e-6,
        because=f"{DATE_LINE} Some centimetres where there should be none are lost digits: {DIGITS}",
    )


@pytest.mark.parametrize("pole", [90.0, -90.0])
def test_the_poles(pole: float, rng: np.random.Generator) -> None:
    one, other = rng.uniform(-180.0, 180.0, 2)
    others, at = among(rng, [[other, pole], [one, pole * 0.99]], -80.0, 80.0)
    expect(nearest_distances.nearest_on_sphere, np.array([[one, pole], [10.0, pole]]), others).approximates(
        (np.zeros(2), at[[0, 0]]), abs=1e-6, because=POLE
    )


def test_over_the_pole(rng: np.random.Generator) -> None:
    longitude = rng.uniform(-180.0, 0.0)
    others, at = among(rng, [[longitude, 86.5], [longitude + 180.0, 89.0]], -90.0, 80.0)
    expect(nearest_distances.nearest_on_sphere, np.array([[longitude, 89.0]]), others).approximates(
        (np.array([math.radians(2.0) * RADIUS]), at[1:]), rel=1e-10, because=PLANE
    )


def test_meridians_come_together(rng: np.random.Generator) -> None:
    # At 60 degrees a degree of longitude is half as long as one of latitude.
    longitude = rng.uniform(-180.0, 170.0)
    near = [longitude + 2.0, 60.0]
    others, at = among(rng, [[longitude, 61.5], near], -90.0, 50.0)
    expect(nearest_distances.nearest_on_sphere, np.array([[longitude, 60.0]]), others).approximates(
        (np.array([float(great_circle([longitude, 60.0], near))]), at[1:]), rel=1e-10, because=PLANE
    )


def test_near_points_and_opposite_ones(rng: np.random.Generator) -> None:
    step = rng.uniform(1e-7, 3e-7)  # Degrees: some centimetres.
    others, at = among(rng, [[step, 0.0]], 10.0, 90.0)
    expect(nearest_distances.nearest_on_sphere, np.array([[0.0, 0.0]]), others).approximates(
        (np.array([math.radians(step) * RADIUS]), at), rel=1e-6, because=DIGITS
    )
    expect(
        nearest_distances.nearest_on_sphere, np.array([[0.0, 0.0]]), np.array([[180.0 - step, 0.0]])
    ).approximates(
        (np.array([(math.pi - math.radians(step)) * RADIUS]), np.array([0])),
        rel=1e-12,
        abs=1e-4,
        because=DIGITS,
    )


def test_equal_others(rng: np.random.Generator) -> None:
    others = rng.uniform([-180, -90], [180, 90], (100, 2))
    others[20:80] = [10.0, 20.0]
    lonlat = np.concatenate([[[10.0, 20.0], [190.0, -20.0]], rng.uniform([-180, -90], [180, 90], (20, 2))])
    check_nearest(lonlat, rng.permutation(others), POLE)


def test_cities(rng: np.random.Generator) -> None:
    with CITIES.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    cities = np.array([[float(row["longitude"]), float(row["latitude"])] for row in rows])
    track = np.array([[2.3522, 48.8566], [-0.1276, 51.5072], [151.2, -33.87], [-179.9, -17.0], [0.0, 90.0]])
    track = np.concatenate([track, rng.uniform([-180, -90], [180, 90], (20, 2))])
    check_nearest(track, cities, PLANE)
    _, numbers = expect(nearest_distances.nearest_on_sphere, track, cities).value()
    names = [rows[number]["name"] for number in numbers.tolist()]
    check("the city nearest to the middle of Paris", names[0], "Paris")
    check("the country across the date line", rows[numbers.tolist()[3]]["country"], "FJ", DATE_LINE)


@pytest.mark.parametrize("others", [(0, 2), (3, 2)])
def test_no_places(others: tuple[int, int]) -> None:
    expect(nearest_distances.nearest_on_sphere, np.zeros((0, 2)), np.zeros(others)).returns(
        (np.zeros(0), np.zeros(0, dtype=np.int64))
    )


def test_no_others() -> None:
    expect(nearest_distances.nearest_on_sphere, np.zeros((1, 2)), np.zeros((0, 2))).raises(
        ValueError, says="others", because=CHECKED
    )


@pytest.mark.parametrize("latitude", [90.5, -91.0, math.nextafter(90.0, 91.0), 1e300])
def test_latitudes_beyond_the_poles(latitude: float) -> None:
    good, bad = np.zeros((5, 2)), np.zeros((5, 2))
    bad[3:, 1] = latitude
    expect(nearest_distances.nearest_on_sphere, bad, good).raises(
        ValueError, says=("lonlat[3]", "latitude"), because=LATITUDE
    )
    expect(nearest_distances.nearest_on_sphere, good, bad).raises(
        ValueError, says=("others[3]", "latitude"), because=LATITUDE
    )


@pytest.mark.parametrize("bad", [math.nan, math.inf])
@pytest.mark.parametrize("axis", [0, 1])
def test_what_is_not_finite(bad: float, axis: int) -> None:
    good, broken = np.zeros((5, 2)), np.zeros((5, 2))
    broken[3, axis] = bad
    expect(nearest_distances.nearest_on_sphere, broken, good).raises(
        ValueError, says="lonlat[3]", because=CHECKED
    )
    expect(nearest_distances.nearest_on_sphere, good, broken).raises(
        ValueError, says="others[3]", because=CHECKED
    )


@pytest.mark.parametrize(
    ("one", "other"), [((3, 3), (4, 2)), ((4, 2), (3, 1)), ((2,), (4, 2)), ((4, 2), (2,))]
)
def test_shapes(one: tuple[int, ...], other: tuple[int, ...]) -> None:
    says = tuple(", ".join(map(str, shape)) for shape in (one, other))
    expect(nearest_distances.nearest_on_sphere, np.zeros(one), np.zeros(other)).raises(
        ValueError, says=says, because=CHECKED
    )


@pytest.mark.parametrize("dtype", ["float32", "int64", ">f8"])
def test_another_dtype(dtype: str) -> None:
    one, other = np.zeros((2, 2)), np.zeros((2, 2), dtype=dtype)
    expect(nearest_distances.nearest_on_sphere, one, other).raises(TypeError)
    expect(nearest_distances.nearest_on_sphere, other, one).raises(TypeError)


def test_a_field_of_a_packed_record() -> None:
    field, other = packed(np.ones((2, 2))), np.zeros((2, 2))
    expect(nearest_distances.nearest_on_sphere, field, other).raises(
        ValueError, says="aligned", because=CHECKED
    )
    expect(nearest_distances.nearest_on_sphere, other, field).raises(
        ValueError, says="aligned", because=CHECKED
    )


@pytest.mark.soft
def test_other_threads_run_meanwhile() -> None:
    rng = np.random.default_rng(8)
    lonlat, others = (rng.uniform([-180, -90], [180, 90], (n, 2)) for n in (40_000, 2_000))
    expect(nearest_distances.nearest_on_sphere, lonlat, others).value()
    check_that(
        lets_another_thread_in(nearest_distances.nearest_on_sphere, lonlat, others),
        "what another thread got while nearest_on_sphere ran",
        "none",
        "a turn",
        "The search ran attached to the interpreter: wrap it in `py.detach(|| …)`.",
    )
