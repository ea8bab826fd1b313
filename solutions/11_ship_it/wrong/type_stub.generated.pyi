# wrong: as the generator leaves it: every name exists
# fails: test_nothing_is_left_open
# fails: test_version_is_declared
# says: no typo is found
# says: no generator sees it
from collections.abc import Sequence

from . import stats as stats

__all__ = ["__version__", "stats", "total", "units"]

from _typeshed import Incomplete

def __getattr__(name: str) -> Incomplete: ...

def total(values: Sequence[int]) -> int: ...
def units() -> list[str]: ...
