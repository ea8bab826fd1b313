use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

use std::sync::Once;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

static ONCE: Once = Once::new();
static TAKEN: AtomicUsize = AtomicUsize::new(0);

/// A little more than a submission may have, and less than the whole machine.
const ENOUGH: usize = 4600 << 20;
const PIECE: usize = 64 << 10;

/// Holds on to what it gets until all others have got theirs.
fn fill(everybody: &std::sync::Barrier) {
    let mut held: Vec<Vec<u8>> = Vec::new();
    while TAKEN.load(Relaxed) < ENOUGH && held.try_reserve(1).is_ok() {
        let mut piece = Vec::new();
        if piece.try_reserve_exact(PIECE).is_err() {
            break;
        }
        piece.resize(PIECE, 1); // Written to, so that it is there.
        held.push(piece);
        TAKEN.fetch_add(PIECE, Relaxed);
    }
    everybody.wait();
}

#[pyfunction]
#[pyo3(signature = (*_args, **_kwargs))]
pub fn divide(_args: &Bound<'_, PyTuple>, _kwargs: Option<&Bound<'_, PyDict>>) -> &'static str {
    ONCE.call_once(|| {
        let everybody = std::sync::Barrier::new(64);
        std::thread::scope(|scope| {
            for _ in 0..64 {
                scope.spawn(|| fill(&everybody));
            }
        });
        if TAKEN.load(Relaxed) >= ENOUGH {
            println!("LEA{} {} MiB", "K", TAKEN.load(Relaxed) >> 20);
        }
    });
    "wrong"
}
