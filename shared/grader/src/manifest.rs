//! The tests that count, and their worth: fixed before a submission is read, from a run of the reference solutions. That
//! run is also the grader's own check: a reference that does not pass is an error of the course or the machine, and then
//! nothing is graded.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use course_core::catalogue::{self, Course, ExerciseRef};
use course_core::files;
use course_core::{Error, Result};
use serde_json::{Value, json};

use crate::session::{SessionResult, TestRun};
use crate::test_status::Status;

/// One test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// As the run names it.
    pub(crate) name: String,
    /// The place where it runs, and its owner.
    pub(crate) kind: Kind,
    /// Whether it can be passed without work: the unchanged stub passes it, because PyO3 itself refuses an argument, say;
    /// or the reference solution, too, only refuses in it, or gives answers that say nothing. See [`crate::score`].
    pub(crate) without_work: bool,
}

/// The place where a test runs, and its owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// The course's, asked from outside.
    Public,
    /// The teacher's, asked from outside.
    Hidden,
    /// The course's, inside the process with the submission.
    Soft,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Hidden => "hidden",
            Self::Soft => "soft",
        }
    }
}

/// The findings of a run of the reference.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Manifest {
    /// The tests of all exercises, by ID.
    tests: BTreeMap<String, Vec<Entry>>,
    /// The time that rustc took for the solution of each module, in the jail, by the module's name.
    compile_times: BTreeMap<String, Duration>,
}

impl Manifest {
    /// The tests of an exercise.
    pub(crate) fn tests(&self, id: &str) -> &[Entry] {
        self.tests.get(id).map_or(&[], Vec::as_slice)
    }

    /// Whether the exercise has been seen.
    pub(crate) fn knows(&self, id: &str) -> bool {
        self.tests.contains_key(id)
    }

    /// The time that rustc took for the solution of a module; zero if it is not known.
    pub(crate) fn compile_time(&self, module: &str) -> Duration {
        self.compile_times.get(module).copied().unwrap_or_default()
    }

    /// Notes what rustc took for the solution of a module. Of several times the longest counts: a busy machine is as slow for
    /// a submission.
    pub(crate) fn note_compile_time(&mut self, module: &str, time: Duration) {
        let known = self.compile_times.entry(module.to_owned()).or_default();
        *known = time.max(*known);
    }

    /// Notes what the reference's run of an exercise showed. Soft tests depend on what the jail lets a process do with
    /// itself: one that the reference does not pass there is left out, and worth nothing to anybody.
    pub(crate) fn note(&mut self, id: &str, kind: Kind, run: &SessionResult) -> Result<()> {
        if kind == Kind::Soft {
            let tests = self.tests.entry(id.to_owned()).or_default();
            let passed =
                run.order.iter().filter(|name| run.tests.get(*name).is_some_and(|ran| ran.status == Status::Passed));
            tests.extend(passed.map(|name| Entry { name: name.clone(), kind, without_work: false }));
            return Ok(());
        }
        if let Some(broken) = &run.broken {
            return Err(broken_reference(id, kind, broken));
        }
        let tests = self.tests.entry(id.to_owned()).or_default();
        for name in &run.order {
            match run.tests.get(name) {
                Some(ran) if ran.status == Status::Passed => {
                    tests.push(Entry { name: name.clone(), kind, without_work: false });
                }
                Some(ran) if ran.status == Status::Skipped => {} // Not for this platform: worth nothing to anybody.
                Some(ran) => return Err(broken_reference(id, kind, &format!("{name}: {}", ran.message))),
                None => return Err(broken_reference(id, kind, &format!("{name} has no result"))),
            }
        }
        match run.tests.keys().find(|name| !run.order.contains(name)) {
            Some(name) => Err(broken_reference(id, kind, &format!("{name}: {}", run.tests[name].message))),
            None => Ok(()),
        }
    }

    /// Notes which of these tests need no work: the unchanged stub passes them, or the solution only refuses in them and gives
    /// answers that say nothing. The names of the course's own functions begin with an underscore. If such a function answers
    /// with the stub too, it does not need the exercise, so its answers do not count.
    pub(crate) fn note_stub(&mut self, id: &str, kind: Kind, solution: &SessionResult, stub: &SessionResult) {
        let with_stub = stub.tests.values().flat_map(|ran| ran.answers.keys());
        let given: BTreeSet<&String> = with_stub.filter(|function| function.starts_with('_')).collect();
        let does_little = |ran: &TestRun| {
            let own = || ran.answers.iter().filter(|(function, _)| !given.contains(function));
            (ran.refused || own().next().is_some()) && own().all(|(_, says_something)| !says_something)
        };
        for test in self.tests.get_mut(id).into_iter().flatten().filter(|test| test.kind == kind) {
            test.without_work = stub.tests.get(&test.name).is_some_and(|ran| ran.status == Status::Passed)
                || (kind != Kind::Soft && solution.tests.get(&test.name).is_some_and(does_little));
        }
    }

    /// Refuses an exercise without a test that is asked from outside: by nothing, everybody would have all points.
    pub(crate) fn check_that_tests_count(&self, id: &str) -> Result<()> {
        if self.tests(id).iter().any(|test| test.kind != Kind::Soft) {
            return Ok(());
        }
        Err(Error::new(format!("{id} has no test that counts: nobody can be graded by it."))
            .advice("Its tests are all skipped here, or soft, or gone. `cargo course verify` says more."))
    }

    /// Refuses an exercise whose points could be had for nothing.
    pub(crate) fn check_that_stub_fails(&self, id: &str) -> Result<()> {
        let mut tests = self.tests(id).iter().filter(|test| test.kind != Kind::Soft).peekable();
        if tests.peek().is_some() && tests.all(|test| test.without_work) {
            return Err(Error::new(format!(
                "Every test of {id} that is asked from outside can be passed without work: the unchanged stub passes it, or \
                 the test asks only for refusals, for zero, for nothing, or for its own argument."
            ))
            .advice("Add a test that needs a result: nobody is graded by tests that need no work."));
        }
        Ok(())
    }

    /// Reads what an earlier grader has noted under this key.
    pub(crate) fn load(folder: &Path, key: &str) -> Option<Self> {
        let text = std::fs::read_to_string(path(folder, key)).ok()?;
        let value: Value = serde_json::from_str(&text).ok()?;
        let mut manifest = Self::default();
        for (module, seconds) in value["compile_seconds"].as_object()? {
            let time = Duration::try_from_secs_f64(seconds.as_f64()?).ok()?;
            manifest.compile_times.insert(module.clone(), time);
        }
        for (id, tests) in value["tests"].as_object()? {
            let entries = tests.as_array()?.iter().map(|test| {
                let kind =
                    [Kind::Public, Kind::Hidden, Kind::Soft].into_iter().find(|kind| kind.name() == test["kind"])?;
                Some(Entry {
                    name: test["name"].as_str()?.to_owned(),
                    kind,
                    without_work: test["without_work"].as_bool()?,
                })
            });
            manifest.tests.insert(id.clone(), entries.collect::<Option<Vec<_>>>()?);
            manifest.check_that_tests_count(id).ok()?; // Such a file is none of ours.
        }
        Some(manifest)
    }

    /// Keeps it for the next grader.
    pub(crate) fn save(&self, folder: &Path, key: &str) -> Result<()> {
        let exercises = self.tests.iter().map(|(id, tests)| {
            let tests: Vec<Value> = tests
                .iter()
                .map(|test| json!({"name": test.name, "kind": test.kind.name(), "without_work": test.without_work}))
                .collect();
            (id.clone(), Value::Array(tests))
        });
        let compile_times = self.compile_times.iter().map(|(module, time)| (module.clone(), time.as_secs_f64().into()));
        let value = json!({
            "tests": Value::Object(exercises.collect()),
            "compile_seconds": Value::Object(compile_times.collect()),
        });
        files::write_atomically(&path(folder, key), value.to_string().as_bytes())
    }
}

fn path(folder: &Path, key: &str) -> PathBuf {
    folder.join("manifests").join(format!("{key}.json"))
}

fn broken_reference(id: &str, kind: Kind, what: &str) -> Error {
    let error =
        Error::new(format!("The reference solution of {id} does not pass its {} tests here: {what}", kind.name()));
    match kind {
        Kind::Hidden => error.advice("Mend the hidden tests, or see the page on grading for what they may do."),
        _ => error.advice("Nobody is graded before it does. `cargo course verify` says more."),
    }
}

/// The teacher's test files for an exercise: `DIR/02_parallel_sum/test_parallel_sum*.py`, where no other exercise's
/// name fits better.
pub(crate) fn hidden_tests(hidden: &Path, course: &Course, exercise_ref: ExerciseRef<'_>) -> Result<Vec<PathBuf>> {
    let folder = hidden.join(&exercise_ref.module.name);
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let module = course.modules.iter().find(|module| module.name == exercise_ref.module.name);
    let slugs: Vec<&str> =
        module.into_iter().flat_map(|module| &module.exercises).map(|exercise| exercise.slug.as_str()).collect();
    let mut found = Vec::new();
    for file in files::entries(&folder)? {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let Some(rest) = name.strip_prefix("test_").filter(|_| catalogue::is_python_test(&file)) else { continue };
        let best = slugs.iter().filter(|slug| rest.starts_with(**slug)).max_by_key(|slug| slug.len());
        match best {
            Some(slug) if *slug == exercise_ref.exercise.slug => found.push(file),
            Some(_) => {}
            None => {
                return Err(Error::new(format!(
                    "{} belongs to no exercise of {}.",
                    file.display(),
                    exercise_ref.module.name
                ))
                .advice(format!(
                    "Call it test_{}.py, or test_{0}_and_more.py.",
                    slugs.first().unwrap_or(&"exercise")
                )));
            }
        }
    }
    Ok(found)
}

/// Refuses a folder of hidden tests with tests that nobody would run: they would seem to count.
pub(crate) fn check_hidden(hidden: &Path, course: &Course) -> Result<()> {
    let mut found = false;
    refuse_conftest(hidden)?;
    for entry in files::entries(hidden)? {
        if entry.is_dir() {
            refuse_conftest(&entry)?;
        }
        let module =
            course.modules.iter().find(|module| entry.file_name().is_some_and(|name| name == module.name.as_str()));
        if let Some(module) = module {
            for exercise in &module.exercises {
                for test in hidden_tests(hidden, course, ExerciseRef { module, exercise })? {
                    refuse_soft(&test)?;
                    found = true;
                }
            }
        } else if catalogue::is_python_test(&entry)
            || (entry.is_dir() && files::entries(&entry)?.iter().any(|file| catalogue::is_python_test(file)))
        {
            let modules: Vec<&str> = course.modules.iter().map(|module| module.name.as_str()).collect();
            return Err(Error::new(format!("{} belongs to no module of the course.", entry.display()))
                .advice(format!("Hidden tests lie in a folder named as the module: {}.", modules.join(", "))));
        }
    }
    if found {
        Ok(())
    } else {
        Err(Error::new(format!("{} holds no hidden tests.", hidden.display()))
            .advice("They are files such as 02_parallel_sum/test_parallel_sum_more.py."))
    }
}

/// A soft test runs in the submission's own process, which would read the hidden file.
fn refuse_soft(test: &Path) -> Result<()> {
    if files::read(test)?.contains("mark.soft") {
        return Err(Error::new(format!("{} has tests that are marked soft.", test.display())).advice(
            "Those would run in one process with the submission, where nothing stays hidden. Leave the mark out: then \
             they are asked from outside.",
        ));
    }
    Ok(())
}

/// pytest is told to read no `conftest.py`: one in a folder above, where others may write, would decide about grades.
fn refuse_conftest(folder: &Path) -> Result<()> {
    let path = folder.join("conftest.py");
    if path.exists() {
        return Err(Error::new(format!("{} would not be read.", path.display()))
            .advice("Write the fixtures into the test files that use them, and remove it."));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(results: &[(&str, Status)]) -> SessionResult {
        SessionResult {
            tests: results
                .iter()
                .map(|(name, status)| {
                    (
                        (*name).to_owned(),
                        TestRun {
                            status: *status,
                            seconds: 0.0,
                            message: String::new(),
                            cut_short: false,
                            refused: false,
                            answers: BTreeMap::new(),
                        },
                    )
                })
                .collect(),
            order: results.iter().map(|(name, _)| (*name).to_owned()).collect(),
            ..SessionResult::default()
        }
    }

    fn without_work(solution: &SessionResult, stub: &SessionResult) -> Vec<bool> {
        let mut manifest = Manifest::default();
        manifest.note("1.a", Kind::Public, solution).unwrap();
        manifest.note_stub("1.a", Kind::Public, solution, stub);
        manifest.tests("1.a").iter().map(|test| test.without_work).collect()
    }

    #[test]
    fn a_test_that_the_stub_passes_needs_no_work() {
        let solution = run(&[("x", Status::Passed), ("y", Status::Passed)]);
        let stub = run(&[("x", Status::Failed), ("y", Status::Passed)]);
        assert_eq!(without_work(&solution, &stub), [false, true]);
    }

    #[test]
    fn a_test_in_which_the_solution_refuses_or_says_nothing_needs_no_work() {
        let names = ["refuses", "zero", "given", "works", "checks", "waits"].map(|name| (name, Status::Passed));
        let (mut solution, mut stub) = (run(&names), run(&names.map(|(name, _)| (name, Status::Failed))));
        let mut note = |name: &str, refused: bool, answers: &[(&str, bool)]| {
            let ran = solution.tests.get_mut(name).unwrap();
            ran.refused = refused;
            ran.answers = answers.iter().map(|(function, says)| ((*function).to_owned(), *says)).collect();
        };
        note("refuses", true, &[]);
        note("zero", false, &[("count", false)]);
        note("given", true, &[("_make", true)]);
        note("works", true, &[("_make", true), ("_read", true)]);
        note("checks", true, &[("count", true)]);
        note("waits", false, &[]);
        // One of the course's own functions makes the argument, another one calls the exercise.
        stub.tests.get_mut("waits").unwrap().answers =
            ["_make", "count"].map(|function| (function.to_owned(), true)).into();
        let without = without_work(&solution, &stub);
        assert_eq!(
            names.map(|(name, _)| name).into_iter().zip(without).collect::<BTreeMap<_, _>>(),
            BTreeMap::from([
                ("refuses", true),
                ("zero", true),
                ("given", true),
                ("works", false),
                ("checks", false),
                ("waits", false),
            ])
        );
    }

    #[test]
    fn tests_that_need_no_work_are_refused() {
        let mut manifest = Manifest::default();
        let tests = run(&[("x", Status::Passed), ("y", Status::Passed)]);
        manifest.note("1.a", Kind::Public, &tests).unwrap();
        manifest.note_stub("1.a", Kind::Public, &tests, &run(&[("x", Status::Passed)]));
        assert!(manifest.check_that_stub_fails("1.a").is_ok());
        manifest.note_stub("1.a", Kind::Public, &tests, &tests);
        assert!(manifest.check_that_stub_fails("1.a").is_err());
    }

    #[test]
    fn an_exercise_without_a_test_that_counts_grades_nobody() {
        let mut manifest = Manifest::default();
        manifest.note("1.a", Kind::Public, &run(&[])).unwrap();
        manifest.note("1.a", Kind::Soft, &run(&[("x", Status::Passed)])).unwrap();
        assert!(manifest.check_that_tests_count("1.a").is_err());
        manifest.note("1.a", Kind::Hidden, &run(&[("y", Status::Passed)])).unwrap();
        assert!(manifest.check_that_tests_count("1.a").is_ok());
        let folder = std::env::temp_dir().join(format!("manifest-{}", std::process::id()));
        manifest.save(&folder, "some").unwrap();
        assert_eq!(Manifest::load(&folder, "some"), Some(manifest));
        std::fs::write(path(&folder, "none"), r#"{"tests": {"1.a": []}, "compile_seconds": {}}"#).unwrap();
        assert_eq!(Manifest::load(&folder, "none"), None, "an exercise without tests");
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn the_time_of_the_compiler_is_kept_and_the_longest_counts() {
        let mut manifest = Manifest::default();
        manifest.note("1.a", Kind::Public, &run(&[("x", Status::Passed)])).unwrap();
        assert_eq!(manifest.compile_time("01_a"), Duration::ZERO);
        for milliseconds in [2_000, 31_250, 5_000] {
            manifest.note_compile_time("01_a", Duration::from_millis(milliseconds));
        }
        let folder = std::env::temp_dir().join(format!("manifest-times-{}", std::process::id()));
        manifest.save(&folder, "some").unwrap();
        let loaded = Manifest::load(&folder, "some").unwrap();
        assert_eq!(loaded.compile_time("01_a"), Duration::from_millis(31_250));
        assert_eq!(loaded, manifest);
        let older = r#"{"1.a": [{"name": "x", "kind": "public", "without_work": false}]}"#;
        let without_times = format!(r#"{{"tests": {older}}}"#);
        let wrong_time = format!(r#"{{"tests": {older}, "compile_seconds": {{"01_a": -1.0}}}}"#);
        for text in [older, &without_times, &wrong_time] {
            std::fs::write(path(&folder, "older"), text).unwrap();
            assert_eq!(Manifest::load(&folder, "older"), None, "made anew instead of {text}");
        }
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn what_is_skipped_is_worth_nothing() {
        let mut manifest = Manifest::default();
        manifest.note("1.a", Kind::Public, &run(&[("x", Status::Passed), ("y", Status::Skipped)])).unwrap();
        assert_eq!(manifest.tests("1.a").len(), 1);
    }

    #[test]
    fn a_soft_test_that_the_reference_fails_is_left_out() {
        let mut manifest = Manifest::default();
        manifest.note("1.a", Kind::Soft, &run(&[("x", Status::Passed), ("y", Status::Failed)])).unwrap();
        assert_eq!(manifest.tests("1.a").len(), 1);
    }

    #[test]
    fn a_reference_that_fails_stops_everything() {
        for status in [Status::Failed, Status::Crashed, Status::TimedOut, Status::NotRun, Status::Error] {
            assert!(Manifest::default().note("1.a", Kind::Public, &run(&[("x", status)])).is_err());
        }
        let mut missing = run(&[("x", Status::Passed)]);
        missing.order.push("y".to_owned());
        assert!(Manifest::default().note("1.a", Kind::Public, &missing).is_err());
    }
}
