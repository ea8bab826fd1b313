//! Manifests of an exported project: entries that the course's manifests take from their workspace are written out.

use course_core::{Result, catalogue, files};
use std::path::Path;
use toml::{Table, Value};

use super::Export;

impl Export<'_> {
    /// `[package]` with the workspace's entries for all crates.
    pub(super) fn package(&self, name: &str) -> Result<Table> {
        let workspace = catalogue::parse(&self.course.root.join("Cargo.toml"))?;
        let shared = |key: &str| workspace.get("workspace")?.get("package")?.get(key).cloned();
        let mut package = table([
            ("name", name.into()),
            ("description", self.module.summary.clone().into()),
            ("version", "0.1.0".into()),
            ("publish", false.into()),
        ]);
        for key in ["edition", "rust-version"] {
            if let Some(value) = shared(key) {
                package.insert(key.to_owned(), value);
            }
        }
        Ok(package)
    }

    /// The module's tables of dependencies, each with the version that the workspace gives it. `project` is the way from
    /// the crate that will have them to the project's folder.
    pub(super) fn dependencies(&self, project: &Path) -> Result<Table> {
        let versions = self.versions()?;
        let manifest = catalogue::parse(&self.module.folder.join("Cargo.toml"))?;
        let mut found = Table::new();
        for key in ["dependencies", "dev-dependencies", "build-dependencies"] {
            if manifest.get(key).is_none() {
                continue;
            }
            let mut table = resolved(&manifest, key, &versions);
            for (_, dependency) in table.iter_mut() {
                if let Some(Value::String(path)) = dependency.get_mut("path") {
                    *path = files::with_slashes(&project.join(folder_of(path)));
                }
            }
            found.insert(key.to_owned(), table.into());
        }
        Ok(found)
    }

    /// The features that the module's crate has by default: its tests use them, and the shipped wheel has none of them.
    pub(super) fn features(&self) -> Result<Vec<String>> {
        let manifest = catalogue::parse(&self.module.folder.join("Cargo.toml"))?;
        let default = manifest.get("features").and_then(|features| features.get("default")).and_then(Value::as_array);
        Ok(default.into_iter().flatten().filter_map(|name| name.as_str().map(str::to_owned)).collect())
    }

    /// The workspace's table of dependencies.
    pub(super) fn versions(&self) -> Result<Value> {
        let workspace = catalogue::parse(&self.course.root.join("Cargo.toml"))?;
        Ok(workspace
            .get("workspace")
            .and_then(|table| table.get("dependencies"))
            .cloned()
            .unwrap_or(Table::new().into()))
    }
}

pub(super) fn table<const N: usize>(entries: [(&str, Value); N]) -> Table {
    entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

/// A manifest with its tables in this order, and a line for each entry.
pub(super) fn manifest(sections: &[(String, Table)]) -> String {
    const FIRST: [&str; 3] = ["name", "description", "version"];
    let place = |key: &str| FIRST.iter().position(|first| *first == key).unwrap_or(FIRST.len());
    let blocks = sections.iter().map(|(name, table)| {
        let mut entries: Vec<_> = table.iter().collect();
        entries.sort_by_key(|(key, _)| (place(key), (*key).clone()));
        let lines = entries.into_iter().map(|(key, value)| format!("{key} = {value}\n"));
        format!("[{name}]\n{}", lines.collect::<String>())
    });
    blocks.collect::<Vec<_>>().join("\n")
}

/// A table of dependencies of a manifest, each with the version that the workspace gives it.
pub(super) fn resolved(manifest: &Table, key: &str, versions: &Value) -> Table {
    let given = manifest.get(key).and_then(Value::as_table).into_iter().flatten();
    given.map(|(name, value)| (name.clone(), resolve(name, value, Some(versions)))).collect()
}

/// The folder that a crate of the course has in the project: the last of its path.
pub(super) fn folder_of(path: &str) -> String {
    Path::new(path).file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// A dependency with the workspace's version in place of `workspace = true`.
pub(super) fn resolve(name: &str, value: &Value, versions: Option<&Value>) -> Value {
    let shared = versions.and_then(|table| table.get(name));
    match (value, shared) {
        (Value::Table(own), Some(shared)) if own.get("workspace").and_then(Value::as_bool) == Some(true) => {
            let mut merged = match shared {
                Value::Table(table) => table.clone(),
                version => table([("version", version.clone())]),
            };
            let of = |table: &Table| table.get("features").and_then(Value::as_array).cloned().unwrap_or_default();
            let features: Vec<Value> = of(&merged).into_iter().chain(of(own)).collect();
            merged.extend(
                own.iter().filter(|(key, _)| *key != "workspace").map(|(key, value)| (key.clone(), value.clone())),
            );
            if !features.is_empty() {
                merged.insert("features".to_owned(), features.into());
            }
            merged.into()
        }
        _ => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_come_from_the_workspace() {
        let versions: Value =
            "a = \"1.2\"\nb = { version = \"3\", features = [\"x\"] }".parse::<Table>().unwrap().into();
        let own: Table =
            "a = { workspace = true }\nb = { workspace = true, features = [\"y\"] }\nc = \"4\"".parse().unwrap();
        let resolved = |name: &str| resolve(name, &own[name], Some(&versions)).to_string();
        assert_eq!(resolved("a"), "{ version = \"1.2\" }");
        assert!(resolved("b").contains("features = [\"x\", \"y\"]") && resolved("b").contains("version = \"3\""));
        assert_eq!(resolved("c"), "\"4\"");
    }
}
