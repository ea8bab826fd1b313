"""Exercise 5: what the module says about itself, at run time and in its stub."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Any

import pytest
import sum_as_string
from coursekit import ExpectationFailed, check, check_that, likely
from coursekit.project import LONGEST_PARSED

# After `maturin develop` the extension lies inside a package of the same name. The extension's face is meant.
extension: Any = sys.modules.get("sum_as_string.sum_as_string", sum_as_string)

FUNCTIONS = {
    "sum_as_string": "def sum_as_string(a: int, b: int) -> str: ...",
    "divide": "def divide(a: float, b: float) -> float: ...",
    "join_sums": 'def join_sums(pairs: Iterable[tuple[int, int]], /, *, sep: str = ", ") -> str: ...',
}
PUBLIC = sorted([*FUNCTIONS, "__version__"])


# The module


def cargo(key: str) -> str:
    """A value of the crate's `[package]` table, from the workspace where it says `.workspace = true`."""
    crate = Path(__file__).resolve().parents[1]
    value = tomllib.loads((crate / "Cargo.toml").read_text(encoding="utf-8"))["package"][key]
    if isinstance(value, dict):
        value = tomllib.loads((crate.parents[1] / "Cargo.toml").read_text(encoding="utf-8"))["workspace"][
            "package"
        ][key]
    return str(value)


def check_attribute(name: str, expected: str, because: str) -> None:
    absent = f"AttributeError: the module has no {name}"
    check_that(hasattr(extension, name), f"sum_as_string.{name}", absent, repr(expected), because)
    check(f"sum_as_string.{name}", getattr(extension, name), expected, because)


def test_version() -> None:
    because = '`env!("CARGO_PKG_VERSION")` is the version in Cargo.toml; written by hand it goes stale.'
    check_attribute("__version__", cargo("version"), because)


def test_rust_version() -> None:
    because = '`env!("CARGO_PKG_RUST_VERSION")` is the rust-version in Cargo.toml.'
    check_attribute("_rust_version", cargo("rust-version"), because)


def test_all() -> None:
    check(
        "sorted(sum_as_string.__all__)",
        sorted(getattr(extension, "__all__", [])),
        PUBLIC,
        likely(
            (
                lambda got: "_rust_version" in got,
                "`module.add` also puts the name into `__all__`. Set the private "
                "`_rust_version` with `module.setattr`.",
            ),
            (
                lambda got: "__version__" not in got,
                "`module.add` also puts the name into `__all__`; "
                "`module.setattr` does not. Was `__version__` set with `add`?",
            ),
            otherwise="`__all__` names the three functions and `__version__`, and nothing else.",
        ),
    )


# The stub, as text


def stub_file() -> Path:
    """`sum_as_string.pyi` beside the extension, or what an installed package calls it."""
    folder = Path(str(sum_as_string.__file__)).parent
    beside = [folder / "sum_as_string.pyi", folder / "__init__.pyi"]
    for path in beside:
        if path.exists():
            return path
    raise ExpectationFailed("the stub beside the extension", "no such file", f"{beside[0]}")


def stub() -> ast.Module:
    text = stub_file().read_text(encoding="utf-8")
    if len(text) > LONGEST_PARSED:
        raise ExpectationFailed("sum_as_string.pyi", f"{len(text)} characters", f"at most {LONGEST_PARSED}")
    try:
        return ast.parse(text)
    except SyntaxError as error:
        line = (error.text or "").strip()
        raise ExpectationFailed(
            "sum_as_string.pyi",
            f"SyntaxError in line {error.lineno}: {error.msg}: {line}",
            "a file that Python can parse",
        ) from None


def declared(name: str) -> ast.FunctionDef:
    for node in stub().body:
        if isinstance(node, ast.FunctionDef) and node.name == name:
            return node
    raise ExpectationFailed(f"def {name} in sum_as_string.pyi", "no such line", f"a declaration of {name}")


def kinds(function: ast.FunctionDef) -> str:
    """The parameters, their kinds, and whether they have a default, without types: `(pairs, /, *, sep=…)`."""
    bare = ast.parse("def f(): ...").body[0]
    assert isinstance(bare, ast.FunctionDef)
    for group in ("posonlyargs", "args", "kwonlyargs"):
        setattr(bare.args, group, [ast.arg(each.arg) for each in getattr(function.args, group)])
    bare.args.vararg, bare.args.kwarg = function.args.vararg, function.args.kwarg
    default = ast.Constant(...)
    bare.args.defaults = [default for _ in function.args.defaults]
    bare.args.kw_defaults = [None if each is None else default for each in function.args.kw_defaults]
    return f"({ast.unparse(bare.args)})".replace("...", "…")


@pytest.mark.parametrize("name", FUNCTIONS)
def test_stub_parameters(name: str) -> None:
    check(
        f"the parameters of {name} in sum_as_string.pyi",
        kinds(declared(name)),
        kinds(ast.parse(FUNCTIONS[name]).body[0]),  # type: ignore[arg-type]
        "What stands before `/` has no name, after `*` needs its name, and with `=` may be left out.",
    )


@pytest.mark.parametrize("name", FUNCTIONS)
def test_stub_types(name: str) -> None:
    expected = ast.parse(FUNCTIONS[name]).body[0]
    assert isinstance(expected, ast.FunctionDef)
    check(
        f"the types of {name} in sum_as_string.pyi",
        types(declared(name)),
        types(expected),
        "No tool can see the types behind compiled code: whoever writes the stub must get them right.",
    )


def types(function: ast.FunctionDef) -> dict[str, str]:
    """Each parameter's annotation, and the result's; names such as `typing.Iterable` by their last part."""
    arguments = function.args
    notes = {
        each.arg: each.annotation for each in [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    }
    notes["return"] = function.returns
    return {
        name: "missing" if note is None else ast.unparse(_Plain().visit(note)) for name, note in notes.items()
    }


class _Plain(ast.NodeTransformer):
    """`collections.abc.Iterable[Tuple[int, int]]` and `Iterable[tuple[int, int]]` mean the same."""

    def visit_Attribute(self, node: ast.Attribute) -> ast.Name:
        return self.visit_Name(ast.Name(node.attr))

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.Name({"Tuple": "tuple"}.get(node.id, node.id))


def test_stub_all() -> None:
    found: object = "no such line"
    for node in stub().body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        value = getattr(node, "value", None)
        if (
            any(isinstance(target, ast.Name) and target.id == "__all__" for target in targets)
            and value is not None
        ):
            names = value.elts if isinstance(value, (ast.List, ast.Tuple)) else []
            found = sorted(str(ast.literal_eval(name)) for name in names if isinstance(name, ast.Constant))
    check(
        "sorted(__all__) in sum_as_string.pyi",
        found,
        PUBLIC,
        "Type checkers take `__all__` from the stub only.",
    )


# The stub, held against the module by mypy's own tool


@pytest.mark.soft
def test_stubtest() -> None:
    with tempfile.TemporaryDirectory(prefix="stubtest-") as name:
        folder = Path(name)
        # Copies side by side, under the name that is imported: stubtest shall see no package around them.
        shutil.copy(str(extension.__file__), folder)
        # mypy keeps its knowledge of the standard library, which makes this three times as fast. A stub from
        # the cache is of no use to stubtest, so the comment makes it a new one each time.
        text = stub_file().read_text(encoding="utf-8")
        (folder / "sum_as_string.pyi").write_text(f"{text}\n# {folder.name}\n", encoding="utf-8")
        # One cache for each user; where there are no user ids, the temporary folder is the user's own.
        user = os.getuid() if hasattr(os, "getuid") else "cache"
        cache = Path(tempfile.gettempdir()) / f"course-mypy-{user}"
        settings = folder / "mypy.ini"
        settings.write_text(f"[mypy]\nincremental = True\ncache_dir = {cache}\n", encoding="utf-8")
        exceptions = folder / "allowlist"
        exceptions.write_text("" if join_sums_is_written() else "sum_as_string.join_sums\n", encoding="utf-8")
        command = [sys.executable, "-m", "mypy.stubtest", "sum_as_string", "--concise"]
        command += [
            "--mypy-config-file",
            str(settings),
            "--allowlist",
            str(exceptions),
            "--ignore-unused-allowlist",
        ]
        run = subprocess.run(
            command,
            cwd=folder,
            env={**os.environ, "MYPYPATH": str(folder), "PYTHONPATH": str(folder)},
            capture_output=True,
            text=True,
            check=False,
        )
    check_that(
        run.returncode == 0,
        "python -m mypy.stubtest sum_as_string",
        (run.stdout + run.stderr).strip(),
        "no difference between the stub and the module",
        "Each line names what the stub says otherwise than the compiled module, or not at all.",
    )


def join_sums_is_written() -> bool:
    """Whether exercise 4 has its signature. Until then the stub is ahead of the module, which is no fault."""
    return "/, *, sep" in (getattr(extension.join_sums, "__text_signature__", None) or "")
