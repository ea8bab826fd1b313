"""Runs the tests of exercises without ever loading a submission: the trusted half of the grader.

    python -I -X utf8 shared/python/run.py oracle FOLDER

FOLDER is for what hypothesis has computed once and for all. Each line of standard input is a job. A copy of
this process does it (`fork`), so that Python, pytest, NumPy and hypothesis are loaded once, and no job finds
anything that another one has left. When the copy has ended, its exit code goes to standard output as a line.
A job in JSON:

    {"module": "parallel_sum", "directory": "<folder with the extension>", "tests": ["<file>", …],
     "declared": ["<class>", …], "servant": ["<command>", …], "scratch": "<folder>", "seed": 7,
     "time_limit": 20, "budget": 60, "events": "<file>", "root": "<the course>"}

`servant` starts the jail; to it are added the number of a socket, the module and the folder. `declared` are
the classes that the course's own type stub names: their objects may compare themselves, others may not. The
seconds of `time_limit` are for each test, those of `budget` for all of them. The events are those of
`coursekit.worker`, with three more ways for a test to end: "crashed", "timed_out" and "not_run".
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import select
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NoReturn

import hypothesis
import numpy.random  # also: what hypothesis would load in the first property
import pytest
from coursekit import http_server, plugin
from coursekit.events import EventLog
from coursekit.worker import UNUSED_PLUGINS, preload
from hypothesis import configuration, strategies

from .frames import BadFrame, Closed, Message
from .peer import Peer, TookTooLong
from .proxy import World, WroteToReadOnly

MOST_TIMEOUTS = 2
"""After so many tests that took too long, the rest is not run."""

KEPT_OUTPUT = 4_000
"""Characters of what the submission printed during one test."""

MOST_OUTPUT = 32 << 20
"""Bytes that the submission may print in all."""


POOL_THREADS = str(min(4, os.cpu_count() or 1))
"""Threads in each of a submission's pools. On a machine of many cores, as many exercises are tested at a
time; with pools as large, they would meet the limit on threads."""

MOST_MEMORY = 4 << 30
"""Bytes that this process may take: what the submission answers is made into objects here."""


class SubmissionLost(BaseException):
    """The process with the submission is of no use any more. No Exception: hypothesis shall not try again."""


def main(computed: str) -> NoReturn:
    """Has each job done by a copy of this process. Ends with its standard input, and the copy with it."""
    preload()
    _warm_up_hypothesis(computed)
    # What is printed goes with the errors: standard output is for the exit codes.
    replies = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    parent = os.getpid()
    while line := sys.stdin.buffer.readline():
        finished, held_by_copy = os.pipe()
        copy = os.fork()
        if copy == 0:
            _end_with(parent)
            for fd in (replies.fileno(), finished):
                os.close(fd)
            run(json.loads(line))
        os.close(held_by_copy)
        # The next job comes after the reply. So what standard input has now is its end: nobody waits.
        ready, _, _ = select.select([finished, sys.stdin], [], [])
        if sys.stdin in ready:
            break
        os.close(finished)
        _, status = os.waitpid(copy, 0)
        print(os.waitstatus_to_exitcode(status), file=replies, flush=True)
    os._exit(0)


def _warm_up_hypothesis(kept_in: str) -> None:
    """Has it make its tables of characters, and look through the test kit for numbers worth trying.

    That takes a good part of a second. What it computes goes into a folder that no submission can reach.
    """
    configuration.set_hypothesis_home_dir(kept_in)

    @hypothesis.given(strategies.text(), strategies.integers())
    @hypothesis.settings(database=None, max_examples=1)
    def nothing(text: str, number: int) -> None:
        pass

    nothing()


def run(job: dict[str, Any]) -> NoReturn:
    """Does one job and ends."""
    with open(os.devnull) as nothing:
        os.dup2(nothing.fileno(), 0)
    numpy.random.seed()  # Copies would draw the same numbers; `random` sees to it by itself.
    _limit_memory()
    log = EventLog(job["events"])
    jail = Jail(job)
    # Not before: a process that this machine cannot start is no fault of the submission.
    log.write("python", executable=sys.executable, version=sys.version.split()[0])
    world = World(job["module"], _extension(job), job["declared"], jail)
    jail.world = world
    sys.modules[job["module"]] = world.module
    http_server.make_listener = jail.listener
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    code = pytest.main(
        [
            *job["tests"],
            f"--rootdir={job['root']}",
            f"--config-file={Path(plugin.__file__).with_name('pytest.ini')}",
            f"--basetemp={Path(job['scratch'], 'tmp')}",
            "--capture=no",
            "--import-mode=importlib",
            "--continue-on-collection-errors",
            *(f"-pno:{name}" for name in UNUSED_PLUGINS),
        ],
        plugins=[plugin, OraclePlugin(log, jail, job)],
    )
    jail.end()
    log.write("done", code=int(code))
    os._exit(0)


def _limit_memory() -> None:
    """An answer that unfolds to gigabytes shall fail its test, not the machine."""
    with contextlib.suppress(ImportError, OSError, ValueError):  # Not on Windows; not on every macOS.
        import resource

        # The soft limit alone: the jail that this process starts has limits of its own.
        hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
        resource.setrlimit(resource.RLIMIT_DATA, (MOST_MEMORY, hard))


def _end_with(parent: int) -> None:
    """Where a grader is killed, nobody is left behind: the jail ends with this process in turn."""
    if sys.platform == "linux":
        PR_SET_PDEATHSIG = 1
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # It ended before it was asked to take this process with it.
        os._exit(1)


def _extension(job: dict[str, Any]) -> str:
    """The file as tests see it. Nothing here opens it; a type stub may lie beside it."""
    suffix = ".pyd" if os.name == "nt" else ".so"
    return str(Path(job["directory"], job["module"] + suffix))


class OraclePlugin(plugin.CoursePlugin):
    """Leaves soft tests out, bounds each test's time, overrules a verdict if the submission died over it."""

    def __init__(self, log: EventLog, jail: Jail, job: dict[str, Any]) -> None:
        super().__init__(log)
        self._events = log
        self._jail = jail
        self._seed = job["seed"]
        self._end = time.monotonic() + job["budget"]
        self._time_limit = job["time_limit"]
        self._timeouts = 0

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """What can only be judged inside the process runs elsewhere."""
        items[:] = [item for item in items if item.get_closest_marker("soft") is None]
        # Other inputs at every run: who has collected the answers to the usual ones has nothing.
        for item in items:
            function: Any = getattr(item, "obj", None)
            if hasattr(function, "hypothesis"):
                hypothesis.seed(self._seed)(function)

    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(self) -> None:
        """The clock starts with the test's body."""
        self._jail.begin_test(min(self._time_limit, self._end - time.monotonic()))

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Out of time: the rest is not run."""
        if self._timeouts >= MOST_TIMEOUTS or time.monotonic() > self._end:
            pytest_skip = pytest.Mark("skip", (), {"reason": "out of time"})
            item.own_markers.append(pytest_skip)
            self._out_of_time = True
        else:
            self._out_of_time = False
            # Fixtures may ask too; with the clock of the test before they would pay for its time.
            self._jail.begin_test(min(self._time_limit, self._end - time.monotonic()))
        return (yield from super().pytest_runtest_protocol(item))

    def settled(self, verdict: dict[str, Any]) -> dict[str, Any]:
        """A test in which the submission died has not passed, whatever its body made of that."""
        if self._out_of_time:
            return {
                "status": "not_run",
                "message": "not run: the time for all tests was used up by those before",
            }
        fault, printed = self._jail.finish_test()
        if fault is not None:
            status, message = fault
            self._timeouts += status == "timed_out"
            verdict = {"status": status, "message": message}
        if printed and verdict["status"] != "passed":
            verdict["printed"] = printed
        return verdict


class Jail:
    """The process with the submission: started when it is needed, and anew after it has died."""

    def __init__(self, job: dict[str, Any]) -> None:
        self._job = job
        self.world: World | None = None
        self.generation = 0
        self._peer: Peer | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._fault: tuple[str, str] | None = None
        self._lock = threading.RLock()
        self._listening = threading.Lock()
        self._deadline = time.monotonic() + job["time_limit"]
        self._output = Output()
        # The jail ends with the thread that starts it (PR_SET_PDEATHSIG), so that is none of a test's own.
        self._starter = ThreadPoolExecutor(1, "jail starter")
        self._start()

    def begin_test(self, seconds: float) -> None:
        """A new test, with this much time."""
        self._deadline = time.monotonic() + seconds

    def finish_test(self) -> tuple[tuple[str, str] | None, str]:
        """How the submission failed during the test, if it did, and what it printed."""
        fault, self._fault = self._fault, None
        return fault, self._output.take()

    def ask(self, message: Message) -> Message:
        """Sends a request. After a crash, nothing more until the next test."""
        with self._lock:
            if self._fault is not None:
                raise SubmissionLost(self._fault[1])
            if self._peer is None:
                self._start()
                # The request may hold handles of the process that is gone.
                if message.body["target"] != 0:
                    self._lose("crashed", "the process with the submission had ended")
            peer = self._peer
        assert peer is not None
        try:
            return peer.ask(message, self._deadline)
        except TookTooLong:
            self._lose(
                "timed_out",
                "stopped: it took too long. A loop that never ends, or locks that wait for each other",
            )
        except Closed:
            self._lose("crashed", self._how_it_ended())
        except (BadFrame, WroteToReadOnly) as error:
            self._lose(
                "crashed", f"the process with the submission broke the rules of the conversation: {error}"
            )

    def _start(self) -> None:
        self.generation += 1
        ours, theirs = socket.socketpair()
        self._sockets, their_sockets = socket.socketpair()
        numbers = [theirs.fileno(), their_sockets.fileno()]
        # Who stops reading holds up the one who writes. Only sending is limited: an answer may take its time.
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", self._job["time_limit"], 0))
        self._process = self._starter.submit(
            subprocess.Popen,
            [*self._job["servant"], *map(str, numbers), self._job["module"], self._job["directory"]],
            pass_fds=numbers,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env={"RAYON_NUM_THREADS": POOL_THREADS, "TOKIO_WORKER_THREADS": POOL_THREADS},
        ).result()
        theirs.close()
        their_sockets.close()
        assert self._process.stdout is not None
        self._output.follow(self._process.stdout.fileno(), self._process)
        self._peer = Peer(ours, self._answer, takes_new_threads=False)
        self._peer.start()

    def listener(self) -> socket.socket:
        """A socket for a test's server, in the jail's network: reached from there, and from nowhere else."""
        assert self.world is not None
        with self._listening:
            self.world.listen()
            self._sockets.settimeout(5.0)
            _, handed, _, _ = socket.recv_fds(self._sockets, 1, 1)
            return socket.socket(fileno=handed[0])

    def _answer(self, message: Message) -> Message:
        assert self.world is not None
        return self.world.answer(message)

    def _lose(self, status: str, message: str) -> NoReturn:
        with self._lock:
            if self._fault is None:
                self._fault = (status, message)
            self.end()
        raise SubmissionLost(message)

    def _how_it_ended(self) -> str:
        assert self._process is not None
        with contextlib.suppress(subprocess.TimeoutExpired):
            code = self._process.wait(2.0)
            # The jail reports a signal of its child as 128 and the signal's number.
            number = -code if code < 0 else code - 128
            if number > 0:
                with contextlib.suppress(ValueError):
                    return f"the process with the submission died ({signal.Signals(number).name})"
            return f"the process with the submission ended itself with exit code {code}"
        return "the process with the submission closed the connection"

    def end(self) -> None:
        """Kills the process and all that it has started."""
        with self._lock:
            if self._process is not None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait()
                self._process = None
            if self._peer is not None:
                self._peer.close()
                self._peer = None
                self._sockets.close()


class Output:
    """What the submission prints: read all the time, as a full pipe would hold it up; the end is kept."""

    def __init__(self) -> None:
        self._kept = b""
        self._total = 0
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
                        process.kill()
                        return
        finally:
            os.close(fd)

    def take(self) -> str:
        """What was printed since the last time."""
        with self._lock:
            taken, self._kept = self._kept, b""
        return taken.decode("utf-8", "replace")
