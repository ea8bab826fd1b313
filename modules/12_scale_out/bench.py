"""Parts of a count, and what crossing a process costs: the figures of module 12's lesson."""

from __future__ import annotations

import json
import pickle
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from coursekit.bench import Case, Goal, Peer, Role, Versions, main

WORDS = 50_000
"""Different words in the text. The commonest is every eleventh word, as in natural language (Zipf's law)."""


def cases(versions: Versions, scale: float) -> Iterator[Case]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "words.txt")
        path.write_text(make_text(max(1, int(8_000_000 * scale))), encoding="utf-8")
        yield from ranges(versions, path)
        yield wire(versions, path)
        yield merges(versions, path)
    yield mulliken(versions, scale)


def make_text(n_words: int) -> str:
    """Lines of random words of random letters, a tenth of them with a capital."""
    rng = np.random.default_rng(3)
    letters = np.array(list("etaoinshrdlucmfwypvbgkjqxz"))
    lengths = np.clip(1 + rng.poisson(5, WORDS), 1, 15)
    words = ["".join(rng.choice(letters, length)) for length in lengths]
    vocabulary = [word.capitalize() if i % 10 == 0 else word for i, word in enumerate(words)]
    share = 1.0 / np.arange(1, WORDS + 1)
    drawn = [vocabulary[i] for i in rng.choice(WORDS, n_words, p=share / share.sum())]
    return "\n".join(" ".join(drawn[i : i + 12]) for i in range(0, n_words, 12))


def python_part(path: Path, start: int, stop: int) -> dict[str, int]:
    """The same rule, for a range that starts at the beginning of the file or of a word."""
    counts: Counter[str] = Counter()
    with path.open("rb") as file:
        file.seek(start)
        while file.tell() < stop:
            counts.update(file.readline().decode().lower().split())
    return dict(counts)


def polars_count(path: Path, start: int, stop: int) -> Any:
    pl: Any = import_module("polars")
    with path.open("rb") as file:
        file.seek(start)
        lines = file.read(stop - start).decode().splitlines()
    words = pl.Series("word", lines).str.to_lowercase().str.split(" ").explode()
    return words.value_counts(parallel=True)


def polars_dict(counts: Any) -> dict[str, int]:
    return dict(zip(counts["word"].to_list(), counts["count"].to_list(), strict=True))


def ranges(versions: Versions, path: Path) -> Iterator[Case]:
    size = path.stat().st_size

    def with_threads(threads: int | None) -> Any:
        return lambda count_part: lambda path, start, stop: count_part(path, start, stop, threads).counts

    for title, threads in (("one thread", 1), ("all cores", None)):
        yield Case(
            f"count the words of {size / 1e6:.3g} MB of a file, {title}",
            args=(path, 0, size),
            bytes=size,
            peers=[
                Peer("Python, Counter line by line", python_part, role=Role.PYTHON),
                # Its number of threads is fixed when it is loaded: it has no turn with one.
                *([] if threads else [Peer("Polars", polars_count, back=polars_dict, needs="polars")]),
                versions.yours("count_part", using=with_threads(threads)),
                versions.solution("count_part", using=with_threads(threads)),
                *versions.memory_limits(size),
            ],
            goals=[Goal("Python, Counter line by line", 4.0 if threads else 6.0)],
        )


def wire(versions: Versions, path: Path) -> Case:
    counts = python_part(path, 0, path.stat().st_size)
    there_and_back: dict[str, Any] = {
        "using": lambda cls: taking(cls, lambda count: cls.from_bytes(count.to_bytes())),
        "fresh": lambda cls, counts: (cls(counts),),
    }
    return Case(
        f"{len(counts):,} counts to bytes and back",
        args=(counts,),
        items=len(counts),
        peers=[
            Peer(
                "Python, pickle of a dict",
                lambda counts: pickle.loads(pickle.dumps(counts, 5)),
                role=Role.PYTHON,
            ),
            Peer("Python, JSON", lambda counts: json.loads(json.dumps(counts).encode()), role=Role.PYTHON),
            versions.yours("PartialCount", **there_and_back),
            versions.solution("PartialCount", **there_and_back),
        ],
        outcome=outcome,
    )


def merges(versions: Versions, path: Path) -> Case:
    size = path.stat().st_size
    # Two halves that know mostly the same words.
    halves = [python_part(path, 0, size // 2), python_part(path, size // 2, size)]

    def added(one: dict[str, int], other: dict[str, int]) -> dict[str, int]:
        total = Counter(one)
        total.update(other)
        return dict(total)

    merged: dict[str, Any] = {
        "using": lambda cls: taking(cls, lambda one, other: one.merge(other)),
        "fresh": lambda cls, one, other: (cls(one), cls(other)),
    }
    return Case(
        f"merge {len(halves[0]):,} counts with {len(halves[1]):,}",
        args=tuple(halves),
        items=sum(map(len, halves)),
        peers=[
            Peer("Python, Counter.update", added, role=Role.PYTHON),
            versions.yours("PartialCount", **merged),
            versions.solution("PartialCount", **merged),
        ],
        outcome=outcome,
    )


def taking(kind: Any, function: Any) -> Any:
    """The function, with a note of what it takes in the place of a dict."""
    function.kind = kind
    return function


def outcome(function: Any, *counts: dict[str, int]) -> Any:
    """The counts as a dict, whatever the peer takes and makes."""
    result = function(*map(getattr(function, "kind", dict), counts))
    return result if isinstance(result, dict) else result.counts


def mulliken(versions: Versions, scale: float) -> Case:
    n = max(2, int(3_000 * scale**0.5))
    rng = np.random.default_rng(12)
    P, P0, S = (rng.normal(size=(n, n)) for _ in range(3))

    def by_numpy(P: Any, P0: Any, S: Any) -> tuple[Any, Any]:
        return np.einsum("ij,ij->i", P, S), np.einsum("ij,ij->i", P - P0, S)

    def over_a_wire(rows: Any) -> Any:
        def function(*matrices: Any) -> Any:
            # The least that a cluster does: write the matrices into a message, read it, send the sums back.
            return pickle.loads(pickle.dumps(rows(*pickle.loads(pickle.dumps(matrices, 5))), 5))

        return function

    return Case(
        f"Mulliken rows, {n} x {n}, one core",
        args=(P, P0, S),
        bytes=3 * P.nbytes,
        peers=[
            Peer("NumPy, einsum", by_numpy, needs="numpy"),
            Peer("numba", by_numba, needs="numba"),
            versions.solution("mulliken_rows", name="mulliken_rows, here"),
            versions.solution("mulliken_rows", name="mulliken_rows, through a message", using=over_a_wire),
            *versions.memory_limits(3 * P.nbytes),
        ],
        same=close,
    )


def by_numba(P: Any, P0: Any, S: Any) -> tuple[Any, Any]:
    return numba_rows()(P, P0, S)


@cache
def numba_rows() -> Callable[..., tuple[Any, Any]]:
    """Compiled at the first, untimed call. `fastmath` lets numba reorder additions, and so vectorise."""
    numba = import_module("numba")

    def rows(P: Any, P0: Any, S: Any) -> tuple[Any, Any]:
        q, dq = np.empty(len(P)), np.empty(len(P))
        for mu in range(len(P)):
            sum_q = sum_dq = 0.0
            for nu in range(P.shape[1]):
                sum_q += P[mu, nu] * S[mu, nu]
                sum_dq += (P[mu, nu] - P0[mu, nu]) * S[mu, nu]
            q[mu], dq[mu] = sum_q, sum_dq
        return q, dq

    compiled: Callable[..., tuple[Any, Any]] = numba.njit(fastmath=True)(rows)
    return compiled


def close(one: Any, other: Any) -> bool:
    return all(np.allclose(*pair, rtol=1e-9, atol=1e-9) for pair in zip(one, other, strict=True))


if __name__ == "__main__":
    main("scale_out", cases, gigabytes=2.0)
