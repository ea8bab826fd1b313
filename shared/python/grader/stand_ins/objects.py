"""The stand-ins themselves: a module, functions, classes, their objects, and exceptions."""

from __future__ import annotations

import dis
import sys
from collections.abc import Callable
from types import FrameType, ModuleType
from typing import TYPE_CHECKING, Any

from coursekit import failures

from ..codec.exceptions import NATIVE_ATTRIBUTES, kept_in_python
from ..specials import ASKED_BY_PYTEST, OF_THE_MODULE, READABLE, is_special

if TYPE_CHECKING:
    from .session import Session

MODULE = 0
"""The handle of the module itself."""

REF = "_grader_ref"
TEXT = "_grader_text"
ATTRIBUTES = "_grader_attributes"
IMPORTED = "_grader_imported"


class ObjectLost(RuntimeError):
    """The process that held the object has ended."""


class RemoteRef:
    """Names an object in the jail."""

    __slots__ = ("__weakref__", "attribute", "generation", "handle", "origin", "session")

    def __init__(self, session: Session, handle: int, attribute: str | None = None) -> None:
        self.session, self.handle, self.attribute = session, handle, attribute
        self.generation = session.channel.generation
        self.origin = attribute
        """By which names of the module a test came to it, such as `Account.deposit`."""

    def current(self) -> int:
        """The handle; found anew by the module's attribute where the process is another one."""
        if self.handle == MODULE:
            return MODULE
        if self.generation != self.session.channel.generation:
            if self.attribute is None:
                raise ObjectLost("this object was lost when the process with the submission ended")
            self.handle = self.session.handle_of(self.attribute)
            self.generation = self.session.channel.generation
        return self.handle


def _imports_all_names(frame: FrameType) -> bool:
    """Whether a frame stands at `from … import *`. Until Python 3.12 that has an instruction of its own."""
    code, at = frame.f_code.co_code, frame.f_lasti
    name = dis.opname[code[at]]
    return name == "IMPORT_STAR" or (name == "CALL_INTRINSIC_1" and code[at + 1] == INTRINSIC_IMPORT_STAR)


INTRINSIC_IMPORT_STAR = 2
"""As in CPython's `Include/internal/pycore_intrinsics.h`."""


def ref_of(value: Any) -> RemoteRef | None:
    """The name of a stand-in's own counterpart; nobody else has one."""
    get = type.__getattribute__ if isinstance(value, type) else object.__getattribute__
    try:
        found = get(value, "__dict__").get(REF)
    except AttributeError:
        return None
    return found if isinstance(found, RemoteRef) else None


class RemoteModule(ModuleType):
    """The module under test."""

    def __init__(self, name: str, session: Session, file: str) -> None:
        super().__init__(name)
        del self.__dict__["__doc__"]  # Asked for like any other attribute.
        self.__dict__.update(
            {REF: RemoteRef(session, MODULE), "__file__": file, "_grader_c_functions": session}
        )

    def __getattr__(self, name: str) -> Any:
        if name in ASKED_BY_PYTEST or (is_special(name) and name not in OF_THE_MODULE):
            raise AttributeError(f"module '{self.__name__}' has no attribute '{name}'")
        if name == "__all__" and _imports_all_names(sys._getframe(1)):
            raise ImportError(
                f"`from {self.__name__} import *` is refused: the names may hide those of the test"
            )
        return self.__dict__[REF].session.attribute(self, name)

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError("the module under test cannot be changed by a test")

    def __dir__(self) -> list[str]:
        return self.__dict__[REF].session.names(self)  # type: ignore[no-any-return]


class RemoteCallable:
    """A function or method in the jail."""

    def __init__(self, ref: RemoteRef) -> None:
        self.__dict__[REF] = ref

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.__dict__[REF].session.call(self, args, kwargs)

    def __getattribute__(self, name: str) -> Any:
        if name in ("__name__", "__qualname__", "__doc__", "__text_signature__", "__self__", "__module__"):
            return object.__getattribute__(self, "__dict__")[REF].session.attribute(self, name)
        return object.__getattribute__(self, name)

    def __getattr__(self, name: str) -> Any:
        if is_special(name):
            raise AttributeError(name)
        return self.__dict__[REF].session.attribute(self, name)

    def __repr__(self) -> str:
        return "<function of the submission>"

    def __reduce_ex__(self, protocol: Any) -> Any:
        from .copying import reduced_function

        return reduced_function(self)

    def _grader_event_loop(self, body: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        """See `coursekit.asynchronous`."""
        from .event_loop import run_with_worker_loop

        return run_with_worker_loop(self, self.__dict__[REF].session, body, args, kwargs)


class RemoteType(type):
    """A class in the jail. A test may derive from it: the jail then gets a class that calls back."""

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        return session_of(cls).construct(cls, args, kwargs)

    def __getattr__(cls, name: str) -> Any:
        if name == REF or (is_special(name) and name not in READABLE):
            raise AttributeError(name)
        return session_of(cls).attribute(cls, name)

    @property
    def __text_signature__(cls) -> Any:
        return session_of(cls).attribute(cls, "__text_signature__")

    def _grader_event_loop(cls, body: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        """See `coursekit.asynchronous`."""
        from .event_loop import run_with_worker_loop

        return run_with_worker_loop(cls, session_of(cls), body, args, kwargs)


class RemoteInstance(metaclass=RemoteType):
    """An object of such a class. Its special methods are those that the class in the jail has."""

    def __getattr__(self, name: str) -> Any:
        if is_special(name) and name not in READABLE:
            raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")
        return session_of(type(self)).attribute(self, name)

    def __setattr__(self, name: str, value: Any) -> None:
        session_of(type(self)).set_attribute(self, name, value)

    def __delattr__(self, name: str) -> None:
        session_of(type(self)).delete_attribute(self, name)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of the submission>"

    def _grader_event_loop(self, body: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        """See `coursekit.asynchronous`."""
        from .event_loop import run_with_worker_loop

        return run_with_worker_loop(self, session_of(type(self)), body, args, kwargs)

    def __copy__(self) -> Any:
        from .copying import shallow

        return shallow(self, session_of(type(self)))

    def __deepcopy__(self, memo: Any) -> Any:
        from .copying import deep

        return deep(self, session_of(type(self)), memo)

    def __reduce_ex__(self, protocol: Any) -> Any:
        from .copying import reduced

        return reduced(self, session_of(type(self)), protocol)


def session_of(cls: type) -> Session:
    """The session of a class, or of what it derives from."""
    for base in cls.__mro__:
        ref = base.__dict__.get(REF)
        if ref is not None:
            return ref.session  # type: ignore[no-any-return]
    raise TypeError(f"{cls.__name__} has no counterpart in the jail")


class RemoteExceptionType(type):
    """The class of an exception that the submission declares."""

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        return SESSION_OF_EXCEPTION[cls].construct(cls, args, kwargs)


SESSION_OF_EXCEPTION: dict[type, Session] = {}


def exception_space(base: type[BaseException]) -> dict[str, Any]:
    """The namespace for a class of an exception: nothing that Python's own class does in C is left to it."""
    space: dict[str, Any] = {name: kept_in_python(name) for name in NATIVE_ATTRIBUTES if hasattr(base, name)}
    space.update(
        __str__=_exception_text,
        __setattr__=_set_on_exception,
        __copy__=_copy_exception,
        __deepcopy__=_deepcopy_exception,
        __reduce_ex__=_reduce_exception,
    )
    return space


def _exception_text(self: Any) -> str:
    return str(self.__dict__.get(TEXT, ""))


def _set_on_exception(self: Any, name: str, value: Any) -> None:
    ref = self.__dict__.get(REF)
    if ref is None or is_special(name):
        BaseException.__setattr__(self, name, value)
    else:
        ref.session.set_attribute(self, name, value)


def _copy_exception(self: Any) -> Any:
    from .copying import shallow

    return shallow(self, SESSION_OF_EXCEPTION[type(self)])


def _deepcopy_exception(self: Any, memo: Any) -> Any:
    from .copying import deep

    return deep(self, SESSION_OF_EXCEPTION[type(self)], memo)


def _reduce_exception(self: Any, protocol: Any) -> Any:
    from .copying import reduced

    return reduced(self, SESSION_OF_EXCEPTION[type(self)], protocol)


def forward(name: str) -> Callable[..., Any]:
    """A special method that asks the object in the jail."""

    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        return session_of(type(self)).special(self, name, args, kwargs)

    def leave(self: Any, kind: Any = None, error: BaseException | None = None, trace: Any = None) -> Any:
        """`__exit__`: if it keeps an exception from the test, the checks after that are missing."""
        try:
            is_swallowed = method(self, kind, error, trace)
        except BaseException as raised:
            if raised is not error:
                failures.record_unseen(error)
            raise
        if is_swallowed:
            failures.record_unseen(error)
        return is_swallowed

    made = leave if name == "__exit__" else method
    made.__name__ = name
    return made
