"""Runs the tests of exercises without ever loading a submission: the trusted half of the grader.

    python -I -X utf8 shared/python/run.py oracle FOLDER

FOLDER keeps what hypothesis has computed once and for all. Each line of standard input is a job. A copy of
this process does it (`fork`), so that Python, pytest, NumPy and hypothesis are loaded once, and no job finds
anything that another one has left. When the copy has ended, its exit code goes to standard output as a line.
A job in JSON:

    {"module": "parallel_sum", "directory": "<folder with the extension>", "tests": ["<file>", …],
     "declared": {"<class>": ["<special method>", …]}, "worker": ["<command>", …], "scratch": "<folder>",
     "seed": 7, "compares_runs": false, "time_limit": 20, "budget": 60, "memory": 4096, "events": "<file>",
     "root": "<the course>"}

`worker` starts the worker in its jail; to it are added two sockets' numbers, the module and the folder.
`declared` are the classes that the course's own type stub names, each with the special methods that it
names: only such objects may compare themselves, and they may do nothing else that is not named. The seconds
of `time_limit` are for each test, those of `budget` for all of them. This process may take so many MiB of
`memory`. The events are those of `coursekit.worker`, with three more ways for a test to end: "crashed",
"timed_out" and "not_run". "cut_short", which a result of any status may have, says that the machine may be to
blame: the worker was killed, it waited for a processor a good part of its time, or the test took too long to
judge its answers. "refused" says that one of the module's functions raised in the test; "answers" names those
that gave a result, each with whether it said something: more than zero, nothing, or the function's own
argument. With `compares_runs` a result has "digest", which is the same in two runs whose answers are the
same. If the module cannot be imported, "import_failed" says so before the first test, and all tests run into
it. With `"only_import": true` that is all that is tried, in `time_limit`.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import select
import signal
import sys
from pathlib import Path
from typing import Any, NoReturn

import numpy.random  # also: hypothesis would load it in the first property
import pytest
from coursekit import arguments, http_server, pickles, plugin
from coursekit.events import EventLog
from coursekit.worker import UNUSED_PLUGINS, preload, warm_up_hypothesis
from hypothesis import configuration

from ..stand_ins import event_loop  # noqa: F401  (loaded before the first job)
from ..stand_ins.session import Session
from .grading_plugin import GradingPlugin, note_import_problem
from .worker_process import WorkerProcess


def main(computed: str) -> NoReturn:
    """Has each job done by a copy of this process. Ends with its standard input, and the copy with it."""
    preload()
    # In a folder that no submission can reach.
    configuration.set_hypothesis_home_dir(computed)
    warm_up_hypothesis()
    # Printed text goes with the errors: standard output is for the exit codes.
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
        # The next job comes after the reply. So if standard input is ready now, it has ended: nobody waits.
        ready, _, _ = select.select([finished, sys.stdin], [], [])
        if sys.stdin in ready:
            break
        os.close(finished)
        _, status = os.waitpid(copy, 0)
        print(os.waitstatus_to_exitcode(status), file=replies, flush=True)
    os._exit(0)


def run(job: dict[str, Any]) -> NoReturn:
    """Does one job and ends."""
    with open(os.devnull) as nothing:
        os.dup2(nothing.fileno(), 0)
    numpy.random.seed()  # Copies would draw the same numbers; `random` sees to it by itself.
    _limit_memory(job["memory"])
    log = EventLog(job["events"])
    worker = WorkerProcess(job)
    # Only now, because the submission is not to blame for a process that this machine cannot start.
    log.write("python", executable=sys.executable, version=sys.version.split()[0])
    session = Session(job["module"], _extension(job), job["declared"], worker)
    worker.session = session
    if job.get("only_import"):
        worker.begin_test(job["time_limit"])
        note_import_problem(worker, log)
        worker.end()
        log.write("done", code=0)
        os._exit(0)
    sys.modules[job["module"]] = session.module
    http_server.make_listener = worker.listener
    pickles.start_new_process = worker.restart
    arguments.largest_kept = 0
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    grading = GradingPlugin(log, worker, job)
    # Test files may take names from the module while pytest collects them, at the expense of no test.
    worker.begin_test(job["budget"])
    code = int(
        pytest.main(
            [
                *job["tests"],
                f"--rootdir={job['root']}",
                f"--config-file={Path(plugin.__file__).with_name('pytest.ini')}",
                f"--basetemp={Path(job['scratch'], 'tmp')}",
                "--noconftest",  # Above the hidden tests there may be one of anybody's.
                "--capture=no",
                "--import-mode=importlib",
                "--continue-on-collection-errors",
                *(f"-pno:{name}" for name in UNUSED_PLUGINS),
            ],
            plugins=[plugin, grading],
        )
    )
    worker.end()
    if code == pytest.ExitCode.NO_TESTS_COLLECTED and grading.left_out:
        code = int(pytest.ExitCode.OK)  # All of them are soft: they run elsewhere.
    log.write("done", code=code)
    os._exit(0)


def _limit_memory(mebibytes: int) -> None:
    """An answer that unfolds to gigabytes shall fail its test, not the machine: it becomes objects here."""
    with contextlib.suppress(ImportError, OSError, ValueError):  # Not on Windows; not on every macOS.
        import resource

        # The soft limit alone: the jail that this process starts has limits of its own.
        hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
        resource.setrlimit(resource.RLIMIT_DATA, (mebibytes << 20, hard))


def _end_with(parent: int) -> None:
    """If a grader is killed, nobody is left behind: the jail ends with this process in turn."""
    if sys.platform == "linux":
        PR_SET_PDEATHSIG = 1
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # It ended before it was asked to take this process with it.
        os._exit(1)


def _extension(job: dict[str, Any]) -> str:
    """The file as tests see it. Nothing here opens it; a type stub may lie beside it."""
    suffix = ".pyd" if os.name == "nt" else ".so"
    return str(Path(job["directory"], job["module"] + suffix))
