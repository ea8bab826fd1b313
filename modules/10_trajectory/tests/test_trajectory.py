from __future__ import annotations

import os
import sys
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import trajectory
from coursekit import check, check_that, expect
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

DATA = Path(__file__).parents[1] / "data"

COPY = "A frame keeps the positions of now: copy the array."
SAME = "The getter must hand out the array itself: what is written to a copy is lost."
FLUSHED = "`__exit__` closes the file, whether the body raised or not."
PASSES = "`__exit__` returns False, or the exception of the body is swallowed."
CLOSED = "Once it is closed, a writer says so: ValueError, as a file of Python's."
ANEW = "`__iter__` makes a new iterator, which begins with frame 0."
AS_PYTHON = "`From<io::Error>` gives no errno and no filename: give PyOSError its parts one by one."


def rows(count: int = 3, shift: float = 0.0) -> Any:
    return np.arange(3.0 * count, dtype=np.float32).reshape(count, 3) + np.float32(shift)


def read_only(array: Any) -> Any:
    array.flags.writeable = False
    return array


def frame(step: int, time: float, positions: Any) -> Any:
    return expect(trajectory.Frame, step, time, positions).value()


def plain(got: Any) -> tuple[int, float, Any]:
    return got.step, got.time, got.positions


def text_of(frames: list[Any]) -> str:
    """As the writer writes it. The numbers are eighths, whose digits are the same in Rust and in Python."""
    lines = []
    for step, time, positions in frames:
        lines += [str(len(positions)), f"step={step} time={time}"]
        lines += [f"X {x} {y} {z}" for x, y, z in positions.tolist()]
    return "".join(f"{line}\n" for line in lines)


FRAMES = [(0, 0.0, read_only(rows())), (10, 0.05, read_only(rows(shift=0.5)))]
TEXT = text_of(FRAMES)


def drawn_frames(rng: np.random.Generator, number: int = 2) -> list[Any]:
    """Frames of three atoms or more, their steps and times one after another."""
    positions = rng.integers(-999, 1000, (number, int(rng.integers(3, 7)), 3)) / np.float32(8)
    steps, times = np.cumsum(rng.integers(1, 99, number)), np.cumsum(rng.integers(1, 99, number)) / 8
    each = zip(steps.tolist(), times.tolist(), positions.astype(np.float32), strict=True)
    return [(step, time, read_only(rows)) for step, time, rows in each]


def loaded(folder: Path, text: str | bytes, name: str = "in.xyz") -> Any:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return expect(trajectory.Trajectory.load, path).value()


def check_frames(got: Any, frames: list[Any]) -> None:
    """A trajectory without any frame refuses every number, so also the frames that are there."""
    for number, wanted in enumerate(frames):
        check(f"trajectory[{number}]", plain(expect(lambda n=number: got[n]).value()), wanted)


# Frames


def test_a_frame(rng: np.random.Generator) -> None:
    expect(repr, frame(7, 0.5, rows())).returns("Frame(step=7, time=0.5, num_atoms=3)")
    [(step, time, positions)] = drawn_frames(rng, 1)
    got = frame(step, time, positions)
    check("(step, time, positions)", plain(got), (step, time, positions))
    expect(repr, got).returns(f"Frame(step={step}, time={time}, num_atoms={len(positions)})")
    got = expect(trajectory.Frame, step=-step, time=2, positions=rows(0)).value()
    check("(step, time, positions)", plain(got), (-step, 2.0, rows(0)))


@pytest.mark.parametrize("name", ["step", "time", "positions"])
def test_a_frame_is_read_only(name: str, rng: np.random.Generator) -> None:
    [wanted] = drawn_frames(rng, 1)
    it = frame(*wanted)
    expect(setattr, it, name, rows()).raises(AttributeError)
    check("(step, time, positions)", plain(it), wanted)


@pytest.mark.soft
def test_a_frame_has_positions_of_its_own() -> None:
    array = rows()
    it = frame(0, 0.0, array)
    array[0, 0] = 99.0
    check("the frame's positions", it.positions, rows(), COPY)
    it.positions[0, 0] = 42.0
    check(
        "frame.positions[0, 0] after frame.positions[0, 0] = 42.0", it.positions[0, 0], np.float32(42.0), SAME
    )


@pytest.mark.parametrize("shape", [(3, 2), (9,), (3, 3, 1), (3, 0), ()])
def test_a_frame_of_a_wrong_shape(shape: tuple[int, ...]) -> None:
    says = ("Expected shape (n, 3)", f"got {shape}")
    expect(trajectory.Frame, 0, 0.0, np.zeros(shape, np.float32)).raises(ValueError, says=says)


@pytest.mark.parametrize("dtype", ["float64", "int32"])
def test_a_frame_of_a_wrong_dtype(dtype: str) -> None:
    expect(trajectory.Frame, 0, 0.0, np.zeros((3, 3), dtype)).raises(TypeError, says=dtype)
    expect(trajectory.Frame, 0, 0.0, [[0.0, 0.0, 0.0]]).raises(TypeError)


# Reading


def test_iteration(tmp_path: Path, rng: np.random.Generator) -> None:
    frames = drawn_frames(rng)
    got = loaded(tmp_path, text_of(frames))
    check("the frames", [plain(each) for each in got], frames)
    check("the frames, a second time", [plain(each) for each in got], frames, ANEW)


def test_two_iterators(tmp_path: Path, rng: np.random.Generator) -> None:
    frames = drawn_frames(rng)
    first, second = (step for step, _, _ in frames)
    got = loaded(tmp_path, text_of(frames))
    one, other = iter(got), iter(got)
    check("the first of one", next(one).step, first)
    check("the first of the other", next(other).step, first, ANEW)
    check("the second of one", next(one).step, second)
    check("one has ended", next(one, None), None)
    check("one has ended, still", next(one, None), None)
    check("the second of the other", next(other).step, second, "Each iterator has a position of its own.")
    check("frames taken by number meanwhile", [got[1].step, next(iter(got)).step], [second, first])


def test_an_iterator_keeps_the_file(tmp_path: Path, rng: np.random.Generator) -> None:
    frames = drawn_frames(rng, 3)
    iterator = iter(loaded(tmp_path, text_of(frames)))
    check("the frames", [plain(each) for each in iterator], frames)


def test_length_and_number_of_atoms(tmp_path: Path, rng: np.random.Generator) -> None:
    frames = drawn_frames(rng, int(rng.integers(3, 9)))
    got = loaded(tmp_path, text_of(frames))
    expect(len, got).returns(len(frames))
    check("num_atoms", got.num_atoms, len(frames[0][2]))


@pytest.mark.parametrize(("index", "wanted"), [(0, 0), (1, 1), (-1, 1), (-2, 0)])
def test_a_frame_by_number(tmp_path: Path, index: int, wanted: int, rng: np.random.Generator) -> None:
    frames = drawn_frames(rng)
    got = loaded(tmp_path, text_of(frames))
    check(f"trajectory[{index}]", plain(expect(lambda: got[index]).value()), frames[wanted])


@pytest.mark.parametrize("index", [2, -3, 10**9, 2**63, -(2**64)])
def test_no_such_frame(tmp_path: Path, index: int, rng: np.random.Generator) -> None:
    frames = drawn_frames(rng)
    got = loaded(tmp_path, text_of(frames))
    expect(lambda: got[index]).described(f"trajectory[{index}]").raises(
        IndexError, because="`extract` raises OverflowError for a number beyond an isize: catch it."
    )
    check_frames(got, frames)


@pytest.mark.parametrize("index", ["0", 0.0, None])
def test_no_index(tmp_path: Path, index: Any, rng: np.random.Generator) -> None:
    frames = drawn_frames(rng)
    got = loaded(tmp_path, text_of(frames))
    expect(lambda: got[index]).described(f"trajectory[{index!r}]").raises(TypeError)
    check_frames(got, frames)


def test_no_frames(tmp_path: Path, rng: np.random.Generator) -> None:
    frames = drawn_frames(rng)
    check_frames(loaded(tmp_path, text_of(frames)), frames)
    for text in ("", "\n", " \n\n"):
        got = loaded(tmp_path, text)
        expect(len, got).returns(0)
        expect(list, got).returns([])
        expect(lambda g=got: g[0]).described("trajectory[0]").raises(IndexError)


def test_text_of_others(tmp_path: Path) -> None:
    text = " 2 \r\nwritten by another program\r\nAr  1 -2e0\t.5 extra\r\n18 +0 0. 1e-3\r\n"
    got = loaded(tmp_path, text + text + "\n\n", "in.XYZ")
    wanted = np.array([[1, -2, 0.5], [0, 0, 1e-3]], np.float32)
    check("the frames", [plain(each) for each in got], [(0, 0.0, wanted), (1, 1.0, wanted)])


def test_the_file_of_mdanalysis(tmp_path: Path) -> None:
    got = loaded(tmp_path, (DATA / "mdanalysis.xyz").read_bytes())
    wanted = [np.arange(15, dtype=np.float32).reshape(5, 3) / 8 + np.float32(i) for i in range(4)]
    check("the positions", [each.positions for each in got], wanted)


CORRUPT: dict[str, tuple[str | bytes, int | None]] = {
    "no number": ("three\n\nX 0 0 0\n", 0),
    "a negative number": ("-1\n\n", 0),
    "a broken number": ("1.5\n\nX 0 0 0\n", 0),
    "2**31 atoms": ("2147483648\n\nX 0 0 0\n", 0),
    "2**64 atoms": ("18446744073709551616\n\nX 0 0 0\n", 0),
    "10**18 atoms": ("1000000000000000000\n\nX 0 0 0\n", 0),
    "nothing after the number": ("1", None),
    "nothing after the comment": ("1\ncomment\n", None),
    "an atom is missing": ("2\n\nX 0.00000 0.00000 0.00000\n", None),
    "an atom too many": ("1\n\nX 0 0 0\nX 0 0 0\n", 11),
    "another number of atoms": ("1\n\nX 0 0 0\n2\n\nX 0 0 0\nX 0 0 0\n", 11),
    "an empty line between frames": ("1\n\nX 0 0 0\n\n1\n\nX 0 0 0\n", 11),
    "two coordinates": ("1\n\nX 0.0 0.0\n", 3),
    "a word for a number": ("2\n\nX 0 0 0\nX 0 zero 0\n", 11),
    "no name": ("1\n\n0.0 0.0 0.0\n", 3),
    "bytes for a number": (b"1\n\nX 0 \xff\xfe 0\n", 3),
    "bytes for the number of atoms": (b"\xff\xfe\x00\n", 0),
    "zeros": (b"\0" * 1000, 0),
    "a decimal comma": ("1\n\nX 0,5 0,5 0,5\n", 3),
    "an atom in the second frame": ("1\n\nX 0 0 0\n1\n\nX 0 0 oh\n", 14),
}


@pytest.mark.parametrize("name", CORRUPT)
def test_corrupt_text(tmp_path: Path, name: str) -> None:
    text, offset = CORRUPT[name]
    path = tmp_path / "in.xyz"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    says = "at byte " if offset is None else f"at byte {offset}:"
    expect(lambda: list(trajectory.Trajectory.load(path))).described("list(Trajectory.load(path))").raises(
        ValueError, says=(says, "in.xyz"), because="Name the file and the byte."
    )


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_bytes_changed(tmp_path: Path, data: st.DataObject) -> None:
    # A version that refuses everything must not pass.
    frames = drawn_frames(np.random.default_rng(data.draw(st.integers(0, 2**32 - 1))))
    check("the frames", [plain(each) for each in loaded(tmp_path, text_of(frames))], frames)
    content = bytearray(text_of(frames).encode())
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place] = data.draw(st.sampled_from(b"\n 0-9.eX\0\xff") | st.integers(0, 255))
    path = tmp_path / "in.xyz"
    path.write_bytes(content[: data.draw(st.sampled_from([len(content)]) | st.integers(0, len(content)))])
    reading = expect(lambda: [plain(each) for each in trajectory.Trajectory.load(path)]).described("reading")
    got = reading.value_or_raises(ValueError, says="at byte ")
    if got is not None:
        shapes = {positions.shape for _, _, positions in got}
        check_that(len(shapes) <= 1, "the shapes of the positions", shapes, "one for all frames")


def test_a_file_that_becomes_shorter(tmp_path: Path, rng: np.random.Generator) -> None:
    frames = drawn_frames(rng)
    got = loaded(tmp_path, text_of(frames))
    # Another one of the same file: this one has read nothing yet.
    check_frames(loaded(tmp_path, text_of(frames)), frames)
    os.truncate(tmp_path / "in.xyz", 20)
    expect(lambda: got[1]).described("trajectory[1], the file now cut off").raises(
        ValueError, says="at byte "
    )


# Writing


def written(frames: list[Any], name: str = "out.xyz", **options: Any) -> bytes:
    path = trajectory._scratch(name)
    with expect(trajectory.TrajectoryWriter, path, **options).value() as writer:
        for step, time, positions in frames:
            expect(writer.write, frame(step, time, positions)).returns(None)
    got: bytes = trajectory._take(path)
    return got


def test_writes(rng: np.random.Generator) -> None:
    check("the file", written(FRAMES).decode(), TEXT)
    frames = drawn_frames(rng, 3)
    check("the file", written(frames).decode(), text_of(frames))
    check("the file without frames", written([]), b"")


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 20), st.integers(0, 3), st.integers(0, 2**32 - 1))
def test_comes_back(tmp_path: Path, count: int, number: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    exponents = rng.integers(-40, 38, size=(number, count, 3))
    with np.errstate(all="ignore"):
        positions = (rng.normal(size=exponents.shape) * 10.0**exponents).astype(np.float32)
    frames = [(int(rng.integers(-9, 9)), float(rng.normal()), read_only(each)) for each in positions]
    got = loaded(tmp_path, written(frames))
    check("the frames", [plain(each) for each in got], frames, "The shortest digits that read back the same.")


def test_the_first_frame_decides_the_number_of_atoms(rng: np.random.Generator) -> None:
    frames = drawn_frames(rng)
    path, atoms = trajectory._scratch("out.xyz"), len(frames[0][2])
    with expect(trajectory.TrajectoryWriter, path).value() as writer:
        expect(writer.write, frame(*frames[0])).value()
        expect(writer.write, frame(1, 0.0, rows(atoms + 1))).raises(
            ValueError, says=(str(atoms), str(atoms + 1))
        )
        expect(writer.write, frame(*frames[1])).value()
    because = "A frame that is refused leaves nothing behind."
    check("the file", trajectory._take(path).decode(), text_of(frames), because)


@pytest.mark.soft
def test_warnings_are_passed_on() -> None:
    path = trajectory._scratch("out.xyz")
    writer = expect(trajectory.TrajectoryWriter, path).value()
    good, bad = frame(0, 0.0, rows()), frame(1, 1.0, np.full((3, 3), np.nan, np.float32))
    seen = []
    for each in (good, bad, good):
        caught = trajectory._warnings_of(partial(writer.write, each))
        seen.append([name for name, _ in caught])
    writer.close()
    trajectory._take(path)
    because = "`recorder.write` may give a warning: hand it to `warn`."
    check(
        "warnings of a good frame, of one that is not finite, of a good one",
        seen,
        [[], ["UserWarning"], []],
        because,
    )


@pytest.mark.parametrize("stranger", [None, rows(), (0, 0.0, rows())], ids=["None", "array", "tuple"])
def test_only_frames(stranger: Any, rng: np.random.Generator) -> None:
    frames = drawn_frames(rng)
    path = trajectory._scratch("out.xyz")
    with expect(trajectory.TrajectoryWriter, path).value() as writer:
        expect(writer.write, frame(*frames[0])).value()
        expect(writer.write, stranger).raises(TypeError)
    check("the file", trajectory._take(path).decode(), text_of(frames[:1]))


class Stop(BaseException):
    """Not even an Exception."""


@pytest.mark.parametrize("error", [KeyError("here"), Stop("now")], ids=["KeyError", "BaseException"])
def test_the_body_raises(error: BaseException, rng: np.random.Generator) -> None:
    frames = drawn_frames(rng)
    path = trajectory._scratch("out.xyz")
    writer = expect(trajectory.TrajectoryWriter, path).value()

    def body() -> None:
        with writer:
            writer.write(frame(*frames[0]))
            writer.write(frame(*frames[1]))
            raise error

    raised = expect(body).described("a `with` whose body raises").raises(type(error), because=PASSES)
    check("the very exception came through", raised is error, True)
    check("the file", trajectory._take(path).decode(), text_of(frames), FLUSHED)


def test_after_the_end(rng: np.random.Generator) -> None:
    frames = drawn_frames(rng)
    path = trajectory._scratch("out.xyz")
    with expect(trajectory.TrajectoryWriter, path).value() as writer:
        writer.write(frame(*frames[0]))
    expect(writer.write, frame(*frames[1])).described("write, after the `with`").raises(
        ValueError, because=CLOSED
    )
    expect(writer.__enter__).described("a second `with`").raises(ValueError, because=CLOSED)
    expect(writer.close).described("close, after the `with`").returns(None)
    check("the file", trajectory._take(path).decode(), text_of(frames[:1]), CLOSED)


def test_without_a_with(rng: np.random.Generator) -> None:
    frames = drawn_frames(rng)
    path = trajectory._scratch("out.xyz")
    writer = expect(trajectory.TrajectoryWriter, path).value()
    for each in frames:
        expect(writer.write, frame(*each)).value()
    expect(writer.close).returns(None)
    check("the file", trajectory._take(path).decode(), text_of(frames))
    expect(writer.write, frame(*frames[0])).described("write, after close()").raises(
        ValueError, because=CLOSED
    )


@pytest.mark.soft
def test_a_writer_that_is_forgotten(rng: np.random.Generator) -> None:
    frames = drawn_frames(rng)
    path = trajectory._scratch("out.xyz")
    writer = expect(trajectory.TrajectoryWriter, path).value()
    writer.write(frame(*frames[0]))
    writer.write(frame(*frames[1]))
    del writer
    check(
        "the file",
        trajectory._take(path).decode(),
        text_of(frames),
        "`finish` is called when the writer dies.",
    )


def test_a_file_that_is_there_is_replaced(rng: np.random.Generator) -> None:
    frames = drawn_frames(rng)
    path = trajectory._scratch("out.xyz")
    for some in (frames, frames[:1]):
        with expect(trajectory.TrajectoryWriter, path).value() as writer:
            for each in some:
                writer.write(frame(*each))
    check("the file", trajectory._take(path).decode(), text_of(frames[:1]))


@pytest.mark.parametrize("byteorder", ["native", "", "LITTLE", None, 1])
def test_no_byte_order(byteorder: Any) -> None:
    error = ValueError if isinstance(byteorder, str) else TypeError
    expect(trajectory.TrajectoryWriter, "never.xyz", byteorder=byteorder).raises(error)


# Paths


class PathLike:
    """A path that `os.fspath` takes, and no str."""

    def __init__(self, path: Path) -> None:
        self._path = str(path)

    def __fspath__(self) -> str:
        return self._path


@pytest.mark.parametrize("kind", [str, Path, PathLike, os.fsencode])
def test_any_path(tmp_path: Path, kind: Any, rng: np.random.Generator) -> None:
    frames = drawn_frames(rng)
    path = tmp_path / "naïve 🦀.xyz"
    path.write_text(text_of(frames))
    got = expect(trajectory.Trajectory.load, kind(path)).value()
    expect(len, got).returns(2)
    check_frames(got, frames)


@pytest.mark.skipif(sys.platform != "linux", reason="platform: file names are Unicode here")
def test_a_name_that_is_no_utf8(tmp_path: Path, rng: np.random.Generator) -> None:
    frames = drawn_frames(rng)
    path = os.fsencode(tmp_path) + b"/\xff\xfe.xyz"
    with open(path, "w") as file:
        file.write(text_of(frames))
    check_frames(expect(trajectory.Trajectory.load, path).value(), frames)
    check_frames(expect(trajectory.Trajectory.load, os.fsdecode(path)).value(), frames)
    got: Any = expect(trajectory.Trajectory.load, os.fsdecode(path + b"x.xyz")).raises(FileNotFoundError)
    check("its filename", got.filename, os.fsdecode(path + b"x.xyz"), AS_PYTHON)


@pytest.mark.parametrize("name", ["in.txt", "in", "xyz", ".xyz", "in.xyz.gz", "in.xy"])
def test_an_unknown_format(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(TEXT)
    for call in (trajectory.Trajectory.load, trajectory.TrajectoryWriter):
        expect(call, tmp_path / name).raises(ValueError, says=(".xyz", ".dcd", name))
    check("the file", (tmp_path / name).read_text(), TEXT, "Look at the name before you touch the file.")


@pytest.mark.parametrize("path", [None, 1.5, 3, ["in.xyz"]])
def test_no_path(path: Any) -> None:
    expect(trajectory.Trajectory.load, path).raises(TypeError)
    expect(trajectory.TrajectoryWriter, path).raises(TypeError)


def raises_as_python(path: Path, mode: str) -> None:
    """The error of `open(path, mode)`: class, errno, strerror and filename."""
    try:
        with open(path, mode) as file:
            file.read()
    except OSError as error:
        wanted = error
    call = trajectory.Trajectory.load if mode == "rb" else trajectory.TrajectoryWriter
    got: Any = expect(call, path).raises(type(wanted), because=AS_PYTHON)
    check("errno and filename", (got.errno, got.filename), (wanted.errno, str(path)), AS_PYTHON)
    if os.name == "posix":
        check("strerror", got.strerror, wanted.strerror, "Strip ` (os error 2)` from Rust's text.")


def test_no_such_file(tmp_path: Path) -> None:
    raises_as_python(tmp_path / "nöwhere" / "in.xyz", "rb")
    raises_as_python(tmp_path / "nöwhere" / "out.xyz", "wb")


def test_a_directory(tmp_path: Path) -> None:
    (tmp_path / "folder.xyz").mkdir()
    raises_as_python(tmp_path / "folder.xyz", "rb")
    (tmp_path / "file").write_text("")
    raises_as_python(tmp_path / "file" / "in.xyz", "rb")


def test_a_nul_in_the_name() -> None:
    expect(trajectory.Trajectory.load, "in\0.xyz").raises(
        ValueError, because="An error of kind `InvalidInput` has no number: make a ValueError of it."
    )


@pytest.mark.soft
@pytest.mark.skipif(sys.platform != "linux", reason="platform: there is no /dev/full")
def test_a_full_disk(tmp_path: Path) -> None:
    (tmp_path / "full.xyz").symlink_to("/dev/full")
    writer = expect(trajectory.TrajectoryWriter, tmp_path / "full.xyz").value()
    writer.write(frame(*FRAMES[0]))
    got: Any = expect(writer.close).raises(OSError, because="Only writing what is in memory shows it.")
    check("errno", got.errno, 28)
    expect(writer.write, frame(*FRAMES[1])).raises(ValueError, because=CLOSED)
