from __future__ import annotations

from coursekit.beside import beside

populations = beside(__file__, "populations")
globals().update(populations.suite_for("mulliken_any_layout", most_mb=110, any_counts=True))
