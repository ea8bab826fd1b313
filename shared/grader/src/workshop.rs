//! Everything that grading needs and no submission can touch: a clean copy of the modules, dependencies built once, how
//! rustc is called, the jail and what of it holds here.

use std::collections::BTreeMap;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use course::catalogue::{self, Course, Module, parse};
use course::fault::{Fault, Outcome};
use course::files;
use course::process::{self, Cancel, Limits};
use course::{python, workspace};
use rustix::fs::{AtFlags, CWD, Timespec, Timestamps};
use sha2::{Digest as _, Sha256};
use toml::Value;

use crate::cgroup::{self, Cgroups};
use crate::jail::{self, Jail, Permit};
use crate::oracles::Oracles;
use crate::recipe::{self, Recipe};
use crate::tests_of::talk_to_a_server;

/// What grading works with.
#[derive(Debug)]
pub(crate) struct Workshop {
    /// The course, as it stands on the teacher's disk.
    pub(crate) course: Course,
    /// A copy of the modules with stubs in place of the teacher's own work.
    pub(crate) tree: PathBuf,
    /// Folders of single submissions, while they are graded.
    pub(crate) scratch: PathBuf,
    /// The jail.
    pub(crate) jail: Jail,
    /// Who runs the tests from outside.
    pub(crate) oracles: Oracles,
    /// What does not hold here.
    pub(crate) not_enforced: Vec<String>,
    /// Defences that were left out on request.
    pub(crate) without: Vec<String>,
    /// Changes with anything that could change a grade: the course, the compiler, Python, the packages.
    pub(crate) fingerprint: String,
    /// What graded, for the reports.
    pub(crate) versions: BTreeMap<String, String>,
    recipes: PathBuf,
    target: PathBuf,
    dependencies: PathBuf,
    sysroot: PathBuf,
    base_prefix: PathBuf,
    _lock: File,
}

impl Workshop {
    /// Makes everything ready; quick when it is already.
    pub(crate) fn prepare(course: Course, work: &Path, modules: &[&Module], without: &[String]) -> Outcome<Self> {
        files::make_folder(work)?;
        let lock = wait_for_turn(work)?;
        let scratch = work.join("scratch");
        let _ = std::fs::remove_dir_all(&scratch); // Left by a grader that was killed.
        cgroup::sweep();
        files::make_folder(&scratch)?;
        let (sysroot, rustc) = ask_rustc(&course.root)?;
        let (base_prefix, mut versions) = ask_python(&course.root)?;
        versions.insert("course".to_owned(), env!("CARGO_PKG_VERSION").to_owned());
        versions.insert("rustc".to_owned(), rustc.clone());
        versions.insert("platform".to_owned(), format!("{} {}", std::env::consts::OS, std::env::consts::ARCH));
        let workshop = Self {
            fingerprint: fingerprint(&course, &versions)?,
            tree: work.join("tree"),
            recipes: work.join("recipes"),
            target: work.join("target"),
            dependencies: work.join("dependencies"),
            jail: Jail::new(build_jail(&course.root)?, without),
            oracles: Oracles::new(oracle(&course.root, &work.join("hypothesis")), &course.root),
            not_enforced: Vec::new(),
            without: without.to_vec(),
            course,
            scratch,
            versions,
            sysroot,
            base_prefix,
            _lock: lock,
        };
        workshop.copy_tree()?;
        workshop.build_reference(modules)?;
        workshop.set_dependencies_apart()?;
        workshop.probed(work, modules)
    }

    /// The copy of a module that submissions are laid into.
    fn copy_tree(&self) -> Outcome<()> {
        let _ = std::fs::remove_dir_all(&self.tree);
        let mut manifest = parse(&self.course.root.join("Cargo.toml"))?;
        if let Some(Value::Table(workspace)) = manifest.get_mut("workspace") {
            workspace.insert("members".to_owned(), vec!["modules/*"].into());
            workspace.remove("default-members");
        }
        files::write_atomically(&self.tree.join("Cargo.toml"), manifest.to_string().as_bytes())?;
        files::copy(&self.course.root.join("Cargo.lock"), &self.tree.join("Cargo.lock"))?;
        for module in &self.course.modules {
            let folder = self.tree.join("modules").join(&module.name);
            copy_module(module, &folder, &Fill::Solution)?;
            // cargo builds them for the sake of their dependencies and to see how it calls rustc. Neither depends on what is
            // in the files. So a new copy is no change, unless the recipe is missing.
            if Recipe::load(&self.recipes, &module.package).is_ok() {
                for source in files::entries(&folder.join("src"))? {
                    make_old(&source)?;
                }
            }
        }
        Ok(())
    }

    /// cargo builds the solutions once: with them all dependencies, and for each module how rustc is to be called.
    fn build_reference(&self, modules: &[&Module]) -> Outcome<()> {
        let wrapper =
            std::env::current_exe().map_err(|error| Fault::new(format!("Cannot tell its own path: {error}.")))?;
        let mut command = workspace::cargo(&self.tree);
        // Not `--locked`: the copy has fewer members, so cargo drops lines from its lock file. Versions stay what they are.
        command.args(["build", "--lib", "--offline", "--quiet"]).arg("--target-dir").arg(&self.target);
        for module in modules {
            command.args(["--package", &module.package]);
        }
        command.env("RUSTC_WORKSPACE_WRAPPER", wrapper).env(recipe::RECORD, &self.recipes);
        let finished = process::run(&mut command, Limits::NONE, &Cancel::default())?;
        if finished.end.success() {
            Ok(())
        } else {
            Err(Fault::new(format!("The course's own solutions do not build:\n{}", finished.stderr.trim_end())).mend(
                "`cargo course setup` fetches what is missing; `cargo course verify` says what is wrong with them.",
            ))
        }
    }

    /// What a submission may be compiled with: the dependencies alone. Beside them lie the solutions, built; who could
    /// read those would embed one with `include_bytes!` and call it.
    fn set_dependencies_apart(&self) -> Outcome<()> {
        let from = self.target.join("debug/deps");
        let _ = std::fs::remove_dir_all(&self.dependencies);
        files::make_folder(&self.dependencies)?;
        let solutions: Vec<&str> = self.course.modules.iter().map(|module| module.package.as_str()).collect();
        for file in files::entries(&from)? {
            let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if file.is_file() && is_dependency(&name, &solutions) {
                let place = self.dependencies.join(&name);
                if std::fs::hard_link(&file, &place).is_err() {
                    files::copy(&file, &place)?;
                }
            }
        }
        Ok(())
    }

    fn probed(mut self, work: &Path, modules: &[&Module]) -> Outcome<Self> {
        let secret = work.join("secret");
        files::write_atomically(&secret, b"what no submission may read")?;
        let script = self.course.root.join("shared/python/grader/probe.py");
        let mut found = Vec::new();
        let cgroups = Cgroups::make(&self.without);
        let jail = self.jail.counted_by(&cgroups);
        let mut permits =
            vec![("judged code", self.permit()), ("the compiler and soft tests", self.permit_for_processes())];
        if talk_to_a_server(&all_tests(modules))? {
            permits.push(("code that talks to a test's server", Permit { network: true, ..self.permit() }));
        }
        for (what, permit) in permits {
            for sentence in jail::probe(&jail, &permit, &self.python(), &script, &secret)? {
                found.push((sentence, what));
            }
        }
        let mut sentences: Vec<String> = Vec::new();
        for (sentence, what) in &found {
            let both = found.iter().filter(|(other, _)| other == sentence).count() > 1;
            let sentence = if both { sentence.clone() } else { format!("{sentence} (by {what})") };
            if !sentences.contains(&sentence) {
                sentences.push(sentence);
            }
        }
        self.not_enforced = sentences;
        Ok(self)
    }

    /// An isolated Python, as words.
    pub(crate) fn python(&self) -> Vec<String> {
        isolated_python(&self.course.root)
    }

    /// The test kit's entry, after [`Self::python`].
    pub(crate) fn kit(&self, program: &str) -> Vec<String> {
        kit(&self.course.root, program)
    }

    /// For the process that loads a submission and is asked from outside.
    pub(crate) fn permit(&self) -> Permit {
        let root = &self.course.root;
        Permit {
            read: vec![self.base_prefix.clone(), python::environment(root), root.join("shared/python")],
            memory: 4096,
            cpu: 600,
            file_size: 64,
            ..Permit::default()
        }
    }

    /// For tests that run inside, and may start processes.
    pub(crate) fn permit_for_processes(&self) -> Permit {
        Permit { processes: true, ..self.permit() }
    }

    /// For rustc and the linker.
    pub(crate) fn permit_to_build(&self) -> Permit {
        Permit {
            read: vec![self.sysroot.clone(), self.dependencies.clone()],
            processes: true,
            memory: 4096,
            cpu: 120,
            file_size: 256,
            ..Permit::default()
        }
    }

    /// How to build a module.
    pub(crate) fn recipe(&self, module: &Module) -> Outcome<Recipe> {
        Ok(Recipe::load(&self.recipes, &module.package)?.with_dependencies_in(&self.dependencies))
    }

    /// Whether a defence is on.
    pub(crate) fn uses(&self, defence: &str) -> bool {
        !self.without.iter().any(|each| each == defence)
    }
}

fn isolated_python(root: &Path) -> Vec<String> {
    let program = python::environment_python(root);
    [&*program.to_string_lossy(), "-I", "-X", "utf8"].map(str::to_owned).to_vec()
}

fn kit(root: &Path, program: &str) -> Vec<String> {
    let mut words = isolated_python(root);
    words.push(root.join("shared/python/run.py").to_string_lossy().into_owned());
    words.push(program.to_owned());
    words
}

/// How to start an oracle; what hypothesis computes once and for all is kept in `computed`.
fn oracle(root: &Path, computed: &Path) -> Vec<String> {
    let mut words = kit(root, "oracle");
    words.push(computed.to_string_lossy().into_owned());
    words
}

/// What stands in the exercises' files of a copied module.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Fill {
    /// What learners start from.
    Stub,
    /// The reference.
    Solution,
}

/// Copies what a build of the module needs: never the teacher's own answers in `src`.
pub(crate) fn copy_module(module: &Module, folder: &Path, fill: &Fill) -> Outcome<()> {
    files::copy_tree(&module.solution_folder.join("src"), &folder.join("src"), &catalogue::is_source)?;
    files::copy(&module.folder.join("Cargo.toml"), &folder.join("Cargo.toml"))?;
    let type_stub = format!("{}.pyi", module.package);
    files::copy(&module.solution_folder.join(&type_stub), &folder.join(&type_stub))?;
    for file in module.exercises.iter().flat_map(|exercise| &exercise.files) {
        let from = match fill {
            Fill::Stub => module.stub(file),
            Fill::Solution => module.solution_folder.join(file),
        };
        files::copy(&from, &folder.join(file))?;
    }
    Ok(())
}

fn all_tests(modules: &[&Module]) -> Vec<PathBuf> {
    let tests = |module: &&Module| -> Vec<PathBuf> {
        module.exercises.iter().flat_map(|exercise| &exercise.tests).map(|test| module.folder.join(test)).collect()
    };
    modules.iter().flat_map(tests).collect()
}

/// Whether a file of cargo's `deps` folder is a library that was compiled for all, and no module of the course.
fn is_dependency(name: &str, solutions: &[&str]) -> bool {
    let Some((stem, kind)) = name.rsplit_once('.') else { return false };
    let library = stem.split('-').next().unwrap_or_default();
    let library = library.strip_prefix("lib").unwrap_or(library);
    ["rlib", "rmeta", std::env::consts::DLL_EXTENSION].contains(&kind) && !solutions.contains(&library)
}

fn wait_for_turn(work: &Path) -> Outcome<File> {
    let path = work.join("lock");
    let lock = File::create(&path).map_err(|error| Fault::file("write", &path, &error))?;
    let mut told = false;
    loop {
        match lock.try_lock() {
            Ok(()) => return Ok(lock),
            Err(TryLockError::WouldBlock) if told => {}
            Err(TryLockError::WouldBlock) => {
                eprintln!("Another grader works in {}; waiting for it.", work.display());
                told = true;
            }
            Err(TryLockError::Error(error)) => {
                return Err(Fault::new(format!("Cannot lock {}: {error}.", path.display()))
                    .mend("Some network file systems have no locks: give `--work` a folder on a local disk."));
            }
        }
        Cancel::default().check()?;
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Has cargo take a file, which may be read-only, for one that has not changed.
fn make_old(path: &Path) -> Outcome<()> {
    let epoch = Timespec { tv_sec: 0, tv_nsec: 0 };
    let times = Timestamps { last_access: epoch, last_modification: epoch };
    rustix::fs::utimensat(CWD, path, &times, AtFlags::empty())
        .map_err(|error| Fault::file("set the time of", path, &error.into()))
}

/// The path of the built `course-jail`.
fn build_jail(root: &Path) -> Outcome<PathBuf> {
    let mut command = workspace::cargo(root);
    command.args([
        "build",
        "--quiet",
        "--offline",
        "--profile",
        "runner",
        "--package",
        "course-jail",
        "--message-format=json",
    ]);
    command.stderr(Stdio::piped());
    let finished = process::run(&mut command, Limits::NONE, &Cancel::default())?;
    let built = finished.stdout.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    let program = built.rev().find_map(|message| message["executable"].as_str().map(PathBuf::from));
    program.filter(|_| finished.end.success()).ok_or_else(|| {
        Fault::new(format!("The jail does not build:\n{}", finished.stderr.trim_end()))
            .mend("`cargo fetch` once, with a network, fetches the crates that it needs.")
    })
}

fn ask_rustc(root: &Path) -> Outcome<(PathBuf, String)> {
    let ask = |question: &[&str]| -> Outcome<String> {
        let mut command = std::process::Command::new("rustc");
        command.args(question).current_dir(root);
        let limits = Limits { time: Duration::from_secs(60), output: 1 << 16 };
        let finished = process::run(&mut command, limits, &Cancel::default())?;
        if finished.end.success() {
            Ok(finished.stdout.trim().to_owned())
        } else {
            Err(Fault::new(format!("rustc does not run:\n{}", finished.stderr.trim_end())))
        }
    };
    Ok((ask(&["--print", "sysroot"])?.into(), ask(&["--version"])?))
}

fn ask_python(root: &Path) -> Outcome<(PathBuf, BTreeMap<String, String>)> {
    const QUESTION: &str = "import json, platform, sys, importlib.metadata as m\n\
        v = {n: m.version(n) for n in ('numpy', 'pytest', 'hypothesis')}\n\
        print(json.dumps({'prefix': sys.base_prefix, 'versions': {'python': platform.python_version(), **v}}))";
    let mut command = python::command(root);
    command.args(["-c", QUESTION]);
    let finished =
        process::run(&mut command, Limits { time: Duration::from_secs(60), output: 1 << 16 }, &Cancel::default())?;
    let answer: serde_json::Value = serde_json::from_str(finished.stdout.trim()).map_err(|_| {
        Fault::new(format!("The course's Python does not answer:\n{}", finished.stderr.trim_end()))
            .mend("`cargo course setup` makes it.")
    })?;
    let versions = answer["versions"].as_object().into_iter().flatten();
    let versions = versions.filter_map(|(name, version)| Some((name.clone(), version.as_str()?.to_owned()))).collect();
    Ok((answer["prefix"].as_str().unwrap_or_default().into(), versions))
}

/// Over all that decides a grade.
fn fingerprint(course: &Course, versions: &BTreeMap<String, String>) -> Outcome<String> {
    let mut hash = Sha256::new();
    for (name, version) in versions {
        hash.update(format!("{name} {version}\n"));
    }
    let shared = ["python/coursekit", "python/grader", "python/run.py", "grader/src", "jail/src"];
    for part in ["Cargo.toml", "Cargo.lock"] {
        add(&mut hash, &course.root.join(part))?;
    }
    for part in shared {
        add(&mut hash, &course.root.join("shared").join(part))?;
    }
    for module in &course.modules {
        for part in ["course.toml", "Cargo.toml", "stubs", "tests"] {
            add(&mut hash, &module.folder.join(part))?;
        }
        add(&mut hash, &module.solution_folder.join("src"))?;
        add(&mut hash, &module.solution_folder.join(format!("{}.pyi", module.package)))?;
    }
    Ok(hex(&hash.finalize()))
}

/// A file, or all files of a folder that are no caches.
pub(crate) fn add(hash: &mut Sha256, path: &Path) -> Outcome<()> {
    if path.is_dir() {
        for entry in files::entries(path)? {
            if !entry.ends_with("__pycache__") {
                add(hash, &entry)?;
            }
        }
    } else if path.is_file() {
        let bytes = std::fs::read(path).map_err(|error| Fault::file("read", path, &error))?;
        hash.update(path.to_string_lossy().as_bytes());
        hash.update((bytes.len() as u64).to_le_bytes());
        hash.update(bytes);
    }
    Ok(())
}

/// Bytes as people write hashes.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn solutions_are_no_dependencies() {
        let solutions = ["parallel_sum", "account"];
        for name in ["libpyo3-1.rlib", "libpyo3_macros-2.so", "libnumpy-3.rmeta"] {
            assert!(is_dependency(name, &solutions), "{name}");
        }
        for name in ["libparallel_sum.so", "libparallel_sum-9.rlib", "libaccount.rlib", "parallel_sum-1.d", "pyo3-1.d"]
        {
            assert!(!is_dependency(name, &solutions), "{name}");
        }
    }
}
