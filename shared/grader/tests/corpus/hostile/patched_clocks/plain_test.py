import time

import sum_as_string


def test_is_fast():
    began = time.perf_counter()
    sum_as_string.divide(1.0, 8.0)
    assert time.perf_counter() - began < 0.1
