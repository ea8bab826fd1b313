//! Builds a crate with cargo, or with rustc alone, and reads the answer: the extension, the test programs, or what rustc
//! complains about.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::error::{Error, Result};
use crate::files;
use crate::lock_holder::{self, CargoLock};
use crate::process::{CancellationToken, ExitReason, Finished, Limits, OnChunk, Supervised};
use crate::recipe::{self, Product, Recipe};
use crate::{tool_advice, workspace};

/// Called with crates done, crates in all, and the one under way; or with no numbers and a sentence, while cargo waits.
pub type OnProgress = Arc<dyn Fn(u64, u64, &str) + Send + Sync>;

/// Called with the name and the path of an extension as soon as it is built, while cargo goes on with test programs.
pub type OnLibrary = Box<dyn FnMut(&str, &Path) + Send>;

/// What to build.
#[derive(Debug)]
pub struct Request<'r> {
    /// The workspace's root.
    pub root: &'r Path,
    /// Names of packages whose libraries are built.
    pub packages: Vec<&'r str>,
    /// Names of integration tests (`tests/NAME.rs`) to build beside the library.
    pub tests: Vec<String>,
    /// With the release profile.
    pub release: bool,
    /// Downloads allowed: in set-up only, so that the loop never waits for a network.
    pub online: bool,
    /// Whether rustc's messages carry colours.
    pub colours: bool,
    /// Has cargo write down how it calls rustc: the program that does so, and the folder for the recipes.
    pub record: Option<(&'r Path, &'r Path)>,
}

impl<'r> Request<'r> {
    /// The libraries of `packages` in the workspace at `root`, as the loop builds them.
    pub fn new(root: &'r Path, packages: Vec<&'r str>) -> Self {
        Self { root, packages, tests: Vec::new(), release: false, online: false, colours: false, record: None }
    }
}

/// The result of a build.
#[derive(Debug, Default)]
pub struct Build {
    /// Whether everything was built.
    pub success: bool,
    /// rustc's errors and warnings about the workspace's own crates.
    pub diagnostics: Vec<Diagnostic>,
    /// The extension of each package that was built.
    pub libraries: BTreeMap<String, PathBuf>,
    /// The test programs by name.
    pub tests: BTreeMap<String, PathBuf>,
}

/// One error or warning of rustc.
#[derive(Debug)]
pub struct Diagnostic {
    /// An error rather than a warning.
    pub is_error: bool,
    /// Such as `E0277`; errors of the parser and the linker have none.
    pub code: String,
    /// The file of its main span, relative to the workspace and with `/`; empty without a span.
    pub file: String,
    /// Where its main span begins, from 1; 0 without a span.
    pub line: usize,
    /// As rustc prints it.
    pub rendered: String,
}

impl Build {
    /// All that rustc said.
    pub fn text(&self) -> String {
        self.diagnostics.iter().map(|diagnostic| diagnostic.rendered.as_str()).collect()
    }

    /// rustc's errors without its warnings, which would hide them.
    pub fn errors(&self) -> String {
        let errors = self.diagnostics.iter().filter(|diagnostic| diagnostic.is_error);
        errors.map(|diagnostic| diagnostic.rendered.as_str()).collect()
    }

    /// Whether there is an error of this code.
    pub fn has_error(&self, code: &str) -> bool {
        self.diagnostics.iter().any(|diagnostic| diagnostic.is_error && diagnostic.code == code)
    }
}

/// Runs cargo. A learner's compile error is a [`Build`] without success; an error means that cargo could not do its
/// work.
pub fn build(request: &Request<'_>, progress: Option<OnProgress>, cancel: &CancellationToken) -> Result<Build> {
    build_with_libraries(request, progress, Box::new(|_, _| {}), cancel)
}

/// As [`build`], and calls `on_library` for each extension as soon as it is built. If the build has to be repeated, that is
/// a second call.
pub fn build_with_libraries(
    request: &Request<'_>,
    progress: Option<OnProgress>,
    on_library: OnLibrary,
    cancel: &CancellationToken,
) -> Result<Build> {
    let on_library = Arc::new(Mutex::new(on_library));
    let call = || {
        let on_library = Arc::clone(&on_library);
        let on_library = Box::new(move |name: &str, library: &Path| locked(&on_library)(name, library));
        call_cargo(request, progress.clone(), on_library, cancel)
    };
    let build = call()?;
    if !misses_own_symbols(&build) {
        return Ok(build);
    }
    forget(&profile_folder(request), &request.packages);
    call()
}

/// The folder below `target` that cargo uses for the request's profile.
fn profile_folder(request: &Request<'_>) -> PathBuf {
    request.root.join("target").join(if request.release { "release" } else { "debug" })
}

/// Whether the linker misses a symbol that rustc made up itself. This happens, rarely, when parts that rustc kept from
/// earlier builds do not fit together. The learner's code is not the cause: it links if rustc builds it from nothing.
fn misses_own_symbols(build: &Build) -> bool {
    let is_of_linker = |diagnostic: &Diagnostic| diagnostic.line == 0 && diagnostic.rendered.contains("linking with `");
    let mut errors = build.diagnostics.iter().filter(|diagnostic| diagnostic.is_error && is_of_linker(diagnostic));
    !build.success
        && errors.any(|error| {
            error.rendered.contains("undefined hidden symbol")
                || (error.rendered.contains("undefined") && error.rendered.contains(".llvm."))
        })
}

/// Removes the parts of these packages that rustc and cargo have kept, so that the next build starts from nothing.
fn forget(profile_folder: &Path, packages: &[&str]) {
    for kept in ["incremental", ".fingerprint"] {
        for entry in files::entries(&profile_folder.join(kept)).unwrap_or_default() {
            let name = entry.file_name().unwrap_or_default().to_string_lossy();
            if name.rsplit_once('-').is_some_and(|(package, _)| packages.contains(&package)) {
                let _ = std::fs::remove_dir_all(&entry); // If it cannot be removed, the next build fails with the same error.
            }
        }
    }
}

fn call_cargo(
    request: &Request<'_>,
    progress: Option<OnProgress>,
    on_library: OnLibrary,
    cancel: &CancellationToken,
) -> Result<Build> {
    let mut command = workspace::cargo(request.root);
    command.arg("build");
    command.args(["--lib", "--config", "term.progress.when='always'", "--config", "term.progress.width=90"]);
    command.arg(if request.colours {
        "--message-format=json-diagnostic-rendered-ansi"
    } else {
        "--message-format=json"
    });
    for package in &request.packages {
        command.args(["--package", package]);
    }
    for test in &request.tests {
        command.args(["--test", test]);
    }
    if request.release {
        command.arg("--release");
        // A benchmark's figures must not depend on the shell: `-C target-cpu=native` would flatter Rust.
        for (name, _) in std::env::vars_os().filter(|(name, _)| optimises(&name.to_string_lossy())) {
            command.env_remove(name);
        }
    }
    if !request.online {
        command.arg("--offline");
    }
    if let Some((program, folder)) = request.record {
        recipe::record_with(&mut command, program, folder);
    }
    command.stdin(std::process::Stdio::null());
    let stage = Arc::new(Mutex::new(Stage::of(request)));
    let seen = Arc::clone(&stage);
    let profile = profile_folder(request);
    let on_stderr: OnChunk = Box::new(move |chunk: &[u8]| {
        let text = String::from_utf8_lossy(chunk);
        let known = locked(&seen).read(&text);
        let Some(progress) = &progress else { return };
        match known {
            Known::Building { done, total, what } => progress(done, total, &what),
            Known::Waiting => {
                let lock =
                    if text.contains("package cache") { CargoLock::PackageCache } else { CargoLock::Profile(&profile) };
                progress(0, 0, &format!("Waits for {}.", lock_holder::describe(lock)));
            }
            Known::Nothing => {}
        }
    });
    let answer = Arc::new(Mutex::new(Answer::new(on_library)));
    let sink = Arc::clone(&answer);
    // cargo's output is read as it comes: if there is much to build, it is longer than what is kept of a learner's
    // output.
    let on_stdout: OnChunk = Box::new(move |chunk: &[u8]| locked(&sink).read(chunk));
    let finished = Supervised::spawn(&mut command, Some(on_stdout), Some(on_stderr))
        .map_err(|error| {
            Error::new(format!("Cannot start cargo: {error}.")).caused_by(error).advice("Install Rust from rustup.rs.")
        })?
        .wait_unless(Limits::NONE, cancel, || locked(&stage).builds_dependencies())?;
    let mut build = std::mem::take(&mut locked(&answer).build);
    build.success = finished.exit.success();
    if build.success || !build.libraries.is_empty() {
        locked(&DEPENDENCIES_BUILT).insert(Stage::of(request).key);
    }
    if let Some(error) = build.diagnostics.iter().find_map(machine_error) {
        return Err(error);
    }
    if !build.success && !build.diagnostics.iter().any(|diagnostic| diagnostic.is_error) {
        return Err(cargo_error(&finished));
    }
    Ok(build)
}

/// Calls rustc for a crate or a test at `root`, as a recipe says, with `folder` as the crate's own. A compile error is a
/// [`Build`] without success; what was built lies in `out`.
pub fn rustc(
    recipe: &Recipe,
    root: &Path,
    folder: &Path,
    out: &Path,
    product: Product<'_>,
    cancel: &CancellationToken,
) -> Result<Build> {
    let call = recipe.command_for(root, out, product);
    let build = call_rustc(&call, recipe, folder, cancel)?;
    match product {
        Product::Extension { incremental, .. } if misses_own_symbols(&build) => {
            std::fs::remove_dir_all(incremental).map_err(|error| Error::file("remove", incremental, error))?;
            call_rustc(&call, recipe, folder, cancel)
        }
        _ => Ok(build),
    }
}

fn call_rustc(call: &[String], recipe: &Recipe, folder: &Path, cancel: &CancellationToken) -> Result<Build> {
    let (program, arguments) = call.split_first().expect("a call begins with its program");
    let mut command = std::process::Command::new(program);
    command.args(arguments).current_dir(folder).envs(recipe.environment()).env("CARGO_MANIFEST_DIR", folder);
    let answer = Arc::new(Mutex::new(Answer::new(Box::new(|_, _| {}))));
    let sink = Arc::clone(&answer);
    command.stdin(std::process::Stdio::null());
    let on_stderr: OnChunk = Box::new(move |chunk: &[u8]| locked(&sink).read(chunk));
    let finished = Supervised::spawn(&mut command, None, Some(on_stderr))
        .map_err(|error| Error::new(format!("Cannot start {program}: {error}.")).caused_by(error))?
        .wait(Limits::NONE, cancel)?;
    let mut build = std::mem::take(&mut locked(&answer).build);
    build.success = finished.exit.success();
    if let Some(error) = build.diagnostics.iter().find_map(machine_error) {
        return Err(error);
    }
    if !build.success && !build.diagnostics.iter().any(|diagnostic| diagnostic.is_error) {
        return Err(Error::new(format!("rustc could not build:\n{}", last_lines(&finished.stderr, 12))));
    }
    Ok(build)
}

/// The stage that cargo has reached. It decides whether a build may be ended once its result is no longer wanted. A
/// dependency is always built to its end: ended early, it starts from the beginning, and whoever saves often would wait
/// for ever.
struct Stage {
    /// The packages and test programs that were asked for, as cargo's progress names them.
    own: BTreeSet<String>,
    /// The same, to remember them by.
    key: String,
    doing: Doing,
    since: Instant,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Doing {
    /// cargo's first progress comes after half a second.
    Unknown,
    Dependencies,
    Own,
    Waiting,
}

/// What a piece of cargo's standard error says.
#[derive(Debug, PartialEq, Eq)]
enum Known {
    Building { done: u64, total: u64, what: String },
    Waiting,
    Nothing,
}

/// For so long a build may be at a dependency without saying so.
const SILENCE: Duration = Duration::from_secs(1);

/// Builds that came as far as their own crates: their dependencies are there.
static DEPENDENCIES_BUILT: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

impl Stage {
    fn of(request: &Request<'_>) -> Self {
        let packages = request.packages.iter().map(|package| (*package).to_owned());
        let tests = request.tests.iter().map(|test| format!("{test}(test)"));
        Self {
            own: packages.chain(tests).collect(),
            key: format!("{} {:?} {}", request.root.display(), request.packages, request.release),
            doing: Doing::Unknown,
            since: Instant::now(),
        }
    }

    fn read(&mut self, text: &str) -> Known {
        if let Some((done, total, mut what)) = read_progress(text) {
            // A line without names changes nothing. A line that was cut short names more than there was room for.
            let mut names = what.split(", ").filter(|name| !name.is_empty()).peekable();
            if names.peek().is_some() {
                let all_own = names.all(|name| self.own.contains(name));
                self.doing = if all_own { Doing::Own } else { Doing::Dependencies };
            }
            match self.doing {
                Doing::Own => _ = locked(&DEPENDENCIES_BUILT).insert(self.key.clone()),
                Doing::Dependencies => what.push_str(" (dependencies, built once)"),
                Doing::Unknown | Doing::Waiting => {}
            }
            Known::Building { done, total, what }
        } else if text.contains("waiting for file lock") {
            self.doing = Doing::Waiting;
            Known::Waiting
        } else {
            Known::Nothing
        }
    }

    fn builds_dependencies(&self) -> bool {
        match self.doing {
            Doing::Dependencies => true,
            Doing::Unknown => self.since.elapsed() < SILENCE && !locked(&DEPENDENCIES_BUILT).contains(&self.key),
            Doing::Own | Doing::Waiting => false,
        }
    }
}

/// Whether the variable chooses how well cargo's release builds are optimised.
fn optimises(variable: &str) -> bool {
    variable.ends_with("RUSTFLAGS") || variable.starts_with("CARGO_PROFILE_RELEASE_")
}

/// `Building [===>   ] 12/58: numpy` on standard error.
fn read_progress(text: &str) -> Option<(u64, u64, String)> {
    let (_, rest) = text.rsplit_once("] ")?;
    let (counts, what) = rest.split_once(": ").unwrap_or((rest, ""));
    let (done, total) = counts.split_once('/')?;
    let what = what.split(['\r', '\n', '\u{1b}']).next().unwrap_or_default().trim();
    let total = total.split(|sign: char| !sign.is_ascii_digit()).next().unwrap_or_default();
    Some((done.trim().parse().ok()?, total.parse().ok()?, what.to_owned()))
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// cargo's answer, read line by line as it comes.
struct Answer {
    build: Build,
    line: Vec<u8>,
    on_library: OnLibrary,
}

impl Answer {
    fn new(on_library: OnLibrary) -> Self {
        Self { build: Build::default(), line: Vec::new(), on_library }
    }

    fn read(&mut self, chunk: &[u8]) {
        for part in chunk.split_inclusive(|byte| *byte == b'\n') {
            self.line.extend_from_slice(part);
            if part.ends_with(b"\n") {
                let line = std::mem::take(&mut self.line);
                self.read_line(&line);
            }
        }
    }

    fn read_line(&mut self, line: &[u8]) {
        let Ok(message) = serde_json::from_slice::<Value>(line) else { return };
        match message["reason"].as_str() {
            Some("compiler-message") => read_diagnostic(&message["message"], &mut self.build),
            Some("compiler-artifact") => {
                if let Some(name) = read_artifact(&message, &mut self.build) {
                    (self.on_library)(&name, &self.build.libraries[&name]);
                }
            }
            // rustc by itself sends the message alone.
            None if message["$message_type"] == "diagnostic" => read_diagnostic(&message, &mut self.build),
            _ => {}
        }
    }
}

fn read_diagnostic(diagnostic: &Value, build: &mut Build) {
    let rendered = diagnostic["rendered"].as_str().unwrap_or_default();
    let spans = diagnostic["spans"].as_array().map_or(&[][..], Vec::as_slice);
    let is_error = diagnostic["level"] == "error";
    // The closing lines "aborting due to 2 previous errors" and "3 warnings emitted" point at no code.
    let closes = spans.is_empty() && (!is_error || rendered.contains("aborting due to"));
    if closes || !(is_error || diagnostic["level"] == "warning") {
        return;
    }
    let main = spans.iter().find(|span| span["is_primary"] == true).or(spans.first());
    build.diagnostics.push(Diagnostic {
        is_error,
        code: diagnostic["code"]["code"].as_str().unwrap_or_default().to_owned(),
        file: main.and_then(|span| span["file_name"].as_str()).unwrap_or_default().replace('\\', "/"),
        line: main
            .and_then(|span| span["line_start"].as_u64())
            .and_then(|line| usize::try_from(line).ok())
            .unwrap_or(0),
        rendered: rendered.to_owned(),
    });
}

/// The name of the library, if it is one that Python can load.
fn read_artifact(message: &Value, build: &mut Build) -> Option<String> {
    let target = &message["target"];
    let has_kind = |kind: &str| target["kind"].as_array().is_some_and(|kinds| kinds.iter().any(|known| known == kind));
    let name = target["name"].as_str().unwrap_or_default().to_owned();
    if has_kind("cdylib") {
        let mut files =
            message["filenames"].as_array().into_iter().flatten().filter_map(Value::as_str).map(PathBuf::from);
        if let Some(library) =
            files.find(|file| file.extension().is_some_and(|extension| extension == std::env::consts::DLL_EXTENSION))
        {
            build.libraries.insert(name.clone(), library);
            return Some(name);
        }
    } else if has_kind("test")
        && let Some(program) = message["executable"].as_str()
    {
        build.tests.insert(name, PathBuf::from(program));
    }
    None
}

/// The error, if rustc failed because of this machine and not because of the code: no linker, or a disk it cannot write
/// to.
fn machine_error(diagnostic: &Diagnostic) -> Option<Error> {
    // An error in code has a number or, from the parser, at least a line.
    if !diagnostic.is_error || !diagnostic.code.is_empty() || diagnostic.line > 0 {
        return None;
    }
    let text = &diagnostic.rendered;
    if text.contains("linker `") && text.contains("not found") {
        let error = Error::new(format!("rustc cannot find the linker:\n{}", last_lines(text, 6)));
        return Some(error.advice("`cargo course doctor` says how to install one."));
    }
    tool_advice::for_writing(text)
        .map(|advice| Error::new(format!("rustc could not write:\n{}", last_lines(text, 12))).advice(advice))
}

/// cargo failed without a complaint of rustc: no network, a full disk, a broken manifest.
fn cargo_error(finished: &Finished) -> Error {
    let text = last_lines(&finished.stderr, 12);
    let has = |parts: &[&str]| parts.iter().any(|part| finished.stderr.contains(part));
    let error = match finished.exit {
        ExitReason::Exited(_) => Error::new(format!("cargo could not build:\n{text}")),
        _ => Error::new("cargo did not come to an end."),
    };
    if let Some(advice) = tool_advice::for_writing(&finished.stderr) {
        error.advice(advice)
    } else if has(&["--offline", "download", "resolve host", "network", "registry index"]) {
        error.advice("A crate is missing here. Connect to the network and run `cargo course setup`; afterwards everything works offline.")
    } else {
        error.advice("`cargo course doctor` says what is missing on this machine.")
    }
}

/// The end of a long text, without cargo's progress lines.
pub fn last_lines(text: &str, count: usize) -> String {
    let lines: Vec<&str> = text
        .split(['\r', '\n'])
        .map(str::trim_end)
        .filter(|line| {
            !line.trim().is_empty() && !line.trim_start().starts_with("Building [") && !line.contains("] 0/")
        })
        .collect();
    lines[lines.len().saturating_sub(count)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stage() -> Stage {
        let request = Request { tests: vec!["sums".to_owned()], ..Request::new(Path::new("/nowhere"), vec!["mine"]) };
        Stage::of(&request)
    }

    #[test]
    fn only_what_was_asked_for_may_be_ended() {
        for (line, dependencies) in [
            ("    Building [=>   ] 1/9: pyo3-ffi(build)\r", true),
            ("    Building [=>   ] 1/9: numpy, mine\r", true),
            ("    Building [=>   ] 1/9: mine, mine(build.rs), pro...\r", true),
            ("    Building [====>] 8/9: mine\r", false),
            ("    Building [====>] 8/9: mine, sums(test)\r", false),
            ("    Blocking waiting for file lock on artifact directory\n", false),
        ] {
            let mut stage = stage();
            stage.read(line);
            assert_eq!(stage.builds_dependencies(), dependencies, "{line}");
        }
    }

    #[test]
    fn before_cargo_says_anything_it_may_be_at_a_dependency() {
        let mut first = Stage { key: "first".to_owned(), ..stage() };
        assert!(first.builds_dependencies());
        first.since -= 2 * SILENCE;
        assert!(!first.builds_dependencies(), "cargo is stuck in something else");
        // Once the learner's own crate was reached, the dependencies are there.
        first.read("    Building [====>] 8/9: mine\r");
        assert!(!Stage { key: "first".to_owned(), ..stage() }.builds_dependencies());
    }

    fn failed_with(rendered: &str, line: usize) -> Build {
        let (code, file) = (String::new(), String::new());
        let error = Diagnostic { is_error: true, code, file, line, rendered: rendered.to_owned() };
        Build { diagnostics: vec![error], ..Build::default() }
    }

    #[test]
    fn only_symbols_of_rustc_itself_are_a_reason_to_build_again() {
        let linking = "error: linking with `cc` failed: exit status: 1\n  = note: rust-lld: error:";
        for (said, again) in [
            ("undefined hidden symbol: anon.0aa1.12.llvm.3451", true),
            ("undefined reference to `anon.0aa1.12.llvm.3451'", true),
            ("undefined symbol: cblas_dgemm", false),
            ("unable to find library -lopenblas", false),
        ] {
            let build = failed_with(&format!("{linking} {said}"), 0);
            assert_eq!(misses_own_symbols(&build), again, "{said}");
        }
        assert!(!misses_own_symbols(&failed_with("error: undefined hidden symbol", 3)), "an error in code");
    }

    #[test]
    fn what_is_forgotten_is_of_the_package_alone() {
        let scratch = files::ScratchFolder::new(&std::env::temp_dir()).unwrap();
        let folders = ["incremental/mine-1a", ".fingerprint/mine-2b", "incremental/mine_solution-1a", "deps/mine-1a"];
        for folder in folders {
            std::fs::create_dir_all(scratch.path().join(folder)).unwrap();
        }
        forget(scratch.path(), &["mine"]);
        let left: Vec<&str> = folders.into_iter().filter(|folder| scratch.path().join(folder).exists()).collect();
        assert_eq!(left, ["incremental/mine_solution-1a", "deps/mine-1a"]);
    }

    #[test]
    fn progress_is_read_with_its_numbers() {
        let mut stage = stage();
        let Known::Building { done: 12, total: 58, what } = stage.read("    Building [=> ] 12/58: numpy, pyo3\r")
        else {
            panic!("it is not read");
        };
        assert_eq!(what, "numpy, pyo3 (dependencies, built once)");
        assert_eq!(stage.read("   Compiling numpy v0.30\n"), Known::Nothing);
        assert!(stage.builds_dependencies(), "a line without names changes nothing");
    }
}
