"""Sums, arrays, threads and Ctrl-C: what a crossing between Python and Rust costs."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "cpu_intensive",
    "direct_sum",
    "monte_carlo_pi",
    "parallel_sum",
    "process_batch",
    "process_numbers",
    "process_single",
    "sum_array",
    "sum_in_place",
    "team_sum",
]

def process_single(x: float) -> float:
    """Twice `x`."""

def process_batch(xs: Sequence[float]) -> list[float]:
    """Twice each of `xs`, in order."""

def direct_sum(numbers: list[int]) -> int:
    """The sum of a list, by one thread. OverflowError if an item or the sum does not fit."""

def sum_in_place(numbers: list[int]) -> int:
    """The same; the ints are read where they lie."""

def parallel_sum(numbers: Sequence[int]) -> int:
    """The sum of 64-bit integers. OverflowError if an item or the sum does not fit."""

def process_numbers(numbers: Sequence[int], threshold: int) -> list[int]:
    """The numbers above the threshold, doubled, in order. OverflowError if one does not fit in 64 bits."""

def sum_array(array: NDArray[np.int64]) -> int:
    """The sum of a one-dimensional int64 array, not copied. OverflowError if it does not fit in 64 bits."""

def team_sum(array: NDArray[np.int64]) -> int:
    """The same; the calling thread works as well."""

def cpu_intensive(data: Sequence[float] | NDArray[np.float64]) -> float:
    """The sum of sin x, with the same bits whatever the number of threads."""

def monte_carlo_pi(n_samples: int, seed: int = 0) -> float:
    """π, estimated from random points. Ctrl-C stops it. ValueError for no samples."""
