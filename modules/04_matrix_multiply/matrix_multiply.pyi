"""NumPy arrays without copies: sums, statistics, products, work in place."""

from typing import TypedDict, type_check_only

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "add_into",
    "array_multiply",
    "compute_stats",
    "matrix_multiply",
    "matrix_multiply_fast",
    "norm",
    "norm_in_lanes",
    "row_sums",
    "scale_in_place",
]

@type_check_only
class _Stats(TypedDict):
    mean: float
    std: float
    min: float
    max: float

def row_sums(a: NDArray[np.float64]) -> NDArray[np.float64]:
    """The sum of each row of a two-dimensional array, not copied."""

def compute_stats(a: NDArray[np.float64]) -> _Stats:
    """Mean, sample standard deviation, minimum and maximum of a 1-D array. ValueError if it is empty."""

def array_multiply(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """The product, element by element, of two arrays of one shape. ValueError if the shapes differ."""

def scale_in_place(a: NDArray[np.float64], factor: float) -> None:
    """Multiplies each item of `a` by `factor`. ValueError if `a` is read-only or its items share memory."""

def add_into(out: NDArray[np.float64], a: NDArray[np.float64]) -> None:
    """Adds `a` to `out`, item by item. ValueError if shapes differ, or `out` is read-only or shared."""

def matrix_multiply(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """The matrix product. ValueError if the inner dimensions differ."""

def matrix_multiply_fast(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """The matrix product, through a packed kernel. ValueError if the inner dimensions differ."""

def norm(a: NDArray[np.float32] | NDArray[np.float64] | NDArray[np.int64]) -> float:
    """The square root of the sum of all squares, without overflow on the way."""

def norm_in_lanes(a: NDArray[np.float64]) -> float:
    """The same, for float64 only, with many running sums on all cores."""
