"""Collects a stream of floats and works on it chunk by chunk."""

from collections.abc import Callable, Iterable
from typing import Any, SupportsFloat, TypeAlias, final, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["ChunkIterator", "DataProcessor"]

_Floats: TypeAlias = NDArray[np.float64]

@final
class DataProcessor:
    """Collects a stream of floats and works on it chunk by chunk."""

    def __new__(cls, chunk_size: int) -> DataProcessor: ...
    def add_data(self, values: _Floats | Iterable[SupportsFloat]) -> None:
        """Add numbers at the end: a float64 array, a list, any iterable. All or none of them."""

    def clear(self) -> None:
        """Forget all values. The chunk size and `total_seen` stay."""

    def process_chunks(self) -> list[float]:
        """Take out all full chunks and return their means. What is left over stays."""

    def get_statistics(self) -> tuple[int, float, float]:
        """Number, mean and population standard deviation of the values; `(0, 0.0, 0.0)` if there are none."""

    @staticmethod
    def from_numpy(array: _Floats, chunk_size: int) -> DataProcessor:
        """A processor that begins with the values of a one-dimensional float64 array."""

    @property
    def chunk_size(self) -> int:
        """Values in a full chunk, at least 1."""

    @chunk_size.setter
    def chunk_size(self, chunk_size: int) -> None: ...
    @property
    def total_seen(self) -> int:
        """Values ever added, those that have left again included."""

    def chunks(self) -> ChunkIterator:
        """Iterate over the values in chunks: float64 arrays, a shorter one last. Nothing is taken out."""

    def index(self, value: object) -> int:
        """The first place of a value. ValueError if it is not there."""

    def count(self, value: object) -> int:
        """The number of times that a value is there."""

    def on_chunk(self, callback: Callable[[_Floats], object] | None) -> None:
        """Have `process_chunks` call `callback(chunk)` with each full chunk. None ends that."""

    def add_column(self, column: ArrayLike) -> int:
        """Add a column of a table, missing values left out; returns how many were missing."""

    def chunk_statistics(self) -> dict[str, NDArray[Any]]:
        """Start, mean, std, min and max of the full chunks, as a dict of arrays."""

    def __len__(self) -> int: ...
    @overload
    def __getitem__(self, index: int, /) -> float: ...
    @overload
    def __getitem__(self, index: slice, /) -> _Floats: ...
    def __contains__(self, value: object, /) -> bool: ...
    def __eq__(self, other: object, /) -> bool: ...
    __hash__: None  # type: ignore[assignment]
    @classmethod
    def _from_state(cls, chunk_size: int, values: _Floats, total_seen: int) -> DataProcessor: ...
    def __reduce__(self) -> tuple[Callable[..., DataProcessor], tuple[int, _Floats, int]]: ...

@final
class ChunkIterator:
    """Yields a processor's values in chunks, as float64 arrays; the last one may be shorter."""

    def __iter__(self) -> ChunkIterator: ...
    def __next__(self) -> _Floats: ...
