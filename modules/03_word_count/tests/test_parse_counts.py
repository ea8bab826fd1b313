from __future__ import annotations

import pickle
import re

import pytest
import word_count
from coursekit import check, expect, likely
from coursekit.pickles import after_restart
from hypothesis import given
from hypothesis import strategies as st

LARGEST = 2**64 - 1

LINE = "Lines are counted from 1, and blank ones count: number them before you skip any."
COLUMN = "The column is a number of characters, from 1: `before.chars().count() + 1`, not a number of bytes."
TEXT = "`text` is the whole line as it stands, without its end."
SUM = "The counts of a repeated word add up; `insert` alone keeps the last one."
TOO_LARGE = "A sum beyond 64 bits is too large as well: use `checked_add`."

WRONG_LINES = [
    ("spam", 5),
    ("spam 3", 7),
    ("spam,3", 7),
    ("\t3", 1),
    ("spam\t", 6),
    ("spam\t-3", 6),
    ("spam\t3.0", 6),
    ("spam\t 3", 6),
    ("spam\t3 ", 6),
    ("spam\tmany", 6),
    ("spam\t3\t4", 6),
    ("spam\t\t3", 6),
    ("spam\t٣", 6),
    ("spam\t18446744073709551616", 6),
    ("spam\t99999999999999999999999999", 6),
    ("naïve", 6),
    ("naïve\tx", 7),
    ("日本語", 4),
    ("🦀🦀\t", 4),
    ("two words\tx", 11),
]


def fails_at(source: str, line: int, column: int, text: str, because: str = "") -> None:
    """It raises a ParseError that knows this place."""
    refused = likely(
        (
            dict,
            because or "A line that cannot be read was skipped, or read as something else: return its error.",
        ),
        (Exception, "Raise ParseError, which is a ValueError, by `PyErr::new::<ParseError, _>(…)`."),
    )
    error = expect(word_count.parse_counts, source).raises(ValueError, because=refused)
    call = f"of the error that parse_counts({source!r}) raises"
    check(
        f"the class {call}",
        type(error).__name__,
        "ParseError",
        "Raise ParseError, by `PyErr::new::<ParseError, _>(…)`.",
    )
    check(f"line {call}", getattr(error, "line", None), line, because or LINE)
    check(f"column {call}", getattr(error, "column", None), column, because or COLUMN)
    check(f"text {call}", getattr(error, "text", None), text, because or TEXT)


def test_reads_lines() -> None:
    expect(word_count.parse_counts, "spam\t3\neggs\t2\n").returns({"spam": 3, "eggs": 2})


def test_last_line_without_an_end() -> None:
    expect(word_count.parse_counts, "spam\t3\neggs\t2").returns({"spam": 3, "eggs": 2})


@pytest.mark.parametrize("source", ["", "\n", "\n\r\n  \n", " "])
def test_nothing(source: str) -> None:
    expect(word_count.parse_counts, source).returns({}, because="Blank lines are skipped.")


def test_crlf() -> None:
    expect(word_count.parse_counts, "spam\t3\r\neggs\t2\r\n").returns(
        {"spam": 3, "eggs": 2}, because="`str::lines` strips \\r\\n, `split('\\n')` leaves the \\r."
    )


def test_blank_lines() -> None:
    expect(word_count.parse_counts, "\nspam\t3\n\n  \neggs\t2\n\t\n\n").returns({"spam": 3, "eggs": 2})


def test_a_repeated_word() -> None:
    expect(word_count.parse_counts, "spam\t3\neggs\t1\nspam\t4\n").returns(
        {"spam": 7, "eggs": 1}, because=SUM
    )


@pytest.mark.parametrize("count", [0, 1, 2**31, 2**63, LARGEST])
def test_counts_up_to_the_edge(count: int) -> None:
    expect(word_count.parse_counts, f"spam\t{count}").returns({"spam": count}, because="A count is a u64.")


@pytest.mark.parametrize("digits", ["007", "+7", "00000000000000000000000007"])
def test_what_is_a_number(digits: str) -> None:
    expect(word_count.parse_counts, f"spam\t{digits}").returns({"spam": 7})


@pytest.mark.parametrize(
    "word", ["Spam", "two words", " spam", "naïve", "日本語", "🦀", '"', "\x0b", "a\x85b\u2028c"]
)
def test_any_word(word: str) -> None:
    expect(word_count.parse_counts, f"{word}\t1\n").returns(
        {word: 1},
        because="The word is all that stands before the first tab, unchanged; only \\n ends a line.",
    )


@pytest.mark.parametrize(("text", "column"), WRONG_LINES)
def test_a_wrong_line(text: str, column: int) -> None:
    fails_at(text, 1, column, text)


@pytest.mark.parametrize("text", ["spam", "spam\t", "spam\t-1", "\t1"])
def test_the_line_is_named(text: str) -> None:
    column = {"spam": 5, "\t1": 1}.get(text, 6)
    fails_at(f"eggs\t1\n\n  \nham\t2\r\n{text}\r\nbacon\t1\n", 5, column, text)


def test_the_first_wrong_line() -> None:
    fails_at("spam\t1\neggs\nbacon\n", 2, 5, "eggs")


def test_a_sum_that_is_too_large() -> None:
    source = f"spam\t{LARGEST}\neggs\t{LARGEST}\nspam\t1\n"
    fails_at(source, 3, 6, "spam\t1", because=TOO_LARGE)
    expect(word_count.parse_counts, f"spam\t{LARGEST - 1}\nspam\t1\nspam\t0").returns({"spam": LARGEST})


def test_the_message_names_the_place() -> None:
    expect(word_count.parse_counts, "spam\t1\neggs\tmany").raises(
        ValueError,
        says=("line 2", "column 6", "many"),
        because="The first argument of ParseError is the fault's own text.",
    )


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("\t3", "no word"),
        ("spam", "no tab"),
        ("spam\t", "no count after the tab"),
        ("spam\t-3", '"-3" is no count'),
        ("spam\t18446744073709551616", "does not fit"),
    ],
)
def test_the_message_names_the_fault(text: str, says: str) -> None:
    expect(word_count.parse_counts, text).raises(
        ValueError, says=says, because="Each `kind()` of a ParseIntError is a `Fault` of its own."
    )


def number(digits: str) -> int | None:
    """The independent reference for a count."""
    return int(digits) if re.fullmatch(r"\+?[0-9]+", digits) and int(digits) <= LARGEST else None


WORDS = st.sampled_from(["spam", "eggs", "naïve", "🦀", ""])
COUNTS = st.integers(0, 2**65).map(str) | st.sampled_from(["1", "+2", "-1", "", "x", " 1", str(LARGEST)])
LINES = st.tuples(WORDS, st.sampled_from(["\t", "\t", "\t", "\t", " "]), COUNTS)


@given(st.lists(LINES, max_size=6), st.sampled_from(["\n", "\r\n"]))
def test_agrees_with_python(lines: list[tuple[str, str, str]], end: str) -> None:
    source = end.join(word + tab + digits for word, tab, digits in lines)
    counts: dict[str, int] = {}
    for index, (word, tab, digits) in enumerate(lines):
        text = word + tab + digits
        count = number(digits)
        if not text.strip():
            continue
        if tab != "\t":
            fails_at(source, index + 1, len(text) + 1, text)
            return
        if not word:
            fails_at(source, index + 1, 1, text)
            return
        if count is None or counts.get(word, 0) + count > LARGEST:
            fails_at(source, index + 1, len(word) + 2, text)
            return
        counts[word] = counts.get(word, 0) + count
    expect(word_count.parse_counts, source).returns(counts)


def test_a_class_of_its_own() -> None:
    # Made here, not raised: so it says what the class itself can do.
    error = word_count.ParseError("no tab", 3, 5, "spam")
    check("isinstance(error, ValueError)", isinstance(error, ValueError), True)
    check("str(error)", str(error), "line 3, column 5: no tab")
    check("its attributes", (error.message, error.line, error.column, error.text), ("no tab", 3, 5, "spam"))


def test_survives_a_process_boundary() -> None:
    error = expect(word_count.parse_counts, "spam\n").raises(ValueError)
    check("the class of the error", type(error).__name__, "ParseError")
    again = after_restart(pickle.dumps(error))
    check("the error after pickle", (type(again), str(again)), (type(error), str(error)))


def test_a_lone_surrogate() -> None:
    expect(word_count.parse_counts, "\ud800\t1").raises(UnicodeEncodeError)


@pytest.mark.parametrize("source", [None, b"spam\t1", ["spam\t1"], 1])
def test_no_text(source: object) -> None:
    expect(word_count.parse_counts, source).raises(TypeError)
