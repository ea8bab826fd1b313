"""A client without a cluster: the part of Dask's interface that the exercises need, in this process. Given.

It shows what a cluster has to do. Every argument and every result goes through `pickle`, as if there were a
wire, and is counted. `run` may stand for the worker: it gets the function and its arguments, and gives the
result.
"""

from __future__ import annotations

import itertools
import pickle
from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from typing import Any


class InProcessFuture:
    """The result of `submit`: it is there once somebody asks for it."""

    def __init__(self, client: InProcessClient, function: Callable[..., Any], args: Any, kwargs: Any) -> None:
        self.key = f"task-{next(client._numbers)}"
        self.status = "pending"
        self._client = client
        self._work: Any = (function, args, kwargs)
        self._result: Any = None
        self._error: BaseException | None = None

    def _finish(self) -> None:
        if self.status != "pending":
            return
        function, args, kwargs = self._work
        self._work = None
        try:
            # The tasks that this one waits for come first, as a scheduler would have it.
            args, kwargs = _results(args), _results(kwargs)
            self._result = self._client._over_the_wire(function, args, kwargs)
            self.status = "finished"
        except BaseException as error:
            self._error = error
            self.status = "error"

    def done(self) -> bool:
        """Whether it has finished, one way or the other."""
        return self.status != "pending"

    def result(self, timeout: float | None = None) -> Any:
        """The result. Raises what the task raised."""
        self._finish()
        if self._error is not None:
            raise self._error
        if self.status == "cancelled":
            raise RuntimeError(f"{self.key} was cancelled")
        return self._result

    def exception(self, timeout: float | None = None) -> BaseException | None:
        """The exception that the task raised, if it did."""
        self._finish()
        return self._error

    def cancel(self) -> None:
        """Forgets the task, unless it has run."""
        if self.status == "pending":
            self.status, self._work = "cancelled", None

    def release(self) -> None:
        """Forgets the result."""
        self._result = None


class InProcessClient:
    """Runs tasks in this process, one after another, when their results are asked for."""

    def __init__(self, run: Callable[[Any, tuple[Any, ...]], Any] | None = None) -> None:
        self.tasks = 0
        """Tasks that have run."""
        self.bytes_sent = 0
        """Bytes of all arguments."""
        self.bytes_received = 0
        """Bytes of all results."""
        self._run = run
        self._numbers = itertools.count()

    def submit(
        self,
        function: Callable[..., Any],
        *args: Any,
        key: str | None = None,
        workers: Any = None,
        resources: Any = None,
        retries: int | None = None,
        priority: int = 0,
        fifo_timeout: Any = "100 ms",
        allow_other_workers: bool = False,
        actor: bool = False,
        pure: bool = True,
        **kwargs: Any,
    ) -> InProcessFuture:
        """As Dask's: futures among the arguments stand for their results. The options change nothing here."""
        if actor:
            raise NotImplementedError("InProcessClient has no actors")
        return InProcessFuture(self, function, args, kwargs)

    def map(
        self, function: Callable[..., Any], *iterables: Iterable[Any], **options: Any
    ) -> list[InProcessFuture]:
        """A task for each item."""
        return [self.submit(function, *args, **options) for args in zip(*iterables, strict=False)]

    def scatter(self, data: Any, **options: Any) -> Any:
        """Data that is there before the tasks are: a future, or as many as the list has items."""
        if isinstance(data, (list, tuple)):
            return type(data)([self.submit(_same, item) for item in data])
        if isinstance(data, dict):
            return {key: self.submit(_same, item) for key, item in data.items()}
        return self.submit(_same, data)

    def gather(self, futures: Any, errors: str = "raise", direct: bool | None = None) -> Any:
        """The results, in the form in which the futures came."""
        return _results(futures)

    def cancel(self, futures: Any, **options: Any) -> None:
        """Forgets tasks that have not run."""
        for future in [futures] if isinstance(futures, InProcessFuture) else futures:
            future.cancel()

    def nthreads(self) -> dict[str, int]:
        """One worker, one thread."""
        return {"in-process": 1}

    ncores = nthreads

    def _over_the_wire(self, function: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        sent = pickle.dumps((args, kwargs), 5)
        self.tasks += 1
        self.bytes_sent += len(sent)
        args, kwargs = pickle.loads(sent)
        if self._run is None or function is _same:
            result = function(*args, **kwargs)
        elif kwargs:
            raise TypeError("with `run`, give the arguments of a task by position")
        else:
            result = self._run(function, args)
        received = pickle.dumps(result, 5)
        self.bytes_received += len(received)
        return pickle.loads(received)


def _same(data: Any) -> Any:
    return data


def _results(value: Any) -> Any:
    """The value with results in the places of futures, in lists, tuples and dicts too."""
    if isinstance(value, InProcessFuture):
        return value.result()
    if type(value) in (list, tuple):
        return type(value)(_results(each) for each in value)
    if type(value) is dict:
        return {key: _results(each) for key, each in value.items()}
    return value


def as_completed(futures: Iterable[Any]) -> Iterator[Any]:
    """Each future as it is done: `distributed.as_completed`, and the same for an `InProcessClient`."""
    futures = list(futures)
    if all(isinstance(future, InProcessFuture) for future in futures):
        for future in futures:
            future._finish()
            yield future
        return
    distributed: Any = import_module("distributed")  # Not before it is needed: it takes a second.
    yield from distributed.as_completed(futures)


def result_of(future: Any) -> Any:
    """The result of a future; what the worker raised is raised here, whole.

    Dask carries exceptions by tblib, which keeps the arguments of a `UnicodeDecodeError` and loses its
    attributes.
    """
    try:
        return future.result()
    except UnicodeDecodeError as error:
        again = UnicodeDecodeError(*error.args)
        for note in getattr(error, "__notes__", ()):
            again.add_note(note)
        raise again from None
