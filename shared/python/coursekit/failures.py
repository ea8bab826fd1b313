"""The failed checks of a test, wherever they failed, and its code that broke off before its checks.

The exercise's own code may swallow an exception: that of a callback, of a generator, of an `__eq__`. A thread
swallows its exceptions anyway. So a failed check is also written down here, and the test that it belongs to
has failed. See `plugin`. If other code of a test breaks off, the checks after it are never made, so that
fails the test as well. Only if the exception comes back to the test, the test itself decides.

Benchmarks import this too, in environments that have no pytest.
"""

from __future__ import annotations

import dis
import os
import sys
import sysconfig
import threading
from collections.abc import Iterator
from concurrent import futures
from pathlib import Path
from traceback import walk_tb
from types import FrameType, ModuleType
from typing import Any

KIT = os.path.dirname(__file__)

_own_folders: set[str] = set()
"""The folders of test files, wherever they lie: in one that is called `site-packages`, for instance."""

_recorded: list[BaseException] = []
_lock = threading.Lock()


def record(error: BaseException) -> None:
    """Writes a failure down."""
    with _lock:
        _recorded.append(error)


class BrokeOff(AssertionError):
    """Code of the test did not come to its end, so its checks may not have been made."""

    def __init__(self, error: BaseException) -> None:
        self.error = error
        named = type(error).__name__
        super().__init__(
            f"code of the test that the exercise or a thread ran broke off with {named}: {error}"
        )


def add_test_file(file: str | None) -> None:
    """From now on, code in the folder of this file is a test's own."""
    if file is not None:
        _own_folders.add(os.path.dirname(file))


def record_if_broken_off(error: BaseException | None, is_of_the_kit: bool = False) -> None:
    """Writes down that a test's own code broke off, unless a `raise` in it made the exception.

    `is_of_the_kit`: an object of the kit counts as the test's own, because a test has handed it over.
    """
    if error is None or was_raised_on_purpose(error):
        return
    if _is_of_a_test(error) or (is_of_the_kit and _has_gone_through_the_kit(error)):
        record(BrokeOff(error))


def how_many() -> int:
    """The number of failures that this test has so far."""
    return len(_recorded)


def forget(error: BaseException, since: int = 0) -> None:
    """Takes back that code broke off, because its exception has come back to the test.

    `since`: the number of failures at the beginning of the call that raises the exception.
    """
    seen = {id(part) for part in parts(error)}
    with _lock:
        later = _recorded[since:]
        _recorded[since:] = [
            each for each in later if not (isinstance(each, BrokeOff) and id(each.error) in seen)
        ]


def was_raised_on_purpose(error: BaseException) -> bool:
    """Whether a `raise` in a test's own file has raised it.

    A bare `raise` does not count, because it only hands an exception on. The `raise` may stand in any frame,
    because an exception that was raised before keeps the frames of that time.
    """
    trace = error.__traceback__
    while trace is not None:
        if _is_tests_own(trace.tb_frame) or _is_of_the_kit(trace.tb_frame):
            code, at = trace.tb_frame.f_code.co_code, trace.tb_lasti
            if dis.opname[code[at]] == "RAISE_VARARGS" and code[at + 1] > 0:
                return True
        trace = trace.tb_next
    return False


def _is_of_a_test(error: BaseException) -> bool:
    """Whether it has gone through code of a test."""
    return any(_is_tests_own(frame) for frame, _ in walk_tb(error.__traceback__))


def _has_gone_through_the_kit(error: BaseException) -> bool:
    return any(_is_of_the_kit(frame) for frame, _ in walk_tb(error.__traceback__))


def _is_tests_own(frame: FrameType) -> bool:
    """Whether a frame is one of a test, rather than of Python, the kit or an installed package."""
    return not frame.f_code.co_filename.startswith("<frozen ") and are_tests_own(frame.f_globals)


def are_tests_own(names: dict[str, Any]) -> bool:
    """Whether code with these global names is a test's own: whatever nobody has installed.

    The file decides. Names of modules say nothing, because pytest makes them from the folder of the tests,
    which may be called `code` or `numpy`. A text that a test runs has neither a file nor a spec; a file that
    is compiled into the exercise's extension has a spec, or a name that is no path.
    """
    file = names.get("__file__")
    if not isinstance(file, str):
        return names.get("__spec__") is None
    return os.path.dirname(file) in _own_folders or (os.path.isabs(file) and not _is_installed(file))


def is_tests_own_module(module: ModuleType) -> bool:
    """The same for a module. One without a file is built into Python."""
    return isinstance(getattr(module, "__file__", None), str) and are_tests_own(vars(module))


def _is_installed(file: str) -> bool:
    """Whether a file belongs to Python, to a package, to the kit or to the grader."""
    folders = [
        *_OF_PYTHON,
        *(folder for folder in sys.path if os.path.basename(folder) in ("site-packages", "dist-packages")),
    ]
    return any(file.startswith(folder + os.sep) for folder in folders)


_OF_PYTHON = tuple(
    {
        *(sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")),
        os.path.dirname(os.__file__),
        KIT,
        os.path.join(os.path.dirname(KIT), "grader"),
    }
)


def _is_of_the_kit(frame: FrameType) -> bool:
    file = frame.f_globals.get("__file__")
    return isinstance(file, str) and os.path.dirname(file) == KIT


def have_been_recorded() -> bool:
    """Whether a check has failed since the last time, in a test that may still be running."""
    return bool(_recorded)


def take() -> list[BaseException]:
    """The failures since the last time, in order."""
    with _lock:
        taken = _recorded[:]
        _recorded.clear()
    return taken


def first_check(error: BaseException | None) -> BaseException | None:
    """The failed check in an exception, in its cause or context, or in the group that it is."""
    checks = (part for part in parts(error) if isinstance(part, (AssertionError, *outcomes())))
    return next(checks, None)


def parts(error: BaseException | None) -> Iterator[BaseException]:
    """An exception, its cause and its context, and the members if it is a group."""
    left = [error]
    seen: set[int] = set()
    while left and len(seen) < 1000:
        found = left.pop()
        if found is None or id(found) in seen:
            continue
        seen.add(id(found))
        yield found
        left += [found.__cause__, found.__context__]
        if isinstance(found, BaseExceptionGroup):
            left += found.exceptions


def outcomes() -> tuple[type[BaseException], ...]:
    """pytest's own exceptions, such as that of `pytest.fail`. Without pytest there are none.

    The classes themselves: an exception of the exercise may have any name, and name any module as its own.
    """
    loaded = sys.modules.get("_pytest.outcomes")
    return () if loaded is None else (loaded.OutcomeException, loaded.Exit)


def signals_of_hypothesis() -> tuple[type[BaseException], ...]:
    """The exceptions by which hypothesis ends an example."""
    loaded = sys.modules.get("hypothesis.errors")
    return () if loaded is None else (loaded.HypothesisException, loaded.StopTest)


def record_what_nobody_sees() -> None:
    """From now on, failures in a thread, a `__del__` or an executor are written down too.

    Nobody sees an exception there, unless the test asks for the result.
    """
    thread_before, unraisable_before = threading.excepthook, sys.unraisablehook

    def in_thread(args: Any) -> None:
        record_unseen(args.exc_value)
        thread_before(args)

    def unraisable(args: Any) -> None:
        record_unseen(args.exc_value)
        unraisable_before(args)

    threading.excepthook, sys.unraisablehook = in_thread, unraisable
    _record_unseen_in_futures()


def _record_unseen_in_futures() -> None:
    kind: Any = futures.Future
    if getattr(kind.set_exception, "records", False):
        return
    set_before, result_before, exception_before = kind.set_exception, kind.result, kind.exception

    def set_exception(self: Any, exception: BaseException | None) -> None:
        record_if_broken_off(exception)
        set_before(self, exception)

    def result(self: Any, timeout: float | None = None) -> Any:
        try:
            return result_before(self, timeout)
        except BaseException as error:
            forget(error)
            raise

    def exception(self: Any, timeout: float | None = None) -> BaseException | None:
        found: BaseException | None = exception_before(self, timeout)
        if found is not None:
            forget(found)
        return found

    set_exception.records = True  # type: ignore[attr-defined]
    kind.set_exception, kind.result, kind.exception = set_exception, result, exception


def record_unseen_in_tasks() -> None:
    """The same for tasks, once a test has loaded asyncio: to load it here would cost every check 30 ms."""
    loaded = sys.modules.get("asyncio.base_events")
    if loaded is None:
        return
    kind: Any = loaded.BaseEventLoop
    before = kind.call_exception_handler
    if getattr(before, "records", False):
        return

    def call_exception_handler(self: Any, context: dict[str, Any]) -> None:
        record_unseen(context.get("exception"))
        before(self, context)

    call_exception_handler.records = True  # type: ignore[attr-defined]
    kind.call_exception_handler = call_exception_handler


def record_asserts_of(module: Any) -> None:
    """From now on, each failed `assert` of a test module is written down, whoever catches its exception.

    An executor may, an event loop, the caller of a callback. pytest has rewritten the asserts, so that they
    raise what the module calls `AssertionError`.

    A module that names `AssertionError` itself is left alone: it may want to catch one.
    """
    names = vars(module)
    if "AssertionError" in names or _names_assertion_error(getattr(module, "__file__", None)):
        return
    names["AssertionError"] = _FailedAssert


def _names_assertion_error(file: str | None) -> bool:
    try:
        return file is None or "AssertionError" in Path(file).read_text("utf-8")
    except (OSError, ValueError):
        return True


class _FailedAssert(AssertionError):
    """Shown as the exception that it stands for."""

    def __init__(self, *args: object) -> None:
        super().__init__(*args)
        record(self)


_FailedAssert.__name__ = _FailedAssert.__qualname__ = "AssertionError"
_FailedAssert.__module__ = "builtins"


def record_each(made: Any) -> None:
    """From now on, each exception of this type that somebody makes is written down as well."""
    if getattr(made.__init__, "records", False):
        return
    before = made.__init__

    def init(self: Any, *args: Any, **kwargs: Any) -> None:
        before(self, *args, **kwargs)
        record(self)

    init.records = True  # type: ignore[attr-defined]
    made.__init__ = init


def record_unseen(error: BaseException | None) -> None:
    """Writes down an exception that does not come to the test: a failed check, or that its code broke off."""
    found = first_check(error)
    if found is None:
        record_if_broken_off(error)
    elif _is_of_a_test(found):  # Packages have asserts of their own, which are no checks.
        record(found)
