from __future__ import annotations

import gc
from typing import Any

import numpy as np
import pytest
import trajectory
from coursekit import check, expect

CLONED = "The atom has a copy of the coordinates. It must hold the state, and read and write there."
IN_USE = "Begin with `borrow(self.state.bind(py))?`: it is the RuntimeError while a run has the state."
SMALLER = "The state may have become smaller since: compare the index with its number of atoms each time."


def rows(rng: np.random.Generator, count: int = 3) -> Any:
    return rng.uniform(-9.0, 9.0, (count, 3)).astype(np.float32)


def state(positions: Any) -> Any:
    return trajectory._state_of(positions)


def atom(it: Any, index: int) -> Any:
    return expect(it.atom, index).value()


def check_atoms(it: Any, positions: Any) -> None:
    """A state that has no atom for any index must not pass, so also those that it has."""
    for index, row in enumerate(positions.tolist()):
        got = atom(it, index)
        check("(index, x, y, z)", (got.index, got.x, got.y, got.z), (index, *row))


def test_coordinates(rng: np.random.Generator) -> None:
    positions = rows(rng)
    check_atoms(state(positions), positions)


def test_negative_indices(rng: np.random.Generator) -> None:
    positions = rows(rng)
    it = state(positions)
    for index in (-1, -2, -3):
        got = atom(it, index)
        check("(index, x)", (got.index, got.x), (3 + index, float(positions[index, 0])))


def check_refuses(index: Any, error: type[Exception], rng: np.random.Generator) -> None:
    """The atoms are read before and after the refusal, so a state that refuses everything fails."""
    positions = rows(rng)
    it = state(positions)
    check_atoms(it, positions)
    expect(it.atom, index).raises(error)
    check_atoms(it, positions)


@pytest.mark.parametrize("index", [3, -4, 10**6, -(10**6), 2**63, -(2**63) - 1, 10**30])
def test_no_such_atom(index: int, rng: np.random.Generator) -> None:
    check_refuses(index, IndexError, rng)


def test_no_atoms_at_all(rng: np.random.Generator) -> None:
    positions = rows(rng)
    it = state(positions)
    check_atoms(it, positions)
    expect(state(rows(rng, 0)).atom, 0).raises(IndexError)
    expect(state(rows(rng, 0)).atom, -1).raises(IndexError)
    check_atoms(it, positions)


@pytest.mark.parametrize("index", ["0", 0.0, None])
def test_no_index(index: Any, rng: np.random.Generator) -> None:
    check_refuses(index, TypeError, rng)


@pytest.mark.parametrize(("axis", "name"), [(0, "x"), (1, "y"), (2, "z")])
def test_what_is_written_stays(axis: int, name: str, rng: np.random.Generator) -> None:
    wanted, new = rows(rng), float(rng.integers(20, 90))
    it = state(wanted)
    expect(setattr, atom(it, 1), name, new).described(f"state.atom(1).{name} = {new}").value()
    wanted[1, axis] = new
    check("the positions of the state", trajectory._rows(it), wanted, CLONED)
    check(f"state.atom(1).{name}", getattr(atom(it, 1), name), new, CLONED)
    check_atoms(it, wanted)


def test_two_proxies_of_one_atom(rng: np.random.Generator) -> None:
    positions, new = rows(rng), float(rng.integers(20, 90))
    it = state(positions)
    one, other = atom(it, 0), atom(it, -3)
    check("the other's x", other.x, float(positions[0, 0]))
    one.x = new
    check("the other's x", other.x, new, CLONED)


def test_a_proxy_shows_what_happens_to_the_state(rng: np.random.Generator) -> None:
    positions, new = rows(rng), float(rng.integers(20, 90))
    it = state(positions)
    first = atom(it, 0)
    atom(it, 0).z = new
    check("(y, z) of an older proxy", (first.y, first.z), (float(positions[0, 1]), new), CLONED)


def test_single_precision(rng: np.random.Generator) -> None:
    positions, new = rows(rng), float(rng.uniform(0.1, 0.9))
    it = state(positions)
    first = atom(it, 0)
    first.x = new
    check(f"x after x = {new}", first.x, float(np.float32(new)))
    expect(setattr, first, "x", "0.1").raises(TypeError)
    positions[0, 0] = new
    check_atoms(it, positions)


@pytest.mark.soft
def test_an_atom_keeps_its_state_alive(rng: np.random.Generator) -> None:
    positions = rows(rng)
    it = state(positions)
    last = atom(it, -1)
    del it
    gc.collect()
    check("(x, y, z)", (last.x, last.y, last.z), tuple(positions[2].tolist()))


def test_repr(rng: np.random.Generator) -> None:
    few = np.array([[0, 1, 2], [3, 4, 5]], np.float32)
    expect(repr, atom(state(few), 1)).returns("Atom(1, x=3.0000, y=4.0000, z=5.0000)")
    positions = rows(rng)
    x, y, z = positions[2].tolist()
    expect(repr, atom(state(positions), 2)).returns(f"Atom(2, x={x:.4f}, y={y:.4f}, z={z:.4f})")


def test_an_atom_that_is_gone(rng: np.random.Generator) -> None:
    positions = rows(rng)
    it = state(positions)
    last = atom(it, 2)
    check("(index, x)", (last.index, last.x), (2, float(positions[2, 0])))
    trajectory._shrink(it, 2)
    expect(lambda: last.x).described("atom.x, after resize(2)").raises(IndexError, because=SMALLER)
    expect(setattr, last, "x", 1.0).described("atom.x = 1.0, after resize(2)").raises(
        IndexError, because=SMALLER
    )
    check_atoms(it, positions[:2])


USES: dict[str, Any] = {
    "atom.x": lambda it, one: one.x,
    "atom.y = 1.0": lambda it, one: setattr(one, "y", 1.0),
    "repr(atom)": lambda it, one: repr(one),
    "state.atom(0)": lambda it, one: it.atom(0),
}


@pytest.mark.parametrize("use", USES)
def test_while_a_run_has_the_state(use: str, rng: np.random.Generator) -> None:
    positions = rows(rng)
    it = state(positions)
    one = atom(it, 0)
    check_atoms(it, positions)
    expect(USES[use], it, one).value()

    calls: list[str] = []

    def meanwhile() -> None:
        calls.append(use)
        expect(USES[use], it, one).described(f"{use}, during a run").raises(RuntimeError, because=IN_USE)

    trajectory._while_running(it, meanwhile)
    check("what was tried during the run", calls, [use])
    if "=" in use:
        positions[0, 1] = 1.0
    check_atoms(it, positions)
