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


def lattice(side: int, rng: np.random.Generator, spacing: float = 1.1) -> Any:
    """Atoms near the points of a cube, in no order."""
    points = np.stack(np.meshgrid(*[np.arange(side)] * 3), axis=-1).reshape(-1, 3) * spacing
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


def check_works(rng: np.random.Generator) -> None:
    """A calculator that refuses everything must not pass, nor one without forces, so also some atoms."""
    agrees(lattice(2, rng), 2.5, f"{DIMER} {NEWTON} {ONCE}")


@pytest.mark.parametrize("distance", [0.8, 1.0, 2 ** (1 / 6), 1.5, 2.4])
def test_the_dimer(distance: float, rng: np.random.Generator) -> None:
    positions = dimer(distance)
    r = float(np.float32(distance))
    energy, force = 4 * (r**-12 - r**-6), 48 * r**-13 - 24 * r**-7
    it = calculator(2.5)
    expect(it.energy, positions).approximates(energy, rel=1e-9, because=f"{DIMER} {ONCE}")
    wanted = np.array([[-force, 0, 0], [force, 0, 0]], np.float32)
    expect(it.forces, positions).approximates(wanted, rel=1e-5, abs=1e-5, because=f"{DIMER} {NEWTON}")
    check_works(rng)


def test_the_bottom_of_the_well() -> None:
    expect(calculator(2.5).energy, dimer(2 ** (1 / 6))).approximates(-1.0, rel=1e-9, because=DIMER)


@pytest.mark.parametrize("cutoff", [1.25, 2.5, 100.0, math.inf])
def test_the_cutoff(cutoff: float, rng: np.random.Generator) -> None:
    check("cutoff", calculator(cutoff).cutoff, cutoff)
    it = calculator(cutoff)
    check_works(rng)
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


def test_repr(rng: np.random.Generator) -> None:
    expect(repr, calculator(2.5)).returns("ForceCalculator(cutoff=2.5)")
    cutoff = int(rng.integers(3, 40)) + 0.25
    expect(repr, calculator(cutoff)).returns(f"ForceCalculator(cutoff={cutoff})")
    expect(setattr, calculator(2.5), "cutoff", 3.0).raises(AttributeError)


@pytest.mark.parametrize("count", [0, 1])
def test_nobody_to_act_on(count: int, rng: np.random.Generator) -> None:
    check_works(rng)
    positions = np.ones((count, 3), np.float32)
    expect(calculator(2.5).energy, positions).returns(0.0)
    expect(calculator(2.5).forces, positions).returns(np.zeros((count, 3), np.float32))


def test_three_atoms(rng: np.random.Generator) -> None:
    positions = np.array([[0, 0, 0], [1.1, 0, 0], [0, 1.2, 0.3]]) + rng.uniform(-0.1, 0.1, (3, 3))
    agrees(positions.astype(np.float32), 2.5, f"{NEWTON} {PLACES}")


@settings(max_examples=40)
@given(st.integers(1, 5), st.integers(0, 2**32 - 1), st.sampled_from([0.9, 1.3, 2.5, 3.7, math.inf]))
def test_agrees_with_numpy(side: int, seed: int, cutoff: float) -> None:
    agrees(lattice(side, np.random.default_rng(seed)), cutoff)


def test_many_atoms(rng: np.random.Generator) -> None:
    agrees(lattice(8, rng), 2.5)


def chain(along: list[float], rng: np.random.Generator) -> Any:
    return (np.cumsum(rng.uniform(1.0, 1.2, 60))[:, None] * along).astype(np.float32)


def sheet(rng: np.random.Generator) -> Any:
    places = np.array([[1.1 * i, 1.1 * j] for i in range(9) for j in range(9)])
    moved = places + rng.uniform(-0.1, 0.1, places.shape)
    return np.column_stack([rng.permutation(moved), np.zeros(81)]).astype(np.float32)


SHAPES: dict[str, Any] = {
    "a chain": lambda rng: chain([1, 0, 0], rng),
    "a chain backwards": lambda rng: chain([0, 0, -1], rng),
    "a sheet": sheet,
    "two clusters far apart": lambda rng: np.concatenate(
        [lattice(3, rng), lattice(3, rng) + np.float32(1e5)]
    ),
    "all beyond each other": lambda rng: lattice(3, rng) * np.float32(1e6),
    "far from the origin": lambda rng: lattice(4, rng) + np.array([1000, -1000, 500], np.float32),
}


@pytest.mark.parametrize("name", SHAPES)
def test_shapes(name: str, rng: np.random.Generator) -> None:
    check_works(rng)
    agrees(SHAPES[name](rng), 2.5)


def test_forces_are_the_slope_of_the_energy(rng: np.random.Generator) -> None:
    it, positions = calculator(math.inf), lattice(2, rng)
    forces = expect(it.forces, positions.copy()).value()
    check_some_force(forces, positions)
    for atom, axis in [(0, 0), (3, 1), (7, 2)]:
        there, back = positions.copy(), positions.copy()
        there[atom, axis] += np.float32(1e-3)
        back[atom, axis] -= np.float32(1e-3)
        step = float(there[atom, axis]) - float(back[atom, axis])
        slope = (expect(it.energy, there).value() - expect(it.energy, back).value()) / step
        expect(lambda a=atom, x=axis: float(forces[a, x])).described("the force").approximates(
            -slope, rel=1e-3, abs=3e-2, because="The force is minus the derivative of the energy."
        )


def check_some_force(forces: Any, positions: Any) -> None:
    """If no atom feels a force, every sum is right, so at least one must feel some."""
    check("dtype and shape of the forces", (str(forces.dtype), forces.shape), ("float32", positions.shape))
    largest = float(np.abs(forces).max())
    check_that(largest > 0.0, "the largest force in a lattice of atoms", largest, "more than 0.0", DIMER)


def test_nobody_pulls_at_the_whole(rng: np.random.Generator) -> None:
    positions = lattice(4, rng)
    agrees(positions, 2.5, NEWTON)
    forces = expect(calculator(2.5).forces, positions.copy()).value()
    check_some_force(forces, positions)
    forces = forces.astype(np.float64)
    largest = float(np.abs(forces).max())
    total = [float(x) for x in forces.sum(axis=0)]
    expect(lambda: total).described("the sum of all forces").approximates(
        [0.0, 0.0, 0.0], abs=1e-4 * largest, because=NEWTON
    )


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_an_atom_that_is_nowhere(bad: float, rng: np.random.Generator) -> None:
    check_works(rng)
    positions, atom = lattice(3, rng), int(rng.integers(0, 27))
    positions[atom, 1] = bad
    for call in (calculator(2.5).forces, calculator(2.5).energy):
        expect(call, positions).raises(ValueError, says=f"positions[{atom}]", because="Say which atom it is.")


@pytest.mark.parametrize("cutoff", [2.5, math.inf])
def test_two_atoms_at_one_place(cutoff: float, rng: np.random.Generator) -> None:
    check_works(rng)
    positions = lattice(3, rng)
    one, other = rng.permutation(27)[:2]
    positions[one] = positions[other]
    because = "1/0 is infinite, and infinite minus infinite is NaN, which nobody notices."
    expect(calculator(cutoff).forces, positions).raises(ValueError, says="same place", because=because)
    expect(calculator(cutoff).energy, positions).raises(ValueError, says="same place", because=because)


@pytest.mark.parametrize("shape", [(3, 2), (9,), (3, 3, 1), ()])
def test_wrong_shapes(shape: tuple[int, ...], rng: np.random.Generator) -> None:
    check_works(rng)
    says = ("Expected shape (n, 3)", f"got {shape}")
    expect(calculator(2.5).forces, np.zeros(shape, np.float32)).raises(ValueError, says=says)
    expect(calculator(2.5).energy, np.zeros(shape, np.float32)).raises(ValueError, says=says)


@pytest.mark.parametrize("dtype", ["float64", "int32"])
def test_wrong_dtypes(dtype: str, rng: np.random.Generator) -> None:
    check_works(rng)
    expect(calculator(2.5).forces, np.zeros((2, 3), dtype)).raises(TypeError, says=dtype)


def test_strides(rng: np.random.Generator) -> None:
    positions = lattice(3, rng)
    forces, _ = reference(positions[::-2], 2.5)
    largest = float(np.abs(forces).max())
    expect(calculator(2.5).forces, positions[::-2]).approximates(
        forces.astype(np.float32), rel=1e-5, abs=1e-6 * largest
    )


@pytest.mark.soft
def test_other_threads_run(rng: np.random.Generator) -> None:
    positions = lattice(20, rng)
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
