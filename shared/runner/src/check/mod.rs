//! Finds out how an exercise stands: builds it, proves which file is judged, runs its Rust and Python tests, and gives
//! a verdict.

mod build;
mod compiler_help;
pub(crate) mod python_runner;
pub(crate) mod python_tests;
pub(crate) mod rust_tests;
pub(crate) mod staging;
pub(crate) mod verdict;

use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use course_core::catalogue::ExerciseRef;
use course_core::compile::{Build, OnProgress};
use course_core::jobs::Selection;
use course_core::process::CancellationToken;
use course_core::{Error, Result, workspace};

pub(crate) use build::file_stem;
use python_tests::{PythonReport, RunTests, TestJob, WarmWorker, test_files};
use rust_tests::RustReport;
use staging::{Source, missing_source, missing_test, no_extension, stage_extension, unusable_test};
use verdict::{Artifact, Failure, Phases, Status, Verdict};

/// The time between two looks whether the build has ended without a library.
const LIBRARY_POLL: Duration = Duration::from_millis(20);

/// Judges learners' and other code with one set of settings.
pub(crate) struct Judge<'j> {
    /// The course's folder.
    pub(crate) root: &'j Path,
    pub(crate) cancel: CancellationToken,
    pub(crate) progress: Option<OnProgress>,
    /// The number of examples that each property test tries, if it is not the usual one.
    pub(crate) examples: Option<&'j str>,
}

impl Judge<'_> {
    /// Judges exercises of one module, in order. `warm` is a worker that already runs; more are started as needed, each
    /// while the one before it works.
    pub(crate) fn judge(
        &self,
        source: &Source,
        exercise_refs: &[ExerciseRef<'_>],
        warm: Option<WarmWorker>,
    ) -> Result<Vec<Verdict>> {
        let started = Instant::now();
        let mut verdicts: Vec<Verdict> = exercise_refs
            .iter()
            .map(|exercise_ref| Verdict::new(exercise_ref.id(), &exercise_ref.module.name))
            .collect();
        if let Some(missing) = missing_source(source, exercise_refs) {
            for verdict in &mut verdicts {
                verdict.fail(missing.clone());
            }
            return Ok(verdicts);
        }
        let mut judged: Vec<(ExerciseRef<'_>, &mut Verdict)> = Vec::new();
        for (exercise_ref, verdict) in exercise_refs.iter().zip(&mut verdicts) {
            match missing_test(source, *exercise_ref) {
                Some(missing) => verdict.failures.push(missing), // It stays "not run".
                None => judged.push((*exercise_ref, verdict)),
            }
        }
        if judged.is_empty() {
            return Ok(verdicts);
        }
        let start_worker = || WarmWorker::start(self.root, self.examples);
        let worker = warm.map_or_else(start_worker, Ok)?;
        let count = judged.len();
        let wanted: Vec<ExerciseRef<'_>> = judged.iter().map(|(exercise_ref, _)| *exercise_ref).collect();
        let mut next = (count > 1).then(start_worker).transpose()?;
        let (build, mut first) = self.build_and_test_first(source, &wanted, worker)?;
        if !build.success {
            for (_, verdict) in judged {
                verdict.time = started.elapsed();
                verdict.fail(Failure::does_not_compile(&build));
            }
            return Ok(verdicts);
        }
        let warnings: Vec<(String, String)> = build
            .diagnostics
            .iter()
            .filter(|diagnostic| !diagnostic.is_error)
            .filter_map(|warning| Some((warning.file.clone()?, warning.rendered.trim_end().to_owned())))
            .collect();
        for (index, (exercise_ref, verdict)) in judged.into_iter().enumerate() {
            verdict.warnings.clone_from(&warnings);
            let begun = if index == 0 { started } else { Instant::now() };
            let tests = if let Some(first) = first.take() {
                first
            } else {
                let worker = next.take().map_or_else(start_worker, Ok)?;
                next = (index + 1 < count).then(start_worker).transpose()?;
                self.run_tests(source, exercise_ref, &build, worker)?
            };
            conclude(source, exercise_ref, tests, verdict);
            verdict.time = begun.elapsed();
        }
        Ok(verdicts)
    }

    /// Judges one exercise of a build that is done.
    pub(crate) fn judge_built(
        &self,
        source: &Source,
        exercise_ref: ExerciseRef<'_>,
        build: &Build,
        worker: impl RunTests,
    ) -> Result<Verdict> {
        let started = Instant::now();
        let mut verdict = Verdict::new(exercise_ref.id(), &exercise_ref.module.name);
        if let Some(missing) = missing_test(source, exercise_ref) {
            verdict.failures.push(missing);
        } else if build.success {
            let tests = self.run_tests(source, exercise_ref, build, worker)?;
            conclude(source, exercise_ref, tests, &mut verdict);
        } else {
            verdict.fail(Failure::does_not_compile(build));
        }
        verdict.time = started.elapsed();
        Ok(verdict)
    }

    /// Builds all that is needed, and runs the tests of the first exercise as soon as there is something to run:
    /// Python's begin with the extension, while cargo goes on with the Rust test programs. If the build fails, the
    /// tests that ran count for nothing.
    fn build_and_test_first(
        &self,
        source: &Source,
        exercise_refs: &[ExerciseRef<'_>],
        worker: WarmWorker,
    ) -> Result<(Build, Option<TestRun>)> {
        let started = Instant::now();
        let (sender, receiver) = mpsc::channel();
        let package = source.package.clone();
        let on_library = Box::new(move |name: &str, library: &Path| {
            if name == package {
                // After the check was cancelled there is no receiver.
                let _ = sender.send(library.to_owned());
            }
        });
        let python_cancel = self.cancel.child_token();
        let (built, python, building) = std::thread::scope(|scope| {
            let building = scope.spawn(|| {
                let built = build::build(self, source, exercise_refs, on_library).and_then(|build| {
                    let rust =
                        build.success.then(|| self.run_rust_tests(source, exercise_refs[0], &build)).transpose()?;
                    Ok((build, rust))
                });
                if !matches!(built, Ok((_, Some(_)))) {
                    python_cancel.cancel();
                }
                built
            });
            let library = wait_for_library(&receiver, || building.is_finished());
            let seconds = started.elapsed();
            let python =
                library.map(|library| self.run_python(source, exercise_refs[0], &library, worker, &python_cancel));
            let built = building.join().unwrap_or_else(|_| Err(Error::new("The thread that builds panicked.")));
            (built, python, seconds)
        });
        let (build, rust) = built?;
        let Some(rust) = rust else { return Ok((build, None)) };
        let Some(python) = python.transpose()? else { return Err(no_extension(source)) };
        let phases =
            Phases { build: building, tests: started.elapsed().saturating_sub(building), rust_tests: rust.time };
        Ok((build, Some(TestRun { python, rust, phases })))
    }

    /// Rust tests are pure and quick; they run while Python is busy with its own.
    fn run_tests(
        &self,
        source: &Source,
        exercise_ref: ExerciseRef<'_>,
        build: &Build,
        worker: impl RunTests,
    ) -> Result<TestRun> {
        let library = staging::extension_of(source, build)?;
        let begun = Instant::now();
        let (python, rust) = std::thread::scope(|scope| {
            let rust = scope.spawn(|| self.run_rust_tests(source, exercise_ref, build));
            let python = self.run_python(source, exercise_ref, library, worker, &self.cancel);
            let rust = rust.join().unwrap_or_else(|_| Err(Error::new("The thread that runs the Rust tests panicked.")));
            (python, rust)
        });
        let (python, rust) = (python?, rust?);
        let phases = Phases { build: Duration::ZERO, tests: begun.elapsed(), rust_tests: rust.time };
        Ok(TestRun { python, rust, phases })
    }

    fn run_python(
        &self,
        source: &Source,
        exercise_ref: ExerciseRef<'_>,
        library: &Path,
        worker: impl RunTests,
        cancel: &CancellationToken,
    ) -> Result<PythonTests> {
        let folder = workspace::scratch(self.root)?;
        let artifact = stage_extension(source, exercise_ref.module, library, folder.path())?;
        let job = TestJob {
            root: self.root,
            package: &exercise_ref.module.package,
            folder: folder.path(),
            tests: test_files(exercise_ref).collect(),
            time_limit: exercise_ref.exercise.time_limit,
            selection: Selection::All,
        };
        Ok(PythonTests { artifact, report: worker.run_tests(&job, cancel)? })
    }

    fn run_rust_tests(&self, source: &Source, exercise_ref: ExerciseRef<'_>, build: &Build) -> Result<RustReport> {
        let begun = Instant::now();
        let mut report = RustReport::default();
        for path in exercise_ref.exercise.rust_tests.iter().filter(|_| source.has_rust_tests) {
            let name = file_stem(path);
            let program = build.tests.get(&name).ok_or_else(|| {
                Error::new(format!("cargo built no test program `{name}`.")).advice(format!(
                    "Is {} there? `git checkout -- modules/{}/tests` brings it back.",
                    course_core::files::with_slashes(path),
                    exercise_ref.module.name
                ))
            })?;
            let found = rust_tests::run(self.root, program, &name, exercise_ref.exercise.time_limit, &self.cancel)?;
            report.tests.extend(found.tests);
            report.failures.extend(found.failures);
            report.time = begun.elapsed();
        }
        Ok(report)
    }
}

/// Waits for the path of the library, or for the build to end without one. A thread that reads what a stray child of
/// cargo holds open may outlive the build and keep the sender, so a disconnected channel is not the only sign of the
/// end.
fn wait_for_library(receiver: &Receiver<PathBuf>, has_ended: impl Fn() -> bool) -> Option<PathBuf> {
    loop {
        let ended = has_ended();
        match receiver.recv_timeout(LIBRARY_POLL) {
            Ok(library) => return Some(library),
            Err(RecvTimeoutError::Timeout) if !ended => {}
            Err(_) => return None,
        }
    }
}

/// The results of all tests of an exercise.
struct TestRun {
    python: PythonTests,
    rust: RustReport,
    phases: Phases,
}

struct PythonTests {
    artifact: Artifact,
    report: PythonReport,
}

/// Makes a verdict of a test run.
fn conclude(source: &Source, exercise_ref: ExerciseRef<'_>, run: TestRun, verdict: &mut Verdict) {
    let TestRun { python: PythonTests { artifact, report }, rust, phases } = run;
    verdict.phases = phases;
    verdict.artifact = Some(artifact);
    verdict.interpreter = report.interpreter;
    let (python_count, rust_count) = (report.tests.len(), rust.tests.len());
    // Python's failures first: they show the call as its user makes it.
    verdict.tests = report.tests;
    verdict.tests.extend(rust.tests);
    verdict.failures = report.failures;
    verdict.failures.extend(rust.failures);
    verdict.printed = report.printed;
    verdict.conclude();
    // A file that holds no test proves nothing, in Rust or Python; the other half alone must not pass.
    let rust_files = exercise_ref.exercise.rust_tests.iter().filter(|_| source.has_rust_tests);
    for (count, mut files) in
        [(python_count, exercise_ref.exercise.tests.iter().collect::<Vec<_>>()), (rust_count, rust_files.collect())]
    {
        if let (0, true, Some(file)) = (count, verdict.failures.is_empty(), files.pop()) {
            verdict.status = Status::NotRun;
            verdict.failures = vec![unusable_test(exercise_ref.module, file, "holds no test")];
        }
    }
}
