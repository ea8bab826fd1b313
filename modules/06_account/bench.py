"""The cost of a call of a small method: the figures of module 06's lesson."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from decimal import Decimal
from math import inf
from typing import Any

from coursekit.bench import Case, Goal, Peer, Role, Versions, main


class Slotted:
    """The tutorials' account in Python: nothing is checked, nothing is locked, and the money is a float."""

    __slots__ = ("balance",)

    def __init__(self, balance: float = 0.0) -> None:
        self.balance = balance

    def deposit(self, amount: float) -> None:
        self.balance += amount


class Careful:
    """The exercise's account, in Python: checked, exact, locked."""

    __slots__ = ("_cents", "_lock")

    def __init__(self, balance: Decimal | float = 0.0) -> None:
        self._lock = threading.Lock()
        self._cents = 0
        self.deposit(balance)

    def deposit(self, amount: Decimal | float) -> None:
        if not 0.0 <= amount < inf:
            raise ValueError(f"an amount must be finite, and zero or more: got {amount}")
        cents = cents_of(amount)
        with self._lock:
            self._cents += cents

    @property
    def balance(self) -> float:
        return self._cents / 100


def cents_of(amount: Decimal | float) -> int:
    """As the solution finds them: the quick way first."""
    if isinstance(amount, float):
        cents = round(amount * 100.0)
        if cents < 1 << 50 and cents / 100.0 == amount:
            return cents
        amount = Decimal(repr(amount))
    elif isinstance(amount, int):
        return amount * 100
    exact = amount * 100
    cents = int(exact)
    if cents != exact:
        raise ValueError("money has no more than two decimals")
    return cents


def cases(versions: Versions, scale: float) -> Iterator[Case]:
    def one_deposit(account: Any) -> Callable[[Any], Any]:
        return account(0.0).deposit  # type: ignore[no-any-return]

    def no_rules(account: Any) -> Callable[[Any], Any]:
        return account().deposit  # type: ignore[no-any-return]

    def balance_after(deposit: Callable[[Any], Any], amount: Any) -> float:
        deposit(amount)
        account: Any = deposit.__self__  # type: ignore[attr-defined]
        return float(account.get_balance() if hasattr(account, "get_balance") else account.balance)

    for title, amount in (("a float", 1.25), ("an int", 2), ("a Decimal", Decimal("1.25"))):
        slotted = Slotted(0.0) if not isinstance(amount, Decimal) else Slotted(Decimal(0))  # type: ignore[arg-type]
        yield Case(
            f"deposit {title}",
            args=(amount,),
            items=1,
            peers=[
                Peer("Python, __slots__, no rules", slotted.deposit, role=Role.PYTHON),
                Peer("Python, the same rules", Careful().deposit, role=Role.PYTHON),
                versions.c_extension("Account", name="C extension by hand, no rules", using=no_rules),
                versions.textbook("Account", using=one_deposit),
                versions.yours("Account", using=one_deposit),
                versions.solution("Account", using=one_deposit),
            ],
            outcome=balance_after,
            goals=[Goal("Python, __slots__, no rules", 1.4)] if isinstance(amount, float) else [],
        )


if __name__ == "__main__":
    main("account", cases)
