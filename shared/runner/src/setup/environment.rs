//! The folder `.venv`: checks whether it is whole and the one that was set up, and makes it.
//!
//! Every command looks, so looking starts no program and takes a few milliseconds.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::UNIX_EPOCH;

use course_core::digest::Digest;
use course_core::process::CancellationToken;
use course_core::python::{self, Interpreter};
use course_core::{Error, Result, files};

use super::installer::{run_tool, uv as uv_command};
use crate::ui::steps::Steps;

/// A digest of `.venv`: its place, and the interpreter that it leads to. It changes with an upgraded base, too.
pub(super) fn fingerprint(root: &Path) -> String {
    let mut digest = Digest::new();
    let folder = python::environment(root);
    let settings = std::fs::read_to_string(folder.join("pyvenv.cfg")).unwrap_or_default();
    digest.update(&settings);
    digest.update(folder.to_string_lossy().as_bytes());
    let mut programs = vec![python::environment_python(root)];
    // On Windows the environment's program only starts the one in its home.
    if let Some(home) = setting(&settings, "home") {
        programs.push(Path::new(home).join("python.exe"));
    }
    for program in programs {
        let program = std::fs::canonicalize(&program).unwrap_or(program);
        digest.update(program.to_string_lossy().as_bytes());
        if let Ok(about) = std::fs::metadata(&program) {
            let changed =
                about.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
            digest.update(format!("{} {}", about.len(), changed.as_nanos()));
        }
    }
    digest.finish()
}

/// A value of `pyvenv.cfg`.
fn setting<'s>(settings: &'s str, name: &str) -> Option<&'s str> {
    let mut pairs = settings.lines().filter_map(|line| line.split_once('='));
    pairs.find(|(key, _)| key.trim() == name).map(|(_, value)| value.trim())
}

fn site_packages(root: &Path) -> Vec<PathBuf> {
    let folder = python::environment(root);
    let libraries =
        if cfg!(windows) { vec![folder.join("Lib")] } else { files::entries(&folder.join("lib")).unwrap_or_default() };
    libraries.iter().map(|library| library.join("site-packages")).collect()
}

/// The folders that describe what is installed, each with the folder that it lies in.
fn installed(root: &Path) -> impl Iterator<Item = (PathBuf, PathBuf)> {
    site_packages(root).into_iter().flat_map(|packages| {
        let entries = files::entries(&packages).unwrap_or_default();
        let about =
            entries.into_iter().filter(|path| path.extension().is_some_and(|extension| extension == "dist-info"));
        about.map(|about| (packages.clone(), about)).collect::<Vec<_>>()
    })
}

/// A package of which a file is missing: `.venv` was deleted in part, or a copy of it broke off.
pub(super) fn incomplete_package(root: &Path) -> Option<String> {
    installed(root).find_map(|(packages, about)| missing_file(&packages, &about))
}

/// A package that a lock file names for this system and this Python, and that is not there.
pub(super) fn absent_package(root: &Path, locks: &[PathBuf]) -> Option<String> {
    let plain = |name: &str| name.to_lowercase().replace(['-', '.'], "_");
    let names = installed(root).filter_map(|(_, about)| about.file_stem().map(|name| plain(&name.to_string_lossy())));
    let there: Vec<String> = names.collect();
    let here = Markers::of(root);
    locks.iter().find_map(|lock| {
        let text = std::fs::read_to_string(lock).unwrap_or_default();
        text.lines()
            .filter_map(locked_package)
            .filter(|(.., condition)| here.hold(condition))
            .map(|(name, version, _)| (name, version))
            .find(|(name, version)| !there.contains(&plain(&format!("{name}-{version}"))))
            .map(|(name, version)| format!("{name} {version}"))
    })
}

/// Name, version and condition of a line such as `numpy==2.3.4 ; python_full_version < '3.12' \`.
fn locked_package(line: &str) -> Option<(&str, &str, &str)> {
    let line = line.trim_end_matches('\\').trim_end();
    let (package, condition) = line.split_once(';').unwrap_or((line, ""));
    let (name, version) = package.split_once("==").filter(|_| !line.starts_with([' ', '#']))?;
    Some((name.split('[').next().unwrap_or(name), version.trim(), condition.trim()))
}

/// The environment markers of this system and of the Python that was set up, as far as lock files of the course use them.
struct Markers {
    release: Option<(u32, u32)>,
    texts: [(&'static str, &'static str); 4],
}

impl Markers {
    fn of(root: &Path) -> Self {
        let platform = if cfg!(windows) {
            "win32"
        } else if cfg!(target_os = "macos") {
            "darwin"
        } else {
            std::env::consts::OS
        };
        Self {
            release: python::release(root),
            texts: [
                ("sys_platform", platform),
                ("platform_machine", std::env::consts::ARCH),
                ("platform_python_implementation", "CPython"),
                ("implementation_name", "cpython"),
            ],
        }
    }

    /// Whether a condition is known to hold: comparisons that are joined by `and`. One that this does not understand does not.
    fn hold(&self, condition: &str) -> bool {
        condition.is_empty() || condition.split(" and ").all(|part| self.holds(part).unwrap_or_default())
    }

    fn holds(&self, comparison: &str) -> Option<bool> {
        let mut words = comparison.split_whitespace();
        let (name, operator, value) = (words.next()?, words.next()?, words.next()?.trim_matches('\''));
        if name == "python_full_version" {
            let (release, value) = (self.release?, python::release_of(value)?);
            return match operator {
                "<" => Some(release < value),
                ">=" => Some(release >= value),
                _ => None,
            };
        }
        let (_, text) = self.texts.iter().find(|(known, _)| *known == name)?;
        match operator {
            "==" => Some(*text == value),
            "!=" => Some(*text != value),
            _ => None,
        }
    }
}

/// A file that a package's list names and that is not there. Compiled Python comes and goes.
fn missing_file(packages: &Path, about: &Path) -> Option<String> {
    let name = about.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let Ok(record) = std::fs::read_to_string(about.join("RECORD")) else { return Some(name) };
    // A name with a comma stands in quotation marks; such names are left aside.
    let listed = record.lines().filter(|line| !line.starts_with('"')).filter_map(|line| line.split(',').next());
    let missing = listed
        .filter(|file| file.ends_with(".py") || is_library(file) || is_program(file))
        .any(|file| !packages.join(file).exists());
    missing.then_some(name)
}

fn is_library(file: &str) -> bool {
    let extension = Path::new(file).extension().unwrap_or_default();
    ["so", "pyd", "dylib", "dll"].iter().any(|known| extension == *known) || file.contains(".so.")
}

/// Whether a file lies in the folder of the environment's programs, as `../../../bin/maturin` does.
fn is_program(file: &str) -> bool {
    let above = file.trim_start_matches("../");
    above.len() < file.len() && (above.starts_with("bin/") || above.starts_with("Scripts/"))
}

/// Whether `COURSE_PYTHON` names another Python than the base of `.venv`.
pub(super) fn is_another(chosen: &Interpreter, known: &Interpreter) -> bool {
    chosen.signature != known.signature
        || (!chosen.base.is_empty() && !known.base.is_empty() && !same_folder(&chosen.base, &known.base))
}

fn same_folder(one: &str, other: &str) -> bool {
    let resolved = |path: &str| std::fs::canonicalize(path).unwrap_or_else(|_| PathBuf::from(path));
    resolved(one) == resolved(other)
}

/// The reason to make `.venv` anew; none, if it can stay.
fn defect(root: &Path, found: &Interpreter) -> Result<Option<String>> {
    if let Some(chosen) = python::chosen() {
        let chosen = chosen?;
        if is_another(&chosen, found) {
            return Ok(Some(format!(
                "{} asks for Python {} at {}",
                python::CHOICE,
                chosen.version,
                chosen.path.display()
            )));
        }
    }
    if found.release < python::OLDEST {
        return Ok(Some(format!("Python {} is too old", found.version)));
    }
    let folder = python::environment(root);
    let settings = std::fs::read_to_string(folder.join("pyvenv.cfg")).unwrap_or_default();
    let made_for = setting(&settings, "version").or_else(|| setting(&settings, "version_info"));
    let release = format!("{}.{}.", found.release.0, found.release.1);
    if let Some(made_for) = made_for
        && !format!("{made_for}.").starts_with(&release)
    {
        return Ok(Some(format!("it was made with Python {made_for}, and the base is {} now", found.version)));
    }
    // Programs in it name their interpreter by its whole path.
    let activate = folder.join(if cfg!(windows) { "Scripts/activate.bat" } else { "bin/activate" });
    if std::fs::read_to_string(&activate).is_ok_and(|text| !text.contains(&*folder.to_string_lossy())) {
        return Ok(Some("it was made in another folder".to_owned()));
    }
    Ok(None)
}

/// Makes the installer take packages with missing files for absent, so that it installs them again. The rest stays: a
/// learner without a network can go on with it.
fn forget_incomplete_packages(root: &Path) -> Vec<String> {
    let incomplete = installed(root).filter_map(|(packages, about)| Some((missing_file(&packages, &about)?, about)));
    let forgotten = incomplete.filter(|(_, about)| std::fs::remove_dir_all(about).is_ok());
    forgotten.map(|(package, _)| package).collect()
}

/// Makes `.venv` from uv or the standard library, unless it is there and good.
pub(super) fn make(root: &Path, uv: Option<&Path>, steps: &Steps) -> Result<Interpreter> {
    let folder = python::environment(root);
    if folder.exists() && !folder.is_dir() {
        return Err(Error::file("open", &folder.join("bin"), std::io::Error::from(std::io::ErrorKind::NotADirectory)));
    }
    let step = steps.begin("Python environment");
    let old = python::in_environment(root);
    let defect = match &old {
        Some(found) => match defect(root, found) {
            Ok(None) => {
                let again = forget_incomplete_packages(root);
                let again = if again.is_empty() {
                    String::new()
                } else {
                    format!("; installed again, as files were missing: {}", again.join(", "))
                };
                step.done(&format!("Python {} in .venv{again}", found.version));
                return Ok(found.clone());
            }
            Ok(defect) => defect,
            Err(error) => {
                step.clear();
                return Err(error);
            }
        },
        None if folder.exists() => Some("its Python did not run".to_owned()),
        None if folder.is_symlink() => Some("there is nothing at the end of the link".to_owned()),
        None => None,
    };
    if let Some(defect) = defect.as_ref().filter(|_| folder.is_symlink()) {
        step.clear();
        return Err(behind_a_link(&folder, defect));
    }
    let made = find_base(uv).and_then(|base| {
        let mut command = match (uv, &base) {
            (Some(uv), Some(base)) => {
                let mut command = uv_command(uv);
                command.args(["venv", "--clear", "--python"]).arg(&base.path);
                command
            }
            // uv brings a Python along where the machine has none.
            (Some(uv), None) => {
                let mut command = uv_command(uv);
                command.args(["venv", "--clear", "--python", &format!(">={}.{}", python::OLDEST.0, python::OLDEST.1)]);
                command
            }
            (None, Some(base)) => {
                let mut command = Command::new(&base.path);
                // pip is added by the step that needs it, while cargo already builds.
                command.args(["-I", "-m", "venv", "--clear", "--without-pip"]);
                command
            }
            (None, None) => return Err(Error::new("No Python found.").advice(python::install_advice())),
        };
        command.arg(python::environment(root));
        run_tool(
            &mut command,
            &CancellationToken::default(),
            "Cannot make the Python environment",
            "`cargo course doctor` says what is missing.",
        )
    });
    match made.and_then(|()| {
        python::in_environment(root).ok_or_else(|| {
            Error::new("The new environment's Python does not run.")
                .advice("Delete the folder .venv and run `cargo course setup` again.")
        })
    }) {
        Ok(found) => {
            let why = defect.map(|defect| format!(", made anew: {defect}")).unwrap_or_default();
            step.done(&format!("Python {} in .venv{why}", found.version));
            Ok(found)
        }
        Err(error) => {
            step.clear();
            Err(error)
        }
    }
}

/// Making an environment empties its folder first. Behind a link that may be somebody's own.
fn behind_a_link(folder: &Path, defect: &str) -> Error {
    let target = std::fs::read_link(folder).unwrap_or_else(|_| folder.to_path_buf());
    let target = target.display();
    Error::new(format!(".venv must be made anew ({defect}), and it is a link to {target}, which would be emptied."))
        .advice("Delete the link .venv and run `cargo course setup` again; what it leads to stays as it is.")
}

fn find_base(uv: Option<&Path>) -> Result<Option<Interpreter>> {
    match python::find() {
        Ok(found) => Ok(Some(found)),
        Err(_) if uv.is_some() && python::choice().is_none() => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interpreter(signature: &str, base: &str) -> Interpreter {
        Interpreter {
            path: "/python".into(),
            version: "3.13.1".to_owned(),
            release: (3, 13),
            signature: signature.to_owned(),
            base: base.to_owned(),
        }
    }

    #[test]
    fn another_python_is_told_by_abi_and_by_place() {
        let known = interpreter("cpython 3.13 64bit", "/usr");
        assert!(!is_another(&interpreter("cpython 3.13 64bit", "/usr"), &known));
        assert!(!is_another(&interpreter("cpython 3.13 64bit", "/usr/../usr"), &known));
        for (signature, base) in [
            ("cpython 3.13t 64bit", "/usr"),
            ("cpython 3.14 64bit", "/usr"),
            ("pypy 3.13 64bit", "/usr"),
            ("cpython 3.13 64bit", "/opt/conda"),
        ] {
            assert!(is_another(&interpreter(signature, base), &known), "{signature} in {base}");
        }
    }

    #[test]
    fn locked_packages_are_read() {
        assert_eq!(locked_package("numpy==2.3.4 \\"), Some(("numpy", "2.3.4", "")));
        assert_eq!(locked_package("coverage[toml]==7.1"), Some(("coverage", "7.1", "")));
        let conditional = "colorama==0.4.6 ; sys_platform == 'win32' \\";
        assert_eq!(locked_package(conditional), Some(("colorama", "0.4.6", "sys_platform == 'win32'")));
        for line in ["    --hash=sha256:00==", "# via a==b", ""] {
            assert_eq!(locked_package(line), None, "{line}");
        }
    }

    #[test]
    fn conditions_of_lock_files_are_understood() {
        let markers = |release| Markers {
            release: Some(release),
            texts: [
                ("sys_platform", "linux"),
                ("platform_machine", "x86_64"),
                ("platform_python_implementation", "CPython"),
                ("implementation_name", "cpython"),
            ],
        };
        let (old, new) = (markers((3, 11)), markers((3, 12)));
        assert!(old.hold("") && new.hold(""));
        assert!(old.hold("python_full_version < '3.12'") && !new.hold("python_full_version < '3.12'"));
        assert!(!old.hold("python_full_version >= '3.12'") && new.hold("python_full_version >= '3.12'"));
        assert!(old.hold("python_full_version < '3.12' and platform_machine != 's390x' and sys_platform == 'linux'"));
        assert!(!old.hold("sys_platform == 'win32'") && !old.hold("extra == 'x'") && !old.hold("nonsense"));
        // If a lock has several lines for a package, one of them holds, whatever the Python.
        let locks = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../python"));
        let is_lock = |path: &PathBuf| path.to_string_lossy().ends_with("requirements.txt");
        for lock in files::entries(locks).unwrap().into_iter().filter(is_lock) {
            let text = std::fs::read_to_string(&lock).unwrap_or_default();
            let lines: Vec<_> = text.lines().filter_map(locked_package).collect();
            for (name, ..) in lines.iter().filter(|(.., condition)| condition.starts_with("python_full_version")) {
                let fitting = |markers: &Markers| {
                    lines.iter().filter(|(other, _, condition)| other == name && markers.hold(condition)).count()
                };
                // A package that is for old Pythons only has one line.
                if lines.iter().filter(|(other, ..)| other == name).count() > 1 {
                    assert_eq!((fitting(&old), fitting(&new)), (1, 1), "{name} in {}", lock.display());
                }
            }
        }
    }

    #[test]
    fn libraries_and_programs_are_told_from_other_files() {
        for file in
            ["numpy/x.cpython-311-x86_64-linux-gnu.so", "numpy.libs/libgfortran.so.5.0.0", "a.pyd", "a.dylib", "a.dll"]
        {
            assert!(is_library(file), "{file}");
        }
        assert!(is_program("../../../bin/maturin") && is_program("../../Scripts/maturin.exe"));
        for file in ["numpy/bin/tool", "../../../share/man/man1/x.1", "a.txt"] {
            assert!(!is_library(file) && !is_program(file), "{file}");
        }
    }

    #[test]
    fn values_of_pyvenv_cfg_are_read() {
        let settings = "home = /usr/bin\nversion_info = 3.13.1.final.0\nprompt = 'a = b'\n";
        assert_eq!(setting(settings, "home"), Some("/usr/bin"));
        assert_eq!(setting(settings, "version"), None);
        assert_eq!(setting(settings, "version_info"), Some("3.13.1.final.0"));
    }
}
