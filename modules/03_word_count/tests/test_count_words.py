from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import word_count
from coursekit import expect, likely
from hypothesis import given
from hypothesis import strategies as st

SPLIT = (
    "Python's `split()` also splits at U+001C to U+001F, where `is_whitespace` and `split_whitespace` do not."
)
EMPTY = "Between two separators there is an empty piece, which is no word: filter it out."
LOWER = (
    "Lower-case each word with `to_lowercase`: it knows all of Unicode, and the sigma at the end of a word."
)
REFERENCE = "The reference is Counter(text.lower().split())."


def counts(text: str) -> Callable[[Any], str]:
    """The likely cause where the counts of `text` are wrong, by the words that came."""
    return likely(
        (lambda got: "" in got, EMPTY),
        (lambda got: any(len(word.split()) > 1 for word in got), SPLIT),
        (lambda got: any(word != word.lower() for word in got), LOWER),
        (
            lambda got: any("σ" in word or "ς" in word for word in got),
            "A capital sigma becomes ς at the end of a word, σ elsewhere: `str::to_lowercase` knows.",
        ),
        otherwise=REFERENCE,
    )


SPACES = [chr(code) for code in range(0x3001) if chr(code).isspace()]


def reference(text: str) -> dict[str, int]:
    return dict(Counter(text.lower().split()))


def drawn_words(count: int, rng: np.random.Generator) -> list[str]:
    """So many words of six letters, hardly ever one of them twice."""
    letters = rng.integers(ord("a"), ord("z") + 1, (count, 6), dtype=np.uint8)
    return [word.tobytes().decode() for word in letters]


def is_old(character: str) -> bool:
    """In Unicode since 3.2, where the tables of Python and Rust agree, but for U+0295, whose case changed."""
    return unicodedata.ucd_3_2_0.category(character) not in ("Cn", "Cs") and character != "\u0295"


CHARACTERS = (
    st.sampled_from([" ", "a", "A", "Σ", "σ", "ς", "İ", "ẞ", "'", "\u0301", "\u00ad", *SPACES])
    | st.characters(exclude_categories=["Cs", "Cn"]).filter(is_old)
    | st.characters(max_codepoint=0x7F)
)


def test_counts(rng: np.random.Generator) -> None:
    text = "spam eggs spam"
    expect(word_count.count_words, text).returns({"spam": 2, "eggs": 1}, because=counts(text))
    text = " ".join(rng.choice(drawn_words(5, rng), 20))
    expect(word_count.count_words, text).returns(reference(text), because=counts(text))


@pytest.mark.parametrize("text", ["", " ", " \n\t ", "\x1c\x1f", "\u3000"])
def test_no_words(text: str, rng: np.random.Generator) -> None:
    expect(word_count.count_words, text).returns({}, because=counts(text))
    (word,) = drawn_words(1, rng)
    expect(word_count.count_words, text + word + text).returns({word: 1}, because=counts(text + word + text))


@pytest.mark.parametrize("text", ["  spam", "spam  ", "spam  eggs", "\n\nspam\n\n\neggs\n"])
def test_white_space_in_a_row(text: str, rng: np.random.Generator) -> None:
    one, other = drawn_words(2, rng)
    text = text.replace("spam", one).replace("eggs", other)
    expect(word_count.count_words, text).returns(reference(text), because=counts(text))


def test_upper_and_lower_case_are_one_word(rng: np.random.Generator) -> None:
    (word,) = drawn_words(1, rng)
    text = f"Spam {word.upper()} SPAM spam {word}"
    expect(word_count.count_words, text).returns({"spam": 3, word: 2}, because=counts(text))


@pytest.mark.parametrize(
    "text", ["ÉTÉ été", "Straße STRASSE ẞ", "İstanbul ISTANBUL", "ǅ Ǆ ǆ", "ДОМ дом", "\U00010400 \U00010428"]
)
def test_case_beyond_ascii(text: str, rng: np.random.Generator) -> None:
    text = " ".join([text, *drawn_words(2, rng)])
    expect(word_count.count_words, text).returns(reference(text), because=counts(text))


@pytest.mark.parametrize(
    "text", ["ΟΔΟΣ οδος", "ΣΑΣ", "Σ", "ΑΣ ΒΣ", "ΑΣ\x1cΒ", "ΑΣ. ΑΣ.Β", "'Σ Α'Σ", "ΑΣ\u0301 ΑΣ\u0301Α"]
)
def test_sigma_at_the_end_of_a_word(text: str, rng: np.random.Generator) -> None:
    text = " ".join([text, *drawn_words(2, rng)])
    expect(word_count.count_words, text).returns(reference(text), because=counts(text))


@pytest.mark.parametrize("space", SPACES, ids=lambda space: f"U+{ord(space):04X}")
def test_every_space(space: str, rng: np.random.Generator) -> None:
    text = space.join(drawn_words(2, rng))
    expect(word_count.count_words, text).returns(reference(text), because=SPLIT)


@pytest.mark.parametrize(
    "character", ["\u200b", "\u180e", "\ufeff", "\u2060", "\x00", "\x1b", "\x7f", "_", "-", ","]
)
def test_what_is_no_space(character: str, rng: np.random.Generator) -> None:
    one, two, three = drawn_words(3, rng)
    expect(word_count.count_words, f"{one}{character}{two} {three}").returns(
        {f"{one}{character}{two}": 1, three: 1},
        because="Only white space parts words, as in Python's `split()`.",
    )


@pytest.mark.parametrize("text", ["naïve 🦀 naïve 🦀🐍", "日本語 日本語", "न\u092eस\u094dत\u0947"])
def test_every_script(text: str, rng: np.random.Generator) -> None:
    text = " ".join([text, *drawn_words(2, rng)])
    expect(word_count.count_words, text).returns(reference(text))


@given(st.text(CHARACTERS, max_size=40))
def test_agrees_with_python(text: str) -> None:
    expect(word_count.count_words, text).returns(reference(text), because=counts(text))


@pytest.mark.parametrize("text", ["\ud800", "spam \udfff eggs", "eggs\udc80"])
def test_a_lone_surrogate(text: str) -> None:
    expect(word_count.count_words, text).raises(
        UnicodeEncodeError,
        because="No UTF-8 can hold a lone surrogate. A `&str` argument has PyO3 refuse it.",
    )


@pytest.mark.parametrize("text", [None, 1, b"spam", ["spam"]])
def test_no_text(text: object) -> None:
    expect(word_count.count_words, text).raises(TypeError)
