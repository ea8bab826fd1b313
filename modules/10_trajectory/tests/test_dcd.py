"""All of this is about bytes: how they are laid out is written once more, in `build`, with `struct`."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import trajectory
from coursekit import check, expect
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

DATA = Path(__file__).parents[1] / "data"

SIZE_FIRST = "Compare the length with `source.left()` before you make a Vec of it."
ORDER = (
    "The first four bytes are the number 84 in either byte order: use the same order for all that follows."
)
MARKERS = "Each record has its length before it and after it: compare both."
SIZE_WINS = "Count the frames from the file's size; the header's number may be a lie."
DELTA = "Files without a version (number 19 is 0) have the time of a step as a float64."
OFFSET = "Refuse a number that cannot be, and say at which byte of the file it is."


def rows(count: int, shift: float = 0.0) -> Any:
    return np.arange(3.0 * count, dtype=np.float32).reshape(count, 3) + np.float32(shift)


@dataclass(frozen=True)
class Dcd:
    """A DCD file, field by field; each may be a lie."""

    order: str = "<"
    letters: bytes = b"CORD"
    claimed: int | None = None
    first_step: int = 0
    interval: int = 1
    fixed: int = 0
    delta: float = 0.5
    unit_cell: bool = False
    four_dimensions: bool = False
    version: int = 24
    titles: bytes = b"A title".ljust(80)
    num_atoms: int | None = None
    free: tuple[int, ...] = ()
    frames: list[Any] = field(default_factory=lambda: [rows(4, shift) for shift in range(3)])

    def record(self, content: bytes) -> bytes:
        length = struct.pack(self.order + "i", len(content))
        return length + content + length

    def pack(self, form: str, *values: Any) -> bytes:
        return struct.pack(self.order + form, *values)

    def build(self) -> bytes:
        pack = self.pack
        numbers = [0] * 20
        numbers[0] = len(self.frames) if self.claimed is None else self.claimed
        numbers[1], numbers[2], numbers[8] = self.first_step, self.interval, self.fixed
        numbers[10], numbers[11], numbers[19] = int(self.unit_cell), int(self.four_dimensions), self.version
        control = bytearray(self.letters + pack("20i", *numbers))
        control[40:44] = pack("f", self.delta)
        if self.version == 0:
            control[40:48] = pack("d", self.delta)
        atoms = len(self.frames[0]) if self.num_atoms is None else self.num_atoms
        file = self.record(bytes(control))
        file += self.record(pack("i", len(self.titles) // 80) + self.titles)
        file += self.record(pack("i", atoms))
        if self.fixed > 0:
            file += self.record(pack(f"{len(self.free)}i", *self.free))
        return file + b"".join(self.frame(frame) for frame in self.frames)

    def frame(self, positions: Any) -> bytes:
        content = self.record(struct.pack(self.order + "6d", *range(6))) if self.unit_cell else b""
        for axis in range(3):
            content += self.record(positions[:, axis].astype(self.order + "f4").tobytes())
        return content + (self.record(b"\0" * 4 * len(positions)) if self.four_dimensions else b"")


def write(folder: Path, content: bytes) -> Path:
    path = folder / "file.dcd"
    path.write_bytes(content)
    return path


def read(folder: Path, content: bytes) -> Any:
    """The warning, the number of atoms and the frames."""
    return expect(trajectory._read_dcd, write(folder, content)).described("reading the file")


def holds(folder: Path, file: Dcd, frames: list[Any], because: str = "", warns: bool = False) -> None:
    warning, num_atoms, got = read(folder, file.build()).value(because)
    check("whether there is a warning", warning is not None, warns, SIZE_WINS)
    check("the number of atoms", num_atoms, len(file.frames[0]) if file.num_atoms is None else file.num_atoms)
    check("the positions of the frames", [positions for _, _, positions in got], frames, because)


FILES = {
    "plain": Dcd(),
    "one frame": Dcd(frames=[rows(4)]),
    "one atom": Dcd(frames=[rows(1), rows(1, 1.0)]),
    "no atoms": Dcd(frames=[rows(0), rows(0)]),
    "unit cell": Dcd(unit_cell=True),
    "four dimensions": Dcd(four_dimensions=True),
    "both": Dcd(unit_cell=True, four_dimensions=True),
    "no version": Dcd(version=0),
    "no titles": Dcd(titles=b""),
    "many titles": Dcd(titles=b"x" * 80 * 40),
}


@pytest.mark.parametrize("name", FILES)
def test_reads(tmp_path: Path, name: str) -> None:
    for order in "<>":
        file = replace(FILES[name], order=order)
        holds(tmp_path, file, file.frames, ORDER if order == ">" else "")


@pytest.mark.parametrize("order", ["<", ">"], ids=["little", "big"])
def test_fixed_atoms(tmp_path: Path, order: str) -> None:
    # Atoms 2 and 4, counted from 1, move; after the first frame only these two are in the file.
    moved = [rows(2, 100.0), rows(2, 200.0)]
    file = Dcd(order=order, fixed=2, free=(2, 4), frames=[rows(4), *moved])
    wanted = [rows(4)]
    for each in moved:
        whole = rows(4)
        whole[[1, 3]] = each
        wanted.append(whole)
    holds(tmp_path, file, wanted, "Atoms that are not free keep the positions of the first frame.")


def test_no_frames(tmp_path: Path) -> None:
    file = Dcd(num_atoms=4, frames=[])
    holds(tmp_path, file, [])


@pytest.mark.parametrize("order", ["<", ">"], ids=["little", "big"])
@pytest.mark.parametrize("version", [24, 0])
def test_steps_and_times(tmp_path: Path, version: int, order: str) -> None:
    file = Dcd(order=order, first_step=100, interval=20, delta=0.5, version=version)
    _, _, got = read(tmp_path, file.build()).value(DELTA)
    wanted = [(100, 50.0), (120, 60.0), (140, 70.0)]
    check("(step, time) of each frame", [(step, time) for step, time, _ in got], wanted, DELTA)


def test_a_decimal_time(tmp_path: Path) -> None:
    _, _, got = read(tmp_path, Dcd(first_step=3, delta=0.005).build()).value()
    because = "0.005 as a float32 is 0.004999999888…: `shortest` finds the decimal number that was meant."
    check("the time of step 3", got[0][1], 3 * 0.005, because)


@pytest.mark.parametrize("name", ["mdanalysis_little.dcd", "mdanalysis_big.dcd"])
def test_files_of_mdanalysis(tmp_path: Path, name: str) -> None:
    warning, num_atoms, got = read(tmp_path, (DATA / name).read_bytes()).value(ORDER)
    check("(warning, atoms, frames)", (warning, num_atoms, len(got)), (None, 5, 4))
    wanted = [np.arange(15, dtype=np.float32).reshape(5, 3) / 8 + frame for frame in range(4)]
    check("the positions", [positions for _, _, positions in got], [w.astype(np.float32) for w in wanted])
    check(
        "(step, time)",
        [(step, time) for step, time, _ in got],
        [(10 + 5 * i, (10 + 5 * i) * 0.002) for i in range(4)],
    )


@pytest.mark.parametrize("order", ["<", ">"], ids=["little", "big"])
def test_the_size_wins(tmp_path: Path, order: str) -> None:
    for claimed in (0, 1, 2, 4, 1000, 2**31 - 1):
        holds(tmp_path, Dcd(claimed=claimed, order=order), Dcd().frames, SIZE_WINS, warns=True)


def refused(folder: Path, content: bytes, offset: int | None, because: str = "", says: str = "") -> None:
    """Reading it is a ValueError that names the byte."""
    place = "at byte " if offset is None else f"at byte {offset}:"
    read(folder, content).raises(ValueError, says=(place, says) if says else place, because=because)


HEADER = 92 + 92 + 12
FRAME = 3 * (4 * 4 + 8)


def test_cut_off_in_the_header(tmp_path: Path) -> None:
    for cut in range(HEADER):
        refused(tmp_path, Dcd().build()[:cut], None, "A file may end anywhere.")


@pytest.mark.parametrize("frames", [1, 2, 3])
def test_cut_off_in_a_frame(tmp_path: Path, frames: int) -> None:
    for missing in (1, 4, 5, 20, 24, FRAME - 1):
        content = Dcd().build()[: HEADER + frames * FRAME - missing]
        because = "Say where the frame begins that is cut off."
        refused(tmp_path, content, HEADER + (frames - 1) * FRAME, because)


def test_bytes_after_the_last_frame(tmp_path: Path) -> None:
    refused(tmp_path, Dcd().build() + b"\0", HEADER + 3 * FRAME)


def test_whole_frames_are_missing(tmp_path: Path) -> None:
    content = Dcd().build()[:-FRAME]
    warning, _, got = read(tmp_path, content).value(SIZE_WINS)
    check("(warning, frames)", (warning is not None, len(got)), (True, 2), SIZE_WINS)


LIES: dict[str, tuple[Dcd, int]] = {
    "velocities": (Dcd(letters=b"VELD"), 4),
    "negative frames": (Dcd(claimed=-1), 8),
    "negative interval": (Dcd(interval=-1), 16),
    "negative fixed atoms": (Dcd(fixed=-1), 40),
    "more fixed atoms than atoms": (Dcd(fixed=5), 40),
    "an endless time of a step": (Dcd(delta=float("inf")), 44),
    "no time of a step": (Dcd(delta=float("nan"), version=0), 44),
    "negative atoms": (Dcd(num_atoms=-1), 188),
    "a free atom 0": (Dcd(fixed=2, free=(0, 1)), 200),
    "a free atom 5": (Dcd(fixed=2, free=(1, 5)), 204),
    "too few free atoms": (Dcd(fixed=2, free=(1,)), 196),
}


@pytest.mark.parametrize("name", LIES)
def test_lies_in_the_header(tmp_path: Path, name: str) -> None:
    file, offset = LIES[name]
    for order in "<>":
        refused(tmp_path, replace(file, order=order).build(), offset, OFFSET)


STRANGERS = [b"", b"\x54", b"PK\x03\x04" * 50, b"\0" * 200, b"54\n" * 100, b"\x54" + b"\0" * 7 + b"CORD"]


def test_no_dcd_file(tmp_path: Path) -> None:
    for content in STRANGERS:
        refused(tmp_path, content, None)


@pytest.mark.parametrize("order", ["<", ">"], ids=["little", "big"])
def test_more_atoms_than_the_file_has_room_for(tmp_path: Path, order: str) -> None:
    for atoms in (20, 100, 10**6, 2**31 - 1):
        refused(tmp_path, Dcd(order=order, num_atoms=atoms).build(), HEADER, SIZE_FIRST)


@pytest.mark.parametrize("where", [0, 92, 184, 196])
def test_a_record_that_is_longer_than_the_file(tmp_path: Path, where: int) -> None:
    for length in (2**31 - 1, 2**30, 1000, -1, -(2**31)):
        content = bytearray(Dcd(fixed=2, free=(1, 2)).build())
        content[where : where + 4] = struct.pack("<i", length)
        refused(tmp_path, bytes(content), None, SIZE_FIRST)


MARKER_PLACES = [
    88,
    92,
    180,
    184,
    192,
    *(HEADER + record * 24 + end for record in range(9) for end in (0, 20)),
]


@pytest.mark.parametrize("order", ["<", ">"], ids=["little", "big"])
def test_a_wrong_length(tmp_path: Path, order: str) -> None:
    for place in MARKER_PLACES:
        content = bytearray(Dcd(order=order).build())
        number = struct.unpack_from(order + "i", content, place)[0]
        struct.pack_into(order + "i", content, place, number ^ 8)
        refused(tmp_path, bytes(content), None if place in (92, 180) else place, MARKERS)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_bytes_changed(tmp_path: Path, data: st.DataObject) -> None:
    """Frames or an error that names a byte: nothing else, whatever is in the file."""
    file = data.draw(st.sampled_from([*FILES.values(), Dcd(fixed=2, free=(2, 4), frames=[rows(4), rows(2)])]))
    content = bytearray(replace(file, order=data.draw(st.sampled_from("<>"))).build())
    # A version that refuses everything must not pass.
    read(tmp_path, bytes(content)).value()
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place] = data.draw(st.sampled_from([0, 1, 0x7F, 0x80, 0xFF]) | st.integers(0, 255))
    content = content[: data.draw(st.sampled_from([len(content)]) | st.integers(0, len(content)))]
    found = read(tmp_path, bytes(content)).value_or_raises(ValueError, says="at byte ", because=OFFSET)
    if found is not None:
        _, num_atoms, got = found
        for _, _, positions in got:
            check("the shape of the positions", positions.shape, (num_atoms, 3))


@pytest.mark.parametrize("order", ["little", "big"])
@pytest.mark.parametrize("count", [0, 1, 5])
def test_writes(order: str, count: int) -> None:
    frames = [(10 + 5 * i, (10 + 5 * i) * 0.25, rows(count, i)) for i in range(3)]
    form = "<" if order == "little" else ">"
    # Before the call, which could change the arrays.
    wanted = b"".join(Dcd(order=form).frame(positions) for _, _, positions in frames)
    path = trajectory._scratch("out.dcd")
    expect(trajectory._write_dcd, path, order, frames).returns([])
    got = trajectory._take(path)
    numbers = struct.unpack_from(form + "i4s9if10i", got)
    check("the first record", numbers[:5], (84, b"CORD", 3, 10, 5), "NSET, ISTART and NSAVC come first.")
    check("the time of a step", numbers[11], 0.25)
    check("the version", numbers[21] > 0, True, "Without a version the time of a step would be a float64.")
    check("the length after the first record", struct.unpack_from(form + "i", got, 88)[0], 84, MARKERS)
    titles = struct.unpack_from(form + "ii", got, 92)
    check(
        "the length of the record of the titles",
        titles[0],
        4 + 80 * titles[1],
        "Four bytes say how many titles there are, and each has 80 letters.",
    )
    rest = 92 + 8 + titles[0]
    check("the number of atoms", struct.unpack_from(form + "3i", got, rest), (4, count, 4))
    check("the frames", got[rest + 12 :], wanted, MARKERS)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 40), st.integers(0, 4), st.integers(0, 2**32 - 1), st.sampled_from(["little", "big"]))
def test_comes_back(tmp_path: Path, count: int, number: int, seed: int, order: str) -> None:
    bits = np.random.default_rng(seed).integers(0, 2**32, size=(number, count, 3), dtype=np.uint64)
    frames = [
        (7 * i, 7 * i * 0.125, positions)
        for i, positions in enumerate(bits.astype(np.uint32).view(np.float32))
    ]
    wanted = [(s, t, p.view(np.uint32).copy()) for s, t, p in frames]
    path = trajectory._scratch("out.dcd")
    expect(trajectory._write_dcd, path, order, frames).returns([])
    _, _, got = read(tmp_path, trajectory._take(path)).value()
    check("the frames", [(s, t, p.view(np.uint32)) for s, t, p in got], wanted)


IRREGULAR = {
    "steps": [(0, 0.0), (1, 1.0), (3, 3.0)],
    "times": [(0, 0.0), (1, 1.0), (2, 2.5)],
    "beginning": [(0, 5.0), (1, 6.0), (2, 7.0)],
    "one step": [(0, 0.0), (0, 0.0)],
}


@pytest.mark.parametrize("name", IRREGULAR)
def test_what_the_header_cannot_tell(name: str) -> None:
    path = trajectory._scratch("out.dcd")
    frames = [(step, time, rows(2)) for step, time in IRREGULAR[name]]
    warnings = expect(trajectory._write_dcd, path, "little", frames).value()
    trajectory._take(path)
    check("warnings", len(warnings), 1, "Steps and times that do not fit come back wrong: say so, once.")
