//! Makes a project of its own of the learner's code.
//!
//! The crate in `core` is the module's Rust as it stands. The binding is the module's table of contents, moved into a crate
//! of its own; the Python package around it names what is public. The module's companion crates come along, each in
//! a folder beside `core`. If the module's work is a project already (`11_ship_it`), that project is taken as it is.

mod crates;
mod library;
mod manifest;
mod project_files;
mod test_kit;
mod type_stub;

use std::collections::BTreeSet;
use std::path::Path;

use course_core::catalogue::{Course, Exercise, Module};
use course_core::process::{self, CancellationToken, Limits};
use course_core::{Error, Result, files, workspace};

use crate::actions::task::TODO;
use crate::exit_status::ExitStatus;
use crate::ui::output;

use library::{Library, methods_of, refers_to};
use project_files::still_to_do;

/// The folder of a module whose work is a project, not a crate of the course.
const PROJECT: &str = "project";

/// Makes the project in `folder`, from the learner's work or from the solution.
pub(crate) fn run(course: &Course, id: &str, folder: &Path, solved: bool) -> Result<ExitStatus> {
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
    prune_lock_file(folder)?;
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
            Err(Error::new(format!("{shown} already exists and is not a folder.")).advice("Choose another name."))
        }
        Ok(_) if files::entries(folder)?.is_empty() => Ok(()),
        Ok(_) => Err(Error::new(format!("{shown} already exists and is not empty."))
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
    /// Whether the chosen exercises lie in the module's project rather than in its crate.
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
        self.write(".gitignore", include_str!("templates/gitignore"))?;
        // Its manifest is the learner's, and has no extra for tests.
        let workflow =
            include_str!("templates/ci.yml").replace("install maturin", "install maturin pytest").replace("[test]", "");
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
        self.write_companion_crates()?;
        self.write_binding(&library, &needed)?;
        self.write_package(&library, &needed)?;
        let unsolved = self.unsolved();
        self.write_tests(&unsolved)?;
        self.write_project_files(&unsolved)?;
        Ok(unsolved.iter().map(|exercise| exercise.id()).collect())
    }

    /// The Rust files, by module name, that the chosen exercises stand on: all of the crate, or those that their files
    /// refer to.
    fn needed_files(&self, library: &Library) -> Result<BTreeSet<String>> {
        let all: BTreeSet<String> = library.modules.iter().cloned().collect();
        if self.whole {
            return Ok(all);
        }
        let source = |name: &str| files::read(&self.source.join("src").join(format!("{name}.rs")));
        // A class may have its methods in several files: a caller of a method needs the method's file.
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
}

/// Has cargo take out of the course's lock file what this project does not need. The versions stay.
fn prune_lock_file(folder: &Path) -> Result<()> {
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
    // The project is there; a crate is missing, or the learner has not mended a manifest yet.
    output::complain(format!(
        "cargo cannot read the new project yet, so its Cargo.lock is not pruned:\n{}",
        finished.stderr.trim_end()
    ));
    Ok(())
}
