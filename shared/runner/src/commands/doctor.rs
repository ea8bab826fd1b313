//! `cargo course doctor`: what this machine has, what is missing, and the command that mends it.

use std::process::Command as Program;
use std::time::Duration;

use course_core::Result;
use course_core::catalogue::Course;
use course_core::process::{self, CancellationToken, Limits};
use course_core::{files, python, workspace};

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
    /// What there is, or what is wrong.
    found: Result<String, String>,
    /// What mends it, or would be better.
    advice: String,
    /// Whether the course can do without.
    optional: bool,
}

fn run(course: &Course) -> Result<ExitStatus> {
    let findings = [
        rust(course),
        linker(),
        interpreter(),
        venv(course),
        set_up(course),
        optional_tool("uv", "--version", "Not needed. With it, set-up takes seconds less: `pip install uv`."),
        optional_tool("git", "--version", "Not needed to learn. With it you can update the course by `git pull`."),
        writable(course),
    ];
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
    let line = said.lines().next().unwrap_or_default().trim().to_owned();
    if finished.exit.success() { Ok(line) } else { Err(format!("does not run: {line}")) }
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
        .map(|found| format!("{} at {}", found.version, found.path.display()))
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
        Some(found) => Ok(format!("Python {} in .venv", found.version)),
        None if python::environment(&course.root).exists() => {
            Err(".venv is there, but its Python does not run".to_owned())
        }
        None => Err("not made yet".to_owned()),
    };
    Finding { name: "Environment", found, advice: "`cargo course setup`".to_owned(), optional: false }
}

fn set_up(course: &Course) -> Finding {
    let found = if setup::is_done(&course.root, &[]) {
        Ok("complete".to_owned())
    } else {
        Err("not done for this state of the course".to_owned())
    };
    Finding { name: "Set-up", found, advice: "`cargo course setup`".to_owned(), optional: false }
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
