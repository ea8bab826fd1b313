"""A test uses a module that it never loads. The module is Python here: the jail knows no difference."""

from __future__ import annotations

import contextlib
import copy
import gc
import math
import pickle
import socket
import sys
import threading
import time
import weakref
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from coursekit import ExpectationFailed, arguments, expect
from coursekit.asynchronous import awaited
from coursekit.compare import same
from coursekit.show import is_not_written
from grader.stand_ins.session import Session, WroteToReadOnly
from grader.stand_ins.work import Work, says_something
from grader.transport.frames import BadFrame, Closed, Message
from grader.transport.peer import Peer

MODULE = """
import collections.abc
import numpy as np

__version__ = "1.2"

def add(a, b=1):
    "Adds."
    return a + b

def first(items):
    return next(iter(items))

def call(function, *args):
    return function(*args)

def double(array):
    array *= 2

def overwrite(array):
    array.flags.writeable = True
    array[0] = 99

def fail(kind):
    raise {"value": ValueError("bad", 7), "own": Refused("no", 3), "system": SystemExit(3)}[kind]

class Refused(Exception):
    def __init__(self, why, line):
        super().__init__(why, line)
        self.line = line
    def __str__(self):
        return f"line {self.line}: {self.args[0]}"

class Counter:
    def __init__(self, start=0):
        self.value = start
    def up(self):
        self.value += self.step()
        return self.value
    def step(self):
        return 1
    def __len__(self):
        return self.value
    def __eq__(self, other):
        return self.value == other.value if isinstance(other, Counter) else NotImplemented
    __hash__ = None
    def __getitem__(self, index):
        if index >= self.value:
            raise IndexError(index)
        return index
    @staticmethod
    def of(value):
        return Counter(value)

collections.abc.Sequence.register(Counter)

class Liar:
    "Equal to everything. No type stub declares it."
    __array_priority__ = 1000
    def __eq__(self, other):
        return True
    def __ne__(self, other):
        return False
    def __hash__(self):
        return 5
    def __array_ufunc__(self, *args, **kwargs):
        return True
    def __array__(self, *args, **kwargs):
        return 5
    def __bool__(self):
        return True
    def __iter__(self):
        return iter([1, 2])

class IntLike(int):
    def __eq__(self, other):
        return True
    __hash__ = int.__hash__

def lie():
    return Liar()

def int_like():
    return IntLike(3)

class Everything(ValueError, TypeError, KeyError):
    pass

def everything():
    raise Everything("all at once")

def refuse():
    raise ValueError("no")

def answer():
    return 1

def _fixture():
    return 2

async def later(fine):
    if not fine:
        raise ValueError("no")

def clear_and_raise(data):
    data[:] = 0
    raise ValueError("no")

def given_away(function):
    array = np.arange(3.0)
    try:
        function(array)
    except ValueError:
        pass
    return array

def given_away_read_only(function):
    array = np.arange(3.0)
    array.flags.writeable = False
    function(array)

made = []
def keep(thing):
    made.append(thing)
    return made[0]
"""


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory, open_module: Any) -> Iterator[Any]:
    with open_module(
        tmp_path_factory.mktemp("extension"), MODULE, ["Counter", "Refused", "Everything"]
    ) as module:
        yield module


def test_functions_and_attributes(sample: Any) -> None:
    expect(sample.add, 2, b=3).returns(5)
    assert (sample.__version__, sample.add.__name__, sample.add.__doc__) == ("1.2", "add", "Adds.")
    assert not hasattr(sample, "nothing")
    assert "add" in dir(sample)
    with pytest.raises(TypeError, match="missing"):
        sample.add()


def test_the_module_is_not_loaded_here(sample: Any) -> None:
    assert type(sample).__name__ == "RemoteModule"
    with pytest.raises(AttributeError, match="cannot be changed"):
        sample.add = None


FOR_PYTHON_ITSELF = """
    annotations array_interface array_priority array_struct array_ufunc bases cached class code copy deepcopy
    del delete dict file fspath get getinitargs getnewargs getnewargs_ex getstate globals init_subclass
    isabstractmethod loader main mro_entries objclass package path post_init prepare reduce set set_name
    signature slots spec subclasshook test type_params wrapped
"""
"""Attributes, without their underscores, that importlib, inspect, copy, pickle, pytest or NumPy look for."""


def test_no_library_asks_the_submission_for_its_settings(
    sample: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    things = [sample, sample.add, sample.Counter, sample.Counter(2)]
    asked: list[Message] = []
    channel = sample.__dict__["_grader_ref"].session.channel
    before = channel.ask

    def ask(message: Message) -> Message:
        asked.append(message)
        return before(message)  # type: ignore[no-any-return]

    monkeypatch.setattr(channel, "ask", ask)
    for thing in things:
        for name in FOR_PYTHON_ITSELF.split():
            getattr(thing, f"__{name}__", None)
    assert [message.body for message in asked] == []


@pytest.mark.parametrize("name", ["sample", "beside_it"])
def test_nothing_is_imported_out_of_the_submission(tmp_path: Path, open_module: Any, name: str) -> None:
    source = "import os\n__path__ = [os.path.dirname(__file__)]\ndef check(): pass\n"
    (tmp_path / "beside_it.py").write_text("raise SystemExit('loaded in the oracle')\n")
    with open_module(tmp_path, source, []):
        for statement in (f"from sample import {name}", f"import sample.{name}"):
            with pytest.raises(ImportError):
                exec(statement, {})
        names: dict[str, Any] = {}
        exec("from sample import check", names)
        assert type(names["check"]).__name__ == "RemoteCallable"
        assert not [each for each in sys.modules if each.startswith("sample.")]


def test_classes_and_their_special_methods(sample: Any) -> None:
    counter = sample.Counter(2)
    assert type(counter) is sample.Counter
    assert (counter.up(), counter.value, len(counter), list(counter)) == (3, 3, 3, [0, 1, 2])
    counter.value = 5
    assert len(counter) == 5
    assert counter == sample.Counter.of(5)
    assert counter != sample.Counter.of(6)
    assert counter != 5
    assert isinstance(counter, Sequence)
    with pytest.raises(TypeError):
        hash(counter)


def test_copies_are_made_over_there(sample: Any) -> None:
    counter = sample.Counter(2)
    for again in (copy.copy(counter), copy.deepcopy(counter), pickle.loads(pickle.dumps(counter))):
        again.up()
        assert (again.value, counter.value) == (3, 2)


def test_a_test_may_derive_a_class(sample: Any) -> None:
    class ByTen(sample.Counter):  # type: ignore[misc]
        def step(self) -> int:
            return 10 * len(self)

    counter = ByTen(1)
    assert (counter.up(), type(counter)) == (11, ByTen)


def test_callbacks_iterators_and_their_errors(sample: Any) -> None:
    assert sample.call(lambda a, b: a * b, 6, 7) == 42
    left = iter([1, 2, 3])
    assert sample.first(left) == 1
    assert list(left) == [2, 3]
    assert sample.call(lambda: sample.call(lambda: sample.add(1))) == 2
    error = KeyError("id")

    def fail() -> None:
        raise error

    with pytest.raises(KeyError) as caught:
        sample.call(fail)
    assert caught.value is error


def test_what_was_handed_over_comes_back_as_itself(sample: Any) -> None:
    thing = object()
    assert sample.keep(thing) is thing
    counter = sample.Counter()
    assert sample.call(lambda x: x is counter, counter) is True


def test_exceptions(sample: Any) -> None:
    expect(sample.fail, "value").raises(ValueError, says="bad")
    error: Any = expect(sample.fail, "own").raises(sample.Refused, says="line 3: no")
    assert (error.line, error.args, str(error)) == (3, ("no", 3), "line 3: no")
    assert issubclass(sample.Refused, Exception)
    assert str(sample.Refused("x", 9)) == "line 9: x"
    system = expect(sample.fail, "system").raises(BaseException)
    assert (type(system).__name__, system.args) == ("SystemExit", (3,))


def test_arrays_are_changed_in_place(sample: Any) -> None:
    base = np.arange(6.0)
    with arguments.may_change():
        sample.double(base[::2])
    assert base.tolist() == [0.0, 1.0, 4.0, 3.0, 8.0, 5.0]
    expect(sample.double, base[:1]).changes_arguments().value()
    expect(sample.double, base[1:2]).changes_arguments().value()
    assert base.tolist() == [0.0, 2.0, 4.0, 3.0, 8.0, 5.0]


def test_a_callback_may_change_the_array_that_it_gets(sample: Any) -> None:
    def spoil(array: Any) -> None:
        array[0] = 7.0

    def spoil_and_raise(array: Any) -> None:
        array[1] = 8.0
        raise ValueError("on purpose")

    assert sample.given_away(spoil).tolist() == [7.0, 1.0, 2.0]
    assert sample.given_away(spoil_and_raise).tolist() == [0.0, 8.0, 2.0]
    with pytest.raises(ValueError, match="read-only"):
        sample.given_away_read_only(spoil)


def test_an_argument_that_no_test_lets_change_stays_as_it_was(sample: Any) -> None:
    array = np.arange(3.0)
    with pytest.raises(ExpectationFailed, match="changed its argument"):
        expect(sample.double, array).value()
    with pytest.raises(ExpectationFailed, match="changed its argument"):
        sample.double(array)
    with pytest.raises(ExpectationFailed, match="changed its argument"):
        expect(sample.clear_and_raise, array).raises(ValueError)
    assert array.tolist() == [0.0, 1.0, 2.0]


def test_refusals_and_answers_that_say_nothing_are_known(sample: Any) -> None:
    session = sample.__dict__["_grader_ref"].session

    def work(*calls: Any) -> tuple[bool, dict[str, bool]]:
        """Whether there was a refusal, and which functions gave an answer that says something or not."""
        session.work = Work()
        for call in calls:
            with contextlib.suppress(ValueError):
                call()
        return session.work.refused, session.work.answers

    refuse, answer, array = sample.refuse, sample.answer, np.arange(2.0)
    assert work(refuse, lambda: sample.refuse) == (True, {})
    assert work(refuse, answer) == (True, {"answer": True})
    assert work(sample._fixture) == (False, {"_fixture": True})
    assert work(sample.Counter, lambda: sample.Counter) == (False, {})
    assert work(lambda: sample.Counter(0).value) == (False, {"Counter.value": False})
    assert work(lambda: sample.Counter(0).up()) == (False, {"Counter.up": True})
    assert work(lambda: len(sample.Counter(3))) == (False, {"Counter.__len__": True})
    assert work(lambda: awaited(sample.later)(True), refuse) == (True, {})
    assert work(lambda: awaited(sample.later)(False)) == (True, {})
    assert work(lambda: sample.add(0, 0), lambda: sample.add(0, b=7)) == (False, {"add": False})
    assert work(lambda: sample.add(3, 4)) == (False, {"add": True})
    with arguments.may_change():
        assert work(lambda: sample.double(array)) == (False, {"double": True})
    own = ValueError("the test's own")
    assert work(lambda: sample.call(lambda: failing(own))) == (True, {"call": True})


def failing(error: Exception) -> None:
    raise error


def test_an_object_in_a_result_is_not_compared_with_the_arguments() -> None:
    asked = []

    class Object:
        def __eq__(self, other: object) -> bool:
            asked.append(other)
            return True

        __hash__ = None  # type: ignore[assignment]

    work = Work()
    work.answer("first", [1, Object()], [[1, Object()]])
    work.answer("second", [1, (2.0, "a")], [[1, (2.0, "a")]])
    work.answer("third", np.float64(2.0), [np.float64(2.0)])
    assert (work.answers, asked) == ({"first": True, "second": False, "third": False}, [])


def test_zero_and_nothing_say_nothing() -> None:
    nothing = [0, 0.0, -0.0, False, "", b"", 0j, [], (), {}, [0, [0.0, ""]], {"": 0}, range(0), Decimal(0)]
    nothing += [
        np.zeros(3),
        np.float64(0),
        np.zeros(0),
        np.array([0, ""], dtype=object),
        np.zeros(2, "M8[s]"),
    ]
    nothing += [np.zeros(1, "f4,f4")]
    assert [says_something(value) for value in nothing] == [False] * len(nothing)
    something = [1, math.nan, True, "a", [0, 1], (0, [None, "a"]), {"a": 0}, np.eye(2), np.ones(1, "f4,f4")]
    assert [says_something(value) for value in something] == [True] * len(something)
    assert [says_something(value) for value in (None, len, [None], {1: object()})] == [None, None, None, True]


def test_an_exception_of_the_submission_is_of_one_kind(sample: Any) -> None:
    for kind in (ValueError, TypeError, KeyError):
        if kind is not ValueError:
            with pytest.raises(ExpectationFailed):
                expect(sample.everything).raises(kind)
        else:
            assert type(expect(sample.everything).raises(kind)) is sample.Everything


def test_a_callbacks_exceptions_leave_nothing_behind(sample: Any) -> None:
    class Large:
        pass

    gone = []

    def fails() -> None:
        large = Large()
        gone.append(weakref.ref(large))
        raise ValueError("on purpose")

    for _ in range(3):
        with pytest.raises(ValueError, match="on purpose"):
            sample.call(fails)
    gc.collect()
    assert [each() for each in gone] == [None] * 3


def test_a_read_only_array_that_was_written_to(sample: Any) -> None:
    array = np.arange(3.0)
    array.flags.writeable = False
    with pytest.raises(WroteToReadOnly):
        sample.overwrite(array)
    assert array.tolist() == [0.0, 1.0, 2.0]


def test_a_liar_gets_no_say(sample: Any) -> None:
    lie = sample.lie()
    assert (lie == 5, lie != 5, lie in [5], list(lie)) == (False, True, False, [1, 2])
    with pytest.raises(ExpectationFailed):
        expect(sample.lie).returns(5)
    assert not np.array_equal(np.array([5]), lie)
    with pytest.raises(AssertionError):
        np.testing.assert_array_equal(lie, np.array([5]))
    assert (sample.int_like() == 3, type(sample.int_like()) is int) == (False, False)


def test_threads_talk_at_the_same_time(sample: Any) -> None:
    meet = threading.Barrier(4, timeout=10.0)
    got: list[int] = []

    def work(number: int) -> None:
        got.append(sample.call(lambda: (meet.wait(), number)[1]))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20.0)
    assert sorted(got) == [0, 1, 2, 3]


class Forger:
    """The other end, as an attacker would write it: answers with whatever it likes."""

    def __init__(self, answers: list[dict[str, Any]]) -> None:
        self.generation = 1
        self._answers = iter(answers)

    def ask(self, message: Message) -> Message:
        return Message(dict(next(self._answers)), [])


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"result": {"o": {"handle": 5}}},
        {"result": {"o": {"handle": "5", "kind": "instance"}}},
        {"result": {"o": {"handle": 5, "kind": "instance", "class": {"builtin": "exec"}}}},
        {"result": {"o": {"handle": 5, "kind": "class", "name": "a b"}}},
        {"result": {"o": {"builtin": "eval"}}},
        {"result": {"y": 0}},
        {"result": {"o": {"id": 0}}},
        {"raised": {"class": "exec", "args": {"l": []}, "attributes": {}, "notes": []}},
        {"raised_own": 0},
        {"result": None, "changed": [[0, 0]]},
    ],
)
def test_forged_answers(answer: dict[str, Any]) -> None:
    world = Session("forged", "forged.so", {}, Forger([answer]))
    with pytest.raises(BadFrame):
        world.module.anything  # noqa: B018


@pytest.mark.parametrize("name", ["Skipped", "ExpectationFailed", "NotWritten", "AssertionErrorX", "Exit"])
def test_an_exception_is_never_one_of_pytests_own(name: str) -> None:
    described: dict[str, Any] = {
        "handle": 7,
        "kind": "class",
        "name": name,
        "module": "_pytest.outcomes",
        "exception": "BaseException",
    }
    described |= {
        "doc": None,
        "bases": [{"builtin": "BaseException"}],
        "specials": [],
        "hashable": True,
        "abcs": [],
    }
    raised = {"class": {"o": described}, "args": [], "attributes": {}, "notes": [], "handle": 8, "text": ""}
    world = Session("forged", "forged.so", {}, Forger([{"raised": raised}]))
    with pytest.raises(BaseException) as caught:  # noqa: PT011
        world.module.anything  # noqa: B018
    assert type(caught.value).__name__ == name
    assert not isinstance(caught.value, (pytest.skip.Exception, ExpectationFailed, pytest.exit.Exception))
    assert type(caught.value).__mro__[1] is BaseException


def test_answers_that_nobody_asked_for() -> None:
    one, other = socket.socketpair()
    peer = Peer(one, lambda message: message, takes_new_threads=False)
    peer.start()
    flood = b'\0\0\0\x27\0\0\0\0{"thread":0,"kind":"answer","sizes":[]}'
    other.sendall(flood * 10)
    deadline = time.monotonic() + 10.0
    while peer.failure is None and time.monotonic() < deadline:
        time.sleep(0.01)
    assert isinstance(peer.failure, (BadFrame, Closed))
    peer.close()
    other.close()


HOSTILE = """
class Plain:
    def __sub__(self, other):
        return 0.0
    def __eq__(self, other):
        SEEN.append(other)
        return False
    def __hash__(self):
        return 17
    def __iter__(self):
        return map(str, [1, 2])

SEEN = []

class Ends(SystemExit):
    pass

def fail(kind):
    raise {"exit": SystemExit(3), "interrupt": KeyboardInterrupt("x"), "own": Ends("y")}[kind]

def unwritten():
    raise NotImplementedError(10**5000)

def keyed(deep):
    return {(Plain(), 1) if deep else Plain(): 0}

class Stops:
    def __eq__(self, other):
        raise StopIteration
    __hash__ = None

def stops(answer, in_an_array):
    items = [Stops(), answer]
    return array_of(items) if in_an_array else items

def array_of(items):
    import numpy
    made = numpy.empty(len(items), dtype=object)
    made[:] = items
    return made

def sliced():
    return slice(0, Plain(), None)
"""


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory, open_module: Any) -> Iterator[Any]:
    with open_module(
        tmp_path_factory.mktemp("extension"), HOSTILE, {"Plain": ["__iter__"], "Stops": []}
    ) as module:
        yield module


@pytest.mark.parametrize(
    ("kind", "name"), [("exit", "SystemExit"), ("interrupt", "KeyboardInterrupt"), ("own", "Ends")]
)
def test_no_exception_of_the_submission_ends_the_session(hostile: Any, kind: str, name: str) -> None:
    raised = expect(hostile.fail, kind).raises(BaseException)
    assert type(raised).__name__ == name
    assert not isinstance(raised, (KeyboardInterrupt, SystemExit))


def test_an_exception_without_a_text_is_not_unwritten_code(hostile: Any) -> None:
    with pytest.raises(NotImplementedError) as raised:
        hostile.unwritten()
    assert not is_not_written(raised.value)


def test_a_class_does_what_its_stub_names_and_nothing_else(hostile: Any) -> None:
    one = hostile.Plain()
    with pytest.raises(TypeError):
        _ = one - np.zeros(3)
    assert list(one) == ["1", "2"]  # `__iter__` hands back a `map`, which needs a stand-in.
    assert (one == 5) is False


@pytest.mark.parametrize("deep", [False, True])
def test_a_key_of_the_submission_never_meets_an_expected_one(hostile: Any, deep: bool) -> None:
    expected = {(17, 1) if deep else 17: 0}
    before = len(hostile.SEEN)
    assert not same(hostile.keyed(deep), expected)
    with pytest.raises(ExpectationFailed):
        expect(hostile.keyed, deep).returns(expected)
    assert 17 not in hostile.SEEN[before:]


def test_a_bound_of_a_slice_never_meets_an_expected_one(hostile: Any) -> None:
    before = len(hostile.SEEN)
    expect(hostile.sliced).value()
    with pytest.raises(ExpectationFailed):
        expect(hostile.sliced).returns(slice(0, 17, None))
    assert 17 not in hostile.SEEN[before:]


@pytest.mark.parametrize("in_an_array", [False, True])
def test_an_equality_that_stops_iterations_hides_no_wrong_answer(hostile: Any, in_an_array: bool) -> None:
    got = hostile.stops("wrong", in_an_array)
    expected = hostile.stops("right", in_an_array)
    assert not same(got, expected)
    with pytest.raises(ExpectationFailed, match="comparing it raised RuntimeError"):
        expect(hostile.stops, "wrong", in_an_array).returns(expected)
