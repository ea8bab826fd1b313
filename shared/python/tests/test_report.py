"""The comparison's Markdown: goals first, then every peer, nothing dropped."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from coursekit.bench import Goal, Role
from coursekit.bench.model import CaseResult, Machine, Measurement, Run, Status, Used

SOURCE = Path(__file__).parents[3] / "benchmarks" / "report.py"

WHY = "[no](#why-some-goals-are-missed-and-what-limits-the-rest)"


def report_of(run: Run) -> str:
    spec = importlib.util.spec_from_file_location("report", SOURCE)
    assert spec is not None
    assert spec.loader is not None
    report = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(report)
    text: str = report.markdown([run])
    return text


def test_the_report_names_goals_and_every_peer() -> None:
    case = CaseResult(
        "sum | of a <list>",
        [
            Measurement("Python", Status.TIMED, seconds=[2.0, 2.0], role=Role.PYTHON),
            Measurement(
                "solution", Status.TIMED, seconds=[1.0, 1.0], processor=[2.0, 2.0], role=Role.SOLUTION
            ),
            Measurement("numba", Status.NOT_INSTALLED, "pip install numba"),
            Measurement("yours", Status.MISSING, "not given", role=Role.YOURS),
        ],
        goals=[Goal("Python", 1.5), Goal("numba", 3.0)],
        scale=0.5,
    )
    machine = Machine(
        "CPU", 2, "Linux", "CPython 3.14", {"numpy": "2.4"}, {"RAYON_NUM_THREADS": "1"}, "Linux 6"
    )
    run = Run("toy", "2026-11-21T00:00:00+00:00", 1.0, 2, machine, {}, [case], notes=["the machine was busy"])
    lines = report_of(run).splitlines()
    assert r"| toy: sum \| of a &lt;list> | solution: 1.5x Python | 2.00x | yes |" in lines
    assert rf"| toy: sum \| of a &lt;list> | solution: 3x numba | not measured | {WHY} |" in lines
    assert "| solution | 1.00 s | 0 % | 2.00x | 2.0 |  |" in lines
    assert "| numba | not installed: pip install numba |  |  |  |  |" in lines
    assert "- toy: the machine was busy" in lines
    assert "**sum | of a &lt;list>** (scale 0.5, for want of memory)" in lines
    assert any("RAYON_NUM_THREADS=1" in line for line in lines)
    assert not any("yours" in line for line in lines)


def test_a_hobbled_peer_is_marked_in_the_goals_and_in_its_table() -> None:
    hobbled = Measurement(
        "NumPy", Status.TIMED, seconds=[2.0], needs="numpy", below=["OpenBLAS uses 256-bit kernels (Haswell)"]
    )
    ours = Measurement("solution", Status.TIMED, seconds=[1.0], role=Role.SOLUTION)
    case = CaseResult("product", [hobbled, ours], goals=[Goal("NumPy", 1.5)])
    blas = Used("numpy", "OpenBLAS", "0.3.31", "Haswell", 2, "libopenblas.so", 256, hobbled.below)
    machine = Machine("CPU", 2, "Linux", "CPython 3.14", {}, {})
    run = Run("toy", "2026-11-26", 1.0, 3, machine, {}, cases=[case], used=[blas])
    lines = report_of(run).splitlines()
    assert "| toy: product | solution: 1.5x NumPy | 2.00x | yes, but ⚠ |" in lines
    assert any(line.startswith("| NumPy ⚠ |") for line in lines)
    assert "⚠ below its best: OpenBLAS uses 256-bit kernels (Haswell)" in lines
    assert any("OpenBLAS 0.3.31 (Haswell), 2 threads, from numpy" in line for line in lines)
