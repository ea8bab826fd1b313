//! A copy of the modules in which exercise files can be swapped, so that stubs and wrong versions are built as what they
//! stand for and the learner's own files are never touched.

use std::path::{Path, PathBuf};

use toml::{Table, Value};

use crate::catalogue::{self, Course, Exercise, Module};
use crate::fault::{Fault, Outcome};
use crate::files;
use crate::judge::Source;
use crate::terminal;

/// The copy: a workspace with the course's versions and profiles, and a target folder of its own.
#[derive(Debug)]
pub(super) struct Mirror {
    tree: PathBuf,
    target: PathBuf,
    /// Held while the copy is in use: two `verify` in one folder would swap files under each other.
    _lock: std::fs::File,
}

/// Which file stands in an exercise's place.
#[derive(Debug, Clone, Copy)]
pub(super) enum Fill<'f> {
    Stub,
    Solution,
    /// This file in place of the main one; the solution for the others.
    Wrong(&'f Path),
}

impl Mirror {
    /// Copies manifests and Rust tests. It lies inside the course, so that cargo finds the same settings.
    pub(super) fn make(course: &Course) -> Outcome<Self> {
        let base = course.root.join("target").join("verify");
        let mirror = Self { tree: base.join("tree"), target: base.join("target"), _lock: wait_for_turn(&base)? };
        let mut manifest = catalogue::parse(&course.root.join("Cargo.toml"))?;
        if let Some(Value::Table(workspace)) = manifest.get_mut("workspace") {
            workspace.insert("members".to_owned(), vec!["modules/*", "lessons/*"].into());
            workspace.remove("default-members");
        }
        // Modules that are gone must not stay members.
        let _ = std::fs::remove_dir_all(&mirror.tree);
        for module in &course.modules {
            mirror.copy_module(module)?;
        }
        mirror.write("Cargo.toml", &manifest.to_string())?;
        files::copy(&course.root.join("Cargo.lock"), &mirror.tree.join("Cargo.lock"))?;
        // A pattern of members must match something.
        mirror.add_lesson("placeholder", &Table::new(), "")?;
        Ok(mirror)
    }

    fn copy_module(&self, module: &Module) -> Outcome<()> {
        let folder = self.folder(module);
        files::make_folder(&folder)?;
        files::copy(&module.folder.join("Cargo.toml"), &folder.join("Cargo.toml"))?;
        let rust_only = |path: &Path| path.is_dir() || path.extension().is_some_and(|extension| extension == "rs");
        files::copy_tree(&module.folder.join("tests"), &folder.join("tests"), &rust_only)?;
        // All of it: lib.rs and the files that are given beside the exercises'.
        files::copy_tree(&module.solution_folder.join("src"), &folder.join("src"), &catalogue::is_source)?;
        for exercise in &module.exercises {
            self.fill(module, exercise, Fill::Solution)?;
        }
        let type_stub = format!("{}.pyi", module.package);
        files::copy(&module.solution_folder.join(&type_stub), &folder.join(&type_stub))
    }

    fn folder(&self, module: &Module) -> PathBuf {
        self.tree.join("modules").join(&module.name)
    }

    /// Puts a version of one exercise into place.
    pub(super) fn fill(&self, module: &Module, exercise: &Exercise, fill: Fill<'_>) -> Outcome<()> {
        for (index, file) in exercise.files.iter().enumerate() {
            let from = match fill {
                Fill::Stub => module.stub(file),
                Fill::Wrong(path) if index == 0 => path.to_owned(),
                Fill::Wrong(_) | Fill::Solution => module.solution_folder.join(file),
            };
            let to = self.folder(module).join(file);
            let text = files::read(&from)?;
            // Untouched where it is right: cargo rebuilds by time stamps.
            if std::fs::read_to_string(&to).is_ok_and(|old| old == text) {
                continue;
            }
            files::write_atomically(&to, text.as_bytes())?;
        }
        Ok(())
    }

    /// Fills all exercises of a module alike.
    pub(super) fn fill_all(&self, module: &Module, fill: Fill<'_>) -> Outcome<()> {
        module.exercises.iter().try_for_each(|exercise| self.fill(module, exercise, fill))
    }

    /// What the judge builds.
    pub(super) fn source(&self, module: &Module) -> Source {
        Source {
            workspace: self.tree.clone(),
            package: module.package.clone(),
            folder: self.folder(module),
            target: Some(self.target.clone()),
            has_rust_tests: true,
        }
    }

    /// Adds a crate with a lesson's Rust blocks. Gives the workspace and the target folder to check it in.
    pub(super) fn add_lesson(&self, name: &str, dependencies: &Table, source: &str) -> Outcome<(&Path, &Path)> {
        let mut package = Table::new();
        package.insert("name".to_owned(), format!("lesson_{name}").into());
        package.insert("version".to_owned(), "0.0.0".into());
        package.insert("edition".to_owned(), "2024".into());
        let mut manifest = Table::new();
        manifest.insert("package".to_owned(), package.into());
        manifest.insert("dependencies".to_owned(), dependencies.clone().into());
        self.write(&format!("lessons/{name}/Cargo.toml"), &manifest.to_string())?;
        self.write(&format!("lessons/{name}/src/lib.rs"), source)?;
        Ok((&self.tree, &self.target))
    }

    /// Removes a lesson's crate, so that one that must not compile does not disturb the others.
    pub(super) fn remove_lesson(&self, name: &str) -> Outcome<()> {
        let folder = self.tree.join("lessons").join(name);
        std::fs::remove_dir_all(&folder).map_err(|error| Fault::file("remove", &folder, &error))
    }

    fn write(&self, path: &str, text: &str) -> Outcome<()> {
        files::write_atomically(&self.tree.join(path), text.as_bytes())
    }
}

/// Waits until no other `verify` works in this folder.
fn wait_for_turn(base: &Path) -> Outcome<std::fs::File> {
    files::make_folder(base)?;
    let path = base.join("lock");
    let lock = std::fs::File::create(&path).map_err(|error| Fault::file("write", &path, &error))?;
    if lock.try_lock().is_err() {
        terminal::complain("Another `cargo course verify` is at work here; this one waits for it.");
        let _ = lock.lock(); // A folder without locks lets both go on, as before.
    }
    Ok(lock)
}
