"""Peers that a setting holds back: the run is not affected, or says so."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import textwrap
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from coursekit import own_environment
from coursekit.bench import load, used
from coursekit.bench.model import CaseResult, Measurement, Run, Status, Used
from coursekit.bench.record import from_document
from coursekit.bench.table import Style, case_lines

RUN = Path(__file__).parents[1] / "run.py"
ON_X86 = platform.machine().lower() in ("x86_64", "amd64")
SCRIPT = """
import json, os
from collections.abc import Iterator
import numpy as np
from coursekit.bench import Case, Peer, Versions, main

def cases(versions: Versions, scale: float) -> Iterator[Case]:
    a = np.ones((8, 8))
    yield Case("product", args=(a, a), peers=[Peer("NumPy", np.matmul, needs="numpy")])
    print("environment", json.dumps(dict(os.environ)))

if __name__ == "__main__":
    main("toy", cases)
"""
HOBBLES = {
    "OPENBLAS_CORETYPE": "Nehalem",
    "OPENBLAS_L2_SIZE": "65536",
    "OPENBLAS_NUM_THREADS": "1",
    "OPENBLAS_DEFAULT_NUM_THREADS": "1",
    "GOTO_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "OMP_THREAD_LIMIT": "1",
    "OMP_WAIT_POLICY": "passive",
    "GOMP_CPU_AFFINITY": "0",
    "KMP_AFFINITY": "compact",
    "MKL_NUM_THREADS": "1",
    "MKL_ENABLE_INSTRUCTIONS": "SSE4_2",
    "MKL_DEBUG_CPU_TYPE": "5",
    "BLIS_NUM_THREADS": "1",
    "BLIS_ARCH_TYPE": "generic",
    "NVPL_BLAS_DEBUG_CPU_TYPE": "1",
    "VECLIB_MAXIMUM_THREADS": "1",
    "NUMBA_CPU_NAME": "generic",
    "NUMBA_CPU_FEATURES": "",
    "NUMBA_NUM_THREADS": "1",
    "NUMBA_DISABLE_JIT": "1",
    "NUMBA_OPT": "0",
    "RAYON_NUM_THREADS": "1",
    "RAYON_RS_NUM_CPUS": "1",
    "POLARS_MAX_THREADS": "1",
    "POLARS_SKIP_CPU_CHECK": "1",
    "TOKIO_WORKER_THREADS": "1",
    "NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4",
    "OPENCV_CPU_DISABLE": "AVX2,AVX512-SKX",
    "GLIBC_TUNABLES": "glibc.malloc.arena_max=1",
    "MALLOC_ARENA_MAX": "1",
    "PYTHONMALLOC": "debug",
    "PYTHON_CPU_COUNT": "1",
    "a_variable_of_next_year": "slow",
}


def bench(folder: Path, extra: dict[str, str]) -> tuple[dict[str, str], Run, str]:
    """The environment that the peers saw, the record, and the printed text."""
    (folder / "bench.py").write_text(SCRIPT, encoding="utf-8")
    ended = subprocess.run(
        [
            sys.executable,
            "-I",
            "-X",
            "utf8",
            RUN,
            "bench",
            folder / "bench.py",
            "--rounds",
            "1",
            "--json",
            "out.json",
        ],
        env=os.environ | extra,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
        cwd=folder,
    )
    assert ended.returncode == 0, ended.stderr
    (seen,) = [line for line in ended.stdout.splitlines() if line.startswith("environment ")]
    record = json.loads((folder / "out.json").read_text(encoding="utf-8"))
    return json.loads(seen.removeprefix("environment ")), from_document(record), ended.stdout


def test_no_setting_of_the_shell_reaches_a_peer(tmp_path: Path) -> None:
    seen, run, _ = bench(tmp_path, HOBBLES)
    threads = str(own_environment.usable_cores())
    for name, value in HOBBLES.items():
        assert seen.get(name) == (threads if name in own_environment.THREADS else None), f"{name}={value}"
    assert set(run.machine.threads.values()) == {threads}
    plain_seen, plain, _ = bench(tmp_path, {})
    assert plain_seen == seen
    assert plain.used == run.used


def test_the_libraries_are_asked_and_recorded(tmp_path: Path) -> None:
    _, run, text = bench(tmp_path, {})
    assert any(each.peer == "numpy" and each.what == "NumPy's loops" and each.version for each in run.used)
    blas = [each for each in run.used if each.what == "OpenBLAS"]
    for each in blas:
        assert each.kernel
        assert each.version
        assert each.threads
        assert used.line(each) in text


def hobbled(setting: str, value: str, ask: str) -> list[str]:
    """The reasons that are given in a process that does see the setting."""
    program = f"""
        import sys
        sys.path.insert(0, {str(RUN.parent)!r})
        import numpy
        {ask}
        from coursekit.bench import used
        print([reason for each in used.used() for reason in each.below])
    """
    ended = subprocess.run(
        [sys.executable, "-I", "-c", textwrap.dedent(program)],
        env=own_environment.own_environment(os.environ, own_environment.usable_cores()) | {setting: value},
        capture_output=True,
        text=True,
        timeout=100,
        check=True,
    )
    return [word for word in ended.stdout.strip().strip("[]").split("', '") if word]


needs_avx2 = pytest.mark.skipif(
    (used.processor_width() or 0) < used.V3, reason="this processor has nothing that could be left out"
)


@needs_avx2
@pytest.mark.parametrize(
    ("setting", "value", "says"),
    [
        ("OPENBLAS_CORETYPE", "Nehalem", "128-bit kernels (Nehalem)"),
        (
            "NPY_DISABLE_CPU_FEATURES",
            "X86_V3 X86_V4 AVX512_ICL AVX512_SPR",
            "NumPy's loops uses 128-bit kernels",
        ),
    ],
)
def test_a_narrow_kernel_is_told(setting: str, value: str, says: str) -> None:
    assert not hobbled("HOME", os.environ.get("HOME", "/"), "")
    assert any(says in reason for reason in hobbled(setting, value, ""))


@pytest.mark.skipif(own_environment.usable_cores() == 1, reason="one core: nothing could be left out")
def test_too_few_threads_are_told() -> None:
    assert any("has 1 threads" in reason for reason in hobbled("OPENBLAS_NUM_THREADS", "1", ""))


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("NUMBA_CPU_NAME", "generic"),
        ("NUMBA_DISABLE_JIT", "1"),
        ("NUMBA_OPT", "0"),
        ("NUMBA_NUM_THREADS", "1"),
        ("NUMBA_LOOP_VECTORIZE", "0"),
    ],
)
def test_a_hobbled_numba_is_told(setting: str, value: str) -> None:
    pytest.importorskip("numba")
    if setting == "NUMBA_NUM_THREADS" and own_environment.usable_cores() == 1:
        pytest.skip("one core: nothing could be left out")
    assert any("numba" in reason for reason in hobbled(setting, value, "import numba"))


def test_few_threads_of_polars_are_told() -> None:
    pytest.importorskip("polars")
    if own_environment.usable_cores() == 1:
        pytest.skip("one core: nothing could be left out")
    assert any("Polars has 1" in reason for reason in hobbled("POLARS_MAX_THREADS", "1", "import polars"))


def pool(architecture: str) -> dict[str, Any]:
    file = "/x/site-packages/numpy.libs/libscipy_openblas64_.so"
    return {
        "internal_api": "openblas",
        "filepath": file,
        "architecture": architecture,
        "version": "0.3.30",
        "num_threads": own_environment.usable_cores(),
    }


@pytest.mark.skipif(not ON_X86, reason="these kernels are x86-64's")
@pytest.mark.parametrize(
    ("architecture", "features", "is_below"),
    [
        ("Haswell", ["avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl", "avx2", "fma"], True),
        ("Zen", ["avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl", "avx2", "fma"], True),
        ("SkylakeX", ["avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl", "avx2", "fma"], False),
        ("Haswell", ["avx2", "fma"], False),
        ("Sandybridge", ["avx2", "fma"], True),
        ("Sandybridge", ["avx"], False),
        ("an architecture of next year", ["avx2", "fma"], True),
    ],
)
def test_kernels_are_held_against_the_processor(
    monkeypatch: pytest.MonkeyPatch, architecture: str, features: list[str], is_below: bool
) -> None:
    threadpoolctl = pytest.importorskip("threadpoolctl")
    monkeypatch.setattr(threadpoolctl, "threadpool_info", lambda: [pool(architecture)])
    monkeypatch.setattr(used, "ASKED", {})
    limits: Any = SimpleNamespace(
        vector_features=lambda: features,
        vector_width=lambda: 512,
        threads=own_environment.usable_cores,
        is_portable=lambda: True,
    )
    blas, ours = used.used(limits)
    assert (blas.peer, blas.what, blas.kernel) == ("numpy", "OpenBLAS", architecture)
    assert bool(blas.below) is is_below
    assert ours.kernel == "512 bits"


def test_a_library_that_does_not_answer_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def silent(_: Any) -> Any:
        raise AttributeError("gone")

    monkeypatch.setattr(used, "ASKED", {"numpy": silent})
    assert any("did not say what it uses" in reason for each in used.used() for reason in each.below)


def test_a_peer_below_its_best_is_marked_in_the_table() -> None:
    fast = Measurement(
        "NumPy", Status.TIMED, seconds=[1.0], needs="numpy", below=["OpenBLAS uses 256-bit kernels"]
    )
    other = Measurement("solution", Status.TIMED, seconds=[1.0])

    class Terminal:
        encoding = "utf-8"

        def isatty(self) -> bool:
            return False

    lines = case_lines(CaseResult("case", [fast, other]), Style(Terminal()))  # type: ignore[arg-type]
    assert any(line.startswith("  NumPy    !") for line in lines)
    assert any("! below its best: OpenBLAS uses 256-bit kernels" in line for line in lines)
    assert not any("solution !" in line for line in lines)


def test_an_unsteady_machine_is_told() -> None:
    clock = load.ProcessorClock()
    clock.seconds = [1.0] * 10 + [1.5] * 10
    (note,) = load.notes([], load.Conditions(clock_spread=clock.spread))
    assert "speed changed by 40 %" in note
    (note,) = load.notes([], load.Conditions(swapped_pages=7))
    assert "7 pages" in note
    (note,) = load.notes([], load.Conditions(allowed_cores=0.5, cores=2))
    assert "0.5 cores" in note
    clock.seconds = [1.0] * 20
    assert load.notes([], load.Conditions(None, clock.spread, 0, 2.0, 2)) == []


def test_used_survives_the_record() -> None:
    each = Used("numpy", "OpenBLAS", "0.3.30", "Haswell", 1, "libopenblas.so", 256, ["slow"])
    assert used.lines([each]) == ["OpenBLAS 0.3.30 (Haswell), 1 thread, from numpy"]
    assert used.below([each], "numpy") == ["slow"]
    assert used.below([each], "numba") == []
