"""Work for a cluster: exercises 4 and 5. `client` is Dask's `Client`, or an `InProcessClient`."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np

Matrix: TypeAlias = "np.ndarray[Any, np.dtype[np.float64]]"


def count_folder(
    client: Any, folder: str | os.PathLike[str], progress: Callable[[int], object] | None = None
) -> dict[str, int]:
    """The count of each word in the files below `folder`, in lower case.

    Every worker must see the files under the same path. `progress` is called with the bytes of each part as
    it is done, so that a bar's `update` fits. What a worker or `progress` raises is raised here.
    """
    raise NotImplementedError("not yet implemented: a task for each part, a tree of merges, one result")


def mulliken_in_blocks(
    client: Any, P: Matrix, P0: Matrix, S: Matrix, orbs_per_atom: Sequence[int], blocks: int
) -> tuple[Matrix, Matrix]:
    """Mulliken's populations q and dq of each atom, the rows shared out among so many tasks.

    The same bits for any number of blocks: a row's sum is computed whole, and the rows of an atom are added
    in order.
    """
    raise NotImplementedError(
        "not yet implemented: check, a task for each block of rows, the sums of the atoms"
    )
