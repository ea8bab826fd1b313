"""The cost of a thread pool's guard, and the worth of the pool: the figures of module 11's lesson."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from coursekit.bench import Case, Peer, Role, Versions, main


def cases(versions: Versions, scale: float) -> Iterator[Case]:
    def enter(guard: Any) -> Callable[[], Any]:
        return guard().enter  # type: ignore[no-any-return]

    yield Case(
        "ask the guard",
        args=(),
        items=1,
        peers=[
            Peer("Python, a function that does nothing", lambda: None, role=Role.PYTHON),
            versions.yours("PoolGuard", using=enter),
            versions.solution("PoolGuard", using=enter),
        ],
    )
    few = list(range(10))
    many = list(range(max(10, int(1_000_000 * scale))))
    for title, numbers in (("10 numbers", few), (f"{len(many):,} numbers", many)):
        yield Case(
            f"the sum of {title}",
            args=(numbers,),
            items=len(numbers),
            peers=[
                Peer("Python's sum", sum, role=Role.PYTHON),
                Peer(
                    "NumPy, converted first",
                    lambda numbers: int(numbers.sum()),
                    into=lambda numbers: (np.array(numbers, dtype=np.int64),),
                    needs="numpy",
                ),
                versions.textbook("parallel_sum"),
                versions.yours("parallel_total"),
                versions.solution("parallel_total"),
            ],
        )


if __name__ == "__main__":
    main("ship_it", cases)
