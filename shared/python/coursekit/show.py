"""Shows values and exceptions in a verdict: short, and whatever the exercise's own code does."""

from __future__ import annotations

import reprlib
from array import array
from collections import deque
from typing import Any

import numpy as np

NOT_WRITTEN = "not yet implemented"
"""The panic message of unwritten code."""


FUTURE_PANICKED = "rust future panicked: "
"""The text before that of a panic in a future: pyo3-async-runtimes's RustPanic."""


def is_rust_panic(error: BaseException) -> bool:
    """Whether a Rust panic crossed the boundary. Its classes cannot be imported: they are known by name."""
    return type(error).__name__ in ("PanicException", "RustPanic")


def is_not_written(error: BaseException) -> bool:
    """Whether it is the panic of unwritten Rust, or the NotImplementedError of unwritten Python."""
    raised_by_stub = is_rust_panic(error) or type(error) is NotImplementedError
    return raised_by_stub and error_text(error).removeprefix(FUTURE_PANICKED).startswith(NOT_WRITTEN)


SHORTENED = frozenset(
    {list, tuple, dict, set, frozenset, deque, array, str, bytes, bytearray, int, np.ndarray}
)
"""Classes to shorten part by part. `reprlib` goes by the class's name alone, and anybody may take the name of
one of these: walking through a stranger's parts could go on for ever."""


class _Shortener(reprlib.Repr):
    """Long values by their beginning and their size: a million numbers must not scroll the verdict away."""

    def __init__(self) -> None:
        super().__init__()
        self.maxlist = self.maxtuple = self.maxset = self.maxfrozenset = self.maxdict = self.maxdeque = 6
        self.maxstring = self.maxlong = self.maxother = 120
        self.maxlevel = 4

    def repr1(self, x: Any, level: int) -> str:
        try:
            text = super().repr1(x, level) if type(x) in SHORTENED else self.repr_instance(x, level)
        except BaseException as error:  # A `__repr__` of the exercise, perhaps still unwritten.
            return f"<{type(x).__name__} whose repr raised {type(error).__name__}>"
        if isinstance(x, (list, tuple, dict, set, frozenset)) and len(x) > self.maxlist:
            text += f" ({len(x):,} items)"
        return text

    def repr_instance(self, x: Any, level: int) -> str:
        return self._shortened(repr(x), self.maxother)

    def repr_str(self, x: str, level: int) -> str:
        text = super().repr_str(x, level)
        return f"{text} ({len(x):,} characters)" if len(x) > self.maxstring else text

    def repr_bytes(self, x: bytes, level: int) -> str:
        if len(x) <= self.maxstring:
            return self._shortened(repr(x), self.maxother)
        return f"{x[:40]!r}...{x[-20:]!r} ({len(x):,} bytes)"

    def repr_bytearray(self, x: bytearray, level: int) -> str:
        return f"bytearray({self.repr_bytes(bytes(x), level)})"

    def repr_int(self, x: int, level: int) -> str:
        if x.bit_length() > 8_000:  # Python refuses to write out more than 4300 digits.
            return f"<int of {x.bit_length():,} bits>"
        return super().repr_int(x, level)

    def repr_ndarray(self, x: Any, level: int) -> str:
        if 0 < x.size <= 12:
            values = np.array2string(x, separator=", ", threshold=12, max_line_width=10_000).replace("\n", "")
            return f"array({values}, dtype={x.dtype})"
        return f"<array of shape {x.shape}, dtype {x.dtype}>"

    @staticmethod
    def _shortened(text: str, most: int) -> str:
        if len(text) <= most:
            return text
        return f"{text[: most - 30]}...{text[-27:]}"


_shorten = _Shortener()


def show(value: Any) -> str:
    """A value as the verdict shows it."""
    return printable(_shorten.repr(value))


def error_text(error: BaseException) -> str:
    """An exception's text, its notes on lines of their own: PyO3 names the argument at fault in a note."""
    try:
        text = str(error)
    except KeyboardInterrupt:
        raise
    except BaseException as inner:
        text = f"<its str raised {type(inner).__name__}>"
    notes = getattr(error, "__notes__", None)
    lines = [text, *map(str, notes)] if isinstance(notes, (list, tuple)) else [text]
    return "\n".join(line for line in lines if line)


def show_error(error: BaseException) -> str:
    """An exception as the verdict shows it."""
    text = printable(error_text(error))
    if is_rust_panic(error):
        return f"a Rust panic: {text}"
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def printable(text: str) -> str:
    """The text with lone surrogates, which no UTF-8 stream takes, written as escapes."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
