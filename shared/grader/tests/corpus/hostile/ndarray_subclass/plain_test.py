import matrix_multiply
import numpy as np


def test_row_sums():
    sums = matrix_multiply.row_sums(np.array([[1.0, 2.0], [3.0, 4.0]]))
    assert isinstance(sums, np.ndarray)
    assert sums.dtype == np.float64
    assert sums.shape == (2,)
    assert np.allclose(sums, [3.0, 7.0])
