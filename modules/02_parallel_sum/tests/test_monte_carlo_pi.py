from __future__ import annotations

import math

import numpy as np
import parallel_sum
import pytest
from coursekit import check, check_that, expect, likely
from coursekit.apart import printed
from coursekit.turns import lets_another_thread_in
from hypothesis import given, settings
from hypothesis import strategies as st

INSIDE = likely(
    (Exception, "The arguments are right: return the estimate."),
    (lambda got: 0.7 < got < 0.9, "That is the share of the points inside, about π/4. Multiply it by 4."),
    (lambda got: got == 0.0, "Divide floats, not integers: `as f64` before the division."),
    otherwise="4 times the share of the points with x² + y² < 1; x and y must be independent.",
)
POINTS = "The halves of `splitmix64(seed, index)` are x and y, for each index from 0 to n_samples - 1."
INTERRUPT = "Python only notes Ctrl-C. Work in slices, and call `py.check_signals()?` between them."


def splitmix64(seed: int, index: int) -> int:
    """The same bits as from the function in the exercise's file."""
    bits = (seed + (index + 1) * 0x9E3779B97F4A7C15) % 2**64
    bits = (bits ^ bits >> 30) * 0xBF58476D1CE4E5B9 % 2**64
    bits = (bits ^ bits >> 27) * 0x94D049BB133111EB % 2**64
    return bits ^ bits >> 31


def estimate(n: int, seed: int) -> float:
    """The estimate by the first n points, in Python's integers."""
    halves = (divmod(splitmix64(seed, index), 2**32) for index in range(n))
    return 4 * sum(x * x + y * y < 2**64 for x, y in halves) / n


def estimate_of_many(n: int, seed: int) -> float:
    """The same in NumPy, for many points. A sum of squares that is 2**64 or more begins again at 0."""
    with np.errstate(over="ignore"):
        bits = np.uint64(seed) + np.arange(1, n + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        bits = (bits ^ bits >> np.uint64(30)) * np.uint64(0xBF58476D1CE4E5B9)
        bits = (bits ^ bits >> np.uint64(27)) * np.uint64(0x94D049BB133111EB)
        bits ^= bits >> np.uint64(31)
        x, y = bits >> np.uint64(32), bits & np.uint64(2**32 - 1)
        return 4 * int(np.count_nonzero(x * x + y * y >= x * x)) / n


def drawn_seed(rng: np.random.Generator) -> int:
    return int(rng.integers(0, 2**64, dtype=np.uint64))


@pytest.mark.parametrize("number", range(5))
def test_near_pi(number: int, rng: np.random.Generator) -> None:
    n, seed = 1_000_000, [0, 2**64 - 1, *(drawn_seed(rng) for _ in range(3))][number]
    five_sigma = 5 * 1.642 / math.sqrt(n)
    expect(parallel_sum.monte_carlo_pi, n, seed).approximates(
        math.pi, rel=0.0, abs=five_sigma, because=INSIDE
    )


def test_more_than_one_slice() -> None:
    n = 10_000_019
    inside = 7_852_408  # `estimate` counts as many, in some seconds.
    expect(parallel_sum.monte_carlo_pi, n).returns(
        4 * inside / n,
        because="The last slice is a short one: together the slices make n_samples, no more and no less.",
    )


@pytest.mark.parametrize("n", [20_000_000, 2**24])
def test_each_slice_has_points_of_its_own(n: int) -> None:
    once, twice = (expect(parallel_sum.monte_carlo_pi, count).value() for count in (n, 2 * n))
    check_that(
        once != twice,
        f"monte_carlo_pi({n}) and monte_carlo_pi({2 * n})",
        f"{once} both times",
        "two estimates that differ a little",
        "Each slice counts the same points again: go on where the last one ended.",
    )


@pytest.mark.parametrize("number", range(3))
@pytest.mark.parametrize("n", [1, 2, 3, 7, 2_000])
def test_few_samples(n: int, number: int, rng: np.random.Generator) -> None:
    seed = [0, 2**64 - 1, drawn_seed(rng)][number]
    expect(parallel_sum.monte_carlo_pi, n, seed).returns(estimate(n, seed), because=POINTS)


@pytest.mark.parametrize("number", range(4))
def test_many_samples(number: int, rng: np.random.Generator) -> None:
    n, seed = int(rng.integers(100_000, 400_000)), [0, 2**64 - 1, drawn_seed(rng), drawn_seed(rng)][number]
    expect(parallel_sum.monte_carlo_pi, n, seed).returns(estimate_of_many(n, seed), because=POINTS)


@settings(max_examples=20)
@given(st.integers(1, 300), st.integers(0, 2**64 - 1))
def test_any_seed(n: int, seed: int) -> None:
    expect(parallel_sum.monte_carlo_pi, n, seed).returns(estimate(n, seed), because=POINTS)


def test_same_seed_same_estimate() -> None:
    first = expect(parallel_sum.monte_carlo_pi, 300_001, 7).value()
    for _ in range(5):
        expect(parallel_sum.monte_carlo_pi, 300_001, 7).returns(
            first,
            because="A sample must depend on the seed and its number only, never on the thread.",
        )


def test_seeds_differ() -> None:
    estimates = {expect(parallel_sum.monte_carlo_pi, 100_000, seed).value() for seed in range(20)}
    check_that(
        len(estimates) > 10, "different estimates from 20 seeds", len(estimates), "nearly 20", "Use the seed."
    )


def test_seed_is_zero_unless_given() -> None:
    unseeded = expect(parallel_sum.monte_carlo_pi, 100_000).value()
    expect(parallel_sum.monte_carlo_pi, 100_000, seed=0).returns(unseeded)
    expect(parallel_sum.monte_carlo_pi, n_samples=100_000).returns(unseeded)


def test_no_samples() -> None:
    expect(parallel_sum.monte_carlo_pi, 0).raises(
        ValueError,
        because=likely(
            (float, "Nothing divided by nothing is NaN: refuse `n_samples == 0` before the loop."),
            otherwise="The exercise asks for ValueError: `PyValueError::new_err` makes one.",
        ),
    )


@pytest.mark.parametrize(("n", "seed"), [(-1, 0), (2**64, 0), (10, -1), (10, 2**64)])
def test_out_of_range(n: int, seed: int) -> None:
    expect(parallel_sum.monte_carlo_pi, n, seed).raises(
        OverflowError, because="A u64 argument makes PyO3 raise this by itself."
    )


@pytest.mark.parametrize(("n", "seed"), [(1e6, 0), ("10", 0), (None, 0), (10, 1.5), (10, None)])
def test_wrong_types(n: object, seed: object) -> None:
    expect(parallel_sum.monte_carlo_pi, n, seed).raises(TypeError)


@pytest.mark.soft
def test_ctrl_c_stops_it() -> None:
    expect(parallel_sum.monte_carlo_pi, 10).value()
    code = """
import _thread, threading
for n in (10**11, 10**18):
    try:
        # A busy machine may press before `start` has returned.
        threading.Timer(0.05, _thread.interrupt_main).start()
        parallel_sum.monte_carlo_pi(n)
    except KeyboardInterrupt:
        print("KeyboardInterrupt", flush=True)
"""
    check(
        "monte_carlo_pi(10**11) and monte_carlo_pi(10**18), each with Ctrl-C pressed after 0.05 s",
        printed(parallel_sum, code, 8.0),
        "KeyboardInterrupt\nKeyboardInterrupt",
        INTERRUPT,
    )


@pytest.mark.soft
def test_other_threads_run_meanwhile() -> None:
    expect(parallel_sum.monte_carlo_pi, 10_000_000).value()
    check_that(
        lets_another_thread_in(parallel_sum.monte_carlo_pi, 10_000_000),
        "what another thread got while monte_carlo_pi ran",
        "none",
        "a turn",
        "The work ran attached to the interpreter: wrap it in `py.detach(|| …)`.",
    )
