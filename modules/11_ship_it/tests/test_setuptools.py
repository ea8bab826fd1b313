"""Exercise 5: the tutorials' setup.py in working order, and code for several Python versions."""

from __future__ import annotations

import ast
import copy
import shutil
import sys
import sysconfig
from collections.abc import Sequence
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

import pytest
import ship_it
from coursekit import ExpectationFailed, check, check_that, expect
from coursekit.project import Assembled, Project, Wheel, only

project = Project(ship_it, __file__)
SETUP = "project/setup.py"


# setup.py, read and not run


def call(name: str) -> ast.Call:
    """The one call of this function."""
    found = [
        node
        for node in ast.walk(project.python(SETUP))
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == name
    ]
    if len(found) != 1:
        raise ExpectationFailed(f"calls of {name}() in {SETUP}", str(len(found)), "one")
    return found[0]


def named_values() -> dict[str, ast.expr]:
    """The names that setup.py gives once, at its top: `x = …`, `with … as x`, `def x(): return …`."""
    found: dict[str, list[ast.expr]] = {}
    statements: list[ast.stmt] = list(project.python(SETUP).body)
    for node in statements:  # It grows.
        match node:
            case ast.Assign(targets=[ast.Name(name)], value=value):
                found.setdefault(name, []).append(value)
            case ast.AnnAssign(target=ast.Name(name), value=ast.expr() as value):
                found.setdefault(name, []).append(value)
            case ast.With(items=items, body=body):
                for item in items:
                    if isinstance(item.optional_vars, ast.Name):
                        found.setdefault(item.optional_vars.id, []).append(item.context_expr)
                statements += body
            case ast.FunctionDef(name=name):
                # The constants in it: what is asked of a function is only whether it reads Cargo.toml.
                constants = [each for each in ast.walk(node) if isinstance(each, ast.Constant)]
                found.setdefault(name, []).append(ast.Tuple([*constants], ast.Load()))
    return {name: values[0] for name, values in found.items() if len(values) == 1}


class Resolve(ast.NodeTransformer):
    """Puts what a name stands for in its place, a hundred times at most."""

    def __init__(self, values: dict[str, ast.expr]) -> None:
        self._values = values
        self._left = 100

    def visit_Name(self, node: ast.Name) -> ast.expr:
        value = self._values.get(node.id)
        if value is None or self._left == 0:
            return node
        self._left -= 1
        resolved: ast.expr = self.visit(copy.deepcopy(value))
        return resolved


def arguments(name: str) -> dict[str, ast.expr]:
    """The named arguments of the one call, with what their names stand for."""
    resolve = Resolve(named_values())
    found: dict[str, ast.expr] = {}
    for each in call(name).keywords:
        value = resolve.visit(copy.deepcopy(each.value))
        if each.arg is not None:
            found[each.arg] = value
        elif isinstance(value, ast.Dict):  # setup(**options)
            pairs = zip(value.keys, value.values, strict=True)
            found.update({str(key.value): item for key, item in pairs if isinstance(key, ast.Constant)})
    return found


def plain(node: ast.expr | None) -> object:
    """A literal's value, or the code itself."""
    if node is None:
        return None
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, MemoryError, RecursionError):
        return ast.unparse(node)


def check_says_what_only_it_can() -> None:
    """A call of setup() from which something is gone must still build the extension and the package."""
    given = arguments("setup")
    missing = [name for name in ("version", "packages", "rust_extensions") if name not in given]
    check(f"arguments that setup() in {SETUP} lacks", missing, [], "They stand nowhere else.")
    inside = [
        ast.unparse(node.func).rpartition(".")[2]
        for node in ast.walk(given["rust_extensions"])
        if isinstance(node, ast.Call)
    ]
    check(f"rust_extensions in {SETUP} holds a RustExtension", "RustExtension" in inside, True)


def extension(position: int, name: str) -> object:
    """An argument of RustExtension, wherever it stands."""
    found = call("RustExtension")
    return (
        plain(found.args[position])
        if position < len(found.args)
        else plain(arguments("RustExtension").get(name))
    )


@pytest.mark.parametrize(
    "name", ["setup_requires", "test_requires", "tests_require", "install_requires", "name", "description"]
)
def test_is_gone(name: str) -> None:
    check(
        f"{name} in the call of setup() in {SETUP}",
        plain(arguments("setup").get(name)),
        None,
        "What the build needs stands in [build-system], what the package is in [project]. setup.py "
        "keeps what only it can say.",
    )
    check_says_what_only_it_can()


def test_version_stated_once() -> None:
    node = arguments("setup").get("version")
    version = plain(node)
    by_hand = node is None or isinstance(node, ast.Constant)
    check_that(
        not by_hand and isinstance(version, str) and "Cargo.toml" in version,
        f"version in {SETUP}",
        repr(version),
        "an expression that reads Cargo.toml",
        "Without maturin nobody reads the version from Cargo.toml; setup.py must. Written by hand it "
        "goes stale.",
    )


def test_extension_name() -> None:
    check(
        f"the name of the RustExtension in {SETUP}",
        extension(0, "target"),
        "tally._tally",
        "Package and private extension.",
    )


def test_manifest() -> None:
    path = extension(1, "path")
    check(f"the manifest of the RustExtension in {SETUP}", str(path).removeprefix("./"), "Cargo.toml")


def test_stable_abi() -> None:
    found = [extension(9, "py_limited_api"), extension(99, "features")]
    check(
        f"py_limited_api and features of the RustExtension in {SETUP}",
        found,
        [True, ["pyo3/abi3-py311"]],
        "cargo must be told by the feature, setuptools-rust by py_limited_api: one names the "
        "symbols, the other the file.",
    )


def test_wheel_tag_is_set() -> None:
    options = plain(arguments("setup").get("options"))
    limited = options.get("bdist_wheel") if isinstance(options, dict) else None
    check(
        f"options['bdist_wheel'] in {SETUP}",
        limited,
        {"py_limited_api": "cp311"},
        "And the wheel must be told a third time, or its tag says one Python only.",
    )


def test_packages() -> None:
    found = {name: plain(arguments("setup").get(name)) for name in ("package_dir", "packages")}
    because = "`find_packages()` looks beside setup.py; the package lies in python/."
    if str(found["packages"]).replace("'", '"') in (
        'find_packages("python")',
        'find_packages(where="python")',
    ):
        found["packages"] = ["tally"]
    check(
        f"where {SETUP} has the package from",
        found,
        {"package_dir": {"": "python"}, "packages": ["tally"]},
        because,
    )


def test_stubs_are_packed() -> None:
    data = plain(arguments("setup").get("package_data"))
    patterns = data.get("tally", []) if isinstance(data, dict) else []
    check_that(
        {"py.typed", "_tally/*.pyi"} <= set(map(str, patterns)),
        f"package_data in {SETUP}",
        repr(data),
        "py.typed and _tally/*.pyi for the package tally",
        "setuptools packs .py files; everything else must be named.",
    )


# The Rust of it: what was built for what


def test_built_for() -> None:
    expect(ship_it.built_for).returns(
        sys.version_info[:2],
        because="`cfg!(Py_3_12)` is true in builds for all later ones too: ask for the newest first.",
    )


def test_capabilities() -> None:
    known = {
        "per-interpreter GIL": sys.version_info >= (3, 12),
        "free-threaded": bool(sysconfig.get_config_var("Py_GIL_DISABLED")),
        "stable ABI": False,  # The course builds for this one Python.
    }
    expect(ship_it.capabilities).returns(
        [name for name, is_there in known.items() if is_there],
        because="Decided while compiling: a build without the feature must not claim it.",
    )


# Built for real


def built_by_setuptools(built: Assembled) -> Wheel:
    """`python setup.py bdist_wheel`, which is what its build backend does."""

    def build(arguments: Sequence[str], out: Path) -> None:
        for left in ("build", "python/tally_of_things.egg-info"):
            shutil.rmtree(built.folder / left, ignore_errors=True)
        command = ["setup.py", "--quiet", "bdist_wheel", "--dist-dir", str(out)]
        built.tool(Path(sys.executable).name, *command, cwd=built.folder, target="setuptools")

    return Wheel(only(built.made("setuptools", (), build), "*.whl"))


def stable_suffixes() -> list[str]:
    """The endings of a library for the stable ABI. From Python 3.15 on, one names the platform too."""
    if sys.platform == "win32":
        return [".pyd"]
    return [suffix for suffix in EXTENSION_SUFFIXES if suffix.startswith((".abi3.", ".abi3-"))]


@pytest.mark.soft
def test_builds_with_setuptools_rust() -> None:
    wheel = built_by_setuptools(project.assembled("setuptools"))
    check("the wheel's tag", wheel.tag, "cp311-abi3")
    names = wheel.names()
    for wanted in ("tally/py.typed", "tally/_tally/__init__.pyi"):
        check_that(wanted in names, "the wheel that setuptools made", names, f"{wanted} in it")
    libraries = {f"tally/_tally{suffix}" for suffix in stable_suffixes()}
    check_that(
        not libraries.isdisjoint(names),
        "the wheel that setuptools made",
        names,
        f"one of {', '.join(sorted(libraries))} in it",
    )
    with wheel.installed() as environment:
        check(
            "import tally",
            environment.python("import tally; print(tally.total([20, 22]), tally.__version__)"),
            "42 0.3.0",
        )
