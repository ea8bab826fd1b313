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


def rows(count: int = 3) -> Any:
    return np.arange(3.0 * count, dtype=np.float32).reshape(count, 3)


def state(count: int = 3) -> Any:
    return trajectory._state_of(rows(count))


def atom(it: Any, index: int) -> Any:
    return expect(it.atom, index).value()


def check_finds() -> None:
    """A state that has no atom for any index must not pass, so first one that it has."""
    got = atom(state(), 1)
    check("(index, x, y, z)", (got.index, got.x, got.y, got.z), (1, 3.0, 4.0, 5.0))


def test_coordinates() -> None:
    it = state()
    for index in (0, 1, 2):
        got = atom(it, index)
        check("(index, x, y, z)", (got.index, got.x, got.y, got.z), (index, *map(float, rows()[index])))


def test_negative_indices() -> None:
    it = state()
    for index in (-1, -2, -3):
        got = atom(it, index)
        check("(index, x)", (got.index, got.x), (3 + index, float(rows()[index, 0])))


@pytest.mark.parametrize("index", [3, -4, 10**6, -(10**6), 2**63, -(2**63) - 1, 10**30])
def test_no_such_atom(index: int) -> None:
    check_finds()
    expect(state().atom, index).raises(IndexError)


def test_no_atoms_at_all() -> None:
    check_finds()
    expect(state(0).atom, 0).raises(IndexError)
    expect(state(0).atom, -1).raises(IndexError)


@pytest.mark.parametrize("index", ["0", 0.0, None])
def test_no_index(index: Any) -> None:
    check_finds()
    expect(state().atom, index).raises(TypeError)


@pytest.mark.parametrize(("axis", "name"), [(0, "x"), (1, "y"), (2, "z")])
def test_what_is_written_stays(axis: int, name: str) -> None:
    it = state()
    expect(setattr, atom(it, 1), name, 42.0).described(f"state.atom(1).{name} = 42.0").value()
    wanted = rows()
    wanted[1, axis] = 42.0
    check("the positions of the state", trajectory._rows(it), wanted, CLONED)
    check(f"state.atom(1).{name}", getattr(atom(it, 1), name), 42.0, CLONED)


def test_two_proxies_of_one_atom() -> None:
    it = state()
    one, other = atom(it, 0), atom(it, -3)
    one.x = 5.0
    check("the other's x", other.x, 5.0, CLONED)


def test_a_proxy_shows_what_happens_to_the_state() -> None:
    it = state()
    first = atom(it, 0)
    atom(it, 0).z = -1.5
    check("z of an older proxy", first.z, -1.5, CLONED)


def test_single_precision() -> None:
    first = atom(state(), 0)
    first.x = 0.1
    check("x after x = 0.1", first.x, float(np.float32(0.1)))
    expect(setattr, first, "x", "0.1").raises(TypeError)


@pytest.mark.soft
def test_an_atom_keeps_its_state_alive() -> None:
    it = state()
    last = atom(it, -1)
    del it
    gc.collect()
    check("(x, y, z)", (last.x, last.y, last.z), (6.0, 7.0, 8.0))


def test_repr() -> None:
    expect(repr, atom(state(), 1)).returns("Atom(1, x=3.0000, y=4.0000, z=5.0000)")


def test_an_atom_that_is_gone() -> None:
    it = state()
    last = atom(it, 2)
    check("(index, x)", (last.index, last.x), (2, 6.0))
    trajectory._shrink(it, 2)
    expect(lambda: last.x).described("atom.x, after resize(2)").raises(IndexError, because=SMALLER)
    expect(setattr, last, "x", 1.0).described("atom.x = 1.0, after resize(2)").raises(
        IndexError, because=SMALLER
    )


USES: dict[str, Any] = {
    "atom.x": lambda it, one: one.x,
    "atom.y = 1.0": lambda it, one: setattr(one, "y", 1.0),
    "repr(atom)": lambda it, one: repr(one),
    "state.atom(0)": lambda it, one: it.atom(0),
}


@pytest.mark.parametrize("use", USES)
def test_while_a_run_has_the_state(use: str) -> None:
    it = state()
    one = atom(it, 0)
    expect(USES[use], it, one).value()
    check_finds()

    calls: list[str] = []

    def meanwhile() -> None:
        calls.append(use)
        expect(USES[use], it, one).described(f"{use}, during a run").raises(RuntimeError, because=IN_USE)

    trajectory._while_running(it, meanwhile)
    check("what was tried during the run", calls, [use])
