"""Code that may wait for ever, so it runs where it can be stopped.

    got = printed(account, "a = account.Account(10.0); account.transfer(a, a, 4.0); show(a.get_balance())")

A thread that waits for a lock while attached stops every Python thread of its process, the tests included.

In this code `show(value, …)` prints values as `repr` does, so that the text "10.0" does not pass for the
number 10.0. If a value is not of a plain type, `show` prints only the class, because the submission may have
written the `repr` of such a value. Use `print` for the test's own words.
"""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from .c_function import grader_of
from .show import show_error

SHOW = """
def show(*values):
    plain = (type(None), bool, int, float, str, bytes)
    print(*(repr(each) if type(each) in plain else f"<{type(each).__name__}>" for each in values))
"""
"""The function `show`, as text, because the code also runs where the kit cannot be imported."""


def printed(module: ModuleType, code: str, seconds: float = 10.0) -> str:
    """Runs code that uses `module`, for so many seconds, in a process of its own; gives what it prints.

    In the grader the module is in a process of its own anyway, and each test has a time limit. There the code
    runs in the oracle, and only the calls of the module run in the submission's process.
    """
    code = f"import {module.__name__}\n{SHOW}\n{code}"
    return _printed_here(code) if grader_of(module) is not None else _printed_apart(module, code, seconds)


def _printed_apart(module: ModuleType, code: str, seconds: float) -> str:
    folder = str(Path(str(module.__file__)).parent)
    try:
        run = subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONPATH": folder},
            capture_output=True,
            text=True,
            check=False,
            timeout=seconds,
        )
    except subprocess.TimeoutExpired:
        return f"nothing: it still ran after {seconds:g} s"
    return (run.stdout + run.stderr).strip()


def _printed_here(code: str) -> str:
    names: dict[str, Any] = {"__name__": "__main__"}
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        try:
            exec(code, names)
        except Exception as error:
            print(show_error(error))
    return output.getvalue().strip()
