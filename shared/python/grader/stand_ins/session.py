"""All stand-ins of one module under test, and the requests that they make."""

from __future__ import annotations

import builtins
import collections.abc
import threading
import weakref
from collections import Counter, deque
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, NoReturn, Protocol, cast

from coursekit import arguments, failures
from coursekit.expect import arguments_changed

from ..codec.arrays import Buffer
from ..codec.decoder import Decoder
from ..codec.encoder import Encoder
from ..codec.exceptions import (
    checked_text,
    fill_value,
    kept_attributes,
    others,
    rebuilt,
    standard_exception,
    standard_name,
    without_consequences,
)
from ..codec.limits import LONGEST_ERROR_TEXT, LONGEST_NAME, MOST_PARTS
from ..codec.side import NotPlainData
from ..specials import FOR_COPIES, FROM_THE_SUBMISSION, OF_EVERY_DECLARED_CLASS, OF_UNKNOWN_CLASSES
from ..transport import frames
from ..transport.frames import BadFrame, Message
from . import copying  # noqa: F401  (tells pickle about stand-ins)
from .exported_symbols import exports_function
from .handed_out import HandedOut, shown_to_submission
from .objects import (
    ATTRIBUTES,
    IMPORTED,
    MODULE,
    REF,
    SESSION_OF_EXCEPTION,
    TEXT,
    ObjectLost,
    RemoteCallable,
    RemoteExceptionType,
    RemoteInstance,
    RemoteModule,
    RemoteRef,
    RemoteType,
    exception_space,
    forward,
    ref_of,
)
from .work import Work

MOST_CLASSES = 2_000
"""Classes that a submission may tell of."""

_DEEPEST_BASES = 20

_REFUSED = TypeError("a request that no honest process makes")
"""Given back for every such request: one for each would fill the memory."""

_OF_A_CLASS_BODY = [
    "__module__",
    "__qualname__",
    "__doc__",
    "__dict__",
    "__weakref__",
    "__annotations__",
    "__annotate_func__",
    "__annotate__",
    "__annotations_cache__",
    "__firstlineno__",
    "__static_attributes__",
    "__classcell__",
]


class _Moment(NamedTuple):
    """A point in time, as tests' code sees it."""

    failures: int
    """See `failures.how_many`."""
    turn: int
    """See `HandedOut.turn`."""


class WroteToReadOnly(Exception):
    """The submission changed memory that it must not change."""


class Channel(Protocol):
    """The way to the worker: `host` starts it, bounds the time, and starts it anew after a crash."""

    @property
    def generation(self) -> int:
        """Counts the processes; a handle is worth something in its own only."""

    def ask(self, message: Message) -> Message:
        """Sends a request and waits for the answer."""


_ANSWERED = frozenset({"call", "special", "set", "delete", "call_all", "c_function"})
"""Requests that the submission's own code answers. An attribute may be a method, which does nothing yet."""

_LONGEST_ORIGIN = 200


class Session:
    """The stand-ins of one module, and the objects of tests that the worker knows of."""

    largest_array = frames.LONGEST
    trusts_other = False

    def __init__(
        self, name: str, file: str, declared: Mapping[str, Collection[str]], channel: Channel
    ) -> None:
        self.channel = channel
        # An answer that is none is no exception of the submission's: a test might expect just any.
        self._refuse: Callable[[Exception], NoReturn] = getattr(channel, "refuse", _raise)
        self._file = Path(file)
        self._declared = declared
        self._learned = -1
        self._lock = threading.RLock()
        self._known: weakref.WeakValueDictionary[tuple[int, int], Any] = weakref.WeakValueDictionary()
        self._classes: dict[tuple[int, int], type] = {}
        self._class_of_attribute: dict[str, type] = {}
        self._ref_of_exception: dict[type, RemoteRef] = {}
        self._copies: dict[type, frozenset[str]] = {}
        self._handed_out = HandedOut()
        self._loops: dict[int, _Moment] = {}
        """The beginnings of event loops, by their handles."""
        self._released: deque[tuple[int, int]] = deque()
        self.module = RemoteModule(name, self, file)
        self.work = Work()

    def begin_test(self, work: Work) -> None:
        """A new test, whose answers are noted in `work`."""
        self.work = work
        self._handed_out.begin_test()

    # The requests of stand-ins

    def attribute(self, value: Any, name: str) -> Any:
        """Reads an attribute. A class that the course declares has one stand-in for good."""
        return self._do("get", value, name)

    def names(self, value: Any) -> list[str]:
        """`dir()`"""
        found = self._do("dir", value)
        return [name for name in found if type(name) is str] if type(found) is list else []

    def set_attribute(self, value: Any, name: str, new: Any) -> None:
        """Writes an attribute."""
        self._do("set", value, name, new)

    def delete_attribute(self, value: Any, name: str) -> None:
        """Deletes an attribute."""
        self._do("delete", value, name)

    def call(self, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Calls a function."""
        return self._do("call", function, *args, **kwargs)

    def special(self, value: Any, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Calls a special method, past the object's own attributes, as Python does."""
        return self._do("special", value, name, *args, **kwargs)

    def construct(self, cls: type, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Makes an object."""
        return self._do("call", cls, *args, **kwargs)

    def defines(self, value: Any, name: str) -> bool:
        """Whether the object's class has one of the special methods that copies are made with."""
        return any(name in self._copies.get(base, ()) for base in type(value).__mro__)

    def global_object(self, module: str, name: str) -> Any:
        """The object under a name in a module over there."""
        if module == self.module.__name__ and name.isidentifier():
            return getattr(self.module, name)
        return self._do("global", self.module, module, name)

    def check_import(self) -> None:
        """Raises what importing the module raised over there."""
        self._do("imported", self.module)

    def listen(self) -> None:
        """Asks for a socket that listens in the jail."""
        self._do("listen", self.module)

    def c_function_missing(self, name: str) -> str:
        """See `coursekit.CFunction`."""
        if not exports_function(self._file, name):
            return f"AttributeError: undefined symbol: {name}"
        try:
            self._do("c_function", self.module, name, "c_int32", "c_int32", [])
        except AttributeError as error:
            return f"AttributeError: {error}"
        return ""

    def c_function_answers(self, name: str, argument: str, result: str, calls: list[int]) -> list[int]:
        """See `coursekit.CFunction`. A function that aborts takes the jail with it, and the test is lost."""
        answers = self._do("c_function", self.module, name, argument, result, calls)
        if type(answers) is not list or not all(type(answer) is int for answer in answers):
            self._refuse(BadFrame("answers of a C function that are no integers"))
        return answers

    # The worker's event loop, see `event_loop`

    def open_loop(self) -> int:
        """Makes one; gives its handle."""
        handle = self._ask_form("open_loop", self.module)
        if type(handle) is not int:
            self._refuse(BadFrame("no handle"))
        self._loops[handle] = self._now()
        return handle

    def close_loop(self, loop: int, begun: list[Any], steps: int) -> None:
        """Cancels these awaitables, takes a few steps more, and closes it."""
        self._do("close_loop", self.module, loop, begun, steps)
        self._loops.pop(loop, None)

    def run_loop(self, loop: int, seconds: float) -> None:
        """Lets it run until something happens, at most for so long."""
        self._do("run_loop", self.module, loop, seconds)

    def call_in_loop(self, loop: int, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Calls a function while it runs."""
        return self._do("call", function, *args, _loop=loop, **kwargs)

    def special_in_loop(self, loop: int, value: Any, name: str, args: tuple[Any, ...]) -> Any:
        """Calls a special method while it runs."""
        return self._do("special", value, name, *args, _loop=loop)

    def call_all(self, loop: int, function: Any, calls: list[tuple[Any, ...]]) -> list[Any]:
        """Calls a function with each tuple of arguments."""
        return self._list_of(len(calls), self._do("call_all", function, calls, _loop=loop))

    def begin_all(
        self, loop: int, awaitables: list[Any], notices: Sequence[Callable[[Any], None]]
    ) -> list[tuple[Any, ...]]:
        """Begins with each: `("waits", steps, what for)`, `("returned", value)` or `("raised", error)`."""
        outcomes = self._list_of(
            len(awaitables), self._do("begin_all", self.module, awaitables, list(notices), _loop=loop)
        )
        checked: list[tuple[Any, ...]] = []
        for outcome in outcomes:
            match outcome:
                case ("waits", RemoteInstance(), _) | ("returned", _):
                    checked.append(outcome)
                case ("raised", error) if isinstance(error, BaseException):
                    checked.append(("raised", self._come_back(error, self._since(loop))))
                case _:
                    self._refuse(BadFrame("an awaitable that does nothing known"))
        return checked

    def cancel_all(self, loop: int, futures: list[Any]) -> list[bool]:
        """Cancels each future; whether it is done at once."""
        found = self._do("cancel_all", self.module, futures, _loop=loop)
        return [each is True for each in self._list_of(len(futures), found)]

    def _list_of(self, count: int, value: Any) -> list[Any]:
        if type(value) is not list or len(value) != count:
            self._refuse(BadFrame("another number of answers than of questions"))
        return value

    def advance(
        self, loop: int, steps: Any, notify: Callable[[Any], None], error: BaseException | None
    ) -> Any:
        """Takes an awaitable one step further."""
        return self._do("advance", steps, notify, error, _loop=loop)

    def handle_of(self, attribute: str) -> int:
        """The handle, in the current process, of a class or function that is an attribute of the module."""
        found = ref_of(self._do("get", self.module, attribute))
        if found is None:
            raise ObjectLost(f"{attribute} is not there any more")
        return found.handle

    def _derive(self, cls: type) -> None:
        own = {name: value for name, value in cls.__dict__.items() if name not in _OF_A_CLASS_BODY}
        handle = self._ask_form("derive", cls.__bases__[0], cls.__name__, own)
        if type(handle) is not int:
            self._refuse(BadFrame("no handle"))
        type.__setattr__(cls, REF, RemoteRef(self, handle))
        with self._lock:
            self._classes[self.channel.generation, handle] = cls

    def _learn_declared(self) -> None:
        """Makes the stand-ins of the declared classes, once for each process."""
        generation = self.channel.generation
        with self._lock:
            self._classes = {key: made for key, made in self._classes.items() if key[0] == generation}
        for name in self._declared:
            known = self._class_of_attribute.get(name)
            ref = None if known is None else (self._ref_of_exception.get(known) or ref_of(known))
            if ref is not None and ref.generation == generation:
                continue
            try:
                form = self._ask_form("get", self.module, name)
            except AttributeError:
                continue
            own = form.get("o") if type(form) is dict else None
            if type(own) is dict and own.get("kind") == "class":
                self._class(own, name)

    # Asking

    def _do(self, op: str, target: Any, /, *args: Any, _loop: int | None = None, **kwargs: Any) -> Any:
        if self._learned != self.channel.generation:
            self._learned = self.channel.generation
            self._learn_declared()
        try:
            form, decoder = self._exchange(op, target, args, kwargs, _loop)
            found = decoder.value(form)
        except (BadFrame, WroteToReadOnly) as error:
            self._refuse(error)
        except BaseException:
            if op in _ANSWERED:
                self.work.refuse()
            raise
        self._note_result(op, target, args, kwargs, found)
        return found

    def _note_result(
        self, op: str, target: Any, args: tuple[Any, ...], kwargs: dict[str, Any], found: Any
    ) -> None:
        """Gives what came of a request its origin, and notes it as an answer if it is one."""
        origin = self._origin(target)
        if op in ("get", "special", "c_function") and args:
            origin = f"{origin}.{args[0]}" if origin else str(args[0])
            args = args[1:]
        for each in found if type(found) is list and op == "call_all" else (found,):
            ref = self._ref(each)
            if ref is not None and ref.origin is None:
                ref.origin = origin[:_LONGEST_ORIGIN]
        if op in _ANSWERED or (op == "get" and isinstance(target, RemoteInstance)):
            self.work.answer(origin, found, [*args, *kwargs.values()])

    def _origin(self, value: Any) -> str:
        ref = self._ref(value)
        if value is self.module or ref is None:
            return ""
        return ref.origin or f"<{type(value).__name__}>"

    def note_awaited(self, awaitable: Any, value: Any) -> None:
        """Notes the result of an awaitable."""
        self.work.answer(self._origin(awaitable), value)

    def _ref(self, value: Any) -> RemoteRef | None:
        return (self._ref_of_exception.get(value) if isinstance(value, type) else None) or ref_of(value)

    def _ask_form(self, op: str, target: Any, *args: Any) -> Any:
        try:
            return self._exchange(op, target, args, {}, None)[0]
        except (BadFrame, WroteToReadOnly) as error:
            self._refuse(error)

    def _exchange(
        self, op: str, target: Any, args: tuple[Any, ...], kwargs: dict[str, Any], loop: int | None
    ) -> tuple[Any, Decoder]:
        ref = self._ref(target)
        if ref is None and isinstance(target, RemoteType):
            self._derive(target)
            ref = ref_of(target)
        if ref is None:
            raise TypeError("this object has no counterpart in the jail")
        encoder = Encoder(self)
        body: dict[str, Any] = {"op": op, "target": ref.current()}
        if loop is not None:
            body["loop"] = loop
        body["args"] = [encoder.value(each) for each in args]
        body["kwargs"] = {name: encoder.value(value) for name, value in kwargs.items()}
        buffers: list[Buffer] = []
        encoder.finish(buffers.extend)
        body["release"] = self._take_released()
        alive = (target, args, kwargs)
        now, since = self._now(), self._since(loop)
        answer = self.channel.ask(Message(body, encoder.blobs))
        if self._write_back(answer, buffers):
            self.work.act(self._origin(target))
        del alive
        decoder = Decoder(self, answer.blobs)
        if "raised_own" in answer.body:
            own = self.exported(answer.body["raised_own"])
            if not isinstance(own, BaseException):
                raise BadFrame("an exception that is none")
            self.work.act(self._origin(target))  # It has this exception from a call of the test's code.
            own = self._come_back(own, since)
            raise own if self._handed_out.was_meant(own, now.turn) else self._seen(own, op, target, args)
        if "raised" in answer.body:
            error = decoder.value({"x": answer.body["raised"]})
            raise self._seen(self._come_back(error, since), op, target, args)
        if "result" not in answer.body:
            raise BadFrame("an answer without a result")
        return answer.body["result"], decoder

    def _now(self) -> _Moment:
        return _Moment(failures.how_many(), self._handed_out.turn)

    def _since(self, loop: int | None) -> _Moment:
        """The beginning of the call that a request belongs to: of the event loop, if it has one."""
        return self._now() if loop is None else self._loops.get(loop) or self._now()

    def _come_back(self, error: BaseException, since: _Moment) -> BaseException:
        """An exception that the worker raises in a call which began at that moment."""
        if not self._handed_out.may_come_back(error, since.turn):
            return RuntimeError("the call raised an exception of an earlier call or test")
        failures.forget(error, since.failures)
        return error.with_traceback(None)  # Each raise would add its frames to the earlier ones.

    def _seen(self, error: BaseException, op: str, target: Any, args: tuple[Any, ...]) -> BaseException:
        """The exception that the test gets to see instead of a result."""
        if isinstance(error, (StopIteration, StopAsyncIteration)) and not self._ends(op, target, args):
            # A loop or a generator of the test would take it for its own end, and skip what it checks.
            instead = RuntimeError(f"the call raised {type(error).__name__}")
            instead.__cause__ = error
            return instead
        return error

    def _ends(self, op: str, target: Any, args: tuple[Any, ...]) -> bool:
        """Whether a request asks for the next item or step, and so may be told that there is none."""
        if op == "special":
            return args[:1] in (("__next__",), ("__anext__",))
        steps = (".send", ".throw", ".asend", ".athrow", ".aclose", ".close", ".__next__", ".__anext__")
        return op == "advance" or (op == "call" and self._origin(target).endswith(steps))

    @staticmethod
    def _write_back(answer: Message, buffers: list[Buffer]) -> bool:
        """An array that the submission has changed is changed here too. Says whether there was one."""
        changed = answer.body.get("changed", [])
        if type(changed) is not list or len(changed) > len(buffers):
            raise BadFrame("changes that nobody can have made")
        by_blob = {buffer.blob: buffer for buffer in buffers}
        for pair in changed:
            if type(pair) is not list or len(pair) != 2 or not all(type(number) is int for number in pair):
                raise BadFrame("a change that is none")
            buffer, blob = by_blob.get(pair[0]), pair[1]
            if buffer is None or not 0 <= blob < len(answer.blobs):
                raise BadFrame("a change to a buffer that was never sent")
            if not buffer.writeable:
                raise WroteToReadOnly("the call wrote into a read-only array")
            if not arguments.changes_are_allowed():
                # Not written: the test goes on to compute what it expects from the array that it made.
                raise arguments_changed("the submission", "changed", "as before")
            buffer.write(answer.blobs[blob])
        return bool(changed)

    def _take_released(self) -> list[list[int]]:
        taken: Counter[int] = Counter()
        while self._released:
            generation, handle = self._released.popleft()
            if generation == self.channel.generation:
                taken[handle] += 1
        return [[handle, times] for handle, times in taken.items()]

    # The requests of the worker: only to use what it was given

    def answer(self, message: Message) -> Message:
        """Calls a special method of an object that a test has handed over."""
        encoder = Encoder(self)
        try:
            target, method = self._handed_out.method(message.body.get("target"), message.body.get("method"))
            decoder = Decoder(self, message.blobs)
            forms, named = message.body.get("args", []), message.body.get("kwargs", {})
            if type(forms) is not list or type(named) is not dict:
                raise BadFrame("a request without arguments")
            args = [decoder.value(form) for form in forms]
            kwargs = {key: decoder.value(form) for key, form in named.items()}
        except (BadFrame, NotPlainData) as error:
            raised = encoder.exception(TypeError(str(error)))
            return Message({"raised": raised, "error": self._handed_out.number(_REFUSED), "changed": []})
        try:
            body = {"result": encoder.value(method(target, *args, **kwargs))}
        except BaseException as error:  # An error of the test's code belongs to the caller in the jail.
            encoder = Encoder(self)
            body = {
                "raised": self._shown_to_submission(encoder, error, message.body["method"]),
                "error": self._handed_out.number_of_error(error, message.body["method"]),
            }
        encoder.finish()
        body["changed"] = encoder.changes(decoder.buffers, message.blobs)
        return Message(body, encoder.blobs)

    @staticmethod
    def _shown_to_submission(encoder: Encoder, error: BaseException, method: str) -> Any:
        try:
            return encoder.exception(shown_to_submission(error, method))
        except Exception as problem:  # The test's own class decides what is in its exceptions.
            failures.record(problem)
            return Encoder(encoder.side).exception(RuntimeError("raised by the test's own code"))

    # A `Side` for the codec

    def export(self, value: Any) -> Any:
        """An object of a test: the special methods that may be called, and nothing else of it."""
        return self._handed_out.form(value)

    def foreign_name(self, value: Any) -> Any:
        """The handle of a stand-in."""
        ref = self._ref_of_exception.get(value) if isinstance(value, type) else None
        if ref is None and isinstance(value, (RemoteModule, RemoteCallable, RemoteType)):
            ref = ref_of(value)
            if ref is None and isinstance(value, RemoteType) and value is not RemoteInstance:
                self._derive(value)
                ref = ref_of(value)
        if ref is None and isinstance(type(value), (RemoteType, RemoteExceptionType)):
            ref = ref_of(value)
        return None if ref is None else ref.current()

    def exported(self, form: Any) -> Any:
        """The object that was handed over under this number."""
        return self._handed_out.object(form)

    def exception_class(self, form: Any) -> type[BaseException]:
        """The class of an exception that came out of the jail."""
        found: Any = None
        if type(form) is str:
            found = standard_exception(form)
        elif type(form) is dict and set(form) == {"y"}:
            found = self.exported(form["y"])
        elif type(form) is dict and set(form) == {"o"}:
            found = self.import_object(form["o"])
        if not (isinstance(found, type) and issubclass(found, BaseException)):
            raise BadFrame("an exception of a class that is none")
        return found if type(form) is dict and "y" in form else without_consequences(found)

    def made_exception(
        self, kind: type[BaseException], args: list[Any], attributes: dict[str, Any], form: dict[str, Any]
    ) -> BaseException:
        """An exception that was raised in the jail, or made there. One of the submission's own classes keeps
        its counterpart: an attribute that a test sets is set in the jail."""
        text = checked_text(form.get("text"))
        if not isinstance(kind, RemoteExceptionType):
            if standard_name(kind) is not None:
                return rebuilt(kind, args, attributes, text)
            # A test's own class that it has handed over. Its code runs only where the test itself calls it.
            own = BaseException.__new__(kind)
            own.args = tuple(args)
            fill_value(own, None)
            return own
        made = kind.__new__(kind)
        made.args = tuple(args)
        fill_value(made, None)
        made.__dict__[TEXT] = text
        made.__dict__[ATTRIBUTES] = kept_attributes(kind, args, attributes)
        made.__dict__.update(others(kind, attributes))
        handle = form.get("handle")
        if type(handle) is int:
            made.__dict__[REF] = RemoteRef(self, handle)
            weakref.finalize(made, self._released.append, (self.channel.generation, handle))
        return made

    def exception_handle(self, error: BaseException) -> int | None:
        """Nothing: the oracle tells nothing of its own exceptions."""
        return None

    def import_object(self, form: Any) -> Any:
        """The stand-in for an object in the jail; the same one for the same object."""
        if type(form) is not dict:
            raise BadFrame("an object of no known form")
        if "builtin" in form:
            return _builtin_type(form["builtin"])
        handle, kind = form.get("handle"), form.get("kind")
        if type(handle) is not int:
            raise BadFrame("an object without a handle")
        if handle == MODULE:
            return self.module
        if kind == "class":
            return self._class(form, None)
        key = (self.channel.generation, handle)
        with self._lock:
            known = self._known.get(key)
            if known is not None:
                self._released.append(key)  # Sent once more, so to be given back once more.
                return known
            ref = RemoteRef(self, handle)
            made: Any
            if kind == "callable":
                made = RemoteCallable(ref)
            elif kind == "instance":
                cls = self._class(form.get("class"), None)
                if not isinstance(cls, RemoteType):
                    raise BadFrame("an object of a class that has no stand-ins")
                made = object.__new__(cast(Any, cls))
                made.__dict__[REF] = ref
            else:
                raise BadFrame("an object of an unknown kind")
            self._known[key] = made
            weakref.finalize(made, self._released.append, key)
            return made

    def _class(self, form: Any, attribute: str | None, depth: int = 0) -> type:
        if type(form) is not dict or depth > _DEEPEST_BASES:
            raise BadFrame("a class of no known form")
        if "builtin" in form:
            return _builtin_type(form["builtin"])
        handle = form.get("handle")
        if type(handle) is not int:
            raise BadFrame("a class without a handle")
        key = (self.channel.generation, handle)
        with self._lock:
            if key in self._classes:
                return self._classes[key]
            if len(self._classes) >= MOST_CLASSES:
                raise BadFrame("more classes than any module has")
            known = self._class_of_attribute.get(attribute) if attribute is not None else None
            if known is not None:  # The same class, in a new process.
                ref = self._ref_of_exception.get(known) or ref_of(known)
                if ref is not None:
                    ref.handle, ref.generation = handle, self.channel.generation
                made: type = known
            else:
                try:
                    made = self._new_class(form, handle, attribute, depth)
                except TypeError:  # Python finds no order for its bases, or no layout.
                    raise BadFrame("a class that cannot be") from None
                if attribute is not None:
                    self._class_of_attribute[attribute] = made
            self._classes[key] = made
            return made

    def _new_class(self, form: dict[str, Any], handle: int, attribute: str | None, depth: int) -> type:
        name, doc, module = form.get("name"), form.get("doc"), form.get("module")
        if type(name) is not str or not name.isidentifier() or len(name) > LONGEST_NAME:
            raise BadFrame("a class without a name")
        bases_given, specials = form.get("bases", []), form.get("specials", [])
        if type(bases_given) is not list or type(specials) is not list or len(bases_given) > MOST_PARTS:
            raise BadFrame("a class whose bases are none")
        ref = RemoteRef(self, handle, attribute)
        space: dict[str, Any] = {
            "__module__": module[:LONGEST_NAME] if type(module) is str else "?",
            "__doc__": doc[:LONGEST_ERROR_TEXT] if type(doc) is str else None,
            IMPORTED: True,
        }
        copies = frozenset(each for each in FOR_COPIES if each in specials)
        bases_found = [self._class(each, None, depth + 1) for each in bases_given]
        if form.get("exception") is not None:
            # One base only: a class that is many kinds of error at once would be right for every test.
            base = _exception_base(bases_found[0]) if bases_found else Exception
            space.update(exception_space(base))
            made: type = RemoteExceptionType(name, (base,), space)
            self._ref_of_exception[made], self._copies[made] = ref, copies
            SESSION_OF_EXCEPTION[made] = self
            return made
        space[REF] = ref
        remote_bases = tuple(base for base in bases_found if isinstance(base, RemoteType))
        allowed = OF_UNKNOWN_CLASSES
        if attribute is not None:
            allowed = FROM_THE_SUBMISSION & (OF_EVERY_DECLARED_CLASS | {*self._declared[attribute]})
        space.update({special: forward(special) for special in allowed if special in specials})
        if attribute is not None and form.get("hashable") is False:
            space["__hash__"] = None
        made = RemoteType(name, remote_bases or (RemoteInstance,), space)
        self._copies[made] = copies
        abcs = form.get("abcs", [])
        for abc in abcs if attribute is not None and type(abcs) is list else []:
            if abc in _ABCS:
                getattr(collections.abc, abc).register(made)
        return made


_ABCS = ("Sequence", "MutableSequence", "Mapping", "MutableMapping", "Set", "MutableSet")


def _raise(error: Exception) -> NoReturn:
    raise error


def _exception_base(base: type) -> type[BaseException]:
    # A group takes its parts when it is made.
    if not issubclass(base, BaseException) or issubclass(base, BaseExceptionGroup):
        return Exception
    return without_consequences(base)


def _builtin_type(name: Any) -> type:
    found = getattr(builtins, name, None) if type(name) is str else None
    if not isinstance(found, type):
        raise BadFrame("no such type")
    return found
