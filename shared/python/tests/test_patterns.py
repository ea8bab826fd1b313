"""Patterns mean what cargo means by them, and none takes long."""

from __future__ import annotations

import re

import pytest
from coursekit import ExpectationFailed
from coursekit.patterns import LONGEST, covers

PATH = "src/deep/lib.rs"


@pytest.mark.parametrize(
    "pattern",
    [
        "src",
        "/src",
        "src/",
        "src/**",
        "src/**/*",
        "**/*.rs",
        "**/lib.rs",
        "*.rs",
        "src/*/lib.?s",
        "src/d*",
        "**",
    ],
)
def test_covers(pattern: str) -> None:
    assert covers(pattern, PATH)


@pytest.mark.parametrize(
    "pattern", ["", "lib", "/lib.rs", "src/*.rs", "src/lib.rs", "*.r", "SRC", "src/deep/lib.rs/x"]
)
def test_does_not_cover(pattern: str) -> None:
    assert not covers(pattern, PATH)


@pytest.mark.parametrize(
    "pattern", ["*" * 30 + "!", "*a" * 90 + "!", "**/" * 60 + "!", "*/**/" * 40, "[*" * 90]
)
def test_no_pattern_takes_long(pattern: str) -> None:
    """One regular expression for such a pattern would run for hours."""
    assert not covers(pattern, "a" * 60 + "b")


def test_a_long_pattern_is_refused() -> None:
    with pytest.raises(ExpectationFailed, match=re.escape(f"at most {LONGEST} characters")):
        covers("*" * (LONGEST + 1), PATH)
