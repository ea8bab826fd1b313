"""Words counted: the figures of module 03's lesson."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from coursekit.bench import Case, Goal, Peer, Role, Versions, main

WORDS = 50_000
"""Different words in the text. The commonest is every eleventh word, as in natural language (Zipf's law)."""


def cases(versions: Versions, scale: float) -> Iterator[Case]:
    text = make_text(max(1, int(8_000_000 * scale)))
    yield counting(versions, text)
    yield longest(versions, text)
    yield from lines(versions, scale)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "words.txt")
        words = text.split(" ")
        path.write_text(
            "\n".join(" ".join(words[i : i + 12]) for i in range(0, len(words), 12)), encoding="utf-8"
        )
        del text, words
        yield from_a_file(versions, path)


def make_text(n_words: int) -> str:
    """Random words of random letters, one space between them, a tenth of them with a capital."""
    rng = np.random.default_rng(3)
    letters = np.array(list("etaoinshrdlucmfwypvbgkjqxz"))
    lengths = np.clip(1 + rng.poisson(5, WORDS), 1, 15)
    words = ["".join(rng.choice(letters, length)) for length in lengths]
    vocabulary = [word.capitalize() if i % 10 == 0 else word for i, word in enumerate(words)]
    share = 1.0 / np.arange(1, WORDS + 1)
    return " ".join(vocabulary[i] for i in rng.choice(WORDS, n_words, p=share / share.sum()))


def size(text: str) -> str:
    return f"{len(text) / 1e6:.3g} MB, {text.count(' ') + 1:,} words"


def counting(versions: Versions, text: str) -> Case:
    return Case(
        f"count the words of {size(text)}",
        args=(text,),
        items=text.count(" ") + 1,
        bytes=len(text),
        peers=[
            Peer("Python's Counter", lambda text: dict(Counter(text.lower().split())), role=Role.PYTHON),
            Peer(
                "Polars, split and value_counts",
                polars_count,
                into=polars_series,
                back=polars_dict,
                needs="polars",
            ),
            replace(versions.solution("textbook_word_count", name="textbook, one Mutex"), role=Role.TEXTBOOK),
            versions.yours("count_words", name="yours, count_words"),
            versions.solution("count_words", name="solution, count_words"),
            versions.yours("word_count", name="yours, word_count"),
            versions.solution("word_count", name="solution, word_count"),
            *versions.memory_limits(len(text)),
        ],
        goals=[
            Goal("Python's Counter", 6.0, by="solution, word_count"),
            Goal("Polars, split and value_counts", 4.0, by="solution, word_count"),
        ],
    )


def polars_series(text: str) -> tuple[Any]:
    pl: Any = import_module("polars")
    return (pl.Series("word", [text]),)


def polars_count(series: Any) -> Any:
    return series.str.to_lowercase().str.split(" ").explode().value_counts(parallel=True)


def polars_dict(counts: Any) -> dict[str, int]:
    return dict(zip(counts["word"].to_list(), counts["count"].to_list(), strict=True))


def longest(versions: Versions, text: str) -> Case:
    return Case(
        f"the longest word of {size(text)}",
        args=(text,),
        items=text.count(" ") + 1,
        bytes=len(text),
        peers=[
            Peer(
                "Python, max(text.split(), key=len)",
                lambda text: max(text.split(), key=len, default=None),
                role=Role.PYTHON,
            ),
            versions.yours("longest_word"),
            versions.solution("longest_word"),
        ],
    )


def lines(versions: Versions, scale: float) -> Iterator[Case]:
    n_lines = max(1, int(1_000_000 * scale))
    source = "\n".join(f"word{n % 100_003}\t{n}" for n in range(n_lines))
    yield Case(
        f"parse {n_lines:,} lines of word<TAB>count",
        args=(source,),
        items=n_lines,
        bytes=len(source),
        peers=[
            Peer("Python, partition and int", python_parse, role=Role.PYTHON),
            versions.yours("parse_counts"),
            versions.solution("parse_counts"),
        ],
    )


def python_parse(source: str) -> dict[str, int]:
    counts: dict[str, int] = {}
    for line in source.split("\n"):
        word, _, digits = line.partition("\t")
        counts[word] = counts.get(word, 0) + int(digits)
    return counts


def from_a_file(versions: Versions, path: Path) -> Case:
    return Case(
        f"count the words of a file of {path.stat().st_size / 1e6:.3g} MB",
        args=(path,),
        bytes=path.stat().st_size,
        peers=[
            Peer("Python, Counter line by line", python_file, role=Role.PYTHON),
            versions.yours("count_file"),
            versions.solution("count_file"),
        ],
    )


def python_file(path: Path) -> dict[str, int]:
    counts: Counter[str] = Counter()
    with path.open(encoding="utf-8") as file:
        for line in file:
            counts.update(line.lower().split())
    return dict(counts)


if __name__ == "__main__":
    main("word_count", cases, gigabytes=2.5)
