"""A thousand pages from loopback: the figures of module 07's lesson."""

from __future__ import annotations

import asyncio
import atexit
import http.client
import socket
import subprocess
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from coursekit.bench import Case, Goal, Peer, Role, Versions, main

LIMIT = 32
"""Requests in flight at a time, for every peer."""


def cases(versions: Versions, scale: float) -> Iterator[Case]:
    port = start_server()
    # One event loop for all rounds, so that clients may keep their connections, as the Rust client does.
    runner = asyncio.Runner()
    urls = [f"http://127.0.0.1:{port}/page/{number}" for number in range(size(1_000, scale))]

    def ours(fetch_all: Callable[..., Awaitable[list[str]]]) -> Callable[[list[str]], list[str]]:
        async def fetch(urls: list[str]) -> list[str]:
            return await fetch_all(urls, LIMIT)

        return lambda urls: runner.run(fetch(urls))

    def one_by_one(fetch_data: Callable[..., Awaitable[str]]) -> Callable[[list[str]], list[str]]:
        return lambda urls: runner.run(limited(fetch_data, urls))

    yield Case(
        f"{len(urls):,} pages, {LIMIT} in flight",
        args=(urls,),
        items=len(urls),
        peers=[
            Peer("asyncio's streams, by hand", Streams(runner, port), role=Role.PYTHON),
            Peer("http.client in threads", threads(port), role=Role.PYTHON),
            Peer("httpx", httpx_client(runner), needs="httpx"),
            Peer("aiohttp", aiohttp_client(runner), needs="aiohttp"),
            versions.yours("async_fetch_data", name="yours, a call for each page", using=one_by_one),
            versions.solution("async_fetch_data", name="solution, a call for each page", using=one_by_one),
            versions.yours("fetch_all", using=ours),
            versions.solution("fetch_all", using=ours),
            Peer("the server's limit: pipelined, unread", pipelined(port), role=Role.LIMIT),
        ],
        goals=[Goal("aiohttp", 2.0), Goal("asyncio's streams, by hand", 1.0)],
    )
    yield Case(
        f"{len(urls):,} sleeps of no time",
        args=(len(urls),),
        items=len(urls),
        peers=[
            Peer("asyncio.sleep(0.0)", crossings(runner, asyncio.sleep)),
            versions.yours("async_sleep", using=lambda sleep: crossings(runner, sleep)),
            versions.solution("async_sleep", using=lambda sleep: crossings(runner, sleep)),
        ],
    )


def start_server() -> int:
    """Starts the server in a process of its own and gives its port."""
    server = subprocess.Popen(
        [sys.executable, "-I", str(Path(__file__).with_name("bench_server.py"))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )

    def stop() -> None:
        server.communicate()

    atexit.register(stop)
    assert server.stdout is not None
    return int(server.stdout.readline())


async def limited(fetch: Callable[[str], Awaitable[str]], urls: list[str]) -> list[str]:
    """All pages, by as many workers as may be in flight: the quickest way to keep the limit in asyncio."""
    pages = [""] * len(urls)
    numbered = iter(enumerate(urls))

    async def work() -> None:
        for index, url in numbered:
            pages[index] = await fetch(url)

    await asyncio.gather(*[work() for _ in range(LIMIT)])
    return pages


class Streams:
    """The standard library's streams for asyncio. HTTP by hand, just enough for this server."""

    def __init__(self, runner: asyncio.Runner, port: int) -> None:
        self._runner = runner
        self._port = port
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    def __call__(self, urls: list[str]) -> list[str]:
        return self._runner.run(limited(self._fetch, urls))

    async def _fetch(self, url: str) -> str:
        if self._idle:
            reader, writer = self._idle.pop()
        else:
            reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        writer.write(f"GET {urlsplit(url).path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
        body = await reader.readexactly(length)
        self._idle.append((reader, writer))
        return body.decode()


def threads(port: int) -> Callable[[list[str]], list[str]]:
    """The standard library without asyncio: a thread for each request in flight, each with its connection."""
    own = threading.local()
    pool = ThreadPoolExecutor(LIMIT)

    def fetch(url: str) -> str:
        if not hasattr(own, "connection"):
            own.connection = http.client.HTTPConnection("127.0.0.1", port)
        own.connection.request("GET", urlsplit(url).path)
        return str(own.connection.getresponse().read().decode())

    return lambda urls: list(pool.map(fetch, urls))


def aiohttp_client(runner: asyncio.Runner) -> Callable[[list[str]], list[str]]:
    """One session for all rounds, its connections limited as well."""
    session: Any = None

    async def fetch(url: str) -> str:
        async with session.get(url) as response:
            response.raise_for_status()
            return str(await response.text())

    async def fetch_all(urls: list[str]) -> list[str]:
        nonlocal session
        if session is None:
            aiohttp = import_module("aiohttp")
            session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=LIMIT))
            at_exit(runner, session.close)
        return await limited(fetch, urls)

    return lambda urls: runner.run(fetch_all(urls))


def httpx_client(runner: asyncio.Runner) -> Callable[[list[str]], list[str]]:
    """One client for all rounds, its connections limited as well."""
    client: Any = None

    async def fetch(url: str) -> str:
        response = await client.get(url)
        response.raise_for_status()
        return str(response.text)

    async def fetch_all(urls: list[str]) -> list[str]:
        nonlocal client
        if client is None:
            httpx = import_module("httpx")
            limits = httpx.Limits(max_connections=LIMIT, max_keepalive_connections=LIMIT)
            client = httpx.AsyncClient(limits=limits, trust_env=False)
            at_exit(runner, client.aclose)
        return await limited(fetch, urls)

    return lambda urls: runner.run(fetch_all(urls))


def at_exit(runner: asyncio.Runner, close: Callable[[], Awaitable[None]]) -> None:
    async def closing() -> None:
        await close()

    atexit.register(lambda: runner.run(closing()))


def pipelined(port: int) -> Callable[[list[str]], list[str]]:
    """All requests in one write, and only the ends of heads counted: what is left is the server's time."""
    body = "x" * 200

    def fetch(urls: list[str]) -> list[str]:
        requests = "".join(f"GET {urlsplit(url).path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" for url in urls)
        with socket.create_connection(("127.0.0.1", port)) as connection:
            sender = threading.Thread(target=connection.sendall, args=(requests.encode(),))
            sender.start()
            left = len(urls)
            rest = b""
            while left:
                data = rest + connection.recv(1 << 16)
                left -= data.count(b"\r\n\r\n")
                rest = data[-3:]
            sender.join()
        return [body] * len(urls)

    return fetch


def crossings(runner: asyncio.Runner, sleep: Callable[[float], Awaitable[object]]) -> Callable[[int], None]:
    async def all_of(count: int) -> None:
        await asyncio.gather(*[sleep(0.0) for _ in range(count)])

    return lambda count: runner.run(all_of(count))


def size(documented: int, scale: float) -> int:
    return max(1, int(documented * scale))


if __name__ == "__main__":
    main("async_fetch", cases)
