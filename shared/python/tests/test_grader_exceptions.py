"""Exceptions of a submission: nothing of CPython's trusts what they carry, and tests can still compare it."""

from __future__ import annotations

import builtins
import importlib
import pkgutil
import subprocess
import sys
import textwrap
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from grader.codec.encoder import Encoder
from grader.codec.exceptions import HAVE_BUILDERS, NATIVE_ATTRIBUTES, standard_exception, standard_name
from grader.codec.side import Side
from grader.stand_ins.session import Session
from grader.transport.frames import Message

KIT = Path(__file__).parents[1]


class Answers:
    """A channel whose answers are given."""

    generation = 1

    def __init__(self, *results: dict[str, Any]) -> None:
        self.results = list(results)

    def ask(self, message: Message) -> Message:
        """The next one."""
        return Message(self.results.pop(0))


def raised(form: dict[str, Any]) -> Any:
    """The exception of a call that the worker answers so."""
    with pytest.raises(BaseException) as caught:  # noqa: PT011  (any at all)
        Session("m", "m.so", {}, Answers({"raised": form})).module.anything  # noqa: B018
    ends = isinstance(caught.value.__cause__, (StopIteration, StopAsyncIteration))
    return caught.value.__cause__ if ends else caught.value


def form_of(kind: str, args: list[Any] | None = None, text: str = "", **attributes: Any) -> dict[str, Any]:
    return {"class": kind, "args": args or [], "attributes": attributes, "notes": [], "text": text}


def compiled_exceptions() -> Iterator[type[BaseException]]:
    """Every exception class of Python's own, and of the modules of its library that are written in C."""
    yield from (each for each in vars(builtins).values() if _is_exception(each))
    names = {
        *sys.builtin_module_names,
        *(module.name for module in pkgutil.iter_modules() if module.name in sys.stdlib_module_names),
    }
    for name in sorted(names & sys.stdlib_module_names):
        if name in ("antigravity", "this", "idlelib", "turtledemo", "__main__") or name.startswith("_test"):
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                module = importlib.import_module(name)
            except Exception:  # Not on this platform.
                continue
        yield from (each for each in vars(module).values() if _is_exception(each))


def _is_exception(value: Any) -> bool:
    return isinstance(value, type) and issubclass(value, BaseException)


def keeps_attributes_in_c(kind: type[BaseException]) -> bool:
    """Whether the class, or one that it derives from, has more in C than any exception has."""
    return any(
        base.__basicsize__ > BaseException.__basicsize__ and base.__flags__ & (1 << 9) == 0
        for base in kind.__mro__
        if issubclass(base, BaseException)
    )


def test_every_class_that_keeps_attributes_in_c_is_known() -> None:
    found = {kind for kind in compiled_exceptions() if keeps_attributes_in_c(kind)}
    assert {UnicodeDecodeError, OSError, SyntaxError, ImportError, StopIteration} <= found
    unknown = {kind for kind in found if not issubclass(kind, HAVE_BUILDERS)}
    assert not unknown, "have `codec.exceptions` rebuild these from checked attributes"


def test_every_attribute_that_is_kept_in_c_is_known() -> None:
    general = set(dir(BaseException()))
    for kind in compiled_exceptions():
        if standard_name(kind) is None:
            continue
        own = {
            name
            for base in kind.__mro__
            for name, value in vars(base).items()
            # With an underscore in front, a name never travels.
            if type(value).__name__ in ("member_descriptor", "getset_descriptor") and not name.startswith("_")
        }
        assert own - general <= {*NATIVE_ATTRIBUTES}, kind


def test_classes_travel_by_name_only_if_they_have_no_other_attributes() -> None:
    for kind in compiled_exceptions():
        name = standard_name(kind)
        if name is not None:
            assert standard_exception(name) is kind
            own = "__str__" in vars(kind) and kind is not BaseException
            assert not own or kind is KeyError or issubclass(kind, HAVE_BUILDERS), kind


HOSTILE = """
    import builtins, contextlib, copy, itertools, pickle, sys, traceback
    import faulthandler; faulthandler.enable()
    from coursekit.show import show, show_error
    from grader.codec.exceptions import NATIVE_ATTRIBUTES, STANDARD_NAMES
    from grader.stand_ins.session import Session
    from grader.transport.frames import BadFrame, Message
    import pytest

    class Answers:
        generation = 1
        def __init__(self, form):
            self.form = form
        def ask(self, message):
            return Message({"raised": self.form}, [b"abc", bytes(4)])

    VALUES = [None, -1, 5, -(10**15), 2**31, 2**64, "x", "x" * 100_000, chr(0), chr(0xD800), {"b": 0},
              {"l": [1]}]
    seen = 0
    for name, value, args in itertools.product(STANDARD_NAMES, VALUES, range(4)):
        arguments = [[], [value], ["m", {"l": [value]}], ["utf-8", {"b": 0}, value, value, "x"]][args]
        attributes = {each: value for each in NATIVE_ATTRIBUTES}
        if args == 2:  # One lie among honest ones.
            attributes.update(encoding="utf-8", object={"b": 0}, start=0, end=1, reason="x", errno=2,
                              strerror="no", msg="m",
                              filename="f", lineno=1, offset=1, text="t")
            for each in ("start", "end_offset", "filename", "name"):
                attributes[each] = value
        base = {"handle": 9, "kind": "class", "name": "Own", "module": "m", "exception": name, "specials": [],
                "bases": [{"builtin": name}]}
        for kind in (name, {"o": base}):
            form = {"class": kind, "args": arguments, "attributes": attributes, "notes": ["n"],
                    "text": "said", "handle": 4}
            try:
                Session("m", "m.so", {}, Answers(form)).module.anything
            except BadFrame:
                continue
            except BaseException as error:
                seen += 1
                shown = [repr(error), show(error), show_error(error)]
                shown += traceback.format_exception(error)
                if value in (-1, "x"):  # It reads source files: that takes its time.
                    shown.append(str(pytest.ExceptionInfo.from_exception(error).getrepr(style="short")))
                shown += [show(getattr(error, each, None)) for each in NATIVE_ATTRIBUTES]
                with contextlib.suppress(BaseException):
                    pickle.dumps(error)
                with contextlib.suppress(BaseException):
                    str(copy.copy(error))
                assert sum(map(len, shown)) < 4_000_000, (name, value)
    print(seen, "exceptions", set(sys.modules) & {"x", "m"})
"""


def test_no_attribute_of_any_class_does_harm() -> None:
    # In a process of its own: what goes wrong here goes wrong by a signal.
    run = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", textwrap.dedent(HOSTILE)],
        cwd=KIT,
        capture_output=True,
        text=True,
        check=False,
        timeout=900,  # For a machine that does much else.
    )
    assert run.returncode == 0, run.stderr[-3000:]
    count, _, modules = run.stdout.partition(" exceptions ")
    assert int(count) > 3_000
    assert modules.strip() == "set()"


def through(error: BaseException) -> Any:
    """As the worker sends it and the oracle raises it."""

    class Sender:
        trusts_other, largest_array = True, 1 << 62

        def foreign_name(self, value: Any) -> Any:
            return None

        def export(self, value: Any) -> Any:
            raise AssertionError("a class of Python's own travels by name")

    sender: Side = Sender()  # type: ignore[assignment]
    encoder = Encoder(sender)
    form = encoder.exception(error)
    session = Session("m", "m.so", {}, Blobs({"raised": form}, encoder.blobs))
    with pytest.raises((type(error), RuntimeError)) as caught:
        session.module.anything  # noqa: B018
    return caught.value.__cause__ if isinstance(error, StopIteration) else caught.value


class Blobs:
    """A channel with one answer, byte strings and all."""

    generation = 1

    def __init__(self, body: dict[str, Any], blobs: list[bytes]) -> None:
        self.message = Message(body, blobs)

    def ask(self, message: Message) -> Message:
        """That one."""
        return self.message


@pytest.mark.parametrize(
    ("error", "attributes"),
    [
        (
            UnicodeDecodeError("utf-8", b"ab\xffc", 2, 3, "invalid start byte"),
            "encoding object start end reason",
        ),
        (
            UnicodeEncodeError("ascii", "aé", 1, 2, "ordinal not in range(128)"),
            "encoding object start end reason",
        ),
        (UnicodeTranslateError("aé", 1, 2, "no"), "object start end reason"),
        (FileNotFoundError(2, "No such file or directory", "/x"), "errno strerror filename"),
        (PermissionError(13, "Permission denied", b"/x", None, "/y"), "errno strerror filename filename2"),
        (ConnectionError("refused"), "errno strerror filename"),
        (SyntaxError("bad", ("f.py", 3, 5, "a = = b", 3, 6)), "msg filename lineno offset text end_offset"),
        (ModuleNotFoundError("No module named 'x'", name="x", path="p"), "msg name path"),
        (AttributeError("no a", name="a"), "name"),
        (StopIteration(5), "value"),
        (ExceptionGroup("two", [ValueError(1), TypeError("x")]), "message"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else "",
)
def test_an_honest_exception_is_of_its_very_class(error: BaseException, attributes: str) -> None:
    got = through(error)
    assert type(got) is type(error)
    assert (str(got), repr(got.args)) == (str(error), repr(error.args))
    for name in attributes.split():
        assert getattr(got, name) == getattr(error, name), name


def test_a_position_outside_its_object_can_be_compared() -> None:
    # As of a file that is read in pieces: the position is that in the file, the object the wrong bytes only.
    error = UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte")
    error.start, error.end = 300_000, 300_001
    got = through(error)
    assert isinstance(got, UnicodeDecodeError)
    assert type(got).__name__ == "UnicodeDecodeError"
    assert (got.start, got.end, got.object, got.encoding) == (300_000, 300_001, b"\xff", "utf-8")
    assert "invalid start byte" in str(got)


def test_a_text_that_is_far_away_is_never_read() -> None:
    error = raised(
        form_of(
            "UnicodeDecodeError",
            text="what the worker says",
            encoding="utf-8",
            object="abc",
            start=-(10**15),
            end=1 - 10**15,
            reason="x",
        )
    )
    assert str(error) == "what the worker says"
    assert error.start == -(10**15)


def test_a_module_that_an_exception_names_is_not_imported() -> None:
    error = raised(form_of("ImportError", ["no"], msg="no", name="antigravity", name_from="fly", obj=5))
    assert (error.name, getattr(error, "name_from", None)) == ("antigravity", None)
    assert "antigravity" not in sys.modules
