//! Whether solutions, stubs and wrong versions behave as the course says they do.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::mirror::Fill;
use super::structure::wrong_versions;
use super::{Context, Tally};
use crate::catalogue::{Exercise, Module, Place};
use crate::commands::bench::PEERS;
use crate::compile::{self, Request};
use crate::fault::Outcome;
use crate::files::ScratchFolder;
use crate::judge::{Bench, Source, extension_of, place_extension};
use crate::process::{self, End, Limits};
use crate::python;
use crate::rust_tests;
use crate::verdict::{Status, Test, TestStatus, Verdict};
use crate::worker::{Job, WarmWorker, broken_off, test_files};
use crate::workspace;

/// The solution crate of a module, as it stands.
fn solution_source(context: &Context<'_>, module: &Module) -> Source {
    Source {
        workspace: context.course.root.clone(),
        package: format!("{}_solution", module.package),
        folder: module.solution_folder.clone(),
        target: None,
        has_rust_tests: false,
    }
}

fn judge(context: &Context<'_>, source: &Source, module: &Module, exercises: &[&Exercise]) -> Outcome<Vec<Verdict>> {
    let bench =
        Bench { root: &context.course.root, cancel: context.cancel(), progress: None, examples: context.examples };
    let places: Vec<Place<'_>> = exercises.iter().map(|exercise| Place { module, exercise }).collect();
    bench.judge(source, &places, None)
}

fn all(module: &Module) -> Vec<&Exercise> {
    module.exercises.iter().collect()
}

/// Every solution passes every test, Rust and Python, without a warning.
pub(super) fn solutions_pass(context: &Context<'_>, module: &Module, tally: &mut Tally) -> Outcome<()> {
    let source = solution_source(context, module);
    for verdict in judge(context, &source, module, &all(module))? {
        tally.record(&format!("{}: the solution passes", verdict.id), passes(&verdict));
    }
    if module.exercises.iter().all(|exercise| exercise.rust_tests.is_empty()) {
        return Ok(());
    }
    let claim = format!("{}: the solution passes the Rust tests", module.name);
    let request =
        Request { tests: vec!["module_tests".to_owned()], ..Request::new(&context.course.root, vec![&source.package]) };
    let build = compile::build(&request, None, &context.cancel())?;
    let Some(program) = build.tests.get("module_tests") else {
        tally.record(&claim, Err(build.text()));
        return Ok(());
    };
    let (tests, explanation) = rust_tests::run(program, "module_tests", Duration::from_secs(120), &context.cancel())?;
    let failures: Vec<String> = tests.iter().filter(|test| test.status != TestStatus::Passed).map(describe).collect();
    tally.record(
        &claim,
        match (failures.is_empty() && explanation.is_empty(), tests.is_empty()) {
            (true, false) => Ok(()),
            (true, true) => Err("tests/module_tests.rs holds no test".to_owned()),
            _ => Err(format!("{explanation}{}", failures.join("\n"))),
        },
    );
    Ok(())
}

fn passes(verdict: &Verdict) -> Result<(), String> {
    let skipped =
        verdict.tests.iter().filter(|test| test.status == TestStatus::Skipped && !test.message.contains("platform:"));
    let unexcused: Vec<String> = skipped.map(|test| format!("{} was skipped: {}", test.name, test.message)).collect();
    match (verdict.passed(), unexcused.is_empty()) {
        (true, true) => Ok(()),
        (true, false) => Err(unexcused.join("\n")),
        _ => Err(reasons(verdict)),
    }
}

/// Why an exercise did not pass.
fn reasons(verdict: &Verdict) -> String {
    let failures = verdict
        .tests
        .iter()
        .filter(|test| !matches!(test.status, TestStatus::Passed | TestStatus::Skipped))
        .map(describe);
    let mut lines: Vec<String> =
        std::iter::once(verdict.explanation.clone()).filter(|text| !text.is_empty()).chain(failures).collect();
    if lines.is_empty() {
        lines.push("no test ran".to_owned());
    }
    lines.join("\n")
}

fn describe(test: &Test) -> String {
    format!("{}: {}", test.name, test.message)
}

/// The type stub says what the solution's extension is, by mypy's stubtest.
pub(super) fn type_stub_holds(context: &Context<'_>, module: &Module, tally: &mut Tally) -> Outcome<()> {
    let source = solution_source(context, module);
    let folder = workspace::scratch(&context.course.root)?;
    let build = compile::build(&Request::new(&source.workspace, vec![&source.package]), None, &context.cancel())?;
    place_extension(&source, module, extension_of(&source, &build)?, folder.path())?;
    // `-I` would hide the folder: stubtest imports the extension by its name.
    let mut command = std::process::Command::new(python::environment_python(&context.course.root));
    command.args(["-X", "utf8", "-m", "mypy.stubtest", &module.package]);
    command.current_dir(folder.path()).env("MYPYPATH", folder.path()).env("PYTHONPATH", folder.path());
    let finished =
        process::run(&mut command, Limits { time: Duration::from_secs(300), output: 1 << 24 }, &context.cancel())?;
    let result = if finished.end.success() { Ok(()) } else { Err(format!("{}{}", finished.stdout, finished.stderr)) };
    tally.record(&format!("{}: stubtest accepts the type stub", module.name), result);
    Ok(())
}

/// Stubs compile without a warning and fail because nothing is written, not because something breaks.
pub(super) fn stubs_fail(context: &Context<'_>, module: &Module, tally: &mut Tally) -> Outcome<()> {
    context.mirror.fill_all(module, Fill::Stub)?;
    let source = context.mirror.source(module);
    let request =
        Request { target: source.target.as_deref(), ..Request::new(&source.workspace, vec![&source.package]) };
    let build = compile::build(&request, None, &context.cancel())?;
    tally.record(
        &format!("{}: the stubs compile without a warning", module.name),
        if build.success && build.diagnostics.is_empty() { Ok(()) } else { Err(build.text()) },
    );
    for verdict in judge(context, &source, module, &all(module))? {
        tally.record(&format!("{}: the stub fails as unwritten", verdict.id), fails_as_unwritten(&verdict));
    }
    Ok(())
}

/// A stub fails because it is unwritten, or by an expectation that is not met; never by a crash, an import error or a hang.
fn fails_as_unwritten(verdict: &Verdict) -> Result<(), String> {
    if verdict.status == Status::Passed {
        return Err("the stub passes".to_owned());
    }
    let broken: Vec<String> = verdict
        .tests
        .iter()
        .filter(|test| match test.status {
            TestStatus::Error | TestStatus::NotRun => true,
            TestStatus::Failed => test.expectation.is_none(),
            TestStatus::Passed | TestStatus::Todo | TestStatus::Skipped => false,
        })
        .map(describe)
        .collect();
    if broken.is_empty() && verdict.explanation.is_empty() {
        Ok(())
    } else {
        Err(format!("{}\n{}", verdict.explanation, broken.join("\n")))
    }
}

/// With one exercise unwritten and all others solved, only its own tests fail.
pub(super) fn exercises_are_independent(context: &Context<'_>, module: &Module, tally: &mut Tally) -> Outcome<()> {
    let source = context.mirror.source(module);
    for exercise in &module.exercises {
        context.mirror.fill_all(module, Fill::Solution)?;
        context.mirror.fill(module, exercise, Fill::Stub)?;
        let folder = workspace::scratch(&context.course.root)?;
        let request =
            Request { target: source.target.as_deref(), ..Request::new(&source.workspace, vec![&source.package]) };
        let build = compile::build(&request, None, &context.cancel())?;
        place_extension(&source, module, extension_of(&source, &build)?, folder.path())?;
        // One Python for all of them: none is expected to fail, so none needs to be kept from the others.
        let others: Vec<&Exercise> = module.exercises.iter().filter(|other| !other.shares_a_file(exercise)).collect();
        let job = Job {
            root: &context.course.root,
            package: &module.package,
            folder: folder.path(),
            tests: others.iter().flat_map(|exercise| test_files(Place { module, exercise })).collect(),
            time_limit: others.iter().map(|exercise| exercise.time_limit).sum(),
        };
        if job.tests.is_empty() {
            continue;
        }
        let report = WarmWorker::start(&context.course.root, None)?.run(&job, &context.cancel())?;
        let failed: Vec<String> = report
            .tests
            .iter()
            .filter(|test| !matches!(test.status, TestStatus::Passed | TestStatus::Skipped))
            .map(describe)
            .collect();
        let result = if failed.is_empty() && report.explanation.is_empty() && !report.tests.is_empty() {
            Ok(())
        } else {
            Err(format!("{}\n{}", report.explanation, failed.join("\n")))
        };
        tally.record(&format!("{}: the other exercises do without it", exercise.id()), result);
    }
    context.mirror.fill_all(module, Fill::Solution)
}

/// The header of a wrong version.
#[derive(Debug, Default)]
struct WrongVersion {
    fails: Vec<String>,
    says: Vec<String>,
}

fn read_header(text: &str) -> Result<WrongVersion, String> {
    let mut header = WrongVersion::default();
    let mut has_reason = false;
    // A comment at the top: of a Rust file, or of a Python file.
    let comment = |line: &'_ str| line.strip_prefix("//!").or_else(|| line.strip_prefix('#')).map(str::to_owned);
    for line in text.lines().map_while(comment) {
        let line = line.trim();
        if let Some(test) = line.strip_prefix("fails:") {
            header.fails.push(test.trim().to_owned());
        } else if let Some(part) = line.strip_prefix("says:") {
            header.says.push(part.trim().to_owned());
        }
        has_reason |= line.starts_with("wrong:");
    }
    if has_reason && !header.fails.is_empty() && !header.says.is_empty() {
        Ok(header)
    } else {
        Err("its header needs lines `//! wrong:`, `//! fails:` and `//! says:` (in Python, with `#`)".to_owned())
    }
}

/// Every wrong version fails the tests that its header names, with a message that names the cause. Gives the built
/// extensions by name, for the lesson.
pub(super) fn wrong_versions_are_caught(
    context: &Context<'_>,
    module: &Module,
    tally: &mut Tally,
) -> Outcome<BTreeMap<String, ScratchFolder>> {
    let source = context.mirror.source(module);
    let mut built = BTreeMap::new();
    context.mirror.fill_all(module, Fill::Solution)?;
    for exercise in &module.exercises {
        for (name, path) in wrong_versions(module, exercise) {
            context.mirror.fill(module, exercise, Fill::Wrong(&path))?;
            let verdicts = judge(context, &source, module, &[exercise])?;
            let result = is_caught(&verdicts[0], &path);
            tally.record(&format!("{}.{name}: the wrong version is caught", module.number()), result);
            if let Some(folder) = keep_extension(context, &source, module)? {
                built.insert(name, folder);
            }
        }
        context.mirror.fill(module, exercise, Fill::Solution)?;
    }
    Ok(built)
}

fn keep_extension(context: &Context<'_>, source: &Source, module: &Module) -> Outcome<Option<ScratchFolder>> {
    let request =
        Request { target: source.target.as_deref(), ..Request::new(&source.workspace, vec![&source.package]) };
    let build = compile::build(&request, None, &context.cancel())?;
    if !build.success {
        return Ok(None);
    }
    let folder = workspace::scratch(&context.course.root)?;
    place_extension(source, module, extension_of(source, &build)?, folder.path())?;
    Ok(Some(folder))
}

fn is_caught(verdict: &Verdict, path: &Path) -> Result<(), String> {
    let header = read_header(&std::fs::read_to_string(path).unwrap_or_default())?;
    if verdict.passed() {
        return Err("it passes".to_owned());
    }
    if verdict.tests.is_empty() {
        return Err(format!("it was not judged: {}", verdict.explanation));
    }
    let mut faults = Vec::new();
    let mut said = String::new();
    for name in &header.fails {
        let found = verdict
            .tests
            .iter()
            .find(|test| test.name.split('[').next() == Some(name) || test.name.ends_with(&format!("::{name}")));
        match found {
            None => faults.push(format!("there is no test `{name}`")),
            Some(test) if matches!(test.status, TestStatus::Failed | TestStatus::Error) => said.push_str(&test.message),
            // One of several cases of a parametrised test may be the one that fails.
            Some(_) => match verdict
                .tests
                .iter()
                .find(|test| test.name.starts_with(&format!("{name}[")) && test.status == TestStatus::Failed)
            {
                Some(test) => said.push_str(&test.message),
                None => faults.push(format!("`{name}` does not fail")),
            },
        }
    }
    said.push_str(&verdict.explanation);
    // Folding and indentation of a message are no part of what it says.
    let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in header.says.iter().filter(|part| !plain(&said).contains(&plain(part))) {
        faults.push(format!("no failure says `{part}`; they say:\n{said}"));
    }
    if faults.is_empty() { Ok(()) } else { Err(format!("{}\n{}", faults.join("\n"), reasons(verdict))) }
}

/// The benchmark script runs through on tiny input, with the peers that are compiled here.
pub(super) fn benchmark_runs(context: &Context<'_>, module: &Module, tally: &mut Tally) -> Outcome<()> {
    let source = solution_source(context, module);
    let build = compile::build(&Request::new(&source.workspace, vec![&source.package]), None, &context.cancel())?;
    let mut command = python::kit(&context.course.root, "bench");
    command.arg(module.folder.join("bench.py")).args(["--scale", "0.001", "--rounds", "1"]);
    if let Some(library) = build.libraries.get(&source.package) {
        command.arg("--solution").arg(library);
    }
    let peers = PEERS.iter().map(|(_, package)| *package).collect();
    let build = compile::build(&Request::new(&context.course.root, peers), None, &context.cancel())?;
    if !build.success {
        tally.record(&format!("{}: the benchmark's peers compile", module.name), Err(build.text()));
    }
    for (option, package) in PEERS {
        if let Some(library) = build.libraries.get(package) {
            command.arg(option).arg(library);
        }
    }
    let finished =
        process::run(&mut command, Limits { time: Duration::from_secs(120), output: 1 << 24 }, &context.cancel())?;
    let text = format!("{}{}", finished.stdout, finished.stderr);
    let result = match (finished.end.success(), text.contains("wrong result")) {
        (true, false) => Ok(()),
        (true, true) => Err(text),
        (false, _) if matches!(finished.end, End::Exited(_)) => Err(text),
        _ => Err(format!("{}\n{text}", broken_off(&finished, Duration::from_secs(120)))),
    };
    tally.record(&format!("{}: the benchmark runs", module.name), result);
    Ok(())
}

/// Where an extension that was kept lies.
pub(super) fn folder_of(built: &BTreeMap<String, ScratchFolder>) -> BTreeMap<String, PathBuf> {
    built.iter().map(|(name, folder)| (name.clone(), folder.path().to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_version_may_be_rust_or_python() {
        for mark in ["//!", "#"] {
            let text =
                format!("{mark} wrong: adds two\n{mark} fails: test_one\n{mark} says: one\n\n{mark} fails: later\n");
            let header = read_header(&text).expect("it has all three lines");
            assert_eq!((header.fails, header.says), (vec!["test_one".to_owned()], vec!["one".to_owned()]));
        }
        assert!(read_header("# wrong: adds two\n# fails: test_one\n").is_err());
    }
}
