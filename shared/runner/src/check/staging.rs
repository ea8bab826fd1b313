//! The package of the code under test, and the folder that its extension is put into for Python.

use std::path::{Path, PathBuf};

use course_core::catalogue::{ExerciseRef, Module};
use course_core::compile::Build;
use course_core::staging::copy_data_files;
use course_core::{Error, Result, digest, files, python};

use super::verdict::{Artifact, Failure, FailureKind};

/// The package that the code under test comes from.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    /// The package whose library is the extension.
    pub(crate) package: String,
    /// The folder of that package.
    pub(crate) folder: PathBuf,
    /// Whether the package has the exercises' Rust tests under their own names.
    pub(crate) has_rust_tests: bool,
}

impl Source {
    /// The learner's own code.
    pub(crate) fn learner(module: &Module) -> Self {
        Self { package: module.package.clone(), folder: module.folder.clone(), has_rust_tests: true }
    }
}

/// A source file that was deleted or emptied, said before rustc complains in its own way.
pub(super) fn missing_source(source: &Source, exercise_refs: &[ExerciseRef<'_>]) -> Option<Failure> {
    // All files of the module: they are one crate, so a missing file breaks every exercise.
    let module = exercise_refs.first()?.module;
    for exercise in &module.exercises {
        for file in &exercise.files {
            let path = source.folder.join(file);
            let advice = format!("`cargo course reset {}` puts the stub back.", exercise.id());
            let failure = |what: &str| {
                Some(Failure::new(FailureKind::SourceFile, format!("{} {what} {advice}", files::with_slashes(&path))))
            };
            match std::fs::read_to_string(&path) {
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                    return failure("is missing.");
                }
                Err(error) => return failure(&format!("cannot be read: {error}.")),
                Ok(text) if text.trim().is_empty() => {
                    return failure("is empty.");
                }
                Ok(_) => {}
            }
        }
    }
    None
}

/// A test file that was deleted: without it the exercise cannot be judged.
pub(super) fn missing_test(source: &Source, exercise_ref: ExerciseRef<'_>) -> Option<Failure> {
    let rust_tests = exercise_ref.exercise.rust_tests.iter().filter(|_| source.has_rust_tests);
    let file = exercise_ref
        .exercise
        .tests
        .iter()
        .chain(rust_tests)
        .find(|file| !exercise_ref.module.folder.join(file).is_file())?;
    Some(unusable_test(exercise_ref.module, file, "is missing"))
}

/// A test file that cannot be used, and the way to get it back.
pub(super) fn unusable_test(module: &Module, file: &Path, what: &str) -> Failure {
    let message = format!(
        "modules/{name}/{} {what}. `git checkout -- modules/{name}/tests` brings it back.",
        files::with_slashes(file),
        name = module.name
    );
    Failure::new(FailureKind::TestFile, message)
}

pub(super) fn no_extension(source: &Source) -> Error {
    Error::new(format!("cargo built no extension for `{}`.", source.package))
        .advice("Its Cargo.toml needs `crate-type = [\"cdylib\", \"rlib\"]` under [lib].")
}

/// The extension that was built from a source.
pub(crate) fn extension_of<'b>(source: &Source, build: &'b Build) -> Result<&'b Path> {
    build.libraries.get(&source.package).map(PathBuf::as_path).ok_or_else(|| no_extension(source))
}

/// Puts an extension under its Python name into a folder of its own, beside its type stub, and says what it is.
pub(crate) fn stage_extension(source: &Source, module: &Module, library: &Path, folder: &Path) -> Result<Artifact> {
    let staged = folder.join(format!("{}.{}", module.package, python::EXTENSION_ENDING));
    files::copy(library, &staged)?;
    let stub = module.type_stub();
    if source.folder.join(&stub).is_file() {
        files::copy(&source.folder.join(&stub), &folder.join(&stub))?;
    }
    copy_data_files(module, &source.folder, folder)?;
    // Hashed after the copy: this is the very file that Python loads.
    let bytes = std::fs::read(&staged).map_err(|error| Error::file("read", &staged, error))?;
    let sha256 = digest::sha256(bytes);
    Ok(Artifact { path: library.to_owned(), sha256 })
}
