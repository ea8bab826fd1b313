"""Values arrive between oracle and jail as they were sent, and bytes that are no message are refused."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from coursekit.compare import same
from grader.codec.arrays import owner
from grader.codec.decoder import Decoder
from grader.codec.encoder import Encoder
from grader.codec.exceptions import rebuilt, standard_exception
from grader.codec.side import NotPlainData
from grader.transport import frames
from grader.transport.frames import BadFrame, Closed, Message
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp


class Nobody:
    """A side without objects of its own."""

    largest_array = 1 << 20

    def __init__(self, trusts_other: bool = False) -> None:
        self.trusts_other = trusts_other

    def export(self, value: Any) -> Any:
        raise NotPlainData(type(value).__name__)

    def foreign_name(self, value: Any) -> Any:
        return None

    def import_object(self, form: Any) -> Any:
        raise BadFrame("an object")

    def exported(self, form: Any) -> Any:
        raise BadFrame("an object")

    def exception_class(self, form: Any) -> type[BaseException]:
        found = standard_exception(form)
        if found is None:
            raise BadFrame("a class")
        return found

    def made_exception(
        self, kind: type[BaseException], args: list[Any], attributes: dict[str, Any], form: Any
    ) -> BaseException:
        return rebuilt(kind, args, attributes, str(form.get("text")))

    def exception_handle(self, error: BaseException) -> int | None:
        return None


def through(value: Any, to_the_worker: bool = False) -> Any:
    """Over a real socket: from the worker to the oracle, or the other way."""
    encoder = Encoder(Nobody(trusts_other=not to_the_worker))
    form = encoder.value(value)
    encoder.finish()
    one, other = socket.socketpair()
    with one, other:
        one.settimeout(5.0)
        other.settimeout(5.0)
        assert sum(map(len, encoder.blobs)) < 100_000, "more than a socket holds that nobody reads yet"
        frames.send(one, Message({"value": form}, encoder.blobs))
        message = frames.receive(other)
    return Decoder(Nobody(trusts_other=to_the_worker), message.blobs).value(message.body["value"])


FLOATS = st.floats(width=64) | st.sampled_from([0.0, -0.0, float("inf"), float("nan")])
PLAIN = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-(2**200), 2**200)
    | FLOATS
    | st.complex_numbers()
    | st.text()
    | st.text(st.characters(categories=["Cs", "Lu"]), max_size=4)
    | st.binary(max_size=50)
    | st.builds(bytearray, st.binary(max_size=5))
    | st.decimals(allow_nan=False)
    | st.fractions()
    | st.builds(range, st.integers(-5, 5), st.integers(-5, 5))
)
NESTED = st.recursive(
    PLAIN,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(st.integers(-(2**63), 2**63 - 1), min_size=8, max_size=12)
        | st.lists(FLOATS, min_size=8, max_size=12)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(max_size=3) | st.integers(), inner, max_size=3)
        | st.frozensets(st.integers() | st.text(max_size=2), max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=300)
@given(NESTED)
def test_plain_data_arrives_as_it_was(value: Any) -> None:
    got = through(value)
    assert same(got, value), (got, value)


@pytest.mark.parametrize(
    "value",
    [
        [True, 1, 1.0],
        [1] * 8 + [True],
        [1.0] * 8 + [1],
        [2**63] * 9,
        slice(1, None, -2),
        Ellipsis,
        NotImplemented,
        Path("a/b"),
        Decimal("NaN"),
        Fraction(-1, 3),
        {1, 2},
        [[]],
        (),
    ],
)
def test_types_stay_apart(value: Any) -> None:
    got = through(value)
    assert type(got) is type(value)
    assert same(got, value) or repr(got) == repr(value)


DTYPES = hnp.scalar_dtypes() | hnp.array_dtypes(max_size=3)


def steps(array: Any) -> list[tuple[int, int]]:
    """Lengths and strides; those of an axis that nobody walks along say nothing."""
    return [(n, s if n > 1 and array.size else 0) for n, s in zip(array.shape, array.strides, strict=True)]


BOTH_WAYS = pytest.mark.parametrize("to_the_worker", [False, True], ids=["to the oracle", "to the worker"])


@BOTH_WAYS
@settings(max_examples=200)
@given(array=hnp.arrays(DTYPES, hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4)))
def test_arrays_arrive_as_they_were(to_the_worker: bool, array: Any) -> None:
    got = through(array, to_the_worker)
    assert type(got) is np.ndarray
    assert (got.dtype, got.shape, steps(got)) == (array.dtype, array.shape, steps(array))
    assert got.tobytes() == array.tobytes()


VIEWS: list[Callable[[Any], Any]] = [
    lambda a: a[::2],
    lambda a: a[::-1],
    lambda a: a.T,
    lambda a: a[1:, 2:0:-1],
    lambda a: np.broadcast_to(a[0, 0], (3, 5)),
    lambda a: np.frombuffer(bytes(1) + a.tobytes(), dtype=np.int64, offset=1),
    lambda a: a[0:0],
]


@BOTH_WAYS
@pytest.mark.parametrize("view", VIEWS)
def test_layout_is_kept(to_the_worker: bool, view: Callable[[Any], Any]) -> None:
    array = view(np.arange(12, dtype=np.int64).reshape(3, 4))
    got = through(array, to_the_worker)
    assert (steps(got), got.flags.aligned, got.flags.writeable, got.flags.c_contiguous) == (
        steps(array),
        array.flags.aligned,
        array.flags.writeable,
        array.flags.c_contiguous,
    )
    assert np.array_equal(got, array)


def test_views_of_one_array_share_memory_on_the_other_side() -> None:
    base = np.arange(10.0)
    one, other, same_again, apart = through([base[:6], base[4:], base[:6], np.ones(2)])
    one[5] = 99.0
    assert other[1] == 99.0
    assert same_again[5] == 99.0
    assert apart.tolist() == [1.0, 1.0]
    twice = np.ones(2)
    left, right = through((twice, twice))
    assert left is right


def test_arrays_over_one_buffer_have_a_common_base_in_the_jail_only_if_they_had_one() -> None:
    buffer = bytearray(80)
    one, other = np.frombuffer(buffer), np.frombuffer(buffer)
    views = [one, one[3:], other, other[::2], other[:0]]
    got = through(views, to_the_worker=True)
    assert len({id(owner(each)) for each in got[:2]}) == 1
    assert len({id(owner(each)) for each in got[2:4]}) == 1
    assert owner(got[0]) is not owner(got[2])
    got[0][4] = 5.0
    assert got[1][1] == got[2][4] == got[3][2] == 5.0


def test_exceptions_keep_class_arguments_notes_and_cause() -> None:
    error = ValueError("no", 3)
    error.add_note("argument 'x'")
    error.__cause__ = KeyError("k")
    got = through(error)
    assert type(got) is ValueError
    assert (got.args, got.__notes__) == (("no", 3), ["argument 'x'"])
    assert isinstance(got.__cause__, KeyError)
    assert got.__cause__.args == ("k",)
    missing = through(FileNotFoundError(2, "No such file or directory", "/x"))
    assert (missing.errno, missing.strerror, missing.filename) == (2, "No such file or directory", "/x")
    assert str(through(ConnectionError("refused by x"))) == "refused by x"
    with pytest.raises(UnicodeDecodeError) as caught:
        b"\xff".decode()
    assert through(caught.value).start == 0


def test_what_cannot_travel_says_so() -> None:
    endless: list[Any] = []
    endless.append(endless)
    for value in (object(), endless, 1 << 5_000_000, np.zeros(1, dtype=[("a", object)])):
        with pytest.raises(NotPlainData):
            through(value)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*"ifcsbBlLtezdSrDFPkaAnxoy", "?"]), inner, max_size=2)
    ),
    max_leaves=8,
)


@settings(max_examples=500)
@given(JSON, st.lists(st.binary(max_size=9), max_size=2))
def test_nonsense_is_refused_and_does_no_harm(form: Any, blobs: list[bytes]) -> None:
    with contextlib.suppress(BadFrame, NotPlainData):
        Decoder(Nobody(), blobs).value(form)


ARRAY = {"dtype": "<f8", "shape": [1], "writeable": True, "number": 0, "buffer": 0, "align": 0, "offset": 0}


@pytest.mark.parametrize(
    "changed",
    [
        {"shape": [2]},  # Beyond the buffer.
        {"offset": 8},
        {"offset": -8},
        {"strides": [800], "shape": [2]},
        {"shape": [1 << 40], "strides": [0]},  # Few bytes that seem endless.
        {"dtype": "O"},
        {"dtype": "|O8"},
        {"dtype": {"names": ["a"], "formats": ["O"], "offsets": [0], "itemsize": 8}},
        {"buffer": 1},
        {"buffer": True},
        {"shape": [-1]},
    ],
)
def test_an_array_that_lies(changed: dict[str, Any]) -> None:
    form = {"a": {**ARRAY, "strides": [8], **changed}}
    with pytest.raises(BadFrame):
        Decoder(Nobody(), [bytes(8)]).value(form)


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xff\xff\xff\xff\xff\xff\xff",
        b"\0\0\0\2\0\0\0\0[]",
        b"\0\0\0\2\0\0\0\0{}",
        b"\0\0\0\3\0\0\0\0nul",
        b'\0\0\0\x0d\0\0\0\1{"sizes":[2]}x',
        b'\0\0\0\x0e\0\0\0\0{"sizes":[-1]}',
        b"\0\0\x27\x10\0\0\0\0" + b"[" * 10_000,
    ],
)
def test_bytes_that_are_no_frame(data: bytes) -> None:
    one, other = socket.socketpair()
    with one, other:
        one.sendall(data)
        with pytest.raises(BadFrame):
            frames.receive(other)


def test_a_torn_frame() -> None:
    one, other = socket.socketpair()
    with other:
        with one:
            one.sendall(b"\0\0\0\x20\0\0\0\0{")
        with pytest.raises(Closed):
            frames.receive(other)
