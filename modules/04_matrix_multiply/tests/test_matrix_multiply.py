from __future__ import annotations

import matrix_multiply
import numpy as np
import pytest
from coursekit import check, check_that, expect
from coursekit.beside import beside
from coursekit.turns import lets_another_thread_in

products = beside(__file__, "products")
globals().update(products.suite_for("matrix_multiply"))


def test_a_copy_that_cannot_be_had() -> None:
    a, b = np.broadcast_to(1.0, (1, 10**7)), np.broadcast_to(1.0, (10**7, 10**7))
    expect(matrix_multiply.matrix_multiply, a, b).raises(
        MemoryError,
        because="`as_standard_layout` copies `b`. Ask for that memory too, if `b` is not in C order.",
    )


@pytest.mark.soft
def test_other_threads_run_meanwhile() -> None:
    a = np.broadcast_to(1.0, (300, 300))
    call = expect(matrix_multiply.matrix_multiply, a, a)
    product = call.value()
    check("the product of 300 × 300 ones", product, np.full((300, 300), 300.0))
    check_that(
        lets_another_thread_in(matrix_multiply.matrix_multiply, a, a),
        "what another thread got while matrix_multiply ran",
        "none",
        "a turn",
        "The product ran attached to the interpreter: wrap it in `py.detach(|| …)`.",
    )
