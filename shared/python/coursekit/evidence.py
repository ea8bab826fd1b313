"""The source of each test's evidence: outside the submission's process, or inside.

A submission can replace everything that runs in the process that loads it. So a test that counts may look at
what comes out of that process: values, exceptions, callbacks, the events at a server, copies and awaitables
that the grader drives through their protocol. A test that asks the process about itself (its garbage
collector, its memory, its threads, its event loop, time) is soft. This module reads the tests' sources and
says which is which:

    python -I shared/python/run.py evidence FILE…        lists what counts and must not
    python -I shared/python/run.py evidence --table …     the page of the book, docs/src/evidence.md
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

INSIDE: dict[str, str] = {
    "gc": "the garbage collector",
    "weakref": "the garbage collector",
    "sys.getrefcount": "reference counts",
    "sys.getsizeof": "sizes of objects",
    "sys.setswitchinterval": "when threads take turns",
    "threading.get_ident": "which thread runs",
    "threading.current_thread": "which thread runs",
    "threading.active_count": "which threads run",
    "threading.enumerate": "which threads run",
    "tracemalloc": "memory of a process",
    "resource": "memory of a process",
    "ctypes": "memory of a process",
    "faulthandler": "a process's own account",
    "contextvars": "context variables",
    "asyncio": "an event loop of the test's own",
    "subprocess": "another process that loads the extension",
    "multiprocessing": "another process that loads the extension",
    "os.fork": "another process that loads the extension",
    "os.forkpty": "another process that loads the extension",
    "os.system": "another process that loads the extension",
    "os.popen": "another process that loads the extension",
    "os.posix_spawn": "another process that loads the extension",
    "os.posix_spawnp": "another process that loads the extension",
    "concurrent.futures.ProcessPoolExecutor": "another process that loads the extension",
    "psutil": "a process's own account",
    "os.times": "time",
    "time": "time",
    "timeit": "time",
    "datetime.datetime.now": "time",
    "datetime.datetime.today": "time",
    "datetime.datetime.utcnow": "time",
    "datetime.date.today": "time",
    "sys._getframe": "frames of the test's own process",
    "sys.settrace": "frames of the test's own process",
    "sys.setprofile": "frames of the test's own process",
    "warnings.catch_warnings": "warnings of the test's own process",
    "builtins.recwarn": "warnings of the test's own process",
    "builtins.capfd": "output of the test's own process",
    "builtins.capfdbinary": "output of the test's own process",
    "builtins.capsys": "output of the test's own process",
    "builtins.capsysbinary": "output of the test's own process",
    "builtins.caplog": "log records of the test's own process",
    "coursekit.Heartbeat": "when threads take turns",
    "coursekit.heartbeat": "when threads take turns",
    "coursekit.turns": "when threads take turns",
    "coursekit.fork_server": "another process that loads the extension",
    "coursekit.dask_cluster": "other processes that load the extension",
    "numpy.shares_memory": "whether memory is shared",
    "numpy.may_share_memory": "whether memory is shared",
    "builtins.id": "identity of objects",
    "decimal.localcontext": "the decimal context, which stays with the test",
    "decimal.setcontext": "the decimal context, which stays with the test",
    "trajectory._memory_after": "a fixture that only says what a view shows",
    "trajectory._view_after": "a fixture that only says what a view shows",
    "trajectory._write_through_view": "a fixture that only says what a view shows",
    "trajectory._warnings_of": "a fixture that only says which warnings there were",
}
"""Facts that only show inside the process, by the name that a test uses for them."""

INSIDE_ATTRIBUTES: dict[str, str] = {
    "base": "whether memory is shared",
    "owndata": "whether memory is shared",
    "ctypes": "whether memory is shared",
    "__array_interface__": "whether memory is shared",
    "__array_struct__": "whether memory is shared",
}
"""The same, by an attribute of any object. The oracle makes arrays anew from what came over the wire."""

OF_THE_KIT = frozenset(
    {
        "arguments",
        "beside",
        "drawn",
        "events",
        "layouts",
        "likely",
        "panicked",
        "patience",
        "patterns",
        "platforms",
        "project",
        "show",
        "ExpectationFailed",
        "NotWritten",
    }
)
"""The other parts of the test kit: they say nothing about where evidence comes from."""

HARMLESS = frozenset({"asyncio.CancelledError", "asyncio.TimeoutError", "asyncio.InvalidStateError"})
"""Names in the above that are but names of exceptions."""

OUTSIDE: dict[str, str] = {
    "coursekit.expect": "values",
    "coursekit.check": "values",
    "coursekit.check_close": "values",
    "coursekit.check_that": "values",
    "raises": "exceptions",
    "copy": "copies, driven from outside",
    "pickle": "copies, driven from outside",
    "coursekit.pickles": "pickles that another process reads",
    "coursekit.asynchronous": "awaitables, driven from outside",
    "coursekit.asynchronous.TooEarly": "a least time, on the oracle's clock",
    "coursekit.http_server": "what a server saw",
    "threading": "calls from several threads",
    "builtins.isinstance": "classes, as stated",
    "builtins.issubclass": "classes, as stated",
    "coursekit.CFunction": "answers of a C function",
    "coursekit.apart": "calls that may wait for ever",
}
"""Facts that show outside, by the name that a test uses for them."""


@dataclass
class Evidence:
    """The evidence of one test."""

    file: Path
    name: str
    soft: bool
    outside: list[str] = field(default_factory=list)
    inside: dict[str, str] = field(default_factory=dict)
    """The evidence inside the process, each with the name in the source."""

    @property
    def refused(self) -> str:
        """The grader's objection if the test must not count, else nothing."""
        if self.soft or not self.inside:
            return ""
        what = ", ".join(f"{reason} ({name})" for name, reason in self.inside.items())
        return (
            f"{self.name} counts, but it relies on what only shows inside the submission's process: {what}. "
            "Look at an effect from outside, or mark it `@pytest.mark.soft`."
        )


def evidence_of(file: Path) -> list[Evidence]:
    """Of each test in a file."""
    return _File(file).tests()


class _File:
    """A test file: the meanings of its names, and the uses between its functions."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._tree = ast.parse(file.read_text("utf-8"))
        self._imported: dict[str, str] = {}
        self._all_names_of: list[str] = []
        self._defined: dict[str, ast.stmt] = {}
        for node in ast.walk(self._tree):
            self._note_import(node)
        self._methods: dict[str, list[ast.stmt]] = {}
        for node in self._tree.body:
            for each in node.body if isinstance(node, ast.ClassDef) else []:
                if isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef)):
                    self._methods.setdefault(each.name, []).append(each)
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                self._defined[node.name] = node
            elif isinstance(node, (ast.Assign, ast.AnnAssign)):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                self._defined.update({each.id: node for each in targets if isinstance(each, ast.Name)})

    def _note_import(self, node: ast.AST) -> None:
        if isinstance(node, ast.Import):
            for each in node.names:
                self._imported[each.asname or each.name.partition(".")[0]] = each.name
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            for each in node.names:
                self._imported[each.asname or each.name] = f"{node.module}.{each.name}"
                if each.name == "*":
                    self._all_names_of.append(node.module)

    def tests(self) -> list[Evidence]:
        """Its tests, those in classes too."""
        found = []
        file_is_soft = "pytestmark" in self._defined and _says_soft(self._defined["pytestmark"])
        for node in self._tree.body:
            inner: Sequence[ast.stmt] = node.body if isinstance(node, ast.ClassDef) else [node]
            for each in inner:
                if isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef)) and each.name.startswith("test"):
                    marks = [
                        *each.decorator_list,
                        *(node.decorator_list if isinstance(node, ast.ClassDef) else []),
                    ]
                    soft = file_is_soft or any(_says_soft(mark) for mark in marks)
                    found.append(self._evidence(each, soft))
        return found

    def _evidence(self, test: ast.FunctionDef | ast.AsyncFunctionDef, soft: bool) -> Evidence:
        made = Evidence(self._file, test.name, soft)
        for module in self._all_names_of:
            made.inside[f"{module}.*"] = ANY_NAMES
        for name in sorted(self._names_of(test)):
            reason = _look_up(INSIDE, name)
            if name.count(".") > 1:  # Such as `builtins.result.base`.
                reason = reason or INSIDE_ATTRIBUTES.get(_attribute_of(name), "")
            if name.endswith(".*"):
                made.inside[name] = ANY_NAMES
            elif reason and name not in HARMLESS:
                made.inside[name] = reason
            elif name.startswith("coursekit.") and not _is_known_of_the_kit(name):
                made.inside[name] = "a part of the test kit that is neither inside nor outside yet"
            outside = _look_up(OUTSIDE, name)
            if outside and outside not in made.outside:
                made.outside.append(outside)
        return made

    def _names_of(self, start: ast.stmt) -> set[str]:
        """Dotted names that a function uses, itself or through the file's other functions and fixtures."""
        names: set[str] = set()
        seen: set[int] = set()
        left: list[ast.stmt] = [start]
        while left:
            node = left.pop()
            if id(node) in seen:
                continue
            seen.add(id(node))
            for used in self._used(node):
                head, _, rest = used.partition(".")
                if head in self._defined:
                    left.append(self._defined[head])
                elif head in ("self", "cls") and rest in self._methods:
                    left += self._methods[rest]
                elif head in self._imported:
                    names.add(self._imported[head] + ("." + rest if rest else ""))
                elif head == IMPORTED_BY_NAME:
                    names.add(rest)
                else:
                    names.add(f"builtins.{used}")
                if used.endswith(".raises"):
                    names.add("raises")
        return names

    def _used(self, node: ast.stmt) -> Iterator[str]:
        yield from self._used_by_name(node)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield from (each.arg for each in node.args.args)  # Fixtures.
        roots = {id(each.value) for each in ast.walk(node) if isinstance(each, ast.Attribute)}
        for each in ast.walk(node):
            if isinstance(each, ast.Name) and id(each) not in roots:
                yield each.id
            elif isinstance(each, ast.Attribute):
                parts, value = [each.attr], each.value
                while isinstance(value, ast.Attribute):
                    parts.append(value.attr)
                    value = value.value
                if isinstance(value, ast.Name):
                    yield ".".join([value.id, *reversed(parts)])
                else:
                    yield f"?.{each.attr}"

    def _used_by_name(self, node: ast.stmt) -> Iterator[str]:
        """Names in texts: `getattr(x, "a")`, `import_module("a")`, code for `exec`, a file for `beside`."""
        for each in ast.walk(node):
            if not isinstance(each, ast.Call):
                continue
            texts = [
                part.value for part in each.args if isinstance(part, ast.Constant) and type(part.value) is str
            ]
            match _attribute_of(ast.unparse(each.func)), texts:
                case (("__import__" | "import_module"), [module]):
                    yield f"{IMPORTED_BY_NAME}.{module}"
                case "getattr", [name, *_] if isinstance(each.args[0], ast.Name):
                    yield f"{each.args[0].id}.{name}"
                case (("exec" | "eval"), [code]):
                    yield from self._imported_in(code)
                case "beside", [name]:
                    yield from self._used_beside(name)

    @staticmethod
    def _imported_in(code: str) -> Iterator[str]:
        try:
            tree = ast.parse(code)
        except (SyntaxError, ValueError):
            return
        for each in ast.walk(tree):
            if isinstance(each, ast.Import):
                yield from (f"{IMPORTED_BY_NAME}.{name.name}" for name in each.names)
            elif isinstance(each, ast.ImportFrom) and each.module is not None:
                yield from (f"{IMPORTED_BY_NAME}.{each.module}.{name.name}" for name in each.names)

    def _used_beside(self, name: str) -> Iterator[str]:
        path = self._file.with_name(f"{name}.py")
        if path.is_file():
            other = _File(path)
            yield from (f"{IMPORTED_BY_NAME}.{module}.*" for module in other._all_names_of)
            for node in other._tree.body:
                yield from (f"{IMPORTED_BY_NAME}.{used}" for used in other._names_of(node))


IMPORTED_BY_NAME = "<imported by name>"

ANY_NAMES = "any names, which hide the test's own"
"""Of `from MODULE import *`: a submission could bring a `check` of its own."""


def _attribute_of(name: str) -> str:
    return name.rpartition(".")[2]


def _is_known_of_the_kit(name: str) -> bool:
    part = name.split(".")[1]
    return bool(_look_up(OUTSIDE, name)) or part in OF_THE_KIT or part == "expect"


def _says_soft(node: ast.AST) -> bool:
    return any(isinstance(each, ast.Attribute) and each.attr == "soft" for each in ast.walk(node))


def _look_up(table: dict[str, str], name: str) -> str:
    """By the whole name, or by the module that it begins with. A module alone says nothing yet."""
    name = name.replace("coursekit.expect.", "coursekit.")
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        found = table.get(".".join(parts[:length]))
        if found is not None:
            return found
    return ""


def table(files: Sequence[Path]) -> str:
    """The page of the book: each test, and its evidence."""
    lines = []
    for file in files:
        lines += [f"\n## {file.parent.parent.name[:2]}.{file.stem.removeprefix('test_')}\n"]
        lines += ["| test | counts | evidence |", "| --- | --- | --- |"]
        for each in evidence_of(file):
            what = [*each.outside, *(f"inside: {reason}" for reason in dict.fromkeys(each.inside.values()))]
            counts = "soft" if each.soft else "yes"
            lines.append(
                f"| `{each.name}` | {counts} | {', '.join(what) or 'the file beside the extension'} |"
            )
    return "\n".join(lines) + "\n"


PAGE = """\
# Where the evidence comes from

<!-- Written by `cargo xtask sync`; do not change it by hand. -->

A submission can replace whatever runs in the process that loads it. So a test that counts looks
only at what leaves that process. This page lists, for each test of the course, what it looks at.

| evidence | who makes it |
| --- | --- |
| values, exceptions | the oracle compares what came over the wire with what it knows |
| copies, awaitables, driven from outside | `copy`, `pickle` and the event loop run in the oracle |
| pickles that another process reads | the oracle starts the submission's process anew before it reads them |
| a least time, on the oracle's clock | the oracle's event loop measures how long an awaitable takes |
| what a server saw | a server in the oracle counts requests and closed connections at random addresses |
| calls from several threads | the threads are the oracle's; the evidence is the values afterwards |
| classes, as stated | what a class derives from is an answer of the submission, like any other |
| calls that may wait for ever | the code that calls runs in the oracle, and the test's time limit ends it |
| answers of a C function | the worker calls it; the oracle compares the answers |
| inside: … | the submission's process speaks about itself: such a test is *soft* |

The grader refuses a test that counts and relies on the inside, yours included.
"""


def main(arguments: Sequence[str]) -> int:
    """Prints the table, or the tests that must not count; the exit status says whether there was any."""
    files = [Path(each) for each in arguments if each != "--table"]
    if "--table" in arguments:
        sys.stdout.write(PAGE + table(files))
    refused = [each for file in files for each in evidence_of(file) if each.refused]
    for each in refused:
        print(f"{each.file}: {each.refused}", file=sys.stderr)
    return 1 if refused else 0
