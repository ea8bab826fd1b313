//! Runs the course's own solutions, and its stubs, as if they were handed in, and makes the manifest of the results.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use course_core::catalogue::ExerciseRef;
use course_core::files::{self, ScratchFolder};
use course_core::jobs::Selection;
use course_core::staging::Version;
use course_core::{Error, Result};

use crate::build::extension::{self, Extension};
use crate::disk_space;
use crate::environment::Environment;
use crate::environment::cgroup::Cgroups;
use crate::grading_context::GradingContext;
use crate::manifest::{Kind, Manifest, hidden_tests};
use crate::parallel::in_parallel;
use crate::retry_budget::RetryBudget;
use crate::session::{Session, SessionResult};

/// For one module, on a machine that does other things too.
const TIME_TO_BUILD: Duration = Duration::from_secs(300);

/// The manifest of these exercises: kept for the next time under `key`.
pub(crate) fn manifest(
    environment: &Environment,
    exercise_refs: &[ExerciseRef<'_>],
    hidden: Option<&Path>,
    work: &Path,
    key: &str,
    jobs: usize,
) -> Result<Manifest> {
    let mut manifest = Manifest::load(work, key).unwrap_or_default();
    let missing: Vec<ExerciseRef<'_>> =
        exercise_refs.iter().filter(|exercise_ref| !manifest.knows(&exercise_ref.id())).copied().collect();
    if missing.is_empty() {
        return Ok(manifest);
    }
    eprintln!("Running the solutions and the stubs of {} exercises, once…", missing.len());
    disk_space::check(&environment.scratch)?;
    let scratch = ScratchFolder::new(&environment.scratch)?;
    let cgroups = Cgroups::make(&environment.without, environment.memory);
    let jail = environment.jail.counted_by(&cgroups);
    let retry_budget = RetryBudget::of_the_reference();
    let grading = GradingContext { environment, jail: &jail, retry_budget: &retry_budget };
    let run = ReferenceRun { grading, hidden, jobs };
    let mut of_solutions = BTreeMap::new();
    let folder = scratch.path().join("solutions");
    let extensions = run.build(&missing, Version::Solution, &folder)?;
    for (module, extension) in &extensions {
        manifest.note_compile_time(module, extension.time);
    }
    for (id, kind, result) in run.run(&missing, Version::Solution, &extensions, &folder)? {
        manifest.note(&id, kind, &result)?;
        of_solutions.insert((id, kind), result);
    }
    for exercise_ref in &missing {
        manifest.check_that_tests_count(&exercise_ref.id())?;
    }
    let folder = scratch.path().join("stubs");
    let extensions = run.build(&missing, Version::Stub, &folder)?;
    for (id, kind, result) in run.run(&missing, Version::Stub, &extensions, &folder)? {
        if let Some(of_solution) = of_solutions.get(&(id.clone(), kind)) {
            manifest.note_stub(&id, kind, of_solution, &result);
        }
    }
    for exercise_ref in &missing {
        manifest.check_that_stub_fails(&exercise_ref.id())?;
    }
    manifest.save(work, key)?;
    Ok(manifest)
}

/// A run of the course's own code under the rules that submissions are graded by.
struct ReferenceRun<'r> {
    grading: GradingContext<'r>,
    hidden: Option<&'r Path>,
    jobs: usize,
}

impl ReferenceRun<'_> {
    fn run(
        &self,
        exercise_refs: &[ExerciseRef<'_>],
        version: Version<'_>,
        extensions: &BTreeMap<String, Extension>,
        scratch: &Path,
    ) -> Result<Vec<(String, Kind, SessionResult)>> {
        let runs = in_parallel(self.jobs, exercise_refs, |exercise_ref| {
            let folder = scratch.join(&exercise_ref.module.name).join(&exercise_ref.exercise.slug);
            self.run_exercise(*exercise_ref, version, &extensions[&exercise_ref.module.name].folder, &folder)
        })?;
        Ok(runs.into_iter().flatten().collect())
    }

    fn build(
        &self,
        exercise_refs: &[ExerciseRef<'_>],
        version: Version<'_>,
        scratch: &Path,
    ) -> Result<BTreeMap<String, Extension>> {
        let tree = scratch.join("tree");
        let modules = self.grading.environment.course.modules_of(exercise_refs);
        let builds = in_parallel(self.jobs, &modules, |module| {
            extension::lay_out(module, &tree, version)?;
            let folder = scratch.join(&module.name);
            let built = extension::build(self.grading, module, &tree, &folder, TIME_TO_BUILD)?;
            let built = built.map_err(|errors| {
                Error::new(format!("The course's own {} does not compile in the jail:\n{errors}", module.name))
            })?;
            Ok((module.name.clone(), built))
        })?;
        Ok(builds.into_iter().collect())
    }

    fn run_exercise(
        &self,
        exercise_ref: ExerciseRef<'_>,
        version: Version<'_>,
        extension: &Path,
        scratch: &Path,
    ) -> Result<Vec<(String, Kind, SessionResult)>> {
        files::make_folder(scratch)?;
        let session = Session { grading: self.grading, extension, scratch, seed: 0 };
        let ExerciseRef { module, exercise } = exercise_ref;
        let tests: Vec<PathBuf> = exercise.tests.iter().map(|test| module.folder.join(test)).collect();
        let run_outside = |tests: &[PathBuf]| match version {
            Version::Solution => session.run_reference(module, exercise, tests),
            _ => session.run_outside(module, exercise, tests),
        };
        let mut runs = vec![(exercise.id(), Kind::Public, run_outside(&tests)?)];
        let hidden = self
            .hidden
            .map(|hidden| hidden_tests(hidden, &self.grading.environment.course, exercise_ref))
            .transpose()?;
        if let Some(hidden) = hidden.filter(|tests| !tests.is_empty()) {
            runs.push((exercise.id(), Kind::Hidden, run_outside(&hidden)?));
        }
        runs.push((exercise.id(), Kind::Soft, session.run_inside(module, exercise, &tests, Selection::Soft)?));
        Ok(runs)
    }
}
