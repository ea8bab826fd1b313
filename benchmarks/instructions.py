#!/usr/bin/env python3
"""The instructions that a call or an item costs. The processor's time differs from run to run, these do not.

    python3 benchmarks/instructions.py

Needs a set-up course (`cargo course setup`) and valgrind (Debian and Ubuntu: apt install valgrind). Each line
is measured twice, with so many calls and with twice as many: the difference is theirs alone.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PYTHON = ROOT / ".venv" / "bin" / "python"

ITEMS = 10_000
CALLS = {"deposit": 100_000, "sum": 100}
"""So many that the difference between two starts of Python does not show."""

PROGRAM = """
import sys
from collections import deque
from itertools import repeat
from importlib.machinery import ExtensionFileLoader
from importlib.util import module_from_spec, spec_from_loader
numbers = list(range(1000, 1000 + {items}))
class Slotted:
    __slots__ = ("balance",)
    def __init__(self, balance): self.balance = balance
    def deposit(self, amount): self.balance += amount
def extension(name):
    loader = ExtensionFileLoader(name, sys.argv[1])
    module = module_from_spec(spec_from_loader(name, loader))
    loader.exec_module(module)
    return module
function, argument = {call}
function(argument)
deque(map(function, repeat(argument, {count})), maxlen=0)  # a loop in C
"""


@dataclass(frozen=True)
class Line:
    """One way to do one thing."""

    what: str
    kind: str
    """A key of `CALLS`."""
    call: str
    """Function and argument, in Python."""
    package: str = ""
    """The crate with the extension, where there is one."""


LINES = (
    Line("sum of a list, Python's sum, each int", "sum", "sum, numbers"),
    *(
        Line(
            f"sum of a list, {name}, each int",
            "sum",
            f"extension('parallel_sum').{name}, numbers",
            "parallel_sum_solution",
        )
        for name in ("direct_sum", "sum_in_place", "parallel_sum")
    ),
    Line("deposit a float, Python with slots", "deposit", "Slotted(0.0).deposit, 1.25"),
    Line(
        "deposit a float, textbook Rust",
        "deposit",
        "extension('textbook').Account(0.0).deposit, 1.25",
        "textbook",
    ),
    Line(
        "deposit a float, solution",
        "deposit",
        "extension('account').Account(0.0).deposit, 1.25",
        "account_solution",
    ),
)


def main() -> None:
    """Prints a line for each."""
    if shutil.which("valgrind") is None:
        sys.exit("valgrind is missing. Debian and Ubuntu: apt install valgrind")
    if not PYTHON.exists():
        sys.exit("The course is not set up: run `cargo course setup` first.")
    for package in sorted({line.package for line in LINES if line.package}):
        command = ["cargo", "build", "--quiet", "--release", "--locked", "--package", package]
        subprocess.run(command, cwd=ROOT, check=True)
    for line in LINES:
        calls = CALLS[line.kind]
        units = calls * (ITEMS if line.kind == "sum" else 1)
        cost = (instructions(line, 2 * calls) - instructions(line, calls)) / units
        print(f"{line.what:45} {cost:6.0f} instructions", flush=True)


def instructions(line: Line, calls: int) -> int:
    """Of a whole process that makes so many calls."""
    program = PROGRAM.format(items=ITEMS, call=line.call, count=calls)
    library = ROOT / "target" / "release" / f"lib{line.package}.so"
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
    done = subprocess.run(
        [*command, str(PYTHON), "-c", program, str(library)],
        cwd=ROOT,
        env={"PYTHONHASHSEED": "0", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    collected = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode != 0 or collected is None:
        sys.exit(f"{line.what}: valgrind failed:\n{done.stderr[-2000:]}")
    return int(collected[1])


if __name__ == "__main__":
    main()
