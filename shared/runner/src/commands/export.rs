//! `cargo course export`: what the learner has written, as a project of its own.
//!
//! The crate in `core` is the module's Rust as it stands. The binding is the module's table of contents, moved into a crate
//! of its own; the Python package around it names what is public. Crates that are given with the module come along, each
//! in a folder beside `core`. Where the module's work is a project already (`11_ship_it`), that project is taken as it is.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use course_core::catalogue::{self, Course, Exercise, Module};
use course_core::process::{self, CancellationToken, Limits};
use course_core::{Error, Result, files, workspace};
use toml::{Table, Value};

use crate::actions::task::TODO;
use crate::command_line::{Command, CommandOption, Invocation, Takes};
use crate::exit_status::ExitStatus;
use crate::ui::output;

pub(super) const COMMAND: Command = Command {
    name: "export",
    arguments: "ID FOLDER [--solution]",
    summary: "what you have written, as a project of its own outside of the course;\n\
              with --solution the course's own",
    takes: Takes::Options(&[CommandOption::flag("solution")], |arguments| {
        let solved = arguments.has("solution");
        match arguments.operands() {
            [id, folder] => {
                let (id, folder) = (id.clone(), PathBuf::from(folder));
                Ok(Invocation::new(vec![id.clone()], move |course| run(course, &id, &folder, solved)))
            }
            _ => Err(Error::new("`export` takes a module or an exercise, and a folder to make.")
                .advice("For example: `cargo course export 02 ../parallel_sum`.")),
        }
    }),
};

/// The folder of a module whose work is a project, not a crate of the course.
const PROJECT: &str = "project";

/// Said in the README of a part of a module.
const PART: &str = "This is a part of the module: the files that it stands on are in `core/`, the others are not. A class may lack \
    methods that the type stub in `python/` declares; take those out of it.\n\n";

/// Leaves out of a wheel what only the tests use.
const WITHOUT_FEATURES: &str = " --no-default-features     # without what only the tests use";

/// The name that the test kit has in an exported project.
const KIT_NAME: &str = "testkit";

fn run(course: &Course, id: &str, folder: &Path, solved: bool) -> Result<ExitStatus> {
    let exercise_refs = course.select(id)?;
    let Some(first) = exercise_refs.first() else {
        return Err(Error::new(format!("`{id}` has no exercises.")));
    };
    let module = first.module;
    refuse_occupied(course, folder)?;
    let whole = exercise_refs.len() == module.exercises.len();
    let chosen: Vec<&Exercise> = exercise_refs.iter().map(|found| found.exercise).collect();
    let source = if solved { &module.solution_folder } else { &module.folder };
    let export = Export { course, module, source, folder, chosen, whole };
    let unsolved = if export.is_project() { export.copy_project()? } else { export.make_project()? };
    settle_lock_file(folder)?;
    output::say(format!("Made {}: module {} as a project of its own.", folder.display(), module.name));
    if !unsolved.is_empty() {
        output::say(format!(
            "Not written yet, and there as stubs: {}. Its README says so, and its tests expect them to fail.",
            unsolved.join(", ")
        ));
    }
    output::say("Its README.md says how to build, test and publish it.");
    Ok(ExitStatus::Success)
}

/// A folder is made, or was empty. One below the course would be taken for a part of it by cargo.
fn refuse_occupied(course: &Course, folder: &Path) -> Result<()> {
    let shown = folder.display();
    let absolute = std::path::absolute(folder).map_err(|error| Error::file("find", folder, error))?;
    // As far as it exists, without links: the course may have been entered through one.
    let real = absolute.ancestors().find_map(|above| std::fs::canonicalize(above).ok()).unwrap_or(absolute);
    let root = std::fs::canonicalize(&course.root).unwrap_or_else(|_| course.root.clone());
    if real.starts_with(&root) {
        return Err(Error::new(format!("{shown} lies inside the course."))
            .advice("Choose a folder outside of it, such as ../my_project."));
    }
    match std::fs::symlink_metadata(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(Error::file("look at", folder, error)),
        Ok(_) if !folder.is_dir() => {
            Err(Error::new(format!("{shown} is there already, and is no folder.")).advice("Choose another name."))
        }
        Ok(_) if files::entries(folder)?.is_empty() => Ok(()),
        Ok(_) => Err(Error::new(format!("{shown} is there already, and is not empty."))
            .advice("Choose another folder, or empty this one. Nothing was written.")),
    }
}

struct Export<'e> {
    course: &'e Course,
    module: &'e Module,
    /// The learner's folder of the module, or the solution's.
    source: &'e Path,
    folder: &'e Path,
    chosen: Vec<&'e Exercise>,
    /// Whether all exercises of the module are wanted.
    whole: bool,
}

impl Export<'_> {
    /// Whether what is wanted lies in the module's project rather than in its crate.
    fn is_project(&self) -> bool {
        self.module.folder.join(PROJECT).is_dir()
            && self.chosen.iter().any(|exercise| exercise.files[0].starts_with(PROJECT))
    }

    fn write(&self, path: &str, text: &str) -> Result<()> {
        files::write_atomically(&self.folder.join(path), text.as_bytes())
    }

    /// Whether a file is still as the learner found it.
    fn is_unwritten(&self, file: &Path) -> bool {
        let text = std::fs::read_to_string(self.source.join(file)).unwrap_or_default();
        std::fs::read_to_string(self.module.stub(file)).is_ok_and(|stub| stub == text) || text.contains(TODO)
    }

    fn unsolved(&self) -> Vec<&Exercise> {
        let is_unsolved = |exercise: &&&Exercise| exercise.files.iter().any(|file| self.is_unwritten(file));
        self.chosen.iter().filter(is_unsolved).copied().collect()
    }

    /// The module's project, with the learner's files in it. Gives the exercises that are unwritten.
    fn copy_project(&self) -> Result<Vec<String>> {
        let from = self.module.folder.join(PROJECT);
        let kept = |path: &Path| !["target", "__pycache__", "dist", "build"].iter().any(|name| path.ends_with(name));
        files::copy_tree(&from, self.folder, &kept)?;
        for file in self.module.data_files().filter(|file| file.starts_with(PROJECT)) {
            let inside = file.strip_prefix(PROJECT).unwrap_or(file);
            files::copy(&self.source.join(file), &self.folder.join(inside))?;
        }
        self.write(".gitignore", include_str!("templates/export/gitignore"))?;
        // Its manifest is the learner's, and has no extra for tests.
        let workflow = include_str!("templates/export/ci.yml")
            .replace("install maturin", "install maturin pytest")
            .replace("[test]", "");
        self.write(".github/workflows/ci.yml", &workflow)?;
        let unsolved = self.unsolved();
        let names: Vec<String> = unsolved.iter().map(|exercise| exercise.id()).collect();
        if !names.is_empty() {
            let readme = files::read(&self.folder.join("README.md"))?;
            self.write("README.md", &format!("{readme}\n{}", still_to_do(&unsolved)))?;
        }
        Ok(names)
    }

    /// A project around the module's crate. Gives the exercises that are unwritten.
    fn make_project(&self) -> Result<Vec<String>> {
        let lib = files::read(&self.source.join("src/lib.rs"))?;
        let library = Library::read(&lib, &self.module.package)
            .ok_or_else(|| Error::new(format!("modules/{}/src/lib.rs has no `#[pymodule]`.", self.module.name)))?;
        let needed = self.needed_files(&library)?;
        self.write_core(&library, &needed)?;
        self.write_given_crates()?;
        self.write_binding(&library, &needed)?;
        self.write_package(&library, &needed)?;
        let unsolved = self.unsolved();
        self.write_tests(&unsolved)?;
        self.write_papers(&unsolved)?;
        Ok(unsolved.iter().map(|exercise| exercise.id()).collect())
    }

    /// The Rust files, by module name, that the chosen exercises stand on: all of the crate, or what their files refer to.
    fn needed_files(&self, library: &Library) -> Result<BTreeSet<String>> {
        let all: BTreeSet<String> = library.modules.iter().cloned().collect();
        if self.whole {
            return Ok(all);
        }
        let source = |name: &str| files::read(&self.source.join("src").join(format!("{name}.rs")));
        // A class may have its methods in several files: who calls one needs its file.
        let mut methods = Vec::new();
        for name in &all {
            methods.extend(methods_of(&source(name)?).into_iter().map(|method| (method, name.clone())));
        }
        let called = |text: &str| -> Vec<String> {
            let calls = |method: &str| text.contains(&format!(".{method}(")) || text.contains(&format!("::{method}("));
            methods.iter().filter(|(method, _)| calls(method)).map(|(_, file)| file.clone()).collect()
        };
        let stems = self.chosen.iter().flat_map(|exercise| &exercise.files).filter_map(|file| file.file_stem());
        let mut open: Vec<String> = stems.map(|stem| stem.to_string_lossy().into_owned()).collect();
        // The table of contents calls functions of these files, so all exercises need them.
        open.extend(all.iter().filter(|name| library.calls(name)).cloned());
        open.extend(called(&library.rest));
        let mut needed = BTreeSet::new();
        while let Some(name) = open.pop() {
            if !all.contains(&name) || !needed.insert(name.clone()) {
                continue;
            }
            let text = source(&name)?;
            open.extend(called(&text));
            open.extend(all.iter().filter(|other| refers_to(&text, other)).cloned());
        }
        Ok(needed)
    }

    fn write_core(&self, library: &Library, needed: &BTreeSet<String>) -> Result<()> {
        self.write("core/src/lib.rs", &library.core(needed))?;
        for name in needed {
            let mut text = files::read(&self.source.join("src").join(format!("{name}.rs")))?;
            if library.calls(name) {
                text = text.replace("pub(crate) fn ", "pub fn "); // The binding is another crate there.
            }
            self.write(&format!("core/src/{name}.rs"), &text)?;
        }
        let mut tables = self.dependencies(Path::new(".."))?;
        let build_script = self.module.folder.join("build.rs");
        if build_script.is_file() {
            self.write("core/build.rs", &files::read(&build_script)?)?;
        } else {
            tables.remove("build-dependencies");
        }
        let mut sections = vec![("package".to_owned(), self.package(&self.module.package)?)];
        sections.extend(tables.into_iter().filter_map(|(name, table)| match table {
            Value::Table(table) => Some((name, table)),
            _ => None,
        }));
        let features = self.features()?;
        if !features.is_empty() {
            let empty = features.iter().map(|name| (name.clone(), Value::Array(Vec::new()))).collect();
            sections.push(("features".to_owned(), empty));
        }
        let mut note = "";
        if self.chosen.iter().all(|exercise| exercise.rust_tests.is_empty()) {
            // Some of these crates have every wrapper linked into whatever uses them (`multiple-pymethods`).
            note = "# There are no Rust tests here. Those of a crate like this need Python's library to link.\n";
            sections.push(("lib".to_owned(), table([("test", false.into()), ("doctest", false.into())])));
        }
        self.write("core/Cargo.toml", &format!("{note}{}", manifest(&sections)))
    }

    /// The crates of the course that the module depends on: where each lies in the course, and its folder in the project.
    fn given_crates(&self) -> Result<Vec<(PathBuf, String)>> {
        let manifest = catalogue::parse(&self.module.folder.join("Cargo.toml"))?;
        let versions = self.versions()?;
        let given = manifest.get("dependencies").and_then(Value::as_table).into_iter().flatten();
        let paths = given
            .filter_map(|(name, value)| Some(resolve(name, value, Some(&versions)).get("path")?.as_str()?.to_owned()));
        Ok(paths.map(|path| (self.course.root.join(&path), folder_of(&path))).collect())
    }

    /// Copies them. What their manifests take from the course's workspace is written out.
    fn write_given_crates(&self) -> Result<()> {
        let versions = self.versions()?;
        for (from, folder) in self.given_crates()? {
            files::copy_tree(&from.join("src"), &self.folder.join(&folder).join("src"), &catalogue::is_source)?;
            let manifest_there = catalogue::parse(&from.join("Cargo.toml"))?;
            let text = |key: &str| manifest_there.get("package")?.get(key)?.as_str().map(str::to_owned);
            let mut package = self.package(&text("name").unwrap_or_default())?;
            package.insert("description".to_owned(), text("description").unwrap_or_default().into());
            let sections = [
                ("package".to_owned(), package),
                ("dependencies".to_owned(), resolved(&manifest_there, "dependencies", &versions)),
            ];
            self.write(&format!("{folder}/Cargo.toml"), &manifest(&sections))?;
        }
        Ok(())
    }

    fn write_binding(&self, library: &Library, needed: &BTreeSet<String>) -> Result<()> {
        let package = &self.module.package;
        let head = fill(include_str!("templates/export/binding.rs"), &[("PACKAGE", package)]);
        let body = library.binding(needed);
        self.write("src/lib.rs", &format!("{head}{body}"))?;
        let known = self.dependencies(Path::new(""))?;
        let mut dependencies = Table::new();
        for (name, value) in known.get("dependencies").and_then(Value::as_table).into_iter().flatten() {
            if name == "pyo3" || body.contains(&format!("{}::", name.replace('-', "_"))) {
                dependencies.insert(name.clone(), value.clone());
            }
        }
        dependencies.insert(package.clone(), table([("path", "core".into())]).into());
        let given = self.given_crates()?;
        let members: Vec<&str> =
            std::iter::once("core").chain(given.iter().map(|(_, folder)| folder.as_str())).collect();
        let workspace = table([
            ("members", members.into()),
            ("default-members", vec![".", "core"].into()),
            ("resolver", "3".into()),
        ]);
        let lib = table([
            ("name", format!("_{package}").into()),
            ("crate-type", vec!["cdylib"].into()),
            // It has no tests of its own, and would need Python to link them.
            ("test", false.into()),
            ("doctest", false.into()),
        ]);
        let mut sections = vec![
            ("workspace".to_owned(), workspace),
            ("package".to_owned(), self.package(&format!("{package}-python"))?),
            ("lib".to_owned(), lib),
            ("dependencies".to_owned(), dependencies),
        ];
        let features = self.features()?;
        if !features.is_empty() {
            let handed_on = |name: &String| (name.clone(), vec![format!("{package}/{name}")].into());
            let mut table: Table = features.iter().map(handed_on).collect();
            table.insert("default".to_owned(), features.into());
            sections.push(("features".to_owned(), table));
        }
        let root = catalogue::parse(&self.course.root.join("Cargo.toml"))?;
        for profile in ["dev", "release"] {
            if let Some(Value::Table(settings)) = root.get("profile").and_then(|profiles| profiles.get(profile)) {
                sections.push((format!("profile.{profile}"), settings.clone()));
            }
        }
        self.write("Cargo.toml", &manifest(&sections))
    }

    /// `[package]` with what the workspace says of all crates.
    fn package(&self, name: &str) -> Result<Table> {
        let workspace = catalogue::parse(&self.course.root.join("Cargo.toml"))?;
        let shared = |key: &str| workspace.get("workspace")?.get("package")?.get(key).cloned();
        let mut package = table([
            ("name", name.into()),
            ("description", self.module.summary.clone().into()),
            ("version", "0.1.0".into()),
            ("publish", false.into()),
        ]);
        for key in ["edition", "rust-version"] {
            if let Some(value) = shared(key) {
                package.insert(key.to_owned(), value);
            }
        }
        Ok(package)
    }

    /// The module's tables of dependencies, each with the version that the workspace gives it. `project` is the way from
    /// the crate that will have them to the project's folder.
    fn dependencies(&self, project: &Path) -> Result<Table> {
        let versions = self.versions()?;
        let manifest = catalogue::parse(&self.module.folder.join("Cargo.toml"))?;
        let mut found = Table::new();
        for key in ["dependencies", "dev-dependencies", "build-dependencies"] {
            if manifest.get(key).is_none() {
                continue;
            }
            let mut table = resolved(&manifest, key, &versions);
            for (_, dependency) in table.iter_mut() {
                if let Some(Value::String(path)) = dependency.get_mut("path") {
                    *path = files::with_slashes(&project.join(folder_of(path)));
                }
            }
            found.insert(key.to_owned(), table.into());
        }
        Ok(found)
    }

    /// The features that the module's crate has by default: what its tests use, and what ships does not have.
    fn features(&self) -> Result<Vec<String>> {
        let manifest = catalogue::parse(&self.module.folder.join("Cargo.toml"))?;
        let default = manifest.get("features").and_then(|features| features.get("default")).and_then(Value::as_array);
        Ok(default.into_iter().flatten().filter_map(|name| name.as_str().map(str::to_owned)).collect())
    }

    /// What the workspace says of each dependency.
    fn versions(&self) -> Result<Value> {
        let workspace = catalogue::parse(&self.course.root.join("Cargo.toml"))?;
        Ok(workspace
            .get("workspace")
            .and_then(|table| table.get("dependencies"))
            .cloned()
            .unwrap_or(Table::new().into()))
    }

    fn write_package(&self, library: &Library, needed: &BTreeSet<String>) -> Result<()> {
        let package = &self.module.package;
        let stub = files::read(&self.source.join(format!("{package}.pyi")))?;
        let is_there = |name: &String| self.whole || !library.is_left_out(name, needed);
        let names: Vec<String> = public_names(&stub).into_iter().filter(is_there).collect();
        let line = |name: &String| format!("    {name},\n");
        let init = fill(
            include_str!("templates/export/init.py"),
            &[
                ("DOC", &library.doc),
                ("PACKAGE", package),
                ("IMPORTS", &names.iter().map(line).collect::<String>()),
                ("NAMES", &names.iter().map(|name| format!("    \"{name}\",\n")).collect::<String>()),
            ],
        );
        self.write(&format!("python/{package}/__init__.py"), &init)?;
        let gone: Vec<String> = public_names(&stub).into_iter().filter(|name| !names.contains(name)).collect();
        self.write(&format!("python/{package}/__init__.pyi"), &without(&stub, &gone))?;
        self.write(&format!("python/{package}/py.typed"), "")
    }

    fn write_tests(&self, unsolved: &[&Exercise]) -> Result<()> {
        let package = &self.module.package;
        let is_unsolved = |exercise: &Exercise| unsolved.iter().any(|each| each.slug == exercise.slug);
        let mut expected_to_fail = Vec::new();
        let mut texts = Vec::new();
        for exercise in &self.chosen {
            for test in &exercise.tests {
                let name = test.file_name().unwrap_or_default().to_string_lossy().into_owned();
                let text = files::read(&self.module.folder.join(test))?;
                self.write(&format!("tests/{name}"), &text.replace("coursekit", KIT_NAME))?;
                texts.push(text);
                if is_unsolved(exercise) {
                    expected_to_fail.push(format!("\"{name}\""));
                }
            }
            for test in &exercise.rust_tests {
                let name = test.file_name().unwrap_or_default().to_string_lossy().into_owned();
                let text = files::read(&self.module.folder.join(test))?;
                // cargo looks for tests in this folder alone, not in those below it.
                let place = if is_unsolved(exercise) { "core/tests/unsolved" } else { "core/tests" };
                self.write(&format!("{place}/{name}"), &text)?;
            }
        }
        let conftest = fill(
            include_str!("templates/export/conftest.py"),
            &[("PACKAGE", package), ("UNSOLVED", &format!("[{}]", expected_to_fail.join(", ")))],
        );
        self.write("tests/conftest.py", &conftest)?;
        texts.extend(self.write_what_tests_share()?);
        for (name, text) in kit_files(&self.course.root.join("shared/python/coursekit"), &texts)? {
            self.write(&format!("tests/{KIT_NAME}/{name}.py"), &text.replace("coursekit", KIT_NAME))?;
        }
        let data = self.module.folder.join("data");
        if data.is_dir() {
            files::copy_tree(&data, &self.folder.join("data"), &|path| !path.ends_with("__pycache__"))?;
        }
        Ok(())
    }

    /// The files in the folder of tests that belong to no exercise: cases that several tests share, and inputs that once
    /// failed. Gives the texts of the Python files.
    fn write_what_tests_share(&self) -> Result<Vec<String>> {
        let folder = self.module.folder.join("tests");
        let is_test = |path: &Path| {
            let tests =
                self.module.exercises.iter().flat_map(|exercise| exercise.tests.iter().chain(&exercise.rust_tests));
            tests.map(|test| self.module.folder.join(test)).any(|test| test == path)
        };
        let mut texts = Vec::new();
        for path in files::entries(&folder)? {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if name == "__pycache__" || is_test(&path) {
                continue;
            }
            if path.is_dir() {
                files::copy_tree(&path, &self.folder.join("core/tests").join(&name), &|_| true)?;
            } else if path.extension().is_some_and(|end| end == "py") {
                let text = files::read(&path)?;
                self.write(&format!("tests/{name}"), &text.replace("coursekit", KIT_NAME))?;
                texts.push(text);
            } else {
                files::copy(&path, &self.folder.join("core/tests").join(&name))?;
            }
        }
        Ok(texts)
    }

    fn write_papers(&self, unsolved: &[&Exercise]) -> Result<()> {
        let package = &self.module.package;
        let distribution = package.replace('_', "-");
        let uses_numpy =
            self.dependencies(Path::new(""))?.get("dependencies").is_some_and(|table| table.get("numpy").is_some());
        let mut wanted =
            BTreeSet::from(["hypothesis".to_owned(), "numpy".to_owned(), "pytest".to_owned(), "mypy".to_owned()]);
        wanted.extend(self.own_packages()?);
        let quoted =
            |names: &BTreeSet<String>| names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ");
        let to_do = if unsolved.is_empty() { String::new() } else { format!("{}\n", still_to_do(unsolved)) };
        let given = self.given_crates()?;
        let rows = given
            .iter()
            .map(|(_, folder)| format!("| `{folder}/` | a crate that the course gives with the module |\n"));
        let rows: String = rows.collect();
        let without_features = if self.features()?.is_empty() { "" } else { WITHOUT_FEATURES };
        let words = [
            ("WITHOUT_FEATURES", without_features),
            ("DISTRIBUTION", distribution.as_str()),
            ("DESCRIPTION", &Value::from(self.module.summary.clone()).to_string()),
            ("DESCRIPTION_TEXT", &self.module.summary),
            ("PACKAGE", package),
            ("MODULE", &self.module.name),
            ("DEPENDENCIES", if uses_numpy { "\"numpy>=2\"" } else { "" }),
            ("DEV_DEPENDENCIES", &quoted(&wanted)),
            ("UNSOLVED", &to_do),
            ("GIVEN", &rows),
            ("PART", if self.whole { "" } else { PART }),
        ];
        for (path, template) in [
            ("pyproject.toml", include_str!("templates/export/pyproject.toml")),
            ("README.md", include_str!("templates/export/README.md")),
            (".github/workflows/ci.yml", include_str!("templates/export/ci.yml")),
            (".cargo/config.toml", include_str!("templates/export/config.toml")),
            (".gitignore", include_str!("templates/export/gitignore")),
        ] {
            self.write(path, &fill(template, &words))?;
        }
        files::copy(&self.course.root.join("Cargo.lock"), &self.folder.join("Cargo.lock"))
    }

    /// The Python packages that only this module's tests need: the names in the file that its lock file is made from.
    fn own_packages(&self) -> Result<Vec<String>> {
        let mut text = String::new();
        for lock in self.module.packages.iter().chain(&self.module.packages_with_gil) {
            text.push_str(&files::read(&self.course.root.join(lock).with_extension("in"))?);
        }
        let names =
            text.lines().map(str::trim).filter(|line| line.starts_with(|first: char| first.is_ascii_alphanumeric()));
        Ok(names.map(|line| line.split(';').next().unwrap_or(line).trim().to_owned()).collect())
    }
}

/// The modules of the test kit that these tests import, and those that they import in turn, with their texts.
fn kit_files(kit: &Path, tests: &[String]) -> Result<BTreeMap<String, String>> {
    let mut found = BTreeMap::new();
    let mut wanted = vec!["__init__".to_owned()];
    wanted.extend(tests.iter().flat_map(|text| imported(text, "coursekit.")));
    while let Some(name) = wanted.pop() {
        if let Entry::Vacant(place) = found.entry(name) {
            let text = files::read(&kit.join(format!("{}.py", place.key())))?;
            wanted.extend(imported(&text, "."));
            place.insert(text);
        }
    }
    Ok(found)
}

/// What a Python text imports from below `prefix`: `one` of `from .one import …`, and both of `from . import one, two`.
fn imported(text: &str, prefix: &str) -> Vec<String> {
    let from_below = |line: &'_ str| Some(line.trim_start().strip_prefix("from ")?.strip_prefix(prefix)?.to_owned());
    let names = |rest: String| match rest.trim_start().strip_prefix("import ") {
        Some(names) => names.split(',').map(|name| name.trim().to_owned()).collect::<Vec<_>>(),
        None => rest.split_whitespace().next().map(str::to_owned).into_iter().collect(),
    };
    text.lines().filter_map(from_below).flat_map(names).collect()
}

fn table<const N: usize>(entries: [(&str, Value); N]) -> Table {
    entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

/// A manifest with its tables in this order, and a line for each entry.
fn manifest(sections: &[(String, Table)]) -> String {
    const FIRST: [&str; 3] = ["name", "description", "version"];
    let place = |key: &str| FIRST.iter().position(|first| *first == key).unwrap_or(FIRST.len());
    let blocks = sections.iter().map(|(name, table)| {
        let mut entries: Vec<_> = table.iter().collect();
        entries.sort_by_key(|(key, _)| (place(key), (*key).clone()));
        let lines = entries.into_iter().map(|(key, value)| format!("{key} = {value}\n"));
        format!("[{name}]\n{}", lines.collect::<String>())
    });
    blocks.collect::<Vec<_>>().join("\n")
}

/// A table of dependencies of a manifest, each with the version that the workspace gives it.
fn resolved(manifest: &Table, key: &str, versions: &Value) -> Table {
    let given = manifest.get(key).and_then(Value::as_table).into_iter().flatten();
    given.map(|(name, value)| (name.clone(), resolve(name, value, Some(versions)))).collect()
}

/// The folder that a crate of the course has in the project: the last of its path.
fn folder_of(path: &str) -> String {
    Path::new(path).file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// A dependency with the workspace's version in place of `workspace = true`.
fn resolve(name: &str, value: &Value, versions: Option<&Value>) -> Value {
    let shared = versions.and_then(|table| table.get(name));
    match (value, shared) {
        (Value::Table(own), Some(shared)) if own.get("workspace").and_then(Value::as_bool) == Some(true) => {
            let mut merged = match shared {
                Value::Table(table) => table.clone(),
                version => table([("version", version.clone())]),
            };
            let of = |table: &Table| table.get("features").and_then(Value::as_array).cloned().unwrap_or_default();
            let features: Vec<Value> = of(&merged).into_iter().chain(of(own)).collect();
            merged.extend(
                own.iter().filter(|(key, _)| *key != "workspace").map(|(key, value)| (key.clone(), value.clone())),
            );
            if !features.is_empty() {
                merged.insert("features".to_owned(), features.into());
            }
            merged.into()
        }
        _ => value.clone(),
    }
}

/// A crate's `lib.rs` in two parts: the table of contents for Python, and the rest.
struct Library {
    /// The crate's name in paths.
    crate_name: String,
    /// Everything but the Python module.
    rest: String,
    /// The Python module, from its doc comment to its closing brace.
    contents: String,
    /// The first line of its doc comment.
    doc: String,
    /// The files beside it.
    modules: Vec<String>,
}

impl Library {
    fn read(text: &str, package: &str) -> Option<Self> {
        let lines: Vec<&str> = text.lines().collect();
        let attribute =
            lines.iter().position(|line| line.starts_with("#[pyo3::pymodule") || line.starts_with("#[pymodule"))?;
        let is_above = |line: &&&str| line.starts_with("//") && !line.starts_with("//!");
        let above = lines[..attribute].iter().rev().take_while(is_above).count();
        let (start, end) = (attribute - above, attribute + lines[attribute..].iter().position(|line| *line == "}")?);
        let doc = lines[start..attribute].iter().find_map(|line| line.strip_prefix("/// ")).unwrap_or_default();
        let modules = lines.iter().filter_map(|line| {
            line.strip_prefix("pub mod ").or_else(|| line.strip_prefix("mod ")).and_then(|rest| rest.strip_suffix(';'))
        });
        Some(Self {
            crate_name: package.to_owned(),
            rest: [&lines[..start], &lines[end + 1..]].concat().join("\n"),
            contents: lines[start..=end].join("\n"),
            doc: doc.to_owned(),
            modules: modules.map(str::to_owned).collect(),
        })
    }

    /// Whether code of the library itself, past declaring and exporting, uses one of its files.
    fn calls(&self, name: &str) -> bool {
        let uses = |text: &str| {
            text.lines().any(|line| {
                let line = line.trim_start();
                !line.starts_with("pub mod ")
                    && !line.starts_with("mod ")
                    && !line.starts_with("use super::")
                    && refers_to(line, name)
            })
        };
        uses(&self.rest) || uses(&self.contents)
    }

    /// Whether the table of contents has a public name from a file that is left out.
    fn is_left_out(&self, public: &str, needed: &BTreeSet<String>) -> bool {
        self.exports().iter().any(|(file, names)| {
            self.modules.contains(file) && !needed.contains(file) && names.iter().any(|name| name == public)
        })
    }

    /// Each export: the file or type it is from, and the names.
    fn exports(&self) -> Vec<(String, Vec<String>)> {
        let lines = self.contents.lines().filter_map(|line| line.trim().strip_prefix("use super::")?.strip_suffix(';'));
        lines
            .map(|path| {
                let (file, names) = path.split_once("::").unwrap_or((path, path));
                let names = names.trim_matches(['{', '}']).split(',').map(|name| name.trim().to_owned());
                (file.to_owned(), names.collect())
            })
            .collect()
    }

    /// `core/src/lib.rs`: the rest, open to the binding.
    fn core(&self, needed: &BTreeSet<String>) -> String {
        let is_needed = |line: &&str| {
            let name = line
                .strip_prefix("pub mod ")
                .or_else(|| line.strip_prefix("mod "))
                .and_then(|rest| rest.strip_suffix(';'));
            name.is_none_or(|name| needed.contains(name))
        };
        let opened = self.rest.lines().filter(is_needed).map(|line| {
            let line = line.replace("pub(super) ", "pub ").replace("pub(crate) ", "pub ");
            if line.starts_with("mod ") { format!("pub {line}") } else { line }
        });
        format!("{}\n", opened.collect::<Vec<_>>().join("\n").trim_end())
    }

    /// `src/lib.rs`: the table of contents, under its private name.
    fn binding(&self, needed: &BTreeSet<String>) -> String {
        let mut lines: Vec<String> = Vec::new();
        for line in self.contents.lines() {
            let path = line.trim().strip_prefix("use super::");
            let file = path.map(|path| path.split("::").next().unwrap_or_default().trim_end_matches(';'));
            if file.is_some_and(|file| self.modules.iter().any(|module| module == file) && !needed.contains(file)) {
                // With it goes the attribute above.
                if lines.last().is_some_and(|above| above.trim() == "#[pymodule_export]") {
                    lines.pop();
                }
                continue;
            }
            // From the root: the function that is imported often has the crate's own name.
            let line = line.replace("super::", &format!("::{}::", self.crate_name));
            let line =
                line.replace(&format!("name = \"{}\"", self.crate_name), &format!("name = \"_{}\"", self.crate_name));
            let line =
                if line.starts_with("#[pymodule") { line.replacen("#[pymodule", "#[pyo3::pymodule", 1) } else { line };
            lines.push(line);
        }
        format!("{}\n", lines.join("\n"))
    }
}

/// Whether the text has `NAME::` as a path of this crate, or imports it.
fn refers_to(text: &str, name: &str) -> bool {
    let starts = |at: usize| {
        let before = text[..at].chars().next_back();
        !before.is_some_and(|before| before.is_alphanumeric() || before == '_')
    };
    let ends = |end: usize| {
        let after = text[end..].chars().next();
        !after.is_some_and(|after| after.is_alphanumeric() || after == '_')
    };
    text.match_indices(name).any(|(at, found)| {
        let end = at + found.len();
        let is_path =
            text[end..].starts_with("::") || text[..at].ends_with("crate::") || text[..at].ends_with("super::");
        is_path && starts(at) && ends(end)
    })
}

/// The methods that a file defines: functions that do not begin at the margin. `new` is everybody's.
fn methods_of(text: &str) -> Vec<String> {
    let defined = text.lines().filter(|line| line.starts_with(' ')).filter_map(|line| {
        let (before, rest) = line.split_once("fn ")?;
        let is_definition = before.trim().is_empty() || before.trim().starts_with("pub");
        let name: String = rest.chars().take_while(|each| each.is_alphanumeric() || *each == '_').collect();
        (is_definition && name != "new" && !name.is_empty()).then_some(name)
    });
    defined.collect()
}

/// The names in a stub's `__all__`, or those that it defines.
fn public_names(stub: &str) -> Vec<String> {
    let listed = stub.split_once("__all__ = [").and_then(|(_, rest)| rest.split_once(']'));
    let names: Vec<String> = match listed {
        Some((list, _)) => list.split(',').map(|name| name.trim().trim_matches(['"', '\'']).to_owned()).collect(),
        None => stub
            .lines()
            .filter_map(|line| line.strip_prefix("def ").or_else(|| line.strip_prefix("class ")))
            .map(|rest| rest.split(['(', ':']).next().unwrap_or_default().to_owned())
            .collect(),
    };
    let mut names: Vec<String> = names.into_iter().filter(|name| !name.is_empty()).collect();
    names.sort();
    names.dedup(); // An overloaded function is defined several times.
    names
}

/// A stub without some of its functions and classes.
fn without(stub: &str, gone: &[String]) -> String {
    let is_gone = |line: &str| {
        let name = line.strip_prefix("def ").or_else(|| line.strip_prefix("class "));
        name.is_some_and(|rest| gone.iter().any(|each| rest.split(['(', ':']).next() == Some(each)))
    };
    let mut kept = String::new();
    let mut decorators = String::new();
    let mut inside = false;
    for line in stub.lines() {
        if line.starts_with('@') {
            decorators.push_str(&format!("{line}\n"));
            continue;
        }
        if !line.starts_with([' ', ')']) && !line.is_empty() {
            inside = is_gone(line);
        }
        if !inside {
            kept.push_str(&format!("{decorators}{line}\n"));
        }
        decorators.clear();
    }
    // Their names in `__all__`, on lines of their own or among others.
    for name in gone {
        for listed in [format!("    \"{name}\",\n"), format!("\"{name}\", "), format!(", \"{name}\"")] {
            kept = kept.replacen(&listed, "", 1);
        }
    }
    kept
}

fn still_to_do(unsolved: &[&Exercise]) -> String {
    let lines = unsolved.iter().map(|exercise| {
        let files: Vec<String> = exercise
            .files
            .iter()
            .map(|file| match file.strip_prefix(PROJECT) {
                Ok(inside) => format!("`{}`", files::with_slashes(inside)),
                Err(_) => format!("`core/{}`", files::with_slashes(file)),
            })
            .collect();
        format!("- {} ({}): {}\n", exercise.title, exercise.id(), files.join(", "))
    });
    format!(
        "## Still to do\n\nThese parts were not written yet when the project left the course. They are stubs, and their tests are \
         expected to fail.\n\n{}",
        lines.collect::<String>()
    )
}

fn fill(template: &str, words: &[(&str, &str)]) -> String {
    words.iter().fold(template.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
}

/// Has cargo take out of the course's lock file what this project does not need. The versions stay.
fn settle_lock_file(folder: &Path) -> Result<()> {
    let mut command = workspace::cargo(folder);
    command.args(["metadata", "--offline", "--quiet", "--format-version", "1"]);
    let finished = process::run(
        &mut command,
        Limits { time: std::time::Duration::from_secs(120), output: 64 << 20 },
        &CancellationToken::default(),
    )?;
    if finished.exit.success() {
        return Ok(());
    }
    // The project is there; what is missing is a crate, or a manifest that the learner has not mended yet.
    output::complain(format!(
        "cargo cannot read the new project yet, so its Cargo.lock is not settled:\n{}",
        finished.stderr.trim_end()
    ));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIB: &str = "//! Doc.\n\npub mod fast;\npub mod slow;\nmod shared;\n\n/// What it does.\n// Why so.\n#[pyo3::pymodule(name = \"sums\")]\n\
        mod python {\n    #[pymodule_export]\n    use super::fast::{fast, faster};\n    #[pymodule_export]\n    use super::slow::slow;\n\n    \
        #[pymodule_init]\n    fn init(m: &M) {\n        super::shared::fill(m)\n    }\n}\n\nmod tools {\n    pub(super) fn sum() {}\n}\n";

    fn library() -> Library {
        Library::read(LIB, "sums").unwrap()
    }

    fn needed(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn a_library_is_taken_apart() {
        let library = library();
        assert_eq!(library.modules, ["fast", "slow", "shared"]);
        assert_eq!(library.doc, "What it does.");
        assert!(library.calls("shared") && !library.calls("fast"));
        let core = library.core(&needed(&["fast", "slow", "shared"]));
        assert!(core.contains("pub mod shared;") && core.contains("pub mod tools {\n    pub fn sum() {}"), "{core}");
        assert!(!core.contains("pymodule"), "{core}");
    }

    #[test]
    fn the_binding_has_the_private_name_and_what_is_needed() {
        let library = library();
        let binding = library.binding(&needed(&["slow", "shared"]));
        assert!(binding.contains("name = \"_sums\"") && binding.contains("use ::sums::slow::slow;"), "{binding}");
        assert!(!binding.contains("fast") && binding.contains("::sums::shared::fill(m)"), "{binding}");
        assert_eq!(binding.matches("#[pymodule_export]").count(), 1, "{binding}");
        assert!(library.is_left_out("faster", &needed(&["slow"])) && !library.is_left_out("slow", &needed(&["slow"])));
    }

    #[test]
    fn versions_come_from_the_workspace() {
        let versions: Value =
            "a = \"1.2\"\nb = { version = \"3\", features = [\"x\"] }".parse::<Table>().unwrap().into();
        let own: Table =
            "a = { workspace = true }\nb = { workspace = true, features = [\"y\"] }\nc = \"4\"".parse().unwrap();
        let resolved = |name: &str| resolve(name, &own[name], Some(&versions)).to_string();
        assert_eq!(resolved("a"), "{ version = \"1.2\" }");
        assert!(resolved("b").contains("features = [\"x\", \"y\"]") && resolved("b").contains("version = \"3\""));
        assert_eq!(resolved("c"), "\"4\"");
    }

    #[test]
    fn a_stub_loses_what_is_left_out() {
        let stub = "__all__ = [\"One\", \"two\"]\n\n@final\nclass One:\n    def a(self) -> int: ...\n\ndef two(\n    x: int,\n) -> int: ...\n";
        let cut = without(stub, &["One".to_owned()]);
        assert_eq!(cut, "__all__ = [\"two\"]\n\ndef two(\n    x: int,\n) -> int: ...\n");
        assert_eq!(without(stub, &["two".to_owned()]).matches("two").count(), 0);
        assert_eq!(public_names(stub), ["One", "two"]);
    }

    #[test]
    fn imports_of_the_kit_are_found() {
        let test = "from coursekit import expect\n    from coursekit.turns import one\nfrom os.path import x\n";
        assert_eq!(imported(test, "coursekit."), ["turns"]);
        assert_eq!(
            imported("from .show import a, b\nfrom . import failures, worker\n", "."),
            ["show", "failures", "worker"]
        );
    }

    #[test]
    fn methods_are_found() {
        let text = "fn free() {}\nimpl A {\n    fn new() {}\n    pub fn drain(&mut self) {}\n    // a fn x\n    pub(crate) fn mean() {}\n}\n";
        assert_eq!(methods_of(text), ["drain", "mean"]);
    }

    #[test]
    fn names_are_found_as_whole_paths() {
        assert!(
            refers_to("use crate::slow::x;", "slow")
                && refers_to("slow::x()", "slow")
                && refers_to("use super::slow;", "slow")
        );
        assert!(
            !refers_to("very_slow::x()", "slow") && !refers_to("slower::x()", "slow") && !refers_to("slow(x)", "slow")
        );
    }
}
