"""The algorithm before the threads: the figures of module 08's lesson."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from coursekit.bench import Case, Goal, Peer, Role, Versions, main

CITIES = Path(__file__).with_name("data") / "cities.csv"


def cases(versions: Versions, scale: float) -> Iterator[Case]:
    yield from lists(versions, scale)
    yield from nearest(versions, scale)
    yield from several(versions, scale)
    yield from balls(versions, scale)
    yield from cities(versions, scale)


def lists(versions: Versions, scale: float) -> Iterator[Case]:
    n = size(3_000, scale**0.5)  # The work grows with the square of n.
    points, others = np.random.default_rng(8).random((2, n, 2)).tolist()

    def comprehension(points: Any, others: Any) -> list[float]:
        return [min((x - a) ** 2 + (y - b) ** 2 for a, b in others) ** 0.5 for x, y in points]

    yield Case(
        f"nearest of {n:,} for {n:,} points, lists, all against all",
        args=(points, others),
        items=n,
        peers=[
            Peer("Python", comprehension, role=Role.PYTHON),
            Peer("NumPy", numpy_brute_force, needs="numpy", into=as_arrays, back=np.ndarray.tolist),
            versions.yours("nearest_distances"),
            versions.solution("nearest_distances"),
        ],
        same=close,
    )


def nearest(versions: Versions, scale: float) -> Iterator[Case]:
    n = size(100_000, scale)
    points, others = np.random.default_rng(8).random((2, n, 2))

    def built_and_asked(tree: Callable[[Any], Any]) -> Callable[[Any, Any], Any]:
        return lambda points, others: tree(others).query(points)[0]

    yield Case(
        f"nearest of {n:,} for {n:,} points, built and asked",
        args=(points, others),
        items=n,
        peers=[
            Peer("SciPy, all cores", scipy_nearest, needs="scipy"),
            Peer("scikit-learn", sklearn_nearest, needs="sklearn"),
            versions.yours("nearest_distances_array", name="yours, sorted"),
            versions.solution("nearest_distances_array", name="solution, sorted"),
            versions.yours("KdTree", name="yours, tree", using=built_and_asked),
            versions.solution("KdTree", name="solution, tree", using=built_and_asked),
        ],
        goals=[
            Goal("SciPy, all cores", 2.5, by="solution, sorted"),
            Goal("SciPy, all cores", 2.5, by="solution, tree"),
        ],
        same=close,
    )


def several(versions: Versions, scale: float) -> Iterator[Case]:
    n, k = size(100_000, scale), 8
    points, others = np.random.default_rng(8).random((2, n, 2))

    def built_and_asked(tree: Callable[[Any], Any]) -> Callable[[Any, Any], Any]:
        return lambda points, others: tree(others).query(points, k)[0]

    yield Case(
        f"nearest {k} of {n:,} for {n:,} points, built and asked",
        args=(points, others),
        items=n,
        peers=[
            Peer("SciPy, all cores", lambda points, others: scipy_nearest(points, others, k), needs="scipy"),
            Peer("scikit-learn", lambda points, others: sklearn_nearest(points, others, k), needs="sklearn"),
            versions.yours("KdTree", using=built_and_asked),
            versions.solution("KdTree", using=built_and_asked),
        ],
        same=close,
    )


def balls(versions: Versions, scale: float) -> Iterator[Case]:
    n = size(100_000, scale)
    points, others = np.random.default_rng(8).random((2, n, 2))
    radius = (10 / n / np.pi) ** 0.5  # Ten others in each ball, on average.

    def counts(function: Callable[..., Any], *args: Any) -> list[int]:
        found = function(*args)
        if isinstance(found, tuple) and len(found) == 2 and len(found[0]) == n + 1:
            counted: list[int] = np.diff(found[0]).tolist()
            return counted
        return [len(ball) for ball in found]

    yield Case(
        f"all of {n:,} within a radius, for {n:,} points, some ten each",
        args=(points, others, float(radius)),
        items=n,
        peers=[
            Peer("SciPy, all cores", scipy_balls, needs="scipy"),
            Peer("scikit-learn", sklearn_balls, needs="sklearn"),
            versions.yours("within", name="yours, arrays"),
            versions.solution("within", name="solution, arrays"),
            versions.yours("within_csr", name="yours, CSR"),
            versions.solution("within_csr", name="solution, CSR"),
        ],
        outcome=counts,
    )


def cities(versions: Versions, scale: float) -> Iterator[Case]:
    """Coordinates as people have them: most are near some city."""
    with CITIES.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    places = np.array([(float(row["longitude"]), float(row["latitude"])) for row in rows])
    rng = np.random.default_rng(8)
    n = size(1_000_000, scale)
    lonlat = places[rng.integers(0, len(places), n)] + rng.normal(0.0, 0.2, (n, 2))
    lonlat[:, 1] = lonlat[:, 1].clip(-90.0, 90.0)

    def numbers(function: Callable[..., Any]) -> Callable[[Any, Any], Any]:
        return lambda lonlat, places: function(lonlat, places)[1]

    yield Case(
        f"nearest of {len(places):,} cities for {n:,} coordinates",
        args=(lonlat, places),
        items=n,
        peers=[
            Peer("SciPy, in space, all cores", scipy_on_sphere, needs="scipy"),
            Peer("scikit-learn, haversine", sklearn_on_sphere, needs="sklearn"),
            # It takes degrees for a plane, so a few of its cities are not the nearest.
            Peer("reverse_geocoder", reverse_geocoder(rows), needs="reverse_geocoder", into=as_latlon),
            versions.yours("nearest_on_sphere", using=numbers),
            versions.solution("nearest_on_sphere", using=numbers),
        ],
        goals=[Goal("reverse_geocoder", 5.0)],
        same=lambda one, other: float(np.mean(np.asarray(one) == np.asarray(other))) > 0.9,
    )


def as_arrays(*lists: Any) -> tuple[Any, ...]:
    return tuple(np.array(one) for one in lists)


def numpy_brute_force(points: Any, others: Any) -> Any:
    differences = points[:, None, :] - others[None, :, :]
    return np.sqrt((differences**2).sum(axis=2).min(axis=1))


def scipy_nearest(points: Any, others: Any, k: int = 1) -> Any:
    cKDTree = import_module("scipy.spatial").cKDTree

    return cKDTree(others).query(points, k, workers=-1)[0]


def sklearn_nearest(points: Any, others: Any, k: int = 1) -> Any:
    KDTree = import_module("sklearn.neighbors").KDTree

    distances = KDTree(others).query(points, k)[0]
    return distances[:, 0] if k == 1 else distances


def scipy_balls(points: Any, others: Any, radius: float) -> Any:
    cKDTree = import_module("scipy.spatial").cKDTree

    return cKDTree(others).query_ball_point(points, radius, workers=-1)


def sklearn_balls(points: Any, others: Any, radius: float) -> Any:
    KDTree = import_module("sklearn.neighbors").KDTree

    return KDTree(others).query_radius(points, radius)


def in_space(lonlat: Any) -> Any:
    longitude, latitude = np.deg2rad(lonlat).T
    return np.column_stack(
        [np.cos(latitude) * np.cos(longitude), np.cos(latitude) * np.sin(longitude), np.sin(latitude)]
    )


def scipy_on_sphere(lonlat: Any, places: Any) -> Any:
    cKDTree = import_module("scipy.spatial").cKDTree

    return cKDTree(in_space(places)).query(in_space(lonlat), workers=-1)[1]


def sklearn_on_sphere(lonlat: Any, places: Any) -> Any:
    BallTree = import_module("sklearn.neighbors").BallTree

    def latlon(degrees: Any) -> Any:
        return np.deg2rad(degrees[:, ::-1])

    return BallTree(latlon(places), metric="haversine").query(latlon(lonlat))[1][:, 0]


def as_latlon(lonlat: Any, places: Any) -> tuple[Any, Any]:
    """The argument of reverse_geocoder: a list of (latitude, longitude)."""
    return list(map(tuple, lonlat[:, ::-1].tolist())), places


def reverse_geocoder(rows: list[dict[str, str]]) -> Callable[[Any, Any], Any]:
    """With the same cities, in its default mode: a process for each core."""
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(["lat", "lon", "name", "admin1", "admin2", "cc"])
    for number, row in enumerate(rows):
        table.writerow([row["latitude"], row["longitude"], number, "", "", row["country"]])
    found: list[Any] = []

    def search(latlon: Any, places: Any) -> Any:
        RGeocoder = import_module("reverse_geocoder").RGeocoder

        if not found:  # Its tree is built once, and not timed.
            text.seek(0)
            found.append(RGeocoder(mode=2, verbose=False, stream=text))
        return [int(city["name"]) for city in found[0].query(latlon)]

    return search


def size(documented: int, scale: float) -> int:
    return max(40, int(documented * scale))


def close(one: Any, other: Any) -> bool:
    return bool(np.allclose(one, other, rtol=1e-12, atol=0.0))


if __name__ == "__main__":
    main("nearest_distances", cases, gigabytes=1.0)
