"""The other side of module 07's benchmark: answers every request at once, and does nothing else.

A process of its own, so that it takes no part of the client's interpreter. It prints its port, serves, and
ends when its standard input does. It looks for the end of each request and parses nothing more, so it answers
several times as many requests per second as any client here sends: the benchmark's last line shows it.
"""

from __future__ import annotations

import asyncio
import sys

BODY = b"x" * 200
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n%b" % (len(BODY), BODY)
END = b"\r\n\r\n"


class Answering(asyncio.Protocol):
    """One connection. A request ends with an empty line: these requests have no body."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._begun = b""

    def data_received(self, data: bytes) -> None:
        data = self._begun + data
        requests = data.count(END)
        self._begun = data[data.rfind(END) + len(END) :] if requests else data
        self._transport.write(ANSWER * requests)


async def serve() -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Answering, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.buffer.read)


if __name__ == "__main__":
    asyncio.run(serve())
