//! Grades one submission: intake, build, tests, and what they are worth.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use course::catalogue::{Course, Exercise, Module, Place};
use course::fault::{Fault, Outcome};
use course::files::{self, ScratchFolder};
use course::process;

use crate::builds::{self, Built};
use crate::cgroup::Cgroups;
use crate::extension;
use crate::flags;
use crate::grade::{ExerciseGrade, Grade, Status, TestGrade};
use crate::intake::{self, Intake};
use crate::jail::Jail;
use crate::manifest::{Kind, Manifest, hidden_tests};
use crate::parallel::in_parallel;
use crate::points::Points;
use crate::room;
use crate::scoring;
use crate::tests_of::{Bench, Ran, Run};
use crate::workshop::{Fill, Workshop};

/// What all submissions of one run are graded by.
#[derive(Debug)]
pub(crate) struct Rules<'r> {
    /// The clean course, the compiler, the jail.
    pub(crate) workshop: &'r Workshop,
    /// The tests that count.
    pub(crate) manifest: &'r Manifest,
    /// The exercises that are graded.
    pub(crate) places: &'r [Place<'r>],
    /// The teacher's tests.
    pub(crate) hidden: Option<&'r Path>,
    /// What inputs are drawn from.
    pub(crate) seed: u64,
    /// How points are shared out.
    pub(crate) shares: scoring::Shares,
}

impl Rules<'_> {
    fn modules(&self) -> Vec<&Module> {
        intake::modules_of(&self.workshop.course, self.places)
    }

    fn course(&self) -> &Course {
        &self.workshop.course
    }

    /// Grades what lies in `folder`, `jobs` exercises at a time. The inner fault is the submission's: there is nothing that
    /// could be graded. The outer one is this machine's.
    pub(crate) fn grade(&self, folder: &Path, name: &str, jobs: usize) -> Outcome<Result<Grade, Fault>> {
        let started = Instant::now();
        room::check(&self.workshop.scratch)?;
        let scratch = ScratchFolder::new(&self.workshop.scratch)?;
        let tree = scratch.path().join("tree");
        for module in self.modules() {
            extension::lay_out(module, &tree, Fill::Stub)?;
        }
        let taken = match self.take(folder, &tree) {
            Ok(taken) => taken,
            Err(fault) => return Ok(Err(fault)),
        };
        let graded = self.grade_tree(&tree, scratch.path(), jobs, &|module, file| {
            taken.taken.contains(&Path::new("modules").join(&module.name).join(file))
        })?;
        let grade = Grade {
            submission: name.to_owned(),
            flags: flags::find(self.places, &tree)?,
            exercises: graded,
            soft_share: self.shares.soft,
            not_enforced: self.not_enforced(),
            ignored: taken.ignored,
            versions: self.workshop.versions.clone(),
            seed: self.seed,
            seconds: started.elapsed().as_secs_f64(),
        };
        if grade.score() < grade.max_score() {
            room::check(&self.workshop.scratch)?; // What failed may have failed for want of it.
        }
        Ok(Ok(grade))
    }

    fn take(&self, folder: &Path, tree: &Path) -> Outcome<Intake> {
        let mut taken = intake::take(folder, &self.modules(), self.course(), tree)?;
        if !self.workshop.uses("intake") {
            // What a grader does that trusts its students: their tests, their settings.
            files::copy_tree(folder, tree, &|path| !path.ends_with("target") && !path.ends_with(".git"))?;
            taken.ignored.clear();
        }
        Ok(taken)
    }

    fn not_enforced(&self) -> Vec<String> {
        let off = self.workshop.without.iter().map(|each| format!("the defence \"{each}\" was switched off"));
        self.workshop.not_enforced.iter().cloned().chain(off).collect()
    }

    /// Builds and tests what lies in the tree. `is_there` says whether the submission brought a file.
    fn grade_tree(
        &self,
        tree: &Path,
        scratch: &Path,
        jobs: usize,
        is_there: &(dyn Fn(&Module, &Path) -> bool + Sync),
    ) -> Outcome<Vec<ExerciseGrade>> {
        let cgroups = Cgroups::make(&self.workshop.without);
        let jail = self.workshop.jail.counted_by(&cgroups);
        let modules = self.modules();
        let written: BTreeMap<String, bool> =
            self.places.iter().map(|place| (place.exercise.id(), is_written(*place, tree, is_there))).collect();
        // The last ones first: their dependencies are the heaviest, and nobody should wait for one slow build at the end.
        let builds = in_parallel(jobs, &modules.into_iter().rev().collect::<Vec<_>>(), |module| {
            let exercises: Vec<&Exercise> =
                module.exercises.iter().filter(|exercise| written.get(&exercise.id()) == Some(&true)).collect();
            let folder = scratch.join(&module.name);
            let built = if exercises.is_empty() {
                Built::default()
            } else {
                builds::build(self.workshop, &jail, module, &exercises, tree, &folder)?
            };
            Ok((module.name.clone(), built))
        })?;
        let builds: BTreeMap<String, Built> = builds.into_iter().collect();
        in_parallel(jobs, self.places, |place| {
            process::Cancel::default().check()?;
            let id = place.exercise.id();
            let built = &builds[&place.module.name];
            if !written[&id] {
                let why = "nothing was written: the stub is unchanged, or missing";
                return Ok(self.verdict(*place, &Runs::none(why), 0.0));
            }
            let Some(extension) = built.extension.as_ref().filter(|_| !built.refused.contains_key(&id)) else {
                let errors = built.refused.get(&id).map_or("", String::as_str);
                return Ok(self.verdict(*place, &Runs::none(&format!("does not compile:\n{errors}")), 0.0));
            };
            let folder = scratch.join(&place.module.name).join(&place.exercise.slug);
            files::make_folder(&folder)?;
            let started = Instant::now();
            let runs = self.run(*place, extension, &folder, tree, &jail)?;
            let first = place.module.exercises.iter().find(|exercise| written.get(&exercise.id()) == Some(&true));
            let build = if first.is_some_and(|first| first.id() == id) { built.seconds } else { 0.0 };
            Ok(self.verdict(*place, &runs, build + started.elapsed().as_secs_f64()))
        })
    }

    fn run(&self, place: Place<'_>, extension: &Path, scratch: &Path, tree: &Path, jail: &Jail) -> Outcome<Runs> {
        let bench = Bench { workshop: self.workshop, jail, extension, scratch, seed: self.seed };
        // With intake switched off, the submission's own tests are run, as a trusting grader would.
        let folder = if self.workshop.uses("intake") {
            place.module.folder.clone()
        } else {
            tree.join("modules").join(&place.module.name)
        };
        let tests: Vec<PathBuf> = place.exercise.tests.iter().map(|test| folder.join(test)).collect();
        let kinds = self.manifest.tests(&place.exercise.id());
        let has = |kind: Kind| kinds.iter().any(|entry| entry.kind == kind);
        let mut runs = Runs::default();
        if !self.workshop.uses("proxy") {
            runs.public = bench.run_inside(place.module, place.exercise, &tests, "not soft")?;
        } else if has(Kind::Public) {
            runs.public = bench.run_outside(place.module, place.exercise, &tests)?;
        }
        if let Some(hidden) = self.hidden.filter(|_| has(Kind::Hidden)) {
            let tests = hidden_tests(hidden, self.course(), place)?;
            runs.hidden = bench.run_outside(place.module, place.exercise, &tests)?;
            if !runs.hidden.broken.is_empty() {
                // The students read this; what the tests themselves say could show what is in them.
                "the hidden tests broke off".clone_into(&mut runs.hidden.broken);
            }
        }
        // What broke off before anything passed (an import that never ends) would only hang a second time.
        if has(Kind::Soft) && runs.public.has_come_to_nothing() {
            runs.soft = Run { broken: runs.public.broken.clone(), ..Run::default() };
        } else if has(Kind::Soft) {
            runs.soft = bench.run_inside(place.module, place.exercise, &tests, "soft")?;
        }
        Ok(runs)
    }

    /// Looks each test of the manifest up in what was run. What is not there has not passed.
    fn verdict(&self, place: Place<'_>, runs: &Runs, seconds: f64) -> ExerciseGrade {
        let id = place.exercise.id();
        let entries = self.manifest.tests(&id);
        let ran: Vec<Ran> = entries.iter().map(|entry| runs.of(entry.kind).result(&entry.name)).collect();
        let worth = scoring::worth(entries, place.exercise.points, self.shares);
        let statuses: Vec<Status> = ran.iter().map(|ran| ran.status).collect();
        let scores = scoring::earned(entries, &worth, &statuses);
        let tests: Vec<TestGrade> = entries
            .iter()
            .zip(ran)
            .zip(worth.into_iter().zip(scores))
            .map(|((entry, ran), (max_score, score))| {
                let hidden = if entry.kind == Kind::Hidden { "hidden::" } else { "" };
                let passed_in_part = ran.status == Status::Passed && score < max_score;
                TestGrade {
                    id: format!("{id}::{hidden}{}", entry.name),
                    soft: entry.kind == Kind::Soft,
                    score,
                    status: ran.status,
                    max_score,
                    seconds: ran.seconds,
                    message: if passed_in_part { GIVEN.to_owned() } else { ran.message },
                }
            })
            .collect();
        let counted = tests.iter().filter(|test| test.max_score > Points::ZERO);
        ExerciseGrade {
            module: place.module.name.clone(),
            title: place.exercise.title.clone(),
            status: worst(counted.map(|test| test.status)),
            score: tests.iter().map(|test| test.score).sum(),
            max_score: tests.iter().map(|test| test.max_score).sum(),
            seconds,
            message: [&runs.public.broken, &runs.hidden.broken]
                .into_iter()
                .find(|text| !text.is_empty())
                .cloned()
                .unwrap_or_default(),
            id,
            tests,
        }
    }
}

/// Why a passed test has not all of its points.
const GIVEN: &str = "The unchanged stub passes this test too: it counts as much as the rest of the exercise is right.";

/// The runs of one exercise's tests.
#[derive(Debug, Default)]
struct Runs {
    public: Run,
    hidden: Run,
    soft: Run,
}

impl Runs {
    /// There was nothing to run.
    fn none(why: &str) -> Self {
        let run = || Run { broken: why.to_owned(), ..Run::default() };
        Self { public: run(), hidden: run(), soft: run() }
    }

    fn of(&self, kind: Kind) -> &Run {
        match kind {
            Kind::Public => &self.public,
            Kind::Hidden => &self.hidden,
            Kind::Soft => &self.soft,
        }
    }
}

/// Whether any file of the exercise differs from its stub.
fn is_written(place: Place<'_>, tree: &Path, is_there: &(dyn Fn(&Module, &Path) -> bool + Sync)) -> bool {
    place.exercise.files.iter().any(|file| {
        let ours = std::fs::read(place.module.stub(file)).ok();
        let theirs = std::fs::read(tree.join("modules").join(&place.module.name).join(file)).ok();
        is_there(place.module, file) && ours != theirs
    })
}

fn worst(statuses: impl Iterator<Item = Status>) -> Status {
    statuses.max().unwrap_or(Status::NotRun)
}
