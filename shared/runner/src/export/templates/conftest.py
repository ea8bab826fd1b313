"""The parts that the tests in this folder share."""

from __future__ import annotations

from pathlib import Path

import hypothesis
import pytest
import {PACKAGE}
from {PACKAGE} import _{PACKAGE} as extension

UNSOLVED = {UNSOLVED}
"""Test files of what was not written yet when this project left the course. Take a name out once it is."""

# Some tests look at the compiled file itself, or use what it holds for them alone.
{PACKAGE}.__file__ = extension.__file__
for name in dir(extension):
    if not hasattr({PACKAGE}, name):
        setattr({PACKAGE}, name, getattr(extension, name))

hypothesis.settings.register_profile(
    "steady",
    max_examples=100,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(hypothesis.HealthCheck),
)
hypothesis.settings.load_profile("steady")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A function that is not written yet is expected to fail, and is counted as such."""
    for item in items:
        if Path(item.path).name in UNSOLVED:
            item.add_marker(pytest.mark.xfail(reason="not written yet", strict=False))
