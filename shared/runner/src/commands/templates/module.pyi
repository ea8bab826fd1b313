"""{PACKAGE}, as Python's `help` shows it."""

__all__ = [
    "{EXERCISE}",
]

def {EXERCISE}(x: int) -> int:
    """One more than `x`."""
