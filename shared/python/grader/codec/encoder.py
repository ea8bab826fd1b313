"""Values to JSON."""

from __future__ import annotations

import array
import struct
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import PurePath
from typing import Any

import numpy as np

from .arrays import Buffer, address, describe, lay_out, owner
from .exceptions import NATIVE_ATTRIBUTES, standard_name
from .limits import (
    DEEPEST,
    LONGEST_ERROR_TEXT,
    LONGEST_NAME,
    MOST_BITS,
    MOST_DECIMAL_DIGITS,
    MOST_FRACTION_BITS,
    MOST_PARTS,
)
from .side import NotPlainData, Side

_PLAIN_INT = 1 << 53
_DOUBLE = struct.Struct(">d")
_SHORTEST_PACKED = 8
_LONGEST_INLINE = 1000
"""Characters of a text that stands in the JSON itself. JSON takes twenty times its size, bytes do not."""


class Encoder:
    """Turns values into JSON; bytes go to `blobs`, arrays that share memory into one buffer."""

    def __init__(self, side: Side) -> None:
        self.side = side
        self.blobs: list[bytes] = []
        self.arrays: list[tuple[np.ndarray[Any, Any], dict[str, Any]]] = []
        self._owners: list[Any] = []

    def value(self, value: Any, depth: int = 0) -> Any:  # noqa: PLR0911  (one for each kind of value)
        """The JSON form of a value."""
        if depth > DEEPEST:
            raise NotPlainData("containers too deep within each other")
        encode = _ENCODERS.get(type(value))
        if encode is not None:
            return encode(self, value, depth)
        if type(value) is np.ndarray:
            return self._array(value, depth)
        if isinstance(value, np.generic) and type(value).__module__ == "numpy" and not value.dtype.hasobject:
            return {"n": [describe(value.dtype), self._blob(value.tobytes())]}
        foreign = self.side.foreign_name(value)
        if foreign is not None:
            return {"y": foreign}
        if isinstance(value, PurePath) and type(value).__module__.startswith("pathlib"):
            return {"P": str(value)}
        if isinstance(value, BaseException):
            return {"x": self._exception(value, depth)}
        return {"o": self.side.export(value)}

    def _blob(self, data: bytes) -> int:
        self.blobs.append(data)
        return len(self.blobs) - 1

    def _text(self, value: str, _depth: int) -> Any:
        if len(value) <= _LONGEST_INLINE and value.isascii():
            return value
        try:
            encoded = value.encode("utf-8")
        except UnicodeEncodeError:  # Lone surrogates: JSON's readers would join two of them to one character.
            return {"s": self._blob(value.encode("utf-32-le", "surrogatepass"))}
        return value if len(value) <= _LONGEST_INLINE else {"u": self._blob(encoded)}

    def _int(self, value: int, _depth: int) -> Any:
        if -_PLAIN_INT <= value <= _PLAIN_INT:
            return value
        if value.bit_length() > MOST_BITS:
            raise NotPlainData("an int of millions of bits")
        return {"i": f"{value:x}"}

    def _float(self, value: float, _depth: int) -> Any:
        return {"f": _DOUBLE.pack(value).hex()}

    def _complex(self, value: complex, depth: int) -> Any:
        return {"c": [self._float(value.real, depth)["f"], self._float(value.imag, depth)["f"]]}

    def _list(self, value: list[Any], depth: int) -> Any:
        packed = self._packed(value)
        return packed if packed is not None else {"l": self._items(value, depth)}

    def _packed(self, value: list[Any]) -> Any:
        if len(value) < _SHORTEST_PACKED:
            return None
        kinds = set(map(type, value))
        for kind, code in ((int, "q"), (float, "d")):
            if kinds == {kind}:
                try:
                    return {"L": [code, self._blob(array.array(code, value).tobytes())]}
                except OverflowError:
                    return None
        return None

    def _items(self, values: Any, depth: int) -> list[Any]:
        return [self.value(each, depth + 1) for each in values]

    def _dict(self, value: dict[Any, Any], depth: int) -> Any:
        return {"d": [[self.value(k, depth + 1), self.value(v, depth + 1)] for k, v in value.items()]}

    def _array(self, value: np.ndarray[Any, Any], depth: int) -> Any:
        if value.dtype.hasobject:
            if value.dtype.kind != "O":
                raise NotPlainData("an array with objects in its fields")
            return {"A": [list(value.shape), self._items(value.ravel().tolist(), depth)]}
        form: dict[str, Any] = {"dtype": describe(value.dtype), "shape": list(value.shape)}
        for known, form_of_known in self.arrays:
            if known is value:
                return {"a": form_of_known}  # One array on this side is one on the other.
        form["writeable"], form["number"] = bool(value.flags.writeable), len(self.arrays)
        form["owner"] = self._owner_number(value)
        self.arrays.append((value, form))
        return {"a": form}

    def _owner_number(self, value: np.ndarray[Any, Any]) -> int:
        owned_by = owner(value)
        for number, known in enumerate(self._owners):
            if known is owned_by:
                return number
        self._owners.append(owned_by)
        return len(self._owners) - 1

    def _decimal(self, value: Decimal, _depth: int) -> Any:
        text, exponent = str(value), value.as_tuple().exponent
        if len(text) > MOST_DECIMAL_DIGITS or (
            type(exponent) is int and abs(value.adjusted()) > MOST_DECIMAL_DIGITS
        ):
            raise NotPlainData("a decimal of unheard-of size")
        return {"D": text}

    def _fraction(self, value: Fraction, depth: int) -> Any:
        if max(value.numerator.bit_length(), value.denominator.bit_length()) > MOST_FRACTION_BITS:
            raise NotPlainData("a fraction of unheard-of size")
        return {"F": self._items((value.numerator, value.denominator), depth)}

    def _exception(self, error: BaseException, depth: int) -> Any:
        form: dict[str, Any] = {"class": self._class_of(error)}
        args = error.args if isinstance(error.args, tuple) else ()
        form["args"] = [self._or_text(each, depth) for each in args[:MOST_PARTS]]
        form["attributes"] = {
            name: self._or_text(value, depth)
            for name, value in _attributes(error, everything=self.side.trusts_other).items()
        }
        form["notes"], form["text"] = [], ""
        if not self.side.trusts_other:
            return form  # The text and the causes of the oracle's own exceptions stay in the oracle.
        form["text"] = _text_of(error)
        if type(form["class"]) is not str:
            form["handle"] = self.side.exception_handle(error)
        notes = getattr(error, "__notes__", None)
        if isinstance(notes, list):
            form["notes"] = [_fit(str(note)) for note in notes[:MOST_PARTS]]
        cause = error.__cause__
        if cause is not None and depth < 4:
            form["cause"] = self._exception(cause, depth + 1)
        return form

    def exception(self, error: BaseException) -> Any:
        """The JSON form of an exception, whichever side it is from."""
        return self._exception(error, 0)

    def _class_of(self, error: BaseException) -> Any:
        kind = type(error)
        standard = standard_name(kind)
        if standard is not None:
            return standard
        foreign = self.side.foreign_name(kind)
        return {"o": self.side.export(kind)} if foreign is None else {"y": foreign}

    def _or_text(self, value: Any, depth: int) -> Any:
        """An exception may carry anything; a value that cannot travel does so as text."""
        blobs, arrays = len(self.blobs), len(self.arrays)
        try:
            return self.value(value, depth + 1)
        except NotPlainData:
            del self.blobs[blobs:], self.arrays[arrays:]
            return f"<{type(value).__name__}>"

    def finish(self, keep: Callable[[list[Buffer]], None] | None = None) -> None:
        """Gives the arrays their bytes: those that share memory share a buffer on the other side too."""
        buffers = lay_out([each for each, _ in self.arrays])
        for array_, form in self.arrays:
            buffer = next(each for each in buffers if each.holds(array_))
            buffer.arrays.append(array_)
            if buffer.blob is None:
                buffer.blob = self._blob(buffer.read())
            form.update(buffer=buffer.blob, align=buffer.low % 64, offset=address(array_) - buffer.low)
            form["strides"] = list(array_.strides)
        if keep is not None:
            keep(buffers)

    def changes(self, buffers: dict[int, np.ndarray[Any, Any]], before: list[bytes]) -> list[list[int]]:
        """The changed memory of a request's arrays: each piece's number there, and its number here."""
        changed = []
        for number, buffer in buffers.items():
            now = buffer.tobytes()
            if now != before[number]:
                changed.append([number, self._blob(now)])
        return changed


def _attributes(error: BaseException, everything: bool) -> dict[str, Any]:
    """The exception's content besides its arguments: its own dict, and getters of a Rust class.

    Of an exception of the oracle's, only what Python's own class needs to be made anew.
    """
    found: dict[str, Any] = {}
    for name in dir(error) if everything else NATIVE_ATTRIBUTES:
        if name.startswith("_") or name in ("args", "add_note", "with_traceback") or len(name) > LONGEST_NAME:
            continue
        try:
            value = getattr(error, name)
        except Exception:  # A getter of the submission; it is as if there were none.
            continue
        if not callable(value) and len(found) < MOST_PARTS:
            found[name] = value
    return found


def _text_of(error: BaseException) -> str:
    try:
        return _fit(str(error))
    except Exception as inner:  # Its own class decides.
        return f"<its str raised {type(inner).__name__}>"


def _fit(text: str) -> str:
    return text[: LONGEST_ERROR_TEXT // 10].encode("utf-8", "backslashreplace").decode()


_ENCODERS: dict[type[Any], Callable[[Encoder, Any, int], Any]] = {
    type(None): lambda _e, v, _d: v,
    bool: lambda _e, v, _d: v,
    int: Encoder._int,
    float: Encoder._float,
    complex: Encoder._complex,
    str: Encoder._text,
    bytes: lambda e, v, _d: {"b": e._blob(v)},
    bytearray: lambda e, v, _d: {"B": e._blob(bytes(v))},
    list: Encoder._list,
    tuple: lambda e, v, d: {"t": e._items(v, d)},
    set: lambda e, v, d: {"e": e._items(v, d)},
    frozenset: lambda e, v, d: {"z": e._items(v, d)},
    dict: Encoder._dict,
    slice: lambda e, v, d: {"S": e._items((v.start, v.stop, v.step), d)},
    range: lambda e, v, d: {"r": e._items((v.start, v.stop, v.step), d)},
    Decimal: Encoder._decimal,
    Fraction: Encoder._fraction,
    type(Ellipsis): lambda _e, _v, _d: {"k": "Ellipsis"},
    type(NotImplemented): lambda _e, _v, _d: {"k": "NotImplemented"},
}
