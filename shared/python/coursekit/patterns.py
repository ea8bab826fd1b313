"""Patterns that a submission wrote, such as `src/**/*.rs`, compared with a path in little time.

One regular expression for the whole pattern can need hours for a short path. So `covers` compares name by
name, and tries no choice twice.
"""

from __future__ import annotations

from fnmatch import fnmatchcase

from .expect import ExpectationFailed

LONGEST = 200
"""The length of the longest pattern that is read, in characters."""


def covers(pattern: str, path: str) -> bool:
    """Whether a pattern of cargo's `include` covers a path: `*` within a name, `**` over folders.

    A pattern that covers a folder covers what lies below. One without a slash is looked for in every folder.
    """
    if len(pattern) > LONGEST:
        raise ExpectationFailed(
            "a pattern", f"{pattern[:30]!r}… of {len(pattern)} characters", f"at most {LONGEST} characters"
        )
    names = path.split("/")
    parts = pattern.strip("/").split("/")
    if "/" not in pattern.rstrip("/"):
        parts.insert(0, "**")
    covered = {0}  # The numbers of names that the parts so far may stand for.
    for part in parts:
        if part == "**":
            covered = {count for count in range(len(names) + 1) if count >= min(covered)}
        else:
            covered = {n + 1 for n in covered if n < len(names) and fnmatchcase(names[n], part)}
        if not covered:
            return False
    return True
