from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any

import account
import pytest
from coursekit import ExpectationFailed, check, check_that, expect, likely
from coursekit.pickles import after_restart

OVERDRAFT = likely(
    (Exception, "The account refused, but with another class: `From<Shortfall>` makes an InsufficientFunds."),
    otherwise=(
        "The account was overdrawn: compare the request with the balance before anything is subtracted."
    ),
)
CLASS = "Make it a class: `#[pyclass(extends = PyException)]`, with two fields that have `#[pyo3(get)]`."
ARGS = (
    "`PyErr::new::<InsufficientFunds, _>((balance, requested))` calls the class as Python does, so that "
    "BaseException keeps the arguments; `Py::new` does not."
)


def field(units: float) -> Callable[[Any], str]:
    """The likely cause where a field of the exception is not `units`."""
    return likely(
        (
            lambda got: got == units * 100 and units != 0,
            "That is in cents. A `Shortfall` counts cents; the "
            "exception's fields are units: divide by 100.0.",
        ),
        (int, "The fields are floats: `cents as f64 / 100.0`."),
        (float, "Is it the other field? `balance` is what there is, `requested` what was to be taken out."),
        otherwise=CLASS,
    )


def refusal(opened: Any, amount: float) -> BaseException:
    # An account that refuses every withdrawal must not pass, so first one that is allowed.
    other = expect(account.Account, 1.0).value()
    expect(other.withdraw, 0.75).returns(None, because="There is enough, so nothing is refused.")
    expect(other.get_balance).returns(0.25)
    return expect(opened.withdraw, amount).raises(account.InsufficientFunds, because=OVERDRAFT)


@pytest.mark.parametrize(
    ("balance", "requested"), [(100.0, 150.0), (0.0, 0.25), (10.5, 10.75), (1.0, 1_000_000.0)]
)
def test_says_what_there_is_and_what_was_requested(balance: float, requested: float) -> None:
    error = refusal(expect(account.Account, balance).value(), requested)
    check("error.balance", getattr(error, "balance", "no such attribute"), balance, field(balance))
    check("error.requested", getattr(error, "requested", "no such attribute"), requested, field(requested))


def test_a_failed_withdrawal_changes_nothing() -> None:
    opened = expect(account.Account, 100.0).value()
    refusal(opened, 100.25)
    expect(opened.get_balance).returns(100.0, because="A withdrawal that is refused changes nothing.")
    expect(opened.withdraw, 100.0).returns(None, because="All that is there may be taken out.")
    expect(opened.get_balance).returns(0.0)


def test_is_an_exception_of_its_own() -> None:
    refused = account.InsufficientFunds
    check_that(issubclass(refused, Exception), "InsufficientFunds", refused, "a subclass of Exception", CLASS)
    check_that(
        not issubclass(refused, (ValueError, RuntimeError, ArithmeticError)),
        "the base classes of InsufficientFunds",
        [base.__name__ for base in refused.__mro__],
        "no ValueError among them, nor another builtin error",
        "The amount is fine. An `except ValueError`, meant for bad ones, would swallow it.",
    )


def test_python_can_raise_it() -> None:
    error = expect(account.InsufficientFunds, 5.0, 7.5).value(because=CLASS)
    check("error.balance", getattr(error, "balance", "no such attribute"), 5.0, CLASS)
    check("error.requested", getattr(error, "requested", "no such attribute"), 7.5, CLASS)


def test_the_text_names_both() -> None:
    text = str(refusal(expect(account.Account, 100.0).value(), 150.25))
    check_that(
        "100" in text and "150.25" in text,
        "str(error)",
        text,
        "both amounts, 100 and 150.25",
        "Write `__str__`: the text is all that a log keeps.",
    )


def test_the_fields_are_read_only() -> None:
    error = refusal(expect(account.Account, 1.0).value(), 2.0)
    check_that(hasattr(error, "balance"), "hasattr(error, 'balance')", False, "True", CLASS)
    expect(setattr, error, "balance", 5.0).raises(
        AttributeError, because="`#[pyo3(get)]` alone makes it read-only."
    )


def test_survives_pickle_and_copy() -> None:
    error = refusal(expect(account.Account, 1.0).value(), 2.0)
    check("error.args", error.args, (1.0, 2.0), ARGS)
    try:
        written = pickle.dumps(error)
    except pickle.PicklingError as refused:
        raise ExpectationFailed(
            "pickle.dumps(error)",
            f"PicklingError: {refused}",
            "bytes",
            "pickle looks for the class in its module. Say where "
            'it is: `module = "account"` in `#[pyclass(…)]`.',
        ) from None
    copied: Any = copy.copy(error)
    check("balance and requested of the copied error", (copied.balance, copied.requested), (1.0, 2.0), ARGS)
    read = after_restart(written)
    check("balance and requested of the pickled error", (read.balance, read.requested), (1.0, 2.0), ARGS)
