"""Mulliken populations, from Python's loops to the memory's limit: the figures of module 13's lesson.

The Fortran peers are built by `python benchmarks/peers/build_fortran.py`; without them the tables say so.
"""

from __future__ import annotations

import importlib.machinery
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from coursekit.bench import Case, Goal, Peer, Role, Versions, main
from coursekit.bench.versions import load_extension

FORTRAN = Path(__file__).resolve().parents[2] / "benchmarks" / "peers" / "build"
STEPS = ("mulliken_loops", "mulliken_any_layout", "mulliken_fused", "mulliken_parallel")


def cases(versions: Versions, scale: float) -> Iterator[Case]:
    yield from small_molecules(versions)
    yield from large_molecule(versions, scale)


def small_molecules(versions: Versions) -> Iterator[Case]:
    ethenes = np.array([4, 4, 1, 1, 1, 1] * 2, dtype=np.int64)  # Two of them; hydrogen s, carbon s and p.
    matrices = three_matrices(len_of(ethenes))
    yield case("n = 24, counts in an array", (*matrices, ethenes), versions, steps=True)
    yield case("n = 24, counts in a list", (*matrices, ethenes.tolist()), versions)


def large_molecule(versions: Versions, scale: float) -> Iterator[Case]:
    counts = np.full(size(scale) // 5, 5, dtype=np.int64)
    matrices = three_matrices(len_of(counts))
    yield case(f"n = {len_of(counts)}, C order", (*matrices, counts), versions, steps=True)
    in_fortran_order = tuple(np.asfortranarray(matrix) for matrix in matrices)
    del matrices
    yield case(f"n = {len_of(counts)}, Fortran order", (*in_fortran_order, counts), versions)


def case(title: str, args: tuple[Any, ...], versions: Versions, *, steps: bool = False) -> Case:
    matrix = args[0]
    large = len(matrix) > 100  # Read from memory, not from the nearest cache.
    by = "solution, mulliken"
    peers = [
        Peer("NumPy", with_numpy, needs="numpy"),
        Peer("NumPy, einsum", with_einsum, needs="numpy"),
    ]
    if not large:
        peers += [
            Peer("Python's loops", with_python, role=Role.PYTHON),
            Peer("numba", with_numba("populations", parallel=False), needs="numba"),
            fortran("mulliken_loops", "Fortran, loops"),
            fortran("mulliken_c_order", "Fortran, loops, C order"),
            fortran("mulliken_openmp", "Fortran, OpenMP"),
        ]
        goals = [
            Goal(name, 1.0, by) for name in ("Fortran, loops", "Fortran, loops, C order", "Fortran, OpenMP")
        ]
    elif matrix.flags.c_contiguous:
        peers += [
            Peer("numba, parallel", with_numba("populations"), needs="numba"),
            replace(fortran("mulliken_loops", "Fortran, loops"), into=in_other_order),
            fortran("mulliken_c_order", "Fortran, loops, C order"),
            fortran("mulliken_openmp", "Fortran, OpenMP"),
        ]
        goals = [Goal("numba, parallel", 1.3, by), Goal("Fortran, OpenMP", 1.0, by)]
    else:
        peers += [
            Peer("numba, parallel, by columns", with_numba("by_columns"), needs="numba"),
            fortran("mulliken_loops", "Fortran, loops"),
            fortran("mulliken_columns", "Fortran, OpenMP, by columns"),
        ]
        goals = [Goal("numba, parallel, by columns", 1.0, by), Goal("Fortran, OpenMP, by columns", 1.0, by)]
    for step in STEPS if steps else ():
        peers += [
            versions.yours(step, name=f"yours, {step}"),
            versions.solution(step, name=f"solution, {step}"),
        ]
    peers += [
        versions.yours("mulliken", name="yours, mulliken"),
        versions.solution("mulliken", name="solution, mulliken"),
    ]
    if large:
        peers += versions.memory_limits(3 * matrix.nbytes)
        goals.append(Goal("limit: memory, all cores", 0.85, by))
    return Case(title, peers, args, items=matrix.size, bytes=3 * matrix.nbytes, same=close, goals=goals)


def in_other_order(*args: Any) -> tuple[Any, ...]:
    """Does what f2py does for a subroutine that wants its matrices so: here you see what it costs."""
    *matrices, counts = args
    return (*map(np.asfortranarray, matrices), counts)


def with_python(P: Any, P0: Any, S: Any, orbs_per_atom: Any) -> tuple[Any, Any]:
    """The loops over lists, which Python indexes faster than arrays; their making counts."""
    P, P0, S = P.tolist(), P0.tolist(), S.tolist()
    q, dq = [], []
    mu = 0
    for count in orbs_per_atom:
        sum_q = sum_dq = 0.0
        for row in range(mu, mu + count):
            for p, p0, s in zip(P[row], P0[row], S[row], strict=True):
                sum_q += p * s
                sum_dq += (p - p0) * s
        q.append(sum_q)
        dq.append(sum_dq)
        mu += count
    return np.array(q), np.array(dq)


def with_numpy(P: Any, P0: Any, S: Any, orbs_per_atom: Any) -> tuple[Any, Any]:
    first = np.cumsum(orbs_per_atom) - orbs_per_atom
    q = np.add.reduceat((P * S).sum(axis=1), first)
    return q, np.add.reduceat(((P - P0) * S).sum(axis=1), first)


def with_einsum(P: Any, P0: Any, S: Any, orbs_per_atom: Any) -> tuple[Any, Any]:
    """No temporary; the change as a difference of sums, at the price of digits."""
    first = np.cumsum(orbs_per_atom) - orbs_per_atom
    q = np.add.reduceat(np.einsum("ij,ij->i", P, S), first)
    return q, q - np.add.reduceat(np.einsum("ij,ij->i", P0, S), first)


def with_numba(kernel: str, *, parallel: bool = True) -> Callable[..., tuple[Any, Any]]:
    def populations(P: Any, P0: Any, S: Any, orbs_per_atom: Any) -> tuple[Any, Any]:
        starts = np.zeros(len(orbs_per_atom) + 1, dtype=np.int64)
        np.cumsum(orbs_per_atom, out=starts[1:])
        return numba_kernels(parallel)[kernel](P, P0, S, starts)  # type: ignore[no-any-return]

    return populations


@cache
def numba_kernels(parallel: bool) -> dict[str, Callable[..., Any]]:
    """Compiled at the first, untimed call. `fastmath` lets numba reorder additions, and so vectorise."""
    import numba

    def populations(P: Any, P0: Any, S: Any, starts: Any) -> tuple[Any, Any]:
        """Along the rows, for matrices in C order."""
        atoms = len(starts) - 1
        q, dq = np.empty(atoms), np.empty(atoms)
        for a in numba.prange(atoms):
            sum_q = sum_dq = 0.0
            for mu in range(starts[a], starts[a + 1]):
                for nu in range(P.shape[1]):
                    sum_q += P[mu, nu] * S[mu, nu]
                    sum_dq += (P[mu, nu] - P0[mu, nu]) * S[mu, nu]
            q[a], dq[a] = sum_q, sum_dq
        return q, dq

    def by_columns(P: Any, P0: Any, S: Any, starts: Any) -> tuple[Any, Any]:
        """Along the columns, for matrices in Fortran order: a sum for each row; then those of each atom.

        Each share of the columns has sums of its own.
        """
        n, shares = len(P), numba.get_num_threads()
        of_rows = np.zeros((shares, 2, n))
        for share in numba.prange(shares):
            q, dq = of_rows[share]
            for nu in range(share * n // shares, (share + 1) * n // shares):
                for mu in range(n):
                    q[mu] += P[mu, nu] * S[mu, nu]
                    dq[mu] += (P[mu, nu] - P0[mu, nu]) * S[mu, nu]
        atoms = len(starts) - 1
        sums = np.zeros((2, atoms))
        for a in range(atoms):
            for mu in range(starts[a], starts[a + 1]):
                for share in range(shares):
                    sums[0, a] += of_rows[share, 0, mu]
                    sums[1, a] += of_rows[share, 1, mu]
        return sums[0], sums[1]

    compiled = numba.njit(parallel=parallel, fastmath=True)
    return {kernel.__name__: compiled(kernel) for kernel in (populations, by_columns)}


def fortran(function: str, name: str) -> Peer:
    """A subroutine of mulliken.f90, if it was built for this Python."""
    suffixes = tuple(importlib.machinery.EXTENSION_SUFFIXES)
    built = [path for path in FORTRAN.glob("mulliken_fortran*") if path.name.endswith(suffixes)]
    if not built:
        return Peer(name, None, missing="not installed: python benchmarks/peers/build_fortran.py builds it")
    module = fortran_module(built[0])
    if not hasattr(module, function):
        return Peer(
            name, None, missing="out of date: python benchmarks/peers/build_fortran.py builds it anew"
        )
    return Peer(name, getattr(module, function))


@cache
def fortran_module(path: Path) -> Any:
    return load_extension("mulliken_fortran", path)


def three_matrices(n: int) -> tuple[Any, Any, Any]:
    """Symmetric, as density and overlap are: so no peer needs to care which index is which."""
    P, P0, S = np.random.default_rng(13).random((3, n, n))
    return P + P.T, P0 + P0.T, S + S.T


def len_of(counts: Any) -> int:
    return int(np.sum(counts))


def size(scale: float) -> int:
    """The work grows with the square of n."""
    return max(10, int(4000 * scale**0.5) // 5 * 5)


def close(one: Any, other: Any) -> bool:
    return all(np.allclose(*pair, rtol=1e-9, atol=1e-9) for pair in zip(one, other, strict=True))


if __name__ == "__main__":
    main("mulliken", cases, gigabytes=1.6)
