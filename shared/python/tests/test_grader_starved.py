"""A process that waits for a processor is told from one that waits for something else."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from grader.host.starved import SHARE, TICK, Pauses, is_stopped, longest_waits, waited

pytestmark = pytest.mark.skipif(
    not os.path.exists("/proc/self/schedstat"), reason="the kernel of this machine does not count it"
)

BUSY = "import os; os.sched_setaffinity(0, {%d})\nwhile True: pass"


@pytest.fixture
def two_on_one_processor() -> Iterator[list[subprocess.Popen[bytes]]]:
    processor = min(os.sched_getaffinity(0))
    command = [sys.executable, "-I", "-c", BUSY % processor]
    processes = [subprocess.Popen(command) for _ in range(2)]
    yield processes
    for process in processes:
        process.kill()
        process.wait()


def test_who_shares_a_processor_waits(two_on_one_processor: list[subprocess.Popen[bytes]]) -> None:
    before = [waited(process.pid) for process in two_on_one_processor]
    # As long as it takes: each of them can have half of the processor, and the other half it waits.
    while any(
        longest_waits(earlier, waited(process.pid)) < 0.2
        for earlier, process in zip(before, two_on_one_processor, strict=True)
    ):
        time.sleep(0.05)


def test_descendants_count() -> None:
    code = "import subprocess, sys; subprocess.run([sys.executable, '-I', '-c', 'input()'])"
    with subprocess.Popen([sys.executable, "-I", "-c", code], stdin=subprocess.PIPE) as process:
        while len(waited(process.pid)) < 2:
            time.sleep(0.01)
        process.communicate(b"\n")
    assert waited(process.pid) == {}


def test_only_what_was_waited_in_between() -> None:
    assert longest_waits({1: 2.0, 2: 1.0}, {1: 2.5, 2: 4.0, 3: 0.25}) == 3.5
    assert longest_waits({1: 2.0}, {}) == 0.0


CONVERSATION = """
import os, subprocess, sys, time
sys.path.insert(0, sys.argv[1])
from grader.host.starved import LostTime
os.sched_setaffinity(0, {int(sys.argv[2])})
busy = [subprocess.Popen([sys.executable, "-I", "-c", "while True: pass"]) for _ in range(6)]
echo = "import sys\\nfor line in sys.stdin.buffer: sys.stdout.buffer.write(line); sys.stdout.buffer.flush()"
other = subprocess.Popen([sys.executable, "-I", "-c", echo], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
def says():
    other.stdin.write(b"a\\n")
    other.stdin.flush()
    other.stdout.readline()
says()
lost = LostTime(lambda: other.pid)
begun = time.monotonic()
while time.monotonic() < begun + 1.5:
    sum(range(20_000))
    says()
print(lost.in_this_test() / (time.monotonic() - begun))
lost.end_process()
for process in (*busy, other):
    process.kill()
    process.wait()
after = lost.in_this_test()
lost.begin_test()
print(after, lost.before, lost.in_this_test())
"""


def test_both_sides_of_a_conversation_lose_time() -> None:
    processor = str(min(os.sched_getaffinity(0)))
    said = subprocess.run(
        [sys.executable, "-I", "-c", CONVERSATION, str(Path(__file__).parents[1]), processor],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    share, after, before, later = map(float, said.split())
    assert share > SHARE
    assert after > 0.5  # What the other side has waited is kept though it has ended.
    assert before >= after
    assert later < after


def test_a_stopped_descendant_is_seen() -> None:
    code = "import subprocess, sys; subprocess.run([sys.executable, '-I', '-c', 'input()'])"
    with subprocess.Popen([sys.executable, "-I", "-c", code], stdin=subprocess.PIPE) as process:
        while len(waited(process.pid)) < 2:
            time.sleep(0.01)
        assert not is_stopped(process.pid)
        child = next(thread for thread in waited(process.pid) if thread != process.pid)
        os.kill(child, signal.SIGSTOP)
        while not is_stopped(process.pid):
            time.sleep(0.01)
        os.kill(child, signal.SIGCONT)
        process.communicate(b"\n")
    assert not is_stopped(process.pid)


def test_seconds_in_which_it_was_stopped_count_though_it_goes_on_afterwards() -> None:
    with subprocess.Popen([sys.executable, "-I", "-c", "input()"], stdin=subprocess.PIPE) as process:
        pauses = Pauses(lambda: process.pid)
        time.sleep(3 * TICK)
        before = pauses.seconds
        os.kill(process.pid, signal.SIGSTOP)
        while pauses.seconds < before + 4 * TICK:
            time.sleep(0.01)
        os.kill(process.pid, signal.SIGCONT)
        process.communicate(b"\n")


def test_a_pause_of_everything_counts() -> None:
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from grader.host.starved import Pauses\n"
        "pauses = Pauses(lambda: None)\n"
        "print(flush=True); input(); import time; time.sleep(1); print(pauses.seconds)"
    )
    folder = str(Path(__file__).parents[1])
    with subprocess.Popen(
        [sys.executable, "-I", "-c", code, folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        os.kill(process.pid, signal.SIGSTOP)
        time.sleep(3)
        os.kill(process.pid, signal.SIGCONT)
        said, _ = process.communicate("\n")
    assert float(said) > 2.0
