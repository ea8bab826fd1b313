from __future__ import annotations

from collections.abc import Hashable
from decimal import Decimal
from typing import Any

import account
import pytest
from coursekit import check, check_that, expect
from hypothesis import given, settings
from hypothesis import strategies as st

BY_BALANCE = "Take the cents of both, compare them to an Ordering, and ask `op.matches(ordering)`."


def opened(amount: float) -> Any:
    return expect(account.Account, amount).value()


@pytest.mark.parametrize("amount", [0.0, 100.0, 1234.5])
def test_balance(amount: float) -> None:
    check(f"Account({amount}).balance", opened(amount).balance, amount)


def test_balance_is_read_only() -> None:
    one = opened(5.0)
    check("Account(5.0).balance", one.balance, 5.0)
    expect(setattr, one, "balance", 1e9).raises(AttributeError)
    expect(delattr, one, "balance").raises(AttributeError)
    check("account.balance afterwards", one.balance, 5.0)


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (0.0, "0.00"),
        (100.0, "100.00"),
        (0.25, "0.25"),
        (12.5, "12.50"),
        (7, "7.00"),
        (1e12, "1000000000000.00"),
    ],
)
def test_repr(amount: float, text: str) -> None:
    expect(repr, opened(amount)).returns(
        f"Account(balance={text})", because="Two decimals, also where the cents have one digit: `{:02}`."
    )


def test_repr_follows_the_balance() -> None:
    one = opened(1.0)
    one.deposit(2.5)
    expect(repr, one).returns("Account(balance=3.50)")


def test_repr_names_the_subclass() -> None:
    class Shared(account.Account):
        pass

    text = repr(expect(Shared, 1.0).value())
    check_that(
        text.endswith("Shared(balance=1.00)") and "Account" not in text,
        "repr of a subclass Shared",
        text,
        "Shared(balance=1.00)",
        "A subclass inherits the repr: take the name from the object's own type.",
    )


def test_equal_balances_are_equal() -> None:
    check("Account(5.0) == Account(5.0)", opened(5.0) == opened(5.0), True, BY_BALANCE)
    check("Account(5.0) != Account(5.0)", opened(5.0) != opened(5.0), False, BY_BALANCE)
    check("Account(5.0) == Account(5.25)", opened(5.0) == opened(5.25), False, BY_BALANCE)
    check("Account(5.0) != Account(5.25)", opened(5.0) != opened(5.25), True, BY_BALANCE)


def test_an_account_equals_itself() -> None:
    one = opened(5.0)
    same: Any = one
    check("account == account", one == same, True, BY_BALANCE)
    check("account < account", one < same, False, BY_BALANCE)
    check("account <= account", one <= same, True, BY_BALANCE)


@settings(max_examples=60)
@given(st.integers(0, 10**6), st.integers(0, 10**6) | st.none())
def test_ordered_like_the_balances(left: int, other: int | None) -> None:
    right = left if other is None else other
    a, b = opened(left), opened(right)
    got = [a < b, a <= b, a == b, a != b, a > b, a >= b]
    expected = [left < right, left <= right, left == right, left != right, left > right, left >= right]
    check(f"Account({left}) < <= == != > >= Account({right})", got, expected, BY_BALANCE)


def test_sorts() -> None:
    accounts = sorted([opened(3.0), opened(1.0), opened(2.0)])
    check(
        "balances of sorted accounts", [each.get_balance() for each in accounts], [1.0, 2.0, 3.0], BY_BALANCE
    )
    check("the balance of max(accounts)", max(accounts).get_balance(), 3.0, BY_BALANCE)


@pytest.mark.parametrize("stranger", [5.0, 5, Decimal(5), "5.0", None, [5.0]])
def test_strangers(stranger: Any) -> None:
    one = opened(5.0)
    check("Account(5.0) == Account(5.0)", one == opened(5.0), True)
    check("Account(5.0) < Account(6.0)", one < opened(6.0), True)
    check(f"Account(5.0) == {stranger!r}", one == stranger, False, "An account is not a number.")
    check(f"Account(5.0) != {stranger!r}", one != stranger, True)
    expect(lambda: one < stranger).described(f"Account(5.0) < {stranger!r}").raises(TypeError)


def test_strangers_may_know_better() -> None:
    class EqualToAll:
        def __eq__(self, other: object) -> bool:
            return True

        __hash__ = None  # type: ignore[assignment]

    check(
        "Account(5.0) == EqualToAll()",
        opened(5.0) == EqualToAll(),
        True,
        "Leave it to the other: NotImplemented.",
    )


def test_unhashable() -> None:
    expect(hash, opened(5.0)).raises(TypeError, because="The balance changes, and a hash must not.")
    check_that(not isinstance(opened(5.0), Hashable), "isinstance(Account(5.0), Hashable)", True, "False")
    expect(repr, opened(5.0)).returns("Account(balance=5.00)")
