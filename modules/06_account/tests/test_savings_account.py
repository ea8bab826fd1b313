from __future__ import annotations

import math
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import account
import pytest
from coursekit import check, check_that, expect

STATIC = 'Rust calls its own `fee` and knows no other. Ask as Python does: `call_method1("fee", (amount,))`.'
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


@pytest.mark.parametrize("base", ["Account", "SavingsAccount"])
def test_python_overrides_the_fee(base: str) -> None:
    asked: list[Any] = []

    class WithFee(getattr(account, base)):  # type: ignore[misc]
        def fee(self, amount: Any) -> float:
            asked.append(amount)
            return 0.5

    one = expect(WithFee, 100.0).value()
    expect(one.withdraw, 10.0).returns(None)
    check("the balance after withdraw(10.0) with a fee of 0.5", one.get_balance(), 89.5, STATIC)
    check("what fee was asked about", asked, [10.0], STATIC)


def test_the_fee_must_be_there_too() -> None:
    class WithFee(account.Account):
        def fee(self, amount: Any) -> Any:
            return amount

    one = expect(WithFee, 10.0).value()
    expect(one.withdraw, 5.25).raises(Exception, because=STATIC)
    check("the balance afterwards", one.get_balance(), 10.0)
    expect(one.withdraw, 5.0).returns(None)
    check("the balance afterwards", one.get_balance(), 0.0, STATIC)


def test_a_fee_that_raises() -> None:
    class Closed(account.Account):
        def fee(self, amount: Any) -> float:
            raise KeyError("closed on Sundays")

    one = expect(Closed, 10.0).value()
    expect(one.withdraw, 5.0).raises(KeyError, says="Sundays", because=STATIC)
    check(
        "the balance afterwards",
        one.get_balance(),
        10.0,
        "What `fee` raises comes out of `withdraw`: use `?`.",
    )


def test_a_fee_that_is_no_number() -> None:
    class Odd(account.Account):
        def fee(self, amount: Any) -> str:  # type: ignore[override]
            return "5 %"

    one = expect(Odd, 10.0).value()
    expect(one.withdraw, 5.0).raises(TypeError, because="Extract the fee as an Amount, and use `?`.")
    check("the balance afterwards", one.get_balance(), 10.0)


@pytest.mark.soft
def test_a_fee_may_look_at_the_balance() -> None:
    # In a process of its own: a thread that waits for a lock while attached stops the tests as well.
    expect(account.SavingsAccount).value()
    folder = str(Path(str(account.__file__)).parent)
    code = """
import account
class OnePercent(account.SavingsAccount):
    def fee(self, amount):
        return self.get_balance() / 128
one = OnePercent(128.0)
one.withdraw(64.0)
print(one.get_balance())
"""
    try:
        run = subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONPATH": folder},
            capture_output=True,
            text=True,
            check=False,
            timeout=5.0,
        )
        got = run.stdout.strip() or run.stderr.strip()
    except subprocess.TimeoutExpired:
        got = "nothing: it waits for ever"
    check(
        "the balance, where the fee depends on it",
        got,
        "63.0",
        "Python code ran while the lock was held, and needed that lock. Call `fee` first, lock afterwards.",
    )


def test_two_withdrawals_meet_at_the_fee() -> None:
    meet = threading.Barrier(2, timeout=15.0)

    class Slow(account.Account):
        def fee(self, amount: Any) -> float:
            meet.wait()  # Both have been let in, neither has taken anything yet.
            return 0.0

    one = expect(Slow, 100.0).value()
    refused: list[BaseException] = []

    def withdraw() -> None:
        try:
            one.withdraw(100.0)
        except BaseException as error:
            refused.append(error)

    threads = [threading.Thread(target=withdraw, daemon=True) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    check("the balance after two withdrawals of all there is", one.get_balance(), 0.0, STATIC)
    check("how many were refused", len(refused), 1, STATIC)
