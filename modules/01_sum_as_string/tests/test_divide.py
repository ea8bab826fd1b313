"""Exercise 3: one error of your own choice, and nothing refused that is not zero."""

from __future__ import annotations

import math
from typing import Any

import pytest
import sum_as_string
from coursekit import expect, likely
from hypothesis import given
from hypothesis import strategies as st

INF, NAN = math.inf, math.nan
NOT_NEAR = "Only zero itself is refused; a divisor near zero is a divisor."
BY_ZERO = likely(
    (
        ZeroDivisionError,
        "ZeroDivisionError is Python's own choice. This exercise asks for ValueError: `PyValueError`.",
    ),
    (ValueError, 'The class is right, the text is not: "Cannot divide by zero".'),
    (Exception, "The exercise asks for ValueError: `PyValueError::new_err` makes one."),
    otherwise="Rust's float division raises nothing. Compare b with 0.0 before you divide; -0.0 equals 0.0.",
)
PASSES = "NaN and the infinities go through a division like other numbers."


def test_divides() -> None:
    expect(sum_as_string.divide, 7.0, 2.0).returns(3.5)
    expect(sum_as_string.divide, 0.0, 2.0).returns(0.0)
    expect(sum_as_string.divide, -1.0, 4.0).returns(-0.25)


def test_integers_count_as_floats() -> None:
    expect(sum_as_string.divide, 5, 2).returns(2.5)
    expect(sum_as_string.divide, 6, 3).returns(2.0)
    expect(sum_as_string.divide, True, 2).returns(0.5)


def test_names_of_the_arguments() -> None:
    expect(sum_as_string.divide, b=2.0, a=1.0).returns(0.5)


@pytest.mark.parametrize("zero", [0.0, -0.0, 0])
@pytest.mark.parametrize("a", [1.0, -1.0, 0.0, INF, NAN])
def test_zero(a: float, zero: float) -> None:
    expect(sum_as_string.divide, a, zero).raises(ValueError, says="Cannot divide by zero", because=BY_ZERO)


@pytest.mark.parametrize("tiny", [5e-324, -5e-324, 1e-300, 1e-17])
def test_near_zero(tiny: float) -> None:
    expect(sum_as_string.divide, 1.0, tiny).returns(1.0 / tiny, because=NOT_NEAR)


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        (NAN, 1.0, NAN),
        (1.0, NAN, NAN),
        (INF, 2.0, INF),
        (-INF, 2.0, -INF),
        (1.0, INF, 0.0),
        (1.0, -INF, -0.0),
        (INF, INF, NAN),
        (1e308, 1e-308, INF),
    ],
)
def test_not_finite(a: float, b: float, expected: float) -> None:
    expect(sum_as_string.divide, a, b).returns(expected, because=PASSES)


@pytest.mark.parametrize("stranger", ["1.0", None, 1j, [1.0]])
def test_not_a_number(stranger: Any) -> None:
    expect(sum_as_string.divide, stranger, 1.0).raises(TypeError)
    expect(sum_as_string.divide, 1.0, stranger).raises(TypeError)


def test_integer_beyond_every_float() -> None:
    expect(sum_as_string.divide, 10**400, 1.0).raises(OverflowError)


@given(st.floats(), st.floats())
def test_agrees_with_python(a: float, b: float) -> None:
    call = expect(sum_as_string.divide, a, b)
    if b == 0.0:
        call.raises(ValueError, says="Cannot divide by zero", because=BY_ZERO)
    else:
        call.returns(a / b)
