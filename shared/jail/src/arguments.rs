//! The permissions of a jail, as the grader asks for them.

use std::ffi::OsString;
use std::path::PathBuf;

use lexopt::{Arg, Parser, ValueExt as _};

use crate::mechanism::Mechanism;

/// The limits of one jail.
#[derive(Debug, Default)]
pub(crate) struct Policy {
    /// Files and folders that may be read, besides the system's own libraries and programs.
    pub(crate) read: Vec<PathBuf>,
    /// Folders inside the readable ones that may not be read: somebody may have installed a solution there.
    pub(crate) hide: Vec<PathBuf>,
    /// Files and folders that may be written.
    pub(crate) write: Vec<PathBuf>,
    /// Folders to write to whose contents nobody needs afterwards: in memory and sized, where there are namespaces.
    pub(crate) scratch: Vec<PathBuf>,
    /// Whether the program may start others.
    pub(crate) processes: bool,
    /// Whether it may use sockets: inside its namespaces that reaches nobody but itself.
    pub(crate) network: bool,
    /// MiB of memory of its own.
    pub(crate) memory: Option<u64>,
    /// Seconds on a processor, each process for itself.
    pub(crate) cpu: Option<u64>,
    /// MiB of one file.
    pub(crate) file_size: Option<u64>,
    /// `cgroup.procs` files of control groups to join.
    pub(crate) cgroups: Vec<PathBuf>,
    /// Mechanisms to leave out, so that a test can show what each is good for.
    pub(crate) without: Vec<Mechanism>,
    /// Whether root makes the namespaces itself, which leaves it free to become another user in there.
    pub(crate) privileged: bool,
    /// The folder that the program starts in.
    pub(crate) folder: Option<PathBuf>,
    /// Set by this program for itself, once it runs inside its namespaces.
    pub(crate) inside: bool,
    /// Set by this program for itself: it is still root in there, and is to become nobody.
    pub(crate) become_nobody: bool,
    pub(crate) program: OsString,
    pub(crate) arguments: Vec<OsString>,
    /// All arguments as they came, to hand on.
    #[cfg_attr(not(target_os = "linux"), allow(dead_code))]
    pub(crate) original: Vec<OsString>,
}

impl Policy {
    /// Whether a mechanism is wanted.
    #[cfg_attr(not(target_os = "linux"), allow(dead_code))]
    pub(crate) fn uses(&self, mechanism: Mechanism) -> bool {
        !self.without.contains(&mechanism)
    }
}

/// Reads the command line.
pub(crate) fn parse(arguments: impl Iterator<Item = OsString>) -> Result<Policy, lexopt::Error> {
    let original: Vec<OsString> = arguments.collect();
    let mut policy = Policy { original: original.clone(), ..Policy::default() };
    let mut parser = Parser::from_args(original);
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Long("read") => policy.read.push(parser.value()?.into()),
            Arg::Long("hide") => policy.hide.push(parser.value()?.into()),
            Arg::Long("write") => policy.write.push(parser.value()?.into()),
            Arg::Long("scratch") => policy.scratch.push(parser.value()?.into()),
            Arg::Long("processes") => policy.processes = true,
            Arg::Long("network") => policy.network = true,
            Arg::Long("memory") => policy.memory = Some(parser.value()?.parse()?),
            Arg::Long("cpu") => policy.cpu = Some(parser.value()?.parse()?),
            Arg::Long("file-size") => policy.file_size = Some(parser.value()?.parse()?),
            Arg::Long("cgroup") => policy.cgroups.push(parser.value()?.into()),
            Arg::Long("without") => policy.without.push(parser.value()?.parse()?),
            Arg::Long("chdir") => policy.folder = Some(parser.value()?.into()),
            Arg::Long("privileged") => policy.privileged = true,
            Arg::Long("inside") => policy.inside = true,
            Arg::Long("become-nobody") => policy.become_nobody = true,
            Arg::Value(program) => {
                policy.program = program;
                policy.arguments = parser.raw_args()?.collect();
                return Ok(policy);
            }
            _ => return Err(argument.unexpected()),
        }
    }
    Err("no program to start".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(arguments: &[&str]) -> Result<Policy, String> {
        parse(arguments.iter().map(OsString::from)).map_err(|error| error.to_string())
    }

    #[test]
    fn a_mechanism_that_does_not_exist_is_refused() {
        let policy = parsed(&["--without", "seccomp", "--", "true"]).expect("it exists");
        assert!(!policy.uses(Mechanism::Seccomp) && policy.uses(Mechanism::Landlock));
        for name in ["Seccomp", "secomp", ""] {
            let error = parsed(&["--without", name, "--", "true"]).expect_err("it does not exist");
            assert!(error.contains(&format!("no mechanism `{name}`")), "{error}");
        }
    }
}
