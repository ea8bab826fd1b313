"""Mulliken populations: the electrons of a molecule, shared out among its atoms."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "atomic_charges",
    "electron_count",
    "mulliken",
    "mulliken_any_layout",
    "mulliken_fused",
    "mulliken_loops",
    "mulliken_parallel",
]

def mulliken_loops(
    P: NDArray[np.float64],
    P0: NDArray[np.float64],
    S: NDArray[np.float64],
    orbs_per_atom: Sequence[int] | NDArray[np.integer],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """q and dq of each atom, by four nested loops over matrices in C order."""

def mulliken_any_layout(
    P: NDArray[np.float64],
    P0: NDArray[np.float64],
    S: NDArray[np.float64],
    orbs_per_atom: Sequence[int] | NDArray[np.integer],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """q and dq of each atom, from matrices in any layout."""

def mulliken_fused(
    P: NDArray[np.float64],
    P0: NDArray[np.float64],
    S: NDArray[np.float64],
    orbs_per_atom: Sequence[int] | NDArray[np.integer],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """q and dq of each atom in one pass, without a temporary matrix."""

def mulliken_parallel(
    P: NDArray[np.float64],
    P0: NDArray[np.float64],
    S: NDArray[np.float64],
    orbs_per_atom: Sequence[int] | NDArray[np.integer],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """q and dq of each atom, on all cores, with the same bits whatever their number."""

def mulliken(
    P: NDArray[np.float64],
    P0: NDArray[np.float64],
    S: NDArray[np.float64],
    orbs_per_atom: Sequence[int] | NDArray[np.integer],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mulliken populations q and their change dq of each atom, in electrons, as fast as memory allows."""

def electron_count(P: NDArray[np.float64], S: NDArray[np.float64]) -> float:
    """The number of electrons: tr(P S)."""

def atomic_charges(
    q: NDArray[np.float64],
    nuclear_charges: Sequence[float] | NDArray[np.integer] | NDArray[np.floating],
    *,
    total_charge: float = 0.0,
) -> NDArray[np.float64]:
    """Nuclear charges less populations. ValueError unless they add up to total_charge."""
