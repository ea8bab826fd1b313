"""Exported modules have all that their tests import. `.ci/exports` builds and runs some of them."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
MODULES = sorted(path.parent.name for path in ROOT.glob("modules/*/course.toml"))


def imported_from_the_kit(tests: Path) -> Iterator[tuple[str, str]]:
    """Modules of the exported kit, and the names that the tests take from them."""
    for path in tests.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("testkit"):
                yield from ((str(node.module), alias.name) for alias in node.names)


def files_beside(tests: Path) -> Iterator[str]:
    """The files that tests name as `beside(__file__, "name")`."""
    for path in tests.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "beside":
                yield f"{ast.literal_eval(node.args[1])}.py"


@pytest.mark.parametrize("module", MODULES)
def test_exported_tests_find_what_they_import(module: str, tmp_path: Path) -> None:
    project = tmp_path / module
    command = ["cargo", "course", "export", module[:2], str(project), "--solution"]
    subprocess.run(command, cwd=ROOT, check=True, stdin=subprocess.DEVNULL)
    tests = project / "tests"
    if module != "11_ship_it":  # The learner's own project, whose tests are its own.
        assert (tests / "testkit/__init__.py").is_file()
    for name in files_beside(tests):
        assert (tests / name).is_file(), f"a test needs {name}"
    lines = {f"from {where} import {name}" for where, name in imported_from_the_kit(tests)}
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(sorted(lines))],
        cwd=tests,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_rust_tests_keep_the_cases_that_they_share(tmp_path: Path) -> None:
    project = tmp_path / "project"
    command = ["cargo", "course", "export", "04", str(project), "--solution"]
    subprocess.run(command, cwd=ROOT, check=True, stdin=subprocess.DEVNULL)
    assert (project / "core/tests/products/mod.rs").is_file()
