"""Makes the files that MDAnalysis wrote: `mdanalysis_little.dcd`, `mdanalysis_big.dcd` and `mdanalysis.xyz`.

Run it in an environment with MDAnalysis. MDAnalysis writes in the byte order of the machine only, so the
second file is the first one with the bytes of each number turned round.
"""

from __future__ import annotations

import struct
from pathlib import Path

import MDAnalysis
import numpy as np
from MDAnalysis.lib.formats.libdcd import DCDFile

HERE = Path(__file__).parent
ATOMS, FRAMES = 5, 4


def positions(frame: int) -> np.ndarray:
    """Eighths, which float32 and six decimals both hold exactly."""
    return (np.arange(3 * ATOMS).reshape(ATOMS, 3) / 8 + frame).astype(np.float32)


def turned(data: bytes) -> bytes:
    """A DCD file in the other byte order: letters stay, the unit cell is float64, the rest four bytes."""
    out, place, records = b"", 0, 0
    while place < len(data):
        (length,) = struct.unpack_from("<i", data, place)
        record = data[place + 4 : place + 4 + length]
        if records == 0:
            record = record[:4] + np.frombuffer(record[4:], "<i4").astype(">i4").tobytes()
        elif records == 1:
            record = struct.pack(">i", *struct.unpack_from("<i", record)) + record[4:]
        elif length == 48:
            record = np.frombuffer(record, "<f8").astype(">f8").tobytes()
        else:
            record = np.frombuffer(record, "<i4").astype(">i4").tobytes()
        out += struct.pack(">i", length) + record + struct.pack(">i", length)
        place += length + 8
        records += 1
    return out


def main() -> None:
    little = HERE / "mdanalysis_little.dcd"
    with DCDFile(str(little), "w") as file:
        file.write_header(
            remarks="made by MDAnalysis", natoms=ATOMS, istart=10, nsavc=5, delta=0.002, is_periodic=1
        )
        for frame in range(FRAMES):
            file.write(xyz=positions(frame), box=[10, 90, 10, 90, 90, 10])
    (HERE / "mdanalysis_big.dcd").write_bytes(turned(little.read_bytes()))
    with DCDFile(str(HERE / "mdanalysis_big.dcd")) as file:  # MDAnalysis reads what was turned.
        assert all(np.array_equal(frame.xyz, positions(number)) for number, frame in enumerate(file))

    universe = MDAnalysis.Universe.empty(ATOMS, trajectory=True)
    universe.add_TopologyAttr("name", ["Ar"] * ATOMS)
    with MDAnalysis.Writer(str(HERE / "mdanalysis.xyz"), ATOMS, remark="made by MDAnalysis") as writer:
        for frame in range(FRAMES):
            universe.atoms.positions = positions(frame)
            writer.write(universe)


if __name__ == "__main__":
    main()
