"""A submission attacks the evidence: it is made on this side, or it is worth nothing.

The module under test is Python here, and hostile: it runs in the worker as a native one would.
"""

from __future__ import annotations

import asyncio
import copy
import gc
import itertools
import json
import pickle
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from coursekit import failures

KIT = Path(__file__).parents[1]

MODULE = '''
import sys
from grader.transport.frames import Message

def ask(thing, method):
    """The oracle's answer to a request that no honest worker makes."""
    worker = next(o for o in __import__("gc").get_objects() if type(o).__name__ == "Worker")
    number = worker._numbers[id(thing)]
    return worker.peer.ask(Message({"target": number, "method": method, "args": [], "kwargs": {}})).body

def killed():
    import os, signal
    os.kill(os.getpid(), signal.SIGKILL)

def sleeps_and_is_stopped(seconds):
    is_soon_stopped()
    return sleep(seconds)

def is_soon_stopped():
    """As a machine is that sleeps, while the clock goes on."""
    import subprocess
    halt = "import os, signal, sys, time; time.sleep(0.2); os.kill(int(sys.argv[1]), signal.SIGSTOP);"
    halt += "time.sleep(4); os.kill(int(sys.argv[1]), signal.SIGCONT)"
    subprocess.Popen([sys.executable, "-I", "-c", halt, str(__import__("os").getpid())])

def passes(function, value):
    return function(value)

kept = []

def uses_up(iterator):
    """Keeps the exception by which an iterator of the test ends."""
    try:
        while True:
            next(iterator)
    except StopIteration as error:
        kept.append(error)

def ends_your_loop(*args):
    raise kept[-1]

def consumes(iterator):
    return next(iterator)

def swallows_and_keeps(callback):
    try:
        callback(1)
    except StopIteration as error:
        kept.append(error)

def keeps(callback, *args):
    try:
        return callback(*args)
    except BaseException as error:
        kept.append(error)
        raise

class RaisesTheLast:
    """An awaitable that raises the last exception that was kept, in its first or its second step."""
    def __init__(self, step):
        self.step = step
    def __await__(self):
        if self.step == 2:
            yield
        raise kept[-1]

async def awaits(function):
    return await function()

def of_the_name(name, module, base=Exception):
    return type(name, (base,), {"__module__": module})("x")

class Fails:
    """Raises an exception that names any module as its own, and swallows what comes of it."""
    def __init__(self, *error):
        self.error = of_the_name(*error)
    def write(self, value):
        raise self.error
    def __eq__(self, other):
        raise self.error
    __hash__ = None
    def __repr__(self):
        raise self.error
    def __enter__(self):
        return self
    def __exit__(self, *args):
        return True

class Raises:
    """Its `==` and its `repr` raise an exception of Python's that is no error."""
    def __init__(self, kind):
        self.kind = kind
    def __eq__(self, other):
        raise self.kind
    __hash__ = None
    __repr__ = __eq__

def raises(kind):
    raise kind

class Suppresses:
    """Leaves a `with` block by swallowing an exception of one kind, or by raising another one."""
    def __init__(self, kind, instead=None):
        self.kind, self.instead = kind, instead
    def __enter__(self):
        return self
    def __exit__(self, kind, error, trace):
        if kind is not None and self.instead is not None:
            raise self.instead
        return kind is not None and issubclass(kind, self.kind)
    def fails(self):
        raise ValueError("no")

def raises_a_group(depth):
    error = BaseExceptionGroup("several", [kept[-1]])
    raise error if depth == 1 else BaseExceptionGroup("again", [error])

def is_killed_after(seconds):
    import time
    time.sleep(seconds)
    killed()

asked = []

def killed_when_asked_again(number):
    asked.append(number)
    if len(asked) > 1:
        killed()
    return 0

def swallow(callback, *args):
    try:
        return callback(*args)
    except BaseException as error:
        return repr(error)

questions = []

def __getattr__(name):
    questions.append(name)
    raise AttributeError(name)

def text_of(thing):
    return str(thing)

def swallow_in_a_thread(callback, *args):
    import threading
    thread = threading.Thread(target=swallow, args=(callback, *args))
    thread.start()
    thread.join()

def items_of(iterable):
    try:
        return list(iterable)
    except BaseException as error:
        return repr(error)

def equal(one, other):
    try:
        return one == other
    except BaseException as error:
        return repr(error)

def steal(callback, *args):
    """All that can be asked of what a callback raised."""
    found = []
    worker = next(o for o in __import__("gc").get_objects() if type(o).__name__ == "Worker")
    try:
        callback(*args)
    except BaseException as error:
        found += [repr(error), str(error.args), repr(error.__cause__)]
        found.append(repr(getattr(error, "__notes__", None)))
        for method in METHODS:
            found.append(str(ask(error, method)))
    for method in METHODS:
        found.append(str(ask(callback, method)))
    return "\\n".join(found)

METHODS = (
    "__str__ __repr__ __format__ __dir__ __getattribute__ __getattr__ __reduce__ __reduce_ex__ "
    "__class__ __dict__ __globals__ __closure__ __code__ __traceback__ __context__ __cause__ "
    "__notes__ __init__ __new__ __hash__ __eq__ __sizeof__ __doc__ __module__ __qualname__ __call__x "
    "args with_traceback add_note __self__ __func__ __getstate__ "
).split()

class Plain:
    def __init__(self, value=0):
        self.value = value

class Reduced:
    def __init__(self, value=0):
        self.value = value
    def __reduce__(self):
        return (Reduced, (self.value,), {"more": 5})

class Runs:
    """Would run on the other side, if that believed what it is told."""
    def __reduce_ex__(self, protocol):
        return (bytearray, (1 << 40,))

class Elsewhere:
    __module__ = "antigravity"

def tamper():
    import copy, pickle, asyncio
    copy.copy = copy.deepcopy = lambda value, *a: "forged"
    pickle.dumps = lambda *a, **k: b"forged"
    pickle.loads = lambda *a, **k: "forged"
    asyncio.run = asyncio.wait = asyncio.ensure_future = lambda *a, **k: "forged"

class Stubborn:
    """A future that is never done, and does not care to be cancelled."""
    _asyncio_future_blocking = True
    def cancel(self, *args):
        return False
    def add_done_callback(self, *args, **kwargs):
        pass
    def __await__(self):
        while True:
            yield self

def stubborn():
    return Stubborn()

async def sleep(seconds):
    import asyncio
    await asyncio.sleep(seconds)
    return seconds

class Sleep:
    def __init__(self, seconds):
        self.seconds = seconds
    def __await__(self):
        import asyncio
        yield from asyncio.sleep(self.seconds).__await__()
        return self.seconds

def at_once(seconds):
    import asyncio
    done = asyncio.get_running_loop().create_future()
    done.set_result(seconds)
    return done

def not_awaitable(seconds):
    return seconds

seen = []
async def cancelled():
    import asyncio
    try:
        await asyncio.sleep(1000)
    except asyncio.CancelledError:
        seen.append("cancelled")
        raise

class Ticks:
    def __init__(self, count):
        self.left = list(range(count))
    def __aiter__(self):
        return self
    async def __anext__(self):
        if not self.left:
            raise StopAsyncIteration
        await sleep(0)
        return self.left.pop(0)
'''


@pytest.fixture
def sample(tmp_path: Path, open_module: Any) -> Iterator[Any]:
    with open_module(tmp_path, MODULE, ["Plain", "Reduced", "Runs", "Elsewhere", "Ticks", "Sleep"]) as module:
        yield module


# Checks that failed


def verdicts(tmp_path: Path, body: str, time_limit: int = 60, folder: str = "") -> dict[str, str]:
    """The outcome of each test in `body`, see `results`."""
    return {each["test"]: each["status"] for each in results(tmp_path, body, time_limit, folder)}


def results(tmp_path: Path, body: str, time_limit: int = 60, folder: str = "") -> list[dict[str, Any]]:
    """The results of the tests in `body`, in a pytest of their own with a worker of their own.

    `folder`: the one that the test file lies in.
    """
    (tmp_path / "hostile.py").write_text(textwrap.dedent(MODULE), encoding="utf-8")
    (tmp_path / folder).mkdir(exist_ok=True)
    test = tmp_path / folder / "test_it.py"
    test.write_text(
        "import dataclasses, hostile, threading, pytest\nfrom coursekit import check, expect\n"
        + textwrap.dedent(body)
    )
    worker = [sys.executable, "-I", "-X", "utf8", str(KIT / "run.py"), "grading-worker"]
    job = {"module": "hostile", "directory": str(tmp_path), "tests": [str(test)], "declared": {"Plain": []},
           "worker": worker, "scratch": str(tmp_path), "seed": 1, "time_limit": time_limit, "budget": 200,
           "memory": 4096, "events": str(tmp_path / "events"), "root": str(tmp_path)}  # fmt: skip
    oracle = subprocess.Popen(
        [sys.executable, "-I", "-X", "utf8", str(KIT / "run.py"), "oracle", str(tmp_path / "computed")],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    assert oracle.stdin is not None
    assert oracle.stdout is not None
    with oracle.stdin, oracle.stdout:
        oracle.stdin.write(json.dumps(job) + "\n")
        oracle.stdin.flush()
        oracle.stdout.readline()
    oracle.wait()
    events = [json.loads(line) for line in (tmp_path / "events").read_text().splitlines()]
    return [each for each in events if each["event"] == "result"]


def test_folders_say_nothing_of_their_test(tmp_path: Path) -> None:
    found = verdicts(
        tmp_path,
        """
        import os
        before = []

        @pytest.mark.parametrize("answer", ["gold", "zinc"])  # No random hexadecimal name has these letters.
        def test_answer(tmp_path, answer):
            (tmp_path / answer).write_text("")
            assert "answer" not in str(tmp_path)
            assert answer not in tmp_path.name
            assert not any(folder.exists() for folder in before)
            before.append(tmp_path)

        @pytest.fixture(scope="module")
        def shared(tmp_path_factory):
            return tmp_path_factory.mktemp("answer")

        @pytest.mark.parametrize("turn", [1, 2])
        def test_shared(shared, turn):
            assert shared.is_dir() and "answer" not in shared.name
        """,
    )
    assert set(found.values()) == {"passed"}, found
    assert len(found) == 4


def test_who_has_failed_a_check_has_no_second_try(tmp_path: Path) -> None:
    found = results(
        tmp_path,
        """
        import hypothesis, hypothesis.strategies as st

        def test_killed():
            hostile.killed()

        @hypothesis.given(st.integers(0, 3))
        def test_killed_when_asked_again(number):
            expect(hostile.killed_when_asked_again, number).returns(7)
        """,
    )
    said = {each["test"]: (each["status"], each.get("cut_short", False)) for each in found}
    assert said == {"test_killed": ("crashed", True), "test_killed_when_asked_again": ("crashed", False)}


def test_a_wait_without_an_end_is_repeated_where_the_process_was_stopped(tmp_path: Path) -> None:
    found = results(
        tmp_path,
        """
        from coursekit.asynchronous import awaited
        from coursekit.http_server import Server

        def test_sleeps_and_is_stopped():
            expect(awaited(hostile.sleeps_and_is_stopped, limit=6.0), 60).returns(60)

        def test_sleeps():
            expect(awaited(hostile.sleep, limit=1.0), 60).returns(60)

        def asks_the_server(limit, comes=True):
            with Server() as server:
                check("whether it came", server.wait_until(lambda: server.requests, limit), comes)

        def test_that_nobody_asks_while_it_is_stopped():
            hostile.is_soon_stopped()
            asks_the_server(6.0, comes=False)

        def test_asks_nobody_and_is_stopped():
            hostile.is_soon_stopped()
            asks_the_server(6.0)

        def test_asks_nobody():
            asks_the_server(0.5)
        """,
    )
    said = {each["test"]: (each["status"], each.get("cut_short", False)) for each in found}
    assert said == {
        "test_sleeps_and_is_stopped": ("failed", True),
        "test_sleeps": ("failed", False),
        "test_that_nobody_asks_while_it_is_stopped": ("passed", False),
        "test_asks_nobody_and_is_stopped": ("failed", True),
        "test_asks_nobody": ("failed", False),
    }


def test_collecting_tests_asks_the_module_for_nothing(tmp_path: Path) -> None:
    found = verdicts(
        tmp_path,
        """
        def test_that_it_was_not_asked():
            check("questions", hostile.questions, [])
        """,
    )
    assert found == {"test_that_it_was_not_asked": "passed"}


@pytest.mark.parametrize(
    ("at_import", "ends"), [("import time; time.sleep(60)", "not_run"), ("import os; os._exit(0)", "crashed")]
)
def test_an_import_that_never_ends_is_tried_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_import: str, ends: str
) -> None:
    monkeypatch.setattr(sys.modules[__name__], "MODULE", at_import)
    found = verdicts(
        tmp_path,
        """
        @pytest.mark.parametrize("number", range(5))
        def test_it(number):
            expect(hostile.anything, number).returns(number)
        """,
        time_limit=5,
    )
    assert set(found.values()) == {ends}
    assert len(found) == 5


def test_a_test_that_computes_for_ever_is_stopped(tmp_path: Path) -> None:
    found = verdicts(
        tmp_path,
        """
        import re

        def test_matches():
            assert re.match("a*" * 20 + "b", "a" * 60) is None

        def test_excuses_itself():
            while True:
                try:
                    hostile.Plain()
                except Exception:
                    pass

        def test_in_time():
            pass
        """,
        time_limit=2,
    )
    assert found == {
        "test_matches": "timed_out",
        "test_excuses_itself": "timed_out",
        "test_in_time": "not_run",
    }


def test_a_check_that_failed_anywhere_fails_the_test(tmp_path: Path) -> None:
    found = verdicts(
        tmp_path,
        """
        def fails(*args):
            check("what came", 1, 42)

        def test_in_a_callback():
            hostile.swallow(fails)

        def test_in_a_callback_by_assert():
            def callback():
                assert 1 == 42
            hostile.swallow(callback)

        def test_in_a_callback_by_pytest():
            hostile.swallow(lambda: pytest.fail("42"))

        def test_behind_another_exception():
            def callback():
                try:
                    assert 1 == 42
                except AssertionError as error:
                    raise KeyError("x") from error
            hostile.swallow(callback)

        def test_in_a_callback_from_a_thread():
            hostile.swallow_in_a_thread(fails)

        def test_in_a_generator():
            def items():
                yield 1
                fails()
            hostile.items_of(items())

        class Value:
            def __eq__(self, other):
                fails()
            __hash__ = None

        def test_in_an_equality():
            hostile.equal(Value(), 5)

        def test_in_a_thread_of_the_test():
            thread = threading.Thread(target=fails)
            thread.start()
            thread.join()

        def test_in_an_except():
            try:
                hostile.nothing
            except AttributeError:
                try:
                    fails()
                except AssertionError:
                    pass

        class Dies:
            def __del__(self):
                fails()

        def test_in_a_del():
            Dies()

        def test_in_a_coroutine():
            async def body():
                try:
                    fails()
                except AssertionError:
                    pass
            import asyncio
            asyncio.run(body())

        def test_that_passes():
            hostile.swallow(lambda: check("what came", 42, 42))

        def test_with_an_exception_that_is_meant():
            error = KeyError("meant")
            def callback():
                raise error
            check("what is swallowed", hostile.swallow(callback), "KeyError('meant')")
        """,
    )
    passed = {name for name, status in found.items() if status == "passed"}
    assert passed == {"test_that_passes", "test_with_an_exception_that_is_meant"}
    assert len(found) == 13


def test_code_of_a_test_that_breaks_off_before_its_check_fails_the_test(tmp_path: Path) -> None:
    found = verdicts(
        tmp_path,
        """
        from concurrent.futures import ThreadPoolExecutor

        def look(chunk):
            check("mean", float(chunk.mean()), 2.5)

        def test_over_a_wrong_argument():
            hostile.swallow(look, 1)

        def test_over_the_exercise_itself():
            hostile.swallow(lambda: check("mean", hostile.no_such_function(), 2.5))

        def test_over_an_exception_that_it_expects():
            def callback():
                with pytest.raises(KeyError):
                    hostile.no_such_function()
            hostile.swallow(callback)

        def test_in_a_generator():
            def items():
                yield 1
                check("mean", hostile.no_such_function(), 2.5)
            hostile.items_of(items())

        class Value:
            def __eq__(self, other):
                check("mean", other.mean(), 2.5)
                return True
            __hash__ = None

        def test_in_a_method():
            hostile.equal(Value(), 5)

        def test_in_a_thread():
            thread = threading.Thread(target=look, args=(1,))
            thread.start()
            thread.join()

        def test_in_an_executor():
            with ThreadPoolExecutor() as pool:
                pool.submit(look, 1)

        def test_in_a_del():
            class Dies:
                def __del__(self):
                    look(1)
            Dies()

        def test_over_the_end_of_its_own_iterator():
            expected = iter([1])
            def look_at(item):
                check("item", item, next(expected))
            for item in (1, 2):
                hostile.swallow(look_at, item)

        def test_in_an_object_of_the_kit():
            from coursekit.asynchronous import Steps
            hostile.swallow(Steps([]))
        """,
    )
    assert "passed" not in found.values(), found
    assert len(found) == 10


def test_a_with_block_that_swallows_an_exception_hides_no_missing_check(tmp_path: Path) -> None:
    (tmp_path / "helper.py").write_text("def holds(value):\n    assert value == 6\n")
    found = verdicts(
        tmp_path,
        """
        from coursekit.beside import beside
        helper = beside(__file__, "helper")

        def test_over_the_exercise_itself():
            with hostile.Suppresses(Exception) as it:
                check("value", it.fails(), 42)

        def test_over_a_mistake():
            with hostile.Suppresses(Exception):
                check("length", len(5), 1)

        def test_over_an_assert_elsewhere():
            with hostile.Suppresses(AssertionError):
                helper.holds(5)

        def test_by_another_exception():
            with pytest.raises(KeyError):
                with hostile.Suppresses(Exception, KeyError("instead")):
                    check("length", len(5), 1)

        def test_on_purpose():
            with hostile.Suppresses(KeyError):
                raise KeyError("meant")
            with pytest.raises(ValueError):
                with hostile.Suppresses(KeyError):
                    raise ValueError("meant")
            with pytest.raises(KeyError):
                with hostile.Suppresses(KeyError, KeyError("instead")):
                    raise ValueError("meant")

        def test_nothing_happens():
            with hostile.Suppresses(KeyError):
                pass
        """,
    )
    passed = [name for name, status in found.items() if status == "passed"]
    assert passed == ["test_on_purpose", "test_nothing_happens"]
    assert len(found) == 6


def test_a_kill_that_several_threads_notice_is_repeated(tmp_path: Path) -> None:
    found = results(
        tmp_path,
        """
        @pytest.mark.parametrize("time", range(4))
        def test_it(time):
            threads = [threading.Thread(target=hostile.is_killed_after, args=(0.3,)) for _ in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        """,
    )
    assert [(each["status"], each.get("cut_short")) for each in found] == [("crashed", True)] * 4


@pytest.mark.parametrize("folder", ["code", "secrets", "grader", "numpy", "coursekit", "site-packages"])
def test_code_of_a_test_is_known_wherever_it_lies(tmp_path: Path, folder: str) -> None:
    found = verdicts(
        tmp_path,
        """
        def test_that_breaks_off():
            hostile.swallow(lambda: check("length", len(5), 5))

        def test_that_raises():
            def callback():
                raise KeyError("mine")
            check("what the submission sees", hostile.swallow(callback), "KeyError('mine')")

        class Named:
            def __str__(self):
                return "it"

        @dataclasses.dataclass
        class Made:
            value: int

        def test_a_text():
            check("its text", hostile.swallow(hostile.text_of, Named()), "it")
            of_a_dataclass = hostile.swallow(hostile.text_of, Made(5))
            check("its text", of_a_dataclass.endswith("Made(value=5)"), True)
        """,
        folder=folder,
    )
    assert found == {"test_that_breaks_off": "failed", "test_that_raises": "passed", "test_a_text": "passed"}


def test_code_that_a_test_has_from_elsewhere_is_its_own(tmp_path: Path) -> None:
    code = """
from coursekit import check

def breaks_off(value):
    check("length", len(value), 5)

def raises(value):
    raise KeyError("mine")
"""
    for file in ("tests/helpers.py", "tests/package/inner.py", "common/shared.py"):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text(code)
    found = verdicts(
        tmp_path,
        """
        import pathlib, sys
        from coursekit.beside import beside
        here = pathlib.Path(__file__).parent
        sys.path[:0] = [str(here), str(here.parent / "common")]
        from package import inner
        import shared

        text = {}
        exec((here / "helpers.py").read_text(), text)
        others = [beside(__file__, "helpers"), inner, shared, type("Text", (), text)]
        every = pytest.mark.parametrize("other", others, ids=["beside", "package", "common", "text"])

        @every
        def test_that_breaks_off(other):
            hostile.swallow(lambda value: other.breaks_off(value), 5)

        @every
        def test_that_raises(other):
            check("what is seen", hostile.swallow(lambda _: other.raises(5), 5), "KeyError('mine')")
        """,
        folder="tests",
    )
    assert [name for name, status in found.items() if status == "passed"] == [
        f"test_that_raises[{place}]" for place in ("beside", "package", "common", "text")
    ]
    assert len(found) == 8


@pytest.mark.parametrize("statement", ["from hostile import *", "exec(f'from {hostile.__name__} import *')"])
def test_no_name_of_the_submission_hides_one_of_the_test(tmp_path: Path, statement: str) -> None:
    (tmp_path / "names.py").write_text(f"import hostile\nfrom coursekit import check\n{statement}\n")
    found = verdicts(
        tmp_path,
        """
        from coursekit.beside import beside

        def test_it():
            beside(__file__, "names").check("sum", 1, 2)
        """,
    )
    assert found == {"test_it": "error" if statement.startswith("from") else "failed"}


def test_an_exception_of_another_call_or_test_ends_nothing(tmp_path: Path) -> None:
    found = verdicts(
        tmp_path,
        """
        from coursekit.asynchronous import awaited
        from hypothesis import assume, given
        from hypothesis import strategies as st

        @given(st.integers(0, 50))
        def test_an_assumption_that_is_kept(n):
            def callback(value):
                assume(value > 3)
                return value
            check("value", hostile.keeps(callback, n), n)

        @given(st.integers(1, 50))
        def test_after_an_assumption(n):
            if n > 1:
                expect(hostile.ends_your_loop).returns(n * n)

        @pytest.mark.parametrize("depth", [1, 2])
        @given(n=st.integers(1, 50))
        def test_out_of_a_group(depth, n):
            if n > 1:
                check("value", hostile.raises_a_group(depth), n * n)

        @pytest.mark.parametrize("in_the_step", [1, 2])
        @given(n=st.integers(1, 50))
        def test_out_of_an_awaitable(in_the_step, n):
            if n > 1:
                expect(awaited(hostile.RaisesTheLast), in_the_step).returns(n * n)

        def test_that_raises():
            def callback():
                raise KeyError("meant")
            hostile.swallow(hostile.keeps, callback)
            expect(hostile.ends_your_loop).raises(KeyError)

        def test_after_it():
            expect(hostile.ends_your_loop).raises(KeyError)

        @given(st.integers())
        def test_an_assumption_in_a_coroutine(n):
            async def coroutine():
                assume(n > 3)
                return n
            check("value", awaited(hostile.awaits)(coroutine), n)

        @given(st.integers())
        def test_an_assumption_in_the_call_itself(n):
            def callback(value):
                assume(value > 3)
                return value
            check("value", hostile.passes(callback, n), n)
        """,
    )
    assert found == {
        "test_an_assumption_that_is_kept": "passed",
        "test_after_an_assumption": "failed",
        "test_that_raises": "passed",
        "test_after_it": "failed",
        "test_out_of_a_group[1]": "failed",
        "test_out_of_a_group[2]": "failed",
        "test_out_of_an_awaitable[1]": "failed",
        "test_out_of_an_awaitable[2]": "failed",
        "test_an_assumption_in_a_coroutine": "passed",
        "test_an_assumption_in_the_call_itself": "passed",
    }


def test_a_package_may_fail_by_itself(tmp_path: Path) -> None:
    package = tmp_path / "site-packages"
    package.mkdir()
    (package / "package.py").write_text("def fails(): assert False\n")
    found = verdicts(
        tmp_path,
        """
        import pathlib, sys
        from concurrent.futures import ThreadPoolExecutor
        sys.path.insert(0, str(pathlib.Path(__file__).with_name("site-packages")))
        import package

        def test_in_a_thread():
            thread = threading.Thread(target=package.fails)
            thread.start()
            thread.join()

        def test_in_an_executor():
            with ThreadPoolExecutor() as pool:
                pool.submit(package.fails)
        """,
    )
    assert found == dict.fromkeys(["test_in_a_thread", "test_in_an_executor"], "passed")


def test_code_of_a_test_that_breaks_off_in_a_task_is_written_down() -> None:
    failures.record_unseen_in_tasks()

    async def fails() -> None:
        int("no number")

    async def body() -> None:
        task = asyncio.ensure_future(fails())
        await asyncio.sleep(0)
        del task

    failures.take()
    asyncio.run(body())
    gc.collect()
    (found,) = failures.take()
    assert isinstance(found, failures.BrokeOff)


def test_what_comes_back_to_the_test_is_its_own_business(tmp_path: Path) -> None:
    found = verdicts(
        tmp_path,
        """
        from concurrent.futures import ThreadPoolExecutor

        def look(chunk):
            return chunk.mean()

        def test_out_of_a_call():
            expect(hostile.passes, look, 1).raises(AttributeError)
            with pytest.raises(AttributeError):
                hostile.passes(look, 1)

        def test_on_purpose():
            def callback():
                raise KeyError("meant")
            hostile.swallow(callback)

        def test_out_of_an_executor():
            with ThreadPoolExecutor() as pool:
                with pytest.raises(AttributeError):
                    pool.submit(look, 1).result()
                assert isinstance(pool.submit(look, 1).exception(), AttributeError)

        @pytest.mark.parametrize("error", [StopIteration(), StopAsyncIteration("end")], ids=["now", "later"])
        def test_an_end_that_is_meant(error):
            def callback(_):
                raise error
            for _ in range(2):
                expect(hostile.passes, callback, 1).raises(type(error))

        def test_the_end_of_an_old_sequence():
            class Items:
                def __getitem__(self, index):
                    return [1, 2, 3][index]
            check("items", hostile.items_of(Items()), [1, 2, 3])

        def test_the_end_of_an_iterator():
            check("items", hostile.items_of(iter([1, 2, 3])), [1, 2, 3])
        """,
    )
    assert set(found.values()) == {"passed"}, found
    assert len(found) == 7


def test_no_name_of_an_exception_keeps_a_failed_check_from_being_written_down(tmp_path: Path) -> None:
    found = verdicts(
        tmp_path,
        """
        names = [("StopTest", "hypothesis.errors"), ("UnsatisfiedAssumption", "hypothesis.errors"),
                 *((name, "_pytest.outcomes") for name in ("Failed", "Skipped", "Exit")),
                 ("ExpectationFailed", "coursekit.expect"), ("NotWritten", "coursekit.expect"),
                 ("KeyboardInterrupt", "builtins"), ("PanicException", "pyo3_runtime")]
        bases = [Exception, BaseException, AssertionError]
        own = pytest.mark.parametrize("base", bases)
        named = pytest.mark.parametrize("name", names, ids=lambda name: name[0])
        ends = pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit, GeneratorExit])

        @own
        @named
        def test_in_its_own_with(name, base):
            with expect(hostile.Fails, *name, base).value() as it:
                expect(it.write, 3).returns(9)

        @own
        @named
        def test_in_a_callback(name, base):
            it = hostile.Fails(*name, base)
            hostile.swallow(lambda: expect(it.write, 3).returns(9))

        @own
        @named
        def test_in_an_equality(name, base):
            it = hostile.Fails(*name, base)
            hostile.swallow(lambda: check("it", it, 9))

        @ends
        def test_ends_in_a_callback(kind):
            hostile.swallow(lambda: expect(hostile.raises, kind).returns(9))

        @ends
        def test_ends_in_an_equality(kind):
            it = hostile.Raises(kind)
            hostile.swallow(lambda: check("it", it, 9))

        @ends
        def test_ends_in_a_thread(kind):
            it = hostile.Raises(kind)
            thread = threading.Thread(target=lambda: check("it", it, 9))
            thread.start()
            thread.join()
        """,
    )
    assert not [name for name, status in found.items() if status == "passed"]
    assert len(found) == 3 * 9 * 3 + 9


def test_the_end_of_an_iterator_of_the_test_ends_nothing_else(tmp_path: Path) -> None:
    found = verdicts(
        tmp_path,
        """
        def test_a_map():
            hostile.uses_up(iter([1]))
            for x, got in zip([1, 2, 3], map(hostile.ends_your_loop, [1, 2, 3])):
                check("square", got, x * x)

        def test_all():
            hostile.uses_up(iter([1]))
            assert all(map(hostile.ends_your_loop, [1, 2, 3]))

        def test_a_generator():
            hostile.uses_up(iter([1]))
            assert list(hostile.ends_your_loop(x) for x in [1, 2, 3]) == [1, 4, 9]

        class Own:
            def __iter__(self):
                return self
            def __next__(self):
                raise StopIteration

        def test_a_map_over_iterators():
            check("sums", list(map(hostile.consumes, [Own(), Own()])), [0, 0])

        def test_an_end_of_an_earlier_call():
            def callback(_):
                raise StopIteration
            hostile.swallows_and_keeps(callback)
            check("squares", list(map(hostile.ends_your_loop, [1, 2])), [1, 4])
        """,
    )
    assert set(found.values()) == {"failed"}, found
    assert len(found) == 5


def test_what_a_failed_check_says_stays_here(sample: Any) -> None:
    from coursekit import check

    secret = "SECRET-4711"

    def look(_: Any) -> None:
        check(secret, 5, secret, because=secret)

    def compare(value: Any) -> None:
        assert value == secret, secret

    def fail_inside(_: Any) -> None:
        {"a": 1}[secret]

    def with_a_cause(_: Any) -> None:
        try:
            fail_inside(5)
        except KeyError as error:
            error.add_note(secret)
            raise RuntimeError("on purpose") from error

    for callback in (look, compare, fail_inside, with_a_cause):
        stolen = sample.steal(callback, 5)
        assert secret not in stolen
        assert callback.__name__ not in stolen
        assert "0x" not in stolen
        assert stolen.count("what was not handed over") >= 60
    assert "on purpose" in sample.steal(with_a_cause, 5)


# Copies


def test_copies_are_made_on_this_side(sample: Any) -> None:
    sample.tamper()
    for kind in (sample.Reduced, sample.Plain):
        one = kind(7)
        for again in (
            copy.copy(one),
            copy.deepcopy(one),
            *(pickle.loads(pickle.dumps(one, n)) for n in range(6)),
        ):
            assert type(again) is kind
            assert again is not one
            assert again.value == 7
    both = copy.deepcopy([one, one])
    assert both[0] is both[1]
    assert copy.copy(sample.Reduced(1)).more == 5


def test_a_pickle_runs_nothing_here(sample: Any) -> None:
    for way in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(pickle.PicklingError):
            way(sample.Runs())
    with pytest.raises(pickle.PicklingError):
        pickle.dumps(sample.Elsewhere())
    assert "antigravity" not in sys.modules


# Awaitables


def test_an_awaitable_that_ignores_its_cancellation_holds_up_nobody(sample: Any) -> None:
    from coursekit.asynchronous import NoResult, awaited

    begun = time.monotonic()
    with pytest.raises(NoResult):
        awaited(sample.stubborn, limit=0.2)()
    assert time.monotonic() - begun < 10
    assert awaited(sample.sleep)(0.001) == 0.001


def test_a_least_time_is_measured_on_this_side(sample: Any) -> None:
    from coursekit.asynchronous import TooEarly, awaited, first_done, listed

    sample.tamper()
    assert awaited(sample.sleep, at_least=0.05)(0.05) == 0.05
    with pytest.raises(TooEarly):
        awaited(sample.at_once, at_least=5.0)(5.0)
    with pytest.raises(TooEarly):
        first_done(sample.at_once, at_least=5.0)([(5.0,), (8.0,)])
    with pytest.raises(TooEarly):
        listed(sample.Ticks, at_least=5.0)(3)


def test_awaitables_are_driven_from_this_side(sample: Any) -> None:
    from coursekit.asynchronous import NoResult, awaited, called, first_done, listed, together
    from coursekit.asynchronous import cancelled as cancelled_when

    sample.tamper()
    for sleep in (sample.Sleep, sample.sleep):
        assert awaited(sleep)(0.001) == 0.001
        assert together(sleep)([(0.02,), (0.0,), (0.01,)]) == [0.02, 0.0, 0.01]
        assert first_done(sleep)([(5.0,), (0.0,)]) == 1
        with pytest.raises(NoResult):
            awaited(sleep, limit=0.05)(5.0)
    assert first_done(sample.at_once)([(5.0,), (0.0,)]) == 0
    assert called(sample.at_once)(1.0) is None
    with pytest.raises(AssertionError, match="cannot be awaited"):
        awaited(sample.not_awaitable)(1.0)
    cancelled_when(sample.cancelled, when=lambda: True)()
    asked = itertools.count()
    cancelled_when(sample.cancelled, when=lambda: next(asked) > 3)()
    assert sample.seen[-1:] == ["cancelled"]
    assert listed(sample.Ticks)(3) == [0, 1, 2]
