//! wrong: unwraps what may be of another length: a PanicException, which `except Exception` does not catch
//! fails: test_wrong_shapes
//! says: a Rust panic

use numpy::PyArray1;
use pyo3::exceptions::{PyValueError, PyZeroDivisionError};
use pyo3::prelude::*;
use pyo3::types::PyIterator;

use crate::arrays;

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

impl Vec3 {
    /// Applies a function to each coordinate.
    fn map(self, f: impl Fn(f32) -> f32) -> Self {
        Self { x: f(self.x), y: f(self.y), z: f(self.z) }
    }

    /// Applies a function to each pair of coordinates.
    fn zip(self, other: Self, f: impl Fn(f32, f32) -> f32) -> Self {
        Self { x: f(self.x, other.x), y: f(self.y, other.y), z: f(self.z, other.z) }
    }

    /// The coordinates in double precision. The square of a float32 never overflows there.
    fn wide(self) -> [f64; 3] {
        [self.x, self.y, self.z].map(f64::from)
    }
}

/// The sum of the products of the coordinates.
fn dot([a, b, c]: [f64; 3], [x, y, z]: [f64; 3]) -> f64 {
    a * x + b * y + c * z
}

/// A number with four decimals, as Python's `:.4f` writes it.
fn four_decimals(value: f32) -> String {
    if value.is_nan() { "nan".to_owned() } else { format!("{value:.4}") }
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
        let array = arrays::float32(array)?;
        let items = arrays::items(&array)?;
        Ok(Self { x: items[0], y: items[1], z: items[2] })
    }

    /// A new float32 array of shape (3,).
    #[expect(clippy::wrong_self_convention)] // PyO3's methods take a reference.
    fn to_numpy<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f32>> {
        PyArray1::from_slice(py, &[self.x, self.y, self.z])
    }

    fn __add__(&self, other: &Self) -> Self {
        self.zip(*other, |a, b| a + b)
    }

    fn __sub__(&self, other: &Self) -> Self {
        self.zip(*other, |a, b| a - b)
    }

    fn __mul__(&self, factor: f32) -> Self {
        self.map(|a| a * factor)
    }

    fn __rmul__(&self, factor: f32) -> Self {
        self.map(|a| a * factor)
    }

    fn __truediv__(&self, divisor: f32) -> PyResult<Self> {
        if divisor == 0.0 {
            return Err(PyZeroDivisionError::new_err("division of a Vec3 by zero"));
        }
        Ok(self.map(|a| a / divisor))
    }

    fn __neg__(&self) -> Self {
        self.map(|a| -a)
    }

    /// The dot product.
    fn dot(&self, other: &Self) -> f64 {
        dot(self.wide(), other.wide())
    }

    /// The cross product: at right angles to both.
    fn cross(&self, other: &Self) -> Self {
        let ([a, b, c], [x, y, z]) = (self.wide(), other.wide());
        Self { x: (b * z - c * y) as f32, y: (c * x - a * z) as f32, z: (a * y - b * x) as f32 }
    }

    /// The Euclidean length.
    fn length(&self) -> f64 {
        dot(self.wide(), self.wide()).sqrt()
    }

    /// The length of the difference.
    fn distance(&self, other: &Self) -> f64 {
        let ([a, b, c], [x, y, z]) = (self.wide(), other.wide());
        let difference = [a - x, b - y, c - z];
        dot(difference, difference).sqrt()
    }

    /// The vector of length 1 in the same direction. ValueError for a vector without one.
    fn normalized(&self) -> PyResult<Self> {
        let length = self.length();
        if length == 0.0 || !length.is_finite() {
            return Err(PyValueError::new_err(format!("{} has no direction", self.__repr__())));
        }
        let [x, y, z] = self.wide().map(|a| (a / length) as f32);
        Ok(Self { x, y, z })
    }

    fn __iter__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyIterator>> {
        (self.x, self.y, self.z).into_pyobject(py)?.try_iter()
    }

    fn __eq__(&self, other: &Self) -> bool {
        self == other
    }

    fn __repr__(&self) -> String {
        format!("Vec3({}, {}, {})", four_decimals(self.x), four_decimals(self.y), four_decimals(self.z))
    }
}
