//! Starts a program that may be hostile. On Linux it gets namespaces of its own (through bubblewrap), limits, Landlock and a
//! seccomp filter, in this order; then it replaces this process. Root's rights are given up on the way: the program is the
//! user "nobody" wherever that user can read what the program needs. Elsewhere it is started as it is: the grader's probe finds
//! out what does not hold, and says so in every report.
//!
//! ```text
//! course-jail --has-namespaces      exit 0 if this machine can make them, and "privileged" where root makes them itself
//! course-jail [--privileged] --read DIR… [--hide DIR…] --write DIR… [--scratch DIR…] [--processes] [--network] [--memory MIB]
//!             [--cpu SECONDS] [--file-size MIB]
//!             [--cgroup FILE…] [--without MECHANISM…] [--chdir DIR] -- PROGRAM ARGUMENT…
//! ```
//!
//! The environment and the descriptors above 2 are the caller's to choose; both reach the program.

#![forbid(unsafe_code)]

mod arguments;
#[cfg(target_os = "linux")]
mod files;
#[cfg(target_os = "linux")]
mod filter;
#[cfg(target_os = "linux")]
mod limits;
mod mechanism;
#[cfg(target_os = "linux")]
mod namespaces;
#[cfg(target_os = "linux")]
mod user;

use std::process::{Command, ExitCode};

use arguments::Policy;
#[cfg(target_os = "linux")]
use mechanism::Mechanism;

/// The exit code when the jail itself cannot be made: nothing ran.
const NO_JAIL: u8 = 125;

fn main() -> ExitCode {
    if std::env::args_os().nth(1).is_some_and(|word| word == "--has-namespaces") {
        return match how_namespaces_are_made() {
            Some(how) => {
                println!("{how}");
                ExitCode::SUCCESS
            }
            None => ExitCode::FAILURE,
        };
    }
    let policy = match arguments::parse(std::env::args_os().skip(1)) {
        Ok(policy) => policy,
        Err(error) => return complain(&format!("{error}")),
    };
    match enter(&policy) {
        Ok(mut command) => run(&mut command),
        Err(error) => complain(&error),
    }
}

fn complain(what: &str) -> ExitCode {
    eprintln!("course-jail: {what}");
    ExitCode::from(NO_JAIL)
}

/// Takes on all that this process can be limited by; the command is the program to become.
#[cfg(target_os = "linux")]
fn enter(policy: &Policy) -> Result<Command, String> {
    tie_life_to_parents()?;
    if !policy.inside {
        limits::join_cgroups(policy)?;
        if policy.uses(Mechanism::Namespaces) {
            return namespaces::command(policy); // This program again, in there, with `--inside`.
        }
    }
    if policy.become_nobody
        || (!policy.inside && policy.uses(Mechanism::User) && user::is_root() && user::nobody_can_read(policy, true))
    {
        if !policy.inside {
            user::give_to_nobody(policy)?;
        }
        user::become_nobody()?;
        tie_life_to_parents()?; // Another user's process has lost this.
    }
    limits::apply(policy)?;
    user::give_up_rights()?;
    if policy.uses(Mechanism::Landlock) {
        files::restrict(policy)?;
    }
    if policy.uses(Mechanism::Seccomp) {
        filter::apply(policy)?;
    }
    let mut command = Command::new(&policy.program);
    command.args(&policy.arguments);
    if let Some(folder) = &policy.folder {
        command.current_dir(folder);
    }
    Ok(command)
}

/// Has the kernel end this program with its parent.
#[cfg(target_os = "linux")]
fn tie_life_to_parents() -> Result<(), String> {
    rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL))
        .map_err(|error| format!("cannot tie its life to its parent's: {error}"))
}

#[cfg(target_os = "linux")]
fn how_namespaces_are_made() -> Option<&'static str> {
    namespaces::how_made()
}

#[cfg(not(target_os = "linux"))]
fn how_namespaces_are_made() -> Option<&'static str> {
    None
}

#[cfg(not(target_os = "linux"))]
fn enter(policy: &Policy) -> Result<Command, String> {
    let mut command = Command::new(&policy.program);
    command.args(&policy.arguments);
    if let Some(folder) = &policy.folder {
        command.current_dir(folder);
    }
    Ok(command)
}

#[cfg(unix)]
fn run(command: &mut Command) -> ExitCode {
    use std::os::unix::process::CommandExt as _;
    let error = command.exec(); // Comes back only if it failed.
    complain(&format!("cannot start {}: {error}", command.get_program().to_string_lossy()))
}

#[cfg(not(unix))]
fn run(command: &mut Command) -> ExitCode {
    match command.status() {
        Ok(status) => status.code().and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from),
        Err(error) => complain(&format!("cannot start {}: {error}", command.get_program().to_string_lossy())),
    }
}
