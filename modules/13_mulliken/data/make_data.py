"""Makes ethene.npz and ethene_tetramer.npz: matrices, and PySCF's own Mulliken analysis of them.

    python -m pip install -r make_data_requirements.txt
    python make_data.py            writes both files
    python make_data.py --check    computes both again, and compares with the files

Restricted Hartree-Fock in the minimal basis STO-3G. README.md in this folder says what the files hold.
"""

from __future__ import annotations

import sys
from math import cos, pi, radians, sin
from pathlib import Path
from typing import Any

import numpy as np
from pyscf import gto, scf

HERE = Path(__file__).parent
BASIS = "sto-3g"

# Ethene as measured in the gas phase: planar, C=C 1.339 Å, C-H 1.086 Å, C=C-H 121.2°.
C_C, C_H, ANGLE = 1.339, 1.086, radians(121.2)

BETWEEN_MOLECULES = 3.8
"""Å from one molecule of the tetramer to the next."""

Atom = tuple[str, tuple[float, float, float]]


def ethene() -> list[Atom]:
    """One molecule in the xy plane, the double bond along x; coordinates in Å."""
    x, y = C_C / 2 - C_H * cos(ANGLE), C_H * sin(ANGLE)
    carbons: list[Atom] = [("C", (side * C_C / 2, 0.0, 0.0)) for side in (1, -1)]
    return carbons + [("H", (side * x, up * y, 0.0)) for side in (1, -1) for up in (1, -1)]


def ethene_tetramer() -> list[Atom]:
    """Four molecules in a row along z. Every second one is turned by 90° about its double bond.

    So its hydrogens point at the double bonds of its neighbours. The geometry is made up, not optimised.
    """
    return [
        (
            symbol,
            (x, y * cos(turn) - z * sin(turn), y * sin(turn) + z * cos(turn) + molecule * BETWEEN_MOLECULES),
        )
        for molecule, turn in enumerate((0.0, pi / 2, 0.0, pi / 2))
        for symbol, (x, y, z) in ethene()
    ]


def analyse(atoms: list[Atom]) -> dict[str, Any]:
    """The matrices of a molecule, and what PySCF makes of them."""
    molecule = gto.M(atom=atoms, basis=BASIS, unit="Angstrom", verbose=0)
    calculation = scf.RHF(molecule)
    calculation.conv_tol = 1e-12
    calculation.kernel()
    if not calculation.converged:
        raise RuntimeError("the Hartree-Fock calculation did not converge")
    density, overlap = calculation.make_rdm1(), calculation.get_ovlp()
    orbitals, charges = calculation.mulliken_pop(molecule, density, overlap, verbose=0)
    first_and_last = molecule.aoslice_by_atom()[:, 2:]
    return {
        "P": np.ascontiguousarray(density),
        # The densities of the free atoms, side by side: no bonds yet.
        "P0": np.ascontiguousarray(scf.hf.init_guess_by_atom(molecule)),
        "S": np.ascontiguousarray(overlap),
        "orbs_per_atom": (first_and_last[:, 1] - first_and_last[:, 0]).astype(np.int64),
        "symbols": np.array([symbol for symbol, _ in atoms]),
        "nuclear_charges": molecule.atom_charges().astype(np.int64),
        "coordinates": np.array([place for _, place in atoms]),
        "pyscf_orbital_populations": np.asarray(orbitals),
        "pyscf_charges": np.asarray(charges),
    }


def main() -> int:
    check = "--check" in sys.argv[1:]
    faults = 0
    for build in (ethene, ethene_tetramer):
        path = HERE / f"{build.__name__}.npz"
        made = analyse(build())
        if not check:
            np.savez_compressed(path, **made)
            print(f"{path.name}: {path.stat().st_size} bytes, {len(made['P'])} orbitals")
            continue
        with np.load(path) as shipped:
            # Another processor or library rounds otherwise, and the calculation stops once it has converged.
            differ = [
                name
                for name, value in made.items()
                if not (
                    np.allclose(value, shipped[name], rtol=0, atol=1e-6)
                    if value.dtype.kind == "f"
                    else np.array_equal(value, shipped[name])
                )
            ]
        print(f"{path.name}: " + (f"differs in {', '.join(differ)}" if differ else "agrees"))
        faults += bool(differ)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
