"""The base of the course's tests, benchmarks and lessons: ordinary pytest, and a few words of its own."""

from .c_function import CFunction
from .expect import ExpectationFailed, NotWritten, check, check_close, check_that, expect
from .heartbeat import Heartbeat
from .likely import likely, panicked

__all__ = [
    "CFunction",
    "ExpectationFailed",
    "Heartbeat",
    "NotWritten",
    "check",
    "check_close",
    "check_that",
    "expect",
    "likely",
    "panicked",
]
