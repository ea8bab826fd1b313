"""The submission's rights to objects of the oracle: next to nothing.

A test hands over functions, iterators, objects of its own classes. In the worker stands something in their
place, which asks back here. Each object can be asked for the special methods that were named when it was
handed over, and for nothing else: no attribute, no `repr`, no pickle. An exception of a test's own code
meanwhile belongs to the submission only as far as the test meant it to; a failed check fails the test at
once, and its text stays here.
"""

from __future__ import annotations

import builtins
import functools
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any

from coursekit import failures

from ..codec.exceptions import nearest_standard, rebuilt, standard_name
from ..codec.side import NotPlainData
from ..specials import OF_A_TEST, TEXTS, has_special
from ..transport.frames import BadFrame

_FUNCTIONS = (FunctionType, BuiltinFunctionType, MethodType, functools.partial)

NOTHING: frozenset[str] = frozenset()


@dataclass
class _Raised:
    """An exception of a test's code."""

    turn: int
    on_purpose: bool
    is_of_this_test: bool = True


class HandedOut:
    """The objects that the worker has numbers for, and the methods that it may ask of each."""

    def __init__(self) -> None:
        self._objects: dict[int, tuple[Any, frozenset[str]]] = {}
        self._numbers: dict[int, int] = {}
        self._lock = threading.Lock()
        self.turn = 0
        """Counts the exceptions of tests' code that the worker has numbers for."""
        self._raised: dict[int, _Raised] = {}

    def number(self, value: Any, allowed: frozenset[str] = NOTHING) -> int:
        """The number of an object. With nothing allowed, the worker can give it back and that is all."""
        with self._lock:
            number = self._numbers.get(id(value))
            if number is None:
                number = len(self._objects)
                self._numbers[id(value)] = number
                self._objects[number] = (value, allowed)  # Kept alive, so that its id stays its own.
            return number

    def was_meant(self, error: BaseException, since: int) -> bool:
        """Whether a test has raised this exception on purpose since that turn."""
        raised = self._raised.get(id(error))
        return raised is not None and raised.on_purpose and raised.turn > since

    def may_come_back(self, error: BaseException, since: int) -> bool:
        """Whether the worker may raise this exception now, in a request that began at that turn.

        Those that end an example of hypothesis belong to the request in which they were raised: kept for
        later, they would end each example that the submission cannot pass. Any other belongs to its test.
        Of a group, each member is looked at: hypothesis takes a group of such exceptions for one.
        """
        return all(self._may_come_back_alone(member, since) for member in _members(error))

    def _may_come_back_alone(self, error: BaseException, since: int) -> bool:
        raised = self._raised.get(id(error))
        if raised is None:
            return not isinstance(error, failures.signals_of_hypothesis())
        return (
            raised.turn > since
            if isinstance(error, failures.signals_of_hypothesis())
            else raised.is_of_this_test
        )

    def begin_test(self) -> None:
        """Exceptions of the tests before are worth nothing any more."""
        for raised in self._raised.values():
            raised.is_of_this_test = False

    def number_of_error(self, error: BaseException, method: str) -> int:
        """The number of an exception of a test's code. It is kept without the frames that it went through."""
        on_purpose = not _is_an_answer(error, method) and failures.was_raised_on_purpose(error)
        self.turn += 1
        self._raised[id(error)] = _Raised(self.turn, on_purpose)
        for part in failures.parts(error):
            part.__traceback__ = None
        return self.number(error)

    def object(self, number: Any) -> Any:
        """The object that was handed over under this number."""
        return self._find(number)[0]

    def method(self, number: Any, name: Any) -> tuple[Any, Any]:
        """The object and its special method, if the worker may call it."""
        value, allowed = self._find(number)
        if type(name) is not str or name not in allowed:
            raise BadFrame("a request for what was not handed over")
        return value, getattr(type(value), name)

    def _find(self, number: Any) -> tuple[Any, frozenset[str]]:
        with self._lock:
            if type(number) is not int or number not in self._objects:
                raise BadFrame("an object that was never handed over")
            return self._objects[number]

    def form(self, value: Any) -> dict[str, Any]:
        """The form in which an object is handed over."""
        if isinstance(value, ModuleType):
            raise NotPlainData("a module")
        if isinstance(value, type):
            return self._form_of_class(value)
        allowed = allowed_specials(value)
        form = {"id": self.number(value, allowed), "type": type(value).__name__, "specials": sorted(allowed)}
        if isinstance(value, _FUNCTIONS):
            form["function"] = True
        return form

    def _form_of_class(self, value: type[Any]) -> dict[str, Any]:
        if getattr(builtins, value.__name__, None) is value:
            return {"builtin": value.__name__}
        if not issubclass(value, BaseException):
            raise NotPlainData(f"the class {value.__name__}")
        base = standard_name(nearest_standard(value))
        return {"id": self.number(value), "exception": value.__name__, "base": base}


def _members(error: BaseException) -> Iterator[BaseException]:
    """An exception; if it is a group, the members of it and of the groups in it as well."""
    left = [error]
    while left:
        found = left.pop()
        yield found
        if isinstance(found, BaseExceptionGroup):
            left += found.exceptions


def allowed_specials(value: Any) -> frozenset[str]:
    """The special methods that the submission may call of an object of a test's."""
    if isinstance(value, _FUNCTIONS):
        return frozenset({"__call__"})
    if isinstance(value, (BaseException, type)):
        return NOTHING
    return frozenset(
        name
        for name in OF_A_TEST
        if has_special(value, name) and (name not in TEXTS or _is_of_a_test(type(value), name))
    )


def _is_of_a_test(kind: type, name: str) -> bool:
    """Whether a test's own class defines the method."""
    owner = next(base for base in kind.__mro__ if name in base.__dict__)
    names = getattr(owner.__dict__[name], "__globals__", None)
    if names is not None and failures.are_tests_own(names):
        return True
    # A dataclass has its methods from Python.
    module = sys.modules.get(owner.__module__)
    return module is not None and failures.is_tests_own_module(module)


def shown_to_submission(error: BaseException, method: str) -> BaseException:
    """The exception that the submission sees when a test's code raised `error` in a method.

    If the test raised it with `raise`, the submission sees it with its arguments. If Python raised it inside
    the test's code, its text may give the test away, so the submission sees only its class; and the test has
    failed, unless the exception comes back to it.
    """
    check = failures.first_check(error)
    if check is not None:
        failures.record(check)
        return AssertionError("a check of the test failed")
    if _is_the_end(error, method) or failures.was_raised_on_purpose(error):
        return error
    if not _is_an_answer(error, method):
        failures.record_if_broken_off(error, is_of_the_kit=True)
    return rebuilt(nearest_standard_plain(type(error)), ["raised by the test's own code"], {}, "")


_ENDS = frozenset({"__next__", "__anext__"})
"""Methods that say by StopIteration, or StopAsyncIteration, that there is no more. From others it is an
accident."""

_LOOK_UPS = frozenset({"__getitem__", "__missing__"})
"""Methods that say by a LookupError that there is no such item. Python itself ends a loop by that."""


def _is_the_end(error: BaseException, method: str) -> bool:
    return method in _ENDS and isinstance(error, (StopIteration, StopAsyncIteration))


def _is_an_answer(error: BaseException, method: str) -> bool:
    """Whether the exception is what the method has to raise, rather than an accident in it."""
    return _is_the_end(error, method) or (method in _LOOK_UPS and isinstance(error, LookupError))


def nearest_standard_plain(kind: type) -> type[BaseException]:
    """The nearest of Python's own classes that one text is enough for."""
    found = nearest_standard(kind)
    while issubclass(found, (UnicodeError, BaseExceptionGroup)):
        found = nearest_standard(found.__mro__[1])
    return found
