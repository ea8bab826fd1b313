"""Makes round_trips.csv: how long a datagram takes to an echo over the loopback interface and back.

    python measure_round_trips.py

Measures on the machine that it runs on, so every run gives other numbers. One row per datagram: its number,
the milliseconds since the first one, the round trip in microseconds. Where no echo has come before the
time-out, there is no third value, as there is none in the logs of a real service.

For a tenth of the time another thread computes, in bursts: its turns with the interpreter show as slow
stretches.
"""

from __future__ import annotations

import csv
import socket
import threading
import time
from pathlib import Path

ROUND_TRIPS = 5_000
TIMEOUT = 0.004
"""Seconds."""
BURST_EVERY, BURST_LASTS = 1_000, 100
"""Round trips."""


def echo(server: socket.socket) -> None:
    """Sends every datagram back, until an empty one comes."""
    while True:
        data, sender = server.recvfrom(64)
        if not data:
            return
        server.sendto(data, sender)


def compute(wanted: threading.Event, ended: threading.Event) -> None:
    """Keeps the interpreter busy while it is wanted to."""
    while not ended.is_set():
        if wanted.wait(0.01):
            sum(range(1_000))


def measure() -> list[tuple[int, str, str]]:
    rows = []
    wanted, ended = threading.Event(), threading.Event()
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client,
    ):
        server.bind(("127.0.0.1", 0))
        client.connect(server.getsockname())
        client.settimeout(TIMEOUT)
        threads = [
            threading.Thread(target=echo, args=(server,)),
            threading.Thread(target=compute, args=(wanted, ended)),
        ]
        for thread in threads:
            thread.start()
        beginning = time.perf_counter()
        for number in range(ROUND_TRIPS):
            if number % BURST_EVERY == BURST_EVERY // 2:
                wanted.set()
            elif number % BURST_EVERY == BURST_EVERY // 2 + BURST_LASTS:
                wanted.clear()
            sent = time.perf_counter()
            client.send(number.to_bytes(4, "little"))
            taken = wait_for(client, number, sent)
            rows.append((number, f"{(sent - beginning) * 1e3:.3f}", taken))
            time.sleep(0.0005)
        ended.set()
        client.send(b"")
        for thread in threads:
            thread.join()
    return rows


def wait_for(client: socket.socket, number: int, sent: float) -> str:
    """The round trip in microseconds, or nothing if the echo is too late. Earlier echoes are dropped."""
    try:
        while client.recv(64) != number.to_bytes(4, "little"):
            pass
    except TimeoutError:
        return ""
    return f"{(time.perf_counter() - sent) * 1e6:.1f}"


if __name__ == "__main__":
    with Path(__file__).with_name("round_trips.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("number", "sent_ms", "round_trip_us"))
        writer.writerows(measure())
