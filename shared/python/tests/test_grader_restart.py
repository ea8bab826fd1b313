"""Pickles that a new process of the submission reads, with the grader's own process and without a jail."""

from __future__ import annotations

import pickle
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from coursekit import pickles
from grader.host.worker_process import SubmissionLost, WorkerProcess
from grader.specials import FROM_THE_SUBMISSION
from grader.stand_ins.objects import ObjectLost
from grader.stand_ins.session import Session

RUN = Path(__file__).parents[1] / "run.py"

MODULE = """
import os

class Whole:
    def __init__(self, value):
        self.value = value

KEPT = []

class Number:
    def __init__(self, value):
        self.value = value
    def __reduce__(self):
        KEPT.append(self.value)
        return number, (len(KEPT) - 1,)

def number(index):
    return Number(KEPT[index])

def process():
    return os.getpid()

def end():
    os._exit(3)
"""


@pytest.fixture
def sample(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    (tmp_path / "sample.py").write_text(MODULE, encoding="utf-8")
    command = [sys.executable, "-I", str(RUN), "grading-worker"]
    worker = WorkerProcess(
        {"worker": command, "module": "sample", "directory": str(tmp_path), "time_limit": 60}
    )
    declared = dict.fromkeys(["Whole", "Number"], FROM_THE_SUBMISSION)
    worker.session = Session("sample", str(tmp_path / "sample.so"), declared, worker)
    monkeypatch.setitem(sys.modules, "sample", worker.session.module)
    monkeypatch.setattr(pickles, "start_new_process", worker.restart)
    try:
        yield worker.session.module
    finally:
        worker.end()


def test_a_new_process_reads_what_a_pickle_holds(sample: Any) -> None:
    kinds = sample.Whole, sample.Number
    before = sample.process()
    whole = sample.Whole([1, "two"])
    first, second = pickles.all_after_restart([pickle.dumps(whole), pickle.dumps(sample.Whole(3))])
    assert (first.value, second.value) == ([1, "two"], 3)
    assert sample.process() != before
    assert (sample.Whole, sample.Number) == kinds
    assert type(first) is sample.Whole
    with pytest.raises(ObjectLost):
        whole.value  # noqa: B018


def test_a_number_alone_does_not_survive(sample: Any) -> None:
    written = pickle.dumps(sample.Number(7))
    assert pickle.loads(written).value == 7
    with pytest.raises(IndexError):
        pickles.after_restart(written)


def test_a_test_that_has_failed_gets_no_new_process(sample: Any) -> None:
    with pytest.raises(SubmissionLost):
        sample.end()
    with pytest.raises(SubmissionLost):
        pickles.start_new_process()


def test_outside_of_the_grader_a_pickle_is_only_read() -> None:
    now = time.time()
    assert pickles.after_restart(pickle.dumps(now)) == now
