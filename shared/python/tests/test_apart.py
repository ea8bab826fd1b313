"""Code that may wait for ever prints, in a process of its own or over the grader's wire."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from coursekit.apart import printed

SOURCE = """
import os, threading

def add(a, b):
    return a + b

def call(function, value):
    return function(value)

def waits():
    threading.Event().wait()

def process():
    return os.getpid()

class Pretends(float):
    def __str__(self):
        return "63.0"
    __repr__ = __str__
"""


@pytest.fixture
def sample(tmp_path: Path) -> ModuleType:
    """A module that is never imported here; only its name and its place count."""
    (tmp_path / "sample.py").write_text(SOURCE, encoding="utf-8")
    module = ModuleType("sample")
    module.__file__ = str(tmp_path / "sample.py")
    return module


def test_in_a_process_of_its_own(sample: ModuleType) -> None:
    assert printed(sample, "print(sample.add(1, 2)); print('more')") == "3\nmore"
    assert printed(sample, "raise ValueError('no')").endswith("ValueError: no")
    assert (
        printed(sample, "print('begun', flush=True); sample.waits()", 1.0)
        == "nothing: it still ran after 1 s"
    )


def test_only_a_number_looks_like_one(sample: ModuleType) -> None:
    assert printed(sample, "show(sample.add(60.0, 3.0))") == "63.0"
    assert printed(sample, "show(sample.add('63', '.0'))") == "'63.0'"
    assert printed(sample, "show(sample.Pretends())") == "<Pretends>"


def test_in_the_grader_only_the_calls_leave_this_process(
    tmp_path: Path, open_module: Callable[[Path, str, list[str]], AbstractContextManager[Any]]
) -> None:
    with open_module(tmp_path, SOURCE, []) as sample:
        assert printed(sample, "print(sample.add(1, 2)); print('more')") == "3\nmore"
        assert printed(sample, "sample.call(print, 'called')") == "called"
        assert printed(sample, "raise ValueError('no')") == "ValueError: no"
        assert printed(sample, "import os; print(sample.process() == os.getpid())") == "False"
        assert printed(sample, "show(sample.add('63', '.0'))") == "'63.0'"
        assert printed(sample, "show(sample.Pretends())") != "63.0"
        assert "sample" in sys.modules
