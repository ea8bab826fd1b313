"""A lesson's blocks, run as the runner runs them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from coursekit.events import read_events
from coursekit.lesson import Block, blocks

RUN = Path(__file__).parents[1] / "run.py"

SOLUTION = """
class PanicException(BaseException):
    pass
def add(a, b):
    return a + b
def panics():
    raise PanicException("attempt to divide by zero")
"""
WRONG = "def add(a, b):\n    return a - b\n"


def run(folder: Path, lesson: str, solution: str = SOLUTION) -> tuple[list[dict[str, Any]], int, str]:
    """The events, the exit code and what came out on standard output."""
    for name, text in (("solution", solution), ("wrong", WRONG)):
        (folder / name).mkdir()
        (folder / name / "toy.py").write_text(text, encoding="utf-8")
    readme, events = folder / "README.md", folder / "events"
    readme.write_text(lesson, encoding="utf-8")
    job = {
        "readme": str(readme),
        "directory": str(folder / "solution"),
        "module": "toy",
        "wrong": {"add.minus": str(folder / "wrong")},
        "events": str(events),
    }
    ended = subprocess.run(
        [sys.executable, "-I", "-X", "utf8", str(RUN), "lesson"],
        input=json.dumps(job).encode(),
        stdout=subprocess.PIPE,
        timeout=100,
        check=False,
        cwd=folder,
    )
    return read_events(events), ended.returncode, ended.stdout.decode()


def statuses(folder: Path, lesson: str) -> list[tuple[int, str]]:
    events, code, output = run(folder, lesson)
    assert code == 0
    assert output == ""
    assert events[-1] == {"event": "done"}
    assert {each["event"] for each in events[:-1]} <= {"block"}
    return [(each["line"], each["status"]) for each in events[:-1]]


def test_one_namespace_for_all_plain_blocks(tmp_path: Path) -> None:
    lesson = """# Title
```rust
fn main() {}
```
```python
import toy
total = toy.add(1, 2)
print("not to be seen")
```

```pycon
>>> total
3
>>> doubled = toy.add(total, total)
```
```python
assert doubled == 6
```
```text
>>> 1
2
```
"""
    assert statuses(tmp_path, lesson) == [
        (5, "passed"),
        (11, "passed"),
        (16, "passed"),
    ]


def test_failures_say_where_and_the_rest_still_runs(tmp_path: Path) -> None:
    lesson = """```python
import toy

assert toy.add(1, 2) == 4, "no"
```
```pycon
>>> import toy
>>> toy.add(1, 2)
4
```
```python
toy.panics()
```
```python
def f(:
```
```python
import sys; sys.exit(3)
```
```pycon
>>> raise KeyboardInterrupt
```
```pycon
nothing to run
```
```pycon
>>> toy.add(1, 1)
2
```
"""
    events, code, _ = run(tmp_path, lesson)
    assert code == 0
    found = {each["line"]: (each["status"], each["message"]) for each in events[:-1]}
    assert found[1] == ("failed", "line 4: AssertionError: no")
    assert found[6][0] == "failed"
    assert "Expected:\n    4\nGot:\n    3" in found[6][1]
    assert "line 8" in found[6][1]
    assert found[11] == ("failed", "line 12: a Rust panic: attempt to divide by zero")
    assert found[14][0] == "failed"
    assert "SyntaxError" in found[14][1]
    assert "line 15" in found[14][1]
    assert found[17] == ("failed", "line 18: SystemExit: 3")
    assert found[20] == ("failed", "KeyboardInterrupt")
    assert found[23][0] == "error"
    assert found[26] == ("passed", "")


def test_doctest_shows_tracebacks_and_panics(tmp_path: Path) -> None:
    lesson = """```pycon
>>> import toy
>>> toy.add(1, "a")
Traceback (most recent call last):
  ...
TypeError: unsupported operand type(s) for +: 'int' and 'str'
>>> toy.panics()
Traceback (most recent call last):
  ...
toy.PanicException: attempt to divide by zero
```
```pycon
>>> toy.add(1, "a")
Traceback (most recent call last):
  ...
TypeError: something else
```
```pycon
>>> list(range(9))
[0, ..., 8]
```
"""
    assert [status for *_, status in statuses(tmp_path, lesson)] == ["passed", "failed", "failed"]


def test_wrong_versions_run_by_themselves(tmp_path: Path) -> None:
    lesson = """```python
import toy
x = 1
```
```pycon wrong=add.minus
>>> import toy
>>> toy.add(3, 1)
2
```
```pycon wrong=add.minus
>>> x
1
```
```pycon wrong=add.minus
>>> import os
>>> os._exit(0)
```
```pycon wrong=add.other
>>> 1
1
```
```pycon
>>> toy.add(3, 1), x
(4, 1)
```
"""
    assert statuses(tmp_path, lesson) == [
        (1, "passed"),
        (5, "passed"),
        (10, "failed"),
        (14, "failed"),
        (18, "error"),
        (22, "passed"),
    ]


def test_blocks_are_a_main_program_in_a_folder_of_their_own(tmp_path: Path) -> None:
    lesson = """```python
import os, pickle, subprocess, sys
from dataclasses import dataclass
@dataclass
class Point:
    x: int
assert pickle.loads(pickle.dumps(Point(1))) == Point(1)
assert __name__ == "__main__"
open("note.txt", "w").write("here")
subprocess.run([sys.executable, "-c", "print('a child prints')"], check=True)
```
```pycon
>>> open("note.txt").read()
'here'
```
"""
    assert [status for *_, status in statuses(tmp_path, lesson)] == ["passed", "passed"]
    assert not (tmp_path / "note.txt").exists()


def test_death_in_a_block_leaves_what_happened_before(tmp_path: Path) -> None:
    lesson = "```python\n1\n```\n```python\nimport os; os._exit(0)\n```\n```python\n1\n```\n"
    events, code, _ = run(tmp_path, lesson)
    assert code == 0
    assert [(each["event"], each.get("line")) for each in events] == [("block", 1)]


def test_unusable_blocks_and_modules(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    lesson = "```python no-run\n1\n```\n```pycon\n>>> 1\n1\n"
    assert statuses(tmp_path / "a", lesson) == [(1, "error"), (4, "error")]
    events, *_ = run(tmp_path / "b", "```python\n1\n```\n", solution="raise ValueError('no')")
    assert events[0]["status"] == "error"
    assert events[0]["message"] == "`import toy`: ValueError: no"


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_fences(end: str) -> None:
    lesson = "a\n```python\nx\n ```\n```\n  ```python\ny\n```\n```pycon wrong=a.b \n```text\n``` \n```\n"
    lesson += "```\nz\n```x"
    assert list(blocks(lesson.replace("\n", end))) == [
        Block(2, "python", "x\n ```\n", True),
        Block(8, "", "```pycon wrong=a.b \n```text\n``` \n", True),
        Block(13, "", "z\n```x\n", False),
    ]


def test_other_line_separators_count_as_text() -> None:
    (block,) = blocks("\x0c\u2028\n```python\na\x0cb\u2028c\n```")
    assert block == Block(2, "python", "a\x0cb\u2028c\n", True)
