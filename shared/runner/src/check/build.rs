//! Builds the code under test, and remembers which sources were built.

use std::path::{Path, PathBuf};

use course_core::catalogue::ExerciseRef;
use course_core::compile::{self, Build, OnLibrary, Request};
use course_core::digest::Digest;
use course_core::{Error, Result, files, workspace};

use super::Judge;
use super::staging::Source;
use crate::ui::style;

/// Builds the extension and the test programs of these exercises.
pub(super) fn build(
    judge: &Judge<'_>,
    source: &Source,
    exercise_refs: &[ExerciseRef<'_>],
    on_library: OnLibrary,
) -> Result<Build> {
    let mut tests: Vec<String> = if source.has_rust_tests {
        exercise_refs
            .iter()
            .flat_map(|exercise_ref| &exercise_ref.exercise.rust_tests)
            .map(|path| file_stem(path))
            .collect()
    } else {
        Vec::new()
    };
    tests.dedup();
    let request = Request { tests, colours: style::colours(), ..Request::new(judge.root, vec![&source.package]) };
    let sources = SourcesRecord::compare(judge.root, source)?;
    let build = compile::build_with_libraries(&request, judge.progress.clone(), on_library, &judge.cancel)?;
    if build.success {
        sources.save()?;
    }
    Ok(build)
}

/// The name of a test program.
pub(crate) fn file_stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// A digest of a package's sources, as they were built last.
struct SourcesRecord {
    path: PathBuf,
    digest: String,
}

impl SourcesRecord {
    /// cargo goes by time stamps: a file put back with its old time (`mv`, `cp -p`, an archive) looks built already. So
    /// if the sources differ from those built last, this makes the crate's root new.
    fn compare(root: &Path, source: &Source) -> Result<Self> {
        let mut digest = Digest::new();
        for path in files::entries(&source.folder.join("src"))? {
            digest.update(path.to_string_lossy().as_bytes());
            digest.update(std::fs::read(&path).unwrap_or_default());
        }
        let record =
            Self { path: workspace::own_folder(root).join("built").join(&source.package), digest: digest.finish() };
        if std::fs::read_to_string(&record.path).is_ok_and(|old| old == record.digest) {
            return Ok(record);
        }
        let crate_root = source.folder.join("src/lib.rs");
        std::fs::File::options()
            .append(true)
            .open(&crate_root)
            .and_then(|file| file.set_modified(std::time::SystemTime::now()))
            .map_err(|error| Error::file("renew the time of", &crate_root, error))?;
        Ok(record)
    }

    fn save(&self) -> Result<()> {
        files::write_atomically(&self.path, self.digest.as_bytes())
    }
}
