"""Runs the tests of one exercise in a process of its own, started before there is anything to test.

The runner starts it while cargo still compiles, so that Python, pytest, NumPy and hypothesis are loaded by
the time the extension is. It then gets one job as a line of JSON on standard input and ends with it: each
check has a fresh process.

    python -I -X utf8 shared/python/run.py worker

    {"module": "parallel_sum", "directory": "<folder with the extension>", "tests": ["<file>", …],
     "events": "<file to write to, or stderr>", "root": "<the course>", "marker": "<pytest's -m, if any>",
     "names": ["<test function, if only some run>", …]}

An empty line or the end of the input means that there is no job after all. The events, in this order, one
JSON object a line:

    {"event": "python", "executable": …, "version": …}
    {"event": "import_failed", "message": …}    only if the module cannot be imported; then comes "done"
    {"event": "collected", "tests": [name, …]}
    {"event": "start", "test": name}    without a result: was running when the process died
    {"event": "result", "test": name, "status": "passed|failed|error|todo|skipped", "seconds": …, …}
    {"event": "internal_error", "message": …}    pytest itself failed
    {"event": "done", "code": …}    pytest's exit code; without this event the run did not end by itself

A result has "message" unless it passed; "call", "got", "expected", "cause" where the failure was made by
`expect` or `check`; "other_platform": true where the test skipped itself because it is for another platform
(see `platforms`). A test file that cannot be collected gives a result with the file's name as "test" before
"collected", and the other files still run. The process ends with 0 whatever the results are: the exercise can
end it too, so no exit code proves anything.
"""

from __future__ import annotations

import faulthandler
import gc
import importlib
import json
import os
import sys
from pathlib import Path
from typing import Any, NoReturn

import hypothesis
import hypothesis.strategies
import numpy.random  # noqa: F401  (hypothesis would load it in the first property)
import pytest

from . import plugin
from .events import EventLog
from .expect import show_error

UNUSED_PLUGINS = (
    "cacheprovider",
    "debugging",
    "doctest",
    "faulthandler",  # `main` enables it itself.
    "junitxml",
    "legacypath",
    "pastebin",
    "setuponly",
    "setupplan",
    "stepwise",
    "terminal",
    "threadexception",  # Turns what a thread raises into warnings, which nobody would see without `terminal`.
    "unraisableexception",  # The same, and collects garbage several times at the end.
)
"""pytest's own plugins that a check does not need: each would cost time between save and verdict."""


def main() -> NoReturn:
    """Waits for the job, does it, and ends the process."""
    preload()
    line = sys.stdin.buffer.readline()
    code = 0
    if line.strip():
        _close_input()
        faulthandler.enable()
        code = run(json.loads(line))
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(code)  # Not sys.exit: a thread that the exercise left running must not hold up the verdict.


def run(job: dict[str, Any]) -> int:
    """Does one job; the result is the exit code."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    log = EventLog(_instead_of_stderr() if job["events"] == "stderr" else job["events"])
    log.write("python", executable=sys.executable, version=sys.version.split()[0])
    directory = Path(job["directory"]).resolve()
    sys.path.insert(0, str(directory))
    try:
        _import(job["module"], directory)
    except BaseException as error:  # A panic in the module's initialisation is no Exception.
        log.write("import_failed", message=show_error(error))
        log.write("done", code=1)
        return 0
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = (
        "1"  # The plugins of the course, not those that happen to be there.
    )
    keep_what_hypothesis_computes_below(Path(job["root"]))
    chosen = [plugin.NamedTests(job["names"])] if "names" in job else []
    code = pytest.main(
        [
            *job["tests"],
            f"--rootdir={job['root']}",
            f"--confcutdir={job['root']}",
            f"--config-file={Path(__file__).with_name('pytest.ini')}",
            "--capture=no",
            "--import-mode=importlib",
            "--continue-on-collection-errors",
            *(f"-pno:{name}" for name in UNUSED_PLUGINS),
            *(["-m", job["marker"]] if job.get("marker") else []),
        ],
        plugins=[plugin, plugin.CoursePlugin(log), *chosen],
    )
    log.write("done", code=int(code))
    return 0


def preload() -> None:
    """Loads what pytest would load once the job is there, and hides it all from the garbage collector."""
    from _pytest.config import default_plugins

    for name in default_plugins:
        if name not in UNUSED_PLUGINS:
            importlib.import_module(f"_pytest.{name}")
    gc.enable()
    gc.collect()
    gc.freeze()


def keep_what_hypothesis_computes_below(root: Path) -> None:
    """Has hypothesis keep its tables below the course, instead of in the folder that Python started in."""
    os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", str(root / "target/hypothesis"))


def warm_up_hypothesis() -> None:
    """Has hypothesis make its tables of characters, and look through the test kit for numbers worth trying.

    The first time takes a good part of a second; later, with the tables kept, a twentieth.
    """

    @hypothesis.given(hypothesis.strategies.text(), hypothesis.strategies.integers())
    @hypothesis.settings(database=None, max_examples=1)
    def nothing(text: str, number: int) -> None:
        pass

    nothing()


def _close_input() -> None:
    """A test that reads standard input gets its end, not the runner's pipe."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    # A new one, without what the old one has read ahead.
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115


def _instead_of_stderr() -> int:
    """Has the process print to standard output from here on; the old standard error is for the events alone.

    The grader reads them so: a file that a submission can reach may turn into a pipe that nobody writes to.
    """
    events = os.dup(2)
    os.dup2(1, 2)
    return events


def _import(name: str, directory: Path) -> None:
    """Imports the extension and makes sure that it is this one, not one that was installed some time ago."""
    path = str(importlib.import_module(name).__file__)
    if not Path(path).resolve().is_relative_to(directory):
        raise ImportError(f"`import {name}` found {path}, not the one in {directory}")


if __name__ == "__main__":
    main()
