# TODO: as `maturin generate-stubs` writes it. What does it know, what does it guess, and what is missing?
from . import stats as stats
from _typeshed import Incomplete, SupportsGetItem
from typing import SupportsIndex

def total(values: SupportsGetItem[int, SupportsIndex]) -> int:
    """
    The sum of whole numbers.
    """

def units() -> list[str]:
    """
    The names of the SI's base units.
    """

def __getattr__(name: str) -> Incomplete: ...
