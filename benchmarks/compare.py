#!/usr/bin/env python3
"""Every module's benchmark with every peer, in one run: builds what is needed, measures, records, draws.

    python3 benchmarks/compare.py                 all modules, into benchmarks/results and docs/src
    python3 benchmarks/compare.py 02 04           these only, shown and not recorded
    python3 benchmarks/compare.py --update 02 04  these only, recorded in place of their earlier runs
    python3 benchmarks/compare.py 08 --only cities --seconds 3600
                                                  cases with this in their title, and more time for them
    python3 benchmarks/compare.py --report FILE   table and charts once more, from recorded results

It needs a set-up course (`cargo course setup`). The peers' packages are installed into target/benchmarks,
from benchmarks/requirements.txt. A peer that cannot be installed or built shows as not installed; the rest
still runs.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
SCRIPTS = "Scripts/python.exe" if sys.platform == "win32" else "bin/python"
COURSE_PYTHON = ROOT / ".venv" / SCRIPTS

if __name__ == "__main__" and Path(sys.prefix) != ROOT / ".venv":
    # The test kit needs the course's own packages.
    if not COURSE_PYTHON.exists():
        sys.exit("The course is not set up: run `cargo course setup` first.")
    sys.exit(subprocess.run([COURSE_PYTHON, __file__, *sys.argv[1:]], check=False).returncode)

sys.path.insert(0, str(ROOT / "shared" / "python"))

import lesson_tables  # noqa: E402
import report  # noqa: E402
from coursekit.bench import chart  # noqa: E402
from coursekit.bench.machine import usable_cores  # noqa: E402
from coursekit.bench.model import Run  # noqa: E402
from coursekit.bench.record import from_document, to_document  # noqa: E402

SCHEMA = "course/benchmarks/v1"
LOCK = ROOT / "benchmarks" / "requirements.txt"
WORK = ROOT / "target" / "benchmarks"
PAGE = ROOT / "docs" / "src"

MODULE_SECONDS = 900
"""A module's benchmark that takes longer is given up, so that the others still run."""


def main() -> None:
    """Ends with 0 if every module was measured without a fault."""
    parser = argparse.ArgumentParser(description="All modules' benchmarks with all peers.")
    parser.add_argument("modules", nargs="*", metavar="NN", help="the numbers of some modules; else all")
    parser.add_argument("--scale", default="1", help="size of the inputs, 1 as documented")
    parser.add_argument("--rounds", default="9", help="how often each peer is timed (default 9)")
    parser.add_argument(
        "--update", action="store_true", help="record some modules' runs in place of their earlier ones"
    )
    parser.add_argument("--only", default="", metavar="TEXT", help="only cases with this in their title")
    parser.add_argument(
        "--seconds",
        type=float,
        default=MODULE_SECONDS,
        help=f"time for each module (default {MODULE_SECONDS})",
    )
    parser.add_argument("--name", default=machine_name(), help="what the recorded results are called")
    parser.add_argument("--report", type=Path, metavar="FILE", help="measure nothing, report these results")
    options = parser.parse_args()
    if options.update and (not options.modules or options.scale != "1" or options.only):
        parser.error("--update needs the modules' numbers, inputs of full size, and all cases")
    if options.report is not None:
        publish([from_document(run) for run in json.loads(options.report.read_text("utf-8"))["runs"]])
        return
    modules = chosen(options.modules)
    python = environment()
    build_peers(python)
    extensions = build_extensions(modules)
    versions = tools(python)
    runs, faults, took = [], [], []
    for module in modules:
        say(f"\n=== {module.name}")
        start = perf_counter()
        words = ["--scale", options.scale, "--rounds", options.rounds, "--only", options.only]
        run, fault = measure(python, module, extensions, words, options.seconds)
        took.append(f"{module.name}: {perf_counter() - start:.0f} s")
        say(f"\n{took[-1]}")
        if run is not None:
            run.machine = replace(run.machine, tools=versions)
            runs.append(run)
        faults += [f"{module.name}: {fault}"] if fault else []
    if not runs:
        sys.exit("\n".join(["Nothing was measured.", *faults]))
    if options.scale == "1" and not options.only and (options.update or not options.modules):
        results = ROOT / "benchmarks" / "results" / f"{options.name}.json"
        publish(record(runs, results, options.update))
        say(f"\nRecorded in {results.relative_to(ROOT)}; the book's page and charts are in docs/src.")
    say("\n" + "\n".join(report.goals(runs)))
    say("took " + ", ".join(took))
    for fault in faults:
        say(f"fault: {fault}")
    sys.exit(1 if faults else 0)


def machine_name() -> str:
    """As in linux-x86_64-2-cores."""
    return f"{platform.system()}-{platform.machine()}-{usable_cores()}-cores".lower()


def chosen(numbers: Sequence[str]) -> list[Path]:
    """The folders of the modules that have a benchmark, in their order."""
    modules = sorted(script.parent for script in (ROOT / "modules").glob("*/bench.py"))
    unknown = [number for number in numbers if not any(each.name.startswith(number) for each in modules)]
    if unknown:
        sys.exit(f"There is no module {', '.join(unknown)} with a benchmark.")
    return [each for each in modules if not numbers or any(each.name.startswith(n) for n in numbers)]


def environment() -> Path:
    """A Python with the peers' packages; the course's own where they cannot be installed."""
    folder = WORK / "venv"
    python, stamp = folder / SCRIPTS, folder / "lock.sha256"
    version = subprocess.run([COURSE_PYTHON, "-VV"], capture_output=True, text=True, check=True).stdout
    wanted = hashlib.sha256(LOCK.read_bytes() + version.encode()).hexdigest()
    if python.exists() and stamp.exists() and stamp.read_text("ascii") == wanted:
        return python
    say("Installing the peers' packages …")
    install: list[str | Path] = [
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--require-hashes",
        "-r",
        LOCK,
    ]
    try:
        subprocess.run([COURSE_PYTHON, "-m", "venv", "--clear", folder], check=True)
        subprocess.run([python, *install], check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        say(f"They could not be installed ({error}); going on with what the course has.")
        return COURSE_PYTHON
    stamp.write_text(wanted, encoding="ascii")
    return python


def build_environment() -> dict[str, str]:
    """Without variables that choose how well a compiler optimises; those that choose the compiler stay."""
    chosen = ("RUSTFLAGS", "CFLAGS", "CPPFLAGS", "CXXFLAGS", "FFLAGS", "FCFLAGS", "F90FLAGS", "LDFLAGS")
    return {
        name: value
        for name, value in os.environ.items()
        if not name.endswith(chosen) and not name.startswith("CARGO_PROFILE_")
    }


def build_peers(python: Path) -> None:
    """Peers in other languages. Without the compiler they show as not installed."""
    for script in sorted((ROOT / "benchmarks" / "peers").glob("build_*.py")):
        say(f"Building the peers of {script.name} …")
        if subprocess.run([python, script], cwd=ROOT, env=build_environment(), check=False).returncode != 0:
            say(f"{script.name} failed; its peers are left out.")


def build_extensions(modules: Sequence[Path]) -> dict[str, Path]:
    """Release builds of the solutions, the textbook versions and the limits, by package.

    One by one, as `cargo course bench` builds them: one that does not compile must not keep the others out.
    """
    packages = ["textbook", "machine_limits", *(f"{package(module)}_solution" for module in modules)]
    extensions: dict[str, Path] = {}
    for name in packages:
        say(f"Building {name} …")
        command = ["cargo", "build", "--release", "--locked", "--message-format=json-render-diagnostics"]
        built = subprocess.run(
            [*command, "-p", name],
            cwd=ROOT,
            env=build_environment(),
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
        if built.returncode != 0:
            say(f"{name} does not compile and is left out.")
            continue
        messages = [json.loads(line) for line in built.stdout.splitlines() if line.startswith("{")]
        files = [
            file
            for message in messages
            if message.get("reason") == "compiler-artifact" and message["target"]["name"] == name
            for file in message["filenames"]
            if file.endswith((".so", ".dylib", ".dll"))
        ]
        extensions[name] = Path(files[0])
    return extensions


def tools(python: Path) -> dict[str, str]:
    """Versions of the compilers, and of the BLAS that NumPy calls; without those that are not here."""
    blas = (
        "import numpy; config = numpy.show_config('dicts');"
        "blas = config['Build Dependencies']['blas']; print(blas['name'], blas['version'])"
    )
    commands: dict[str, list[str | Path]] = {
        "rustc": ["rustc", "--version"],
        "C": ["cc", "--version"],
        "Fortran": ["gfortran", "--version"],
        "NumPy's BLAS": [python, "-c", blas],
    }
    found = {}
    for name, command in commands.items():
        try:
            said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
        except (OSError, subprocess.SubprocessError):
            continue
        found[name] = said.stdout.partition("\n")[0].strip()
    return found


def measure(
    python: Path,
    module: Path,
    extensions: dict[str, Path],
    options: Sequence[str],
    seconds: float = MODULE_SECONDS,
) -> tuple[Run | None, str]:
    """The module's run, and the problem if there was one."""
    record = WORK / f"{module.name}.json"
    record.unlink(missing_ok=True)
    command: list[str | Path] = [python, "-I", "-X", "utf8", ROOT / "shared" / "python" / "run.py", "bench"]
    command += [module / "bench.py", *options, "--json", record]
    for option, name in (
        ("--solution", f"{package(module)}_solution"),
        ("--textbook", "textbook"),
        ("--limits", "machine_limits"),
    ):
        command += [option, extensions[name]] if name in extensions else []
    try:
        code = subprocess.run(command, cwd=ROOT, timeout=seconds, check=False).returncode
    except subprocess.TimeoutExpired:
        return None, f"not done after {seconds:g} seconds"
    if not record.exists():
        return None, f"ended with {code} and without figures"
    document: dict[str, Any] = json.loads(record.read_text("utf-8"))
    run = from_document(document)
    run.artifacts = {who: Path(path).name for who, path in run.artifacts.items()}
    return run, "a peer was wrong or failed, see above" if code else ""


def package(module: Path) -> str:
    """`parallel_sum` of modules/02_parallel_sum."""
    return module.name.partition("_")[2]


def revision() -> str:
    """The commit that was measured, as git names it; a mark says that files differ from it."""
    command = ["git", "describe", "--always", "--dirty", "--exclude", "*"]
    described = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return described.stdout.strip() or "unknown"


def record(runs: Sequence[Run], results: Path, update: bool) -> list[Run]:
    """Writes the runs down; with `update` beside those of other modules. Gives all that are recorded now."""
    revisions, all_runs = revision(), {run.module: run for run in runs}
    if update and results.exists():
        earlier = json.loads(results.read_text("utf-8"))
        revisions = f"{earlier['revision']}; {', '.join(all_runs)}: {revisions}"
        # In the modules' order, which is the recorded one.
        all_runs = {run.module: run for run in map(from_document, earlier["runs"])} | all_runs
    results.parent.mkdir(exist_ok=True)
    document = {
        "schema": SCHEMA,
        "revision": revisions,
        "runs": [to_document(run) for run in all_runs.values()],
    }
    results.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return list(all_runs.values())


def publish(runs: Sequence[Run]) -> None:
    """Writes table and charts for the book, and the lessons' tables."""
    images = PAGE / report.IMAGES
    images.mkdir(parents=True, exist_ok=True)
    for run in runs:
        (images / f"{run.module}.svg").write_text(chart.svg(run), encoding="utf-8")
    (PAGE / "benchmarks").mkdir(exist_ok=True)
    (PAGE / "benchmarks" / "results.md").write_text(report.markdown(runs), encoding="utf-8")
    for lesson, _, text in lesson_tables.lessons(ROOT, runs):
        lesson.write_text(text, encoding="utf-8")


def say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    os.chdir(ROOT)
    main()
