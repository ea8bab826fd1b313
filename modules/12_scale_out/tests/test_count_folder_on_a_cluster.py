from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import scale_out
from coursekit import check, check_that, expect

pytestmark = (
    pytest.mark.soft
)  # In grading there is no network; `test_count_folder.py` asks the same questions.

LOST = "Dask runs the tasks of a lost worker again. Let it: return counts from tasks, and merge futures."
FILES = 12


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    # Before the seconds that a cluster takes: whether there is anything to run on it.
    expect(scale_out.count_folder, scale_out.InProcessClient(), tmp_path_factory.mktemp("empty")).value()
    from coursekit.dask_cluster import cluster

    with cluster() as client:
        yield client


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for n in range(FILES):
        (tmp_path / f"{n}.txt").write_text(f"Spam eggs word{n}\n" * (20_000 + n))
    return tmp_path


def reference(folder: Path) -> dict[str, int]:
    total: Counter[str] = Counter()
    for path in folder.iterdir():
        total.update(path.read_text().lower().split())
    return dict(total)


def test_counts_on_two_workers(client: Any, folder: Path) -> None:
    expect(scale_out.count_folder, client, folder).returns(reference(folder))


def test_a_worker_is_killed(client: Any, folder: Path) -> None:
    from coursekit.dask_cluster import kill_a_worker

    told: list[int] = []

    def progress(done: int) -> None:
        if not told:
            kill_a_worker(client)
        told.append(done)

    got = expect(scale_out.count_folder, client, folder, progress).value(LOST)
    check("counts, although a worker was killed", got, reference(folder), LOST)
    size = sum(path.stat().st_size for path in folder.iterdir())
    check("sum of what `progress` was told", sum(told), size, "Each part is told once, whatever runs again.")


def test_a_file_that_changed_since_the_last_time(client: Any, folder: Path) -> None:
    before = expect(scale_out.count_folder, client, folder).value()
    for path in folder.iterdir():
        path.write_text(path.read_text().replace("Spam", "Span"))
    got = expect(scale_out.count_folder, client, folder).value()
    check_that(
        before != got, "counts of the changed files", got, "other counts", "Reading a file is not `pure`."
    )
    check(
        "counts of the changed files",
        got,
        reference(folder),
        "Reading a file is not `pure`: say `pure=False`.",
    )


def test_an_error_comes_across(client: Any, folder: Path) -> None:
    (folder / "photo").write_bytes(b"spam \xff\xd8")
    got: Any = expect(scale_out.count_folder, client, folder).raises(UnicodeDecodeError, says="photo")
    whole = "Dask's pickles lose the attributes of a UnicodeDecodeError: `result_of` puts them back."
    check("start of the UnicodeDecodeError", got.start, 5, whole)


def test_a_file_that_is_not_there_for_the_workers(client: Any, folder: Path) -> None:
    (folder / "0.txt").chmod(0o600)
    (folder / "gone").symlink_to(folder / "nowhere")
    got: Any = expect(scale_out.count_folder, client, folder).raises(FileNotFoundError)
    check("filename of the FileNotFoundError", got.filename, str(folder / "gone"))
