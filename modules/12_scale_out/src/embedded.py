"""Imports Python files whose text is compiled into the extension. Given; see `embedded.rs`.

Nothing is imported here that a bare Python has not loaded anyway: every process of a pool pays for it.
"""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.machinery import ModuleSpec

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from types import ModuleType
    from typing import Any


class Embedded:
    """Finds and loads `package.NAME` for the names that it knows."""

    def __init__(self, package: str, texts: dict[str, str]) -> None:
        self.texts = {f"{package}.{name}": text for name, text in texts.items()}

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        """Called by `import` for every module; ours are few."""
        loader: Any = self
        return ModuleSpec(name, loader, origin=_file(name)) if name in self.texts else None

    def create_module(self, spec: ModuleSpec) -> None:
        """An ordinary module."""

    def exec_module(self, module: ModuleType) -> None:
        """Runs the file."""
        code = compile(self.texts[module.__name__], _file(module.__name__), "exec", dont_inherit=True)
        exec(code, module.__dict__)

    def get_source(self, name: str) -> str:
        """For the lines in a traceback."""
        return self.texts[name]


def _file(name: str) -> str:
    return name.replace(".", "/") + ".py"


def install(module: Any, files: Iterable[tuple[str, tuple[str, Sequence[str]]]]) -> None:
    """Makes the files importable below `module`, and their public names attributes of it."""
    package = module.__name__
    # Python skips a byte order mark in a file, but not in a text, and some editors write one.
    texts = {name: text.removeprefix("\ufeff") for name, (text, _) in files}
    home = {export: name for name, (_, exports) in files for export in exports}
    finder: Any = Embedded(package, texts)
    sys.meta_path.insert(0, finder)
    module.__path__ = []  # What has a path is a package, so that `import scale_out.cluster` looks further.

    def __getattr__(name: str) -> Any:
        """Runs the file at the first use: a mistake in it must not take the Rust functions along."""
        if name in texts:
            return import_module(f"{package}.{name}")
        if name in home:
            return getattr(import_module(f"{package}.{home[name]}"), name)
        raise AttributeError(f"module {package!r} has no attribute {name!r}")

    module.__getattr__ = __getattr__
    module.__all__ = sorted({*module.__all__, *home})
