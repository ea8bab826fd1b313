"""Exercise 6: hand-written stubs that say what no tool can know."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest
import ship_it
from coursekit import ExpectationFailed, check, check_that
from coursekit.project import Assembled, Project

project = Project(ship_it, __file__)
INIT = "project/python/tally/_tally/__init__.pyi"
STATS = "project/python/tally/_tally/stats.pyi"


def declared(path: str, name: str) -> ast.FunctionDef:
    for node in project.python(path).body:
        if isinstance(node, ast.FunctionDef) and node.name == name:
            return node
    raise ExpectationFailed(f"def {name} in {path}", "no such line", "a declaration")


def signature(path: str, name: str) -> str:
    """`total(values: Sequence[int]) -> int`, each name by its last part."""
    function = declared(path, name)
    arguments = [f"{each.arg}: {note(each.annotation)}" for each in function.args.args]
    return f"{name}({', '.join(arguments)}) -> {note(function.returns)}"


def note(annotation: ast.expr | None) -> str:
    if annotation is None:
        return "missing"
    for node in ast.walk(annotation):
        if isinstance(node, ast.Attribute):
            return ast.unparse(annotation).replace("collections.abc.", "").replace("typing.", "")
    return ast.unparse(annotation)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (INIT, "total(values: Sequence[int]) -> int"),
        (INIT, "units() -> list[str]"),
        (STATS, "mean(values: Sequence[float]) -> float"),
    ],
)
def test_signature(path: str, expected: str) -> None:
    name = expected.partition("(")[0]
    check(
        f"{name} in {path}",
        signature(path, name),
        expected,
        "PyO3 makes a Vec of any sequence. Generated stubs describe the conversion; people read "
        "`Sequence[int]`.",
    )


def test_version_is_declared() -> None:
    found = [
        ast.unparse(node.annotation)
        for node in project.python(INIT).body
        if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == "__version__"
    ]
    check(
        f"the type of __version__ in {INIT}",
        found,
        ["str"],
        "`#[pymodule_init]` adds it while Python runs: no generator sees it.",
    )


def test_nothing_is_left_open() -> None:
    open_ends = [
        ast.unparse(node).splitlines()[0]
        for path in (INIT, STATS)
        for node in ast.walk(project.python(path))
        if (isinstance(node, ast.FunctionDef) and node.name == "__getattr__")
        or (isinstance(node, ast.Name) and node.id in ("Incomplete", "Any"))
    ]
    check(
        "open ends in the stubs",
        open_ends,
        [],
        "`__getattr__` tells the type checker that every name exists: no typo is found.",
    )
    for path, name in ((INIT, "total"), (INIT, "units"), (STATS, "mean")):
        declared(path, name)


@pytest.mark.parametrize(
    ("path", "expected"), [(INIT, ["__version__", "stats", "total", "units"]), (STATS, ["mean"])]
)
def test_all(path: str, expected: list[str]) -> None:
    found: object = "no such line"
    value = project.value_of(path, "__all__")
    if value is not None:
        names = value.elts if isinstance(value, (ast.List, ast.Tuple)) else []
        found = sorted(
            each.value for each in names if isinstance(each, ast.Constant) and isinstance(each.value, str)
        )
    because = (
        "Type checkers take `__all__` from the stub only. PyO3 puts every name of the compiled module into "
        "its `__all__`, and the stub must say the same."
    )
    check(f"sorted(__all__) in {path}", found, expected, because)


def test_submodule_is_exported() -> None:
    found = [
        ast.unparse(node)
        for node in project.python(INIT).body
        if isinstance(node, ast.ImportFrom) and node.level == 1 and node.module is None
    ]
    because = "In a stub, only `import x as x` exports the name."
    check(f"how {INIT} imports stats", found, ["from . import stats as stats"], because)


@pytest.mark.soft
def test_stubtest() -> None:
    built = project.assembled("type_stub")
    with built.wheel().installed() as environment:
        run = built_stubtest(built, environment.folder)
    check_that(
        run.returncode == 0,
        "python -m mypy.stubtest tally",
        (run.stdout + run.stderr).strip()[-800:],
        "no difference between the stubs and the package",
        "Each line names what the stub says otherwise than the compiled module, or not at all.",
    )


def built_stubtest(built: Assembled, folder: Path) -> subprocess.CompletedProcess[str]:
    """stubtest in a process that finds the package in this folder, and nothing else of ours."""
    # stubtest has no use for a stub that mypy takes from its cache, so each run has new ones. The cache
    # is for the standard library, and makes this three times as fast.
    for path in [*folder.rglob("*.py"), *folder.rglob("*.pyi")]:
        path.write_text(f"{path.read_text(encoding='utf-8')}\n# {folder.name}\n", encoding="utf-8")
    settings = folder / "mypy.ini"
    cache = built.work / "mypy"
    settings.write_text(f"[mypy]\nincremental = True\ncache_dir = {cache}\n", encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-m", "mypy.stubtest", "tally", "--concise", "--mypy-config-file", str(settings)],
        cwd=folder,
        env={**os.environ, "MYPYPATH": str(folder), "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
