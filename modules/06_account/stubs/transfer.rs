//! Values that threads share, and changes of two of them at once.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// A value that several threads may read and change.
///
/// The closures that change it run while the lock is held, so they must be quick and must not call Python.
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
        let value = self.get(); // Locked, copied, let go.
        let changed = change(value)?;
        *self.lock() = changed; // Locked again. What did other threads do in between?
        Ok(())
    }

    /// Changes `source` by `take` and `target` by `give`: both, or after an error neither. No thread comes in between.
    pub fn update_pair<E>(
        source: &Self,
        target: &Self,
        take: impl FnOnce(T) -> Result<T, E>,
        give: impl FnOnce(T) -> Result<T, E>,
    ) -> Result<(), E> {
        todo!("both locks, in an order that does not depend on which is the source; or one, if they are the same")
    }

    /// A thread that panicked has not touched the value: it is only written once everything has gone well.
    fn lock(&self) -> MutexGuard<'_, T> {
        self.value.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
