"""Events, one line of JSON each, in a file that the runner reads."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

LONGEST_TEXT = 10_000
"""Characters of a text that are kept: its beginning and its end."""


class EventLog:
    """Writes each event with one system call: it is on record when the process dies right after."""

    def __init__(self, path: str | os.PathLike[str] | int) -> None:
        if isinstance(path, int):
            self._file = path
            return
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND | getattr(os, "O_BINARY", 0)
        self._file = os.open(path, flags, 0o644)

    def write(self, event: str, **fields: Any) -> None:
        """Adds `{"event": event, …}`, without the lone surrogates that other JSON readers refuse."""
        line = json.dumps({"event": event, **{key: _fit(value) for key, value in fields.items()}})
        os.write(self._file, line.encode("ascii") + b"\n")

    def close(self) -> None:
        """Closes the file."""
        os.close(self._file)


def read_events(path: str | os.PathLike[str]) -> list[dict[str, Any]]:
    """All whole lines; the last one may be torn where the process was killed."""
    text = Path(path).read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]


def _fit(value: Any) -> Any:
    if isinstance(value, str):
        if len(value) > LONGEST_TEXT:
            half = LONGEST_TEXT // 2
            value = f"{value[:half]}\n[… {len(value) - LONGEST_TEXT:,} characters …]\n{value[-half:]}"
        return value.encode("utf-8", "backslashreplace").decode("utf-8")
    if isinstance(value, list):
        return [_fit(each) for each in value]
    return value
