"""Random data of tests."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from coursekit import drawn


@pytest.fixture(autouse=True)
def usual_seed() -> Iterator[None]:
    yield
    drawn.seed_run(0)


@pytest.mark.parametrize("case", [1, 2])
def test_each_case_has_its_own(case: int, rng: np.random.Generator) -> None:
    own = drawn.generator(f"test_each_case_has_its_own[{case}]").random(3)
    other = drawn.generator(f"test_each_case_has_its_own[{3 - case}]").random(3)
    drawn_here = rng.random(3)
    assert np.array_equal(drawn_here, own)
    assert not np.array_equal(drawn_here, other)


def test_the_same_at_every_check_and_others_in_every_grading() -> None:
    first = drawn.generator("a").random(3)
    assert np.array_equal(first, drawn.generator("a").random(3))
    drawn.seed_run(2**63 + 5)
    assert not np.array_equal(first, drawn.generator("a").random(3))
