//! From the command line to the exit status.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::SystemTime;

use course::catalogue::{Course, Place};
use course::fault::{Fault, Outcome};
use course::{files, process, workspace};
use sha2::{Digest as _, Sha256};

use crate::class;
use crate::grade::Grade;
use crate::intake;
use crate::manifest;
use crate::options::{self, Options, Source};
use crate::recipe;
use crate::reference;
use crate::report::{self, Classroom, Format, Report, line};
use crate::submission::Rules;
use crate::workshop::{self, Workshop};

/// Graded, whatever the score.
const GRADED: u8 = 0;

/// The grader could not do its work. Nothing is scored.
const COULD_NOT: u8 = 1;

/// `--require strict`, and something of the jail is missing.
const NOT_STRICT: u8 = 2;

/// The program.
pub(crate) fn main() -> ExitCode {
    if let Some(folder) = std::env::var_os(recipe::RECORD) {
        return recipe::record(Path::new(&folder), std::env::args_os().skip(1));
    }
    let done = process::install_interrupt_handler()
        .map_err(|error| Fault::new(format!("Cannot listen for Ctrl-C: {error}.")))
        .and_then(|()| options::parse(std::env::args_os().skip(1)))
        .and_then(|options| match options {
            Some(options) => run(&options),
            None => {
                print!("{}", options::HELP);
                Ok(GRADED)
            }
        });
    match done {
        Ok(code) => ExitCode::from(code),
        Err(fault) if fault.is_interrupted() => ExitCode::from(130),
        Err(fault) => {
            eprintln!("{fault}");
            ExitCode::from(COULD_NOT)
        }
    }
}

fn run(options: &Options) -> Outcome<u8> {
    let course = Course::find()?;
    let wanted = course.clone();
    let places = select(&wanted, &options.ids)?;
    let modules = intake::modules_of(&wanted, &places);
    let work = options.work.clone().unwrap_or_else(|| workspace::own_folder(&course.root).join("grade"));
    let work = absolute(&work)?;
    let hidden = options.hidden.as_deref().map(absolute).transpose()?;
    if let Some(hidden) = hidden.as_ref().filter(|hidden| !hidden.is_dir()) {
        return Err(Fault::new(format!("There is no folder {} with hidden tests.", hidden.display())));
    }
    if let Some(hidden) = &hidden {
        manifest::check_hidden(hidden, &course)?;
    }
    check_source(&options.source)?;
    let jobs = options.jobs.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from));
    let workshop = Workshop::prepare(course, &work, &modules, &options.without)?;
    for sentence in &workshop.not_enforced {
        eprintln!("NOT ENFORCED: {sentence}");
    }
    if options.strict && !workshop.not_enforced.is_empty() {
        eprintln!("Nothing was graded: --require strict, and the jail is incomplete on this machine.");
        return Ok(NOT_STRICT);
    }
    let key = key(&workshop, hidden.as_deref(), &options.without)?;
    let manifest = reference::manifest(&workshop, &places, hidden.as_deref(), &work, &key, jobs)?;
    let rules = Rules {
        workshop: &workshop,
        manifest: &manifest,
        places: &places,
        hidden: hidden.as_deref(),
        seed: options.seed.unwrap_or_else(fresh_seed),
        shares: options.shares,
    };
    match &options.source {
        Source::One(folder) => {
            let folder = absolute(folder)?;
            let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let grade = rules.grade(&folder, &name, jobs)??;
            write_reports(&grade, &options.reports)?;
            eprintln!("{}", summary(&grade));
        }
        Source::Class { submissions, out } => {
            let plan = class::Plan {
                rules,
                key: &key,
                fixed_seed: options.seed,
                reports: &options.reports,
                jobs,
                submissions: absolute(submissions)?,
                out: absolute(out)?,
            };
            plan.run()?;
        }
    }
    Ok(GRADED)
}

fn select<'c>(course: &'c Course, ids: &[String]) -> Outcome<Vec<Place<'c>>> {
    if ids.is_empty() {
        return Ok(course.places().collect());
    }
    let mut places: Vec<Place<'c>> = Vec::new();
    for id in ids {
        for place in course.select(id)? {
            if !places.iter().any(|known| known.exercise.id() == place.exercise.id()) {
                places.push(place);
            }
        }
    }
    Ok(places)
}

/// What can be said before anything is built.
fn check_source(source: &Source) -> Outcome<()> {
    match source {
        Source::One(folder) => intake::check_is_folder(folder),
        Source::Class { submissions, out } => {
            intake::check_is_folder(submissions)?;
            if absolute(out)?.starts_with(absolute(submissions)?) {
                return Err(Fault::new(
                    "--out lies inside --submissions: the results would be taken for a student's work.",
                )
                .mend("Give a folder beside it."));
            }
            Ok(())
        }
    }
}

fn absolute(path: &Path) -> Outcome<PathBuf> {
    std::path::absolute(path).map_err(|error| Fault::file("find", path, &error))
}

/// Changes with all that decides which tests there are.
fn key(workshop: &Workshop, hidden: Option<&Path>, without: &[String]) -> Outcome<String> {
    let mut hash = Sha256::new();
    hash.update(&workshop.fingerprint);
    hash.update(without.join(" "));
    // A grade from a machine with less of a jail does not count where there is more of it.
    hash.update(workshop.not_enforced.join("\n"));
    if let Some(hidden) = hidden {
        workshop::add(&mut hash, hidden)?;
    }
    Ok(workshop::hex(&hash.finalize()))
}

/// Nobody can know it beforehand. Small enough for every reader of numbers.
fn fresh_seed() -> u64 {
    RandomState::new().build_hasher().finish() >> 12
}

/// Writes what was asked for; the grade as Markdown to standard output where nothing was.
pub(crate) fn write_reports(grade: &Grade, reports: &[Report]) -> Outcome<()> {
    let classroom = classroom(reports)?;
    if reports.is_empty() {
        print!("{}", report::render(grade, Format::Markdown, &classroom));
    }
    for Report { format, file } in reports {
        let text = report::render(grade, *format, &classroom);
        match file {
            Some(file) if file != Path::new("-") => write_report(file, &text)?,
            _ => print!("{text}"),
        }
    }
    Ok(())
}

/// Replaces a file whole. A pipe or a device such as `/dev/null` is written to: to replace it would take it from everybody.
fn write_report(file: &Path, text: &str) -> Outcome<()> {
    if std::fs::metadata(file).is_ok_and(|about| !about.is_file() && !about.is_dir()) {
        std::fs::write(file, text).map_err(|error| Fault::file("write", file, &error))
    } else {
        files::write_atomically(file, text.as_bytes())
    }
}

/// Where a submission to Classroom 50 belongs, where that report was asked for.
pub(crate) fn classroom(reports: &[Report]) -> Outcome<Classroom> {
    if reports.iter().any(|report| report.format == Format::Classroom50) {
        Classroom::from_environment(|name| std::env::var(name).ok(), SystemTime::now()).map_err(Fault::new)
    } else {
        Ok(Classroom::default())
    }
}

/// One line about a grade.
pub(crate) fn summary(grade: &Grade) -> String {
    let passed = grade.tests().filter(|test| test.status == crate::grade::Status::Passed).count();
    format!(
        "{}: {} of {} points, {passed} of {} tests, {:.1} s, seed {}",
        line(&grade.submission.escape_debug().to_string(), 200),
        grade.score(),
        grade.max_score(),
        grade.tests().count(),
        grade.seconds,
        grade.seed
    )
}
