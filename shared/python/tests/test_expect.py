"""The words of the tests to a learner, and their occasions."""

from __future__ import annotations

import copy
import enum
import math
import sys
from collections.abc import Callable
from decimal import Decimal
from typing import Any, NamedTuple

import numpy as np
import pytest
from coursekit import (
    ExpectationFailed,
    NotWritten,
    check,
    check_close,
    check_that,
    expect,
    likely,
    panicked,
)
from coursekit.expect import close, same, show, show_error
from coursekit.likely import PANICKED
from coursekit.show import NOT_WRITTEN
from hypothesis import given
from hypothesis import strategies as st


class PanicException(BaseException):
    """Stands for PyO3's, which is known by its name."""


class Colour(enum.IntEnum):
    RED = 1


class Pair(NamedTuple):
    first: Any
    second: Any


class Odd:
    """Goes wrong wherever it is touched."""

    def __init__(self, error: BaseException) -> None:
        self.error = error

    def __repr__(self) -> str:
        raise self.error

    def __eq__(self, other: object) -> bool:
        raise self.error

    __hash__ = None  # type: ignore[assignment]


class Curious:
    """Notes what it is compared with, and has the hash of what it hopes to meet."""

    def __init__(self, met: list[object], hoped: object) -> None:
        self.met, self.hoped = met, hoped

    def __eq__(self, other: object) -> bool:
        self.met.append(other)
        return True

    def __hash__(self) -> int:
        return hash(self.hoped)


def stub(*_: object) -> None:
    raise PanicException("not yet implemented: write me")


def raiser(error: BaseException) -> Callable[[], None]:
    def function() -> None:
        raise error

    return function


NAN = float("nan")
OTHER_NAN = -NAN

SAME = [
    (1, 1),
    (NAN, OTHER_NAN),
    (np.float64(NAN), np.float64(NAN)),
    (np.float32(NAN), np.float32(OTHER_NAN)),
    (complex(NAN, 1), complex(NAN, 1)),
    ([1, [2.0, (NAN, None)]], [1, [2.0, (OTHER_NAN, None)]]),
    ({"a": 1, "b": [NAN]}, {"b": [OTHER_NAN], "a": 1}),
    ({1, "x"}, {"x", 1}),
    (frozenset({(1, 2)}), frozenset({(1, 2)})),
    ("\ud800", "\ud800"),
    (b"\x00", b"\x00"),
    (np.array([NAN, 0.0, -0.0]), np.array([OTHER_NAN, 0.0, -0.0])),
    (np.array([complex(NAN, 1)]), np.array([complex(NAN, 1)])),
    (np.array([[]]), np.array([[]])),
    (np.array(1.5), np.array(1.5)),
    (np.array([1, [NAN]], dtype=object), np.array([1, [OTHER_NAN]], dtype=object)),
    (np.array(["NaT"], dtype="M8[s]"), np.array(["NaT"], dtype="M8[s]")),
    (ValueError("x", 1), ValueError("x", 1)),
    (Pair(1, 2), Pair(1, 2)),
    (Colour.RED, Colour.RED),
    (list(range(1000)), list(range(1000))),
]

DIFFERENT = [
    (1, 1.0),
    (1, True),
    (1, Colour.RED),
    (0.0, -0.0),
    (1.0, np.float64(1.0)),
    (np.float32(1.0), np.float64(1.0)),
    (np.float32(0.0), np.float32(-0.0)),
    (np.int64(1), 1),
    (complex(0.0, 0.0), complex(-0.0, 0.0)),
    ("a", b"a"),
    ([1, 2], (1, 2)),
    ([1, 2], [1, 2, 3]),
    ([1, 2, 3], [1, 2]),
    ([1, 1], [1, True]),
    ([1, None], [1, 0]),
    ([[0.0]], [[-0.0]]),
    ({1: "a"}, {True: "a"}),
    ({1: "a"}, {1.0: "a"}),
    ({"a": 1}, {"a": 1, "b": 2}),
    ({"a": 1}, {"a": True}),
    ({1}, {True}),
    ({1}, frozenset({1})),
    (Pair(1, 2), (1, 2)),
    (np.array([1.0]), np.array([1])),
    (np.array([1.0]), np.array([[1.0]])),
    (np.array([0.0]), np.array([-0.0])),
    (np.array([1.0, 2.0]), np.array([1.0, 2.5])),
    (np.array([1, True], dtype=object), np.array([1, 1], dtype=object)),
    (ValueError("x"), ValueError("y")),
    (ValueError("x"), TypeError("x")),
    (None, False),
]


@pytest.mark.parametrize(("left", "right"), SAME)
def test_same(left: Any, right: Any) -> None:
    assert same(left, right)
    assert same(right, left)
    assert same({"k": [left]}, {"k": [right]})
    assert close(left, right, 0.0, 0.0)


@pytest.mark.parametrize(("left", "right"), DIFFERENT)
def test_different(left: Any, right: Any) -> None:
    assert not same(left, right)
    assert not same(right, left)
    assert not same([(left,)], [(right,)])


values = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2) | st.sampled_from([0.0, -0.0, 1.0, NAN]) | st.text("ab"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.tuples(inner, inner)
        | st.dictionaries(st.integers(0, 2), inner, max_size=2)
    ),
    max_leaves=5,
)


@given(values, values)
def test_same_is_what_the_repr_says(left: Any, right: Any) -> None:
    assert same(left, left)
    ordered = not any(isinstance(each, dict) for each in (left, right)) and "{" not in repr((left, right))
    if ordered:
        assert same(left, right) == (repr(left) == repr(right))
    elif same(left, right):
        assert sorted(repr(left)) == sorted(repr(right))


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        (1.0, 1.0 + 1e-9, True),
        (1.0, 1.0 + 1e-7, False),
        (np.float32(1.0), np.float32(1.0), True),
        (np.float64(1.0), np.float64(1.0 + 1e-9), True),
        (1.0, 1, False),
        (1, 2, False),
        (10**9, 10**9 + 1, False),
        ([1.0, {"a": (2.0,)}], [1.0 + 1e-9, {"a": (2.0 - 1e-9,)}], True),
        (complex(1, 1), complex(1, 1 + 1e-9), True),
        (complex(1, 1), complex(1, 1 + 1e-6), False),
        (math.inf, math.inf, True),
        (math.inf, -math.inf, False),
        (math.inf, 1e308, False),
        (NAN, 1.0, False),
        (np.array([1.0, NAN, math.inf]), np.array([1.0 + 1e-9, NAN, math.inf]), True),
        (np.array([math.inf]), np.array([1.0]), False),
        (np.array([1.0, NAN]), np.array([1.0, 1.0]), False),
        (np.array([1.0, 2.0]), np.array([1.0, 2.0 + 1e-6]), False),
        (np.array([10**9]), np.array([10**9 + 1]), False),
        (np.array([1 + 1j]), np.array([1 + 1j + 1e-10j]), True),
        (np.array([1.0], dtype=np.float32), np.array([1.0]), False),
        (np.array([]), np.array([]), True),
    ],
)
def test_close(left: Any, right: Any, expected: bool) -> None:
    assert close(left, right, 1e-8, 0.0) is expected
    assert close(right, left, 1e-8, 0.0) is expected


def test_close_absolute() -> None:
    assert close(0.0, 1e-9, 0.0, 1e-8)
    assert not close(0.0, 1e-7, 1e-3, 1e-8)
    assert close(np.zeros(2), np.full(2, 1e-9), 0.0, 1e-8)
    assert not close(np.zeros(2), np.array([0.0, 1e-7]), 0.0, 1e-8)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ([1, 2], "[1, 2]"),
        (list(range(1_000_000)), "[0, 1, 2, 3, 4, 5, ...] (1,000,000 items)"),
        (np.zeros(1_000_000), "<array of shape (1000000,), dtype float64>"),
        (np.array([[1, 2], [3, 4]]), "array([[1, 2], [3, 4]], dtype=int64)"),
        (np.float64(1.5), "np.float64(1.5)"),
        ("\ud800", "'\\ud800'"),
        (True, "True"),
        (Colour.RED, "<Colour.RED: 1>"),
        (Odd(ValueError("x")), "<Odd whose repr raised ValueError>"),
        ([Odd(PanicException("not yet implemented"))], "[<Odd whose repr raised PanicException>]"),
    ],
)
def test_show(value: Any, text: str) -> None:
    assert show(value) == text


@pytest.mark.parametrize(
    "make",
    [
        lambda: "x" * 10**6,
        lambda: b"x" * 10**6,
        lambda: bytearray(10**6),
        lambda: {n: n for n in range(10**5)},
        lambda: set(range(10**5)),
        lambda: frozenset(range(10**5)),
        lambda: 10**2000,
        lambda: 10**5000,
        lambda: np.str_("x" * 10**6),
        lambda: (["x" * 1000] * 100,) * 100,
    ],
)
def test_show_stays_short(make: Callable[[], Any]) -> None:
    assert 0 < len(show(make())) < 5500


@pytest.mark.parametrize("name", ["ndarray", "list", "dict", "str", "int"])
def test_show_goes_by_the_type_not_by_its_name(name: str) -> None:
    """A stranger of that name is asked for its repr, and not walked through."""
    stranger = type(name, (), {"__repr__": lambda self: "a stranger"})
    assert show(stranger()) == "a stranger"


def test_show_error() -> None:
    error = TypeError("'str' object cannot be interpreted as an integer")
    error.add_note("argument 'b'")
    assert show_error(error) == "TypeError: 'str' object cannot be interpreted as an integer\nargument 'b'"
    assert show_error(ValueError()) == "ValueError"
    assert show_error(PanicException("at the disco")) == "a Rust panic: at the disco"
    assert show_error(ValueError("\ud800")) == "ValueError: \\ud800"
    odd = ValueError("x")
    odd.__notes__ = "not a list"  # type: ignore[assignment]
    assert show_error(odd) == "ValueError: x"


def failure(action: Callable[[], Any]) -> ExpectationFailed:
    with pytest.raises(ExpectationFailed) as caught:
        action()
    return caught.value


def test_returns() -> None:
    assert expect(abs, -1).returns(1) == 1
    failed = failure(lambda: expect(abs, -1).returns(2, because="Because."))
    assert (failed.call, failed.got, failed.expected, failed.because) == ("abs(-1)", "1", "2", "Because.")
    assert str(failed) == "\ncalled    abs(-1)\ngot       1\nexpected  2\nlikely    Because."
    assert failure(lambda: expect(abs, -1).returns(1.0)).got == "1 (int)"
    assert failure(lambda: expect(raiser(KeyError("k"))).returns(1)).got == "KeyError: 'k'"
    assert failure(lambda: expect(raiser(PanicException("oh"))).returns(1)).got == "a Rust panic: oh"
    assert failure(lambda: expect(sys.exit, 3).returns(1)).got == "SystemExit: 3"


def test_several_lines_stay_in_their_column() -> None:
    class Table:
        def __repr__(self) -> str:
            return "1 2\n3 4"

    failed = failure(lambda: check("the table", Table(), 1))
    assert "got       1 2\n          3 4 (Table)\nexpected  1 (int)" in str(failed)


def test_the_call_as_shown() -> None:
    assert expect(divmod, 7, [1] * 9).text == "divmod(7, [1, 1, 1, 1, 1, 1, ...] (9 items))"
    assert expect(sorted, [2, 1], reverse=True).text == "sorted([2, 1], reverse=True)"
    assert expect([].append, 1).text == "list.append(1)"
    assert expect(dict.fromkeys, "ab").text == "dict.fromkeys('ab')"
    assert expect(math.sqrt, 2.0).text == "sqrt(2.0)"
    assert expect(lambda: 1).described("one()").text == "one()"
    numbers = [3, 1]
    failed = failure(lambda: expect(numbers.sort).described("sort()").returns(1))
    assert failed.call == "sort()"
    assert "reverse([1, 2])" in failure(lambda: expect(reverse, [1, 2]).returns(None)).call


def reverse(numbers: list[int]) -> list[int]:
    """Changes its argument, which the failure must not show."""
    numbers.reverse()
    return numbers


def test_the_first_difference_of_long_values() -> None:
    numbers = list(range(1000))
    wrong = [*numbers[:700], -1, *numbers[701:]]
    failed = failure(lambda: check("x", wrong, numbers))
    assert failed.got.endswith("first difference at [700]: -1")
    assert failed.expected.endswith("at [700]: 700")
    array = np.zeros((100, 100))
    other = array.copy()
    other[3, 4] = 0.5
    failed = failure(lambda: check("x", other, array))
    assert "first difference at [3, 4]: np.float64(0.5)" in failed.got
    failed = failure(lambda: check("x", "a" * 500 + "b" + "a" * 500, "a" * 1001))
    assert "first difference at [500]: 'baaaaaaaaaaa'..." in failed.got
    deep = {"a": [[0] * 10, [0] * 9 + [1]]}
    failed = failure(lambda: check("x", deep, {"a": [[0] * 10, [0] * 9 + [True]]}))
    assert "first difference at ['a'][1][9]: 1 (int)" in failed.got
    failed = failure(lambda: check("x", [-0.0], [0.0]))
    assert failed.got == "[-0.0]"
    big = np.zeros(3_000_000)
    expect(lambda: big).described("big()").approximates(big + 1e-15, abs=1e-12)
    failed = failure(lambda: expect(lambda: big).approximates(big + 1.0))
    assert "first difference at [0]" in failed.got
    assert "(within 1e-12 relative, 0 absolute)" in failed.expected


def test_lengths_show() -> None:
    failed = failure(lambda: check("x", [0] * 10, [0] * 11))
    assert "(10 items)" in failed.got
    assert "(11 items)" in failed.expected


def test_approximates() -> None:
    assert expect(math.sqrt, 2.0).approximates(1.4142, rel=1e-4) == math.sqrt(2.0)
    failed = failure(lambda: expect(math.sqrt, 2.0).approximates(1.4, rel=1e-4))
    assert failed.got == "1.4142135623730951"
    assert failed.expected == "1.4 (within 0.0001 relative, 0 absolute)"


def test_raises() -> None:
    error = expect(int, "x").raises(ValueError, says=("invalid literal", "'x'"))
    assert isinstance(error, ValueError)
    expect(raiser(KeyError("k"))).raises(LookupError)
    failed = failure(lambda: expect(int, "x").raises(ValueError, says="zero", because="Because."))
    assert failed.expected == "ValueError, saying 'zero'"
    assert failed.because == "Because."
    assert failure(lambda: expect(int, "1").raises(ValueError)).got == "1"
    assert failure(lambda: expect(int, "x").raises(TypeError)).got.startswith("ValueError")
    assert failure(lambda: expect(raiser(PanicException("p"))).raises(ValueError)).got == "a Rust panic: p"


def test_raises_reads_the_notes() -> None:
    error = TypeError("not an int")
    error.add_note("argument 'b'")
    expect(raiser(error)).raises(TypeError, says="argument 'b'")
    assert "argument 'b'" in failure(lambda: expect(raiser(error)).raises(TypeError, says="'c'")).got


def test_value() -> None:
    assert expect(abs, -1).value() == 1
    assert failure(lambda: expect(int, "x").value("Because.")).because == "Because."


@pytest.mark.parametrize(
    "ask",
    [
        lambda call: call.returns(1),
        lambda call: call.approximates(1.0),
        lambda call: call.raises(ValueError),
        lambda call: call.raises(BaseException),
        lambda call: call.value(),
    ],
)
def test_a_todo_is_not_a_failure(ask: Callable[[Any], Any]) -> None:
    with pytest.raises(NotWritten, match=r"^stub\(1\): not written yet$"):
        ask(expect(stub, 1))


def test_a_todo_in_python() -> None:
    with pytest.raises(NotWritten):
        expect(raiser(NotImplementedError(f"{NOT_WRITTEN}: write me"))).value()
    # These are the words of somebody who has written something.
    for error in (NotImplementedError("no actors"), RuntimeError("not yet implemented")):
        with pytest.raises(ExpectationFailed):
            expect(raiser(error)).value()


def test_a_todo_in_a_comparison() -> None:
    with pytest.raises(NotWritten):
        check("the account", Odd(PanicException("not yet implemented")), Odd(ValueError()))


def test_a_comparison_that_raises() -> None:
    failed = failure(lambda: check("it", Odd(ValueError("no")), Odd(ValueError("no"))))
    assert "comparing it raised ValueError: no" in failed.got
    failed = failure(lambda: check("it", [Odd(PanicException("no"))], [Odd(ValueError("no"))]))
    assert "comparing it raised a Rust panic: no" in failed.got


def test_what_a_call_lets_through() -> None:
    with pytest.raises(KeyboardInterrupt):
        expect(raiser(KeyboardInterrupt())).returns(1)
    with pytest.raises(KeyboardInterrupt):
        expect(raiser(KeyboardInterrupt())).raises(ValueError)
    expect(raiser(KeyboardInterrupt())).raises(KeyboardInterrupt)
    with pytest.raises(pytest.skip.Exception):
        expect(pytest.skip, "no").value()
    inner = failure(lambda: expect(lambda: check("inner", 1, 2)).value())
    assert inner.call == "inner"


def test_check_and_check_that() -> None:
    check("the count", 3, 3)
    failed = failure(lambda: check("the count", 3, 4, "Because."))
    assert (failed.call, failed.got, failed.expected, failed.because) == ("the count", "3", "4", "Because.")
    check_that(True, "beats", 5, "more than 3")
    failed = failure(lambda: check_that(False, "beats", 2, "more than 3", "Attached."))
    assert (failed.got, failed.expected) == ("2", "more than 3")
    assert failure(lambda: check_that(False, "beats", "none at all", "some")).got == "none at all"


# Shape and dtype come before values


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        (np.zeros((0, 1)), np.ones(3)),
        (np.zeros((0, 3)), np.ones((0, 4))),
        (np.ones(1), np.ones(3)),
        (np.ones((3, 1)), np.ones(3)),
        (np.float64(1.0), np.ones(1)),
        (np.ones(3, dtype=np.float32), np.ones(3)),
        (np.ones(3, dtype=">f8"), np.ones(3)),
        (np.ones(3), [1.0, 1.0, 1.0]),
    ],
    ids=lambda value: f"{getattr(value, 'dtype', 'list')} {np.shape(value)}",
)
def test_arrays_of_other_shapes_and_dtypes_are_never_close(got: Any, expected: Any) -> None:
    assert not same(got, expected)
    assert not close(got, expected, rel=1.0, abs_=1.0)
    with pytest.raises(ExpectationFailed):
        check_close("it", got, expected, rel=1.0, abs=1.0)
    with pytest.raises(ExpectationFailed):
        check("it", [got], [expected])


def test_check_close_takes_the_tolerances() -> None:
    check_close("it", np.array([1.0, 2.0]), np.array([1.0, 2.0 + 1e-13]), rel=0.0, abs=1e-12)
    with pytest.raises(ExpectationFailed, match="within"):
        check_close("it", np.array([1.0, 2.0]), np.array([1.0, 2.1]), rel=0.0, abs=1e-12)


def test_records_are_compared_field_by_field() -> None:
    kind = [("a", "f8"), ("b", "i4")]
    assert same(np.array([(np.nan, 1)], dtype=kind), np.array([(np.nan, 1)], dtype=kind))
    assert not same(np.array([(0.0, 1)], dtype=kind), np.array([(-0.0, 1)], dtype=kind))


def an_array_of(*items: object) -> Any:
    made = np.empty(len(items), dtype=object)
    made[:] = items
    return made


@pytest.mark.parametrize("container", [lambda *items: list(items), lambda *items: items, an_array_of])
def test_a_stop_iteration_does_not_end_a_comparison(container: Callable[..., Any]) -> None:
    odd = Odd(StopIteration())
    got, expected = container(odd, "wrong"), container(Odd(StopIteration()), "right")
    assert not same(got, expected)
    assert not close(got, expected, 1.0, 1.0)
    assert not same({"key": odd}, {"key": odd})
    with pytest.raises(ExpectationFailed, match="comparing it raised RuntimeError"):
        check("items", got, expected)


def test_a_list_that_shrinks_while_it_is_compared_is_no_equal() -> None:
    class Shrinks:
        def __eq__(self, other: object) -> bool:
            del got[1:]
            return True

        __hash__ = None  # type: ignore[assignment]

    got: list[Any] = [Shrinks(), "wrong", "wrong"]
    assert not same(got, [Shrinks(), "right", "right"])


def test_slices_are_compared_bound_by_bound() -> None:
    assert same(slice(1, None, -2), slice(1, None, -2))
    assert same(slice(math.nan), slice(math.nan))
    for other in (slice(1.0, None, -2), slice(True, None, -2), slice(1, None), slice(1, 0, -2)):
        assert not same(slice(1, None, -2), other)
    met: list[object] = []
    for number in range(3):
        got: list[Any] = [None, None, None]
        expected: list[Any] = [None, None, None]
        got[number], expected[number] = Curious(met, "the answer"), "the answer"
        assert not same(slice(*got), slice(*expected))
        if sys.version_info >= (3, 12):  # Before 3.12 a slice has no hash, so it cannot be a key.
            assert not same({slice(*got)}, {slice(*expected)})
    assert met == []


def test_an_equality_that_raises_is_no_equality() -> None:
    class Raises:
        def __eq__(self, other: object) -> bool:
            raise RuntimeError("no")

        __hash__ = None  # type: ignore[assignment]

    class Odd:
        def __eq__(self, other: object) -> Any:
            return np.array([True, True])

        __hash__ = None  # type: ignore[assignment]

    for kind in (Raises, Odd):
        assert not same(kind(), kind())
        assert not same([kind()], [kind()])
        assert not close(kind(), kind(), rel=1.0, abs_=1.0)
        with pytest.raises(ExpectationFailed):
            check("it", kind(), kind())


# The likely cause, chosen by what came

DIVISION = likely(
    (ZeroDivisionError, "another class"),
    (math.isinf, "no check"),
    (lambda got: got.missing, "never: this case raises"),
    otherwise="something else",
)


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (raiser(ZeroDivisionError()), "another class"),
        (lambda: math.inf, "no check"),
        (lambda: "text", "something else"),
        (raiser(KeyError()), "something else"),
    ],
)
def test_the_cause_is_chosen_by_what_came(function: Callable[[], Any], expected: str) -> None:
    attempts: list[Callable[[], object]] = [
        lambda: expect(function).raises(ValueError, because=DIVISION),
        lambda: expect(function).returns(1.5, because=DIVISION),
    ]
    for attempt in attempts:
        with pytest.raises(ExpectationFailed) as failure:
            attempt()
        assert failure.value.because == expected


def test_choices_may_be_nested() -> None:
    nested = likely((KeyError, "a key"), otherwise=DIVISION)
    for error, expected in ((KeyError(), "a key"), (ZeroDivisionError(), "another class")):
        with pytest.raises(ExpectationFailed) as failure:
            expect(raiser(error)).returns(1.5, because=nested)
        assert failure.value.because == expected


def test_a_check_chooses_too() -> None:
    attempts: list[Callable[[], object]] = [
        lambda: check("x", math.inf, 1.0, DIVISION),
        lambda: check_that(False, "x", math.inf, "1.0", DIVISION),
    ]
    for attempt in attempts:
        with pytest.raises(ExpectationFailed) as failure:
            attempt()
        assert failure.value.because == "no check"


def test_a_panic_is_called_a_panic() -> None:
    panic = raiser(PanicException("index out of bounds"))
    for because in ("The sum wrapped round.", likely((ValueError, "no"), otherwise="no")):
        with pytest.raises(ExpectationFailed) as failure:
            expect(panic).returns(1, because=because)
        assert failure.value.because == PANICKED
    with pytest.raises(ExpectationFailed) as failure:
        expect(panic).returns(1, because=likely((panicked, "`dot` panics"), otherwise="no"))
    assert failure.value.because == "`dot` panics"


def test_a_value_or_an_error() -> None:
    assert expect(int, "3").value_or_raises(ValueError) == 3
    assert expect(int, "x").value_or_raises(ValueError, says="invalid literal") is None
    with pytest.raises(ExpectationFailed, match="a result, or ValueError, saying 'at byte'"):
        expect(int, "x").value_or_raises(ValueError, says="at byte")
    with pytest.raises(ExpectationFailed, match="a result, or ValueError"):
        expect(int, None).value_or_raises(ValueError)


def test_a_call_leaves_its_arguments_as_they_are() -> None:
    def clear(what: Any) -> int:
        what[:] = type(what)(len(what)) if isinstance(what, bytearray) else 0.0
        return 5

    def clear_and_raise(what: Any) -> None:
        clear(what)
        raise ValueError("no")

    for make in (lambda: np.arange(1.0, 4.0), lambda: bytearray(b"abc")):
        with pytest.raises(ExpectationFailed, match="an argument of clear") as caught:
            expect(clear, make()).returns(5)
        assert "Leave it as it is" in str(caught.value)
        with pytest.raises(ExpectationFailed, match="changed its argument"):
            expect(clear_and_raise, what=make()).raises(ValueError)
        expect(clear, make()).changes_arguments().returns(5)
    for unchanged in (np.array([np.nan, 1.0]), np.array([np.datetime64("NaT"), 1.0], dtype=object)):
        expect(lambda what: 5, unchanged).returns(5)


UNEQUAL = [
    (np.datetime64("2020"), np.datetime64("2020-01-01")),
    (np.timedelta64(1, "h"), np.timedelta64(60, "m")),
    (np.array([(1.0,)], [("a", "f4")])[0], np.array([(1.0,)], [("a", "f8")])[0]),
    (Decimal(0), Decimal("-0")),
    (OSError(2, "gone", "one"), OSError(2, "gone", "other")),
    (OSError(2, "gone", "one"), OSError(2, "gone")),
    ({math.nan}, {1.0}),
    ({math.nan, 1.0}, {math.nan, 2.0}),
]


@pytest.mark.parametrize(("left", "right"), UNEQUAL)
def test_a_part_of_the_type_is_a_difference(left: Any, right: Any) -> None:
    for one, other in ((left, right), (right, left), ([left], [right])):
        assert not same(one, other)
        assert not close(one, other, 1e-9, 0.0)


def test_a_zero_in_a_record_has_its_sign() -> None:
    plus, minus = (np.array([(zero,)], [("a", "f8")])[0] for zero in (0.0, -0.0))
    assert not same(plus, minus)
    assert close(plus, minus, 1e-9, 0.0)


@pytest.mark.parametrize(
    "value",
    [
        np.datetime64("2020-01-01"),
        np.datetime64("NaT"),
        np.timedelta64(1, "h"),
        np.array([(math.nan, -0.0)], [("a", "f8"), ("b", "f4")])[0],
        np.void(b"abc"),
        np.bool_(True),
        np.int16(3),
        np.str_("text"),
        Decimal("NaN"),
        Decimal("-0"),
        OSError(2, "gone", "one"),
        {math.nan, 1.0},
        frozenset({np.float32("nan")}),
    ],
)
def test_a_copy_is_the_same(value: Any) -> None:
    assert same(value, copy.deepcopy(value))
    assert close(value, copy.deepcopy(value), 1e-9, 0.0)
