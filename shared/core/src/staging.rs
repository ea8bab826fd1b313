//! Copies of the modules in a workspace of their own, with chosen versions of their exercises: so stubs, solutions and
//! submissions are built as what they stand for, and the learner's own files are never touched.

use std::path::{Path, PathBuf};

use toml::{Table, Value};

use crate::catalogue::{self, Course, Exercise, Module};
use crate::error::{Error, Result};
use crate::files;

/// The version of an exercise in its files.
#[derive(Debug, Clone, Copy)]
pub enum Version<'v> {
    /// The learner's starting point.
    Stub,
    /// The course's own solution.
    Solution,
    /// This text in the main file; the solution in the others.
    Wrong(&'v str),
}

/// Writes the manifest and the lock file of a workspace with the course's versions and profiles, and with these
/// members.
pub fn write_workspace(course: &Course, tree: &Path, members: &[&str]) -> Result<()> {
    let mut manifest = catalogue::parse(&course.root.join("Cargo.toml"))?;
    if let Some(Value::Table(workspace)) = manifest.get_mut("workspace") {
        workspace.insert("members".to_owned(), members.to_vec().into());
        workspace.remove("default-members");
        if let Some(Value::Table(dependencies)) = workspace.get_mut("dependencies") {
            let root = std::path::absolute(&course.root).unwrap_or_else(|_| course.root.clone());
            make_paths_absolute(dependencies, &root);
        }
    }
    files::write_atomically(&tree.join("Cargo.toml"), manifest.to_string().as_bytes())?;
    files::copy(&course.root.join("Cargo.lock"), &tree.join("Cargo.lock"))
}

/// The folders of the companion crates, which are given with modules: the workspace's table of versions has them by path.
pub fn companion_crates(course: &Course) -> Result<Vec<PathBuf>> {
    let manifest = catalogue::parse(&course.root.join("Cargo.toml"))?;
    let dependencies = manifest.get("workspace").and_then(|workspace| workspace.get("dependencies")?.as_table());
    let paths = dependencies.into_iter().flatten().filter_map(|(_, dependency)| dependency.get("path")?.as_str());
    Ok(paths.map(|path| course.root.join(path)).collect())
}

/// A companion crate is no part of a module's copy: the course's own is used, wherever the copy lies.
fn make_paths_absolute(dependencies: &mut Table, root: &Path) {
    for (_, dependency) in dependencies.iter_mut() {
        if let Some(Value::String(path)) = dependency.get_mut("path") {
            *path = root.join(&*path).to_string_lossy().into_owned();
        }
    }
}

/// Copies what a build of the module needs into `folder`: manifest, sources and type stub, never the learner's own
/// answers. `lib.rs` and the files beside the exercises' are the solution's, which has them the same.
pub fn copy_module(module: &Module, folder: &Path, version: Version<'_>) -> Result<()> {
    files::copy_tree(&module.solution_folder.join("src"), &folder.join("src"), &catalogue::is_source)?;
    files::copy(&module.folder.join("Cargo.toml"), &folder.join("Cargo.toml"))?;
    // The course's own: a submission's is never taken.
    let build_script = module.folder.join("build.rs");
    if build_script.is_file() {
        files::copy(&build_script, &folder.join("build.rs"))?;
    }
    let type_stub = module.type_stub();
    files::copy(&module.solution_folder.join(&type_stub), &folder.join(&type_stub))?;
    module.exercises.iter().try_for_each(|exercise| put_version(module, exercise, folder, version))
}

/// Copies the exercises' files that are no part of the crate from a module's folder to where its tests find them: beside
/// the extension. They are data: nothing is made of them here.
pub fn copy_data_files(module: &Module, from: &Path, beside: &Path) -> Result<()> {
    for file in module.data_files() {
        let target = beside.join(file);
        files::make_folder(target.parent().unwrap_or(beside))?;
        files::copy(&from.join(file), &target)?;
    }
    Ok(())
}

/// Copies the module's Rust tests into `folder`.
pub fn copy_rust_tests(module: &Module, folder: &Path) -> Result<()> {
    files::copy_tree(&module.folder.join("tests"), &folder.join("tests"), &is_rust)
}

/// Puts a version of one exercise into the copied module in `folder`. A file that is right already keeps its time
/// stamp, by which cargo decides what to build.
pub fn put_version(module: &Module, exercise: &Exercise, folder: &Path, version: Version<'_>) -> Result<()> {
    for (index, file) in exercise.files.iter().enumerate() {
        let read = |path: &Path| std::fs::read(path).map_err(|error| Error::file("read", path, error));
        let bytes = match version {
            Version::Stub => read(&module.stub(file))?,
            Version::Wrong(text) if index == 0 => text.as_bytes().to_vec(),
            Version::Wrong(_) | Version::Solution => read(&module.solution_folder.join(file))?,
        };
        let path = folder.join(file);
        if std::fs::read(&path).is_ok_and(|old| old == bytes) {
            continue;
        }
        files::make_folder(path.parent().unwrap_or(folder))?;
        std::fs::write(&path, bytes).map_err(|error| Error::file("write", &path, error))?;
    }
    Ok(())
}

fn is_rust(path: &Path) -> bool {
    path.is_dir() || path.extension().is_some_and(|extension| extension == "rs")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copied_workspace_finds_the_crates_of_the_course() {
        let root = std::env::temp_dir().join("course");
        let mut dependencies: Table =
            "a = \"1\"\nb = { version = \"2\" }\nc = { path = \"modules/01/c\" }".parse().unwrap();
        let others = (dependencies["a"].clone(), dependencies["b"].clone());
        make_paths_absolute(&mut dependencies, &root);
        assert_eq!(dependencies["c"]["path"].as_str().map(Path::new), Some(&*root.join("modules/01/c")));
        assert_eq!((dependencies["a"].clone(), dependencies["b"].clone()), others);
    }
}
