"""Holds the grader's reports against the schemas in this folder, with readers that did not write them.

The grader's tests write sample reports, among them hostile and random ones:

    REPORT_SAMPLES=$PWD/target/reports cargo test --package course-grader report
    python shared/grader/tests/validate_reports.py target/reports

Needs jsonschema, xmlschema and markdown-it-py. Ends with `N passed, N failed`.
"""

from __future__ import annotations

import base64
import csv
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import xmlschema
from markdown_it import MarkdownIt

SCHEMAS = Path(__file__).parent / "schemas"
COMMAND = re.compile(
    r"::(error|warning|notice) ((?:file|line|title)=[^:,\n]*(?:,(?:line|title)=[^:,\n]*)*)::[^\n\r]*"
)


def _json_validator(name: str) -> Callable[[str], Any]:
    schema = json.loads((SCHEMAS / name).read_text("utf-8"))
    validator = jsonschema.Draft202012Validator(schema)
    validator.check_schema(schema)

    def check(text: str) -> Any:
        document = json.loads(text, parse_constant=_refuse)
        validator.validate(document)
        return document

    return check


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


_grade = _json_validator("course-grade-v1.schema.json")
_classroom50 = _json_validator("classroom50-result-v1.schema.json")
_legacy = _json_validator("classroom-legacy.schema.json")
_gradescope = _json_validator("gradescope-results.schema.json")
_junit = xmlschema.XMLSchema11(str(SCHEMAS / "junit.xsd"))


def check_classroom50(text: str) -> None:
    """The rules that the runner of Classroom 50 checks beyond a schema, and that sums are sums."""
    document = _classroom50(text)
    for part in [document, *document["tests"]]:
        assert type(part["score"]) is int
        assert type(part["max-score"]) is int
        assert part["score"] <= part["max-score"], part
    for field in ("score", "max-score"):
        assert document[field] == sum(test[field] for test in document["tests"])


def check_legacy(text: str) -> None:
    """Reads it as the reporter does: base64, UTF-8, JSON, then the sum."""
    document = _legacy(base64.b64decode(text, validate=True).decode("utf-8"))
    assert sum(test["score"] for test in document["tests"]) <= document["max_score"] + 1e-6


def check_gradescope(text: str) -> None:
    """Gradescope prefers the score of the whole; it must be that of the tests."""
    document = _gradescope(text)
    assert abs(document["score"] - sum(test["score"] for test in document["tests"])) < 1e-6


def check_junit(text: str) -> None:
    """Valid, with counts that are true."""
    _junit.validate(ElementTree.ElementTree(ElementTree.fromstring(text)))
    root = ElementTree.fromstring(text)
    assert int(root.get("tests", "")) == len(root.findall(".//testcase"))
    for suite in root.findall("testsuite"):
        for attribute, element in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert int(suite.get(attribute, "0")) == len(suite.findall(f"testcase/{element}"))


def check_markdown(text: str) -> None:
    """To a Markdown parser, what the submission says is text in fences and in `<code>`, nowhere else."""
    assert len(text.encode()) < 1 << 20
    allowed = {"heading_open", "paragraph_open", "bullet_list_open", "list_item_open", "inline", "fence"}
    for token in MarkdownIt("commonmark").enable("table").parse(text):
        assert (
            token.type in allowed
            or token.type.endswith("_close")
            or token.tag in {"table", "thead", "tbody", "tr", "th", "td"}
        ), token
        if token.type == "fence":
            assert all(line.startswith(("│", "… cut here")) for line in token.content.splitlines()), token
        for child in token.children or []:
            assert child.type in {
                "text",
                "softbreak",
                "strong_open",
                "strong_close",
                "html_inline",
                "text_special",
            }, child
            assert child.type != "html_inline" or child.content in {"<code>", "</code>"}, child
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    assert all(row.count("|") == 9 for row in rows)


def check_github(text: str) -> None:
    """Every line is one whole command."""
    for line in text.splitlines():
        assert COMMAND.fullmatch(line), line


def check_csv(text: str) -> None:
    """A table, without formulas."""
    rows = list(csv.reader(text.splitlines(keepends=True), strict=True))
    assert len(rows) == 2
    assert len(rows[0]) == len(rows[1])
    assert not [cell for row in rows for cell in row if cell[:1] in ("=", "+", "-", "@", "\t", "\r")]


CHECKS: dict[str, Callable[[str], Any]] = {
    "json": _grade,
    "junit": check_junit,
    "markdown": check_markdown,
    "github": check_github,
    "classroom50": check_classroom50,
    "classroom-legacy": check_legacy,
    "gradescope": check_gradescope,
    "csv": check_csv,
}


def main(folder: Path) -> int:
    """Checks every report in every sample's folder."""
    passed = failed = 0
    for sample in sorted(folder.iterdir()):
        for file in sorted(sample.iterdir()):
            if file.name not in CHECKS:
                failed += 1
                print(f"{sample.name}/{file.name}: no reader of this format in `CHECKS`")
        for name, check in CHECKS.items():
            try:
                check(
                    (sample / name).read_bytes().decode("utf-8")
                )  # bytes, for reading as text would mend line ends
            except Exception as fault:  # a report of any kind of fault, for each file
                failed += 1
                print(f"{sample.name}/{name}: {type(fault).__name__}: {str(fault)[:2000]}")
            else:
                passed += 1
    print(f"{passed} passed, {failed} failed")
    return int(failed > 0 or passed == 0)


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1])))
