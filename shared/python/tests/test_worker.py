"""The worker as the runner starts it, on toy modules written in Python."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from coursekit.events import read_events

RUN = Path(__file__).parents[1] / "run.py"

TOY = """
class PanicException(BaseException):
    pass

def add(a, b):
    return a + b

def wraps(numbers):
    return (sum(numbers) + 2**7) % 2**8 - 2**7

def stub(*args):
    raise PanicException("not yet implemented: add the numbers")

def panics():
    raise PanicException("index out of bounds: the len is 1 but the index is 1")
"""


@dataclass
class Ended:
    """The end of a worker, as the runner sees it."""

    code: int
    events: list[dict[str, Any]]
    output: str

    def of(self, event: str) -> list[dict[str, Any]]:
        return [each for each in self.events if each["event"] == event]

    @property
    def results(self) -> dict[str, dict[str, Any]]:
        results = {each["test"]: each for each in self.of("result")}
        assert len(results) == len(self.of("result")), "one result for each test"
        return results

    @property
    def statuses(self) -> dict[str, str]:
        return {test: result["status"] for test, result in self.results.items()}


def work(
    folder: Path,
    tests: dict[str, str] | str,
    extension: str = TOY,
    module: str = "toy",
    names: list[str] | None = None,
) -> Ended:
    """Runs test files against a module in a worker of its own."""
    built, root, events = folder / "built", folder / "root", folder / "events"
    built.mkdir()
    root.mkdir()
    (built / "toy.py").write_text(extension, encoding="utf-8")
    files = {"test_toy.py": tests} if isinstance(tests, str) else tests
    for name, text in files.items():
        header = "import toy\nimport pytest\nfrom coursekit import check, expect\n"
        (root / name).write_text(header + text, encoding="utf-8")
    job = {
        "module": module,
        "directory": str(built),
        "tests": [str(root / name) for name in files],
        "events": str(events),
        "root": str(root),
    }
    if names is not None:
        job["names"] = names
    ended = subprocess.run(
        [sys.executable, "-I", "-X", "utf8", str(RUN), "worker"],
        input=json.dumps(job).encode() + b"\nnot for the tests\n",
        capture_output=True,
        timeout=60,
        check=False,
        cwd=root,
    )
    output = (ended.stdout + ended.stderr).decode("utf-8")
    return Ended(ended.returncode, read_events(events), output)


def test_passing(tmp_path: Path) -> None:
    ended = work(tmp_path, "def test_adds(): expect(toy.add, 1, 2).returns(3)")
    assert [each["event"] for each in ended.events] == ["python", "collected", "start", "result", "done"]
    assert ended.of("collected")[0]["tests"] == ["test_adds"]
    assert ended.statuses == {"test_adds": "passed"}
    assert ended.of("done") == [{"event": "done", "code": 0}]
    assert ended.code == 0
    assert ended.output == ""


@pytest.mark.parametrize("place", ["spec", "file"])
def test_python_code_of_the_exercise_may_drop_an_exception(tmp_path: Path, place: str) -> None:
    extension = f"""
import types
from importlib.machinery import ModuleSpec

inside = types.ModuleType("toy.inside")
inside.__{place}__ = ModuleSpec("toy.inside", None) if "{place}" == "spec" else "toy/inside.py"
exec(\'\'\'
from concurrent.futures import ThreadPoolExecutor

def number(text):
    return int(text)

def numbers(texts):
    with ThreadPoolExecutor() as pool:
        parts = [pool.submit(number, text) for text in texts]
    return [part.result() for part, text in zip(parts, texts) if text.isdigit()]
\'\'\', inside.__dict__)
"""
    ended = work(
        tmp_path, "def test_it(): expect(toy.inside.numbers, ['1', 'x']).returns([1])", extension=extension
    )
    assert ended.statuses == {"test_it": "passed"}, ended.results


def test_only_the_named_test_functions_run(tmp_path: Path) -> None:
    tests = """
@pytest.mark.parametrize("x", [1, 2])
def test_adds(x): expect(toy.add, x, 1).returns(x + 1)
def test_adds_more(): expect(toy.add, 1, 2).returns(4)
class TestIt:
    def test_inside(self): expect(toy.add, 1, 2).returns(3)
"""
    ended = work(tmp_path, tests, names=["test_adds", "test_inside", "test_of_another_exercise"])
    assert ended.of("collected")[0]["tests"] == ["test_adds[1]", "test_adds[2]", "TestIt::test_inside"]
    assert set(ended.statuses.values()) == {"passed"}


def test_expectation_in_its_parts(tmp_path: Path) -> None:
    ended = work(tmp_path, "def test_adds():\n    expect(toy.add, 1, 2).returns(4, because='Off by one.')")
    result = ended.results["test_adds"]
    assert {key: result[key] for key in ("status", "call", "got", "expected", "cause")} == {
        "status": "failed",
        "call": "add(1, 2)",
        "got": "3",
        "expected": "4",
        "cause": "Off by one.",
    }
    assert result["message"].splitlines()[0] == "called    add(1, 2)"
    assert ended.of("done")[0]["code"] == 1


def test_plain_assert_and_exception(tmp_path: Path) -> None:
    ended = work(
        tmp_path,
        "def test_assert():\n    assert toy.add(1, 2) == 4\n"
        "def test_missing(): toy.subtract(1, 2)\n"
        "def test_compare():\n    assert [1, 2, 3] == [1, 2, 4]\n",
    )
    assert set(ended.statuses.values()) == {"failed"}
    assert "assert 3 == 4" in ended.results["test_assert"]["message"]
    assert "no attribute 'subtract'" in ended.results["test_missing"]["message"]
    assert "At index 2 diff: 3 != 4" in ended.results["test_compare"]["message"]


def test_todo_wherever_it_comes_up(tmp_path: Path) -> None:
    ended = work(
        tmp_path,
        """
from hypothesis import given, strategies as st
@pytest.fixture
def made(): return toy.stub()
def test_expect(): expect(toy.stub, 1).returns(1)
def test_raises(): expect(toy.stub, 1).raises(ValueError)
def test_raw(): toy.stub(1)
def test_fixture(made): pass
@given(st.integers())
def test_property(x): expect(toy.stub, x).returns(x)
@given(st.integers())
def test_raw_property(x): assert toy.stub(x) == x
def test_within_pytest_raises():
    with pytest.raises(ValueError): toy.stub()
def test_clean_up_fails_over_it():
    try: toy.stub()
    finally: raise ValueError("not closed")
""",
    )
    assert set(ended.statuses.values()) == {"todo"}
    assert len(ended.results) == 8
    assert ended.results["test_raw"]["message"] == "not written yet"


def test_other_panics_fail(tmp_path: Path) -> None:
    ended = work(tmp_path, "def test_a(): expect(toy.panics).returns(1)\ndef test_b(): toy.panics()")
    assert ended.statuses == {"test_a": "failed", "test_b": "failed"}
    for result in ended.results.values():
        assert "a Rust panic: index out of bounds" in result["message"]


def test_skips_and_expected_failures_say_why(tmp_path: Path) -> None:
    ended = work(
        tmp_path,
        """
def test_skip(): pytest.skip("one core only")
def test_platform(): pytest.skip("platform: no fork here")
@pytest.mark.skipif(True, reason="platform: no pipes here")
def test_platform_mark(): pass
@pytest.mark.skip(reason="never")
def test_mark(): pass
@pytest.mark.xfail(reason="known")
def test_xfail(): assert False
@pytest.mark.xfail(strict=True, reason="known")
def test_xpass(): pass
@pytest.mark.soft
def test_soft(): pass
""",
    )
    assert ended.statuses == {
        "test_skip": "skipped",
        "test_platform": "skipped",
        "test_platform_mark": "skipped",
        "test_mark": "skipped",
        "test_xfail": "skipped",
        "test_xpass": "failed",
        "test_soft": "passed",
    }
    assert ended.results["test_skip"]["message"] == "one core only"
    assert ended.results["test_mark"]["message"] == "never"
    assert ended.results["test_xfail"]["message"] == "expected to fail: known"
    assert "XPASS(strict)" in ended.results["test_xpass"]["message"]
    for_another_platform = {
        test: result["message"] for test, result in ended.results.items() if "other_platform" in result
    }
    assert for_another_platform == {"test_platform": "no fork here", "test_platform_mark": "no pipes here"}


def test_uncollectable_file_does_not_hide_the_others(tmp_path: Path) -> None:
    ended = work(tmp_path, {"test_bad.py": "def test_x(:", "test_good.py": "def test_y(): pass"})
    assert ended.statuses == {"test_bad.py": "error", "test_y": "passed"}
    message = ended.results["test_bad.py"]["message"]
    assert "SyntaxError" in message
    assert "importlib" not in message
    assert ended.of("done")[0]["code"] != 0


def test_todo_while_collecting(tmp_path: Path) -> None:
    ended = work(tmp_path, "MADE = toy.stub()\ndef test_x(): pass")
    assert ended.statuses == {"test_toy.py": "todo"}


def test_same_name_in_two_files(tmp_path: Path) -> None:
    ended = work(tmp_path, {"test_a.py": "def test_x(): pass", "test_b.py": "def test_x(): assert 0"})
    assert ended.of("collected")[0]["tests"] == ["test_a.py::test_x", "test_b.py::test_x"]
    assert ended.statuses == {"test_a.py::test_x": "passed", "test_b.py::test_x": "failed"}


@pytest.mark.parametrize(
    "death",
    [
        "import os; os._exit(0)",
        "import ctypes; ctypes.string_at(0)",
        "import os; os.abort()",
        "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
    ],
)
def test_death_leaves_what_happened_before(tmp_path: Path, death: str) -> None:
    ended = work(tmp_path, f"def test_a(): pass\ndef test_b(): {death}\ndef test_c(): pass")
    assert ended.of("collected")[0]["tests"] == ["test_a", "test_b", "test_c"]
    assert ended.statuses == {"test_a": "passed"}
    assert ended.events[-1] == {"event": "start", "test": "test_b"}


def test_death_in_tear_down_is_the_tests_own(tmp_path: Path) -> None:
    ended = work(
        tmp_path,
        """
@pytest.fixture
def bomb():
    yield
    import os; os._exit(0)
def test_a(bomb): pass
""",
    )
    assert ended.results == {}
    assert ended.events[-1] == {"event": "start", "test": "test_a"}


def test_what_would_end_pytest_fails_one_test(tmp_path: Path) -> None:
    ended = work(
        tmp_path,
        """
import sys
def test_exit(): sys.exit(3)
def test_interrupt(): raise KeyboardInterrupt
def test_interrupt_in_a_call():
    def interrupted(): raise KeyboardInterrupt
    expect(interrupted).returns(1)
def test_pytest_exit(): pytest.exit("enough")
@pytest.fixture
def interrupted(): raise KeyboardInterrupt
def test_fixture(interrupted): pass
def test_last(): pass
""",
    )
    assert ended.statuses == {
        "test_exit": "failed",
        "test_interrupt": "failed",
        "test_interrupt_in_a_call": "failed",
        "test_pytest_exit": "failed",
        "test_fixture": "error",
        "test_last": "passed",
    }
    assert ended.results["test_exit"]["message"] == "SystemExit: 3"
    assert "KeyboardInterrupt was raised" in ended.results["test_interrupt"]["message"]
    assert "enough" in ended.results["test_pytest_exit"]["message"]
    assert len(ended.of("done")) == 1


def test_interrupts_that_a_test_expects(tmp_path: Path) -> None:
    ended = work(
        tmp_path,
        """
import signal
def test_a(): expect(signal.raise_signal, signal.SIGINT).raises(KeyboardInterrupt)
""",
    )
    assert ended.statuses == {"test_a": "passed"}


def test_property_carries_the_smallest_call(tmp_path: Path) -> None:
    ended = work(
        tmp_path,
        """
from hypothesis import given, strategies as st
@given(st.lists(st.integers(-100, 100)))
def test_sum(numbers): expect(toy.wraps, numbers).returns(sum(numbers), because="It wrapped.")
@given(st.integers())
def test_assert(x): assert x < 1000
""",
    )
    result = ended.results["test_sum"]
    assert result["status"] == "failed"
    numbers = json.loads(result["call"].removeprefix("wraps(").removesuffix(")"))
    assert len(numbers) == 2
    assert abs(sum(numbers)) in (128, 129)
    assert result["cause"] == "It wrapped."
    assert "x=1000" in ended.results["test_assert"]["message"]


def test_endless_recursion_and_long_messages(tmp_path: Path) -> None:
    ended = work(
        tmp_path,
        """
def deep(n): return deep(n + 1)
def test_expect(): expect(deep, 0).returns(1)
def test_raw(): deep(0)
def test_long(): raise ValueError("x" * 1_000_000)
def test_surrogates(): raise ValueError("\\ud800 and \\x00")
""",
    )
    assert set(ended.statuses.values()) == {"failed"}
    assert "RecursionError" in ended.results["test_expect"]["got"]
    assert "RecursionError" in ended.results["test_raw"]["message"]
    assert len(ended.results["test_long"]["message"]) < 20_000
    message = ended.results["test_surrogates"]["message"]
    assert "\\ud800" in message
    message.encode("utf-8")


def test_ids_of_parametrized_tests(tmp_path: Path) -> None:
    ended = work(
        tmp_path,
        '@pytest.mark.parametrize("word", ["né", "日本", "a::b", "x\\ny", "", b"\\xff", 1.5])\n'
        "def test_x(word): pass\n"
        "class TestGroup:\n    def test_y(self): pass\n",
    )
    names = ended.of("collected")[0]["tests"]
    assert names[0] == "test_x[n\\xe9]"
    assert names[2] == "test_x[a::b]"
    assert names[5] == "test_x[\\xff]"
    assert names[-1] == "TestGroup::test_y"
    assert list(ended.statuses) == names
    assert set(ended.statuses.values()) == {"passed"}


def test_subtests_and_tear_down_count_with_their_test(tmp_path: Path) -> None:
    ended = work(
        tmp_path,
        """
def test_subtests(subtests):
    for n in range(3):
        with subtests.test(n=n): expect(toy.add, n, 1).returns(2)
def test_subtest_skipped(subtests):
    with subtests.test("a"): pytest.skip("x")
@pytest.fixture
def leaks():
    yield
    check("open files", 1, 0)
def test_tear_down(leaks): pass
""",
    )
    assert ended.statuses == {
        "test_subtests": "failed",
        "test_subtest_skipped": "passed",
        "test_tear_down": "error",
    }
    assert ended.results["test_subtests"]["call"] == "add(0, 1)"
    assert ended.results["test_tear_down"]["got"] == "1"


def test_tests_have_no_input_and_print_anything(tmp_path: Path) -> None:
    ended = work(
        tmp_path,
        """
def test_reads(): expect(input).raises(EOFError)
def test_prints(): print("caf\\u00e9 \\ud800")
""",
    )
    assert set(ended.statuses.values()) == {"passed"}
    assert "café \\ud800" in ended.output


def test_threads_left_behind_hold_up_nothing(tmp_path: Path) -> None:
    ended = work(
        tmp_path,
        "import threading, time\ndef test_a(): threading.Thread(target=time.sleep, args=(600,)).start()",
    )
    assert ended.statuses == {"test_a": "passed"}
    assert ended.code == 0


@pytest.mark.parametrize(
    ("extension", "message"),
    [
        ("raise ImportError('undefined symbol: x')", "undefined symbol"),
        (TOY + "stub()", "not yet implemented"),
        (TOY + "panics()", "a Rust panic: index out of bounds"),
    ],
)
def test_import_failures(tmp_path: Path, extension: str, message: str) -> None:
    ended = work(tmp_path, "def test_a(): pass", extension)
    (failed,) = ended.of("import_failed")
    assert message in failed["message"]
    assert [each["event"] for each in ended.events] == ["python", "import_failed", "done"]


def test_another_module_of_that_name_is_not_judged(tmp_path: Path) -> None:
    ended = work(tmp_path, "def test_a(): pass", module="json")
    assert "found" in ended.of("import_failed")[0]["message"]


def test_no_job(tmp_path: Path) -> None:
    for nothing in (b"", b"\n"):
        ended = subprocess.run(
            [sys.executable, "-I", str(RUN), "worker"],
            input=nothing,
            capture_output=True,
            timeout=60,
            check=False,
        )
        assert (ended.returncode, ended.stdout, ended.stderr) == (0, b"", b"")


def test_plain_pytest_says_the_same(tmp_path: Path) -> None:
    (tmp_path / "test_x.py").write_text(
        "from coursekit import expect\ndef test_a(): expect(abs, -1).returns(2, because='Because.')"
    )
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-pcoursekit.plugin", "test_x.py", "--rootdir=."],
        env={"PYTHONPATH": str(RUN.parent), "PATH": ""},
        cwd=tmp_path,
        capture_output=True,
        timeout=60,
        check=False,
        text=True,
    )
    assert "called    abs(-1)" in ended.stdout
    assert "likely    Because." in ended.stdout
    assert ended.returncode == 1


SWALLOWED = """
import asyncio, logging
from concurrent.futures import ThreadPoolExecutor

logging.disable()
def bad(*_): assert toy.add(1, 2) == 4, "secret"
def gives_up(*_): pytest.fail("secret")
def not_raised(*_):
    with pytest.raises(ValueError):
        toy.add(1, 2)
CHECKS = pytest.mark.parametrize("check", [bad, gives_up, not_raised])

@CHECKS
def test_in_an_executor(check):
    with ThreadPoolExecutor(1) as pool: pool.submit(check)
@CHECKS
def test_when_it_is_done(check):
    with ThreadPoolExecutor(1) as pool: pool.submit(int).add_done_callback(check)
@CHECKS
def test_in_the_loop(check):
    async def main():
        asyncio.get_running_loop().call_soon(check)
        await asyncio.sleep(0.01)
    asyncio.run(main())
@CHECKS
def test_among_others(check):
    async def one(): check()
    async def main(): await asyncio.gather(one(), return_exceptions=True)
    asyncio.run(main())
@CHECKS
def test_left_alone(check):
    async def one(): check()
    async def main():
        task = asyncio.create_task(one())
        await asyncio.sleep(0.01)
    asyncio.run(main())
"""


def test_a_failed_assert_counts_wherever_it_is_swallowed(tmp_path: Path) -> None:
    ended = work(tmp_path, SWALLOWED)
    assert len(ended.statuses) == 15
    assert set(ended.statuses.values()) == {"failed"}, ended.statuses


def test_a_module_that_names_assertion_error_may_catch_one(tmp_path: Path) -> None:
    tests = """
def test_caught():
    with pytest.raises(AssertionError):
        assert toy.add(1, 2) == 4
"""
    assert work(tmp_path, tests).statuses == {"test_caught": "passed"}


def test_what_most_tests_do_without_is_not_loaded_ahead_of_the_job() -> None:
    program = "import sys; sys.path.insert(0, sys.argv[1]); from coursekit import worker; worker.preload(); "
    program += "sys.exit('asyncio' in sys.modules)"
    loads = [sys.executable, "-I", "-c", program, str(Path(__file__).parents[1])]
    assert subprocess.run(loads, check=False).returncode == 0, "asyncio takes 30 ms to load"
