//! The call of rustc for a crate: recorded once, while cargo builds it, and repeated without cargo for other sources of
//! the same crate. The grader builds submissions so: they meet no manifest, no build script and no cache that another
//! one could have touched. `verify` builds stubs and wrong versions so, several at a time.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use serde_json::{Value, json};

use crate::error::{Error, Result};
use crate::files;

/// Names the folder for recipes. If it is set, the program stands in for rustc.
const RECORD: &str = "COURSE_RECORD_RUSTC";

/// cargo's call of rustc for one crate.
#[derive(Debug, Clone)]
pub struct Recipe {
    rustc: PathBuf,
    arguments: Vec<String>,
    environment: BTreeMap<String, String>,
}

/// The product that rustc makes of a crate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Product<'p> {
    /// The library that Python loads and, if `library` is true, an `rlib` that Rust tests link. rustc keeps reusable
    /// parts in the folder `incremental`.
    Extension {
        /// Whether an `rlib` is made too.
        library: bool,
        /// For versions of the same crate in the same place.
        incremental: &'p Path,
    },
    /// Nothing: it is only checked.
    Metadata,
    /// The program of an integration test, with the crate under test taken from `library`.
    TestProgram {
        /// Whether the program is made, or the test only checked.
        linked: bool,
        /// The test's name.
        name: &'p str,
        /// The name by which the test knows the crate under test.
        package: &'p str,
        /// Its `rlib`.
        library: &'p Path,
    },
}

/// This program, for [`record_with`]. If it was built anew meanwhile, the new one serves as well.
pub fn this_program() -> Result<PathBuf> {
    let path = std::env::current_exe()
        .map_err(|error| Error::new(format!("Cannot tell its own path: {error}.")).caused_by(error))?;
    // Linux adds this to the path of a program whose file was replaced.
    let replaced = path.to_str().and_then(|path| path.strip_suffix(" (deleted)")).map(PathBuf::from);
    Ok(replaced.filter(|replaced| replaced.is_file()).unwrap_or(path))
}

/// Has cargo write down each call of rustc for a crate of the workspace in `folder`. `program` must call
/// [`record_if_asked`] first of all.
pub fn record_with(cargo: &mut Command, program: &Path, folder: &Path) {
    cargo.env("RUSTC_WORKSPACE_WRAPPER", program).env(RECORD, folder);
}

/// If cargo calls this program in place of rustc: writes the call down, makes it, and gives the exit code to end with.
#[must_use]
pub fn record_if_asked() -> Option<ExitCode> {
    let folder = std::env::var_os(RECORD)?;
    // Somebody's shell may have the variable set; only cargo names a compiler first.
    let compiler = PathBuf::from(std::env::args_os().nth(1)?);
    (compiler.file_stem()? == "rustc").then(|| record(Path::new(&folder), std::env::args_os().skip(1)))
}

fn record(folder: &Path, mut arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let Some(rustc) = arguments.next() else { return ExitCode::FAILURE };
    let arguments: Vec<String> = arguments.map(|argument| argument.to_string_lossy().into_owned()).collect();
    if let Some(name) = value_of(&arguments, "--crate-name") {
        let environment: BTreeMap<String, String> = std::env::vars()
            .filter(|(key, _)| VARIABLES.contains(&key.as_str()) || key.starts_with("CARGO_PKG_"))
            .collect();
        let recipe = json!({"rustc": rustc.to_string_lossy(), "arguments": arguments, "environment": environment});
        let path = path(folder, &name, arguments.iter().any(|argument| argument == "--test"));
        if let Err(error) = files::write_atomically(&path, recipe.to_string().as_bytes()) {
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

/// A test program may have the name of the crate that it tests.
fn path(folder: &Path, name: &str, is_test: bool) -> PathBuf {
    folder.join(format!("{name}{}.json", if is_test { ".test" } else { "" }))
}

fn value_of(arguments: &[String], key: &str) -> Option<String> {
    let position = arguments.iter().position(|argument| argument == key)?;
    arguments.get(position + 1).cloned()
}

/// The variables that cargo sets for each crate, besides `CARGO_PKG_…`. All others may hold the grader's own data:
/// `CARGO_HTTP_PROXY` with a password, tokens of registries.
const VARIABLES: &[&str] =
    &["CARGO_CRATE_NAME", "CARGO_MANIFEST_DIR", "CARGO_PRIMARY_PACKAGE", "OUT_DIR", "LD_LIBRARY_PATH"];

impl Recipe {
    /// Reads the recipe of a library.
    pub fn load(folder: &Path, name: &str) -> Result<Self> {
        Self::read(&path(folder, name, false))
    }

    /// Reads the recipe of a test program.
    pub fn load_test(folder: &Path, name: &str) -> Result<Self> {
        Self::read(&path(folder, name, true))
    }

    fn read(path: &Path) -> Result<Self> {
        let broken = || {
            Error::new(format!("{} does not say how rustc is to be called.", path.display()))
                .advice("Delete that folder, then try again.")
        };
        let value: Value = serde_json::from_str(&files::read(path)?).map_err(|error| broken().caused_by(error))?;
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
    pub fn with_dependencies_in(mut self, folder: &Path) -> Self {
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
    pub fn command(&self, root: &Path, out: &Path) -> Vec<String> {
        let mut command = self.call(root, out);
        // Several codegen units would use all processors for one crate and cost more in all. Here other crates wait for
        // them.
        command.extend(["-C", "codegen-units=1"].map(str::to_owned));
        command
            .extend(["--crate-type", "cdylib", "--emit=link", "--color=never", "--cap-lints=allow"].map(str::to_owned));
        command
    }

    /// The same call for the crate or the test at `root`, with messages as JSON.
    pub(crate) fn command_for(&self, root: &Path, out: &Path, product: Product<'_>) -> Vec<String> {
        let mut command = self.call(root, out);
        command.push("--error-format=json".to_owned());
        let mut extend = |more: &[&str]| command.extend(more.iter().map(|&argument| argument.to_owned()));
        match product {
            Product::Extension { library, incremental } => {
                extend(&["--crate-type", "cdylib", "--emit=link"]);
                extend(if library { &["--crate-type", "rlib"] } else { &[] });
                extend(&["-C", &format!("incremental={}", incremental.to_string_lossy())]);
            }
            // Lessons show code that would earn a crate a warning: functions that nobody calls.
            Product::Metadata => extend(&["--crate-type", "lib", "--emit=metadata"]),
            Product::TestProgram { linked, name, package, library } => {
                extend(&[if linked { "--emit=link" } else { "--emit=metadata" }]);
                extend(&["--extern", &format!("{package}={}", library.to_string_lossy())]);
                if let Some(position) = command.iter().position(|argument| argument == "--crate-name") {
                    name.clone_into(&mut command[position + 1]);
                }
            }
        }
        command
    }

    /// The call without the arguments that a product decides.
    fn call(&self, root: &Path, out: &Path) -> Vec<String> {
        let mut command = vec![self.rustc.to_string_lossy().into_owned()];
        let mut arguments = self.arguments.iter().map(String::as_str).peekable();
        while let Some(argument) = arguments.next() {
            let next = arguments.peek().copied().unwrap_or_default();
            match argument {
                "--out-dir" | "--error-format" | "--json" | "--crate-type" => _ = arguments.next(),
                "-C" if ["incremental=", "codegen-units=", "extra-filename="]
                    .iter()
                    .any(|start| next.starts_with(start)) =>
                {
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
        command.extend(["--out-dir".to_owned(), out.to_string_lossy().into_owned()]);
        command
    }

    /// The same call without optimisation. It takes rustc half the time, and the code does the same, only more slowly.
    #[must_use]
    pub fn unoptimised(mut self) -> Self {
        // Of several values rustc takes the last. Level 0 alone would also switch on the checks that the profile leaves out.
        let flags = ["opt-level=0", "overflow-checks=off", "debug-assertions=off"];
        self.arguments.extend(flags.iter().flat_map(|flag| ["-C".to_owned(), (*flag).to_owned()]));
        self
    }

    /// The same call without the crate's own choice of lints.
    #[must_use]
    pub fn without_lints(mut self) -> Self {
        const LEVELS: [&str; 5] = ["--allow=", "--warn=", "--deny=", "--forbid=", "--force-warn="];
        self.arguments.retain(|argument| !LEVELS.iter().any(|level| argument.starts_with(level)));
        self
    }

    /// The environment that `env!` sees: the package's name and version, and nothing of this machine.
    pub fn environment(&self) -> impl Iterator<Item = (&str, &str)> {
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
            "/rustc --crate-name a --edition=2024 /s/lib.rs -C opt-level=2 --extern b=/b.rlib --out-dir /o \
             -C codegen-units=1 --crate-type cdylib --emit=link --color=never --cap-lints=allow"
        );
    }

    #[test]
    fn a_test_program_is_linked_or_checked_with_the_library_that_it_is_given() {
        let arguments = "--crate-name module_tests tests/module_tests.rs --emit=dep-info,link --test -C extra-filename=-1 \
                         --out-dir /t --extern a_solution=/t/liba_solution.rlib --warn=missing_docs";
        let recipe = Recipe {
            rustc: "/rustc".into(),
            arguments: arguments.split_whitespace().map(str::to_owned).collect(),
            environment: BTreeMap::new(),
        };
        for (linked, emitted) in [(true, "link"), (false, "metadata")] {
            let library = Path::new("/o/liba.rlib");
            let product = Product::TestProgram { linked, name: "adds", package: "a", library };
            let recipe = recipe.clone().without_lints();
            assert_eq!(
                recipe.command_for(Path::new("/m/adds.rs"), Path::new("/o"), product).join(" "),
                format!(
                    "/rustc --crate-name adds /m/adds.rs --test --extern a_solution=/t/liba_solution.rlib \
                     --out-dir /o --error-format=json --emit={emitted} \
                     --extern a=/o/liba.rlib"
                )
            );
        }
    }

    #[test]
    fn unoptimised_changes_nothing_but_the_speed() {
        let arguments = ["--crate-name", "a", "a.rs", "-C", "opt-level=2"].map(str::to_owned).to_vec();
        let recipe = Recipe { rustc: "/rustc".into(), arguments, environment: BTreeMap::new() };
        let product = Product::Extension { library: false, incremental: Path::new("/i") };
        assert_eq!(
            recipe.unoptimised().command_for(Path::new("/a.rs"), Path::new("/o"), product).join(" "),
            "/rustc --crate-name a /a.rs -C opt-level=2 -C opt-level=0 -C overflow-checks=off -C debug-assertions=off \
             --out-dir /o --error-format=json --crate-type cdylib --emit=link -C incremental=/i"
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
