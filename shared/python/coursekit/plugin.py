"""The pytest side of a check: settings for hypothesis, and one event for each thing that happens.

Under the runner the events go to a file (see `worker`), so a crash, a hang or endless output of the exercise
cannot hide what happened before. Under plain `pytest` nothing is written.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Generator, Iterator
from typing import Any

import hypothesis
import pytest

from . import failures
from .drawn import rng  # noqa: F401  (pytest finds fixtures by their names in a plugin)
from .events import EventLog
from .expect import NOT_WRITTEN, ExpectationFailed, NotWritten, is_not_written, is_rust_panic, show_error
from .platforms import PREFIX

EXAMPLES_VARIABLE = "COURSE_EXAMPLES"
"""Environment variable: the number of examples that hypothesis tries for each property (default 100)."""

WORST_FIRST = ("todo", "failed", "error", "passed", "skipped")
"""The order of verdicts if set-up, body, subtests and tear-down of one test differ: the first counts."""


def pytest_configure(config: pytest.Config) -> None:
    """The same examples at every run: a verdict must not change while the code stays the same."""
    config.addinivalue_line("markers", "soft: can only be judged inside the process that loads the exercise")
    hypothesis.settings.register_profile(
        "course",
        max_examples=_examples(),
        deadline=None,
        derandomize=True,
        database=None,
        print_blob=False,
        report_multiple_bugs=False,
        suppress_health_check=list(hypothesis.HealthCheck),
        # Without `explain`: its comments are not shown, and it runs a failing test dozens of times more.
        phases=[phase for phase in hypothesis.Phase if phase is not hypothesis.Phase.explain],
    )
    hypothesis.settings.load_profile("course")
    failures.record_what_nobody_sees()
    # That of `pytest.fail`, and of a `pytest.raises` that nothing has raised.
    failures.record_each(pytest.fail.Exception)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Has the code of tests known as theirs. See also `failures.record_asserts_of`."""
    for module in {getattr(item, "module", None) for item in items} - {None}:
        failures.add_test_file(getattr(module, "__file__", None))
        failures.record_asserts_of(module)


def _examples() -> int:
    asked = os.environ.get(EXAMPLES_VARIABLE) or "100"
    if not asked.strip().isdecimal() or int(asked) == 0:
        raise pytest.UsageError(f"{EXAMPLES_VARIABLE} is {asked!r}; it takes a whole number from 1 up.")
    return int(asked)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup() -> Iterator[None]:
    """Forgets the failures that a thread of an earlier test has left behind."""
    failures.take()
    failures.record_unseen_in_tasks()
    return (yield from _with_every_failure())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Iterator[None]:
    """See `_with_every_failure`."""
    return (yield from _with_every_failure())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown() -> Iterator[None]:
    """See `_with_every_failure`."""
    return (yield from _with_every_failure())


def _with_every_failure() -> Generator[None, None, None]:
    """A check that failed fails the test, whoever has swallowed its exception."""
    try:
        result = yield
    except BaseException:
        failures.take()  # It has failed already; hypothesis has tried out many ways to.
        raise
    for error in failures.take():
        raise error
    return result


class NamedTests:
    """Leaves out all test functions but those of these names."""

    def __init__(self, names: list[str]) -> None:
        self._names = frozenset(names)

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Keeps all cases of a parametrised test."""
        items[:] = [item for item in items if getattr(item, "originalname", item.name) in self._names]


class CoursePlugin:
    """Writes what was collected, which test starts, and one result for each test that ends."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._names: dict[str, str] = {}
        self._verdicts: list[dict[str, Any]] = []
        self._seconds = 0.0

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A file that cannot be collected is a result too."""
        if report.failed:
            name = os.path.basename(report.nodeid) or "collection"
            message = _crash_message(report)
            # pytest marks what the error itself says; the rest is the way through its own importer.
            said = [line[1:].removeprefix("   ") for line in message.splitlines() if line.startswith("E ")]
            message = "\n".join(said) or message
            status = "todo" if f"PanicException: {NOT_WRITTEN}" in message else "error"
            self._log.write("result", test=name, status=status, message=message, seconds=0.0)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Names every test, with its file where two files use the same name."""
        short = {item.nodeid: item.nodeid.partition("::")[2] for item in session.items}
        uses = Counter(short.values())
        self._names = {
            nodeid: name if uses[name] == 1 else os.path.basename(nodeid.partition("::")[0]) + "::" + name
            for nodeid, name in short.items()
        }
        self._log.write("collected", tests=[self._names[item.nodeid] for item in session.items])

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Start before set-up, result after tear-down: a test that ends the process has no result."""
        name = self._names[item.nodeid]
        self._verdicts, self._seconds = [], 0.0
        self._log.write("start", test=name)
        outcome = yield
        if self._verdicts:
            verdict = min(self._verdicts, key=lambda each: WORST_FIRST.index(each["status"]))
        else:
            verdict = {"status": "error", "message": "pytest gave no report of this test"}
        verdict = self.final_verdict(verdict)
        self._log.write("result", test=name, seconds=round(self._seconds, 4), **verdict)
        return outcome

    def final_verdict(self, verdict: dict[str, Any]) -> dict[str, Any]:
        """The verdict that counts. The grader knows more than the test does."""
        return verdict

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Keeps each phase's verdict. Only the body passes; set-up and tear-down only fail or skip."""
        report = yield
        if report.when == "call":
            self._seconds += report.duration
        if report.when == "call" or not report.passed:
            self._verdicts.append(_verdict(report, call))
        return report

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_setup(self) -> Iterator[None]:
        """See `_not_the_end`."""
        return (yield from _not_the_end())

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_call(self) -> Iterator[None]:
        """See `_not_the_end`."""
        return (yield from _not_the_end())

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_teardown(self) -> Iterator[None]:
        """See `_not_the_end`."""
        return (yield from _not_the_end())

    def pytest_internalerror(self, excrepr: object) -> None:
        """pytest itself or a plugin went wrong: nobody else would show it."""
        self._log.write("internal_error", message=str(excrepr))


def _not_the_end() -> Generator[None, None, None]:
    """Makes the two exceptions that would end the whole session a failure of the test that raises them.

    Someone at the keyboard is not meant by a KeyboardInterrupt here: the runner ends this process by itself.
    """
    try:
        return (yield)
    except KeyboardInterrupt:
        pytest.fail("KeyboardInterrupt was raised and not caught", pytrace=False)
    except pytest.exit.Exception as error:
        pytest.fail(f"the test tried to end the whole run: {error}", pytrace=False)


def _verdict(report: pytest.TestReport, call: pytest.CallInfo[None]) -> dict[str, Any]:
    """Status and, for a failure, its parts."""
    if report.passed:
        return {"status": "passed"}
    if report.skipped:
        if hasattr(report, "wasxfail"):
            reason = f"expected to fail: {report.wasxfail}".removesuffix(": ")
        else:
            reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        reason = reason.removeprefix("Skipped: ")
        other_platform = {"other_platform": True} if reason.startswith(PREFIX) else {}
        return {"status": "skipped", "message": reason.removeprefix(PREFIX), **other_platform}
    error = call.excinfo.value if call.excinfo is not None else None
    if _stems_from_todo(error):
        return {"status": "todo", "message": "not written yet"}
    parts: dict[str, Any] = {"status": "failed" if report.when == "call" else "error"}
    if isinstance(error, ExpectationFailed):
        parts["message"] = str(error).strip()
        parts.update(call=error.call, got=error.got, expected=error.expected, cause=error.because)
    elif error is not None and is_rust_panic(error):
        parts["message"] = show_error(error)
    else:
        parts["message"] = _crash_message(report)
    return parts


def _stems_from_todo(error: BaseException | None) -> bool:
    """Whether unwritten code is at the bottom of it, also where a test's own clean-up failed over it."""
    for _ in range(100):  # The chain may be circular.
        if error is None:
            return False
        if isinstance(error, NotWritten) or is_not_written(error):
            return True
        error = error.__cause__ or error.__context__
    return False


def _crash_message(report: pytest.TestReport | pytest.CollectReport) -> str:
    crash = getattr(report.longrepr, "reprcrash", None)
    return str(crash.message) if crash is not None else str(report.longrepr)
