from __future__ import annotations

import decimal
from decimal import Decimal
from fractions import Fraction
from typing import Any

import account
import numpy as np
import pytest
from coursekit import check, expect
from hypothesis import given
from hypothesis import strategies as st

FLOAT_SUM = "Floats cannot hold tenths exactly. Whole cents can: keep an i64."
CUT_OFF = (
    "The product with 100.0 is off by a little, and cutting it off loses a cent: go by the shortest form."
)
DECIMALS = "More than two decimals have no cents. Refuse them; rounding makes or loses money."
CONTEXT = "Arithmetic on a Decimal rounds to the caller's precision. `as_tuple` and the constructor do not."
EXACT = "The cents never become a float: not an int's, not a Decimal's."
LARGEST = Decimal("92233720368547758.07")


def opened(*balance: Any) -> Any:
    return expect(account.Account, *balance).value()


def exact(one: Any) -> Any:
    return expect(lambda: one.balance_exact).described("account.balance_exact").value()


def test_ten_times_a_tenth() -> None:
    one = opened()
    for _ in range(10):
        expect(one.deposit, 0.10).returns(None)
    check("the balance after ten deposits of 0.10", one.get_balance(), 1.0, FLOAT_SUM)
    check("balance_exact", exact(one), Decimal("1.00"), FLOAT_SUM)


def test_in_and_out_again() -> None:
    one = opened(0.3)
    one.withdraw(0.1)
    check("0.3 - 0.1", one.get_balance(), 0.2, FLOAT_SUM)
    one.withdraw(0.2)
    check("0.3 - 0.1 - 0.2", one.get_balance(), 0.0, FLOAT_SUM)


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (0, "0.00"),
        (5, "5.00"),
        (0.29, "0.29"),
        (Decimal("12.05"), "12.05"),
        (Decimal("7"), "7.00"),
        (1.1, "1.10"),
    ],
)
def test_balance_exact_has_two_decimals(amount: Any, text: str) -> None:
    got = exact(opened(amount))
    check("its type", type(got).__name__, "Decimal")
    check(f"str(Account({amount!r}).balance_exact)", str(got), text, CUT_OFF)


@given(st.integers(0, 10**13))
def test_every_float_of_cents(cents: int) -> None:
    amount = float(Decimal(cents).scaleb(-2))
    one = opened(amount)
    check(f"Account({amount!r}).balance_exact", exact(one), Decimal(cents).scaleb(-2), CUT_OFF)
    check(f"Account({amount!r}).get_balance()", one.get_balance(), amount, CUT_OFF)


@given(st.decimals(0, LARGEST, places=2) | st.integers(0, 92233720368547758))
def test_every_decimal_and_int(amount: Any) -> None:
    check(f"Account({amount!r}).balance_exact", exact(opened(amount)), Decimal(amount), EXACT)


@given(st.floats(0.0, 1e6))
def test_a_float_is_what_python_prints(amount: float) -> None:
    shortest = Decimal(repr(amount))
    if shortest == round(shortest, 2):
        check(f"Account({amount!r}).balance_exact", exact(opened(amount)), shortest, CUT_OFF)
    else:
        expect(account.Account, amount).raises(ValueError, because=DECIMALS)


def check_works(one: Any) -> None:
    """An account that refuses every amount must not pass, so first amounts that it takes."""
    before = exact(one)
    expect(one.deposit, Decimal("0.25")).returns(None)
    check("balance_exact after deposit(0.25)", exact(one), before + Decimal("0.25"), EXACT)
    expect(one.withdraw, Decimal("0.25")).returns(None)
    check("balance_exact after withdraw(0.25)", exact(one), before, EXACT)


@pytest.mark.parametrize(
    "amount", [0.001, 1.005, 0.1 + 0.2, 99.999, 5e-324, Decimal("0.001"), Decimal("1E-30")]
)
def test_more_than_two_decimals(amount: Any) -> None:
    one = opened(5)
    check_works(one)
    expect(account.Account, amount).raises(ValueError, because=DECIMALS)
    expect(one.deposit, amount).raises(ValueError, because=DECIMALS)
    expect(one.withdraw, amount).raises(ValueError, because=DECIMALS)
    check("the balance afterwards", one.get_balance(), 5.0)


@pytest.mark.parametrize(
    ("amount", "expected"),
    [("1.500", "1.50"), ("1E+3", "1000.00"), ("0E+9999", "0.00"), ("0E-9999", "0.00"), ("-0.00", "0.00")],
)
def test_decimals_by_value(amount: str, expected: str) -> None:
    check(
        f"Account(Decimal({amount!r})).balance_exact",
        str(exact(opened(Decimal(amount)))),
        expected,
        "The value counts: zeros at the end are no decimals, and the exponent may be positive.",
    )


@pytest.mark.soft
def test_whatever_the_context_of_the_caller() -> None:
    with decimal.localcontext() as context:
        context.prec = 3
        one = opened(Decimal("123456.78"))
        got = exact(one)
    check("balance_exact where the precision is 3", got, Decimal("123456.78"), CONTEXT)


def test_the_largest() -> None:
    one = opened(LARGEST)
    check("balance_exact", exact(one), LARGEST, EXACT)
    expect(one.deposit, Decimal("0.01")).raises(OverflowError, because="Add with `checked_add`.")
    check("balance_exact afterwards", exact(one), LARGEST)
    one.withdraw(Decimal("0.01"))
    check("balance_exact, one cent less", exact(one), LARGEST - Decimal("0.01"), EXACT)


@pytest.mark.parametrize("amount", [1e17, 1e300, 10**17, 10**30, Decimal("1E+17"), Decimal("1E+300")])
def test_too_large(amount: Any) -> None:
    one = opened(5)
    check_works(one)
    because = "It does not fit in 64 bits of cents: multiply and add with checks, `as` stops at the largest."
    expect(one.deposit, amount).raises(OverflowError, because=because)
    check("the balance afterwards", one.get_balance(), 5.0)


def test_numpy_numbers() -> None:
    one = opened(np.float64(0.1))
    expect(one.deposit, np.int64(2)).returns(
        None, because="What has `__index__` counts as an int: extract an i64."
    )
    check("balance_exact", exact(one), Decimal("2.10"), EXACT)


@pytest.mark.parametrize("amount", [Fraction(1, 2), np.float32(0.5)])
def test_other_numbers(amount: Any) -> None:
    expect(account.Account, amount).raises(
        TypeError,
        because="Only Decimal, int and float: the last branch extracts an i64 and hands its error on.",
    )
