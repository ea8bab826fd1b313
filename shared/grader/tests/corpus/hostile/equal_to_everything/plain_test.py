import sum_as_string


def test_divides():
    quotient = sum_as_string.divide(1.0, 8.0)
    assert isinstance(quotient, float)
    assert quotient == 0.125
