"""The boundary between Rust and Python: small sums, and every way they can go wrong."""

from collections.abc import Iterable

__all__ = ["__version__", "divide", "join_sums", "sum_as_string"]

__version__: str

def sum_as_string(a: int, b: int) -> str:
    """The sum of two integers from 0 to 2**64 - 1, as text. OverflowError outside that range."""

def divide(a: float, b: float) -> float:
    """The quotient a / b. ValueError where b is zero."""

def join_sums(pairs: Iterable[tuple[int, int]], /, *, sep: str = ", ") -> str:
    """The sum of each pair, as text, with sep between them."""
