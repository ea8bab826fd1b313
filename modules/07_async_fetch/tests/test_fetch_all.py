from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import async_fetch
import pytest
from coursekit import check, check_that, expect, likely
from coursekit.asynchronous import NoResult, awaited, called, cancelled
from coursekit.http_server import Server, refusing_url, unguessable

ONE_BY_ONE = (
    "The server waits with its answers until several requests "
    "are there, and only one came: run `limit` futures at "
    "a time."
)
ORDER = "The pages are to stand in the order of their URLs, whichever comes first."
LATER = likely(
    (NoResult, ONE_BY_ONE),
    (list, ORDER),
    otherwise="All these pages can be had.",
)
LIMIT = "At most `limit` requests may be in flight at a time: `buffer_unordered(limit)`, and nothing spawned."
FULL = likely(
    (NoResult, ONE_BY_ONE),
    (list, ORDER),
    otherwise="As many requests as the limit allows should be in flight at once.",
)
FIRST = likely(
    (
        NoResult,
        "The failure waits for the page before it: `buffered` "
        "hands out results in order. Or one request after the "
        "other is made.",
    ),
    otherwise="The first failure ends it, and its text names the URL.",
)
REST = "The requests still in flight run on: nothing may be spawned that outlives the future."
AT_THE_CALL = "Check before `future_into_py`, and before any request."


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as server:
        yield server


def pages(count: int) -> list[str]:
    """The texts of so many pages."""
    return [unguessable(f"page{number}") for number in range(count)]


@pytest.mark.parametrize("limit", [1, 2, 7, 100, 2**40])
def test_in_order(server: Server, limit: int) -> None:
    texts = pages(7)
    urls = [server.url(f"/text/{text}") for text in texts]
    expect(awaited(async_fetch.fetch_all), urls, limit).returns(texts, because=LATER)


def test_whichever_comes_first(server: Server) -> None:
    # Each waits for those behind it.
    texts = pages(4)
    urls = [server.url(f"/text/{text}?answered={3 - number}") for number, text in enumerate(texts)]
    expect(awaited(async_fetch.fetch_all), urls, 4).returns(texts, because=LATER)


@pytest.mark.parametrize("make", [list, tuple])
def test_no_urls(server: Server, make: Any) -> None:
    expect(awaited(async_fetch.fetch_all), make([]), 3).returns([])
    check("connections that were opened", server.connections, 0)


def test_by_keyword_and_the_same_page_twice(server: Server) -> None:
    again = unguessable("again")
    urls = [server.url(f"/text/{again}")] * 2
    expect(awaited(async_fetch.fetch_all), urls=urls, limit=1).returns([again, again])
    check("what the server was asked for", server.requests, [f"/text/{again}"] * 2)


def test_never_more_than_the_limit(server: Server) -> None:
    # Answers come once three are in flight, and a moment later: time for a fourth to show itself.
    texts = pages(9)
    urls = [server.url(f"/text/{text}?inflight=3") for text in texts]
    expect(awaited(async_fetch.fetch_all), urls, 3).returns(texts, because=FULL)
    check("requests in flight at once, at most", server.most_in_flight, 3, LIMIT)


def test_one_at_a_time(server: Server) -> None:
    texts = pages(5)
    expect(awaited(async_fetch.fetch_all), [server.url(f"/text/{text}") for text in texts], 1).returns(texts)
    check("requests in flight at once, at most", server.most_in_flight, 1, LIMIT)
    check("what the server was asked for", server.requests, [f"/text/{text}" for text in texts])


def test_a_place_is_filled_at_once(server: Server) -> None:
    # The first page comes when the three behind it are there: they must pass it by.
    texts = pages(4)
    urls = [server.url(f"/text/{texts[0]}?answered=3"), *[server.url(f"/text/{text}") for text in texts[1:]]]
    expect(awaited(async_fetch.fetch_all), urls, 2).returns(
        texts,
        because=likely(
            (list, ORDER),
            otherwise="A slow page must not keep the others from being asked for.",
        ),
    )


def test_the_first_failure_ends_it(server: Server) -> None:
    bad = server.url("/hangup?inflight=3")
    urls = [server.url("/held/a"), server.url("/held/b"), bad, server.url("/text/never")]
    expect(awaited(async_fetch.fetch_all), urls, 3).raises(Exception, says=bad, because=FIRST)
    gone = server.wait_until(lambda: server.abandoned == 2)
    check_that(gone, "requests that were cancelled", server.abandoned, "2", REST)
    check("whether the page behind was asked for", "/text/never" in server.requests, False, REST)


def test_a_failure_at_the_end(server: Server) -> None:
    bad = refusing_url()
    expect(awaited(async_fetch.fetch_all), [server.url("/text/a"), bad], 1).raises(Exception, says=bad)


def test_cancelled(server: Server) -> None:
    def under_way() -> bool:
        return server.in_flight >= 2

    urls = [server.url(f"/held/{number}") for number in range(4)]
    expect(cancelled(async_fetch.fetch_all, when=under_way), urls, 2).returns(None, because=FULL)
    gone = server.wait_until(lambda: server.abandoned == 2)
    check_that(gone, "requests that were cancelled", server.abandoned, "2", REST)
    check("what the server was asked for", sorted(server.requests), ["/held/0", "/held/1"], REST)


def test_a_limit_of_zero(server: Server) -> None:
    expect(called(async_fetch.fetch_all), [server.url("/text/a")], 0).raises(
        ValueError, because="With a limit of 0 no request can ever begin: the caller would wait for ever."
    )
    expect(called(async_fetch.fetch_all), [], 0).raises(ValueError)


@pytest.mark.parametrize("limit", [-1, 2**64])
def test_no_limit(server: Server, limit: int) -> None:
    expect(called(async_fetch.fetch_all), [server.url("/text/a")], limit).raises(OverflowError)


def test_no_address(server: Server) -> None:
    urls = [server.url("/text/a"), "ftp://127.0.0.1/"]
    expect(called(async_fetch.fetch_all), urls, 2).raises(ValueError, because=AT_THE_CALL)
    check("what the server was asked for", server.requests, [], AT_THE_CALL)


@pytest.mark.parametrize("urls", [None, 5, "http://127.0.0.1/", [None], [b"http://127.0.0.1/"]])
def test_no_list_of_texts(urls: Any) -> None:
    expect(called(async_fetch.fetch_all), urls, 2).raises(TypeError)


def test_more_than_fits() -> None:
    expect(called(async_fetch.fetch_all), range(10**14), 2).raises(
        MemoryError, because="Keep `#[pyo3(from_py_with = sequence_of)]`: a plain Vec would end the process."
    )
