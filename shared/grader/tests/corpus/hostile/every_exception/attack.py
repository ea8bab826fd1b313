class Everything(TypeError, ValueError, OverflowError, KeyError, IndexError, AttributeError):
    """Of all classes at once."""


def answer(*args, **kwargs):
    raise Everything("Cannot divide by zero")
