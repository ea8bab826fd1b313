from __future__ import annotations

import os
import unicodedata
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scale_out
from coursekit import check, check_that, expect
from coursekit.turns import lets_another_thread_in
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

OWNER = "A word belongs to the range that holds its first byte: leave out the rest of one that began before."
TAIL = "The last word may end behind `stop`: read on to its end, and no further."
CHARACTER = "The cut is inside a character. What is left of it belongs to the range before."
SPACE = "The white space before `start` may be longer than a byte: look back up to four."
SHRUNK = "The file is shorter than it was when it was measured: a ValueError, nothing else would notice."
NEGATIVE = "`byte_range` from src/arguments.rs checks both positions."
THREADS = "`thread_count` from src/arguments.rs checks the number."
AS_PYTHON = "`source::open`, and `into_exception(py, &path)` for what it says."


def reference(text: str) -> dict[str, int]:
    return dict(Counter(text.lower().split()))


def write(folder: Path, content: str | bytes) -> Path:
    path = folder / "words.txt"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def part(path: Any, start: int, stop: int, because: str = "", **threads: Any) -> dict[str, int]:
    counted = expect(scale_out.count_part, path, start, stop, **threads).value(because)
    counts: dict[str, int] = counted.counts
    check("type of counts", type(counts), dict)
    return counts


def in_parts(path: Path, cuts: list[int], **threads: Any) -> dict[str, int]:
    """The counts of the ranges between the cuts, added up outside of the extension."""
    total: Counter[str] = Counter()
    for start, stop in pairwise(cuts):
        total.update(part(path, start, stop, **threads))
    return dict(total)


TEXTS = [
    "spam eggs spam",
    "Spam\r\nSPAM\n\neggs\n",
    "ΟΔΟΣ οδος\n",
    "naïve 🦀\u3000🦀",
    "\x1cspam\x1f",
    " ",
    "",
]


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("threads", [None, 1, 2, 3])
def test_the_whole_file(tmp_path: Path, text: str, threads: int | None) -> None:
    path = write(tmp_path, text)
    check("counts of the whole file", part(path, 0, path.stat().st_size, threads=threads), reference(text))


def test_gives_a_partial_count(tmp_path: Path) -> None:
    counted = expect(scale_out.count_part, write(tmp_path, "spam"), 0, 4).value()
    check("type of the result", type(counted) is scale_out.PartialCount, True)


@pytest.mark.parametrize(
    ("start", "stop", "expected"),
    [
        (0, 1, {"spam": 1}),
        (0, 5, {"spam": 1}),
        (0, 6, {"spam": 1, "eggs": 1}),
        (1, 5, {}),
        (1, 6, {"eggs": 1}),
        (5, 9, {"eggs": 1}),
        (6, 9, {}),
        (4, 4, {}),
        (5, 5, {}),
        (9, 9, {}),
        (0, 0, {}),
    ],
)
def test_which_range_a_word_belongs_to(
    tmp_path: Path, start: int, stop: int, expected: dict[str, int], rng: np.random.Generator
) -> None:
    got = part(write(tmp_path, "spam eggs"), start, stop, TAIL)
    check(
        f"words of 'spam eggs' from {start} to {stop}",
        got,
        expected,
        OWNER if len(got) > len(expected) else TAIL,
    )
    # The same cuts in two other words.
    one, other = ("".join(rng.choice(list("abcdefgh"), 4).tolist()) for _ in range(2))
    path = write(tmp_path, f"{one.title()} {other}")
    wanted: Counter[str] = Counter()
    for word, known in ((one, "spam"), (other, "eggs")):
        wanted[word] += expected.get(known, 0)
    got = part(path, start, stop, TAIL)
    check(
        f"words of '{one.title()} {other}' from {start} to {stop}",
        got,
        dict(+wanted),
        OWNER if sum(got.values()) > wanted.total() else TAIL,
    )


def drawn_words(rng: np.random.Generator) -> list[str]:
    return ["".join(rng.choice(list("abcÄé🦀Z"), size).tolist()) for size in rng.integers(3, 8, 30)]


WITHIN = ["its first byte", "its second byte", "its middle", "its last byte", "behind it"]


def byte_of(word: str, where: str) -> int:
    """The distance of a place within a word from the word's beginning."""
    size = len(word.encode())
    return {
        "its first byte": 0,
        "its second byte": 1,
        "its middle": size // 2,
        "its last byte": size - 1,
    }.get(where, size)


def drawn_cut(where: str, white: str, rng: np.random.Generator) -> tuple[list[str], int, int]:
    """Drawn words, the number of one of them, and a place in it, in bytes of the joined text."""
    words, which = drawn_words(rng), int(rng.integers(5, 25))
    begin = len(white.join([*words[:which], ""]).encode())
    return words, which, begin + byte_of(words[which], where)


@pytest.mark.parametrize("where", WITHIN)
@pytest.mark.parametrize("white", [" ", "\n\n", "\u3000"], ids=["space", "lines", "ideographic"])
def test_where_a_range_begins(tmp_path: Path, where: str, white: str, rng: np.random.Generator) -> None:
    words, which, cut = drawn_cut(where, white, rng)
    path = write(tmp_path, white.join(words))
    expected = reference(white.join(words[which if where == "its first byte" else which + 1 :]))
    got = part(path, cut, path.stat().st_size)
    because = OWNER if where == "behind it" or white != "\u3000" else f"{OWNER} {SPACE}"
    check(f"the words to the end, from {where} of the word {words[which]!r}", got, expected, because)


@pytest.mark.parametrize("where", WITHIN)
@pytest.mark.parametrize("white", [" ", "\n\n", "\u3000"], ids=["space", "lines", "ideographic"])
def test_where_a_range_ends(tmp_path: Path, where: str, white: str, rng: np.random.Generator) -> None:
    words, which, cut = drawn_cut(where, white, rng)
    path = write(tmp_path, white.join(words))
    expected = reference(white.join(words[: which if where == "its first byte" else which + 1]))
    got = part(path, 0, cut)
    check(f"the words from the start to {where} of the word {words[which]!r}", got, expected, TAIL)


def test_every_cut(tmp_path: Path) -> None:
    text = "Spam é 🦀x\u3000Σ\u00a0y\x1c\u0085é"
    path = write(tmp_path, text)
    size = path.stat().st_size
    for cut in range(size + 1):
        before = text.encode()[:cut].decode(errors="ignore")
        in_character = len(before.encode()) != cut
        character = text[len(before)] if in_character else before[-1:]
        wide_space = character.isspace() and not character.isascii()
        because = SPACE if wide_space else CHARACTER if in_character else OWNER
        got = in_parts(path, [0, cut, size])
        check(f"the parts before and behind byte {cut}, added up", got, reference(text), because)


def test_one_byte_each(tmp_path: Path) -> None:
    text = "é\u3000🦀 Spam\u2003x\u3000\u3000spam"
    path = write(tmp_path, text)
    cuts = list(range(path.stat().st_size + 1))
    check("the parts of one byte each, added up", in_parts(path, cuts), reference(text), CHARACTER)


@pytest.mark.parametrize("threads", [1, 3])
def test_a_large_file(tmp_path: Path, threads: int) -> None:
    text = "Spam eggs\n" * 80_000 + "é" * 300_000 + "\u3000tail " * 90_000
    path = write(tmp_path, text)
    size = path.stat().st_size
    expected = {"spam": 80_000, "eggs": 80_000, "é" * 300_000: 1, "tail": 90_000}
    check("counts of the whole file", part(path, 0, size, threads=threads), expected)
    check(
        "five parts, added up",
        in_parts(path, [0, 1, size // 3, size // 2, size - 3, size], threads=threads),
        expected,
        TAIL,
    )


def is_old(character: str) -> bool:
    """In Unicode since 3.2, where the tables of Python and Rust agree, but for U+0295, whose case changed."""
    return unicodedata.ucd_3_2_0.category(character) not in ("Cn", "Cs") and character != "\u0295"


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.text(
        st.sampled_from("aAΣé \n\x1c🦀\u3000") | st.characters(exclude_categories=["Cs", "Cn"]).filter(is_old)
    ),
    st.lists(st.floats(0, 1), max_size=4),
)
def test_random_cuts_add_up(tmp_path: Path, text: str, where: list[float]) -> None:
    path = write(tmp_path, text)
    size = path.stat().st_size
    cuts = sorted([0, size, *(round(size * each) for each in where)])
    check(f"the parts of {text!r} cut at {cuts}", in_parts(path, cuts), reference(text), CHARACTER)


class PathLike:
    """A path that `os.fspath` takes, and no str."""

    def __init__(self, path: Path) -> None:
        self._path = str(path)

    def __fspath__(self) -> str:
        return self._path


@pytest.mark.parametrize("kind", [str, Path, PathLike])
def test_any_path(tmp_path: Path, kind: type) -> None:
    check("counts", part(kind(write(tmp_path, "spam")), 0, 4), {"spam": 1})


def test_by_name(tmp_path: Path) -> None:
    path = write(tmp_path, "spam")
    check(
        "counts",
        expect(scale_out.count_part, path=path, start=0, stop=4, threads=1).value().counts,
        {"spam": 1},
    )


@pytest.mark.parametrize(
    "arguments",
    [(None, 0, 1), (1.5, 0, 1), ("words.txt", "0", 1), ("words.txt", 0, 1.5), ("words.txt", 0, None)],
)
def test_other_types(arguments: tuple[Any, ...]) -> None:
    expect(scale_out.count_part, *arguments).raises(TypeError)


@pytest.mark.parametrize(
    ("start", "stop"),
    [(-1, 4), (-5, -1), (0, -1), (3, 2), (4, 0), (-(10**30), 4), (10**30, 10**29), (10**30, 0)],
)
def test_no_range(tmp_path: Path, start: int, stop: int) -> None:
    expect(scale_out.count_part, write(tmp_path, "spam"), start, stop).raises(ValueError, because=NEGATIVE)


@pytest.mark.parametrize(
    ("start", "stop"), [(0, 5), (5, 5), (0, 2**40), (0, 2**63), (0, 2**64), (10**30, 10**30)]
)
def test_past_the_end(tmp_path: Path, start: int, stop: int) -> None:
    expect(scale_out.count_part, write(tmp_path, "spam"), start, stop).raises(ValueError, because=SHRUNK)


def test_the_message_names_both_ends(tmp_path: Path) -> None:
    path = write(tmp_path, "spam")
    expect(scale_out.count_part, path, 0, 4711).raises(
        ValueError, says=("4711", "4", "words.txt"), because=SHRUNK
    )


def test_a_file_that_shrank(tmp_path: Path) -> None:
    path = write(tmp_path, "spam eggs " * 1000)
    size = path.stat().st_size
    os.truncate(path, size // 2)
    check("the first half", part(path, 0, size // 2), {"spam": 500, "eggs": 500})
    expect(scale_out.count_part, path, size // 2, size).raises(ValueError, because=SHRUNK)


@pytest.mark.parametrize("threads", [0, -1, -(10**30), 10**30])
def test_no_number_of_threads(tmp_path: Path, threads: int) -> None:
    path = write(tmp_path, "spam")
    expect(scale_out.count_part, path, 0, 4, threads).raises(ValueError, says="threads", because=THREADS)


@pytest.mark.parametrize("threads", ["2", 1.5, [2]])
def test_threads_of_other_types(tmp_path: Path, threads: object) -> None:
    expect(scale_out.count_part, write(tmp_path, "spam"), 0, 4, threads).raises(TypeError)


def raises_as_python(path: str | Path, wanted: OSError) -> None:
    """Class, errno and filename of the error that Python raises."""
    for stop in (0, 4):
        got: Any = expect(scale_out.count_part, path, 0, stop).raises(type(wanted), because=AS_PYTHON)
        of = f"of the {type(wanted).__name__}"
        check(f"errno {of}", getattr(got, "errno", None), wanted.errno, AS_PYTHON)
        check(f"filename {of}", getattr(got, "filename", None), str(path), AS_PYTHON)


def error_of_open(path: str | Path) -> OSError:
    try:
        open(path, "rb").close()
    except OSError as error:
        return error
    pytest.skip("platform: Python opens this path without an error")


@pytest.mark.parametrize("kind", [str, Path])
def test_no_such_file(tmp_path: Path, kind: type) -> None:
    path = kind(tmp_path / "nöwhere" / "words.txt")
    raises_as_python(path, error_of_open(path))


def test_a_directory(tmp_path: Path) -> None:
    raises_as_python(tmp_path, error_of_open(tmp_path))


def test_a_file_in_place_of_a_directory(tmp_path: Path) -> None:
    path = write(tmp_path, "spam") / "words.txt"
    raises_as_python(path, error_of_open(path))


def test_a_pipe_has_no_positions(tmp_path: Path) -> None:
    if not hasattr(os, "mkfifo"):
        pytest.skip("platform: there are no named pipes here")
    path = tmp_path / "pipe"
    os.mkfifo(path)
    # Python would wait for a writer, and then say that it cannot seek.
    raises_as_python(path, OSError(29, "Illegal seek", str(path)))


def test_a_path_with_a_zero_byte() -> None:
    expect(scale_out.count_part, "words\0.txt", 0, 1).raises(ValueError)


WRONG_BYTES = [
    b"\xff",
    b"\x80",
    b"\xc3",
    b"\xc3(",
    b"\xe2\x82 x",
    b"\xed\xa0\x80",
    b"\xf0\x9f\x98",
    b"\xc0\xaf",
]


@pytest.mark.parametrize("wrong", WRONG_BYTES)
@pytest.mark.parametrize("before", [b"", b"spam ", b"spam \xc3\xa9", b"eggs " * 60_000])
def test_wrong_bytes(tmp_path: Path, before: bytes, wrong: bytes) -> None:
    content = before + wrong + b" spam"
    try:
        content.decode()
    except UnicodeDecodeError as error:
        wanted = error
    path = write(tmp_path, content)
    got: Any = expect(scale_out.count_part, path, 0, len(content)).raises(UnicodeDecodeError)
    place = "`valid_up_to()` counts from the start of the buffer. Add where the buffer begins in the file."
    check("start and end of the UnicodeDecodeError", (got.start, got.end), (wanted.start, wanted.end), place)
    if len(before) > 100:
        return  # The cuts that follow are the same at every place.
    # Some range must find it, wherever the file is cut.
    for cut in range(len(before), len(before) + len(wrong) + 1):
        found = []
        for start, stop in ((0, cut), (cut, len(content))):
            try:
                scale_out.count_part(path, start, stop)
            except UnicodeDecodeError as error:
                found.append(error.start)
        check(
            f"the first wrong byte, cut at {cut - len(before)} bytes behind its beginning",
            min(found, default=None),
            wanted.start,
            "Bytes at `start` that continue a character are another range's only if it begins there.",
        )


def test_of_several_wrong_bytes_the_first(tmp_path: Path) -> None:
    content = (b"spam " * 150_000 + b"\xff ") * 3
    got: Any = expect(scale_out.count_part, write(tmp_path, content), 0, len(content), 3).raises(
        UnicodeDecodeError
    )
    check(
        "start of the UnicodeDecodeError",
        got.start,
        750_000,
        "Go through the results of the threads in order.",
    )


def test_wrong_bytes_elsewhere(tmp_path: Path) -> None:
    path = write(tmp_path, b"\xff spam eggs \xff")
    check(
        "counts of the bytes between", part(path, 2, 11, "The range itself is UTF-8."), {"spam": 1, "eggs": 1}
    )


@pytest.mark.soft
def test_other_threads_run_meanwhile(tmp_path: Path) -> None:
    path = write(tmp_path, "supercalifragilistic " * 100_000)
    part(path, 0, path.stat().st_size)
    check_that(
        lets_another_thread_in(scale_out.count_part, str(path), 0, path.stat().st_size),
        "what another thread got while count_part ran",
        "none",
        "a turn",
        "The file was read attached to the interpreter: wrap it in `py.detach(|| …)`.",
    )
