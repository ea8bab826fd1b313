"""Exercise 2: what PyO3 converts, what it refuses, and the one check that is left to you."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import sum_as_string
from coursekit import expect, likely, panicked
from hypothesis import given
from hypothesis import strategies as st

U64_MAX = 2**64 - 1
TOO_LARGE = likely(
    (panicked, "`unwrap` and `expect` panic on None. Turn the None of `checked_sum` into an OverflowError."),
    (
        ValueError,
        "The error has the wrong class: the exercise asks for OverflowError, so use `PyOverflowError`.",
    ),
    (Exception, 'The exercise asks for OverflowError: `PyOverflowError::new_err("…")` makes one.'),
    (
        lambda got: got == str(U64_MAX),
        "The sum stopped at the largest u64. `checked_add` gives None instead.",
    ),
    (str, "The sum wrapped round. `checked_add` gives None when the sum does not fit; return an Err then."),
)
TOO_NARROW = "The arguments are u64: every integer from 0 to 2**64 - 1, no other."


def test_adds(rng: np.random.Generator) -> None:
    expect(sum_as_string.sum_as_string, 5, 20).returns(
        "25", because="The result is text, as `to_string` makes it."
    )
    expect(sum_as_string.sum_as_string, 0, 0).returns("0")
    a, b = rng.integers(2**62, size=2).tolist()
    expect(sum_as_string.sum_as_string, a, b).returns(str(a + b))


def test_names_of_the_arguments(rng: np.random.Generator) -> None:
    a, b = rng.integers(100, size=2).tolist()
    expect(sum_as_string.sum_as_string, b=b, a=a).returns(str(a + b))


@pytest.mark.parametrize(("a", "b"), [(U64_MAX, 0), (0, U64_MAX), (2**63, 2**63 - 1)])
def test_largest_sum(a: int, b: int, rng: np.random.Generator) -> None:
    expect(sum_as_string.sum_as_string, a, b).returns("18446744073709551615", because=TOO_NARROW)
    less = int(rng.integers(2**62))
    a, b = (a - less, b) if a > b else (a, b - less)
    expect(sum_as_string.sum_as_string, a, b).returns(str(a + b), because=TOO_NARROW)


@pytest.mark.parametrize(("a", "b"), [(U64_MAX, 1), (1, U64_MAX), (2**63, 2**63), (U64_MAX, U64_MAX)])
def test_sum_too_large(a: int, b: int) -> None:
    expect(sum_as_string.sum_as_string, a, b).raises(OverflowError, because=TOO_LARGE)


@pytest.mark.parametrize(("a", "b"), [(-1, 5), (5, -1), (-(2**70), 5), (2**64, 0), (0, 2**64), (10**30, 0)])
def test_argument_out_of_range(a: int, b: int) -> None:
    expect(sum_as_string.sum_as_string, a, b).raises(OverflowError, because=TOO_NARROW)


@pytest.mark.parametrize("stranger", [1.0, float("nan"), "1", b"1", None, [1], 1j])
def test_not_an_integer(stranger: Any) -> None:
    because = "PyO3 raises this by itself when the parameters are u64; nothing is to be converted by hand."
    expect(sum_as_string.sum_as_string, stranger, 1).raises(TypeError, because=because)
    expect(sum_as_string.sum_as_string, 1, stranger).raises(TypeError, because=because)


def test_bool_is_an_integer(rng: np.random.Generator) -> None:
    other = int(rng.integers(100, 1_000))
    expect(sum_as_string.sum_as_string, True, other).returns(
        str(1 + other), because="In Python bool is a subclass of int, and PyO3 goes by that."
    )


# Half of the pairs do not fit: a plain `integers` draws mostly small numbers.
NEAR_THE_EDGES = st.integers(2**63 - 9, 2**63 + 9) | st.integers(U64_MAX - 9, U64_MAX + 3)
NUMBERS = st.integers(-3, U64_MAX + 3) | NEAR_THE_EDGES


@given(NUMBERS, NUMBERS)
def test_agrees_with_python(a: int, b: int) -> None:
    call = expect(sum_as_string.sum_as_string, a, b)
    if min(a, b) < 0 or a + b > U64_MAX:
        call.raises(OverflowError, because=TOO_LARGE)
    else:
        call.returns(str(a + b))
