from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import data_processor
import numpy as np
import pytest
from coursekit import check, expect, likely
from hypothesis import given
from hypothesis import strategies as st

ZERO = "No chunk can be empty: `NonZeroUsize::new(chunk_size)` is None for 0, and None becomes a ValueError."
COUNTED = "add_data counts what it adds in `total_seen`, and clear leaves that alone."
ALL_OR_NOTHING = "Collect all items first, `?` on each, and only then extend the buffer."
ITERABLE = likely(
    (
        TypeError,
        "`Vec<f64>` takes sequences only. Take any iterable: `try_iter()?`, then `extract` each item.",
    ),
    otherwise="add_data returns nothing: `Ok(())`.",
)
NO_MEMORY = "Ask before you make room: `memory::check_length` for an iterable, `try_reserve` before `extend`."
STRIDES = "`as_slice` refuses what does not lie side by side; `as_array` reads any stride."
NO_BORROW = (
    "The iterable's own code ran while the processor was borrowed: collect first, `try_borrow_mut` after."
)

FIXTURES: Any = data_processor  # `_make` and its like do not ship, so no stub declares them.


def processor(chunk_size: int = 3, values: Iterable[float] = (), total_seen: int | None = None) -> Any:
    """A processor in this state, made past the exercises."""
    values = list(values)
    return FIXTURES._make(chunk_size, values, len(values) if total_seen is None else total_seen)


def check_state(got: Any, chunk_size: int, values: list[float], total_seen: int, because: str = "") -> None:
    state = (chunk_size, values, total_seen)
    check("(chunk_size, values, total_seen) afterwards", FIXTURES._state(got), state, because)


@pytest.mark.parametrize("chunk_size", [1, 3, 1000, 2**63])
def test_a_new_processor_is_empty(chunk_size: int) -> None:
    check_state(expect(data_processor.DataProcessor, chunk_size).value(), chunk_size, [], 0)


def test_chunk_size_by_name() -> None:
    check_state(expect(data_processor.DataProcessor, chunk_size=5).value(), 5, [], 0)


def test_chunk_size_zero() -> None:
    expect(data_processor.DataProcessor, 0).raises(ValueError, says="chunk_size", because=ZERO)


def test_chunk_size_below_zero() -> None:
    expect(data_processor.DataProcessor, -1).raises(OverflowError)


@pytest.mark.parametrize("chunk_size", [2.0, "3", None, [3]])
def test_chunk_size_is_no_integer(chunk_size: object) -> None:
    expect(data_processor.DataProcessor, chunk_size).raises(TypeError)


def test_chunk_size_is_needed() -> None:
    expect(data_processor.DataProcessor).raises(TypeError)


@pytest.mark.parametrize(
    "values",
    [
        [1.0, -2.5, 3.0],
        (1, 2, 3),
        range(5),
        {7: "seven", 8: "eight"},
        [True, 2, 0.5],
        [],
        np.array([1.5, 2.5]),
        np.array([1, 2, 3]),
        np.array([0.5, 0.25], dtype=np.float32),
        np.array([]),
    ],
)
def test_adds_any_iterable(values: Any) -> None:
    p = processor(values=[9.0])
    wanted = [9.0, *map(float, values)]  # Before the call, which could change an array.
    expect(p.add_data, values).returns(None, because=ITERABLE)
    check_state(p, 3, wanted, len(wanted), COUNTED)


def test_adds_from_a_generator() -> None:
    p = processor()
    expect(p.add_data, (x / 2 for x in range(4))).returns(None, because=ITERABLE)
    check_state(p, 3, [0.0, 0.5, 1.0, 1.5], 4)


def test_adds_behind_what_is_there() -> None:
    p = processor()
    for values in ([1.0, 2.0], np.array([3.0]), range(4, 6)):
        expect(p.add_data, values).returns(None)
    check_state(p, 3, [1.0, 2.0, 3.0, 4.0, 5.0], 5, COUNTED)


@pytest.mark.parametrize("part", [np.s_[::2], np.s_[::-1], np.s_[1::3], np.s_[10:2:-3], np.s_[5:5]])
def test_adds_an_array_of_any_stride(part: slice) -> None:
    view = np.arange(100.0)[part]
    wanted = view.tolist()
    p = processor()
    expect(p.add_data, view).returns(None, because=STRIDES)
    check_state(p, 3, wanted, len(wanted), STRIDES)


def test_adds_a_field_of_a_packed_record() -> None:
    records = np.zeros(50, dtype=[("value", np.float64), ("flag", np.int32)])
    records["value"] = np.arange(50)
    values = records["value"].tolist()
    p = processor()
    # A version that refuses everything must not pass. A copy is aligned.
    expect(p.add_data, records["value"].copy()).returns(None)
    check_state(p, 3, values, 50)
    try:
        p.add_data(records["value"])
    except ValueError:
        check_state(p, 3, values, 50)  # Refused is fine too; anything but wrong numbers.
    else:
        check_state(
            p,
            3,
            values + values,
            100,
            "`as_array` divides the stride by 8 and drops the rest: ask `is_aligned` first.",
        )


@pytest.mark.soft
def test_copies_the_array() -> None:
    array = np.array([1.0, 2.0])
    p = processor()
    expect(p.add_data, array).returns(None)
    array[0] = 99.0
    check_state(p, 3, [1.0, 2.0], 2)


@pytest.mark.parametrize("values", [[1.0, 2.0, "3"], [1.0, None], [1.0, [2.0]], (1.0, 2j), "12"], ids=repr)
def test_an_item_is_no_number(values: object) -> None:
    p = processor(values=[9.0])
    expect(p.add_data, values).raises(TypeError)
    check_state(p, 3, [9.0], 1, ALL_OR_NOTHING)


def test_an_item_is_too_large() -> None:
    p = processor()
    expect(p.add_data, [1.0, 10**400]).raises(OverflowError)
    check_state(p, 3, [], 0, ALL_OR_NOTHING)


@pytest.mark.parametrize("values", [None, 5, 1.5, np.zeros((2, 3))])
def test_no_row_of_numbers(values: object) -> None:
    p = processor()
    expect(p.add_data, values).raises(TypeError)
    check_state(p, 3, [], 0)


def test_an_iterable_that_fails_half_way() -> None:
    def failing() -> Iterator[float]:
        yield 1.0
        raise KeyError("half-way")

    p = processor()
    expect(p.add_data, failing()).raises(KeyError, says="half-way")
    check_state(p, 3, [], 0, ALL_OR_NOTHING)


def test_an_iterable_that_looks_at_the_processor() -> None:
    p = processor(values=[1.0, 2.0])
    expect(p.add_data, (float(len(p)) for _ in range(3))).returns(None, because=NO_BORROW)
    check_state(p, 3, [1.0, 2.0, 2.0, 2.0, 2.0], 5, NO_BORROW)


@given(st.lists(st.lists(st.floats(allow_nan=False), max_size=8), max_size=5))
def test_keeps_every_value(parts: list[list[float]]) -> None:
    p = expect(data_processor.DataProcessor, 2).value()
    for number, part in enumerate(parts):
        expect(p.add_data, np.array(part) if number % 2 else part).returns(None)
    everything = [x for part in parts for x in part]
    check_state(p, 2, everything, len(everything), COUNTED)


@pytest.mark.parametrize(
    ("values", "error"),
    [
        (np.broadcast_to(1.0, 10**14), MemoryError),
        (range(10**14), MemoryError),
        (range(10**18), MemoryError),
        (range(2**63), OverflowError),
    ],
    ids=["array", "range", "longer range", "no length"],
)
def test_more_than_fits(values: Any, error: type[Exception]) -> None:
    p = processor(values=[9.0])
    expect(p.add_data, values).raises(error, because=NO_MEMORY)
    check_state(p, 3, [9.0], 1, ALL_OR_NOTHING)


def test_clear() -> None:
    p = processor(values=[1.0, 2.0], total_seen=10)
    expect(p.clear).returns(None)
    check_state(p, 3, [], 10, COUNTED)
    expect(p.clear).returns(None)
    check_state(p, 3, [], 10)


@pytest.mark.parametrize("n", [0, 1, 6])
def test_len(n: int) -> None:
    expect(len, processor(values=range(n), total_seen=20)).returns(
        n, because="`len` counts the values that are here, not those ever seen."
    )


@pytest.mark.parametrize(("n", "chunk_size"), [(6, 3), (0, 1), (7, 1000)])
def test_repr(n: int, chunk_size: int) -> None:
    expect(repr, processor(chunk_size, range(n))).returns(f"DataProcessor(size={n}, chunk_size={chunk_size})")
