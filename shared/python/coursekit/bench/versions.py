"""The learner's extension and the solution's: two files, one module name, one process."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib.machinery import ExtensionFileLoader, SourceFileLoader
from importlib.util import module_from_spec, spec_from_file_location
from operator import attrgetter
from pathlib import Path
from types import ModuleType
from typing import Any

from ..expect import is_not_written, show_error
from .model import Peer, Status

YOURS = "yours"
SOLUTION = "solution"


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
    """Makes peers of the functions of both extensions. What is absent becomes a peer that says so."""

    def __init__(self, module: str, yours: Path | None = None, solution: Path | None = None) -> None:
        self.paths = {YOURS: yours, SOLUTION: solution}
        self._loaded = {who: _load(module, path) for who, path in self.paths.items()}

    def yours(
        self, attribute: str, *, name: str = YOURS, using: Callable[[Any], Callable[..., Any]] | None = None
    ) -> Peer:
        """The learner's `attribute` (a dotted path), as it is or through `using(attribute)`."""
        return self._peer(YOURS, attribute, name, using)

    def solution(
        self,
        attribute: str,
        *,
        name: str = SOLUTION,
        using: Callable[[Any], Callable[..., Any]] | None = None,
    ) -> Peer:
        """The solution's `attribute`; see `yours`."""
        return self._peer(SOLUTION, attribute, name, using)

    def _peer(
        self, who: str, attribute: str, name: str, using: Callable[[Any], Callable[..., Any]] | None
    ) -> Peer:
        module = self._loaded[who]
        if isinstance(module, str):
            return Peer(name, None, missing=module)
        try:
            function = attrgetter(attribute)(module)
        except AttributeError:
            return Peer(name, None, missing=f"has no `{attribute}`")
        if using is not None:
            try:
                function = using(function)
            except KeyboardInterrupt:
                raise
            except BaseException as error:
                why = Status.NOT_WRITTEN.value if is_not_written(error) else show_error(error)
                return Peer(name, None, missing=why)
        return Peer(name, function)


def _load(module: str, path: Path | None) -> ModuleType | str:
    """The module, or why there is none."""
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
