"""Benchmarks on toy modules written in Python: what is compared, timed, shown and recorded."""

from __future__ import annotations

import importlib.machinery
import io
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from coursekit.bench import Case, Goal, Peer, Role, Versions, chart, load, memory
from coursekit.bench.measure import measure
from coursekit.bench.model import CaseResult, Machine, Measurement, Run, Status
from coursekit.bench.record import from_document, to_document, to_json
from coursekit.bench.table import Style, case_lines, duration, head_lines, rate
from coursekit.bench.versions import load_extension

RUN = Path(__file__).parents[1] / "run.py"
COURSE = Path(__file__).parents[3]
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
    assert "".join(order).endswith("abbaab")  # In turn, every other round backwards.


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


def test_fresh_arguments_are_made_untimed_for_each_call() -> None:
    def slowly(numbers: list[int]) -> tuple[list[int]]:
        time.sleep(0.005)
        return (numbers.copy(),)

    found = measured(
        Peer("uses its list up", lambda numbers: [numbers.pop(), numbers.pop()]),
        Peer("has its own way", lambda numbers, last: [last, numbers[-2]], fresh=lambda x: (x, x[-1])),
        args=([1, 2, 3],),
        fresh=slowly,
    )
    assert [each.status for each in found.values()] == [Status.TIMED, Status.TIMED]
    assert found["uses its list up"].median < 0.002
    assert found["uses its list up"].repeats > 1


def test_conversions_count_and_stand_apart() -> None:
    def into(x: int) -> tuple[str]:
        time.sleep(0.002)
        return (str(x),)

    def back(text: str) -> int:
        time.sleep(0.001)
        return int(text)

    found = measured(
        Peer("reference", lambda x: x), Peer("in text", lambda text: text, into=into, back=back), args=(7,)
    )
    text = found["in text"]
    assert text.status is Status.TIMED
    assert 0.003 <= text.conversion <= text.median
    assert text.median - text.conversion < 0.001
    assert found["reference"].conversions == []


def test_processor_time_tells_work_from_waiting() -> None:
    def works() -> None:
        end = time.process_time() + 0.01
        while time.process_time() < end:
            pass

    found = measured(Peer("works", works), Peer("waits", lambda: time.sleep(0.01)))
    assert (found["works"].cores or 0.0) > 3 * (found["waits"].cores or 0.0)


def test_a_limit_is_timed_and_neither_compared_nor_the_reference() -> None:
    limit = Peer("limit", lambda: "nothing like it", role=Role.LIMIT)
    case = Case("case", [limit, Peer("reference", lambda: 1), Peer("other", lambda: 2)])
    result = measure(case, rounds=1, round_seconds=0.0005)
    assert [each.status for each in result.measurements] == [Status.TIMED, Status.TIMED, Status.WRONG]
    assert result.reference is not None
    assert result.reference.peer == "reference"


def test_work_without_a_result_is_compared_by_what_it_changed() -> None:
    def outcome(add: Callable[[list[int]], None], items: list[int]) -> list[int]:
        copy = list(items)
        add(copy)
        return copy

    found = measured(
        Peer("reference", lambda items: items.append(3)),
        Peer("right", lambda items: items.extend([3])),
        Peer("idle", lambda items: None),
        Peer("limit", lambda *_: None, role=Role.LIMIT),
        args=([1, 2],),
        outcome=outcome,
    )
    statuses = {name: each.status for name, each in found.items()}
    assert statuses == {
        "reference": Status.TIMED,
        "right": Status.TIMED,
        "idle": Status.WRONG,
        "limit": Status.TIMED,
    }


def test_a_goal_must_name_peers() -> None:
    with pytest.raises(ValueError, match="'numpy', and there is no such peer"):
        Case("case", [Peer("NumPy", len), Peer("solution", len)], goals=[Goal("numpy", 2.0)])


def test_a_peer_whose_rounds_differ_too_much_is_named() -> None:
    steady = Measurement("steady", Status.TIMED, seconds=[1.0, 1.0, 1.0])
    wild = Measurement("wild", Status.TIMED, seconds=[1.0, 2.0, 9.0])
    (note,) = load.notes([CaseResult("case", [steady, steady, wild])], load.Conditions())
    assert "wild: case" in note
    assert "steady" not in note


def test_faults_are_told_before_anything_is_timed() -> None:
    calls: list[str] = []

    def told(measurements: list[Measurement]) -> None:
        calls.append(f"told {[each.peer for each in measurements if each.status is Status.WRONG]}")

    def right() -> int:
        calls.append("call")
        return 1

    peers = [Peer("reference", right), Peer("wrong", lambda: 2)]
    measure(Case("case", peers), rounds=1, round_seconds=0.0005, compared=told)
    assert calls[:2] == ["call", "told ['wrong']"]


def test_what_is_missing_says_how_to_get_it() -> None:
    found = measured(
        Peer("reference", lambda: 1),
        Peer("package", lambda: 1, needs="no_such_package.part"),
        Peer("compiled", lambda: 1, needs="no_such_package", install="python build.py"),
    )
    assert found["package"].message == "pip install no_such_package"
    assert found["compiled"].message == "python build.py"


def test_limits_and_textbook_come_from_files_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "t.py").write_text("def total(numbers): return sum(numbers)\n")
    (tmp_path / "l.py").write_text(
        "class Reader:\n"
        "    def __init__(self, words, threads): self.made = len(words), threads\n"
        "    def __call__(self): return self.made\n"
    )
    versions = Versions("toy", textbook=tmp_path / "t.py", limits=tmp_path / "l.py")
    textbook = versions.textbook("total")
    assert textbook.role is Role.TEXTBOOK
    assert textbook.function is not None
    assert textbook.function([1, 2]) == 3
    one, every = versions.memory_limits(80)
    assert (one.role, every.role) == (Role.LIMIT, Role.LIMIT)
    assert one.function is not None
    assert every.function is not None
    assert (one.function("any", "thing"), every.function()) == ((10, 1), (10, 0))
    assert Versions("toy").flops_limit(1).missing == "not given"


def test_fresh_arguments_from_an_extension(tmp_path: Path) -> None:
    (tmp_path / "toy.py").write_text("class Stack(list): pass\n")
    versions = Versions("toy", solution=tmp_path / "toy.py")
    peer = versions.solution(
        "Stack", using=lambda _: lambda stack: stack.pop(), fresh=lambda make, items: (make(items),)
    )
    found = measured(Peer("reference", lambda items: items[-1]), peer, args=([1, 2],))
    assert found["solution"].status is Status.TIMED


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
    with pytest.raises(LookupError, match="solution has no `misspelt`"):
        versions.solution("misspelt")
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
    text = ended.stdout.decode()
    said = "yours: wrong result: 4951; Python's sum gives 4950; left out of what follows"
    assert text.index(said) < text.index("sum of a list")


def test_inputs_that_do_not_fit(tmp_path: Path) -> None:
    script = SCRIPT.replace('if __name__ == "__main__":', "old = cases\n").replace(
        '    main("toy", cases)',
        "def cases(*both):\n    yield from old(*both)\n    raise MemoryError\nmain('toy', cases)",
    )
    ended = bench(tmp_path, "--scale", "0.001", "--rounds", "1", "--json", "out.json", script=script)
    assert ended.returncode == 1
    text = ended.stdout.decode()
    assert "going on at scale 0.0005" in text
    assert "stopped: the inputs do not fit" in text
    assert len(json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))["cases"]) == 1


def test_the_rest_is_done_at_half_the_size(tmp_path: Path) -> None:
    script = SCRIPT.replace('if __name__ == "__main__":', "old = cases\n").replace(
        '    main("toy", cases)',
        "def cases(versions, scale):\n"
        "    yield from old(versions, scale)\n"
        "    if scale > 0.003: raise MemoryError\n"
        "    yield from old(versions, scale)\n"
        "main('toy', cases)",
    )
    ended = bench(tmp_path, "--scale", "0.01", "--rounds", "1", "--json", "out.json", script=script)
    assert ended.returncode == 0, ended.stdout
    run = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert [(case["scale"], case["items"]) for case in run["cases"]] == [(0.01, 1000), (0.0025, 250)]


def test_a_size_beyond_the_free_memory_is_scaled_down_and_that_is_said(tmp_path: Path) -> None:
    script = SCRIPT.replace('main("toy", cases)', 'main("toy", cases, gigabytes=1e9)')
    ended = bench(tmp_path, "--rounds", "1", "--json", "out.json", script=script)
    assert ended.returncode == 0, ended.stdout
    assert "note: scaled down from 1 to " in ended.stdout.decode()
    assert json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))["scale"] < 1e-4


@pytest.mark.parametrize(
    ("scale", "gigabytes", "free", "expected"),
    [
        (1.0, 2.0, 4e9, 1.0),
        (1.0, 4.0, 4e9, 0.8),
        (2.0, 4.0, 4e9, 0.8),
        (1.0, 4.0, None, 1.0),
        (9.0, 0.0, 1.0, 9.0),
    ],
)
def test_fitting_scale(scale: float, gigabytes: float, free: float | None, expected: float) -> None:
    assert memory.fitting_scale(scale, gigabytes, free) == expected


def test_the_smallest_of_what_is_free_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "memory.max").write_text("3000000\n")
    (tmp_path / "memory.current").write_text("1000000\n")
    monkeypatch.setattr(memory, "CONTROL_GROUP", tmp_path)
    assert memory.free_memory() == 2_000_000
    (tmp_path / "memory.max").write_text("max\n")
    free = memory.free_memory()
    assert free is None or free > 2_000_000


def test_notes_on_a_busy_machine() -> None:
    steady = CaseResult("steady", [Measurement("a", Status.TIMED, seconds=[1.0, 1.0, 1.01])])
    jumpy = CaseResult("jumpy", [Measurement("a", Status.TIMED, seconds=[1.0, 2.0, 3.0])])
    assert load.notes([steady], load.Conditions(0.05)) == []
    assert load.notes([steady], load.Conditions()) == []
    busy, wide = load.notes([steady, jumpy], load.Conditions(0.8))
    assert "used 0.8 cores" in busy
    assert wide == "the rounds differ much: jumpy"


def test_one_core_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "\n".join(head_lines(run_of(cores=1), style("utf-8", 80, monkeypatch)))
    assert "one core only" in text
    text = "\n".join(head_lines(run_of(cores=2), style("utf-8", 80, monkeypatch)))
    assert "one core only" not in text


def run_of(*cases: CaseResult, cores: int = 2) -> Run:
    machine = Machine("A & B", cores, "Linux", "CPython", {"numpy": "2"}, {})
    return Run("toy", "2026-01-01T00:00:00+00:00", 1.0, 3, machine, {}, list(cases))


def road_case() -> CaseResult:
    def timed(name: str, role: Role, seconds: float) -> Measurement:
        return Measurement(name, Status.TIMED, seconds=[seconds] * 3, processor=[seconds] * 3, role=role)

    return CaseResult(
        "a <case>",
        [
            timed("quick library", Role.PEER, 2.0),
            timed("slow library", Role.PEER, 9.0),
            timed("limit", Role.LIMIT, 0.5),
            timed("solution", Role.SOLUTION, 1.0),
            timed("Python", Role.PYTHON, 10.0),
            Measurement("yours", Status.WRONG, role=Role.YOURS),
            timed("textbook", Role.TEXTBOOK, 4.0),
        ],
        goals=[Goal("quick library", 1.5), Goal("limit", 0.8), Goal("absent", 2.0)],
    )


def test_the_road_leads_from_python_to_the_limit() -> None:
    names = [each.peer for each in road_case().road()]
    assert names == ["Python", "textbook", "solution", "quick library", "limit"]


def test_goals(monkeypatch: pytest.MonkeyPatch) -> None:
    case = road_case()
    assert [case.reached(goal) for goal in case.goals] == [2.0, 0.5, None]
    text = "\n".join(case_lines(case, style("utf-8", 100, monkeypatch)))
    assert "goal of solution, 1.5x quick library: reached, 2.00x" in text
    assert "goal of solution, 0.8x limit: not reached, 0.50x" in text
    assert "absent" not in text


def test_a_record_can_be_read_again() -> None:
    run = run_of(road_case(), RESULT)
    document = json.loads(to_json(run))
    assert document["cases"][0]["goals"][0]["reached"] == 2.0
    assert from_document(document) == run
    with pytest.raises(ValueError, match="no course/bench"):
        from_document({**to_document(run), "schema": "other"})


def test_the_chart_is_well_formed_and_has_both_schemes() -> None:
    picture = chart.svg(run_of(road_case(), CaseResult("nothing timed", [])))
    root = ElementTree.fromstring(picture)
    space = "{http://www.w3.org/2000/svg}"
    texts = [text.text for text in root.iter(f"{space}text")]
    assert "a <case>" in texts
    assert "nothing timed" not in texts
    bars = [(bar.get("class"), float(bar.get("width", "0"))) for bar in root.iter(f"{space}rect")][1:]
    assert [kind for kind, _ in bars] == ["python", "textbook", "solution", "peer", "limit"]
    assert [width for _, width in bars] == [400.0, 160.0, 40.0, 80.0, 20.0]
    assert "prefers-color-scheme: dark" in picture


def test_a_chart_of_a_whole_run(tmp_path: Path) -> None:
    ended = bench(tmp_path, "--rounds", "1", "--scale", "0.001", "--plot", "out.svg")
    assert ended.returncode == 0, ended.stdout
    assert "Python's sum" in (tmp_path / "out.svg").read_text(encoding="utf-8").replace("&#x27;", "'")


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


@pytest.mark.parametrize(
    "script", sorted(COURSE.glob("modules/*/bench.py")), ids=lambda script: script.parent.name
)
def test_a_benchmark_loads_where_no_test_could_run(script: Path) -> None:
    program = """
import runpy, sys
sys.path.insert(0, sys.argv[1])
for name in ("_pytest", "hypothesis", "pytest"):
    sys.modules[name] = None  # An environment with the peers alone has none of them.
assert runpy.run_path(sys.argv[2], run_name="bench")["main"]
"""
    loads = [sys.executable, "-I", "-c", program, str(RUN.parent), str(script)]
    ended = subprocess.run(loads, capture_output=True, text=True, timeout=100, check=False)
    assert ended.returncode == 0, ended.stderr
