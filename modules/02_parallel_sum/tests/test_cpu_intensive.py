from __future__ import annotations

import math
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import parallel_sum
import pytest
from coursekit import check, check_that, expect, likely
from coursekit.turns import lets_another_thread_in
from hypothesis import given
from hypothesis import strategies as st

REFERENCE = likely(
    (Exception, "The argument is right: take the array or convert the list, and return the sum."),
    otherwise="The reference is math.fsum(map(math.sin, data)): angles in radians, every item once.",
)
NO_MEMORY = likely(
    (
        TypeError,
        "The variant of the list must not convert in the enum: "
        "a derived enum makes a TypeError of every error. "
        "Take the object, and call `numbers_of` in the body.",
    ),
    otherwise=(
        "A range has a length and no items, but a Vec needs room for all of them: convert with `numbers_of`."
    ),
)
ALIGNMENT = (
    "`as_array` divides the strides by 8 and drops the rest: ask `is_aligned` first, raise ValueError."
)
STRIDES = likely(
    (
        Exception,
        "The view has strides: `as_slice` refuses such arrays, `as_array` reads them where they lie.",
    ),
    otherwise=(
        "The view has strides. Read it through `as_array`, which knows them, and count every item once."
    ),
)


def reference(data: Any) -> float:
    return math.fsum(map(math.sin, data))


@pytest.mark.parametrize("data", [[0.0], [math.pi / 2], [1.0, 2.0, 3.0], [-1.0, 1.0], [1e6, -2.5e9]])
def test_a_list(data: list[float], rng: np.random.Generator) -> None:
    expect(parallel_sum.cpu_intensive, data).approximates(
        reference(data), rel=1e-13, abs=1e-15, because=REFERENCE
    )
    data = [*data, *rng.normal(scale=100.0, size=9).tolist()]
    expect(parallel_sum.cpu_intensive, data).approximates(
        reference(data), rel=1e-12, abs=1e-13, because=REFERENCE
    )


@pytest.mark.parametrize("data", [[], np.zeros(0)])
def test_nothing(data: Any) -> None:
    expect(parallel_sum.cpu_intensive, data).returns(
        0.0,
        because=likely(
            (float, "In Rust the `.sum()` of no floats is -0.0. Start from 0.0: `fold(0.0, …)`."),
            otherwise="The sum of nothing is 0.0.",
        ),
    )


def test_integers_in_a_list(rng: np.random.Generator) -> None:
    data = rng.integers(-99, 99, 9).tolist()
    expect(parallel_sum.cpu_intensive, data).approximates(
        reference(data), rel=1e-12, abs=1e-13, because=REFERENCE
    )


@pytest.mark.parametrize("length", [1, 1_000, 4_097, 100_003])
def test_an_array(length: int, rng: np.random.Generator) -> None:
    data = rng.normal(scale=10.0, size=length)
    expect(parallel_sum.cpu_intensive, data).approximates(
        reference(data.tolist()),
        rel=1e-11,
        abs=1e-9,
        because="Every item counts exactly once, those after the last full block too.",
    )


def test_a_long_list(rng: np.random.Generator) -> None:
    data = rng.normal(size=100_003).tolist()
    expect(parallel_sum.cpu_intensive, data).approximates(
        reference(data), rel=1e-11, abs=1e-9, because="Every item counts exactly once."
    )


@pytest.mark.parametrize("part", [np.s_[::2], np.s_[::-1], np.s_[1::3], np.s_[::-7], np.s_[5:5]])
def test_any_stride(part: slice, rng: np.random.Generator) -> None:
    view = rng.random(20_000)[part]
    expect(parallel_sum.cpu_intensive, view).approximates(
        reference(view.tolist()), rel=1e-11, because=STRIDES
    )


def test_a_broadcast_read_only_number(rng: np.random.Generator) -> None:
    number = rng.uniform(0.1, 3.0)
    expect(parallel_sum.cpu_intensive, np.broadcast_to(number, 10_000)).approximates(
        10_000 * math.sin(number), rel=1e-11, because=STRIDES
    )


@given(st.lists(st.floats(-1e6, 1e6), max_size=50), st.booleans())
def test_agrees_with_python(data: list[float], as_array: bool) -> None:
    given_data = np.array(data) if as_array else data
    expect(parallel_sum.cpu_intensive, given_data).approximates(
        reference(data), rel=1e-12, abs=1e-13, because=REFERENCE
    )


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_what_has_no_sine_gives_nan(bad: float, rng: np.random.Generator) -> None:
    data = rng.normal(size=9).tolist()
    expect(parallel_sum.cpu_intensive, data).approximates(reference(data), rel=1e-12, abs=1e-13)
    data[rng.integers(9)] = bad
    expect(parallel_sum.cpu_intensive, data).returns(math.nan)
    expect(parallel_sum.cpu_intensive, np.array([bad])).returns(math.nan)


@pytest.mark.parametrize("data", [None, 1.0, "12", ["1"], [None], {1.0}, np.zeros((3, 2)), np.array(["a"])])
def test_neither_list_nor_array(data: object) -> None:
    expect(parallel_sum.cpu_intensive, data).raises(TypeError)


@pytest.mark.parametrize(
    "fields", [[("x", np.float64), ("flag", np.int32)], [("flag", np.int8), ("x", np.float64)]]
)
def test_a_field_of_a_packed_record(fields: list[Any], rng: np.random.Generator) -> None:
    records = np.zeros(1_000, dtype=fields)
    records["x"] = rng.random(1_000)
    total = reference(records["x"].tolist())
    # A version that refuses everything must not pass. A copy is aligned.
    expect(parallel_sum.cpu_intensive, records["x"].copy()).approximates(total, rel=1e-11)
    try:
        parallel_sum.cpu_intensive(records["x"])
    except (ValueError, TypeError):
        return  # Refused, which is as good.
    except BaseException:
        pass  # Reported below, as any other surprise.
    expect(parallel_sum.cpu_intensive, records["x"]).approximates(total, rel=1e-11, because=ALIGNMENT)


@pytest.mark.parametrize("length", [10**14, 10**18])
def test_a_range_that_does_not_fit(length: int) -> None:
    expect(parallel_sum.cpu_intensive, range(length)).raises(MemoryError, because=NO_MEMORY)


@pytest.mark.soft
def test_same_bits_with_one_thread_and_with_three() -> None:
    expect(parallel_sum.cpu_intensive, [1.0]).value()
    one, three = (float.fromhex(process.communicate()[0]) for process in [started_with(1), started_with(3)])
    check(
        "the bits of cpu_intensive's result with 1 and with 3 threads",
        three.hex(),
        one.hex(),
        "Rayon's `.sum()` adds in an order that the threads decide. Add the sums of fixed blocks in order.",
    )


def started_with(threads: int) -> subprocess.Popen[str]:
    """A process that has so many threads and prints the result for some long list, in hexadecimal."""
    folder = str(Path(str(parallel_sum.__file__)).parent)
    code = "import parallel_sum; print(parallel_sum.cpu_intensive([i * 0.37 for i in range(200_003)]).hex())"
    return subprocess.Popen(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": folder, "RAYON_NUM_THREADS": str(threads)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@pytest.mark.soft
def test_other_threads_run_meanwhile() -> None:
    many = np.broadcast_to(np.float64(0.5), 1_000_000)  # A million items that need no memory.
    expect(parallel_sum.cpu_intensive, many).approximates(1_000_000 * math.sin(0.5), rel=1e-9)
    check_that(
        lets_another_thread_in(parallel_sum.cpu_intensive, many),
        "what another thread got while cpu_intensive ran",
        "none",
        "a turn",
        "The work ran attached to the interpreter: wrap it in `py.detach(|| …)`.",
    )
