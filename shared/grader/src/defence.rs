//! The grader's defences, each of which `--without` can leave out to show what it is good for.

use std::fmt;
use std::str::FromStr;

/// A defence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Defence {
    /// A view of the machine of its own, by bubblewrap.
    Namespaces,
    /// Another user than root.
    User,
    /// Rules about files and sockets, by Landlock.
    Landlock,
    /// A filter of system calls.
    Seccomp,
    /// Limits of one process.
    Limits,
    /// Limits of all processes together.
    Cgroups,
    /// Tests run outside the process with the submission.
    Proxy,
    /// Only the files that learners edit are taken.
    Intake,
}

impl Defence {
    /// All of them, in the order in which the help names them.
    pub(crate) const ALL: [Self; 8] = [
        Self::Namespaces,
        Self::User,
        Self::Landlock,
        Self::Seccomp,
        Self::Limits,
        Self::Cgroups,
        Self::Proxy,
        Self::Intake,
    ];

    /// The name on the command line, of the grader and of the jail.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Namespaces => "namespaces",
            Self::User => "user",
            Self::Landlock => "landlock",
            Self::Seccomp => "seccomp",
            Self::Limits => "limits",
            Self::Cgroups => "cgroups",
            Self::Proxy => "proxy",
            Self::Intake => "intake",
        }
    }

    /// Whether it is a mechanism of the jail, rather than of the grader.
    pub(crate) const fn is_of_the_jail(self) -> bool {
        !matches!(self, Self::Proxy | Self::Intake)
    }

    /// All names, for people.
    pub(crate) fn names() -> String {
        Self::ALL.map(Self::name).join(", ")
    }
}

impl fmt::Display for Defence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Defence {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|defence| defence.name() == name)
            .ok_or_else(|| format!("no defence `{name}`; there are {}", Self::names()))
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use course_core::files;

    use super::*;

    /// The attacks that say that the defence of this name holds them.
    fn attacks_held(name: &str) -> Vec<String> {
        let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/hostile");
        let is_held = |folder: &Path| {
            let about: toml::Table = files::read(&folder.join("attack.toml")).unwrap().parse().unwrap();
            let without = about.get("without").and_then(toml::Value::as_array);
            without.is_some_and(|names| names.iter().any(|held_by| held_by.as_str() == Some(name)))
        };
        let attacks = files::entries(&corpus).unwrap().into_iter().filter(|path| path.join("attack.toml").exists());
        let folders = attacks.filter(|folder| is_held(folder));
        folders.map(|folder| folder.display().to_string()).collect()
    }

    #[test]
    fn every_defence_holds_an_attack_of_the_corpus() {
        for defence in Defence::ALL {
            assert!(!attacks_held(defence.name()).is_empty(), "no attack shows what `{defence}` is good for");
        }
    }
}
