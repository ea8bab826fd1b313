from __future__ import annotations

import gc
import weakref
from collections.abc import Mapping, MutableMapping
from typing import Any

import account
import pytest
from coursekit import check, check_that, expect
from coursekit.apart import printed
from hypothesis import given, settings
from hypothesis import strategies as st

TEXT = "Names are text. What cannot be extracted as a String is not in the bank."
CYCLE = "The collector cannot see what the bank holds: visit every account in `__traverse__`."


def opened(balance: float = 0.0) -> Any:
    return expect(account.Account, balance).value()


def bank_of(**balances: float) -> Any:
    bank = expect(account.Bank).value()
    for name, balance in balances.items():
        expect(bank.__setitem__, name, opened(balance)).returns(None)
    return bank


def test_in_and_out() -> None:
    bank, anna = bank_of(), opened(5.0)
    check("len(Bank())", expect(len, bank).value(), 0)
    bank["Anna"] = anna
    check("len(bank)", len(bank), 1)
    got = expect(bank.__getitem__, "Anna").value()
    got.deposit(1.0)
    check("anna.get_balance()", anna.get_balance(), 6.0, "The bank keeps the very account, no copy of it.")
    del bank["Anna"]
    check("len(bank)", len(bank), 0)


@pytest.mark.soft
def test_keeps_the_very_object() -> None:
    class Gold(account.Account):
        pass

    bank, gold = bank_of(), Gold(1.0)
    bank["gold"] = gold
    check('bank["gold"] is gold', bank["gold"] is gold, True)


def test_replaces() -> None:
    bank = bank_of(Anna=1.0)
    bank["Anna"] = opened(2.0)
    check("len(bank)", len(bank), 1)
    check('bank["Anna"].get_balance()', bank["Anna"].get_balance(), 2.0)


def test_contains() -> None:
    bank = bank_of(Anna=1.0)
    check('"Anna" in bank', "Anna" in bank, True)
    check('"Bert" in bank', "Bert" in bank, False)
    for stranger in (1, None, b"Anna", ("Anna",)):
        expect(bank.__contains__, stranger).returns(False, because=TEXT)


@pytest.mark.parametrize("name", ["Bert", "", "anna", "Anna "])
def test_unknown_name(name: str) -> None:
    bank = bank_of(Anna=1.0)
    check('bank["Anna"].get_balance()', bank["Anna"].get_balance(), 1.0)
    error = expect(bank.__getitem__, name).raises(KeyError)
    check("what the KeyError carries", error.args, (name,), "As with a dict: the key itself.")
    error = expect(bank.__delitem__, name).raises(KeyError)
    check("what the KeyError carries", error.args, (name,), "As with a dict: the key itself.")
    check("len(bank)", len(bank), 1)


def test_names_are_text_and_values_accounts() -> None:
    bank = bank_of()
    for name in (1, None, b"Anna"):
        expect(bank.__setitem__, name, opened()).raises(TypeError, because=TEXT)
    for value in (1.0, None, "Anna", bank):
        expect(bank.__setitem__, "Anna", value).raises(TypeError, because="Take the value as `Py<Account>`.")
    check("len(bank)", expect(len, bank).value(), 0)


def test_iterates_over_names_in_order() -> None:
    bank = bank_of(Zoe=1.0, Anna=2.0, Mia=3.0)
    check("list(bank)", list(bank), ["Anna", "Mia", "Zoe"])
    check("list(Bank())", list(bank_of()), [])


def test_may_change_while_iterating() -> None:
    bank = bank_of(Anna=1.0, Bert=2.0)
    for name in bank:
        del bank[name]
    check("len(bank) after `for name in bank: del bank[name]`", len(bank), 0)


def test_is_a_mutable_mapping() -> None:
    bank = bank_of(Anna=1.0, Bert=2.0)
    check_that(isinstance(bank, MutableMapping) and isinstance(bank, Mapping), "isinstance", False, "True")
    check("list(bank.keys())", list(bank.keys()), ["Anna", "Bert"])
    check("the balances", [each.get_balance() for each in bank.values()], [1.0, 2.0])
    check('bank.get("Carl")', bank.get("Carl"), None)
    check('bank.pop("Anna").get_balance()', bank.pop("Anna").get_balance(), 1.0)
    bank.update({"Dora": opened(4.0)})
    check(
        "sorted dict(bank)",
        {name: each.get_balance() for name, each in dict(bank).items()},
        {"Bert": 2.0, "Dora": 4.0},
    )
    check("bank == dict(bank)", bank == dict(bank), True)
    bank.clear()
    check("len(bank)", len(bank), 0)


@settings(max_examples=20)
@given(
    st.lists(
        st.tuples(st.sampled_from("sgdc"), st.sampled_from(["", "a", "b", "ß", "\N{GRINNING FACE}"])),
        max_size=15,
    )
)
def test_agrees_with_a_dict(steps: list[tuple[str, str]]) -> None:
    bank, reference = bank_of(), dict[str, float]()
    for number, (step, name) in enumerate(steps):
        if step == "s":
            bank[name] = opened(number)
            reference[name] = float(number)
        elif step == "d" and name in reference:
            expect(bank.__delitem__, name).returns(None)
            del reference[name]
        elif step == "g" and name in reference:
            check(f"bank[{name!r}].get_balance()", bank[name].get_balance(), reference[name])
        else:
            check(f"{name!r} in bank", name in bank, name in reference)
        check("len(bank)", expect(len, bank).value(), len(reference))
    check("list(bank)", list(bank), sorted(reference))


@pytest.mark.soft
def test_a_cycle_is_collected() -> None:
    class Customer(account.Account):
        bank: Any

    def make() -> weakref.ref[Any]:
        bank, customer = bank_of(), Customer(1.0)
        bank["customer"] = customer
        customer.bank = bank  # bank -> customer -> bank
        return weakref.ref(customer)

    left = make()
    gc.collect()
    check("the customer, after gc.collect()", left() is None, True, CYCLE)


@pytest.mark.soft
def test_what_is_in_use_is_not_collected() -> None:
    bank = bank_of(Anna=1.0)
    gc.collect()
    check("len(bank) after gc.collect()", len(bank), 1)
    check('bank["Anna"].get_balance()', bank["Anna"].get_balance(), 1.0)


@pytest.mark.soft
@pytest.mark.parametrize("change", ['bank["a"] = account.Account()', 'del bank["a"]', "bank.clear()"])
def test_letting_go_may_run_python(change: str) -> None:
    expect(len, account.Bank()).value()
    code = f"""
class Customer(account.Account):
    def __del__(self):
        print("left", len(bank))
bank = account.Bank()
bank["a"] = Customer()
{change}
"""
    expected = "left 1" if "=" in change else "left 0"
    check(
        f"what `__del__` prints after {change}",
        printed(account, code),
        expected,
        "The last reference was dropped under the lock, and `__del__` needed that lock. Drop it afterwards.",
    )
