//! A Gaussian blur: along the columns, then along the rows.

use crate::filters::{check_scratch, reflect, to_byte, weights};
use crate::interrupt;
use crate::picture::{self, Picture, TooLarge};
use multiversion::multiversion;
use numpy::{PyArrayDyn, PyUntypedArrayMethods};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use rayon::prelude::*;
use std::borrow::Cow;
use std::sync::atomic::{AtomicBool, Ordering};

/// Bytes whose sums are in registers together.
const LANES: usize = 64;

/// Rows of one task.
const ROWS: usize = 8;

/// A separable filter: a kernel for the columns and one for the rows, and the picture that they are for.
struct SeparableFilter<'a> {
    source: &'a Picture<Cow<'a, [u8]>>,
    down: Vec<f32>,
    along: Vec<f32>,
    stop: &'a AtomicBool,
}

impl SeparableFilter<'_> {
    /// Row `y` of the result. `padded` is scratch space: a row of floats, with room for its reflections.
    fn row(&self, y: usize, padded: &mut [f32], out: &mut [u8]) {
        let channels = self.source.channels;
        let border = (self.along.len() - 1) * channels;
        let end = border + out.len();
        let line = |offset: isize| self.source.row(reflect(y as isize + offset, self.source.height));
        let pairs: Vec<[&[u8]; 2]> = (1..self.down.len() as isize).map(|far| [line(-far), line(far)]).collect();
        sums_down(line(0), &pairs, &self.down, &mut padded[border..end], self.stop);
        for step in (0..border).step_by(channels) {
            padded.copy_within(border + step..border + step + channels, border - step - channels);
            padded.copy_within(end - step - channels..end - step, end + step);
        }
        sums_along(padded, channels, &self.along, self.down.len() + self.along.len(), out, self.stop);
    }
}

/// Weighted sums down the columns, of the line in the middle and of pairs of lines at equal distances from it.
///
/// The attribute compiles the loops several times. The version with the widest vector instructions that the processor has
/// is called.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512vl", "x86_64+avx2"))]
fn sums_down(middle: &[u8], pairs: &[[&[u8]; 2]], weights: &[f32], sums: &mut [f32], stop: &AtomicBool) {
    let (blocks, rest) = sums.as_chunks_mut::<LANES>();
    let start_of_rest = blocks.len() * LANES;
    for (number, block) in blocks.iter_mut().enumerate() {
        if stop.load(Ordering::Relaxed) {
            return;
        }
        block_down(middle, pairs, weights, number * LANES, block);
    }
    for (place, sum) in rest.iter_mut().enumerate() {
        block_down(middle, pairs, weights, start_of_rest + place, std::array::from_mut(sum));
    }
}

/// The sums of `N` columns from `start` on: as many as fit in registers, so that nothing is stored on the way.
#[inline(always)]
fn block_down<const N: usize>(middle: &[u8], pairs: &[[&[u8]; 2]], weights: &[f32], start: usize, sums: &mut [f32; N]) {
    let mut lanes = [0.0; N];
    for (lane, byte) in lanes.iter_mut().zip(part::<N, u8>(middle, start)) {
        *lane = weights[0] * f32::from(*byte);
    }
    for ([above, below], weight) in pairs.iter().zip(&weights[1..]) {
        let (above, below) = (part::<N, u8>(above, start), part::<N, u8>(below, start));
        for lane in 0..N {
            lanes[lane] += weight * f32::from(u16::from(above[lane]) + u16::from(below[lane]));
        }
    }
    *sums = lanes;
}

/// Weighted sums along a row that has been padded on both sides, as bytes. `channels` floats make a pixel.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512vl", "x86_64+avx2"))]
fn sums_along(padded: &[f32], channels: usize, weights: &[f32], count: usize, out: &mut [u8], stop: &AtomicBool) {
    let (blocks, rest) = out.as_chunks_mut::<LANES>();
    let start_of_rest = blocks.len() * LANES;
    for (number, block) in blocks.iter_mut().enumerate() {
        if stop.load(Ordering::Relaxed) {
            return;
        }
        block_along(padded, channels, weights, count, number * LANES, block);
    }
    for (place, byte) in rest.iter_mut().enumerate() {
        block_along(padded, channels, weights, count, start_of_rest + place, std::array::from_mut(byte));
    }
}

/// `N` bytes of the result from `start` on.
#[inline(always)]
fn block_along<const N: usize>(
    padded: &[f32],
    channels: usize,
    weights: &[f32],
    count: usize,
    start: usize,
    out: &mut [u8; N],
) {
    let middle = start + (weights.len() - 1) * channels;
    let mut lanes = [0.0; N];
    for (lane, sum) in lanes.iter_mut().zip(part::<N, f32>(padded, middle)) {
        *lane = weights[0] * sum;
    }
    for (weight, far) in weights[1..].iter().zip(1..) {
        let before = part::<N, f32>(padded, middle - far * channels);
        let after = part::<N, f32>(padded, middle + far * channels);
        for lane in 0..N {
            lanes[lane] += weight * (before[lane] + after[lane]);
        }
    }
    for (byte, sum) in out.iter_mut().zip(lanes) {
        *byte = to_byte(sum, count);
    }
}

/// The `N` items from `start` on. All callers see to it that they exist.
#[inline(always)]
fn part<const N: usize, T>(line: &[T], start: usize) -> &[T; N] {
    line[start..].first_chunk().expect("the line is long enough")
}

/// `source`, blurred. Ends early, with some rows black, once `stop` is set.
///
/// # Errors
///
/// [`TooLarge`] if there is no memory for the result.
pub fn blurred(source: &Picture<Cow<'_, [u8]>>, sigma: f64, stop: &AtomicBool) -> Result<Picture, TooLarge> {
    let mut result = Picture::black(source.height, source.width, source.channels)?;
    if result.data.is_empty() {
        return Ok(result);
    }
    check_scratch(source.row_bytes())?;
    let (down, along) = (weights(sigma, source.height), weights(sigma, source.width));
    let filter = SeparableFilter { source, down, along, stop };
    let row_bytes = source.row_bytes();
    let scratch = || vec![0.0; row_bytes + 2 * (filter.along.len() - 1) * source.channels];
    result.data.par_chunks_mut(row_bytes * ROWS).enumerate().for_each_init(scratch, |padded, (number, block)| {
        for (row, out) in block.chunks_exact_mut(row_bytes).enumerate() {
            if stop.load(Ordering::Relaxed) {
                return;
            }
            filter.row(number * ROWS + row, padded, out);
        }
    });
    Ok(result)
}

/// A uint8 picture of shape (h, w) or (h, w, 3), blurred by a Gaussian with the standard deviation `sigma`, in pixels.
///
/// The Gaussian ends at 4 `sigma`. At the border the picture is reflected, as by SciPy with `mode="reflect"`. Fractions
/// are cut off, as SciPy does. Other Python threads may run meanwhile; a picture that they change is read as it is at that moment. Ctrl-C ends
/// it.
///
/// Raises `TypeError` for what is no array of uint8, and `ValueError` for another shape, or for a `sigma` that is not a
/// positive finite number.
#[pyfunction]
pub fn blur<'py>(py: Python<'py>, img: &Bound<'py, PyAny>, sigma: f64) -> PyResult<Bound<'py, PyArrayDyn<u8>>> {
    let img = picture::uint8(img)?;
    let pixels = picture::pixels(&img)?;
    // Not `sigma <= 0.0`, which is false for NaN.
    if !(sigma > 0.0 && sigma.is_finite()) {
        return Err(PyValueError::new_err(format!("sigma must be a positive finite number, not {sigma}")));
    }
    let source = picture::borrow(pixels)?;
    let result = interrupt::run(py, |stop| blurred(&source, sigma, stop))??;
    result.into_numpy(py, img.ndim() == 2)
}
