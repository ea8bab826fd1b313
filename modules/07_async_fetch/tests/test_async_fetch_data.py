from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import async_fetch
import pytest
from coursekit import check, check_that, expect, likely, panicked
from coursekit.asynchronous import NoResult, awaited, called, cancelled, together
from coursekit.http_server import Server, refusing_url, unguessable

STATUS = "An answer with an error status is an answer too: `error_for_status` turns it into an Err."
CLASS = "A status is a FetchError: `error.status()` is Some then."
REFUSED = "What is neither a status nor a time limit kept the page from coming: ConnectionError."
NO_LIMIT = "It waits for a page that never comes. Give the request its time limit: `RequestBuilder::timeout`."
TIMEOUT = likely(
    (NoResult, NO_LIMIT),
    (TimeoutError, "The text must name the URL: reqwest's error has it, and a limit around it has not."),
    (ConnectionError, "`error.is_timeout()` tells that the time was up: TimeoutError."),
    otherwise="`error.is_timeout()` tells that the time was up: TimeoutError.",
)
WHOLE = likely(
    (NoResult, "The limit must cover the body as well: `RequestBuilder::timeout` does."),
    otherwise="The time was up while the body was on its way: TimeoutError.",
)
DURATION = likely(
    (
        type(None),
        "The `timeout` is no duration. `Duration::try_from_secs_f64` says so; `?` before the future.",
    ),
    (panicked, "`Duration::from_secs_f64` panics on what is no duration. `try_from_secs_f64` gives an Err."),
    otherwise="Make the Duration before the future, by `try_from_secs_f64`, and map its error to ValueError.",
)
ASKED = "Ask the server, once for each call: a URL alone does not say what is there."
NAMED = "Say which URL it was: reqwest's error has it in its text."
PLAIN = "Check the address before the future is made, so that the call itself raises."


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as server:
        yield server


def check_asked(server: Server, *plans: str) -> None:
    check("what the server was asked for", server.requests, [*plans], ASKED)


def test_a_page(server: Server) -> None:
    hello = unguessable("hello")
    expect(awaited(async_fetch.async_fetch_data), server.url(f"/text/{hello}")).returns(hello)
    check_asked(server, f"/text/{hello}")


def test_nothing_but_a_url(server: Server) -> None:
    expect(awaited(async_fetch.async_fetch_data), url=server.url("/text/")).returns("")
    check_asked(server, "/text/")


def test_a_long_page(server: Server) -> None:
    page = unguessable("0123456789") * 2_000
    expect(awaited(async_fetch.async_fetch_data), server.url(f"/text/{page}")).returns(page)


def test_utf8(server: Server) -> None:
    text = unguessable("Grüße, 🦀")
    url = server.url(f"/bytes/{text.encode().hex()}")
    expect(awaited(async_fetch.async_fetch_data), url).returns(text)


def test_no_utf8(server: Server) -> None:
    end = unguessable()
    url = server.url(f"/bytes/41ff42{end.encode().hex()}")
    expect(awaited(async_fetch.async_fetch_data), url).returns(f"A\ufffdB{end}")


def test_follows_a_redirect(server: Server) -> None:
    there = unguessable("there")
    expect(awaited(async_fetch.async_fetch_data), server.url(f"/redirect/text/{there}")).returns(there)
    check_asked(server, f"/redirect/text/{there}", f"/text/{there}")


@pytest.mark.parametrize("status", [400, 401, 404, 418, 500, 503])
def test_an_error_status(server: Server, status: int) -> None:
    url = server.url(f"/status/{status}")
    error: Any = expect(awaited(async_fetch.async_fetch_data), url).raises(
        Exception, says=url, because=STATUS
    )
    check("the exception's class", type(error).__name__, "FetchError", CLASS)
    check("its status", error.status, status)
    check("its url", error.url, url)
    check_asked(server, f"/status/{status}")


@pytest.mark.parametrize("status", [200, 201, 203])
def test_no_error_status(server: Server, status: int) -> None:
    text = unguessable("no error")
    url = server.url(f"/status/{status}/{text}")
    expect(awaited(async_fetch.async_fetch_data), url).returns(text)


def test_fetch_error_is_an_exception_of_its_own() -> None:
    error = expect(async_fetch.FetchError, 404, "http://example.org/").value()
    check("its bases", [base.__name__ for base in type(error).__mro__[1:3]], ["Exception", "BaseException"])
    check("its status and url", (error.status, error.url), (404, "http://example.org/"))


def test_refused() -> None:
    url = refusing_url()
    expect(awaited(async_fetch.async_fetch_data), url).raises(ConnectionError, because=REFUSED)
    expect(awaited(async_fetch.async_fetch_data), url).raises(ConnectionError, says=url, because=NAMED)


@pytest.mark.parametrize("path", ["/hangup", "/truncated"])
def test_broken_off(server: Server, path: str) -> None:
    expect(awaited(async_fetch.async_fetch_data), server.url(path)).raises(ConnectionError, because=REFUSED)
    check_that(path in server.requests, "what the server was asked for", server.requests, path, ASKED)


def test_too_slow(server: Server) -> None:
    url = server.url("/held")
    # Until the request is there before the time is over: machines may be busy.
    for timeout in (0.2, 1.0, 5.0):
        expect(awaited(async_fetch.async_fetch_data), url, timeout=timeout).raises(
            TimeoutError, says=url, because=TIMEOUT
        )
        if server.requests:
            break
    gone = server.wait_until(lambda: server.abandoned == 1)
    check_that(gone, "after the time limit, the connection", "still open", "closed by the client")


def test_too_slow_in_the_middle(server: Server) -> None:
    url = server.url("/stalled")
    for timeout in (0.05, 1.0, 5.0):  # As above.
        expect(awaited(async_fetch.async_fetch_data), url, timeout=timeout).raises(
            TimeoutError, because=WHOLE
        )
        if server.requests:
            break
    check_that(bool(server.requests), "what the server was asked for", "nothing", "/stalled", ASKED)


@pytest.mark.parametrize("timeout", [-1.0, float("nan"), float("inf"), 1e300])
def test_no_time_limit(server: Server, timeout: float) -> None:
    url = server.url("/text/hello")
    expect(called(async_fetch.async_fetch_data), url, timeout=timeout).raises(ValueError, because=DURATION)


def test_timeout_by_keyword_only(server: Server) -> None:
    expect(called(async_fetch.async_fetch_data), server.url("/text/hello"), 1.0).raises(TypeError)


@pytest.mark.parametrize(
    "url", ["", "hello", "http://", "://x", "/text/hello", "ftp://127.0.0.1/", "https://127.0.0.1/"]
)
def test_no_address(url: str) -> None:
    expect(called(async_fetch.async_fetch_data), url).raises(ValueError, because=PLAIN)


@pytest.mark.parametrize("url", [None, 5, b"http://127.0.0.1/"])
def test_no_text(url: Any) -> None:
    expect(called(async_fetch.async_fetch_data), url).raises(TypeError)


def test_two_at_once(server: Server) -> None:
    texts = [unguessable(name) for name in "ab"]
    calls = [(server.url(f"/text/{text}?inflight=2"),) for text in texts]
    expect(together(async_fetch.async_fetch_data), calls).returns(
        texts, because="Each page waits for the other: both must be under way at once."
    )


def test_cancelled(server: Server) -> None:
    def under_way() -> bool:
        return server.in_flight == 1

    expect(cancelled(async_fetch.async_fetch_data, when=under_way), server.url("/held")).returns(None)
    gone = server.wait_until(lambda: server.abandoned == 1)
    check_that(
        gone,
        "after the cancellation, the connection",
        "still open",
        "closed by the client",
        "The request runs in a task of its own, which nobody ends. Await it in the future itself.",
    )
