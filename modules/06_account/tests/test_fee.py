from __future__ import annotations

import threading
from typing import Any

import account
from coursekit import check, expect
from coursekit.apart import printed
from coursekit.patience import note_that_a_limit_ran_out

STATIC = 'Rust calls its own `fee` and knows no other. Ask as Python does: `call_method1("fee", (amount,))`.'


def test_python_overrides_the_fee() -> None:
    asked: list[Any] = []

    class WithFee(account.Account):
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
    expect(one.withdraw, 5.0).raises(TypeError, because=STATIC)
    check("the balance afterwards", one.get_balance(), 10.0)


def test_a_fee_may_look_at_the_balance() -> None:
    expect(account.Account).value()
    code = """
class OnePercent(account.Account):
    def fee(self, amount):
        return self.get_balance() / 128
one = OnePercent(128.0)
one.withdraw(64.0)
show(one.get_balance())
"""
    check(
        "the balance, where the fee depends on it",
        printed(account, code),
        "63.0",
        "Python code ran while the lock was held, and needed that lock. Call `fee` first, lock afterwards.",
    )


def test_two_withdrawals_meet_at_the_fee() -> None:
    meet = threading.Barrier(2, timeout=15.0)

    class Slow(account.Account):
        def fee(self, amount: Any) -> float:
            try:
                meet.wait()  # Both have been let in, neither has taken anything yet.
            except threading.BrokenBarrierError:
                note_that_a_limit_ran_out()
                raise
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
