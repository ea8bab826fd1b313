//! Module 09: pictures: uint8 arrays, borders, an enum that carries data, and bytes from strangers.
//!
//! One file per exercise. This one is the table of contents, and holds what the exercises share: [`picture`], pixels on
//! their way in and out, and [`interrupt`], for work that Ctrl-C can end. [`filters`] and [`container`] are given, too.

pub mod blur;
pub mod container;
pub mod edges;
pub mod filters;
pub mod process_image;
pub mod thumbnail;
pub mod to_gray;

/// Filters for pictures in uint8 arrays, and thumbnails of PNG and JPEG files.
#[pyo3::pymodule(name = "image_filter")]
mod python {
    #[pymodule_export]
    use super::blur::blur;
    #[pymodule_export]
    use super::edges::edges;
    #[pymodule_export]
    use super::process_image::{Step, process_image};
    #[pymodule_export]
    use super::thumbnail::thumbnail;
    #[pymodule_export]
    use super::to_gray::to_gray;
}

/// Pixels on their way from NumPy into Rust and back.
pub mod picture {
    use ndarray::{Array2, Array3, ArrayView3, Axis, Ix2, Ix3};
    use numpy::{
        IntoPyArray, PyArrayDescrMethods, PyArrayDyn, PyArrayMethods, PyReadonlyArrayDyn, PyUntypedArray,
        PyUntypedArrayMethods,
    };
    use pyo3::exceptions::{PyMemoryError, PyTypeError, PyValueError};
    use pyo3::prelude::*;
    use std::borrow::Cow;

    /// A picture without gaps: rows from top to bottom, the channels of a pixel side by side.
    ///
    /// `Picture` owns its bytes. `Picture<Cow<[u8]>>` may have borrowed them from NumPy.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Picture<Bytes = Vec<u8>> {
        /// Rows.
        pub height: usize,
        /// Pixels in a row.
        pub width: usize,
        /// Bytes of a pixel: 1 for grey, 3 for red, green and blue.
        pub channels: usize,
        /// `height * width * channels` bytes.
        pub data: Bytes,
    }

    impl<Bytes: AsRef<[u8]>> Picture<Bytes> {
        /// Bytes of a row.
        pub fn row_bytes(&self) -> usize {
            self.width * self.channels
        }

        /// Row number `y`.
        pub fn row(&self, y: usize) -> &[u8] {
            &self.data.as_ref()[y * self.row_bytes()..][..self.row_bytes()]
        }
    }

    impl Picture {
        /// A black picture.
        ///
        /// # Errors
        ///
        /// [`TooLarge`] if there is no memory for it.
        pub fn black(height: usize, width: usize, channels: usize) -> Result<Self, TooLarge> {
            let data = zeros(&[height, width, channels])?;
            Ok(Self { height, width, channels, data })
        }

        /// A NumPy array with this memory: of two dimensions if `flat` and if the picture is grey, else of three.
        ///
        /// # Errors
        ///
        /// None that a picture made here can cause.
        pub fn into_numpy<'py>(self, py: Python<'py>, flat: bool) -> PyResult<Bound<'py, PyArrayDyn<u8>>> {
            let (height, width, channels) = (self.height, self.width, self.channels);
            let wrong = |error: ndarray::ShapeError| PyValueError::new_err(error.to_string());
            let array = if flat && channels == 1 {
                Array2::from_shape_vec((height, width), self.data).map_err(wrong)?.into_dyn()
            } else {
                Array3::from_shape_vec((height, width, channels), self.data).map_err(wrong)?.into_dyn()
            };
            Ok(array.into_pyarray(py))
        }
    }

    /// There is no memory for so many bytes.
    #[derive(Debug, Clone, PartialEq)]
    pub struct TooLarge {
        shape: Vec<usize>,
    }

    impl std::fmt::Display for TooLarge {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            write!(f, "there is no memory for uint8 pixels of shape {:?}", self.shape)
        }
    }

    impl std::error::Error for TooLarge {}

    impl From<TooLarge> for PyErr {
        fn from(error: TooLarge) -> Self {
            PyMemoryError::new_err(error.to_string())
        }
    }

    /// Zero bytes for an array of this shape. `vec![0; n]` alone ends the process where there is no memory for them.
    ///
    /// # Errors
    ///
    /// [`TooLarge`] for that.
    pub fn zeros(shape: &[usize]) -> Result<Vec<u8>, TooLarge> {
        let too_large = || TooLarge { shape: shape.to_vec() };
        let count = shape.iter().try_fold(1_usize, |count, &length| count.checked_mul(length)).ok_or_else(too_large)?;
        // Asked for first, and given back. The memory of `vec!` is zero already, and costs nothing until it is used.
        Vec::<u8>::new().try_reserve_exact(count).map_err(|_| too_large())?;
        Ok(vec![0; count])
    }

    /// The argument as an array of uint8, of any shape and strides, borrowed for reading.
    ///
    /// # Errors
    ///
    /// `TypeError` that says what was given, or `ValueError` if another call is writing to the array.
    pub fn uint8<'py>(img: &Bound<'py, PyAny>) -> PyResult<PyReadonlyArrayDyn<'py, u8>> {
        if let Ok(array) = img.cast::<PyArrayDyn<u8>>() {
            return array
                .try_readonly()
                .map_err(|error| PyValueError::new_err(format!("the array is in use by another call: {error}")));
        }
        let given = match img.cast::<PyUntypedArray>() {
            Ok(array) => format!("an array of {}", array.dtype().str_dtype()?),
            Err(_) => format!("{}", img.get_type().fully_qualified_name()?),
        };
        Err(PyTypeError::new_err(format!("a picture is a NumPy array of uint8, not {given}")))
    }

    /// The name of a dtype, such as `float64`.
    trait NameOfDtype {
        fn str_dtype(&self) -> PyResult<String>;
    }

    impl NameOfDtype for Bound<'_, numpy::PyArrayDescr> {
        fn str_dtype(&self) -> PyResult<String> {
            // `str` also names byte orders and records.
            Ok(if self.is_native_byteorder() == Some(false) { self.repr()? } else { self.str()? }.to_string())
        }
    }

    /// The pixels of a picture of shape (h, w), as if it were (h, w, 1), or of one of shape (h, w, 3).
    ///
    /// # Errors
    ///
    /// `ValueError` with the shape, if it is neither.
    pub fn pixels<'a>(img: &'a PyReadonlyArrayDyn<'_, u8>) -> PyResult<ArrayView3<'a, u8>> {
        let view = img.as_array();
        let pixels = match view.shape() {
            [_, _] => view.into_dimensionality::<Ix2>().map(|view| view.insert_axis(Axis(2))),
            [_, _, 3] => view.into_dimensionality::<Ix3>(),
            shape => {
                return Err(PyValueError::new_err(format!(
                    "a picture has the shape (h, w) or (h, w, 3), not {shape:?}"
                )));
            }
        };
        pixels.map_err(|error| PyValueError::new_err(error.to_string()))
    }

    /// These pixels where they lie, if that is without gaps, and else a copy.
    ///
    /// Other Python threads may write to what is borrowed, as with NumPy's own functions: see the lesson.
    ///
    /// # Errors
    ///
    /// [`TooLarge`] if there is no memory for a copy.
    pub fn borrow(pixels: ArrayView3<'_, u8>) -> Result<Picture<Cow<'_, [u8]>>, TooLarge> {
        let (height, width, channels) = pixels.dim();
        let data = match pixels.to_slice() {
            Some(bytes) => Cow::Borrowed(bytes),
            None => Cow::Owned(copy(pixels)?.data),
        };
        Ok(Picture { height, width, channels, data })
    }

    /// A copy of these pixels, whatever their strides.
    ///
    /// # Errors
    ///
    /// [`TooLarge`] if there is no memory for it.
    pub fn copy(pixels: ArrayView3<'_, u8>) -> Result<Picture, TooLarge> {
        let (height, width, channels) = pixels.dim();
        let mut picture = Picture::black(height, width, channels)?;
        if let Some(bytes) = pixels.as_slice() {
            picture.data.copy_from_slice(bytes);
        } else {
            picture.data.iter_mut().zip(&pixels).for_each(|(to, from)| *to = *from);
        }
        Ok(picture)
    }
}

/// Work that Ctrl-C can end.
pub mod interrupt {
    use pyo3::prelude::*;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::sync::mpsc::{self, RecvTimeoutError};
    use std::thread;
    use std::time::Duration;

    /// Between two looks at Ctrl-C.
    const PATIENCE: Duration = Duration::from_millis(50);

    /// Runs `work`, detached, on a thread of its own, while this one looks for Ctrl-C.
    ///
    /// Python only notes that Ctrl-C was pressed. Its handler runs when the main thread asks for it, and that thread cannot
    /// ask while it computes. `work` is to look at the flag that it is given, a hundred times a second or more often, and to
    /// return at once when it is true. What it returns then is dropped.
    ///
    /// # Errors
    ///
    /// The exception that the signal's handler raised: `KeyboardInterrupt`, unless the program says otherwise.
    pub fn run<T: Send>(py: Python<'_>, work: impl FnOnce(&AtomicBool) -> T + Send) -> PyResult<T> {
        let stop = AtomicBool::new(false);
        py.detach(|| {
            thread::scope(|scope| {
                let (done, ended) = mpsc::channel::<()>();
                let worker = scope.spawn(|| {
                    // Dropped at the end, also that of a panic: the other side is then disconnected.
                    let _done = done;
                    work(&stop)
                });
                while let Err(RecvTimeoutError::Timeout) = ended.recv_timeout(PATIENCE) {
                    if let Err(error) = Python::attach(|py| py.check_signals()) {
                        stop.store(true, Ordering::Relaxed);
                        let _ = worker.join();
                        return Err(error);
                    }
                }
                worker.join().map_err(|panic| std::panic::resume_unwind(panic))
            })
        })
    }
}
