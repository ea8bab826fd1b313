//! What a shipped extension meets: a fork, a panic, a thread that is still running when Python ends.

use std::any::Any;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use pyo3::exceptions::PyOverflowError;
use pyo3::ffi;
use pyo3::prelude::*;
use rayon::prelude::*;

use crate::kernel;

/// Says in which process a pool of threads was started. A forked child has the pool's memory and none of its threads: work
/// that is handed to it waits for ever.
#[pyclass(frozen, module = "ship_it")]
pub struct PoolGuard {
    /// The process that owns the pool; 0 before the first use.
    owner: AtomicU32,
}

/// The guard of rayon's pool, which is one for the whole process.
static RAYON: PoolGuard = PoolGuard { owner: AtomicU32::new(0) };

#[pymethods]
impl PoolGuard {
    /// A guard of a pool that nobody has used, or that the process `owner` has.
    #[new]
    #[pyo3(signature = (owner=None))]
    fn new(owner: Option<u32>) -> Self {
        Self { owner: AtomicU32::new(owner.unwrap_or(0)) }
    }

    /// Call before each use of the pool. RuntimeError in every process but the one that started it.
    fn enter(&self) -> PyResult<()> {
        todo!("is `std::process::id()` the owner? The first process that comes by is from then on")
    }

    /// The process that owns the pool, or None.
    #[getter]
    fn owner(&self) -> Option<u32> {
        match self.owner.load(Ordering::Acquire) {
            0 => None,
            owner => Some(owner),
        }
    }
}

/// Called while the module is imported: ImportError in every interpreter but the main one. `RAYON` and its pool are one for
/// all of them, and so are the classes' objects that Rust keeps.
pub fn refuse_sub_interpreters(py: Python<'_>) -> PyResult<()> {
    // TODO: interpreter_id(py) tells which one this is.
    Ok(())
}

/// The number of the interpreter that this thread is attached to; the main one is 0.
fn interpreter_id(_: Python<'_>) -> i64 {
    // SAFETY: the token says that this thread is attached. So it has a current interpreter, which lives while we ask it.
    unsafe { ffi::PyInterpreterState_GetID(ffi::PyInterpreterState_Get()) }
}

/// The sum, in parallel. OverflowError where it does not fit, RuntimeError in a forked child.
#[pyfunction]
pub fn parallel_total(py: Python<'_>, values: Vec<i64>) -> PyResult<i64> {
    // TODO: ask RAYON first.
    py.detach(|| values.par_iter().map(|value| i128::from(*value)).sum::<i128>())
        .try_into()
        .map_err(|_| PyOverflowError::new_err("the sum needs more than 64 bits"))
}

/// The mean of `values[start:stop]`. Where the kernel panics: RuntimeError with what it said.
#[pyfunction]
pub fn mean_of(values: Vec<f64>, start: usize, stop: usize) -> PyResult<f64> {
    // TODO: catch the panic, and tell what it said.
    Ok(kernel::mean_of(&values, start, stop))
}

/// The text of a panic: `panic!("text")` carries a `&str`, `panic!("{x}")` a `String`.
fn panic_message(payload: &(dyn Any + Send)) -> &str {
    payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("nothing that is text")
}

/// Calls into Python from a thread of its own, until it is stopped or Python ends.
#[pyclass(frozen, module = "ship_it")]
pub struct Ticker {
    shared: Arc<Shared>,
}

/// The state that the object and its thread share.
#[derive(Default)]
struct Shared {
    ticks: AtomicU64,
    stop: AtomicBool,
}

#[pymethods]
impl Ticker {
    /// Starts to tick. ValueError unless the interval is finite, above zero, and at most a day.
    #[new]
    fn new(interval: f64) -> PyResult<Self> {
        // TODO: refuse what is no interval.
        let interval = Duration::from_secs_f64(interval);
        let shared = Arc::new(Shared::default());
        let own = Arc::clone(&shared);
        thread::Builder::new().name("ticker".to_owned()).spawn(move || run(&own, interval))?;
        Ok(Self { shared })
    }

    /// The number of its calls of Python.
    #[getter]
    fn ticks(&self) -> u64 {
        self.shared.ticks.load(Ordering::Relaxed)
    }

    /// Stops it and waits for its thread. May be called again.
    fn stop(&self, py: Python<'_>) {
        todo!("say so in `shared`, then join the thread: detached, as it may wait to attach")
    }
}

/// The thread's work. `try_attach` gives nothing once Python is ending; `attach` would panic or hang there.
fn run(shared: &Shared, interval: Duration) {
    // TODO: end when `shared.stop` says so, or when Python ends.
    loop {
        Python::attach(|py| py.import("time").and_then(|time| time.call_method0("monotonic")).is_ok());
        shared.ticks.fetch_add(1, Ordering::Relaxed);
        thread::park_timeout(interval);
    }
}
