from collections.abc import Sequence

from . import stats as stats

__all__ = ["__version__", "stats", "total", "units"]

__version__: str

def total(values: Sequence[int]) -> int: ...
def units() -> list[str]: ...
