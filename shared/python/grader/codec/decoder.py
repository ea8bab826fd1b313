"""JSON to values. Everything is checked: it may come from the submission."""

from __future__ import annotations

import array
import math
import re
import struct
from collections import Counter
from collections.abc import Callable, Iterable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from ..transport.frames import BadFrame
from .arrays import Layout, aligned_copy, check_items, counted_shape, rebuilt_dtype
from .exceptions import checked_attributes
from .limits import (
    DEEPEST,
    LONGEST_ERROR_TEXT,
    LONGEST_RANGE,
    MOST_BITS,
    MOST_DECIMAL_DIGITS,
    MOST_EQUAL_HASHES,
    MOST_FRACTION_BITS,
    MOST_PARTS,
    MOST_RANGE,
    MOST_REPEATED,
    MOST_REPEATS,
)
from .side import NotPlainData, Side

_DOUBLE = struct.Struct(">d")
_HEXADECIMAL = re.compile(rf"-?[0-9a-f]{{1,{MOST_BITS // 4 + 1}}}", re.ASCII)
_SIXTEEN = re.compile(r"[0-9a-f]{16}", re.ASCII)
_DECIMAL = re.compile(
    r"-?(?:(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:E([+-]?[0-9]{1,6}))?|Infinity|s?NaN[0-9]*)", re.ASCII
)
_LONGEST_PATH = 4096
_DEEPEST_CAUSE = 5


class Decoder:
    """Makes the values of one message."""

    def __init__(self, side: Side, blobs: list[bytes]) -> None:
        self._side = side
        self._blobs = blobs
        self.buffers: dict[int, np.ndarray[Any, Any]] = {}
        """The bytes that arrays of the message lie in, by the number of the byte string."""
        self._rooms: dict[int, np.ndarray[Any, Any]] = {}
        self._owned: dict[tuple[int, int], np.ndarray[Any, Any]] = {}
        self._arrays: dict[int, np.ndarray[Any, Any]] = {}
        self._array_bytes_left = side.largest_array

    def value(self, form: Any, depth: int = 0) -> Any:
        """The value of a JSON form; `BadFrame` where it has none."""
        if depth > DEEPEST + 10:
            raise BadFrame("containers too deep within each other")
        if form is None or type(form) in (bool, int, str):
            return form
        if type(form) is not dict or len(form) != 1:
            raise BadFrame("a value of no known form")
        ((tag, content),) = form.items()
        decode = _DECODERS.get(tag)
        if decode is None:
            raise BadFrame("a value of an unknown kind")
        try:
            return decode(self, content, depth)
        except (BadFrame, NotPlainData):
            raise
        except MemoryError:
            raise BadFrame("a value that memory cannot hold") from None
        except (ValueError, TypeError, LookupError, ArithmeticError, AttributeError, RecursionError) as error:
            raise BadFrame(f"a value that does not hold together: {type(error).__name__}") from None

    def _blob(self, index: Any) -> bytes:
        if type(index) is not int or not 0 <= index < len(self._blobs):
            raise BadFrame("bytes that are not there")
        return self._blobs[index]

    def _items(self, forms: Any, depth: int) -> list[Any]:
        if type(forms) is not list:
            raise BadFrame("no list of values")
        return [self.value(each, depth + 1) for each in forms]

    def _packed(self, content: Any, _depth: int) -> list[Any]:
        code, index = _pair(content)
        if code not in ("q", "d"):
            raise BadFrame("a packed list of an unknown kind")
        return array.array(code, self._blob(index)).tolist()

    def _int(self, content: Any, _depth: int) -> int:
        if type(content) is not str or _HEXADECIMAL.fullmatch(content) is None:
            raise BadFrame("no such number")
        return int(content, 16)

    def _dict(self, content: Any, depth: int) -> dict[Any, Any]:
        if type(content) is not list:
            raise BadFrame("a dict that is none")
        pairs = [
            (self.value(key, depth + 1), self.value(value, depth + 1)) for key, value in map(_pair, content)
        ]
        _check_hashes(key for key, _ in pairs)
        return dict(pairs)

    def _set(self, content: Any, depth: int) -> list[Any]:
        items = self._items(content, depth)
        _check_hashes(items)
        return items

    def _array(self, content: Any, _depth: int) -> np.ndarray[Any, Any]:
        if type(content) is not dict:
            raise BadFrame("an array that is none")
        number, index = content["number"], content["buffer"]
        if type(number) is not int or type(content["writeable"]) is not bool:
            raise BadFrame("an array without a number")
        if number in self._arrays:
            return self._arrays[number]
        dtype, data = rebuilt_dtype(content["dtype"]), self._blob(index)
        most = self._array_bytes_left
        if not self._side.trusts_other:
            most = min(most, MOST_REPEATS * len(data) + MOST_REPEATED)
        layout = Layout(content, dtype, len(data), most)
        self._array_bytes_left -= max(1, layout.size) * dtype.itemsize
        if index not in self._rooms:
            self._rooms[index] = aligned_copy(data, content["align"])
            self.buffers[index] = self._rooms[index][: len(data)]
        if self._side.trusts_other:
            made = layout.exactly(self._memory_of(index, content["owner"]))
        else:
            made = layout.by_slicing(self._rooms[index])
        check_items(made)
        if not content["writeable"]:
            made.flags.writeable = False
        self._arrays[number] = made
        return made

    def _memory_of(self, index: int, owner: int) -> np.ndarray[Any, Any]:
        """A buffer's memory as that owner's. Arrays with one owner have a common base, others have none."""
        memory = self.buffers[index]
        if (index, owner) not in self._owned:
            is_first = all(known != index for known, _ in self._owned)
            # Each call makes a new memoryview. The chain of bases ends there: for rust-numpy, another owner.
            self._owned[index, owner] = memory if is_first else np.frombuffer(memory.data, dtype=np.uint8)
        return self._owned[index, owner]

    def _object_array(self, content: Any, depth: int) -> np.ndarray[Any, Any]:
        counts, forms = _pair(content)
        shape, values = counted_shape(counts), self._items(forms, depth)
        if math.prod(shape) != len(values):
            raise BadFrame("an array with another number of items than its shape says")
        made = np.empty(len(values), dtype=object)
        for index, value in enumerate(values):  # Not all at once: NumPy would look into what it gets.
            made[index] = value
        return made.reshape(shape)

    def _scalar(self, content: Any, _depth: int) -> Any:
        described, index = _pair(content)
        dtype, data = rebuilt_dtype(described), self._blob(index)
        if len(data) != dtype.itemsize:
            raise BadFrame("a number of another size than its kind")
        made = np.frombuffer(data, dtype=dtype, count=1)
        check_items(made)
        return made[0]

    def _exception(self, content: Any, depth: int) -> BaseException:
        return self.exception(content, depth, 0)

    def exception(self, content: Any, depth: int = 0, causes: int = 0) -> BaseException:
        """The exception of a JSON form."""
        if causes > _DEEPEST_CAUSE or type(content) is not dict:
            raise BadFrame("an exception that is none, or an endless chain of them")
        names, notes = content["attributes"], content["notes"]
        if not checked_attributes(names) or type(notes) is not list or len(notes) > MOST_PARTS:
            raise BadFrame("an exception whose parts are none")
        if not all(type(note) is str and len(note) <= LONGEST_ERROR_TEXT for note in notes):
            raise BadFrame("a note that is no text")
        kind = self._side.exception_class(content["class"])
        args = self._items(content["args"], depth)
        if len(args) > MOST_PARTS:
            raise BadFrame("an exception with too many arguments")
        attributes = {name: self.value(form, depth + 1) for name, form in names.items()}
        error = self._side.made_exception(kind, args, attributes, content)
        for note in notes:
            error.add_note(note)
        if "cause" in content:
            error.__cause__ = self.exception(content["cause"], depth + 1, causes + 1)
        return error

    def _constant(self, content: Any, _depth: int) -> Any:
        return {"Ellipsis": Ellipsis, "NotImplemented": NotImplemented}[content]


def _pair(content: Any) -> tuple[Any, Any]:
    if type(content) is not list or len(content) != 2:
        raise BadFrame("no pair")
    return content[0], content[1]


def _check_hashes(keys: Iterable[Any]) -> None:
    """Many keys with one hash make each look-up a search among them. Texts have random hashes."""
    hashes = [hash(key) for key in keys if type(key) not in (str, bytes)]
    if len(hashes) > MOST_EQUAL_HASHES and max(Counter(hashes).values()) > MOST_EQUAL_HASHES:
        raise BadFrame("keys that were made to be slow")


def _double(content: Any) -> float:
    if type(content) is not str or _SIXTEEN.fullmatch(content) is None:
        raise BadFrame("no float")
    return float(_DOUBLE.unpack(bytes.fromhex(content))[0])


def _complex(content: Any) -> complex:
    real, imaginary = _pair(content)
    return complex(_double(real), _double(imaginary))


def _decimal(content: Any) -> Decimal:
    if type(content) is not str or len(content) > MOST_DECIMAL_DIGITS:
        raise BadFrame("no decimal")
    found = _DECIMAL.fullmatch(content)
    if found is None or abs(int(found[1] or 0)) > MOST_DECIMAL_DIGITS:
        raise BadFrame("no decimal, or one of unheard-of size")
    return Decimal(content)


def _fraction(parts: list[Any]) -> Fraction:
    if len(parts) != 2 or not all(
        type(part) is int and part.bit_length() <= MOST_FRACTION_BITS for part in parts
    ):
        raise BadFrame("a fraction that is none")
    return Fraction(parts[0], parts[1])


def _range(parts: list[Any], trusted: bool) -> range:
    if len(parts) != 3 or not all(type(part) is int and abs(part) <= MOST_RANGE for part in parts):
        raise BadFrame("a range that is none")
    made = range(*parts)
    if not trusted and made[LONGEST_RANGE : LONGEST_RANGE + 1]:
        raise BadFrame("a range that is too long")
    return made


def _slice(parts: list[Any]) -> slice:
    if len(parts) != 3:
        raise BadFrame("a slice that is none")
    return slice(*parts)


def _path(content: Any) -> Path:
    if type(content) is not str or len(content) > _LONGEST_PATH or "\0" in content:
        raise BadFrame("no path")
    return Path(content)


_DECODERS: dict[str, Callable[[Decoder, Any, int], Any]] = {
    "i": Decoder._int,
    "f": lambda _d, c, _n: _double(c),
    "c": lambda _d, c, _n: _complex(c),
    "s": lambda d, c, _n: d._blob(c).decode("utf-32-le", "surrogatepass"),
    "u": lambda d, c, _n: d._blob(c).decode("utf-8"),
    "b": lambda d, c, _n: d._blob(c),
    "B": lambda d, c, _n: bytearray(d._blob(c)),
    "l": lambda d, c, n: d._items(c, n),
    "L": Decoder._packed,
    "t": lambda d, c, n: tuple(d._items(c, n)),
    "e": lambda d, c, n: set(d._set(c, n)),
    "z": lambda d, c, n: frozenset(d._set(c, n)),
    "d": Decoder._dict,
    "S": lambda d, c, n: _slice(d._items(c, n)),
    "r": lambda d, c, n: _range(d._items(c, n), d._side.trusts_other),
    "D": lambda _d, c, _n: _decimal(c),
    "F": lambda d, c, n: _fraction(d._items(c, n)),
    "P": lambda _d, c, _n: _path(c),
    "k": Decoder._constant,
    "a": Decoder._array,
    "A": Decoder._object_array,
    "n": Decoder._scalar,
    "x": Decoder._exception,
    "o": lambda d, c, _n: d._side.import_object(c),
    "y": lambda d, c, _n: d._side.exported(c),
}
