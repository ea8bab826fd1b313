//! Work in a thread that can be cancelled.

use std::thread::JoinHandle;

use course_core::process::CancellationToken;

/// Work in a thread. Dropping it cancels the work and waits for its end, so that no child process outlives the watch.
pub(super) struct Task {
    cancel: CancellationToken,
    thread: Option<JoinHandle<()>>,
}

impl Task {
    pub(super) fn start(work: impl FnOnce(CancellationToken) + Send + 'static) -> Self {
        let cancel = CancellationToken::default();
        let seen = cancel.clone();
        Self { cancel, thread: Some(std::thread::spawn(move || work(seen))) }
    }

    /// Asks the work to end, once its current step need not be done again.
    pub(super) fn cancel(&self) {
        self.cancel.cancel();
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        self.cancel.abandon();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join(); // Had it panicked, the panic has been printed.
        }
    }
}
