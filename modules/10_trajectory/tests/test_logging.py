from __future__ import annotations

import logging
import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest
import trajectory
from coursekit import check, expect
from coursekit.apart import printed
from hypothesis import given, settings
from hypothesis import strategies as st

TARGET = 'Name the target: `info!(target: "trajectory::simulation", …)`. The default begins with the crate.'
HUNDREDTH = "Log steps 100, 200, 300 and so on, and no others."
LEVELS = "With `Caching::Loggers` a level is asked for each time; `LoggersAndLevels` keeps the first answer."
DETACH = (
    "rayon's threads wait for the interpreter, and you wait for rayon's threads: call `py.detach` around it."
)
FRAMES = 'Name the target: `warn!(target: "trajectory::frames", …)`.'
PENDING = (
    "pyo3-log leaves the exception of a handler pending, in this thread and only while it is attached: log,"
    " and take it with `PyErr::take`, within one `Python::attach`. Then return it."
)

Record = tuple[str, int, str]


@contextmanager
def logged(level: int) -> Iterator[list[Record]]:
    """The records of the loggers `trajectory` and below, from this level up: name, level and text."""
    records: list[Record] = []
    trajectory._log_to(lambda name, number, text: records.append((name, number, text)), level)
    try:
        yield records
    finally:
        trajectory._log_to(None, logging.WARNING)


def levels(records: list[Record]) -> list[str]:
    return [logging.getLevelName(level) for _, level, _ in records]


def test_a_run() -> None:
    with logged(logging.INFO) as records:
        expect(trajectory._log_a_run, [1, 2, 3], 864, 0.004).described("a run of 3 steps").value()
    check("the levels", levels(records), ["INFO", "INFO"], "The start and the end of a run are an INFO each.")
    check("the loggers", {name for name, _, _ in records}, {"trajectory.simulation"}, TARGET)
    start, end = (text for _, _, text in records)
    for word, text in [("3 steps", start), ("864 atoms", start), ("0.004", start), ("3 of 3 steps", end)]:
        check(f"whether {text!r} says {word!r}", word in text, True, "The lesson says what each text names.")


@settings(max_examples=20)
@given(st.integers(1, 500), st.integers(0, 350))
def test_every_hundredth_step(first: int, count: int) -> None:
    steps = list(range(first, first + count))
    with logged(logging.DEBUG) as records:
        expect(trajectory._log_a_run, steps, 3, 0.005).described(
            f"a run of steps {first} to {first + count - 1}"
        ).value()
    debug = [(name, text) for name, level, text in records if level == logging.DEBUG]
    wanted = [step for step in steps if step % 100 == 0]
    check("the number of DEBUG records", len(debug), len(wanted), f"{HUNDREDTH} {LEVELS}")
    check(
        "whether each names its step",
        [str(s) in t for s, (_, t) in zip(wanted, debug, strict=True)],
        [True] * len(wanted),
    )
    check("their loggers", {name for name, _ in debug} - {"trajectory.simulation"}, set(), TARGET)
    check("all levels", sorted(set(levels(records))), ["DEBUG", "INFO"] if wanted else ["INFO"])


def test_a_level_counts_at_once() -> None:
    counts = []
    for level in (logging.WARNING, logging.DEBUG, logging.INFO, logging.WARNING, logging.INFO):
        with logged(level) as records:
            expect(trajectory._log_a_run, [100], 3, 0.005).value()
        counts.append(len(records))
    check("records at WARNING, DEBUG, INFO, WARNING, INFO", counts, [0, 3, 2, 0, 2], LEVELS)


class Broken(Exception):
    """The error that a handler raises."""


def test_a_handler_that_raises() -> None:
    def fail(name: str, level: int, text: str) -> None:
        raise Broken(text)

    trajectory._log_to(fail, logging.INFO)
    try:
        expect(trajectory._log_a_run, [1], 3, 0.005).described("a run, with a handler that raises").raises(
            Broken, says="3 atoms", because=PENDING
        )
    finally:
        trajectory._log_to(None, logging.WARNING)


@pytest.mark.soft
def test_warnings_from_many_threads() -> None:
    expect(trajectory.radius_of_gyration, [np.zeros((1, 3), np.float32)]).value()
    code = """
import logging, numpy as np
logging.basicConfig(format="%(name)s %(levelname)s")
bad = np.full((3, 3), np.nan, np.float32)
print(len(trajectory.radius_of_gyration([bad] * 100)))
"""
    got = printed(trajectory, code)
    check(
        "radius_of_gyration of 100 frames that are not finite: what it prints and logs",
        got.splitlines(),
        ["100", *["trajectory.frames WARNING"] * 100],
        DETACH if got.startswith("nothing:") else FRAMES,
    )


def reference(positions: Any) -> float:
    wide = positions.astype(np.float64)
    return float(np.sqrt(((wide - wide.mean(axis=0)) ** 2).sum(axis=1).mean()))


@settings(max_examples=30)
@given(st.integers(0, 12), st.integers(1, 9), st.integers(0, 2**32 - 1))
def test_radius_of_gyration(number: int, count: int, seed: int) -> None:
    frames = list(np.random.default_rng(seed).normal(size=(number, count, 3)).astype(np.float32))
    expect(trajectory.radius_of_gyration, frames).approximates(
        np.array([reference(frame) for frame in frames], np.float64), rel=1e-9, abs=1e-12
    )


def test_warnings() -> None:
    frames = list(np.ones((40, 2, 3), np.float32))
    for frame, bad in [(3, math.nan), (17, math.inf), (39, -math.inf)]:
        frames[frame][1, 2] = bad
    with logged(logging.WARNING) as records:
        got = expect(trajectory.radius_of_gyration, frames).value(DETACH)
    check("where the radius is NaN", [int(i) for i in np.flatnonzero(np.isnan(got))], [3, 17, 39])
    check(
        "levels and loggers",
        {(name, level) for name, level, _ in records},
        {("trajectory.frames", logging.WARNING)},
        FRAMES,
    )
    named = sorted(next(int(w) for w in text.split() if w.isdecimal()) for _, _, text in records)
    check("the frames that the warnings name", named, [3, 17, 39])


def test_a_handler_that_raises_in_another_thread() -> None:
    def fail(name: str, level: int, text: str) -> None:
        raise Broken(text)

    frames = [np.full((2, 3), np.nan, np.float32)] * 8
    trajectory._log_to(fail, logging.WARNING)
    try:
        expect(trajectory.radius_of_gyration, frames).raises(Broken, says="not finite", because=PENDING)
    finally:
        trajectory._log_to(None, logging.WARNING)


def test_no_atoms() -> None:
    frames = [np.zeros((1, 3), np.float32), np.zeros((0, 3), np.float32)]
    expect(trajectory.radius_of_gyration, frames).raises(
        ValueError, says="frame 1", because="Look for a frame without atoms before the work, and name it."
    )


@pytest.mark.parametrize("frames", [None, 5, [1.0], [np.zeros((2, 3))]], ids=str)
def test_no_frames(frames: Any) -> None:
    expect(trajectory.radius_of_gyration, frames).raises(TypeError)


@pytest.mark.parametrize("shape", [(3,), (2, 2), (1, 2, 3)])
def test_wrong_shapes(shape: tuple[int, ...]) -> None:
    says = f"got {shape}"
    expect(trajectory.radius_of_gyration, [np.zeros(shape, np.float32)]).raises(ValueError, says=says)
