"""`copy`, `deepcopy` and `pickle` of an object of the submission, done from outside.

In the submission's process these modules could be replaced, so they run here. They ask the object for what it
says of itself (`__copy__`, `__deepcopy__`, `__reduce_ex__`, `__setstate__`), one request each, and rebuild it
by calling what it names, over there. A pickle made here holds plain data and the names of functions and
classes; loading it calls nothing on this side.
"""

from __future__ import annotations

import copy
import copyreg
import pickle
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

from .objects import (
    IMPORTED,
    REF,
    SESSION_OF_EXCEPTION,
    RemoteCallable,
    RemoteExceptionType,
    RemoteInstance,
    RemoteModule,
    RemoteType,
    session_of,
)

if TYPE_CHECKING:
    from .session import Session


class ReduceValue:
    """The reduce value, as Python's manual calls it: the tuple from `__reduce_ex__`, checked."""

    def __init__(self, value: Any, given: Any) -> None:
        if type(given) is not tuple or not 2 <= len(given) <= 6:
            raise pickle.PicklingError(
                f"__reduce_ex__ of {type(value).__name__} must return a string or a tuple of 2 to 6 items"
            )
        self.function, self.args = given[:2]
        rest: list[Any] = [*given[2:], None, None, None, None]
        self.state, items, pairs, self.setter = rest[:4]
        if not isinstance(self.function, (RemoteCallable, RemoteType, RemoteExceptionType)):
            raise pickle.PicklingError("the first item of what __reduce_ex__ returns must be callable")
        if type(self.args) is not tuple:
            raise pickle.PicklingError("the second item of what __reduce_ex__ returns must be a tuple")
        if self.setter is not None and not isinstance(self.setter, RemoteCallable):
            raise pickle.PicklingError("the sixth item of what __reduce_ex__ returns must be a function")
        self.items = None if items is None else list(items)
        self.pairs = None if pairs is None else [(key, item) for key, item in pairs]

    def parts(self) -> tuple[Any, ...]:
        """The arguments of `rebuilt`."""
        return (self.function, self.args, self.state, self.items, self.pairs, self.setter)


def shallow(value: Any, session: Session) -> Any:
    """`copy.copy`"""
    if session.defines(value, "__copy__"):
        return session.special(value, "__copy__", (), {})
    given = session.special(value, "__reduce_ex__", (4,), {})
    return value if type(given) is str else rebuilt(*ReduceValue(value, given).parts())


def deep(value: Any, session: Session, memo: dict[int, Any]) -> Any:
    """`copy.deepcopy`"""
    if session.defines(value, "__deepcopy__"):
        return session.special(value, "__deepcopy__", ({},), {})
    given = session.special(value, "__reduce_ex__", (4,), {})
    if type(given) is str:
        return value
    function, args, state, items, pairs, setter = ReduceValue(value, given).parts()
    args, state, items, pairs = (copy.deepcopy(part, memo) for part in (args, state, items, pairs))
    made = rebuilt(function, args, state, items, pairs, setter)
    memo[id(value)] = made
    return made


def reduced(value: Any, session: Session, protocol: Any) -> Any:
    """The value that `pickle` gets instead of the object."""
    given = session.special(value, "__reduce_ex__", (int(protocol),), {})
    if type(given) is str:
        return global_object, (session.module.__name__, session.module.__name__, given)
    return rebuilt, ReduceValue(value, given).parts()


def rebuilt(  # noqa: PLR0913, PLR0917  (the six of a reduce value)
    function: Any, args: Any, state: Any, items: Any, pairs: Any, setter: Any
) -> Any:
    """Makes the object anew, as `copy` and `pickle` do from a reduce value, each step a request."""
    if not isinstance(function, (RemoteCallable, RemoteType, RemoteExceptionType)) or type(args) is not tuple:
        raise pickle.UnpicklingError("this is no reduce value of an object of the submission")
    made = function(*args)
    if not isinstance(type(made), (RemoteType, RemoteExceptionType)):
        return made
    for item in items or ():
        made.append(item)
    for key, item in pairs or ():
        made[key] = item
    if state is not None:
        _set_state(made, state, setter)
    return made


def _set_state(made: Any, state: Any, setter: Any) -> None:
    session = SESSION_OF_EXCEPTION.get(type(made)) or session_of(type(made))
    if setter is not None:
        setter(made, state)
    elif session.defines(made, "__setstate__"):
        session.special(made, "__setstate__", (state,), {})
    else:
        for part in state if type(state) is tuple else (state,):
            for name, value in (part or {}).items():
                setattr(made, name, value)


def global_object(module_under_test: str, module: str, name: str) -> Any:
    """The object under that name in a module of the submission's process."""
    found = sys.modules[module_under_test]
    if not isinstance(found, RemoteModule):
        raise pickle.UnpicklingError(f"{module_under_test} is not the module under test")
    session: Session = found.__dict__[REF].session
    return session.global_object(module, name)


def reduced_function(function: RemoteCallable) -> Any:
    """A function by its name, a method by its object and its name."""
    session: Session = function.__dict__[REF].session
    owner, name = _attribute(function, "__self__"), _attribute(function, "__name__")
    if type(name) is not str:
        raise pickle.PicklingError("a function without a name cannot be pickled")
    if isinstance(owner, (RemoteType, RemoteInstance)):
        return getattr, (owner, name)
    module, qualified = _attribute(function, "__module__"), _attribute(function, "__qualname__")
    if isinstance(owner, ModuleType) and module is None:
        module = session.module.__name__
    return _by_name(session, function, module, qualified)


def _reduced_class(cls: Any) -> Any:
    if IMPORTED not in cls.__dict__:
        return cls.__qualname__  # A test's own: as any other class.
    session = SESSION_OF_EXCEPTION.get(cls) or session_of(cls)
    return _by_name(session, cls, cls.__dict__["__module__"], cls.__name__)


def _by_name(session: Session, value: Any, module: Any, name: Any) -> Any:
    if type(module) is str and type(name) is str:
        try:
            found = session.global_object(module, name)
        except (AttributeError, ImportError):
            found = None
        if found is value:
            return global_object, (session.module.__name__, module, name)
    label = value.__name__ if isinstance(value, type) else "a function"
    raise pickle.PicklingError(f"Can't pickle {label}: it's not found as {module}.{name}")


def _attribute(function: RemoteCallable, name: str) -> Any:
    try:
        return getattr(function, name)
    except Exception:  # It has none, or it is a module, which does not travel.
        return None


# Not by their metaclass: pickle would import the module that the class claims to be from, on this side.
copyreg.pickle(RemoteType, _reduced_class)
copyreg.pickle(RemoteExceptionType, _reduced_class)
