"""Requests and answers over one socket, in both directions, from any thread.

Each thread that asks has its number on all its messages. While it waits, it does what the other side asks
back under that number, as a callback would. So the answers of a thread come in the order of a stack, and need
no numbers. Threads that the submission started have one number together: one at a time, and the oracle has a
thread of its own for them.
"""

from __future__ import annotations

import contextlib
import queue
import socket
import threading
import time
from collections.abc import Callable

from . import frames
from .frames import BadFrame, Closed, Message, TookTooLong

MAIN = 0
"""The number of the main thread, on both sides."""

FOREIGN = -1
"""The number of all threads that the submission started."""

MOST_WAITING = 64
"""Messages to one thread that it has not come to yet."""

MOST_BYTES_WAITING = 2 * frames.LONGEST
"""Bytes of all messages that no thread has come to yet."""


class Peer:
    """One end of the connection. `answer` does what the other side asks for."""

    def __init__(
        self,
        link: socket.socket,
        answer: Callable[[Message], Message],
        takes_new_threads: bool,
        longest_answer: float | None = None,
    ) -> None:
        """`longest_answer`: seconds in which the other side must have read an answer, if no request waits."""
        self._link = link
        self._answer = answer
        self._takes_new_threads = takes_new_threads
        self._sending = threading.Lock()
        self._queues: dict[int, queue.SimpleQueue[Message | None]] = {}
        self._queues_lock = threading.Lock()
        self._local = threading.local()
        self._answers_due: dict[int, int] = {}
        self._longest_answer = longest_answer
        self._bytes_waiting = 0
        self._foreign = threading.RLock()
        self.failure: Exception | None = None
        """The error that ended the connection."""

    def start(self) -> None:
        """Begins to read."""
        if not self._takes_new_threads:
            self._inbox(FOREIGN)
            threading.Thread(target=self.serve, args=(FOREIGN,), name="callbacks", daemon=True).start()
        threading.Thread(target=self._read, name="grader link", daemon=True).start()

    def close(self) -> None:
        """Ends the connection."""
        self._end(Closed("closed from this side"))
        with contextlib.suppress(OSError):
            self._link.shutdown(socket.SHUT_RDWR)
        self._link.close()

    def ask(self, message: Message, deadline: float | None = None) -> Message:
        """Sends a request and waits for the answer, doing meanwhile what is asked back."""
        number = self._number()
        if number == FOREIGN and self._takes_new_threads:
            with self._foreign:
                return self._ask(number, message, deadline)
        return self._ask(number, message, deadline)

    def _ask(self, number: int, message: Message, deadline: float | None) -> Message:
        inbox = self._inbox(number)
        with self._queues_lock:
            self._answers_due[number] = self._answers_due.get(number, 0) + 1
        self._send(number, "ask", message, deadline)
        while True:
            got = self._next(inbox, deadline)
            if got.body.get("kind") == "answer":
                return got
            self._send(number, "answer", self._answer(got), deadline)

    def serve(self, number: int) -> None:
        """Answers what one thread of the other side asks, until the connection ends."""
        self._local.number = number
        inbox = self._inbox(number)
        while True:
            try:
                answer = self._answer(self._next(inbox, None))
                limit = self._longest_answer
                self._send(number, "answer", answer, None if limit is None else time.monotonic() + limit)
            except Closed:
                return
            except TookTooLong:
                self._end(Closed("the other side does not read"))
                return
            except BadFrame as error:  # An answer that is too long for a frame.
                self._end(error)
                return

    def _next(self, inbox: queue.SimpleQueue[Message | None], deadline: float | None) -> Message:
        left = None if deadline is None else deadline - time.monotonic()
        try:
            # A side that keeps asking back has no more time than a silent one.
            if left is not None and left <= 0.0:
                raise queue.Empty
            got = inbox.get(timeout=left)
        except queue.Empty:
            raise TookTooLong from None
        if got is None:
            inbox.put(None)  # For the next thread that asks.
            raise self.failure or Closed("closed")
        with self._queues_lock:
            self._bytes_waiting -= got.size
        return got

    def _number(self) -> int:
        number = getattr(self._local, "number", None)
        if number is None:
            if self._takes_new_threads:
                number = FOREIGN
            elif threading.current_thread() is threading.main_thread():
                number = MAIN
            else:
                number = threading.get_ident()
            self._local.number = number
        return int(number)

    def _inbox(self, number: int) -> queue.SimpleQueue[Message | None]:
        with self._queues_lock:
            if number not in self._queues:
                self._queues[number] = queue.SimpleQueue()
                if self.failure is not None:
                    self._queues[number].put(None)
            return self._queues[number]

    def _send(self, number: int, kind: str, message: Message, deadline: float | None) -> None:
        message.body.update(thread=number, kind=kind)
        if not self._sending.acquire(
            timeout=-1 if deadline is None else max(0.0, deadline - time.monotonic())
        ):
            raise TookTooLong
        try:
            frames.send(self._link, message, deadline)
        finally:
            self._sending.release()

    def _read(self) -> None:
        try:
            while True:
                message = frames.receive(self._link)
                number = message.body.get("thread")
                if type(number) is not int:
                    raise BadFrame("a message of no thread")
                if number not in self._queues and number != MAIN:
                    if not self._takes_new_threads:
                        raise BadFrame("a message to a thread that never asked")
                    self._inbox(number)
                    threading.Thread(target=self.serve, args=(number,), daemon=True).start()
                inbox = self._inbox(number)
                if not self._takes_new_threads:
                    self._check_due(message, number, inbox)
                with self._queues_lock:
                    self._bytes_waiting += message.size
                inbox.put(message)
        except (BadFrame, Closed) as error:
            self._end(error)
        except MemoryError:
            self._end(BadFrame("a message that memory cannot hold"))

    def _check_due(self, message: Message, number: int, inbox: queue.SimpleQueue[Message | None]) -> None:
        """Refuses answers to no question, which would be taken for one to the next, and more messages than an
        honest side would send: they would fill the memory. A few threads of its own may ask at once."""
        with self._queues_lock:
            if message.body.get("kind") == "answer":
                if self._answers_due.get(number, 0) == 0:
                    raise BadFrame("an answer to no question")
                self._answers_due[number] -= 1
            if inbox.qsize() >= MOST_WAITING or self._bytes_waiting > MOST_BYTES_WAITING:
                raise BadFrame("more messages than anybody can wait for")

    def _end(self, failure: Exception) -> None:
        with self._queues_lock:
            self.failure = self.failure or failure
            for inbox in self._queues.values():
                inbox.put(None)
