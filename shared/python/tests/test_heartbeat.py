"""A call that stays attached stops the heart; one that detaches does not."""

from __future__ import annotations

import hashlib
import sys
import time

import pytest
from coursekit import Heartbeat


def test_a_call_that_detaches() -> None:
    with Heartbeat() as heart:
        time.sleep(0.2)
    assert heart.beats > 10
    assert heart.seconds >= 0.2
    with Heartbeat() as heart:
        hashlib.sha256(bytes(200_000_000))
    assert heart.beats > 3


def test_a_call_that_stays_attached() -> None:
    if not getattr(sys, "_is_gil_enabled", lambda: True)():
        pytest.skip("without a global lock other threads always run")
    numbers = range(20_000_000)
    with Heartbeat() as heart:
        sum(numbers)
    assert heart.beats <= 5  # Before and after the call, on a busy machine. Detached, it would be hundreds.
