from collections.abc import Sequence

__all__ = ["mean"]

def mean(values: Sequence[float]) -> float: ...
