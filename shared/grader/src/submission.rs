//! Grades one submission: intake, build, tests, and their worth.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use course_core::catalogue::{Course, Exercise, ExerciseRef, Module};
use course_core::files::{self, ScratchFolder};
use course_core::jobs::Selection;
use course_core::process::CancellationToken;
use course_core::staging::Version;
use course_core::{Error, Result};

use crate::build::{self, Built, SubmittedModule, TimeLimits, extension};
use crate::defence::Defence;
use crate::disk_space;
use crate::environment::Environment;
use crate::environment::cgroup::Cgroups;
use crate::grade::{ExerciseGrade, Grade, TestGrade, Visibility};
use crate::grading_context::GradingContext;
use crate::intake::{self, Intake};
use crate::manifest::{Kind, Manifest, hidden_tests};
use crate::parallel::in_parallel;
use crate::retry_budget::RetryBudget;
use crate::score;
use crate::score::points::Points;
use crate::session::{Session, SessionResult, TestRun};
use crate::suspicious_code;
use crate::test_status::Status;

/// The grader of all submissions of one run.
#[derive(Debug)]
pub(crate) struct SubmissionGrader<'r> {
    /// The clean course, the compiler, the jail.
    pub(crate) environment: &'r Environment,
    /// The tests that count.
    pub(crate) manifest: &'r Manifest,
    /// The exercises that are graded.
    pub(crate) exercise_refs: &'r [ExerciseRef<'r>],
    /// The teacher's tests.
    pub(crate) hidden: Option<&'r Path>,
    /// The seed from which inputs are drawn.
    pub(crate) seed: u64,
    /// The shares of the points.
    pub(crate) shares: score::Shares,
}

impl SubmissionGrader<'_> {
    fn modules(&self) -> Vec<&Module> {
        self.environment.course.modules_of(self.exercise_refs)
    }

    fn course(&self) -> &Course {
        &self.environment.course
    }

    /// Grades what lies in `folder`, `jobs` exercises at a time. The inner error is the submission's: there is nothing
    /// that could be graded. The outer one is this machine's.
    pub(crate) fn grade(&self, folder: &Path, name: &str, jobs: usize) -> Result<Result<Grade, Error>> {
        let started = Instant::now();
        disk_space::check(&self.environment.scratch)?;
        let scratch = ScratchFolder::new(&self.environment.scratch)?;
        let tree = scratch.path().join("tree");
        for module in self.modules() {
            extension::lay_out(module, &tree, Version::Stub)?;
        }
        let taken = match self.take(folder, &tree) {
            Ok(taken) => taken,
            Err(error) => return Ok(Err(error)),
        };
        let graded = self.grade_tree(&tree, scratch.path(), jobs, &|module, file| {
            taken.taken.contains(&Path::new("modules").join(&module.name).join(file))
        })?;
        let grade = Grade {
            submission: name.to_owned(),
            flags: suspicious_code::find(self.exercise_refs, &tree)?,
            exercises: graded,
            soft_share: self.shares.soft,
            not_enforced: self.not_enforced(),
            ignored: taken.ignored,
            versions: self.environment.versions.clone(),
            seed: self.seed,
            seconds: started.elapsed().as_secs_f64(),
        };
        if grade.score() < grade.max_score() {
            disk_space::check(&self.environment.scratch)?; // A full disk may be the reason why a test failed.
        }
        Ok(Ok(grade))
    }

    fn take(&self, folder: &Path, tree: &Path) -> Result<Intake> {
        let mut taken = intake::take(folder, &self.modules(), self.course(), tree)?;
        if !self.environment.uses(Defence::Intake) {
            // A trusting grader does this: it takes the students' tests and settings.
            files::copy_tree(folder, tree, &|path| !path.ends_with("target") && !path.ends_with(".git"))?;
            taken.ignored.clear();
        }
        Ok(taken)
    }

    fn not_enforced(&self) -> Vec<String> {
        let off = self.environment.without.iter().map(|defence| format!("the defence \"{defence}\" was switched off"));
        self.environment.not_enforced.iter().cloned().chain(off).collect()
    }

    /// Builds and tests what lies in the tree. `is_there` says whether the submission brought a file.
    fn grade_tree<'s>(
        &'s self,
        tree: &Path,
        scratch: &Path,
        jobs: usize,
        is_there: &(dyn Fn(&Module, &Path) -> bool + Sync),
    ) -> Result<Vec<ExerciseGrade>> {
        let cgroups = Cgroups::make(&self.environment.without, self.environment.memory);
        let jail = self.environment.jail.counted_by(&cgroups);
        let retry_budget = RetryBudget::of_a_submission();
        let modules = self.modules();
        let written: BTreeMap<String, bool> = self
            .exercise_refs
            .iter()
            .map(|exercise_ref| (exercise_ref.id(), is_written(*exercise_ref, tree, is_there)))
            .collect();
        let grading = GradingContext { environment: self.environment, jail: &jail, retry_budget: &retry_budget };
        let context = Context { grading, written: &written, scratch, tree };
        // The last modules first: they have the heaviest dependencies, and one slow build at the end would leave
        // processors idle.
        let builds = in_parallel(jobs, &modules.into_iter().rev().collect::<Vec<_>>(), |module| {
            let exercises: Vec<&Exercise> =
                module.exercises.iter().filter(|exercise| written.get(&exercise.id()) == Some(&true)).collect();
            let folder = scratch.join(&module.name);
            let built = if exercises.is_empty() {
                Built::default()
            } else {
                self.submitted_module(module, &context).build(&exercises, &folder)?
            };
            Ok((module.name.clone(), built))
        })?;
        let mut builds: BTreeMap<String, Built> = builds.into_iter().collect();
        let all: Vec<(usize, ExerciseRef<'s>)> = self.exercise_refs.iter().copied().enumerate().collect();
        let mut tested: BTreeMap<usize, Tested<'_>> = BTreeMap::new();
        let test = |round: &Round<'_>, which: &[(usize, ExerciseRef<'s>)]| {
            in_parallel(jobs, which, |(index, exercise_ref)| {
                CancellationToken::default().check()?;
                Ok(self.test_exercise(*exercise_ref, round)?.map(|tested| (*index, tested)))
            })
        };
        let first = Round { context: &context, builds: &builds, last: false, unimportable: Mutex::default() };
        tested.extend(test(&first, &all)?.into_iter().flatten());
        let unimportable = first.unimportable.into_inner().unwrap_or_else(PoisonError::into_inner);
        for module in self.modules().into_iter().filter(|module| unimportable.contains(&module.name)) {
            let built = self.without_what_breaks_the_import(module, &builds[&module.name], &context)?;
            builds.insert(module.name.clone(), built);
        }
        let again: Vec<(usize, ExerciseRef<'s>)> =
            all.into_iter().filter(|(_, exercise_ref)| unimportable.contains(&exercise_ref.module.name)).collect();
        let last = Round { context: &context, builds: &builds, last: true, unimportable: Mutex::default() };
        tested.extend(test(&last, &again)?.into_iter().flatten());
        // Only now: whoever sees a hidden input can tell it to whoever runs at the same time or later, by a lock on a file or by
        // the load of a processor, and students read the messages of all other tests.
        let tested: Vec<Tested<'_>> = tested.into_values().collect();
        in_parallel(jobs, &tested, |tested| {
            CancellationToken::default().check()?;
            let started = Instant::now();
            let hidden = self.run_hidden(tested, &context)?;
            Ok(self.verdict(tested, &hidden, started.elapsed()))
        })
    }

    fn submitted_module<'m>(&'m self, module: &'m Module, context: &Context<'m>) -> SubmittedModule<'m> {
        let limits = TimeLimits::beside_reference(self.manifest.compile_time(&module.name));
        SubmittedModule { grading: context.grading, module, tree: context.tree, limits }
    }

    /// Runs one exercise's public and soft tests, if there is something to test. `None`, where the module turns out not to be importable, or
    /// has turned out so, and others may be to blame: they have to be found, and the last round tests what is left.
    fn test_exercise<'s>(&self, exercise_ref: ExerciseRef<'s>, round: &Round<'_>) -> Result<Option<Tested<'s>>> {
        let Context { written, scratch, tree, .. } = *round.context;
        let module = &exercise_ref.module.name;
        let built = &round.builds[module];
        let id = exercise_ref.id();
        if !written[&id] {
            let why = "nothing was written: the stub is unchanged, or missing";
            return Ok(Some(Tested::not_run(exercise_ref, why)));
        }
        let Some(extension) = built.extension.as_ref().filter(|_| !built.refused.contains_key(&id)) else {
            let why = built.refused.get(&id).map_or("", String::as_str);
            return Ok(Some(Tested::not_run(exercise_ref, why)));
        };
        let unimportable = || round.unimportable.lock().unwrap_or_else(PoisonError::into_inner);
        // Others may have been handed in without being graded now. Once some do not compile, those are stubs.
        let others_may_be_to_blame = !round.last
            && if built.refused.is_empty() {
                !build::is_alone(exercise_ref.module, exercise_ref.exercise, tree)
            } else {
                usable(exercise_ref.module, built, written).len() > 1
            };
        if others_may_be_to_blame && unimportable().contains(module) {
            return Ok(None);
        }
        let folder =
            scratch.join(module).join(&exercise_ref.exercise.slug).join(if round.last { "last" } else { "first" });
        files::make_folder(&folder)?;
        let started = Instant::now();
        let (public, soft) = self.run_public_and_soft(exercise_ref, extension, &folder, round.context)?;
        let import_failed = if self.has(&id, Kind::Public) {
            public.import_failed
        } else {
            others_may_be_to_blame
                && self
                    .session(extension, &folder, round.context)
                    .import_problem(exercise_ref.module, exercise_ref.exercise)?
                    .is_some()
        };
        if others_may_be_to_blame && import_failed {
            unimportable().insert(module.clone());
            return Ok(None);
        }
        let is_written = |exercise: &&Exercise| written.get(&exercise.id()) == Some(&true);
        let first = exercise_ref.module.exercises.iter().find(is_written);
        let build = if first.is_some_and(|first| first.id() == id) { built.seconds } else { 0.0 };
        let seconds = build + started.elapsed().as_secs_f64();
        let loaded = Some(Loaded { extension: extension.clone(), scratch: folder });
        Ok(Some(Tested { exercise_ref, public, soft, loaded, seconds }))
    }

    fn has(&self, exercise: &str, kind: Kind) -> bool {
        self.manifest.tests(exercise).iter().any(|entry| entry.kind == kind)
    }

    /// Builds the rest of a module whose import fails: from stubs, with each exercise that lets Python import it. Each
    /// try has a time limit, and so has the whole search.
    fn without_what_breaks_the_import(&self, module: &Module, built: &Built, context: &Context<'_>) -> Result<Built> {
        let Context { written, scratch, .. } = *context;
        let usable = usable(module, built, written);
        let begun = Instant::now();
        let folder = scratch.join(&module.name).join("imports");
        let objection = |extension: &Path, exercise: &Exercise| {
            if begun.elapsed() > TIME_TO_FIND_THE_IMPORT {
                return Ok(Some("not tested: the search for what breaks the module's import took too long".to_owned()));
            }
            let scratch = folder.join(&exercise.slug);
            files::make_folder(&scratch)?;
            let session = self.session(extension, &scratch, context);
            let problem = session.import_problem(module, exercise)?;
            Ok(problem.map(|problem| format!("with it, Python cannot import the module:\n{problem}")))
        };
        let mut found = self.submitted_module(module, context).build_what_is_usable(&usable, &folder, &objection)?;
        found.refused.extend(built.refused.clone());
        found.seconds += built.seconds;
        Ok(found)
    }

    fn session<'s>(&'s self, extension: &'s Path, scratch: &'s Path, context: &Context<'s>) -> Session<'s> {
        Session { grading: context.grading, extension, scratch, seed: self.seed }
    }

    fn run_public_and_soft(
        &self,
        exercise_ref: ExerciseRef<'_>,
        extension: &Path,
        scratch: &Path,
        context: &Context<'_>,
    ) -> Result<(SessionResult, SessionResult)> {
        let session = self.session(extension, scratch, context);
        // With intake switched off, the submission's own tests are run, as a trusting grader would.
        let folder = if self.environment.uses(Defence::Intake) {
            exercise_ref.module.folder.clone()
        } else {
            context.tree.join("modules").join(&exercise_ref.module.name)
        };
        let tests: Vec<PathBuf> = exercise_ref.exercise.tests.iter().map(|test| folder.join(test)).collect();
        let id = exercise_ref.id();
        let mut public = SessionResult::default();
        if !self.environment.uses(Defence::Proxy) {
            public = session.run_inside(exercise_ref.module, exercise_ref.exercise, &tests, Selection::NotSoft)?;
        } else if self.has(&id, Kind::Public) {
            public = session.run_outside(exercise_ref.module, exercise_ref.exercise, &tests)?;
        }
        let soft = if !self.has(&id, Kind::Soft) {
            SessionResult::default()
        } else if public.broke_off_before_any_pass() {
            // A run that broke off before anything passed (an import that never ends) would only hang a second time.
            SessionResult { broken: public.broken.clone(), ..SessionResult::default() }
        } else {
            session.run_inside(exercise_ref.module, exercise_ref.exercise, &tests, Selection::Soft)?
        };
        Ok((public, soft))
    }

    fn run_hidden(&self, tested: &Tested<'_>, context: &Context<'_>) -> Result<SessionResult> {
        let exercise_ref = tested.exercise_ref;
        let Some(Loaded { extension, scratch }) = &tested.loaded else {
            return Ok(SessionResult { broken: tested.public.broken.clone(), ..SessionResult::default() });
        };
        let Some(hidden) = self.hidden.filter(|_| self.has(&exercise_ref.id(), Kind::Hidden)) else {
            return Ok(SessionResult::default());
        };
        let tests = hidden_tests(hidden, self.course(), exercise_ref)?;
        let session = self.session(extension, scratch, context);
        let mut found = session.run_outside(exercise_ref.module, exercise_ref.exercise, &tests)?;
        if let Some(broken) = &mut found.broken {
            // The students read this; the tests' own words could show what is in them.
            "the hidden tests broke off".clone_into(broken);
        }
        Ok(found)
    }

    /// Looks each test of the manifest up in the runs. A test that is not there has not passed.
    fn verdict(&self, tested: &Tested<'_>, hidden: &SessionResult, time_for_hidden: Duration) -> ExerciseGrade {
        let Tested { exercise_ref, public, soft, .. } = tested;
        let id = exercise_ref.id();
        let entries = self.manifest.tests(&id);
        let run_of = |kind| match kind {
            Kind::Public => public,
            Kind::Hidden => hidden,
            Kind::Soft => soft,
        };
        let ran: Vec<TestRun> = entries.iter().map(|entry| run_of(entry.kind).result(&entry.name)).collect();
        let points = exercise_ref.exercise.points;
        let worth = score::worth(entries, points, self.shares);
        let statuses: Vec<Status> = ran.iter().map(|ran| ran.status).collect();
        let scores = score::earned(entries, points, &worth, &statuses);
        let tests: Vec<TestGrade> = entries
            .iter()
            .zip(ran)
            .zip(worth.into_iter().zip(scores))
            .map(|((entry, ran), (max_score, score))| {
                let visibility = Visibility::of(entry.kind);
                let hidden = if visibility == Visibility::Hidden { "hidden::" } else { "" };
                let passed_in_part = ran.status == Status::Passed && score < max_score;
                TestGrade {
                    id: format!("{id}::{hidden}{}", entry.name),
                    visibility,
                    soft: entry.kind == Kind::Soft,
                    score,
                    status: ran.status,
                    max_score,
                    seconds: ran.seconds,
                    message: if passed_in_part { PASSED_BY_STUB.to_owned() } else { ran.message },
                }
            })
            .collect();
        let counted = tests.iter().filter(|test| test.max_score > Points::ZERO);
        ExerciseGrade {
            module: exercise_ref.module.name.clone(),
            title: exercise_ref.exercise.title.clone(),
            status: worst(counted.map(|test| test.status)),
            score: tests.iter().map(|test| test.score).sum(),
            max_score: tests.iter().map(|test| test.max_score).sum(),
            seconds: tested.seconds + time_for_hidden.as_secs_f64(),
            message: public.broken.clone().or_else(|| hidden.broken.clone()).unwrap_or_default(),
            id,
            tests,
        }
    }
}

/// For the whole search for the exercise that breaks its module's import. One that crashes is found within seconds; each
/// that never ends costs ten.
const TIME_TO_FIND_THE_IMPORT: Duration = Duration::from_secs(180);

/// The surroundings in which one submission is graded.
#[derive(Debug, Clone, Copy)]
struct Context<'p> {
    grading: GradingContext<'p>,
    /// Whether an exercise was written, by ID.
    written: &'p BTreeMap<String, bool>,
    scratch: &'p Path,
    tree: &'p Path,
}

/// A run over exercises with what is built of them.
#[derive(Debug)]
struct Round<'r> {
    context: &'r Context<'r>,
    /// By module.
    builds: &'r BTreeMap<String, Built>,
    /// Whether nothing comes after it.
    last: bool,
    /// Modules that Python cannot import.
    unimportable: Mutex<BTreeSet<String>>,
}

/// The exercises of a module that were written and are part of what is built.
fn usable<'m>(module: &'m Module, built: &Built, written: &BTreeMap<String, bool>) -> Vec<&'m Exercise> {
    let is_usable = |id: &String| written.get(id) == Some(&true) && !built.refused.contains_key(id);
    module.exercises.iter().filter(|exercise| is_usable(&exercise.id())).collect()
}

/// Said of a passed test that has not all of its points.
const PASSED_BY_STUB: &str =
    "The unchanged stub passes this test too: it counts as much as the rest of the exercise is right.";

/// An exercise whose public and soft tests have run.
#[derive(Debug)]
struct Tested<'s> {
    exercise_ref: ExerciseRef<'s>,
    public: SessionResult,
    soft: SessionResult,
    /// If there was something to run.
    loaded: Option<Loaded>,
    /// For the build and these tests.
    seconds: f64,
}

/// The means of another run.
#[derive(Debug)]
struct Loaded {
    extension: PathBuf,
    scratch: PathBuf,
}

impl<'s> Tested<'s> {
    /// There was nothing to run.
    fn not_run(exercise_ref: ExerciseRef<'s>, why: &str) -> Self {
        let run = || SessionResult { broken: Some(why.to_owned()), ..SessionResult::default() };
        Self { exercise_ref, public: run(), soft: run(), loaded: None, seconds: 0.0 }
    }
}

/// Whether any file of the exercise differs from its stub.
fn is_written(exercise_ref: ExerciseRef<'_>, tree: &Path, is_there: &(dyn Fn(&Module, &Path) -> bool + Sync)) -> bool {
    exercise_ref.exercise.files.iter().any(|file| {
        let stub = std::fs::read(exercise_ref.module.stub(file)).ok();
        let submitted = std::fs::read(tree.join("modules").join(&exercise_ref.module.name).join(file)).ok();
        is_there(exercise_ref.module, file) && stub != submitted
    })
}

fn worst(statuses: impl Iterator<Item = Status>) -> Status {
    statuses.max().unwrap_or(Status::NotRun)
}
