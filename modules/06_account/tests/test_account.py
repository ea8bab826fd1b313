from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import account
import pytest
from coursekit import check, check_that, expect, likely
from hypothesis import given, settings
from hypothesis import strategies as st

GATE = "Every amount passes through `extract` of `Amount`, in src/account.rs. Ask `is_valid` there, first."


def refused(reason: str) -> Callable[[Any], str]:
    """The likely cause where an amount is not refused with a ValueError."""
    return likely(
        (OverflowError, f"The check comes too late, after `Money::from_python`. {GATE}"),
        (Exception, "A bad amount is a ValueError: `PyValueError::new_err`."),
        otherwise=f"{reason} {GATE}",
    )


NEGATIVE = refused("A negative amount turns a deposit into a withdrawal that nobody checks.")
NOT_FINITE = refused(
    "NaN fails every comparison, `amount < 0.0` too: ask whether the amount is valid, not whether it is bad."
)
BAD = [
    pytest.param(-1.0, NEGATIVE, id="negative"),
    pytest.param(-1, NEGATIVE, id="negative-int"),
    pytest.param(-5e-324, NEGATIVE, id="just-negative"),
    pytest.param(math.nan, NOT_FINITE, id="nan"),
    pytest.param(math.inf, NOT_FINITE, id="infinite"),
    pytest.param(-math.inf, NEGATIVE, id="minus-infinite"),
]
NO_NUMBER: list[Any] = ["5", None, [1.0], 1j]


def balance(opened: Any) -> float:
    return float(opened.get_balance())


def check_works(opened: Any) -> None:
    """An account that refuses every amount must not pass, so first amounts that it takes."""
    before = balance(opened)
    expect(opened.deposit, 2.0).returns(None)
    check("the balance after deposit(2.0)", balance(opened), before + 2.0)
    expect(opened.withdraw, 2.0).returns(None)
    check("the balance after withdraw(2.0)", balance(opened), before)


def test_opens_with_nothing() -> None:
    check("Account().get_balance()", expect(account.Account).value().get_balance(), 0.0)


@pytest.mark.parametrize("amount", [0.0, 100.0, 0.25, 7])
def test_opens_with_a_balance(amount: float) -> None:
    opened = expect(account.Account, amount).value()
    expect(opened.get_balance).returns(float(amount))
    check("the balance given by name", balance(account.Account(balance=amount)), float(amount))


def test_deposit_and_withdraw() -> None:
    opened = expect(account.Account, 100.0).value()
    expect(opened.deposit, 50.5).returns(None)
    expect(opened.get_balance).returns(150.5)
    expect(opened.withdraw, 25.25).returns(None)
    expect(opened.get_balance).returns(125.25)
    expect(opened.withdraw, amount=125.25).returns(None)
    expect(opened.deposit, amount=1).returns(None)
    expect(opened.get_balance).returns(1.0)


def test_zero_is_an_amount() -> None:
    opened = expect(account.Account, 1.0).value()
    check_works(opened)
    for zero in (0, 0.0, -0.0):
        expect(opened.deposit, zero).returns(None)
        expect(opened.withdraw, zero).returns(None)
    expect(opened.get_balance).returns(1.0)


@pytest.mark.parametrize(("amount", "because"), BAD)
def test_bad_deposit(amount: float, because: Any) -> None:
    opened = expect(account.Account, 10.0).value()
    check_works(opened)
    expect(opened.deposit, amount).raises(ValueError, because=because)
    expect(opened.get_balance).returns(10.0, because="A deposit that is refused changes nothing.")


@pytest.mark.parametrize(("amount", "because"), BAD)
def test_bad_withdrawal(amount: float, because: Any) -> None:
    opened = expect(account.Account, 10.0).value()
    check_works(opened)
    expect(opened.withdraw, amount).raises(ValueError, because=because)
    expect(opened.get_balance).returns(10.0, because="A withdrawal that is refused changes nothing.")


@pytest.mark.parametrize(("amount", "because"), BAD)
def test_bad_first_balance(amount: float, because: Any) -> None:
    expect(account.Account, amount).raises(ValueError, because=because)


@pytest.mark.parametrize("amount", [-2.5, math.nan, math.inf])
def test_the_message_names_the_amount(amount: float) -> None:
    opened = expect(account.Account, 10.0).value()
    check_works(opened)
    because = "An error that shows the amount saves its reader a debugger. Put it into the message."
    text = str(expect(opened.deposit, amount).raises(ValueError, because=because))
    shown = str(amount) in text.lower()  # Rust writes NaN
    called = f"str(error) of Account.deposit({amount})"
    check_that(shown, called, text, f"a text with {amount} in it", because)


@pytest.mark.parametrize("amount", NO_NUMBER)
def test_no_number(amount: Any) -> None:
    opened = expect(account.Account, 10.0).value()
    check_works(opened)
    because = "What cannot be extracted as an f64 is a TypeError; `?` hands it on."
    expect(account.Account, amount).raises(TypeError, because=because)
    expect(opened.deposit, amount).raises(TypeError, because=because)
    expect(opened.withdraw, amount).raises(TypeError, because=because)
    expect(opened.get_balance).returns(10.0)


@settings(max_examples=20)
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 4_000)), max_size=10))
def test_agrees_with_fractions(steps: list[tuple[bool, int]]) -> None:
    opened, expected = expect(account.Account).value(), Fraction(0)
    for deposits, quarters in steps:
        amount = Fraction(quarters, 4)
        if deposits:
            expect(opened.deposit, float(amount)).returns(None)
            expected += amount
        elif amount <= expected:
            expect(opened.withdraw, float(amount)).returns(None)
            expected -= amount
    expect(opened.get_balance).returns(float(expected))


@settings(max_examples=30)
@given(st.floats(max_value=0.0, exclude_max=True, allow_nan=False) | st.just(math.nan))
def test_no_bad_amount_gets_in(amount: float) -> None:
    opened = expect(account.Account, 10.0).value()
    check_works(opened)
    expect(opened.deposit, amount).raises(ValueError, because=NOT_FINITE)
    expect(opened.get_balance).returns(10.0)
