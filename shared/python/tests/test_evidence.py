"""No test that counts looks inside the submission's process, and the book says of each what it looks at."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from coursekit.evidence import evidence_of

COURSE = Path(__file__).parents[3]
TESTS = sorted(COURSE.glob("modules/*/tests/test_*.py"))
RUN = [sys.executable, "-I", "-X", "utf8", str(COURSE / "shared/python/run.py"), "evidence"]


def written(tmp_path: Path, source: str) -> Path:
    path = tmp_path / "test_it.py"
    path.write_text(source, encoding="utf-8")
    return path


def test_no_test_of_the_course_counts_on_the_inside() -> None:
    assert len(TESTS) > 40
    refused = [each.refused for file in TESTS for each in evidence_of(file) if each.refused]
    assert not refused


def test_names_that_a_file_beside_takes_from_the_module(tmp_path: Path) -> None:
    (tmp_path / "names.py").write_text("from sample import *\n", encoding="utf-8")
    source = "from coursekit.beside import beside\ndef test_a():\n    beside(__file__, 'names')\n"
    (found,) = evidence_of(written(tmp_path, source))
    assert "any names" in found.refused


def test_the_page_of_the_book_is_as_the_tests_are() -> None:
    files = [str(file.relative_to(COURSE)) for file in TESTS]
    made = subprocess.run(
        [*RUN, "--table", *files],
        cwd=COURSE,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    anew = "`cargo xtask sync` writes it"
    page = (COURSE / "docs/src/evidence.md").read_text("utf-8")
    assert made.stdout == page, anew


@pytest.mark.parametrize(
    ("source", "because"),
    [
        (
            "from coursekit.turns import lets_another_thread_in as lets\ndef test_a():\n    lets(f)\n",
            "take turns",
        ),
        ("import coursekit.heartbeat as h\ndef test_a():\n    h.Heartbeat()\n", "take turns"),
        ("from sample import *\ndef test_a():\n    pass\n", "any names"),
        ("def test_a():\n    exec('from sample import *')\n", "any names"),
        ("from coursekit.brand_new import look\ndef test_a():\n    look()\n", "neither inside nor outside"),
        (
            "class TestA:\n    def help(self):\n        import gc\n        gc.collect()\n"
            "    def test_a(self):\n        self.help()\n",
            "garbage collector",
        ),
        ("def test_a():\n    __import__('weakref').ref(f)\n", "garbage collector"),
        (
            "from importlib import import_module\ndef test_a():\n    import_module('gc').collect()\n",
            "collector",
        ),
        ("import sys\ndef test_a():\n    getattr(sys, 'getrefcount')(f)\n", "reference counts"),
        ("def test_a():\n    exec('import gc; gc.collect()', {})\n", "garbage collector"),
        ("import m\ndef test_a():\n    assert m.f().flags.owndata\n", "memory is shared"),
        ("import m\ndef test_a():\n    assert m.f().base is None\n", "memory is shared"),
        ("import m\ndef test_a():\n    assert m.f().__array_interface__\n", "memory is shared"),
        ("def test_a(recwarn):\n    assert not recwarn\n", "warnings"),
        ("def test_a(capfd):\n    assert not capfd.readouterr().out\n", "output"),
        ("def test_a(caplog):\n    assert not caplog.text\n", "log records"),
        ("import os\ndef test_a():\n    os.system('true')\n", "another process"),
        ("import os\ndef test_a():\n    os.posix_spawn('/bin/true', [], {})\n", "another process"),
        ("import datetime\ndef test_a():\n    datetime.datetime.now()\n", "time"),
        ("from datetime import datetime as d\ndef test_a():\n    d.now()\n", "time"),
        ("import threading\ndef test_a():\n    threading.active_count()\n", "threads"),
        ("import gc\ndef test_a():\n    gc.collect()\n", "garbage collector"),
        ("from gc import collect as tidy\ndef test_a():\n    tidy()\n", "garbage collector"),
        ("import time\ndef helper():\n    return time.monotonic()\ndef test_a():\n    helper()\n", "time"),
        ("import time as t\ndef test_a():\n    def inner():\n        t.sleep(1)\n    inner()\n", "time"),
        ("import numpy as np\ndef test_a():\n    assert np.shares_memory(1, 2)\n", "memory"),
        (
            "from coursekit import Heartbeat\ndef test_a():\n    with Heartbeat() as h:\n        pass\n",
            "turns",
        ),
        ("import asyncio\nasync def go(): ...\ndef test_a():\n    asyncio.run(go())\n", "event loop"),
        (
            "import pytest, gc\n@pytest.fixture\ndef tidy():\n    gc.collect()\ndef test_a(tidy): ...\n",
            "garbage",
        ),
        (
            "import sys\nclass TestIt:\n    def test_a(self):\n        sys.getrefcount(5)\n",
            "reference counts",
        ),
        ("def test_a():\n    import subprocess\n    subprocess.run(['x'])\n", "another process"),
        ("def test_a():\n    one = two = 5\n    assert id(one) == id(two)\n", "identity"),
        ("import gc\nTIDY = {'x': gc.collect}\ndef test_a():\n    TIDY['x']()\n", "garbage collector"),
    ],
)
def test_what_counts_on_the_inside_is_refused(tmp_path: Path, source: str, because: str) -> None:
    (found,) = evidence_of(written(tmp_path, source))
    assert because in found.refused
    run = subprocess.run([*RUN, str(found.file)], capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert because in run.stderr


@pytest.mark.parametrize(
    "source",
    [
        "import gc, pytest\n@pytest.mark.soft\ndef test_a():\n    gc.collect()\n",
        "import gc, pytest\npytestmark = pytest.mark.soft\ndef test_a():\n    gc.collect()\n",
        "import gc, pytest\n@pytest.mark.soft\nclass TestIt:\n    def test_a(self):\n        gc.collect()\n",
        "import gc\ndef test_a(): ...\n",
        "import asyncio\nfrom coursekit import expect\ndef test_a():\n    expect(asyncio.TimeoutError)\n",
        "import copy, pickle\ndef test_a():\n    pickle.loads(pickle.dumps(copy.copy(5)))\n",
    ],
)
def test_what_is_soft_or_outside_is_not(tmp_path: Path, source: str) -> None:
    (found,) = evidence_of(written(tmp_path, source))
    assert not found.refused
