"""Runs in the jail: loads the submission and does with it what is asked. It knows no answers.

    python -I -X utf8 shared/python/run.py grading-worker FD SOCKETS MODULE FOLDER

FD is a socket to the oracle. SOCKETS is another, over which sockets themselves are handed to it.

Everything that this process says may be forged; the oracle believes a value only if it is the right one.
"""

from __future__ import annotations

import builtins
import collections.abc
import ctypes
import functools
import gc
import importlib
import os
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any, NoReturn

from .codec.arrays import Buffer
from .codec.decoder import Decoder
from .codec.encoder import Encoder
from .codec.exceptions import nearest_standard, rebuilt, standard_exception, standard_name
from .codec.side import NotPlainData
from .specials import FOR_COPIES, FROM_THE_SUBMISSION
from .transport import frames
from .transport.frames import BadFrame, Message
from .transport.peer import MAIN, Peer

MODULE = 0
ABCS = ("Sequence", "MutableSequence", "Mapping", "MutableMapping", "Set", "MutableSet")


def main(fd: str, sockets: str, name: str, folder: str) -> NoReturn:
    """Serves until the oracle closes the connection, or ends this process."""
    gc.freeze()  # Nothing that was loaded so far is garbage, and it need not be looked at again.
    gc.enable()
    link = socket.socket(fileno=int(fd))
    worker = Worker(link, socket.socket(fileno=int(sockets)))
    worker.peer.start()
    sys.path.insert(0, folder)
    try:
        worker.adopt(importlib.import_module(name))
    except BaseException as error:  # A panic in the module's initialisation is no Exception.
        worker.import_error = error
    worker.peer.serve(MAIN)
    os._exit(0)


class Worker:
    """The objects that the oracle holds handles to."""

    largest_array = 1 << 62
    trusts_other = True

    def __init__(self, link: socket.socket, sockets: socket.socket) -> None:
        self._sockets = sockets
        self.peer = Peer(link, self.answer, takes_new_threads=True)
        self.import_error: BaseException | None = None
        self._lock = threading.RLock()
        self._objects: dict[int, Any] = {}
        self._handles: dict[int, int] = {}
        self._sent: dict[int, int] = {}
        self._next = 1
        self._stand_ins: dict[int, Any] = {}
        self._numbers: dict[int, int] = {}
        self._loops: list[Any] = []

    def adopt(self, module: ModuleType) -> None:
        """The module under test has handle 0."""
        self._objects[MODULE] = module
        self._handles[id(module)] = MODULE

    def answer(self, message: Message) -> Message:
        """Does one thing."""
        encoder = Encoder(self)
        decoder = Decoder(self, message.blobs)
        try:
            self._release(message.body["release"])
            with self._loop_running(message.body.get("loop")):
                result = self._do(message.body, decoder)
            raw = message.body["op"] in ("derive", "open_loop")
            body = {"result": result if raw else encoder.value(result)}
        except BadFrame:
            raise
        except NotPlainData as error:
            encoder = Encoder(self)
            body = {
                "raised": encoder.exception(NotImplementedError(f"cannot be judged from outside: {error}"))
            }
        except BaseException as error:
            encoder = Encoder(self)
            number = self._numbers.get(id(error))
            body = {"raised": encoder.exception(error)} if number is None else {"raised_own": number}
        encoder.finish()
        body["changed"] = encoder.changes(decoder.buffers, message.blobs)
        return Message(body, encoder.blobs)

    def _do(  # noqa: PLR0911, PLR0912  (one for each request)
        self, body: dict[str, Any], decoder: Decoder
    ) -> Any:
        if self.import_error is not None:
            raise self.import_error
        target = self._objects[body["target"]]
        args = [decoder.value(each) for each in body["args"]]
        kwargs = {name: decoder.value(value) for name, value in body["kwargs"].items()}
        match body["op"]:
            case "get":
                return getattr(target, args[0])
            case "set":
                return setattr(target, args[0], args[1])
            case "delete":
                return delattr(target, args[0])
            case "dir":
                return dir(target)
            case "call":
                return target(*args, **kwargs)
            case "special":
                return getattr(type(target), args[0])(target, *args[1:], **kwargs)
            case "global":
                return functools.reduce(getattr, args[1].split("."), importlib.import_module(args[0]))
            case (
                "open_loop" | "run_loop" | "close_loop" | "call_all" | "begin_all" | "advance" | "cancel_all"
            ):
                return self._asynchronous(body["op"], target, args)
            case "c_function":
                return _call_c(target, *args)
            case "imported":
                return None
            case "listen":
                return self._listen()
            case "derive":
                return self._derive(target, *args)
            case _:
                raise BadFrame("an unknown request")

    def _asynchronous(  # noqa: PLR0911  (one for each request)
        self, op: str, target: Any, args: list[Any]
    ) -> Any:
        from . import worker_loop  # Most exercises never need asyncio, and it takes its time to load.

        match op:
            case "open_loop":
                self._loops.append(worker_loop.SteppedLoop())
                return len(self._loops) - 1
            case "run_loop":
                return self._loops[args[0]].step(args[1])
            case "close_loop":
                loop, self._loops[args[0]] = self._loops[args[0]], None
                return worker_loop.close(loop, *args[1:])
            case "call_all":
                return [target(*each) for each in args[0]]
            case "begin_all":
                return [worker_loop.begin(*pair) for pair in zip(*args, strict=True)]
            case "advance":
                return worker_loop.advance(target, *args)
            case _:
                return [bool(future.cancel()) and bool(future.done()) for future in args[0]]

    @contextmanager
    def _loop_running(self, handle: int | None) -> Iterator[None]:
        """Lets `asyncio.get_running_loop()` find the loop, which stands still between its steps."""
        if handle is None:
            yield
            return
        import asyncio

        before = asyncio._get_running_loop()
        asyncio._set_running_loop(self._loops[handle])
        try:
            yield
        finally:
            asyncio._set_running_loop(before)

    def _derive(self, base: type, name: str, own: dict[str, Any]) -> int:
        """A class that a test has derived: its methods call back."""
        space = {
            key: _method(value) if callable(value) and type(value).__name__ == "function" else value
            for key, value in own.items()
        }
        return self._handle(type(name, (base,), space))

    def _listen(self) -> None:
        """Hands the oracle a socket that listens in here, so that only the jail reaches the test's server."""
        with socket.create_server(("127.0.0.1", 0), backlog=1024) as listener:
            socket.send_fds(self._sockets, [b"s"], [listener.fileno()])

    def _release(self, released: list[list[int]]) -> None:
        dropped = []
        with self._lock:
            for handle, count in released:
                left = self._sent.get(handle, 0) - count
                if left > 0:
                    self._sent[handle] = left
                elif handle in self._objects and handle != MODULE:
                    dropped.append(self._objects.pop(handle))
                    self._sent.pop(handle, None)
                    self._handles.pop(id(dropped[-1]), None)
        dropped.clear()  # After the lock: letting go may run code of the submission.

    def _handle(self, value: Any) -> int:
        with self._lock:
            handle = self._handles.get(id(value))
            if handle is None:
                handle, self._next = self._next, self._next + 1
                self._objects[handle], self._handles[id(value)] = value, handle
            self._sent[handle] = self._sent.get(handle, 0) + 1
            return handle

    # A `Side` for the codec

    def export(self, value: Any) -> Any:
        """An object of the submission, or of Python's that it has given out."""
        if isinstance(value, type):
            return self._class(value)
        if isinstance(value, ModuleType) and self._handles.get(id(value)) != MODULE:
            raise NotPlainData("a module")
        form: dict[str, Any] = {"handle": self._handle(value)}
        if isinstance(
            value, (FunctionType, BuiltinFunctionType, MethodType, type(str.join), type("".__add__))
        ):
            form["kind"] = "callable"
        else:
            form.update(kind="instance")
            # Python's own classes are described too: an `__iter__` may hand back a `map`.
            form["class"] = self._described_class(type(value))
        return form

    def _class(self, cls: type) -> dict[str, Any]:
        if getattr(builtins, cls.__name__, None) is cls and cls.__module__ == "builtins":
            return {"builtin": cls.__name__}
        return self._described_class(cls)

    def _described_class(self, cls: type) -> dict[str, Any]:
        form: dict[str, Any] = {"handle": self._handle(cls), "kind": "class", "name": cls.__name__}
        form["module"], form["doc"] = (
            str(cls.__module__),
            cls.__doc__ if isinstance(cls.__doc__, str) else None,
        )
        form["bases"] = [self._class(base) for base in cls.__bases__ if base is not object]
        if issubclass(cls, BaseException):
            form["exception"] = standard_name(nearest_standard(cls))
        names = FROM_THE_SUBMISSION | FOR_COPIES
        form["specials"] = sorted(name for name in names if _has(cls, name))
        form["hashable"] = cls.__hash__ is not None
        form["abcs"] = [name for name in ABCS if issubclass(cls, getattr(collections.abc, name))]
        return form

    def foreign_name(self, value: Any) -> Any:
        """The number of an object that came from the oracle."""
        return self._numbers.get(id(value))

    def import_object(self, form: Any) -> Any:
        """Stands for an object of a test."""
        if "builtin" in form:
            return getattr(builtins, form["builtin"])
        number = form["id"]
        with self._lock:
            if number not in self._stand_ins:
                made = self._stand_in(form)
                self._stand_ins[number] = made
                self._numbers[id(made)] = number
            return self._stand_ins[number]

    def _stand_in(self, form: dict[str, Any]) -> Any:
        number = form["id"]
        if "exception" in form:
            return type(form["exception"], (standard_exception(form["base"]) or Exception,), {})
        if "function" in form:

            def function(*args: Any, **kwargs: Any) -> Any:
                return self._call_back(number, "__call__", args, kwargs)

            return function
        space = {name: self._special(number, name) for name in form["specials"]}
        return type(form["type"], (), space)()

    def _special(self, number: int, name: str) -> Any:
        def method(_self: Any, *args: Any, **kwargs: Any) -> Any:
            return self._call_back(number, name, args, kwargs)

        method.__name__ = name
        return method

    def _call_back(self, number: int, method: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        encoder = Encoder(self)
        body: dict[str, Any] = {"target": number, "method": method}
        body["args"] = [encoder.value(each) for each in args]
        body["kwargs"] = {name: encoder.value(value) for name, value in kwargs.items()}
        buffers: list[Buffer] = []
        encoder.finish(buffers.extend)
        answer = self.peer.ask(Message(body, encoder.blobs))
        by_blob = {buffer.blob: buffer for buffer in buffers}
        for blob, changed in answer.body["changed"]:
            by_blob[blob].write(answer.blobs[changed])
        decoder = Decoder(self, answer.blobs)
        if "raised" in answer.body:
            error = decoder.value({"x": answer.body["raised"]})
            number = answer.body["error"]
            with self._lock:  # If it comes back, it shall be the very one, as often as it is raised.
                error = self._stand_ins.setdefault(number, error)
                self._numbers[id(error)] = number
            raise error.with_traceback(None)
        return decoder.value(answer.body["result"])

    def exported(self, form: Any) -> Any:
        """The object of a handle."""
        return self._objects[form]

    def made_exception(
        self, kind: type[BaseException], args: list[Any], attributes: dict[str, Any], form: dict[str, Any]
    ) -> BaseException:
        """An exception of a test's; one of the submission's own that comes back is itself."""
        if standard_name(kind) is not None:
            return rebuilt(kind, args, attributes, "")
        try:
            error = kind(*args)
        except Exception:  # Its class wants other arguments.
            error = kind.__new__(kind)
        error.args = tuple(args)
        return error

    def exception_handle(self, error: BaseException) -> int | None:
        """The oracle may ask about it later."""
        return self._handle(error)

    def exception_class(self, form: Any) -> type[BaseException]:
        """The class of an exception that a test's callback raised."""
        if isinstance(form, str):
            return standard_exception(form) or Exception
        found = self.exported(form["y"]) if "y" in form else self.import_object(form["o"])
        return found  # type: ignore[no-any-return]


def _call_c(module: Any, name: str, argument: str, result: str, calls: list[int]) -> list[int]:
    function = getattr(ctypes.CDLL(str(module.__file__)), name)
    function.argtypes, function.restype = [getattr(ctypes, argument)], getattr(ctypes, result)
    return [function(each) for each in calls]


def _method(function: Any) -> Any:
    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        return function(self, *args, **kwargs)

    method.__name__ = getattr(function, "__name__", "method")
    return method


def _has(cls: type, name: str) -> bool:
    own = getattr(cls, name, None)
    return own is not None and own is not getattr(object, name, None)


assert Worker.largest_array > frames.LONGEST
