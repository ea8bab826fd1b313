"""Exercise 4: an sdist that builds offline from its own lock file."""

from __future__ import annotations

import re
import tarfile
from pathlib import Path

import pytest
import ship_it
from coursekit import ExpectationFailed, check, check_that
from coursekit.patterns import covers
from coursekit.project import Project, at, texts

project = Project(ship_it, __file__)
CORE = "project/core/Cargo.toml"
LOCK = "project/Cargo.lock"


def packages() -> dict[str, dict[str, object]]:
    """The packages by name. A lock file without any fails, because every claim about them would hold."""
    given = project.toml(LOCK).get("package")
    found = [each for each in given if isinstance(each, dict)] if isinstance(given, list) else []
    if not found:
        raise ExpectationFailed(f"[[package]] tables in {LOCK}", "none", "one for each crate")
    return {str(each.get("name")): each for each in found}


def shipped(path: str) -> bool:
    package = at(project.toml(CORE), "package")
    check(f"[package] name in {CORE}", at(package, "name"), "tally-core", "Without it, nothing is packed.")
    include, exclude = at(package, "include"), at(package, "exclude")
    if isinstance(include, list):
        return any(covers(each, path) for each in texts(include))
    return not any(covers(each, path) for each in texts(exclude))


@pytest.mark.parametrize("path", ["data/units.txt", "src/lib.rs"])
def test_ships(path: str) -> None:
    check_that(
        shipped(path),
        f"core/{path}",
        "left out of the sdist",
        "in the sdist",
        "`include_str!` reads it while the crate is compiled, on the machine of whoever installs "
        "from source.",
    )


def test_ships_nothing_else() -> None:
    check(
        "core/target/debug is in the sdist",
        shipped("target/debug"),
        False,
        "`include` names what is needed, and nothing else.",
    )
    check("core/src/lib.rs is in the sdist", shipped("src/lib.rs"), True, "An empty sdist builds nothing.")


@pytest.mark.parametrize("name", ["tally", "tally-core"])
def test_lock_knows_this_version(name: str) -> None:
    check(
        f"the version of {name} in {LOCK}",
        at(packages().get(name), "version"),
        "0.3.0",
        "The manifest has moved on. `cargo update --workspace --offline` writes the lock file anew.",
    )


def test_lock_is_complete() -> None:
    found = packages()
    missing = [name for name in ("pyo3", "pyo3-ffi", "pyo3-macros", "pyo3-build-config") if name not in found]
    check(f"crates that {LOCK} lacks", missing, [])


def test_lock_pins_contents() -> None:
    """Every crate from the registry, by its checksum; the project's own from its folders."""
    own = ("tally", "tally-core")
    others = {name: each for name, each in packages().items() if name not in own}
    check_that(bool(others), f"crates from the registry in {LOCK}", len(others), "PyO3 and what it needs")
    check(f"the project's own crates that {LOCK} lacks", [name for name in own if name not in packages()], [])
    loose = [
        name for name, each in others.items() if not re.fullmatch("[0-9a-f]{64}", str(each.get("checksum")))
    ]
    check(
        f"crates without a checksum in {LOCK}",
        loose,
        [],
        "Without a checksum, anybody's code may come under this name.",
    )
    foreign = [name for name, each in others.items() if not str(each.get("source")).startswith("registry+")]
    check(f"crates from elsewhere than the registry in {LOCK}", foreign, [])
    check(
        f"where {LOCK} has the project's own crates from",
        [at(packages().get(name), "source") for name in own],
        [None, None],
    )


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    archive = project.assembled("sdist").sdist()
    folder = tmp_path_factory.mktemp("sdist")
    with tarfile.open(archive) as file:
        file.extractall(folder, filter="data")
    return next(folder.iterdir())


@pytest.mark.soft
def test_sdist_contents(unpacked: Path) -> None:
    names = {path.relative_to(unpacked).as_posix() for path in unpacked.rglob("*") if path.is_file()}
    for wanted in (
        "Cargo.lock",
        "core/data/units.txt",
        "core/src/lib.rs",
        "LICENSE-MIT",
        "README.md",
        "pyproject.toml",
    ):
        check_that(wanted in names, "the sdist", sorted(names), f"{wanted} among its files")


@pytest.mark.soft
def test_builds_offline_from_its_own_lock_file(unpacked: Path) -> None:
    built = project.assembled("sdist")
    built.tool(
        "maturin",
        "build",
        "--offline",
        "--locked",
        "--manifest-path",
        str(unpacked / "Cargo.toml"),
        "--out",
        str(unpacked / "out"),
    )
