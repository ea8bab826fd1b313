//! Every wrong version fails the tests that its header names, with a message that names the cause.
//!
//! Wrong versions of different exercises are built together, as one variant of the module: an exercise's tests do without
//! the other exercises (`exercises_are_independent`), and without optimisation. There, only the tests that its header names
//! are run. A version that is not caught so, or that ended the tests by a crash or by computing for too long, is built once
//! more alone, as in the loop, and judged by all tests, and that decides.

use std::collections::BTreeMap;
use std::sync::Arc;

use course_core::Result;
use course_core::catalogue::{Exercise, Module};
use course_core::events::is_of_function;
use course_core::files::{self, ScratchFolder};
use course_core::staging::Version;
use course_core::wrong_versions::{self, Header, WrongVersion};

use super::prepared::Prepared;
use super::queue::Promise;
use super::variant::{Optimisation, RustTests, Variant};
use super::verdicts::reasons;
use super::{Check, Context, Tally};
use crate::check::verdict::{FailureKind, TestStatus, Verdict};

/// The extensions of wrong versions that the lesson shows, each by its name; promised until they are built.
#[derive(Debug, Default)]
pub(super) struct Staged(BTreeMap<String, Arc<Promise<Option<Arc<ScratchFolder>>>>>);

impl Staged {
    /// Waits for all of them. They last as long as the result of this call.
    pub(super) fn folders(&self) -> BTreeMap<String, Arc<ScratchFolder>> {
        let built = self.0.iter().filter_map(|(name, promise)| Some((name.clone(), promise.get()??)));
        built.collect()
    }
}

/// Checks the claim: a part for each group of wrong versions, which builds it, one for each of its versions, and the
/// extensions that the lesson shows.
pub(super) fn checks<'c>(context: &'c Context<'c>, module: &'c Module) -> (Vec<Check<'c>>, Staged) {
    let shown: String =
        [module.lesson(), module.questions()].iter().filter_map(|path| files::read(path).ok()).collect();
    let mut checks: Vec<Check<'c>> = Vec::new();
    let mut staged = Staged::default();
    for group in groups(module) {
        let built = Arc::new(Promise::new());
        let together = Arc::clone(&built);
        let members = group.clone();
        checks.push(Box::new(move |prepared, _| {
            together.keep(|| build_together(context, module, &members, prepared).map(Arc::new))
        }));
        for (exercise, version) in group {
            let promise = Arc::new(Promise::new());
            let is_shown = shown.contains(&format!("wrong={}", version.name));
            if is_shown {
                staged.0.insert(version.name.clone(), Arc::clone(&promise));
            }
            let built = Arc::clone(&built);
            checks.push(Box::new(move |prepared, tally| {
                promise.keep(|| {
                    let built = built.get();
                    match check(context, module, exercise, &version, prepared, built, tally)? {
                        Some(variant) if is_shown => Ok(variant.stage()?.map(Arc::new)),
                        _ => Ok(None),
                    }
                })
            }));
        }
    }
    (checks, staged)
}

/// A wrong version and the exercise that it is of.
type WrongExercise<'m> = (&'m Exercise, WrongVersion);

/// All wrong versions of the module's exercises, in few groups. No two versions of a group have a file in common.
fn groups(module: &Module) -> Vec<Vec<WrongExercise<'_>>> {
    let mut groups: Vec<Vec<WrongExercise<'_>>> = Vec::new();
    for exercise in &module.exercises {
        for version in wrong_versions::of_exercise(module, exercise) {
            let is_free =
                |group: &&mut Vec<WrongExercise<'_>>| group.iter().all(|(other, _)| !other.shares_a_file(exercise));
            match groups.iter_mut().find(is_free) {
                Some(group) => group.push((exercise, version)),
                None => groups.push(vec![(exercise, version)]),
            }
        }
    }
    groups
}

/// A wrong version's text and header, and the Rust tests that are needed to catch it.
struct Described {
    text: String,
    header: Result<Header, String>,
    rust_tests: RustTests,
}

impl Described {
    /// Reads a version, or says why that cannot be done.
    fn read(module: &Module, exercise: &Exercise, version: &WrongVersion) -> Result<Self, String> {
        let text = version.text(module, exercise).map_err(|error| error.to_string())?;
        let header = Header::read(&text);
        let sources: String =
            exercise.rust_tests.iter().filter_map(|path| files::read(&module.folder.join(path)).ok()).collect();
        let names_a_rust_test =
            |header: &Header| header.fails.iter().any(|name| sources.contains(&format!("fn {name}(")));
        let rust_tests = if header.as_ref().is_ok_and(names_a_rust_test) { RustTests::Run } else { RustTests::Compile };
        Ok(Self { text, header, rust_tests })
    }
}

/// Builds the module with all wrong versions of a group that can be read.
fn build_together<'c>(
    context: &'c Context<'c>,
    module: &'c Module,
    group: &[WrongExercise<'_>],
    prepared: &Prepared,
) -> Result<Variant<'c>> {
    let described: Vec<(&Exercise, Described)> = group
        .iter()
        .filter_map(|(exercise, version)| Some((*exercise, Described::read(module, exercise, version).ok()?)))
        .collect();
    let versions: Vec<(&Exercise, Version<'_>)> =
        described.iter().map(|(exercise, described)| (*exercise, Version::Wrong(&described.text))).collect();
    let tested: Vec<(&Exercise, RustTests)> =
        described.iter().map(|(exercise, described)| (*exercise, described.rust_tests)).collect();
    Variant::build(context, module, prepared, &versions, &tested, Optimisation::Without)
}

/// Checks one version, and gives the variant by which it was judged.
fn check<'c>(
    context: &'c Context<'c>,
    module: &'c Module,
    exercise: &Exercise,
    version: &WrongVersion,
    prepared: &Prepared,
    built: Option<Arc<Variant<'c>>>,
    tally: &mut Tally,
) -> Result<Option<Arc<Variant<'c>>>> {
    let claim = format!("{}.{}: the wrong version is caught", module.number(), version.name);
    let described = match Described::read(module, exercise, version) {
        Ok(described) => described,
        Err(reason) => {
            tally.record(&claim, Err(reason));
            return Ok(None);
        }
    };
    let rust_tests = described.rust_tests;
    let mut record = |caught: Result<Option<String>, String>| match caught {
        Ok(Some(reason)) => tally.record(&format!("{claim}, or would be: {reason}"), Ok(())),
        Ok(None) => tally.record(&claim, Ok(())),
        Err(reason) => tally.record(&claim, Err(reason)),
    };
    if let (Some(variant), Ok(header)) = (built.filter(|variant| variant.build.success), &described.header) {
        let verdict = variant.judge_by(exercise, rust_tests, &header.fails)?;
        let caught = outcome(context, &described, &verdict);
        if caught.is_ok() && !may_owe_it_to_slow_code(&verdict) {
            record(caught);
            return Ok(Some(variant));
        }
    }
    let versions = [(exercise, Version::Wrong(&described.text))];
    let tested = [(exercise, rust_tests)];
    let alone = Variant::build(context, module, prepared, &versions, &tested, Optimisation::AsInTheLoop)?;
    // Many hang, so they get no more time than in the loop.
    record(outcome(context, &described, &alone.judge(exercise, rust_tests, &context.python)?));
    Ok(Some(Arc::new(alone)))
}

/// Whether the code could have done better with optimisation: it was stopped while it computed, or it crashed, as by a stack
/// that was too small.
fn may_owe_it_to_slow_code(verdict: &Verdict) -> bool {
    verdict.failures.iter().any(|failure| matches!(failure.kind, FailureKind::BrokeOff { was_waiting: false, .. }))
}

/// Says whether the version is caught; if its tests are for another platform, the result holds the excuse. The error says
/// what is missing.
fn outcome(context: &Context<'_>, described: &Described, verdict: &Verdict) -> Result<Option<String>, String> {
    let header = described.header.as_ref().map_err(Clone::clone)?;
    match excuse(verdict, header) {
        Some(reason) if context.excuses => Ok(Some(reason)),
        _ => is_caught(verdict, header).map(|()| None),
    }
}

/// The reason if none of the tests that would catch it ran, because they are for another platform.
fn excuse(verdict: &Verdict, header: &Header) -> Option<String> {
    let mut reason = None;
    for name in &header.fails {
        let mut tests = verdict.tests.iter().filter(|test| is_of_function(&test.name, name)).peekable();
        tests.peek()?;
        for test in tests {
            if !test.other_platform {
                return None;
            }
            reason = Some(test.message.clone());
        }
    }
    reason
}

fn is_caught(verdict: &Verdict, header: &Header) -> Result<(), String> {
    if verdict.passed() {
        return Err("it passes".to_owned());
    }
    if verdict.tests.is_empty() {
        return Err(format!("it was not judged: {}", verdict.explanation()));
    }
    let mut problems = Vec::new();
    let mut said = String::new();
    let mut note = |text: &str| {
        // Several tests may fail with the same words.
        if !said.contains(text) {
            said.push_str(text);
        }
    };
    for name in &header.fails {
        let mut tests = verdict.tests.iter().filter(|test| is_of_function(&test.name, name));
        match tests.next() {
            None => problems.push(format!("there is no test `{name}`")),
            Some(test) if matches!(test.status, TestStatus::Failed | TestStatus::Error) => note(&test.message),
            // One of several cases of a parametrised test may be the one that fails.
            Some(_) => match tests.find(|test| test.status == TestStatus::Failed) {
                Some(test) => note(&test.message),
                None => problems.push(format!("`{name}` does not fail")),
            },
        }
    }
    note(&verdict.explanation());
    // Folding and indentation of a message are no part of what it says.
    let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in header.says.iter().filter(|part| !plain(&said).contains(&plain(part))) {
        problems.push(format!("no failure says `{part}`; they say:\n{said}"));
    }
    if problems.is_empty() { Ok(()) } else { Err(format!("{}\n{}", problems.join("\n"), reasons(verdict))) }
}
