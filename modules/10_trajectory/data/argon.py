"""Makes `argon.dcd`: a droplet of 108 argon atoms, 60 frames, 50 steps from one to the next.

Run it where the module `trajectory` is the solution, or your own: `python argon.py`. Reduced units: the
length is that at which two atoms have no energy (3.4 Å for argon), a step of 0.005 takes 11 fs.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from trajectory import ForceCalculator, Frame, Simulation, State, TrajectoryWriter

FRAMES, INTERVAL, DT = 60, 50, 0.005


def crystal(cells: int) -> np.ndarray:
    """A cube of a face-centred crystal whose neighbours are at rest, each atom a little out of its place."""
    corner = np.array([[0, 0, 0], [0, 1, 1], [1, 0, 1], [1, 1, 0]]) * 0.5
    cell = np.stack(np.meshgrid(*[np.arange(cells)] * 3, indexing="ij"), axis=-1).reshape(-1, 1, 3)
    positions = (cell + corner).reshape(-1, 3) * (2 ** (1 / 6) * 2**0.5)
    return (positions + np.random.default_rng(18).normal(scale=0.04, size=positions.shape)).astype(np.float32)


def main() -> None:
    positions = crystal(3)
    state = State(len(positions))
    state.set_positions(positions)
    simulation = Simulation(state, ForceCalculator(cutoff=4.0), dt=DT)
    with TrajectoryWriter(Path(__file__).parent / "argon.dcd") as writer:

        def write(step: int, positions: np.ndarray) -> None:
            if step % INTERVAL == 0:
                writer.write(Frame(step, step * DT, positions))

        simulation.run(FRAMES * INTERVAL, write)


if __name__ == "__main__":
    main()
