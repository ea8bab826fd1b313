"""The learner's extension and the solution's: two files, one module name, one process."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from importlib import import_module
from importlib.machinery import ExtensionFileLoader, SourceFileLoader
from importlib.util import module_from_spec, spec_from_file_location
from operator import attrgetter
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from ..expect import is_not_written, show_error
from .model import Peer, Role, Status

YOURS = Role.YOURS.value
SOLUTION = Role.SOLUTION.value
TEXTBOOK = Role.TEXTBOOK.value
LIMIT = Role.LIMIT.value

Using = Callable[[Any], Callable[..., Any]] | None
Fresh = Callable[..., tuple[Any, ...]] | None


def load_extension(name: str, path: Path) -> ModuleType:
    """Loads the module `name` from this very file and leaves `sys.modules` as it was.

    So a second file can be loaded under the same name, and no `import` finds either by accident.
    """
    path = path.resolve()
    kind = SourceFileLoader if path.suffix == ".py" else ExtensionFileLoader
    spec = spec_from_file_location(name, path, loader=kind(name, str(path)))
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is no Python module")
    before = {key: module for key, module in sys.modules.items() if _belongs_to(key, name)}
    try:
        for key in before:
            del sys.modules[key]
        module = module_from_spec(spec)
        sys.modules[name] = module  # A module's initialisation may look itself up.
        spec.loader.exec_module(module)
        return module
    finally:
        for key in [key for key in sys.modules if _belongs_to(key, name)]:
            del sys.modules[key]
        sys.modules.update(before)


def _belongs_to(key: str, name: str) -> bool:
    return key == name or key.startswith(f"{name}.")


class Versions:
    """Makes peers of the functions of the extensions. An absent function becomes a peer that says so."""

    def __init__(
        self,
        module: str,
        yours: Path | None = None,
        solution: Path | None = None,
        textbook: Path | None = None,
        limits: Path | None = None,
    ) -> None:
        self.paths = {YOURS: yours, SOLUTION: solution, TEXTBOOK: textbook, LIMIT: limits}
        names = {YOURS: module, SOLUTION: module, TEXTBOOK: "textbook", LIMIT: "machine_limits"}
        self._loaded = {who: _load(names[who], path) for who, path in self.paths.items()}

    @property
    def limits(self) -> ModuleType | None:
        """The extension of benchmarks/peers/limits, which can also say what the processor has."""
        loaded = self._loaded[LIMIT]
        return None if isinstance(loaded, str) else loaded

    def yours(self, attribute: str, *, name: str = YOURS, using: Using = None, fresh: Fresh = None) -> Peer:
        """The learner's `attribute` (a dotted path), as it is or through `using(attribute)`.

        `fresh`: see `Peer`; it is called with the extension's attribute before the case's arguments.
        """
        return self._peer(Peer(name, None, role=Role.YOURS), attribute, using, fresh)

    def solution(
        self, attribute: str, *, name: str = SOLUTION, using: Using = None, fresh: Fresh = None
    ) -> Peer:
        """The solution's `attribute`; see `yours`."""
        return self._peer(Peer(name, None, role=Role.SOLUTION), attribute, using, fresh)

    def textbook(
        self, attribute: str, *, name: str = "textbook Rust", using: Using = None, fresh: Fresh = None
    ) -> Peer:
        """The version that tutorials show, from the crate benchmarks/peers/textbook; see `yours`."""
        return self._peer(Peer(name, None, role=Role.TEXTBOOK), attribute, using, fresh)

    def c_extension(self, attribute: str, *, name: str = "C extension by hand", using: Using = None) -> Peer:
        """The version of benchmarks/peers/call_overhead.c: the least that a call can cost."""
        absent = Peer(
            name, _never, needs="call_overhead", install="python benchmarks/peers/build_c.py", role=Role.PEER
        )
        try:
            found = attrgetter(attribute)(import_module("call_overhead"))
        except ImportError:
            return absent
        return replace(absent, function=using(found) if using else found)

    def memory_limits(self, n_bytes: int) -> list[Peer]:
        """The time to read so many bytes, by one core and by all: bytes of a NumPy array.

        The peers' input lies in such arrays. NumPy asks the system for large pages, which are read faster.
        """
        words = np.arange(n_bytes // 8, dtype=np.uint64)
        return [
            self._limit("Reader", words, threads, f"limit: memory, {who}")
            for threads, who in ((1, "one core"), (0, "all cores"))
        ]

    def flops_limit(self, operations: int) -> Peer:
        """The time that all cores need for so many additions and multiplications of float64."""
        return self._limit("MultiplyAdd", operations, 0, "limit: arithmetic")

    def _limit(self, kind: str, amount: Any, threads: int, name: str) -> Peer:
        return self._peer(
            Peer(name, None, role=Role.LIMIT), kind, lambda make: _idle(make(amount, threads)), None
        )

    def _peer(self, peer: Peer, attribute: str, using: Using, fresh: Fresh) -> Peer:
        """The peer with its function, or with the reason why it has none.

        Raises `LookupError` if the course's own code lacks it: a name is misspelt. A learner's may lack
        anything.
        """
        module = self._loaded[peer.role.value]
        if isinstance(module, str):
            return replace(peer, missing=module)
        try:
            found = attrgetter(attribute)(module)
        except AttributeError:
            lacks = f"has no `{attribute}`"
            if peer.role is Role.YOURS:
                return replace(peer, missing=lacks)
            raise LookupError(f"{peer.name} {lacks}") from None
        function = found
        if using is not None:
            try:
                function = using(found)
            except KeyboardInterrupt:
                raise
            except BaseException as error:
                why = Status.NOT_WRITTEN.value if is_not_written(error) else show_error(error)
                return replace(peer, missing=why)
        return replace(peer, function=function, fresh=None if fresh is None else partial(fresh, found))


def _never(*_: Any) -> None:
    """Stands for a function whose module is absent."""


def _idle(run: Callable[[], Any]) -> Callable[..., Any]:
    """A limit takes nothing from the case."""
    return lambda *_: run()


def _load(module: str, path: Path | None) -> ModuleType | str:
    """The module, or the reason that there is none."""
    if path is None:
        return "not given"
    if not path.exists():
        return f"not built: {path} is absent"
    try:
        return load_extension(module, path)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # A panic in the module's initialisation is no Exception.
        return f"cannot be imported: {show_error(error)}"
