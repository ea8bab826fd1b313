from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import data_processor
import numpy as np
import pytest
from coursekit import check, expect, likely, panicked
from hypothesis import given
from hypothesis import strategies as st

LAST = "The last chunk is shorter where the values do not come out even; it must not be dropped."
CHANGED = (
    "Compare `revision()` with the one from the beginning at each step: if they differ, raise RuntimeError."
)
ENDED = "An iterator that has ended stays so: let go of the processor, and return None from then on."
WRAPS = "`position + chunk_size` wraps round: compare the chunk size with the number of values that are left."
POSITION = "Each iterator has a position of its own."

FIXTURES: Any = data_processor  # `_make` and its like do not ship, so no stub declares them.


def processor(chunk_size: int = 2, values: Iterable[float] = (1.0, 2.0, 3.0)) -> Any:
    """A processor in this state, made past the exercises."""
    values = list(values)
    return FIXTURES._make(chunk_size, values, len(values))


def chunks(p: Any) -> Any:
    return expect(p.chunks).value()


def drawn(rng: np.random.Generator, count: int = 3) -> Any:
    return rng.normal(size=count)


def check_iterates(rng: np.random.Generator) -> None:
    """An iterator that always raises must not pass, so also one that gives all chunks."""
    values = drawn(rng, 7)
    expect(list, chunks(processor(3, values))).returns([values[:3], values[3:6], values[6:]], because=LAST)


@pytest.mark.parametrize(("n", "chunk_size"), [(0, 3), (1, 3), (3, 3), (7, 3), (6, 3), (5, 1), (4, 2**63)])
def test_chunks(n: int, chunk_size: int, rng: np.random.Generator) -> None:
    values = drawn(rng, n)
    expected = [values[i : i + chunk_size] for i in range(0, n, chunk_size)]
    expect(list, chunks(processor(chunk_size, values))).returns(expected, because=LAST)
    check_iterates(rng)


def test_the_largest_chunk_size(rng: np.random.Generator) -> None:
    values = drawn(rng, 4)
    expect(list, chunks(processor(2**64 - 1, values))).returns(
        [values], because=likely((panicked, WRAPS), otherwise=LAST)
    )


@given(st.lists(st.floats(), max_size=30), st.integers(1, 9))
def test_nothing_is_lost(values: list[float], chunk_size: int) -> None:
    expected = [np.array(values[i : i + chunk_size]) for i in range(0, len(values), chunk_size)]
    expect(list, chunks(processor(chunk_size, values))).returns(expected, because=LAST)


def test_takes_nothing_out(rng: np.random.Generator) -> None:
    values = drawn(rng)
    p = processor(2, values)
    expect(list, chunks(p)).returns([values[:2], values[2:]], because=LAST)
    check("(chunk_size, values, total_seen) afterwards", FIXTURES._state(p), (2, values.tolist(), 3))


def test_an_iterator_is_its_own_iterator(rng: np.random.Generator) -> None:
    values = drawn(rng)
    iterator = chunks(processor(2, values))
    expect(next, iterator).returns(values[:2])
    expect(list, iterator).returns([values[2:]], because=POSITION)


def test_two_iterators_do_not_disturb_each_other(rng: np.random.Generator) -> None:
    values = drawn(rng)
    p = processor(2, values)
    first, second = chunks(p), chunks(p)
    expect(next, first).returns(values[:2])
    expect(next, second).returns(values[:2], because=POSITION)
    expect(next, first).returns(values[2:])
    expect(next, second).returns(values[2:], because=POSITION)


@pytest.mark.soft
def test_each_chunk_is_a_copy(rng: np.random.Generator) -> None:
    values = drawn(rng)
    p = processor(2, values)
    chunk = expect(next, chunks(p)).value()
    chunk[0] = 99.0
    check("the processor's values", FIXTURES._state(p)[1], values.tolist())


def changed(change: str, values: Any, more: Any) -> tuple[int, list[float], int]:
    """(chunk_size, values, total_seen) of a processor that had three values in chunks of two."""
    return {
        "values added": (2, [*values.tolist(), more[0]], 4),
        "a chunk taken out": (2, values[2:].tolist(), 3),
        "cleared": (2, [], 3),
        "cleared and filled again": (2, more, 6),
        "another chunk size": (3, values.tolist(), 3),
    }[change]


CHANGES = ["values added", "a chunk taken out", "cleared", "cleared and filled again", "another chunk size"]


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_meanwhile(change: str, rng: np.random.Generator) -> None:
    values = drawn(rng)
    p = processor(2, values)
    iterator = chunks(p)
    expect(next, iterator).returns(values[:2], because=LAST)
    FIXTURES._set_state(p, *changed(change, values, drawn(rng).tolist()))
    for _ in range(2):
        expect(next, iterator).described(f"next(chunks), after: {change}").raises(
            RuntimeError, says="changed", because=CHANGED
        )
    check_iterates(rng)


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_before_the_first_step(change: str, rng: np.random.Generator) -> None:
    values = drawn(rng)
    p = processor(2, values)
    # An iterator that always raises must not pass, so first one that gives a chunk.
    expect(next, chunks(p)).returns(values[:2], because=LAST)
    iterator = chunks(p)
    FIXTURES._set_state(p, *changed(change, values, drawn(rng).tolist()))
    expect(next, iterator).described(f"next(chunks), after: {change}").raises(
        RuntimeError,
        says="changed",
        because="The iteration begins with the call of chunks(), not with the first step.",
    )
    check_iterates(rng)


def test_a_change_after_the_end(rng: np.random.Generator) -> None:
    values = drawn(rng)
    p = processor(2, values)
    iterator = chunks(p)
    expect(list, iterator).returns([values[:2], values[2:]], because=LAST)
    FIXTURES._set_state(p, 2, drawn(rng, 5).tolist(), 5)
    expect(next, iterator, "ended").returns("ended", because=ENDED)


def test_a_new_iterator_after_a_change(rng: np.random.Generator) -> None:
    new = float(rng.normal())
    p = processor(2, drawn(rng))
    expect(list, chunks(p)).value()
    FIXTURES._set_state(p, 2, [new], 4)
    expect(list, chunks(p)).returns([np.array([new])])


def test_the_iterator_keeps_the_processor_alive(rng: np.random.Generator) -> None:
    values = drawn(rng)
    iterator = chunks(processor(2, values))
    expect(list, iterator).returns([values[:2], values[2:]])
