from __future__ import annotations

import math
from itertools import pairwise
from pathlib import Path
from typing import Any

import mulliken
import numpy as np
import pytest
from coursekit import check_close, expect, likely, panicked
from hypothesis import given
from hypothesis import strategies as st

ROWS = "Row mu belongs to the atom, nu runs over all columns: P[mu, nu] * S[mu, nu]."
SHAPES = "Compare the shapes first, and name their lengths in the message."


DATA = Path(__file__).parents[1] / "data"


def reference(P: Any, P0: Any, S: Any, orbs_per_atom: Any) -> tuple[Any, Any]:
    """By the definition, with exact sums."""
    starts = np.concatenate([[0], np.cumsum(np.asarray(orbs_per_atom, dtype=np.int64))])
    atoms = [slice(start, end) for start, end in pairwise(starts)]
    q = [math.fsum((P[rows] * S[rows]).ravel()) for rows in atoms]
    dq = [math.fsum(((P - P0)[rows] * S[rows]).ravel()) for rows in atoms]
    return np.array(q, dtype=np.float64), np.array(dq, dtype=np.float64)


def three_matrices(n: int, rng: np.random.Generator) -> Any:
    """Not symmetric, so that rows and columns can be told apart."""
    return rng.normal(size=(3, n, n))


@st.composite
def molecules(draw: st.DrawFn) -> tuple[Any, Any, Any, list[int]]:
    orbs_per_atom = draw(st.lists(st.integers(0, 5), max_size=5))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    P, P0, S = three_matrices(sum(orbs_per_atom), rng)
    return P, P0, S, orbs_per_atom


def test_two_atoms() -> None:
    P, P0 = np.array([[2.0, 1.0], [3.0, 4.0]]), np.array([[1.0, 0.0], [0.0, 1.0]])
    S = np.array([[1.0, 0.5], [0.25, 1.0]])
    expect(mulliken.mulliken_loops, P, P0, S, [1, 1]).returns(
        (np.array([2.5, 4.75]), np.array([1.5, 3.75])),
        because="q of the first atom is the first row: 2.0 * 1.0 + 1.0 * 0.5.",
    )


@given(molecules())
def test_agrees_with_numpy(molecule: tuple[Any, Any, Any, list[int]]) -> None:
    expect(mulliken.mulliken_loops, *molecule).approximates(reference(*molecule), abs=1e-12, because=ROWS)


@pytest.mark.parametrize("name", ["ethene"])
def test_agrees_with_pyscf(name: str) -> None:
    with np.load(DATA / f"{name}.npz") as data:
        q, dq = expect(
            mulliken.mulliken_loops, data["P"], data["P0"], data["S"], data["orbs_per_atom"]
        ).value()
        # P0 is the density of neutral atoms, so dq is what came to each: the charge, but for the sign.
        charges, nuclei = data["pyscf_charges"], data["nuclear_charges"]
    check_close(f"q of {name}, beside PySCF's populations", q, nuclei - charges, rel=0.0, abs=1e-12)
    check_close(f"dq of {name}, beside minus PySCF's charges", dq, -charges, rel=0.0, abs=1e-12)


def test_atoms_of_all_sizes(rng: np.random.Generator) -> None:
    orbs_per_atom = rng.permutation([1, 0, 9, 2, 0, 14, 5, 1]).tolist()
    P, P0, S = three_matrices(32, rng)
    expect(mulliken.mulliken_loops, P, P0, S, orbs_per_atom).approximates(
        reference(P, P0, S, orbs_per_atom), abs=1e-12, because=f"{ROWS} An atom without any has 0."
    )


@pytest.mark.parametrize("kind", [list, tuple, "int64", "int32", "uint8"])
def test_counts_of_any_integer_type(kind: Any, rng: np.random.Generator) -> None:
    few = rng.permutation([3, 1, 2]).tolist()
    P, P0, S = three_matrices(6, rng)
    counts = np.array(few, dtype=kind) if isinstance(kind, str) else kind(few)
    expect(mulliken.mulliken_loops, P, P0, S, counts).approximates(reference(P, P0, S, few), abs=1e-12)


@pytest.mark.parametrize("orbs_per_atom", [[], [0], [0, 0]])
def test_no_orbitals(orbs_per_atom: list[int], rng: np.random.Generator) -> None:
    nothing = np.zeros(len(orbs_per_atom))
    expect(mulliken.mulliken_loops, *np.zeros((3, 0, 0)), orbs_per_atom).returns((nothing, nothing))
    P, P0, S = three_matrices(3, rng)
    expect(mulliken.mulliken_loops, P, P0, S, [*orbs_per_atom, 3]).approximates(
        reference(P, P0, S, [*orbs_per_atom, 3]), abs=1e-12, because="An atom without orbitals has 0."
    )


def test_nan_stays_with_its_atom(rng: np.random.Generator) -> None:
    P, P0, S = rng.integers(1, 9, (3, 3, 3)).astype(np.float64)  # Exact in any order.
    one, other = rng.permutation(3)[:2]
    P[one, rng.integers(3)], P0[other, rng.integers(3)] = np.nan, np.inf
    expect(mulliken.mulliken_loops, P, P0, S, [1, 1, 1]).returns(reference(P, P0, S, [1, 1, 1]))


@pytest.mark.parametrize("shape", [(5, 7), (7, 5), (0, 3)])
def test_not_square(shape: tuple[int, int]) -> None:
    says = (str(shape[0]), str(shape[1]))
    expect(mulliken.mulliken_loops, *np.zeros((3, *shape)), [shape[0]]).raises(
        ValueError, says=says, because=SHAPES
    )


@pytest.mark.parametrize("place", [0, 1, 2])
def test_shapes_differ(place: int) -> None:
    matrices = [np.zeros((6, 6)) for _ in range(3)]
    matrices[place] = np.zeros((4, 4))
    expect(mulliken.mulliken_loops, *matrices, [6]).raises(ValueError, says=("6", "4"), because=SHAPES)
    expect(mulliken.mulliken_loops, *matrices, [4]).raises(ValueError, says=("6", "4"), because=SHAPES)
    matrices[place] = np.zeros((6, 9))
    expect(mulliken.mulliken_loops, *matrices, [6]).raises(ValueError, says=("6", "9"), because=SHAPES)


@pytest.mark.parametrize("orbs_per_atom", [[], [5, 6], [5, 5, 5, 4], [12]])
def test_counts_that_do_not_add_up(orbs_per_atom: list[int]) -> None:
    says = (str(sum(orbs_per_atom)), "14")
    expect(mulliken.mulliken_loops, *np.zeros((3, 14, 14)), orbs_per_atom).raises(
        ValueError, says=says, because="Compare the sum of the counts with the number of rows, and name both."
    )


WRAPS = "These add up to 2**64 + 3, which wraps round to 3: use `saturating_add` or `checked_add`."
HUGE = "`count as usize` makes a huge number of -2: use `usize::try_from`."


def index_out_of_bounds(came: object) -> bool:
    return panicked(came) and "out of" in str(came)


@pytest.mark.parametrize("orbs_per_atom", [[5, -2, 11], [-1, 15], [14, -3], [-14]])
def test_negative_counts(orbs_per_atom: list[int]) -> None:
    atom, count = next((atom, count) for atom, count in enumerate(orbs_per_atom) if count < 0)
    says = (str(count), f"[{atom}]")
    expect(mulliken.mulliken_loops, *np.zeros((3, 14, 14)), orbs_per_atom).raises(
        ValueError,
        says=says,
        because=likely(
            (ValueError, "The text names the count and its atom, counted from 0: `orbs_per_atom[1] is -2`."),
            (index_out_of_bounds, HUGE),
            (panicked, "`try_into().unwrap()` panics for -2: use `usize::try_from`, and an Err."),
            otherwise=HUGE,
        ),
    )


def test_counts_whose_sum_wraps_round() -> None:
    expect(mulliken.mulliken_loops, *np.zeros((3, 3, 3)), [2**62, 2**62, 2**62, 2**62, 3]).raises(
        ValueError,
        says="3",
        because=likely((index_out_of_bounds, WRAPS), otherwise=WRAPS),
    )


@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize("dtype", ["float32", "int64", "complex128"])
def test_another_dtype(dtype: str, place: int) -> None:
    matrices: list[Any] = [np.zeros((4, 4)) for _ in range(3)]
    matrices[place] = np.zeros((4, 4), dtype=dtype)
    expect(mulliken.mulliken_loops, *matrices, [4]).raises(TypeError, says=dtype)


@pytest.mark.parametrize("bad", [[[1.0]], None, np.zeros(4), np.zeros((1, 1, 1))])
def test_no_matrix(bad: object) -> None:
    expect(mulliken.mulliken_loops, np.zeros((1, 1)), bad, np.zeros((1, 1)), [1]).raises(TypeError)


@pytest.mark.parametrize("bad", [None, 2, [1.0, 1.0], ["1", "1"], np.array([1.0, 1.0]), [1, None], [[1, 1]]])
def test_counts_that_are_no_integers(bad: object) -> None:
    expect(mulliken.mulliken_loops, *np.zeros((3, 2, 2)), bad).raises(TypeError)


def test_keywords(rng: np.random.Generator) -> None:
    P, P0, S = rng.integers(-9, 9, (3, 2, 2)).astype(np.float64)  # Exact in any order.
    expect(mulliken.mulliken_loops, P=P, P0=P0, S=S, orbs_per_atom=[2]).approximates(reference(P, P0, S, [2]))


@pytest.mark.parametrize(
    "change", [np.transpose, np.asfortranarray, lambda a: a[::-1, ::-1], lambda a: np.repeat(a, 2, 1)[:, ::2]]
)
def test_another_layout(change: Any, rng: np.random.Generator) -> None:
    P, P0, S = three_matrices(5, rng)
    for matrices in ((change(P), P0, S), (P, change(P0), S), (P, P0, change(S))):
        wanted = reference(*matrices, [5])
        # A version that refuses everything must not pass. Copies lie in rows, side by side.
        rows = [matrix.copy(order="C") for matrix in matrices]
        expect(mulliken.mulliken_loops, *rows, [5]).approximates(wanted, abs=1e-12)
        try:
            mulliken.mulliken_loops(*matrices, [5])
        except ValueError:
            continue  # Refused, which is right for loops over a slice.
        except BaseException:
            pass  # Reported below, as any other surprise.
        expect(mulliken.mulliken_loops, *matrices, [5]).approximates(
            wanted,
            abs=1e-12,
            because="`as_slice` takes Fortran order too, and then rows are columns: use `items`.",
        )


def test_more_counts_than_fit() -> None:
    expect(mulliken.mulliken_loops, *np.zeros((3, 2, 2)), range(10**14)).raises(
        MemoryError, because="Keep `#[pyo3(from_py_with = sequence_of)]`: a plain Vec would end the process."
    )
