"""Imports Python files whose text is compiled into the extension. Given; see `embedded.rs`."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterable, Sequence
from importlib.abc import InspectLoader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any


class Embedded(MetaPathFinder, InspectLoader):
    """Finds and runs `package.NAME` for the names that it knows."""

    def __init__(self, package: str, texts: dict[str, str]) -> None:
        self.texts = {f"{package}.{name}": text for name, text in texts.items()}

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Called by `import` for every module; ours are few."""
        if fullname not in self.texts:
            return None
        return ModuleSpec(fullname, self, origin=fullname.replace(".", "/") + ".py")

    def get_source(self, fullname: str) -> str:
        """The text, for tracebacks too."""
        return self.texts[fullname]

    def get_code(self, fullname: str) -> Any:
        """Compiled under a name that says where it comes from."""
        return self.source_to_code(self.texts[fullname], fullname.replace(".", "/") + ".py")

    def is_package(self, fullname: str) -> bool:
        """None of them holds others."""
        return False


def install(module: Any, files: Iterable[tuple[str, tuple[str, Sequence[str]]]]) -> None:
    """Makes the files importable below `module`, and their public names attributes of it."""
    package = module.__name__
    texts = {name: text for name, (text, _) in files}
    home = {export: name for name, (_, exports) in files for export in exports}
    sys.meta_path.insert(0, Embedded(package, texts))
    module.__path__ = []  # What has a path is a package, so that `import scale_out.cluster` looks further.

    def __getattr__(name: str) -> Any:
        """Runs the file at the first use: a mistake in it must not take the Rust functions along."""
        if name in texts:
            return importlib.import_module(f"{package}.{name}")
        if name in home:
            return getattr(importlib.import_module(f"{package}.{home[name]}"), name)
        raise AttributeError(f"module {package!r} has no attribute {name!r}")

    module.__getattr__ = __getattr__
    module.__all__ = sorted({*module.__all__, *home})
