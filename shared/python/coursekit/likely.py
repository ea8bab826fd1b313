"""The likely cause of a failure, chosen by what came back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .show import is_rust_panic

Because = str | Callable[[Any], str]
"""One sentence, or a function that is given the result or the exception and chooses the sentence."""

Case = tuple[type | Callable[[Any], bool], str]

PANICKED = (
    "The Rust code panicked: an `unwrap` or `expect`, an index out of range, or a panicking library call. "
    "If a caller can cause it, return an `Err` instead."
)


def panicked(came: object) -> bool:
    """For `likely`: whether a Rust panic came instead of a result."""
    return isinstance(came, BaseException) and is_rust_panic(came)


def likely(*cases: Case, otherwise: Because = "") -> Callable[[Any], str]:
    """Gives the sentence of the first case that fits: `(ValueError, "…")`, or `(lambda got: …, "…")`.

    A case that raises does not fit: the value may be anything. If none fits, `otherwise` says it, or
    chooses in turn.
    """

    def choose(came: Any) -> str:
        for case, sentence in cases:
            if _fits(case, came):
                return sentence
        return cause(otherwise, came)

    return choose


def cause(because: Because, came: object) -> str:
    """The sentence for `came`. A plain sentence is about results and ordinary errors, not about panics."""
    if not isinstance(because, str):
        return because(came)
    return PANICKED if panicked(came) else because


def _fits(case: type | Callable[[Any], bool], came: Any) -> bool:
    if isinstance(case, type):
        return isinstance(came, case)
    try:
        return bool(case(came))
    except Exception:
        return False
