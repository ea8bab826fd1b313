from __future__ import annotations

import json
import multiprocessing
import os
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import scale_out
from coursekit import check, check_that, expect

RAYON_FIRST = "RAYON_NUM_THREADS was set for us: it comes before OMP_NUM_THREADS."
DASK = "Dask sets OMP_NUM_THREADS for each worker, and knows nothing of rayon."
FIRST_OF_A_LIST = "OpenMP allows one number for each level, as in `4,2`: the first is ours."
NO_NUMBER = "What is no number from 1 up says nothing: ask the next one."
ASKS = " Let `default_threads` ask `choose_threads`."
GUARD = "The threads were started in the parent, and a fork copies none: ask `check_owner` first."
ONE_THREAD = "One thread is the caller's own, and a fork copies that one: `in_pool` needs no guard for it."
NO_POOL = "With one thread cut no pieces: outside a pool, `into_par_iter` starts rayon's global one."
NONE_STARTED = "A parent that has started no threads leaves none behind: the child may start its own."

PROBE = """
import json, os, select, sys, scale_out
path, large = sys.argv[1:]
found = {}

def count(threads):
    return scale_out.count_part(path, 0, 9, threads).counts

def count_large(threads):
    return scale_out.count_part(large, 0, os.path.getsize(large), threads).counts

def forked(threads, count=count):
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            answer = json.dumps(count(threads), sort_keys=True)
        except RuntimeError as error:
            names = [str(number) in str(error) for number in (os.getpid(), os.getppid())]
            answer = f"RuntimeError that names both processes: {all(names)}"
        except BaseException as error:
            answer = f"{type(error).__name__}: {error}"
        os.write(writing, answer.encode())
        os._exit(0)
    ready, _, _ = select.select([reading], [], [], 3.0)
    answer = os.read(reading, 4096).decode() if ready else "nothing: it waits for ever"
    os.kill(child, 9)
    os.waitpid(child, 0)
    return answer

for name in ("RAYON_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.pop(name, None)
os.environ["OMP_NUM_THREADS"] = "3"
found["OMP"] = scale_out.default_threads()
os.environ["RAYON_NUM_THREADS"] = "2"
found["RAYON"] = scale_out.default_threads()
if hasattr(os, "fork"):
    found["fresh"] = forked(2)
    count(1)
    found["one, then two"] = forked(2)
    count_large(1)
    found["a large file by one, then again"] = forked(1, count_large)
    count(2)
    for threads in (1, 2, 3):
        found[f"two, then {threads}"] = forked(threads)
    count(2)
print(json.dumps(found))
"""

SUB_INTERPRETER = """
import sys
try:
    import _interpreters as interpreters
except ImportError:
    import _xxsubinterpreters as interpreters
import scale_out
code = '''
try:
    import scale_out
except ImportError as error:
    print("ImportError" if "subinterpreters" in str(error) else error, flush=True)
else:
    print("imported", flush=True)
'''
interpreters.run_string(interpreters.create(), f"import sys; sys.path[:] = {sys.path!r}\\n" + code)
"""
IN_PROCESSES = pytest.mark.soft


@pytest.mark.parametrize(
    ("environ", "expected", "because"),
    [
        ({}, 8, "Nobody said anything: all processors."),
        ({"OMP_NUM_THREADS": "1"}, 1, DASK),
        ({"OMP_NUM_THREADS": "3"}, 3, DASK),
        ({"RAYON_NUM_THREADS": "5"}, 5, RAYON_FIRST),
        ({"RAYON_NUM_THREADS": "5", "OMP_NUM_THREADS": "1"}, 5, RAYON_FIRST),
        ({"RAYON_NUM_THREADS": "1", "OMP_NUM_THREADS": "5"}, 1, RAYON_FIRST),
        ({"OMP_NUM_THREADS": "4,2"}, 4, FIRST_OF_A_LIST),
        ({"OMP_NUM_THREADS": " 2 "}, 2, "Cut off white space with `trim` before `parse`."),
        ({"RAYON_NUM_THREADS": "0", "OMP_NUM_THREADS": "2"}, 2, NO_NUMBER),
        ({"RAYON_NUM_THREADS": "", "OMP_NUM_THREADS": "2"}, 2, NO_NUMBER),
        ({"OMP_NUM_THREADS": "0"}, 8, NO_NUMBER),
        ({"OMP_NUM_THREADS": "-1"}, 8, NO_NUMBER),
        ({"OMP_NUM_THREADS": "many"}, 8, NO_NUMBER),
        ({"OMP_NUM_THREADS": "9" * 30}, 8, NO_NUMBER),
        ({"OMP_NUM_THREADS": "999999"}, 1024, "No process gets more than MOST_THREADS."),
        ({"MKL_NUM_THREADS": "2", "OPENBLAS_NUM_THREADS": "2"}, 8, "These are for others."),
    ],
    ids=lambda value: " ".join(map("=".join, value.items())) or "nothing" if isinstance(value, dict) else "",
)
def test_how_many_threads(environ: dict[str, str], expected: int, because: str) -> None:
    expect(scale_out.choose_threads, environ, 8).returns(expected, because=because)


def test_at_least_one() -> None:
    expect(scale_out.choose_threads, {}, 0).returns(
        1, because="A pool of no threads would never do anything."
    )


def in_another_process(code: str, *arguments: object) -> str:
    """The output of the code."""
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code, *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": str(Path(str(scale_out.__file__)).parent)},
        capture_output=True,
        text=True,
        check=False,
        timeout=18.0,
    )
    return run.stdout.strip() or run.stderr.strip()


def words(folder: Path) -> Path:
    path = folder / "words.txt"
    path.write_text("spam eggs")
    return path


@pytest.fixture(scope="module")
def probed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The findings of one fresh process; each claim is a test of its own."""
    folder = tmp_path_factory.mktemp("probe")
    path, large = words(folder), folder / "large.txt"
    large.write_text("spam eggs\n" * 500_000)
    expect(scale_out.count_part, path, 0, 9, 1).value()
    said = in_another_process(PROBE, path, large)
    check_that(said.startswith("{"), "a process that uses threads and forks", said, "a report")
    found: dict[str, Any] = json.loads(said)
    return found


@IN_PROCESSES
@pytest.mark.parametrize(
    ("variable", "expected", "because"), [("OMP", 3, DASK), ("RAYON", 2, RAYON_FIRST)], ids=["OMP", "RAYON"]
)
@pytest.mark.soft
def test_the_default_is_the_workers_share(
    probed: dict[str, Any], variable: str, expected: int, because: str
) -> None:
    got = probed[variable]
    check(f"default_threads() with {variable}_NUM_THREADS={expected}", got, expected, because + ASKS)


COUNTED = '{"eggs": 1, "spam": 1}'
REFUSED = "RuntimeError that names both processes: True"


@IN_PROCESSES
@pytest.mark.parametrize(
    ("case", "expected", "because"),
    [
        ("fresh", COUNTED, NONE_STARTED),
        ("one, then two", COUNTED, NONE_STARTED),
        ("a large file by one, then again", '{"eggs": 500000, "spam": 500000}', NO_POOL),
        ("two, then 1", COUNTED, ONE_THREAD),
        ("two, then 2", REFUSED, GUARD),
        ("two, then 3", REFUSED, GUARD),
    ],
    ids=["fresh", "after one", "a large file", "with one", "with as many", "with more"],
)
@pytest.mark.soft
def test_after_a_fork(probed: dict[str, Any], case: str, expected: str, because: str) -> None:
    if case not in probed:
        pytest.skip("platform: there is no fork here")
    check(f"count_part in a forked child ({case} threads)", probed[case], expected, because)


@IN_PROCESSES
@pytest.mark.parametrize("method", ["spawn", "forkserver"])
@pytest.mark.soft
def test_pools_of_new_processes(tmp_path: Path, method: str) -> None:
    if method not in multiprocessing.get_all_start_methods():
        pytest.skip(f"platform: there is no {method} here")
    path = words(tmp_path)
    expect(scale_out.count_part, path, 0, 9, 2).value()  # Threads are running here.
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context(method)) as pool:
        parts = list(pool.map(scale_out.count_part, [path, path], [0, 5], [5, 9], [2, 2]))
    check(
        f"the two halves, from a pool by {method}",
        [part.counts for part in parts],
        [{"spam": 1}, {"eggs": 1}],
    )


@IN_PROCESSES
@pytest.mark.soft
def test_sub_interpreters() -> None:
    # Up to 3.11 all interpreters share one lock, and nobody minds. Since 3.12 each may have its own, and
    # CPython loads into those only what declares that it can bear it. PyO3 does not.
    expected = "imported" if sys.version_info < (3, 12) else "ImportError"
    check("import scale_out in a sub-interpreter", in_another_process(SUB_INTERPRETER), expected)


@IN_PROCESSES
@pytest.mark.soft
def test_a_pool_of_sub_interpreters(tmp_path: Path) -> None:
    if sys.version_info < (3, 14):
        return  # There is no such pool yet.
    import concurrent.futures

    pool: Any = concurrent.futures.InterpreterPoolExecutor(1)
    with pool:
        called = pool.submit(scale_out.count_part, str(words(tmp_path)), 0, 9, 1).exception()
        code = f"import sys; sys.path[:] = {sys.path!r}; import scale_out"
        imported = pool.submit(exec, code).exception()
    check("a pool of sub-interpreters raises when it gets count_part", isinstance(called, Exception), True)
    check("what the import says there", "does not support loading in subinterpreters" in str(imported), True)
