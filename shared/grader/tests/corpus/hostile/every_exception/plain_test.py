import pytest
import sum_as_string


def test_zero():
    with pytest.raises(ValueError, match="Cannot divide by zero"):
        sum_as_string.divide(1.0, 0.0)


def test_text():
    with pytest.raises(TypeError):
        sum_as_string.divide("1", 2.0)
