from __future__ import annotations

from coursekit.beside import beside

populations = beside(__file__, "populations")
globals().update(
    populations.suite_for(
        "mulliken",
        most_mb=8,
        any_counts=True,
        subtracts_items=True,
        threads=True,
        molecules_of_pyscf=("ethene", "ethene_tetramer"),
    )
)
