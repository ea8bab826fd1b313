//! The crates and the Python package of an exported project.

use course_core::{Result, catalogue, files};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use toml::{Table, Value};

use super::Export;
use super::library::Library;
use super::manifest::{folder_of, manifest, resolve, resolved, table};
use super::project_files::fill;
use super::type_stub::{public_names, without};

impl Export<'_> {
    pub(super) fn write_core(&self, library: &Library, needed: &BTreeSet<String>) -> Result<()> {
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

    /// The crates of the course that the module depends on: the folder of each in the course, and its folder in the project.
    pub(super) fn companion_crates(&self) -> Result<Vec<(PathBuf, String)>> {
        let manifest = catalogue::parse(&self.module.folder.join("Cargo.toml"))?;
        let versions = self.versions()?;
        let given = manifest.get("dependencies").and_then(Value::as_table).into_iter().flatten();
        let paths = given
            .filter_map(|(name, value)| Some(resolve(name, value, Some(&versions)).get("path")?.as_str()?.to_owned()));
        Ok(paths.map(|path| (self.course.root.join(&path), folder_of(&path))).collect())
    }

    /// Copies them. Entries that their manifests take from the course's workspace are written out.
    pub(super) fn write_companion_crates(&self) -> Result<()> {
        let versions = self.versions()?;
        for (from, folder) in self.companion_crates()? {
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

    pub(super) fn write_binding(&self, library: &Library, needed: &BTreeSet<String>) -> Result<()> {
        let package = &self.module.package;
        let head = fill(include_str!("templates/binding.rs"), &[("PACKAGE", package)]);
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
        let companions = self.companion_crates()?;
        let members: Vec<&str> =
            std::iter::once("core").chain(companions.iter().map(|(_, folder)| folder.as_str())).collect();
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

    pub(super) fn write_package(&self, library: &Library, needed: &BTreeSet<String>) -> Result<()> {
        let package = &self.module.package;
        let stub = files::read(&self.source.join(format!("{package}.pyi")))?;
        let is_there = |name: &String| self.whole || !library.is_left_out(name, needed);
        let names: Vec<String> = public_names(&stub).into_iter().filter(is_there).collect();
        let line = |name: &String| format!("    {name},\n");
        let init = fill(
            include_str!("templates/init.py"),
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
}
