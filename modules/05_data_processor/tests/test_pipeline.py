from __future__ import annotations

import math
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import Any

import data_processor
import numpy as np
import pytest
from coursekit import check, expect
from hypothesis import given
from hypothesis import strategies as st

CSV = Path(__file__).resolve().parents[1] / "data" / "round_trips.csv"
COLUMN = "round_trip_us"

NAN = "Missing values arrive as NaN: leave out what `is_nan()`, and count it."
COUNTED = "`total_seen` counts what was added; missing values were not."
STRIDES = "A column of a table has a stride: `as_array` reads it, `as_slice` refuses it."
CONVERTS = "Ask numpy.asarray for dtype float64: it converts what is not."
START = "The first value that is still here has number total_seen - len."
POPULATION = "The population's standard deviation divides by n."


def processor(chunk_size: int = 2, values: Iterable[float] = (), total_seen: int | None = None) -> Any:
    """A processor in this state, made past the exercises."""
    values = list(values)
    return data_processor._make(chunk_size, values, len(values) if total_seen is None else total_seen)


def check_state(got: Any, chunk_size: int, values: list[float], total_seen: int, because: str = "") -> None:
    state = (chunk_size, values, total_seen)
    check("(chunk_size, values, total_seen) afterwards", data_processor._state(got), state, because)


def tool(name: str) -> Any:
    """pandas or Polars, or a failure that says how to get it."""
    try:
        return import_module(name)
    except ModuleNotFoundError:
        pytest.fail(f"{name} is not installed; `cargo course setup` installs it", pytrace=False)


def expected_column() -> tuple[list[float], int]:
    """The CSV's third column, read by hand, and how many values are missing in it."""
    cells = [line.split(",")[2] for line in CSV.read_text(encoding="utf-8").splitlines()[1:]]
    return [float(cell) for cell in cells if cell], cells.count("")


@pytest.mark.soft
@pytest.mark.parametrize("name", ["pandas", "polars"])
def test_a_real_column(name: str) -> None:
    column = tool(name).read_csv(CSV)[COLUMN]
    values, missing = expected_column()
    p = processor(100)
    expect(p.add_column, column).described(f"add_column(the column {COLUMN}, read by {name})").returns(
        missing, because=NAN
    )
    check_state(p, 100, values, len(values), NAN)


@pytest.mark.soft
@pytest.mark.parametrize("name", ["pandas", "polars"])
def test_a_column_of_integers(name: str) -> None:
    column = tool(name).read_csv(CSV)["number"]
    p = processor()
    expect(p.add_column, column).described(f"add_column(the column number, read by {name})").returns(
        0, because=CONVERTS
    )
    check_state(p, 2, [float(n) for n in range(5000)], 5000, CONVERTS)


@pytest.mark.soft
def test_anything_that_gives_an_array() -> None:
    class Column:
        """What pandas, Polars, PyTorch and many more have in common."""

        def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
            return np.array([1.0, math.nan, 3.0], dtype=dtype)

    p = processor()
    expect(p.add_column, Column()).described("add_column(an object with __array__)").returns(1, because=NAN)
    check_state(p, 2, [1.0, 3.0], 2, COUNTED)


@pytest.mark.parametrize(
    ("column", "values", "missing"),
    [
        (np.array([1.5, math.nan, -0.0, math.nan]), [1.5, -0.0], 2),
        (np.array([]), [], 0),
        (np.array([math.nan]), [], 1),
        (np.array([1, 2], dtype=np.int32), [1.0, 2.0], 0),
        (np.array([True, False]), [1.0, 0.0], 0),
        (np.array([math.inf, -math.inf]), [math.inf, -math.inf], 0),
        ([1.0, None, 3], [1.0, 3.0], 1),
    ],
)
def test_columns(column: Any, values: list[float], missing: int) -> None:
    p = processor(2, [9.0], total_seen=5)
    expect(p.add_column, column).returns(missing, because=NAN)
    check_state(p, 2, [9.0, *values], 5 + len(values), COUNTED)


def test_a_column_of_a_table_in_one_block() -> None:
    table = np.arange(12.0).reshape(4, 3)
    p = processor()
    expect(p.add_column, table[:, 1]).returns(0, because=STRIDES)
    check_state(p, 2, [1.0, 4.0, 7.0, 10.0], 4, STRIDES)


def test_a_field_of_a_packed_record() -> None:
    records = np.zeros(20, dtype=[("value", np.float64), ("flag", np.int32)])
    records["value"] = np.arange(20)
    p = processor()
    try:
        p.add_column(records["value"])
    except ValueError:
        check_state(p, 2, [], 0)
    else:
        check_state(
            p, 2, records["value"].tolist(), 20, "Ask `is_aligned` before `as_array`; if not, ValueError."
        )


@pytest.mark.parametrize("column", [["a", "b"], [[1.0], [2.0, 3.0]]])
def test_no_numbers(column: Any) -> None:
    p = processor()
    expect(p.add_column, column).raises(ValueError)
    check_state(p, 2, [], 0)


@pytest.mark.parametrize("column", [np.zeros((2, 2)), 5.0, None, {"a": 1}, object()])
def test_no_column(column: Any) -> None:
    p = processor()
    expect(p.add_column, column).raises(TypeError)
    check_state(p, 2, [], 0)


def table(**columns: Any) -> dict[str, Any]:
    return {
        name: np.array(values, dtype=np.int64 if name == "start" else np.float64)
        for name, values in columns.items()
    }


def test_chunk_statistics() -> None:
    p = processor(2, [1.0, 3.0, -2.0, -2.0, 9.0])
    expect(p.chunk_statistics).returns(
        table(start=[0, 2], mean=[2.0, -2.0], std=[1.0, 0.0], min=[1.0, -2.0], max=[3.0, -2.0]),
        because=POPULATION,
    )
    check_state(p, 2, [1.0, 3.0, -2.0, -2.0, 9.0], 5, "chunk_statistics takes nothing out.")


def test_start_counts_from_the_first_value_ever() -> None:
    rows = expect(processor(2, [1.0, 2.0, 3.0, 4.0, 5.0], total_seen=105).chunk_statistics).value()
    check("chunk_statistics()['start']", rows["start"], np.array([100, 102]), START)


@pytest.mark.parametrize(("n", "chunk_size"), [(0, 3), (2, 3), (3, 2**63)])
def test_no_full_chunk(n: int, chunk_size: int) -> None:
    expect(processor(chunk_size, range(n)).chunk_statistics).returns(
        table(start=[], mean=[], std=[], min=[], max=[]),
        because="Without a full chunk the columns are empty arrays, of the same types.",
    )


@given(st.lists(st.floats(-1e6, 1e6), max_size=60), st.integers(1, 12))
def test_agrees_with_numpy(values: list[float], chunk_size: int) -> None:
    full = len(values) - len(values) % chunk_size
    chunks = np.array(values[:full]).reshape(-1, chunk_size)
    expect(processor(chunk_size, values).chunk_statistics).approximates(
        {
            "start": np.arange(0, full, chunk_size, dtype=np.int64),
            "mean": chunks.mean(1),
            "std": chunks.std(1),
            "min": chunks.min(1),
            "max": chunks.max(1),
        },
        rel=1e-9,
        abs=1e-6,
        because=POPULATION,
    )


@pytest.mark.soft
@pytest.mark.parametrize("name", ["pandas", "polars"])
def test_back_into_a_table(name: str) -> None:
    rows = expect(processor(2, [1.0, 3.0, 5.0, 7.0]).chunk_statistics).value()
    frame = tool(name).DataFrame(rows)
    check(f"the {name} table's columns", list(frame.columns), ["start", "mean", "std", "min", "max"])
    check(f"the {name} table's means", frame["mean"].to_numpy().tolist(), [2.0, 6.0])
