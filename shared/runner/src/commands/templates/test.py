from __future__ import annotations

{IMPORTS}
from coursekit import expect


@pytest.mark.parametrize("x", [0, -1, 41, 2**63 - 2])
def test_adds_one(x: int) -> None:
    expect({PACKAGE}.{EXERCISE}, x).returns(x + 1, because="One more than x, and no more.")


def test_overflow() -> None:
    expect({PACKAGE}.{EXERCISE}, 2**63 - 1).raises(
        OverflowError, because="The result wrapped round: `checked_add` tells you when it would."
    )
