from __future__ import annotations

import gc
import weakref
from collections.abc import Callable, Iterable
from typing import Any

import data_processor
import numpy as np
import pytest
from coursekit import check, check_that, expect, likely

BORROWED = "No borrow may be alive while the callback runs: end it before `call1`, begin a new one after."
STAYS = "Drain a chunk only after the callback has returned."
LEAVES = "A chunk that the callback has taken leaves the processor, even if a later one fails."
CHANGED = (
    "Compare `revision()` before and after the call; if they differ, raise RuntimeError and drain nothing."
)
COLLECTED = (
    "The collector cannot see the reference to the callback: `__traverse__` must visit it, "
    "`__clear__` drop it."
)
CLEARED = "The callback is a method of the processor itself: only its `__clear__` breaks this cycle."

FIXTURES: Any = data_processor  # `_make` and its like do not ship, so no stub declares them.


def processor(chunk_size: int = 2, values: Iterable[float] = (1.0, 2.0, 3.0, 4.0, 5.0)) -> Any:
    """A processor in this state, made past the exercises."""
    values = list(values)
    return FIXTURES._make(chunk_size, values, len(values))


def check_state(got: Any, chunk_size: int, values: list[float], total_seen: int, because: str = "") -> None:
    state = (chunk_size, values, total_seen)
    check("(chunk_size, values, total_seen) afterwards", FIXTURES._state(got), state, because)


def with_callback(p: Any, callback: Callable[[Any], object] | None) -> Any:
    expect(p.on_chunk, callback).returns(None)
    return p


def test_each_full_chunk_goes_to_the_callback() -> None:
    got: list[Any] = []
    p = with_callback(processor(), got.append)
    expect(p.process_chunks).returns([1.5, 3.5])
    check("what the callback got", got, [np.array([1.0, 2.0]), np.array([3.0, 4.0])])
    check_state(p, 2, [5.0], 5, LEAVES)


def test_no_full_chunk() -> None:
    got: list[Any] = []
    p = with_callback(processor(3, [1.0, 2.0]), got.append)
    expect(p.process_chunks).returns([])
    check("what the callback got", got, [])
    check_state(p, 3, [1.0, 2.0], 2)


@pytest.mark.parametrize("chunk_size", [1, 8, 13])
def test_many_chunks(chunk_size: int) -> None:
    values = [x / 7 for x in range(200)]
    got: list[Any] = []
    means = expect(with_callback(processor(chunk_size, values), got.append).process_chunks).value()
    whole = [values[i : i + chunk_size] for i in range(0, 200 - 200 % chunk_size, chunk_size)]
    check("what the callback got", [chunk.tolist() for chunk in got], whole)
    expect(lambda: means).described("process_chunks()").approximates(
        [sum(c) / chunk_size for c in whole], rel=1e-12
    )


def test_the_callback_may_keep_and_change_its_chunk() -> None:
    got: list[Any] = []

    def spoil(chunk: Any) -> None:
        got.append(chunk)
        chunk[:] = -1.0

    p = with_callback(processor(), spoil)
    expect(p.process_chunks).returns([1.5, 3.5], because="The mean is that of the values as they were.")
    check("what the callback kept", got, [np.array([-1.0, -1.0])] * 2)


def test_a_new_callback_replaces_the_old_one() -> None:
    first: list[Any] = []
    second: list[Any] = []
    p = with_callback(with_callback(processor(), first.append), second.append)
    expect(p.process_chunks).value()
    check("chunks that the first and the second callback got", (len(first), len(second)), (0, 2))


@pytest.mark.parametrize("callback", [5, "len", [len], 1.5])
def test_no_callable(callback: Any) -> None:
    got: list[Any] = []
    p = with_callback(processor(), got.append)
    expect(p.on_chunk, callback).raises(
        TypeError, because="Refuse what cannot be called, at once: `callback.is_callable()`."
    )
    expect(p.process_chunks).value()
    check("chunks that the earlier callback got", len(got), 2, "A refused callback changes nothing.")


class Stop(BaseException):
    """Not even an Exception."""


@pytest.mark.parametrize("error", [KeyError("third"), ZeroDivisionError(), Stop("now")])
@pytest.mark.parametrize("fails_at", [1, 2, 3])
def test_an_exception(error: BaseException, fails_at: int) -> None:
    calls: list[Any] = []

    def failing(chunk: Any) -> None:
        calls.append(chunk)
        if len(calls) == fails_at:
            raise error

    values = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]
    p = with_callback(processor(2, values), failing)
    raised = expect(p.process_chunks).raises(type(error))
    check("the very exception came through", raised is error, True)
    check("calls of the callback", len(calls), fails_at, "An exception ends it at once.")
    check_state(p, 2, values[2 * (fails_at - 1) :], 7, f"{STAYS} {LEAVES}")


def test_it_goes_on_after_an_exception() -> None:
    def refuse(chunk: Any) -> None:
        raise ValueError("not now")

    p = with_callback(processor(), refuse)
    expect(p.process_chunks).raises(ValueError, says="not now")
    got: list[Any] = []
    with_callback(p, got.append)
    expect(p.process_chunks).returns([1.5, 3.5], because=STAYS)
    check("chunks that the new callback got", len(got), 2)


def test_the_callback_may_look_at_the_processor() -> None:
    seen: list[Any] = []
    p = processor()
    with_callback(p, lambda chunk: seen.append(FIXTURES._state(p)[1]))
    expect(p.process_chunks).returns([1.5, 3.5], because=BORROWED)
    check("the values that each call saw", seen, [[1.0, 2.0, 3.0, 4.0, 5.0], [3.0, 4.0, 5.0]])


CHANGES = {
    "values added": (2, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 6),
    "cleared": (2, [], 5),
    "another chunk size": (1, [1.0, 2.0, 3.0, 4.0, 5.0], 5),
    "cleared and filled again": (2, [6.0, 7.0, 8.0, 9.0, 10.0], 10),
}


@pytest.mark.parametrize("change", CHANGES)
def test_the_callback_must_not_change_the_processor(change: str) -> None:
    p = processor()
    changes = iter([CHANGES[change]])

    def change_once(chunk: Any) -> None:
        for state in changes:
            FIXTURES._set_state(p, *state)

    with_callback(p, change_once)
    expect(p.process_chunks).described(f"process_chunks(), callback: {change}").raises(
        RuntimeError, says="changed", because=CHANGED
    )
    check_state(p, *CHANGES[change], because=CHANGED)


def test_the_callback_may_replace_itself() -> None:
    p = processor()
    later: list[Any] = []
    with_callback(p, lambda chunk: p.on_chunk(later.append))
    expect(p.process_chunks).returns([1.5, 3.5], because=BORROWED)


class Owner:
    """Owns a processor that calls it back: the usual way to make a cycle."""

    def __init__(self) -> None:
        self.processor = processor()
        self.chunks: list[Any] = []
        self.processor.on_chunk(self.take)

    def take(self, chunk: Any) -> None:
        self.chunks.append(chunk)


@pytest.mark.soft
def test_a_cycle_is_collected() -> None:
    owner = expect(Owner).described("an object whose method is its processor's callback").value()
    expect(owner.processor.process_chunks).returns([1.5, 3.5])
    gone = weakref.ref(owner)
    del owner
    gc.collect()
    check_that(gone() is None, "the owner after `del` and gc.collect()", "still there", "gone", COLLECTED)


@pytest.mark.soft
def test_a_cycle_in_use_is_not_collected() -> None:
    held = expect(Owner).described("an object whose method is its processor's callback").value().processor
    gc.collect()
    expect(held.process_chunks).returns([1.5, 3.5])
    owner = [each for each in gc.get_referents(*gc.get_referents(held)) if isinstance(each, Owner)]
    check("owners that the collector finds behind the processor", len(owner), 1, COLLECTED)


def processors() -> int:
    """The number of processors that the collector knows of."""
    gc.collect()
    return sum(isinstance(each, data_processor.DataProcessor) for each in gc.get_objects())


@pytest.mark.soft
def test_a_cycle_that_only_the_processor_can_break_is_collected() -> None:
    before = processors()
    p = processor()
    with_callback(p, p.process_chunks)
    del p
    check("processors after `del` and gc.collect()", processors(), before, CLEARED)


class Leaving:
    """A callback that looks at the processor once more when it goes."""

    def __init__(self, p: Any, seen: list[Any]) -> None:
        self.p = p
        self.seen = seen

    def __call__(self, chunk: Any) -> None:
        """Takes a chunk."""

    def __del__(self) -> None:
        try:
            self.seen.append(len(self.p))
        except RuntimeError as error:
            self.seen.append(f"RuntimeError: {error}")


@pytest.mark.soft
def test_the_old_callback_goes_after_the_borrow() -> None:
    seen: list[Any] = []
    p = processor()
    with_callback(p, Leaving(p, seen))
    with_callback(p, None)
    check(
        "len(processor), asked by the old callback's __del__",
        seen,
        [5],
        likely(
            (
                lambda got: got != [],
                "The old callback was dropped while the processor was borrowed. Take it out with "
                "`std::mem::replace`, let the borrow end, and drop it then.",
            ),
            otherwise="`on_chunk(None)` lets the old callback go.",
        ),
    )


@pytest.mark.soft
def test_none_lets_the_callback_go() -> None:
    p, owner = processor(), Owner()
    with_callback(p, owner.take)
    owner.processor.on_chunk(None)
    gone = weakref.ref(owner)
    del owner
    with_callback(p, None)
    gc.collect()
    check_that(gone() is None, "the owner of a callback, after on_chunk(None)", "still there", "gone")
