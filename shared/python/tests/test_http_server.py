"""The HTTP server of the tests, asked by a client of the standard library."""

from __future__ import annotations

import contextlib
import http.client
import re
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest
from coursekit import http_server
from coursekit.http_server import Server, refusing_url, unguessable
from coursekit.patience import limits_that_ran_out


def get(url: str) -> tuple[int, bytes]:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=10)
    try:
        connection.request("GET", url.removeprefix(f"http://{parts.netloc}"))
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/text/hello", (200, b"hello")),
        ("/text/", (200, b"")),
        ("/text/a/b", (200, b"a/b")),
        ("/status/404", (404, b"404")),
        ("/status/503", (503, b"503")),
        ("/status/200/a/b", (200, b"a/b")),
        ("/redirect/text/x", (302, b"")),
        ("/bytes/ff41", (200, b"\xffA")),
    ],
)
def test_answers(path: str, answer: tuple[int, bytes]) -> None:
    with Server() as server:
        assert get(server.url(path)) == answer
        assert server.requests == [path]
        assert server.wait_until(lambda: (server.answered, server.in_flight) == (1, 0))
        assert server.abandoned == 0


def test_an_address_shows_nothing_of_its_plan() -> None:
    with Server() as server:
        urls = [server.url(plan) for plan in ("/text/hello", "/text/hello", "/status/404", "/held")]
        urls += [refusing_url()]
        paths = [urlsplit(url).path for url in urls]
        assert len({*paths}) == len(paths)
        assert all(re.fullmatch("/[0-9a-f]{16}", path) for path in paths)


def test_an_address_that_nobody_gave() -> None:
    with Server() as server:
        for path in ("/text/hello", "/", f"/{unguessable()}"):
            assert get(server.url("/held").rpartition("/")[0] + path) == (404, b"404")
            assert server.requests[-1] == path


def test_follows_to_an_address_of_its_own() -> None:
    with Server() as server:
        parts = urlsplit(server.url("/redirect/text/there"))
        connection = http.client.HTTPConnection(parts.netloc, timeout=10)
        connection.request("GET", parts.path)
        answer = connection.getresponse()
        answer.read()
        connection.close()
        location = answer.headers["Location"]
        assert re.fullmatch("/[0-9a-f]{16}", location)
        assert location != parts.path
        assert get(f"http://{parts.netloc}{location}") == (200, b"there")
        assert server.requests == ["/redirect/text/there", "/text/there"]


@pytest.mark.parametrize("plan", ["", "/", "text", "/txet/hello", "hello"])
def test_no_plan(plan: str) -> None:
    with Server() as server, pytest.raises(ValueError, match="must begin with one of bytes"):
        server.url(plan)


def test_texts_that_nobody_can_know() -> None:
    assert unguessable() != unguessable()
    assert re.fullmatch("page-[0-9a-f]{16}", unguessable("page"))


def test_one_connection_many_requests() -> None:
    with Server() as server:
        urls = [urlsplit(server.url(f"/text/{number}")) for number in range(20)]
        connection = http.client.HTTPConnection(urls[0].netloc, timeout=10)
        for number, url in enumerate(urls):
            connection.request("GET", url.path)
            assert connection.getresponse().read() == str(number).encode()
        connection.close()
        assert (server.connections, server.most_in_flight, len(server.requests)) == (1, 1, 20)


def test_a_client_cannot_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_server, "MOST_REQUESTS", 3)
    with Server() as server:
        for _ in range(3):
            assert get(server.url("/text/x")) == (200, b"x")
        with pytest.raises(http.client.RemoteDisconnected):
            get(server.url("/text/x"))
        assert len(server.requests) == 3


def test_breaks_off() -> None:
    with Server() as server:
        with pytest.raises(http.client.RemoteDisconnected):
            get(server.url("/hangup"))
        with pytest.raises(http.client.IncompleteRead):
            get(server.url("/truncated"))
        assert server.abandoned == 0


@pytest.mark.parametrize("path", ["/held", "/stalled"])
def test_notices_when_the_client_goes(path: str) -> None:
    with Server() as server:
        parts = urlsplit(server.url(path))
        with socket.create_connection(("127.0.0.1", parts.port or 0)) as connection:
            connection.sendall(f"GET {parts.path} HTTP/1.1\r\n\r\n".encode())
            assert server.wait_until(lambda: server.in_flight == 1)
            assert server.abandoned == 0
        assert server.wait_until(lambda: (server.abandoned, server.in_flight) == (1, 0))


def test_waits_for_company() -> None:
    with Server() as server, ThreadPoolExecutor(3) as pool:
        urls = [server.url(f"/text/{number}?inflight=3") for number in range(3)]
        assert [body for _, body in pool.map(get, urls)] == [b"0", b"1", b"2"]
        assert server.most_in_flight == 3


def test_waits_for_answers() -> None:
    with Server() as server, ThreadPoolExecutor(2) as pool:
        late = pool.submit(get, server.url("/text/late?answered=1"))
        assert server.wait_until(lambda: server.in_flight == 1)
        assert not late.done()
        get(server.url("/text/early"))
        assert late.result() == (200, b"late")


def test_ends_by_itself() -> None:
    before = threading.active_count()
    with Server() as server:
        url = server.url("/held")
        client = socket.create_connection(("127.0.0.1", urlsplit(url).port or 0))
        client.sendall(f"GET {urlsplit(url).path} HTTP/1.1\r\n\r\n".encode())
        assert server.wait_until(lambda: server.in_flight == 1)
    assert threading.active_count() == before
    with client, contextlib.suppress(ConnectionResetError):  # A system may close the hard way.
        assert client.recv(1) == b""
    with pytest.raises(ConnectionRefusedError):
        get(url)


def test_nobody_listens_there() -> None:
    with pytest.raises(ConnectionRefusedError):
        get(refusing_url())


def test_a_limit_on_waiting() -> None:
    with Server() as server:
        before = limits_that_ran_out()
        assert server.wait_until(lambda: True, limit=0.01)
        assert limits_that_ran_out() == before
        assert not server.wait_until(lambda: False, limit=0.01)
        assert limits_that_ran_out() == before + 1
