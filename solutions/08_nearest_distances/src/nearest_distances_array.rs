//! The same for arrays: sorted, so that most others are never looked at, and eight at a time.

use crate::arrays;
use crate::index::safe_scale;
use multiversion::multiversion;
use ndarray::{ArrayView1, ArrayView2, Axis};
use numpy::{IntoPyArray, PyArray1, PyReadonlyArrayDyn};
use pyo3::prelude::*;
use rayon::prelude::*;

/// The number of others that are measured together, before the next look at what is nearest so far.
const LANES: usize = 32;

/// Points that one task takes.
const BLOCK: usize = 2048;

/// The others, sorted along one axis, with infinitely far ones at both ends so that every step is a full one.
struct Sorted {
    /// The axis along which they are sorted: 0 or 1.
    axis: usize,
    scale: f64,
    along: Vec<f64>,
    across: Vec<f64>,
}

impl Sorted {
    fn new(points: ArrayView2<'_, f64>, others: ArrayView2<'_, f64>) -> Self {
        let extremes = |column: usize| {
            let start = (f64::INFINITY, f64::NEG_INFINITY);
            others.column(column).fold(start, |(low, high), &x| (low.min(x), high.max(x)))
        };
        let [x, y] = [extremes(0), extremes(1)];
        // Along the longer side more of them are out of reach.
        let axis = usize::from(y.1 - y.0 > x.1 - x.0);
        let largest = |view: ArrayView2<'_, f64>| view.fold(0.0_f64, |largest, x| largest.max(x.abs()));
        let scale = safe_scale(largest(points).max(largest(others)));
        let mut sorted: Vec<[f64; 2]> =
            others.rows().into_iter().map(|row| [scale * row[axis], scale * row[1 - axis]]).collect();
        sorted.par_sort_unstable_by(|one, other| one[0].total_cmp(&other[0]).then(one[1].total_cmp(&other[1])));
        sorted.dedup();
        let padding = [f64::INFINITY; LANES];
        let padded = |column: usize, first: f64| {
            [first; LANES].into_iter().chain(sorted.iter().map(|other| other[column])).chain(padding).collect()
        };
        Self { axis, scale, along: padded(0, f64::NEG_INFINITY), across: padded(1, f64::INFINITY) }
    }

    /// Writes the distances of some points.
    fn measure(&self, points: ArrayView2<'_, f64>, distances: &mut [f64]) {
        let scaled = |(place, row): (usize, ArrayView1<'_, f64>)| {
            ([self.scale * row[self.axis], self.scale * row[1 - self.axis]], place)
        };
        let mut points: Vec<([f64; 2], usize)> = points.rows().into_iter().enumerate().map(scaled).collect();
        // In the order of the others: what one point has loaded into the cache, the next one finds there.
        points.sort_unstable_by(|(one, _), (other, _)| one[0].total_cmp(&other[0]));
        for (point, place) in points {
            distances[place] = smallest_square(&self.along, &self.across, point).sqrt() / self.scale;
        }
    }
}

/// The smallest squared distance from the point to one of the others, which are sorted by `along`.
///
/// Goes outwards from the point's own place, to the right and then to the left, until the next others are further away
/// along this one axis than the nearest that was found.
///
/// The attribute compiles the function several times. While running, the version with the widest vector instructions
/// that the processor has is called.
#[multiversion(targets("x86_64+avx512f+avx512vl", "x86_64+avx2"))]
fn smallest_square(along: &[f64], across: &[f64], [x, y]: [f64; 2]) -> f64 {
    let mut lanes = [f64::INFINITY; LANES];
    let is_in_reach = |place: usize, smallest: f64| (along[place] - x) * (along[place] - x) < smallest;
    let mut smallest = f64::INFINITY;
    // There is at least one other. Before the first and after the last, infinitely far ones end both loops.
    let place = along.partition_point(|&other| other < x).clamp(LANES, along.len() - LANES);
    let mut right = place;
    while right + LANES <= along.len() && is_in_reach(right, smallest) {
        smallest = step(&along[right..right + LANES], &across[right..right + LANES], [x, y], &mut lanes);
        right += LANES;
    }
    let mut left = place;
    while left >= LANES && is_in_reach(left - 1, smallest) {
        left -= LANES;
        smallest = step(&along[left..left + LANES], &across[left..left + LANES], [x, y], &mut lanes);
    }
    smallest
}

/// Measures some others, keeps the smallest square of each lane, and gives the smallest of all.
///
/// There is no branch in the loop, and each lane has a variable of its own: the compiler uses vector instructions. Inlined
/// always: only what is inside `smallest_square` is compiled for the wider ones.
#[inline(always)]
fn step(along: &[f64], across: &[f64], [x, y]: [f64; 2], lanes: &mut [f64; LANES]) -> f64 {
    for (lane, (along, across)) in lanes.iter_mut().zip(along.iter().zip(across)) {
        let (dx, dy) = (along - x, across - y);
        *lane = smaller(*lane, dx * dx + dy * dy);
    }
    // Halves the lanes again and again: the comparisons of one round do not wait for one another.
    let mut halves = *lanes;
    let mut width = LANES / 2;
    while width > 0 {
        for lane in 0..width {
            halves[lane] = smaller(halves[lane], halves[lane + width]);
        }
        width /= 2;
    }
    halves[0]
}

/// One instruction, where `f64::min` takes several to get NaN right.
#[inline(always)]
fn smaller(one: f64, other: f64) -> f64 {
    if other < one { other } else { one }
}

/// The distance from each point to the nearest of the others. Any strides will do.
pub fn distances(points: ArrayView2<'_, f64>, others: ArrayView2<'_, f64>) -> Vec<f64> {
    let mut distances = vec![0.0; points.nrows()];
    if points.is_empty() {
        return distances;
    }
    let sorted = Sorted::new(points, others);
    (points.axis_chunks_iter(Axis(0), BLOCK), distances.par_chunks_mut(BLOCK))
        .into_par_iter()
        .for_each(|(points, distances)| sorted.measure(points, distances));
    distances
}

/// The distance from each of the points, an (n, 2) array of float64, to the nearest of the others, an (m, 2) array.
///
/// The points are read where they lie, in any layout. The others are copied once, to be sorted. Other Python threads may
/// run meanwhile.
///
/// Raises `TypeError` for another dtype. Raises `ValueError` for other shapes, for points without others, for NaN and
/// infinities, and for items that are not aligned.
#[pyfunction]
pub fn nearest_distances_array<'py>(
    py: Python<'py>,
    points: PyReadonlyArrayDyn<'py, f64>,
    others: PyReadonlyArrayDyn<'py, f64>,
) -> PyResult<Bound<'py, PyArray1<f64>>> {
    let (points, others) = arrays::pair(("points", &points), ("others", &others))?;
    Ok(py.detach(|| distances(points, others)).into_pyarray(py))
}
