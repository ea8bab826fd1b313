from __future__ import annotations

import math
from typing import Any

import account
import pytest
from coursekit import check, check_that, expect

BASE = "`PyClassInitializer::from(Account::holding(balance)).add_subclass(Self { rate })`"


def savings(*args: Any, **kwargs: Any) -> Any:
    return expect(account.SavingsAccount, *args, **kwargs).value()


def test_is_an_account() -> None:
    one = savings(100.0, 0.5)
    check_that(isinstance(one, account.Account), "isinstance(savings, Account)", False, "True", BASE)
    one.deposit(10.0)
    one.withdraw(5.0)
    check("the balance", one.get_balance(), 105.0, BASE)
    check("the rate", one.rate, 0.5)
    check("a read-only rate", hasattr(type(one), "rate"), True)
    expect(setattr, one, "rate", 1.0).raises(AttributeError)


def test_defaults() -> None:
    for made in (savings(), savings(balance=0.0), savings(rate=0.0)):
        check("balance and rate", (made.get_balance(), made.rate), (0.0, 0.0))


@pytest.mark.parametrize(
    ("balance", "rate", "after"),
    [(100.0, 0.5, 150.0), (100.0, 0.0, 100.0), (0.0, 0.5, 0.0), (64.0, 0.03125, 66.0)],
)
def test_interest(balance: float, rate: float, after: float) -> None:
    one = savings(balance, rate)
    expect(one.add_interest).returns(None)
    check("the balance afterwards", one.get_balance(), after, "The balance grows by balance x rate, once.")


def test_interest_on_interest() -> None:
    one = savings(100.0, 0.5)
    one.add_interest()
    one.add_interest()
    check("the balance afterwards", one.get_balance(), 225.0, "Each time the rate of what is there then.")


@pytest.mark.parametrize("rate", [-0.5, -5e-324, math.nan, math.inf])
def test_bad_rate(rate: float) -> None:
    expect(account.SavingsAccount, 100.0, rate).raises(
        ValueError, because="Check the rate as well: with a NaN or infinite one, the interest is nonsense."
    )


@pytest.mark.parametrize("rate", ["0.5", None])
def test_no_rate(rate: Any) -> None:
    expect(account.SavingsAccount, 100.0, rate).raises(TypeError)


def test_too_much_interest() -> None:
    one = savings(1_000.0, 1e300)
    expect(one.add_interest).raises(
        OverflowError, because="`as i64` stops at the largest i64 without a word."
    )
    check("the balance afterwards", one.get_balance(), 1_000.0)


def test_no_fee() -> None:
    one = savings(100.0)
    check("account.fee(5.0)", one.fee(5.0), 0.0)
    one.withdraw(100.0)
    check("the balance after all was withdrawn", one.get_balance(), 0.0)
