"""Facts about the machine and the Python that a run took place on."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

from ..own_environment import THREADS, usable_cores
from .model import Machine

__all__ = ["cpu_model", "this_machine", "usable_cores"]


def this_machine(packages: Iterable[str]) -> Machine:
    """The machine, and the versions of those packages that are installed."""
    free_threaded = not getattr(sys, "_is_gil_enabled", lambda: True)()
    return Machine(
        cpu=cpu_model(),
        cores=usable_cores(),
        platform=f"{platform.system()} {platform.machine()}",
        python=f"{platform.python_implementation()} {platform.python_version()}"
        + (" free-threaded" if free_threaded else ""),
        packages=dict(sorted(_versions(packages))),
        threads={name: os.environ[name] for name in THREADS if os.environ.get(name)},
        system=f"{platform.system()} {platform.release()}",
    )


def cpu_model() -> str:
    """The processor's marketing name, as well as the system knows it."""
    try:
        if sys.platform == "darwin":
            command = ["/usr/sbin/sysctl", "-n", "machdep.cpu.brand_string"]
            return subprocess.run(
                command, capture_output=True, text=True, check=True, timeout=5
            ).stdout.strip()
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            key, _, value = line.partition(":")
            if key.strip() == "model name" and value.strip():
                return value.strip()
    except (OSError, subprocess.SubprocessError):
        pass
    return platform.processor() or platform.machine() or "unknown processor"


def _versions(packages: Iterable[str]) -> Iterable[tuple[str, str]]:
    distributions = metadata.packages_distributions()
    for package in {name.partition(".")[0] for name in packages}:
        for distribution in distributions.get(package, [])[:1]:
            yield package, metadata.version(distribution)
