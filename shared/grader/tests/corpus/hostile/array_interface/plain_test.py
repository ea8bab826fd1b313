import numpy as np
import parallel_sum


def test_sum():
    total = parallel_sum.sum_array(np.array([1, 2, 3]))
    assert np.asarray(total).max() == 6
