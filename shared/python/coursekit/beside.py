"""Cases that several test files of a module share."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType


def beside(test_file: str, name: str) -> ModuleType:
    """The Python file `name` in the folder of a test file: `beside(__file__, "products")`.

    pytest imports test files by their path, so an ordinary `import` would not find it. It is loaded anew for
    each test file, because each exercise is judged alone.
    """
    path = Path(test_file).resolve().with_name(f"{name}.py")
    spec = importlib.util.spec_from_file_location(f"{path.parent.parent.name}.{name}", path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} cannot be loaded")
    module = importlib.util.module_from_spec(spec)
    # Type hints and dataclasses look their module up.
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module
