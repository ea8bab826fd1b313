from __future__ import annotations

import os
import subprocess
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import word_count
from coursekit import check, check_that, expect, likely, panicked
from coursekit.turns import lets_another_thread_in
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

CUT = "A block may end inside a word or a character. Count up to its last white space, and keep the rest."
LAST = "What is left over when the file ends counts too."
AS_PYTHON = "`From<io::Error>` gives no errno and no filename: give PyOSError its parts one by one."
FILENAME = (
    "A `PathBuf` becomes a pathlib.Path. Python's own errors have a str: pass `path.as_os_str().to_owned()`."
)
NOT_UTF8 = likely(
    (
        panicked,
        "`error_len()` is None where the bytes end inside a character, "
        "as at the end of a file that was cut off. "
        "Do not unwrap it: all bytes from there on are wrong.",
    ),
    (
        dict,
        "The bytes are no UTF-8. `from_utf8` says so; `from_utf8_lossy` "
        "puts other characters in their place.",
    ),
    (OSError, "Make a UnicodeDecodeError of a `Utf8Error`, as `into_exception` has a variant for it."),
    otherwise="`PyUnicodeDecodeError::new_err` takes (encoding, bytes, start, end, reason).",
)
START = "`valid_up_to()` counts from the start of the block. Add the bytes of the blocks before it."

BLOCKS = [2**power for power in (12, 13, 16, 18, 20)]
"""Sizes of blocks that a solution may have: the tests put words and characters across their ends."""


def reference(text: str) -> dict[str, int]:
    return dict(Counter(text.lower().split()))


def drawn_words(count: int, rng: np.random.Generator) -> list[str]:
    """So many words of six letters, hardly ever one of them twice."""
    letters = rng.integers(ord("a"), ord("z") + 1, (count, 6), dtype=np.uint8)
    return [word.tobytes().decode() for word in letters]


def write(folder: Path, content: str | bytes) -> Path:
    path = folder / "words.txt"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize(
    "text", ["spam eggs spam", "Spam\r\nSPAM\n\neggs\n", "ΟΔΟΣ οδος\n", "naïve 🦀\u3000🦀", "\x1cspam\x1f"]
)
def test_counts(tmp_path: Path, text: str, rng: np.random.Generator) -> None:
    text = " ".join([*drawn_words(2, rng), text])
    expect(word_count.count_file, write(tmp_path, text)).returns(reference(text))


@pytest.mark.parametrize("text", ["", " ", "\n\n"])
def test_no_words(tmp_path: Path, text: str, rng: np.random.Generator) -> None:
    expect(word_count.count_file, write(tmp_path, text)).returns({})
    (word,) = drawn_words(1, rng)
    expect(word_count.count_file, write(tmp_path, text + word + text)).returns({word: 1})


@pytest.mark.parametrize("space", ["\x1c", "\x1d", "\x1e", "\x1f", "\x85", "\xa0", "\u3000"])
def test_words_are_pythons(tmp_path: Path, space: str, rng: np.random.Generator) -> None:
    text = space.join(drawn_words(2, rng))
    expect(word_count.count_file, write(tmp_path, text)).returns(
        reference(text),
        because="The words are those of Python's `split()`: use `words` from src/words.rs.",
    )


class PathLike:
    """A path that `os.fspath` takes, and no str."""

    def __init__(self, path: Path) -> None:
        self._path = str(path)

    def __fspath__(self) -> str:
        return self._path


@pytest.mark.parametrize("kind", [str, Path, PathLike])
def test_any_path(tmp_path: Path, kind: type, rng: np.random.Generator) -> None:
    (word,) = drawn_words(1, rng)
    path = kind(write(tmp_path, word))
    expect(word_count.count_file, path).returns(
        {word: 1}, because="PyO3 makes a `PathBuf` of every os.PathLike."
    )


@pytest.mark.parametrize("path", [None, 1.5, ["words.txt"]])
def test_no_path(path: object) -> None:
    expect(word_count.count_file, path).raises(TypeError)


@pytest.mark.parametrize("block", BLOCKS)
def test_a_word_across_two_blocks(tmp_path: Path, block: int, rng: np.random.Generator) -> None:
    one, other = drawn_words(2, rng)
    text = "x" * (block - 8) + f" {one[:4]} 🦀🦀🦀 {other}"
    expect(word_count.count_file, write(tmp_path, text)).returns(reference(text), because=CUT)


@pytest.mark.parametrize("shift", range(4))
def test_a_character_across_two_blocks(tmp_path: Path, shift: int, rng: np.random.Generator) -> None:
    text = "x" * shift + "🦀🦀🦀 " * int(rng.integers(160_000, 161_000))
    expect(word_count.count_file, write(tmp_path, text)).returns(reference(text), because=CUT)


def test_a_word_longer_than_any_block(tmp_path: Path, rng: np.random.Generator) -> None:
    (word,) = drawn_words(1, rng)
    text = f"{word} " + "é" * 1_500_000 + f" {word}"
    expect(word_count.count_file, write(tmp_path, text)).returns(reference(text), because=CUT)


@pytest.mark.parametrize("end", ["", " ", "\n"])
def test_the_last_word(tmp_path: Path, end: str, rng: np.random.Generator) -> None:
    one, last = drawn_words(2, rng)
    text = f"{one}\n" * 100_000 + last + end
    expect(word_count.count_file, write(tmp_path, text)).returns(reference(text), because=LAST)


def is_old(character: str) -> bool:
    """In Unicode since 3.2, where the tables of Python and Rust agree, but for U+0295, whose case changed."""
    return unicodedata.ucd_3_2_0.category(character) not in ("Cn", "Cs") and character != "\u0295"


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.text(st.sampled_from("aAΣé \n\x1c🦀") | st.characters(exclude_categories=["Cs", "Cn"]).filter(is_old))
)
def test_agrees_with_python(tmp_path: Path, text: str) -> None:
    expect(word_count.count_file, write(tmp_path, text)).returns(reference(text))


def raises_as_python(path: str | Path) -> None:
    """The error of `open(path).read()`: class, errno, strerror and filename."""
    try:
        with open(path, "rb") as file:
            file.read()
    except OSError as error:
        wanted = error
    else:
        pytest.skip("platform: Python opens this path without an error")
    got: Any = expect(word_count.count_file, path).raises(type(wanted), because=AS_PYTHON)
    of = f"of the {type(wanted).__name__}"
    check(f"errno {of}", getattr(got, "errno", None), wanted.errno, AS_PYTHON)
    check(
        f"filename {of}",
        getattr(got, "filename", None),
        wanted.filename,
        FILENAME if got.filename else AS_PYTHON,
    )
    if os.name == "posix":  # Windows has its own numbers and texts beside C's.
        check(f"strerror {of}", got.strerror, wanted.strerror, "Strip ` (os error 2)` from Rust's text.")


@pytest.mark.parametrize("kind", [str, Path])
def test_no_such_file(tmp_path: Path, kind: type) -> None:
    raises_as_python(kind(tmp_path / "nöwhere" / "words.txt"))


def test_a_directory(tmp_path: Path) -> None:
    raises_as_python(tmp_path)


def test_a_file_in_place_of_a_directory(tmp_path: Path) -> None:
    raises_as_python(write(tmp_path, "spam") / "words.txt")


@pytest.mark.soft
def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    path = write(tmp_path, "spam")
    path.chmod(0)
    with no_superuser():
        raises_as_python(path)


@contextmanager
def no_superuser() -> Iterator[None]:
    """Root may read everything: where the tests run as root, somebody else for a moment."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        yield
        return
    try:
        os.seteuid(65534)
    except OSError:
        pytest.skip("platform: runs as root and may not change that")
    try:
        yield
    finally:
        os.seteuid(0)


WRONG_BYTES = [
    b"\xff",
    b"\x80",
    b"\xc3",
    b"\xc3(",
    b"\xe2\x82",
    b"\xe2\x82 x",
    b"\xed\xa0\x80",
    b"\xf0\x9f\x98",
    b"\xf0\x9f\x98\n",
    b"\xf0\x80",
    b"\xc0\xaf",
    b"\xf5",
]


def is_no_utf8(path: Path, content: bytes) -> None:
    """It raises UnicodeDecodeError with the position that Python finds."""
    try:
        content.decode()
    except UnicodeDecodeError as error:
        wanted = error
    got: Any = expect(word_count.count_file, path).raises(UnicodeDecodeError, because=NOT_UTF8)
    check("start of the UnicodeDecodeError", got.start, wanted.start, START)
    check(
        "end of the UnicodeDecodeError",
        got.end,
        wanted.end,
        "`error_len()` is the number of wrong bytes; None at the end.",
    )
    check(
        "encoding and object of the UnicodeDecodeError",
        (got.encoding, got.object),
        ("utf-8", content[wanted.start : wanted.end]),
        "Its object holds the wrong bytes, and these only: the file may be larger than memory.",
    )


@pytest.mark.parametrize("wrong", WRONG_BYTES)
@pytest.mark.parametrize("before", [b"", b"spam \xc3\xa9", b"eggs " * 60_000])
def test_bad_utf8(tmp_path: Path, before: bytes, wrong: bytes) -> None:
    content = before + wrong
    is_no_utf8(write(tmp_path, content), content)


def test_bad_utf8_far_into_the_file(tmp_path: Path) -> None:
    content = b"spam " * 500_000 + b"egg\xffs" + b" spam" * 500_000
    is_no_utf8(write(tmp_path, content), content)


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.sampled_from(
            [b"a", b" ", b"\xc3\xa9", b"\xf0\x9f\xa6\x80", b"\xe2", b"\x82", b"\xff", b"\xf0\x9f"]
        )
    )
)
def test_arbitrary_bytes(tmp_path: Path, parts: list[bytes]) -> None:
    content = b"".join(parts)
    path = write(tmp_path, content)
    try:
        text = content.decode()
    except UnicodeDecodeError:
        is_no_utf8(path, content)
    else:
        expect(word_count.count_file, path).returns(reference(text))


MEMORY = """
import resource, sys, word_count
data = next(line for line in open("/proc/self/status") if line.startswith("VmData"))
limit = int(data.split()[1]) * 1024 + int(sys.argv[2])
resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
print(word_count.count_file(sys.argv[1]))
"""


@pytest.mark.soft
def test_a_file_larger_than_memory(tmp_path: Path) -> None:
    if not Path("/proc/self/status").exists():
        pytest.skip("platform: the limit on a process's memory is set with the help of Linux's /proc")
    word, times = "supercalifragilistic", 1_000_000
    path = write(tmp_path, f"{word} " * times)  # 21 MB, one line.
    run = subprocess.run(
        [sys.executable, "-c", MEMORY, str(path), str(12 * 2**20)],
        env={
            **os.environ,
            "PYTHONPATH": str(Path(str(word_count.__file__)).parent),
            "RAYON_NUM_THREADS": "2",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    if "not yet implemented" in run.stderr or "not yet implemented" in run.stdout:
        expect(word_count.count_file, path).value()
    said = (run.stdout + run.stderr).strip().splitlines()
    check(
        "count_file of 21 MB in a process that may take 12 MB",
        said[-1] if said else f"the process ended with code {run.returncode}",
        str({word: times}),
        "The whole file, or a whole line of it, was in memory at once: read in blocks.",
    )


@pytest.mark.soft
def test_a_word_larger_than_memory(tmp_path: Path) -> None:
    if not Path("/proc/self/status").exists():
        pytest.skip("platform: the limit on a process's memory is set with the help of Linux's /proc")
    expect(word_count.count_file, write(tmp_path, "spam")).returns({"spam": 1})
    path = write(tmp_path, "x" * 20_000_000)
    run = subprocess.run(
        [sys.executable, "-c", MEMORY, str(path), str(8 * 2**20)],
        env={**os.environ, "PYTHONPATH": str(Path(str(word_count.__file__)).parent), "RUST_BACKTRACE": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    said = (run.stdout + run.stderr).strip().splitlines()
    check(
        "count_file of one word of 20 MB in a process that may take 8 MB",
        said[-1].partition(":")[0] if said else f"the process ended with code {run.returncode}",
        "MemoryError",
        likely(
            (
                lambda got: got == "OSError",
                "`io::ErrorKind::OutOfMemory` has no number: raise PyMemoryError for it.",
            ),
            otherwise="`read_to_end` asks before it makes room, and returns `io::ErrorKind::OutOfMemory`. "
            "Raise PyMemoryError for that.",
        ),
    )


@pytest.mark.soft
def test_other_threads_run_meanwhile(tmp_path: Path) -> None:
    path = write(tmp_path, "supercalifragilistic " * 100_000)
    expect(word_count.count_file, path).returns({"supercalifragilistic": 100_000})
    check_that(
        lets_another_thread_in(word_count.count_file, str(path)),
        "what another thread got while count_file ran",
        "none",
        "a turn",
        "The file was read attached to the interpreter: wrap it in `py.detach(|| …)`.",
    )


def test_the_file_may_go_afterwards(tmp_path: Path, rng: np.random.Generator) -> None:
    (word,) = drawn_words(1, rng)
    path = write(tmp_path, word)
    expect(word_count.count_file, path).returns({word: 1})
    path.unlink()
    check("the file exists", path.exists(), False, "The file was left open.")
