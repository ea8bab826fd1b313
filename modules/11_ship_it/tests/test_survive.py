"""Exercise 8: what a shipped extension must declare and survive."""

from __future__ import annotations

import math
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import ship_it
from coursekit import check, check_that, expect
from hypothesis import given, settings
from hypothesis import strategies as st

# A panic that is caught is printed first. With a backtrace, each of the hundred takes half a second.
os.environ["RUST_BACKTRACE"] = "0"


def wait_until(condition: Callable[[], bool], limit: float = 10.0) -> bool:
    """Whether it comes to hold; nothing is decided by how long that takes."""
    end = time.monotonic() + limit
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.005)
    return True


# The guard


def test_first_use_owns_the_pool() -> None:
    guard = ship_it.PoolGuard()
    check("PoolGuard().owner", guard.owner, None)
    expect(guard.enter).returns(None)
    check_that(
        isinstance(guard.owner, int), "the owner after enter()", repr(guard.owner), "this process's number"
    )
    expect(guard.enter).returns(
        None, because="The process that started the pool may use it as often as it likes."
    )


def test_own_pool() -> None:
    first = ship_it.PoolGuard()
    expect(first.enter).value()
    again = ship_it.PoolGuard(first.owner)
    expect(again.enter).returns(None, because="Its owner is this very process.")


def test_forked_child() -> None:
    expect(ship_it.PoolGuard().enter).returns(None)  # A guard that refuses everybody must not pass.
    guard = ship_it.PoolGuard(1)  # Never this process.
    because = "Another process's pool has no threads here: what is handed to it waits for ever."
    expect(guard.enter).raises(RuntimeError, says=("process 1", "spawn", "forkserver"), because=because)
    expect(guard.enter).raises(
        RuntimeError, because="Once refused, it stays so: nobody may take the pool over."
    )
    check("the owner of a pool after a refusal", guard.owner, 1)


def test_messages_name_both_processes() -> None:
    mine = ship_it.PoolGuard()
    expect(mine.enter).value()
    guard = ship_it.PoolGuard(1)
    expect(guard.enter).raises(RuntimeError, says=f"process {mine.owner}")


# Work with the pool


@pytest.mark.parametrize(("values", "total"), [([], 0), ([1, 2, 3], 6), ([2**63 - 1, 1, -1], 2**63 - 1)])
def test_parallel_total(values: list[int], total: int) -> None:
    expect(ship_it.parallel_total, values).returns(total)


def test_parallel_total_overflows() -> None:
    expect(ship_it.parallel_total, [2**63 - 1, 1]).raises(OverflowError)


# Panics


@settings(max_examples=50)
@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=8), st.integers(0, 7), st.integers(0, 7))
def test_mean_of(values: list[float], start: int, stop: int) -> None:
    part = values[start:stop]
    if part and stop <= len(values):
        expect(ship_it.mean_of, values, start, stop).approximates(
            math.fsum(part) / len(part), rel=1e-9, abs=1e-6
        )
    else:
        because = (
            "The kernel panics. A PanicException is no Exception: `except Exception` lets it pass, "
            "and servers die of it."
        )
        expect(ship_it.mean_of, values, start, stop).raises(RuntimeError, because=because)


def test_panics_say_why() -> None:
    expect(ship_it.mean_of, [1.0], 1, 1).raises(
        RuntimeError,
        says="there is no mean of no values",
        because="`assert!` with a plain text panics with a &str, and `panic_message` finds it in "
        "`payload.as_ref()`. `&payload` is a reference to the Box.",
    )
    expect(ship_it.mean_of, [1.0], 0, 5).raises(
        RuntimeError, says="range end index 5", because="A text that is formatted is a String, no &str."
    )


def test_goes_on_after_a_panic() -> None:
    expect(ship_it.mean_of, [1.0], 0, 9).raises(RuntimeError)
    expect(ship_it.mean_of, [1.0, 3.0], 0, 2).returns(2.0)


# Threads


@pytest.mark.parametrize("interval", [0.0, -1.0, math.nan, math.inf, 86_401.0, 1e300])
def test_bad_intervals(interval: float) -> None:
    because = (
        "`Duration::from_secs_f64` panics for what is negative, NaN or too long; an interval of 0 "
        "never rests."
    )
    expect(ship_it.Ticker, interval).raises(ValueError, says="interval", because=because)


@pytest.mark.soft
def test_ticks() -> None:
    ticker = expect(ship_it.Ticker, 0.001).value()
    try:
        came = wait_until(lambda: ticker.ticks >= 3)
        check_that(came, "Ticker(0.001).ticks", repr(ticker.ticks), "3 or more, after a while")
    finally:
        ticker.stop()


@pytest.mark.soft
def test_stop_waits_for_the_thread() -> None:
    ticker = expect(ship_it.Ticker, 0.001).value()
    wait_until(lambda: ticker.ticks >= 1)
    expect(ticker.stop).returns(None)
    after = ticker.ticks
    time.sleep(0.05)
    check(
        "ticks after stop()", ticker.ticks, after, "`stop` joins the thread; afterwards nothing of it runs."
    )
    expect(ticker.stop).returns(None, because="A second call has nothing left to do.")


@pytest.mark.soft
def test_stop_does_not_wait_for_the_interval() -> None:
    ticker = expect(ship_it.Ticker, 3_600.0).value()
    wait_until(lambda: ticker.ticks >= 1)
    # An hour's sleep would be ended by the time limit of this test, with a message of its own.
    expect(ticker.stop).returns(
        None, because="`thread::park_timeout` ends early when somebody calls `unpark`."
    )


# In a process of its own


def run_alone(code: str, seconds: float = 20.0) -> tuple[int | str, str]:
    """Exit code (or "hangs") and what was printed, of a fresh Python that imports the extension."""
    folder = str(Path(str(ship_it.__file__)).parent)
    # From Python 3.12 on, a fork beside threads warns, and here it is done on purpose.
    command = [
        sys.executable,
        "-I",
        "-W",
        "ignore",
        "-c",
        f"import sys; sys.path.insert(0, {folder!r})\n" + code,
    ]
    try:
        run = subprocess.run(command, capture_output=True, text=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        return "hangs", ""
    return run.returncode, (run.stdout + run.stderr).strip()


FORKED = """
import os, ship_it
ship_it.parallel_total([1, 2, 3])
child = os.fork()
if child == 0:
    import signal
    signal.alarm(10)
    try:
        ship_it.parallel_total([1, 2, 3])
    except RuntimeError:
        os._exit(7)
    os._exit(1)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.mark.soft
@pytest.mark.skipif(not hasattr(os, "fork"), reason="platform: no fork here")
def test_fork() -> None:
    check(
        "how a forked child ends that calls parallel_total (7: it got the RuntimeError; -14: it hung)",
        run_alone(FORKED)[1].splitlines()[-1:],
        ["7"],
        "The child has rayon's pool and none of its threads. Ask RAYON before you hand it work.",
    )


SPAWNED = """
import multiprocessing, ship_it
if __name__ == "__main__":
    print(ship_it.parallel_total([1, 2, 3]))
"""


@pytest.mark.soft
def test_fresh_process() -> None:
    check(
        "parallel_total in a fresh process", run_alone(SPAWNED), (0, "6"), "Only a forked child is refused."
    )


@pytest.mark.soft
def test_ticker_alive_at_exit() -> None:
    code = "import ship_it\nticker = ship_it.Ticker(0.0001)\nwhile ticker.ticks < 5: pass\nprint('end')"
    for _ in range(5):
        found = run_alone(code)
        check(
            "a Python that ends while a Ticker runs",
            found,
            (0, "end"),
            "`Python::try_attach` gives nothing once Python is ending.",
        )


SUBINTERPRETER = """
import sys
# This one shares the GIL. In the others, Python refuses a module unless it declares support for them.
try:
    import _interpreters as interpreters
    inner = interpreters.create("legacy")
except ImportError:
    import _xxsubinterpreters as interpreters
    inner = interpreters.create(isolated=False)
import ship_it
code = '''
import sys
sys.path[:] = %r
try:
    import ship_it
except ImportError as error:
    print('ImportError', error)
else:
    print('imported')
''' % (sys.path,)
found = interpreters.run_string(inner, code)
if found is not None:
    print(found)
sys.stdout.flush()
"""


@pytest.mark.soft
def test_subinterpreter() -> None:
    code, printed = run_alone(SUBINTERPRETER)
    check_that(
        code == 0 and printed.startswith("ImportError"),
        "import ship_it in a sub-interpreter",
        printed.splitlines()[:1].__repr__(),
        "ImportError",
        "PyO3 0.30 leaves that to Python, and 3.11 lets the module in: two interpreters then share "
        "what is one in Rust.",
    )


@pytest.mark.soft
def test_declares_free_threading() -> None:
    if not hasattr(sys, "_is_gil_enabled"):
        pytest.skip("platform: this Python has a GIL and no word about it (before 3.13)")
    code = (
        "import sys\nbefore = sys._is_gil_enabled()\nimport ship_it\nprint(before == sys._is_gil_enabled())"
    )
    check(
        "the GIL is as before the import",
        run_alone(code),
        (0, "True"),
        "`gil_used = false`, which is the default since PyO3 0.28.",
    )
