# wrong: an import that stays private in a stub
# fails: test_submodule_is_exported
# says: only `import x as x` exports
from collections.abc import Sequence

from . import stats

__all__ = ["__version__", "stats", "total", "units"]

__version__: str

def total(values: Sequence[int]) -> int: ...
def units() -> list[str]: ...
