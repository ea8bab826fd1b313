"""Distances between structures, frames of a file, forces: the figures of module 10's lesson."""

from __future__ import annotations

import atexit
import shutil
import struct
import tempfile
import warnings
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from coursekit.bench import Case, Goal, Peer, Versions, main

CUTOFF = 2.5


def cases(versions: Versions, scale: float) -> Iterator[Case]:
    yield from deviations(versions, scale)
    yield from files(versions, scale)
    yield from forces(versions, scale)


def deviations(versions: Versions, scale: float) -> Iterator[Case]:
    rng = np.random.default_rng(10)
    n = size(100_000, scale)
    p1, p2 = rng.normal(size=(2, n, 3)).astype(np.float32)
    masses = rng.uniform(1.0, 20.0, size=n)
    for what, args in (("", (p1, p2)), (", with masses", (p1, p2, masses))):
        yield Case(
            f"root-mean-square deviation of {n:,} atoms{what}",
            args=args,
            items=n,
            bytes=sum(array.nbytes for array in args),
            peers=[
                Peer("NumPy", rmsd, needs="numpy"),
                Peer("MDAnalysis", rmsd_of_mdanalysis, needs="MDAnalysis"),
                versions.yours("calculate_rmsd"),
                versions.solution("calculate_rmsd"),
                *versions.memory_limits(p1.nbytes + p2.nbytes),
            ],
            same=lambda one, other: bool(abs(one - other) <= 1e-4 * abs(one)),
            goals=[Goal("NumPy", 3.0)],
        )


def rmsd(p1: Any, p2: Any, masses: Any = None) -> float:
    """As one writes it: in single precision, as the positions are."""
    squared = ((p1 - p2) ** 2).sum(axis=1)
    return float(np.sqrt(squared.mean() if masses is None else (masses * squared).sum() / masses.sum()))


def rmsd_of_mdanalysis(p1: Any, p2: Any, masses: Any = None) -> float:
    rms = import_module("MDAnalysis.analysis.rms")
    return float(rms.rmsd(p1, p2, weights=masses, superposition=False))


def files(versions: Versions, scale: float) -> Iterator[Case]:
    for atoms, documented in ((1_000, 2_000), (100_000, 40)):
        frames = size(documented, scale)
        path = dcd_file(atoms, frames)
        yield Case(
            f"reading a DCD file frame by frame: {frames:,} frames of {atoms:,} atoms",
            args=(str(path),),
            items=frames,
            bytes=path.stat().st_size,
            peers=[
                Peer("MDAnalysis", with_mdanalysis, needs="MDAnalysis"),
                Peer("MDAnalysis, its DCDFile alone", with_dcdfile, needs="MDAnalysis"),
                Peer("NumPy, one np.fromfile for each frame", with_numpy, needs="numpy"),
                versions.yours("Trajectory", using=reading),
                versions.solution("Trajectory", using=reading),
            ],
            same=close,
            goals=[Goal("MDAnalysis", 2.0)],
        )


def dcd_file(atoms: int, frames: int) -> Path:
    """A file without a unit cell, in the byte order of most machines."""
    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    numbers = [0] * 20
    numbers[0], numbers[2], numbers[19] = frames, 1, 24
    control = bytearray(b"CORD" + struct.pack("<20i", *numbers))
    control[40:44] = struct.pack("<f", 1.0)
    rng = np.random.default_rng(10)
    path = folder / "file.dcd"
    with path.open("wb") as file:
        file.write(
            record(bytes(control))
            + record(struct.pack("<i", 1) + b" " * 80)
            + record(struct.pack("<i", atoms))
        )
        for _ in range(frames):
            file.write(b"".join(record(axis.tobytes()) for axis in rng.normal(size=(3, atoms)).astype("<f4")))
    return path


def record(content: bytes) -> bytes:
    length = struct.pack("<i", len(content))
    return length + content + length


def reading(trajectory: Any) -> Callable[[str], Any]:
    def read(path: str) -> Any:
        return [frame.positions[0].tolist() for frame in trajectory.load(path)]

    return read


def with_mdanalysis(path: str) -> Any:
    reader = import_module("MDAnalysis.coordinates.DCD").DCDReader
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return [step.positions[0].tolist() for step in reader(path, convert_units=False)]


def with_dcdfile(path: str) -> Any:
    with import_module("MDAnalysis.lib.formats.libdcd").DCDFile(path) as file:
        return [frame.xyz[0].tolist() for frame in file]


def with_numpy(path: str) -> Any:
    """The least that a file of this very layout needs: nothing is checked."""
    firsts = []
    with open(path, "rb") as file:
        (atoms,) = struct.unpack("<i", file.read(196)[188:192])
        while len(frame := np.fromfile(file, "<f4", 3 * (atoms + 2))) > 0:
            firsts.append(np.ascontiguousarray(frame.reshape(3, atoms + 2)[:, 1:-1].T)[0].tolist())
    return firsts


def forces(versions: Versions, scale: float) -> Iterator[Case]:
    side = max(2, round(size(1_000, scale) ** (1 / 3)))
    points = np.stack(np.meshgrid(*[np.arange(side)] * 3), axis=-1).reshape(-1, 3) * 1.1
    rng = np.random.default_rng(10)
    positions = rng.permutation(points + rng.uniform(-0.1, 0.1, size=points.shape)).astype(np.float32)
    yield Case(
        f"Lennard-Jones forces on {len(positions):,} atoms",
        args=(positions,),
        items=len(positions),
        peers=[
            Peer("NumPy, all pairs at once", with_all_pairs, needs="numpy"),
            Peer("numba, two loops", with_numba(parallel=False), needs="numba"),
            Peer("numba, two loops, parallel", with_numba(parallel=True), needs="numba"),
            versions.yours("ForceCalculator", using=computing),
            versions.solution("ForceCalculator", using=computing),
        ],
        same=close,
        goals=[
            Goal("NumPy, all pairs at once", 20.0),
            Goal("numba, two loops", 1.0),
            Goal("numba, two loops, parallel", 1.0),
        ],
    )


def computing(calculator: Any) -> Any:
    return calculator(CUTOFF).forces


def with_all_pairs(positions: Any) -> Any:
    """In single precision: half the memory, and NumPy's fastest."""
    difference = positions[:, None] - positions[None]
    squared = np.einsum("ijk,ijk->ij", difference, difference)
    np.fill_diagonal(squared, np.inf)
    squared[squared >= CUTOFF * CUTOFF] = np.inf
    inverse = 1.0 / squared
    sixth = inverse * inverse * inverse
    return np.einsum("ij,ijk->ik", 24.0 * sixth * (2.0 * sixth - 1.0) * inverse, difference)


def with_numba(*, parallel: bool) -> Callable[[Any], Any]:
    def compute(positions: Any) -> Any:
        return numba_kernel(parallel)(positions)

    return compute


@cache
def numba_kernel(parallel: bool) -> Callable[[Any], Any]:
    """Compiled at the first, untimed call. In parallel each atom looks at all others: no two threads meet."""
    import numba

    def pairs(positions: Any) -> Any:
        n = len(positions)
        forces = np.zeros((n, 3))
        for i in range(n):
            for j in range(i):
                x = float(positions[i, 0]) - float(positions[j, 0])
                y = float(positions[i, 1]) - float(positions[j, 1])
                z = float(positions[i, 2]) - float(positions[j, 2])
                squared = x * x + y * y + z * z
                if squared < CUTOFF * CUTOFF:
                    inverse = 1.0 / squared
                    sixth = inverse * inverse * inverse
                    strength = 24.0 * sixth * (2.0 * sixth - 1.0) * inverse
                    forces[i, 0] += strength * x
                    forces[i, 1] += strength * y
                    forces[i, 2] += strength * z
                    forces[j, 0] -= strength * x
                    forces[j, 1] -= strength * y
                    forces[j, 2] -= strength * z
        return forces.astype(np.float32)

    def rows(positions: Any) -> Any:
        n = len(positions)
        forces = np.zeros((n, 3), dtype=np.float32)
        for i in numba.prange(n):
            fx = fy = fz = 0.0
            for j in range(n):
                x = float(positions[i, 0]) - float(positions[j, 0])
                y = float(positions[i, 1]) - float(positions[j, 1])
                z = float(positions[i, 2]) - float(positions[j, 2])
                squared = x * x + y * y + z * z
                if squared < CUTOFF * CUTOFF and j != i:
                    inverse = 1.0 / squared
                    sixth = inverse * inverse * inverse
                    strength = 24.0 * sixth * (2.0 * sixth - 1.0) * inverse
                    fx += strength * x
                    fy += strength * y
                    fz += strength * z
            forces[i, 0], forces[i, 1], forces[i, 2] = fx, fy, fz
        return forces

    kernel: Callable[[Any], Any] = numba.njit(fastmath=True, parallel=parallel)(rows if parallel else pairs)
    return kernel


def size(documented: int, scale: float) -> int:
    return max(2, int(documented * scale))


def close(one: Any, other: Any) -> bool:
    return bool(np.allclose(one, other, rtol=1e-4, atol=1e-2))


if __name__ == "__main__":
    main("trajectory", cases, gigabytes=0.4)
