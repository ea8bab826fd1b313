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
