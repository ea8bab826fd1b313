//! The analysis as fast as the memory delivers the matrices, and at home in small ones.

use crate::arguments::{OrbsPerAtom, Populations, rows_of_atoms};
use crate::layout::check_aligned;
use multiversion::multiversion;
use ndarray::{Array1, ArrayView2, Axis, Zip, s};
use numpy::{PyArray1, PyReadonlyArray2};
use pyo3::prelude::*;
use rayon::prelude::*;
use std::ops::Range;

/// Independent accumulators of each sum. The compiler may not reorder float additions; with these it need not, and uses
/// vector instructions. Eight are one register of AVX-512, two of AVX2, four of SSE2 and NEON.
const LANES: usize = 8;

/// Items of a matrix up to which one thread is done before a second would have begun.
const SMALL: usize = 128 * 128;

/// Items of a matrix per task. Small enough that no thread waits long for the last one.
const TASK: usize = 1 << 16;

/// Blocks of columns, one task each, where columns lie side by side in memory. Each has a sum for every row, so there are
/// not many. Their number decides how sums are rounded: it must not depend on the threads.
const BLOCKS: usize = 16;

/// An orbital's share of the electrons, and of their change, as sums that are still to be added up.
///
/// They are added up per atom, not per orbital: small matrices would spend a good part of the time on that.
#[derive(Debug, Clone, Copy)]
struct Lanes {
    q: [f64; LANES],
    dq: [f64; LANES],
}

impl Lanes {
    const ZERO: Self = Self { q: [0.0; LANES], dq: [0.0; LANES] };

    fn add(&mut self, other: &Self) {
        for lane in 0..LANES {
            self.q[lane] += other.q[lane];
            self.dq[lane] += other.dq[lane];
        }
    }

    fn total(&self) -> (f64, f64) {
        (self.q.iter().sum(), self.dq.iter().sum())
    }
}

/// `q` and `dq` of each atom. `atoms` holds the rows of each; any strides will do.
///
/// One thread adds up a row (or a block of columns), in one order; rows and blocks are added up at the end, in theirs. So
/// the bits of the result do not depend on the number of threads, and a large atom is no obstacle to sharing out the work.
pub fn populations(
    p: ArrayView2<'_, f64>,
    p0: ArrayView2<'_, f64>,
    s: ArrayView2<'_, f64>,
    atoms: &[Range<usize>],
) -> (Vec<f64>, Vec<f64>) {
    let by_column = [&p, &p0, &s].iter().all(|matrix| matrix.strides()[0] == 1 && matrix.strides()[1] != 1);
    let orbitals = if by_column { add_columns(p, p0, s) } else { add_rows(p, p0, s) };
    atoms
        .iter()
        .map(|rows| {
            let mut sums = Lanes::ZERO;
            orbitals[rows.clone()].iter().for_each(|orbital| sums.add(orbital));
            sums.total()
        })
        .unzip()
}

/// The share of each orbital, row by row.
fn add_rows(p: ArrayView2<'_, f64>, p0: ArrayView2<'_, f64>, s: ArrayView2<'_, f64>) -> Vec<Lanes> {
    let mut orbitals = vec![Lanes::ZERO; s.nrows()];
    let fill_from = |first: usize, orbitals: &mut [Lanes]| {
        let rows = s![first..first + orbitals.len(), ..];
        add_some_rows(p.slice(rows), p0.slice(rows), s.slice(rows), orbitals);
    };
    if s.len() <= SMALL {
        fill_from(0, &mut orbitals);
    } else {
        let rows = TASK.div_ceil(s.ncols());
        orbitals.par_chunks_mut(rows).enumerate().for_each(|(task, orbitals)| fill_from(task * rows, orbitals));
    }
    orbitals
}

/// Adds up some rows of the matrices, each into its orbital.
///
/// The attribute compiles the loop several times. While running, the version with the widest vector instructions that the
/// processor has is called. All do the same operations in the same order, so the bits are the same, too.
#[multiversion(targets("x86_64+avx512f+avx512vl", "x86_64+avx2"))]
fn add_some_rows(p: ArrayView2<'_, f64>, p0: ArrayView2<'_, f64>, s: ArrayView2<'_, f64>, orbitals: &mut [Lanes]) {
    let rows = p.rows().into_iter().zip(p0.rows()).zip(s.rows());
    for (((p, p0), s), orbital) in rows.zip(orbitals) {
        match (p.to_slice(), p0.to_slice(), s.to_slice()) {
            (Some(p), Some(p0), Some(s)) => add_row(p, p0, s, orbital),
            _ => Zip::from(p).and(p0).and(s).for_each(|&p, &p0, &s| {
                orbital.q[0] += p * s;
                orbital.dq[0] += (p - p0) * s;
            }),
        }
    }
}

/// Adds up a row whose items lie side by side.
///
/// The sums are local arrays that are stored once, at the end: so the compiler keeps each in vector registers. (If they are
/// added up here instead, it pairs `q` with `dq` into vectors of two, and stays there. Look at the assembly.)
#[inline(always)]
fn add_row(p: &[f64], p0: &[f64], s: &[f64], orbital: &mut Lanes) {
    let Lanes { mut q, mut dq } = *orbital;
    let (p, p_rest) = p.as_chunks::<LANES>();
    let (p0, p0_rest) = p0.as_chunks::<LANES>();
    let (s, s_rest) = s.as_chunks::<LANES>();
    for ((p, p0), s) in p.iter().zip(p0).zip(s) {
        for lane in 0..LANES {
            q[lane] += p[lane] * s[lane];
            dq[lane] += (p[lane] - p0[lane]) * s[lane];
        }
    }
    *orbital = Lanes { q, dq };
    for ((p, p0), s) in p_rest.iter().zip(p0_rest).zip(s_rest) {
        orbital.q[0] += p * s;
        orbital.dq[0] += (p - p0) * s;
    }
}

/// The share of each orbital, column by column: the order in which Fortran's matrices lie in memory.
fn add_columns(p: ArrayView2<'_, f64>, p0: ArrayView2<'_, f64>, s: ArrayView2<'_, f64>) -> Vec<Lanes> {
    let blocks = if s.len() <= SMALL {
        vec![add_block(p, p0, s)]
    } else {
        let columns = s.ncols().div_ceil(BLOCKS);
        (
            p.axis_chunks_iter(Axis(1), columns),
            p0.axis_chunks_iter(Axis(1), columns),
            s.axis_chunks_iter(Axis(1), columns),
        )
            .into_par_iter()
            .map(|(p, p0, s)| add_block(p, p0, s))
            .collect()
    };
    let mut orbitals = vec![Lanes::ZERO; s.nrows()];
    for (q, dq) in blocks {
        for ((orbital, q), dq) in orbitals.iter_mut().zip(q).zip(dq) {
            orbital.q[0] += q;
            orbital.dq[0] += dq;
        }
    }
    orbitals
}

/// Adds up all rows of some columns: every sum grows with every column. Compiled several times, like `add_some_rows`.
#[multiversion(targets("x86_64+avx512f+avx512vl", "x86_64+avx2"))]
fn add_block(p: ArrayView2<'_, f64>, p0: ArrayView2<'_, f64>, s: ArrayView2<'_, f64>) -> (Array1<f64>, Array1<f64>) {
    let (mut q, mut dq) = (Array1::zeros(s.nrows()), Array1::zeros(s.nrows()));
    for ((p, p0), s) in p.columns().into_iter().zip(p0.columns()).zip(s.columns()) {
        Zip::from(&mut q).and(&mut dq).and(p).and(p0).and(s).for_each(|q, dq, &p, &p0, &s| {
            *q += p * s;
            *dq += (p - p0) * s;
        });
    }
    (q, dq)
}

/// Mulliken populations: how many electrons belong to each atom, and how many more than in the reference density.
///
/// `q_A = Σ_{μ∈A} Σ_ν P_μν S_μν`, and `dq_A` the same with `P − P0`; after R. S. Mulliken, J. Chem. Phys. 23, 1833 (1955).
/// `P` (the density matrix), `P0` (the reference density) and `S` (the overlap) are n × n float64 matrices,
/// `orbs_per_atom` holds the number of orbitals of each atom in the order of the rows. Returns two arrays with one item
/// per atom, in electrons.
///
/// The matrices are read once, where they lie, in any layout; memory is needed for some numbers per row only. It is as fast
/// as memory if all three are in C order, or at least their rows without gaps. The bits of the result depend neither on the
/// number of threads nor on the processor. Other Python threads may run meanwhile; one that writes to a matrix during the
/// call makes the result meaningless.
///
/// Raises `TypeError` for another dtype or dimension, and `ValueError` for matrices that are not square, of different
/// shapes, or not aligned in memory, and for counts that are negative or do not add up to n.
#[allow(non_snake_case, reason = "P, P0 and S are the names in the field, and keywords in Python")]
#[pyfunction]
pub fn mulliken<'py>(
    py: Python<'py>,
    P: PyReadonlyArray2<'py, f64>,
    P0: PyReadonlyArray2<'py, f64>,
    S: PyReadonlyArray2<'py, f64>,
    orbs_per_atom: OrbsPerAtom,
) -> PyResult<Populations<'py>> {
    let atoms = rows_of_atoms(&P, &P0, &S, &orbs_per_atom)?;
    for matrix in [&P, &P0, &S] {
        check_aligned(matrix)?;
    }
    let (p, p0, s) = (P.as_array(), P0.as_array(), S.as_array());
    // Nobody waits for a few microseconds; to detach and attach again would be a good part of them.
    let small = s.len() <= SMALL;
    let (q, dq) = if small { populations(p, p0, s, &atoms) } else { py.detach(|| populations(p, p0, s, &atoms)) };
    // NumPy allocates and the few items are copied: quicker than a Python object that owns the Vec.
    Ok((PyArray1::from_slice(py, &q), PyArray1::from_slice(py, &dq)))
}
