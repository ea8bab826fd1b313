//! Does the same with many things, several at a time.
//!
//! This does not use rayon. Here the slowest build begins first, because things begin in their order, and a thread that
//! waits does nothing else. A thread of rayon may begin a second student while it waits, within the first student's time.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use course_core::{Error, Result};

/// The results in the order of the things. The first error ends it all.
pub(crate) fn in_parallel<T: Sync, R: Send>(
    jobs: usize,
    things: &[T],
    work: impl Fn(&T) -> Result<R> + Sync,
) -> Result<Vec<R>> {
    let next = AtomicUsize::new(0);
    let first_error: Mutex<Option<Error>> = Mutex::new(None);
    let results: Vec<Mutex<Option<R>>> = things.iter().map(|_| Mutex::new(None)).collect();
    std::thread::scope(|scope| {
        for _ in 0..jobs.clamp(1, things.len().max(1)) {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    if index >= things.len() || locked(&first_error).is_some() {
                        return;
                    }
                    match work(&things[index]) {
                        Ok(result) => *locked(&results[index]) = Some(result),
                        Err(error) => {
                            locked(&first_error).get_or_insert(error);
                        }
                    }
                }
            });
        }
    });
    if let Some(error) = locked(&first_error).take() {
        return Err(error);
    }
    let lost = || Error::new("A part of the work was lost.");
    results.iter().map(|result| locked(result).take().ok_or_else(lost)).collect()
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_order() {
        let numbers: Vec<usize> = (0..100).collect();
        assert_eq!(
            in_parallel(4, &numbers, |number| Ok(number * 2)).unwrap(),
            numbers.iter().map(|n| n * 2).collect::<Vec<_>>()
        );
        assert!(in_parallel(4, &[] as &[usize], |_| Ok(())).unwrap().is_empty());
    }

    #[test]
    fn a_fault_ends_it() {
        assert!(
            in_parallel(2, &[1, 2, 3], |number| if *number == 2 { Err(Error::new("two")) } else { Ok(()) }).is_err()
        );
    }
}
