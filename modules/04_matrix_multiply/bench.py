"""NumPy without copies: the figures of module 04's lesson."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from coursekit.bench import Case, Goal, Peer, Versions, main


def cases(versions: Versions, scale: float) -> Iterator[Case]:
    yield from products(versions, scale)
    yield from statistics(versions, scale)
    yield from sums(versions, scale)
    yield from elements(versions, scale)


def products(versions: Versions, scale: float) -> Iterator[Case]:
    rng = np.random.default_rng(4)
    for documented in (500, 1000, 2000):
        n = size(documented, scale ** (1 / 3))  # The work grows with the cube of n.
        a, b = rng.normal(size=(n, n)), rng.normal(size=(n, n))
        written_out = [
            versions.textbook("matrix_multiply"),
            versions.yours("matrix_multiply", name="yours, written out"),
            versions.solution("matrix_multiply", name="solution, written out"),
        ]
        yield Case(
            f"product of two matrices of {n} × {n}",
            args=(a, b),
            items=n**3,
            peers=[
                Peer("NumPy", np.matmul, needs="numpy"),
                *(written_out if documented < 2000 else []),  # Seconds each, and nothing new.
                versions.yours("matrix_multiply_fast", name="yours, called"),
                versions.solution("matrix_multiply_fast", name="solution, called"),
                versions.flops_limit(2 * n**3),
            ],
            goals=[Goal("NumPy", 1.05, by="solution, called")],
            same=close,
        )


def statistics(versions: Versions, scale: float) -> Iterator[Case]:
    a = np.random.default_rng(4).normal(size=size(10_000_000, scale)) + 1e3

    def four_calls(a: Any) -> dict[str, float]:
        mean = np.mean(a, keepdims=True)
        return {
            "mean": float(mean[0]),
            "std": float(np.std(a, ddof=1, mean=mean)),  # Which would take the mean once more.
            "min": float(np.min(a)),
            "max": float(np.max(a)),
        }

    yield Case(
        f"mean, std, min and max of {len(a):,} floats",
        args=(a,),
        items=len(a),
        bytes=a.nbytes,
        peers=[
            Peer("NumPy, four calls", four_calls, needs="numpy"),
            versions.textbook("compute_stats"),
            versions.yours("compute_stats"),
            versions.solution("compute_stats"),
            *versions.memory_limits(a.nbytes),
        ],
        goals=[Goal("NumPy, four calls", 12.0)],
        same=lambda one, other: close(list(one.values()), list(other.values())),
    )


def sums(versions: Versions, scale: float) -> Iterator[Case]:
    n = size(2_000, scale**0.5)
    a = np.random.default_rng(4).random((n, n))
    for what, matrix in (("C order", a), ("Fortran order", np.asfortranarray(a))):
        yield Case(
            f"row sums of {n} × {n}, {what}",
            args=(matrix,),
            items=matrix.size,
            bytes=matrix.nbytes,
            peers=[
                Peer("NumPy", row_sums, needs="numpy"),
                versions.yours("row_sums"),
                versions.solution("row_sums"),
                *versions.memory_limits(matrix.nbytes),
            ],
            goals=[Goal("NumPy", 1.0)],
            same=close,
        )
    yield Case(
        f"norm of {a.size:,} floats",
        args=(a,),
        items=a.size,
        bytes=a.nbytes,
        peers=[
            Peer("NumPy, linalg.norm", norm, needs="numpy"),
            versions.yours("norm"),
            versions.solution("norm"),
            versions.solution("norm_in_lanes", name="going further, norm_in_lanes"),
            *versions.memory_limits(a.nbytes),
        ],
        goals=[Goal("NumPy, linalg.norm", 0.95, by="going further, norm_in_lanes")],
        same=close,
    )


def elements(versions: Versions, scale: float) -> Iterator[Case]:
    n = size(4_000_000, scale)
    rng = np.random.default_rng(4)
    a, b = rng.random(n), rng.random(n)
    yield Case(
        f"a * b, {n:,} floats, a new array",
        args=(a, b),
        items=n,
        bytes=3 * a.nbytes,
        peers=[
            Peer("NumPy", np.multiply, needs="numpy"),
            versions.yours("array_multiply"),
            versions.solution("array_multiply"),
        ],
        goals=[Goal("NumPy", 1.0)],
    )

    def sum_in_a_copy(add: Callable[[Any, Any], Any], out: Any, a: Any) -> Any:
        out = out.copy()
        add(out, a)
        return out

    yield Case(
        f"out += a, {n:,} floats, in place",
        args=(b, a),
        items=n,
        bytes=3 * a.nbytes,
        peers=[
            Peer("NumPy", lambda out, a: np.add(out, a, out=out), needs="numpy"),
            versions.yours("add_into"),
            versions.solution("add_into"),
        ],
        goals=[Goal("NumPy", 1.0)],
        outcome=sum_in_a_copy,
    )


def row_sums(a: Any) -> Any:
    return a.sum(axis=1)


def norm(a: Any) -> float:
    return float(np.linalg.norm(a))


def size(documented: int, scale: float) -> int:
    return max(2, int(documented * scale))


def close(one: Any, other: Any) -> bool:
    return bool(np.allclose(one, other, rtol=1e-8, atol=1e-8))


if __name__ == "__main__":
    main("matrix_multiply", cases, gigabytes=0.6)
