"""Arrays in other layouts, cases that test files share, and threads that wait for a turn."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np
import pytest
from coursekit.beside import beside
from coursekit.layouts import LAYOUTS, laid_out, packed
from coursekit.turns import lets_another_thread_in


@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (0, 2), (2, 1, 4)])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_layout_keeps_the_values(layout: str, shape: tuple[int, ...]) -> None:
    values = np.arange(np.prod(shape, dtype=int), dtype=np.float64).reshape(shape)
    made = laid_out(values, layout)
    assert made.shape == shape
    assert np.array_equal(made, values)
    assert made.flags.writeable == (layout != "read-only")


def test_layouts_differ() -> None:
    strides = {laid_out(np.ones((2, 3)), layout).strides for layout in LAYOUTS}
    assert strides == {(24, 8), (8, 16), (96, 16), (-24, -8)}


def test_a_packed_field_is_not_aligned() -> None:
    field = packed([1.0, 2.0])
    assert field.tolist() == [1.0, 2.0]
    assert field.strides == (9,)


def test_cases_beside_a_test_file(tmp_path: Path) -> None:
    folder = tmp_path / "04_x" / "tests"
    folder.mkdir(parents=True)
    (folder / "cases.py").write_text("SEVEN = 7\n", encoding="utf-8")
    assert beside(str(folder / "test_x.py"), "cases").SEVEN == 7
    with pytest.raises(FileNotFoundError):
        beside(str(folder / "test_x.py"), "missing")
    del sys.modules["04_x.cases"]


def test_a_call_that_detaches_lets_another_thread_in() -> None:
    assert lets_another_thread_in(time.sleep, 0.0)
    if getattr(sys, "_is_gil_enabled", lambda: True)():
        assert not lets_another_thread_in(sum, range(1000))


def test_a_call_that_raises_stop_iteration_is_no_proof_of_detaching() -> None:
    with pytest.raises(RuntimeError, match="raised StopIteration"):
        lets_another_thread_in(next, iter(()))
