//! Checks exercises and keeps the learner's progress.

use std::sync::Arc;

use course_core::Result;
use course_core::catalogue::{Course, ExerciseRef};
use course_core::process::CancellationToken;

use super::hint;
use crate::check::Judge;
use crate::check::staging::Source;
use crate::check::verdict::{Status, Verdict};
use crate::progress::Progress;
use crate::ui::steps::Steps;

/// Judges the learner's code in exercises of one module, behind a progress bar.
pub(crate) fn judge_with_progress(course: &Course, exercise_refs: &[ExerciseRef<'_>]) -> Result<Vec<Verdict>> {
    let module = exercise_refs[0].module;
    let step = Arc::new(Steps::new().begin_late(&format!("checking {}", module.name)));
    let shown = Arc::clone(&step);
    let judge = Judge {
        root: &course.root,
        cancel: CancellationToken::default(),
        progress: Some(Arc::new(move |done, total, what| shown.at(done, total, what))),
        examples: None,
    };
    let verdicts = judge.judge(&Source::learner(module), exercise_refs, None);
    step.clear();
    verdicts
}

/// Keeps the learner's progress. An exercise that was solved and fails now is unsolved again.
pub(crate) fn record(course: &Course, exercise_refs: &[ExerciseRef<'_>], verdicts: &[Verdict]) -> Result<Progress> {
    if let ([exercise_ref], [verdict]) = (exercise_refs, verdicts) {
        hint::remember(&course.root, *exercise_ref, verdict)?;
    }
    Progress::update(&course.root, |progress| {
        for (exercise_ref, verdict) in exercise_refs.iter().zip(verdicts) {
            let id = exercise_ref.id();
            match verdict.status {
                Status::Passed => _ = progress.solved.insert(id.clone()),
                Status::Failed | Status::Error => _ = progress.solved.remove(&id),
                Status::NotRun => {} // Nothing was found out.
            }
            if exercise_refs.len() == 1 {
                progress.current = Some(id);
            }
        }
    })
}
