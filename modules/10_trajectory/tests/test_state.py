from __future__ import annotations

import gc
from typing import Any

import numpy as np
import pytest
import trajectory
from coursekit import check, check_that, expect
from hypothesis import given
from hypothesis import strategies as st

VIEW = "`positions()` must be a view of the state's own memory, not a copy of it."
ALIVE = "The array must keep the memory alive: give `borrow_from_array` an Owner that holds an `Arc` of it."
GROWN = "While an array looks at the memory, `Arc::get_mut` gives None: that is a BufferError."
IN_USE = "Every method begins with `borrow(slf)?`: it is the RuntimeError while a run has the state."
COPIED = "Copy the array before you write: it may be a view of the state itself."


def rows(count: int) -> Any:
    return np.arange(3.0 * count, dtype=np.float32).reshape(count, 3)


def state(count: int = 3) -> Any:
    """A state with known positions, made past the exercise."""
    return trajectory._state_of(rows(count))


@pytest.mark.parametrize("count", [0, 1, 7])
def test_new(count: int) -> None:
    new = expect(trajectory.State, count).value()
    check("num_atoms", new.num_atoms, count)
    expect(len, new).returns(count)
    expect(repr, new).returns(f"State(num_atoms={count})")
    expect(new.positions).returns(np.zeros((count, 3), np.float32))


def test_by_name() -> None:
    check("num_atoms", expect(trajectory.State, num_atoms=2).value().num_atoms, 2)


def test_a_negative_number() -> None:
    expect(trajectory.State, -1).raises(ValueError, says="-1")


@pytest.mark.parametrize("number", [1.5, "3", None])
def test_no_number(number: Any) -> None:
    expect(trajectory.State, number).raises(TypeError)


def test_more_than_there_is_memory() -> None:
    expect(trajectory.State, 10**17).raises(MemoryError, because="Ask for the memory with `try_reserve`.")
    expect(trajectory.State, 2**63).raises(
        MemoryError, because="Three times this is more than a usize holds."
    )


@given(st.integers(0, 5))
def test_positions(count: int) -> None:
    expect(state(count).positions).returns(rows(count))


@pytest.mark.soft
def test_what_is_written_to_a_view_is_in_the_state() -> None:
    it = state()
    expect(trajectory._write_through_view, it, 1, 2, 42.0).described(
        "state.positions()[1, 2] = 42.0"
    ).returns(None)
    wanted = rows(3)
    wanted[1, 2] = 42.0
    check("the positions of the state", trajectory._rows(it), wanted, VIEW)


@pytest.mark.soft
def test_a_view_shows_what_happens_to_the_state() -> None:
    it = state()

    def change() -> None:
        it.set_positions(rows(3) + 1)

    got = expect(trajectory._view_after, it, change).value()
    check("an older view, after set_positions", got, rows(3) + 1, VIEW)


@pytest.mark.soft
def test_a_view_is_a_view() -> None:
    it = state()
    first, second = expect(it.positions).value(), expect(it.positions).value()
    first[0, 0] = 99.0
    check("second[0, 0] after first[0, 0] = 99.0", second[0, 0], np.float32(99.0), VIEW)
    check_that(first.flags.writeable, "the array's flag `writeable`", False, "True")
    check_that(not first.flags.owndata, "the array's flag `owndata`", True, "False", VIEW)


@pytest.mark.soft
def test_an_array_outlives_its_state() -> None:
    array = expect(state(1000).positions).value()
    check_that(array.base is not None, "the array's base", None, "the owner of the memory", ALIVE)
    gc.collect()
    # Memory that was freed is soon somebody else's.
    others = [np.full((1000, 3), -1.0, np.float32) for _ in range(50)]
    check("an array whose state is gone", array, rows(1000), ALIVE)
    part = array[10:12, ::2]
    del array
    gc.collect()
    others += [np.full((1000, 3), -2.0, np.float32) for _ in range(50)]
    check("a part of such an array", part, rows(1000)[10:12, ::2], ALIVE)


def test_set_positions() -> None:
    it = state()
    expect(it.set_positions, rows(3) * 2).returns(None)
    check("the positions of the state", trajectory._rows(it), rows(3) * 2)


def check_takes() -> None:
    """A state that refuses all positions must not pass, so first some that it takes."""
    it = state()
    expect(it.set_positions, rows(3) + 1).returns(None)
    check("the positions of the state", trajectory._rows(it), rows(3) + 1)


LAYOUTS: dict[str, Any] = {
    "backwards": lambda a: a[::-1, ::-1],
    "every other row": lambda a: np.repeat(a, 2, axis=0)[::2],
    "Fortran order": np.asfortranarray,
    "a transpose": lambda a: np.ascontiguousarray(a.T).T,
    "read-only": lambda a: np.broadcast_to(a[:1], (4, 3)),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_layouts(layout: str) -> None:
    it = state(4)
    array = LAYOUTS[layout](rows(4) + 0.5)
    wanted = array.copy(order="C")  # Before the call, which could change the array.
    expect(it.set_positions, array).returns(None)
    check("the positions of the state", trajectory._rows(it), wanted, "Strides count.")


def test_a_packed_record() -> None:
    records = np.zeros(3, dtype=[("tag", np.uint8), ("r", np.float32, (3,))])
    records["r"] = rows(3) + 0.5
    it = state()
    expect(it.set_positions, records["r"]).returns(None)
    check("the positions of the state", trajectory._rows(it), rows(3) + 0.5)


@pytest.mark.soft
def test_its_own_view_backwards() -> None:
    it = state()
    backwards = expect(it.positions).value()[::-1]
    expect(it.set_positions, backwards).changes_arguments().returns(None)
    check(
        "the positions, after set_positions(positions()[::-1])", trajectory._rows(it), rows(3)[::-1], COPIED
    )


@pytest.mark.parametrize("shape", [(4, 3), (2, 3), (3, 2), (3,), (9,), (3, 3, 1), (0, 3), ()])
def test_wrong_shapes(shape: tuple[int, ...]) -> None:
    check_takes()
    it = state()
    says = f"Expected shape (3, 3), got {shape}"
    expect(it.set_positions, np.zeros(shape, np.float32)).raises(ValueError, says=says)
    check("the positions of the state", trajectory._rows(it), rows(3), "What is refused changes nothing.")


@pytest.mark.parametrize("dtype", ["float64", "int32", "float16", "complex64"])
def test_wrong_dtypes(dtype: str) -> None:
    check_takes()
    expect(state().set_positions, np.zeros((3, 3), dtype)).raises(TypeError, says=("float32", dtype))


@pytest.mark.parametrize("no_array", [None, 1.0, [[0.0, 0.0, 0.0]] * 3])
def test_no_arrays(no_array: Any) -> None:
    check_takes()
    expect(state().set_positions, no_array).raises(TypeError)


@pytest.mark.parametrize("count", [0, 2, 3, 8])
def test_resize(count: int) -> None:
    it = state()
    expect(it.resize, count).returns(None)
    wanted = np.zeros((count, 3), np.float32)
    wanted[: min(3, count)] = rows(3)[:count]
    check("the positions of the state", trajectory._rows(it), wanted)
    expect(len, it).returns(count)
    expect(it.resize, -1).raises(ValueError, says="-1")
    expect(it.resize, 10**17).raises(MemoryError)
    check("num_atoms after a refusal", it.num_atoms, count)


@pytest.mark.soft
def test_no_resize_while_a_view_lives() -> None:
    it = state()

    def resize() -> None:
        expect(it.resize, 4).raises(BufferError, because=GROWN)

    got = expect(trajectory._view_after, it, resize).value()
    check("the view", got, rows(3))
    check("num_atoms", it.num_atoms, 3)
    gc.collect()
    expect(it.resize, 4).described("resize(4), once the view is gone").returns(None)


USES: dict[str, Any] = {
    "num_atoms": lambda it: it.num_atoms,
    "len": len,
    "repr": repr,
    "positions()": lambda it: it.positions(),
    "set_positions(…)": lambda it: it.set_positions(rows(3)),
    "resize(5)": lambda it: it.resize(5),
}


@pytest.mark.parametrize("use", USES)
def test_while_a_run_has_it(use: str) -> None:
    it = state()
    expect(USES[use], it).value()
    it = state()

    calls: list[str] = []

    def meanwhile() -> None:
        calls.append(use)
        expect(USES[use], it).described(f"{use}, during a run").raises(RuntimeError, because=IN_USE)

    trajectory._while_running(it, meanwhile)
    check("what was tried during the run", calls, [use])
    expect(USES[use], it).described(f"{use}, after the run").value()
