"""A C function in the extension's own file, called past PyO3."""

from __future__ import annotations

import ctypes
import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

# A process of its own: a panic in a C function aborts the process, and pytest should outlive it.
_CHILD = """
import ctypes, json, sys
file, name, argument, result, calls = sys.argv[1:]
function = getattr(ctypes.CDLL(file), name)
function.argtypes, function.restype = [getattr(ctypes, argument)], getattr(ctypes, result)
for x in json.loads(calls):
    print(function(x), flush=True)
"""


@dataclass
class Answers:
    """The results of some calls, in order; fewer than calls if the process died."""

    values: list[int]
    code: int
    """The end of the process that called: 0 if it lived, a signal's number with a minus if one ended it."""
    printed: str


class CFunction:
    """`int32_t name(int32_t)` or the like, with one argument."""

    def __init__(self, module: ModuleType, name: str, argument: str, result: str) -> None:
        # After `maturin develop` the extension lies inside a package of the same name.
        self._module: Any = sys.modules.get(f"{module.__name__}.{module.__name__}", module)
        self._name, self._argument, self._result = name, argument, result

    def missing(self) -> str:
        """The error if the extension has no such function, else nothing."""
        grader = grader_of(self._module)
        if grader is not None:
            return str(grader.c_function_missing(self._name))
        try:
            getattr(ctypes.CDLL(str(self._module.__file__)), self._name)
        except AttributeError as error:
            return f"AttributeError: {error}"
        return ""

    def answers(self, arguments: Sequence[int]) -> Answers:
        """Calls it with each argument, until it ends the process."""
        grader = grader_of(self._module)
        if grader is not None:
            values = grader.c_function_answers(self._name, self._argument, self._result, list(arguments))
            return Answers(values, 0, "")
        command = [sys.executable, "-I", "-S", "-c", _CHILD, str(self._module.__file__), self._name]
        command += [self._argument, self._result, json.dumps(list(arguments))]
        child = subprocess.run(command, capture_output=True, text=True, check=False)
        return Answers([int(line) for line in child.stdout.split()], child.returncode, child.stderr)


def grader_of(module: Any) -> Any:
    """In the grader the module is a stand-in, whose file must not be opened here: it knows what to do."""
    return module.__dict__.get("_grader_c_functions")
