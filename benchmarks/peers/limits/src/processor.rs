//! The instruction sets of this processor, and the vector width that our Rust chooses. Both are asked from the hardware, so
//! environment variables cannot change them.

use pyo3::prelude::*;

use crate::dispatch;

/// The instruction sets that matter for speed and that this processor has, by the names that Linux gives them.
///
/// Only x86-64 has such a list; on other processors it is empty.
#[pyfunction]
pub(crate) fn vector_features() -> Vec<&'static str> {
    #[cfg(target_arch = "x86_64")]
    {
        macro_rules! found {
            ($($name:tt),*) => { [$(($name, is_x86_feature_detected!($name))),*] };
        }
        let found = found!["avx", "avx2", "fma", "avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"];
        found.into_iter().filter(|(_, has)| *has).map(|(name, _)| name).collect()
    }
    #[cfg(not(target_arch = "x86_64"))]
    Vec::new()
}

/// The vector registers, in bits, of the copies that our loops choose: those of the exercises and those of the limits.
#[pyfunction]
pub(crate) fn vector_width() -> usize {
    dispatch::width()
}

/// Whether these extensions were compiled for the oldest processors of the platform, as wheels are.
///
/// `-C target-cpu=native` would let the compiler use more everywhere, and flatter us.
#[pyfunction]
pub(crate) fn is_portable() -> bool {
    !cfg!(all(target_arch = "x86_64", target_feature = "avx"))
}

/// The number of threads that rayon has here.
#[pyfunction]
pub(crate) fn threads() -> usize {
    rayon::current_num_threads()
}
