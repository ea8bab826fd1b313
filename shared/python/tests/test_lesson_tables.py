"""The tables of speeds in the lessons are those of the record."""

import json
import sys
import tomllib
from pathlib import Path

import pytest
from coursekit.bench.model import Run
from coursekit.bench.record import from_document

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "benchmarks"))

import lesson_tables  # noqa: E402

RECORDS = sorted((ROOT / "benchmarks/results").glob("*.json"))


def recorded() -> list[Run]:
    document = json.loads(RECORDS[0].read_text("utf-8"))
    return [from_document(run) for run in document["runs"]]


def test_every_recorded_module_has_a_table_in_its_lesson() -> None:
    chosen = tomllib.loads(lesson_tables.CHOICE.read_text("utf-8"))
    assert [run.module for run in recorded() if run.module not in chosen] == []


def test_the_lessons_say_what_the_record_says() -> None:
    for path, text, written in lesson_tables.lessons(ROOT, recorded()):
        assert text == written, f"{path}: run `python3 benchmarks/compare.py --report {RECORDS[0]}`"


def test_a_case_that_is_not_in_the_record_is_named() -> None:
    with pytest.raises(ValueError, match="has no case 'a misspelt case'"):
        lesson_tables.table(recorded()[0], [{"case": "a misspelt case", "work": "", "lines": []}])


def test_a_peer_that_was_not_timed_is_named() -> None:
    run = recorded()[0]
    group = {"case": run.cases[0].title, "work": "", "lines": [["nobody", "nobody"]]}
    with pytest.raises(ValueError, match="'nobody' was not timed"):
        lesson_tables.table(run, [group])


@pytest.mark.parametrize(
    ("ratio", "shown"), [(0.0714, "0.071"), (0.87, "0.87"), (1.049, "1.0"), (9.94, "9.9"), (29.4, "29")]
)
def test_speeds_have_two_figures(ratio: float, shown: str) -> None:
    assert lesson_tables.speed(ratio) == shown
