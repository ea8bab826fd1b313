//! Judges exercises: builds, proves which file it judges, runs Rust and Python tests, gives the verdicts.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use sha2::{Digest as _, Sha256};

use crate::catalogue::{Module, Place};
use crate::compile::{self, Build, OnLibrary, OnProgress, Request};
use crate::fault::{Fault, Outcome};
use crate::files;
use crate::process::Cancel;
use crate::rust_tests;
use crate::terminal;
use crate::verdict::{Artifact, Phases, Status, Test, Verdict};
use crate::worker::{Job, Report, WarmWorker, test_files};
use crate::workspace;

/// Where the code under test comes from.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    /// The workspace to build in.
    pub(crate) workspace: PathBuf,
    /// The package whose library is the extension.
    pub(crate) package: String,
    /// The folder of that package.
    pub(crate) folder: PathBuf,
    /// The target folder, where it is not the workspace's own.
    pub(crate) target: Option<PathBuf>,
    /// Whether the package has the exercises' Rust tests under their own names.
    pub(crate) has_rust_tests: bool,
}

impl Source {
    /// The learner's own code.
    pub(crate) fn learner(root: &Path, module: &Module) -> Self {
        Self {
            workspace: root.to_owned(),
            package: module.package.clone(),
            folder: module.folder.clone(),
            target: None,
            has_rust_tests: true,
        }
    }
}

/// Judges learners' and other code with one set of settings.
pub(crate) struct Bench<'b> {
    pub(crate) root: &'b Path,
    pub(crate) cancel: Cancel,
    pub(crate) progress: Option<OnProgress>,
    /// How many examples property tests try, where it is not the usual number.
    pub(crate) examples: Option<&'b str>,
}

impl Bench<'_> {
    /// Judges exercises of one module, in order. `warm` is a worker that already runs; more are started as needed, each
    /// while the one before it works.
    pub(crate) fn judge(
        &self,
        source: &Source,
        places: &[Place<'_>],
        warm: Option<WarmWorker>,
    ) -> Outcome<Vec<Verdict>> {
        let started = Instant::now();
        let mut verdicts: Vec<Verdict> =
            places.iter().map(|place| Verdict::new(place.exercise.id(), &place.module.name)).collect();
        if let Some(missing) = missing_file(source, places) {
            for verdict in &mut verdicts {
                verdict.status = Status::Error;
                verdict.explanation.clone_from(&missing);
            }
            return Ok(verdicts);
        }
        let mut judged: Vec<(Place<'_>, &mut Verdict)> = Vec::new();
        for (place, verdict) in places.iter().zip(&mut verdicts) {
            match missing_test(source, *place) {
                Some(missing) => verdict.explanation = missing, // It stays "not run".
                None => judged.push((*place, verdict)),
            }
        }
        if judged.is_empty() {
            return Ok(verdicts);
        }
        let start_worker = || WarmWorker::start(self.root, self.examples);
        let worker = warm.map_or_else(start_worker, Ok)?;
        let count = judged.len();
        let wanted: Vec<Place<'_>> = judged.iter().map(|(place, _)| *place).collect();
        let mut next = (count > 1).then(start_worker).transpose()?;
        let (build, mut first) = self.build_and_judge_first(source, &wanted, worker)?;
        if !build.success {
            for (_, verdict) in judged {
                verdict.status = Status::Error;
                verdict.time = started.elapsed();
                verdict.explanation = compile_error(&build);
            }
            return Ok(verdicts);
        }
        for (index, (place, verdict)) in judged.into_iter().enumerate() {
            let begun = if index == 0 { started } else { Instant::now() };
            let ran = if let Some(first) = first.take() {
                first
            } else {
                let worker = next.take().map_or_else(start_worker, Ok)?;
                next = (index + 1 < count).then(start_worker).transpose()?;
                self.run_tests(source, place, &build, worker)?
            };
            settle(source, place, ran, verdict);
            verdict.time = begun.elapsed();
        }
        Ok(verdicts)
    }

    /// Builds all that is needed, and runs the tests of the first exercise as soon as there is something to run: Python's
    /// begin with the extension, while cargo goes on with the Rust test programs. Where the build fails, what ran counts for
    /// nothing.
    fn build_and_judge_first(
        &self,
        source: &Source,
        places: &[Place<'_>],
        worker: WarmWorker,
    ) -> Outcome<(Build, Option<Ran>)> {
        let started = Instant::now();
        let (tell, told) = mpsc::channel();
        let package = source.package.clone();
        let on_library = Box::new(move |name: &str, library: &Path| {
            if name == package {
                // Nobody listens once the check has been given up.
                let _ = tell.send(library.to_owned());
            }
        });
        let part = self.cancel.of_a_part();
        let (built, python, building) = std::thread::scope(|scope| {
            let building = scope.spawn(|| {
                let built = self.build(source, places, on_library).and_then(|build| {
                    let rust = build.success.then(|| self.run_rust_tests(source, places[0], &build)).transpose()?;
                    Ok((build, rust))
                });
                if !matches!(built, Ok((_, Some(_)))) {
                    part.cancel();
                }
                built
            });
            let library = first_of(&told, || building.is_finished());
            let seconds = started.elapsed();
            let python = library.map(|library| self.run_python(source, places[0], &library, worker, &part));
            let built = building.join().unwrap_or_else(|_| Err(Fault::new("The thread that builds panicked.")));
            (built, python, seconds)
        });
        let (build, rust) = built?;
        let Some(rust) = rust else { return Ok((build, None)) };
        let Some(python) = python.transpose()? else { return Err(no_extension(source)) };
        let phases =
            Phases { build: building, tests: started.elapsed().saturating_sub(building), rust_tests: rust.time };
        Ok((build, Some(Ran { python, rust, phases })))
    }

    fn build(&self, source: &Source, places: &[Place<'_>], on_library: OnLibrary) -> Outcome<Build> {
        let mut tests: Vec<String> = if source.has_rust_tests {
            places.iter().flat_map(|place| &place.exercise.rust_tests).map(|path| stem(path)).collect()
        } else {
            Vec::new()
        };
        tests.dedup();
        let request = Request {
            tests,
            target: source.target.as_deref(),
            colours: terminal::colours(),
            ..Request::new(&source.workspace, vec![&source.package])
        };
        let built = self.forget_if_changed(source)?;
        let build = compile::build_and_tell(&request, self.progress.clone(), on_library, &self.cancel)?;
        if build.success {
            files::write_atomically(&built.record, built.sources.as_bytes())?;
        }
        Ok(build)
    }

    /// cargo goes by time stamps: a file put back with its old time (`mv`, `cp -p`, an archive) looks built already. So the
    /// runner remembers what it built, and makes the crate's root new where the sources are others.
    fn forget_if_changed(&self, source: &Source) -> Outcome<Built> {
        let mut hash = Sha256::new();
        for path in files::entries(&source.folder.join("src"))? {
            hash.update(path.to_string_lossy().as_bytes());
            hash.update(std::fs::read(&path).unwrap_or_default());
        }
        let built = Built {
            record: workspace::own_folder(self.root).join("built").join(&source.package),
            sources: hex(&hash.finalize()),
        };
        if std::fs::read_to_string(&built.record).is_ok_and(|old| old == built.sources) {
            return Ok(built);
        }
        let root = source.folder.join("src/lib.rs");
        std::fs::File::options()
            .append(true)
            .open(&root)
            .and_then(|file| file.set_modified(std::time::SystemTime::now()))
            .map_err(|error| Fault::file("renew the time of", &root, &error))?;
        Ok(built)
    }

    /// Rust tests are pure and quick; they run while Python is busy with its own.
    fn run_tests(&self, source: &Source, place: Place<'_>, build: &Build, worker: WarmWorker) -> Outcome<Ran> {
        let library = extension_of(source, build)?;
        let begun = Instant::now();
        let (python, rust) = std::thread::scope(|scope| {
            let rust = scope.spawn(|| self.run_rust_tests(source, place, build));
            let python = self.run_python(source, place, library, worker, &self.cancel);
            let rust = rust.join().unwrap_or_else(|_| Err(Fault::new("The thread that runs the Rust tests panicked.")));
            (python, rust)
        });
        let (python, rust) = (python?, rust?);
        let phases = Phases { build: Duration::ZERO, tests: begun.elapsed(), rust_tests: rust.time };
        Ok(Ran { python, rust, phases })
    }

    fn run_python(
        &self,
        source: &Source,
        place: Place<'_>,
        library: &Path,
        worker: WarmWorker,
        cancel: &Cancel,
    ) -> Outcome<PythonTests> {
        let folder = workspace::scratch(self.root)?;
        let artifact = place_extension(source, place.module, library, folder.path())?;
        let job = Job {
            root: self.root,
            package: &place.module.package,
            folder: folder.path(),
            tests: test_files(place).collect(),
            time_limit: place.exercise.time_limit,
        };
        Ok(PythonTests { artifact, report: worker.run(&job, cancel)? })
    }

    fn run_rust_tests(&self, source: &Source, place: Place<'_>, build: &Build) -> Outcome<RustTests> {
        let begun = Instant::now();
        let mut ran = RustTests::default();
        for path in place.exercise.rust_tests.iter().filter(|_| source.has_rust_tests) {
            let name = stem(path);
            let program = build.tests.get(&name).ok_or_else(|| {
                Fault::new(format!("cargo built no test program `{name}`.")).mend(format!(
                    "Is {} there? `git checkout -- modules/{}/tests` brings it back.",
                    path.display(),
                    place.module.name
                ))
            })?;
            let (found, broken) = rust_tests::run(program, &name, place.exercise.time_limit, &self.cancel)?;
            ran.tests.extend(found);
            ran.explanation.push_str(&broken);
            ran.time = begun.elapsed();
        }
        Ok(ran)
    }
}

/// The first path that is told, unless there will be none. Who could tell it may live on in a thread that reads what a
/// stray child of cargo holds open, so the end of the build is asked for as well.
fn first_of(told: &Receiver<PathBuf>, is_over: impl Fn() -> bool) -> Option<PathBuf> {
    loop {
        let over = is_over();
        match told.recv_timeout(Duration::from_millis(20)) {
            Ok(library) => return Some(library),
            Err(RecvTimeoutError::Timeout) if !over => {}
            Err(_) => return None,
        }
    }
}

/// What all tests of an exercise came to.
struct Ran {
    python: PythonTests,
    rust: RustTests,
    phases: Phases,
}

struct PythonTests {
    artifact: Artifact,
    report: Report,
}

#[derive(Default)]
struct RustTests {
    tests: Vec<Test>,
    /// Why they broke off, or empty.
    explanation: String,
    time: Duration,
}

/// Makes a verdict of it.
fn settle(source: &Source, place: Place<'_>, ran: Ran, verdict: &mut Verdict) {
    let Ran { python: PythonTests { artifact, report }, rust, phases } = ran;
    verdict.phases = phases;
    verdict.artifact = Some(artifact);
    verdict.judge = report.judge;
    let (python_count, rust_count) = (report.tests.len(), rust.tests.len());
    // Python's failures first: they show the call as its user makes it.
    verdict.tests = report.tests;
    verdict.tests.extend(rust.tests);
    verdict.explanation = [report.explanation, rust.explanation]
        .into_iter()
        .filter(|text| !text.is_empty())
        .collect::<Vec<_>>()
        .join("\n");
    verdict.printed = report.printed;
    verdict.settle();
    // What holds no test proves nothing, in Rust or Python; the other half alone must not pass.
    let rust_files = place.exercise.rust_tests.iter().filter(|_| source.has_rust_tests);
    for (count, mut files) in
        [(python_count, place.exercise.tests.iter().collect::<Vec<_>>()), (rust_count, rust_files.collect())]
    {
        if let (0, true, Some(file)) = (count, verdict.explanation.is_empty(), files.pop()) {
            verdict.status = Status::NotRun;
            verdict.explanation = lost_test(place.module, file, "holds no test");
        }
    }
}

/// What was built last, and where that is written down.
struct Built {
    record: PathBuf,
    sources: String,
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// A source file that was deleted or emptied, said before rustc complains in its own way.
fn missing_file(source: &Source, places: &[Place<'_>]) -> Option<String> {
    // All files of the module: they are one crate, so a hole in one is a hole for all.
    let module = places.first()?.module;
    for exercise in &module.exercises {
        for file in &exercise.files {
            let path = source.folder.join(file);
            let mend = format!("`cargo course reset {}` puts the stub back.", exercise.id());
            match std::fs::read_to_string(&path) {
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                    return Some(format!("{} is missing. {mend}", files::with_slashes(&path)));
                }
                Err(error) => return Some(format!("{} cannot be read: {error}. {mend}", files::with_slashes(&path))),
                Ok(text) if text.trim().is_empty() => {
                    return Some(format!("{} is empty. {mend}", files::with_slashes(&path)));
                }
                Ok(_) => {}
            }
        }
    }
    None
}

/// A test file that was deleted: without it there is no judging the exercise.
fn missing_test(source: &Source, place: Place<'_>) -> Option<String> {
    let rust_tests = place.exercise.rust_tests.iter().filter(|_| source.has_rust_tests);
    let file = place.exercise.tests.iter().chain(rust_tests).find(|file| !place.module.folder.join(file).is_file())?;
    Some(lost_test(place.module, file, "is missing"))
}

fn lost_test(module: &Module, file: &Path, what: &str) -> String {
    format!(
        "modules/{name}/{} {what}. `git checkout -- modules/{name}/tests` brings it back.",
        files::with_slashes(file),
        name = module.name
    )
}

fn compile_error(build: &Build) -> String {
    format!("Your code does not compile yet. rustc says:\n\n{}", build.errors().trim_end())
}

fn no_extension(source: &Source) -> Fault {
    Fault::new(format!("cargo built no extension for `{}`.", source.package))
        .mend("Its Cargo.toml needs `crate-type = [\"cdylib\", \"rlib\"]` under [lib].")
}

/// The extension that was built from a source.
pub(crate) fn extension_of<'b>(source: &Source, build: &'b Build) -> Outcome<&'b Path> {
    build.libraries.get(&source.package).map(PathBuf::as_path).ok_or_else(|| no_extension(source))
}

/// Puts an extension under its Python name into a folder of its own, beside its type stub, and says what it is.
pub(crate) fn place_extension(source: &Source, module: &Module, library: &Path, folder: &Path) -> Outcome<Artifact> {
    let extension = if cfg!(windows) { "pyd" } else { "so" };
    let placed = folder.join(format!("{}.{extension}", module.package));
    files::copy(library, &placed)?;
    let stub = format!("{}.pyi", module.package);
    if source.folder.join(&stub).is_file() {
        files::copy(&source.folder.join(&stub), &folder.join(&stub))?;
    }
    // Hashed after the copy: this is the very file that Python loads.
    let bytes = std::fs::read(&placed).map_err(|error| Fault::file("read", &placed, &error))?;
    let sha256 = hex(&Sha256::digest(&bytes));
    Ok(Artifact { path: library.to_owned(), sha256 })
}
