from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import mulliken
import numpy as np
import pytest
from coursekit import check_close, check_that, expect
from coursekit.layouts import packed
from hypothesis import given
from hypothesis import strategies as st

TRACE = "tr(P S) is the sum of P[mu, nu] * S[nu, mu]: the indices of S change places."
SIGN = "Electrons are negative: the charge is that of the nucleus, less the population."
TOTAL = "Compare the sum of the charges with total_charge; more than 1e-6 apart is an error, NaN too."

DATA = Path(__file__).parents[1] / "data"
MOLECULES = {"ethene": 16, "ethene_tetramer": 64}
"""Electrons."""


def laid_out(matrix: Any, layout: str) -> Any:
    """The same items at other places in memory."""
    if layout == "every second":
        wide = np.full((2 * len(matrix), 2 * len(matrix)), 99.0)
        wide[::2, ::2] = matrix
        return wide[::2, ::2]
    if layout == "backwards":
        return np.array(matrix[::-1, ::-1], order="C")[::-1, ::-1]
    return np.array(matrix, order="F" if layout == "Fortran" else "C")


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Any, Any]:
    n = draw(st.integers(0, 8))
    P, S = np.random.default_rng(draw(st.integers(0, 2**32 - 1))).normal(size=(2, n, n))
    layouts = st.sampled_from(["C", "Fortran", "every second", "backwards"])
    return laid_out(P, draw(layouts)), laid_out(S, draw(layouts))


@pytest.mark.parametrize("name", MOLECULES)
def test_electrons_of_a_molecule(name: str, rng: np.random.Generator) -> None:
    with np.load(DATA / f"{name}.npz") as data:
        for density in ("P", "P0"):
            expect(mulliken.electron_count, data[density], data["S"]).approximates(
                float(MOLECULES[name]), rel=1e-12, because=TRACE
            )
            part = rng.uniform(0.1, 0.9)
            expect(mulliken.electron_count, part * data[density], data["S"]).approximates(
                part * MOLECULES[name], rel=1e-12, because=TRACE
            )


@given(pairs())
def test_electrons_agree_with_numpy(pair: tuple[Any, Any]) -> None:
    P, S = pair
    expected = math.fsum((P * S.T).ravel())
    expect(mulliken.electron_count, P, S).approximates(expected, rel=1e-12, abs=1e-12, because=TRACE)


def test_electrons_of_matrices_that_are_not_symmetric(rng: np.random.Generator) -> None:
    P, S = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[1.0, 10.0], [0.0, 1.0]])
    expect(mulliken.electron_count, P, S).returns(35.0, because=TRACE)
    P, S = rng.integers(-99, 99, (2, 5, 5)).astype(np.float64)
    expect(mulliken.electron_count, P, S).approximates(float(np.trace(P @ S)), because=TRACE)


@pytest.mark.parametrize(
    ("one", "other"), [((2, 3), (2, 3)), ((3, 3), (4, 4)), ((2, 3), (3, 2)), ((1, 3), (3, 3))]
)
def test_matrices_that_do_not_fit(one: tuple[int, int], other: tuple[int, int]) -> None:
    says = tuple(str(length) for length in (*one, *other))
    expect(mulliken.electron_count, np.ones(one), np.ones(other)).raises(
        ValueError, says=says, because="Both must be square and of one shape; name both shapes."
    )


def test_matrices_of_another_dtype_or_layout() -> None:
    good = np.ones((2, 2))
    for bad in (np.ones((2, 2), dtype=np.float32), np.ones(2), [[1.0]]):
        expect(mulliken.electron_count, good, bad).raises(TypeError)
        expect(mulliken.electron_count, bad, good).raises(TypeError)
    because = "`as_array` would read at the wrong places: `check_aligned` for both."
    expect(mulliken.electron_count, packed(good), good).raises(ValueError, says="aligned", because=because)
    expect(mulliken.electron_count, good, packed(good)).raises(ValueError, says="aligned", because=because)


@pytest.mark.parametrize("name", MOLECULES)
def test_charges_agree_with_pyscf(name: str, rng: np.random.Generator) -> None:
    with np.load(DATA / f"{name}.npz") as data:
        starts = np.cumsum(data["orbs_per_atom"]) - data["orbs_per_atom"]
        order = rng.permutation(len(starts))  # Of the atoms.
        q = np.add.reduceat(np.einsum("ij,ij->i", data["P"], data["S"]), starts)[order]
        expected = data["pyscf_charges"][order]
        got = expect(mulliken.atomic_charges, q, data["nuclear_charges"][order]).value(because=SIGN)
    check_close(f"charges of {name}, beside PySCF's", got, expected, rel=0.0, abs=1e-12, because=SIGN)


def charges_of(atoms: int, total: int, rng: np.random.Generator) -> Any:
    """Charges that add up to `total`: quarters, so that sums and differences are exact."""
    charges = rng.integers(-9, 9, atoms) / 4
    charges[-1] = total - charges[:-1].sum()
    return charges


def test_charges_of_water() -> None:
    expect(mulliken.atomic_charges, np.array([8.5, 0.75, 0.75]), [8, 1, 1]).returns(
        np.array([-0.5, 0.25, 0.25]), because=SIGN
    )


@pytest.mark.parametrize("nuclei", [[8, 1], (8.0, 1.0), np.array([8, 1]), np.array([8.0, 1.0])])
def test_nuclear_charges_of_any_kind(nuclei: Any, rng: np.random.Generator) -> None:
    charges = charges_of(2, -1, rng)
    q = np.repeat(np.array([8.0, 1.0]) - charges, 2)[1::2]
    expect(mulliken.atomic_charges, q, nuclei, total_charge=-1).returns(charges)


def test_an_ion(rng: np.random.Generator) -> None:
    charges = charges_of(4, 1, rng)
    q = np.array([8.0, 1.0, 1.0, 1.0]) - charges
    expect(mulliken.atomic_charges, q, [8, 1, 1, 1], total_charge=1).returns(charges)
    expect(mulliken.atomic_charges, q, [8, 1, 1, 1]).raises(ValueError, says="1", because=TOTAL)


def test_nothing() -> None:
    expect(mulliken.atomic_charges, np.zeros(0), []).returns(np.zeros(0))
    expect(mulliken.electron_count, np.zeros((0, 0)), np.zeros((0, 0))).returns(0.0)


@pytest.mark.parametrize("excess", [1e-5, -1e-5, 1.0, -8.0, math.nan, math.inf])
def test_charges_that_do_not_add_up(excess: float) -> None:
    q = np.array([6.0, 1.0 + excess, 1.0])
    expect(mulliken.atomic_charges, q, [6, 1, 1]).raises(ValueError, because=TOTAL)


def test_half_of_the_electrons() -> None:
    expect(mulliken.atomic_charges, np.array([4.0, 1.0]), [8, 2]).raises(
        ValueError, says=("5.0", "0.0"), because="Name the sum that came out, and the one that was expected."
    )


@pytest.mark.parametrize("excess", [1e-9, -1e-9, 5e-7])
def test_rounding_is_no_error(excess: float, rng: np.random.Generator) -> None:
    q = np.array([6.0, 1.0]) - charges_of(2, 0, rng) + [0.0, excess]
    expect(mulliken.atomic_charges, q, [6, 1]).approximates(
        np.array([6.0, 1.0]) - q, abs=1e-12, because=TOTAL
    )


@pytest.mark.parametrize(("populations", "nuclei"), [(3, 2), (2, 3), (0, 1), (1, 0)])
def test_more_or_fewer_nuclei(populations: int, nuclei: int) -> None:
    expect(mulliken.atomic_charges, np.zeros(populations), [0.0] * nuclei).raises(
        ValueError,
        says=(str(populations), str(nuclei)),
        because="`zip` ends with the shorter of the two: compare the lengths first.",
    )


@pytest.mark.parametrize(
    "bad", [[6.0, 1.0], None, np.array([6, 1]), np.zeros((2, 1)), np.zeros(2, dtype="float32")]
)
def test_populations_of_another_type(bad: object) -> None:
    expect(mulliken.atomic_charges, bad, [6, 1]).raises(TypeError)


@pytest.mark.parametrize("bad", [None, 6, ["6", "1"], "61", [6, None]])
def test_nuclear_charges_of_another_type(bad: object) -> None:
    expect(mulliken.atomic_charges, np.array([6.0, 1.0]), bad).raises(TypeError)


def test_populations_in_a_packed_record() -> None:
    expect(mulliken.atomic_charges, packed(np.array([6.0, 1.0])), [6, 1]).raises(
        ValueError, says="aligned", because="`check_aligned(&q)?` before `as_array`."
    )


def test_total_charge_by_keyword_only() -> None:
    expect(mulliken.atomic_charges, np.array([6.0]), [6], 0.0).raises(TypeError)


@pytest.mark.soft
def test_the_trace_takes_no_product() -> None:
    status, peak = Path("/proc/self/status"), Path("/proc/self/clear_refs")
    if not (status.exists() and peak.exists()):
        pytest.skip("platform: the peak of a process's memory is read from Linux's /proc")

    def peak_in_mb() -> int:
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) // 1024

    matrix = np.broadcast_to(np.ones(1_500), (1_500, 1_500))  # 12 KB that look like 18 MB.
    peak.write_text("5")  # Forget the peak so far.
    before = peak_in_mb()
    expect(mulliken.electron_count, matrix, matrix).returns(1_500.0**2)
    grown = peak_in_mb() - before
    check_that(
        grown < 8,
        "MB that electron_count took beyond its arguments",
        grown,
        "less than 8",
        "The product of the matrices takes n * n items and n * n * n multiplications: its trace needs only "
        "the diagonal.",
    )


def test_more_nuclei_than_fit() -> None:
    expect(mulliken.atomic_charges, np.zeros(2), range(10**14)).raises(
        MemoryError, because="Keep `#[pyo3(from_py_with = sequence_of)]`: a plain Vec would end the process."
    )
