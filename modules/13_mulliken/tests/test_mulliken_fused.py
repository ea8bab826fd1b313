from __future__ import annotations

from coursekit.beside import beside

populations = beside(__file__, "populations")
globals().update(populations.suite_for("mulliken_fused", most_mb=8, subtracts_items=True))
