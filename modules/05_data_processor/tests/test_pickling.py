from __future__ import annotations

import copy
import math
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import data_processor
import numpy as np
import pytest
from coursekit import check, expect
from coursekit.pickles import all_after_restart
from hypothesis import given, settings
from hypothesis import strategies as st

STATE = "The state is chunk size, values and total_seen: all three must go through."
OWN = "A copy has a buffer of its own."
ALIGNMENT = "`as_array` divides the stride by 8 and drops the rest: ask `is_aligned` first, raise ValueError."
NO_STATE = "`_from_state` is fed from files: check what comes, as the constructor does."

FIXTURES: Any = data_processor  # `_make` and its like do not ship, so no stub declares them.


def processor(chunk_size: int, values: Iterable[float], total_seen: int | None = None) -> Any:
    """A processor in this state, made past the exercises."""
    values = list(values)
    return FIXTURES._make(chunk_size, values, len(values) if total_seen is None else total_seen)


def check_state(got: Any, chunk_size: int, values: list[float], total_seen: int, because: str = "") -> None:
    state = (chunk_size, values, total_seen)
    check("(chunk_size, values, total_seen) afterwards", FIXTURES._state(got), state, because)


def check_copy(got: Any, original: Any) -> None:
    """A copy is another object, of the same class."""
    check("the copy is the original itself", got is original, False, OWN)
    check("the copy is a DataProcessor", type(got) is type(original), True, OWN)


def pickled(protocol: int) -> Callable[[Any], Any]:
    return lambda p: pickle.loads(pickle.dumps(p, protocol))


COPIES: dict[str, Callable[[Any], Any]] = {"copy.copy": copy.copy, "copy.deepcopy": copy.deepcopy}
PROTOCOLS = range(pickle.HIGHEST_PROTOCOL + 1)
WAYS = {**COPIES, **{f"pickle, protocol {n}": pickled(n) for n in PROTOCOLS}}
SPECIAL = [1.0, -0.0, math.inf, -math.inf, math.nan, 5e-324, 0.1]
STATES: list[tuple[int, list[float], int]] = [
    (3, [], 0),
    (3, [1.5], 1),
    (1, [1.0, 2.0], 10),
    (7, SPECIAL, 2**50),
]


@pytest.mark.parametrize("way", COPIES)
@pytest.mark.parametrize(("chunk_size", "values", "total_seen"), STATES)
def test_the_state_survives(way: str, chunk_size: int, values: list[float], total_seen: int) -> None:
    p = processor(chunk_size, values, total_seen)
    copied = expect(WAYS[way], p).described(f"{way} of a processor").value(STATE)
    check_copy(copied, p)
    check_state(copied, chunk_size, values, total_seen, STATE)
    check_state(p, chunk_size, values, total_seen, "The original must stay as it is.")


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_pickle_holds_the_state(protocol: int) -> None:
    written = []
    for state in STATES:
        p = processor(*state)
        written.append(expect(pickle.dumps, p, protocol).described("pickle.dumps(processor)").value(STATE))
        check_state(p, *state, "The original must stay as it is.")
    read = expect(all_after_restart, written).described("pickle.loads of each").value(STATE)
    for state, copied in zip(STATES, read, strict=True):
        check_state(copied, *state, STATE)


@pytest.mark.parametrize("way", WAYS)
def test_a_copy_is_independent(way: str) -> None:
    p = processor(3, [1.0, 2.0])
    copied = expect(WAYS[way], p).described(f"{way} of a processor").value()
    check_copy(copied, p)
    FIXTURES._set_state(copied, 5, [9.0], 3)
    check_state(copied, 5, [9.0], 3, OWN)
    check_state(p, 3, [1.0, 2.0], 2, OWN)


def test_inside_other_objects() -> None:
    p = processor(3, [1.0, 2.0], 5)
    one, two = expect(copy.deepcopy, [p, p]).described("copy.deepcopy([processor, processor])").value()
    check_copy(one, p)
    check_state(one, 3, [1.0, 2.0], 5, STATE)
    check("the two of the copied list are one object", one is two, True)


@settings(max_examples=5)
@given(
    st.lists(
        st.tuples(st.integers(1, 2**62), st.lists(st.floats(), max_size=20), st.integers(0, 2**62)),
        min_size=20,
        max_size=20,
    )
)
def test_any_state_survives(drawn: list[tuple[int, list[float], int]]) -> None:
    states = [(chunk_size, values, gone + len(values)) for chunk_size, values, gone in drawn]
    written = [pickle.dumps(processor(*state), 5) for state in states]
    read = expect(all_after_restart, written).described("pickle.loads of each").value()
    for state, copied in zip(states, read, strict=True):
        check_state(copied, *state, STATE)


@pytest.mark.soft
def test_through_another_process() -> None:
    script = (
        "import pickle, sys\n"
        "sys.path.insert(0, sys.argv[1])\n"
        "import data_processor\n"
        "chunk_size, values, seen = data_processor._state(pickle.load(sys.stdin.buffer))\n"
        "answer = data_processor._make(chunk_size + 1, [2 * value for value in values], seen + 1)\n"
        "pickle.dump(answer, sys.stdout.buffer)\n"
    )
    folder = str(Path(data_processor.__file__).parent)
    there = expect(pickle.dumps, processor(3, [1.0, 2.0], 10)).value()
    ended = subprocess.run(
        [sys.executable, "-I", "-c", script, folder],
        input=there,
        capture_output=True,
        timeout=15,
        check=False,
    )
    check("what the other process says", ended.stderr.decode(errors="replace"), "", STATE)
    check_state(pickle.loads(ended.stdout), 4, [2.0, 4.0], 11, STATE)


@pytest.mark.parametrize(
    "state",
    [(0, np.array([1.0]), 1), (3, np.array([1.0, 2.0]), 1), (3, np.array([1.0]), 0)],
    ids=["chunk size 0", "fewer seen than here", "none seen"],
)
def test_a_state_that_cannot_be(state: tuple[Any, ...]) -> None:
    expect(data_processor.DataProcessor._from_state, *state).raises(ValueError, because=NO_STATE)


def test_a_state_that_does_not_fit() -> None:
    expect(data_processor.DataProcessor._from_state, 2, np.broadcast_to(1.0, 10**14), 10**14).raises(
        MemoryError, because="A broadcast array is longer than what it takes: `memory::check_fits` first."
    )


def test_from_a_packed_record() -> None:
    records = np.zeros(50, dtype=[("value", np.float64), ("flag", np.int32)])
    records["value"] = np.arange(50)
    values = records["value"].tolist()
    # A version that refuses everything must not pass. A copy is aligned.
    p = expect(data_processor.DataProcessor._from_state, 2, records["value"].copy(), 50).value()
    check_state(p, 2, values, 50)
    try:
        p = data_processor.DataProcessor._from_state(2, records["value"], 50)
    except ValueError:
        return
    check_state(p, 2, values, 50, ALIGNMENT)


@pytest.mark.parametrize("state", [("3", np.array([1.0]), 1), (3, [1.0], 1), (3, np.array([1]), 1), (3,)])
def test_a_state_of_other_types(state: tuple[Any, ...]) -> None:
    expect(data_processor.DataProcessor._from_state, *state).raises(TypeError)
