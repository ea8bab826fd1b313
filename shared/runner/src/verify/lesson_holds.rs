//! Whether a lesson and its questions hold: every code block in them is compiled, run or parsed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use course_core::catalogue::{self, Module};
use course_core::compile::{self, Build};
use course_core::events::RunSummary;
use course_core::jobs::{self, LessonJob};
use course_core::process::{CancellationToken, Limits};
use course_core::recipe::Product;
use course_core::{Error, Result, files, python, workspace};
use toml::Table;

use super::blocks::{self, Block};
use super::prepared::Prepared;
use super::wrong_versions_are_caught::Staged;
use super::{Context, Tally};
use crate::check::staging::{extension_of, stage_extension};

/// The most time for the Python of a lesson.
const TIME_LIMIT: Duration = Duration::from_secs(120);

/// Checks every block of the lesson and of the questions about it; each is one claim.
pub(super) fn check(
    context: &Context<'_>,
    module: &Module,
    prepared: &Prepared,
    staged: &Staged,
    tally: &mut Tally,
) -> Result<()> {
    let folders = staged.folders();
    let wrong = folders.iter().map(|(name, folder)| (name.clone(), folder.path().to_owned())).collect();
    for path in [module.lesson(), module.questions()] {
        if path.is_file() {
            check_document(context, module, prepared, &path, &wrong, tally)?;
        }
    }
    Ok(())
}

fn check_document(
    context: &Context<'_>,
    module: &Module,
    prepared: &Prepared,
    path: &Path,
    wrong: &BTreeMap<String, PathBuf>,
    tally: &mut Tally,
) -> Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let blocks = match blocks::read(&files::read(path)?) {
        Ok(blocks) => blocks,
        Err(reason) => {
            tally.record(&format!("{}/{name}: it can be read", module.name), Err(reason));
            return Ok(());
        }
    };
    let mut python_results = run_python(context, module, prepared, path, wrong)?;
    let rust_faults = check_rust(context, prepared, &blocks)?;
    for block in &blocks {
        let result = match block.info.split([',', ' ']).next().unwrap_or_default() {
            "rust" if block.info == "rust" => rust_faults.get(&block.line).map_or(Ok(()), |error| Err(error.clone())),
            "rust" => must_not_compile(context, prepared, block)?,
            "python" | "pycon" => {
                python_results.remove(&block.line).unwrap_or_else(|| Err("it was not run".to_owned()))
            }
            "toml" => block.text.parse::<Table>().map(|_| ()).map_err(|error| error.to_string()),
            "console" => check_console(context, block),
            "text" => continue, // Drawings and messages: nothing to run.
            other => Err(format!("`{other}` is no kind of block that a lesson may have")),
        };
        let claim = format!("{}/{name}:{}: the {} block holds", module.name, block.line, block.info);
        match result {
            Err(why) if needs_what_is_left_out(context, module, &why) => {
                tally.record(
                    &format!("{claim}, or would: it needs a package that has no build for this Python"),
                    Ok(()),
                );
            }
            result => tally.record(&claim, result),
        }
    }
    Ok(())
}

/// Whether a block failed because one of the module's packages has no build for this Python, and so is not there.
fn needs_what_is_left_out(context: &Context<'_>, module: &Module, why: &str) -> bool {
    let why = why.to_lowercase(); // Packages have their names in small letters in lock files.
    catalogue::locks_left_out(&context.course.root, module).iter().any(|lock| {
        let packages = files::read(lock).unwrap_or_default();
        let mut names = packages.lines().filter_map(|line| line.split_once("==")).map(|(name, _)| name);
        names.any(|name| why.contains(&format!("no module named '{name}'")))
    })
}

/// Lessons may show a signature whose body does not use its arguments.
const ALLOWED: &str = "#![allow(dead_code, unused_variables)]\n";

/// Type-checks all plain Rust blocks, each a module of one crate. Gives the complaints by the line of their block.
fn check_rust(context: &Context<'_>, prepared: &Prepared, blocks: &[Block]) -> Result<BTreeMap<usize, String>> {
    let plain: Vec<&Block> = blocks.iter().filter(|block| block.info == "rust").collect();
    if plain.is_empty() {
        return Ok(BTreeMap::new());
    }
    let mut source = ALLOWED.to_owned();
    let mut starts = Vec::new();
    for block in &plain {
        source.push_str(&format!("mod line_{} {{\n{}}}\n", block.line, block.text));
        starts.push((source.lines().count(), block.line));
    }
    let build = type_check(context, prepared, &source)?;
    let mut faults: BTreeMap<usize, String> = BTreeMap::new();
    for diagnostic in &build.diagnostics {
        // The first block that ends at or after the line is the one it stands in.
        let blamed = starts.iter().find(|(end, _)| *end >= diagnostic.line).map_or(plain[0].line, |(_, line)| *line);
        faults.entry(blamed).or_default().push_str(&diagnostic.rendered);
    }
    Ok(faults)
}

/// Type-checks a crate that may use what the module uses.
fn type_check(context: &Context<'_>, prepared: &Prepared, source: &str) -> Result<Build> {
    let scratch = workspace::scratch(&context.course.root)?;
    let root = scratch.path().join("lib.rs");
    files::write_atomically(&root, source.as_bytes())?;
    let recipe = prepared.recipe.clone().without_lints();
    let cancel = CancellationToken::default();
    context.builders.run(|| compile::rustc(&recipe, &root, scratch.path(), scratch.path(), Product::Metadata, &cancel))
}

/// A block marked `rust,compile_fail,E0277` fails with that error.
fn must_not_compile(context: &Context<'_>, prepared: &Prepared, block: &Block) -> Result<Result<(), String>> {
    let parts: Vec<&str> = block.info.split(',').map(str::trim).collect();
    let ["rust", "compile_fail", code] = parts.as_slice() else {
        return Ok(Err(format!("`{}`: expected `rust` or `rust,compile_fail,E0277`", block.info)));
    };
    let build = type_check(context, prepared, &format!("{ALLOWED}{}", block.text))?;
    Ok(match (build.success, build.has_error(code)) {
        (true, _) => Err("it compiles".to_owned()),
        (false, true) => Ok(()),
        (false, false) => Err(format!("it does not fail with {code}:\n{}", build.text())),
    })
}

/// Every `cargo course …` line of a shell session is a command that exists, about exercises that exist.
fn check_console(context: &Context<'_>, block: &Block) -> Result<(), String> {
    for line in block.text.lines().filter_map(|line| line.strip_prefix("$ cargo course")) {
        let line = line.split('#').next().unwrap_or_default();
        let ids = (context.ids_named_by)(line).map_err(|error| error.to_string())?;
        for id in ids {
            context.course.select(&id).map_err(|error| error.to_string())?;
        }
    }
    Ok(())
}

/// Runs the Python blocks against the solution. Gives the result of each by its line.
fn run_python(
    context: &Context<'_>,
    module: &Module,
    prepared: &Prepared,
    document: &Path,
    wrong: &BTreeMap<String, PathBuf>,
) -> Result<BTreeMap<usize, Result<(), String>>> {
    let root = &context.course.root;
    let folder = workspace::scratch(root)?;
    stage_extension(&prepared.source, module, extension_of(&prepared.source, &prepared.solution)?, folder.path())?;
    let events = folder.path().join("events.jsonl");
    let job = LessonJob { readme: document, directory: folder.path(), module: &module.package, wrong, events: &events }
        .to_json();
    let limits = Limits { time: TIME_LIMIT, output: 1 << 24 };
    let finished = jobs::run(&mut python::program(root, "lesson"), &job, limits, &CancellationToken::default())?;
    let run = RunSummary::read(&std::fs::read_to_string(&events).unwrap_or_default());
    if run.done.is_some() {
        return Ok(run.blocks.into_iter().map(|block| (block.line, block.result)).collect());
    }
    Err(Error::new(format!("The lesson's Python broke off: {}\n{}", finished.describe_exit(limits), finished.stderr)))
}
