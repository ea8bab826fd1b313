//! A copy of the modules in which exercise files can be swapped, so that stubs and wrong versions are built as what
//! they stand for and the learner's own files are never touched.

use std::path::{Path, PathBuf};

use course_core::catalogue::{Course, Exercise, Module};
use course_core::locks::{Lock, Unsupported};
use course_core::staging::{self, Version};
use course_core::{Error, Result, files};
use toml::Table;

use crate::check::staging::Source;
use crate::ui::output;

/// The copy: a workspace with the course's versions and profiles, and a target folder of its own.
#[derive(Debug)]
pub(super) struct Mirror {
    tree: PathBuf,
    target: PathBuf,
    /// Held while the copy is in use: two `verify` in one folder would swap files under each other.
    _lock: Lock,
}

impl Mirror {
    /// Copies manifests and Rust tests. It lies inside the course, so that cargo finds the same settings.
    pub(super) fn make(course: &Course) -> Result<Self> {
        let base = course.root.join("target").join("verify");
        let lock = Lock::wait_for(&base.join("lock"), Unsupported::Ignore, || {
            output::complain("Another `cargo course verify` is at work here; this one waits for it.");
        })?;
        let mirror = Self { tree: base.join("tree"), target: base.join("target"), _lock: lock };
        // Modules that are gone must not stay members.
        let _ = std::fs::remove_dir_all(&mirror.tree);
        for module in &course.modules {
            let folder = mirror.folder(module);
            staging::copy_module(module, &folder, Version::Solution)?;
            staging::copy_rust_tests(module, &folder)?;
        }
        staging::write_workspace(course, &mirror.tree, &["modules/*", "lessons/*"])?;
        // A pattern of members must match something.
        mirror.add_lesson("placeholder", &Table::new(), "")?;
        Ok(mirror)
    }

    fn folder(&self, module: &Module) -> PathBuf {
        self.tree.join("modules").join(&module.name)
    }

    /// Puts a version of one exercise into place.
    pub(super) fn fill(&self, module: &Module, exercise: &Exercise, version: Version<'_>) -> Result<()> {
        staging::put_version(module, exercise, &self.folder(module), version)
    }

    /// Fills all exercises of a module alike.
    pub(super) fn fill_all(&self, module: &Module, version: Version<'_>) -> Result<()> {
        module.exercises.iter().try_for_each(|exercise| self.fill(module, exercise, version))
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
    pub(super) fn add_lesson(&self, name: &str, dependencies: &Table, source: &str) -> Result<(&Path, &Path)> {
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
    pub(super) fn remove_lesson(&self, name: &str) -> Result<()> {
        let folder = self.tree.join("lessons").join(name);
        std::fs::remove_dir_all(&folder).map_err(|error| Error::file("remove", &folder, error))
    }

    fn write(&self, path: &str, text: &str) -> Result<()> {
        files::write_atomically(&self.tree.join(path), text.as_bytes())
    }
}
