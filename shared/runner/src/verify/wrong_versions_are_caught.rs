//! Every wrong version fails the tests that its header names, with a message that names the cause.

use std::collections::BTreeMap;
use std::path::PathBuf;

use course_core::catalogue::Module;
use course_core::compile::{self, Request};
use course_core::files::ScratchFolder;
use course_core::process::CancellationToken;
use course_core::staging::Version;
use course_core::wrong_versions::{self, Header};
use course_core::{Result, workspace};

use super::verdicts::{judge, reasons};
use super::{Context, Tally};
use crate::check::staging::{Source, extension_of, stage_extension};
use crate::check::verdict::{TestStatus, Verdict};

/// Checks the claim. Gives the built extensions by name, for the lesson.
pub(super) fn check(
    context: &Context<'_>,
    module: &Module,
    tally: &mut Tally,
) -> Result<BTreeMap<String, ScratchFolder>> {
    let source = context.mirror.source(module);
    let mut built = BTreeMap::new();
    context.mirror.fill_all(module, Version::Solution)?;
    for exercise in &module.exercises {
        for version in wrong_versions::of_exercise(module, exercise) {
            let claim = format!("{}.{}: the wrong version is caught", module.number(), version.name);
            let text = match version.text(module, exercise) {
                Ok(text) => text,
                Err(reason) => {
                    tally.record(&claim, Err(reason));
                    continue;
                }
            };
            context.mirror.fill(module, exercise, Version::Wrong(&text))?;
            let verdicts = judge(context, &source, module, &[exercise])?;
            let result = Header::read(&text).and_then(|header| is_caught(&verdicts[0], &header));
            tally.record(&claim, result);
            if let Some(folder) = keep_extension(context, &source, module)? {
                built.insert(version.name, folder);
            }
        }
        context.mirror.fill(module, exercise, Version::Solution)?;
    }
    Ok(built)
}

fn keep_extension(context: &Context<'_>, source: &Source, module: &Module) -> Result<Option<ScratchFolder>> {
    let request =
        Request { target: source.target.as_deref(), ..Request::new(&source.workspace, vec![&source.package]) };
    let build = compile::build(&request, None, &CancellationToken::default())?;
    if !build.success {
        return Ok(None);
    }
    let folder = workspace::scratch(&context.course.root)?;
    stage_extension(source, module, extension_of(source, &build)?, folder.path())?;
    Ok(Some(folder))
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
    for name in &header.fails {
        let found = verdict
            .tests
            .iter()
            .find(|test| test.name.split('[').next() == Some(name) || test.name.ends_with(&format!("::{name}")));
        match found {
            None => problems.push(format!("there is no test `{name}`")),
            Some(test) if matches!(test.status, TestStatus::Failed | TestStatus::Error) => said.push_str(&test.message),
            // One of several cases of a parametrised test may be the one that fails.
            Some(_) => match verdict
                .tests
                .iter()
                .find(|test| test.name.starts_with(&format!("{name}[")) && test.status == TestStatus::Failed)
            {
                Some(test) => said.push_str(&test.message),
                None => problems.push(format!("`{name}` does not fail")),
            },
        }
    }
    said.push_str(&verdict.explanation());
    // Folding and indentation of a message are no part of what it says.
    let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in header.says.iter().filter(|part| !plain(&said).contains(&plain(part))) {
        problems.push(format!("no failure says `{part}`; they say:\n{said}"));
    }
    if problems.is_empty() { Ok(()) } else { Err(format!("{}\n{}", problems.join("\n"), reasons(verdict))) }
}

/// The folders of the built extensions.
pub(super) fn folders(built: &BTreeMap<String, ScratchFolder>) -> BTreeMap<String, PathBuf> {
    built.iter().map(|(name, folder)| (name.clone(), folder.path().to_owned())).collect()
}
