"""pytest's side of grading: the tests that run, their time, and the verdict that counts."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any, NoReturn, cast

import hypothesis
import pytest
from coursekit import drawn, patience, plugin
from coursekit.asynchronous import NoResult
from coursekit.events import EventLog
from coursekit.evidence import evidence_of

from ..stand_ins.work import Work
from .starved import SHARE
from .worker_process import WorkerProcess

MOST_TIMEOUTS = 2
"""After so many tests that took too long, the rest is not run."""


def note_import_problem(worker: WorkerProcess, log: EventLog) -> str | None:
    """Writes down what importing the module ran into, and returns its status: nothing can be tested then."""
    problem = worker.import_problem()
    if problem is None:
        return None
    status, message = problem
    log.write("import_failed", message=message)
    return status


TIME_TO_JUDGE = 10.0
"""Seconds that a test may go on computing after the time for its requests. A shorter time is only doubled."""


class Overrun(BaseException):
    """Stops a test that computes for too long. A test's own `except Exception` does not catch it."""


class GradingPlugin(plugin.CoursePlugin):
    """Leaves soft tests out, bounds each test's time, overrules a verdict if the submission died over it."""

    def __init__(self, log: EventLog, worker: WorkerProcess, job: dict[str, Any]) -> None:
        super().__init__(log)
        self._events = log
        self._worker = worker
        self._seed = job["seed"]
        drawn.seed_run(self._seed)
        self._compares_runs = job.get("compares_runs", False)
        self._budget = job["budget"]
        self._end = time.monotonic() + self._budget
        self._time_limit = job["time_limit"]
        self.left_out = 0
        """The number of soft tests."""
        self._timeouts = 0
        self._import_was_starved = False
        self._refused: dict[tuple[Path, str], str] = {}
        self._refusal: str | None = None
        self._overran = False
        self._ran_out_before = 0
        self._folders: list[Path] = []

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Leaves out tests that can only be judged inside the process: they run elsewhere."""
        asked_from_outside = [item for item in items if item.get_closest_marker("soft") is None]
        self.left_out = len(items) - len(asked_from_outside)
        items[:] = asked_from_outside
        for path in {item.path for item in items}:
            for test in evidence_of(path):
                if test.refused:
                    self._refused[path, test.name] = test.refused
        # Other inputs at every run: collected answers to the usual ones are worth nothing.
        for item in items:
            function: Any = getattr(item, "obj", None)
            if hasattr(function, "hypothesis"):
                hypothesis.seed(self._seed)(function)

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[Any]) -> Generator[None, object, object]:
        """Gives tests folders that the jail's user may read, and that say nothing of the test.

        pytest names a folder after the test and its case, and the case may hold the answer. If the grader
        is root, the jail's user is nobody, and pytest makes folders for their owner alone.
        """
        value = yield
        if fixturedef.argname == "tmp_path_factory":
            factory: Any = value
            make = factory.mktemp
            is_root = hasattr(os, "geteuid") and os.geteuid() == 0

            def make_nameless(_basename: str, numbered: bool = True) -> Path:
                made: Path = make(secrets.token_hex(8), numbered=numbered)
                if is_root:
                    for folder in (factory.getbasetemp(), made):
                        folder.chmod(0o755)
                return made

            factory.mktemp = make_nameless
        elif fixturedef.argname == "tmp_path":
            self._folders.append(cast(Path, value))
        return value

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self) -> None:
        """Says once why the module's import failed."""
        self._worker.begin_test(min(self._time_limit, self._end - time.monotonic()))
        if note_import_problem(self._worker, self._events) == "timed_out":
            self._timeouts = MOST_TIMEOUTS  # Each test would wait for it once more.
            self._import_was_starved = self._worker.was_cut_short()

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_pyfunc_call(self) -> Generator[None, object, object]:
        """The clock starts with the test's body."""
        seconds = min(self._time_limit, self._end - time.monotonic())
        self._worker.begin_test(seconds)
        # The worker's deadline ends a test at its next request, but an answer may keep a test busy for hours.
        signal.signal(signal.SIGALRM, self._stop_the_test)
        more = min(TIME_TO_JUDGE, self._time_limit)
        signal.setitimer(signal.ITIMER_REAL, max(seconds, 0.0) + more, more)
        try:
            return (yield)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0.0)

    def _stop_the_test(self, _signal: int, _frame: object) -> NoReturn:
        self._overran = True
        raise Overrun

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Out of time: the rest is not run."""
        self._refusal = self._refused.get((item.path, getattr(item, "originalname", item.name)))
        if self._timeouts >= MOST_TIMEOUTS or time.monotonic() > self._end:
            pytest_skip = pytest.Mark("skip", (), {"reason": "out of time"})
            item.own_markers.append(pytest_skip)
            self._out_of_time = True
        else:
            self._out_of_time = False
            if self._worker.session is not None:
                self._worker.session.begin_test(Work(self._compares_runs))
            # Fixtures may ask too; with the clock of the test before they would pay for its time.
            self._ran_out_before = patience.limits_that_ran_out()
            self._worker.begin_test(min(self._time_limit, self._end - time.monotonic()))
        try:
            return (yield from super().pytest_runtest_protocol(item))
        finally:
            while self._folders:  # The next test's calls must not find what this one's expected.
                shutil.rmtree(self._folders.pop(), ignore_errors=True)

    def final_verdict(self, verdict: dict[str, Any]) -> dict[str, Any]:
        """A test in which the submission died has not passed, whatever its body made of that."""
        if self._out_of_time:
            verdict = {
                "status": "not_run",
                "message": "not run: the time for all tests was used up by those before",
            }
            if self._import_was_starved or self._worker.has_lost_before() > SHARE * self._budget:
                verdict["cut_short"] = True
            return verdict
        fault, printed = self._worker.finish_test()
        cut_short = self._worker.was_cut_short()
        if self._overran:  # Perhaps the machine was slow, so it is repeated once.
            fault, cut_short = fault or ("timed_out", "stopped: its answers take too long to judge"), True
            self._overran = False
        if fault is not None:
            status, message = fault
            self._timeouts += status == "timed_out"
            verdict = {"status": status, "message": message}
            if cut_short:
                verdict["cut_short"] = True
        elif patience.limits_that_ran_out() > self._ran_out_before and self._worker.was_starved():
            if verdict["status"] != "passed":
                verdict["cut_short"] = True
            NoResult.seen = False  # Nothing hangs, so the tests after it have their whole time.
        if self._refusal is not None:  # The reference fails too: nobody is graded by such a test.
            verdict = {"status": "error", "message": self._refusal}
        if printed and verdict["status"] != "passed":
            verdict["printed"] = printed
        if self._worker.session is not None:
            work = self._worker.session.work
            verdict |= {"refused": work.refused, "answers": work.answers}
            if work.digest is not None:
                verdict["digest"] = work.digest
        return verdict
