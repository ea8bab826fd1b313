//! A vector of three numbers: a value, with operators.

use numpy::PyArray1;
use pyo3::prelude::*;
use pyo3::types::PyIterator;

/// A vector in space, of three float32.
#[pyclass(module = "trajectory")]
#[derive(Clone, Copy, PartialEq)]
pub struct Vec3 {
    /// Its first coordinate.
    #[pyo3(get, set)]
    pub x: f32,
    /// Its second coordinate.
    #[pyo3(get, set)]
    pub y: f32,
    /// Its third coordinate.
    #[pyo3(get, set)]
    pub z: f32,
}

#[pymethods]
impl Vec3 {
    #[new]
    fn new(x: f32, y: f32, z: f32) -> Self {
        Self { x, y, z }
    }

    /// A vector with the items of a float32 array of shape (3,).
    #[staticmethod]
    fn from_numpy(array: &Bound<'_, PyAny>) -> PyResult<Self> {
        todo!("arrays::float32, then the shape, then the three items")
    }

    /// A new float32 array of shape (3,).
    #[expect(clippy::wrong_self_convention)] // PyO3's methods take a reference.
    fn to_numpy<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f32>> {
        todo!("a new array of the three coordinates")
    }

    fn __add__(&self, other: &Self) -> Self {
        todo!("coordinate by coordinate")
    }

    fn __sub__(&self, other: &Self) -> Self {
        todo!("coordinate by coordinate")
    }

    fn __mul__(&self, factor: f32) -> Self {
        todo!("each coordinate times the factor")
    }

    fn __rmul__(&self, factor: f32) -> Self {
        todo!("the same: Python calls this for 2 * v")
    }

    fn __truediv__(&self, divisor: f32) -> PyResult<Self> {
        todo!("ZeroDivisionError for 0, else each coordinate divided")
    }

    fn __neg__(&self) -> Self {
        todo!("each coordinate negated")
    }

    /// The dot product.
    fn dot(&self, other: &Self) -> f64 {
        todo!("in f64: the product of two f32 may be too large for an f32")
    }

    /// The cross product: at right angles to both.
    fn cross(&self, other: &Self) -> Self {
        todo!("in f64, then back to f32")
    }

    /// The Euclidean length.
    fn length(&self) -> f64 {
        todo!("in f64")
    }

    /// The length of the difference.
    fn distance(&self, other: &Self) -> f64 {
        todo!("the length of the difference, in f64")
    }

    /// The vector of length 1 in the same direction. ValueError for a vector without one.
    fn normalized(&self) -> PyResult<Self> {
        todo!("ValueError for a vector without a direction, else each coordinate divided by the length")
    }

    fn __iter__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyIterator>> {
        todo!("an iterator over the tuple of the three coordinates")
    }

    fn __eq__(&self, other: &Self) -> bool {
        todo!("all three are equal")
    }

    fn __repr__(&self) -> String {
        todo!("Vec3(1.0000, 2.0000, 3.0000)")
    }
}
