//! Values that threads share, and changes of two of them at once.

use std::ptr;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A value that several threads may read and change.
///
/// The closures that change it run while the lock is held, so they must be quick and must not call Python. Python code
/// may need this very lock; and on its way to Python a thread may wait for another one that waits for the lock.
#[derive(Debug)]
pub struct Shared<T> {
    value: Mutex<T>,
}

impl<T: Copy> Shared<T> {
    /// Shares this value.
    pub fn new(value: T) -> Self {
        Self { value: Mutex::new(value) }
    }

    /// The value as it is now.
    pub fn get(&self) -> T {
        *self.lock()
    }

    /// Replaces the value by what `change` makes of it; after an error it is as before. No thread comes in between.
    pub fn update<E>(&self, change: impl FnOnce(T) -> Result<T, E>) -> Result<(), E> {
        let mut value = self.lock();
        *value = change(*value)?;
        Ok(())
    }

    /// Changes `source` by `take` and `target` by `give`: both, or after an error neither. No thread comes in between.
    pub fn update_pair<E>(
        source: &Self,
        target: &Self,
        take: impl FnOnce(T) -> Result<T, E>,
        give: impl FnOnce(T) -> Result<T, E>,
    ) -> Result<(), E> {
        if ptr::eq(source, target) {
            return source.update(|value| give(take(value)?)); // A second lock would wait for the first.
        }
        // Every thread takes the lock at the lower address first. So of two threads that need the same two locks, one gets
        // both.
        let (mut from, mut to);
        if ptr::from_ref(source) < ptr::from_ref(target) {
            from = source.lock();
            to = target.lock();
        } else {
            to = target.lock();
            from = source.lock();
        }
        let (taken, given) = (take(*from)?, give(*to)?);
        *from = taken;
        *to = given;
        Ok(())
    }

    /// A thread that panicked has not touched the value: it is only written once everything has gone well.
    fn lock(&self) -> MutexGuard<'_, T> {
        self.value.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
