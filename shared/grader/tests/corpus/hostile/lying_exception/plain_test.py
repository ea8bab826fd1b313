import sum_as_string


def test_zero():
    messages = []
    for _ in range(5):
        try:
            sum_as_string.divide(1.0, 0.0)
        except Exception as error:
            messages.append(str(error))
    assert messages


def test_that_is_never_reached():
    assert sum_as_string.__name__ == "sum_as_string"
