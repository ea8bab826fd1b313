"""NumPy arrays: described by dtype, shape, strides and bytes, and rebuilt with every figure checked.

NumPy trusts who gives it a dtype, strides and memory. So the oracle's side computes by itself, in Python's
unbounded integers, that all items lie inside the bytes. It then reaches the same items by slicing an array of
its own, or copies them one by one. No stride of the other side goes to NumPy. Item values for which NumPy has
a promise to itself (a bool is 0 or 1, a character at most U+10FFFF) are checked too.
"""

from __future__ import annotations

import ctypes
import math
import re
from typing import Any, cast

import numpy as np

from ..transport.frames import BadFrame
from .limits import LONGEST_NAME, MOST_DIMENSIONS, MOST_PARTS
from .side import NotPlainData

Array = np.ndarray[Any, Any]
DType = np.dtype[Any]

_SIZES: dict[str, frozenset[int]] = {
    "b": frozenset({1}),
    "i": frozenset({1, 2, 4, 8}),
    "u": frozenset({1, 2, 4, 8}),
    "f": frozenset({2, 4, 8}),
    "c": frozenset({8, 16}),
    "M": frozenset({8}),
    "m": frozenset({8}),
}
"""Kinds of items and their bytes. No `longdouble`: not every pattern of its bits is a number."""

_OF_ANY_SIZE = "SUV"
_MOST_ITEM_BYTES = 1 << 20
_SIMPLE = re.compile(
    r"[<>|]([biufcmMSUV])([0-9]{1,7})(\[[0-9]{0,9}(?:Y|M|W|D|h|m|s|ms|us|ns|ps|fs|as)\])?", re.ASCII
)
_LARGEST_CHARACTER = 0x10FFFF
_MOST_GATHERED_ITEM = 4096

_GATHERED_AT_A_TIME = 1 << 16
"""Items whose places are worked out together."""


class Buffer:
    """A piece of memory that arrays of one message lie in."""

    def __init__(self, low: int, high: int, writeable: bool) -> None:
        self.low, self.high, self.writeable = low, high, writeable
        self.blob: int | None = None
        self.arrays: list[Array] = []

    def holds(self, array: Array) -> bool:
        """Whether the array lies in it."""
        low, high = _bounds(array)
        return self.low <= low and high <= self.high

    def read(self) -> bytes:
        """Its present content."""
        return ctypes.string_at(self.low, self.high - self.low)

    def write(self, data: bytes) -> None:
        """Changes its content. The arrays in it are alive, as the caller's message refers to them."""
        if len(data) != self.high - self.low:
            raise BadFrame("a buffer that has changed its size")
        before = self.read()
        ctypes.memmove(self.low, data, len(data))
        try:
            for array in self.arrays:
                check_items(array)
        except BadFrame:
            ctypes.memmove(self.low, before, len(before))
            raise


def lay_out(arrays: list[Array]) -> list[Buffer]:
    """The memory of all arrays, overlapping pieces joined."""
    buffers: list[Buffer] = []
    for low, high, writeable in sorted((*_bounds(each), bool(each.flags.writeable)) for each in arrays):
        if buffers and low < buffers[-1].high:
            last = buffers[-1]
            last.high, last.writeable = max(last.high, high), last.writeable or writeable
        elif not buffers or (low, high) != (buffers[-1].low, buffers[-1].high):
            buffers.append(Buffer(low, high, writeable))
        else:
            buffers[-1].writeable = buffers[-1].writeable or writeable
    return buffers


def _bounds(array: Array) -> tuple[int, int]:
    low, high = np.lib.array_utils.byte_bounds(array)
    return (int(low), int(low)) if array.size == 0 else (int(low), int(high))


def address(array: Array) -> int:
    """The address of its first item."""
    return int(array.__array_interface__["data"][0])


def owner(array: Array) -> Any:
    """The object at the end of the chain of bases: by its address rust-numpy knows which borrows may meet."""
    found: Any = array
    while isinstance(found, np.ndarray) and found.base is not None:
        found = found.base
    return found


def describe(dtype: DType) -> Any:
    """The JSON form of a dtype; `NotPlainData` for those that `rebuilt_dtype` would refuse."""
    if dtype.subdtype is not None:
        base, shape = dtype.subdtype
        return {"base": describe(base), "shape": list(shape)}
    if dtype.names is None:
        if dtype.hasobject or _simple(dtype.str) is None:
            raise NotPlainData(f"an array of {dtype}")
        return dtype.str
    # `descr` writes padding out as nameless fields; the offsets say the same without them.
    fields: list[Any] = [dtype.fields[name] for name in dtype.names]  # type: ignore[index]
    return {
        "names": list(dtype.names),
        "formats": [describe(each[0]) for each in fields],
        "offsets": [int(each[1]) for each in fields],
        "titles": [each[2] if len(each) > 2 else None for each in fields],
        "itemsize": dtype.itemsize,
    }


def rebuilt_dtype(described: Any, depth: int = 0) -> DType:  # noqa: PLR0912  (one for each claim)
    """The dtype of a JSON form."""
    if depth > 4:
        raise BadFrame("a dtype too deep within others")
    if type(described) is str:
        made = _simple(described)
        if made is None:
            raise BadFrame("a dtype of no known kind")
        return made
    if type(described) is not dict:
        raise BadFrame("no dtype")
    if set(described) == {"base", "shape"}:
        base, shape = rebuilt_dtype(described["base"], depth + 1), _counts(described["shape"])
        if math.prod(shape) * base.itemsize > _MOST_ITEM_BYTES or 0 in shape:
            raise BadFrame("a dtype that is too large")
        whole: DType = np.dtype((base, shape))
        return whole
    if set(described) != {"names", "formats", "offsets", "titles", "itemsize"}:
        raise BadFrame("no dtype")
    names, titles = described["names"], described["titles"]
    offsets, itemsize = described["offsets"], described["itemsize"]
    if type(names) is not list or not 0 < len(names) <= MOST_PARTS or type(described["formats"]) is not list:
        raise BadFrame("a dtype without fields")
    if type(titles) is not list or len(titles) != len(names):
        raise BadFrame("a dtype with other titles than fields")
    called = names + [title for title in titles if title is not None]
    if not all(type(name) is str and 0 < len(name) <= LONGEST_NAME for name in called):
        raise BadFrame("a field without a name")
    if len(set(called)) != len(called):
        raise BadFrame("two fields with one name")
    if type(itemsize) is not int or not 0 < itemsize <= _MOST_ITEM_BYTES:
        raise BadFrame("a dtype of no size")
    formats = [rebuilt_dtype(each, depth + 1) for each in described["formats"]]
    if not len(names) == len(formats) == len(_counts(offsets, MOST_PARTS)):
        raise BadFrame("a dtype whose parts do not belong together")
    if any(start + each.itemsize > itemsize for start, each in zip(offsets, formats, strict=True)):
        raise BadFrame("a field outside its record")
    whole_form = {
        "names": names,
        "formats": formats,
        "offsets": offsets,
        "titles": titles,
        "itemsize": itemsize,
    }
    fields: DType = np.dtype(cast(Any, whole_form))
    return fields


def _simple(text: str) -> DType | None:
    """A dtype without parts, if it is one that may travel."""
    found = _SIMPLE.fullmatch(text)
    if found is None:
        return None
    kind, size, unit = found[1], int(found[2]), found[3]
    if unit is not None and kind not in "mM":
        return None
    itemsize = 4 * size if kind == "U" else size
    allowed = 0 < itemsize <= _MOST_ITEM_BYTES if kind in _OF_ANY_SIZE else size in _SIZES[kind]
    if not allowed:
        return None
    try:
        made: DType = np.dtype(text)
    except (TypeError, ValueError):
        return None
    return made if made.itemsize == itemsize and not made.hasobject else None


def _counts(values: Any, most: int = MOST_DIMENSIONS) -> tuple[int, ...]:
    """A list of integers from 0 on."""
    if type(values) is not list or len(values) > most:
        raise BadFrame("no list of counts")
    if not all(type(value) is int and 0 <= value < 1 << 62 for value in values):
        raise BadFrame("a count that is none")
    return tuple(values)


def counted_shape(values: Any) -> tuple[int, ...]:
    """The shape that a JSON form gives."""
    return _counts(values)


def check_items(array: Array) -> None:
    """Refuses items that NumPy takes for impossible: it counts on them when it sizes memory."""
    dtype = array.dtype
    if dtype.names is not None:
        for name in dtype.names:
            check_items(array[name])
    elif array.size == 0:
        return
    elif dtype.kind == "b":
        if _as_numbers(array, np.dtype("u1")).max() > 1:
            raise BadFrame("a bool that is neither 0 nor 1")
    elif dtype.kind == "U":
        characters = np.dtype("u4").newbyteorder(dtype.byteorder)
        if _as_numbers(array, characters).max() > _LARGEST_CHARACTER:
            raise BadFrame("a character that does not exist")


def _as_numbers(array: Array, numbers: DType) -> Array:
    # A copy: a view of another item size needs a contiguous last axis.
    return np.ascontiguousarray(array).reshape(-1).view(numbers)


def aligned_copy(data: bytes, align: Any) -> Array:
    """A copy of the bytes, at an address that is as aligned as it was over there, no more and no less.

    As much again lies behind it: a row of zeros, so that the last row of a slice may be incomplete.
    """
    if type(align) is not int or not 0 <= align < 64:
        raise BadFrame("an alignment that is none")
    room = np.zeros(2 * len(data) + 128, dtype=np.uint8)
    start = (align - address(room)) % 64
    room[start : start + len(data)] = np.frombuffer(data, dtype=np.uint8)
    return room[start : start + 2 * len(data)]


class Layout:
    """The places of an array's items in a piece of memory: checked figures."""

    def __init__(self, form: dict[str, Any], dtype: DType, available: int, most: int) -> None:
        self.dtype, self.shape = dtype, _counts(form["shape"])
        strides, offset = form["strides"], form["offset"]
        if type(strides) is not list or len(strides) != len(self.shape):
            raise BadFrame("strides that do not fit the shape")
        if not all(type(stride) is int and abs(stride) < 1 << 62 for stride in strides):
            raise BadFrame("a stride that is none")
        if type(offset) is not int or not 0 <= offset <= available:
            raise BadFrame("an array that begins outside its bytes")
        self.strides, self.offset = tuple(strides), offset
        self.size = math.prod(self.shape)
        if max(1, self.size) * dtype.itemsize > most:
            raise BadFrame("an array that is too large")
        if self.size == 0:
            return
        reach = [(count - 1) * stride for count, stride in zip(self.shape, self.strides, strict=True)]
        self.low = offset + sum(each for each in reach if each < 0)
        high = offset + sum(each for each in reach if each > 0) + dtype.itemsize
        if self.low < 0 or high > available:
            raise BadFrame("an array that reaches outside its bytes")

    def exactly(self, room: Array) -> Array:
        """With the very strides. For bytes that come from the oracle."""
        if self.size == 0:
            return np.ndarray(self.shape, self.dtype, buffer=room[:0].copy() if not len(room) else room)
        return np.ndarray(self.shape, self.dtype, buffer=room, offset=self.offset, strides=self.strides)

    def by_slicing(self, room: Array) -> Array:
        """The same items by slices of an array of our own, or as a copy where there is no such slice."""
        if self.size == 0:
            return np.empty(self.shape, self.dtype)
        axes = [axis for axis, count in enumerate(self.shape) if count > 1 and self.strides[axis] != 0]
        axes.sort(key=lambda axis: (-abs(self.strides[axis]), -self.shape[axis]))
        sliced = self._sliced(room, axes)
        if sliced is None:
            return self._gathered(room)
        order = [axes.index(axis) for axis in sorted(axes)]
        places = tuple(slice(None) if axis in axes else np.newaxis for axis in range(len(self.shape)))
        view = sliced.transpose(order)[(..., *places)]  # With the dots NumPy makes no scalar of it.
        return view if view.shape == self.shape else np.broadcast_to(view, self.shape)

    def _sliced(self, room: Array, axes: list[int]) -> Array | None:
        item = self.dtype.itemsize
        counts = [self.shape[axis] for axis in axes]
        widths = [abs(self.strides[axis]) for axis in axes]
        if not axes:
            return room[self.low : self.low + item].view(self.dtype).reshape(())
        if widths[-1] % item != 0:
            return None
        step = widths[-1] // item
        needed = (counts[-1] - 1) * step + 1
        if len(axes) == 1:
            base = room[self.low : self.low + needed * item].view(self.dtype)
        else:
            units = [*widths[1:-1], item]
            if any(outer % unit for outer, unit in zip(widths, units, strict=False)):
                return None
            inner = [outer // unit for outer, unit in zip(widths, units, strict=False)]
            if any(have < want for have, want in zip(inner, [*counts[1:-1], needed], strict=True)):
                return None
            end = self.low + counts[0] * widths[0]
            if end > len(room):
                return None
            base = room[self.low : end].view(self.dtype).reshape([counts[0], *inner])
        steps = [*[1] * (len(axes) - 1), step]
        slices = [slice(0, (count - 1) * each + 1, each) for count, each in zip(counts, steps, strict=True)]
        backwards = [slice(None, None, -1 if self.strides[axis] < 0 else 1) for axis in axes]
        view: Array = base[tuple(slices)][tuple(backwards)]
        return view

    def _gathered(self, room: Array) -> Array:
        item = self.dtype.itemsize
        if item > _MOST_GATHERED_ITEM:
            raise BadFrame("large items that overlap")
        count = math.prod(self.shape)
        made = np.empty((count, item), dtype=np.uint8)
        # A part at a time: the place of an item takes eight bytes, however small the item is.
        for start in range(0, count, _GATHERED_AT_A_TIME):
            numbers = np.arange(start, min(start + _GATHERED_AT_A_TIME, count), dtype=np.int64)
            places = np.full(numbers.shape, self.offset, dtype=np.int64)
            for length, stride in zip(reversed(self.shape), reversed(self.strides), strict=True):
                numbers, along = np.divmod(numbers, length)
                if length > 1:  # The stride of an axis with one item may be anything.
                    places += along * stride
            for byte in range(item):
                made[start : start + len(places), byte] = room[places + byte]
        copied: Array = made.reshape(-1).view(self.dtype).reshape(self.shape)
        return copied
