from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import async_fetch
import pytest
from coursekit import check, check_that, expect
from coursekit.asynchronous import awaited, called, cancelled
from coursekit.http_server import Server, refusing_url, unguessable

LOSERS = "The tasks that lost run on: a dropped JoinHandle aborts nothing. A JoinSet aborts its tasks."
ALL = "All are to be asked at once, not one after the other."
FAILURE = "A failure is no answer: go on with the others until one succeeds."
LAST = "Nobody is left to answer, so raise what the last one failed with."


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as server:
        yield server


def check_abandoned(server: Server, requests: int) -> None:
    gone = server.wait_until(lambda: server.abandoned == requests)
    check_that(gone, "requests that were cancelled", server.abandoned, str(requests), LOSERS)


def test_one(server: Server) -> None:
    only = f"/text/{unguessable('only')}"
    expect(awaited(async_fetch.first_of), [server.url(only)]).returns(only.removeprefix("/text/"))
    check("what the server was asked for", server.requests, [only])


def test_all_are_asked_at_once(server: Server) -> None:
    same = unguessable("same")
    urls = [server.url(f"/text/{same}?inflight=3")] * 3
    expect(awaited(async_fetch.first_of), urls).returns(same, because=ALL)


@pytest.mark.parametrize("place", [0, 1, 2])
def test_the_first_answer_wins_and_the_others_are_cancelled(server: Server, place: int) -> None:
    urls = [server.url("/held/a"), server.url("/held/b")]
    quick = unguessable("quick")
    urls.insert(place, server.url(f"/text/{quick}?inflight=3"))
    expect(awaited(async_fetch.first_of), urls).returns(quick, because=ALL)
    check_abandoned(server, 2)


def test_cancelled(server: Server) -> None:
    def under_way() -> bool:
        return server.in_flight == 3

    urls = [server.url(f"/held/{name}") for name in "abc"]
    expect(cancelled(async_fetch.first_of, when=under_way), urls).returns(None)
    check_abandoned(server, 3)


def test_a_failure_is_no_answer(server: Server) -> None:
    first, second = unguessable("first"), unguessable("second")
    urls = [server.url("/hangup"), server.url(f"/text/{first}?answered=1")]
    expect(awaited(async_fetch.first_of), urls).returns(first, because=FAILURE)
    urls = [server.url(f"/text/{second}?answered=3"), server.url("/hangup")]
    expect(awaited(async_fetch.first_of), urls).returns(second, because=FAILURE)


def test_if_all_fail(server: Server) -> None:
    urls = [server.url(f"/hangup/{name}?inflight=3") for name in "abc"]
    error: Any = expect(awaited(async_fetch.first_of), urls).raises(Exception, because=LAST)
    named = any(url in str(error) for url in urls)
    check_that(named, "the exception's text", str(error), "a text that names one of the URLs", LAST)
    asked = sorted(server.requests)
    check("what the server was asked for", asked, [f"/hangup/{name}?inflight=3" for name in "abc"], ALL)
    bad = refusing_url()
    expect(awaited(async_fetch.first_of), [bad]).raises(Exception, says=bad, because=LAST)


def test_nobody_to_ask() -> None:
    expect(called(async_fetch.first_of), []).raises(
        ValueError, because="Nobody can answer, so nothing would ever come. Say so at the call."
    )


def test_no_address(server: Server) -> None:
    expect(called(async_fetch.first_of), [server.url("/text/a"), "hello"]).raises(ValueError)
    check(
        "what the server was asked for", server.requests, [], "Check all addresses before the first request."
    )


@pytest.mark.parametrize("urls", [None, 5, "http://127.0.0.1/", [None]])
def test_no_list_of_texts(urls: Any) -> None:
    expect(called(async_fetch.first_of), urls).raises(TypeError)


def test_more_than_fits() -> None:
    expect(called(async_fetch.first_of), range(10**14)).raises(
        MemoryError, because="Keep `#[pyo3(from_py_with = sequence_of)]`: a plain Vec would end the process."
    )
