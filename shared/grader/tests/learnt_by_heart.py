"""Says what a submission could earn that has learnt the reference's answers by heart.

    python3 shared/grader/tests/learnt_by_heart.py [--most PERCENT] [ID…]

Runs the tests of each exercise twice against its solution, as the grader does but without a jail, with inputs
that were drawn differently. A test in which all answers are the same in both runs can be learnt by heart. The
table says which share of an exercise's points such tests have; tests in which the solution says nothing, or
only refuses, count as much as the rest is right, as in a grade. With `--most`, exit 1 where an exercise has
more. Module 11 is left out: its answers are files.

Needs a course that is set up, and Linux.
"""

from __future__ import annotations

import argparse
import ast
import json
import shutil
import subprocess
import sys
import tempfile
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from binary import COURSE

PYTHON = COURSE / ".venv/bin/python"
RUN = COURSE / "shared/python/run.py"
SEEDS = (1, 2)


@dataclass
class Learnt:
    """Of the tests of an exercise: how many ask for work, and those whose answers stay the same."""

    asking: int
    same: list[str] = field(default_factory=list)

    @property
    def percent(self) -> float:
        """Their share of the points."""
        return 100 * len(self.same) / self.asking if self.asking else 0.0


def declared(stub: Path) -> dict[str, list[str]]:
    """The classes of a type stub with the special methods that it names."""
    classes = [node for node in ast.parse(stub.read_text("utf-8")).body if isinstance(node, ast.ClassDef)]
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {
        each.name: [
            node.name for node in each.body if isinstance(node, functions) and node.name.startswith("__")
        ]
        for each in classes
    }


def solution(module: Path, folder: Path) -> Path:
    """Builds a module's solution and lays it out in the folder as the grader lays out a submission."""
    package = module.name.partition("_")[2]
    command = ["cargo", "build", "--quiet", "--lib", "--package", f"{package}_solution"]
    if subprocess.run(command, check=False, cwd=COURSE, stdin=subprocess.DEVNULL).returncode != 0:
        raise SystemExit(f"The solution of {module.name} does not build; cargo says why above.")
    laid_out = folder / package
    laid_out.mkdir()
    shutil.copy(COURSE / f"target/debug/lib{package}_solution.so", laid_out / f"{package}.so")
    stub = COURSE / "solutions" / module.name / f"{package}.pyi"
    shutil.copy(stub, laid_out)
    return laid_out


def answers(
    module: Path, exercise: dict[str, Any], laid_out: Path, seed: int, scratch: Path
) -> dict[str, Any]:
    """The result of each test, in a run with this seed."""
    folder = Path(tempfile.mkdtemp(dir=scratch))
    limit = exercise.get("time_limit", 20)
    job = {
        "module": laid_out.name,
        "directory": str(laid_out),
        "tests": [str(module / test) for test in exercise["tests"]],
        "declared": declared(laid_out / f"{laid_out.name}.pyi"),
        "worker": [str(PYTHON), "-I", "-X", "utf8", str(RUN), "grading-worker"],
        "scratch": str(folder),
        "seed": seed,
        "compares_runs": True,
        "time_limit": limit,
        "budget": 3 * limit,
        "memory": 4096,
        "events": str(folder / "events"),
        "root": str(COURSE),
    }
    oracle = [str(PYTHON), "-I", "-X", "utf8", str(RUN), "oracle", str(scratch / "computed")]
    with subprocess.Popen(oracle, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(job) + "\n")
        process.stdin.flush()
        process.stdout.readline()  # It ends the job if its input ends before.
        process.stdin.close()
    events = [json.loads(line) for line in Path(job["events"]).read_text("utf-8").splitlines()]
    return {event["test"]: event for event in events if event["event"] == "result"}


def learnt(first: dict[str, Any], second: dict[str, Any], name: str) -> Learnt:
    """Compares two runs."""
    failed = [test for run in (first, second) for test, said in run.items() if said["status"] == "failed"]
    if failed or set(first) != set(second):
        raise SystemExit(f"{name}: the solution must pass all tests: {failed or set(first) ^ set(second)}")
    asking = [test for test, said in first.items() if any(said["answers"].values())]
    return Learnt(len(asking), [test for test in asking if first[test]["digest"] == second[test]["digest"]])


def main() -> None:
    """Prints a line for each exercise."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("ids", nargs="*", metavar="ID", help="modules and exercises; all without any")
    parser.add_argument("--most", type=float, metavar="PERCENT", default=100.0)
    options = parser.parse_args()
    above = 0
    with tempfile.TemporaryDirectory() as made:
        scratch = Path(made)
        (scratch / "computed").mkdir()
        for catalogue in sorted((COURSE / "modules").glob("*/course.toml")):
            module = catalogue.parent
            number = module.name.partition("_")[0]
            exercises = tomllib.loads(catalogue.read_text("utf-8"))["exercise"]
            named = [
                each
                for each in exercises
                if not options.ids or {number, f"{number}.{each['id']}"} & {*options.ids}
            ]
            if number == "11" or not named:
                continue
            laid_out = solution(module, scratch)
            for exercise in named:
                name = f"{number}.{exercise['id']}"
                found = learnt(*(answers(module, exercise, laid_out, seed, scratch) for seed in SEEDS), name)
                print(
                    f"{name:<30} {found.percent:3.0f} %   {len(found.same)} of {found.asking} tests",
                    flush=True,
                )
                above += found.percent > options.most
    if above:
        print(f"{above} exercises have more than {options.most:g} %")
    sys.exit(1 if above else 0)


if __name__ == "__main__":
    main()
