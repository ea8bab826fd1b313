# wrong: a type that no tool can see through compiled code
# fails: test_signature
# says: people read `Sequence[int]`
from collections.abc import Sequence

from . import stats as stats

__all__ = ["__version__", "stats", "total", "units"]

__version__: str

def total(values: Sequence[float]) -> int: ...
def units() -> list[str]: ...
