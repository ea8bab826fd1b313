//! The sum of a list whose ints are read where they lie: faster than Python's own `sum`, and nothing to build on lightly.
//!
//! Given, for `cargo course bench 02`. `direct_sum` does the same in safe code: for each int it counts a reference up, asks
//! CPython for the value, and counts the reference down. This one looks into the int itself. CPython does not promise how
//! an int is laid out. The layout has changed in 3.12, and it will change again. So whoever uses such code has to read
//! CPython's `longintrepr.h` for every new version.

use pyo3::exceptions::PyOverflowError;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyInt, PyList};

use crate::direct_sum::direct_sum;

/// The interpreter's layout of an int, behind its reference count and its type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Layout {
    /// CPython 3.11: how many digits there are, negative for a negative int; then the digits.
    SignedCount,
    /// CPython 3.12 to 3.14: a word with the sign in the lowest two bits and the number of digits above the third; then the
    /// digits.
    Tagged,
}

/// Bits in a digit of an int, on all platforms but some of 32 bits.
const DIGIT_BITS: u32 = 30;

impl Layout {
    /// The layout of this interpreter. `None` if it is not known: what follows must then not be used.
    fn of_interpreter(py: Python<'_>) -> Option<Self> {
        static LAYOUT: PyOnceLock<Option<Layout>> = PyOnceLock::new();
        *LAYOUT
            .get_or_init(py, || Self::documented(py).ok().flatten().filter(|layout| layout.agrees(py).unwrap_or(false)))
    }

    /// The layout that CPython's header `longintrepr.h` declares. `None` for versions whose header nobody here has read.
    fn documented(py: Python<'_>) -> PyResult<Option<Self>> {
        let sys = py.import("sys")?;
        let is_cpython = sys.getattr("implementation")?.getattr("name")?.extract::<String>()? == "cpython";
        let digit_bits: u32 = sys.getattr("int_info")?.getattr("bits_per_digit")?.extract()?;
        // A free-threaded or a debug build has a longer head. In a free-threaded one another thread could change the list
        // meanwhile, too.
        let has_plain_head = size_of::<ffi::PyObject>() == 2 * size_of::<usize>();
        let version = py.version_info();
        Ok(match (version.major, version.minor) {
            _ if !is_cpython || !has_plain_head || digit_bits != DIGIT_BITS => None,
            (3, 11) => Some(Self::SignedCount),
            (3, 12..=14) => Some(Self::Tagged),
            _ => None,
        })
    }

    /// Whether some ints, read where they lie, have the values that CPython gives for them.
    fn agrees(self, py: Python<'_>) -> PyResult<bool> {
        for bits in 0..DIGIT_BITS * 2 {
            for number in [(1_i64 << bits) - 1, 1 << bits, -(1 << bits), 1 - (1 << bits)] {
                let int = PyInt::new(py, number);
                // SAFETY: `int` is alive and exactly an int. In every CPython that `documented` names, a word lies behind its
                // head, and there is room for a digit behind that word even in a zero. A second digit is read only if
                // `number` needs one. So this stays inside the int, even if the word should mean something else.
                let read = unsafe { self.small_int(int.as_ptr(), number.unsigned_abs() >> DIGIT_BITS != 0) };
                if read != Some(number) {
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }

    /// The value of an int of at most two digits; of one digit, if not `second`. `None` if it has more.
    ///
    /// # Safety
    ///
    /// The pointer is to an object of exactly the type `int`, which stays alive during the call, in an interpreter with this
    /// layout.
    #[inline(always)]
    unsafe fn small_int(self, int: *mut ffi::PyObject, second: bool) -> Option<i64> {
        let words = int.cast::<usize>();
        // SAFETY: by this function's condition a word with the number of digits lies behind the head, which is two words.
        let head = unsafe { *words.add(2) };
        let (count, is_negative) = match self {
            Self::SignedCount => ((head as isize).unsigned_abs(), (head as isize) < 0),
            Self::Tagged => (head >> 3, head & 3 == 2),
        };
        // SAFETY: the digits lie behind that word, and as many are read as there are.
        let digit = |place| i64::from(unsafe { *words.add(3).cast::<u32>().add(place) });
        let magnitude = match count {
            0 => 0,
            1 => digit(0),
            2 if second => digit(0) | digit(1) << DIGIT_BITS,
            _ => return None,
        };
        Some(if is_negative { -magnitude } else { magnitude })
    }
}

/// The sum of a list of integers, by one thread that stays attached, with the ints read in place.
///
/// If the interpreter's layout of ints is not known, this is `direct_sum`.
///
/// Raises `OverflowError` if an item or the sum does not fit in 64 bits.
#[pyfunction]
pub fn sum_in_place(numbers: &Bound<'_, PyList>) -> PyResult<i64> {
    let Some(layout) = Layout::of_interpreter(numbers.py()) else { return direct_sum(numbers) };
    let mut total = 0_i128;
    let mut index = 0;
    // The length is asked each time: `extract` may call a method `__index__`, and that may change the list.
    while index < numbers.len() {
        // SAFETY: `index` is below the list's length, and this thread is attached. The reference is borrowed from the list.
        // It is not used any more when other code runs: `small_int` runs none, and `get_item` fetches its own.
        let item = unsafe { ffi::PyList_GET_ITEM(numbers.as_ptr(), index as isize) };
        // SAFETY: the list keeps its item alive, the item is asked for its exact type, and the layout is this
        // interpreter's.
        let small = unsafe { if ffi::PyLong_CheckExact(item) != 0 { layout.small_int(item, true) } else { None } };
        total += match small {
            Some(number) => i128::from(number),
            None => i128::from(numbers.get_item(index)?.extract::<i64>()?),
        };
        index += 1;
    }
    i64::try_from(total).map_err(|_| PyOverflowError::new_err("the sum does not fit in a 64-bit integer"))
}
