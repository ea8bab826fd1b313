//! Annotations on a run of GitHub Actions. This is the one report that speaks to CI, so here every field is escaped as
//! the service's own toolkit does it, after everything that could be a command is gone from it.

use super::{NAME, conditions, entries, name, outcome};
use crate::grade::{ExerciseGrade, Flag, Grade};
use crate::test_status::Status;
use crate::untrusted_text::{Limits, line, plain};

/// GitHub shows ten annotations of a level for one step and drops the rest without a word.
const SHOWN: usize = 10;

pub(super) fn render(grade: &Grade) -> String {
    let failed = grade.exercises.iter().filter(|exercise| exercise.status != Status::Passed);
    let mut warnings = not_enforced(grade);
    warnings.extend(grade.flags.iter().map(|flag| flagged(grade, flag)));
    let levels =
        [capped("error", failed.map(missed).collect()), capped("warning", warnings), capped("notice", notices(grade))];
    levels.concat()
}

/// One annotation but for its level.
#[derive(Default)]
struct Annotation {
    file: String,
    line: usize,
    title: String,
    message: String,
}

impl Annotation {
    fn command(&self, level: &str) -> String {
        let mut properties = Vec::new();
        if !self.file.is_empty() {
            properties.push(format!("file={}", property(&self.file)));
            if self.line > 0 {
                properties.push(format!("line={}", self.line));
            }
        }
        properties.push(format!("title={}", property(&self.title)));
        format!("::{level} {}::{}\n", properties.join(","), data(&self.message))
    }
}

/// The commands of one level; if there are too many, the last says so.
fn capped(level: &str, mut annotations: Vec<Annotation>) -> String {
    if annotations.len() > SHOWN {
        let more = annotations.split_off(SHOWN - 1).len();
        let title = format!("{more} more");
        annotations.push(Annotation { title, message: "See the other reports.".to_owned(), ..Annotation::default() });
    }
    annotations.iter().map(|annotation| annotation.command(level)).collect()
}

/// An exercise that lacks something, with its first failure.
fn missed(exercise: &ExerciseGrade) -> Annotation {
    let title = format!("{} of {} points: {}", exercise.score, exercise.max_score, name(&exercise.id));
    let tests = entries(exercise);
    let mut message = outcome(exercise.status).to_owned();
    if !exercise.message.is_empty() {
        message = format!("{message}\n{}", plain(&exercise.message, Limits::BRIEF));
    } else if let Some(first) = tests.iter().find(|entry| !entry.passed()) {
        let details = first.message_for_student(Limits::BRIEF);
        message = format!("{}: {}\n{details}", first.name(), outcome(first.status)).trim_end().to_owned();
    }
    Annotation { title, message, ..Annotation::default() }
}

fn not_enforced(grade: &Grade) -> Vec<Annotation> {
    let missing: Vec<_> = conditions(grade).into_iter().skip(1).collect();
    if missing.is_empty() {
        return Vec::new();
    }
    let title = format!("{} of the jail's mechanisms NOT ENFORCED", missing.len());
    vec![Annotation { title, message: missing.join("\n"), ..Annotation::default() }]
}

fn flagged(grade: &Grade, flag: &Flag) -> Annotation {
    let module = grade.exercises.iter().find(|exercise| exercise.id == flag.exercise).map(|exercise| &exercise.module);
    let file = module.map_or_else(|| flag.file.clone(), |module| format!("modules/{module}/{}", flag.file));
    Annotation {
        file: name(&file),
        line: flag.line,
        title: format!("for a person to look at: {}", name(&flag.exercise)),
        message: line(&flag.message, NAME),
    }
}

fn notices(grade: &Grade) -> Vec<Annotation> {
    let soft = conditions(grade).swap_remove(0);
    let title = format!("{} of {} points", grade.score(), grade.max_score());
    let mut notices = vec![Annotation { title, message: soft, ..Annotation::default() }];
    if !grade.ignored.is_empty() {
        let title = format!("{} files ignored", grade.ignored.len());
        // The word in front: a file named ":" would make a command of the line.
        let files = grade
            .ignored
            .iter()
            .take(SHOWN)
            .map(|file| format!("ignored {}: {}", name(&file.path), line(&file.reason, NAME)));
        notices.push(Annotation { title, message: files.collect::<Vec<_>>().join("\n"), ..Annotation::default() });
    }
    notices
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::super::samples::{assert_quiet, empty, grades, hostile, normal};
    use super::*;

    fn unescaped(text: &str) -> String {
        let text = text.replace("%3A", ":").replace("%2C", ",");
        text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")
    }

    /// A command as the runner of GitHub Actions takes it apart.
    fn parsed(line: &str) -> (String, BTreeMap<String, String>, String) {
        let (head, message) = line.strip_prefix("::").and_then(|rest| rest.split_once("::")).expect("a command");
        let (level, properties) = head.split_once(' ').expect("properties");
        let properties = properties.split(',').map(|property| property.split_once('=').expect("a property"));
        let properties = properties.map(|(name, value)| (name.to_owned(), unescaped(value)));
        (level.to_owned(), properties.collect(), unescaped(message))
    }

    fn check(grade: &Grade) -> Vec<(String, BTreeMap<String, String>, String)> {
        let text = render(grade);
        assert!(!text.contains(['\r', '\u{2028}', '\u{85}']));
        let commands: Vec<_> = text.lines().map(parsed).collect();
        let mut levels = BTreeMap::new();
        for (level, properties, message) in &commands {
            *levels.entry(level.as_str()).or_insert(0) += 1;
            assert!(["error", "warning", "notice"].contains(&level.as_str()));
            assert!(properties.keys().all(|name| ["file", "line", "title"].contains(&name.as_str())));
            assert_quiet(message);
            properties.values().for_each(|value| assert_quiet(value));
        }
        assert!(levels.values().all(|&count| count <= SHOWN));
        let failed = grade.exercises.iter().filter(|exercise| exercise.status != Status::Passed).count();
        assert_eq!(levels.get("error").copied().unwrap_or(0), failed.min(SHOWN));
        let title = format!("{} of {} points", grade.score(), grade.max_score());
        assert!(commands.iter().any(|(level, properties, _)| level == "notice" && properties["title"] == title));
        commands
    }

    #[test]
    fn a_normal_grade() {
        check(&normal());
        assert_eq!(
            render(&normal()),
            "::error title=3.34 of 10 points%3A 02.parallel_sum::02.parallel_sum::test_overflow: failed%0A│ sum([1, 2])%0A│ got: 4\n\
             ::error title=10 of 10.5 points%3A 02.zero_copy::02.zero_copy::test_shares: over its time limit%0A│ longer than 5 s\n\
             ::error title=0 of 4.5 points%3A 03.norm::did not run%0A│ error[E0308]: mismatched types%0A│  --> src/norm.rs:3:5\n\
             ::warning title=1 of the jail's mechanisms NOT ENFORCED::NOT ENFORCED: network: user namespaces are restricted on this machine\n\
             ::warning file=modules/02_parallel_sum/src/parallel_sum.rs,line=12,title=for a person to look at%3A 02.parallel_sum::calls Python's own `sum`\n\
             ::notice title=13.34 of 25 points::Soft tests, judged inside the submission's own process, carry 0.5 of 25 points; 0 of these were earned.\n\
             ::notice title=1 files ignored::ignored modules/02/tests/conftest.py: not an exercise's file\n"
        );
    }

    #[test]
    fn an_empty_and_a_hostile_grade() {
        assert_eq!(check(&empty()).len(), 1);
        let commands = check(&hostile());
        assert_eq!(commands.iter().filter(|(level, ..)| level == "error").count(), SHOWN);
        assert!(commands.iter().any(|(_, properties, _)| properties["title"] == "25 more"));
    }

    #[test]
    fn an_ignored_file_named_as_a_command_begins() {
        let mut grade = normal();
        grade.ignored[0].path = ":".to_owned();
        check(&grade);
    }

    proptest! {
        #[test]
        fn fields_stay_fields(grade in grades()) {
            check(&grade);
        }
    }
}
