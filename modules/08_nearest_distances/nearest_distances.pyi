"""Nearest neighbours of points, in the plane and on the Earth."""

from collections.abc import Sequence
from typing import SupportsIndex, final

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "KdTree",
    "nearest_distances",
    "nearest_distances_array",
    "nearest_on_sphere",
    "within",
    "within_csr",
]

def nearest_distances(
    points: Sequence[Sequence[float]], other_points: Sequence[Sequence[float]]
) -> list[float]:
    """The distance from each point to the nearest of the other points. Both are lists of (x, y)."""

def nearest_distances_array(points: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.float64]:
    """The same for arrays of shape (n, 2) and (m, 2). ValueError for another shape, NaN, or no others."""

@final
class KdTree:
    """Finds the nearest of its points, of which it keeps a copy."""

    def __new__(cls, points: NDArray[np.float64]) -> KdTree: ...
    def query(
        self, points: NDArray[np.float64], k: SupportsIndex = 1
    ) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Distances and numbers of the k nearest points; inf and len(tree) where there are fewer."""

    def __len__(self) -> int: ...

def within(
    points: NDArray[np.float64], others: NDArray[np.float64], radius: float
) -> list[NDArray[np.int64]]:
    """For each point the numbers of all others within the radius, boundary included, in ascending order."""

def within_csr(
    points: NDArray[np.float64], others: NDArray[np.float64], radius: float
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The same as (offsets, indices): those of points[i] are indices[offsets[i]:offsets[i + 1]]."""

def nearest_on_sphere(
    lonlat: NDArray[np.float64], others: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Metres to the nearest of the others along great circles, and its number. Degrees, longitude first."""
