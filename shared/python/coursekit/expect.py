"""The words in which tests say what they expect of an exercise.

A failure made here gives a learner, in this order, the call, its outcome, the expected one, and one sentence
on the likely cause. The runner prints those four; plain pytest shows the same text.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from . import arguments, failures
from .compare import close, close_or_raise, first_difference, same, same_or_raise
from .likely import Because, cause
from .show import NOT_WRITTEN, error_text, is_not_written, is_rust_panic, show, show_error

__all__ = [
    "NOT_WRITTEN",
    "Expectation",
    "ExpectationFailed",
    "NotWritten",
    "check",
    "check_close",
    "check_that",
    "close",
    "expect",
    "is_not_written",
    "is_rust_panic",
    "same",
    "show",
    "show_error",
]


class ExpectationFailed(AssertionError):
    """A learner's code did something else than the exercise asks for."""

    def __init__(self, call: str, got: str, expected: str, because: str = "") -> None:
        self.call = call
        self.got = got
        self.expected = expected
        self.because = because
        parts = [("called", call), ("got", got), ("expected", expected)]
        if because:
            parts.append(("likely", because))
        lines = [f"{word:<10}" + text.replace("\n", "\n" + " " * 10) for word, text in parts]
        super().__init__("\n" + "\n".join(lines))
        failures.record(self)


class NotWritten(AssertionError):
    """The exercise is still unwritten."""

    def __init__(self, call: str) -> None:
        super().__init__(f"{call}: not written yet")
        failures.record(self)


def arguments_changed(call: str, now: str, before: str) -> ExpectationFailed:
    """The failure of a call that has changed an argument."""
    return ExpectationFailed(
        f"an argument of {call}, after the call",
        now,
        before,
        "The call changed its argument. Leave it as it is.",
    )


@dataclass(frozen=True)
class _Error:
    """The errors that are wanted."""

    kind: type[BaseException]
    says: tuple[str, ...]

    def is_met_by(self, error: BaseException) -> bool:
        text = error_text(error)
        return isinstance(error, self.kind) and all(part in text for part in self.says)

    def __str__(self) -> str:
        return self.kind.__name__ + "".join(f", saying {part!r}" for part in self.says)


class Expectation:
    """A call that has not happened yet; see `expect`."""

    def __init__(self, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        self._function = function
        self._args = args
        self._kwargs = kwargs
        # Shown before the call: a function may change its arguments.
        shown = [show(arg) for arg in args] + [f"{key}={show(value)}" for key, value in kwargs.items()]
        self._shown_arguments = ", ".join(shown)
        self._description = ""
        self._may_change_arguments = False

    @property
    def text(self) -> str:
        """The call as the learner would write it.

        Made only for a failure: in grading, to ask for the function's name takes as long as to call it.
        """
        return self._description or f"{_name(self._function)}({self._shown_arguments})"

    def described(self, text: str) -> Expectation:
        """The call as the failure shall show it, where the generated text says too little."""
        self._description = text
        return self

    def changes_arguments(self) -> Expectation:
        """Allows the call to change its arguments. Otherwise a changed array or bytearray is a failure."""
        self._may_change_arguments = True
        return self

    def value(self, because: Because = "") -> Any:
        """Calls and gives the result; an exception is a failure."""
        __tracebackhide__ = True
        with self._arguments():
            return self._result("a result, no exception", because)

    def returns(self, expected: Any, because: Because = "") -> Any:
        """The result has exactly this type and value (see `same`)."""
        __tracebackhide__ = True
        with self._arguments():
            got = self._result(show(expected), because)
            _compare(lambda: self.text, got, expected, because)
        return got

    def approximates(
        self, expected: Any, *, rel: float = 1e-12, abs: float = 0.0, because: Because = ""
    ) -> Any:
        """The result has this type and, floats within the tolerances, this value."""
        __tracebackhide__ = True
        within = f" (within {rel:g} relative, {abs:g} absolute)"
        equality = _Equality(lambda a, b: close_or_raise(a, b, rel, abs), within)
        with self._arguments():
            got = self._result(show(expected) + within, because)
            _compare(lambda: self.text, got, expected, because, equality)
        return got

    def raises(
        self, kind: type[BaseException], *, says: str | tuple[str, ...] = (), because: Because = ""
    ) -> BaseException:
        """The call raises `kind` (or a subclass), its text or notes containing each of `says`. Gives it."""
        __tracebackhide__ = True
        wanted = _Error(kind, (says,) if isinstance(says, str) else says)
        with self._arguments():
            got, error = self._outcome(wanted, str(wanted), because)
            if error is None:
                raise ExpectationFailed(self.text, show(got), str(wanted), cause(because, got))
        return error

    def value_or_raises(
        self, kind: type[BaseException], *, says: str | tuple[str, ...] = (), because: Because = ""
    ) -> Any:
        """The result, or None where the call raises an error that `raises` would accept.

        For input of which only this much is known, as of random bytes.
        """
        __tracebackhide__ = True
        wanted = _Error(kind, (says,) if isinstance(says, str) else says)
        with self._arguments():
            return self._outcome(wanted, f"a result, or {wanted}", because)[0]

    def _outcome(
        self, wanted: _Error, expected: str, because: Because
    ) -> tuple[Any, None] | tuple[None, BaseException]:
        """The result or the wanted error. Any other error is a failure."""
        __tracebackhide__ = True
        try:
            return self._call(), None
        except BaseException as error:
            is_wanted = type(error) is wanted.kind is KeyboardInterrupt
            if not is_wanted and _goes_on_as_it_is(error, lambda: self.text):
                raise
            if wanted.is_met_by(error):
                return None, error
            failure = ExpectationFailed(self.text, show_error(error), expected, cause(because, error))
        raise failure from None

    def _call(self) -> Any:
        try:
            return self._function(*self._args, **self._kwargs)
        except BaseException as error:
            if is_not_written(error):
                raise NotWritten(self.text) from None
            raise

    @contextlib.contextmanager
    def _arguments(self) -> Iterator[None]:
        """Fails a call that is right in all else but has changed an argument."""
        if self._may_change_arguments:
            with arguments.may_change():
                yield
            return
        kept = arguments.Kept((*self._args, *self._kwargs.values()))
        yield
        changed = kept.changed()
        if changed is not None and not arguments.changes_are_allowed():
            raise arguments_changed(self.text, show(changed[0]), show(changed[1]))

    def _result(self, expected: str, because: Because) -> Any:
        __tracebackhide__ = True
        try:
            return self._call()
        except BaseException as error:
            if _goes_on_as_it_is(error, lambda: self.text):
                raise
            failure = ExpectationFailed(self.text, show_error(error), expected, cause(because, error))
        raise failure from None


def expect(function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Expectation:
    """Says what a call shall do: `expect(divide, 1.0, 0.0).raises(ValueError, says="zero")`."""
    return Expectation(function, args, kwargs)


def check(what: str, got: Any, expected: Any, because: Because = "") -> None:
    """Holds a value that came about otherwise (an attribute, a count) against the expected one, by `same`."""
    __tracebackhide__ = True
    _compare(lambda: what, got, expected, because)


def check_close(  # noqa: PLR0913  (as in `approximates`)
    what: str, got: Any, expected: Any, *, rel: float = 1e-12, abs: float = 0.0, because: Because = ""
) -> None:
    """Like `check`, but floats may differ by these tolerances. Types, dtypes and shapes may not."""
    __tracebackhide__ = True
    within = f" (within {rel:g} relative, {abs:g} absolute)"
    equality = _Equality(lambda a, b: close_or_raise(a, b, rel, abs), within)
    _compare(lambda: what, got, expected, because, equality)


def check_that(condition: bool, what: str, got: Any, expected: str, because: Because = "") -> None:
    """For a claim that is no equality: `check_that(beats > 3, "…", beats, "more than 3", "…")`."""
    __tracebackhide__ = True
    if not condition:
        shown = got if isinstance(got, str) else show(got)
        raise ExpectationFailed(what, shown, expected, cause(because, got))


def _name(function: Callable[..., Any]) -> str:
    """`deposit`, or `Account.deposit` where it is bound to an instance."""
    name = getattr(function, "__name__", None)
    if not isinstance(name, str):
        return show(function)
    owner = getattr(function, "__self__", None)
    if owner is None or isinstance(owner, ModuleType):
        return name
    return f"{(owner if isinstance(owner, type) else type(owner)).__name__}.{name}"


def _goes_on_as_it_is(error: BaseException, call: Callable[[], str]) -> bool:
    """Whether a check must let the error through: a verdict made, a signal of pytest or hypothesis, Ctrl-C.

    Ctrl-C fails the test nevertheless: the exercise can raise it too, and its caller may swallow it.
    """
    if isinstance(error, KeyboardInterrupt):
        # To make it is to write it down.
        ExpectationFailed(call(), "KeyboardInterrupt was raised", "no such exception")
        return True
    made = (NotWritten, ExpectationFailed, *failures.outcomes(), *failures.signals_of_hypothesis())
    return isinstance(error, made)


@dataclass(frozen=True)
class _Equality:
    """One meaning of equality, and the note on it after the expected value."""

    holds: Callable[[Any, Any], bool] = same_or_raise
    note: str = ""


def _compare(
    call: Callable[[], str], got: Any, expected: Any, because: Because, equality: _Equality = _Equality()
) -> None:
    __tracebackhide__ = True
    try:
        if equality.holds(got, expected):
            return
        left, right = _tell_apart(got, expected, equality.holds)
    except BaseException as error:  # A class of the exercise decides what `==` does.
        if is_not_written(error):
            raise NotWritten(f"{call()} == {show(expected)}") from None
        if _goes_on_as_it_is(error, call):
            raise
        left, right = f"{show(got)}\ncomparing it raised {show_error(error)}", show(expected)
    raise ExpectationFailed(call(), left, right + equality.note, cause(because, got)) from None


def _tell_apart(got: Any, expected: Any, equal: Callable[[Any, Any], bool]) -> tuple[str, str]:
    """Both values; with their types or the first difference where the texts alone do not tell."""
    left, right = show(got), show(expected)
    if type(got) is not type(expected):
        return f"{left} ({type(got).__name__})", f"{right} ({type(expected).__name__})"
    shortened = "..." in left or "..." in right or left.startswith("<array")
    found = first_difference(got, expected, equal) if shortened or left == right else None
    if found is not None:
        place, one, other = found
        ours, theirs = show(one), show(other)
        if ours == theirs or type(one) is not type(other):
            ours, theirs = f"{ours} ({type(one).__name__})", f"{theirs} ({type(other).__name__})"
        return f"{left}\nfirst difference at {place}: {ours}", f"{right}\nat {place}: {theirs}"
    if left == right:
        return f"{left} ({type(got).__name__})", f"{right} ({type(expected).__name__})"
    return left, right
