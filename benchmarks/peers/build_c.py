"""Builds call_overhead.c into target/peers, where the benchmarks look for it.

Run it with the Python that will import it, as in `.venv/bin/python benchmarks/peers/build_c.py`. It needs a C
compiler (the environment variable CC, or the one that Python was built with) and Python's headers.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import sysconfig
from pathlib import Path

SOURCE = Path(__file__).with_name("call_overhead.c")
TARGET = Path(__file__).resolve().parents[2] / "target" / "peers"


def build() -> Path:
    """Compiles, and gives the extension's path."""
    if sys.platform == "win32":
        sys.exit(
            "This script drives Unix compilers only; without the extension its peer shows as not installed."
        )
    TARGET.mkdir(parents=True, exist_ok=True)
    extension = TARGET / f"call_overhead{sysconfig.get_config_var('EXT_SUFFIX')}"
    compiler = shlex.split(os.environ.get("CC") or sysconfig.get_config_var("CC") or "cc")
    options = ["-O2", "-Wall", "-Wextra", "-shared", "-fPIC", f"-I{sysconfig.get_path('include')}"]
    if sys.platform == "darwin":
        options += ["-undefined", "dynamic_lookup"]
    subprocess.run([*compiler, *options, str(SOURCE), "-o", str(extension)], check=True)
    return extension


if __name__ == "__main__":
    try:
        print(build())
    except (OSError, subprocess.CalledProcessError) as error:
        sys.exit(f"The C compiler failed: {error}")
