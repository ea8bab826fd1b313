import account


def test_deposit():
    own = account.Account(10.0)
    own.deposit(2.5)
    assert isinstance(own.balance, float)
    assert own.balance == 12.5
