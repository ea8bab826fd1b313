//! Steps of CI that run in the background, in a process of their own, so that both processors have work.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

use course_core::{Error, Result, files};

use crate::tools::program;

/// The number of steps that held, and of those that did not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) passed: usize,
    pub(crate) failed: usize,
}

/// Steps under way. Dropping it ends them.
#[derive(Debug)]
pub(crate) struct BackgroundSteps {
    child: Child,
    log: PathBuf,
    steps: usize,
}

impl BackgroundSteps {
    /// Starts them, one after another.
    pub(crate) fn start(root: &Path, steps: &[&str]) -> Result<Self> {
        let log = root.join("target/ci-background.txt");
        let output = File::create(&log).map_err(|error| Error::file("write", &log, error))?;
        let errors = output.try_clone().map_err(|error| Error::file("write", &log, error))?;
        let own = std::env::current_exe()
            .map_err(|error| Error::new(format!("This program cannot be found: {error}.")).caused_by(error))?;
        let child = program(root, own)
            .arg("ci")
            .args(steps)
            .stdin(Stdio::null())
            .stdout(output)
            .stderr(errors)
            .spawn()
            .map_err(|error| {
                Error::new(format!("The steps in the background cannot be started: {error}.")).caused_by(error)
            })?;
        Ok(Self { child, log, steps: steps.len() })
    }

    /// Waits for their end, shows what they have printed, and counts them. If they broke off, all of them have failed.
    pub(crate) fn finish(mut self) -> Result<Counts> {
        let ended = self.child.wait();
        ended.map_err(|error| {
            Error::new(format!("Cannot wait for the steps in the background: {error}.")).caused_by(error)
        })?;
        let text = files::read(&self.log)?;
        print!("{text}");
        Ok(last_counts(&text).unwrap_or(Counts { passed: 0, failed: self.steps }))
    }
}

impl Drop for BackgroundSteps {
    fn drop(&mut self) {
        let _ = self.child.kill(); // It has ended already, unless the others broke off.
        let _ = self.child.wait();
    }
}

/// The numbers of `N passed, N failed` in the last line.
fn last_counts(text: &str) -> Option<Counts> {
    let (passed, failed) = text.lines().next_back()?.strip_suffix(" failed")?.split_once(" passed, ")?;
    Some(Counts { passed: passed.parse().ok()?, failed: failed.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_last_line_with_both_numbers_counts() {
        assert_eq!(
            last_counts("1 passed, 0 failed\n--- ok\n\n4 passed, 1 failed\n"),
            Some(Counts { passed: 4, failed: 1 })
        );
        for broken_off in ["", "4 passed, 1 failed\n=== the book\n", "4 passed, one failed\n", "424 passed\n"] {
            assert_eq!(last_counts(broken_off), None, "{broken_off}");
        }
    }
}
