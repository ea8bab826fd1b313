import sum_as_string


def test_divides():
    assert sum_as_string.divide(1.0, 8.0) == 0.125


def test_that_is_never_reached():
    assert sum_as_string.__name__ == "sum_as_string"
