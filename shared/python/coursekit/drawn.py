"""Random data for tests: the same at every check in the loop, and others in every grading.

A fixed list in a test can be learnt by heart, and the sum of `arange(n)` follows from its two ends. So a test
takes the fixture `rng`, whose numbers differ from test to test and from case to case:

    def test_sum(rng: np.random.Generator) -> None:
        values = rng.normal(size=1_000)
        expect(sum_array, values).close_to(values.sum())

Data that are made while a test file is loaded come from `generator("a name")`.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np
import pytest


@dataclass
class _Run:
    seed: int = 0


_run = _Run()


def seed_run(seed: int) -> None:
    """Makes all random data of this process other ones. The grader calls it before it loads a test."""
    _run.seed = seed


def generator(name: str) -> np.random.Generator:
    """Random numbers that follow from the run's seed and from this name."""
    return np.random.default_rng([_run.seed, zlib.crc32(name.encode())])


@pytest.fixture
def rng(request: pytest.FixtureRequest) -> np.random.Generator:
    """Random numbers for this test, and others for each of its cases."""
    return generator(request.node.name)
