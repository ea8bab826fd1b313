from __future__ import annotations

import math
from itertools import pairwise
from pathlib import Path
from typing import Any

import mulliken
import numpy as np
import pytest
from coursekit import Heartbeat, check, check_close, check_that, expect
from hypothesis import given
from hypothesis import strategies as st

ROWS = "Row mu belongs to the atom, nu runs over all columns: P[mu, nu] * S[mu, nu]."
PLACES = "A view knows its strides: read P[(mu, nu)] from `as_array`, never from a slice or by mu * n + nu."

LAYOUTS = ["C", "Fortran", "every second", "backwards", "upside down", "read-only"]

DATA = Path(__file__).parents[1] / "data"


def reference(P: Any, P0: Any, S: Any, orbs_per_atom: Any) -> tuple[Any, Any]:
    """By the definition, with exact sums."""
    starts = np.concatenate([[0], np.cumsum(np.asarray(orbs_per_atom, dtype=np.int64))])
    atoms = [slice(start, end) for start, end in pairwise(starts)]
    q = [math.fsum((P[rows] * S[rows]).ravel()) for rows in atoms]
    dq = [math.fsum(((P - P0)[rows] * S[rows]).ravel()) for rows in atoms]
    return np.array(q, dtype=np.float64), np.array(dq, dtype=np.float64)


def three_matrices(n: int, seed: int = 13) -> Any:
    """Not symmetric, so that rows and columns can be told apart."""
    return np.random.default_rng(seed).normal(size=(3, n, n))


def laid_out(matrix: Any, layout: str) -> Any:
    """The same items at other places in memory."""
    n = len(matrix)
    if layout == "Fortran":
        return np.array(matrix, order="F")
    if layout == "every second":
        wide = np.full((2 * n, 2 * n), 99.0)
        wide[::2, ::2] = matrix
        return wide[::2, ::2]
    if layout == "backwards":
        return np.array(matrix[::-1, ::-1], order="C")[::-1, ::-1]
    if layout == "upside down":
        return np.array(matrix[::-1], order="C")[::-1]
    copy = np.array(matrix, order="C")
    copy.flags.writeable = layout != "read-only"
    return copy


def packed(matrix: Any) -> Any:
    """A field of a packed record: strides that are no whole number of items."""
    records = np.zeros(matrix.shape, dtype=[("value", np.float64), ("flag", np.int8)])
    records["value"] = matrix
    return records["value"]


@st.composite
def molecules(draw: st.DrawFn) -> tuple[Any, Any, Any, list[int]]:
    orbs_per_atom = draw(st.lists(st.integers(0, 5), max_size=5))
    matrices = three_matrices(sum(orbs_per_atom), draw(st.integers(0, 999)))
    names = st.sampled_from(LAYOUTS)
    P, P0, S = (laid_out(matrix, draw(names)) for matrix in matrices)
    return P, P0, S, orbs_per_atom


def peak_in_mb() -> int:
    """The most memory that this process has had since the last reset."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) // 1024


def memory_taken(call: Any) -> int:
    """The MB by which a call makes this process grow, at its peak."""
    if not Path("/proc/self/clear_refs").exists():
        pytest.skip("platform: the peak of a process's memory is read from Linux's /proc")
    Path("/proc/self/clear_refs").write_text("5")  # Forget the peak so far.
    before = peak_in_mb()
    call()
    return peak_in_mb() - before


def test_two_atoms() -> None:
    P, P0 = np.array([[2.0, 1.0], [3.0, 4.0]]), np.array([[1.0, 0.0], [0.0, 1.0]])
    S = np.array([[1.0, 0.5], [0.25, 1.0]])
    expect(mulliken.mulliken_parallel, P, P0, S, [1, 1]).returns(
        (np.array([2.5, 4.75]), np.array([1.5, 3.75])),
        because="q of the first atom is the first row: 2.0 * 1.0 + 1.0 * 0.5.",
    )


@given(molecules())
def test_agrees_with_numpy(molecule: tuple[Any, Any, Any, list[int]]) -> None:
    expect(mulliken.mulliken_parallel, *molecule).approximates(
        reference(*molecule), abs=1e-12, because=PLACES
    )


@pytest.mark.parametrize("name", ["ethene"])
def test_agrees_with_pyscf(name: str) -> None:
    with np.load(DATA / f"{name}.npz") as data:
        q, dq = expect(
            mulliken.mulliken_parallel, data["P"], data["P0"], data["S"], data["orbs_per_atom"]
        ).value()
        # P0 is the density of neutral atoms, so dq is what came to each: the charge, but for the sign.
        charges, nuclei = data["pyscf_charges"], data["nuclear_charges"]
    check_close(f"q of {name}, beside PySCF's populations", q, nuclei - charges, rel=0.0, abs=1e-12)
    check_close(f"dq of {name}, beside minus PySCF's charges", dq, -charges, rel=0.0, abs=1e-12)


def test_atoms_of_all_sizes() -> None:
    orbs_per_atom = [1, 0, 9, 2, 0, 14, 5, 1]
    P, P0, S = three_matrices(32)
    expect(mulliken.mulliken_parallel, P, P0, S, orbs_per_atom).approximates(
        reference(P, P0, S, orbs_per_atom), abs=1e-12, because=f"{ROWS} An atom without any has 0."
    )


@pytest.mark.parametrize("orbs_per_atom", [[], [0], [0, 0]])
def test_no_orbitals(orbs_per_atom: list[int]) -> None:
    nothing = np.zeros(len(orbs_per_atom))
    expect(mulliken.mulliken_parallel, *np.zeros((3, 0, 0)), orbs_per_atom).returns((nothing, nothing))


def test_nan_stays_with_its_atom() -> None:
    P, P0, S = np.ones((3, 3, 3))
    P[2, 0], P0[0, 1] = np.nan, np.inf
    expect(mulliken.mulliken_parallel, P, P0, S, [1, 1, 1]).returns(
        (np.array([3.0, 3.0, np.nan]), np.array([-np.inf, 0.0, np.nan]))
    )


def test_small_changes_of_large_densities() -> None:
    P0 = np.full((8, 8), 1e9)
    P = P0 + 2.0**-20
    _, dq = expect(mulliken.mulliken_parallel, P, P0, np.full((8, 8), 0.1), [2, 6]).value()
    exact = np.array([16, 48]) * 2.0**-20 * 0.1
    check_close(
        "dq where P and P0 are large and nearly the same",
        dq,
        exact,
        because="The difference of two large sums is rounding error: subtract the items, not the sums.",
    )


def test_the_same_bits_at_every_call() -> None:
    P, P0, S = three_matrices(300)
    orbs_per_atom = [100, 1, 99, 50, 50]
    wanted = reference(P, P0, S, orbs_per_atom)
    first = expect(mulliken.mulliken_parallel, P, P0, S, orbs_per_atom).approximates(
        wanted, rel=1e-9, abs=1e-9
    )
    for _ in range(20):
        expect(mulliken.mulliken_parallel, P, P0, S, orbs_per_atom).returns(
            first, because="Sums that threads add to as they come are rounded in another order each time."
        )


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("n", [9, 33])
def test_any_layout(layout: str, n: int) -> None:
    P, P0, S = (laid_out(matrix, layout) for matrix in three_matrices(n))
    expect(mulliken.mulliken_parallel, P, P0, S, [n - 4, 4]).approximates(
        reference(P, P0, S, [n - 4, 4]), abs=1e-12, because=PLACES
    )


@pytest.mark.parametrize(
    "layouts", [(a, b, c) for a in LAYOUTS[:4] for b in LAYOUTS[:4] for c in LAYOUTS[:4]]
)
def test_each_matrix_in_a_layout_of_its_own(layouts: tuple[str, str, str]) -> None:
    pairs = zip(three_matrices(12), layouts, strict=True)
    P, P0, S = (laid_out(matrix, layout) for matrix, layout in pairs)
    expect(mulliken.mulliken_parallel, P, P0, S, [5, 7]).approximates(
        reference(P, P0, S, [5, 7]), abs=1e-12, because=PLACES
    )


def test_broadcast() -> None:
    P, P0, S = (
        np.broadcast_to(2.0, (6, 6)),
        np.broadcast_to(np.arange(6.0), (6, 6)),
        np.broadcast_to(0.5, (6, 6)).T,
    )
    expect(mulliken.mulliken_parallel, P, P0, S, [2, 4]).returns(
        (np.array([12.0, 24.0]), np.array([-3.0, -6.0])), because=PLACES
    )


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_field_of_a_packed_record(place: int) -> None:
    matrices = list(three_matrices(4))
    matrices[place] = packed(matrices[place])
    expect(mulliken.mulliken_parallel, *matrices, [4]).raises(
        ValueError,
        says="aligned",
        because="`as_array` would read at the wrong places: `check_aligned` for all three matrices.",
    )


@pytest.mark.parametrize("place", [0, 1, 2])
def test_an_odd_address(place: int) -> None:
    matrices = list(three_matrices(4))
    matrices[place] = np.frombuffer(bytearray(8 * 16 + 1), offset=1).reshape(4, 4)
    expect(mulliken.mulliken_parallel, *matrices, [4]).raises(
        ValueError,
        says="aligned",
        because="Rust may not read a float64 at such an address: `check_aligned` for all three matrices.",
    )


@pytest.mark.parametrize("n", [127, 128, 129, 130, 203, 601])
@pytest.mark.parametrize("layout", ["C", "Fortran"])
def test_larger(n: int, layout: str) -> None:
    matrices = np.random.default_rng(n).integers(-9, 9, (3, n, n)).astype(np.float64)  # Exact in any order.
    P, P0, S = (laid_out(matrix, layout) for matrix in matrices)
    orbs_per_atom = [n // 2, 0, 1, n - n // 2 - 1]
    expect(mulliken.mulliken_parallel, P, P0, S, orbs_per_atom).approximates(
        reference(P, P0, S, orbs_per_atom),
        because="Are all rows and columns there, after the last full block too?",
    )


@pytest.mark.parametrize(
    ("shape", "orbs_per_atom", "says"),
    [
        ((5, 7), [5], ("5", "7")),
        ((4, 4), [3, 2], ("5", "4")),
        ((4, 4), [6, -2], ("-2",)),
        ((4, 4), [], ("0", "4")),
        ((3, 3), [2**62] * 4 + [3], ("3",)),
    ],
)
def test_arguments_that_do_not_fit(
    shape: tuple[int, int], orbs_per_atom: list[int], says: tuple[str, ...]
) -> None:
    expect(mulliken.mulliken_parallel, *np.zeros((3, *shape)), orbs_per_atom).raises(
        ValueError, says=says, because="`rows_of_atoms` finds out: call it first, as your file does."
    )


@pytest.mark.parametrize("place", [0, 1, 2])
def test_shapes_differ(place: int) -> None:
    matrices = [np.zeros((6, 6)) for _ in range(3)]
    matrices[place] = np.zeros((4, 4))
    expect(mulliken.mulliken_parallel, *matrices, [6]).raises(
        ValueError, says=("6", "4"), because="`rows_of_atoms` finds out: call it first, as your file does."
    )


@pytest.mark.parametrize("dtype", ["float32", "int64"])
def test_another_dtype(dtype: str) -> None:
    good, bad = np.zeros((4, 4)), np.zeros((4, 4), dtype=dtype)
    for matrices in ((bad, good, good), (good, bad, good), (good, good, bad)):
        expect(mulliken.mulliken_parallel, *matrices, [4]).raises(TypeError, says=dtype)


@pytest.mark.soft
def test_takes_no_memory_for_a_matrix() -> None:
    row = np.ones(3_000)
    matrix = np.broadcast_to(row, (3_000, 3_000))  # 24 KB that look like 72 MB.
    call = expect(mulliken.mulliken_parallel, matrix, matrix, matrix, [3] * 1_000)
    taken = memory_taken(call.value)
    check_that(
        taken < 8,
        "MB that mulliken_parallel took beyond its arguments",
        taken,
        "less than 8: some numbers per row",
        "There is still a temporary matrix (P - P0?): subtract item by item, in the loop.",
    )


@pytest.mark.soft
def test_other_threads_run_meanwhile() -> None:
    n = 16_000
    matrix = np.broadcast_to(np.ones(n), (n, n))
    call = expect(mulliken.mulliken_parallel, matrix, matrix, matrix, [4] * (n // 4))
    with Heartbeat() as heart:
        q, _ = call.value()
    check("the populations of 4000 equal atoms", q, np.full(n // 4, 4.0 * n))
    check_that(
        heart.beats >= 3,
        "beats of another thread while mulliken_parallel ran",
        heart.beats,
        "3 or more",
        "The sum ran attached to the interpreter: wrap it in `py.detach(|| …)`.",
    )
