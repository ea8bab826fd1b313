from __future__ import annotations

import copy
import pickle
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
import scale_out
from coursekit import check, check_that, expect
from coursekit.pickles import after_restart
from hypothesis import given, settings
from hypothesis import strategies as st

VERSION_AT = 4
LARGEST = 2**64 - 1

THROUGH_BYTES = "`__reduce__` gives `from_bytes` and the bytes: so the version travels with every pickle."
VERSION = (
    "The fifth byte is the version. Compare it before you read on: what follows may mean anything there."
)
BELIEVED = (
    "The bytes lie, and were believed. Each number must fit what is left, each word must be greater than "
    "the word before it, and nothing may be left at the end."
)
NEW = "`merge` gives a new count; neither of the two changes."
CHECKED = "`checked_add` is None where the sum is 2**64 or more: raise OverflowError then."
SORTED = "A HashMap gives its words in another order each time: sort them."


def count(counts: dict[str, int]) -> Any:
    return expect(scale_out.PartialCount, counts).value()


def read(data: Any) -> Any:
    """A call of `from_bytes`, as the failure shall show it."""
    return expect(scale_out.PartialCount.from_bytes, data)


def written(counts: dict[str, int]) -> bytes:
    got = expect(count(counts).to_bytes).value()
    check("type of to_bytes()", type(got), bytes)
    return bytes(got)


def test_counts() -> None:
    check("PartialCount().counts", expect(scale_out.PartialCount).value().counts, {})
    check("counts", count({"spam": 2, "é 🦀": LARGEST}).counts, {"spam": 2, "é 🦀": LARGEST})


@pytest.mark.parametrize(
    "counts", [{}, {"spam": 1}, {"spam": 300, "é": 1, "🦀": 0, "": 7}, {"x" * 1000: LARGEST}]
)
def test_through_bytes(counts: dict[str, int]) -> None:
    check("counts afterwards", read(written(counts)).value().counts, counts)


def test_the_bytes_are_as_the_lesson_says() -> None:
    expected = b"PCNT\x01\x02\x04spam\xac\x02\x02\xc3\xa9\x01"
    expect(count({"é": 1, "spam": 300}).to_bytes).returns(expected, because="See the drawing in src/wire.rs.")


def test_equal_counts_give_equal_bytes() -> None:
    words = [f"word{n}" for n in range(50)]
    one, other = {word: 1 for word in words}, {word: 1 for word in reversed(words)}
    check("bytes of the same counts, made in another order", written(one) == written(other), True, SORTED)


def test_a_number_takes_few_bytes() -> None:
    size = len(written({f"{n:05}": n for n in range(1000)}))
    check_that(
        size <= 8_200,
        "bytes of 1000 words of 5 letters",
        size,
        "8200 or fewer",
        "Use `push_number`, not `to_le_bytes`.",
    )


WAYS: dict[str, Callable[[Any], Any]] = {
    "copy.copy": copy.copy,
    "copy.deepcopy": copy.deepcopy,
    **{f"pickle, protocol {n}": lambda p, n=n: after_restart(pickle.dumps(p, n)) for n in range(6)},  # type: ignore[misc]
}


@pytest.mark.parametrize("way", WAYS)
def test_pickles_and_copies(way: str) -> None:
    counts = {"spam": 300, "é 🦀": 1}
    copied = (
        expect(WAYS[way], count(counts))
        .described(f"{way} of a PartialCount")
        .value('pickle finds the class by name: `module = "scale_out"` says where.')
    )
    check("counts afterwards", copied.counts, counts)


def test_a_pickle_holds_the_bytes() -> None:
    one = count({"spam": 300, "é": 1})
    inside = written({"spam": 300, "é": 1}) in expect(pickle.dumps, one).value()
    check("the pickle holds what to_bytes() gives", inside, True, THROUGH_BYTES)


def test_bytearrays_too() -> None:
    data = bytearray(written({"spam": 3}))
    check("counts", read(data).value().counts, {"spam": 3})
    check("the bytearray afterwards", bytes(data), written({"spam": 3}))


@pytest.mark.soft
def test_any_buffer() -> None:
    data = memoryview(b"?" + written({"spam": 3}))[1:]
    check("counts", read(data).value().counts, {"spam": 3})


@pytest.mark.parametrize("data", [None, "PCNT", 5, [1, 2]])
def test_no_bytes(data: object) -> None:
    read(data).raises(TypeError)


@pytest.mark.parametrize("version", [0, 2, 3, 65, 255])
def test_another_version(version: int) -> None:
    data = bytearray(written({"spam": 1}))
    data[VERSION_AT] = version
    read(bytes(data)).raises(ValueError, says="version", because=VERSION)
    read(bytes(data)).raises(ValueError, says=str(version), because="Name the version that came.")
    read(bytes(data[: VERSION_AT + 1])).raises(ValueError, says="version", because=VERSION)


@pytest.mark.parametrize("data", [b"", b"P", b"PCN", b"pcnt\x01\x00", b"GIF89a", bytes(40), b"\xff" * 40])
def test_other_bytes(data: bytes) -> None:
    read(data).raises(ValueError)


def test_every_truncation() -> None:
    data = written({"spam": 300, "é 🦀": 1, "eggs": LARGEST})
    for length in range(len(data)):
        read(data[:length]).raises(ValueError, because=BELIEVED)


def test_bytes_behind_the_end() -> None:
    read(written({"spam": 1}) + b"\x00").raises(
        ValueError, because="What is left over was not read: the bytes are not what they seem to be."
    )


def number(value: int) -> bytes:
    """As `push_number` writes it."""
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


HEAD = b"PCNT\x01"
LIES = {
    "2**63 words": HEAD + number(2**63) + b"\x01a\x01" * 9,
    "2**64 - 1 words": HEAD + number(LARGEST) + b"\x01a\x01" * 9,
    "2**40 words": HEAD + number(2**40) + b"\x01a\x01" * 9,
    "a word of 2**63 bytes": HEAD + b"\x01" + number(2**63) + b"aaaa",
    "a word of 2**64 - 1 bytes": HEAD + b"\x01" + number(LARGEST) + b"aaaa",
    "a number without an end": HEAD + b"\x80" * 40,
    "a number past 2**64": HEAD + b"\x01\x01a" + b"\xff" * 9 + b"\x02",
    "no UTF-8": HEAD + b"\x01\x02\xff\xfe\x01",
    "a surrogate": HEAD + b"\x01\x03\xed\xa0\x80\x01",
    "a word twice": HEAD + b"\x02\x01a\x01\x01a\x01",
    "words out of order": HEAD + b"\x02\x01b\x01\x01a\x01",
    "one word too few": HEAD + b"\x02\x01a\x01",
}


@pytest.mark.parametrize("lie", LIES)
def test_bytes_that_lie(lie: str) -> None:
    read(LIES[lie]).raises(ValueError, because=BELIEVED)


@settings(max_examples=60)
@given(st.binary(max_size=40), st.integers(0, 12))
def test_arbitrary_bytes(data: bytes, words: int) -> None:
    # A version that refuses everything must not pass.
    check("counts", read(HEAD + b"\x01\x01a\x05").value().counts, {"a": 5})
    try:
        found = scale_out.PartialCount.from_bytes(HEAD + number(words) + data)
    except ValueError:
        return
    expect(found.to_bytes).returns(
        HEAD + number(words) + data, because="Only one form of each count is accepted."
    )


def test_merges() -> None:
    a, b = count({"spam": 2, "eggs": 1}), count({"spam": 40, "bacon": 7})
    check("a.merge(b).counts", expect(a.merge, b).value().counts, {"spam": 42, "eggs": 1, "bacon": 7})
    check("a.merge(a).counts", expect(a.merge, a).value().counts, {"spam": 4, "eggs": 2})
    check(
        "counts of a and b afterwards",
        (a.counts, b.counts),
        ({"spam": 2, "eggs": 1}, {"spam": 40, "bacon": 7}),
        NEW,
    )


def test_merging_nothing() -> None:
    a, nothing = count({"spam": 2}), count({})
    check("a.merge(nothing).counts", expect(a.merge, nothing).value().counts, {"spam": 2})
    check("nothing.merge(a).counts", expect(nothing.merge, a).value().counts, {"spam": 2})


def check_merges() -> None:
    """A `merge` that refuses everything must not pass, so first two counts that it merges."""
    merged = expect(count({"spam": 2}).merge, count({"spam": 3})).value()
    check("the counts of both", merged.counts, {"spam": 5})


@pytest.mark.parametrize(("a", "b"), [(LARGEST, 1), (1, LARGEST), (2**63, 2**63)])
def test_a_sum_that_does_not_fit(a: int, b: int) -> None:
    check_merges()
    one, other = count({"eggs": 1, "spam": a}), count({"spam": b})
    expect(one.merge, other).raises(OverflowError, says="spam", because=CHECKED)


@pytest.mark.parametrize("other", [None, {"spam": 1}, b"PCNT", 1])
def test_merges_with_its_kind_only(other: object) -> None:
    check_merges()
    expect(count({"spam": 1}).merge, other).raises(TypeError)


COUNTS = st.dictionaries(st.sampled_from(["spam", "eggs", "é", "🦀", "x"]), st.integers(0, 2**60), max_size=5)


def added(*parts: dict[str, int]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for part in parts:
        total.update(part)
    return dict(total)


@settings(max_examples=40)
@given(COUNTS, COUNTS)
def test_the_order_of_two_does_not_matter(a: dict[str, int], b: dict[str, int]) -> None:
    one, other = count(a), count(b)
    check("a.merge(b).counts", expect(one.merge, other).value().counts, added(a, b))
    check("b.merge(a).counts", expect(other.merge, one).value().counts, added(a, b), "a + b is b + a.")


@settings(max_examples=40)
@given(COUNTS, COUNTS, COUNTS)
def test_the_order_of_merges_does_not_matter(a: dict[str, int], b: dict[str, int], c: dict[str, int]) -> None:
    x, y, z = count(a), count(b), count(c)
    left = expect(expect(x.merge, y).value().merge, z).value()
    right = expect(x.merge, expect(y.merge, z).value()).value()
    check("(a + b) + c", left.counts, added(a, b, c))
    check("a + (b + c)", right.counts, added(a, b, c), "A tree of merges may have any shape.")
    check("their bytes are the same", left.to_bytes() == right.to_bytes(), True)


@settings(max_examples=40)
@given(st.dictionaries(st.text(max_size=6), st.integers(0, LARGEST), max_size=12))
def test_any_counts_go_through(counts: dict[str, int]) -> None:
    check("counts afterwards", read(written(counts)).value().counts, counts)
