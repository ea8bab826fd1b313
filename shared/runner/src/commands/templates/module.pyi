"""What Python's `help({PACKAGE})` says."""

__all__ = [
    "{EXERCISE}",
]

def {EXERCISE}(x: int) -> int:
    """One more than `x`."""
