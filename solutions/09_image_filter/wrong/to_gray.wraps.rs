//! wrong: keeps a tenth of each weight and multiplies bytes: the products wrap round.
//! fails: test_one_pixel
//! says: does not fit in a u8

use crate::picture;
use ndarray::{ArrayView3, Axis};
use numpy::{PyArrayDyn, PyUntypedArrayMethods};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use rayon::prelude::*;

/// Rows of one task: enough work that handing it out does not show.
const ROWS: usize = 16;

/// The grey of one pixel: 0.299 R + 0.587 G + 0.114 B, rounded half up.
///
/// In thousandths, so that integers do: exact, and without a float that could be a hair below one half.
pub fn luma([red, green, blue]: [u8; 3]) -> u8 {
    let tenths = red.wrapping_mul(3).wrapping_add(green.wrapping_mul(6)).wrapping_add(blue);
    tenths / 10
}

/// The grey of each pixel, row by row; `pixels` is (h, w, 3), with any strides, and `gray` has h * w bytes.
pub fn gray_into(pixels: ArrayView3<'_, u8>, gray: &mut [u8]) {
    let width = pixels.dim().1;
    if width == 0 {
        return; // Chunks of no bytes do not exist.
    }
    gray.par_chunks_mut(width * ROWS).enumerate().for_each(|(number, block)| {
        for (row, to) in block.chunks_exact_mut(width).enumerate() {
            let from = pixels.index_axis(Axis(0), number * ROWS + row);
            if let Some(bytes) = from.as_slice() {
                to.iter_mut().zip(bytes.as_chunks::<3>().0).for_each(|(to, &pixel)| *to = luma(pixel));
            } else {
                to.iter_mut().zip(from.outer_iter()).for_each(|(to, p)| *to = luma([p[0], p[1], p[2]]));
            }
        }
    });
}

/// A grey picture, of shape (h, w), of a uint8 array of shape (h, w, 3), with any strides.
///
/// Each grey is 0.299 R + 0.587 G + 0.114 B, rounded half up.
///
/// Raises `TypeError` for what is no array of uint8, and `ValueError` for another shape.
#[pyfunction]
pub fn to_gray<'py>(py: Python<'py>, img: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyArrayDyn<u8>>> {
    let img = picture::uint8(img)?;
    let &[height, width, 3] = img.shape() else {
        return Err(PyValueError::new_err(format!("a colour picture has the shape (h, w, 3), not {:?}", img.shape())));
    };
    let pixels = picture::pixels(&img)?;
    let mut gray = picture::Picture::black(height, width, 1)?;
    py.detach(|| gray_into(pixels, &mut gray.data));
    gray.into_numpy(py, true)
}
