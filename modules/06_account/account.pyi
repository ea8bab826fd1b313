"""Accounts, savings accounts and banks: invariants, exceptions, threads."""

from collections.abc import ItemsView, Iterator, KeysView, MutableMapping, ValuesView
from decimal import Decimal
from typing import Any, ClassVar, SupportsIndex, TypeAlias, final

from typing_extensions import disjoint_base

__all__ = ["Account", "Bank", "InsufficientFunds", "SavingsAccount", "transfer"]

_Amount: TypeAlias = Decimal | float | SupportsIndex

@disjoint_base
class Account:
    """A bank account."""

    __hash__: ClassVar[None]  # type: ignore[assignment]
    def __new__(cls, balance: _Amount = 0.0) -> Account: ...
    def deposit(self, amount: _Amount) -> None:
        """Pays in."""

    def withdraw(self, amount: _Amount) -> None:
        """Takes out the amount and the fee for it. InsufficientFunds if there is less."""

    def get_balance(self) -> float:
        """What the account holds, as a float."""

    def fee(self, amount: _Amount) -> _Amount:
        """What a withdrawal of this amount costs. A subclass may say something else."""

    @property
    def balance(self) -> float:
        """What the account holds, as a float."""

    @property
    def balance_exact(self) -> Decimal:
        """What the account holds, as a Decimal."""

    def __eq__(self, value: object, /) -> bool: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __lt__(self, value: Account, /) -> bool: ...
    def __le__(self, value: Account, /) -> bool: ...
    def __gt__(self, value: Account, /) -> bool: ...
    def __ge__(self, value: Account, /) -> bool: ...

@disjoint_base
class SavingsAccount(Account):
    """An account that earns interest."""

    def __new__(cls, balance: _Amount = 0.0, rate: float = 0.0) -> SavingsAccount: ...
    @property
    def rate(self) -> float:
        """The share of the balance that `add_interest` adds."""

    def add_interest(self) -> None:
        """Pays the interest in, rounded to the nearest cent."""

@disjoint_base
class InsufficientFunds(Exception):
    """The account holds less than was requested."""

    def __new__(cls, balance: float, requested: float) -> InsufficientFunds: ...
    @property
    def balance(self) -> float:
        """What the account held."""

    @property
    def requested(self) -> float:
        """What was to be taken out, fees included."""

@final
class Bank(MutableMapping[str, Account]):
    """Accounts by name, sorted."""

    __hash__: ClassVar[None]  # type: ignore[assignment]
    def __new__(cls) -> Bank: ...
    def __len__(self) -> int: ...
    def __contains__(self, key: object, /) -> bool: ...
    def __getitem__(self, key: str, /) -> Account: ...
    def __setitem__(self, key: str, value: Account, /) -> None: ...
    def __delitem__(self, key: str, /) -> None: ...
    def __iter__(self) -> Iterator[str]: ...
    # Borrowed from MutableMapping, as they are at run time.
    def __eq__(self, other: object) -> bool: ...
    def get(self, key: str, default: Any = None) -> Any: ...
    def keys(self) -> KeysView[str]: ...
    def items(self) -> ItemsView[str, Account]: ...
    def values(self) -> ValuesView[Account]: ...
    def pop(self, key: str, default: Any = ...) -> Any: ...
    def popitem(self) -> tuple[str, Account]: ...
    def clear(self) -> None: ...
    def update(self, other: Any = (), /, **kwds: Account) -> None: ...
    def setdefault(self, key: str, default: Any = None) -> Any: ...

def transfer(source: Account, target: Account, amount: _Amount) -> None:
    """Moves an amount from one account to another, free of charge. If it fails, neither has changed."""
