"""A project's files are read as data, whatever an editor puts at their beginning."""

from __future__ import annotations

import ast
from pathlib import Path
from types import ModuleType

import pytest
from coursekit import ExpectationFailed
from coursekit.project import Project

MARK = "\ufeff".encode()


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """One whose files lie beside the extension, as in the grader."""
    (tmp_path / "project").mkdir()
    extension = ModuleType("sample")
    extension.__file__ = str(tmp_path / "sample.so")
    return Project(extension, str(tmp_path / "modules/99_sample/tests/test_sample.py"))


def test_yaml_with_a_byte_order_mark(project: Project) -> None:
    pytest.importorskip("yaml", reason="a package of module 11, which is set up with that module")
    (project.folder / "a.yml").write_bytes(MARK + b"x: 1\n")
    assert project.yaml("a.yml") == {"x": 1}


def test_a_byte_order_mark_is_no_part_of_the_text(project: Project) -> None:
    for name, content in [("a.toml", b"x = 1\n"), ("a.pyi", b"x: int\n"), ("a.yml", b"x: 1\n")]:
        (project.folder / name).write_bytes(MARK + content)
        assert project.text(name) == content.decode()
    assert project.toml("a.toml") == {"x": 1}
    assert len(project.python("a.pyi").body) == 1


def test_values_are_found_with_and_without_a_type(project: Project) -> None:
    text = "a = [1]\nb: list[int] = [2]\nc: int\ndef f():\n    d = [4]\n"
    (project.folder / "a.py").write_text(text)
    found = {name: project.value_of("a.py", name) for name in "abcd"}
    assert {name: value and ast.literal_eval(value) for name, value in found.items()} == {
        "a": [1],
        "b": [2],
        "c": None,
        "d": None,
    }


def test_other_encodings_are_named(project: Project) -> None:
    (project.folder / "a.toml").write_bytes("x = 'é'".encode("latin-1"))
    with pytest.raises(ExpectationFailed, match="byte 5 is not UTF-8"):
        project.toml("a.toml")


def test_no_parser_gets_a_text_that_would_hold_it_for_minutes(project: Project) -> None:
    """No alarm ends Python's parser, and it takes the square of the number of parts of an f-string."""
    pieces = 'x = f"' + "{1}" * 170_000 + '"'
    for read in (project.python, project.toml):
        (project.folder / "a").write_text(pieces)
        with pytest.raises(ExpectationFailed, match="characters"):
            read("a")
