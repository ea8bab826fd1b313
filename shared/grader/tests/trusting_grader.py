"""The control of the hostile corpus: a grader as most are, short and honest, and wrong in all that counts.

    python -I trusting_grader.py COURSE SUBMISSION SLOT MODULE TEST

TEST is a file of the module's, or any file by its absolute path.

It lays the submission over the course, builds with cargo in whatever settings came with it, runs pytest in
one process with the extension, and believes what that process leaves behind: its exit code, its summary
line, its JUnit file. An attack that does not fool or harm even this is no attack. `corpora.py` runs it in a
sandbox.

The last line of the output is JSON: what each belief says, and what was still running at the end.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from xml.etree import ElementTree

BUILD_TIME = 25.0
TEST_TIME = 25.0


def main(course: Path, submission: Path, slot: Path, module: str, test: str) -> None:
    """Grades one exercise the trusting way."""
    tree = slot / "tree"
    shutil.rmtree(tree, ignore_errors=True)
    lay_out(course, module, tree)
    shutil.copytree(submission, tree, dirs_exist_ok=True)
    package = tomllib.loads((course / "modules" / module / "Cargo.toml").read_text())["package"]["name"]
    found: dict[str, object] = {
        "exit": False,
        "summary": False,
        "junit": False,
        "hung": False,
        "built": False,
    }
    cargo = ["cargo", "build", "--offline", "--quiet", "--lib", "--package", package]
    environment = {**os.environ, "CARGO_TARGET_DIR": str(slot / "target"), "TMPDIR": str(slot)}
    # cargo goes by times: a linked file may be older than what an earlier attack has left there.
    for known in (slot / "target/debug/.fingerprint").glob(f"{package}-*"):
        shutil.rmtree(known, ignore_errors=True)
    try:
        built = subprocess.run(
            cargo, cwd=tree, env=environment, timeout=BUILD_TIME, capture_output=True, check=False
        )
        found["built"] = built.returncode == 0
        found["build_output"] = (built.stdout + built.stderr).decode("utf-8", "replace")[-2000:]
        if built.returncode == 0:
            believe(course, slot, tree, module, package, test, found)
    except subprocess.TimeoutExpired:
        found["hung"] = True
    found["left"] = still_running()
    print(json.dumps(found))


def lay_out(course: Path, module: str, tree: Path) -> None:
    """The course with this one module: its tests, its manifest, its stubs."""
    shutil.copytree(course / "modules" / module, tree / "modules" / module)
    for stub in (tree / "modules" / module / "stubs").iterdir():
        target = tree / "modules" / module
        shutil.copy(stub, target / "src" / stub.name if stub.suffix == ".rs" else target / stub.name)
    manifest = (course / "Cargo.toml").read_text()
    manifest = re.sub(r"(?ms)^members = \[.*?\]", 'members = ["modules/*"]', manifest)
    (tree / "Cargo.toml").write_text(re.sub(r"(?m)^default-members = .*$", "", manifest))
    for name in ("Cargo.lock", "pyproject.toml"):
        shutil.copy(course / name, tree / name)
    (tree / "shared").symlink_to(course / "shared")


def believe(  # noqa: PLR0913, PLR0917  (paths, all of them)
    course: Path, slot: Path, tree: Path, module: str, package: str, test: str, found: dict[str, object]
) -> None:
    """Runs the tests, and takes the process's word for it."""
    extension = tree / "extension"
    extension.mkdir(exist_ok=True)
    shutil.copy(slot / "target" / "debug" / f"lib{package}.so", extension / f"{package}.so")
    report = tree / "report.xml"
    python = [str(course / ".venv/bin/python"), "-m", "pytest", "-m", "not soft", f"--junitxml={report}"]
    run = subprocess.Popen(
        [*python, "-p", "no:cacheprovider", str(tree / "modules" / module / test)],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": f"{extension}:{tree}", "TMPDIR": str(slot)},
        stdout=(slot / "output").open("wb"),
        stderr=subprocess.STDOUT,
    )
    try:
        code = run.wait(TEST_TIME)
    except subprocess.TimeoutExpired:
        run.kill()
        found["hung"] = True
        return
    with (slot / "output").open("rb") as file:
        output = file.read(20_000).decode("utf-8", "replace")
        size = file.seek(0, os.SEEK_END)
        file.seek(max(file.tell() - 4000, min(size, 20_000)))
        output += file.read().decode("utf-8", "replace")
    found.update(output=output, output_bytes=size, code=code, exit=code == 0)
    summaries = re.findall(r"(?m)^=*\s*(\d+ passed.*? in [\d.]+s.*)$", output)
    found["summary"] = bool(summaries) and not re.search("failed|error", summaries[-1])
    try:
        suites = list(ElementTree.parse(report).getroot().iter("testsuite"))
        numbers = [
            {key: int(suite.get(key) or 0) for key in ("tests", "failures", "errors")} for suite in suites
        ]
        found["junit"] = bool(numbers) and all(
            n["tests"] and not n["failures"] + n["errors"] for n in numbers
        )
        found["crashed"] = False
    except (OSError, ElementTree.ParseError):
        found["crashed"] = True


def still_running() -> int:
    """Processes of this sandbox besides this one, its shell and the sandbox's first."""
    own = {1, os.getpid(), os.getppid()}
    return sum(int(name) not in own for name in os.listdir("/proc") if name.isdigit() and _alive(name))


def _alive(number: str) -> bool:
    try:
        return ") Z " not in Path("/proc", number, "stat").read_text()
    except OSError:
        return False


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4], sys.argv[5])
