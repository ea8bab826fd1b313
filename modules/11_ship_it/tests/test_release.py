"""Exercise 7: a release workflow that publishes without a secret, and that nobody else can make publish."""

from __future__ import annotations

import functools
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import ship_it
from coursekit import ExpectationFailed, check, check_that
from coursekit.project import Project, at, path_of_tools, walk

project = Project(ship_it, __file__)
RELEASE = "project/.github/workflows/release.yml"
PUBLISH = "pypa/gh-action-pypi-publish"
BUILD = "PyO3/maturin-action"


@functools.cache
def workflow() -> dict[Any, Any]:
    return project.yaml(RELEASE)


def jobs() -> dict[str, dict[str, Any]]:
    """The jobs by name. A workflow without any fails, because every claim about its jobs would hold."""
    given = workflow().get("jobs")
    found = given.items() if isinstance(given, dict) else ()
    named = {str(name): job for name, job in found if isinstance(job, dict)}
    if not named:
        raise ExpectationFailed(f"jobs in {RELEASE}", "none", "jobs that build, and jobs that publish")
    return named


def steps() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every step with the job it belongs to."""
    for name, job in jobs().items():
        for step in job.get("steps") or []:
            if isinstance(step, dict):
                yield name, step


def uses(action: str) -> list[tuple[str, dict[str, Any]]]:
    return [
        (name, step)
        for name, step in steps()
        if str(step.get("uses")).partition("@")[0].lower() == action.lower()
    ]


def some(action: str) -> list[tuple[str, dict[str, Any]]]:
    """The steps that use this action. If there are none, a claim about them says nothing, so it fails."""
    found = uses(action)
    if not found:
        raise ExpectationFailed(f"steps with {action} in {RELEASE}", "none", "at least one")
    return found


def publishing() -> dict[str, dict[str, Any]]:
    """The jobs that publish, with their publishing step."""
    return dict(some(PUBLISH))


def builders() -> set[str]:
    """The jobs that build."""
    return {name for name, _ in some(BUILD)}


def check_still_releases() -> None:
    """A workflow from which something is gone must still do its work: it builds, and it publishes."""
    publishing()
    builders()


def rehearsal() -> str | None:
    return next((name for name, step in publishing().items() if at(step, "with", "repository-url")), None)


def final() -> str | None:
    return next((name for name, step in publishing().items() if not at(step, "with", "repository-url")), None)


def needs(name: str | None) -> list[str]:
    """All jobs that must have succeeded before this one, however far back."""
    found: list[str] = []
    open_ones = [name]
    while open_ones:
        given = at(jobs(), str(open_ones.pop()), "needs")
        for each in [given] if isinstance(given, str) else given or []:
            if isinstance(each, str) and each not in found:
                found.append(each)
                open_ones.append(each)
    return found


def granted(job: dict[str, Any]) -> dict[str, str]:
    found = job.get("permissions", workflow().get("permissions"))
    return (
        {str(key): str(value) for key, value in found.items()}
        if isinstance(found, dict)
        else {"all": str(found)}
    )


# Permissions


def test_runs_on_tags_alone() -> None:
    # YAML 1.1 takes `on` for true.
    on = workflow().get("on", workflow().get(True))
    names = [on] if isinstance(on, str) else sorted(map(str, on)) if isinstance(on, (dict, list)) else []
    check(
        f"what starts {RELEASE}", names, ["push"], "A pull request must never come near a job that publishes."
    )
    push = at(on, "push")
    check("branches that start it", at(push, "branches"), None)
    tags = at(push, "tags")
    check_that(
        isinstance(tags, list) and bool(tags) and all(str(tag).startswith("v") for tag in tags),
        "tags that start it",
        repr(tags),
        "version tags, such as v*",
    )
    check_still_releases()


def test_nothing_is_granted_to_all() -> None:
    given = workflow().get("permissions", "nothing said")
    check(
        f"permissions of the whole of {RELEASE}",
        given,
        {},
        "Each job gets what it needs, and no job gets what another needs.",
    )
    check_still_releases()
    check(
        "jobs that publish without permissions of their own",
        [name for name in publishing() if not isinstance(jobs()[name].get("permissions"), dict)],
        [],
        "The workflow grants nothing, so a job that publishes asks for `id-token: write` itself.",
    )


def test_only_publishing_has_an_identity() -> None:
    with_identity = sorted(name for name, job in jobs().items() if granted(job).get("id-token") == "write")
    check(
        "jobs that may ask for an identity (id-token: write)",
        with_identity,
        sorted(publishing()),
        "The identity is what the index trusts. A build runs the code of every dependency; it must "
        "not have it.",
    )


def test_nobody_may_write() -> None:
    writing = {
        name: rights
        for name, job in jobs().items()
        if (
            rights := sorted(
                key for key, value in granted(job).items() if "write" in value and key != "id-token"
            )
        )
    }
    check("further rights to write", writing, {})
    check_still_releases()


def test_no_secrets() -> None:
    given = [path for path, value in walk(workflow()) if isinstance(value, str) and "secrets." in value]
    check(
        "places with a secret",
        given,
        [],
        "A token is valid until somebody revokes it, for whoever reads it. Trusted publishing has none.",
    )
    given = [path for path, _ in walk(workflow()) if path.endswith((".password", "_TOKEN", "_PASSWORD"))]
    check("passwords and tokens", given, [])
    check_still_releases()


def test_publishes_to_both() -> None:
    check(
        f"steps with {PUBLISH}",
        len(uses(PUBLISH)),
        2,
        "One to TestPyPI (with `repository-url`), one to PyPI (without).",
    )
    check(
        "jobs that rehearse, and that publish", (rehearsal() is not None, final() is not None), (True, True)
    )


def test_rehearsal_comes_first() -> None:
    check_that(
        rehearsal() in needs(final()),
        "what the job that publishes to PyPI waits for",
        repr(needs(final())),
        "the job that publishes to TestPyPI, by `needs`",
        "An upload cannot be replaced: a version number is used once.",
    )


def test_publishing_runs_nothing_else() -> None:
    publishes = publishing()
    allowed = {PUBLISH.lower(), "actions/download-artifact"}
    others = [
        str(step.get("uses") or step.get("run"))
        for name, step in steps()
        if name in publishes and str(step.get("uses")).partition("@")[0].lower() not in allowed
    ]
    check(
        "further steps in the jobs that publish",
        others,
        [],
        "Whatever runs in such a job can publish in your name.",
    )


def test_environments() -> None:
    found = {}
    for name in publishing():
        environment = jobs()[name].get("environment")
        found[name] = at(environment, "name") if isinstance(environment, dict) else environment
    check_that(
        all(isinstance(each, str) and each for each in found.values())
        and len(set(found.values())) == len(found) == 2,
        "environments of the jobs that publish",
        repr(found),
        "one for each, under its own name",
        "The index trusts repository, workflow and environment together; an environment can ask a "
        "person first.",
    )


def test_attestations_are_on() -> None:
    off = [
        name
        for name, step in publishing().items()
        if str(at(step, "with", "attestations")).lower() == "false"
    ]
    check(
        "publishing steps without attestations",
        off,
        [],
        "They say which workflow built the file, signed. They are on unless switched off.",
    )


# The builds and their tools


def test_actions_are_pinned() -> None:
    loose = [
        str(step["uses"])
        for _, step in steps()
        if "uses" in step and not re.fullmatch(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}", str(step["uses"]))
    ]
    check(
        "actions that are not pinned by the hash of a commit",
        loose,
        [],
        "A tag can be moved to other code at any time.",
    )
    check_still_releases()


def test_pins_say_their_version() -> None:
    lines = [line for line in project.text(RELEASE).splitlines() if re.search(r"uses:.*@[0-9a-f]{40}", line)]
    check_that(bool(lines), f"actions in {RELEASE} that are pinned by a hash", len(lines), "at least one")
    silent = [line.strip() for line in lines if not re.search(r"#\s*v?\d", line)]
    check(
        "pins without their version in a comment",
        silent,
        [],
        "Nobody knows a commit by its hash; bots update the comment with it.",
    )


def test_no_credentials_stay() -> None:
    kept = [
        name
        for name, step in some("actions/checkout")
        if at(step, "with", "persist-credentials") is not False
    ]
    check(
        "checkouts that leave credentials behind",
        kept,
        [],
        "`persist-credentials: false`, or every later step can use them.",
    )


def test_no_caches() -> None:
    cached = [str(step.get("uses")) for _, step in steps() if re.search("cache", str(step.get("uses")), re.I)]
    cached += [
        str(step.get("uses"))
        for _, step in steps()
        if at(step, "with", "cache") or at(step, "with", "sccache")
    ]
    check("caches", cached, [], "Any branch can write to a cache that a release then builds from.")
    check_still_releases()


def test_no_native_code() -> None:
    given = [
        f"{path}: {value}"
        for path, value in walk(workflow())
        if isinstance(value, str) and "target-cpu" in value
    ]
    check(
        "places with target-cpu",
        given,
        [],
        "`native` means the machine that builds: on an older one, the wheel dies of SIGILL.",
    )
    check_still_releases()


def test_no_plain_linux_tags() -> None:
    values = [
        str(value)
        for path, value in walk(workflow())
        if re.search(r"(manylinux|compatibility|auditwheel)(\[\d+\])?$", path)
        and not isinstance(value, (dict, list))
    ]
    off = [value for value in values if value.lower() in ("off", "false", "linux", "skip")]
    check("manylinux switched off", off, [], "The index refuses plain `linux` tags.")
    check_still_releases()


def flat(value: Any) -> str:
    return json.dumps(value, default=str)


def test_matrix() -> None:
    building = builders()
    built = {name: job for name, job in jobs().items() if name in building}
    text = flat(built)
    missing = [
        what
        for what, pattern in {
            "Linux": r"ubuntu-",
            "macOS": r"macos-",
            "Windows": r"windows-",
            "musl": r"musllinux",
            "ARM": r"aarch64|arm",
            "3.11": r'"3\.11"|python3\.11|-i 3\.11|interpreter 3\.11',
            "3.14t": r"3\.14t",
            "3.15t": r"3\.15t",
            "sdist": r'"command": "sdist"|maturin sdist|--sdist',
        }.items()
        if not re.search(pattern, text)
    ]
    check("what no job builds", missing, [], "Platforms times families: exercise 3 says which three.")


def test_locked() -> None:
    builds = [(name, step) for name, step in some(BUILD) if at(step, "with", "command") in (None, "build")]
    check_that(bool(builds), f"steps in {RELEASE} that build a wheel", len(builds), "at least one")
    loose = [name for name, step in builds if "--locked" not in str(at(step, "with", "args")).split()]
    check(
        "builds without --locked",
        loose,
        [],
        "Without it, a release has other dependencies than what you tested.",
    )


def test_publishes_what_was_built() -> None:
    for name in publishing():
        check(f"builds that {name} does not wait for", sorted(builders() - set(needs(name))), [])


def test_time_limits() -> None:
    endless = [
        name for name, job in jobs().items() if not isinstance(job.get("timeout-minutes"), (int, float))
    ]
    check("jobs without timeout-minutes", endless, [], "A build that hangs takes six hours otherwise.")
    check_still_releases()


# The opinions of other programs


def test_nobody_is_told_to_look_away() -> None:
    told = [line.strip() for line in project.text(RELEASE).splitlines() if "zizmor:" in line]
    check("comments that silence zizmor", told, [])
    check_still_releases()


@pytest.mark.soft
def test_zizmor(tmp_path: Path) -> None:
    program = shutil.which("zizmor", path=path_of_tools())
    if program is None:
        pytest.skip("platform: zizmor is not installed here")
    folder = tmp_path / ".github/workflows"
    folder.mkdir(parents=True)
    (folder / "release.yml").write_text(project.text(RELEASE), encoding="utf-8")
    run = inspected([program, "--offline", "--no-config", "--format=json", str(folder / "release.yml")])
    findings = json.loads(run or "null")
    check_that(isinstance(findings, list), "zizmor", run[-400:], "a list of findings")
    check("what zizmor finds", sorted({f"{each['ident']}: {each['desc']}" for each in findings}), [])


@pytest.mark.soft
def test_actionlint(tmp_path: Path) -> None:
    program = shutil.which("actionlint", path=path_of_tools())
    if program is None:
        pytest.skip(
            "platform: actionlint is not installed here; its package fetches the program from elsewhere"
        )
    path = tmp_path / "release.yml"
    path.write_text(project.text(RELEASE), encoding="utf-8")
    check(
        "what actionlint says",
        inspected([program, "-no-color", "-shellcheck=", "-pyflakes=", str(path)]).strip(),
        "",
    )


def inspected(command: list[str]) -> str:
    """The words of a program that only reads, about a file."""
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False).stdout
