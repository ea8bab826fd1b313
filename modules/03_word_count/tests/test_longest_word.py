from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import word_count
from coursekit import check_that, expect, likely
from hypothesis import given
from hypothesis import strategies as st

FIRST = (
    "Of several longest words the first counts: compare by `>`, not `>=`. `max_by_key` gives the last, too."
)
CHARACTERS = "`len()` of a &str counts bytes. `chars().count()` counts characters, as Python's `len` does."
SPLIT = "The words are those of Python's `split()`: use `words` from src/words.rs."


def reference(text: str) -> str | None:
    return max(text.split(), key=len, default=None)


def drawn_text(rng: np.random.Generator, letters: str = "abcdefghijklmnopqrstuvwxyz") -> str:
    """A dozen words of one to four letters, so that several are the longest."""
    return " ".join("".join(rng.choice(list(letters), length)) for length in rng.integers(1, 5, 12))


def longest(text: str) -> Callable[[Any], str]:
    """The likely cause where another word of `text` comes: by whether that word is as long."""
    expected = reference(text) or ""
    return likely(
        (lambda got: got != expected and len(got) == len(expected) and got in text.split(), FIRST),
        (lambda got: got != expected and len(got.split()) > 1, SPLIT),
        (lambda got: got in text.split() and len(got) < len(expected), CHARACTERS),
        otherwise="Go through `words(text)`, and keep the first of the longest.",
    )


def test_finds_it(rng: np.random.Generator) -> None:
    expect(word_count.longest_word, "a bcd ef").returns("bcd", because=longest("a bcd ef"))
    text = drawn_text(rng)
    expect(word_count.longest_word, text).returns(reference(text), because=longest(text))


@pytest.mark.parametrize("text", ["", " ", "\n\t", "\x1c\x1d\x1e\x1f", "\u2003"])
def test_no_words(text: str, rng: np.random.Generator) -> None:
    expect(word_count.longest_word, text).returns(None)
    text = text + drawn_text(rng) + text
    expect(word_count.longest_word, text).returns(reference(text), because=longest(text))


@pytest.mark.parametrize("text", ["aa bb", "a bb cc d ee", "spam", "  spam eggs  ", "b a"])
def test_the_first_of_the_longest(text: str, rng: np.random.Generator) -> None:
    for words in (text, drawn_text(rng)):
        expect(word_count.longest_word, words).returns(reference(words), because=longest(words))


@pytest.mark.parametrize("text", ["ééé abcd", "🦀🦀 abc", "日本 abcde 日本語", "abc ééé", "ß ss"])
def test_by_characters(text: str, rng: np.random.Generator) -> None:
    for words in (text, drawn_text(rng, "abcéß🦀日本語")):
        expect(word_count.longest_word, words).returns(reference(words), because=longest(words))


def test_case_stays(rng: np.random.Generator) -> None:
    for text in ("eggs SPAM! İİİİİİ", drawn_text(rng, "ABCDEFGHÉİ")):
        expect(word_count.longest_word, text).returns(reference(text), because="Nothing is lower-cased here.")


@pytest.mark.parametrize("space", ["\x1c", "\x1d", "\x1e", "\x1f", "\x85", "\xa0", "\u3000"])
def test_words_are_pythons(space: str, rng: np.random.Generator) -> None:
    text = drawn_text(rng).replace(" ", space)
    expect(word_count.longest_word, text).returns(reference(text), because=SPLIT)


@given(
    st.text(st.sampled_from("aaabé🦀 \t\x1c\u3000") | st.characters(exclude_categories=["Cs"]), max_size=30)
)
def test_agrees_with_python(text: str) -> None:
    expect(word_count.longest_word, text).returns(reference(text), because=longest(text))


@pytest.mark.parametrize("text", ["\ud800", "spam \udfff"])
def test_a_lone_surrogate(text: str) -> None:
    expect(word_count.longest_word, text).raises(UnicodeEncodeError)


@pytest.mark.parametrize("text", [None, 1, b"spam", ["spam"]])
def test_no_text(text: object) -> None:
    expect(word_count.longest_word, text).raises(TypeError)


@pytest.mark.soft
def test_copies_nothing() -> None:
    status, peak = Path("/proc/self/status"), Path("/proc/self/clear_refs")
    if not (status.exists() and peak.exists()):
        pytest.skip("platform: the peak of a process's memory is read from Linux's /proc")

    def peak_in_mb() -> int:
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) // 1024

    text = "supercalifragilistic " * 1_500_000  # 31 MB.
    peak.write_text("5")  # Forget the peak so far.
    before = peak_in_mb()
    expect(word_count.longest_word, text).returns("supercalifragilistic")
    grown = peak_in_mb() - before
    check_that(
        grown < 16,
        "MB of memory that longest_word took for a text of 31 MB",
        grown,
        "hardly any",
        "The text, or a list of its words, was built anew: take a `&str`, keep the best word only.",
    )
