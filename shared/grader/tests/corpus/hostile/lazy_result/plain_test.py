import sum_as_string


def test_divides():
    quotient = sum_as_string.divide(1.0, 8.0)
    assert quotient == 0.125
    assert float(quotient) * 8.0 == 1.0
