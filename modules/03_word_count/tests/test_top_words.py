from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import word_count
from coursekit import expect, likely
from hypothesis import given
from hypothesis import strategies as st

TIES = "Words of the same count are sorted by the word, upwards. A map's own order differs from run to run."
DOWN = "The highest count comes first."
NEGATIVE = "A `usize` argument has PyO3 raise OverflowError for a negative number. Take an i64, and check it."
SPLIT = "The words are those of Python's `split()`: use `words` from src/words.rs."


def reference(text: str, k: int) -> list[tuple[str, int]]:
    counts = Counter(text.lower().split())
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:k]


def drawn_words(count: int, rng: np.random.Generator) -> list[str]:
    """So many words of six letters, hardly ever one of them twice."""
    letters = rng.integers(ord("a"), ord("z") + 1, (count, 6), dtype=np.uint8)
    return [word.tobytes().decode() for word in letters]


def ranking(text: str, k: int) -> Callable[[Any], str]:
    """The likely cause where another ranking comes, by what is wrong in it."""
    expected = reference(text, k)
    return likely(
        (Exception, "The arguments are right: return the list."),
        (
            lambda got: len(got) != len(expected),
            "0 gives no word, and a `k` beyond the number of words gives all.",
        ),
        (lambda got: any(len(word.split()) > 1 for word, _ in got), SPLIT),
        (lambda got: any(word != word.lower() for word, _ in got), "Count the words in lower case."),
        (lambda got: [count for _, count in got] == [count for _, count in expected], TIES),
        (lambda got: sorted(got) == sorted(expected), DOWN),
        otherwise="The reference is sorted(Counter(…).items(), key=lambda item: (-item[1], item[0]))[:k].",
    )


def test_by_count(rng: np.random.Generator) -> None:
    text = "b a a c a b"
    expect(word_count.top_words, text, 2).returns([("a", 3), ("b", 2)], because=ranking(text, 2))
    text = " ".join(rng.choice(drawn_words(6, rng), 30))
    expect(word_count.top_words, text, 4).returns(reference(text, 4), because=ranking(text, 4))


@pytest.mark.parametrize(
    "text",
    ["b a", "d c b a", "b b a a c", "eggs spam bacon ham", "z é a ß 🦀 日", "aa a aaa", "\uffee \U00010000"],
)
def test_same_count(text: str, rng: np.random.Generator) -> None:
    for words in (text, " ".join(drawn_words(9, rng))):
        expect(word_count.top_words, words, 10).returns(reference(words, 10), because=ranking(words, 10))


def test_a_long_tie(rng: np.random.Generator) -> None:
    text = " ".join(drawn_words(1_000, rng))
    expect(word_count.top_words, text, 500).returns(reference(text, 500), because=ranking(text, 500))


@pytest.mark.parametrize("k", [0, 1, 2, 3, 4, 2**40, 2**63 - 1])
def test_how_many(k: int, rng: np.random.Generator) -> None:
    a, b, c = drawn_words(3, rng)
    text = " ".join([c, b, b, a, a, a])
    expect(word_count.top_words, text, k).returns([(a, 3), (b, 2), (c, 1)][:k], because=ranking(text, k))


@pytest.mark.parametrize("k", [0, 5])
def test_no_words(k: int, rng: np.random.Generator) -> None:
    expect(word_count.top_words, " \n", k).returns([])
    text = " \n".join(drawn_words(3, rng))
    expect(word_count.top_words, text, 2).returns(reference(text, 2), because=ranking(text, 2))


def test_k_by_name(rng: np.random.Generator) -> None:
    text = " ".join(drawn_words(3, rng))
    expect(word_count.top_words, text=text, k=1).returns(reference(text, 1))


@pytest.mark.parametrize("text", ["Spam SPAM eggs", "ΟΔΟΣ οδος x", "spam\x1ceggs\x1fspam"])
def test_words_are_those_of_count_words(text: str, rng: np.random.Generator) -> None:
    text = " ".join([text, *drawn_words(2, rng)])
    expect(word_count.top_words, text, 5).returns(reference(text, 5), because=ranking(text, 5))


@given(st.text(st.sampled_from("aabBé \n\x1d"), max_size=60), st.integers(0, 6))
def test_agrees_with_python(text: str, k: int) -> None:
    expect(word_count.top_words, text, k).returns(reference(text, k), because=ranking(text, k))


@pytest.mark.parametrize("k", [-1, -2, -(2**63)])
def test_negative_k(k: int) -> None:
    expect(word_count.top_words, "spam", k).raises(
        ValueError,
        because=likely((OverflowError, NEGATIVE), otherwise="A negative `k` is refused: ValueError."),
    )


def test_a_lone_surrogate() -> None:
    expect(word_count.top_words, "\ud800", 1).raises(UnicodeEncodeError)


@pytest.mark.parametrize(
    ("text", "k"), [(None, 1), (b"spam", 1), ("spam", 1.0), ("spam", "1"), ("spam", None)]
)
def test_wrong_types(text: object, k: object) -> None:
    expect(word_count.top_words, text, k).raises(TypeError)
