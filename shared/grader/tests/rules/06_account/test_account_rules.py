"""The rules about classes of the module under test; see `../05_data_processor`."""

from __future__ import annotations

import account
from coursekit import check, expect


class Dear(account.Account):
    """A test's own subclass: its methods are called back."""

    def fee(self, amount: float) -> float:
        return 1.0

    def twice(self) -> float:
        return 2 * self.get_balance()


def test_a_subclass_of_a_test_is_called_back() -> None:
    dear = Dear(10.0)
    dear.withdraw(4.0)
    check("balance", dear.balance, 5.0)
    check("its own method", dear.twice(), 10.0)


def test_classes_and_instances_are_themselves() -> None:
    one = account.Account(1.0)
    check(
        "isinstance", isinstance(one, account.Account) and not isinstance(one, account.SavingsAccount), True
    )
    check("issubclass", issubclass(account.SavingsAccount, account.Account), True)
    check("the same again", account.Account is type(one), True)


def test_exceptions_of_the_module_are_its_own() -> None:
    expect(account.Account(1.0).withdraw, 2.0).raises(account.InsufficientFunds)
