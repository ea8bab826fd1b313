"""Counts in parts that add up: in threads, in processes, on a cluster."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import ModuleType
from typing import Any, ClassVar, Self, SupportsIndex, TypeAlias, final

import numpy as np
from typing_extensions import Buffer

__all__ = [
    "InProcessClient",
    "PartialCount",
    "as_completed",
    "choose_threads",
    "count_folder",
    "count_part",
    "default_threads",
    "mulliken_in_blocks",
    "mulliken_rows",
    "result_of",
]

_Array: TypeAlias = np.ndarray[Any, np.dtype[np.float64]]

@final
class PartialCount:
    """A count of a part of the words. It never changes: `merge` gives a new one."""

    __hash__: ClassVar[None]  # type: ignore[assignment]
    def __new__(cls, counts: Mapping[str, int] | None = None) -> Self: ...
    @property
    def counts(self) -> dict[str, int]:
        """The count of each word: a new dict at each access."""

    def to_bytes(self) -> bytes:
        """This count as bytes. Equal counts give equal bytes."""

    @classmethod
    def from_bytes(cls, data: Buffer) -> PartialCount:
        """The count that `to_bytes` has written. ValueError for any other bytes."""

    def merge(self, other: PartialCount) -> PartialCount:
        """The counts of both, added up, as a new `PartialCount`."""

    def __eq__(self, value: object, /) -> bool: ...
    def __ne__(self, value: object, /) -> bool: ...

def count_part(
    path: str | os.PathLike[str],
    start: SupportsIndex,
    stop: SupportsIndex,
    threads: SupportsIndex | None = None,
) -> PartialCount:
    """The words of a UTF-8 file whose first byte lies in `start..stop`, in lower case."""

def choose_threads(environ: Mapping[str, str], processors: int) -> int:
    """The number of threads for a process, by these variables, on a machine with so many processors."""

def default_threads() -> int:
    """How many threads this process uses where nobody says a number."""

def mulliken_rows(p: _Array, p0: _Array, s: _Array) -> tuple[_Array, _Array]:
    """For each row of the three blocks: the sum of P * S, and of (P - P0) * S."""

# In Python, compiled into the extension; run at the first use.

cluster: ModuleType
in_process: ModuleType

def count_folder(
    client: Any, folder: str | os.PathLike[str], progress: Callable[[int], object] | None = None
) -> dict[str, int]:
    """The count of each word in the files below `folder`, in lower case."""

def mulliken_in_blocks(
    client: Any, P: _Array, P0: _Array, S: _Array, orbs_per_atom: Sequence[int], blocks: int
) -> tuple[_Array, _Array]:
    """Mulliken's populations q and dq of each atom, the rows shared out among so many tasks."""

class InProcessClient:
    """Runs tasks in this process, one after another, when their results are asked for."""

    tasks: int
    bytes_sent: int
    bytes_received: int
    def __init__(self, run: Callable[[Any, tuple[Any, ...]], Any] | None = None) -> None: ...
    def submit(
        self,
        function: Callable[..., Any],
        *args: Any,
        key: str | None = None,
        workers: Any = None,
        resources: Any = None,
        retries: int | None = None,
        priority: int = 0,
        fifo_timeout: Any = "100 ms",
        allow_other_workers: bool = False,
        actor: bool = False,
        pure: bool = True,
        **kwargs: Any,
    ) -> Any:
        """As Dask's: futures among the arguments stand for their results."""

    def map(self, function: Callable[..., Any], *iterables: Iterable[Any], **options: Any) -> list[Any]:
        """A task for each item."""

    def scatter(self, data: Any, **options: Any) -> Any:
        """Data that is there before the tasks are."""

    def gather(self, futures: Any, errors: str = "raise", direct: bool | None = None) -> Any:
        """The results, in the form in which the futures came."""

    def cancel(self, futures: Any, **options: Any) -> None:
        """Forgets tasks that have not run."""

    def nthreads(self) -> dict[str, int]:
        """One worker, one thread."""

    def ncores(self) -> dict[str, int]:
        """One worker, one thread."""

def as_completed(futures: Iterable[Any]) -> Iterator[Any]:
    """Each future as it is done: `distributed.as_completed`, and the same for an `InProcessClient`."""

def result_of(future: Any) -> Any:
    """The result of a future; what the worker raised is raised here, whole."""
