"""A Rust struct as a Python class: the figures of module 05's lesson."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

import numpy as np
from coursekit.bench import Case, Goal, Peer, Role, Versions, main
from coursekit.expect import close

CHUNK = 1_000


def cases(versions: Versions, scale: float) -> Iterator[Case]:
    yield from chunk_means(versions, scale)
    yield from chunk_tables(versions, scale)
    yield from streams(versions, scale)
    yield from filling(versions, scale)
    yield from calls(versions, scale)


def chunk_means(versions: Versions, scale: float) -> Iterator[Case]:
    array = np.random.default_rng(5).normal(size=size(10_000_000, scale))

    # process_chunks takes its values out. So each call is given a processor that was filled before, untimed.
    # The peers "copied in" count the filling too.
    def filled(make: Callable[[int], Any], array: Any) -> tuple[Any]:
        processor = make(CHUNK)
        processor.add_data(array)
        return (processor,)

    def empty(make: Callable[[int], Any], array: Any) -> tuple[Any, Any]:
        return make(CHUNK), array

    def means(_: Any) -> Callable[[Any], Any]:
        return lambda processor: processor.process_chunks()

    def copied_in(_: Any) -> Callable[[Any, Any], Any]:
        def fill_and_empty(processor: Any, array: Any) -> Any:
            processor.add_data(array)
            return processor.process_chunks()

        return fill_and_empty

    yield Case(
        f"means of chunks of {CHUNK:,} out of {len(array):,} floats",
        args=(array,),
        items=len(array),
        bytes=array.nbytes,
        peers=[
            Peer("NumPy, reshape().mean(1)", numpy_means, back=np.ndarray.tolist, needs="numpy"),
            Peer(
                "NumPy, of a copy",
                lambda array: numpy_means(array.copy()),
                back=np.ndarray.tolist,
                needs="numpy",
            ),
            Peer(
                "pandas, groupby().mean()",
                pandas_means,
                into=pandas_series,
                back=pandas_list,
                needs="pandas",
            ),
            Peer(
                "Polars, reshape().arr.mean()",
                polars_means,
                into=polars_series,
                back=polars_list,
                needs="polars",
            ),
            versions.textbook("DataProcessor", using=means, fresh=filled),
            versions.yours("DataProcessor", using=means, fresh=filled),
            versions.solution("DataProcessor", using=means, fresh=filled),
            versions.yours("DataProcessor", name="yours, copied in", using=copied_in, fresh=empty),
            versions.solution("DataProcessor", name="solution, copied in", using=copied_in, fresh=empty),
            *versions.memory_limits(array.nbytes),
        ],
        goals=[Goal("NumPy, reshape().mean(1)", 2.0)],
        same=alike,
    )


def numpy_means(array: Any) -> Any:
    return array.reshape(-1, CHUNK).mean(1)


def pandas_series(array: Any) -> tuple[Any, Any]:
    pd: Any = import_module("pandas")
    return pd.Series(array, copy=False), np.arange(len(array)) // CHUNK


def pandas_means(series: Any, chunk: Any) -> Any:
    return series.groupby(chunk, sort=False).mean()


def pandas_list(means: Any) -> Any:
    return means.to_list()


def polars_series(array: Any) -> tuple[Any]:
    pl: Any = import_module("polars")
    return (pl.Series(array),)


def polars_means(series: Any) -> Any:
    return series.reshape((-1, CHUNK)).arr.mean()


def polars_list(means: Any) -> Any:
    return means.to_list()


def chunk_tables(versions: Versions, scale: float) -> Iterator[Case]:
    array = np.random.default_rng(6).normal(size=size(10_000_000, scale))

    def in_numpy(array: Any) -> dict[str, Any]:
        chunks = array.reshape(-1, CHUNK)
        mean = chunks.mean(1, keepdims=True)
        return {
            "start": np.arange(0, len(array), CHUNK),
            "mean": mean[:, 0],
            "std": chunks.std(1, mean=mean),  # Which would take the means once more.
            "min": chunks.min(1),
            "max": chunks.max(1),
        }

    def table(make: Callable[[Any, int], Any]) -> Callable[[Any], Any]:
        processor = make(array, CHUNK)
        return lambda array: processor.chunk_statistics()

    def copied_in(make: Callable[[Any, int], Any]) -> Callable[[Any], Any]:
        return lambda array: make(array, CHUNK).chunk_statistics()

    yield Case(
        f"mean, std, min, max of chunks of {CHUNK:,} out of {len(array):,} floats",
        args=(array,),
        items=len(array),
        bytes=array.nbytes,
        peers=[
            Peer("NumPy, four calls", in_numpy, needs="numpy"),
            versions.yours("DataProcessor.from_numpy", using=table),
            versions.solution("DataProcessor.from_numpy", using=table),
            versions.yours("DataProcessor.from_numpy", name="yours, copied in", using=copied_in),
            versions.solution("DataProcessor.from_numpy", name="solution, copied in", using=copied_in),
            *versions.memory_limits(array.nbytes),
        ],
        same=alike,
    )


def streams(versions: Versions, scale: float) -> Iterator[Case]:
    """A stream in blocks that are no multiple of the chunk size: what is left over has to wait."""
    array = np.random.default_rng(7).normal(size=size(10_000_000, scale))
    blocks = np.array_split(array, max(1, len(array) // 65_536))

    def in_python(blocks: list[Any]) -> list[float]:
        rest: list[float] = []
        means = []
        for block in blocks:
            rest.extend(block.tolist())
            full = len(rest) - len(rest) % CHUNK
            means += [statistics.fmean(rest[i : i + CHUNK]) for i in range(0, full, CHUNK)]
            del rest[:full]
        return means

    def in_numpy(blocks: list[Any]) -> list[float]:
        rest = np.empty(0)
        means = []
        for block in blocks:
            values = np.concatenate([rest, block])
            full = len(values) - len(values) % CHUNK
            means += values[:full].reshape(-1, CHUNK).mean(1).tolist()
            rest = values[full:]
        return means

    def in_rust(make: Callable[[int], Any]) -> Callable[[list[Any]], list[float]]:
        make(CHUNK)  # Shows here if it is not written yet.

        def stream(blocks: list[Any]) -> list[float]:
            processor, means = make(CHUNK), []
            for block in blocks:
                processor.add_data(block)
                means += processor.process_chunks()
            return means

        return stream

    yield Case(
        f"means of chunks of a stream: {len(array):,} floats in {len(blocks):,} blocks",
        args=(blocks,),
        items=len(array),
        bytes=array.nbytes,
        peers=[
            Peer("NumPy, concatenate and reshape", in_numpy, needs="numpy"),
            Peer("Python, lists and fmean", in_python, role=Role.PYTHON),
            versions.yours("DataProcessor", using=in_rust),
            versions.solution("DataProcessor", using=in_rust),
        ],
        same=alike,
    )


def filling(versions: Versions, scale: float) -> Iterator[Case]:
    """The same million floats, as an array and as a list."""
    array = np.random.default_rng(8).normal(size=size(1_000_000, scale))

    def fill(make: Callable[[int], Any]) -> Callable[[Any], Any]:
        processor = make(CHUNK)

        def filled(values: Any) -> Any:
            processor.clear()
            processor.add_data(values)
            return processor

        return filled

    def means_of_what_was_taken(fill: Callable[[Any], Any], values: Any) -> list[float]:
        taken = fill(values)
        means: list[float] = (
            numpy_means(taken).tolist() if isinstance(taken, np.ndarray) else taken.process_chunks()
        )
        return means

    for what, values in (("an array", array), ("a list", array.tolist())):
        yield Case(
            f"add_data of {what} of {len(array):,} floats",
            args=(values,),
            items=len(array),
            peers=[
                Peer("NumPy, a copy", lambda values: np.array(values, dtype=np.float64), needs="numpy"),
                versions.yours("DataProcessor", using=fill),
                versions.solution("DataProcessor", using=fill),
            ],
            outcome=means_of_what_was_taken,
            same=alike,
        )


def calls(versions: Versions, scale: float) -> Iterator[Case]:
    """The cost that is left when there is nothing to do: one call of a method."""
    turns = range(size(100_000, scale))

    class InPython:
        __slots__ = ("values",)

        def __init__(self) -> None:
            self.values = [1.0, 2.0, 3.0]

        def __len__(self) -> int:
            return len(self.values)

    def asked(make: Callable[[int], Any]) -> Callable[[range], int]:
        processor = make(CHUNK)
        processor.add_data([1.0, 2.0, 3.0])
        return lambda turns: sum(len(processor) for _ in turns)

    in_python = InPython()
    yield Case(
        f"len(processor), {len(turns):,} times",
        args=(turns,),
        items=len(turns),
        peers=[
            Peer(
                "Python class with slots", lambda turns: sum(len(in_python) for _ in turns), role=Role.PYTHON
            ),
            versions.yours("DataProcessor", using=asked),
            versions.solution("DataProcessor", using=asked),
        ],
    )


def size(documented: int, scale: float) -> int:
    """A whole number of chunks."""
    return max(1, int(documented * scale) // CHUNK) * CHUNK


def alike(a: Any, b: Any) -> bool:
    return close(a, b, 1e-9, 1e-9)


if __name__ == "__main__":
    main("data_processor", cases, gigabytes=1.5)
