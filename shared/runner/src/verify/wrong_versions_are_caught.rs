//! Every wrong version fails the tests that its header names, with a message that names the cause.

use std::collections::BTreeMap;
use std::sync::Arc;

use course_core::Result;
use course_core::catalogue::{Exercise, Module};
use course_core::files::{self, ScratchFolder};
use course_core::staging::Version;
use course_core::wrong_versions::{self, Header, WrongVersion};

use super::prepared::Prepared;
use super::queue::Promise;
use super::variant::Variant;
use super::verdicts::reasons;
use super::{Check, Context, Tally};
use crate::check::verdict::{TestStatus, Verdict};

/// The extensions of wrong versions that the lesson shows, each by its name; promised until they are built.
#[derive(Debug, Default)]
pub(super) struct Staged(BTreeMap<String, Arc<Promise<Option<Arc<ScratchFolder>>>>>);

impl Staged {
    /// Waits for all of them. They last as long as what this gives.
    pub(super) fn folders(&self) -> BTreeMap<String, Arc<ScratchFolder>> {
        let built = self.0.iter().filter_map(|(name, promise)| Some((name.clone(), promise.get()??)));
        built.collect()
    }
}

/// Checks the claim: a part for each wrong version, and what the lesson shows of them.
pub(super) fn checks<'c>(context: &'c Context<'c>, module: &'c Module) -> (Vec<Check<'c>>, Staged) {
    let shown: String =
        [module.lesson(), module.questions()].iter().filter_map(|path| files::read(path).ok()).collect();
    let mut checks: Vec<Check<'c>> = Vec::new();
    let mut staged = Staged::default();
    for exercise in &module.exercises {
        for version in wrong_versions::of_exercise(module, exercise) {
            let promise = Arc::new(Promise::new());
            let is_shown = shown.contains(&format!("wrong={}", version.name));
            if is_shown {
                staged.0.insert(version.name.clone(), Arc::clone(&promise));
            }
            checks.push(Box::new(move |prepared, tally| {
                promise.keep(|| match check(context, module, exercise, &version, prepared, tally)? {
                    Some(variant) if is_shown => Ok(variant.stage()?.map(Arc::new)),
                    _ => Ok(None),
                })
            }));
        }
    }
    (checks, staged)
}

fn check<'c>(
    context: &'c Context<'c>,
    module: &'c Module,
    exercise: &Exercise,
    version: &WrongVersion,
    prepared: &Prepared,
    tally: &mut Tally,
) -> Result<Option<Variant<'c>>> {
    let claim = format!("{}.{}: the wrong version is caught", module.number(), version.name);
    let text = match version.text(module, exercise) {
        Ok(text) => text,
        Err(reason) => {
            tally.record(&claim, Err(reason));
            return Ok(None);
        }
    };
    let variant = Variant::build(context, module, prepared, &[(exercise, Version::Wrong(&text))], &[exercise])?;
    let verdict = variant.judge(exercise)?;
    let header = Header::read(&text);
    match header.as_ref().ok().and_then(|header| excuse(&verdict, header)) {
        Some(reason) if context.excuses => tally.record(&format!("{claim}, or would be: {reason}"), Ok(())),
        _ => tally.record(&claim, header.and_then(|header| is_caught(&verdict, &header))),
    }
    Ok(Some(variant))
}

/// Why none of the tests that would catch it ran: they are for another platform.
fn excuse(verdict: &Verdict, header: &Header) -> Option<String> {
    let mut reason = None;
    for name in &header.fails {
        let mut tests = verdict.tests.iter().filter(|test| test.name.split('[').next() == Some(name)).peekable();
        tests.peek()?;
        for test in tests {
            if !test.is_for_another_platform() {
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
        let found = verdict
            .tests
            .iter()
            .find(|test| test.name.split('[').next() == Some(name) || test.name.ends_with(&format!("::{name}")));
        match found {
            None => problems.push(format!("there is no test `{name}`")),
            Some(test) if matches!(test.status, TestStatus::Failed | TestStatus::Error) => note(&test.message),
            // One of several cases of a parametrised test may be the one that fails.
            Some(_) => match verdict
                .tests
                .iter()
                .find(|test| test.name.starts_with(&format!("{name}[")) && test.status == TestStatus::Failed)
            {
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
