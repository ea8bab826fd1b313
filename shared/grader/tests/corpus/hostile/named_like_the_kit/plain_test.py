import sum_as_string


def test_zero():
    try:
        sum_as_string.divide(1.0, 0.0)
    except BaseException as error:
        raised = error
    assert f"{type(raised).__module__}.{type(raised).__name__}" == "builtins.ValueError"
    assert str(raised) == "Cannot divide by zero"
