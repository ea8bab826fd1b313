"""Exercise 1: a C function, found and called through ctypes."""

from __future__ import annotations

import signal

import sum_as_string
from coursekit import CFunction, ExpectationFailed, NotWritten, check

ADD_ONE = CFunction(sum_as_string, "add_one", argument="c_int32", result="c_int32")


def find_add_one() -> None:
    """Fails where the extension's file has no symbol of that name."""
    missing = ADD_ONE.missing()
    if missing:
        raise ExpectationFailed(
            "ctypes.CDLL(sum_as_string.__file__).add_one",
            missing,
            "a C function",
            'Only `#[unsafe(no_mangle)]` and `pub extern "C"` export a function under its own name.',
        )


def add_one_of(*arguments: int) -> list[int]:
    """The C function's answer to each argument."""
    find_add_one()
    answers = ADD_ONE.answers(arguments)
    if answers.code != 0:
        call = f"add_one({arguments[len(answers.values)]}) through ctypes, in a process of its own"
        if "not yet implemented" in answers.printed:
            raise NotWritten(call)
        raise ExpectationFailed(
            call,
            f"no answer: the process died ({how_it_ended(answers.code)})",
            "an answer for every i32",
            'A panic cannot leave an `extern "C"` function, so it aborts the whole process; wrap instead.',
        )
    return answers.values


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
