from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import parallel_sum
import pytest
from coursekit import check_that, expect, likely
from coursekit.turns import lets_another_thread_in
from hypothesis import given
from hypothesis import strategies as st

LARGEST = 2**63 - 1
SMALLEST = -(2**63)


def too_large(total: int) -> Callable[[Any], str]:
    """The likely cause where the sum `total` is not refused."""
    end = LARGEST if total > 0 else SMALLEST
    return likely(
        (
            Exception,
            "The sum does not fit in an i64, and the exercise asks for OverflowError: `PyOverflowError`.",
        ),
        (lambda got: got == end, "The sum stopped at the end of i64. Add up in i128 and check the total."),
        otherwise="The sum wrapped round, as NumPy's own does. Add up in i128 and check once at the end.",
    )


FITS = likely(
    (OverflowError, "Only a partial sum is too large for an i64, the total is not. Add up in i128."),
    otherwise="Every item counts exactly once, those after the last full block too.",
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


def ints(*values: int) -> Any:
    return np.array(values, dtype=np.int64)


def drawn(length: int, rng: np.random.Generator) -> Any:
    """So many integers, whose sum says nothing about one of them. NumPy's sum of them does not wrap round."""
    return rng.integers(-(10**12), 10**12, length)


@pytest.mark.parametrize("values", [(), (7,), (-1,), (1, 2, 3), (LARGEST,), (SMALLEST,)])
def test_adds(values: tuple[int, ...], rng: np.random.Generator) -> None:
    expect(parallel_sum.sum_array, ints(*values)).returns(sum(values))
    more = drawn(5, rng).tolist()
    expect(parallel_sum.sum_array, ints(*more)).returns(sum(more))


@pytest.mark.parametrize("length", [1_000, 4_097, 16_384, 100_003, 1_000_000])
def test_many_items(length: int, rng: np.random.Generator) -> None:
    array = drawn(length, rng)
    expect(parallel_sum.sum_array, array).returns(int(array.sum()), because=FITS)


@pytest.mark.parametrize(
    "part",
    [np.s_[::2], np.s_[::-1], np.s_[1::3], np.s_[::-7], np.s_[50_000:10:-2], np.s_[5:5], np.s_[99_999:]],
)
def test_any_stride(part: slice, rng: np.random.Generator) -> None:
    view = drawn(100_000, rng)[part]
    expect(parallel_sum.sum_array, view).returns(sum(view.tolist()), because=STRIDES)


def test_a_column(rng: np.random.Generator) -> None:
    matrix = drawn(12_000, rng).reshape(3_000, 4)
    total = sum(matrix[:, 1].tolist())
    expect(parallel_sum.sum_array, matrix[:, 1]).returns(total, because=STRIDES)


def test_a_broadcast_number(rng: np.random.Generator) -> None:
    number = drawn(1, rng)[0]
    expect(parallel_sum.sum_array, np.broadcast_to(number, 100_000)).returns(
        100_000 * int(number), because=STRIDES
    )


def test_a_read_only_array(rng: np.random.Generator) -> None:
    array = drawn(50, rng)
    array.flags.writeable = False
    expect(parallel_sum.sum_array, array).returns(sum(array.tolist()))


def test_sees_the_array_as_it_is_now(rng: np.random.Generator) -> None:
    array = drawn(50, rng)
    for place in (20, 30):
        expect(parallel_sum.sum_array, array).returns(sum(array.tolist()))
        array[place] = rng.integers(10**6)
    expect(parallel_sum.sum_array, array).returns(sum(array.tolist()))


@pytest.mark.parametrize("values", [(LARGEST, 1), (SMALLEST, -1), (2**62,) * 1000, (SMALLEST,) * 2])
def test_overflow(values: tuple[int, ...]) -> None:
    expect(parallel_sum.sum_array, ints(*values)).raises(OverflowError, because=too_large(sum(values)))


def test_overflow_of_a_broadcast_number() -> None:
    expect(parallel_sum.sum_array, np.broadcast_to(np.int64(2**60), 100_000)).raises(
        OverflowError, because=too_large(2**60 * 100_000)
    )


@pytest.mark.parametrize(
    "values",
    [(LARGEST, 1, -5), (LARGEST, LARGEST, -LARGEST, -LARGEST), (SMALLEST,) * 20_000 + (LARGEST,) * 20_000],
)
def test_only_the_total_must_fit(values: tuple[int, ...], rng: np.random.Generator) -> None:
    values = (*values, *(-rng.integers(1, 10**12, 9)).tolist())
    expect(parallel_sum.sum_array, ints(*values)).returns(sum(values), because=FITS)


@given(
    st.lists(st.integers(SMALLEST, LARGEST) | st.integers(-9, 9), max_size=40),
    st.sampled_from([1, 2, -1, -3]),
)
def test_agrees_with_python(values: list[int], step: int) -> None:
    view, total = ints(*values)[::step], sum(values[::step])
    if SMALLEST <= total <= LARGEST:
        expect(parallel_sum.sum_array, view).returns(total, because=FITS)
    else:
        expect(parallel_sum.sum_array, view).raises(OverflowError, because=too_large(total))


@pytest.mark.parametrize(
    "dtype", ["float64", "int32", "uint64", "bool", "complex128", "object", "datetime64[s]"]
)
def test_another_dtype(dtype: str) -> None:
    expect(parallel_sum.sum_array, np.zeros(3, dtype=dtype)).raises(
        TypeError,
        says=dtype,
        because="The error must name the dtype that was given, as PyReadonlyArray1's does.",
    )


def test_the_other_byte_order() -> None:
    swapped = ints(1, 2, 3).astype(np.dtype(np.int64).newbyteorder())
    expect(parallel_sum.sum_array, swapped).raises(
        TypeError,
        because="The bytes of each item lie in the other order, so Rust cannot read them.",
    )


@pytest.mark.parametrize("shape", [(), (2, 3), (1, 2, 3)])
def test_another_dimension(shape: tuple[int, ...]) -> None:
    expect(parallel_sum.sum_array, np.zeros(shape, dtype=np.int64)).raises(
        TypeError,
        says=str(len(shape)),
        because="The error must say how many dimensions were given.",
    )


@pytest.mark.parametrize("array", [[1, 2, 3], (1, 2), 5, None, "123", range(3)])
def test_no_array(array: object) -> None:
    expect(parallel_sum.sum_array, array).raises(TypeError)


def test_a_field_of_an_aligned_record(rng: np.random.Generator) -> None:
    records = np.zeros(1_000, dtype=[("id", np.int64), ("weight", np.float64)])
    records["id"] = drawn(1_000, rng)
    expect(parallel_sum.sum_array, records["id"]).returns(sum(records["id"].tolist()), because=STRIDES)


@pytest.mark.parametrize(
    "fields",
    [
        [("id", np.int64), ("flag", np.int32)],  # Stride 12, no whole number of items.
        [("flag", np.int8), ("id", np.int64)],  # Stride 9, and not even the first item is aligned.
        [("flag", np.int32), ("id", np.int64), ("other", np.int32)],  # Stride 16, yet no item is aligned.
    ],
)
def test_a_field_of_a_packed_record(fields: list[Any], rng: np.random.Generator) -> None:
    records = np.zeros(1_000, dtype=fields)
    records["id"] = drawn(1_000, rng)
    right_or_refused(records["id"])


def test_an_array_that_is_not_aligned(rng: np.random.Generator) -> None:
    right_or_refused(np.frombuffer(bytes(1) + drawn(50, rng).tobytes(), dtype=np.int64, offset=1))


def right_or_refused(array: Any) -> None:
    """Right, or a clear error: anything but a wrong number."""
    total = sum(array.tolist())
    # A version that refuses everything must not pass. A copy is aligned.
    expect(parallel_sum.sum_array, array.copy()).returns(total)
    try:
        parallel_sum.sum_array(array)
    except (ValueError, TypeError):
        return
    except BaseException:
        pass  # Reported below, as any other surprise.
    expect(parallel_sum.sum_array, array).returns(
        total,
        because=ALIGNMENT,
    )


@pytest.mark.soft
def test_other_threads_run_meanwhile() -> None:
    many = np.broadcast_to(np.int64(1), 30_000_000)  # Thirty million items that need no memory.
    expect(parallel_sum.sum_array, many).returns(30_000_000)
    check_that(
        lets_another_thread_in(parallel_sum.sum_array, many),
        "what another thread got while sum_array ran",
        "none",
        "a turn",
        "The sum ran attached to the interpreter: wrap it in `py.detach(|| …)`.",
    )


@pytest.mark.soft
def test_makes_no_copy() -> None:
    status, peak = Path("/proc/self/status"), Path("/proc/self/clear_refs")
    if not (status.exists() and peak.exists()):
        pytest.skip("platform: the peak of a process's memory is read from Linux's /proc")

    def peak_in_mb() -> int:
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) // 1024

    many = np.broadcast_to(np.int64(1), 25_000_000)  # A copy of it would take 200 MB.
    peak.write_text("5")  # Forget the peak so far.
    before = peak_in_mb()
    expect(parallel_sum.sum_array, many).returns(25_000_000)
    grown = peak_in_mb() - before
    check_that(
        grown < 100,
        "MB of memory that sum_array took for 25 M items",
        grown,
        "hardly any",
        "The array was copied.",
    )
