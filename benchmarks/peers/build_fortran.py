"""Builds the Fortran peers of module 13's benchmark: mulliken.f90, through f2py, into benchmarks/peers/build.

    python benchmarks/peers/build_fortran.py

Use the Python that runs the benchmark. No exercise needs this: without it the benchmark says "not installed".
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

SOURCE = Path(__file__).with_name("mulliken.f90")
BUILD = Path(__file__).with_name("build")
MODULE = "mulliken_fortran"

FLAGS = "-O3 -march=native -ffast-math -fopenmp"
"""The best that Fortran users would choose for their own machine."""

HOW_TO_INSTALL = {
    "numpy": "python -m pip install numpy",
    "gfortran": "Debian and Ubuntu: apt install gfortran · Fedora: dnf install gcc-gfortran"
    " · macOS: brew install gcc · Windows: pacman -S mingw-w64-ucrt-x86_64-gcc-fortran (MSYS2)",
    "meson": "python -m pip install meson",
    "ninja": "python -m pip install ninja",
}


def missing() -> list[str]:
    """The tools that are not here."""
    absent = [] if importlib.util.find_spec("numpy") else ["numpy"]
    path = search_path()
    return absent + [tool for tool in ("gfortran", "meson", "ninja") if shutil.which(tool, path=path) is None]


def search_path() -> str:
    """The PATH, with this Python's own scripts first: pip puts meson and ninja there."""
    return os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])


def build() -> int:
    """Runs f2py. Gives its exit status."""
    shutil.rmtree(BUILD, ignore_errors=True)
    BUILD.mkdir()
    command = [sys.executable, "-m", "numpy.f2py", "-c", "--backend", "meson", "-m", MODULE, str(SOURCE)]
    environment = {
        **os.environ,
        "PATH": search_path(),
        "FC": "gfortran",
        "FFLAGS": FLAGS,
        "LDFLAGS": "-fopenmp",
    }
    finished = subprocess.run(
        command,
        cwd=BUILD,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        text=True,
    )
    built = sorted(path.name for path in BUILD.glob(f"{MODULE}*") if path.suffix in (".so", ".pyd"))
    if finished.returncode == 0 and built:
        print(f"built {built[0]} in {BUILD}")
        return 0
    print(finished.stdout)
    print("f2py could not build mulliken.f90; its output is above.")
    return finished.returncode or 1


def main() -> int:
    absent = missing()
    for tool in absent:
        print(f"{tool} is missing. {HOW_TO_INSTALL[tool]}")
    return 2 if absent else build()


if __name__ == "__main__":
    sys.exit(main())
