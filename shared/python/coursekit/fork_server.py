"""Runs job after job for `verify`, each in a copy (`fork`) of a process that has everything loaded.

    python -I -X utf8 shared/python/run.py fork-server

A job is a line of JSON on standard input, as for `worker`, and besides

    {"stdout": "<file>", "stderr": "<file>"}

for its output. Two lines answer on standard output: the copy's process ID, as soon as it exists, and its
wait status, as `waitpid` gives it:

    {"pid": 4711}
    {"status": 0}

The copy is the leader of a process group of its own; to stop it, end that group. Processes that it leaves
behind are ended with it. Only for Linux: elsewhere a copy of a process that has loaded NumPy may not be safe.
"""

from __future__ import annotations

import contextlib
import faulthandler
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any, NoReturn

from . import worker


def main() -> NoReturn:
    """Does jobs until the input ends."""
    worker.keep_what_hypothesis_computes_below(Path(__file__).parents[3])
    worker.warm_up_hypothesis()
    worker.preload()
    for line in iter(sys.stdin.buffer.readline, b""):
        job = json.loads(line)
        pid = os.fork()
        if pid == 0:
            _do(job)
        os.setpgid(pid, pid)  # Both do it, so that nobody meets the copy in the old group.
        _answer(pid=pid)
        _, status = os.waitpid(pid, 0)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)
        _answer(status=status)
    os._exit(0)


def _answer(**message: int) -> None:
    os.write(1, json.dumps(message).encode() + b"\n")


def _do(job: dict[str, Any]) -> NoReturn:
    """In the copy: the job with streams of its own."""
    code = 1
    try:
        os.setpgid(0, 0)
        for stream, path, flags in (
            (0, os.devnull, os.O_RDONLY),
            (1, job["stdout"], os.O_WRONLY | os.O_CREAT | os.O_APPEND),
            (2, job["stderr"], os.O_WRONLY | os.O_CREAT | os.O_APPEND),
        ):
            opened = os.open(path, flags, 0o600)
            os.dup2(opened, stream)
            os.close(opened)
        # A new one, without what the old one has read ahead.
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
        faulthandler.enable()
        code = worker.run(job)
        for output in (sys.stdout, sys.stderr):
            output.flush()
    finally:
        os._exit(code)  # Also after an exception: a copy must never go on with the loop above.
