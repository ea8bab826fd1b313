from __future__ import annotations

import time
import unicodedata
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import word_count
from coursekit import check_that, expect, likely
from coursekit.turns import lets_another_thread_in
from hypothesis import given
from hypothesis import strategies as st

SPLIT = (
    "Split with `par_split(is_space)`, and filter the empty pieces out. `par_split_whitespace` leaves U+001C"
    " to U+001F in the words."
)
MERGE = (
    "Counts of one word were not added up: when two maps merge, and again where `Spam` meets `spam`. "
    "`extend`, `insert` and `collect` keep one count and lose the other."
)
LOWER = (
    "Words that differ in case only are one word: lower-case "
    "the keys of the merged map, and add up there too."
)
REFERENCE = "The reference is Counter(text.lower().split())."

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


def counts(text: str) -> Callable[[Any], str]:
    """The likely cause where the counts of `text` are wrong, by the words that came."""
    expected = reference(text)

    def lowered(got: dict[str, int]) -> dict[str, int]:
        return dict(Counter({word.lower(): 0 for word in got}))

    return likely(
        (lambda got: "" in got, "An empty piece is no word: filter it out."),
        (lambda got: any(len(word.split()) > 1 for word in got), SPLIT),
        (lambda got: got != expected and got.keys() == expected.keys(), MERGE),
        (lambda got: got.keys() != lowered(got).keys(), LOWER),
        (
            lambda got: sum(got.values()) < sum(expected.values()),
            "Words are missing: every piece of the text counts.",
        ),
        otherwise=REFERENCE,
    )


CHARACTERS = (
    st.sampled_from([" ", "a", "A", "Σ", "σ", "ς", "İ", "ẞ", "'", "\u0301", "\u00ad", *SPACES])
    | st.characters(exclude_categories=["Cs", "Cn"]).filter(is_old)
    | st.characters(max_codepoint=0x7F)
)


def test_counts(rng: np.random.Generator) -> None:
    text = "spam eggs spam"
    expect(word_count.word_count, text).returns({"spam": 2, "eggs": 1}, because=counts(text))
    text = " ".join(rng.choice(drawn_words(5, rng), 20))
    expect(word_count.word_count, text).returns(reference(text), because=counts(text))


@pytest.mark.parametrize("text", ["", " ", "\n\n\n", "\x1c"])
def test_no_words(text: str, rng: np.random.Generator) -> None:
    expect(word_count.word_count, text).returns({}, because=counts(text))
    (word,) = drawn_words(1, rng)
    expect(word_count.word_count, text + word + text).returns({word: 1}, because=counts(text + word + text))


@pytest.mark.parametrize("text", ["Spam SPAM spam", "ÉTÉ été", "İ i̇", "ΟΔΟΣ οδος οδοσ", "ẞ ß SS", "ǅ Ǆ ǆ"])
def test_upper_and_lower_case_are_one_word(text: str, rng: np.random.Generator) -> None:
    for word in drawn_words(2, rng):
        text = f"{text} {word} {word.upper()}"
    expect(word_count.word_count, text).returns(reference(text), because=counts(text))


@pytest.mark.parametrize("space", SPACES, ids=lambda space: f"U+{ord(space):04X}")
def test_every_space(space: str, rng: np.random.Generator) -> None:
    one, other = drawn_words(2, rng)
    text = f"{one}{space}{other}{space}{space}{one}"
    expect(word_count.word_count, text).returns(reference(text), because=counts(text))


def test_a_long_text(rng: np.random.Generator) -> None:
    numbers = rng.integers(1_009, size=30_000).tolist()
    text = " ".join(f"word{n}" if n % 3 else f"Word{n}" for n in numbers)
    expect(word_count.word_count, text).returns(reference(text), because=counts(text))


def test_many_different_words(rng: np.random.Generator) -> None:
    text = "\n".join(f"{word}{n}" for n, word in enumerate(drawn_words(20_000, rng)))
    expect(word_count.word_count, text).returns(dict.fromkeys(text.split(), 1), because=counts(text))


def test_long_words_of_wide_characters(rng: np.random.Generator) -> None:
    one, two, three = rng.integers(300, 700, 3).tolist()
    text = "\u3000".join(["日本語" * one, "🦀" * two, "naïve" * three] * 20)
    expect(word_count.word_count, text).returns(
        reference(text),
        because=likely(
            (
                lambda got: not got.keys() <= reference(text).keys(),
                "A text may only be cut at white space: a cut elsewhere splits words, or characters.",
            ),
            otherwise=counts(text),
        ),
    )


@given(st.text(CHARACTERS, max_size=40), st.integers(1, 20))
def test_agrees_with_python(text: str, times: int) -> None:
    text = text * times
    expect(word_count.word_count, text).returns(reference(text), because=counts(text))


@pytest.mark.parametrize("text", ["\ud800", "spam \udfff eggs"])
def test_a_lone_surrogate(text: str) -> None:
    expect(word_count.word_count, text).raises(UnicodeEncodeError)


@pytest.mark.parametrize("text", [None, 1, b"spam", ["spam"]])
def test_no_text(text: object) -> None:
    expect(word_count.word_count, text).raises(TypeError)


@pytest.mark.soft
def test_other_threads_run_meanwhile() -> None:
    text = "spam eggs bacon " * 30_000
    expect(word_count.word_count, text).returns({"spam": 30_000, "eggs": 30_000, "bacon": 30_000})
    check_that(
        lets_another_thread_in(word_count.word_count, text),
        "another thread's turns while word_count ran",
        "none",
        "at least one",
        "The words were counted attached to the interpreter: wrap it in `py.detach(|| …)`.",
    )


@pytest.mark.soft
def test_the_pool_does_the_work() -> None:
    if time.get_clock_info("thread_time").resolution > 0.001:
        pytest.skip("platform: the clock of a thread's processor time is too coarse")
    text = "spam eggs bacon " * 100_000
    expect(word_count.word_count, text).returns({"spam": 100_000, "eggs": 100_000, "bacon": 100_000})
    here, everywhere = time.thread_time(), time.process_time()
    word_count.word_count(text)
    here, everywhere = time.thread_time() - here, time.process_time() - everywhere
    # Processor time, no wall time: rayon's pool works while the thread that called waits.
    check_that(
        here < everywhere / 2,
        "the share of the work that the calling thread did itself",
        f"{here / everywhere:.0%}",
        "hardly any: rayon's threads do it",
        "The words were counted one after the other. Start from `par_split`, not `split`.",
    )
