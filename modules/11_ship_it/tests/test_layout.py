"""Exercise 1: a core crate, a binding, and a Python package around a private extension."""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Iterator

import pytest
import ship_it
from coursekit import check, check_that
from coursekit.project import Project, at, texts, walk

project = Project(ship_it, __file__)
CARGO = "project/Cargo.toml"
INIT = "project/python/tally/__init__.py"
STATS = "project/python/tally/stats.py"
PUBLIC = ["__version__", "total", "units"]


# The manifest


def test_extension_name() -> None:
    check(
        f"[lib] name in {CARGO}",
        at(project.toml(CARGO), "lib", "name"),
        "_tally",
        "The package is `tally`, and it holds an extension that nobody imports by itself: a private name.",
    )


def test_crate_types() -> None:
    found = texts(at(project.toml(CARGO), "lib", "crate-type"))
    check(
        f"[lib] crate-type in {CARGO}",
        sorted(found),
        ["cdylib", "rlib"],
        "Python imports a cdylib; tests/*.rs, benches and doctests link an rlib.",
    )


def test_no_extension_module() -> None:
    where = [path for path, value in walk(project.toml(CARGO)) if "extension-module" in (path, value)]
    where += [
        path
        for path, value in walk(project.toml(CARGO))
        if isinstance(value, str) and value.endswith("/extension-module")
    ]
    check(
        f"places with the feature `extension-module` in {CARGO}",
        sorted({path.partition("[")[0] for path in where}),
        [],
        "maturin says by itself that this is an extension. The feature leaves `cargo test` without "
        "Python's symbols.",
    )
    names = at(project.toml(CARGO), "dependencies") or {}
    check(f"pyo3 is among the [dependencies] in {CARGO}", "pyo3" in names, True)


def test_depends_on_core() -> None:
    core = at(project.toml(CARGO), "dependencies", "tally-core")
    path, version = at(core, "path"), at(core, "version")
    check(
        f"[dependencies] tally-core in {CARGO}",
        {"path": posixpath.normpath(path) if isinstance(path, str) else path, "version": version},
        {"path": "core", "version": "0.3.0"},
        "The arithmetic stays in a crate without Python, found by its path.",
    )


def test_pyo3_version() -> None:
    pyo3 = at(project.toml(CARGO), "dependencies", "pyo3")
    version = pyo3 if isinstance(pyo3, str) else at(pyo3, "version")
    fits = isinstance(version, str) and re.fullmatch(r"\^?0\.30(\.\d+)?", version.strip()) is not None
    check(f"the version of pyo3 in {CARGO}", "0.30" if fits else version, "0.30")


# The package


def imports(path: str) -> dict[str, str]:
    """Each name that a file imports, with where from: {"total": "._tally"}."""
    found = {}
    for node in project.python(path).body:
        if isinstance(node, ast.ImportFrom):
            source = "." * node.level + (node.module or "")
            source = source.replace("tally._tally", "._tally") if node.level == 0 else source
            found.update({name.asname or name.name: source for name in node.names})
    return found


def public(path: str) -> object:
    """The list that `__all__` is set to."""
    value = project.value_of(path, "__all__")
    if value is None:
        return "no such line"
    try:
        return sorted(ast.literal_eval(value))
    except (ValueError, TypeError):
        return ast.unparse(value)


def test_package_imports() -> None:
    found = imports(INIT)
    check(
        f"what {INIT} imports, and from where",
        {name: found.get(name) for name in PUBLIC},
        dict.fromkeys(PUBLIC, "._tally"),
        "Name what is public, and take it from the private extension: `from ._tally import …`.",
    )


def test_no_star() -> None:
    stars = [name for path in (INIT, STATS) for name in imports(path) if name == "*"]
    because = (
        "`import *` hides what is public from readers and type checkers, and may rebind the "
        "package's own name."
    )
    check(f"star imports in {INIT} and {STATS}", stars, [], because)
    for path in (INIT, STATS):
        named = [name for name, source in imports(path).items() if source.startswith("._tally")]
        check_that(bool(named), f"what {path} imports from ._tally by name", named, "at least one name")


@pytest.mark.parametrize(("path", "expected"), [(INIT, PUBLIC), (STATS, ["mean"])])
def test_all(path: str, expected: list[str]) -> None:
    check(f"sorted(__all__) in {path}", public(path), expected, "`__all__` is what the package promises.")


def test_submodule_imports() -> None:
    check(
        f"where {STATS} has `mean` from",
        imports(STATS).get("mean"),
        "._tally.stats",
        "A file of its own makes `import tally.stats` work; `from ._tally.stats import mean` fills it.",
    )


# Built for real


@pytest.fixture(scope="module")
def installed() -> Iterator[object]:
    with project.assembled("layout").wheel().installed() as environment:
        yield environment


@pytest.mark.soft
@pytest.mark.parametrize(
    ("code", "printed"),
    [
        ("import tally; print(tally.total([1, 2, 3]))", "6"),
        ("import tally; print(tally.__version__)", "0.3.0"),
        ("import tally.stats; print(tally.stats.mean([1.0, 2.0]))", "1.5"),
        ("from tally.stats import mean; print(mean([4.0]))", "4.0"),
        (
            "from tally import *; print(sorted(n for n in dir() if n in ('total', 'units', '_tally')))",
            "['total', 'units']",
        ),
    ],
)
def test_in_an_empty_environment(installed: object, code: str, printed: str) -> None:
    check(code, installed.python(code), printed)  # type: ignore[attr-defined]


@pytest.mark.soft
def test_cargo_test_links() -> None:
    built = project.assembled("layout")
    run = built.run(
        "cargo",
        "test",
        "--offline",
        "--quiet",
        "--manifest-path",
        str(built.folder / "Cargo.toml"),
        "--no-run",
    )
    if "library -lpython" in run.stderr or "find -lpython" in run.stderr:
        pytest.skip("platform: this Python has no library to link; Debian's is in libpython3-dev")
    check_that(
        run.returncode == 0,
        "cargo test --no-run",
        run.stderr.strip()[-600:],
        "an end without an error",
        "tests/ needs an rlib to link, and Python's symbols, which `extension-module` leaves open.",
    )
