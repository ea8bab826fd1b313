"""Words counted: borrowed text, maps without a lock, errors that Python knows."""

from os import PathLike
from typing import Self, final

__all__ = [
    "ParseError",
    "count_file",
    "count_words",
    "longest_word",
    "parse_counts",
    "textbook_word_count",
    "top_words",
    "word_count",
]

def count_words(text: str) -> dict[str, int]:
    """How often each word occurs, in lower case: equal to `Counter(text.lower().split())`."""

def word_count(text: str) -> dict[str, int]:
    """The same as `count_words`, counted by all cores."""

def textbook_word_count(text: str) -> dict[str, int]:
    """The same once more, with one map behind a lock: what not to do."""

def longest_word(text: str) -> str | None:
    """The first of the words with the most characters. None if there is no word."""

def top_words(text: str, k: int) -> list[tuple[str, int]]:
    """The `k` most frequent words: by count down, then by word up. ValueError for a negative `k`."""

def parse_counts(source: str) -> dict[str, int]:
    """The counts in lines of `word<TAB>count`; those of a word add up. ParseError if a line is wrong."""

def count_file(path: str | PathLike[str]) -> dict[str, int]:
    """How often each word of a UTF-8 file occurs, in lower case. The file may be larger than memory."""

@final
class ParseError(ValueError):
    """A line that cannot be read, as Python sees it: a `ValueError` that knows the place."""

    def __new__(cls, message: str, line: int, column: int, text: str) -> Self: ...
    @property
    def message(self) -> str:
        """The fault, in words."""

    @property
    def line(self) -> int:
        """The line's number, from 1; blank lines count."""

    @property
    def column(self) -> int:
        """The number of the character where it goes wrong, from 1."""

    @property
    def text(self) -> str:
        """The line, without its end."""
