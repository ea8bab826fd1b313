//! `cargo course doctor`: the state of this machine, its missing parts, and the command that mends it.

use std::path::Path;
use std::process::Command as Program;
use std::time::Duration;

use course_core::catalogue::Course;
use course_core::compile::{self, Request};
use course_core::process::{self, CancellationToken, Limits};
use course_core::{Error, Result, files, python, workspace};

use crate::command_line::{Command, Invocation, Takes};
use crate::exit_status::ExitStatus;
use crate::setup;
use crate::ui::output;
use crate::ui::style::{Style, paint};

pub(super) const COMMAND: Command = Command {
    name: "doctor",
    arguments: "",
    summary: "what this machine has, what is missing, and what mends it",
    takes: Takes::Options(&[], |arguments| {
        arguments.no_operands()?;
        Ok(Invocation::new(Vec::new(), run))
    }),
};

/// One thing that was looked at.
struct Finding {
    name: &'static str,
    /// A description, or the fault.
    found: Result<String, String>,
    /// The repair, or an improvement.
    advice: String,
    /// Whether the course can do without.
    optional: bool,
}

fn run(course: &Course) -> Result<ExitStatus> {
    let mut findings = vec![
        rust(course),
        linker(),
        interpreter(),
        venv(course),
        set_up(course),
        packages(course),
        extension(course),
        optional_tool("uv", "--version", "Not needed. With it, set-up takes seconds less: `pip install uv`."),
        optional_tool("git", "--version", "Not needed to learn. With it you can update the course by `git pull`."),
        writable(course),
    ];
    if cfg!(windows) {
        findings.push(length_of_paths(&course.root));
    }
    let mut missing = 0;
    for finding in &findings {
        let (mark, text) = match &finding.found {
            Ok(text) => (paint(Style::Good, "✓"), text),
            Err(text) if finding.optional => (paint(Style::Note, "○"), text),
            Err(text) => {
                missing += 1;
                (paint(Style::Bad, "✗"), text)
            }
        };
        output::say(format!("{mark} {:<14} {text}", finding.name));
        if finding.found.is_err() {
            output::say(format!("  {:<14} → {}", "", finding.advice));
        }
    }
    output::say(if missing == 0 {
        "\nNothing is missing."
    } else {
        "\nMend what is marked ✗, then run `cargo course setup`."
    });
    Ok(if missing == 0 { ExitStatus::Success } else { ExitStatus::CouldNotJudge })
}

/// The first line that a tool prints, or why there is none.
fn ask_version(command: &mut Program) -> Result<String, String> {
    let limits = Limits { time: Duration::from_secs(20), output: 1 << 16 };
    let finished = process::run(command, limits, &CancellationToken::default()).map_err(|_| "not found".to_owned())?;
    let said = if finished.stdout.trim().is_empty() { &finished.stderr } else { &finished.stdout };
    // A Python error ends with its message; a tool's version comes first.
    let mut lines = said.lines().filter(|line| !line.trim().is_empty());
    let line = if finished.exit.success() { lines.next() } else { lines.next_back() };
    let line = line.unwrap_or_default().trim().to_owned();
    if finished.exit.success() { Ok(line) } else { Err(format!("does not run: {line}")) }
}

/// The last line that a program prints: of a Python error, that is its message.
fn ask_last_line(command: &mut Program) -> Result<String, String> {
    let limits = Limits { time: Duration::from_secs(60), output: 1 << 16 };
    let finished = process::run(command, limits, &CancellationToken::default()).map_err(|error| error.to_string())?;
    let line = |text: &str| text.lines().last().unwrap_or_default().trim().to_owned();
    if finished.exit.success() { Ok(line(&finished.stdout)) } else { Err(line(&finished.stderr)) }
}

fn optional_tool(name: &'static str, option: &str, advice: &str) -> Finding {
    Finding { name, found: ask_version(Program::new(name).arg(option)), advice: advice.to_owned(), optional: true }
}

fn rust(course: &Course) -> Finding {
    let found = ask_version(workspace::cargo(&course.root).arg("--version"));
    Finding {
        name: "Rust",
        found,
        advice: "Install Rust from rustup.rs, or renew it with `rustup update`.".to_owned(),
        optional: false,
    }
}

/// The linker: without it this program could not have been built, but it may have gone since.
fn linker() -> Finding {
    if cfg!(windows) {
        return Finding {
            name: "Linker",
            found: Ok("the one that built this program".to_owned()),
            advice: String::new(),
            optional: false,
        };
    }
    let advice = if cfg!(target_os = "macos") {
        "`xcode-select --install`"
    } else {
        "Debian, Ubuntu: `sudo apt install build-essential`; Fedora: `sudo dnf install gcc`"
    };
    Finding {
        name: "Linker (cc)",
        found: ask_version(Program::new("cc").arg("--version")),
        advice: advice.to_owned(),
        optional: false,
    }
}

fn interpreter() -> Finding {
    let found = python::find()
        .map(|found| {
            let fixes =
                python::last_fixes(found.release).map(|year| format!(", with security fixes until October {year}"));
            format!("{} at {}{}", found.version, found.path.display(), fixes.unwrap_or_default())
        })
        .map_err(|error| first_line(&error.to_string()));
    Finding {
        name: "Python",
        optional: found.is_err() && python::uv().is_some(),
        found,
        advice: python::install_advice(),
    }
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}

fn venv(course: &Course) -> Finding {
    let found = match python::in_environment(&course.root) {
        Some(found) => Ok(format!("Python {} in .venv ({})", found.version, found.signature)),
        None if python::environment(&course.root).exists() => {
            Err(".venv is there, but its Python does not run".to_owned())
        }
        None => Err("not made yet".to_owned()),
    };
    Finding { name: "Environment", found, advice: "`cargo course setup`".to_owned(), optional: false }
}

/// Builds make paths of up to so many characters below the course's folder. The longest are those of rustc's incremental
/// builds.
const LONGEST_BELOW: usize = 150;

/// Windows opens paths of up to so many characters. A program can ask for longer ones, but linkers do not.
const LONGEST_OF_WINDOWS: usize = 259;

fn length_of_paths(root: &Path) -> Finding {
    let most = LONGEST_OF_WINDOWS - LONGEST_BELOW - 1;
    let length = root.to_string_lossy().chars().count();
    let found = if length <= most {
        Ok(format!("{length} of at most {most} characters"))
    } else {
        Err(format!("its path has {length} characters; with more than {most}, a linker may not open what is below it"))
    };
    let advice =
        "Move the course nearer to the drive's root, for example to C:\\course, then run `cargo course setup`.";
    Finding { name: "Path", found, advice: advice.to_owned(), optional: false }
}

fn set_up(course: &Course) -> Finding {
    let found = if setup::is_done(&course.root, &[]) {
        Ok("complete".to_owned())
    } else {
        Err("not done for this state of the course".to_owned())
    };
    Finding { name: "Set-up", found, advice: "`cargo course setup`".to_owned(), optional: false }
}

/// Python's own word that the packages are there.
fn packages(course: &Course) -> Finding {
    const QUESTION: &str = "import numpy, pytest; print('NumPy', numpy.__version__, 'and pytest', pytest.__version__)";
    let mut command = python::command(&course.root);
    let found = ask_version(command.args(["-c", QUESTION])).map_err(|why| format!("NumPy or pytest {why}"));
    let advice = "`cargo course setup` installs them; if that does not help, delete the folder .venv first.";
    Finding { name: "Packages", found, advice: advice.to_owned(), optional: false }
}

/// Builds an extension and has Python load it: only this shows that Rust, the linker and Python fit together.
fn extension(course: &Course) -> Finding {
    let found = if setup::is_done(&course.root, &[]) {
        load_an_extension(course).map_err(|error| first_line(&error.to_string()))
    } else {
        Err("not tried: set-up comes first".to_owned())
    };
    let advice = "`cargo course setup`. If it still fails, what is marked ✗ above may be the reason.";
    Finding { name: "Extension", found, advice: advice.to_owned(), optional: false }
}

fn load_an_extension(course: &Course) -> Result<String> {
    let Some(module) = course.modules.first() else { return Ok("the course has no modules".to_owned()) };
    // Our own code: the learner's may not compile at the moment.
    let package = format!("{}_solution", module.package);
    let build = compile::build(&Request::new(&course.root, vec![&package]), None, &CancellationToken::default())?;
    let library = build.libraries.get(&package).filter(|_| build.success);
    let library = library.ok_or_else(|| Error::new(format!("{package} does not compile.")))?;
    let folder = workspace::scratch(&course.root)?;
    let name = format!("{}.{}", module.package, python::EXTENSION_ENDING);
    files::copy(library, &folder.path().join(name))?;
    let mut command = python::command(&course.root);
    let question = format!(
        "import platform, sys; sys.path.insert(0, sys.argv[1]); import {}; print(platform.python_version())",
        module.package
    );
    command.args(["-c", &question]).arg(folder.path());
    match ask_last_line(&mut command) {
        Ok(version) => Ok(format!("one was built, and Python {version} has loaded it")),
        Err(why) => Err(Error::new(format!("Python cannot load what was built here: {why}"))),
    }
}

fn writable(course: &Course) -> Finding {
    let found = workspace::scratch(&course.root)
        .and_then(|folder| files::write_atomically(&folder.path().join("probe"), &[0; 1 << 20]))
        .map(|()| format!("{} can be written to", course.root.display()))
        .map_err(|error| first_line(&error.to_string()));
    Finding {
        name: "Folder",
        found,
        advice: "Free some disk space, or move the course to a folder of yours.".to_owned(),
        optional: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_far_down_is_named_with_its_length() {
        assert_eq!(length_of_paths(Path::new("C:\\course")).found, Ok("9 of at most 108 characters".to_owned()));
        let deep = format!("C:\\{}", "a".repeat(106));
        let problem = length_of_paths(Path::new(&deep)).found.expect_err("it is too long");
        assert!(problem.contains("109 characters"), "{problem}");
    }
}
