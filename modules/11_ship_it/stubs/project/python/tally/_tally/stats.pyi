# TODO: as `maturin generate-stubs` writes it.
from _typeshed import SupportsGetItem
from typing import SupportsFloat, SupportsIndex

__all__ = ["mean"]

def mean(values: SupportsGetItem[int, SupportsFloat | SupportsIndex]) -> float:
    """
    The arithmetic mean.
    """
