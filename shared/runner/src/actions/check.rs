//! Checks exercises and keeps what has been reached.

use std::sync::Arc;

use course_core::Result;
use course_core::catalogue::{Course, Place};
use course_core::process::CancellationToken;

use crate::check::Judge;
use crate::check::staging::Source;
use crate::check::verdict::{Status, Verdict};
use crate::progress::Progress;
use crate::ui::steps::Steps;

/// Judges the learner's code in exercises of one module, behind a progress bar.
pub(crate) fn judge_with_progress(course: &Course, places: &[Place<'_>]) -> Result<Vec<Verdict>> {
    let module = places[0].module;
    let step = Arc::new(Steps::new().begin_late(&format!("checking {}", module.name)));
    let shown = Arc::clone(&step);
    let judge = Judge {
        root: &course.root,
        cancel: CancellationToken::default(),
        progress: Some(Arc::new(move |done, total, what| shown.at(done, total, what))),
        examples: None,
    };
    let verdicts = judge.judge(&Source::learner(&course.root, module), places, None);
    step.clear();
    verdicts
}

/// Keeps what has been reached. An exercise that was solved and fails now is unsolved again.
pub(crate) fn record(course: &Course, places: &[Place<'_>], verdicts: &[Verdict]) -> Result<Progress> {
    Progress::update(&course.root, |progress| {
        for (place, verdict) in places.iter().zip(verdicts) {
            let id = place.exercise.id();
            match verdict.status {
                Status::Passed => _ = progress.solved.insert(id.clone()),
                Status::Failed | Status::Error => _ = progress.solved.remove(&id),
                Status::NotRun => {} // Nothing was found out.
            }
            if places.len() == 1 {
                progress.current = Some(id);
            }
        }
    })
}
