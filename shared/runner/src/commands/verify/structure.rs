//! Whether every exercise has all its parts, and every part is named.

use std::collections::BTreeSet;
use std::path::Path;

use toml::Value;

use super::Tally;
use crate::catalogue::{self, Course, Exercise, Module};
use crate::files;

/// Hints of each exercise, from a nudge to nearly there.
const HINTS: usize = 3;

/// Wrong versions of each exercise that its tests must catch.
const WRONG_VERSIONS: usize = 2;

/// Sections of every lesson, beside one for each exercise.
const SECTIONS: [&str; 3] = ["## Where tutorials go wrong", "## What it costs", "## Going further"];

/// What concerns the course as a whole.
pub(super) fn check_course(course: &Course, tally: &mut Tally) {
    let mut faults = Faults::default();
    let readme = std::fs::read_to_string(course.root.join("README.md")).unwrap_or_default();
    let book = std::fs::read_to_string(course.root.join("docs/src/SUMMARY.md")).unwrap_or_default();
    for module in &course.modules {
        faults.unless(readme.contains(&format!("modules/{}", module.name)), || {
            format!("README.md does not name modules/{}", module.name)
        });
        faults.unless(book.contains(&module.name), || format!("docs/src/SUMMARY.md does not name {}", module.name));
        faults.unless(module.name.starts_with(|first: char| first.is_ascii_digit()), || {
            format!("{} does not begin with its number", module.name)
        });
    }
    tally.record("the README and the book name every module", faults.result());
}

/// What concerns one module and its exercises.
pub(super) fn check_module(module: &Module, tally: &mut Tally) {
    tally.record(&format!("{}: the module is complete", module.name), module_parts(module));
    tally.record(&format!("{}: every test file is in the catalogue", module.name), tests_are_named(module));
    let lesson = std::fs::read_to_string(module.lesson()).unwrap_or_default();
    for exercise in &module.exercises {
        tally.record(&format!("{}: has its parts", exercise.id()), exercise_parts(module, exercise, &lesson));
    }
}

/// Collects what is wrong.
#[derive(Default)]
struct Faults(Vec<String>);

impl Faults {
    fn unless(&mut self, holds: bool, fault: impl FnOnce() -> String) {
        if !holds {
            self.0.push(fault());
        }
    }

    fn result(self) -> Result<(), String> {
        if self.0.is_empty() { Ok(()) } else { Err(self.0.join("\n")) }
    }
}

fn module_parts(module: &Module) -> Result<(), String> {
    let mut faults = Faults::default();
    let type_stub = format!("{}.pyi", module.package);
    for (folder, parts) in [
        (
            &module.folder,
            vec!["README.md", "Cargo.toml", "pyproject.toml", "bench.py", "src/lib.rs", type_stub.as_str()],
        ),
        (&module.solution_folder, vec!["Cargo.toml", "pyproject.toml", "src/lib.rs", type_stub.as_str()]),
    ] {
        for part in parts {
            faults.unless(folder.join(part).is_file(), || format!("{} is missing", shown(&folder.join(part))));
        }
    }
    faults.unless(!module.exercises.is_empty(), || "it has no exercises".to_owned());
    faults.unless(!module.title.is_empty() && !module.summary.is_empty(), || {
        "course.toml: title or summary is empty".to_owned()
    });
    // A solution is the module with other exercise files, and nothing else.
    let is_exercise =
        |file: &str| module.exercises.iter().flat_map(|exercise| &exercise.files).any(|path| path == Path::new(file));
    let mut shared = BTreeSet::from([type_stub]);
    for folder in [&module.folder, &module.solution_folder] {
        let sources = files::entries(&folder.join("src")).unwrap_or_default();
        shared.extend(
            sources.iter().filter_map(|path| path.file_name()).map(|name| format!("src/{}", name.to_string_lossy())),
        );
    }
    for same in shared.iter().filter(|file| !is_exercise(file)) {
        let read = |folder: &Path| std::fs::read(folder.join(same)).ok();
        faults.unless(read(&module.folder) == read(&module.solution_folder), || {
            format!("the solution's {same} differs from the module's")
        });
    }
    check_manifest(&module.folder, &module.package, &mut faults);
    check_manifest(&module.solution_folder, &format!("{}_solution", module.package), &mut faults);
    let lesson = std::fs::read_to_string(module.lesson()).unwrap_or_default();
    for section in SECTIONS {
        faults.unless(lesson.lines().any(|line| line.starts_with(section)), || {
            format!("the lesson has no section `{section}`")
        });
    }
    let shim = std::fs::read_to_string(module.solution_folder.join("tests/module_tests.rs")).unwrap_or_default();
    for test in module.exercises.iter().flat_map(|exercise| &exercise.rust_tests) {
        let path = format!("modules/{}/{}", module.name, files::with_slashes(test));
        faults.unless(shim.contains(&path), || format!("the solution's tests/module_tests.rs does not include {path}"));
    }
    faults.result()
}

/// The package's name, and that all versions come from the workspace.
fn check_manifest(folder: &Path, name: &str, faults: &mut Faults) {
    let Ok(manifest) = catalogue::parse(&folder.join("Cargo.toml")) else {
        faults.unless(false, || format!("{} cannot be read", shown(&folder.join("Cargo.toml"))));
        return;
    };
    let found =
        manifest.get("package").and_then(|package| package.get("name")).and_then(Value::as_str).unwrap_or_default();
    faults.unless(found == name, || format!("{}: the package is called `{found}`, not `{name}`", shown(folder)));
    for table in ["dependencies", "dev-dependencies"] {
        for (dependency, value) in manifest.get(table).and_then(Value::as_table).into_iter().flatten() {
            faults.unless(value.get("workspace").and_then(Value::as_bool) == Some(true), || {
                format!("{}: `{dependency}` does not take its version from the workspace", shown(folder))
            });
        }
    }
}

fn tests_are_named(module: &Module) -> Result<(), String> {
    let named: BTreeSet<String> = module
        .exercises
        .iter()
        .flat_map(|exercise| exercise.tests.iter().chain(&exercise.rust_tests))
        .map(|path| files::with_slashes(path))
        .collect();
    let mut faults = Faults::default();
    for path in files::entries(&module.folder.join("tests")).map_err(|fault| fault.to_string())? {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let is_test = name.ends_with(".rs") || (name.ends_with(".py") && name.starts_with("test_"));
        faults.unless(!is_test || named.contains(&format!("tests/{name}")), || {
            format!("tests/{name} is not named in course.toml")
        });
    }
    faults.result()
}

fn exercise_parts(module: &Module, exercise: &Exercise, lesson: &str) -> Result<(), String> {
    let mut faults = Faults::default();
    let main = exercise.files[0].file_stem().unwrap_or_default().to_string_lossy();
    let is_shared = module.exercises.iter().any(|other| other.slug != exercise.slug && other.shares_a_file(exercise));
    faults.unless(main == exercise.slug || is_shared, || {
        format!("its main file is called {main}, not {}", exercise.slug)
    });
    faults.unless(!exercise.title.is_empty(), || "the title is empty".to_owned());
    faults.unless(exercise.points > 0, || "it has no points".to_owned());
    faults.unless(exercise.minutes > 0, || "it has no minutes".to_owned());
    faults.unless(!exercise.concepts.is_empty(), || "it names no concepts".to_owned());
    let hints: BTreeSet<&String> = exercise.hints.iter().filter(|hint| !hint.is_empty()).collect();
    faults.unless(hints.len() == HINTS && exercise.hints.len() == HINTS, || {
        format!("it has {} different hints, not {HINTS}", hints.len())
    });
    faults.unless(!exercise.tests.is_empty(), || "it has no tests".to_owned());
    for path in exercise.tests.iter().chain(&exercise.rust_tests) {
        faults.unless(module.folder.join(path).is_file(), || format!("{} is missing", path.display()));
    }
    for path in &exercise.files {
        for part in [module.folder.join(path), module.stub(path), module.solution_folder.join(path)] {
            faults.unless(part.is_file(), || format!("{} is missing", shown(&part)));
        }
    }
    let heading = format!("`{}`", exercise.slug);
    faults.unless(lesson.lines().any(|line| line.starts_with("## Exercise") && line.contains(&heading)), || {
        format!("the lesson has no section `## Exercise … {heading}`")
    });
    let wrong = wrong_versions(module, exercise).len();
    faults.unless(wrong >= WRONG_VERSIONS, || format!("it has {wrong} wrong versions, fewer than {WRONG_VERSIONS}"));
    faults.result()
}

/// The files `solutions/NN/wrong/<exercise>.<name>.rs`, with their names `<exercise>.<name>`.
pub(super) fn wrong_versions(module: &Module, exercise: &Exercise) -> Vec<(String, std::path::PathBuf)> {
    let paths = files::entries(&module.solution_folder.join("wrong")).unwrap_or_default();
    let named = paths.into_iter().filter_map(|path| Some((path.file_stem()?.to_string_lossy().into_owned(), path)));
    named.filter(|(name, _)| name.split('.').next() == Some(&exercise.slug)).collect()
}

fn shown(path: &Path) -> String {
    let path = files::with_slashes(path);
    // From `modules/` or `solutions/` on: the part before is the reader's own folder.
    let start = path.find("/modules/").or_else(|| path.find("/solutions/")).map_or(0, |at| at + 1);
    path[start..].to_owned()
}
