//! The steps of CI: the README's commands and the checks on the course's own sources.
//!
//! It needs Rust, Python 3.11 or newer with venv, npm, and a C compiler, and installs everything else that it uses: Debian's
//! packages where it may, developers' tools into `target/developer`.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use course_core::catalogue::Course;
use course_core::process::processors;
use course_core::{Error, Result, files, python};
use serde_json::Value;

use crate::background::{BackgroundSteps, Counts};
use crate::tools::{TOOLS, cargo, output, program, run as run_command, tool};
use crate::{format, sync};

/// A step under its name for the command line.
struct Step {
    name: &'static str,
    claim: &'static str,
    run: fn(&Course) -> Result<()>,
}

const STEPS: &[Step] = &[
    Step { name: "first-command", claim: "the first command reaches the first exercise", run: first_command },
    Step { name: "system-packages", claim: "system packages", run: system_packages },
    Step { name: "tools", claim: "developers' tools", run: developer_tools },
    Step { name: "fmt", claim: "cargo fmt", run: formatted },
    Step { name: "clippy", claim: "cargo clippy", run: clippy },
    Step { name: "ruff", claim: "ruff check", run: ruff_check },
    Step { name: "ruff-format", claim: "ruff format", run: ruff_format },
    Step { name: "mypy", claim: "mypy", run: python_types },
    Step { name: "sync", claim: "what is derived is as its source", run: in_sync },
    Step { name: "locks", claim: "lock files", run: locks_are_clean },
    Step { name: "typos", claim: "spelling", run: spelling },
    Step { name: "workflows", claim: "workflows (zizmor)", run: workflows },
    Step { name: "doc", claim: "cargo doc", run: documentation },
    Step { name: "shared", claim: "core and xtask", run: core_tests },
    Step { name: "reports", claim: "reports of the grader", run: grader_reports },
    Step { name: "honest-grade", claim: "an honest grade", run: honest_grade },
    Step { name: "verify", claim: "the second command: cargo course verify", run: verify },
    Step { name: "grader", claim: "grader", run: grader_tests },
    Step { name: "corpora", claim: "attacks on the grader, honest and flawed work", run: corpora },
    Step { name: "runner", claim: "runner", run: runner_tests },
    Step { name: "kit", claim: "test kit", run: test_kit },
    Step { name: "fortran", claim: "the Fortran peer", run: fortran_peer },
    Step { name: "migration", claim: "the table of old and new PyO3", run: migration_table },
    Step { name: "book", claim: "the book", run: book },
    Step { name: "browser", claim: "the book in a browser", run: book_in_a_browser },
    Step { name: "other-systems", claim: "Windows and macOS, where the laboratory is there", run: laboratory_if_there },
];

/// Steps that run only if they are named, because they take long: cargo-deny is built from source, exported projects build
/// everything anew, and the laboratory makes a folder of several gigabytes.
const ON_REQUEST: &[Step] = &[
    Step { name: "deny", claim: "licences and sources of crates (cargo-deny)", run: licences },
    Step { name: "exports", claim: "exported projects, outside of the course", run: exported_projects },
    Step { name: "lab", claim: "type checks for Windows and macOS, the runner under Wine", run: other_platforms },
];

/// Steps that run in the background, after [`BEFORE_THESE`], if all run: they keep one processor busy, or none. Together they
/// take about as long as the others; `runner` waits for clocks, and begins while `verify` has work for all processors.
const IN_BACKGROUND: &[&str] = &["runner", "kit", "fortran", "migration", "book", "browser"];

/// The last step before those in the background: until then cargo builds what most of them need.
const BEFORE_THESE: &str = "doc";

/// Runs these steps, or all; counts them, and ends with `N passed, N failed`.
pub(crate) fn run(course: &Course, wanted: &[&str]) -> Result<bool> {
    if wanted == ["--list"] {
        for step in STEPS {
            println!("{:<16} {}", step.name, step.claim);
        }
        for step in ON_REQUEST {
            println!("{:<16} {} (only if named)", step.name, step.claim);
        }
        return Ok(true);
    }
    if let Some(unknown) = wanted.iter().find(|name| !STEPS.iter().chain(ON_REQUEST).any(|step| step.name == **name)) {
        return Err(Error::new(format!("There is no step `{unknown}`.")).advice("`cargo xtask ci --list` names them."));
    }
    let (mut passed, mut failed) = (0, Vec::new());
    let mut background = None;
    let named = |step: &&Step| wanted.contains(&step.name);
    let in_turn = |step: &&Step| if wanted.is_empty() { !IN_BACKGROUND.contains(&step.name) } else { named(step) };
    for step in STEPS.iter().filter(in_turn).chain(ON_REQUEST.iter().filter(named)) {
        println!("\n=== {}", step.claim);
        let started = Instant::now();
        let result = (step.run)(course);
        let seconds = started.elapsed().as_secs();
        match result {
            Ok(()) => {
                passed += 1;
                println!("--- ok: {} ({seconds} s)", step.claim);
            }
            Err(error) => {
                println!("--- FAILED: {} ({seconds} s)", step.claim);
                failed.push((step, error));
            }
        }
        if wanted.is_empty() && step.name == BEFORE_THESE {
            background = Some(BackgroundSteps::start(&course.root, IN_BACKGROUND)?);
        }
    }
    let background = background.map_or(Ok(Counts { passed: 0, failed: 0 }), BackgroundSteps::finish)?;
    for (step, error) in &failed {
        println!("\n=== FAILED: {} (cargo xtask ci {})\n{error}", step.claim, step.name);
    }
    let (passed, failed) = (passed + background.passed, failed.len() + background.failed);
    println!("\n{passed} passed, {failed} failed");
    Ok(failed == 0)
}

/// An error with this text unless it holds.
fn require(holds: bool, otherwise: impl FnOnce() -> String) -> Result<()> {
    if holds { Ok(()) } else { Err(Error::new(otherwise())) }
}

/// `cargo test` or `cargo run` for the course's own programs, built as learners have them: without optimisation, and once.
fn own(root: &Path, command: &str, packages: &[&str]) -> Command {
    let mut cargo = cargo(root, &[command, "--quiet", "--profile", "runner"]);
    cargo.args(packages.iter().flat_map(|package| ["--package", package]));
    cargo
}

/// The course's own Python.
fn course_python(root: &Path) -> Command {
    program(root, python::environment_python(root))
}

/// On a clean checkout: set up, and the first exercise is shown as not written.
fn first_command(course: &Course) -> Result<()> {
    let mut command = cargo(&course.root, &["course"]);
    let said = output(command.stdin(Stdio::null()))?;
    print!("{said}");
    require(said.contains("not yet"), || "It does not say `not yet`.".to_owned())
}

/// Debian's packages for the steps: the program, and the package it comes from. bubblewrap is the grader's jail,
/// gfortran builds the peer of module 13.
const SYSTEM_PACKAGES: [(&str, &str); 3] =
    [("bwrap", "bubblewrap"), ("gfortran", "gfortran"), ("chromium", "chromium")];

fn is_installed(program: &str) -> bool {
    std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join(program).is_file()))
}

fn system_packages(course: &Course) -> Result<()> {
    let missing: Vec<&str> =
        SYSTEM_PACKAGES.iter().filter(|(name, _)| !is_installed(name)).map(|(_, package)| *package).collect();
    if missing.is_empty() {
        return Ok(());
    }
    // On GitHub the user is not root and may use sudo.
    let is_root = output(program(&course.root, "id").arg("-u"))?.trim() == "0";
    let apt = |arguments: &[&str]| {
        let mut command = program(&course.root, if is_root { "apt-get" } else { "sudo" });
        command.args((!is_root).then_some("apt-get")).args(arguments);
        command
    };
    run_command(&mut apt(&["update", "-qq"]))?;
    run_command(apt(&["install", "-y", "-qq"]).args(missing))
}

/// A virtual environment with the packages of a lock file.
fn environment(root: &Path, folder: &str, requirements: &str) -> Result<()> {
    run_command(program(root, "python3").args(["-m", "venv", folder]))?;
    let pip = root.join(folder).join("bin/pip");
    run_command(program(root, pip).args(["install", "--quiet", "--require-hashes", "-r", requirements]))
}

fn developer_tools(course: &Course) -> Result<()> {
    environment(&course.root, TOOLS, "shared/python/developer-requirements.txt")
}

fn formatted(course: &Course) -> Result<()> {
    format::run(course, true).map(drop)
}

fn clippy(course: &Course) -> Result<()> {
    run_command(&mut cargo(
        &course.root,
        &["clippy", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"],
    ))
}

fn ruff_check(course: &Course) -> Result<()> {
    run_command(program(&course.root, tool(&course.root, "ruff")).args(["check", "."]))
}

fn ruff_format(course: &Course) -> Result<()> {
    run_command(program(&course.root, tool(&course.root, "ruff")).args(["format", "--check", "."]))
}

fn python_types(course: &Course) -> Result<()> {
    let mypy = || {
        let mut command = course_python(&course.root);
        command.args(["-m", "mypy"]);
        command
    };
    let in_folder = |folder: &Path| -> Result<Vec<std::path::PathBuf>> {
        Ok(files::entries(folder)?.into_iter().filter(|path| path.extension().is_some_and(|end| end == "py")).collect())
    };
    let shared = ["coursekit", "grader", "tests", "run.py"].map(|part| course.root.join("shared/python").join(part));
    let benchmarks = course.root.join("benchmarks");
    run_command(mypy().args(shared).args(in_folder(&benchmarks)?).args(in_folder(&benchmarks.join("peers"))?))?;
    // Each module by itself: tests of two modules may share names. The solution's type stub speaks for the extension.
    for module in &course.modules {
        let mut command = mypy();
        command.args(["--disable-error-code", "import-not-found"]).args(in_folder(&module.folder.join("tests"))?);
        command.arg(module.folder.join("bench.py")).env("MYPYPATH", &module.solution_folder);
        run_command(&mut command)?;
    }
    Ok(())
}

fn in_sync(course: &Course) -> Result<()> {
    require(sync::run(course, true)?, || "Something differs from what it is derived from.".to_owned())
}

/// Locked with hashes, and no word of where packages come from.
fn locks_are_clean(course: &Course) -> Result<()> {
    let locks = files::entries(&course.root.join("shared/python"))?
        .into_iter()
        .filter(|path| path.to_string_lossy().ends_with("requirements.txt"))
        .chain([course.root.join("benchmarks/requirements.txt")]);
    for lock in locks {
        let text = files::read(&lock)?;
        let address = ["http://", "https://", "--index-url", "--extra-index-url", "--find-links"];
        if let Some((index, line)) =
            text.lines().enumerate().find(|(_, line)| address.iter().any(|part| line.contains(part)))
        {
            return Err(Error::new(format!("{}:{}: {line}", lock.display(), index + 1)));
        }
    }
    output(&mut cargo(&course.root, &["metadata", "--locked", "--format-version", "1"])).map(drop)
}

fn spelling(course: &Course) -> Result<()> {
    run_command(&mut program(&course.root, tool(&course.root, "typos")))
}

/// A tool that comes as source only, built once into the developers' folder.
fn built_tool(course: &Course, name: &str, version: &str) -> Result<std::path::PathBuf> {
    let path = tool(&course.root, name);
    if !path.is_file() {
        let package = format!("{name}@{version}");
        // It runs for seconds, and would be built for minutes with optimisation.
        run_command(&mut cargo(
            &course.root,
            &["install", "--quiet", "--debug", "--locked", "--root", TOOLS, &package],
        ))?;
    }
    Ok(path)
}

/// Licences, bans and sources. Advisories need a database from the network: `.github/workflows/ci.yml` asks for them.
fn licences(course: &Course) -> Result<()> {
    let deny = built_tool(course, "cargo-deny", "0.20.2")?;
    run_command(program(&course.root, deny).args([
        "--offline",
        "--log-level",
        "error",
        "check",
        "bans",
        "licenses",
        "sources",
    ]))
}

fn documentation(course: &Course) -> Result<()> {
    let packages = ["course-core", "course", "course-grader", "course-jail", "course-book", "xtask"];
    let mut doc = cargo(&course.root, &["doc", "--quiet", "--no-deps", "--document-private-items"]);
    doc.args(packages.iter().flat_map(|package| ["--package", package])).env("RUSTDOCFLAGS", "-D warnings");
    run_command(&mut doc)
}

fn workflows(course: &Course) -> Result<()> {
    run_command(program(&course.root, tool(&course.root, "zizmor")).args([
        "--offline",
        "--quiet",
        ".github/workflows",
        "shared/runner/src/export/templates/ci.yml",
    ]))
}

fn test_kit(course: &Course) -> Result<()> {
    run_command(course_python(&course.root).args(["-m", "pytest", "-q", "shared/python/tests"]))
}

fn core_tests(course: &Course) -> Result<()> {
    run_command(&mut own(&course.root, "test", &["course-core", "xtask"]))
}

/// Reports on hostile and random grades, read by parsers that did not write them.
fn grader_reports(course: &Course) -> Result<()> {
    let samples = course.root.join("target/reports");
    let _ = std::fs::remove_dir_all(&samples); // Of an earlier run, if there was one.
    let mut tests = own(&course.root, "test", &["course-grader"]);
    run_command(tests.args(["--lib", "report"]).env("REPORT_SAMPLES", &samples))?;
    let python = tool(&course.root, "python");
    run_command(program(&course.root, python).arg("shared/grader/tests/validate_reports.py").arg(samples))
}

/// The course's own solutions of two modules, handed in: all points, or the grader takes something from honest work.
fn honest_grade(course: &Course) -> Result<()> {
    let submission = course.root.join("target/handed-in");
    let _ = std::fs::remove_dir_all(&submission); // Of an earlier run, if there was one.
    let numbers = ["01", "07"];
    for module in course.modules.iter().filter(|module| numbers.contains(&module.number())) {
        let folder = submission.join("modules").join(&module.name);
        files::copy_tree(&module.solution_folder.join("src"), &folder.join("src"), &|_| true)?;
        files::copy(&module.solution_folder.join(module.type_stub()), &folder.join(module.type_stub()))?;
    }
    let report = course.root.join("target/grade.json");
    let mut grade = cargo(&course.root, &["course", "grade", "--seed", "1", "--submission"]);
    grade.arg(&submission).args(numbers).arg("--report").arg(format!("json={}", report.display()));
    run_command(&mut grade)?;
    let grade: Value = serde_json::from_str(&files::read(&report)?)
        .map_err(|error| Error::new(format!("The report is no JSON: {error}.")).caused_by(error))?;
    println!("{} of {}", grade["score"], grade["max_score"]);
    require(grade["score"].is_number() && grade["score"] == grade["max_score"], || {
        "Honest work has not all points.".to_owned()
    })
}

/// Exported projects are developed, tested, built and installed without anything of the course.
fn exported_projects(course: &Course) -> Result<()> {
    run_command(program(&course.root, course.root.join(".ci/exports")).args(["02", "05.construction", "08", "11"]))
}

/// The Fortran peer builds, and module 13 agrees with it.
fn fortran_peer(course: &Course) -> Result<()> {
    let root = &course.root;
    environment(root, "target/fortran", "benchmarks/requirements.txt")?;
    let tools = root.join("target/fortran/bin");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths(std::iter::once(tools.clone()).chain(std::env::split_paths(&path)))
        .map_err(|error| Error::new(format!("The PATH cannot be extended: {error}.")).caused_by(error))?;
    run_command(program(root, tools.join("python")).arg("benchmarks/peers/build_fortran.py").env("PATH", path))?;
    run_command(&mut cargo(root, &["build", "--quiet", "--lib", "--package", "mulliken_solution"]))?;
    let library =
        format!("target/debug/{}mulliken_solution{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    let mut bench = program(root, tools.join("python"));
    bench.args(["shared/python/run.py", "bench", "modules/13_mulliken/bench.py", "--scale", "0.01", "--rounds", "1"]);
    run_command(bench.arg("--solution").arg(library))
}

fn runner_tests(course: &Course) -> Result<()> {
    // Half of them wait for a clock most of the time; there are four copies of the course for them at most.
    let threads = processors().saturating_mul(2).min(4);
    run_command(own(&course.root, "test", &["course"]).args(["--", "--test-threads", &threads.to_string()]))
}

fn grader_tests(course: &Course) -> Result<()> {
    run_command(&mut own(&course.root, "test", &["course-grader", "course-jail"]))
}

fn corpora(course: &Course) -> Result<()> {
    // `honest_grade` has built the dependencies in this folder.
    let work = course.root.join(".course/grade");
    run_command(
        course_python(&course.root).args(["shared/grader/tests/corpora.py", "--quick"]).env("CORPORA_WORK", work),
    )
}

fn verify(course: &Course) -> Result<()> {
    run_command(&mut cargo(&course.root, &["course", "verify"]))
}

/// Every row of docs/migration.toml, compiled against the PyO3 that the course's modules are built with.
fn migration_table(course: &Course) -> Result<()> {
    let root = &course.root;
    run_command(&mut cargo(root, &["build", "--quiet", "--lib", "--package", "matrix_multiply"]))?;
    run_command(own(root, "run", &["course-book"]).args(["--", "--check-migration", "target/debug/deps"]))
}

fn book(course: &Course) -> Result<()> {
    let mdbook = built_tool(course, "mdbook", "0.5.4")?;
    run_command(own(&course.root, "run", &["course-book"]).args(["--", "--mdbook"]).arg(mdbook))
}

/// Needs the built book, npm, and Debian's Chromium.
fn book_in_a_browser(course: &Course) -> Result<()> {
    run_command(program(&course.root, "npm").args(["ci", "--no-audit", "--no-fund", "--prefix", "docs/tests"]))?;
    run_command(program(&course.root, "npm").args(["test", "--prefix", "docs/tests"]))
}

/// `.ci/lab` says what it checks. If its folder cannot be made (no root, no Debian), it says "not run".
fn other_platforms(course: &Course) -> Result<()> {
    run_command(program(&course.root, "bash").arg(".ci/lab/all.sh"))
}

/// The same where somebody has made the laboratory's folder. To make it takes some ten minutes and four gigabytes, which not
/// every run of CI has.
fn laboratory_if_there(course: &Course) -> Result<()> {
    run_command(program(&course.root, "bash").args([".ci/lab/all.sh", "--if-there"]))
}
