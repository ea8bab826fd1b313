//! Threads in a process that may be one of many: how many there are, and what happens after a fork.

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::AtomicU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use pyo3::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};

/// The number of threads that a process may use, by these environment variables, on a machine with so many processors.
///
/// `RAYON_NUM_THREADS` was set for us, so it comes first. `OMP_NUM_THREADS` was set for somebody else, but it says what we
/// want to know: Dask and others set it to what is left for each worker. It may be a list, one number for each level of
/// nested loops; the first is ours. What is no number from 1 up says nothing.
#[pyfunction]
pub fn choose_threads(environ: HashMap<String, String>, processors: usize) -> usize {
    todo!("RAYON_NUM_THREADS, OMP_NUM_THREADS, processors; from 1 to MOST_THREADS")
}

/// How many threads this process uses where nobody says a number.
#[pyfunction]
pub fn default_threads() -> usize {
    // Nobody asks what share of the machine this process has.
    thread::available_parallelism().map_or(1, usize::from)
}

/// Why there are no threads to do the work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PoolError {
    /// They were started in another process, and a fork does not copy threads.
    Forked {
        /// The process that has the threads.
        owner: u32,
        /// This process.
        here: u32,
    },
    /// The system refuses to start them.
    CannotStart(String),
}

impl fmt::Display for PoolError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Forked { owner, here } => write!(
                f,
                "process {here} was forked from process {owner} after the threads of scale_out had been started there; \
                 a fork copies no threads. Start the process with \"spawn\" or \"forkserver\", or use threads=1"
            ),
            Self::CannotStart(why) => write!(f, "cannot start the threads: {why}"),
        }
    }
}

/// The process that has started threads, or 0. Set before the lock below is ever taken: a fork may happen while some
/// thread holds it, and in the child nobody would unlock it.
static OWNER: AtomicU32 = AtomicU32::new(0);

/// The threads that were used last. Starting some costs more than a small piece of work.
static POOL: Mutex<Option<Arc<ThreadPool>>> = Mutex::new(None);

/// Does the work in a pool of so many threads; with one thread, in the calling thread.
///
/// # Errors
///
/// See [`PoolError`].
pub fn in_pool<R: Send>(threads: usize, work: impl FnOnce() -> R + Send) -> Result<R, PoolError> {
    if threads == 1 {
        return Ok(work());
    }
    // Nobody asks whose threads they are.
    Ok(pool(threads)?.install(work))
}

/// Makes `here` the owner, unless another process is.
///
/// # Errors
///
/// [`PoolError::Forked`] if another process is.
pub fn check_owner(owner: &AtomicU32, here: u32) -> Result<(), PoolError> {
    todo!("compare_exchange: 0 becomes `here`; what is neither 0 nor `here` is an error")
}

/// A pool of this size.
fn pool(threads: usize) -> Result<Arc<ThreadPool>, PoolError> {
    // Poisoned or not: what is in there is whole.
    let mut kept = POOL.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(pool) = kept.as_ref().filter(|pool| pool.current_num_threads() == threads) {
        return Ok(Arc::clone(pool));
    }
    let built = ThreadPoolBuilder::new().num_threads(threads).build();
    let pool = Arc::new(built.map_err(|error| PoolError::CannotStart(error.to_string()))?);
    // One that others still work with lives on until they are done.
    *kept = Some(Arc::clone(&pool));
    Ok(pool)
}
