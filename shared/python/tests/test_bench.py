"""Benchmarks on toy modules written in Python: what is compared, timed, shown and recorded."""

from __future__ import annotations

import importlib.machinery
import io
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from coursekit.bench import Case, Peer, Versions
from coursekit.bench.measure import measure
from coursekit.bench.model import CaseResult, Measurement, Status
from coursekit.bench.table import Style, case_lines, duration, rate
from coursekit.bench.versions import load_extension

RUN = Path(__file__).parents[1] / "run.py"
SCRIPT = """
from collections.abc import Iterator
from coursekit.bench import Case, Peer, Versions, main

def cases(versions: Versions, scale: float) -> Iterator[Case]:
    numbers = list(range(int(100_000 * scale)))
    yield Case(
        "sum of a list",
        args=(numbers,),
        items=len(numbers),
        peers=[
            Peer("Python's sum", sum),
            Peer("absent", sum, needs="no_such_package"),
            versions.yours("total"),
            versions.solution("total"),
        ],
    )

if __name__ == "__main__":
    main("toy", cases)
"""
RIGHT = "def total(numbers): return sum(numbers)\n"
WRONG = "def total(numbers): return sum(numbers) + 1\n"
STUB = (
    "class PanicException(BaseException): pass\n"
    "def total(numbers): raise PanicException('not yet implemented: x')\n"
)


def measured(*peers: Peer, **more: Any) -> dict[str, Measurement]:
    result = measure(Case("case", peers, **more), rounds=3, round_seconds=0.0005)
    assert [each.peer for each in result.measurements] == [peer.name for peer in peers]
    return {each.peer: each for each in result.measurements}


def raiser(error: BaseException) -> Any:
    def function(*_: Any) -> None:
        raise error

    return function


def test_each_peer_ends_in_a_status_of_its_own() -> None:
    class PanicException(BaseException):
        pass

    found = measured(
        Peer("reference", lambda x: x + 1),
        Peer("wrong", lambda x: x + 2),
        Peer("other type", lambda x: float(x + 1)),
        Peer("right", lambda x: 1 + x),
        Peer("absent", lambda x: x + 1, needs="no_such_package"),
        Peer("there", lambda x: x + 1, needs="numpy"),
        Peer("fails", raiser(ValueError("two\nlines"))),
        Peer("exits", raiser(SystemExit(1))),
        Peer("panics", raiser(PanicException("index out of bounds"))),
        Peer("stub", raiser(PanicException("not yet implemented: x"))),
        Peer("big", raiser(MemoryError())),
        Peer("missing", None, missing="not built"),
        args=(1,),
    )
    assert {name: each.status for name, each in found.items()} == {
        "reference": Status.TIMED,
        "wrong": Status.WRONG,
        "other type": Status.WRONG,
        "right": Status.TIMED,
        "absent": Status.NOT_INSTALLED,
        "there": Status.TIMED,
        "fails": Status.FAILED,
        "exits": Status.FAILED,
        "panics": Status.FAILED,
        "stub": Status.NOT_WRITTEN,
        "big": Status.OUT_OF_MEMORY,
        "missing": Status.MISSING,
    }
    for each in found.values():
        assert len(each.seconds) == (3 if each.status is Status.TIMED else 0)
    assert found["wrong"].message == "3; reference gives 2"
    assert found["right"].repeats > 1


def test_a_wrong_result_is_never_timed() -> None:
    calls = []

    def wrong() -> int:
        calls.append(1)
        return 2

    measured(Peer("reference", lambda: 1), Peer("wrong", wrong))
    assert len(calls) == 1


def test_nothing_is_timed_before_all_results_are_compared() -> None:
    order: list[str] = []

    def peer(name: str) -> Peer:
        def work() -> int:
            order.append(name)
            time.sleep(0.001)
            return 1

        return Peer(name, work)

    measured(peer("a"), peer("b"))
    assert order[:2] == ["a", "b"]
    assert "".join(order).endswith("ababab")  # In turn in every round.


def test_equality_of_the_case() -> None:
    found = measured(
        Peer("reference", lambda: 1.0),
        Peer("close", lambda: 1.0 + 1e-9),
        Peer("far", lambda: 2.0),
        same=lambda a, b: abs(a - b) < 1e-6,
    )
    assert [each.status for each in found.values()] == [Status.TIMED, Status.TIMED, Status.WRONG]


def test_a_peer_that_fails_later_has_no_figures() -> None:
    calls = []

    def tires() -> int:
        calls.append(1)
        time.sleep(0.001)  # A round is one call: two to warm up, one to try, then the rounds.
        if len(calls) > 4:
            raise ValueError("tired")
        return 1

    found = measured(Peer("reference", lambda: 1), Peer("tires", tires))
    assert found["tires"].status is Status.FAILED
    assert found["tires"].seconds == []


def test_figures_are_seconds_for_one_call() -> None:
    def sleeps() -> None:
        time.sleep(0.002)

    found = measured(Peer("long", sleeps), Peer("short", lambda: None))
    assert 0.002 <= found["long"].median < 0.2
    assert found["short"].median < found["long"].median / 10


def test_median_and_spread() -> None:
    measurement = Measurement("x", Status.TIMED, seconds=[1.0, 2.0, 3.0, 4.0, 100.0])
    assert measurement.median == 3.0
    assert measurement.spread == pytest.approx(2.0 / 3.0)
    assert Measurement("x", Status.TIMED, seconds=[1.0]).spread == 0.0


def test_versions(tmp_path: Path) -> None:
    for name, text in (("yours", WRONG), ("solution", RIGHT + "class A:\n    def f(self): return 1\n")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "toy.py").write_text(text)
    versions = Versions("toy", tmp_path / "yours" / "toy.py", tmp_path / "solution" / "toy.py")
    assert "toy" not in sys.modules
    yours, solution = versions.yours("total"), versions.solution("total")
    assert (yours.name, solution.name) == ("yours", "solution")
    assert yours.function is not None
    assert solution.function is not None
    assert (yours.function([1]), solution.function([1])) == (2, 1)
    assert versions.yours("A.f").missing == "has no `A.f`"
    made = versions.solution("A", name="solution, made", using=lambda cls: cls().f)
    assert made.name == "solution, made"
    assert made.function is not None
    assert made.function() == 1
    assert "not built" in Versions("toy", tmp_path / "absent.so").yours("total").missing
    assert Versions("toy").solution("total").missing == "not given"
    (tmp_path / "broken.py").write_text("1 / 0")
    assert "ZeroDivisionError" in Versions("toy", tmp_path / "broken.py").yours("total").missing


def test_extensions_load_from_any_file_name(tmp_path: Path) -> None:
    """The same machine code from two files: two modules, and neither is the one that `import` finds."""
    origin = importlib.machinery.PathFinder.find_spec("_bisect")
    if origin is None or not str(origin.origin).endswith((".so", ".pyd")):
        pytest.skip("this Python has no extension module in a file of its own")
    copies = [tmp_path / f"{n}{Path(str(origin.origin)).suffix}" for n in "ab"]
    for copy in copies:
        copy.write_bytes(Path(str(origin.origin)).read_bytes())
    before = sys.modules.get("_bisect")
    one, other = (load_extension("_bisect", copy) for copy in copies)
    assert one is not other
    assert (one.__file__, other.__file__) == tuple(map(str, copies))
    assert one.bisect_right([1, 3], 2) == other.bisect_right([1, 3], 2) == 1
    assert sys.modules.get("_bisect") is before


def bench(folder: Path, *arguments: str, encoding: str = "utf-8", script: str = SCRIPT) -> Any:
    (folder / "bench.py").write_text(script, encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-I", "-X", "utf8", str(RUN), "bench", str(folder / "bench.py"), *arguments],
        capture_output=True,
        timeout=100,
        check=False,
        cwd=folder,
    )


def built(folder: Path, name: str, text: str) -> str:
    (folder / name).mkdir()
    path = folder / name / "toy.py"
    path.write_text(text)
    return str(path)


def test_a_whole_run(tmp_path: Path) -> None:
    yours, solution = built(tmp_path, "yours", STUB), built(tmp_path, "solution", RIGHT)
    ended = bench(
        tmp_path,
        *("--yours", yours, "--solution", solution, "--json", "out.json", "--rounds", "3", "--scale", "0.1"),
    )
    assert ended.returncode == 0, ended.stderr
    text = ended.stdout.decode()
    assert "\x1b" not in text
    lines = {
        line.split("  ")[1]: line for line in text.splitlines() if line.startswith("  ") and line[2] != " "
    }
    assert "1.00x" in lines["Python's sum"]
    assert "█" in lines["Python's sum"]
    assert "not installed" in lines["absent"]
    assert "not written yet" in lines["yours"]
    assert " M/s" in lines["solution"]
    run = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert run["schema"] == "course/bench/v1"
    assert (run["module"], run["rounds"], run["scale"]) == ("toy", 3, 0.1)
    assert {"cpu", "cores", "platform", "python", "packages", "threads"} <= run["machine"].keys()
    assert "numpy" in run["machine"]["packages"]
    assert run["artifacts"] == {"yours": yours, "solution": solution}
    (case,) = run["cases"]
    assert case["items"] == 10_000
    assert [each["status"] for each in case["measurements"]] == [
        "timed",
        "not installed",
        "not written yet",
        "timed",
    ]
    first = case["measurements"][0]
    assert len(first["seconds"]) == 3
    assert first["median"] == sorted(first["seconds"])[1]


def test_a_wrong_result_is_said_and_ends_with_1(tmp_path: Path) -> None:
    ended = bench(tmp_path, "--yours", built(tmp_path, "yours", WRONG), "--scale", "0.001", "--rounds", "1")
    assert ended.returncode == 1
    assert "wrong result: 4951; Python's sum gives 4950" in ended.stdout.decode()


def test_inputs_that_do_not_fit(tmp_path: Path) -> None:
    script = SCRIPT.replace('if __name__ == "__main__":', "old = cases\n").replace(
        '    main("toy", cases)',
        "def cases(*both):\n    yield from old(*both)\n    raise MemoryError\nmain('toy', cases)",
    )
    ended = bench(tmp_path, "--scale", "0.001", "--rounds", "1", "--json", "out.json", script=script)
    assert ended.returncode == 1
    assert "stopped: the inputs do not fit" in ended.stdout.decode()
    assert len(json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))["cases"]) == 1


def style(encoding: str, columns: int, monkeypatch: pytest.MonkeyPatch) -> Style:
    monkeypatch.setenv("COLUMNS", str(columns))
    return Style(io.TextIOWrapper(io.BytesIO(), encoding=encoding))


RESULT = CaseResult(
    "case µ",
    [
        Measurement("reference", Status.TIMED, seconds=[1e-5, 1e-5]),
        Measurement("fast", Status.TIMED, seconds=[1e-6, 1e-6]),
        Measurement("bad", Status.FAILED, message="ValueError: a\nb"),
    ],
    bytes=1000,
)


@pytest.mark.parametrize("columns", [30, 60, 80, 200])
def test_tables_are_aligned_and_fit(columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = case_lines(RESULT, style("utf-8", columns, monkeypatch))
    assert len({line.index("x") for line in lines[2:4]}) == 1
    assert "10.0x" not in lines[3]
    assert " 10x" in lines[3]
    assert "1.00 GB/s" in lines[3]
    assert lines[4].split() == ["bad", "failed:", "ValueError:", "a", "b"]
    assert all(len(line) < max(columns, 60) for line in lines)
    assert ("█" in lines[2]) == (columns >= 60)


def test_tables_without_unicode(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "\n".join(case_lines(RESULT, style("ascii", 80, monkeypatch)))
    text.encode("ascii")
    assert "##########" in text
    assert "10.0 us" in text


def test_no_figures_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    empty = CaseResult("case", [Measurement("a", Status.MISSING, message="not built")])
    assert case_lines(empty, style("utf-8", 80, monkeypatch)) == ["case", "  a  not built"]


def test_colour_only_where_it_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.TextIOWrapper):
        def isatty(self) -> bool:
            return True

    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    terminal = Terminal(io.BytesIO(), encoding="utf-8")
    assert "\x1b[" in "".join(case_lines(RESULT, Style(terminal)))
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in "".join(case_lines(RESULT, Style(terminal)))


def test_units() -> None:
    assert [duration(s) for s in (12.34, 0.9996, 0.0123, 4.5e-6, 99.96e-9, 0.0)] == [
        "12.3 s",
        "1.00 s",
        "12.3 ms",
        "4.50 µs",
        "100 ns",
        "0 ns",
    ]
    assert duration(123.4) == "123 s"
    assert rate(21.3e9, 1.0, "B/s") == "21.3 GB/s"
    assert rate(5, 1.0, "/s") == "5.00 /s"
