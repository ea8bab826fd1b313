//! How rustc is to be called for a module: recorded once, while cargo builds the reference, and repeated for each
//! submission without cargo. So a submission meets no manifest, no build script and no cache that another one could
//! have touched, and is built in the time that rustc takes.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use course_core::files;
use course_core::{Error, Result};
use serde_json::{Value, json};

/// Names the folder for recipes. Where it is set, this program stands in for rustc.
pub(crate) const RECORD: &str = "COURSE_GRADER_RECORD";

/// What cargo asks of rustc for one crate.
#[derive(Debug, Clone)]
pub(crate) struct Recipe {
    rustc: PathBuf,
    arguments: Vec<String>,
    environment: BTreeMap<String, String>,
}

/// Called by cargo in place of rustc, as `RUSTC_WORKSPACE_WRAPPER`: writes the call down, then makes it.
pub(crate) fn record(folder: &Path, mut arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let Some(rustc) = arguments.next() else { return ExitCode::FAILURE };
    let arguments: Vec<String> = arguments.map(|argument| argument.to_string_lossy().into_owned()).collect();
    if let Some(name) = value_of(&arguments, "--crate-name") {
        let environment: BTreeMap<String, String> = std::env::vars()
            .filter(|(key, _)| VARIABLES.contains(&key.as_str()) || key.starts_with("CARGO_PKG_"))
            .collect();
        let recipe = json!({"rustc": rustc.to_string_lossy(), "arguments": arguments, "environment": environment});
        if let Err(error) = files::write_atomically(&path(folder, &name), recipe.to_string().as_bytes()) {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    }
    match Command::new(&rustc).args(&arguments).env_remove(RECORD).status() {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("cannot start {}: {error}", rustc.to_string_lossy());
            ExitCode::FAILURE
        }
    }
}

fn path(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{name}.json"))
}

fn value_of(arguments: &[String], key: &str) -> Option<String> {
    let position = arguments.iter().position(|argument| argument == key)?;
    arguments.get(position + 1).cloned()
}

/// What cargo tells each crate, besides `CARGO_PKG_…`. All else may hold what is the grader's own: `CARGO_HTTP_PROXY`
/// with a password, tokens of registries.
const VARIABLES: &[&str] =
    &["CARGO_CRATE_NAME", "CARGO_MANIFEST_DIR", "CARGO_PRIMARY_PACKAGE", "OUT_DIR", "LD_LIBRARY_PATH"];

impl Recipe {
    /// Reads what was recorded for a crate.
    pub(crate) fn load(folder: &Path, name: &str) -> Result<Self> {
        let path = path(folder, name);
        let broken = || {
            Error::new(format!("{} does not say how rustc is to be called.", path.display()))
                .advice("Delete the grader's folder (.course/grade), then try again.")
        };
        let value: Value = serde_json::from_str(&files::read(&path)?).map_err(|_| broken())?;
        let arguments = value["arguments"].as_array().ok_or_else(broken)?;
        let environment = value["environment"].as_object().ok_or_else(broken)?;
        Ok(Self {
            rustc: value["rustc"].as_str().ok_or_else(broken)?.into(),
            arguments: arguments.iter().filter_map(|argument| argument.as_str().map(str::to_owned)).collect(),
            environment: environment
                .iter()
                .filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())))
                .collect(),
        })
    }

    /// The same call with the compiled dependencies in another folder than cargo's.
    #[must_use]
    pub(crate) fn with_dependencies_in(mut self, folder: &Path) -> Self {
        let folder = folder.to_string_lossy();
        let from_cargo =
            self.arguments.iter().find_map(|argument| argument.strip_prefix("dependency=")).map(str::to_owned);
        if let Some(from_cargo) = from_cargo {
            for text in self.arguments.iter_mut().chain(self.environment.values_mut()) {
                *text = text.replace(&from_cargo, &folder);
            }
        }
        self
    }

    /// The same call for the crate at `root`, as an extension alone, with its products in `out`, and messages for
    /// people.
    pub(crate) fn command(&self, root: &Path, out: &Path) -> Vec<String> {
        let mut command = vec![self.rustc.to_string_lossy().into_owned()];
        let mut arguments = self.arguments.iter().map(String::as_str).peekable();
        while let Some(argument) = arguments.next() {
            let next = arguments.peek().copied().unwrap_or_default();
            match argument {
                "--out-dir" | "--error-format" | "--json" | "--crate-type" => _ = arguments.next(),
                "-C" if ["incremental=", "codegen-units="].iter().any(|start| next.starts_with(start)) => {
                    _ = arguments.next();
                }
                _ if ["--error-format=", "--json=", "--emit=", "--diagnostic-width="]
                    .iter()
                    .any(|start| argument.starts_with(start)) => {}
                _ if argument.ends_with(".rs") && !argument.starts_with('-') => {
                    command.push(root.to_string_lossy().into_owned());
                }
                _ => command.push(argument.to_owned()),
            }
        }
        command
            .extend(["--crate-type", "cdylib", "--emit=link", "--color=never", "--cap-lints=allow"].map(str::to_owned));
        // Several codegen units would use all processors for one crate and cost more in all. Here other crates wait for
        // them.
        command.extend(["-C", "codegen-units=1"].map(str::to_owned));
        command.extend(["--out-dir".to_owned(), out.to_string_lossy().into_owned()]);
        command
    }

    /// What `env!` sees: the package's name and version, and nothing of this machine.
    pub(crate) fn environment(&self) -> impl Iterator<Item = (&str, &str)> {
        self.environment
            .iter()
            .map(|(key, value)| (key.as_str(), value.as_str()))
            .filter(|(key, _)| VARIABLES.contains(key) || key.starts_with("CARGO_PKG_"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeats_the_call_for_another_root() {
        let arguments = "--crate-name a --edition=2024 modules/1/src/lib.rs --error-format=json --json=x --crate-type cdylib \
                     --crate-type rlib --emit=dep-info,link -C opt-level=2 -C incremental=/i -C codegen-units=16 --out-dir /t --extern b=/b.rlib";
        let recipe = Recipe {
            rustc: "/rustc".into(),
            arguments: arguments.split_whitespace().map(str::to_owned).collect(),
            environment: BTreeMap::new(),
        };
        assert_eq!(
            recipe.command(Path::new("/s/lib.rs"), Path::new("/o")).join(" "),
            "/rustc --crate-name a --edition=2024 /s/lib.rs -C opt-level=2 --extern b=/b.rlib --crate-type cdylib \
             --emit=link --color=never --cap-lints=allow -C codegen-units=1 --out-dir /o"
        );
    }

    #[test]
    fn shows_the_compiler_what_is_the_packages_own() {
        let names =
            ["CARGO_PKG_VERSION", "CARGO_MANIFEST_DIR", "CARGO_HTTP_PROXY", "CARGO_REGISTRIES_X_TOKEN", "CARGO_HOME"];
        let environment = names.iter().map(|name| ((*name).to_owned(), String::new())).collect();
        let recipe = Recipe { rustc: "/rustc".into(), arguments: Vec::new(), environment };
        let seen: Vec<&str> = recipe.environment().map(|(name, _)| name).collect();
        assert_eq!(seen, ["CARGO_MANIFEST_DIR", "CARGO_PKG_VERSION"]);
    }

    #[test]
    fn takes_dependencies_from_elsewhere() {
        let arguments = ["-L", "dependency=/t/deps", "--extern", "b=/t/deps/libb.rlib"];
        let recipe = Recipe {
            rustc: "/rustc".into(),
            arguments: arguments.map(str::to_owned).to_vec(),
            environment: BTreeMap::from([("LD_LIBRARY_PATH".to_owned(), "/t/deps:/lib".to_owned())]),
        };
        let recipe = recipe.with_dependencies_in(Path::new("/apart"));
        assert_eq!(recipe.arguments.join(" "), "-L dependency=/apart --extern b=/apart/libb.rlib");
        assert_eq!(recipe.environment["LD_LIBRARY_PATH"], "/apart:/lib");
    }
}
