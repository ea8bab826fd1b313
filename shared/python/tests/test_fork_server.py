"""The fork server as `verify` uses it: one process, job after job, on toy modules written in Python."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from coursekit.events import read_events

if not sys.platform.startswith("linux"):
    pytest.skip("verify forks on Linux only", allow_module_level=True)

RUN = Path(__file__).parents[1] / "run.py"


class Server:
    """A fork server with its pipes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.process = subprocess.Popen(
            [sys.executable, "-I", "-X", "utf8", str(RUN), "fork-server"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=folder,
        )
        self.jobs = 0

    def begin(self, test: str, extension: str = "") -> Path:
        """Gives it a job; the result is the job's folder."""
        self.jobs += 1
        folder = self.folder / f"job{self.jobs}"
        folder.mkdir()
        (folder / "toy.py").write_text(extension, encoding="utf-8")
        (folder / "test_toy.py").write_text(test, encoding="utf-8")
        job = {
            "module": "toy",
            "directory": str(folder),
            "tests": [str(folder / "test_toy.py")],
            "events": str(folder / "events"),
            "root": str(folder),
            "stdout": str(folder / "stdout"),
            "stderr": str(folder / "stderr"),
        }
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(job).encode() + b"\n")
        self.process.stdin.flush()
        return folder

    def answer(self) -> dict[str, int]:
        assert self.process.stdout is not None
        answer: dict[str, int] = json.loads(self.process.stdout.readline())
        return answer

    def do(self, test: str, extension: str = "") -> tuple[int, list[dict[str, Any]], Path]:
        """Does a whole job: how it ended, its events, its folder."""
        folder = self.begin(test, extension)
        assert list(self.answer()) == ["pid"]
        return self.answer()["status"], list(read_events(folder / "events")), folder


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    server = Server(tmp_path)
    yield server
    server.process.kill()
    server.process.wait()
    for pipe in (server.process.stdin, server.process.stdout):
        if pipe is not None:
            pipe.close()


def statuses(events: list[dict[str, Any]]) -> list[str]:
    return [event["status"] for event in events if event["event"] == "result"]


def test_each_job_is_a_fresh_process_with_its_own_output(server: Server) -> None:
    test = (
        "import toy\ndef test_it():\n    print('said', toy.N)\n"
        "    assert not hasattr(toy, 'seen')\n    toy.seen = 1\n"
    )
    for number in ("1", "2"):
        status, events, folder = server.do(test, f"N = {number}")
        assert status == 0
        assert statuses(events) == ["passed"]
        assert events[-1]["event"] == "done"
        assert f"said {number}" in (folder / "stdout").read_text(encoding="utf-8")


def test_one_that_dies_tells_how_and_the_next_one_is_done(server: Server) -> None:
    test = "import os, signal\ndef test_it():\n    os.kill(os.getpid(), signal.SIGABRT)\n"
    status, events, _ = server.do(test)
    assert os.WTERMSIG(status) == signal.SIGABRT
    assert events[-1]["event"] == "start"
    assert statuses(server.do("def test_it():\n    pass\n")[1]) == ["passed"]


def test_what_it_leaves_behind_ends_with_it(server: Server) -> None:
    test = (
        "import pathlib, subprocess, sys\ndef test_it():\n"
        "    child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        "    pathlib.Path(__file__).with_name('left').write_text(str(child.pid))\n"
    )
    _, events, folder = server.do(test)
    assert statuses(events) == ["passed"]
    left = int((folder / "left").read_text())
    for _ in range(100):
        if not is_alive(left):
            return
        time.sleep(0.1)
    pytest.fail("the process that the job has left behind is still there")


def test_one_that_never_ends_can_be_ended(server: Server) -> None:
    server.begin("def test_it():\n    while True:\n        pass\n")
    os.killpg(server.answer()["pid"], signal.SIGKILL)
    assert os.WTERMSIG(server.answer()["status"]) == signal.SIGKILL
    assert statuses(server.do("def test_it():\n    pass\n")[1]) == ["passed"]


def test_its_own_end_is_the_end_of_the_input(server: Server) -> None:
    assert server.process.stdin is not None
    server.process.stdin.close()
    assert server.process.wait(60) == 0


def is_alive(pid: int) -> bool:
    """Whether a process is there and is no zombie."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"
