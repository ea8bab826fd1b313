//! The mechanisms that the jail is made of. The grader has the same names for its defences (`grader/src/defence.rs`).

use std::str::FromStr;

/// A mechanism that `--without` can leave out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mechanism {
    /// A view of the machine of its own, by bubblewrap.
    Namespaces,
    /// Another user than root.
    User,
    /// Rules about files and sockets.
    Landlock,
    /// A filter of system calls.
    Seccomp,
    /// Limits of one process.
    Limits,
    /// Limits of all processes together.
    Cgroups,
}

impl FromStr for Mechanism {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "namespaces" => Ok(Self::Namespaces),
            "user" => Ok(Self::User),
            "landlock" => Ok(Self::Landlock),
            "seccomp" => Ok(Self::Seccomp),
            "limits" => Ok(Self::Limits),
            "cgroups" => Ok(Self::Cgroups),
            _ => Err(format!("no mechanism `{name}`")),
        }
    }
}
