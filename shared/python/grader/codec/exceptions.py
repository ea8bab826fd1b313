"""Exceptions of the submission, rebuilt so that nothing in CPython trusts what they carry.

Some of Python's exception classes keep their attributes in C, and their `str`, `traceback` and others read
them unchecked: with a `start` far below zero, `str(UnicodeDecodeError(…))` reads memory that is not its own;
from Python 3.12 on, `traceback` imports the module that an `ImportError` names. Every such class has an entry
in `_BUILDERS` here. If the attributes hang together as they do in an exception that Python itself has
made, the result is of the very class. Otherwise it is of a subclass of the same name, which keeps the
attributes in Python and says the text that the submission's process gave.
"""

from __future__ import annotations

import builtins
import importlib
from collections.abc import Callable
from typing import Any

from ..transport.frames import BadFrame
from .limits import LARGEST_POSITION, LONGEST_ERROR_TEXT, LONGEST_NAME, MOST_PARTS

_BUILTIN: dict[str, type[BaseException]] = {
    name: kind
    for name, kind in vars(builtins).items()
    if isinstance(kind, type) and issubclass(kind, BaseException) and kind.__name__ == name
}

_OF_THE_LIBRARY = frozenset(
    [
        "asyncio.exceptions.CancelledError",
        "asyncio.exceptions.InvalidStateError",
        "decimal.DivisionByZero",
        "decimal.InvalidOperation",
        "decimal.Overflow",
        "decimal.Underflow",
        "_pickle.PickleError",
        "_pickle.PicklingError",
        "_pickle.UnpicklingError",
        "_queue.Empty",
        "queue.Full",
        "struct.error",
    ]
)
"""Classes of the standard library that travel by name: none of them has attributes of its own."""


STANDARD_NAMES = sorted([*_BUILTIN, *_OF_THE_LIBRARY])
"""The names of all classes that travel by name."""

NATIVE_ATTRIBUTES = [
    "characters_written",
    "code",
    "encoding",
    "end",
    "end_lineno",
    "end_offset",
    "errno",
    "exceptions",
    "filename",
    "filename2",
    "lineno",
    "message",
    "msg",
    "name",
    "name_from",
    "obj",
    "object",
    "offset",
    "path",
    "print_file_and_line",
    "reason",
    "start",
    "strerror",
    "text",
    "value",
    "winerror",
]
"""The attributes that Python's own classes keep in C."""


def standard_name(kind: type) -> str | None:
    """The name under which a class travels, if it is one of Python's."""
    if _BUILTIN.get(kind.__name__) is kind:
        return kind.__name__
    name = f"{kind.__module__}.{kind.__name__}"
    return name if name in _OF_THE_LIBRARY and standard_exception(name) is kind else None


def standard_exception(name: Any) -> type[BaseException] | None:
    """The class of that name, if it is one of Python's."""
    if type(name) is not str:
        return None
    if name in _OF_THE_LIBRARY:
        module, _, own = name.rpartition(".")
        found: type[BaseException] = getattr(importlib.import_module(module), own)
        return found
    return _BUILTIN.get(name)


_ENDS_THE_SESSION: dict[type[BaseException], type[BaseException]] = {
    kind: type(kind.__name__, (BaseException,), {"__module__": "builtins", "__doc__": kind.__doc__})
    for kind in (KeyboardInterrupt, SystemExit)
}


def without_consequences(kind: type[BaseException]) -> type[BaseException]:
    """Gives the class; for the two that would end pytest, a harmless one of the same name."""
    return _ENDS_THE_SESSION.get(kind, kind)


def nearest_standard(kind: type) -> type[BaseException]:
    """The first of Python's own classes that it derives from."""
    return next(base for base in kind.__mro__ if standard_name(base) is not None)


def rebuilt(
    kind: type[BaseException], args: list[Any], attributes: dict[str, Any], text: str
) -> BaseException:
    """An exception of one of Python's classes, as described in the module's docstring."""
    # The first entry that fits: `UnicodeDecodeError` stands for the classes that derive from it as well.
    for base, build in _BUILDERS:
        if issubclass(kind, base):
            made = build(kind, args, attributes)
            break
    else:
        made = kind.__new__(kind)
        made.args = tuple(args)
    if made is None:
        made = _substitute(kind)
        made.args = tuple(args)
        made.__dict__[_TEXT] = text
        made.__dict__[_KEPT] = {name: attributes[name] for name in attributes if name in NATIVE_ATTRIBUTES}
    made.__dict__.update(others(kind, attributes))
    return made


def kept_attributes(kind: type[BaseException], args: list[Any], attributes: dict[str, Any]) -> dict[str, Any]:
    """The attributes of Python's class in C that an exception of the submission's own class keeps."""
    base = nearest_standard(kind)
    if not issubclass(base, HAVE_BUILDERS):
        return {}
    made = rebuilt(base, args, attributes, "")
    return {name: getattr(made, name) for name in NATIVE_ATTRIBUTES if hasattr(made, name)}


def others(kind: type[BaseException], attributes: dict[str, Any]) -> dict[str, Any]:
    """Those attributes that an exception keeps in its own dict: its class has none of that name."""
    kept = {name: value for name, value in attributes.items() if not hasattr(kind, name)}
    if issubclass(kind, (ImportError, NameError, AttributeError)):
        kept = {name: value for name, value in kept.items() if name not in ("obj", "name_from")}
    if issubclass(kind, AssertionError) and type(kept.get("msg")) is not str:
        kept.pop("msg", None)  # pytest takes it for a text.
    return kept


def _unicode(kind: type[BaseException], args: list[Any], attributes: dict[str, Any]) -> BaseException | None:
    names: tuple[str, ...] = ("object", "start", "end", "reason")
    if kind is not UnicodeTranslateError:
        names = ("encoding", *names)
    values = [attributes.get(name) for name in names]
    *encoding, whole, start, end, reason = values
    holds = (
        type(whole) is (bytes if kind is UnicodeDecodeError else str)
        and type(start) is int
        and type(end) is int
        and 0 <= start < end <= len(whole)
        and all(type(text) is str and _is_text(text) for text in (*encoding, reason))
    )
    # Only the three classes themselves; `UnicodeError` has no attributes of its own.
    made: BaseException
    if kind is UnicodeError:
        made = kind.__new__(kind)
        made.args = tuple(args)
        return made
    if not holds or kind not in (UnicodeDecodeError, UnicodeEncodeError, UnicodeTranslateError):
        return None
    maker: Any = kind
    made = maker(*values)
    made.args = tuple(args)
    return made


def _os_error(kind: type[BaseException], args: list[Any], attributes: dict[str, Any]) -> BaseException | None:
    number, strerror = attributes.get("errno"), attributes.get("strerror")
    files = [attributes.get(name) for name in ("filename", "filename2")]
    if number is None and strerror is None and files == [None, None]:
        made = kind.__new__(kind)
        made.args = tuple(args)
        return made
    holds = (
        type(number) is int
        and abs(number) < LARGEST_POSITION
        and type(strerror) is str
        and _is_text(strerror)
        and all(
            file is None or (type(file) in (str, bytes) and len(file) < LONGEST_ERROR_TEXT) for file in files
        )
    )
    if not holds:
        return None
    made = kind.__new__(kind)
    made.args = tuple(args)
    for name, value in (
        ("errno", number),
        ("strerror", strerror),
        ("filename", files[0]),
        ("filename2", files[1]),
    ):
        if value is not None:
            setattr(made, name, value)
    return made


def _syntax_error(
    kind: type[BaseException], args: list[Any], attributes: dict[str, Any]
) -> BaseException | None:
    made = kind.__new__(kind)
    made.args = tuple(args)
    for name in ("msg", "filename", "text"):
        text = attributes.get(name)
        setattr(made, name, text if type(text) is str and _is_text(text) else None)
    # `traceback` writes as many marks as the columns say: a place outside the line is dropped.
    columns = len(made.text or "") + 2 if isinstance(made, SyntaxError) else 0
    for name, most in (
        ("lineno", LARGEST_POSITION),
        ("end_lineno", LARGEST_POSITION),
        ("offset", columns),
        ("end_offset", columns),
    ):
        place = attributes.get(name)
        setattr(made, name, place if type(place) is int and -2 < place <= most else None)
    return made


def _named(kind: type[BaseException], args: list[Any], attributes: dict[str, Any]) -> BaseException:
    """`obj` and `name_from` stay away: `traceback` would look into the one and import by the other."""
    made = kind.__new__(kind)
    made.args = tuple(args)
    allowed: dict[type[Exception], tuple[str, ...]] = {
        ImportError: ("msg", "name", "path"),
        AttributeError: ("name",),
    }
    for base, names in allowed.items():
        for name in names if issubclass(kind, base) else ():
            value = attributes.get(name)
            if type(value) is str and _is_text(value) and not _has_surrogates(value):
                setattr(made, name, value)
    return made


def _with_value(kind: type[BaseException], args: list[Any], attributes: dict[str, Any]) -> BaseException:
    """`StopIteration` and `SystemExit` keep their argument a second time."""
    made = kind.__new__(kind)
    made.args = tuple(args)
    name = "value" if issubclass(kind, StopIteration) else "code"
    fill_value(made, args[0] if len(args) == 1 else attributes.get(name))
    return made


def fill_value(error: BaseException, value: Any) -> None:
    """Fills in what `StopIteration` and `SystemExit` keep in C, which `__new__` leaves empty: the interpreter
    reads it without a look where such an exception ends a generator or the program."""
    for kind, name in ((StopIteration, "value"), (SystemExit, "code")):
        if isinstance(error, kind):
            kind.__dict__[name].__set__(error, value)  # Past a property of a subclass.


def _group(kind: type[BaseException], args: list[Any], attributes: dict[str, Any]) -> BaseException:
    message, errors = args if len(args) == 2 else (None, None)
    inner = Exception if issubclass(kind, Exception) else BaseException
    if (
        type(message) is not str
        or not isinstance(errors, (list, tuple))
        or not 0 < len(errors) <= MOST_PARTS
        or not all(isinstance(error, inner) for error in errors)
    ):
        raise BadFrame("a group that is none")
    return kind.__new__(kind, message, errors)


_Builder = Callable[[type[BaseException], list[Any], dict[str, Any]], BaseException | None]

_BUILDERS: tuple[tuple[type[BaseException], _Builder], ...] = (
    (UnicodeError, _unicode),
    (OSError, _os_error),
    (SyntaxError, _syntax_error),
    (ImportError, _named),
    (NameError, _named),
    (AttributeError, _named),
    (StopIteration, _with_value),
    (SystemExit, _with_value),
    (BaseExceptionGroup, _group),
)

HAVE_BUILDERS = tuple(base for base, _ in _BUILDERS)
"""The classes of Python's that keep attributes in C. A test compares them with what the interpreter has."""

_TEXT = "_grader_text"
_KEPT = "_grader_attributes"


def kept_in_python(name: str) -> property:
    """Stands in front of an attribute that the class keeps in C."""

    def read(self: Any) -> Any:
        return self.__dict__.get(_KEPT, {}).get(name)

    return property(read)


def _text_of_substitute(self: Any) -> str:
    return str(self.__dict__.get(_TEXT, ""))


_substitutes: dict[type[BaseException], type[BaseException]] = {}


def _substitute(kind: type[BaseException]) -> BaseException:
    """Of a subclass that keeps everything in Python; the attributes of its class in C stay empty."""
    if kind not in _substitutes:
        space: dict[str, Any] = {
            name: kept_in_python(name) for name in NATIVE_ATTRIBUTES if hasattr(kind, name)
        }
        space.update(__str__=_text_of_substitute, __module__=kind.__module__, __doc__=kind.__doc__)
        _substitutes[kind] = type(kind.__name__, (kind,), space)
    return _substitutes[kind].__new__(_substitutes[kind])


def checked_text(text: Any) -> str:
    """The text of an exception, in a form that can be shown."""
    return text[:LONGEST_ERROR_TEXT] if type(text) is str else ""


def checked_attributes(names: Any) -> bool:
    """Whether a JSON form can be the attributes of an exception."""
    return (
        type(names) is dict
        and len(names) <= MOST_PARTS
        and all(
            len(name) <= LONGEST_NAME and name.isidentifier() and not name.startswith("_") for name in names
        )
    )


def _has_surrogates(text: str) -> bool:
    """Whether UTF-8 has no bytes for it. `traceback` looks for similar names in C, by their bytes."""
    return any("\ud800" <= character <= "\udfff" for character in text)


def _is_text(text: str) -> bool:
    return len(text) <= LONGEST_ERROR_TEXT
