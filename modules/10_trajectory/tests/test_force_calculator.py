from __future__ import annotations

import math
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import trajectory
from coursekit import check, check_that, expect
from coursekit.turns import lets_another_thread_in
from hypothesis import given, settings
from hypothesis import strategies as st

DIMER = "Two atoms at distance r: the energy is 4 (r**-12 - r**-6), the force 48 r**-13 - 24 r**-7."
ONCE = "Each pair counts once for the energy."
NEWTON = "What one atom does to another, the other does to it, the other way round."
CUTOFF = "Pairs closer than the cutoff count in full, all others not at all."
PLACES = "The force on atom i belongs in row i."


def calculator(cutoff: float) -> Any:
    return expect(trajectory.ForceCalculator, cutoff).value()


def reference(positions: Any, cutoff: float) -> tuple[Any, float]:
    """Forces and energy, from all pairs at once."""
    wide = positions.astype(np.float64)
    difference = wide[:, None] - wide[None]
    squared = (difference**2).sum(axis=-1)
    np.fill_diagonal(squared, np.inf)
    squared = np.where(squared < cutoff * cutoff, squared, np.inf)
    sixth = squared**-3
    strength = 24.0 * (2.0 * sixth * sixth - sixth) / squared
    return (strength[..., None] * difference).sum(axis=1), float(2.0 * (sixth * sixth - sixth).sum())


def dimer(distance: float) -> Any:
    return np.array([[0, 0, 0], [distance, 0, 0]], np.float32)


def lattice(side: int, seed: int, spacing: float = 1.1) -> Any:
    """Atoms near the points of a cube, in no order."""
    points = np.stack(np.meshgrid(*[np.arange(side)] * 3), axis=-1).reshape(-1, 3) * spacing
    rng = np.random.default_rng(seed)
    return rng.permutation(points + rng.uniform(-0.1, 0.1, size=points.shape)).astype(np.float32)


def agrees(positions: Any, cutoff: float, because: str = "") -> None:
    forces, energy = reference(positions, cutoff)
    it = calculator(cutoff)
    expect(it.energy, positions).approximates(energy, rel=1e-9, abs=1e-9, because=because or ONCE)
    largest = float(np.abs(forces).max(initial=0.0))
    got = expect(it.forces, positions).value(because)
    check("dtype and shape of the forces", (str(got.dtype), got.shape), ("float32", positions.shape))
    expect(lambda: got).described("forces(positions)").approximates(
        forces.astype(np.float32), rel=1e-5, abs=1e-6 * largest, because=because or PLACES
    )


def check_works() -> None:
    """A calculator that refuses everything must not pass, nor one without forces, so first two atoms."""
    it, close = calculator(2.5), dimer(1.0)
    expect(it.energy, close).approximates(0.0, abs=1e-9, because=DIMER)
    wanted = np.array([[-24, 0, 0], [24, 0, 0]], np.float32)
    expect(it.forces, close).approximates(wanted, rel=1e-5, abs=1e-5, because=f"{DIMER} {NEWTON}")
    expect(it.energy, dimer(2.0)).approximates(4 * (2**-12 - 2**-6), rel=1e-9, because=f"{DIMER} {ONCE}")


@pytest.mark.parametrize("distance", [0.8, 1.0, 2 ** (1 / 6), 1.5, 2.4])
def test_the_dimer(distance: float) -> None:
    positions = dimer(distance)
    r = float(np.float32(distance))
    energy, force = 4 * (r**-12 - r**-6), 48 * r**-13 - 24 * r**-7
    it = calculator(2.5)
    expect(it.energy, positions).approximates(energy, rel=1e-9, because=f"{DIMER} {ONCE}")
    wanted = np.array([[-force, 0, 0], [force, 0, 0]], np.float32)
    expect(it.forces, positions).approximates(wanted, rel=1e-5, abs=1e-5, because=f"{DIMER} {NEWTON}")


def test_the_bottom_of_the_well() -> None:
    expect(calculator(2.5).energy, dimer(2 ** (1 / 6))).approximates(-1.0, rel=1e-9, because=DIMER)


@pytest.mark.parametrize("cutoff", [1.25, 2.5, 100.0, math.inf])
def test_the_cutoff(cutoff: float) -> None:
    check("cutoff", calculator(cutoff).cutoff, cutoff)
    it = calculator(cutoff)
    check_works()
    below, above = math.nextafter(cutoff, 0.0), min(cutoff, 1e9) * 1.01
    if math.isfinite(cutoff):
        close = dimer(float(np.nextafter(np.float32(cutoff), np.float32(0))))
        r = float(close[1, 0])
        expect(it.energy, close).approximates(4 * (r**-12 - r**-6), rel=1e-6, because=CUTOFF)
        for far in (dimer(cutoff), dimer(above)):
            expect(it.energy, far).returns(0.0, because=CUTOFF)
            expect(it.forces, far).returns(np.zeros((2, 3), np.float32), because=CUTOFF)
    check_that(below < cutoff or math.isinf(cutoff), "the test's own distance", below, "below the cutoff")


@pytest.mark.parametrize("cutoff", [0.0, -1.0, -0.0, math.nan, -math.inf])
def test_no_cutoff(cutoff: float) -> None:
    expect(trajectory.ForceCalculator, cutoff).raises(
        ValueError,
        says="cutoff",
        because="Say what is good, `cutoff > 0.0`: every comparison with NaN is false.",
    )


def test_repr() -> None:
    expect(repr, calculator(2.5)).returns("ForceCalculator(cutoff=2.5)")
    expect(setattr, calculator(2.5), "cutoff", 3.0).raises(AttributeError)


@pytest.mark.parametrize("count", [0, 1])
def test_nobody_to_act_on(count: int) -> None:
    check_works()
    positions = np.ones((count, 3), np.float32)
    expect(calculator(2.5).energy, positions).returns(0.0)
    expect(calculator(2.5).forces, positions).returns(np.zeros((count, 3), np.float32))


def test_three_atoms() -> None:
    agrees(np.array([[0, 0, 0], [1.1, 0, 0], [0, 1.2, 0.3]], np.float32), 2.5, f"{NEWTON} {PLACES}")


@settings(max_examples=40)
@given(st.integers(1, 5), st.integers(0, 2**32 - 1), st.sampled_from([0.9, 1.3, 2.5, 3.7, math.inf]))
def test_agrees_with_numpy(side: int, seed: int, cutoff: float) -> None:
    agrees(lattice(side, seed), cutoff)


def test_many_atoms() -> None:
    agrees(lattice(8, 1), 2.5)


SHAPES: dict[str, Any] = {
    "a chain": lambda: np.array([[1.1 * i, 0, 0] for i in range(60)], np.float32),
    "a chain backwards": lambda: np.array([[0, 0, -1.1 * i] for i in range(60)], np.float32),
    "a sheet": lambda: np.array([[1.1 * i, 1.1 * j, 0] for i in range(9) for j in range(9)], np.float32),
    "two clusters far apart": lambda: np.concatenate([lattice(3, 1), lattice(3, 2) + np.float32(1e5)]),
    "all beyond each other": lambda: lattice(3, 1) * np.float32(1e6),
    "far from the origin": lambda: lattice(4, 1) + np.array([1000, -1000, 500], np.float32),
}


@pytest.mark.parametrize("name", SHAPES)
def test_shapes(name: str) -> None:
    check_works()
    agrees(SHAPES[name](), 2.5)


def test_forces_are_the_slope_of_the_energy() -> None:
    it, positions = calculator(math.inf), lattice(2, 5)
    forces = expect(it.forces, positions.copy()).value()
    check_some_force(forces, positions)
    for atom, axis in [(0, 0), (3, 1), (7, 2)]:
        there, back = positions.copy(), positions.copy()
        there[atom, axis] += np.float32(1e-3)
        back[atom, axis] -= np.float32(1e-3)
        step = float(there[atom, axis]) - float(back[atom, axis])
        slope = (expect(it.energy, there).value() - expect(it.energy, back).value()) / step
        expect(lambda a=atom, x=axis: float(forces[a, x])).described("the force").approximates(
            -slope, rel=1e-3, abs=1e-2, because="The force is minus the derivative of the energy."
        )


def check_some_force(forces: Any, positions: Any) -> None:
    """If no atom feels a force, every sum is right, so at least one must feel some."""
    check("dtype and shape of the forces", (str(forces.dtype), forces.shape), ("float32", positions.shape))
    largest = float(np.abs(forces).max())
    check_that(largest > 0.0, "the largest force in a lattice of atoms", largest, "more than 0.0", DIMER)


def test_nobody_pulls_at_the_whole() -> None:
    positions = lattice(4, 1)
    forces = expect(calculator(2.5).forces, positions.copy()).value()
    check_some_force(forces, positions)
    forces = forces.astype(np.float64)
    largest = float(np.abs(forces).max())
    total = [float(x) for x in forces.sum(axis=0)]
    expect(lambda: total).described("the sum of all forces").approximates(
        [0.0, 0.0, 0.0], abs=1e-4 * largest, because=NEWTON
    )


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_an_atom_that_is_nowhere(bad: float) -> None:
    check_works()
    positions = lattice(3, 1)
    positions[5, 1] = bad
    for call in (calculator(2.5).forces, calculator(2.5).energy):
        expect(call, positions).raises(ValueError, says="positions[5]", because="Say which atom it is.")


@pytest.mark.parametrize("cutoff", [2.5, math.inf])
def test_two_atoms_at_one_place(cutoff: float) -> None:
    check_works()
    positions = lattice(3, 1)
    positions[20] = positions[4]
    because = "1/0 is infinite, and infinite minus infinite is NaN, which nobody notices."
    expect(calculator(cutoff).forces, positions).raises(ValueError, says="same place", because=because)
    expect(calculator(cutoff).energy, positions).raises(ValueError, says="same place", because=because)


@pytest.mark.parametrize("shape", [(3, 2), (9,), (3, 3, 1), ()])
def test_wrong_shapes(shape: tuple[int, ...]) -> None:
    check_works()
    says = ("Expected shape (n, 3)", f"got {shape}")
    expect(calculator(2.5).forces, np.zeros(shape, np.float32)).raises(ValueError, says=says)
    expect(calculator(2.5).energy, np.zeros(shape, np.float32)).raises(ValueError, says=says)


@pytest.mark.parametrize("dtype", ["float64", "int32"])
def test_wrong_dtypes(dtype: str) -> None:
    check_works()
    expect(calculator(2.5).forces, np.zeros((2, 3), dtype)).raises(TypeError, says=dtype)


def test_strides() -> None:
    positions = lattice(3, 1)
    forces, _ = reference(positions[::-2], 2.5)
    largest = float(np.abs(forces).max())
    expect(calculator(2.5).forces, positions[::-2]).approximates(
        forces.astype(np.float32), rel=1e-5, abs=1e-6 * largest
    )


@pytest.mark.soft
def test_other_threads_run() -> None:
    positions = lattice(20, 1)
    expect(calculator(math.inf).energy, positions).value()
    because = "The work ran attached to the interpreter: wrap it in `py.detach(|| …)`."
    check_that(
        lets_another_thread_in(calculator(math.inf).energy, positions),
        "what another thread got during energy(positions)",
        "none",
        "a turn",
        because,
    )


@pytest.mark.soft
def test_the_same_bits_whatever_the_number_of_threads() -> None:
    code = """
import numpy as np, trajectory
rng = np.random.default_rng(1)
points = np.stack(np.meshgrid(*[np.arange(9)] * 3), axis=-1).reshape(-1, 3) * 1.1
positions = (points + rng.uniform(-0.1, 0.1, size=points.shape)).astype(np.float32)
it = trajectory.ForceCalculator(2.5)
print(it.energy(positions).hex(), hash(it.forces(positions).tobytes()))
"""
    folder = str(Path(str(trajectory.__file__)).parent)
    texts = set()
    for threads in ("1", "2", "5"):
        environment = {
            **os.environ,
            "PYTHONPATH": folder,
            "RAYON_NUM_THREADS": threads,
            "PYTHONHASHSEED": "0",
        }
        run = subprocess.run(
            [sys.executable, "-c", code],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=15,
        )
        texts.add(run.stdout + run.stderr)
    check_that(
        len(texts) == 1, "the results with 1, 2 and 5 threads", texts, "the same", "Add up in a fixed order."
    )
