from __future__ import annotations

import random
import sys
import threading
from collections.abc import Callable

import parallel_sum
import pytest
from coursekit import check_that, expect
from hypothesis import given
from hypothesis import strategies as st

LARGEST = 2**63 - 1
SMALLEST = -(2**63)

WRAPPED = "The sum wrapped round: in a release build, i64 addition does so silently, and so does `.sum()`."
TOTAL_FITS = (
    "Only a partial sum is too large for an i64, the total is not. An i128 has room for every partial sum."
)


def test_adds() -> None:
    expect(parallel_sum.parallel_sum, [1, 2, 3]).returns(6)


def test_empty_list() -> None:
    expect(parallel_sum.parallel_sum, []).returns(0)


@pytest.mark.parametrize("number", [0, -1, 7, LARGEST, SMALLEST])
def test_one_number(number: int) -> None:
    expect(parallel_sum.parallel_sum, [number]).returns(number)


def test_many_numbers() -> None:
    numbers = random.Random(2).choices(range(-(10**12), 10**12), k=100_000)
    expect(parallel_sum.parallel_sum, numbers).returns(
        sum(numbers), because="Every number counts exactly once, wherever rayon cuts the slice."
    )


@pytest.mark.parametrize(
    "numbers",
    [[LARGEST, 1], [SMALLEST, -1], [LARGEST, LARGEST, 3], [2**62] * 4, [SMALLEST] * 2, [2**62] * 1000],
)
def test_overflow(numbers: list[int]) -> None:
    expect(parallel_sum.parallel_sum, numbers).raises(OverflowError, because=WRAPPED)


@pytest.mark.parametrize("numbers", [[LARGEST - 1, 1], [SMALLEST + 1, -1], [LARGEST, SMALLEST, LARGEST, 1]])
def test_up_to_the_edge(numbers: list[int]) -> None:
    expect(parallel_sum.parallel_sum, numbers).returns(sum(numbers), because=TOTAL_FITS)


@pytest.mark.parametrize(
    "numbers",
    [
        [LARGEST, 1, -5],
        [1, LARGEST, -5],
        [LARGEST, LARGEST, -LARGEST, -LARGEST],
        [SMALLEST] * 1000 + [LARGEST] * 1000 + [1000],
    ],
)
def test_only_the_total_must_fit(numbers: list[int]) -> None:
    expect(parallel_sum.parallel_sum, numbers).returns(sum(numbers), because=TOTAL_FITS)


@given(st.lists(st.integers(SMALLEST, LARGEST) | st.integers(-100, 100), max_size=40))
def test_agrees_with_python(numbers: list[int]) -> None:
    total = sum(numbers)
    if SMALLEST <= total <= LARGEST:
        expect(parallel_sum.parallel_sum, numbers).returns(total, because=TOTAL_FITS)
    else:
        expect(parallel_sum.parallel_sum, numbers).raises(OverflowError, because=WRAPPED)


@pytest.mark.parametrize("number", [2**63, SMALLEST - 1, 10**30])
def test_an_item_beyond_64_bits(number: int) -> None:
    expect(parallel_sum.parallel_sum, [1, number]).raises(OverflowError)


@pytest.mark.parametrize("numbers", [[1, 2.5], [1.0], ["1"], "123", [None], None, 5])
def test_no_list_of_integers(numbers: object) -> None:
    expect(parallel_sum.parallel_sum, numbers).raises(TypeError)


@pytest.mark.soft
def test_other_threads_run_meanwhile() -> None:
    numbers = list(range(300_000))
    expect(parallel_sum.parallel_sum, numbers).returns(sum(numbers))
    check_that(
        any(lets_another_thread_in(lambda: parallel_sum.parallel_sum(numbers)) for _ in range(50)),
        "another thread's turns while parallel_sum ran, 50 times over",
        "none",
        "at least one",
        "The sum ran attached to the interpreter: wrap it in `py.detach(|| …)`.",
    )


def lets_another_thread_in(call: Callable[[], object]) -> bool:
    """Whether `call` detaches for long enough that a thread which waits for the interpreter gets its turn.

    The conversion of the list stays attached and takes far longer than the sum, so a heartbeat would show
    nothing. Instead nobody is asked to give way: as long as the switch interval lasts, the thread runs only
    if `call` lets it in.
    """
    gate, turns = threading.Lock(), []
    gate.acquire()

    def wait_and_note() -> None:
        with gate:
            turns.append(True)

    thread = threading.Thread(target=wait_and_note, daemon=True)
    thread.start()
    interval = sys.getswitchinterval()
    sys.setswitchinterval(100.0)
    try:
        gate.release()  # From here on the thread wants nothing but the interpreter.
        call()
        let_in = bool(turns)
    finally:
        sys.setswitchinterval(interval)
    thread.join()
    return let_in
