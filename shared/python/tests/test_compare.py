"""The comparison of all modules: what cannot be had is said, the rest is measured and recorded."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from coursekit.bench.model import Machine, Run

BENCHMARKS = Path(__file__).parents[3] / "benchmarks"


@pytest.fixture
def compare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    spec = importlib.util.spec_from_file_location("compare", BENCHMARKS / "compare.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "WORK", tmp_path)
    return module


def run_of(module: str, rounds: int = 3) -> Run:
    machine = Machine("CPU", 2, "Linux", "CPython 3.14", {}, {}, tools={"rustc": "1.95"})
    return Run(module, "2026-11-21T00:00:00+00:00", 1.0, rounds, machine, {})


def answering(monkeypatch: pytest.MonkeyPatch, compare: ModuleType, *answers: Any) -> list[list[str]]:
    """Has each program that is started end as the next answer says. What was started."""
    started: list[list[str]] = []
    left = list(answers)

    def run(command: list[str | Path], **_: Any) -> Any:
        started.append([str(word) for word in command])
        answer = left.pop(0)
        if isinstance(answer, BaseException):
            raise answer
        return answer

    monkeypatch.setattr(compare.subprocess, "run", run)
    return started


def test_an_update_leaves_the_other_modules_records(compare: ModuleType, tmp_path: Path) -> None:
    results = tmp_path / "results" / "machine.json"
    compare.record([run_of("one"), run_of("two")], results, update=False)
    all_runs = compare.record([run_of("two", rounds=9)], results, update=True)
    assert [(run.module, run.rounds) for run in all_runs] == [("one", 3), ("two", 9)]
    recorded = json.loads(results.read_text("utf-8"))
    assert [run["rounds"] for run in recorded["runs"]] == [3, 9]
    assert recorded["runs"][0]["machine"]["tools"] == {"rustc": "1.95"}
    assert "; two: " in recorded["revision"]


def test_a_module_that_takes_too_long_is_given_up(
    compare: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    answering(monkeypatch, compare, subprocess.TimeoutExpired("bench.py", 300))
    run, fault = compare.measure(Path(sys.executable), Path("modules/01_sum_as_string"), {}, [])
    assert run is None
    assert fault == f"not done after {compare.MODULE_SECONDS} seconds"


def test_a_module_that_dies_is_told(compare: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, compare, subprocess.CompletedProcess([], -9))
    run, fault = compare.measure(Path(sys.executable), Path("modules/01_sum_as_string"), {}, [])
    assert run is None
    assert fault == "ended with -9 and without figures"


def test_packages_that_cannot_be_installed_leave_what_the_course_has(
    compare: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    done = subprocess.CompletedProcess([], 0, stdout="3.14")
    answering(monkeypatch, compare, done, done, subprocess.CalledProcessError(1, "pip"))
    assert compare.environment() == compare.COURSE_PYTHON
    assert "could not be installed" in capsys.readouterr().out


def test_what_does_not_compile_is_left_out(
    compare: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def built(name: str) -> subprocess.CompletedProcess[str]:
        artifact = {
            "reason": "compiler-artifact",
            "target": {"name": name},
            "filenames": [f"/t/lib{name}.so"],
        }
        return subprocess.CompletedProcess([], 0, stdout=json.dumps(artifact))

    failed = subprocess.CompletedProcess([], 101, stdout="")
    answering(monkeypatch, compare, built("textbook"), failed, built("sum_as_string_solution"))
    found = compare.build_extensions([Path("modules/01_sum_as_string")])
    assert sorted(found) == ["sum_as_string_solution", "textbook"]
    assert "machine_limits does not compile and is left out." in capsys.readouterr().out


def test_an_unknown_module_is_no_module(compare: ModuleType) -> None:
    with pytest.raises(SystemExit, match="There is no module 99"):
        compare.chosen(["99"])
