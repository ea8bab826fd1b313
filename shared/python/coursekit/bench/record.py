"""A run as JSON, for later comparison and pictures."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

from .model import CaseResult, Goal, Machine, Measurement, Role, Run, Status, Used

SCHEMA = "course/bench/v1"


def to_json(run: Run) -> str:
    """The whole run, with every round's figure and the values that follow from them."""
    return json.dumps(to_document(run), indent=2, ensure_ascii=False) + "\n"


def to_document(run: Run) -> dict[str, Any]:
    """As `to_json`, for what is to become part of a larger document."""
    document: dict[str, Any] = {"schema": SCHEMA, **dataclasses.asdict(run)}
    for case, shown in zip(run.cases, document["cases"], strict=True):
        for each, entry in zip(case.measurements, shown["measurements"], strict=True):
            timed = each.status is Status.TIMED
            entry["median"] = each.median if timed else None
            entry["spread"] = each.spread if timed else None
            entry["cores"] = each.cores if timed else None
        for goal, entry in zip(case.goals, shown["goals"], strict=True):
            entry["reached"] = case.reached(goal)
    return document


def from_document(document: dict[str, Any]) -> Run:
    """The run that `to_document` wrote. Raises `ValueError` for anything else."""
    if document.get("schema") != SCHEMA:
        raise ValueError(f"this is no {SCHEMA} record")
    run: Run = _made(Run, document)
    run.machine = _made(Machine, document["machine"])
    run.used = [_made(Used, used) for used in document.get("used", [])]
    run.cases = [_made(CaseResult, case) for case in document["cases"]]
    for case, shown in zip(run.cases, document["cases"], strict=True):
        case.goals = [_made(Goal, goal) for goal in shown["goals"]]
        case.measurements = [_made(Measurement, each) for each in shown["measurements"]]
        for each in case.measurements:
            each.status, each.role = Status(each.status), Role(each.role)
    return run


def _made(kind: type[Any], entries: dict[str, Any]) -> Any:
    """A dataclass from its own fields; values that only follow from them are passed over."""
    own = [field.name for field in dataclasses.fields(kind)]
    return kind(**{name: entries[name] for name in own if name in entries})
