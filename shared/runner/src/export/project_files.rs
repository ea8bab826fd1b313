//! The texts of an exported project: its README, its licences, and the list of exercises that are still to do.

use std::collections::BTreeSet;
use std::path::Path;

use course_core::catalogue::Exercise;
use course_core::{Result, files};
use toml::Value;

use super::{Export, PROJECT};

/// Said in the README of a part of a module.
const PART: &str = "This is a part of the module: the files that it stands on are in `core/`, the others are not. A class may lack \
    methods that the type stub in `python/` declares; take those out of it.\n\n";

/// Leaves out of a wheel what only the tests use.
const WITHOUT_FEATURES: &str = " --no-default-features     # without what only the tests use";

impl Export<'_> {
    pub(super) fn write_project_files(&self, unsolved: &[&Exercise]) -> Result<()> {
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
        let companions = self.companion_crates()?;
        let rows = companions
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
            ("pyproject.toml", include_str!("templates/pyproject.toml")),
            ("README.md", include_str!("templates/README.md")),
            (".github/workflows/ci.yml", include_str!("templates/ci.yml")),
            (".cargo/config.toml", include_str!("templates/config.toml")),
            (".gitignore", include_str!("templates/gitignore")),
        ] {
            self.write(path, &fill(template, &words))?;
        }
        files::copy(&self.course.root.join("Cargo.lock"), &self.folder.join("Cargo.lock"))
    }

    /// The Python packages that only this module's tests need: the names in the file that its lock file is made from.
    pub(super) fn own_packages(&self) -> Result<Vec<String>> {
        let mut text = String::new();
        for lock in self.module.packages.iter().chain(&self.module.packages_with_gil) {
            text.push_str(&files::read(&self.course.root.join(lock).with_extension("in"))?);
        }
        let names =
            text.lines().map(str::trim).filter(|line| line.starts_with(|first: char| first.is_ascii_alphanumeric()));
        Ok(names.map(|line| line.split(';').next().unwrap_or(line).trim().to_owned()).collect())
    }
}

pub(super) fn still_to_do(unsolved: &[&Exercise]) -> String {
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

pub(super) fn fill(template: &str, words: &[(&str, &str)]) -> String {
    words.iter().fold(template.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
}
