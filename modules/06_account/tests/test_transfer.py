from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import account
import pytest
from coursekit import check, expect
from coursekit.apart import printed

THREADS = 8


MOVES = "The amount leaves the source and arrives at the target: write both balances back."


def opened(balance: float) -> Any:
    return expect(account.Account, balance).value()


def check_balances(source: Any, target: Any, expected: tuple[float, float], because: str = "") -> None:
    check("the two balances", (source.get_balance(), target.get_balance()), expected, because)


def check_moves(source: Any, target: Any, amount: float, expected: tuple[float, float]) -> None:
    """A transfer that is allowed changes both balances."""
    expect(account.transfer, source, target, amount).returns(None)
    check_balances(source, target, expected, MOVES)


def in_threads(work: Callable[[int], None]) -> None:
    """Runs the work in eight threads that start together."""
    start = threading.Barrier(THREADS)
    errors: list[BaseException] = []

    def run(number: int) -> None:
        start.wait()
        try:
            work(number)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(number,), daemon=True) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()  # No limit but the test's own: a busy machine may take its time.
    if errors:
        raise errors[0]


def test_moves_money() -> None:
    a, b = opened(100.0), opened(1.0)
    check_moves(a, b, 30.5, (69.5, 31.5))
    expect(account.transfer, source=b, target=a, amount=31.5).returns(None)
    check_balances(a, b, (101.0, 0.0), MOVES)
    check_moves(a, b, 0, (101.0, 0.0))


def test_too_much_changes_neither() -> None:
    a, b = opened(12.0), opened(1.0)
    check_moves(a, b, 2.0, (10.0, 3.0))
    expect(account.transfer, a, b, 10.25).raises(Exception)
    expect(account.transfer, b, a, 3.25).raises(Exception)
    check_balances(a, b, (10.0, 3.0), "Both change, or neither.")


@pytest.mark.parametrize("stranger", [None, 5.0, "a"])
def test_from_and_to_accounts_only(stranger: Any) -> None:
    a, b = opened(11.0), opened(0.0)
    check_moves(a, b, 1.0, (10.0, 1.0))
    expect(account.transfer, a, stranger, 1.0).raises(TypeError)
    expect(account.transfer, stranger, a, 1.0).raises(TypeError)
    expect(account.transfer, a, a, stranger if stranger != 5.0 else "5").raises(TypeError)
    check("the balance", a.get_balance(), 10.0)


def test_deposits_from_eight_threads() -> None:
    # A racy `update` may pass, because nothing here can stop a thread between its reading and its writing.
    # The exercise's Rust test can, so that one finds it every time.
    one, other = opened(0.0), opened(1.0)

    def work(number: int) -> None:
        for _ in range(100):
            one.deposit(0.25)

    in_threads(work)
    check("the balance after 8 x 100 deposits of 0.25", one.get_balance(), 200.0)
    check_moves(one, other, 200.0, (0.0, 201.0))


def test_an_account_to_itself() -> None:
    check_moves(opened(5.0), opened(1.0), 4.0, (1.0, 5.0))
    got = printed(account, "a = account.Account(10.0); account.transfer(a, a, 4.0); show(a.get_balance())")
    check(
        "the balance after transfer(a, a, 4.0)",
        got,
        "10.0",
        "Two locks of one account: the second waits for ever.",
    )


@pytest.mark.soft
def test_both_ways_at_once() -> None:
    check_moves(opened(1.0), opened(1.0), 1.0, (0.0, 2.0))
    got = printed(
        account,
        """
import threading
a, b = account.Account(1000.0), account.Account(1000.0)
def work(source, target):
    for _ in range(1000):
        try:
            account.transfer(source, target, 1.0)
        except account.InsufficientFunds:
            pass
threads = [threading.Thread(target=work, args=pair) for pair in [(a, b), (b, a)] * 4]
for thread in threads: thread.start()
for thread in threads: thread.join()
show(a.get_balance() + b.get_balance())
""",
    )
    check("the sum of both balances", got, "2000.0", "Each thread held one lock and waited for the other.")
