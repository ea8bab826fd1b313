"""Shows that the grader can be trusted: attacks earn nothing, honest work loses nothing, flawed work gets its
due.

    python3 corpora.py [--quick] [--only NAME…] [--jobs N] [PART…]

PART is one of `hostile`, `trusting`, `before`, `honest`, `partial`, `matrix`, `stable`; all of them without
one. NAME selects fixtures by a part of their names. `--quick` is what CI has time for: see `QUICK` below.

- hostile: every folder of `corpus/hostile` is handed in, in class mode; the score must be its attack.toml's
- trusting: each attack must get through a trusting grader (trusting_grader.py), or its fixture is dead
- before: attacks on what that one does not have get through this grader as it once was (before_audit.py)
- honest: correct work in other styles than the course's own must have all points
- partial: flawed solutions must have exactly the points that `partial/scores.toml` says
- matrix: with a defence switched off, the attacks that it alone holds must get through
- stable: the same grades once more, in another order, after hostile neighbours, with the machine busy

Afterwards nothing may be left behind: no processes, no files outside the grader's folder, no control groups,
and what all gradings share must not have changed. The last line is `N passed, N failed`.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import os
import random
import re
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import before_audit as as_before_audit
import binary
from binary import COURSE, GRADER

HERE = Path(__file__).resolve().parent
WORK = Path(os.environ.get("CORPORA_WORK", COURSE / "target/corpora-grader"))
"""The grader's own folder for this: the teacher's stays as it is."""

MARKS = Path("/tmp/course-corpus")
"""The folder for marks that attacks leave, if they can: outside everything that the grader may write to."""

SECRETS = {
    "GITHUB_TOKEN": "ghs_secret",
    **{
        name: str(MARKS / name.lower())
        for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "GITHUB_ENV", "GITHUB_PATH", "GITHUB_STATE")
    },
}
"""The environment of a grader on GitHub, as far as it is secret or a way out. None of the files is there: an
attack that writes to one leaves a mark."""

CLASSROOM50 = dict.fromkeys(
    ("CLASSROOM", "ASSIGNMENT", "SUBMISSION_TAG", "COMMIT_URL", "RELEASE_URL"), "of nobody"
)
"""The variables that the report for Classroom 50 needs."""

SEED = 7
PARTS = ("hostile", "trusting", "before", "honest", "partial", "matrix", "stable")

QUICK = """\
--quick leaves out: attacks marked `slow` (compile-time bombs, endless loops and the like, which are held by a
clock that has to run out), the two other graders, `stable`, all but one attack of each row of the matrix,
honest work outside the modules 01 and 02, and all but the first wrong version of each exercise there."""

TRUSTING_SECONDS = 70

REPEATS = 125.0
"""Seconds that the grader may spend on repeats of one submission, which a busy machine makes necessary."""


@dataclass
class Attack:
    """One folder of the hostile corpus."""

    name: str
    folder: Path
    about: dict[str, Any]

    @property
    def exercise(self) -> str:
        return str(self.about["exercise"])

    @property
    def slow(self) -> bool:
        return bool(self.about.get("slow", False))

    @property
    def is_shown_alive(self) -> bool:
        """Whether anything shows that it works: what it gets through, or what the grader says of it."""
        return self.about["trusting"] != "none" or bool({"without", "before_audit", "says"} & {*self.about})

    @property
    def budget(self) -> float:
        """Seconds that grading it may take: a build, and the tests' own limit three times."""
        usual = float(self.about.get("seconds", 60))
        return usual + REPEATS if is_overloaded() else usual


def is_overloaded() -> bool:
    """Whether the machine was so busy in the last minutes that the grader does not trust its clock."""
    return max(os.getloadavg()) > 2.0 * len(os.sched_getaffinity(0))


@dataclass
class Tally:
    """The findings, and whether they are as they should be."""

    passed: int = 0
    failed: int = 0
    attacks: int = 0
    unearned: float = 0.0
    lost: float = 0.0
    left: int = 0
    slowest: tuple[float, float, str] = (0.0, 1.0, "-")
    rows: list[tuple[str, ...]] = field(default_factory=list)
    missing: set[str] = field(default_factory=set)
    """Parts of the jail that this machine does not have."""
    not_held: int = 0

    def excuse(self, what: str, *row: str) -> None:
        """Notes a rule that nobody promises on this machine: no pass, and no failure of the grader."""
        self.not_held += 1
        print(f"NOT ENFORCED {what}  {'  '.join(row)}", flush=True)

    def check(self, holds: bool, what: str, *row: str) -> None:
        """Counts one claim; a row for the table."""
        self.passed += holds
        self.failed += not holds
        self.rows.append(("ok" if holds else "FAILED", what, *row))
        print(f"{'ok    ' if holds else 'FAILED'} {what}  {'  '.join(row)}", flush=True)

    def timed(self, seconds: float, budget: float, name: str) -> None:
        """Keeps the one that came nearest to its budget."""
        if seconds / budget > self.slowest[0] / self.slowest[1]:
            self.slowest = (seconds, budget, name)


# The course


def catalogue() -> dict[str, dict[str, Any]]:
    """Exercises by ID, with their module's folder and package."""
    found: dict[str, dict[str, Any]] = {}
    for toml in sorted(COURSE.glob("modules/*/course.toml")):
        module = toml.parent.name
        package = tomllib.loads((toml.parent / "Cargo.toml").read_text())["package"]["name"]
        for exercise in tomllib.loads(toml.read_text())["exercise"]:
            found[f"{module[:2]}.{exercise['id']}"] = {**exercise, "module": module, "package": package}
    return found


EXERCISES = catalogue()


def attacks() -> list[Attack]:
    """All fixtures, by name."""
    folders = sorted(path.parent for path in (HERE / "corpus/hostile").glob("*/attack.toml"))
    return [Attack(path.name, path, tomllib.loads((path / "attack.toml").read_text())) for path in folders]


# Submissions


def lay_out(attack: Attack, submission: Path) -> None:
    """The folder that the attacker hands in."""
    exercise = EXERCISES[attack.exercise]
    module = submission / "modules" / exercise["module"]
    main_file = module / exercise["files"][0]
    main_file.parent.mkdir(parents=True)
    if attack.about.get("rest") == "solutions":
        shutil.copytree(COURSE / "solutions" / exercise["module"] / "src", module / "src", dirs_exist_ok=True)
    template, source = "wrong.rs.template", ""
    if (attack.folder / "attack.py").exists():
        template, source = (
            "python.rs.template",
            filled_in((attack.folder / "attack.py").read_text(), submission),
        )
    text = (attack.folder.parent / template).read_text()
    main_file.write_text(text.replace("{{FUNCTION}}", exercise["id"]).replace("{{ATTACK}}", source))
    if (attack.folder / "src").is_dir():
        shutil.copytree(attack.folder / "src", module / "src", dirs_exist_ok=True)
    if (attack.folder / "root").is_dir():
        shutil.copytree(attack.folder / "root", submission, dirs_exist_ok=True, symlinks=True)
    for each in attack.about.get("make", []):
        make_file(
            submission / each["path"], {**each, "target": filled_in(each.get("target", ""), submission)}
        )
    # By the fixture's own files: what was made above may be endless.
    for path in (
        each for part in ("src", "root") for each in (attack.folder / part).rglob("*") if each.is_file()
    ):
        inside = path.relative_to(attack.folder)
        placed = module / inside if inside.parts[0] == "src" else submission.joinpath(*inside.parts[1:])
        if placed.is_file() and b"{{" in placed.read_bytes():
            placed.write_text(filled_in(placed.read_text(), submission))


def filled_in(text: str, submission: Path) -> str:
    """Attackers know their grader: where it lies, and where their own files will."""
    tree = submission.parent / "tree"
    lock = tomllib.loads((COURSE / "Cargo.lock").read_text())["package"]
    once_cell = next((each["version"] for each in lock if each["name"] == "once_cell"), "1.0.0")
    for name, value in {
        "COURSE": COURSE,
        "WORK": WORK,
        "TREE": tree,
        "TARGET": submission.parent / "target",
        "ONCE_CELL": once_cell,
        "WIRE": (HERE / "corpus/hostile/wire.py").read_text(),
    }.items():
        text = text.replace("{{" + name + "}}", str(value))
    return text


def make_file(path: Path, about: dict[str, Any]) -> None:  # noqa: PLR0912  (one for each kind)
    """Makes a file that git does not keep: links, pipes, enormous files, names with newlines."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.is_symlink() or path.is_file():
        path.unlink()
    match about["kind"]:
        case "symlink":
            path.symlink_to(about["target"])
        case "folder_symlink":
            remove(path)
            path.symlink_to(about["target"])
        case "fifo":
            os.mkfifo(path)
        case "hardlink":
            target = about.get("target")
            text = Path(target).read_text() if target else about.get("text", "fn main() {}\n")
            path.write_text(text)
            os.link(path, path.with_name(path.name + ".other"))
        case "huge":
            with path.open("wb") as file:
                file.truncate(about["bytes"])
        case "bytes":
            path.write_bytes(bytes.fromhex(about["hex"]))
        case "empty_name":
            path.write_text("")
        case "deep":
            for _ in range(about["levels"]):
                path = path / "d"
            path.mkdir(parents=True)
        case "many":
            for number in range(about["count"]):
                path.with_name(f"{path.name}{number}").write_text("")
        case other:
            raise ValueError(f"{other} is nothing to make")


# The grader


def grader(*words: str, timeout: float) -> subprocess.CompletedProcess[str]:
    """One run of it, with secrets in its environment that nobody may learn."""
    environment = {**os.environ, **SECRETS, **CLASSROOM50, "CARGO_HTTP_PROXY": ""}
    return subprocess.run(
        [str(GRADER), "--work", str(WORK), *words],
        cwd=COURSE,
        env={key: value for key, value in environment.items() if value},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=timeout,
        check=False,
    )


def grade_class(
    submissions: Path, out: Path, ids: list[str], jobs: int, *more: str, seed: int = SEED
) -> dict[str, dict[str, Any]]:
    """Grades a folder of submissions; the reports by name. `{}` for who was not graded."""
    count = len(list(submissions.iterdir()))
    words = [
        "--submissions",
        str(submissions),
        "--out",
        str(out),
        "--seed",
        str(seed),
        "--jobs",
        str(jobs),
        *more,
    ]
    run = grader(*words, *ids, timeout=300 + 200 * count)
    if run.returncode != 0:  # Submissions without a report fail below.
        print(
            f"the grader ended with {run.returncode}:\n{run.stdout[-3000:]}{run.stderr[-3000:]}", flush=True
        )
    reports = {}
    for folder in submissions.iterdir():
        report = out / folder.name / "grade.json"
        reports[folder.name] = json.loads(report.read_text()) if report.is_file() else {}
    return reports


def exercise_of(report: dict[str, Any], name: str) -> dict[str, Any]:
    """The part of a report about one exercise."""
    return next((each for each in report.get("exercises", []) if each["id"] == name), {})


def score_of(report: dict[str, Any], name: str) -> float:
    """Its points, 0 where nothing was graded."""
    return float(exercise_of(report, name).get("score", 0.0))


def statuses(report: dict[str, Any], name: str) -> str:
    """The ends of its tests, such as `crashed 3, failed 12`."""
    tests = [test["status"] for test in exercise_of(report, name).get("tests", []) if test["max_score"] > 0]
    return ", ".join(f"{kind} {tests.count(kind)}" for kind in sorted(set(tests))) or "not graded"


# The parts


def hostile(tally: Tally, scratch: Path, chosen: list[Attack], jobs: int) -> None:
    """Each attack, together with the others on the same exercise."""
    for exercise in sorted({attack.exercise for attack in chosen}):
        group = [attack for attack in chosen if attack.exercise == exercise]
        submissions, out = scratch / "in" / exercise, scratch / "out" / exercise
        for attack in group:
            lay_out(attack, submissions / attack.name)
        more = [word for name in REPORTS for word in ("--report", f"{name.partition('.')[0]}={name}")]
        more += ["--hidden", str(hidden_tests(scratch))]
        reports = grade_class(submissions, out, [exercise], jobs, *more)
        for attack in group:
            report, results = reports[attack.name], out
            if report.get("seconds", 0.0) > attack.budget:
                # Its neighbours, or other work on this machine, may have had its time: once more, by itself.
                submissions, results = scratch / "alone" / attack.name, scratch / "alone out" / attack.name
                lay_out(attack, submissions / attack.name)
                report = grade_class(submissions, results, [exercise], 1, *more)[attack.name]
            judge(tally, attack, report, results / "not-graded.txt")
            wrong = [found for name in REPORTS for found in injected_commands(results / attack.name / name)]
            if wrong or attack.about.get("reports"):
                tally.check(not wrong, f"reports of {attack.name} say nothing for it", *wrong[:5])


REPORTS = (
    "markdown.md",
    "github.txt",
    "junit.xml",
    "gradescope.json",
    "classroom50.json",
    "classroom-legacy.txt",
    "csv.csv",
    "json.json",
)
COMMANDS = re.compile(
    r"^\s*(::(?!(?:error|warning|notice|group|endgroup)\b)|##\[)|^\s*::error title=x::", re.MULTILINE
)
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def injected_commands(path: Path) -> Iterator[str]:
    """The submission's words in a report that would be taken for more than words."""
    if not path.is_file():
        return
    text = path.read_text(encoding="utf-8")
    for pattern in (COMMANDS, FORBIDDEN):
        if found := pattern.search(text):
            yield f"{path.name}: {text[max(0, found.start() - 20) : found.end() + 20]!r}"
    if re.search("(?m)^=+ 36 passed", text):
        yield f"{path.name}: a forged summary"
    if path.suffix == ".md" and re.search(
        "(?i)<script", re.sub("(?s)(?m)^ *(`{3,}|~{3,}).*?^ *\\1", "", text)
    ):
        yield f"{path.name}: markup"
    try:
        if path.suffix == ".xml":
            ElementTree.fromstring(text)
        elif path.suffix == ".json":
            json.loads(text)
    except (ElementTree.ParseError, ValueError) as error:
        yield f"{path.name}: {error}"
    if path.suffix == ".csv" and re.search(r'(?m)(^|,)"?[=+@\t\r]', text):
        yield f"{path.name}: a formula"


def hidden_tests(scratch: Path) -> Path:
    """Tests that only the teacher has, with a word in them that must not be found anywhere."""
    folder = scratch / "hidden"
    (folder / "01_sum_as_string").mkdir(parents=True, exist_ok=True)
    (folder / "01_sum_as_string/test_divide_hidden.py").write_text(HIDDEN)
    (folder / "05_data_processor").mkdir(exist_ok=True)
    (folder / "05_data_processor/test_on_chunk_hidden.py").write_text(HIDDEN_CALLBACK)
    return folder


HIDDEN = """
import sum_as_string
from coursekit import expect

CANARY = "canary of the hidden tests"


def test_hidden_quotient() -> None:
    expect(sum_as_string.divide, 1.0, 8.0).returns(0.125)


def test_hidden_zero() -> None:
    expect(sum_as_string.divide, 8.0, 0.0).raises(ValueError, says="Cannot divide by zero")
"""


HIDDEN_CALLBACK = """
import data_processor
import numpy as np
from coursekit import check, expect

CANARY = "canary of the hidden tests"


def test_hidden_chunk() -> None:
    p = data_processor._make(2, [4711.5, 4712.25, 13.125], 3)

    def look(chunk: object) -> None:
        check("the chunk", chunk, np.array([4711.5, 4712.25]))

    expect(p.on_chunk, look).returns(None)
    expect(p.process_chunks).returns([4711.875])
"""


def judge(tally: Tally, attack: Attack, report: dict[str, Any], not_graded: Path) -> None:
    """Holds what an attack got against what it should get. `not_graded` says who got no report, and why."""
    tally.attacks += 1
    score, least = score_of(report, attack.exercise), float(attack.about.get("score", 0.0))
    most = float(attack.about.get("at_most", least))
    tally.unearned += max(0.0, score - most)
    seconds = float(report.get("seconds", 0.0))
    tally.timed(seconds, attack.budget, attack.name)
    marks = sorted(path.name for path in MARKS.iterdir())
    for mark in marks:
        (MARKS / mark).unlink()
    wants_grade = attack.about.get("graded", True)
    text = json.dumps(report)
    if not report and not_graded.is_file():
        lines = not_graded.read_text().splitlines()
        text = next((line for line in lines if line.startswith(f"{attack.name}:")), "")
    leaked = [
        word for word in (*SECRETS.values(), "canary of", *attack.about.get("never", [])) if word in text
    ]
    holds = (
        least <= score <= most
        and not marks
        and not leaked
        and bool(report) == wants_grade
        and seconds <= attack.budget
    )
    for name in attack.about.get("fails", []):
        ends = [
            test["status"]
            for test in exercise_of(report, attack.exercise).get("tests", [])
            if name in test["id"]
        ]
        holds = holds and bool(ends) and "passed" not in ends
    if "says" in attack.about:
        holds = holds and attack.about["says"] in text
    if wants_grade:
        # A fixture that does not even compile any more proves nothing, unless that is what it is about.
        tests = exercise_of(report, attack.exercise).get("tests", [])
        ran = any(test["status"] != "not_run" for test in tests)
        holds = holds and ran == attack.about.get("runs", True)
    row = [f"{score:g} of {exercise_of(report, attack.exercise).get('max_score', 0):g}", f"{seconds:.1f} s"]
    row += [statuses(report, attack.exercise), *(f"MARK {mark}" for mark in marks), *leaked]
    if not holds and (missing := sorted(tally.missing & {*attack.about["stopped_by"]})):
        tally.excuse(
            f"hostile {attack.name}", f"not held: this machine has no {' and no '.join(missing)}", *row
        )
        return
    tally.check(holds, f"hostile {attack.name}", *row)


def trusting(tally: Tally, scratch: Path, chosen: list[Attack], jobs: int) -> None:
    """Each attack against a grader that trusts."""
    before = threads_of_the_machine()
    slots = [scratch / f"trusting-{number}" for number in range(jobs)]
    free = list(slots)
    for slot in slots:
        slot.mkdir(parents=True)
        shutil.copytree(WORK / "target", slot / "target", symlinks=True)

    for slot in slots:  # cargo builds what another folder needs before any clock runs.
        run_trusting(Attack("warm", HERE / "corpus/hostile/conftest", {"exercise": "01.divide"}), slot)

    def one(attack: Attack) -> tuple[Attack, dict[str, Any], bool]:
        slot = free.pop()
        try:
            return (attack, *run_trusting(attack, slot))
        finally:
            free.append(slot)

    with ThreadPoolExecutor(jobs) as pool:
        results = list(pool.map(one, [attack for attack in chosen if attack.about["trusting"] != "none"]))
    for attack, found, marked in results:
        if gets_through(attack, found, marked):
            judge_trusting(tally, attack, found, marked)
        else:
            # Perhaps another one had all processes or the time of the machine: once more, by itself.
            wait_for_the_dying(before)
            judge_trusting(tally, attack, *run_trusting(attack, slots[0]))


def threads_of_the_machine() -> int:
    """All of them, whoever they belong to."""
    return int(Path("/proc/loadavg").read_text().split()[3].partition("/")[2])


def wait_for_the_dying(before: int, patience: float = 120.0) -> None:
    """Until the processes of earlier attacks are gone: the kernel takes its time to end thousands of them."""
    deadline = time.monotonic() + patience
    while threads_of_the_machine() > before + 200 and time.monotonic() < deadline:
        time.sleep(0.5)


def gets_through(attack: Attack, found: dict[str, Any], marked: bool) -> bool:
    """Whether an attack has done to the control what it says."""
    holds = {
        "points": found.get("exit") or found.get("summary") or found.get("junit"),
        "hang": found.get("hung"),
        "exhausts": found.get("hung") or "SIGABRT" in found.get("build_output", ""),
        "mark": marked,
        "crash": found.get("crashed"),
        "left": found.get("left", 0) > 0,
        "flood": found.get("output_bytes", 0) > 32 << 20,
        "says": attack.about.get("trusting_says", "?")
        in found.get("output", "") + found.get("build_output", ""),
    }
    return bool(holds[attack.about["trusting"]])


def judge_trusting(tally: Tally, attack: Attack, found: dict[str, Any], marked: bool) -> None:
    """Counts whether it got through as it says."""
    holds = gets_through(attack, found, marked)
    believed = [name for name in ("exit", "summary", "junit") if found.get(name)]
    more = [] if holds else [json.dumps(found)[-600:]]
    kind = attack.about["trusting"]
    tally.check(holds, f"trusting {attack.name}", f"{kind}: {', '.join(believed) or '-'}", *more)


def remove(folder: Path) -> None:
    """With all that is in it. `shutil.rmtree` gives up on folders as deep as attacks make them."""
    subprocess.run(["rm", "-rf", "--", folder], check=False)


def run_trusting(attack: Attack, slot: Path) -> tuple[dict[str, Any], bool]:
    """In a sandbox: the machine is everybody's, and these attacks succeed."""
    submission, marks = slot / "submission", slot / "marks"
    for folder in (submission, marks):
        remove(folder)
    marks.mkdir()
    lay_out(attack, submission)
    exercise = EXERCISES[attack.exercise]
    words = ["bwrap", "--unshare-pid", "--unshare-net", "--unshare-ipc", "--die-with-parent", "--new-session"]
    words += ["--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "--bind", str(slot), str(slot)]
    words += [
        "--bind",
        str(marks),
        str(MARKS),
        "--",
        "prlimit",
        f"--data={8 << 30}",
        f"--fsize={4 << 30}",  # The disk is everybody's, too.
        "--core=0",
        "--nproc=2000",
    ]
    words += [sys.executable, "-I", str(HERE / "trusting_grader.py"), str(COURSE), str(submission), str(slot)]
    plain = attack.folder / "plain_test.py"
    words += [exercise["module"], str(plain) if plain.is_file() else exercise["tests"][0]]
    environment = {**os.environ, **SECRETS}
    process = subprocess.Popen(
        words, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    try:
        output, errors = process.communicate(timeout=TRUSTING_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return {"hung": True}, any(marks.iterdir())
    finally:
        remove(slot / "tree")  # An attack may have filled the disk.
    try:
        found = json.loads(output.decode("utf-8", "replace").splitlines()[-1])
    except (IndexError, ValueError):
        found = {"crashed": True, "output": (output + errors).decode("utf-8", "replace")[-2000:]}
    return found, any(marks.iterdir())


def before_audit(tally: Tally, scratch: Path, chosen: list[Attack]) -> None:
    """Each attack on the wire against this grader as it once was, which believed what came over it."""
    group = [attack for attack in chosen if "before_audit" in attack.about]
    if not group:
        return
    if not as_before_audit.is_in_history():
        print("NOT RUN before: this clone is shallow and has no commit of the grader as it was", flush=True)
        return
    as_before_audit.make()
    for attack in group:
        submission = scratch / "before" / attack.name
        lay_out(attack, submission)
        for _ in range(TRIES):
            report = as_before_audit.grade(
                submission, attack.exercise, hidden_tests(scratch), scratch / "before" / f"{attack.name}.json"
            )
            through = got_through_before_audit(attack, report)
            if through:
                break
        row = [f"{score_of(report, attack.exercise):g} points", statuses(report, attack.exercise)]
        tally.check(through, f"before the audit: {attack.name} got through", *row)


TRIES = 5
"""Gradings in which an attack may get through: some draw their frames, and that grader drew its inputs."""


def got_through_before_audit(attack: Attack, report: dict[str, Any]) -> bool:
    """Whether the report of that grader shows what the attack's `before_audit` says."""
    wanted = attack.about["before_audit"]
    tests = exercise_of(report, attack.exercise).get("tests", [])
    passed = [test["id"] for test in tests if test["status"] == "passed"]
    return (
        len(passed) >= wanted.get("passed", 0)
        and all(any(name in test for test in passed) for name in wanted.get("passes", []))
        and wanted.get("says", "") in json.dumps(report)
    )


def matrix(tally: Tally, scratch: Path, chosen: list[Attack], jobs: int, quick: bool) -> None:
    """Without a defence, what it alone holds gets through."""
    for defence in dict.fromkeys(each for attack in chosen for each in attack.about.get("without", [])):
        group = [attack for attack in chosen if defence in attack.about.get("without", [])]
        group = group[:1] if quick else group
        for attack in group:
            submissions = scratch / "matrix" / defence / attack.name
            lay_out(attack, submissions / attack.name)
            out = scratch / "matrix-out" / defence / attack.name
            off = list(dict.fromkeys([defence, *attack.about.get("also_without", [])]))
            words = [word for each in off for word in ("--without", each)]
            share = ["--soft-share", "50"] if attack.about.get("soft") else []
            report = grade_class(submissions, out, [attack.exercise], 1, *words, *share)[attack.name]
            marks = [path for path in MARKS.iterdir()]
            left = stray_processes()
            score = score_of(report, attack.exercise)
            through = score > float(attack.about.get("score", 0.0)) or bool(marks) or bool(left)
            through = through or attack.about.get("without_says", "\0") in json.dumps(report)
            for mark in marks:
                mark.unlink()
            end(left)
            row = [
                f"{score:g} points",
                *(f"mark {mark.name}" for mark in marks),
                *(f"left {each}" for each in left),
            ]
            tally.check(through, f"without {'+'.join(off)}: {attack.name} gets through", *row)


# Honest and flawed work


@dataclass
class Work:
    """A submission that is no attack: one file or more in place of the stubs, or of the solutions."""

    name: str
    exercise: str
    files: dict[str, Path]
    on_solutions: bool

    def lay_out(self, submission: Path) -> None:
        """Its folder, as a student hands it in."""
        module = next(
            each["module"] for name, each in EXERCISES.items() if name.startswith(self.exercise[:2])
        )
        target = submission / "modules" / module
        target.mkdir(parents=True)
        if self.on_solutions:
            solution = COURSE / "solutions" / module
            files = [*(solution / "src").rglob("*"), *solution.glob("*.pyi")]
            for exercise in (each for each in EXERCISES.values() if each["module"] == module):
                files += [solution / file for file in exercise["files"]]
            for file in (file for file in files if file.is_file()):
                copy = target / file.relative_to(solution)
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(file, copy)
        for path, source in self.files.items():
            (target / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target / path)


def honest_work() -> list[Work]:
    """The fixtures."""
    found = []
    for toml in sorted((HERE / "honest").glob("*/honest.toml")):
        about = tomllib.loads(toml.read_text())
        paths = [path for path in toml.parent.rglob("*") if path.is_file() and path != toml]
        files = {str(path.relative_to(toml.parent)): path for path in paths}
        work = Work(toml.parent.name, about["exercise"], files, about["rest"] == "solutions")
        found.append(work)
    return found


def wrong_versions(quick: bool) -> list[Work]:
    """The plausible wrong solutions that the course keeps."""
    found, seen = [], set()
    for path in sorted(binary.wrong_versions().glob("*/*.*")):
        number, slug = path.parent.name[:2], path.name.split(".")[0]
        exercise = EXERCISES.get(f"{number}.{slug}")
        if exercise is None or (quick and (slug in seen or number not in ("01", "02"))):
            continue
        seen.add(slug)
        main_file = next(file for file in exercise["files"] if file.endswith(path.suffix))
        found.append(Work(f"{number}.{path.stem}", f"{number}.{slug}", {main_file: path}, on_solutions=True))
    return found


def grade_work(scratch: Path, works: list[Work], jobs: int) -> Iterator[tuple[Work, dict[str, Any]]]:
    """Grades each on its exercise; those of one exercise together."""
    for exercise in sorted({work.exercise for work in works}):
        group = [work for work in works if work.exercise == exercise]
        submissions, out = scratch / "in" / exercise, scratch / "out" / exercise
        for work in group:
            work.lay_out(submissions / work.name)
        reports = grade_class(submissions, out, [exercise], jobs)
        for work in group:
            yield work, reports[work.name]


def honest(tally: Tally, scratch: Path, works: list[Work], jobs: int) -> None:
    """Every point that can be had."""
    for work, report in grade_work(scratch / "honest", works, jobs):
        score, best = float(report.get("score", 0.0)), float(report.get("max_score", 1.0))
        tally.lost += best - score
        wrong = [
            f"{test['id']}: {test['status']}: {test['message'][:200]}"
            for exercise in report.get("exercises", [])
            for test in exercise["tests"]
            if test["status"] != "passed" and test["max_score"] > 0
        ]
        tally.check(
            score == best and bool(report), f"honest {work.name}", f"{score:g} of {best:g}", *wrong[:3]
        )


def partial(tally: Tally, scratch: Path, works: list[Work], jobs: int, record: bool) -> None:
    """Exactly the points that were foreseen; between two of them where luck decides which tests fail."""
    known = tomllib.loads(SCORES.read_text())["score"] if SCORES.is_file() else {}
    for work, report in grade_work(scratch / "partial", works, jobs):
        score = score_of(report, work.exercise)
        best = exercise_of(report, work.exercise).get("max_score", 0)
        before = known.get(work.name)
        if record and not isinstance(before, list) and before != score:
            known[work.name] = score
            write_scores(known)
        wanted = known.get(work.name)
        least, most = wanted if isinstance(wanted, list) else (wanted, wanted)
        foreseen = least is not None and least <= score <= most
        tally.unearned += max(0.0, score - most) if most is not None else 0.0
        expectation = f"foreseen {wanted}" if wanted is not None else f"foreseen nothing yet: {RECORDS}"
        if wanted != before:
            expectation = f"recorded, before it was {before}"
        tally.check(foreseen, f"partial {work.name}", f"{score:g} of {best:g}", expectation)


def write_scores(known: dict[str, Any]) -> None:
    """Writes `partial/scores.toml`, after each change: a run that is broken off keeps what it has found."""
    SCORES.parent.mkdir(exist_ok=True)
    lines = [
        f'"{name}" = {score if isinstance(score, list) else format(score, "g")}\n'
        for name, score in sorted(known.items())
    ]
    SCORES.write_text(SCORES_HEAD + "".join(lines))


SCORES = HERE / "partial/scores.toml"

RECORDS = "`corpora.py --only EXERCISE partial --record` writes it down; look at the new lines"

SCORES_HEAD = f"""\
# The points of each wrong version in solutions/*/wrong, with the seed {SEED} and no share for soft tests.
# Two numbers where luck decides which tests fail (threads, the order of a map, whose answer comes first), or
# the speed of the machine (memory that fills until the time is over): the least and the most.
# `corpora.py partial --record` writes this anew, and leaves these pairs as they are. Look at every line that
# changes: a wrong version with all its points is one that only soft tests tell apart.

[score]
"""


def stable(tally: Tally, scratch: Path, chosen: list[Attack], jobs: int) -> None:
    """The same work among hostile neighbours, shuffled, while the machine is busy: the same verdicts."""
    works = [work for work in honest_work() if work.exercise == "01.divide"]
    works += [work for work in wrong_versions(quick=False) if work.exercise == "01.divide"]
    bad = [attack for attack in chosen if attack.exercise == "01.divide" and not attack.slow]
    first: dict[str, Any] = {}
    for turn in range(3):
        shuffled = random.Random(turn)
        folder = scratch / "stable" / str(turn)
        for work in works:
            work.lay_out(folder / "in" / f"{shuffled.random():.6f}-{work.name}")
        for attack in shuffled.sample(bad, min(6, len(bad))):
            lay_out(attack, folder / "in" / f"{shuffled.random():.6f}-hostile-{attack.name}")
        burn = "while True: pass"
        busy = [
            subprocess.Popen([sys.executable, "-c", burn])
            for _ in range(2 * (turn == 2) * (os.cpu_count() or 1))
        ]
        try:
            reports = grade_class(folder / "in", folder / "out", ["01.divide"], jobs)
        finally:
            for process in busy:
                process.kill()
                process.wait()
        for name, report in reports.items():
            own = name.partition("-")[2]
            if own.startswith("hostile-"):
                continue
            verdict = [(t["id"], t["status"], t["score"]) for t in exercise_of(report, "01.divide")["tests"]]
            how = ("", "shuffled, ", "shuffled, busy, ")[turn]
            tally.check(
                first.setdefault(own, verdict) == verdict, f"stable {own}", f"run {turn + 1}: {how}as before"
            )


# Nothing may be left behind


def shared_files() -> set[str]:
    """The files that all gradings share and no submission may change, each with its hash."""
    found = set()
    for part in ("dependencies", "tree", "recipes", "manifests", "secret"):
        for path in sorted((WORK / part).rglob("*")) if (WORK / part).is_dir() else [WORK / part]:
            if path.is_file():
                found.add(f"{path.relative_to(WORK)} {hashlib.sha256(path.read_bytes()).hexdigest()[:12]}")
    return found


def _processes() -> Iterator[tuple[int, str]]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                words = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
            except OSError:
                continue
            yield int(entry.name), words


def stray_processes() -> list[int]:
    """Processes of a jail of this course that outlived their grader."""
    time.sleep(0.5)
    ours = (
        f"{COURSE}/target/runner/course-jail",
        f"{COURSE}/shared/python/run.py grading-worker",
        "run.py worker",
    )
    return [
        number
        for number, words in _processes()
        if any(each in words for each in ours) and str(COURSE) in words and number != os.getpid()
    ]


def end(numbers: list[int]) -> None:
    """Ends processes that this run has started, by their numbers."""
    for number in numbers:
        with contextlib.suppress(ProcessLookupError):
            os.kill(number, 9)


def control_groups() -> set[str]:
    """Groups of graders that are gone. Other people's graders may be at work on this machine."""
    groups = {
        path
        for tree in ("", "pids", "memory")
        for path in Path("/sys/fs/cgroup", tree).glob("course-grade-*")
    }
    return {str(path) for path in groups if not Path("/proc", path.name.split("-")[2]).exists()}


def files_in(*folders: Path) -> set[str]:
    """Names there, to compare before and after."""
    return {str(path) for folder in folders if folder.is_dir() for path in folder.iterdir()}


def nothing_left(tally: Tally, before: dict[str, set[Any]]) -> None:
    """Compares with how it was."""
    after = state()
    for what, was in before.items():
        now = after[what]
        new = sorted(map(str, now - was))
        tally.left += len(new)
        if new and what == "processes" and "namespaces" in tally.missing:
            tally.excuse(f"left behind: {what}", "this machine has no namespaces", " ".join(new)[:300])
            continue
        tally.check(not new, f"left behind: no {what}", " ".join(new)[:300])


def state() -> dict[str, set[Any]]:
    """The state of the machine now, as far as a submission could change it."""
    return {
        "processes": set(stray_processes()),
        "control groups": control_groups(),
        "files of submissions": files_in(WORK / "scratch"),
        "files in shared folders": files_in(
            Path("/dev/shm"), MARKS, Path.home(), WORK, COURSE / "shared/python"
        ),
        "changes to what all gradings share": shared_files(),
    }


def options_given() -> argparse.Namespace:
    """The command line, with the parts that are meant."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--quick", action="store_true", help="what CI has time for")
    parser.add_argument(
        "--only", action="append", default=[], metavar="NAME", help="fixtures with this in their names"
    )
    parser.add_argument("--record", action="store_true", help="write partial/scores.toml anew")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--scratch", type=Path, default=COURSE / "target/corpora")
    options = parser.parse_args()
    options.scratch = options.scratch.resolve()
    unknown = set(options.parts) - set(PARTS)
    if unknown:
        parser.error(f"no part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    options.parts = options.parts or [
        part for part in PARTS if not (options.quick and part in ("trusting", "before", "stable"))
    ]
    return options


def main() -> None:
    """Runs what was asked for."""
    options = options_given()
    binary.build()
    parts = options.parts
    if options.quick:
        print(QUICK)
    chosen = [attack for attack in attacks() if named(attack.name, options.only)]
    chosen = [attack for attack in chosen if not (options.quick and attack.slow)]
    remove(options.scratch)
    options.scratch.mkdir(parents=True)
    MARKS.mkdir(mode=0o777, exist_ok=True)
    for mark in MARKS.iterdir():
        mark.unlink()
    tally, started = Tally(), time.monotonic()
    unproven = [attack.name for attack in attacks() if not attack.is_shown_alive]
    tally.check(not unproven, "every attack is shown to work somewhere", *unproven)
    works = [work for work in honest_work() if named(work.name, options.only)]
    if options.quick:
        works = [work for work in works if work.exercise.startswith(("01", "02"))]
    flawed = [work for work in wrong_versions(options.quick) if named(work.name, options.only)]
    wanted = [attack.exercise for attack in chosen if {"hostile", "trusting", "matrix", "stable"} & {*parts}]
    wanted += [work.exercise for work in works if "honest" in parts]
    wanted += [work.exercise for work in flawed if "partial" in parts]
    hidden_too = sorted({attack.exercise for attack in chosen if "hostile" in parts})
    tally.missing = warm_up_all(wanted, hidden_too, options.scratch)
    before = state()
    if "hostile" in parts:
        hostile(tally, options.scratch, chosen, options.jobs)
        nothing_left(tally, before)
    if "trusting" in parts:
        trusting(tally, options.scratch, chosen, options.jobs)
    if "before" in parts:
        before_audit(tally, options.scratch, chosen)
    if "honest" in parts:
        honest(tally, options.scratch, works, options.jobs)
    if "partial" in parts:
        partial(tally, options.scratch, flawed, options.jobs, options.record)
    if "stable" in parts:
        stable(tally, options.scratch, chosen, options.jobs)
    if {"honest", "partial", "stable"} & {*parts}:
        nothing_left(tally, before)
    if "matrix" in parts:
        matrix(tally, options.scratch, chosen, options.jobs, options.quick)
    report(tally, time.monotonic() - started)


def named(name: str, only: list[str]) -> bool:
    """Whether a fixture was asked for."""
    return not only or any(each in name for each in only)


def warm_up_all(wanted: list[str], hidden_too: list[str], scratch: Path) -> set[str]:
    """Builds what gradings share, so that nothing of it is built while attacks run.

    Some exercises have hidden tests too. Gives the parts of the jail that are missing here.
    """
    needed = sorted({name for name in EXERCISES for each in wanted if name.startswith(each)})
    missing = warm_up(needed, scratch)
    if hidden_too:  # With hidden tests there is another manifest.
        warm_up(hidden_too, scratch, "--hidden", str(hidden_tests(scratch)))
    for module in sorted({name[:2] for name in needed}):
        # A module by itself has dependencies with other features.
        warm_up([name for name in needed if name.startswith(module)][:1], scratch)
    return missing


def warm_up(exercises: list[str], scratch: Path, *more: str) -> set[str]:
    """Builds the reference and its manifest, so that what is shared is there to be compared.

    Gives the parts of the jail that are missing here.
    """
    submission = scratch / "warm"
    for name in exercises:
        exercise = EXERCISES[name]
        target = submission / "modules" / exercise["module"] / exercise["files"][0]
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(binary.stub(exercise["module"], exercise["files"][0]), target)
    run = grader(
        "--submission",
        str(submission),
        *exercises,
        *more,
        "--report",
        f"json={scratch / 'warm.json'}",
        timeout=1800,
    )
    if run.returncode != 0:
        raise SystemExit(f"the grader does not run:\n{run.stderr}")
    sentences = json.loads((scratch / "warm.json").read_text())["not_enforced"]
    return {part for part, sign in SIGNS.items() if any(sign in sentence for sentence in sentences)}


SIGNS = {
    "namespaces": "the grader's process can be seen",
    "cgroups": "the number of processes is not limited",
    "landlock": "the grader's files can be read",
    "seccomp": "namespaces can be made",
    "limits": "memory is not limited",
}
"""The grader's words where a part of the jail is missing."""


def report(tally: Tally, seconds: float) -> None:
    """The closing lines."""
    failed = [row for row in tally.rows if row[0] != "ok"]
    if failed:
        print("\nWhat failed:")
        for row in failed:
            print("  ", "  ".join(row[1:]))
    slow, budget, name = tally.slowest
    print(f"\nattacks tried: {tally.attacks}")
    if tally.missing:
        print(f"NOT ENFORCED on this machine: {', '.join(sorted(tally.missing))}")
        print(f"attacks that got through for want of it: {tally.not_held}")
    print(f"unearned points: {tally.unearned:g}")
    print(f"honest points lost: {tally.lost:g}")
    print(f"survivors left behind: {tally.left}")
    print(f"longest time against its budget: {slow:.1f} s of {budget:g} s ({name})")
    print(f"all of it: {seconds:.0f} s")
    print(f"{tally.passed} passed, {tally.failed} failed")
    sys.exit(1 if tally.failed else 0)


if __name__ == "__main__":
    main()
