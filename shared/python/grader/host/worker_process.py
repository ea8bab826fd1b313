"""The process with the submission, as the oracle sees it."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NoReturn

from coursekit import failures
from coursekit.show import is_not_written, show_error

from ..stand_ins.session import Session
from ..transport.frames import BadFrame, Closed, Message, TookTooLong
from ..transport.peer import Peer
from .starved import SHARE, LostTime, is_stopped

ENDED_FROM_OUTSIDE = frozenset(
    {signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, signal.SIGPWR}
)
"""Signals by which a machine ends processes: for want of memory, after a batch job, as it goes down."""

KEPT_OUTPUT = 4_000
"""Characters of the submission's output during one test."""

MOST_OUTPUT = 32 << 20
"""Bytes that the submission may print in all."""

POOL_THREADS = str(min(4, os.cpu_count() or 1))
"""Threads in each of a submission's pools. On a machine of many cores, as many exercises are tested at a
time; with pools as large, they would meet the limit on threads."""


class SubmissionLost(BaseException):
    """The process with the submission is lost. A BaseException, so that hypothesis does not try again."""


class WorkerProcess:
    """The process with the submission: started when it is needed, and anew after it has died."""

    def __init__(self, job: dict[str, Any]) -> None:
        self._job = job
        self.session: Session | None = None
        self.generation = 0
        self._peer: Peer | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._fault: tuple[str, str] | None = None
        self._cut_short = False
        self._begun = time.monotonic()
        self._lost = LostTime(self._number)
        self._lock = threading.RLock()
        self._listening = threading.Lock()
        self._deadline = time.monotonic() + job["time_limit"]
        self._output = Output()
        # The jail ends with the thread that starts it (PR_SET_PDEATHSIG), so that is none of a test's own.
        self._starter = ThreadPoolExecutor(1, "jail starter")
        self._start()

    def begin_test(self, seconds: float) -> None:
        """A new test, with this much time."""
        self._begun = time.monotonic()
        self._deadline = self._begun + seconds
        self._cut_short = False
        self._lost.begin_test()

    def finish_test(self) -> tuple[tuple[str, str] | None, str]:
        """The submission's failure during the test, if there was one, and its output."""
        fault, self._fault = self._fault, None
        return fault, self._output.take()

    def was_cut_short(self) -> bool:
        """Whether the fault of the last test may be the machine's: repeated alone, it may pass."""
        return self._cut_short

    def import_problem(self) -> tuple[str, str] | None:
        """The failure to import the module, if there was one: "todo", "error" or the end of the process."""
        assert self.session is not None
        try:
            self.session.check_import()
        except SubmissionLost:
            fault, _ = self.finish_test()
            return fault
        except BaseException as error:  # A panic in the module's initialisation is no Exception.
            return ("todo" if is_not_written(error) else "error"), show_error(error)
        return None

    def ask(self, message: Message) -> Message:
        """Sends a request. After a crash, nothing more until the next test."""
        with self._lock:
            if self._fault is not None:
                raise SubmissionLost(self._fault[1])
            if self._peer is None:
                self._start()
                # The request may hold handles of the process that is gone.
                if message.body["target"] != 0:
                    self._abandon("crashed", "the process with the submission had ended")
            peer = self._peer
        assert peer is not None
        try:
            return peer.ask(message, self._deadline)
        except TookTooLong:
            self._abandon(
                "timed_out",
                "stopped: it took too long. A loop that never ends, or locks that wait for each other",
                self.was_starved(),
            )
        except Closed:
            self._abandon("crashed", *self._how_it_ended())
        except BadFrame as error:
            self.refuse(error)

    def refuse(self, error: Exception) -> NoReturn:
        """After an answer that no honest process gives: nothing more until the next test."""
        self._abandon(
            "crashed", f"the process with the submission broke the rules of the conversation: {error}"
        )

    def _start(self) -> None:
        self.generation += 1
        ours, other = socket.socketpair()
        self._sockets, other_sockets = socket.socketpair()
        numbers = [other.fileno(), other_sockets.fileno()]
        self._process = self._starter.submit(
            subprocess.Popen,
            [*self._job["worker"], *map(str, numbers), self._job["module"], self._job["directory"]],
            pass_fds=numbers,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env={"RAYON_NUM_THREADS": POOL_THREADS, "TOKIO_WORKER_THREADS": POOL_THREADS},
        ).result()
        other.close()
        other_sockets.close()
        assert self._process.stdout is not None
        self._output.follow(self._process.stdout.fileno(), self._process)
        # A submission that does not read must not hold up the oracle.
        limit = self._job["time_limit"]
        self._peer = Peer(ours, self._answer, takes_new_threads=False, longest_answer=limit)
        self._peer.start()

    def restart(self) -> None:
        """Starts the process anew: it remembers nothing of what it has answered."""
        with self._lock:
            if self._fault is not None:
                raise SubmissionLost(self._fault[1])
            self.end()
            self._start()

    def listener(self) -> socket.socket:
        """A socket for a test's server, in the jail's network: reached from there, and from nowhere else."""
        assert self.session is not None
        with self._listening:
            self.session.listen()
            self._sockets.settimeout(max(0.1, self._deadline - time.monotonic()))
            _, handed, _, _ = socket.recv_fds(self._sockets, 1, 1)
        if len(handed) != 1:
            raise BadFrame("no socket to listen on")
        made = socket.socket(fileno=handed[0])
        # The descriptor may be anything: a file, a pipe, a socket of another kind.
        listens = made.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN) == 1
        if made.family != socket.AF_INET or made.type != socket.SOCK_STREAM or not listens:
            made.close()
            raise BadFrame("a socket that does not listen")
        return made

    def _answer(self, message: Message) -> Message:
        assert self.session is not None
        return self.session.answer(message)

    def _abandon(self, status: str, message: str, is_the_machines_fault: bool = False) -> NoReturn:
        """Only the first thread that notices says why: the others fail over what it has ended."""
        with self._lock:
            if self._fault is None:
                self._fault = (status, message)
                # After a failed check of this test, the submission gets no second try.
                self._cut_short = is_the_machines_fault and not failures.have_been_recorded()
            self.end()
        raise SubmissionLost(message)

    def was_starved(self) -> bool:
        """Whether it, or this process, waited for a processor a good part of the test, or was stopped."""
        number = self._number()
        if number is not None and is_stopped(number):
            return True
        return self._lost.in_this_test() > SHARE * (time.monotonic() - self._begun)

    def has_lost_before(self) -> float:
        """Seconds that both processes could not use, in all tests that have ended."""
        return self._lost.before

    def _number(self) -> int | None:
        process = self._process
        return None if process is None else process.pid

    def _how_it_ended(self) -> tuple[str, bool]:
        """The end of the process in words, and whether somebody else ended it."""
        process = self._process
        if process is None:  # Another thread has noticed before.
            return "the process with the submission had ended", False
        with contextlib.suppress(subprocess.TimeoutExpired):
            code = process.wait(2.0)
            # The jail reports a signal of its child as 128 and the signal's number.
            number = -code if code < 0 else code - 128
            # We did not end it: the kernel did for want of memory, a batch system or somebody else, or it did
            # so itself.
            is_killed = number in ENDED_FROM_OUTSIDE and not self._output.flooded
            if number > 0:
                with contextlib.suppress(ValueError):
                    return f"the process with the submission died ({signal.Signals(number).name})", is_killed
            return f"the process with the submission ended itself with exit code {code}", is_killed
        return "the process with the submission closed the connection", False

    def end(self) -> None:
        """Kills the process and all that it has started."""
        with self._lock:
            if self._process is not None:
                self._lost.end_process()
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait()
                self._process = None
            if self._peer is not None:
                self._peer.close()
                self._peer = None
                self._sockets.close()


class Output:
    """The submission's output: read all the time, as a full pipe would hold it up; the end is kept."""

    def __init__(self) -> None:
        self._kept = b""
        self._total = 0
        self.flooded = False
        """Whether the process was killed for it."""
        self._lock = threading.Lock()

    def follow(self, fd: int, process: subprocess.Popen[bytes]) -> None:
        """Reads until the end."""
        own = os.dup(fd)
        threading.Thread(target=self._read, args=(own, process), daemon=True).start()

    def _read(self, fd: int, process: subprocess.Popen[bytes]) -> None:
        try:
            while data := os.read(fd, 1 << 16):
                with self._lock:
                    self._kept = (self._kept + data)[-KEPT_OUTPUT:]
                    self._total += len(data)
                    if self._total > MOST_OUTPUT:
                        self.flooded = True
                        process.kill()
                        return
        finally:
            os.close(fd)

    def take(self) -> str:
        """The output since the last time."""
        with self._lock:
            taken, self._kept = self._kept, b""
        return taken.decode("utf-8", "replace")
