"""The names that an extension's file exports, read from its bytes; any bytes at all may stand there."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from grader.stand_ins.exported_symbols import exports_function

COMPILER = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
SOURCE = """
int exported(int x) { return x + 1; }
static int hidden(int x) { return x; }
int number = 5;
int (*keep)(int) = hidden;
"""


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if sys.platform != "linux" or COMPILER is None:
        pytest.skip("needs Linux and a C compiler")
    folder = tmp_path_factory.mktemp("library")
    (folder / "it.c").write_text(SOURCE)
    subprocess.run(
        [COMPILER, "-shared", "-fPIC", "-o", str(folder / "it.so"), str(folder / "it.c")], check=True
    )
    return folder / "it.so"


@pytest.mark.parametrize(
    ("name", "there"),
    [("exported", True), ("hidden", False), ("number", False), ("printf", False), ("é", False)],
)
def test_functions_that_are_exported(library: Path, name: str, there: bool) -> None:
    assert exports_function(library, name) is there


def test_any_bytes_at_all(library: Path, tmp_path: Path) -> None:
    draw, honest, path = random.Random(7), library.read_bytes(), tmp_path / "it.so"
    for _ in range(300):
        data = bytearray(honest)
        for _ in range(draw.randint(1, 30)):  # The headers are at both ends.
            place = draw.choice([draw.randrange(64), draw.randrange(len(data) - 2000, len(data))])
            data[place] = draw.choice([0, 1, 255, draw.randrange(256)])
        path.write_bytes(data[: draw.choice([len(data), draw.randrange(len(data))])])
        exports_function(path, "exported")


def test_no_library(tmp_path: Path) -> None:
    path = tmp_path / "it.so"
    path.write_bytes(b"MZ")
    assert not exports_function(path, "exported")
