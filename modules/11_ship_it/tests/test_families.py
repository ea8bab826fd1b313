"""Exercise 3: three families of wheels, and whom each serves."""

from __future__ import annotations

import json
import re
import sys
from itertools import chain

import pytest
import ship_it
from coursekit import ExpectationFailed, check, check_that
from coursekit.project import Assembled, Project, texts
from packaging.tags import cpython_tags

project = Project(ship_it, __file__)
FAMILIES = "project/families.toml"
WANTED = ["3.11", "3.12", "3.13", "3.14", "3.14t", "3.15", "3.15t"]


def wheels() -> list[dict[str, object]]:
    """The [[wheel]] tables. A file without any fails, because every claim about its wheels would hold."""
    given = project.toml(FAMILIES).get("wheel")
    found = [each for each in given if isinstance(each, dict)] if isinstance(given, list) else []
    if not found:
        raise ExpectationFailed(f"[[wheel]] tables in {FAMILIES}", "none", "one for each build")
    return found


def taken_by(python: str) -> set[str]:
    """The tags, such as `cp311-abi3`, that this Python's installer takes."""
    version = tuple(map(int, python.removesuffix("t").split(".")))
    abi = f"cp{''.join(map(str, version))}{'t' if python.endswith('t') else ''}"
    # `packaging` knows abi3, and leaves abi3t to the free-threaded and to 3.15 and later: PEP 803.
    tags = {f"{tag.interpreter}-{tag.abi}" for tag in cpython_tags(version, [abi], ["any"])}
    if python.endswith("t"):
        tags = {tag for tag in tags if not tag.endswith("-abi3")}
    if version >= (3, 15):
        tags |= {f"cp3{minor}-abi3t" for minor in range(15, version[1] + 1)}
    return tags


def serves(tag: object) -> list[str]:
    """The wanted Pythons that take a wheel with this tag; `cp315-abi3.abi3t` is two tags in one name."""
    match = re.fullmatch(r"(cp3\d+)-([a-z0-9.]+)", str(tag))
    if match is None:
        return []
    each = {f"{match[1]}-{abi}" for abi in match[2].split(".")}
    return [python for python in WANTED if each & taken_by(python)]


def made_by(wheel: dict[str, object]) -> str:
    """The tag that PyO3 0.30 and maturin give a build: a stable ABI where both sides have it."""
    interpreter, features = str(wheel.get("interpreter")), texts(wheel.get("features"))
    match = re.fullmatch(r"3\.(\d+)(t?)", interpreter)
    if match is None:
        return f"no interpreter {interpreter!r}"
    minor, threaded = int(match[1]), bool(match[2])
    oldest = {
        kind: min(
            (int(f[len(f"pyo3/{kind}-py3") :]) for f in features if re.fullmatch(rf"pyo3/{kind}-py3\d+", f)),
            default=None,
        )
        for kind in ("abi3", "abi3t")
    }
    if oldest["abi3t"] is not None and minor >= max(oldest["abi3t"], 15):
        return f"cp3{oldest['abi3t']}-abi3.abi3t"
    if oldest["abi3"] is not None and not threaded and minor >= oldest["abi3"]:
        return f"cp3{oldest['abi3']}-abi3"
    return f"cp3{minor}-cp3{minor}{match[2]}"


def test_tables() -> None:
    for wheel in wheels():
        check("the keys of a [[wheel]]", sorted(wheel), ["features", "interpreter", "serves", "tag"])


def test_tags() -> None:
    for wheel in wheels():
        build = f"the tag of a build with {wheel.get('interpreter')} and {texts(wheel.get('features'))}"
        check(
            build,
            wheel.get("tag"),
            made_by(wheel),
            "PyO3 takes the stable ABI where the interpreter has it: abi3 needs a GIL, abi3t needs "
            "3.15. Else it builds for one version.",
        )


def test_serves() -> None:
    for wheel in wheels():
        check(
            f"whom {wheel.get('tag')} serves",
            sorted(texts(wheel.get("serves"))),
            sorted(serves(wheel.get("tag"))),
            "abi3 serves its own version and all later ones with a GIL. `cp314t` serves 3.14t alone. "
            "`abi3.abi3t` serves 3.15 and all later ones, with a GIL or without.",
        )
        because = "A wheel whose tag no installer takes helps nobody."
        check_that(
            bool(serves(wheel.get("tag"))), "the tag", wheel.get("tag"), "one that a Python takes", because
        )


def test_nobody_is_left_out() -> None:
    served = set(chain.from_iterable(serves(wheel.get("tag")) for wheel in wheels()))
    missing = [python for python in WANTED if python not in served]
    check(
        "Pythons that find no wheel",
        missing,
        [],
        "Each Python takes its own tags only; without a wheel, pip compiles the sdist.",
    )


def test_no_build_too_many() -> None:
    check(
        "builds for each platform",
        len(wheels()),
        3,
        "Three families cover all seven Pythons; each further build is time and storage.",
    )


def test_one_free_threaded_release_is_built_alone() -> None:
    alone = [wheel.get("tag") for wheel in wheels() if serves(wheel.get("tag")) == ["3.14t"]]
    check(
        "the tag of what serves 3.14t alone",
        alone,
        ["cp314-cp314t"],
        "No stable ABI reaches the free-threaded 3.14.",
    )


@pytest.mark.soft
def test_built_for_real() -> None:
    """Each build, for this platform. maturin knows the interpreters by heart, and needs none of them."""
    built = project.assembled("families")
    host = built.tool("rustc", "-vV").partition("host: ")[2].split()[0]
    for wheel in wheels():
        features, interpreter = texts(wheel.get("features")), str(wheel.get("interpreter"))
        # The Python that runs this needs no other build of PyO3 than the other exercises.
        is_here = interpreter == f"{sys.version_info[0]}.{sys.version_info[1]}"
        wanted = [sys.executable] if is_here else [f"python{interpreter}", "--target", host]
        made = with_features(built, features, interpreter, is_here).wheel("--interpreter", *wanted)
        check(
            f"the tag that maturin gives a build with {interpreter} and {features}",
            made.tag,
            wheel.get("tag"),
        )


def with_features(built: Assembled, features: list[str], interpreter: str, is_here: bool) -> Assembled:
    """The same project with other features in [tool.maturin]: the manifest's own would be added to these."""
    contents = {
        path.relative_to(built.folder).as_posix(): path.read_bytes()
        for path in built.folder.rglob("*")
        if path.is_file()
    }
    del contents["families.toml"]  # No part of the build: a change there alone shall build nothing anew.
    manifest = contents["pyproject.toml"].decode()
    contents["pyproject.toml"] = re.sub(
        r"(?m)^features = .*$", f"features = {json.dumps(features)}", manifest
    ).encode()
    # A folder for each, and its own place for what cargo builds: PyO3 is another one for each interpreter.
    name = "families-" + re.sub(r"[^a-z0-9]+", "-", f"{interpreter}-{'-'.join(features)}")
    return Assembled.make(built.work, name, contents, target=built.target if is_here else name)
