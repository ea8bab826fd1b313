//! The sandbox: runs programs in the jail, and finds out what of the jail holds on this machine.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use course_core::process::{self, CancellationToken, Finished, Limits};
use course_core::{Error, Result};
use serde_json::Value;

use super::cgroup::Cgroups;
use crate::defence::Defence;

/// The permissions and limits of one program in the jail.
#[derive(Debug, Clone, Default)]
pub(crate) struct SandboxPolicy {
    /// Folders and files to read.
    pub(crate) read: Vec<PathBuf>,
    /// Folders inside the readable ones that it may not read.
    pub(crate) hide: Vec<PathBuf>,
    /// Folders to write to.
    pub(crate) write: Vec<PathBuf>,
    /// Folders to write to, whose contents nobody needs afterwards.
    pub(crate) scratch: Vec<PathBuf>,
    /// Whether it may start others.
    pub(crate) processes: bool,
    /// Whether it may use sockets, among its own.
    pub(crate) network: bool,
    /// MiB.
    pub(crate) memory: u32,
    /// Seconds of a processor.
    pub(crate) cpu: u32,
    /// MiB of one file.
    pub(crate) file_size: u32,
    /// The folder in which it starts.
    pub(crate) folder: Option<PathBuf>,
}

/// The jail of this machine.
#[derive(Debug, Clone)]
pub(crate) struct Jail {
    program: PathBuf,
    without: Vec<Defence>,
    /// Whether root makes the namespaces itself.
    privileged: bool,
    cgroups: Vec<PathBuf>,
}

impl Jail {
    /// `program` is the built `course-jail`.
    ///
    /// Whether this machine has namespaces is found out here, once. Later a submission could use up what they need;
    /// from here on, a program that cannot have its own namespaces is not started.
    pub(crate) fn new(program: PathBuf, without: &[Defence]) -> Self {
        let mut without = without.to_vec();
        let mut question = Command::new(&program);
        let answer = question.env_clear().arg("--has-namespaces").stdin(Stdio::null()).output();
        let answer = answer.ok().filter(|answer| answer.status.success());
        if answer.is_none() {
            without.push(Defence::Namespaces);
        }
        let privileged = answer.is_some_and(|answer| answer.stdout.trim_ascii() == b"privileged");
        Self { program, without, privileged, cgroups: Vec::new() }
    }

    /// The same jail, whose programs are counted together.
    #[must_use]
    pub(crate) fn counted_by(&self, cgroups: &Cgroups) -> Self {
        Self { cgroups: cgroups.files(), ..self.clone() }
    }

    /// The command line to put before a program.
    pub(crate) fn command_line(&self, policy: &SandboxPolicy) -> Vec<String> {
        let mut arguments = vec![text(&self.program)];
        let mut option = |name: &str, value: String| arguments.extend([format!("--{name}"), value]);
        policy.read.iter().for_each(|path| option("read", text(path)));
        policy.hide.iter().for_each(|path| option("hide", text(path)));
        policy.write.iter().for_each(|path| option("write", text(path)));
        policy.scratch.iter().for_each(|path| option("scratch", text(path)));
        option("memory", policy.memory.to_string());
        option("cpu", policy.cpu.to_string());
        option("file-size", policy.file_size.to_string());
        self.cgroups.iter().for_each(|path| option("cgroup", text(path)));
        self.without
            .iter()
            .filter(|defence| defence.is_of_the_jail())
            .for_each(|defence| option("without", defence.to_string()));
        if let Some(folder) = &policy.folder {
            option("chdir", text(folder));
        }
        arguments.extend(
            [("--processes", policy.processes), ("--network", policy.network), ("--privileged", self.privileged)]
                .into_iter()
                .filter(|(_, on)| *on)
                .map(|(option, _)| option.to_owned()),
        );
        arguments.push("--".to_owned());
        arguments
    }

    /// Runs a program in the jail with this environment and nothing of the grader's own.
    pub(crate) fn run<'e>(
        &self,
        policy: &SandboxPolicy,
        program: &[String],
        environment: impl Iterator<Item = (&'e str, &'e str)>,
        limits: Limits,
    ) -> Result<Finished> {
        let arguments = self.command_line(policy);
        let mut command = Command::new(&self.program);
        command.args(&arguments[1..]).args(program).env_clear().envs(environment);
        process::run(&mut command, limits, &CancellationToken::default())
    }
}

/// A path as an argument. The course's own paths are text, or nothing works.
fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// Tries each forbidden act in the jail. Returns those that succeed, as a sentence each.
pub(crate) fn probe(
    jail: &Jail,
    policy: &SandboxPolicy,
    python: &[String],
    script: &Path,
    secret: &Path,
) -> Result<Vec<String>> {
    let mut policy = policy.clone();
    policy.read.push(script.to_owned());
    let mut program = python.to_vec();
    program.extend([text(script), text(secret), std::process::id().to_string()]);
    program.push(if policy.processes { "processes" } else { "threads" }.to_owned());
    let limits = Limits { time: Duration::from_secs(60), output: 1 << 20 };
    let finished = jail.run(&policy, &program, std::iter::empty(), limits)?;
    let escaped = finished.stdout.lines().last().and_then(|line| serde_json::from_str::<Value>(line).ok());
    let Some(Value::Array(escaped)) = escaped else {
        return Err(Error::new(format!(
            "Nothing can be run in the jail on this machine:\n{}{}",
            finished.stdout.trim_end(),
            finished.stderr.trim_end()
        ))
        .advice("Install bubblewrap, or see the page on grading in the book for what the jail needs."));
    };
    Ok(escaped.iter().filter_map(|sentence| sentence.as_str().map(str::to_owned)).collect())
}
