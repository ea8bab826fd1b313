"""Values as they travel: exact types, floats by their bits, arrays as dtype, shape and bytes.

What is no plain data goes through a `Side`: each side of the connection says how it names its own objects,
and what it makes of the other's names. The forms, in JSON:

    null true false "text" 5      themselves (integers up to 2^53)
    {"i": "-1f…"}                 a larger int, hexadecimal
    {"f": "7ff8…"}                a float by its bits
    {"l": […]} {"t": […]} …       list, tuple, set, frozenset, dict, slice, range
    {"L": ["q", 0]}               a list of ints or floats of 64 bits, in byte string 0
    {"a": […]}                    a NumPy array
    {"x": {…}}                    an exception
    {"o": …}                      an object of the side that sends
    {"y": …}                      an object of the side that receives
"""

from __future__ import annotations

import array
import contextlib
import ctypes
import math
import struct
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import PurePath
from typing import Any, Protocol, cast

import numpy as np

from .frames import BadFrame

DEEPEST = 60
"""Containers within containers. What refers to itself is no plain data."""

MOST_BITS = 4_000_000
"""Of an integer."""

_PLAIN_INT = 1 << 53
_DOUBLE = struct.Struct(">d")
_SHORTEST_PACKED = 8


class NotPlainData(TypeError):
    """A value that cannot travel. A test that needs it to is to be marked soft."""


class Side(Protocol):
    """What one side of the connection makes of objects that are no plain data."""

    largest_array: int
    """Bytes that an array of the other side may seem to have: with strides of 0, few bytes seem endless."""

    def export(self, value: Any) -> Any:
        """The JSON form of an object of this side; `NotPlainData` if it must not leave."""

    def name_of_theirs(self, value: Any) -> Any:
        """The JSON form of an object that came from the other side, or None if this one did not."""

    def import_theirs(self, form: Any) -> Any:
        """Stands for an object of the other side."""

    def own(self, form: Any) -> Any:
        """The object of this side that was exported under this name."""

    def exception_class(self, form: Any) -> type[BaseException]:
        """The class for an exception that the other side describes."""

    def made_exception(
        self, kind: type[BaseException], args: list[Any], form: dict[str, Any]
    ) -> BaseException:
        """An exception of that class, before its attributes are set."""

    def finished_exception(self, error: BaseException, form: dict[str, Any]) -> None:
        """Called when they are."""

    def exception_handle(self, error: BaseException) -> int | None:
        """The name under which the other side can ask about this exception later."""


class Encoder:
    """Turns values into JSON; bytes go to `blobs`, arrays that share memory into one buffer."""

    def __init__(self, side: Side) -> None:
        self._side = side
        self.blobs: list[bytes] = []
        self.arrays: list[tuple[np.ndarray[Any, Any], dict[str, Any]]] = []

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
            return {"n": [_describe(value.dtype), self._blob(value.tobytes())]}
        theirs = self._side.name_of_theirs(value)
        if theirs is not None:
            return {"y": theirs}
        if isinstance(value, PurePath) and type(value).__module__.startswith("pathlib"):
            return {"P": str(value)}
        if isinstance(value, BaseException):
            return {"x": self._exception(value, depth)}
        return {"o": self._side.export(value)}

    def _blob(self, data: bytes) -> int:
        self.blobs.append(data)
        return len(self.blobs) - 1

    def _text(self, value: str, _depth: int) -> Any:
        if value.isascii():
            return value
        try:
            value.encode("utf-8")
        except UnicodeEncodeError:  # Lone surrogates: JSON's readers would join two of them to one character.
            return {"s": self._blob(value.encode("utf-32-le", "surrogatepass"))}
        return value

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
        form: dict[str, Any] = {"dtype": _describe(value.dtype), "shape": list(value.shape)}
        for known, form_of_known in self.arrays:
            if known is value:
                return {"a": form_of_known}  # One array on this side is one on the other.
        form["writeable"], form["number"] = bool(value.flags.writeable), len(self.arrays)
        self.arrays.append((value, form))
        return {"a": form}

    def _exception(self, error: BaseException, depth: int) -> Any:
        form: dict[str, Any] = {"class": self._class_of(error)}
        if type(form["class"]) is not str:
            form["handle"], form["text"] = self._side.exception_handle(error), _text_of(error)
        form["args"] = [self._or_text(each, depth) for each in _plainly(error, "args", ())]
        form["attributes"] = {
            name: self._or_text(value, depth) for name, value in _attributes(error).items() if len(name) < 100
        }
        notes = getattr(error, "__notes__", None)
        form["notes"] = [str(note) for note in notes] if isinstance(notes, list) else []
        cause = error.__cause__
        if cause is not None and depth < 4:
            form["cause"] = self._exception(cause, depth + 1)
        return form

    def _class_of(self, error: BaseException) -> Any:
        kind = type(error)
        if builtin_exception(kind.__name__) is kind:
            return kind.__name__
        theirs = self._side.name_of_theirs(kind)
        return {"o": self._side.export(kind)} if theirs is None else {"y": theirs}

    def _or_text(self, value: Any, depth: int) -> Any:
        """An exception may carry anything; what cannot travel does so as text."""
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
            if buffer.blob is None:
                buffer.blob = self._blob(buffer.read())
            form.update(buffer=buffer.blob, align=buffer.low % 64, offset=_address(array_) - buffer.low)
            form["strides"] = list(array_.strides)
        if keep is not None:
            keep(buffers)


class Buffer:
    """A piece of memory that arrays of one message lie in."""

    def __init__(self, low: int, high: int, writeable: bool) -> None:
        self.low, self.high, self.writeable = low, high, writeable
        self.blob: int | None = None

    def holds(self, array_: np.ndarray[Any, Any]) -> bool:
        """Whether the array lies in it."""
        low, high = _bounds(array_)
        return self.low <= low and high <= self.high

    def read(self) -> bytes:
        """What it holds now."""
        return ctypes.string_at(self.low, self.high - self.low)

    def write(self, data: bytes) -> None:
        """Changes what it holds. The arrays in it are alive, as the caller's message refers to them."""
        if len(data) != self.high - self.low:
            raise BadFrame("a buffer that has changed its size")
        ctypes.memmove(self.low, data, len(data))


def lay_out(arrays: list[np.ndarray[Any, Any]]) -> list[Buffer]:
    """The memory of all arrays, overlapping pieces joined."""
    buffers: list[Buffer] = []
    for low, high, writeable in sorted((*_bounds(each), bool(each.flags.writeable)) for each in arrays):
        if buffers and low < buffers[-1].high:
            last = buffers[-1]
            last.high, last.writeable = max(last.high, high), last.writeable or writeable
        elif not buffers or (low, high) != (buffers[-1].low, buffers[-1].high):
            buffers.append(Buffer(low, high, writeable))
    return buffers


def _bounds(array_: np.ndarray[Any, Any]) -> tuple[int, int]:
    low, high = np.lib.array_utils.byte_bounds(array_)
    return (low, low) if array_.size == 0 else (int(low), int(high))


def _address(array_: np.ndarray[Any, Any]) -> int:
    return int(array_.__array_interface__["data"][0])


def _describe(dtype: np.dtype[Any]) -> Any:
    if dtype.subdtype is not None:
        base, shape = dtype.subdtype
        return {"base": _describe(base), "shape": list(shape)}
    if dtype.names is None:
        return dtype.str
    # `descr` writes padding out as nameless fields; the offsets say the same without them.
    fields: list[Any] = [dtype.fields[name] for name in dtype.names]  # type: ignore[index]
    return {
        "names": list(dtype.names),
        "formats": [_describe(each[0]) for each in fields],
        "offsets": [int(each[1]) for each in fields],
        "titles": [each[2] if len(each) > 2 else None for each in fields],
        "itemsize": dtype.itemsize,
    }


def _attributes(error: BaseException) -> dict[str, Any]:
    """What the exception carries besides its arguments: its own dict, and getters of a Rust class."""
    found: dict[str, Any] = {}
    for name in dir(error):
        if name.startswith("_") or name in ("args", "add_note", "with_traceback"):
            continue
        try:
            value = getattr(error, name)
        except Exception:  # A getter of the submission; it is as if there were none.
            continue
        if not callable(value):
            found[name] = value
    return found


def _text_of(error: BaseException) -> str:
    try:
        return str(error).encode("utf-8", "backslashreplace").decode()
    except Exception as inner:  # Its own class decides.
        return f"<its str raised {type(inner).__name__}>"


def _plainly(value: Any, name: str, default: Any) -> Any:
    found = getattr(value, name, default)
    return found if isinstance(found, tuple) else default


def builtin_exception(name: str) -> type[BaseException] | None:
    import builtins

    found = getattr(builtins, name, None)
    return found if isinstance(found, type) and issubclass(found, BaseException) else None


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
    Decimal: lambda _e, v, _d: {"D": str(v)},
    Fraction: lambda e, v, d: {"F": e._items((v.numerator, v.denominator), d)},
    type(Ellipsis): lambda _e, _v, _d: {"k": "Ellipsis"},
    type(NotImplemented): lambda _e, _v, _d: {"k": "NotImplemented"},
}


class Decoder:
    """Makes values of JSON. Everything in it is checked: it may come from the submission."""

    def __init__(self, side: Side, blobs: list[bytes]) -> None:
        self._side = side
        self._blobs = blobs
        self.buffers: dict[int, np.ndarray[Any, Any]] = {}
        self._arrays: dict[int, np.ndarray[Any, Any]] = {}

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
        except (ValueError, TypeError, KeyError, IndexError, OverflowError, ArithmeticError) as error:
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
        code, index = content
        if code not in ("q", "d"):
            raise BadFrame("a packed list of an unknown kind")
        return array.array(code, self._blob(index)).tolist()

    def _int(self, content: Any, _depth: int) -> int:
        if type(content) is not str or len(content) > MOST_BITS // 4 + 2:
            raise BadFrame("no such number")
        return int(content, 16)

    def _dict(self, content: Any, depth: int) -> dict[Any, Any]:
        return {self.value(key, depth + 1): self.value(value, depth + 1) for key, value in content}

    def _array(self, content: Any, _depth: int) -> np.ndarray[Any, Any]:
        number = content["number"]
        if number in self._arrays:
            return self._arrays[number]
        dtype = _dtype(content["dtype"])
        if math.prod(content["shape"]) * dtype.itemsize > self._side.largest_array:
            raise BadFrame("an array that is too large")
        buffer = self._buffer(content["buffer"], content["align"])
        # NumPy checks that shape, strides and offset stay inside the buffer.
        made = np.ndarray(
            tuple(content["shape"]),
            dtype,
            buffer=buffer,
            offset=content["offset"],
            strides=tuple(content["strides"]),
        )
        if not content["writeable"]:
            made.flags.writeable = False
        self._arrays[number] = made
        return made

    def _buffer(self, index: Any, align: int) -> np.ndarray[Any, Any]:
        """The bytes, at an address that is as aligned as it was over there, no more and no less."""
        if index not in self.buffers:
            data = self._blob(index)
            room = np.empty(len(data) + 128, dtype=np.uint8)
            start = (int(align) - _address(room)) % 64
            self.buffers[index] = room[start : start + len(data)]
            self.buffers[index][:] = np.frombuffer(data, dtype=np.uint8)
        return self.buffers[index]

    def _object_array(self, content: Any, depth: int) -> np.ndarray[Any, Any]:
        shape, forms = content
        values = self._items(forms, depth)
        made = np.empty(len(values), dtype=object)
        made[:] = values
        return made.reshape(tuple(shape))

    def _scalar(self, content: Any, _depth: int) -> Any:
        described, index = content
        return np.frombuffer(self._blob(index), dtype=_dtype(described), count=1)[0]

    def _exception(self, content: Any, depth: int) -> BaseException:
        if depth > 10:
            raise BadFrame("an endless chain of exceptions")
        kind = self._side.exception_class(content["class"])
        args = self._items(content["args"], depth)
        error = self._side.made_exception(kind, args, content)
        for name, form in content["attributes"].items():
            if type(name) is str and name.isidentifier() and not name.startswith("_"):
                value = self.value(form, depth + 1)
                # An OSError whose empty attributes are set to None forgets its text.
                if value is None and getattr(error, name, 0) is None:
                    continue
                # Python's own classes have attributes that their arguments decide.
                with contextlib.suppress(AttributeError, TypeError):
                    setattr(error, name, value)
        for note in content["notes"]:
            error.add_note(str(note))
        self._side.finished_exception(error, content)
        if "cause" in content:
            error.__cause__ = self._exception(content["cause"], depth + 1)
        return error

    def _constant(self, content: Any, _depth: int) -> Any:
        return {"Ellipsis": Ellipsis, "NotImplemented": NotImplemented}[content]


def plain_exception(kind: type[BaseException], args: list[Any]) -> BaseException:
    """An exception with these arguments, whatever its class makes of them."""
    try:
        error = kind(*args)
    except Exception:
        error = kind.__new__(kind)
    error.args = tuple(args)
    return error


def _dtype(described: Any) -> np.dtype[Any]:
    if type(described) is dict and "base" in described:
        whole: np.dtype[Any] = np.dtype((_dtype(described["base"]), tuple(described["shape"])))
        return whole
    if type(described) is dict:
        described = {**described, "formats": [_dtype(each) for each in described["formats"]]}
        fields: np.dtype[Any] = np.dtype(cast(Any, described))
        return fields
    made: np.dtype[Any] = np.dtype(described)
    if type(described) is not str or made.hasobject:
        raise BadFrame("an array of objects")
    return made


def _double(content: Any) -> float:
    return float(_DOUBLE.unpack(bytes.fromhex(content))[0])


_DECODERS: dict[str, Callable[[Decoder, Any, int], Any]] = {
    "i": Decoder._int,
    "f": lambda _d, c, _n: _double(c),
    "c": lambda _d, c, _n: complex(_double(c[0]), _double(c[1])),
    "s": lambda d, c, _n: d._blob(c).decode("utf-32-le", "surrogatepass"),
    "b": lambda d, c, _n: d._blob(c),
    "B": lambda d, c, _n: bytearray(d._blob(c)),
    "l": lambda d, c, n: d._items(c, n),
    "L": Decoder._packed,
    "t": lambda d, c, n: tuple(d._items(c, n)),
    "e": lambda d, c, n: set(d._items(c, n)),
    "z": lambda d, c, n: frozenset(d._items(c, n)),
    "d": Decoder._dict,
    "S": lambda d, c, n: slice(*d._items(c, n)),
    "r": lambda d, c, n: range(*d._items(c, n)),
    "D": lambda _d, c, _n: Decimal(_text(c)),
    "F": lambda d, c, n: _fraction(*d._items(c, n)),
    "P": lambda _d, c, _n: _path(c),
    "k": Decoder._constant,
    "a": Decoder._array,
    "A": Decoder._object_array,
    "n": Decoder._scalar,
    "x": Decoder._exception,
    "o": lambda d, c, _n: d._side.import_theirs(c),
    "y": lambda d, c, _n: d._side.own(c),
}


def _text(content: Any) -> str:
    if type(content) is not str:
        raise BadFrame("no text")
    return content


def _fraction(numerator: Any, denominator: Any) -> Fraction:
    # Of a text such as "1e999999999" it would make a number of that many digits.
    if type(numerator) is not int or type(denominator) is not int:
        raise BadFrame("a fraction that is none")
    return Fraction(numerator, denominator)


def _path(content: Any) -> Any:
    from pathlib import Path

    return Path(content)
