"""Benchmarks that are honest: the same work for every peer, results compared before anything is timed.

def cases(versions: Versions, scale: float) -> Iterator[Case]:
    numbers = list(range(int(5_000_000 * scale)))  # Inputs are made outside the timing.
    yield Case(
        "sum of a list of 5 M ints",
        args=(numbers,),
        items=len(numbers),
        peers=[Peer("Python's sum", sum), versions.yours("parallel_sum"), versions.solution("parallel_sum")],
    )

if __name__ == "__main__":
    main("parallel_sum", cases)
"""

from .cli import main
from .model import Case, Goal, Peer, Role
from .versions import Versions

__all__ = ["Case", "Goal", "Peer", "Role", "Versions", "main"]
