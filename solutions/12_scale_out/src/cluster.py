"""Work for a cluster: exercises 4 and 5. `client` is Dask's `Client`, or an `InProcessClient`."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from operator import index
from typing import Any, TypeAlias

import numpy as np
from scale_out import PartialCount, as_completed, count_part, mulliken_rows, result_of

Matrix: TypeAlias = "np.ndarray[Any, np.dtype[np.float64]]"

PART = 16 << 20
"""Bytes of a file that make one task. A task costs about a millisecond, whatever it does."""


def count_folder(
    client: Any, folder: str | os.PathLike[str], progress: Callable[[int], object] | None = None
) -> dict[str, int]:
    """The count of each word in the files below `folder`, in lower case.

    Every worker must see the files under the same path. `progress` is called with the bytes of each part as
    it is done, so that a bar's `update` fits. What a worker or `progress` raises is raised here.
    """
    parts = [
        (path, start, min(start + PART, size))
        for path, size in files_in(folder)
        for start in range(0, size, PART)
    ]
    if not parts:
        return {}
    # One thread for each task: a worker gives its other threads to other tasks. A file may change, so what
    # Dask remembers of an earlier call must not stand for this one: not `pure`.
    counted = [client.submit(count_part, *part, 1, pure=False) for part in parts]
    total = merged(client, counted)
    try:
        if progress is not None:
            size_of = {
                future.key: stop - start for future, (_, start, stop) in zip(counted, parts, strict=True)
            }
            for future in as_completed(counted):
                if future.status != "finished":
                    result_of(future)  # Raises what the worker raised.
                progress(size_of[future.key])
        counts: dict[str, int] = result_of(total).counts
        return counts
    except BaseException:
        client.cancel([*counted, total])
        raise


def files_in(folder: str | os.PathLike[str]) -> Iterator[tuple[str, int]]:
    """The path, as workers must see it, and the size of each regular file below a folder."""

    def refuse(error: OSError) -> None:
        raise error

    for place, folders, names in os.walk(os.path.abspath(folder), onerror=refuse):
        folders.sort()
        for name in sorted(names):
            path = os.path.join(place, name)
            about = os.stat(path)
            if stat.S_ISREG(about.st_mode):
                yield path, about.st_size


def merged(client: Any, counts: Sequence[Any]) -> Any:
    """The sum of all counts, added in pairs on the workers: only one count comes back to the client."""
    while len(counts) > 1:
        pairs = [counts[i : i + 2] for i in range(0, len(counts), 2)]
        counts = [
            client.submit(PartialCount.merge, *pair, pure=False) if len(pair) == 2 else pair[0]
            for pair in pairs
        ]
    return counts[0]


def mulliken_in_blocks(
    client: Any, P: Matrix, P0: Matrix, S: Matrix, orbs_per_atom: Sequence[int], blocks: int
) -> tuple[Matrix, Matrix]:
    """Mulliken's populations q and dq of each atom, the rows shared out among so many tasks.

    The same bits for any number of blocks: a row's sum is computed whole, and the rows of an atom are added
    in order.
    """
    atom_of_row = checked(P, P0, S, orbs_per_atom)
    rows = len(P)
    blocks = index(blocks)
    if blocks < 1:
        raise ValueError(f"blocks is {blocks}: it must be 1 or more")
    blocks = min(blocks, rows)
    cuts = [rows * block // blocks for block in range(blocks + 1)] if blocks else []
    # Each task gets its rows, and no more.
    tasks = [client.submit(mulliken_rows, P[a:b], P0[a:b], S[a:b], pure=False) for a, b in pairwise(cuts)]
    try:
        results = client.gather(tasks)
    except BaseException:
        client.cancel(tasks)
        raise
    q, dq = np.zeros(len(orbs_per_atom)), np.zeros(len(orbs_per_atom))
    for (start, stop), (q_rows, dq_rows) in zip(pairwise(cuts), results, strict=True):
        np.add.at(q, atom_of_row[start:stop], q_rows)
        np.add.at(dq, atom_of_row[start:stop], dq_rows)
    return q, dq


def checked(P: Matrix, P0: Matrix, S: Matrix, orbs_per_atom: Sequence[int]) -> Any:
    """The number of the atom that each row belongs to, once everything fits."""
    for name, matrix in (("P", P), ("P0", P0), ("S", S)):
        if not isinstance(matrix, np.ndarray) or matrix.dtype != np.float64:
            given = f"dtype {matrix.dtype}" if isinstance(matrix, np.ndarray) else type(matrix).__name__
            raise TypeError(f"{name} must be a float64 array, not {given}")
    if P0.shape != P.shape or S.shape != P.shape:
        raise ValueError(f"P, P0 and S must have the same shape, not {P.shape}, {P0.shape} and {S.shape}")
    if P.ndim != 2 or P.shape[0] != P.shape[1]:
        raise ValueError(f"P, P0 and S must be square, not {P.shape}")
    counts = [index(count) for count in orbs_per_atom]
    for atom, count in enumerate(counts):
        if count < 0:
            raise ValueError(f"orbs_per_atom[{atom}] is {count}: an atom cannot have fewer than 0")
    if sum(counts) != len(P):
        raise ValueError(f"orbs_per_atom adds up to {sum(counts)}, but P, P0 and S have {len(P)} rows")
    return np.repeat(np.arange(len(counts)), np.array(counts, dtype=np.intp))
