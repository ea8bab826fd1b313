"""The environment that every peer is measured in, made here, so that the shell does not matter.

NumPy, OpenBLAS, MKL, BLIS, OpenMP, numba, Polars, rayon, OpenCV and the C library each read variables that
choose kernels, cache sizes or numbers of threads. There are hundreds, and new ones with every release, so no
list can name them all. This list names what a peer may see instead.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import NoReturn

ALLOWED = frozenset(
    {
        # The places of programs and files.
        *("PATH", "HOME", "USER", "LOGNAME", "TMPDIR", "TMP", "TEMP"),
        # Some Pythons find their own libraries only so. The record names the file of every BLAS.
        *("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH"),
        # The look of text.
        *(
            "LANG",
            "LANGUAGE",
            "LC_ALL",
            "LC_CTYPE",
            "TERM",
            "COLUMNS",
            "LINES",
            "NO_COLOR",
            "COLORTERM",
            "TZ",
        ),
        # Without these, Windows starts no program and opens no socket.
        *("SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC", "PATHEXT", "USERPROFILE", "USERNAME"),
        *("APPDATA", "LOCALAPPDATA", "PROGRAMDATA", "PROGRAMFILES", "HOMEDRIVE", "HOMEPATH"),
        *("NUMBER_OF_PROCESSORS", "PROCESSOR_ARCHITECTURE", "OS"),
    }
)
"""The variables that are passed on. None of them chooses how fast something is."""

THREADS = (
    "RAYON_NUM_THREADS",
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "BLIS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "NUMBA_NUM_THREADS",
    "POLARS_MAX_THREADS",
    "TOKIO_WORKER_THREADS",
)
"""Set alike, to the number of cores that the run may use."""


def usable_cores() -> int:
    """Cores that this process may use, which a container or `taskset` can limit."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def own_environment(given: Mapping[str, str], threads: int) -> dict[str, str]:
    """The allowed part of `given`, and the same number of threads for everybody."""
    kept = {name: value for name, value in given.items() if name.upper() in ALLOWED}
    return kept | dict.fromkeys(THREADS, str(threads))


def restart(command: Sequence[str]) -> NoReturn:
    """Replaces this process by Python with `command`, in an environment of its own.

    A new process, because some libraries read their variables before the first line of Python runs, and a
    preloaded library cannot be unloaded.
    """
    words = [sys.executable, *command]
    environment = own_environment(os.environ, usable_cores())
    sys.stdout.flush()
    if os.name == "nt":  # There `exec` would return to the caller at once.
        sys.exit(subprocess.run(words, env=environment, check=False).returncode)
    os.execve(sys.executable, words, environment)
