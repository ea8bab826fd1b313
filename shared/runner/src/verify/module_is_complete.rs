//! Every module has all its parts, and a solution is the module with other exercise files and nothing else.

use std::collections::BTreeSet;
use std::path::Path;

use course_core::catalogue::{self, Module};
use course_core::files;
use toml::Value;

use super::Tally;
use super::problems::{Problems, shown};

/// Sections of every lesson, beside one for each exercise.
const SECTIONS: [&str; 3] = ["## Where tutorials go wrong", "## What it costs", "## Going further"];

/// Minutes after which people should be told of a good place to stop.
const LONGEST_SITTING: u32 = 180;

/// Checks the claim.
pub(super) fn check(module: &Module, tally: &mut Tally) {
    tally.record(&format!("{}: the module is complete", module.name), module_parts(module));
}

fn module_parts(module: &Module) -> Result<(), String> {
    let mut problems = Problems::default();
    let type_stub = module.type_stub();
    for (folder, parts) in [
        (
            &module.folder,
            vec!["README.md", "Cargo.toml", "pyproject.toml", "bench.py", "src/lib.rs", type_stub.as_str()],
        ),
        (&module.solution_folder, vec!["Cargo.toml", "pyproject.toml", "src/lib.rs", type_stub.as_str()]),
    ] {
        for part in parts {
            problems.require(folder.join(part).is_file(), || format!("{} is missing", shown(&folder.join(part))));
        }
    }
    problems.require(!module.exercises.is_empty(), || "it has no exercises".to_owned());
    problems.require(!module.title.is_empty() && !module.summary.is_empty(), || {
        "course.toml: title or summary is empty".to_owned()
    });
    for sitting in module.sittings() {
        let minutes: u32 = sitting.iter().map(|exercise| exercise.minutes).sum();
        problems.require(minutes <= LONGEST_SITTING, || {
            format!(
                "from `{}` on it takes {minutes} minutes without a place to stop: split it, or give an exercise \
                 `pause_before = true` in course.toml",
                sitting[0].slug
            )
        });
    }
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
        problems.require(read(&module.folder) == read(&module.solution_folder), || {
            format!("the solution's {same} differs from the module's")
        });
    }
    check_manifest(&module.folder, &module.package, &mut problems);
    check_manifest(&module.solution_folder, &format!("{}_solution", module.package), &mut problems);
    let lesson = std::fs::read_to_string(module.lesson()).unwrap_or_default();
    for section in SECTIONS {
        problems.require(lesson.lines().any(|line| line.starts_with(section)), || {
            format!("the lesson has no section `{section}`")
        });
    }
    let shim = std::fs::read_to_string(module.solution_folder.join("tests/module_tests.rs")).unwrap_or_default();
    for test in module.exercises.iter().flat_map(|exercise| &exercise.rust_tests) {
        let path = format!("modules/{}/{}", module.name, files::with_slashes(test));
        problems
            .require(shim.contains(&path), || format!("the solution's tests/module_tests.rs does not include {path}"));
    }
    problems.result()
}

/// The package's name, and that all versions come from the workspace.
fn check_manifest(folder: &Path, name: &str, problems: &mut Problems) {
    let Ok(manifest) = catalogue::parse(&folder.join("Cargo.toml")) else {
        problems.require(false, || format!("{} cannot be read", shown(&folder.join("Cargo.toml"))));
        return;
    };
    let found =
        manifest.get("package").and_then(|package| package.get("name")).and_then(Value::as_str).unwrap_or_default();
    problems.require(found == name, || format!("{}: the package is called `{found}`, not `{name}`", shown(folder)));
    for table in ["dependencies", "dev-dependencies"] {
        for (dependency, value) in manifest.get(table).and_then(Value::as_table).into_iter().flatten() {
            problems.require(value.get("workspace").and_then(Value::as_bool) == Some(true), || {
                format!("{}: `{dependency}` does not take its version from the workspace", shown(folder))
            });
        }
    }
}
