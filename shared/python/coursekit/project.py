"""A project whose manifests learners edit: read as data, and, for learners, built with the real tools.

    project = Project(extension, __file__)
    project.toml("project/pyproject.toml")         a learner's file, parsed
    built = project.assembled("wheel").wheel()     a wheel of it, made by maturin

Reading never runs anything: the grader reads submissions so. Building runs cargo on the manifests. It is for
tests that are marked soft: the grader runs those in its jail, where there is no cargo, and leaves them out.
"""

from __future__ import annotations

import ast
import hashlib
import importlib.metadata
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import IO, Any, TypeVar

import pytest

from .expect import ExpectationFailed

Parsed = TypeVar("Parsed")

BUILT = frozenset({"__pycache__", "build", "dist", "target"})
"""Folders that come of building in the project itself."""

LONGEST_PARSED = 1 << 16
"""Characters of a file that is parsed. Python's own parser takes minutes for some texts of half a megabyte,
and no clock can stop it meanwhile."""

KEPT_LINES = 12
"""Of a tool's output when it fails."""


class Project:
    """The files that a learner edits, wherever they lie, and the project that they belong to."""

    def __init__(self, extension: ModuleType, test_file: str) -> None:
        self._module = Path(test_file).resolve().parents[1]
        self._root = self._module.parents[1]
        beside = Path(str(extension.__file__)).parent
        # The runner and the grader put them beside the extension. Plain pytest finds them in the module.
        self.folder = beside if (beside / "project").is_dir() else self._module

    def text(self, path: str) -> str:
        """A file's text, without the byte order mark that some editors put at its beginning."""
        try:
            return (self.folder / path).read_text(encoding="utf-8-sig")
        except OSError:
            raise ExpectationFailed(path, "no such file", "a file") from None
        except UnicodeDecodeError as error:
            raise ExpectationFailed(path, f"byte {error.start} is not UTF-8", "a text file") from None

    def toml(self, path: str) -> dict[str, Any]:
        """A TOML file, parsed."""
        return self._parsed(path, tomllib.loads, "a file that any TOML parser can read")

    def python(self, path: str) -> ast.Module:
        """A Python file or stub, parsed and never run."""
        return self._parsed(path, ast.parse, "a file that Python can parse")

    def value_of(self, path: str, name: str) -> ast.expr | None:
        """The value that a Python file or stub gives a name at its top, with or without a type."""
        for node in self.python(path).body:
            match node:
                case ast.Assign(targets=[ast.Name(found)], value=value) if found == name:
                    return value
                case ast.AnnAssign(target=ast.Name(found), value=ast.expr() as value) if found == name:
                    return value
        return None

    def yaml(self, path: str) -> dict[str, Any]:
        """A YAML file, parsed: plain values only, and no anchors, which could unfold to gigabytes."""
        import yaml  # type: ignore[import-untyped]

        def load(text: str) -> dict[str, Any]:
            for token in yaml.scan(text, yaml.SafeLoader):
                if isinstance(token, (yaml.AliasToken, yaml.AnchorToken)):
                    raise ValueError(f"line {token.start_mark.line + 1} has an anchor or an alias")
            value = yaml.safe_load(text)
            if not isinstance(value, dict):
                raise TypeError(f"its outermost value is a {type(value).__name__}")
            return value

        return self._parsed(path, load, "a file that any YAML parser can read, of keys and values")

    def _parsed(self, path: str, parse: Callable[[str], Parsed], expected: str) -> Parsed:
        text = self.text(path)
        if len(text) > LONGEST_PARSED:
            raise ExpectationFailed(path, f"{len(text)} characters", f"at most {LONGEST_PARSED}")
        try:
            return parse(text)
        except RecursionError:
            raise ExpectationFailed(path, "values nested too deeply", expected) from None
        except (
            Exception
        ) as error:  # Each parser has errors of its own; whichever comes, the file is to blame.
            raise ExpectationFailed(path, f"{type(error).__name__}: {error}", expected) from None

    def assembled(self, exercise: str) -> Assembled:
        """The project as it is once all exercises but this one are solved, laid out for building."""
        needs_cargo()
        catalogue = tomllib.loads((self._module / "course.toml").read_text(encoding="utf-8"))["exercise"]
        files = {each["id"]: [f for f in each["files"] if f.startswith("project/")] for each in catalogue}
        edited = {file for each in files.values() for file in each}
        contents = {
            path.relative_to(self._module).as_posix(): path.read_bytes()
            for path in sorted((self._module / "project").rglob("*"))
            if path.is_file() and not BUILT.intersection(path.relative_to(self._module).parts)
        }
        solved = self._root / "solutions" / self._module.name
        for file in sorted(edited):
            mine = file in files[exercise]
            contents[file] = self.text(file).encode() if mine else (solved / file).read_bytes()
        work = self._root / "target" / self._module.name
        _wait_for_turn(work)
        return Assembled.make(
            work, exercise, {name.removeprefix("project/"): each for name, each in contents.items()}
        )


def needs_cargo() -> None:
    """Skips where nothing can be built: in the grader's jail. A learner's machine has cargo."""
    if shutil.which("cargo") is None:
        pytest.skip("platform: no cargo here, so nothing can be built")


_TURNS: dict[Path, IO[bytes]] = {}


def _wait_for_turn(work: Path) -> None:
    """Has the folder for this process alone as long as it lives: builds there change the same files."""
    if work in _TURNS:
        return
    work.mkdir(parents=True, exist_ok=True)
    lock = (work / "lock").open("ab")
    if sys.platform == "win32":
        import msvcrt

        while True:
            try:
                msvcrt.locking(lock.fileno(), msvcrt.LK_LOCK, 1)  # Gives up after ten seconds.
                break
            except OSError:
                continue
    else:
        import fcntl

        fcntl.flock(lock, fcntl.LOCK_EX)
    _TURNS[work] = lock


@dataclass(frozen=True)
class Assembled:
    """A project in a folder of its own, and the folder for its builds."""

    folder: Path
    work: Path
    fingerprint: str
    target: str
    """The folder for cargo's output, below `work`: another one for each set-up of PyO3."""

    @classmethod
    def make(cls, work: Path, name: str, contents: dict[str, bytes], target: str = "target") -> Assembled:
        """Lays the files out. A file that is right already keeps its time: cargo builds what has changed."""
        folder = work / "projects" / name
        digest = hashlib.sha256()
        for file, content in sorted(contents.items()):
            digest.update(file.encode() + b"\0" + hashlib.sha256(content).digest())
            place = folder / file
            place.parent.mkdir(parents=True, exist_ok=True)
            if not place.is_file() or place.read_bytes() != content:
                place.write_bytes(content)
        for path in sorted(folder.rglob("*"), reverse=True):
            if path.is_file() and path.relative_to(folder).as_posix() not in contents:
                path.unlink()
        return cls(folder, work, digest.hexdigest(), target)

    def wheel(self, *arguments: str) -> Wheel:
        """The wheel that `maturin build` makes. The same files and arguments are not built twice."""
        out = self.made("wheel", arguments, self._build_wheel)
        return Wheel(only(out, "*.whl"))

    def sdist(self) -> Path:
        """The source archive that `maturin sdist` makes."""
        return only(self.made("sdist", (), self._build_sdist), "*.tar.gz")

    def made(self, kind: str, arguments: Sequence[str], build: Callable[[Sequence[str], Path], None]) -> Path:
        """The folder that `build` fills. The same files and arguments are not built twice."""
        tools = f"{sys.version} {importlib.metadata.version('maturin')}"
        key = hashlib.sha256("\0".join([self.fingerprint, kind, tools, *arguments]).encode()).hexdigest()[:16]
        out = self.work / "made" / f"{kind}-{key}"
        if not out.is_dir():
            out.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=out.parent) as fresh:
                build(arguments, Path(fresh, "out"))
                Path(fresh, "out").rename(out)
        return out

    def _build_wheel(self, arguments: Sequence[str], out: Path) -> None:
        manifest = str(self.folder / "Cargo.toml")
        self.tool("maturin", "build", "--offline", "--manifest-path", manifest, "--out", str(out), *arguments)

    def _build_sdist(self, arguments: Sequence[str], out: Path) -> None:
        manifest = str(self.folder / "Cargo.toml")
        self.tool("maturin", "sdist", "--manifest-path", manifest, "--out", str(out), *arguments)

    def tool(self, program: str, *arguments: str, cwd: Path | None = None, target: str | None = None) -> str:
        """Runs a tool as a shell outside of the course does. Gives what it prints."""
        run = self.run(program, *arguments, cwd=cwd, target=target)
        if run.returncode != 0:
            shown = " ".join([program, *(Path(a).name if Path(a).is_absolute() else a for a in arguments)])
            raise ExpectationFailed(shown, last_lines(run.stdout + run.stderr), "an end without an error")
        return run.stdout + run.stderr

    def run(
        self, program: str, *arguments: str, cwd: Path | None = None, target: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        """The same, whatever comes of it."""
        found = shutil.which(program, path=path_of_tools())
        if found is None:
            raise FileNotFoundError(f"{program} is not there; `cargo course setup` installs it")
        # cargo looks for settings from the current folder upwards. Outside of the course are none of ours.
        return subprocess.run(
            [found, *arguments],
            cwd=cwd or tempfile.gettempdir(),
            env=environment(self.work / (target or self.target)),
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            check=False,
        )


@dataclass(frozen=True)
class Wheel:
    """A built wheel."""

    path: Path

    @property
    def tag(self) -> str:
        """`cp311-abi3`: the part of its name between the version and the platform."""
        return "-".join(self.path.stem.split("-")[2:4])

    def names(self) -> list[str]:
        """The names of its files."""
        with zipfile.ZipFile(self.path) as archive:
            return sorted(archive.namelist())

    def read(self, end: str) -> str:
        """The text of the one file whose name ends so."""
        with zipfile.ZipFile(self.path) as archive:
            return archive.read(next(name for name in archive.namelist() if name.endswith(end))).decode()

    def installed(self) -> Installed:
        """Unpacked as an installer does, in an empty environment."""
        folder = Path(tempfile.mkdtemp(prefix="empty-"))
        with zipfile.ZipFile(self.path) as archive:
            archive.extractall(folder)
        return Installed(folder)


@dataclass(frozen=True)
class Installed:
    """An environment that holds one wheel and the standard library, and is removed at the end of `with`."""

    folder: Path

    def __enter__(self) -> Installed:
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def python(self, code: str) -> str:
        """The output of this code there. No site-packages: only the wheel can be found."""
        start = f"import sys; sys.path.insert(0, {str(self.folder)!r}); "
        run = subprocess.run(
            [sys.executable, "-I", "-S", "-c", start + code],
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
            cwd=self.folder,
        )
        if run.returncode != 0:
            raise ExpectationFailed(code, last_lines(run.stderr, 2), "an end without an error")
        return run.stdout.strip()


def environment(target: Path) -> dict[str, str]:
    """The tools' environment: nothing of the course's own settings, and one interpreter to build for."""
    foreign = (
        "CARGO_",
        "PYO3_",
        "MATURIN_",
        "PIP_",
        "PYTHON",
        "RUSTC",
        "RUSTFLAGS",
        "SETUPTOOLS_",
        "VIRTUAL_ENV",
    )
    kept = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(foreign) or key in ("CARGO_HOME", "CARGO_TARGET_TMPDIR")
    }
    return {
        **kept,
        "PATH": path_of_tools(),
        "PYO3_PYTHON": sys.executable,
        "CARGO_TARGET_DIR": str(target),
        "CARGO_NET_OFFLINE": "true",
        "CARGO_TERM_COLOR": "never",
        "NO_COLOR": "1",
        "PYTHONUTF8": "1",
    }


def path_of_tools() -> str:
    """The environment's own programs first."""
    return os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])


def last_lines(text: str, count: int = KEPT_LINES) -> str:
    """The end of a tool's output."""
    lines = [line.rstrip() for line in text.splitlines() if line.strip()]
    return "\n".join(lines[-count:])


def only(folder: Path, pattern: str) -> Path:
    """The one file of this kind."""
    found = sorted(folder.glob(pattern))
    if len(found) != 1:
        raise ExpectationFailed(pattern, [path.name for path in found].__repr__(), "one file")
    return found[0]


def at(value: Any, *keys: str) -> Any:
    """The value at the end of these keys, or None if the way there breaks off."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def texts(value: Any) -> list[str]:
    """A list's texts, whatever else is in it; nothing where it is no list."""
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def walk(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every value in a tree of dicts and lists, with the way to it."""
    yield path, value
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from walk(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from walk(inner, f"{path}[{index}]")
