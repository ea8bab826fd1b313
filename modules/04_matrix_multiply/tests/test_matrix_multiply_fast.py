from __future__ import annotations

import matrix_multiply
import numpy as np
import pytest
from coursekit import check_that, expect
from coursekit.beside import beside
from coursekit.turns import lets_another_thread_in

products = beside(__file__, "products")
globals().update(products.suite_for("matrix_multiply_fast"))


@pytest.mark.soft
def test_other_threads_run_meanwhile() -> None:
    a = np.ones((200, 200))
    expect(matrix_multiply.matrix_multiply_fast, a, a).returns(np.full((200, 200), 200.0))
    check_that(
        lets_another_thread_in(matrix_multiply.matrix_multiply_fast, a, a),
        "another thread's turns while matrix_multiply_fast ran",
        "none",
        "at least one",
        "The product ran attached to the interpreter: wrap it in `py.detach(|| …)`.",
    )
