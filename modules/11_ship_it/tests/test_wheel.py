"""Exercise 2: one wheel for Python 3.11 and all that come after it."""

from __future__ import annotations

import email
import json
import re

import pytest
import ship_it
from coursekit import check, check_that
from coursekit.patterns import covers
from coursekit.project import Project, Wheel, at, texts, walk
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.tags import sys_tags
from packaging.utils import parse_wheel_filename

project = Project(ship_it, __file__)
PYPROJECT = "project/pyproject.toml"


def table(*keys: str) -> object:
    return at(project.toml(PYPROJECT), *keys)


# The manifest


def test_build_backend() -> None:
    check(f"[build-system] build-backend in {PYPROJECT}", table("build-system", "build-backend"), "maturin")


def test_current_maturin() -> None:
    wanted = texts(table("build-system", "requires"))
    try:
        allowed = {each.name: each.specifier for each in map(Requirement, wanted)}
    except InvalidRequirement as error:
        allowed = {str(error): SpecifierSet()}
    check_that(
        list(allowed) == ["maturin"]
        and "1.16.0" in allowed["maturin"]
        and "0.14.17" not in allowed["maturin"]
        and "2.0.0" not in allowed["maturin"],
        f"[build-system] requires in {PYPROJECT}",
        repr(wanted),
        "maturin alone, 1.16 and what follows it, below 2",
        "maturin 0.14 knows neither PyO3 0.30 nor today's metadata; an upper limit keeps the next "
        "incompatible one out.",
    )


def test_version_stated_once() -> None:
    check(
        f"[project] version and dynamic in {PYPROJECT}",
        (table("project", "version"), texts(table("project", "dynamic"))),
        (None, ["version"]),
        "The version stands in Cargo.toml. Stated twice, one of the two goes stale.",
    )


def test_requires_python() -> None:
    given = table("project", "requires-python")
    try:
        allowed = SpecifierSet(str(given))
    except InvalidSpecifier:
        allowed = SpecifierSet("<0")
    check_that(
        all(f"3.{minor}" in allowed for minor in (11, 12, 14, 15, 99))
        and "3.10" not in allowed
        and "3.7" not in allowed,
        f"[project] requires-python in {PYPROJECT}",
        repr(given),
        "3.11 and all that come after it",
        "The stable ABI is that of 3.11: an older Python would install the wheel and fail at the "
        "import. No upper limit.",
    )


def test_licence() -> None:
    check(
        f"[project] license in {PYPROJECT}",
        table("project", "license"),
        "MIT OR Apache-2.0",
        "Since PEP 639 the licence is an SPDX expression, a plain text; a table is refused by new tools.",
    )


def test_licence_files() -> None:
    given = texts(table("project", "license-files"))
    missing = [
        file for file in ("LICENSE-MIT", "LICENSE-APACHE") if not any(covers(each, file) for each in given)
    ]
    check(f"licence files that [project] license-files in {PYPROJECT} leaves out", missing, [])


def test_readme_and_description() -> None:
    check(f"[project] readme in {PYPROJECT}", table("project", "readme"), "README.md")
    description = table("project", "description")
    check_that(
        isinstance(description, str) and 10 <= len(description) <= 200,
        f"[project] description in {PYPROJECT}",
        repr(description),
        "one line of 10 to 200 characters",
        "The index shows it beside the name.",
    )


def test_typed() -> None:
    classifiers = texts(table("project", "classifiers"))
    because = "`py.typed` tells type checkers, and this classifier tells people."
    check(
        f"'Typing :: Typed' in the classifiers of {PYPROJECT}",
        "Typing :: Typed" in classifiers,
        True,
        because,
    )
    licences = [each for each in classifiers if each.startswith("License ::")]
    check(
        f"licence classifiers in {PYPROJECT}",
        licences,
        [],
        "They contradict the SPDX expression: PEP 639 drops them.",
    )


def test_module_name() -> None:
    check(
        f"[tool.maturin] module-name in {PYPROJECT}",
        table("tool", "maturin", "module-name"),
        "tally._tally",
        "The extension goes inside the package, under its private name.",
    )


def test_python_source() -> None:
    because = (
        "The package lies in python/tally. Beside Cargo.toml, `import tally` would find the folder "
        "without extension."
    )
    check(
        f"[tool.maturin] python-source in {PYPROJECT}",
        table("tool", "maturin", "python-source"),
        "python",
        because,
    )


def test_stable_abi() -> None:
    found = texts(table("tool", "maturin", "features"))
    check(
        f"[tool.maturin] features in {PYPROJECT}",
        found,
        ["pyo3/abi3-py311"],
        "The feature names the oldest Python; `extension-module` is deprecated.",
    )


def test_nothing_stray() -> None:
    given = table("tool", "maturin", "include")
    for path, value in walk(given):
        inner = value if isinstance(value, str) else None
        if inner is not None and not path.endswith("format"):
            check_that(
                not re.search(r"\*\*|^core|^tests|^src|target", inner),
                f"[tool.maturin] include in {PYPROJECT}",
                repr(inner),
                "no sources and no tests",
                "maturin packs python-source by itself; whatever `include` adds lands in "
                "site-packages of every user.",
            )
    source = table("tool", "maturin", "python-source")
    check_that(
        isinstance(source, str),
        f"[tool.maturin] python-source in {PYPROJECT}",
        repr(source),
        "a folder, from which maturin packs the package",
    )


# The wheel


@pytest.fixture(scope="module")
def wheel() -> Wheel:
    return project.assembled("wheel").wheel()


@pytest.mark.soft
def test_tag(wheel: Wheel) -> None:
    check(
        "the wheel's tag",
        wheel.tag,
        "cp311-abi3",
        "`cp311-cp311` serves one Python; `abi3` all from 3.11 on.",
    )
    _, version, _, tags = parse_wheel_filename(wheel.path.name)
    check("the version in its name", str(version), "0.3.0")
    check_that(
        bool(tags & set(sys_tags())),
        "the wheel's name",
        wheel.path.name,
        "one that this Python's installer takes",
    )
    platform = wheel.path.stem.rpartition("-")[2]
    because = "The index refuses plain `linux` tags: nobody knows which C library such a wheel needs."
    check_that(
        not platform.startswith("linux"), "the wheel's platform", platform, "no plain `linux`", because
    )


@pytest.mark.soft
def test_contents(wheel: Wheel) -> None:
    names = wheel.names()
    info = next(name.partition("/")[0] for name in names if name.endswith("/METADATA"))
    inside = {name for name in names if not name.startswith(info) and "/_tally." not in name}
    check(
        "what lies in the wheel, beside the extension and its papers",
        sorted(inside),
        [
            "tally/__init__.py",
            "tally/_tally/__init__.pyi",
            "tally/_tally/stats.pyi",
            "tally/py.typed",
            "tally/stats.py",
        ],
        "Nothing else: what is not needed to run it is in the sdist.",
    )
    extension = [name for name in names if "/_tally." in name]
    check_that(
        len(extension) == 1, "the extension in the wheel", repr(extension), "one file, tally/_tally.abi3.…"
    )
    papers = sorted(name.removeprefix(info) for name in names if "/licenses/" in name or "/sboms/" in name)
    check(
        "licences and bill of materials",
        papers,
        ["/licenses/LICENSE-APACHE", "/licenses/LICENSE-MIT", "/sboms/tally.cyclonedx.json"],
    )


@pytest.mark.soft
def test_metadata(wheel: Wheel) -> None:
    metadata = email.message_from_string(wheel.read("/METADATA"))
    check(
        "the wheel's metadata",
        {key: metadata[key] for key in ("Name", "Version", "License-Expression")},
        {"Name": "tally-of-things", "Version": "0.3.0", "License-Expression": "MIT OR Apache-2.0"},
    )
    check("Requires-Python admits 3.10", "3.10" in SpecifierSet(metadata["Requires-Python"] or ""), False)
    check("the README is its description", "Sums and means" in metadata.get_payload(), True)


@pytest.mark.soft
def test_sbom(wheel: Wheel) -> None:
    bill = json.loads(wheel.read(".cyclonedx.json"))
    crates = {each["name"]: each["version"] for each in bill["components"]}
    check("tally-core in the bill of materials", crates.get("tally-core"), "0.3.0")
    check_that("pyo3" in crates, "crates in the bill of materials", sorted(crates), "pyo3 among them")


@pytest.mark.soft
def test_in_an_empty_environment(wheel: Wheel) -> None:
    with wheel.installed() as environment:
        code = "import tally; from tally import stats; print(tally.total([1, 2]), stats.mean([3.0]))"
        check(code, environment.python(code), "3 3.0")


@pytest.mark.soft
def test_inspectors(wheel: Wheel) -> None:
    built = project.assembled("wheel")
    built.tool("abi3audit", "--strict", str(wheel.path))
    built.tool("twine", "check", "--strict", str(wheel.path))
    if "manylinux" in wheel.path.name:
        said = built.tool("auditwheel", "show", str(wheel.path))
        check_that(
            "manylinux" in said, "auditwheel show", said, "a manylinux platform that it is consistent with"
        )
