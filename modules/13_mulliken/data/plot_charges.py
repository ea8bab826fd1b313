"""Draws charges.svg, the figure of module 13's lesson: the Mulliken charges of the ethene tetramer.

    python plot_charges.py

Needs matplotlib, and `mulliken` with exercises 5 and 6 solved: `maturin develop` in the module's folder.
Writes the figure beside the lesson, and a copy beside the page of the book that includes the lesson.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import matplotlib
import mulliken
import numpy as np

matplotlib.use("svg")
from matplotlib import pyplot
from matplotlib.collections import LineCollection

HERE = Path(__file__).resolve().parent
FIGURE = HERE.parent / "charges.svg"
COPY_FOR_THE_BOOK = HERE.parents[2] / "docs" / "src" / "modules" / "charges.svg"

INK = "#808890"
"""A grey that can be read on white and on black."""
LONGEST_BOND = 1.6
"""Å: nearer than this, two atoms are bonded."""


def main() -> None:
    with np.load(HERE / "ethene_tetramer.npz") as data:
        q, _ = mulliken.mulliken(data["P"], data["P0"], data["S"], data["orbs_per_atom"])
        charges = mulliken.atomic_charges(q, data["nuclear_charges"])
        places, symbols = seen_from_the_side(data["coordinates"]), data["symbols"]
        distances = np.linalg.norm(data["coordinates"][:, None] - data["coordinates"], axis=2)

    # The same file at every run; no background, so that the page's own shows.
    matplotlib.rcParams.update({"svg.hashsalt": "course", "svg.fonttype": "none", "font.size": 9})
    figure, axes = pyplot.subplots(figsize=(7.5, 3.2), layout="constrained")
    bonds = [(places[a], places[b]) for a, b in np.argwhere(np.triu(distances < LONGEST_BOND, k=1))]
    axes.add_collection(LineCollection(bonds, colors=INK, linewidths=1.5, zorder=1))
    largest = np.abs(charges).max()
    dots = axes.scatter(
        *places.T,
        c=charges,
        s=np.where(symbols == "C", 260, 110),
        cmap="RdBu_r",
        vmin=-largest,
        vmax=largest,
        edgecolors=INK,
        zorder=2,
    )
    for molecule in range(4):
        atoms = slice(6 * molecule, 6 * molecule + 6)
        axes.annotate(
            f"C {charges[atoms][0]:+.4f}\nsum {charges[atoms].sum():+.4f}".replace("-", "−"),
            (3.8 * molecule, -2.05),
            ha="center",
            va="top",
            color=INK,
        )
    bar = figure.colorbar(dots, ax=axes, shrink=0.8)
    bar.set_label("charge / e", color=INK)
    bar.ax.tick_params(color=INK, labelcolor=INK)
    bar.outline.set_edgecolor(INK)
    axes.set(aspect="equal", xlim=(-1.6, 13.0), ylim=(-2.9, 1.9))
    axes.axis("off")
    metadata = {"Date": None, "Title": "Mulliken charges of the ethene tetramer"}
    figure.savefig(FIGURE, transparent=True, metadata=metadata)
    # matplotlib leaves blanks at the ends of lines.
    FIGURE.write_text(
        "".join(f"{line.rstrip()}\n" for line in FIGURE.read_text("utf-8").splitlines()), "utf-8"
    )
    shutil.copyfile(FIGURE, COPY_FOR_THE_BOOK)


def seen_from_the_side(coordinates: Any) -> Any:
    """A parallel projection: z to the right, x upwards, y a little of both, so that no atom hides another."""
    x, y, z = coordinates.T
    return np.column_stack([z + 0.45 * y, x + 0.35 * y])


if __name__ == "__main__":
    main()
