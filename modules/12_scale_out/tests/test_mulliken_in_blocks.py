from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import scale_out
from coursekit import check, check_that, expect
from hypothesis import given, settings
from hypothesis import strategies as st

ROWS = "The row μ of P and of S give the population of the orbital μ; an atom has those of its own rows."
EACH_ITS_ROWS = "Each task gets its own rows, `P[a:b]`: the whole matrix once per task fills the wire."
ONCE = "Each row belongs to one block. Cut at `n * block // blocks`: the last block then ends at n."
SAME_BITS = "Sum a row whole on one worker, and the rows of an atom in order: then the cuts leave no trace."
FIRST = "Check before anything is sent: the error then comes at once, with the whole matrices at hand."
EMPTY = "An atom without orbitals has population 0.0: begin with `np.zeros`, and add to it with `np.add.at`."
TWICE = "What counts is what a task returns: it may have run twice."
ON_WORKERS = (
    "The sums of the rows come from the tasks: give the rows to `client.submit`, one task for each block."
)


def matrices(n: int, rng: np.random.Generator) -> Any:
    made = [rng.normal(size=(n, n)) for _ in range(3)]
    return [(each + each.T) / 2 for each in made]


def reference(made: Any, orbs_per_atom: Any) -> tuple[Any, Any]:
    P, P0, S = made
    ends = np.cumsum([0, *orbs_per_atom])
    found = []
    for matrix in (P, P - P0):
        rows = (matrix * S).sum(axis=1)
        found.append(np.array([rows[a:b].sum() for a, b in pairwise(ends)], dtype=np.float64))
    return found[0], found[1]


def blocks(client: Any, *arguments: Any, because: str = ROWS) -> Any:
    return expect(scale_out.mulliken_in_blocks, client, *arguments).value(because)


SCALE = 2.0
"""A power of two, so that what is this much larger has the same digits."""


def scaled(argument: Any) -> Any:
    """The arguments of a task, with larger rows."""
    if isinstance(argument, (list, tuple)):
        return type(argument)(scaled(each) for each in argument)
    return argument * SCALE if isinstance(argument, np.ndarray) and argument.dtype == np.float64 else argument


def has_rows(argument: Any) -> bool:
    if isinstance(argument, (list, tuple)):
        return any(map(has_rows, argument))
    return isinstance(argument, np.ndarray) and argument.dtype == np.float64


def check_populations(made: Any, orbs: Any, count: int, because: str = ROWS) -> None:
    """The populations, and that they come from the tasks: give the tasks larger rows, and they are larger.

    A population adds up products of two matrices, so it grows by the square.
    """
    q, dq = reference(made, [int(each) for each in orbs])
    with_rows: list[bool] = []

    def run(function: Any, arguments: tuple[Any, ...]) -> Any:
        with_rows.append(has_rows(arguments))
        return function(*scaled(arguments))

    call = scale_out.mulliken_in_blocks
    expect(call, scale_out.InProcessClient(), *made, orbs, count).approximates(
        (q, dq), rel=1e-12, abs=1e-12, because=because
    )
    expect(call, scale_out.InProcessClient(run), *made, orbs, count).described(
        f"mulliken_in_blocks(client, P, P0, S, …, {count}), whose tasks get {SCALE:g} times the rows"
    ).approximates((q * SCALE**2, dq * SCALE**2), rel=1e-12, abs=1e-11, because=ON_WORKERS)
    least = min(count, len(made[0]))
    check_that(sum(with_rows) >= least, "tasks with rows", sum(with_rows), f"{least} or more", ON_WORKERS)


@pytest.mark.parametrize("blocks", [1, 2, 3, 5, 11, 12, 100])
def test_agrees_with_numpy(blocks: int, rng: np.random.Generator) -> None:
    check_populations(matrices(11, rng), [5, 5, 1], blocks, ONCE if blocks > 1 else ROWS)


@pytest.mark.parametrize("orbs", [[0, 11], [11, 0], [5, 0, 0, 6], [0, 0, 11, 0]])
def test_atoms_without_orbitals(orbs: list[int], rng: np.random.Generator) -> None:
    check_populations(matrices(11, rng), orbs, 3, EMPTY)


@pytest.mark.parametrize("orbs", [[], [0], [0, 0, 0]])
def test_no_orbitals(orbs: list[int], rng: np.random.Generator) -> None:
    check_accepts(rng)
    P, P0, S = (np.zeros((0, 0)) for _ in range(3))
    nothing = np.zeros(len(orbs))
    expect(scale_out.mulliken_in_blocks, scale_out.InProcessClient(), P, P0, S, orbs, 2).returns(
        (nothing, nothing), because=EMPTY
    )


@pytest.mark.parametrize("layout", ["Fortran", "transposed", "strided", "reversed", "read-only"])
def test_any_layout(layout: str, rng: np.random.Generator) -> None:
    made = matrices(8, rng)
    ways: dict[str, Callable[[Any], Any]] = {
        "Fortran": np.asfortranarray,
        "transposed": lambda a: a.copy().T,
        "strided": lambda a: np.repeat(np.repeat(a, 2, 0), 3, 1)[::2, ::3],
        "reversed": lambda a: a[::-1, ::-1].copy()[::-1, ::-1],
        "read-only": lambda a: a.copy(),
    }
    P, P0, S = (ways[layout](each) for each in made)
    if layout == "read-only":
        for each in (P, P0, S):
            each.flags.writeable = False
    check_populations((P, P0, S), [3, 5], 3)


@pytest.mark.parametrize(
    "orbs", [np.array([3, 5]), (3, 5), [np.int32(3), 5]], ids=["array", "tuple", "numpy ints"]
)
def test_any_sequence_of_ints(orbs: Any, rng: np.random.Generator) -> None:
    check_populations(matrices(8, rng), orbs, 2)


def test_the_same_bits_for_any_number_of_blocks(rng: np.random.Generator) -> None:
    made = matrices(37, rng)
    orbs = [1, 9, 9, 5, 13]
    check_populations(made, orbs, 7)
    q, dq = blocks(scale_out.InProcessClient(), *made, orbs, 1)
    for count in (2, 3, 7, 36, 37):
        expect(scale_out.mulliken_in_blocks, scale_out.InProcessClient(), *made, orbs, count).returns(
            (q, dq), because=SAME_BITS
        )


def test_each_task_gets_its_own_rows(rng: np.random.Generator) -> None:
    n, count = 24, 6
    made = matrices(n, rng)
    tasks: list[list[tuple[int, ...]]] = []

    def run(function: Any, arguments: tuple[Any, ...]) -> Any:
        tasks.append([each.shape for each in arguments if isinstance(each, np.ndarray) and each.ndim == 2])
        return function(*arguments)

    got = blocks(scale_out.InProcessClient(run), *made, [10, 14], count)
    check("types of the result", tuple(map(type, got)), (np.ndarray, np.ndarray))
    shapes = [shape for task in tasks for shape in task]
    items = sum(rows * columns for rows, columns in shapes)
    check_that(
        3 * n * n <= items <= 4 * n * n,
        f"items of all matrices that {count} tasks got, for three of {n}x{n}",
        items,
        f"{3 * n * n}, each once",
        EACH_ITS_ROWS if items else "Give the rows to `client.submit`.",
    )
    with_rows = sum(bool(task) for task in tasks)
    check_that(
        with_rows >= count, "tasks with rows", with_rows, f"{count} or more", "One task for each block."
    )
    most = max(rows for rows, _ in shapes)
    check(f"most rows of {n} that a task got, for {count} blocks", most, n // count, ONCE)


def test_a_task_that_runs_again(rng: np.random.Generator) -> None:
    made = matrices(11, rng)
    expected = reference(made, [5, 6])
    ran: list[int] = []

    def run(function: Any, arguments: tuple[Any, ...]) -> Any:
        ran.append(1)
        function(*arguments)
        return function(*arguments)

    expect(scale_out.mulliken_in_blocks, scale_out.InProcessClient(run), *made, [5, 6], 4).approximates(
        expected, rel=1e-12, abs=1e-12, because=TWICE
    )
    check_that(len(ran) >= 4, "tasks that ran", len(ran), "4 or more", ON_WORKERS)


class Lost(Exception):
    """The exception of a scheduler that has given up on a task."""


def test_a_task_that_is_given_up(rng: np.random.Generator) -> None:
    def run(function: Any, arguments: tuple[Any, ...]) -> Any:
        raise Lost("no worker survives this")

    made = matrices(8, rng)
    check_accepts(rng)
    client = scale_out.InProcessClient(run)
    expect(scale_out.mulliken_in_blocks, client, *made, [5, 3], 4).raises(Lost)


def check_accepts(rng: np.random.Generator) -> None:
    """A function that refuses everything must not pass, so also matrices that it accepts."""
    check_populations(matrices(4, rng), [1, 3], 2)


def refuses(
    rng: np.random.Generator,
    error: type[Exception],
    *arguments: Any,
    says: tuple[str, ...] = (),
    because: str = FIRST,
) -> None:
    ran: list[int] = []

    def run(function: Any, arguments: tuple[Any, ...]) -> Any:
        ran.append(1)
        return function(*arguments)

    client = scale_out.InProcessClient(run)
    expect(scale_out.mulliken_in_blocks, client, *arguments).raises(error, says=says, because=because)
    check("tasks that ran before the error", len(ran), 0, FIRST)
    check_accepts(rng)


def test_shapes_that_differ(rng: np.random.Generator) -> None:
    P, P0, S = matrices(4, rng)
    refuses(rng, ValueError, P, P0[:3], S, [4], 2, says=("(4, 4)", "(3, 4)"))
    refuses(rng, ValueError, P, P0, S[:, :3], [4], 2, says=("(4, 4)", "(4, 3)"))
    refuses(rng, ValueError, P, P0[0], S, [4], 2)


def test_not_square(rng: np.random.Generator) -> None:
    refuses(rng, ValueError, *(each[:3] for each in matrices(4, rng)), [3], 2, says=("(3, 4)",))
    refuses(rng, ValueError, *(each[0] for each in matrices(4, rng)), [4], 2, says=("(4,)",))


@pytest.mark.parametrize("orbs", [[], [3], [5], [2, 1], [2**62, 2**62, 2**62, 2**62, 4]])
def test_counts_that_do_not_add_up(orbs: list[int], rng: np.random.Generator) -> None:
    refuses(rng, ValueError, *matrices(4, rng), orbs, 2, says=(str(sum(orbs)), "4"))


def test_a_negative_count(rng: np.random.Generator) -> None:
    refuses(rng, ValueError, *matrices(4, rng), [5, -1], 2, says=("-1",))


@pytest.mark.parametrize("blocks", [0, -1, -(10**30)])
def test_no_number_of_blocks(blocks: int, rng: np.random.Generator) -> None:
    refuses(rng, ValueError, *matrices(4, rng), [4], blocks, says=("blocks",))


def test_more_blocks_than_rows(rng: np.random.Generator) -> None:
    check_populations(
        matrices(4, rng), [1, 3], 10**12, "No block has less than a row: take `min(blocks, n)`."
    )


@pytest.mark.parametrize("dtype", [np.float32, np.int64, np.complex128, ">f8", object])
def test_other_dtypes(dtype: Any, rng: np.random.Generator) -> None:
    P, P0, S = matrices(4, rng)
    refuses(rng, TypeError, P, P0.astype(dtype), S, [4], 2)


@pytest.mark.parametrize("other", [None, [[1.0]], 5.0, "P"])
def test_no_arrays(other: Any, rng: np.random.Generator) -> None:
    P, P0, _ = matrices(4, rng)
    refuses(rng, TypeError, P, P0, other, [4], 2)


@pytest.mark.parametrize(
    ("orbs", "blocks"), [([4.0], 2), (["4"], 2), ([4], 2.0), ([4], "2"), ([4], None), (4, 2)]
)
def test_no_ints(orbs: Any, blocks: Any, rng: np.random.Generator) -> None:
    refuses(rng, TypeError, *matrices(4, rng), orbs, blocks)


@settings(max_examples=20)
@given(st.lists(st.integers(0, 4), max_size=6), st.integers(1, 9), st.integers(0, 99))
def test_any_molecule(orbs: list[int], count: int, seed: int) -> None:
    made = matrices(sum(orbs), np.random.default_rng(seed))
    check_populations(made, orbs, count, ONCE)
