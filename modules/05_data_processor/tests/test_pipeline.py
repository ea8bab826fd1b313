from __future__ import annotations

import math
import statistics
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import Any

import data_processor
import numpy as np
import pytest
from coursekit import check, check_that, expect
from coursekit.platforms import has_gil
from coursekit.turns import lets_another_thread_in
from hypothesis import given
from hypothesis import strategies as st

CSV = Path(__file__).resolve().parents[1] / "data" / "round_trips.csv"
COLUMN = "round_trip_us"

NAN = "Missing values arrive as NaN: leave out what `is_nan()`, and count it."
COUNTED = "`total_seen` counts what was added; missing values were not."
STRIDES = "A column of a table has a stride: `as_array` reads it, `as_slice` refuses it."
CONVERTS = "Ask numpy.asarray for dtype float64: it converts what is not."
STABLE = (
    "The deviation is that of the distances from the mean: "
    "squares of large values lose all their digits, and so "
    "does (v - m)(v + m)."
)
DATES = "NumPy converts a missing date to -9.2e18. Look at the dtype's `kind` first, and refuse 'M' and 'm'."
BORROWED = "`asarray` runs the column's own code: borrow the processor after it, not before."
START = "The first value that is still here has number total_seen - len."
POPULATION = "The population's standard deviation divides by n."

FIXTURES: Any = data_processor  # `_make` and its like do not ship, so no stub declares them.


def processor(chunk_size: int = 2, values: Iterable[float] = (), total_seen: int | None = None) -> Any:
    """A processor in this state, made past the exercises."""
    values = list(values)
    return FIXTURES._make(chunk_size, values, len(values) if total_seen is None else total_seen)


def check_state(got: Any, chunk_size: int, values: list[float], total_seen: int, because: str = "") -> None:
    state = (chunk_size, values, total_seen)
    check("(chunk_size, values, total_seen) afterwards", FIXTURES._state(got), state, because)


def check_takes(rng: np.random.Generator) -> None:
    """A version that refuses every column must not pass, so also one that it takes."""
    p, column = processor(), rng.normal(size=9)
    gone = rng.permutation(9)[: int(rng.integers(1, 4))]
    column[gone] = math.nan
    values = column[~np.isnan(column)].tolist()
    expect(p.add_column, column).returns(len(gone), because=NAN)
    check_state(p, 2, values, len(values), COUNTED)


def check_statistics(rng: np.random.Generator) -> None:
    """The statistics of drawn values, in chunks of four."""
    values = rng.normal(size=int(rng.integers(8, 20)))
    parts = values[: len(values) // 4 * 4].reshape(-1, 4)
    expected = {
        "start": 4 * np.arange(len(parts), dtype=np.int64),
        "mean": parts.mean(1),
        "std": parts.std(1),
        "min": parts.min(1),
        "max": parts.max(1),
    }
    expect(processor(4, values).chunk_statistics).approximates(
        expected, rel=1e-9, abs=1e-9, because=POPULATION
    )


def tool(name: str) -> Any:
    """pandas or Polars, or a failure that says how to get it."""
    try:
        return import_module(name)
    except ModuleNotFoundError:
        if name == "polars" and not has_gil():
            pytest.skip("platform: Polars has no build for a Python without a GIL")
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
        """The interface that pandas, Polars, PyTorch and many more have in common."""

        def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
            return np.array([1.0, math.nan, 3.0], dtype=dtype)

    p = processor()
    expect(p.add_column, Column()).described("add_column(an object with __array__)").returns(1, because=NAN)
    check_state(p, 2, [1.0, 3.0], 2, COUNTED)


@pytest.mark.soft
def test_a_column_that_looks_at_the_processor() -> None:
    p = processor(2, [9.0])

    class Column:
        def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
            return np.array([float(len(p))], dtype=dtype)

    expect(p.add_column, Column()).described("add_column(a column that asks len(processor))").returns(
        0, because=BORROWED
    )
    check_state(p, 2, [9.0, 1.0], 2, BORROWED)


@pytest.mark.soft
@pytest.mark.parametrize("mask", [[False, True, False], [True, True, True], False])
@pytest.mark.parametrize("dtype", ["float64", "int32"])
def test_masked_values_are_missing(mask: Any, dtype: str) -> None:
    column = np.ma.masked_array(np.array([1, 2, 3], dtype=dtype), mask=mask)
    values = [float(value) for value in column.compressed()]
    p = processor()
    expect(p.add_column, column).returns(
        3 - len(values),
        because=("`numpy.asarray` reads the values under the mask. `numpy.ma.asarray` does not."),
    )
    check_state(p, 2, values, len(values))


@pytest.mark.parametrize(
    "column",
    [
        np.array(["2020-01-01", "NaT"], dtype="datetime64[us]"),
        np.array(["2020-01-01"], dtype="datetime64[D]"),
        np.array([5, "NaT"], dtype="timedelta64[s]"),
    ],
    ids=["missing date", "date", "duration"],
)
def test_dates_are_no_numbers(column: Any, rng: np.random.Generator) -> None:
    check_takes(rng)
    p = processor()
    expect(p.add_column, column).raises(TypeError, because=DATES)
    check_state(p, 2, [], 0)
    check_takes(rng)


@pytest.mark.soft
def test_dates_among_objects_are_no_numbers() -> None:
    p = processor()
    expect(p.add_column, np.array([1.0, np.datetime64("NaT")], dtype=object)).raises(
        TypeError, because="An array of objects may hold dates too: `has_dates`."
    )


def test_complex_numbers_are_no_floats(rng: np.random.Generator) -> None:
    check_takes(rng)
    p = processor()
    expect(p.add_column, np.array([1.0 + 2.0j])).raises(
        TypeError,
        because=("NumPy drops the imaginary part with only a warning: refuse the dtype's `kind` 'c'."),
    )
    check_takes(rng)


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
def test_columns(column: Any, values: list[float], missing: int, rng: np.random.Generator) -> None:
    p = processor(2, [9.0], total_seen=5)
    expect(p.add_column, column).returns(missing, because=NAN)
    check_state(p, 2, [9.0, *values], 5 + len(values), COUNTED)
    check_takes(rng)


def test_a_column_of_a_table_in_one_block(rng: np.random.Generator) -> None:
    table = rng.normal(size=(4, 3))
    p = processor()
    expect(p.add_column, table[:, 1]).returns(0, because=STRIDES)
    check_state(p, 2, table[:, 1].tolist(), 4, STRIDES)


def test_a_field_of_a_packed_record(rng: np.random.Generator) -> None:
    records = np.zeros(20, dtype=[("value", np.float64), ("flag", np.int32)])
    records["value"] = rng.normal(size=20)
    values = records["value"].tolist()
    p = processor()
    # A version that refuses everything must not pass. A copy is aligned.
    expect(p.add_column, records["value"].copy()).returns(0)
    check_state(p, 2, values, 20)
    try:
        p.add_column(records["value"])
    except ValueError:
        check_state(p, 2, values, 20)
    else:
        check_state(p, 2, values + values, 40, "Ask `is_aligned` before `as_array`; if not, ValueError.")


@pytest.mark.parametrize("column", [["a", "b"], [[1.0], [2.0, 3.0]]])
def test_no_numbers(column: Any, rng: np.random.Generator) -> None:
    check_takes(rng)
    p = processor()
    expect(p.add_column, column).raises(ValueError)
    check_state(p, 2, [], 0)
    check_takes(rng)


@pytest.mark.parametrize("column", [np.zeros((2, 2)), 5.0, None, {"a": 1}, object()])
def test_no_column(column: Any, rng: np.random.Generator) -> None:
    check_takes(rng)
    p = processor()
    expect(p.add_column, column).raises(TypeError)
    check_state(p, 2, [], 0)
    check_takes(rng)


def table(**columns: Any) -> dict[str, Any]:
    return {
        name: np.array(values, dtype=np.int64 if name == "start" else np.float64)
        for name, values in columns.items()
    }


def test_chunk_statistics(rng: np.random.Generator) -> None:
    p = processor(2, [1.0, 3.0, -2.0, -2.0, 9.0])
    expect(p.chunk_statistics).returns(
        table(start=[0, 2], mean=[2.0, -2.0], std=[1.0, 0.0], min=[1.0, -2.0], max=[3.0, -2.0]),
        because=POPULATION,
    )
    check_state(p, 2, [1.0, 3.0, -2.0, -2.0, 9.0], 5, "chunk_statistics takes nothing out.")
    check_statistics(rng)


def test_start_counts_from_the_first_value_ever(rng: np.random.Generator) -> None:
    gone = int(rng.integers(100, 900))
    rows = expect(processor(2, rng.normal(size=5), total_seen=gone + 5).chunk_statistics).value()
    check("chunk_statistics()['start']", rows["start"], np.array([gone, gone + 2]), START)


@pytest.mark.parametrize(("n", "chunk_size"), [(0, 3), (2, 3), (3, 2**63)])
def test_no_full_chunk(n: int, chunk_size: int, rng: np.random.Generator) -> None:
    expect(processor(chunk_size, range(n)).chunk_statistics).returns(
        table(start=[], mean=[], std=[], min=[], max=[]),
        because="Without a full chunk the columns are empty arrays, of the same types.",
    )
    check_statistics(rng)


@pytest.mark.parametrize("offset", [1e9, -1e9])
def test_a_deviation_far_from_zero(offset: float, rng: np.random.Generator) -> None:
    values = [offset + 0.1 * n for n in rng.integers(0, 101, 500).tolist()]  # No float is exactly their mean.
    rows = expect(processor(100, values).chunk_statistics).value()
    exact = np.array([statistics.pstdev(values[start : start + 100]) for start in range(0, 500, 100)])
    expect(lambda: rows["std"]).described("chunk_statistics()['std']").approximates(
        exact, rel=1e-6, because=STABLE
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


@pytest.mark.soft
def test_other_threads_run_meanwhile() -> None:
    p = processor(1000, [0.5] * 1_000_000)
    expect(p.chunk_statistics).value()
    check_that(
        lets_another_thread_in(p.chunk_statistics),
        "another thread's turns while chunk_statistics ran",
        "none",
        "at least one",
        "The work was done attached to the interpreter: wrap it in `py.detach(|| …)`.",
    )
