
def {EXERCISE}(x: int) -> int:
    """One more than `x`."""
