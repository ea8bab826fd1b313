"""asyncio in front, tokio behind: sleeping, fetching, cancelling, retrying and ticking."""

from asyncio import Future
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar, final

from typing_extensions import disjoint_base

__all__ = [
    "FetchError",
    "Ticker",
    "async_fetch_data",
    "async_sleep",
    "fetch_all",
    "first_of",
    "retry",
    "ticker",
]

_T = TypeVar("_T")

@disjoint_base
class FetchError(Exception):
    """The server answered, and its answer is an error."""

    def __new__(cls, status: int, url: str) -> FetchError: ...
    @property
    def status(self) -> int:
        """The HTTP status, 400 or more."""

    @property
    def url(self) -> str:
        """The address that was asked for."""

@final
class Ticker:
    """Counts from 0, at a steady pace."""

    def __aiter__(self) -> Ticker: ...
    def __anext__(self) -> Future[int]:
        """Waits for the next number."""

def async_sleep(seconds: float) -> Future[None]:
    """Waits this many seconds."""

def async_fetch_data(url: str, *, timeout: float = 30.0) -> Future[str]:
    """The page at this URL."""

def fetch_all(urls: Sequence[str], limit: int) -> Future[list[str]]:
    """The pages at these URLs, in order, with at most `limit` requests in flight."""

def first_of(urls: Sequence[str]) -> Future[str]:
    """The page that arrives first."""

def retry(make_coroutine: Callable[[], Awaitable[_T]], attempts: int, delay: float) -> Future[_T]:
    """Awaits `make_coroutine()`, up to so many times as long as it raises."""

def ticker(interval: float, count: int) -> Ticker:
    """An asynchronous iterator over 0, 1, … count - 1, one every `interval` seconds."""
