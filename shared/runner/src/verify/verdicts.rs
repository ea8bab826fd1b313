//! The results of an exercise in words, for several claims.

use crate::check::verdict::{Test, TestStatus, Verdict};

/// The reasons why an exercise did not pass.
pub(super) fn reasons(verdict: &Verdict) -> String {
    let failures = verdict
        .tests
        .iter()
        .filter(|test| !matches!(test.status, TestStatus::Passed | TestStatus::Skipped))
        .map(describe);
    let mut lines: Vec<String> =
        std::iter::once(verdict.explanation()).filter(|text| !text.is_empty()).chain(failures).collect();
    if lines.is_empty() {
        lines.push("no test ran".to_owned());
    }
    lines.join("\n")
}

/// A test with its message.
pub(super) fn describe(test: &Test) -> String {
    format!("{}: {}", test.name, test.message)
}
