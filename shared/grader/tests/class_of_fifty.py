"""Grades a generated class twice and compares the gradebooks, the second time shuffled, killed and resumed.

    python shared/grader/tests/class_of_fifty.py [--count 50] [--ids 01 02] [--jobs 2] [--keep FOLDER]

Three in five submissions are the solutions, one in five has a wrong version of one exercise (of those that
the course keeps to test its tests) and leaves another one out, one in five is hostile in one exercise. Prints
what a class costs: wall time, seconds for one submission cold (nothing built yet) and warm, the grader's
memory over time. Exit 1 if the two gradebooks differ, an honest exercise lost a point, or anybody else has
all points.

Needs a course that is set up, and Linux.
"""

from __future__ import annotations

import argparse
import csv
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import binary
from binary import COURSE, GRADER, wrong_versions

HOSTILE = {
    "exit": "std::process::exit(0)",
    "abort": "std::process::abort()",
    "panic": 'panic!("99 passed, 0 failed")',
    "loop": "loop { std::hint::spin_loop() }",
    "memory": "let mut held = Vec::new(); loop { held.push(vec![1u8; 1 << 24]) }",
    "output": r'loop { println!("::error::forged\u{1b}[31m 99 passed, 0 failed") }',
    "stack": "fn down(n: u64) -> u64 { std::hint::black_box(down(n + 1)) + 1 } let _ = down(1);",
}
"""The first lines of each hostile function. The files of the other exercises are the solutions."""


@dataclass
class Exercise:
    """An exercise of the catalogue, as far as it is needed here."""

    id: str
    module: str
    slug: str
    files: list[str]
    points: int


@dataclass
class Student:
    """A submission, and what is known of its grade before anybody grades it."""

    name: str
    kind: str
    least: int = 0
    most: int = 0
    notes: list[str] = field(default_factory=list)


def exercises(ids: list[str]) -> list[Exercise]:
    """Those that the IDs name: a module's number, or number and exercise."""
    found = []
    for catalogue in sorted((COURSE / "modules").glob("*/course.toml")):
        module = catalogue.parent.name
        for entry in tomllib.loads(catalogue.read_text("utf-8"))["exercise"]:
            identity = f"{module.split('_')[0]}.{entry['id']}"
            if any(identity == each or module.startswith(each + "_") for each in ids):
                found.append(Exercise(identity, module, entry["id"], entry["files"], entry["points"]))
    if not found:
        sys.exit(f"no exercise is named {' '.join(ids)}")
    return found


def lay_out(folder: Path, wanted: list[Exercise], count: int) -> list[Student]:
    """Writes the class. The same numbers give the same class."""
    students = []
    for number in range(count):
        draw = random.Random(number)
        kind = ("honest", "partial", "honest", "hostile", "honest")[number % 5]
        student = Student(f"student-{number:02}", kind)
        target = folder / student.name / "modules"
        worst = draw.choice(wanted) if kind == "hostile" else None
        for exercise in wanted:
            for file in exercise.files:
                text = (COURSE / "solutions" / exercise.module / file).read_text("utf-8")
                path = target / exercise.module / file
                path.parent.mkdir(parents=True, exist_ok=True)
                # Her own style: a comment. It also makes each submission a file of its own.
                own = f"\n// {student.name}\n" if file.endswith(".rs") else ""
                path.write_text(text + own, "utf-8")
            student.most += exercise.points
            if kind == "honest" or (worst is not None and not _takes_along(worst, exercise)):
                student.least += exercise.points
        if worst is not None:
            _make_hostile(target / worst.module / worst.files[0], student, draw)
        elif kind == "partial":
            _make_wrong(target, wanted, student, draw)
        students.append(student)
    return students


def _takes_along(worst: Exercise, exercise: Exercise) -> bool:
    """Whether the exercise suffers too: code that runs while the module is imported belongs to all of it."""
    return exercise is worst or (worst.slug == "module_face" and exercise.module == worst.module)


def _make_hostile(path: Path, student: Student, draw: random.Random) -> None:
    """The last function of the file that Python sees does it before anything else."""
    name = draw.choice(sorted(HOSTILE))
    text = path.read_text("utf-8")
    start = max(text.rfind(mark) for mark in ("#[pyfunction]", "#[pymethods]", 'extern "C" fn'))
    function = text.find("fn ", max(start, 0))
    opening = _body_of(text, function)
    path.write_text(f"{text[: opening + 1]} if true {{ {HOSTILE[name]} }} {text[opening + 1 :]}", "utf-8")
    student.notes.append(name)


def _body_of(text: str, function: int) -> int:
    """The place where the function's body opens: the first brace outside of its arguments and its result."""
    depth = 0
    for place in range(function, len(text)):
        depth += (text[place] in "([") - (text[place] in ")]")
        if text[place] == "{" and depth == 0:
            return place
    sys.exit("a solution without a function")


def _make_wrong(target: Path, wanted: list[Exercise], student: Student, draw: random.Random) -> None:
    """One exercise is a plausible wrong version, another one is the stub."""
    choice = draw.sample(wanted, k=min(2, len(wanted)))
    wrong = sorted((wrong_versions() / choice[0].module).glob(f"{choice[0].slug}.*"))
    if wrong:
        version = draw.choice(wrong)
        shutil.copy(version, target / choice[0].module / choice[0].files[0])
        student.notes.append(version.stem)
    if len(choice) > 1:
        for file in choice[1].files:
            stub = binary.stub(choice[1].module, file)
            shutil.copy(stub, target / choice[1].module / file)
        student.notes.append(f"no {choice[1].slug}")


class Memory:
    """The grader's own resident memory, and that of all it has started, looked at four times a second."""

    def __init__(self) -> None:
        self.samples: list[tuple[float, float, float]] = []
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def watch(self, pid: int) -> None:
        """Begins."""
        self._stop.clear()
        self._thread = threading.Thread(target=self._look, args=(pid,), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ends."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def _look(self, pid: int) -> None:
        started = time.monotonic()
        while not self._stop.wait(0.25):
            tree = list(_descendants(pid))
            self.samples.append((time.monotonic() - started, _resident(pid), sum(map(_resident, tree))))


def _descendants(pid: int) -> Iterator[int]:
    yield pid
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = task.read_text().split()
        except OSError:
            continue
        for child in children:
            yield from _descendants(int(child))


def _resident(pid: int) -> float:
    """MiB."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / (1 << 20)
    except (OSError, IndexError):
        return 0.0


@dataclass
class Run:
    """A call of the grader, always with the same seed: a class meets the same inputs."""

    submissions: Path
    out: Path
    work: Path
    ids: list[str]
    jobs: int

    def start(self) -> subprocess.Popen[bytes]:
        """Starts it in a process group of its own, as a shell would."""
        command = [str(GRADER), "--submissions", str(self.submissions), "--out", str(self.out)]
        command += ["--work", str(self.work), "--seed", "50", "--jobs", str(self.jobs), *self.ids]
        with self.log().open("ab") as log:
            return subprocess.Popen(command, cwd=COURSE, stderr=log, start_new_session=True)

    def log(self) -> Path:
        """The file with the grader's words."""
        return self.out.with_suffix(".log")

    def graded(self) -> int:
        """The number of students who have a grade by now."""
        return sum(1 for _ in self.out.glob("*/grade.key"))

    def gradebook(self) -> dict[str, list[str]]:
        """Rows by student, without the number that the second run puts in front of the name."""
        with (self.out / "gradebook.csv").open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.reader(file))
        return {"student-" + row[0].rsplit("-", 1)[1]: row[1:] for row in rows[1:]}


def finish(run: Run, memory: Memory | None = None) -> float:
    """Runs to the end; the seconds."""
    started = time.monotonic()
    process = run.start()
    if memory is not None:
        memory.watch(process.pid)
    code = process.wait()
    if memory is not None:
        memory.stop()
    if code != 0:
        sys.exit(f"{run.log().read_text('utf-8', 'replace')}\nthe grader ended with {code}")
    return time.monotonic() - started


def main() -> None:
    """Two runs, one table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=50)
    parser.add_argument("--ids", nargs="+", default=["01", "02"])
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--keep", type=Path, help="where to work, and leave everything")
    options = parser.parse_args()
    binary.build()
    if options.keep is None:
        with tempfile.TemporaryDirectory() as folder:
            problems = both_runs(Path(folder), options)
    else:
        problems = both_runs(options.keep.resolve(), options)
    for problem in problems:
        print(f"PROBLEM: {problem}")
    sys.exit(1 if problems else 0)


def both_runs(base: Path, options: argparse.Namespace) -> list[str]:
    """Grades the class twice, and returns what went wrong."""
    subprocess.run(["cargo", "course", "grade", "--help"], cwd=COURSE, stdout=subprocess.DEVNULL, check=True)
    wanted = exercises(options.ids)
    students = lay_out(base / "class", wanted, options.count)
    work = base / "work"

    alone = base / "alone"
    shutil.copytree(base / "class" / students[0].name, alone / students[0].name, dirs_exist_ok=True)
    cold = finish(Run(alone, base / "alone-out", work, options.ids, 1))
    shutil.rmtree(base / "alone-out")
    warm = finish(Run(alone, base / "alone-out", work, options.ids, 1))

    memory = Memory()
    first = Run(base / "class", base / "first", work, options.ids, options.jobs)
    wall = finish(first, memory)

    # A student comes at another place: what was first is not first any more.
    order = list(students)
    random.Random(50).shuffle(order)
    for number, student in enumerate(order):
        shutil.copytree(base / "class" / student.name, base / "shuffled" / f"{number:02}-{student.name}")
    second = Run(base / "shuffled", base / "second", work, options.ids, options.jobs)
    for name, part in ((signal.SIGINT, 3), (signal.SIGKILL, 2)):
        process = second.start()
        while process.poll() is None and second.graded() < len(students) // part:
            time.sleep(0.05)
        os.killpg(process.pid, name)
        process.wait()
    before = second.graded()
    finish(second)

    book = first.gradebook()
    report(students, book, memory, options)
    print(f"one submission alone: {cold:.1f} s cold (dependencies and reference included), {warm:.1f} s warm")
    print(f"the class: {wall:.1f} s, {wall / len(students):.2f} s for each, {options.jobs} at a time")
    print(f"the second run was interrupted and killed with {before} graded, then resumed")
    problems = [
        f"{name}: {rows} the second time {second.gradebook().get(name)}"
        for name, rows in book.items()
        if second.gradebook().get(name) != rows
    ]
    return problems + wrong_grades(students, book, len(wanted))


def wrong_grades(students: list[Student], book: dict[str, list[str]], columns: int) -> list[str]:
    """An honest point lost, an unearned point won."""
    problems = []
    for student in students:
        score = float(book[student.name][columns]) if student.name in book else -1.0
        if not student.least <= score <= student.most or (student.kind != "honest" and score == student.most):
            problems.append(f"{student.name} {student.notes}: {score}, not {student.least} to {student.most}")
    return problems


def report(
    students: list[Student], book: dict[str, list[str]], memory: Memory, options: argparse.Namespace
) -> None:
    """Prints the summary for a person."""
    kinds = {
        kind: sum(student.kind == kind for student in students) for kind in ("honest", "partial", "hostile")
    }
    print(f"{len(students)} submissions for {' '.join(options.ids)}: {kinds}; {len(book)} graded")
    if memory.samples:
        half = len(memory.samples) // 2
        early, late = (
            max(each[1] for each in part) for part in (memory.samples[: half or 1], memory.samples[half:])
        )
        most = max(each[2] for each in memory.samples)
        print(
            f"memory of the grader: at most {early:.0f} MiB in the first half, {late:.0f} MiB in the second"
        )
        print(f"memory of all it started: at most {most:.0f} MiB")


if __name__ == "__main__":
    main()
