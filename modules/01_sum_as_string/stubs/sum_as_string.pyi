"""The boundary between Rust and Python: small sums, and every way they can go wrong."""

# TODO: this file is a part of exercise 5. Names are missing, and not every line is right.

def sum_as_string(a: int, b: int) -> int:
    """The sum of two integers from 0 to 2**64 - 1, as text."""

def divide(a: float, b: float = ...) -> float:
    """The quotient a / b. ValueError where b is zero."""
