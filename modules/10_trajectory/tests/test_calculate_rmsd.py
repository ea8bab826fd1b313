from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import trajectory
from coursekit import expect
from hypothesis import given
from hypothesis import strategies as st

FAR = "Widen each coordinate to f64 before you subtract: 1e6 + 0.25 loses nothing there."
PER_ATOM = "Divide by the number of atoms, not by that of coordinates."
WEIGHTS = "Divide by the sum of the masses."
NAN = "NaN is neither negative nor zero: ask what a mass must be, not what it must not be."


def reference(p1: Any, p2: Any, masses: Any = None) -> float:
    squared = ((p1.astype(np.float64) - p2.astype(np.float64)) ** 2).sum(axis=1)
    return float(np.sqrt(np.average(squared, weights=masses)))


def structure(count: int, seed: int) -> Any:
    return np.random.default_rng(seed).normal(size=(count, 3)).astype(np.float32)


def test_one_atom() -> None:
    p1 = np.array([[0, 0, 0]], np.float32)
    p2 = np.array([[3, 4, 0]], np.float32)
    expect(trajectory.calculate_rmsd, p1, p2).returns(5.0, because=PER_ATOM)
    expect(trajectory.calculate_rmsd, p1, p1).returns(0.0)


@given(st.integers(1, 70), st.integers(0, 2**32 - 1))
def test_agrees_with_numpy(count: int, seed: int) -> None:
    p1, p2 = structure(count, seed), structure(count, seed + 1)
    expect(trajectory.calculate_rmsd, p1, p2).approximates(reference(p1, p2), because=PER_ATOM)


@given(st.integers(1, 70), st.integers(0, 2**32 - 1), st.sampled_from(["float32", "float64"]))
def test_masses(count: int, seed: int, dtype: str) -> None:
    p1, p2 = structure(count, seed), structure(count, seed + 1)
    masses = np.random.default_rng(seed).uniform(0.5, 20.0, size=count).astype(dtype)
    expect(trajectory.calculate_rmsd, p1, p2, masses).approximates(
        reference(p1, p2, masses.astype(np.float64)), because=WEIGHTS
    )


def test_masses_by_name() -> None:
    p1, p2 = structure(2, 1), structure(2, 2)
    masses = np.array([0.0, 2.0])
    expect(trajectory.calculate_rmsd, p1, p2, masses=masses).approximates(reference(p1[1:], p2[1:]))
    expect(trajectory.calculate_rmsd, p1=p1, p2=p2, masses=None).approximates(reference(p1, p2))


def test_many_atoms() -> None:
    p1, p2 = structure(20_011, 1), structure(20_011, 2)
    expect(trajectory.calculate_rmsd, p1, p2).approximates(reference(p1, p2))


def test_far_from_the_origin() -> None:
    p1 = np.full((1001, 3), 1e6, np.float32)
    p2 = p1 + np.float32(0.25)
    expect(trajectory.calculate_rmsd, p1, p2).approximates(math.sqrt(3) * 0.25, because=FAR)


def test_large_and_small() -> None:
    p1 = np.zeros((3, 3), np.float32)
    for size in (1e25, 1e-25):
        p2 = np.full((3, 3), size, np.float32)
        wanted = math.sqrt(3) * float(np.float32(size))
        expect(trajectory.calculate_rmsd, p1, p2).approximates(
            wanted, because="The square of 1e25 is beyond every f32."
        )


def test_nan_stays_nan() -> None:
    p1, p2 = structure(3, 1), structure(3, 2)
    p1[1, 1] = math.nan
    expect(trajectory.calculate_rmsd, p1, p2).returns(math.nan)


LAYOUTS: dict[str, Any] = {
    "backwards": lambda a: a[::-1, ::-1],
    "every other row": lambda a: np.repeat(a, 2, axis=0)[::2],
    "Fortran order": np.asfortranarray,
    "three of six columns": lambda a: np.repeat(a, 2, axis=1)[:, ::2],
    "one row again and again": lambda a: np.broadcast_to(a[0], a.shape),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_layouts(layout: str) -> None:
    p1, p2 = structure(9, 1), structure(9, 2)
    view = LAYOUTS[layout](p1)
    because = "`as_slice` and `as_ptr` know nothing of strides."
    expect(trajectory.calculate_rmsd, view, p2).approximates(reference(view, p2), because=because)
    expect(trajectory.calculate_rmsd, p2, view).approximates(reference(p2, view), because=because)


def test_a_packed_record() -> None:
    records = np.zeros(5, dtype=[("tag", np.uint8), ("r", np.float32, (3,))])
    records["r"] = structure(5, 1)
    p2 = structure(5, 2)
    expect(trajectory.calculate_rmsd, records["r"], p2).approximates(reference(records["r"], p2))


SHAPES = [
    ((3, 3), (4, 3)),
    ((3, 3), (1, 3)),
    ((3, 2), (3, 2)),
    ((9,), (9,)),
    ((3, 3), (9,)),
    ((1, 3, 3),) * 2,
]


@pytest.mark.parametrize("shapes", SHAPES, ids=str)
def test_wrong_shapes(shapes: tuple[tuple[int, ...], tuple[int, ...]]) -> None:
    p1, p2 = (np.zeros(shape, np.float32) for shape in shapes)
    expect(trajectory.calculate_rmsd, p1, p2).raises(
        ValueError, says=(str(shapes[0]), str(shapes[1])), because="Name both shapes, as Python writes them."
    )


def test_no_atoms() -> None:
    empty = np.zeros((0, 3), np.float32)
    expect(trajectory.calculate_rmsd, empty, empty).raises(
        ValueError, says="no atoms", because="0 divided by 0 is NaN, which nobody notices."
    )


@pytest.mark.parametrize("dtype", ["float64", "int64", "float16"])
def test_wrong_dtypes(dtype: str) -> None:
    good, bad = np.zeros((2, 3), np.float32), np.zeros((2, 3), dtype)
    expect(trajectory.calculate_rmsd, good, bad).raises(TypeError, says=dtype)
    expect(trajectory.calculate_rmsd, bad, good).raises(TypeError, says=dtype)


@pytest.mark.parametrize("bad", [-1.0, -1e-30, math.nan, math.inf])
def test_wrong_masses(bad: float) -> None:
    p = structure(3, 1)
    masses = np.array([1.0, bad, 1.0])
    expect(trajectory.calculate_rmsd, p, p, masses).raises(ValueError, says="masses[1]", because=NAN)


def test_masses_that_are_all_zero() -> None:
    p = structure(3, 1)
    expect(trajectory.calculate_rmsd, p, p, np.zeros(3)).raises(ValueError, says="masses")


@pytest.mark.parametrize("shape", [(2,), (4,), (3, 1), (0,)])
def test_wrong_shapes_of_masses(shape: tuple[int, ...]) -> None:
    p = structure(3, 1)
    expect(trajectory.calculate_rmsd, p, p, np.ones(shape)).raises(ValueError, says=("masses", str(shape)))


@pytest.mark.parametrize("masses", [np.ones(3, np.int64), np.ones(3, bool), [1.0, 1.0, 1.0]], ids=str)
def test_wrong_dtypes_of_masses(masses: Any) -> None:
    p = structure(3, 1)
    expect(trajectory.calculate_rmsd, p, p, masses).raises(TypeError, says="float64")
