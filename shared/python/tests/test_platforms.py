"""Tests that a platform cannot run skip themselves, and say that it is the platform."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from coursekit.heartbeat import Heartbeat
from coursekit.platforms import PREFIX
from coursekit.turns import lets_another_thread_in

ROOT = Path(__file__).parents[3]


def skips(tree: ast.AST) -> Iterator[ast.expr]:
    """The reasons of all `pytest.skip(…)` and `pytest.mark.skipif(…, reason=…)`."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        if node.func.attr == "skip":
            yield node.args[0]
        elif node.func.attr == "skipif":
            yield next(keyword.value for keyword in node.keywords if keyword.arg == "reason")


def beginning(reason: ast.expr) -> str:
    """The fixed text that a reason begins with."""
    if isinstance(reason, ast.JoinedStr):
        reason = reason.values[0]
    return reason.value if isinstance(reason, ast.Constant) and isinstance(reason.value, str) else ""


TEST_FILES = sorted(ROOT.glob("modules/*/tests/*.py"))


@pytest.mark.parametrize("path", TEST_FILES, ids=lambda path: f"{path.parts[-3]}/{path.name}")
def test_every_skip_names_the_platform(path: Path) -> None:
    for reason in skips(ast.parse(path.read_text(encoding="utf-8"))):
        assert beginning(reason).startswith(PREFIX), f"{path}:{reason.lineno}"


def test_a_skip_without_the_word_is_found() -> None:
    source = "pytest.skip('too slow')\n@pytest.mark.skipif(x, reason=f'platform: no {y}')\ndef f(): ..."
    assert {beginning(reason) for reason in skips(ast.parse(source))} == {"platform: no ", "too slow"}


def test_without_a_gil_no_test_tells_attached_from_detached(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "_is_gil_enabled", lambda: False, raising=False)
    with pytest.raises(pytest.skip.Exception, match=r"^platform: this Python has no GIL"):
        lets_another_thread_in(lambda: None)
    with pytest.raises(pytest.skip.Exception, match=r"^platform: this Python has no GIL"), Heartbeat():
        raise AssertionError("the body must not run")


def test_with_a_gil_they_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "_is_gil_enabled", lambda: True, raising=False)
    with Heartbeat() as heart:
        pass
    assert heart.seconds >= 0
