"""The rules of the populations, in any layout: the cases of all versions but the loops."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import mulliken
import numpy as np
import pytest
from coursekit import check, check_close, check_that, expect, likely, panicked
from coursekit.layouts import packed
from coursekit.turns import lets_another_thread_in
from hypothesis import given
from hypothesis import strategies as st

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


def three_matrices(n: int, rng: np.random.Generator) -> Any:
    """Not symmetric, so that rows and columns can be told apart."""
    return rng.normal(size=(3, n, n))


def two_atoms(n: int, rng: np.random.Generator) -> list[int]:
    """The counts of two atoms that share n orbitals."""
    first = int(rng.integers(1, n))
    return [first, n - first]


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


@st.composite
def molecules(draw: st.DrawFn) -> tuple[Any, Any, Any, list[int]]:
    orbs_per_atom = draw(st.lists(st.integers(0, 5), max_size=5))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    matrices = three_matrices(sum(orbs_per_atom), rng)
    names = st.sampled_from(LAYOUTS)
    P, P0, S = (laid_out(matrix, draw(names)) for matrix in matrices)
    return P, P0, S, orbs_per_atom


def peak_in_mb() -> int:
    """The most memory that this process has had since the last reset."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) // 1024


def sums_of(P: Any, P0: Any, S: Any, orbs_per_atom: Any) -> Callable[[Any], str]:
    """The likely cause where the populations are others: by which other sums these are."""

    def choose(came: Any) -> str:  # Called for a failure only: the other sums take time.
        return _cause(P, P0, S, orbs_per_atom)(came)

    return choose


def _cause(P: Any, P0: Any, S: Any, orbs_per_atom: Any) -> Callable[[Any], str]:
    n, rest = len(P), len(P) // 8 * 8
    ends = np.cumsum(np.asarray(orbs_per_atom, dtype=np.int64))
    own = np.zeros((n, n))
    for start, end in pairwise([0, *ends.tolist()]):
        own[start:end, start:end] = 1.0

    def q_is(weights: Any) -> Callable[[Any], bool]:
        other = reference(P * weights, P0 * weights, S, orbs_per_atom)[0]
        right = reference(P, P0, S, orbs_per_atom)[0]
        differs = not np.allclose(other, right)
        return lambda got: differs and bool(np.allclose(got[0], other))

    first_columns = np.ones((n, n))
    first_columns[:, rest:] = 0.0
    transposed = reference(P.T, P0.T, S, orbs_per_atom)[0]
    contiguous = all(matrix.flags.c_contiguous for matrix in (P, P0, S))
    return likely(
        (Exception, "These arguments are right, in any layout: return q and dq."),
        (
            q_is(first_columns),
            "The last columns are missing: `as_chunks` leaves a rest of fewer items than there are lanes.",
        ),
        (q_is(own), "nu runs over all columns, not only over those of the atom's own orbitals."),
        (
            lambda got: bool(np.allclose(got[0], transposed)) and contiguous,
            "Row mu belongs to the atom, nu runs over the columns: P[mu, nu], not P[nu, mu].",
        ),
        (lambda got: not contiguous, PLACES),
        (
            lambda got: bool(np.allclose(got[0], reference(P, P0, S, orbs_per_atom)[0])),
            "q is right, dq is not: it is the same sum with P - P0 in place of P.",
        ),
        otherwise="Row mu belongs to the atom, nu runs over all columns: P[mu, nu] * S[mu, nu]. "
        "Are all rows and columns there, after the last full block too?",
    )


def memory_taken(call: Any) -> int:
    """The MB by which a call makes this process grow, at its peak."""
    if not Path("/proc/self/clear_refs").exists():
        pytest.skip("platform: the peak of a process's memory is read from Linux's /proc")
    Path("/proc/self/clear_refs").write_text("5")  # Forget the peak so far.
    before = peak_in_mb()
    call()
    return peak_in_mb() - before


def suite_for(  # noqa: PLR0913, PLR0915 (a list of tests)
    name: str,
    *,
    most_mb: int,
    any_counts: bool = False,
    subtracts_items: bool = False,
    threads: bool = False,
    molecules_of_pyscf: tuple[str, ...] = ("ethene",),
) -> dict[str, Callable[..., None]]:
    """The tests of the function `name`, for the globals of a test file."""

    def populations(*arguments: Any) -> Any:
        return expect(getattr(mulliken, name), *arguments)

    def test_two_atoms() -> None:
        P, P0 = np.array([[2.0, 1.0], [3.0, 4.0]]), np.array([[1.0, 0.0], [0.0, 1.0]])
        S = np.array([[1.0, 0.5], [0.25, 1.0]])
        populations(P, P0, S, [1, 1]).returns(
            (np.array([2.5, 4.75]), np.array([1.5, 3.75])),
            because=sums_of(P, P0, S, [1, 1]),
        )

    @given(molecules())
    def test_agrees_with_numpy(molecule: tuple[Any, Any, Any, list[int]]) -> None:
        populations(*molecule).approximates(reference(*molecule), abs=1e-12, because=sums_of(*molecule))

    @pytest.mark.parametrize("molecule", molecules_of_pyscf)
    def test_agrees_with_pyscf(molecule: str) -> None:
        with np.load(DATA / f"{molecule}.npz") as data:
            q, dq = populations(data["P"], data["P0"], data["S"], data["orbs_per_atom"]).value()
            # P0 is the density of neutral atoms, so dq is what came to each: the charge, but for the sign.
            charges, nuclei = data["pyscf_charges"], data["nuclear_charges"]
        check_close(f"q of {molecule}, beside PySCF's populations", q, nuclei - charges, rel=0.0, abs=1e-12)
        check_close(f"dq of {molecule}, beside minus PySCF's charges", dq, -charges, rel=0.0, abs=1e-12)

    def test_atoms_of_all_sizes(rng: np.random.Generator) -> None:
        orbs_per_atom = rng.permutation([1, 0, 9, 2, 0, 14, 5, 1]).tolist()
        P, P0, S = three_matrices(32, rng)
        populations(P, P0, S, orbs_per_atom).approximates(
            reference(P, P0, S, orbs_per_atom), abs=1e-12, because=sums_of(P, P0, S, orbs_per_atom)
        )

    @pytest.mark.parametrize("orbs_per_atom", [[], [0], [0, 0]])
    def test_no_orbitals(orbs_per_atom: list[int], rng: np.random.Generator) -> None:
        nothing = np.zeros(len(orbs_per_atom))
        populations(*np.zeros((3, 0, 0)), orbs_per_atom).returns(
            (nothing, nothing),
            because=likely(
                (panicked, "Matrices of 0 × 0 are no error: every atom has 0. Do not divide by their size."),
                otherwise="An atom without orbitals has 0.",
            ),
        )
        P, P0, S = three_matrices(3, rng)
        populations(P, P0, S, [*orbs_per_atom, 3]).approximates(
            reference(P, P0, S, [*orbs_per_atom, 3]), abs=1e-12, because="An atom without orbitals has 0."
        )

    def test_nan_stays_with_its_atom(rng: np.random.Generator) -> None:
        P, P0, S = rng.integers(1, 9, (3, 3, 3)).astype(np.float64)  # Exact in any order.
        one, other = rng.permutation(3)[:2]
        P[one, rng.integers(3)], P0[other, rng.integers(3)] = np.nan, np.inf
        populations(P, P0, S, [1, 1, 1]).returns(reference(P, P0, S, [1, 1, 1]))

    @pytest.mark.parametrize("layout", LAYOUTS)
    @pytest.mark.parametrize("n", [9, 33])
    def test_any_layout(layout: str, n: int, rng: np.random.Generator) -> None:
        P, P0, S = (laid_out(matrix, layout) for matrix in three_matrices(n, rng))
        orbs_per_atom = two_atoms(n, rng)
        populations(P, P0, S, orbs_per_atom).approximates(
            reference(P, P0, S, orbs_per_atom), abs=1e-12, because=sums_of(P, P0, S, orbs_per_atom)
        )

    @pytest.mark.parametrize(
        "layouts", [(a, b, c) for a in LAYOUTS[:4] for b in LAYOUTS[:4] for c in LAYOUTS[:4]]
    )
    def test_each_matrix_in_a_layout_of_its_own(
        layouts: tuple[str, str, str], rng: np.random.Generator
    ) -> None:
        pairs = zip(three_matrices(12, rng), layouts, strict=True)
        P, P0, S = (laid_out(matrix, layout) for matrix, layout in pairs)
        orbs_per_atom = two_atoms(12, rng)
        populations(P, P0, S, orbs_per_atom).approximates(
            reference(P, P0, S, orbs_per_atom), abs=1e-12, because=sums_of(P, P0, S, orbs_per_atom)
        )

    def test_broadcast(rng: np.random.Generator) -> None:
        one, other, *row = rng.integers(1, 9, 8) / 2  # Exact in any order.
        P, P0, S = (
            np.broadcast_to(one, (6, 6)),
            np.broadcast_to(row, (6, 6)),
            np.broadcast_to(other, (6, 6)).T,
        )
        populations(P, P0, S, [2, 4]).approximates(reference(P, P0, S, [2, 4]), because=PLACES)

    @pytest.mark.parametrize("place", [0, 1, 2])
    def test_a_field_of_a_packed_record(place: int, rng: np.random.Generator) -> None:
        matrices = list(three_matrices(4, rng))
        matrices[place] = packed(matrices[place])
        populations(*matrices, [4]).raises(
            ValueError,
            says="aligned",
            because="`as_array` would read at the wrong places: `check_aligned` for all three matrices.",
        )

    @pytest.mark.parametrize("place", [0, 1, 2])
    def test_an_odd_address(place: int, rng: np.random.Generator) -> None:
        matrices = list(three_matrices(4, rng))
        matrices[place] = np.frombuffer(bytearray(8 * 16 + 1), offset=1).reshape(4, 4)
        populations(*matrices, [4]).raises(
            ValueError,
            says="aligned",
            because="Rust may not read a float64 at such an address: `check_aligned` for all three matrices.",
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
        populations(*np.zeros((3, *shape)), orbs_per_atom).raises(
            ValueError, says=says, because="`rows_of_atoms` finds out: call it first, as your file does."
        )

    @pytest.mark.parametrize("place", [0, 1, 2])
    def test_shapes_differ(place: int) -> None:
        matrices = [np.zeros((6, 6)) for _ in range(3)]
        matrices[place] = np.zeros((4, 4))
        populations(*matrices, [6]).raises(
            ValueError,
            says=("6", "4"),
            because="`rows_of_atoms` finds out: call it first, as your file does.",
        )

    @pytest.mark.parametrize("dtype", ["float32", "int64"])
    def test_another_dtype(dtype: str) -> None:
        good, bad = np.zeros((4, 4)), np.zeros((4, 4), dtype=dtype)
        for matrices in ((bad, good, good), (good, bad, good), (good, good, bad)):
            populations(*matrices, [4]).raises(TypeError, says=dtype)

    @pytest.mark.soft
    @pytest.mark.parametrize("orbs_per_atom", [[3] * 1_000, [3_000]], ids=["many atoms", "one atom"])
    def test_takes_no_memory_for_a_matrix(orbs_per_atom: list[int]) -> None:
        row = np.ones(3_000)
        matrix = np.broadcast_to(row, (3_000, 3_000))  # 24 KB that look like 72 MB.
        call = populations(matrix, matrix, matrix, orbs_per_atom)
        taken = memory_taken(call.value)
        check_that(
            taken < most_mb,
            f"MB that {name} took beyond its arguments",
            taken,
            f"less than {most_mb}",
            "A matrix was copied: read it where it lies, with `as_array`."
            if most_mb > 72
            else "There is still a temporary matrix (P - P0, or a "
            "copy of an atom's rows): subtract item by item.",
        )

    def test_more_than_fits() -> None:
        populations(*np.zeros((3, 2, 2)), range(10**14)).raises(MemoryError)
        if most_mb > 72:  # With a temporary.
            matrix = np.broadcast_to(1.0, (10**7, 10**7))
            populations(matrix, matrix, matrix, [10**7]).raises(
                MemoryError,
                because=("Keep the line with `memory::check_fits`: it asks for the temporary's memory."),
            )

    left_out: set[str] = set()

    @pytest.mark.parametrize("kind", [list, tuple, "int64", "int32", "uint8"])
    def test_counts_of_any_integer_type(kind: Any, rng: np.random.Generator) -> None:
        few = rng.permutation([3, 1, 2]).tolist()
        P, P0, S = three_matrices(6, rng)
        counts = np.array(few, dtype=kind) if isinstance(kind, str) else kind(few)
        populations(P, P0, S, counts).approximates(reference(P, P0, S, few), abs=1e-12)

    def test_counts_at_odd_places_in_memory(rng: np.random.Generator) -> None:
        few = rng.permutation([3, 1, 2])
        P, P0, S = three_matrices(6, rng)
        records = np.zeros(3, dtype=[("count", np.int64), ("flag", np.int8)])
        records["count"] = few
        for counts in (records["count"], np.repeat(few[::-1], 2)[::-2]):
            populations(P, P0, S, counts).approximates(reference(P, P0, S, few), abs=1e-12)

    if not any_counts:
        left_out |= {"test_counts_of_any_integer_type", "test_counts_at_odd_places_in_memory"}

    def test_small_changes_of_large_densities(rng: np.random.Generator) -> None:
        P0 = rng.integers(10**8, 10**9, (8, 8)).astype(np.float64)
        P = P0 + rng.integers(1, 9, (8, 8)) * 2.0**-20  # The difference has no rounding error.
        S = rng.uniform(0.1, 1.0, (8, 8))
        exact = reference(P, P0, S, [2, 6])[1]
        _, dq = populations(P, P0, S, [2, 6]).value()
        check_close(
            "dq where P and P0 are large and nearly the same",
            dq,
            exact,
            because="The difference of two large sums is rounding error: subtract the items, not the sums.",
        )

    if not subtracts_items:
        left_out |= {"test_small_changes_of_large_densities"}

    def test_the_same_bits_at_every_call(rng: np.random.Generator) -> None:
        P, P0, S = three_matrices(300, rng)
        orbs_per_atom = [100, 1, 99, 50, 50]
        wanted = reference(P, P0, S, orbs_per_atom)
        first = populations(P, P0, S, orbs_per_atom).approximates(wanted, rel=1e-9, abs=1e-9)
        for _ in range(20):
            populations(P, P0, S, orbs_per_atom).returns(
                first, because="Sums that threads add to as they come are rounded in another order each time."
            )

    @pytest.mark.parametrize("n", [127, 128, 129, 130, 203, 601])
    @pytest.mark.parametrize("layout", ["C", "Fortran"])
    def test_larger(n: int, layout: str, rng: np.random.Generator) -> None:
        matrices = rng.integers(-9, 9, (3, n, n)).astype(np.float64)  # Exact in any order.
        P, P0, S = (laid_out(matrix, layout) for matrix in matrices)
        orbs_per_atom = [n // 2, 0, 1, n - n // 2 - 1]
        populations(P, P0, S, orbs_per_atom).approximates(
            reference(P, P0, S, orbs_per_atom),
            because=sums_of(P, P0, S, orbs_per_atom),
        )

    @pytest.mark.soft
    def test_other_threads_run_meanwhile() -> None:
        n = 4_000
        matrix = np.broadcast_to(np.ones(n), (n, n))
        call = populations(matrix, matrix, matrix, [4] * (n // 4))
        q, _ = call.value()
        check("the populations of 1000 equal atoms", q, np.full(n // 4, 4.0 * n))
        check_that(
            lets_another_thread_in(getattr(mulliken, name), matrix, matrix, matrix, [4] * (n // 4)),
            f"what another thread got while {name} ran",
            "none",
            "a turn",
            "The sum ran attached to the interpreter: wrap it in `py.detach(|| …)`.",
        )

    if not threads:
        left_out |= {"test_the_same_bits_at_every_call", "test_larger", "test_other_threads_run_meanwhile"}

    return {key: value for key, value in locals().items() if key.startswith("test_") and key not in left_out}
