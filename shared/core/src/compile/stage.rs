//! The stage of a build, read from cargo's progress lines.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use super::{Request, locked};
use crate::lock_holder::CargoLock;
use crate::tool_advice;

/// The progress of a build by cargo. A newer save ends the build of the learner's own crate, but never that of a dependency: cargo would
/// start the dependency from the beginning, and a learner who saves often would wait for ever.
pub(super) struct Stage {
    /// The packages and test programs that were asked for, as cargo's progress names them.
    own: BTreeSet<String>,
    /// The same, to remember them by.
    key: String,
    phase: Phase,
    since: Instant,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// cargo's first progress comes after half a second.
    Unknown,
    Dependencies,
    Own,
    Waiting,
}

/// The news in a piece of cargo's standard error.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum OutputLine {
    Building { done: u64, total: u64, what: String },
    Waiting(CargoLock),
    Nothing,
}

/// For so long a build may be at a dependency without saying so.
const SILENCE: Duration = Duration::from_secs(1);

/// Builds that came as far as their own crates: their dependencies are there.
static DEPENDENCIES_BUILT: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

impl Stage {
    /// The beginning of a build.
    pub(super) fn of(request: &Request<'_>) -> Self {
        let packages = request.packages.iter().map(|package| (*package).to_owned());
        let tests = request.tests.iter().map(|test| format!("{test}(test)"));
        Self {
            own: packages.chain(tests).collect(),
            key: format!("{} {:?} {}", request.root.display(), request.packages, request.release),
            phase: Phase::Unknown,
            since: Instant::now(),
        }
    }

    /// Follows cargo's output.
    pub(super) fn read(&mut self, text: &str) -> OutputLine {
        if let Some((done, total, mut what)) = read_progress(text) {
            // A line without names changes nothing. A line that was cut short names more than there was room for.
            let mut names = what.split(", ").filter(|name| !name.is_empty()).peekable();
            if names.peek().is_some() {
                let all_own = names.all(|name| self.own.contains(name));
                self.phase = if all_own { Phase::Own } else { Phase::Dependencies };
            }
            match self.phase {
                Phase::Own => self.has_built_its_dependencies(),
                Phase::Dependencies => what.push_str(" (dependencies, built once)"),
                Phase::Unknown | Phase::Waiting => {}
            }
            OutputLine::Building { done, total, what }
        } else if let Some(lock) = tool_advice::awaited_lock(text) {
            self.phase = Phase::Waiting;
            OutputLine::Waiting(lock)
        } else {
            OutputLine::Nothing
        }
    }

    /// Keeps in mind that the dependencies are there.
    pub(super) fn has_built_its_dependencies(&self) {
        locked(&DEPENDENCIES_BUILT).insert(self.key.clone());
    }

    /// Whether cargo may be at a dependency now.
    pub(super) fn builds_dependencies(&self) -> bool {
        match self.phase {
            Phase::Dependencies => true,
            Phase::Unknown => self.since.elapsed() < SILENCE && !locked(&DEPENDENCIES_BUILT).contains(&self.key),
            Phase::Own | Phase::Waiting => false,
        }
    }
}

/// `Building [===>   ] 12/58: numpy` on standard error.
fn read_progress(text: &str) -> Option<(u64, u64, String)> {
    let (_, rest) = text.rsplit_once("] ")?;
    let (counts, what) = rest.split_once(": ").unwrap_or((rest, ""));
    let (done, total) = counts.split_once('/')?;
    let what = what.split(['\r', '\n', '\u{1b}']).next().unwrap_or_default().trim();
    let total = total.split(|sign: char| !sign.is_ascii_digit()).next().unwrap_or_default();
    Some((done.trim().parse().ok()?, total.parse().ok()?, what.to_owned()))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn stage() -> Stage {
        let request = Request { tests: vec!["sums".to_owned()], ..Request::new(Path::new("/nowhere"), vec!["mine"]) };
        Stage::of(&request)
    }

    #[test]
    fn only_what_was_asked_for_may_be_ended() {
        for (line, dependencies) in [
            ("    Building [=>   ] 1/9: pyo3-ffi(build)\r", true),
            ("    Building [=>   ] 1/9: numpy, mine\r", true),
            ("    Building [=>   ] 1/9: mine, mine(build.rs), pro...\r", true),
            ("    Building [====>] 8/9: mine\r", false),
            ("    Building [====>] 8/9: mine, sums(test)\r", false),
            ("    Blocking waiting for file lock on artifact directory\n", false),
        ] {
            let mut stage = stage();
            stage.read(line);
            assert_eq!(stage.builds_dependencies(), dependencies, "{line}");
        }
    }

    #[test]
    fn before_cargo_says_anything_it_may_be_at_a_dependency() {
        let mut first = Stage { key: "first".to_owned(), ..stage() };
        assert!(first.builds_dependencies());
        first.since -= 2 * SILENCE;
        assert!(!first.builds_dependencies(), "cargo is stuck in something else");
        // Once the learner's own crate was reached, the dependencies are there.
        first.read("    Building [====>] 8/9: mine\r");
        assert!(!Stage { key: "first".to_owned(), ..stage() }.builds_dependencies());
    }

    #[test]
    fn progress_is_read_with_its_numbers() {
        let mut stage = stage();
        let OutputLine::Building { done: 12, total: 58, what } = stage.read("    Building [=> ] 12/58: numpy, pyo3\r")
        else {
            panic!("it is not read");
        };
        assert_eq!(what, "numpy, pyo3 (dependencies, built once)");
        assert_eq!(stage.read("   Compiling numpy v0.30\n"), OutputLine::Nothing);
        assert!(stage.builds_dependencies(), "a line without names changes nothing");
    }
}
