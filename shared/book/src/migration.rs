//! The page about older PyO3s, from `docs/migration.toml`, and the check that every row is true.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use toml::{Table, Value};

/// One thing that changed.
#[derive(Debug)]
pub(crate) struct Change {
    title: String,
    old: String,
    now: String,
    since: String,
    code: String,
    says: String,
    before: String,
    after: String,
}

/// Reads the changes.
///
/// # Errors
///
/// If the file cannot be read or a field is missing.
pub(crate) fn load(path: &Path) -> Result<Vec<Change>> {
    let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
    let table: Table = text.parse().with_context(|| path.display().to_string())?;
    let changes = table.get("change").and_then(Value::as_array).context("no [[change]]")?;
    changes
        .iter()
        .enumerate()
        .map(|(index, change)| {
            let field = |name: &str| -> Result<String> {
                let value = change.get(name).and_then(Value::as_str);
                Ok(value.with_context(|| format!("change {}: `{name}` is missing", index + 1))?.trim().to_owned())
            };
            Ok(Change {
                title: field("title")?,
                old: field("old")?,
                now: field("now")?,
                since: field("since")?,
                code: field("code")?,
                says: field("says")?,
                before: field("before")?,
                after: field("after")?,
            })
        })
        .collect()
}

/// The table, and below it each change with its code.
pub(crate) fn page(changes: &[Change]) -> String {
    let cell = |text: &str| text.replace('|', "\\|");
    let mut page = String::from("| old | the compiler says | write | since |\n| --- | --- | --- | --- |\n");
    for (index, change) in changes.iter().enumerate() {
        let code = match change.code.as_str() {
            "" => "error".to_owned(),
            code => code.to_owned(),
        };
        page.push_str(&format!(
            "| {} | [{code}](#change-{}): {} | {} | {} |\n",
            cell(&change.old),
            index + 1,
            cell(&format!("{}", Quoted(&change.says))),
            cell(&change.now),
            change.since
        ));
    }
    page.push_str("\n## Each with its code\n");
    for (index, change) in changes.iter().enumerate() {
        page.push_str(&format!(
            "\n<h3 id=\"change-{}\">{}</h3>\n\nBefore:\n\n```rust\n{}\n```\n\nNow:\n\n```rust\n{}\n```\n",
            index + 1,
            change.title,
            change.before,
            change.after
        ));
    }
    page
}

/// A message of the compiler as code, though it may hold backticks itself.
struct Quoted<'a>(&'a str);

impl std::fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "`` {} ``", self.0)
    }
}

/// Compiles what every row says: `before` must fail as it says, `after` must pass without a warning.
///
/// `dependencies` is the folder where cargo has put the compiled `pyo3` and `numpy`, such as `target/debug/deps`.
///
/// # Errors
///
/// If a row is not true, with what the compiler said instead.
pub(crate) fn check(changes: &[Change], dependencies: &Path, scratch: &Path) -> Result<()> {
    let compiler = Compiler::find(dependencies, scratch)?;
    let mut wrong = Vec::new();
    for change in changes {
        let (compiles, said) = compiler.compile(&change.before)?;
        let as_said = match change.code.as_str() {
            "warning" => compiles && said.contains("warning: "),
            "" => !compiles,
            code => !compiles && said.contains(&format!("error[{code}]")),
        };
        if !as_said || !said.contains(&change.says) {
            wrong.push(format!("{}: before: the compiler said:\n{said}", change.old));
        }
        let (compiles, said) = compiler.compile(&change.after)?;
        if !compiles || said.contains("warning") {
            wrong.push(format!("{}: now: the compiler said:\n{said}", change.old));
        }
    }
    if wrong.is_empty() { Ok(()) } else { bail!("{}", wrong.join("\n")) }
}

struct Compiler<'a> {
    dependencies: &'a Path,
    scratch: &'a Path,
    pyo3: std::path::PathBuf,
    numpy: std::path::PathBuf,
}

/// Needs the `pyo3` that `numpy` was compiled with.
const NEEDS_BOTH: &str =
    "#[pyfunction]\nfn count(xs: numpy::PyReadonlyArray1<'_, f64>) -> usize { xs.as_array().len() }";

impl<'a> Compiler<'a> {
    /// The newest `numpy`, with the `pyo3` that it was compiled with: cargo keeps one of each for every set of features.
    fn find(dependencies: &'a Path, scratch: &'a Path) -> Result<Self> {
        let all_pyo3 = compiled(dependencies, "libpyo3-")?;
        for numpy in compiled(dependencies, "libnumpy-")? {
            for pyo3 in all_pyo3.clone() {
                let compiler = Self { dependencies, scratch, pyo3, numpy: numpy.clone() };
                if compiler.compile(NEEDS_BOTH)?.0 {
                    return Ok(compiler);
                }
            }
        }
        bail!("no pyo3 and numpy in {} fit together: build a module first", dependencies.display())
    }

    /// Whether it compiles, and what the compiler said.
    fn compile(&self, code: &str) -> Result<(bool, String)> {
        let source = self.scratch.join("change.rs");
        std::fs::write(&source, format!("#![allow(dead_code, unused)]\nuse pyo3::prelude::*;\n{code}\n"))?;
        let output = Command::new("rustc")
            .args(["--edition", "2024", "--crate-type", "lib", "--emit", "metadata", "-o"])
            .arg(self.scratch.join("change.rmeta"))
            .arg("-L")
            .arg(format!("dependency={}", self.dependencies.display()))
            .args(["--extern", &format!("pyo3={}", self.pyo3.display())])
            .args(["--extern", &format!("numpy={}", self.numpy.display())])
            .arg(&source)
            .output()
            .context("cannot start rustc")?;
        Ok((output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned()))
    }
}

/// The compiled crates whose file names begin so, the newest first.
fn compiled(folder: &Path, prefix: &str) -> Result<Vec<std::path::PathBuf>> {
    let mut found: Vec<_> = std::fs::read_dir(folder)
        .with_context(|| folder.display().to_string())?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| {
            path.extension().is_some_and(|extension| extension == "rmeta")
                && path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(prefix))
        })
        .collect();
    found.sort_by_key(|path| path.metadata().and_then(|metadata| metadata.modified()).ok());
    found.reverse();
    Ok(found)
}
