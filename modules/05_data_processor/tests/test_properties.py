from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import data_processor
import numpy as np
import pytest
from coursekit import check, expect

ZERO = "The setter must refuse what the constructor refuses, and change nothing then."
EVER = "`total_seen` counts what ever came, not what is here now."
STRIDES = "`as_slice` refuses what does not lie side by side; `as_array` reads any stride."
ALIGNMENT = "`as_array` divides the stride by 8 and drops the rest: ask `is_aligned` first, raise ValueError."

FIXTURES: Any = data_processor  # `_make` and its like do not ship, so no stub declares them.


def processor(chunk_size: int, values: Iterable[float], total_seen: int | None = None) -> Any:
    """A processor in this state, made past the exercises."""
    values = list(values)
    return FIXTURES._make(chunk_size, values, len(values) if total_seen is None else total_seen)


def check_state(got: Any, chunk_size: int, values: list[float], total_seen: int, because: str = "") -> None:
    state = (chunk_size, values, total_seen)
    check("(chunk_size, values, total_seen) afterwards", FIXTURES._state(got), state, because)


def get(p: Any, name: str) -> Any:
    return expect(getattr, p, name).value()


@pytest.mark.parametrize("chunk_size", [1, 3, 10_000])
def test_chunk_size(chunk_size: int) -> None:
    check("processor.chunk_size", get(processor(chunk_size, [1.0]), "chunk_size"), chunk_size)


def test_set_chunk_size() -> None:
    p = processor(3, [1.0, 2.0], total_seen=7)
    expect(setattr, p, "chunk_size", 5).returns(None)
    check_state(p, 5, [1.0, 2.0], 7)


def test_set_chunk_size_to_zero() -> None:
    p = processor(2, [1.0])
    expect(setattr, p, "chunk_size", 3).returns(None)  # A setter that refuses everything must not pass.
    expect(setattr, p, "chunk_size", 0).raises(ValueError, says="chunk_size", because=ZERO)
    check_state(p, 3, [1.0], 1, ZERO)


@pytest.mark.parametrize(
    ("wrong", "error"), [(-1, OverflowError), (2.5, TypeError), ("4", TypeError), (None, TypeError)]
)
def test_set_chunk_size_to_nonsense(wrong: object, error: type[Exception]) -> None:
    p = processor(2, [1.0])
    expect(setattr, p, "chunk_size", 3).returns(None)
    expect(setattr, p, "chunk_size", wrong).raises(error)
    check_state(p, 3, [1.0], 1)


def test_chunk_size_cannot_be_deleted() -> None:
    p = processor(2, [])
    expect(setattr, p, "chunk_size", 3).returns(None)
    expect(delattr, p, "chunk_size").raises(AttributeError)


@pytest.mark.parametrize(("values", "total_seen"), [([], 0), ([1.0, 2.0], 2), ([1.0], 1_000), ([], 2**40)])
def test_total_seen(values: list[float], total_seen: int) -> None:
    check("processor.total_seen", get(processor(3, values, total_seen), "total_seen"), total_seen, EVER)


def test_total_seen_is_read_only() -> None:
    p = processor(3, [])
    check("processor.total_seen", get(p, "total_seen"), 0, EVER)
    expect(setattr, p, "total_seen", 5).raises(AttributeError)


@pytest.mark.parametrize("values", [[], [1.5], [1.0, -2.0, 3.0, 4.0]])
def test_from_numpy(values: list[float]) -> None:
    p = expect(data_processor.DataProcessor.from_numpy, np.array(values), 2).value()
    check_state(p, 2, values, len(values), "from_numpy has seen the values that it begins with.")


def test_from_numpy_by_name() -> None:
    p = expect(data_processor.DataProcessor.from_numpy, array=np.array([1.0]), chunk_size=4).value()
    check_state(p, 4, [1.0], 1)


@pytest.mark.parametrize("part", [np.s_[::2], np.s_[::-1], np.s_[30:3:-7]])
def test_from_numpy_of_any_stride(part: slice) -> None:
    view = np.arange(50.0)[part]
    wanted = view.tolist()  # Before the call, which could change the array.
    p = expect(data_processor.DataProcessor.from_numpy, view, 2).value(STRIDES)
    check_state(p, 2, wanted, len(wanted), STRIDES)


@pytest.mark.soft
def test_from_numpy_copies() -> None:
    array = np.array([1.0, 2.0])
    p = expect(data_processor.DataProcessor.from_numpy, array, 2).value()
    array[0] = 99.0
    check_state(p, 2, [1.0, 2.0], 2)


def test_from_numpy_of_a_packed_record() -> None:
    records = np.zeros(50, dtype=[("value", np.float64), ("flag", np.int32)])
    records["value"] = np.arange(50)
    values = records["value"].tolist()
    # A version that refuses everything must not pass. A copy is aligned.
    p = expect(data_processor.DataProcessor.from_numpy, records["value"].copy(), 2).value()
    check_state(p, 2, values, 50)
    try:
        p = data_processor.DataProcessor.from_numpy(records["value"], 2)
    except ValueError:
        return
    check_state(p, 2, values, 50, ALIGNMENT)


def test_from_numpy_of_more_than_fits() -> None:
    expect(data_processor.DataProcessor.from_numpy, np.broadcast_to(1.0, 10**14), 2).raises(
        MemoryError, because="A broadcast array is longer than what it takes: `memory::check_fits` first."
    )


def test_from_numpy_with_chunk_size_zero() -> None:
    expect(data_processor.DataProcessor.from_numpy, np.array([1.0]), 0).raises(
        ValueError, says="chunk_size", because="Every way to make a processor must refuse a chunk size of 0."
    )


@pytest.mark.parametrize(
    "array", [[1.0, 2.0], np.zeros((2, 2)), np.arange(3), np.zeros(2, np.float32), None, 5.0]
)
def test_from_numpy_of_something_else(array: object) -> None:
    expect(data_processor.DataProcessor.from_numpy, array, 2).raises(TypeError)
