//! Grades a class: one folder for each student, several at a time; goes on where it was interrupted.

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use course_core::catalogue::Module;
use course_core::digest::Digest;
use course_core::files::ScratchFolder;
use course_core::process::CancellationToken;
use course_core::{Error, Result, files};
use indicatif::{ProgressBar, ProgressStyle};

use crate::grade::Grade;
use crate::intake;
use crate::parallel::in_parallel;
use crate::report::{self, Format, Report, classroom_of, summary};
use crate::submission::SubmissionGrader;
use crate::untrusted_text::line;

/// The internal report of each student, which the next run goes on from.
const RESULT: &str = "grade.json";

/// The digest of all that a student's grade depends on, to see whether it still is the same.
const KEY: &str = "grade.key";

/// Files beside the students' folders: the seed, everybody's points, and the submissions without a grade with the
/// reason.
const SEED: &str = "seed";
const GRADEBOOK: &str = "gradebook.csv";
const REASONS: &str = "not-graded.txt";

/// All that a run over a class needs.
#[derive(Debug)]
pub(crate) struct ClassRun<'c> {
    /// Grades each submission.
    pub(crate) grader: SubmissionGrader<'c>,
    /// Changes with the course and the tests.
    pub(crate) key: &'c str,
    /// The seed, where the teacher gave one.
    pub(crate) fixed_seed: Option<u64>,
    /// The reports to write for each student, by file name within the student's folder.
    pub(crate) reports: &'c [Report],
    /// Students at a time.
    pub(crate) jobs: usize,
    /// One folder for each student.
    pub(crate) submissions: PathBuf,
    /// The folder for the results.
    pub(crate) out: PathBuf,
}

/// The outcome for one student's folder.
enum Entry {
    Graded(Box<Grade>),
    /// The submission cannot be graded.
    Not(String, String),
    /// This machine could not grade it.
    Failed(String, String),
}

impl ClassRun<'_> {
    /// Grades everybody, writes each result as it comes and the gradebook at the end.
    pub(crate) fn run(mut self) -> Result<()> {
        let folders = self.folders()?;
        let folders = folders.iter().zip(result_names(&folders)).collect::<Vec<_>>();
        self.grader.seed = self.seed()?;
        let bar = progress_bar(folders.len());
        let output: Mutex<()> = Mutex::new(());
        let entries = in_parallel(self.jobs, &folders, |(folder, results)| {
            CancellationToken::default().check()?;
            let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let entry = self.one(folder, &name, &self.out.join(results))?;
            let _one_at_a_time = output.lock();
            bar.inc(1);
            bar.suspend(|| match &entry {
                Entry::Graded(grade) => eprintln!("{}", summary(grade)),
                Entry::Not(name, why) | Entry::Failed(name, why) => eprintln!("{}", not_graded(name, why)),
            });
            Ok(entry)
        })?;
        bar.finish_and_clear();
        self.write_gradebook(entries)
    }

    fn folders(&self) -> Result<Vec<PathBuf>> {
        let folders: Vec<PathBuf> = files::entries(&self.submissions)?
            .into_iter()
            .filter(|path| !intake::is_of_no_student(path.file_name().unwrap_or_default()))
            .collect();
        if folders.is_empty() {
            return Err(Error::new(format!("{} is empty.", self.submissions.display()))
                .advice("It should hold one folder for each student."));
        }
        Ok(folders)
    }

    /// The same for all students, and the same when an interrupted run goes on.
    fn seed(&self) -> Result<u64> {
        let path = self.out.join(SEED);
        if let Some(seed) = self.fixed_seed {
            return Ok(seed);
        }
        if let Some(seed) = std::fs::read_to_string(&path).ok().and_then(|text| text.trim().parse().ok()) {
            return Ok(seed);
        }
        files::write_atomically(&path, format!("{}\n", self.grader.seed).as_bytes())?;
        Ok(self.grader.seed)
    }

    fn one(&self, folder: &Path, name: &str, results: &Path) -> Result<Entry> {
        let key = self.key_of(folder)?;
        let earlier = std::fs::read_to_string(results.join(KEY)).is_ok_and(|old| old == key);
        if let Some(grade) = earlier
            .then(|| std::fs::read_to_string(results.join(RESULT)).ok())
            .flatten()
            .as_deref()
            .and_then(report::read_json)
        {
            return Ok(Entry::Graded(Box::new(grade)));
        }
        // The results there are of other files, and must not pass for the grade of these.
        self.remove(results);
        if !std::fs::symlink_metadata(folder).is_ok_and(|about| about.is_dir()) {
            return Ok(Entry::Not(name.to_owned(), "It is no folder. Unpack it first.".to_owned()));
        }
        // The next student has nothing to do with what went wrong here.
        match self.grader.grade(folder, name, 1) {
            Ok(Ok(grade)) => {
                self.write(&grade, results, &key)?;
                Ok(Entry::Graded(Box::new(grade)))
            }
            Ok(Err(error)) => Ok(Entry::Not(name.to_owned(), error.to_string())),
            Err(error) if error.is_interrupted() => Err(error),
            Err(error) => Ok(Entry::Failed(name.to_owned(), error.to_string())),
        }
    }

    /// Removes an earlier grade, the key first.
    fn remove(&self, results: &Path) {
        let reports = self.reports.iter().map(file_name);
        for name in [KEY, RESULT].map(PathBuf::from).into_iter().chain(reports) {
            let _ = std::fs::remove_file(results.join(name)); // Most often there is none.
        }
    }

    /// The result first, the key last: a result without its key is one that was being written.
    fn write(&self, grade: &Grade, results: &Path, key: &str) -> Result<()> {
        let classroom = classroom_of(self.reports)?;
        for report in self.reports {
            let text = report::render(grade, report.format, &classroom);
            let text = report::as_file(report.format, text);
            files::write_atomically(&results.join(file_name(report)), text.as_bytes())?;
        }
        files::write_atomically(&results.join(RESULT), report::render(grade, Format::Json, &classroom).as_bytes())?;
        files::write_atomically(&results.join(KEY), key.as_bytes())
    }

    /// Changes with anything that could change this student's grade.
    fn key_of(&self, folder: &Path) -> Result<String> {
        let mut digest = Digest::new();
        digest.update(self.key);
        digest.update(format!("{} {:?}", self.grader.seed, self.grader.shares));
        for exercise_ref in self.grader.exercise_refs {
            digest.update(exercise_ref.id());
        }
        for Report { format, file } in self.reports {
            digest.update(format!("{} {}", format.name(), file.as_deref().unwrap_or(Path::new("")).display()));
        }
        let course = &self.grader.environment.course;
        let modules: Vec<&Module> = course.modules_of(self.grader.exercise_refs);
        // The files that would be graded, and those that the report would list as ignored. So the key changes if a student
        // replaces a hard link by a copy.
        let tree = ScratchFolder::new(&self.grader.environment.scratch)?;
        match intake::take(folder, &modules, course, tree.path()) {
            Ok(intake) => {
                for file in &intake.taken {
                    digest.update(file.as_os_str().as_encoded_bytes());
                    digest.update_with_length(files::read(&tree.path().join(file))?.as_bytes());
                }
                digest.update(format!("{:?}", intake.ignored));
            }
            // No reason to end everybody's grading: grading will tell this student.
            Err(error) => digest.update(error.to_string()),
        }
        Ok(digest.finish())
    }

    fn write_gradebook(&self, entries: Vec<Entry>) -> Result<()> {
        let mut grades = Vec::new();
        let mut missing = String::new();
        let mut failed = 0;
        for entry in entries {
            failed += usize::from(matches!(entry, Entry::Failed(..)));
            match entry {
                Entry::Graded(grade) => grades.push(*grade),
                Entry::Not(name, why) | Entry::Failed(name, why) => {
                    missing.push_str(&not_graded(&name, &why));
                    missing.push('\n');
                }
            }
        }
        let gradebook = self.out.join(GRADEBOOK);
        let text = report::as_file(Format::Csv, report::gradebook(&grades));
        files::write_atomically(&gradebook, text.as_bytes())?;
        let reasons = self.out.join(REASONS);
        if missing.is_empty() {
            let _ = std::fs::remove_file(&reasons); // Of an earlier run; that it is not there is as well.
        } else {
            files::write_atomically(&reasons, missing.as_bytes())?;
        }
        let missing = missing.lines().count();
        eprintln!("{} graded, {missing} not graded. {}", grades.len(), gradebook.display());
        if failed > 0 {
            return Err(Error::new(format!(
                "{failed} could not be graded on this machine, through no fault of theirs."
            ))
            .advice(format!("{} says why. The same command goes on with them.", reasons.display())));
        }
        Ok(())
    }
}

/// A report's file name in each student's folder.
fn file_name(report: &Report) -> PathBuf {
    report.file.as_deref().and_then(Path::file_name).map_or_else(|| report.format.name().into(), PathBuf::from)
}

/// One line about a submission without a grade.
fn not_graded(name: &str, why: &str) -> String {
    line(&format!("{}: not graded. {why}", name.escape_debug()), 1000)
}

/// A student's folder of results: the name without signs that a shell or a terminal would choke on, and none of our own
/// files.
fn safe_name(folder: &Path) -> String {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    let plain = |sign: char| if sign.is_alphanumeric() || "-_.@+ ".contains(sign) { sign } else { '_' };
    let mut name: String = name.chars().map(plain).collect();
    if [SEED, GRADEBOOK, REASONS].contains(&name.as_str()) {
        name.push('_');
    }
    name
}

/// The folder of results of each student. If several have the same safe name, as `Müller` and `Möller` may if their letters
/// came in another encoding, each gets a part of its own that follows from its bytes.
fn result_names(folders: &[PathBuf]) -> Vec<String> {
    let names: Vec<String> = folders.iter().map(|folder| safe_name(folder)).collect();
    let is_unique = |name: &String| names.iter().filter(|other| *other == name).count() == 1;
    let with_own_part = folders.iter().zip(&names).map(|(folder, name)| {
        if is_unique(name) {
            return name.clone();
        }
        let mut digest = Digest::new();
        digest.update(folder.file_name().unwrap_or_default().as_encoded_bytes());
        format!("{name}~{}", digest.finish().chars().take(8).collect::<String>())
    });
    with_own_part.collect()
}

fn progress_bar(count: usize) -> ProgressBar {
    let bar = ProgressBar::new(count as u64);
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos} of {len} submissions, {eta} left") {
        bar.set_style(style);
    }
    bar
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_student_has_results_of_their_own() {
        use std::os::unix::ffi::OsStrExt as _;
        let names: [&[u8]; 4] = [b"M\xfcller", b"M\xf6ller", b"Ann", "Müller".as_bytes()];
        let folders = names.map(|name| Path::new("class").join(std::ffi::OsStr::from_bytes(name)));
        let found = result_names(&folders);
        assert_eq!(found[2..], ["Ann", "Müller"]);
        assert!(
            found[0].starts_with("M_ller~") && found[1].starts_with("M_ller~") && found[0] != found[1],
            "{found:?}"
        );
        assert_eq!(result_names(&folders[1..]), ["M_ller", "Ann", "Müller"]);
    }

    #[test]
    fn no_student_has_the_name_of_a_result() {
        for (name, expected) in [
            ("Ann-1", "Ann-1"),
            ("a\nb:c", "a_b_c"),
            ("seed", "seed_"),
            ("gradebook.csv", "gradebook.csv_"),
            ("not-graded.txt", "not-graded.txt_"),
        ] {
            assert_eq!(safe_name(&Path::new("class").join(name)), expected);
        }
    }
}
