//! `cargo course doctor`: what this machine has, what is missing, and the command that mends it.

use std::process::Command;
use std::time::Duration;

use crate::catalogue::Course;
use crate::fault::Outcome;
use crate::process::{self, Cancel, Limits};
use crate::python;
use crate::setup;
use crate::terminal::{self, Tone, paint};
use crate::workspace;

/// One thing that was looked at.
struct Finding {
    name: &'static str,
    /// What there is, or what is wrong.
    found: Result<String, String>,
    /// What mends it, or would be better.
    mend: String,
    /// Whether the course can do without.
    optional: bool,
}

pub(crate) fn run(course: &Course) -> Outcome<u8> {
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
            Ok(text) => (paint(Tone::Good, "✓"), text),
            Err(text) if finding.optional => (paint(Tone::Note, "○"), text),
            Err(text) => {
                missing += 1;
                (paint(Tone::Bad, "✗"), text)
            }
        };
        terminal::say(format!("{mark} {:<14} {text}", finding.name));
        if finding.found.is_err() {
            terminal::say(format!("  {:<14} → {}", "", finding.mend));
        }
    }
    terminal::say(if missing == 0 {
        "\nNothing is missing."
    } else {
        "\nMend what is marked ✗, then run `cargo course setup`."
    });
    Ok(if missing == 0 { 0 } else { 2 })
}

/// A tool's first line, or why there is none.
fn first_line(command: &mut Command) -> Result<String, String> {
    let limits = Limits { time: Duration::from_secs(20), output: 1 << 16 };
    let finished = process::run(command, limits, &Cancel::default()).map_err(|_| "not found".to_owned())?;
    let said = if finished.stdout.trim().is_empty() { &finished.stderr } else { &finished.stdout };
    let line = said.lines().next().unwrap_or_default().trim().to_owned();
    if finished.end.success() { Ok(line) } else { Err(format!("does not run: {line}")) }
}

fn optional_tool(name: &'static str, option: &str, mend: &str) -> Finding {
    Finding { name, found: first_line(Command::new(name).arg(option)), mend: mend.to_owned(), optional: true }
}

fn rust(course: &Course) -> Finding {
    let found = first_line(workspace::cargo(&course.root).arg("--version"));
    Finding {
        name: "Rust",
        found,
        mend: "Install Rust from rustup.rs, or renew it with `rustup update`.".to_owned(),
        optional: false,
    }
}

/// The linker: without it this program could not have been built, but it may have gone since.
fn linker() -> Finding {
    if cfg!(windows) {
        return Finding {
            name: "Linker",
            found: Ok("the one that built this program".to_owned()),
            mend: String::new(),
            optional: false,
        };
    }
    let mend = if cfg!(target_os = "macos") {
        "`xcode-select --install`"
    } else {
        "Debian, Ubuntu: `sudo apt install build-essential`; Fedora: `sudo dnf install gcc`"
    };
    Finding {
        name: "Linker (cc)",
        found: first_line(Command::new("cc").arg("--version")),
        mend: mend.to_owned(),
        optional: false,
    }
}

fn interpreter() -> Finding {
    let found = python::find()
        .map(|found| format!("{} at {}", found.version, found.path.display()))
        .map_err(|fault| first_of(&fault.to_string()));
    Finding {
        name: "Python",
        optional: found.is_err() && python::uv().is_some(),
        found,
        mend: python::install_advice(),
    }
}

fn first_of(text: &str) -> String {
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
    Finding { name: "Environment", found, mend: "`cargo course setup`".to_owned(), optional: false }
}

fn set_up(course: &Course) -> Finding {
    let found = if setup::is_done(&course.root, &[]) {
        Ok("complete".to_owned())
    } else {
        Err("not done for this state of the course".to_owned())
    };
    Finding { name: "Set-up", found, mend: "`cargo course setup`".to_owned(), optional: false }
}

fn writable(course: &Course) -> Finding {
    let found = workspace::scratch(&course.root)
        .and_then(|folder| crate::files::write_atomically(&folder.path().join("probe"), &[0; 1 << 20]))
        .map(|()| format!("{} can be written to", course.root.display()))
        .map_err(|fault| first_of(&fault.to_string()));
    Finding {
        name: "Folder",
        found,
        mend: "Free some disk space, or move the course to a folder of yours.".to_owned(),
        optional: false,
    }
}
