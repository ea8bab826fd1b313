//! Forces between atoms after Lennard and Jones, in reduced units.

use std::ops::Range;

use multiversion::multiversion;
use numpy::PyArray2;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use rayon::prelude::*;

use crate::arrays;

/// A point, or a force.
pub type Vector = [f64; 3];

/// Why there are no forces.
#[derive(Debug, Clone, PartialEq)]
pub enum ForceError {
    /// An atom is nowhere.
    NotFinite {
        /// Its number.
        atom: usize,
    },
    /// Two atoms are at the same place, where the force has no direction and no bound.
    Coincide {
        /// One of the two.
        atom: usize,
    },
}

impl From<ForceError> for PyErr {
    fn from(error: ForceError) -> Self {
        PyValueError::new_err(match error {
            ForceError::NotFinite { atom } => format!("positions[{atom}] is not finite"),
            ForceError::Coincide { atom } => {
                format!("positions[{atom}] is at the same place as another atom: their force has no bound")
            }
        })
    }
}

/// The force on the first of two atoms, divided by their distance, and their energy, from the square of the distance.
///
/// The energy is 4 (r⁻¹² − r⁻⁶), the force its derivative.
#[inline(always)]
fn pair(squared: f64) -> (f64, f64) {
    let inverse = 1.0 / squared;
    let sixth = inverse * inverse * inverse;
    (inverse * sixth * 24.0 * (2.0 * sixth - 1.0), 4.0 * sixth * (sixth - 1.0))
}

/// How many atoms the innermost loop looks at together.
const LANES: usize = 8;

/// Atoms sorted into cells whose sides are not shorter than the cutoff. Who is near an atom is in its own cell or in one
/// of those around it, so the work grows with the number of atoms and not with its square.
pub struct Grid {
    cutoff_squared: f64,
    /// Cells along each axis.
    cells: [usize; 3],
    /// For each cell, where its atoms begin among the sorted ones; and at last, where they end.
    starts: Vec<usize>,
    /// The number that each of the sorted atoms had.
    original: Vec<usize>,
    /// The coordinates of the sorted atoms, one list for each axis, with room for the last lanes at the end.
    sorted: [Vec<f64>; 3],
}

impl Grid {
    /// Sorts the atoms.
    pub fn new(positions: &[Vector], cutoff: f64) -> Result<Self, ForceError> {
        if let Some(atom) = positions.iter().position(|position| !position.iter().all(|x| x.is_finite())) {
            return Err(ForceError::NotFinite { atom });
        }
        // With more cells than atoms along an axis most would be empty, however far the atoms are apart.
        let most = (positions.len() as f64).cbrt().ceil() * 2.0;
        let mut cells = [1; 3];
        let mut lowest = [0.0; 3];
        let mut scale = [0.0; 3];
        for axis in 0..3 {
            let along = || positions.iter().map(|position| position[axis]);
            lowest[axis] = along().fold(f64::INFINITY, f64::min);
            let extent = along().fold(f64::NEG_INFINITY, f64::max) - lowest[axis];
            let count = (extent / cutoff).floor().clamp(1.0, most.max(1.0));
            cells[axis] = count as usize;
            scale[axis] = if count > 1.0 { count / extent } else { 0.0 };
        }
        let cell_of = |position: &Vector| {
            let [x, y, z] = [0, 1, 2].map(|axis| {
                let along = ((position[axis] - lowest[axis]) * scale[axis]) as usize;
                along.min(cells[axis] - 1)
            });
            (z * cells[1] + y) * cells[0] + x
        };
        let numbers: Vec<usize> = positions.iter().map(cell_of).collect();
        let mut starts = vec![0; cells.iter().product::<usize>() + 1];
        numbers.iter().for_each(|&cell| starts[cell + 1] += 1);
        for cell in 1..starts.len() {
            starts[cell] += starts[cell - 1];
        }
        let mut next = starts.clone();
        let mut original = vec![0; positions.len()];
        let mut sorted = [0; 3].map(|_| vec![0.0; positions.len() + LANES]);
        for (atom, &cell) in numbers.iter().enumerate() {
            let place = next[cell];
            next[cell] += 1;
            original[place] = atom;
            for axis in 0..3 {
                sorted[axis][place] = positions[atom][axis];
            }
        }
        Ok(Self { cutoff_squared: cutoff * cutoff, cells, starts, original, sorted })
    }

    /// The force on each of the sorted atoms of this range, and its share of the energy.
    pub fn forces(&self, range: Range<usize>) -> Result<Vec<(Vector, f64)>, ForceError> {
        let mut results = Vec::with_capacity(range.len());
        let mut cell = self.starts.partition_point(|&start| start <= range.start).saturating_sub(1);
        for place in range {
            while self.starts[cell + 1] <= place {
                cell += 1;
            }
            let [along_x, along_y, _] = self.cells;
            let [x, y, z] = [cell % along_x, cell / along_x % along_y, cell / (along_x * along_y)];
            let around = |number: usize, count: usize| number.saturating_sub(1)..(number + 2).min(count);
            let position = [0, 1, 2].map(|axis| self.sorted[axis][place]);
            let mut sums = Sums::default();
            for z in around(z, self.cells[2]) {
                for y in around(y, self.cells[1]) {
                    // Cells that are neighbours along x lie one after the other, so their atoms are one run.
                    let row = (z * along_y + y) * along_x;
                    let x = around(x, along_x);
                    let run = self.starts[row + x.start]..self.starts[row + x.end];
                    add_run(position, &self.sorted, run, self.cutoff_squared, &mut sums);
                }
            }
            // The atom meets itself once.
            if sums.zeros.iter().sum::<f64>() != 1.0 {
                return Err(ForceError::Coincide { atom: self.original[place] });
            }
            let total = |sums: &[f64; LANES]| sums.iter().sum::<f64>();
            results.push((sums.force.each_ref().map(total), 0.5 * total(&sums.energy)));
        }
        Ok(results)
    }
}

/// Running sums, one for each lane.
#[derive(Default)]
struct Sums {
    force: [[f64; LANES]; 3],
    energy: [f64; LANES],
    /// The number of atoms at distance zero.
    zeros: [f64; LANES],
}

/// Adds what the atoms of a run do to the atom at `position`.
///
/// Each step takes `LANES` atoms, and leaves out those past the end of the run by a comparison, not by a branch: so the
/// compiler makes vector instructions of it.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2+fma"))]
fn add_run(position: Vector, sorted: &[Vec<f64>; 3], run: Range<usize>, cutoff_squared: f64, sums: &mut Sums) {
    let mut place = run.start;
    while place < run.end {
        let lanes = |axis: usize| sorted[axis][place..].first_chunk::<LANES>();
        let (Some(x), Some(y), Some(z)) = (lanes(0), lanes(1), lanes(2)) else {
            return; // Never: there is room for the last lanes at the end.
        };
        let inside_run = (run.end - place) as u64;
        for lane in 0..LANES {
            let difference = [position[0] - x[lane], position[1] - y[lane], position[2] - z[lane]];
            let squared = difference[0] * difference[0] + difference[1] * difference[1] + difference[2] * difference[2];
            let counts = (lane as u64) < inside_run;
            let acts = counts & (squared < cutoff_squared) & (squared > 0.0);
            let (force, energy) = pair(if acts { squared } else { 1.0 });
            let (force, energy) = if acts { (force, energy) } else { (0.0, 0.0) };
            for (sum, difference) in sums.force.iter_mut().zip(difference) {
                sum[lane] += force * difference;
            }
            sums.energy[lane] += energy;
            sums.zeros[lane] += if counts & (squared == 0.0) { 1.0 } else { 0.0 };
        }
        place += LANES;
    }
}

/// Atoms that one thread takes at a time.
const BLOCK: usize = 64;

/// Atoms between two calls of `go_on`.
const SLICE: usize = 16_384;

/// Fills in the force on each atom, and gives the energy of all. Pairs that are `cutoff` apart, or more, do not count.
///
/// Calls `go_on` now and then; its error ends the work. The result has the same bits whatever the number of threads.
pub fn lennard_jones<E: From<ForceError> + Send>(
    positions: &[Vector],
    cutoff: f64,
    forces: &mut [Vector],
    go_on: impl Fn() -> Result<(), E>,
) -> Result<f64, E> {
    let grid = Grid::new(positions, cutoff)?;
    let mut energy = 0.0;
    for start in (0..positions.len()).step_by(SLICE) {
        let slice = start..positions.len().min(start + SLICE);
        let blocks: Vec<usize> = slice.clone().step_by(BLOCK).collect();
        let block = |&start: &usize| grid.forces(start..slice.end.min(start + BLOCK));
        // Waking other threads takes longer than a small system does.
        let results: Result<Vec<_>, ForceError> = if positions.len() < 256 {
            blocks.iter().map(block).collect()
        } else {
            blocks.par_iter().map(block).collect()
        };
        for (place, (force, share)) in slice.zip(results?.into_iter().flatten()) {
            forces[grid.original[place]] = force;
            energy += share;
        }
        go_on()?;
    }
    Ok(energy)
}

/// Forces between atoms after Lennard and Jones, in reduced units: 4 (r⁻¹² − r⁻⁶) for each pair closer than the cutoff.
#[pyclass(module = "trajectory", frozen)]
pub struct ForceCalculator {
    cutoff: f64,
}

impl ForceCalculator {
    /// Fills in the force on each atom, and gives the energy. The caller is detached; Ctrl-C ends it.
    pub fn compute(&self, positions: &[Vector], forces: &mut [Vector]) -> PyResult<f64> {
        lennard_jones(positions, self.cutoff, forces, || Python::attach(|py| py.check_signals()))
    }

    /// The same for positions from Python.
    fn compute_for(&self, positions: &Bound<'_, PyAny>) -> PyResult<(Vec<Vector>, f64)> {
        let py = positions.py();
        let positions = arrays::positions(positions)?;
        py.detach(|| {
            let wide: Vec<Vector> = positions.iter().map(|position| position.map(f64::from)).collect();
            let mut forces = vec![[0.0; 3]; wide.len()];
            let energy = self.compute(&wide, &mut forces)?;
            Ok((forces, energy))
        })
    }
}

#[pymethods]
impl ForceCalculator {
    #[new]
    fn new(cutoff: f64) -> PyResult<Self> {
        // Asked in this way, NaN is refused as well. Infinity means that all pairs count.
        if cutoff > 0.0 {
            Ok(Self { cutoff })
        } else {
            Err(PyValueError::new_err(format!("cutoff must be greater than 0, got {cutoff}")))
        }
    }

    /// Pairs that are so far apart, or more, do not count.
    #[getter]
    fn cutoff(&self) -> f64 {
        self.cutoff
    }

    /// The force on each atom, as a float32 array of shape (n, 3).
    fn forces<'py>(&self, positions: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyArray2<f32>>> {
        let (forces, _) = self.compute_for(positions)?;
        let forces = forces.into_iter().map(|force| force.map(|x| x as f32)).collect();
        arrays::to_array(positions.py(), forces)
    }

    /// The energy of all pairs.
    fn energy(&self, positions: &Bound<'_, PyAny>) -> PyResult<f64> {
        Ok(self.compute_for(positions)?.1)
    }

    fn __repr__(&self) -> String {
        format!("ForceCalculator(cutoff={:?})", self.cutoff)
    }
}
