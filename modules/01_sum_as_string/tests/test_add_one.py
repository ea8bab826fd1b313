"""Exercise 1: a C function, found and called through ctypes."""

from __future__ import annotations

import ctypes
import signal
import subprocess
import sys

import pytest
import sum_as_string
from coursekit import ExpectationFailed, NotWritten, check

# ctypes loads the extension's file into the process that asks: nothing here can be judged from outside.
pytestmark = pytest.mark.soft

# After `maturin develop` the extension lies inside a package of the same name.
EXTENSION = str(sys.modules.get("sum_as_string.sum_as_string", sum_as_string).__file__)

# A process of its own: a panic in a C function aborts the process, and pytest should outlive it.
CHILD = """
import ctypes, sys
add_one = ctypes.CDLL(sys.argv[1]).add_one
add_one.argtypes, add_one.restype = [ctypes.c_int32], ctypes.c_int32
for x in sys.argv[2:]:
    print(add_one(int(x)), flush=True)
"""


def find_add_one() -> None:
    """Fails where the extension's file has no symbol of that name."""
    try:
        ctypes.CDLL(EXTENSION).add_one  # noqa: B018
    except AttributeError as error:
        raise ExpectationFailed(
            "ctypes.CDLL(sum_as_string.__file__).add_one",
            f"AttributeError: {error}",
            "a C function",
            'Only `#[unsafe(no_mangle)]` and `pub extern "C"` export a function under its own name.',
        ) from None


def add_one_of(*arguments: int) -> list[int]:
    """What the C function answers to each argument."""
    find_add_one()
    command = [sys.executable, "-I", "-S", "-c", CHILD, EXTENSION, *map(str, arguments)]
    child = subprocess.run(command, capture_output=True, text=True, check=False)
    answers = [int(line) for line in child.stdout.split()]
    if child.returncode != 0:
        call = f"add_one({arguments[len(answers)]}) through ctypes, in a process of its own"
        if "not yet implemented" in child.stderr:
            raise NotWritten(call)
        raise ExpectationFailed(
            call,
            f"no answer: the process died ({how_it_ended(child.returncode)})",
            "an answer for every i32",
            'A panic cannot leave an `extern "C"` function, so it aborts the whole process; wrap instead.',
        )
    return answers


def how_it_ended(code: int) -> str:
    """`SIGABRT`, or the exit code where the system has no signals."""
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"exit code {code}"


def test_c_finds_it() -> None:
    find_add_one()


def test_adds_one() -> None:
    check("add_one of 41, 0 and -1, through ctypes", add_one_of(41, 0, -1), [42, 1, 0])


def test_wraps_after_the_largest() -> None:
    check(
        "add_one(2147483647) through ctypes",
        add_one_of(2**31 - 1),
        [-(2**31)],
        "After i32::MAX comes i32::MIN: `wrapping_add` says so.",
    )


def test_every_size() -> None:
    arguments = [sign * 2**bit + near for bit in range(31) for sign in (1, -1) for near in (-2, -1, 0)]
    expected = [x + 1 for x in arguments]
    check("add_one of numbers of every size, through ctypes", add_one_of(*arguments), expected)
