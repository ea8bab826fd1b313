"""The free memory, and a size that fits into it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

RESERVE = 0.8
"""The share of the free memory that a benchmark may take."""

GIGABYTE = 1e9
CONTROL_GROUP = Path("/sys/fs/cgroup")


def fitting_scale(scale: float, gigabytes: float, free: float | None) -> float:
    """The scale, or a smaller one at which a benchmark fits that needs so much memory at scale 1."""
    if free is None or gigabytes <= 0.0 or gigabytes * scale * GIGABYTE <= free * RESERVE:
        return scale
    return float(f"{free * RESERVE / (gigabytes * GIGABYTE):.2g}")


def free_memory() -> float | None:
    """Bytes that this process can still take. None: this system does not tell."""
    known = [size for size in (_of_system(), _of_control_group(), _of_process()) if size is not None]
    return min(known, default=None)


def _of_system() -> float | None:
    try:
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return float(line.split()[1]) * 1024
    except (OSError, ValueError):
        pass
    try:
        # Half of what is built in: macOS does not say in a line what is free.
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2
    except (AttributeError, OSError, ValueError):
        return None


def _of_control_group() -> float | None:
    """The rest of a container's share."""
    try:
        most, used = ((CONTROL_GROUP / f"memory.{name}").read_text("ascii") for name in ("max", "current"))
        return max(0.0, float(most) - float(used))
    except (OSError, ValueError):  # ValueError: "max", no limit.
        return None


def _of_process() -> float | None:
    """The rest under `ulimit -v`."""
    if sys.platform == "win32":
        return None
    import resource

    most, _ = resource.getrlimit(resource.RLIMIT_AS)
    if most == resource.RLIM_INFINITY:
        return None
    try:
        used = int(Path("/proc/self/statm").read_text("ascii").split()[0]) * resource.getpagesize()
    except (OSError, ValueError):
        used = 0
    return float(max(0, most - used))
