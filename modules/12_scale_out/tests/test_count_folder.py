from __future__ import annotations

import math
import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scale_out
from coursekit import check, check_that, expect
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

BELOW = "All regular files below the folder count, in folders inside it too."
SPLIT = "A large file is one task for one worker, while the others idle: cut it into parts of 16 MiB at most."
TWICE = "A task may run again after its worker died. So what counts is what it returns, not what it adds to."
TREE = (
    "Merge in pairs, on the workers: a chain waits for one worker, and merging here brings all counts here."
)
PARTIAL = "An error in a part is an error of the whole: half an answer looks like an answer."
PROGRESS = "Call `progress` with the bytes of each part as it is done."
ON_WORKERS = (
    "Workers count, and what they return is the answer: `client.submit(count_part, …)` for each part."
)
ABSOLUTE = "A worker has a current folder of its own: give it an absolute path."

TEXTS = {
    "a.txt": "Spam eggs spam",
    "b.txt": "ΟΔΟΣ οδος\u3000🦀",
    "empty.txt": "",
    "inner/c.log": "Eggs\n\x1cspam",
    "inner/deep/no_name": "x",
}


def folder_of(folder: Path, texts: dict[str, str]) -> Path:
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
    return folder


def reference(texts: dict[str, str]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for text in texts.values():
        total.update(text.lower().split())
    return dict(total)


class Workers:
    """Stand for the workers: each task is run here, and what it got and gave is noted."""

    def __init__(self, times: int = 1, before: Callable[[int], object] = lambda number: None) -> None:
        self.arguments: list[tuple[Any, ...]] = []
        self._times = times
        self._before = before

    def __call__(self, function: Any, arguments: tuple[Any, ...]) -> Any:
        self._before(len(self.arguments))
        self.arguments.append(arguments)
        for _ in range(self._times):
            result = function(*arguments)
        return result

    def client(self) -> Any:
        return scale_out.InProcessClient(self.__call__)


def count(client: Any, folder: Any, *more: Any, because: str = "") -> Any:
    return expect(scale_out.count_folder, client, folder, *more).value(because)


def drawn_texts(rng: np.random.Generator) -> dict[str, str]:
    """Files as those of `TEXTS`, with drawn words, always as large: one folder can stand in for another."""
    words = ["".join(rng.choice(list("abcdEFG"), 4).tolist()) for _ in range(6)]

    def some(count: int, between: str) -> str:
        return between.join(rng.choice(words, count).tolist())

    return {
        "a.txt": some(9, " "),
        "b.txt": "ΟΔΟΣ οδος\u3000🦀 " + some(4, "\u3000"),
        "empty.txt": "",
        "inner/c.log": some(7, "\n\x1c"),
        "inner/deep/no_name": some(1, ""),
    }


def check_counts(tmp_path: Path, rng: np.random.Generator, because: str = BELOW) -> None:
    """The words of a folder; and that workers have read them: where these see other files, theirs count."""
    here, there = drawn_texts(rng), drawn_texts(rng)
    folder = folder_of(tmp_path / "as the client sees it", here)
    elsewhere = folder_of(tmp_path / "as the workers see it", there)

    def seen(argument: Any) -> Any:
        if isinstance(argument, (str, Path)) and Path(argument).is_relative_to(folder):
            return str(elsewhere / Path(argument).relative_to(folder))
        return argument

    def run(function: Any, arguments: tuple[Any, ...]) -> Any:
        return function(*map(seen, arguments))

    expect(scale_out.count_folder, scale_out.InProcessClient(), folder).returns(
        reference(here), because=because
    )
    expect(scale_out.count_folder, scale_out.InProcessClient(run), folder).described(
        "count_folder(client, folder), whose workers see other texts in these files"
    ).returns(reference(there), because=ON_WORKERS)


def test_counts_all_files(tmp_path: Path, rng: np.random.Generator) -> None:
    folder = folder_of(tmp_path / "texts", TEXTS)
    expect(scale_out.count_folder, scale_out.InProcessClient(), folder).returns(
        reference(TEXTS), because=BELOW
    )
    check_counts(tmp_path, rng)


@pytest.mark.parametrize("kind", [str, Path])
def test_any_path(tmp_path: Path, kind: type, rng: np.random.Generator) -> None:
    texts = drawn_texts(rng)
    folder = kind(folder_of(tmp_path / "texts", texts))
    expect(scale_out.count_folder, scale_out.InProcessClient(), folder).returns(reference(texts))
    check_counts(tmp_path, rng)


def test_nothing_to_count(tmp_path: Path, rng: np.random.Generator) -> None:
    check_counts(tmp_path, rng)
    nothing = tmp_path / "nothing"
    nothing.mkdir()
    expect(scale_out.count_folder, scale_out.InProcessClient(), nothing).returns({})
    folder_of(nothing, {"empty": "", "inner/empty": ""})
    expect(scale_out.count_folder, scale_out.InProcessClient(), nothing).returns({})


def test_the_workers_do_it(tmp_path: Path, rng: np.random.Generator) -> None:
    workers, texts = Workers(), drawn_texts(rng)
    folder = folder_of(tmp_path / "texts", texts)
    got = count(workers.client(), folder)
    check("counts", got, reference(texts))
    paths = [
        str(argument) for each in workers.arguments for argument in each if isinstance(argument, (str, Path))
    ]
    wanted = {str(folder / name) for name, text in texts.items() if text}
    check_counts(tmp_path, rng)
    check(
        "files that the workers were given",
        set(paths) >= wanted,
        True,
        f"Give each file to `submit`. {ABSOLUTE}",
    )


def test_a_large_file_is_shared_out(tmp_path: Path) -> None:
    line = "spam eggs spam \n"  # 16 bytes, so that even parts end with a line
    (tmp_path / "large").write_text(line * (33 * 2**20 // len(line)))
    words: list[int] = []
    merges: list[int] = []

    def run(function: Any, arguments: tuple[Any, ...]) -> Any:
        result = function(*arguments)
        merged = sum(isinstance(each, scale_out.PartialCount) for each in arguments)
        if merged:
            merges.append(merged)
        elif isinstance(result, scale_out.PartialCount):
            words.append(sum(result.counts.values()))
        return result

    got = count(scale_out.InProcessClient(run), tmp_path)
    check("counts", got, {"spam": 33 * 2**20 // 8, "eggs": 33 * 2**20 // 16})
    check_that(
        len(words) >= 3 and max(words) <= 3 * 2**20 and sum(words) == 3 * 33 * 2**16,
        "words that the tasks for 33 MiB counted",
        words,
        "3 parts or more, none with more than the 3145728 words of 16 MiB",
        SPLIT,
    )
    check_that(len(merges) >= 2, "tasks that merged", len(merges), "2 or more", TREE)


def test_a_tree_of_merges(tmp_path: Path) -> None:
    names = [f"word{n}" for n in range(16)]
    folder_of(tmp_path, {name: name for name in names})
    depth: dict[frozenset[str], int] = {}
    merged = [0]

    def run(function: Any, arguments: tuple[Any, ...]) -> Any:
        result = function(*arguments)
        parts = [each for each in arguments if isinstance(each, scale_out.PartialCount)]
        merged.append(len(parts))
        if isinstance(result, scale_out.PartialCount):
            below = max((depth.get(frozenset(part.counts), 0) for part in parts), default=-1)
            depth[frozenset(result.counts)] = below + 1
        return result

    got = count(scale_out.InProcessClient(run), tmp_path)
    check("counts", got, dict.fromkeys(names, 1))
    check_that(max(merged) <= 2, "most counts that one task merged", max(merged), "2 or fewer", TREE)
    deepest = depth.get(frozenset(names), 0)
    most = math.ceil(math.log2(len(names)))
    check_that(
        1 <= deepest <= most,
        "merges on the workers, one after another, for 16 files",
        deepest,
        "1 to 4",
        TREE,
    )


@pytest.mark.parametrize("times", [2, 3])
def test_a_task_that_runs_again(tmp_path: Path, times: int, rng: np.random.Generator) -> None:
    texts = drawn_texts(rng)
    folder = folder_of(tmp_path / "texts", texts)
    got = count(Workers(times).client(), folder)
    check(f"counts, where each task ran {times} times", got, reference(texts), TWICE)
    check_counts(tmp_path, rng)


def test_twice_in_a_row(tmp_path: Path, rng: np.random.Generator) -> None:
    texts = drawn_texts(rng)
    folder = folder_of(tmp_path / "texts", texts)
    client = scale_out.InProcessClient()
    for _ in range(2):
        expect(scale_out.count_folder, client, folder).returns(reference(texts), because=TWICE)
    check_counts(tmp_path, rng)


class Lost(Exception):
    """The exception of a scheduler that has given up on a task."""


@pytest.mark.parametrize("number", [0, 1, 3, 5])
def test_a_task_that_is_given_up(tmp_path: Path, number: int, rng: np.random.Generator) -> None:
    def before(task: int) -> None:
        if task == number:
            raise Lost("no worker survives this")

    texts = drawn_texts(rng)
    folder = folder_of(tmp_path / "texts", texts)
    check_counts(tmp_path, rng)
    client = Workers(before=before).client()
    expect(scale_out.count_folder, client, folder).raises(Lost, because=PARTIAL)


def test_a_file_that_shrinks_meanwhile(tmp_path: Path, rng: np.random.Generator) -> None:
    texts = drawn_texts(rng)
    folder = folder_of(tmp_path / "texts", texts)
    check_counts(tmp_path, rng)
    client = Workers(before=lambda task: os.truncate(folder / "a.txt", 3)).client()
    expect(scale_out.count_folder, client, folder).raises(ValueError, says="a.txt", because=PARTIAL)


def test_a_file_that_goes_meanwhile(tmp_path: Path, rng: np.random.Generator) -> None:
    texts = drawn_texts(rng)
    folder = folder_of(tmp_path / "texts", texts)
    check_counts(tmp_path, rng)
    client = Workers(before=lambda task: (folder / "b.txt").unlink(missing_ok=True)).client()
    expect(scale_out.count_folder, client, folder).raises(FileNotFoundError, says="b.txt", because=PARTIAL)


def test_a_file_that_is_no_text(tmp_path: Path, rng: np.random.Generator) -> None:
    texts = drawn_texts(rng)
    folder = folder_of(tmp_path / "texts", texts)
    check_counts(tmp_path, rng)
    (folder / "inner" / "photo").write_bytes(b"spam \xff\xd8")
    got: Any = expect(scale_out.count_folder, scale_out.InProcessClient(), folder).raises(
        UnicodeDecodeError, says="photo", because=PARTIAL
    )
    check("start of the UnicodeDecodeError", got.start, 5)


def test_no_folder(tmp_path: Path, rng: np.random.Generator) -> None:
    check_counts(tmp_path, rng)
    path = tmp_path / "nowhere"
    quiet = "`os.walk` passes over what it cannot read, unless you give it `onerror`."
    got: Any = expect(scale_out.count_folder, scale_out.InProcessClient(), path).raises(
        FileNotFoundError, because=quiet
    )
    check("filename", got.filename, str(path))
    (tmp_path / "file").write_text("spam")
    got = expect(scale_out.count_folder, scale_out.InProcessClient(), tmp_path / "file").raises(
        NotADirectoryError, because=quiet
    )
    check("filename", got.filename, str(tmp_path / "file"))


def test_what_is_no_regular_file(tmp_path: Path, rng: np.random.Generator) -> None:
    texts = drawn_texts(rng)
    folder = folder_of(tmp_path / "texts", texts)
    if not hasattr(os, "mkfifo"):
        pytest.skip("platform: there are no named pipes here")
    os.mkfifo(folder / "pipe")
    expect(scale_out.count_folder, scale_out.InProcessClient(), folder).returns(
        reference(texts), because="A named pipe has no words and no size: take regular files only."
    )
    check_counts(tmp_path, rng)


def test_progress(tmp_path: Path, rng: np.random.Generator) -> None:
    texts = drawn_texts(rng)
    folder = folder_of(tmp_path / "texts", texts)
    told: list[int] = []
    size = sum(len(text.encode()) for text in texts.values())
    got = count(scale_out.InProcessClient(), folder, told.append, because=PROGRESS)
    check("counts", got, reference(texts))
    check("sum of what `progress` was told", sum(told), size, PROGRESS)
    check_that(
        len(told) >= 4, "calls of `progress` for 4 files that are not empty", len(told), "4 or more", PROGRESS
    )
    check_counts(tmp_path, rng)


def test_progress_comes_as_work_is_done(tmp_path: Path, rng: np.random.Generator) -> None:
    texts = drawn_texts(rng)
    folder = folder_of(tmp_path / "texts", texts)
    workers = Workers()
    tasks_when_told: list[int] = []
    got = count(workers.client(), folder, lambda done: tasks_when_told.append(len(workers.arguments)))
    check("counts", got, reference(texts))
    check_that(
        len(tasks_when_told) > 1 and tasks_when_told[0] < len(workers.arguments),
        "tasks that had run when `progress` was called",
        tasks_when_told,
        f"the first time fewer than all {len(workers.arguments)}",
        "Go through the parts with `as_completed`; when the whole is there, there is no progress any more.",
    )


def test_progress_may_raise(tmp_path: Path, rng: np.random.Generator) -> None:
    texts = drawn_texts(rng)
    folder = folder_of(tmp_path / "texts", texts)

    check_counts(tmp_path, rng)

    def stop(done: int) -> None:
        raise Lost("enough")

    expect(scale_out.count_folder, scale_out.InProcessClient(), folder, stop).raises(Lost, says="enough")


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text(st.sampled_from("aAΣé \n\u3000🦀"), max_size=20), max_size=7))
def test_any_texts(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    named = {f"{n}": text for n, text in enumerate(texts)}
    folder = folder_of(tmp_path_factory.mktemp("any"), named)
    expect(scale_out.count_folder, scale_out.InProcessClient(), folder).returns(reference(named))
