//! The edges of a picture: the length of its gradient.

use crate::picture::{self, Picture, TooLarge};
use multiversion::multiversion;
use ndarray::{ArrayView3, Axis};
use numpy::PyArrayDyn;
use pyo3::prelude::*;
use rayon::prelude::*;

/// Rows of one task.
const ROWS: usize = 16;

/// The length of the gradient, rounded to the nearest integer, and 255 for all that is longer.
///
/// Exact: the squares are integers that an `f32` holds, and its root is never near enough to a half to be rounded wrongly.
#[inline(always)]
pub fn magnitude(across: i16, down: i16) -> u8 {
    let (across, down) = (i32::from(across), i32::from(down));
    ((across * across + down * down) as f32).sqrt().round_ties_even() as u8
}

/// A row of the result from the three rows around it, each padded by one pixel on both sides.
///
/// Each gradient is a difference of neighbours, averaged over three rows or columns with the weights 1, 2 and 1.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512vl", "x86_64+avx2"))]
fn sobel_row(above: &[i16], middle: &[i16], below: &[i16], out: &mut [u8]) {
    let end = out.len();
    let (above, middle, below) = (&above[..end + 2], &middle[..end + 2], &below[..end + 2]);
    for x in 0..end {
        let across = above[x + 2] - above[x] + 2 * (middle[x + 2] - middle[x]) + below[x + 2] - below[x];
        let down = below[x] - above[x] + 2 * (below[x + 1] - above[x + 1]) + below[x + 2] - above[x + 2];
        out[x] = magnitude(across, down);
    }
}

/// Copies a row of bytes, and repeats its first and its last: at a distance of one, that is a reflection.
fn pad(row: &[u8], padded: &mut [i16]) {
    let end = row.len();
    padded[1..=end].iter_mut().zip(row).for_each(|(to, from)| *to = i16::from(*from));
    padded[0] = padded[1];
    padded[end + 1] = padded[end];
}

/// The edges of a grey picture.
///
/// # Errors
///
/// [`TooLarge`] if there is no memory for the result.
pub fn sobel(gray: &Picture) -> Result<Picture, TooLarge> {
    let (height, width) = (gray.height, gray.width);
    let mut result = Picture::black(height, width, 1)?;
    if result.data.is_empty() {
        return Ok(result);
    }
    let scratch = || [(); 3].map(|()| vec![0_i16; width + 2]);
    result.data.par_chunks_mut(width * ROWS).enumerate().for_each_init(scratch, |padded, (number, block)| {
        for (row, out) in block.chunks_exact_mut(width).enumerate() {
            let y = number * ROWS + row;
            let [above, middle, below] = padded;
            if row == 0 {
                pad(gray.row(y.saturating_sub(1)), above);
                pad(gray.row(y), middle);
            } else {
                // The window moves down by one row: two of its three rows are already there.
                std::mem::swap(above, middle);
                std::mem::swap(middle, below);
            }
            pad(gray.row((y + 1).min(height - 1)), below);
            sobel_row(above, middle, below, out);
        }
    });
    Ok(result)
}

/// The grey picture of these pixels: of shape (h, w, 3), or (h, w, 1), which is grey already.
fn to_gray(pixels: ArrayView3<'_, u8>) -> Result<Picture, TooLarge> {
    let (height, width, channels) = pixels.dim();
    if channels == 1 {
        return picture::copy(pixels);
    }
    let mut gray = Picture::black(height, width, 1)?;
    if width == 0 {
        return Ok(gray);
    }
    gray.data.par_chunks_mut(width).zip(pixels.axis_iter(Axis(0)).into_par_iter()).for_each(|(to, from)| {
        if let Some(bytes) = from.as_slice() {
            to.iter_mut().zip(bytes.as_chunks::<3>().0).for_each(|(to, &pixel)| *to = luma(pixel));
        } else {
            to.iter_mut().zip(from.outer_iter()).for_each(|(to, p)| *to = luma([p[0], p[1], p[2]]));
        }
    });
    Ok(gray)
}

/// As in the first exercise, so that this file stands alone.
fn luma([red, green, blue]: [u8; 3]) -> u8 {
    ((299 * u32::from(red) + 587 * u32::from(green) + 114 * u32::from(blue) + 500) / 1000) as u8
}

/// The edges of a uint8 picture of shape (h, w) or (h, w, 3), as a picture of shape (h, w).
///
/// The length of the gradient by Sobel's operator, rounded, and 255 where it is longer. A colour picture is made grey first,
/// as by `to_gray`. At the border the picture is reflected, as by SciPy with `mode="reflect"`.
///
/// Raises `TypeError` for what is no array of uint8, and `ValueError` for another shape.
#[pyfunction]
pub fn edges<'py>(py: Python<'py>, img: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyArrayDyn<u8>>> {
    let img = picture::uint8(img)?;
    let pixels = picture::pixels(&img)?;
    let result = py.detach(|| sobel(&to_gray(pixels)?))?;
    result.into_numpy(py, true)
}
