from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterable
from typing import Any

import data_processor
import numpy as np
import pytest
from coursekit import check, check_that, expect, likely
from coursekit.turns import lets_another_thread_in
from hypothesis import given
from hypothesis import strategies as st

REST = "Only full chunks leave; what is left over stays for the next call."
ROW = "`chunks` also gives the short chunk at the end; `chunks_exact` gives full chunks only."
EMPTY = "The mean of nothing is 0.0 / 0.0, which is NaN: ask first whether the buffer is empty."
POPULATION = "The population's standard deviation divides by n, a sample's by n - 1."
STABLE = (
    "The mean of the squares minus the squared mean loses all digits here: take the mean first, "
    "then distances."
)

FIXTURES: Any = data_processor  # `_make` and its like do not ship, so no stub declares them.


def processor(chunk_size: int, values: Iterable[float], total_seen: int | None = None) -> Any:
    """A processor in this state, made past the exercises."""
    values = list(values)
    return FIXTURES._make(chunk_size, values, len(values) if total_seen is None else total_seen)


def check_state(got: Any, chunk_size: int, values: list[float], total_seen: int, because: str = "") -> None:
    state = (chunk_size, values, total_seen)
    check("(chunk_size, values, total_seen) afterwards", FIXTURES._state(got), state, because)


@pytest.mark.parametrize(
    ("chunk_size", "n", "means"),
    [(3, 6, [1.0, 4.0]), (3, 8, [1.0, 4.0]), (3, 3, [1.0]), (1, 3, [0.0, 1.0, 2.0]), (4, 3, []), (3, 0, [])],
)
def test_means_of_full_chunks(chunk_size: int, n: int, means: list[float]) -> None:
    p = processor(chunk_size, range(n), total_seen=20)
    expect(p.process_chunks).returns(means, because=likely((lambda got: len(got) > len(means), ROW)))
    check_state(p, chunk_size, [float(x) for x in range(n - n % chunk_size, n)], 20, REST)


def test_a_second_call_finds_only_the_rest() -> None:
    p = processor(2, [1.0, 3.0, 5.0])
    expect(p.process_chunks).returns([2.0])
    expect(p.process_chunks).returns([], because="The chunks must be taken out: `drain`.")
    check_state(p, 2, [5.0], 3, REST)


def test_a_huge_chunk_size() -> None:
    p = processor(2**63, [1.0])
    expect(p.process_chunks).returns([])
    check_state(p, 2**63, [1.0], 1, REST)


@pytest.mark.parametrize("chunk_size", [9, 1000, 299_999])
def test_many_values(chunk_size: int) -> None:
    n = 300_000
    p = processor(chunk_size, [float(i % 101) for i in range(n)])
    full = n // chunk_size
    reference = (np.arange(full * chunk_size) % 101).astype(float).reshape(full, chunk_size).mean(1)
    expect(p.process_chunks).approximates(
        reference.tolist(),
        because=likely(
            (lambda got: len(got) > full, ROW),
            otherwise="The means come in the order of the chunks, whichever thread was first.",
        ),
    )
    check("values left over", len(FIXTURES._state(p)[1]), n % chunk_size, REST)


@given(st.lists(st.floats(-1e6, 1e6), max_size=60), st.integers(1, 12))
def test_agrees_with_python(values: list[float], chunk_size: int) -> None:
    p = processor(chunk_size, values)
    full = len(values) - len(values) % chunk_size
    means = [math.fsum(values[i : i + chunk_size]) / chunk_size for i in range(0, full, chunk_size)]
    expect(p.process_chunks).approximates(
        means, rel=1e-9, abs=1e-6, because=likely((lambda got: len(got) > len(means), ROW))
    )
    check_state(p, chunk_size, values[full:], len(values), REST)


def deviation(values: list[float]) -> Callable[[Any], str]:
    """The likely cause where the statistics of `values` are wrong: the first wrong one of the three."""
    return likely(
        (
            lambda got: (
                got[0] != len(values) or not math.isclose(got[1], statistics.fmean(values), abs_tol=1e-6)
            ),
            "The mean is wrong too. The ring may lie in two pieces: add up both of `as_slices()`.",
        ),
        otherwise=POPULATION,
    )


def test_statistics() -> None:
    values = [2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0]
    expect(processor(3, values).get_statistics).returns((8, 5.0, 2.0), because=deviation(values))


def test_statistics_take_nothing_out() -> None:
    p = processor(3, [1.0, 2.0, 3.0, 4.0], total_seen=9)
    expect(p.get_statistics).approximates((4, 2.5, math.sqrt(1.25)), because=deviation([1.0, 2.0, 3.0, 4.0]))
    check_state(p, 3, [1.0, 2.0, 3.0, 4.0], 9)


def test_statistics_of_nothing() -> None:
    expect(processor(3, [], total_seen=5).get_statistics).returns((0, 0.0, 0.0), because=EMPTY)


def test_statistics_of_one_value() -> None:
    expect(processor(3, [-1.5]).get_statistics).returns((1, -1.5, 0.0), because=POPULATION)


def test_statistics_far_from_zero() -> None:
    expect(processor(3, [1e9 + x for x in (4.0, 7.0, 13.0, 16.0)]).get_statistics).approximates(
        (4, 1e9 + 10.0, math.sqrt(22.5)), because=STABLE
    )


def test_statistics_with_nan() -> None:
    expect(processor(3, [1.0, math.nan]).get_statistics).returns((2, math.nan, math.nan))


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60))
def test_statistics_agree_with_python(values: list[float]) -> None:
    expect(processor(3, values).get_statistics).approximates(
        (len(values), statistics.fmean(values), statistics.pstdev(values)),
        rel=1e-9,
        abs=1e-6,
        because=deviation(values),
    )


@pytest.mark.soft
@pytest.mark.parametrize("method", ["process_chunks", "get_statistics"])
def test_other_threads_run_meanwhile(method: str) -> None:
    values = [0.5] * 1_000_000
    p = processor(1000, values)

    check_that(
        lets_another_thread_in(getattr(p, method)),
        f"another thread's turns while {method} ran",
        "none",
        "at least one",
        "The work was done attached to the interpreter: wrap it in `py.detach(|| …)`.",
    )
