"""Abilities of this Python and this system, so that a test that they cannot show anything skips itself.

The reason of such a skip begins with `PREFIX`. `cargo course verify` excuses a wrong version whose only
witness says so, but never on Linux with a GIL, where all tests run.
"""

from __future__ import annotations

import sys

PREFIX = "platform: "
"""`plugin` takes it off the reason, and says "other_platform" in the event of the test instead."""


def has_gil() -> bool:
    """Whether one thread at a time runs Python code."""
    return bool(getattr(sys, "_is_gil_enabled", lambda: True)())


def needs_a_gil() -> None:
    """Skips a test of whether a call detaches: without a GIL nothing keeps other threads out anyway."""
    if not has_gil():
        import pytest  # Only tests have it.

        pytest.skip("platform: this Python has no GIL, so a call that stays attached keeps nobody out")
