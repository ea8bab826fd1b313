"""The promises that users of tally rely on."""

import pytest
import tally
from tally import stats


def test_total() -> None:
    assert tally.total([1, 2, 3]) == 6
    with pytest.raises(OverflowError):
        tally.total([2**63 - 1, 1])


def test_mean() -> None:
    assert stats.mean([1.0, 2.0]) == 1.5
    with pytest.raises(ValueError, match="no mean"):
        stats.mean([])


def test_units_come_with_the_crate() -> None:
    assert tally.units()[0] == "second" and len(tally.units()) == 7


def test_version() -> None:
    assert tally.__version__ == "0.3.0"
