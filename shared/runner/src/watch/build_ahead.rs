//! Builds the modules to come while the learner reads and types.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use course_core::catalogue::Course;

use super::task::Task;
use crate::setup;

/// The build in the background. Any check comes first.
#[derive(Default)]
pub(super) struct BuildAhead {
    complete: Arc<AtomicBool>,
    running: Option<Task>,
}

impl BuildAhead {
    /// Stops; the crates that are built so far are kept.
    pub(super) fn pause(&mut self) {
        self.running = None;
    }

    /// Goes on with what is not built yet.
    pub(super) fn go_on(&mut self, course: &Course) {
        if self.complete.load(Ordering::Relaxed) {
            return;
        }
        let (course, complete) = (course.clone(), Arc::clone(&self.complete));
        self.running = Some(Task::start(move |cancel| {
            let modules: Vec<_> = course.modules.iter().collect();
            // An error is not shown here: the check that needs this build will show it.
            let built = setup::build_ahead(&course.root, &modules, None, &cancel);
            complete.store(built.is_ok(), Ordering::Relaxed);
        }));
    }
}
