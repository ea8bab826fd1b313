"""The cost of a crossing: the figures of module 02's lesson."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from importlib import import_module
from typing import Any

import numpy as np
from coursekit.bench import Case, Goal, Peer, Role, Versions, main


def cases(versions: Versions, scale: float) -> Iterator[Case]:
    yield from crossings(versions, scale)
    yield from lists(versions, scale)
    yield from arrays(versions, scale)
    yield from sines(versions, scale)
    yield from pi(versions, scale)


def crossings(versions: Versions, scale: float) -> Iterator[Case]:
    xs = [i * 0.5 for i in range(size(1_000_000, scale))]

    def one_by_one(process_single: Callable[[float], float]) -> Callable[[list[float]], list[float]]:
        return lambda xs: [process_single(x) for x in xs]

    yield Case(
        f"double a list of {len(xs):,} floats",
        args=(xs,),
        items=len(xs),
        peers=[
            Peer("Python, [x * 2.0 for …]", lambda xs: [x * 2.0 for x in xs], role=Role.PYTHON),
            Peer(
                "NumPy, there and back",
                lambda array: array * 2.0,
                into=lambda xs: (np.array(xs, dtype=np.float64),),
                back=np.ndarray.tolist,
                needs="numpy",
            ),
            versions.yours("process_single", name="yours, a call each", using=one_by_one),
            versions.solution("process_single", name="solution, a call each", using=one_by_one),
            versions.yours("process_batch", name="yours, one call"),
            versions.solution("process_batch", name="solution, one call"),
        ],
    )


def lists(versions: Versions, scale: float) -> Iterator[Case]:
    numbers = list(range(size(5_000_000, scale)))
    yield Case(
        f"sum of a list of {len(numbers):,} ints",
        args=(numbers,),
        items=len(numbers),
        peers=[
            Peer("Python's sum", sum, role=Role.PYTHON),
            Peer(
                "NumPy, converted first",
                numpy_sum,
                into=lambda numbers: (np.array(numbers, dtype=np.int64),),
                needs="numpy",
            ),
            versions.textbook("parallel_sum"),
            versions.yours("parallel_sum"),
            versions.solution("parallel_sum"),
            versions.solution("direct_sum", name="going further, direct_sum"),
            versions.solution("sum_in_place", name="going further, sum_in_place"),
        ],
        goals=[
            Goal("Python's sum", 1.3, by="going further, sum_in_place"),
            Goal("textbook Rust", 1.0, by="solution"),
        ],
    )
    threshold = len(numbers) // 2
    yield Case(
        f"filter and double a list of {len(numbers):,} ints",
        args=(numbers, threshold),
        items=len(numbers),
        peers=[
            Peer(
                "Python, [x * 2 for … if …]",
                lambda numbers, above: [x * 2 for x in numbers if x > above],
                role=Role.PYTHON,
            ),
            versions.textbook("process_numbers"),
            versions.yours("process_numbers"),
            versions.solution("process_numbers"),
        ],
        goals=[Goal("textbook Rust", 1.0)],
    )


TEAM = "going further, team_sum"


def arrays(versions: Versions, scale: float) -> Iterator[Case]:
    contiguous = np.arange(size(5_000_000, scale), dtype=np.int64)
    every_second = np.arange(2 * len(contiguous), dtype=np.int64)[::2]
    for what, array in (
        ("an int64 array", contiguous),
        ("every second item of an int64 array", every_second),
    ):
        whole = array is contiguous
        yield Case(
            f"sum of {what}, {len(array):,} items",
            args=(array,),
            items=len(array),
            bytes=array.nbytes,
            peers=[
                Peer("NumPy", numpy_sum, needs="numpy"),
                *([versions.textbook("sum_array")] if whole else []),  # It knows no strides.
                versions.yours("sum_array"),
                versions.solution("sum_array"),
                versions.solution("team_sum", name=TEAM),
                # Memory comes in lines of 64 bytes: half of what is read here is not wanted.
                *versions.memory_limits(array.nbytes if whole else 2 * array.nbytes),
            ],
            goals=[Goal("NumPy", 2.5, by=TEAM), Goal("limit: memory, all cores", 0.9, by=TEAM)]
            if whole
            else [],
        )


def sines(versions: Versions, scale: float) -> Iterator[Case]:
    array = np.random.default_rng(2).normal(size=size(1_000_000, scale))
    python = Peer("Python, fsum(map(sin, …))", lambda data: math.fsum(map(math.sin, data)), role=Role.PYTHON)
    textbook = versions.textbook("cpu_intensive")
    numpy = Peer("NumPy, sin(…).sum()", lambda data: float(np.sin(data).sum()), needs="numpy")
    converted = replace(numpy, into=lambda data: (np.array(data, dtype=np.float64),))
    for what, data, peers in (
        ("a list of floats", array.tolist(), [python, converted, textbook]),
        ("a float64 array", array, [numpy]),
    ):
        yield Case(
            f"sum of sin x over {what}, {len(array):,} items",
            args=(data,),
            items=len(array),
            peers=[*peers, versions.yours("cpu_intensive"), versions.solution("cpu_intensive")],
            same=close,
        )


def pi(versions: Versions, scale: float) -> Iterator[Case]:
    n_samples = size(10_000_000, scale)

    def in_numpy(block: int) -> Callable[[int], float]:
        def estimate(n_samples: int) -> float:
            rng, inside = np.random.default_rng(0), 0
            for start in range(0, n_samples, block):
                # Half as wide as float64, and twice as many at once; the solution takes 32 bits each, too.
                x, y = rng.random((2, min(block, n_samples - start)), dtype=np.float32)
                inside += int(np.count_nonzero(x * x + y * y < 1.0))
            return 4.0 * inside / n_samples

        return estimate

    yield Case(
        f"Monte Carlo π, {n_samples:,} samples",
        args=(n_samples,),
        items=n_samples,
        peers=[
            Peer("NumPy, all at once", in_numpy(n_samples), needs="numpy"),
            Peer("NumPy, blocks in the cache", in_numpy(20_000), needs="numpy"),
            Peer("numba, parallel", at_first_call(numba_pi), needs="numba"),
            Peer("numba, the solution's generator", at_first_call(numba_counting_pi), needs="numba"),
            versions.yours("monte_carlo_pi"),
            versions.solution("monte_carlo_pi"),
        ],
        # Each peer has random numbers of its own: equal means close to π, both of them.
        goals=[Goal("NumPy, all at once", 10.0)],
        same=lambda a, b: max(abs(a - math.pi), abs(b - math.pi)) < 8.0 / math.sqrt(n_samples),
    )


def numba_pi() -> Any:
    """The textbook loop."""
    numba = import_module("numba")
    prange = numba.prange

    def estimate(n_samples: int) -> float:
        inside = 0
        for _ in prange(n_samples):
            x, y = np.random.random(), np.random.random()
            inside += x * x + y * y < 1.0
        return 4.0 * inside / n_samples

    return numba.njit(parallel=True)(estimate)


def numba_counting_pi() -> Any:
    """The solution's work, in numba: random numbers that are counted out, and integers only."""
    numba = import_module("numba")
    prange, u64 = numba.prange, np.uint64
    gamma, first, second = u64(0x9E3779B97F4A7C15), u64(0xBF58476D1CE4E5B9), u64(0x94D049BB133111EB)

    def estimate(n_samples: int) -> float:
        inside = 0
        for index in prange(n_samples):
            counter = (u64(index) + u64(1)) * gamma
            mixed = (counter ^ (counter >> u64(30))) * first
            mixed = (mixed ^ (mixed >> u64(27))) * second
            bits = mixed ^ (mixed >> u64(31))
            x, y = bits >> u64(32), bits & u64(0xFFFFFFFF)
            inside += int(x * x + y * y >= x * x)  # The sum did not wrap.
        return 4.0 * inside / n_samples

    return numba.njit(parallel=True)(estimate)


def at_first_call(make: Callable[[], Callable[[int], float]]) -> Callable[[int], float]:
    """Compiled when it is first called, which is not timed."""
    compiled = cache(make)

    def estimate(n_samples: int) -> float:
        return compiled()(n_samples)

    return estimate


def numpy_sum(array: Any) -> int:
    return int(np.sum(array))


def size(documented: int, scale: float) -> int:
    return max(1, int(documented * scale))


def close(a: float, b: float) -> bool:
    return math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-7)


if __name__ == "__main__":
    main("parallel_sum", cases, gigabytes=1.0)
