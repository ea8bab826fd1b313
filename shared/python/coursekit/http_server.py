"""An HTTP server on loopback that does what it is told, counts what it sees, and ends with its `with` block.

    text = unguessable("hello")
    with Server() as server:
        expect(awaited(async_fetch.async_fetch_data), server.url(f"/text/{text}")).returns(text)

A plan says how to answer:

    /text/hello        200, with the rest of the plan as the body
    /status/404        that status, with its number as the body
    /status/404/gone   that status, with the rest of the plan as the body
    /redirect/text/x   302, to an address with the rest as its plan
    /bytes/ff41        200, with these bytes
    /held              never answers, and notices when the client goes
    /stalled           half an answer, then as /held
    /hangup            closes the connection without an answer
    /truncated         announces more than it sends, and closes

and, after a question mark, when: `?inflight=3` not before three requests are in flight at once, `?answered=2`
not before two have been answered or hung up on. `/held`, `/stalled`, `/hangup` and `/truncated` ignore the
rest, so it can serve as a name: `/held/a`.

An address shows nothing of its plan, because `url` gives each plan a random path: a submission must make a
request to learn the answer. A test takes a text that is new in each run from `unguessable`.
"""

from __future__ import annotations

import asyncio
import secrets
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs

from .patience import note_that_a_limit_ran_out

SETTLE = 0.03
"""Seconds between the awaited event and the answer: time for a request too many to show itself."""

MOST_REQUESTS = 10_000
"""Requests that are answered, and kept: a client must not fill the memory."""


KINDS = frozenset({"text", "status", "redirect", "bytes", "held", "stalled", "hangup", "truncated"})
"""The first word of each plan."""

UNKNOWN = "/status/404"
"""The plan for a path that `Server.url` never gave."""


def unguessable(name: str = "") -> str:
    """The name and sixteen random digits: a submission can learn this text from a server's answer only."""
    digits = secrets.token_hex(8)
    return f"{name}-{digits}" if name else digits


@dataclass(frozen=True)
class _Plan:
    """The answer, and the condition that it waits for."""

    text: str
    """The plan as the test wrote it."""
    kind: str
    rest: str
    inflight: int
    answered: int

    @staticmethod
    def parse(text: str) -> _Plan:
        path, _, query = text.partition("?")
        _, kind, rest = [*path.split("/", 2), "", ""][:3]
        if kind not in KINDS:
            raise ValueError(f"the plan {text!r} must begin with one of {', '.join(sorted(KINDS))}")
        when = {key: int(values[0]) for key, values in parse_qs(query).items()}
        return _Plan(text, kind, rest, when.get("inflight", 0), when.get("answered", 0))


def _own_listener() -> socket.socket:
    return socket.create_server(("127.0.0.1", 0), backlog=1024)


make_listener: Callable[[], socket.socket] = _own_listener
"""Makes the socket that a server listens on. The grader has another: one in the network of its jail."""


class Server:
    """A server in a thread of its own. The figures may be read at any time."""

    def __init__(self) -> None:
        self.requests: list[str] = []
        """The plans that were asked for, in the order of their arrival; the path where it has no plan."""
        self.connections = 0
        """Connections that were ever opened."""
        self.in_flight = 0
        """Requests without an answer so far."""
        self.most_in_flight = 0
        """The most requests that ever were in flight at once."""
        self.answered = 0
        """Requests that were answered or hung up on."""
        self.abandoned = 0
        """Requests whose client closed the connection before the answer."""
        self._changed = threading.Condition()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="http server", daemon=True)
        self._ready = threading.Event()
        self._failure: BaseException | None = None
        self._stop = asyncio.Event()
        self._turn = asyncio.Event()
        self._port = 0
        self._plans: dict[str, _Plan] = {}

    def url(self, plan: str) -> str:
        """A new address, which answers by the plan. Its path is random and shows nothing of the plan."""
        return f"http://127.0.0.1:{self._port}{self._path_for(plan)}"

    def _path_for(self, plan: str) -> str:
        path = f"/{unguessable()}"
        self._plans[path] = _Plan.parse(plan)
        return path

    def wait_until(self, condition: Callable[[], bool], limit: float = 5.0) -> bool:
        """Waits for the condition, and tells whether it holds. The limit is for those that never do."""
        with self._changed:
            holds = bool(self._changed.wait_for(condition, limit))
        if not holds:
            note_that_a_limit_ran_out()
        return holds

    def __enter__(self) -> Server:
        self._thread.start()
        self._ready.wait()
        if self._failure is not None:
            raise self._failure
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._serve())
        except BaseException as error:  # The starting thread shall see it, and not wait for ever.
            self._failure = error
        finally:
            self._loop.close()
            self._ready.set()

    async def _serve(self) -> None:
        listener = make_listener()
        self._port = listener.getsockname()[1]
        connections: set[asyncio.Task[None]] = set()

        def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.ensure_future(self._connection(reader, writer))
            connections.add(task)
            task.add_done_callback(connections.discard)

        server = await asyncio.start_server(accept, sock=listener)
        self._ready.set()
        await self._stop.wait()
        server.close()
        for task in connections:
            task.cancel()
        await asyncio.gather(*connections, return_exceptions=True)

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._change(connections=1)
        begun = b""
        try:
            while True:
                head = begun + await reader.readuntil(b"\r\n\r\n")
                target = head.split(b" ", 2)[1].decode()
                # Nothing comes while a request is in flight, but for the end of the connection.
                watch = asyncio.ensure_future(reader.read(1))
                kept = await self._request(target, writer, watch)
                if not kept:
                    return
                if not watch.cancel():
                    begun = watch.result()  # The next request was quicker.
                else:
                    begun = b""
                    await asyncio.wait({watch})
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _request(self, target: str, writer: asyncio.StreamWriter, watch: asyncio.Future[bytes]) -> bool:
        """Answers one request. Tells whether the connection goes on. After `MOST_REQUESTS` it never does."""
        if len(self.requests) >= MOST_REQUESTS:
            return False
        plan = self._plans.get(target)
        self.requests.append(target if plan is None else plan.text)
        self._change(in_flight=1)
        answer = asyncio.ensure_future(self._answer(plan or _Plan.parse(UNKNOWN), writer))
        try:
            both: set[asyncio.Future[Any]] = {answer, watch}
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            if answer.done():
                return answer.result()
            if watch.exception() is None and watch.result():
                return await answer  # Part of a next request, though this one is not answered: pipelined.
            self._change(abandoned=1)
            return False
        finally:
            answer.cancel()
            self._change(in_flight=-1, answered=int(answer.done() and not answer.cancelled()))

    async def _answer(self, plan: _Plan, writer: asyncio.StreamWriter) -> bool:
        if plan.inflight:
            await self._until(lambda: self.most_in_flight >= plan.inflight)
            await asyncio.sleep(SETTLE)
        if plan.answered:
            await self._until(lambda: self.answered >= plan.answered)
            await asyncio.sleep(SETTLE)
        status, body, headers, missing = 200, plan.rest.encode(), "", 0
        match plan.kind:
            case "text":
                pass
            case "bytes":
                body = bytes.fromhex(plan.rest)
            case "status":
                number, _, text = plan.rest.partition("/")
                status, body = int(number), (text or number).encode()
            case "redirect":
                status, body, headers = 302, b"", f"Location: {self._path_for('/' + plan.rest)}\r\n"
            case "truncated" | "stalled":
                body, missing = b"half", 4
            case "hangup":
                return False
            case _:
                await asyncio.Event().wait()
        length = len(body) + missing
        reason = HTTPStatus(status).phrase
        head = f"HTTP/1.1 {status} {reason}\r\nContent-Length: {length}\r\n{headers}\r\n"
        writer.write(head.encode() + body)
        await writer.drain()
        if plan.kind == "stalled":
            await asyncio.Event().wait()
        return plan.kind != "truncated"

    async def _until(self, condition: Callable[[], bool]) -> None:
        while not condition():
            await self._turn.wait()

    def _change(self, **by: int) -> None:
        with self._changed:
            for name, step in by.items():
                setattr(self, name, getattr(self, name) + step)
            self.most_in_flight = max(self.most_in_flight, self.in_flight)
            self._changed.notify_all()
        self._turn.set()
        self._turn = asyncio.Event()


def refusing_url() -> str:
    """An address where nobody listens: connections are refused. It looks like any other."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    return f"http://127.0.0.1:{port}/{unguessable()}"
