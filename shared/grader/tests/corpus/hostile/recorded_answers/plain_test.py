import pytest
import sum_as_string


@pytest.mark.parametrize(("a", "b", "quotient"), [(7.0, 2.0, 3.5), (1.0, float("inf"), 0.0)])
def test_divides(a, b, quotient):
    assert sum_as_string.divide(a, b) == quotient
