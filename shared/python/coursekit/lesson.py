"""Runs the Python in a lesson: ```python blocks as they stand, ```pycon blocks as doctests.

    python -I -X utf8 shared/python/run.py lesson        (or: python -m coursekit.lesson)

gets one job as a line of JSON on standard input:

    {"readme": "<file>", "directory": "<folder with the solution's extension>", "module": "parallel_sum",
     "wrong": {"parallel_sum.wraps": "<folder with that extension>"}, "events": "<file to write to>"}

and writes one event for each block, in their order, then `{"event": "done"}`:

    {"event": "block", "line": 12, "status": "passed|failed|error", "message": "…"}

`line` is the 1-based line of the opening fence. "failed" is the block's own fault, "error" a fault around
it. All plain blocks share one namespace. A block ```pycon wrong=<exercise>.<name> has a process of its own,
with that wrong version importable in place of the solution and nothing defined. Everything runs in a
temporary folder.
"""

from __future__ import annotations

import doctest
import faulthandler
import importlib
import json
import os
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

from .events import EventLog, read_events
from .expect import show_error

FENCE = "```"
WRONG_SECONDS = 60.0
"""The time for a block against a wrong version: some wrong versions wait for ever."""


@dataclass(frozen=True)
class Block:
    """A fenced block of a lesson."""

    line: int
    info: str
    text: str
    closed: bool

    @property
    def language(self) -> str:
        """The info string's first word."""
        return self.info.split()[0] if self.info else ""


def blocks(text: str) -> Iterator[Block]:
    """All fenced blocks. A fence opens with a line that starts with ``` and closes with exactly that."""
    opened: tuple[int, str] | None = None
    body: list[str] = []
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), start=1):
        if opened is None:
            if line.startswith(FENCE):
                opened, body = (number, line.removeprefix(FENCE).strip()), []
        elif line == FENCE:
            yield Block(*opened, "".join(body), closed=True)
            opened = None
        else:
            body.append(line + "\n")
    if opened is not None:
        yield Block(*opened, "".join(body), closed=False)


class Lesson:
    """Runs blocks one after the other in one namespace."""

    def __init__(self, job: dict[str, Any]) -> None:
        self._job = job
        self._readme = str(Path(job["readme"]).resolve())
        # Blocks are the main program, so that the things that they define can be pickled and have their
        # annotations resolved.
        self._module = ModuleType("__main__")
        self._module.__file__ = self._readme

    def run(self, block: Block) -> tuple[str, str]:
        """Status and message of a block."""
        if not block.closed:
            return "error", "the fence is never closed"
        if block.info == "python":
            return self._python(block)
        words = block.info.split()
        if words == ["pycon"]:
            return self._pycon(block)
        if len(words) == 2 and words[0] == "pycon" and words[1].startswith("wrong="):
            return self._wrong(block, words[1].removeprefix("wrong="))
        return "error", f"no block of a lesson is marked `{block.info}`"

    def _python(self, block: Block) -> tuple[str, str]:
        try:
            # The empty lines make the line numbers in a traceback those of the lesson.
            code = compile("\n" * block.line + block.text, self._readme, "exec", dont_inherit=True)
            with self._as_main():
                exec(code, self._module.__dict__)
        except BaseException as error:  # A Rust panic and `SystemExit` are no Exceptions.
            return "failed", self._where(error) + show_error(error)
        return "passed", ""

    def _pycon(self, block: Block) -> tuple[str, str]:
        try:
            parsed = doctest.DocTestParser().get_doctest(block.text, {}, "lesson", self._readme, block.line)
        except ValueError as error:
            return "failed", str(error)
        if not parsed.examples:
            return "error", "there is no >>> in this block"
        parsed.globs = (
            self._module.__dict__
        )  # The parser makes a copy; later blocks need what this one defines.
        said: list[str] = []
        try:
            with self._as_main():
                doctest.DocTestRunner(verbose=False).run(parsed, out=said.append, clear_globs=False)
        except BaseException as error:  # KeyboardInterrupt, which doctest lets through.
            return "failed", show_error(error)
        return ("failed", "".join(said).strip()) if said else ("passed", "")

    def _wrong(self, block: Block, name: str) -> tuple[str, str]:
        directory = self._job.get("wrong", {}).get(name)
        if directory is None:
            return "error", f"there is no wrong version `{name}`"
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            events = Path(folder, "events")
            job = {**self._job, "directory": directory, "events": str(events), "only": block.line}
            launcher = Path(__file__).parent.with_name("run.py")
            try:
                ended = subprocess.run(
                    [sys.executable, "-I", "-X", "utf8", str(launcher), "lesson"],
                    input=json.dumps(job).encode(),
                    capture_output=True,
                    timeout=WRONG_SECONDS,
                    # Its own temporary folder goes with this one, however it ends.
                    env={**os.environ, "TMPDIR": folder, "TEMP": folder, "TMP": folder},
                    check=False,
                )
            except subprocess.TimeoutExpired:
                return "failed", f"did not end within {WRONG_SECONDS:g} seconds"
            told = read_events(events) if events.exists() else []
        results = [event for event in told if event["event"] == "block"]
        if len(results) == 1 and told[-1]["event"] == "done":
            return results[0]["status"], results[0]["message"]
        output = ended.stderr.decode("utf-8", "replace").strip()[-2000:]
        return "failed", f"the process ended with code {ended.returncode} in this block\n{output}".strip()

    def _where(self, error: BaseException) -> str:
        if isinstance(error, SyntaxError) and error.filename == self._readme:
            return ""  # Its text has the line.
        lines = [
            frame.lineno
            for frame in traceback.extract_tb(error.__traceback__)
            if frame.filename == self._readme
        ]
        return f"line {lines[-1]}: " if lines else ""

    def _as_main(self) -> _AsMain:
        return _AsMain(self._module)


class _AsMain:
    """Has a module stand in for `__main__`, and puts the standard streams back afterwards."""

    def __init__(self, module: ModuleType) -> None:
        self._module = module

    def __enter__(self) -> None:
        self._kept = (sys.modules["__main__"], sys.stdout, sys.stderr)
        sys.modules["__main__"] = self._module

    def __exit__(self, *_: object) -> None:
        sys.modules["__main__"], sys.stdout, sys.stderr = self._kept


def run(job: dict[str, Any]) -> None:
    """Does one job."""
    log = EventLog(job["events"])
    text = Path(job["readme"]).read_bytes().decode("utf-8")
    chosen = [block for block in blocks(text) if block.language in ("python", "pycon")]
    alone = "only" in job
    if alone:
        chosen = [Block(b.line, b.language, b.text, b.closed) for b in chosen if b.line == job["only"]]
    sys.path.insert(0, str(Path(job["directory"]).resolve()))
    lesson = Lesson(job)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        os.chdir(folder)
        found = _check_extension(job)
        for block in chosen:
            status, message = lesson.run(block) if not found else ("error", found)
            log.write("block", line=block.line, status=status, message=message)
            os.chdir(folder)
        os.chdir(Path(folder).parent)  # Windows cannot delete the folder that a process is in.
    log.write("done")
    log.close()


def _check_extension(job: dict[str, Any]) -> str:
    """The problem of the extension itself, if there is one."""
    name, directory = job["module"], Path(job["directory"]).resolve()
    try:
        path = importlib.import_module(name).__file__
    except BaseException as error:  # A panic in the module's initialisation is no Exception.
        return f"`import {name}`: {show_error(error)}"
    if path is None or not Path(path).resolve().is_relative_to(directory):
        return f"`import {name}` found {path}, not the one in {directory}"
    return ""


def main() -> NoReturn:
    """Reads the job, does it, and ends the process."""
    job = json.loads(sys.stdin.buffer.readline())
    faulthandler.enable()
    for stream, mode in (
        (0, os.O_RDONLY),
        (1, os.O_WRONLY),
    ):  # The output of blocks goes nowhere, that of Rust too.
        nothing = os.open(os.devnull, mode)
        os.dup2(nothing, stream)
        os.close(nothing)
    run(job)
    os._exit(0)  # Not sys.exit: a thread that a block left running must not hold up the runner.


if __name__ == "__main__":
    main()
