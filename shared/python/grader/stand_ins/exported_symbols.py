"""The functions that an extension's file exports, read from its bytes.

Asked in the submission's process, `ctypes` could be replaced and say anything. The file cannot: a name that
is not in its table of dynamic symbols is found by no linker. Nothing is loaded, and every offset is checked.
"""

from __future__ import annotations

import struct
from pathlib import Path

LARGEST_FILE = 256 << 20
"""Bytes of an extension. Those of the course, with all debugging information, have a fifth of it."""

_MAGIC = b"\x7fELF\x02\x01"
"""64 bits, little-endian: the grader runs on such machines."""

_HEADER = struct.Struct("<40xQ10xHHH")
_SECTION = struct.Struct("<4xI16xQQI12xQ")
_SYMBOL = struct.Struct("<IBBHQQ")
_DYNAMIC_SYMBOLS = 11
_FUNCTION = 2
_UNDEFINED = 0
_LOCAL = 0
_LONGEST_NAME = 1000


def exports_function(file: Path, name: str) -> bool:
    """Whether the file exports a function of that name."""
    with file.open("rb") as opened:
        data = opened.read(LARGEST_FILE + 1)
    if len(data) > LARGEST_FILE or not data.startswith(_MAGIC):
        return False
    try:
        return name.encode("ascii") in _functions(data)
    except (struct.error, ValueError, OverflowError, StopIteration):  # A header that points outside the file.
        return False


def _functions(data: bytes) -> set[bytes]:
    offset, entry_size, count, _ = _HEADER.unpack_from(data)
    sections = [_SECTION.unpack_from(data, offset + number * entry_size) for number in range(count)]
    # One table: a file that has more is none of a linker's, and would take its time.
    start, size, link, each = next(rest for kind, *rest in sections if kind == _DYNAMIC_SYMBOLS)
    if each != _SYMBOL.size or link >= len(sections):
        raise ValueError("a table of symbols that is none")
    names, length = sections[link][1:3]
    texts, found = data[names : names + length], set()
    for place in range(start, min(start + size, len(data)) - _SYMBOL.size + 1, _SYMBOL.size):
        name, info, _, section, _, _ = _SYMBOL.unpack_from(data, place)
        if info & 15 == _FUNCTION and info >> 4 != _LOCAL and section != _UNDEFINED:
            found.add(texts[name : texts.index(b"\0", name)][:_LONGEST_NAME])
    return found
