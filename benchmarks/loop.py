"""Measures what a learner and a lecturer wait for, in a fresh clone: python3 benchmarks/loop.py [OPTION]…

Prints Markdown tables of seconds. Everything happens in a temporary folder, with commands that people type.

    --cold       also empties the caches of cargo, uv and pip, so that every package is fetched anew
    --runs N     edits of each exercise [10]
    --others     also times what others do: maturin develop, with uv and without, and uv sync, then pytest
    --modules N  also times the loop in a course with N more, generated modules
    --grade      also times `cargo course grade` on a full submission, and on several

Needs git, cargo and Python 3.11; `--others` needs uv too.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

COURSE = Path(__file__).resolve().parents[1]

ALSO = ["01.join_sums", "02.sum_array"]
"""Exercises that are measured besides the one with Rust tests of each module: Python tests only."""


@dataclass
class Clone:
    """A clone of the course, and the environment that commands run in."""

    folder: Path
    environment: dict[str, str]

    def timed(self, *command: str, where: Path | None = None, expected: tuple[int, ...] = (0,)) -> float:
        """Seconds that a command takes, without a terminal. An unexpected exit status ends it all."""
        started = time.perf_counter()
        self.output(*command, where=where, expected=expected)
        return time.perf_counter() - started

    def output(self, *command: str, where: Path | None = None, expected: tuple[int, ...] = (0,)) -> str:
        """The output of a command."""
        done = subprocess.run(
            command,
            cwd=where or self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode not in expected:
            sys.exit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        return done.stdout

    def modules(self) -> list[Path]:
        """The folders of all modules."""
        return sorted(path.parent for path in self.folder.glob("modules/*/course.toml"))


@dataclass
class Table:
    """Rows for people."""

    title: str
    columns: tuple[str, ...]
    rows: list[tuple[str, ...]] = field(default_factory=list)

    def show(self) -> None:
        """Prints it as Markdown."""
        print(f"\n{self.title}\n")
        for row in (self.columns, ("---",) * len(self.columns), *self.rows):
            print("| " + " | ".join(row) + " |")
        sys.stdout.flush()


def spread(samples: list[float]) -> str:
    """Median, and the range around it."""
    return f"{statistics.median(samples):.2f} ({min(samples):.2f} to {max(samples):.2f})"


def catalogue(module: Path) -> list[dict[str, Any]]:
    """The exercises of a module, as its course.toml has them."""
    exercises: list[dict[str, Any]] = tomllib.loads((module / "course.toml").read_text("utf-8"))["exercise"]
    return exercises


def files_of(module: Path) -> list[str]:
    """All files that learners edit in a module."""
    return [name for exercise in catalogue(module) for name in exercise["files"]]


def exercises(clone: Clone) -> list[str]:
    """One in Rust of each module, with Rust tests where there are any; and `ALSO`."""
    chosen = list(ALSO)
    for module in clone.modules():
        in_rust = [each for each in catalogue(module) if f"src/{each['id']}.rs" in each["files"]]
        best = next((each for each in in_rust if "rust_tests" in each), in_rust[0])
        chosen.append(f"{module.name[:2]}.{best['id']}")
    return sorted(chosen)


class Edited:
    """A solved exercise that is edited again and again, then unsolved."""

    def __init__(self, clone: Clone, identifier: str) -> None:
        number, exercise = identifier.split(".")
        self.module = next(path for path in clone.modules() if path.name.startswith(f"{number}_"))
        self._files = [self.module / "src" / f"{exercise}.rs"]
        self._stub = self._files[0].read_text(encoding="utf-8")
        solved = clone.folder / "solutions" / self.module.name / "src" / f"{exercise}.rs"
        self._solution = solved.read_text(encoding="utf-8")
        self._count = 0

    def edit(self) -> None:
        """Another extension each time, so that nothing can be taken from a cache."""
        self._count += 1
        edit = f"\n/// Edited.\npub fn edit_{self._count}() -> usize {{\n    {self._count}\n}}\n"
        self._files[0].write_text(self._solution + edit, encoding="utf-8")

    def reset(self) -> None:
        """The stub again."""
        self._files[0].write_text(self._stub, encoding="utf-8")


def save_to_verdict(clone: Clone, identifier: str, runs: int) -> list[float]:
    """Times `check` after each of several edits."""
    edited = Edited(clone, identifier)
    samples = []
    for run in range(runs + 1):
        edited.edit()
        # 1: the exercise may stand on others of its module that are not solved here.
        seconds = clone.timed("cargo", "course", "check", identifier, expected=(0,))
        if run > 0:  # The first run builds what the tests stand on.
            samples.append(seconds)
    edited.reset()
    return samples


def phases(clone: Clone, identifier: str, runs: int) -> tuple[str, ...]:
    """Milliseconds of each part of a check: median of several edits."""
    edited = Edited(clone, identifier)
    found: list[tuple[float, float, float, float]] = []
    for run in range(runs + 1):
        edited.edit()
        started = time.perf_counter()
        answer = json.loads(clone.output("cargo", "course", "check", identifier, "--json"))["exercises"][0]
        whole = time.perf_counter() - started
        parts = answer["phases"]
        if run > 0:
            found.append((whole, parts["build"], parts["tests"], whole - parts["build"] - parts["tests"]))
    edited.reset()
    return identifier, *(f"{1000 * statistics.median(column):.0f}" for column in zip(*found, strict=True))


def others(clone: Clone, runs: int) -> Table:
    """The same edit of the same exercise, with the tools that learners would use without the runner."""
    table = Table("What others do, the same edits of 02.parallel_sum:", ("command", "seconds"))
    module = next(path for path in clone.modules() if path.name.startswith("02_"))
    lonely = clone.folder.parent / "lonely"
    python = str(clone.folder / ".venv/bin/python")
    test = ("-m", "pytest", "-q", str(module / "tests/test_parallel_sum.py"))
    develop = [python, "-m", "maturin", "develop", "--quiet"]
    uv = shutil.which("uv", path=clone.environment["PATH"])
    ways: list[tuple[str, list[tuple[str, ...]], Path]] = [
        ("cargo course check", [("cargo", "course", "check", "02.parallel_sum")], clone.folder),
        ("maturin develop; pytest", [tuple(develop), (python, *test)], module),
    ]
    if uv is not None:
        alone(module, clone.folder, lonely)
        ways += [
            ("maturin develop --uv; pytest", [(*develop, "--uv"), (python, *test)], module),
            (
                "uv sync; pytest (with cache-keys)",
                [(uv, "sync", "--quiet"), (str(lonely / ".venv/bin/python"), *test)],
                lonely,
            ),
        ]
    for name, commands, where in ways:
        edited = Edited(clone, "02.parallel_sum")
        samples = []
        for run in range(runs + 1):
            edited.edit()
            if where == lonely:
                shutil.copytree(module / "src", lonely / "src", dirs_exist_ok=True)
            seconds = sum(clone.timed(*command, where=where) for command in commands)
            if run > 0:
                samples.append(seconds)
        edited.reset()
        table.rows.append((name, spread(samples)))
    if uv is None:
        table.rows.append(("maturin develop --uv; uv sync", "not measured: there is no uv here"))
    return table


def alone(module: Path, course: Path, lonely: Path) -> None:
    """The module as a project of its own that uv manages, with the versions and profiles of the course."""
    shutil.copytree(module, lonely, ignore=shutil.ignore_patterns("stubs", "__pycache__"))
    workspace = (course / "Cargo.toml").read_text(encoding="utf-8")
    workspace = re.sub(r"(?ms)^members = \[.*?\]", 'members = ["."]', workspace)
    workspace = re.sub(r"^default-members = .*$", "", workspace, flags=re.MULTILINE)
    crate = (lonely / "Cargo.toml").read_text(encoding="utf-8")
    (lonely / "Cargo.toml").write_text(workspace + "\n" + crate, encoding="utf-8")
    shutil.copy(course / "Cargo.lock", lonely)
    project = (lonely / "pyproject.toml").read_text(encoding="utf-8")
    project += '\n[dependency-groups]\ndev = ["pytest", "numpy", "hypothesis"]\n'
    project += '\n[tool.uv]\ncache-keys = [{ file = "src/**/*.rs" }, { file = "Cargo.toml" }]\n'
    project += f'\n[tool.pytest.ini_options]\npythonpath = ["{course / "shared/python"}"]\n'
    project += 'addopts = ["-p", "coursekit.plugin", "--import-mode=importlib"]\n'
    (lonely / "pyproject.toml").write_text(project, encoding="utf-8")


def more_modules(clone: Clone, count: int, runs: int) -> Table:
    """The loop, before and after the course has grown."""
    table = Table(f"The loop with {count} more, generated modules:", ("what", "as it is", f"{count} more"))

    def measured() -> list[list[float]]:
        clone.timed("cargo", "course", "check", "01.add_one", expected=(0, 1))
        rows = [save_to_verdict(clone, "01.sum_as_string", runs)]
        rows += [[clone.timed("cargo", "course", word) for _ in range(runs)] for word in ("list", "hint")]
        return rows

    used = {module.name[:2] for module in clone.modules()}
    free = [number for number in range(1, 100) if f"{number:02}" not in used]
    if count > len(free):
        sys.exit(f"There is room for {len(free)} more modules: a module's number has two digits.")
    before = measured()
    for number in free[:count]:
        clone.timed("cargo", "course", "new", "module", f"{number:02}_generated_{number}")
    after = measured()
    for name, old, new in zip(("check 01.sum_as_string", "list", "hint"), before, after, strict=True):
        table.rows.append((name, spread(old), spread(new)))
    for path in [*clone.folder.glob("modules/*_generated_*"), *clone.folder.glob("solutions/*_generated_*")]:
        shutil.rmtree(path)
    clone.timed("git", "checkout", "--quiet", "--", ".")
    return table


def grading(clone: Clone) -> Table:
    """A full submission, first and warm; then two and four at once, to see that it is linear."""
    table = Table("Grading the whole course:", ("what", "seconds", "peak memory of the grader, MB"))
    class_folder = clone.folder.parent / "class"

    def submissions(count: int) -> Path:
        folder = class_folder / str(count)
        for number in range(count):
            for module in clone.modules():
                solved = clone.folder / "solutions" / module.name
                target = folder / f"student-{number}" / "modules" / module.name
                shutil.copytree(solved / "src", target / "src")
                for stub in solved.glob("*.pyi"):
                    shutil.copy(stub, target)
                for name in files_of(module):  # Manifests and the like, where the work is not in src.
                    (target / name).parent.mkdir(parents=True, exist_ok=True)
                    shutil.copy(solved / name, target / name)
                for source in target.glob("src/*.rs"):  # Nobody's is another's copy.
                    source.write_text(
                        source.read_text("utf-8") + f"\n// {number} of {count}\n", encoding="utf-8"
                    )
        return folder

    one = submissions(1) / "student-0"
    report = ("--report", f"json={class_folder / 'grade.json'}")
    for name in ("one submission, the first time", "one submission, warm"):
        seconds = clone.timed("cargo", "course", "grade", "--submission", str(one), *report)
        grade = json.loads((class_folder / "grade.json").read_text(encoding="utf-8"))
        if grade["score"] != grade["max_score"]:
            sys.exit(f"The solutions got {grade['score']} of {grade['max_score']} points.")
        memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
        table.rows.append((name, f"{seconds:.1f}", f"{memory} (the largest process of all)"))
    for count in (2, 4):
        folder, out = submissions(count), class_folder / f"out-{count}"
        seconds = clone.timed("cargo", "course", "grade", "--submissions", str(folder), "--out", str(out))
        table.rows.append((f"a class of {count}, warm", f"{seconds:.1f}", ""))
    return table


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cold", action="store_true", help="empty package caches")
    parser.add_argument("--runs", type=int, default=10, help="edits of each exercise")
    parser.add_argument("--others", action="store_true", help="maturin develop and uv sync as well")
    parser.add_argument("--modules", type=int, default=0, help="so many generated modules as well")
    parser.add_argument("--grade", action="store_true", help="grading as well")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="course-loop-") as name:
        environment = {**os.environ, "CARGO_TERM_PROGRESS_WHEN": "never"}
        environment.pop("CARGO_TARGET_DIR", None)
        if options.cold:
            for variable in ("CARGO_HOME", "UV_CACHE_DIR", "PIP_CACHE_DIR"):
                environment[variable] = str(Path(name) / variable.lower())
        clone = Clone(Path(name) / "course", environment)
        caches = "caches empty" if options.cold else "caches warm"
        cores, python = os.cpu_count(), f"Python {platform.python_version()}"
        print(f"{platform.system()} {platform.machine()}, {cores} cores, {python}, {caches};")
        print(f"seconds, the median of {options.runs} where a range follows")
        loop = Table("The loop:", ("what", "seconds", "command"))
        cloned = clone.timed("git", "clone", "--quiet", str(COURSE), str(clone.folder), where=Path(name))
        runner = clone.timed("cargo", "build", "--profile", "runner", "--package", "course")
        first = clone.timed("cargo", "course")
        loop.rows.append(
            ("clone to first verdict", f"{cloned + runner + first:.1f}", "git clone …; cargo course")
        )
        loop.rows.append(
            ("  of it the runner's own build", f"{runner:.1f}", "cargo build --profile runner -p course")
        )
        chosen = exercises(clone)
        for identifier in chosen:
            samples = save_to_verdict(clone, identifier, options.runs)
            loop.rows.append(
                (f"save to verdict, {identifier}", spread(samples), f"cargo course check {identifier}")
            )
        for command in ("list", "hint"):
            samples = [clone.timed("cargo", "course", command) for _ in range(options.runs)]
            loop.rows.append((command, spread(samples), f"cargo course {command}"))
        nothing = [clone.timed("cargo", "course", "--version") for _ in range(options.runs)]
        loop.rows.append(("  of these cargo's own check", spread(nothing), "cargo course --version"))
        loop.show()
        parts = Table(
            "Where the time goes, milliseconds:",
            ("exercise", "save to verdict", "build", "tests", "cargo's check, the runner, start of Python"),
        )
        parts.rows.extend(phases(clone, identifier, min(options.runs, 5)) for identifier in chosen)
        parts.show()
        if options.others:
            others(clone, min(options.runs, 5)).show()
        if options.modules:
            more_modules(clone, options.modules, min(options.runs, 5)).show()
        if options.grade:
            grading(clone).show()


if __name__ == "__main__":
    main()
