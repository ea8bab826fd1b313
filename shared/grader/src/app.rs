//! From the command line to the exit status.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use course_core::catalogue::{Course, ExerciseRef};
use course_core::digest::Digest;
use course_core::{Error, Result, process, recipe, workspace};

use crate::class::ClassRun;
use crate::command_line::{self, Options, Source};
use crate::defence::Defence;
use crate::environment::Environment;
use crate::environment::readable::PrivateFolders;
use crate::exit_status::ExitStatus;
use crate::intake;
use crate::manifest;
use crate::reference_run;
use crate::report::{summary, write_reports};
use crate::submission::SubmissionGrader;

/// The program.
#[must_use]
pub fn main() -> ExitCode {
    if let Some(code) = recipe::record_if_asked() {
        return code;
    }
    let done = process::install_interrupt_handler()
        .map_err(|error| Error::new(format!("Cannot listen for Ctrl-C: {error}.")).caused_by(error))
        .and_then(|()| {
            let mut arguments = std::env::args_os().skip(1).peekable();
            let names_only = arguments.next_if(|argument| argument == command_line::NAME_MODULES).is_some();
            match command_line::parse(arguments)? {
                Some(options) if names_only => name_modules(&options),
                Some(options) => run(&options),
                None => {
                    print!("{}", command_line::help());
                    Ok(ExitStatus::Graded)
                }
            }
        });
    match done {
        Ok(status) => status.into(),
        Err(error) => {
            if !error.is_interrupted() {
                eprintln!("{error}");
            }
            ExitStatus::from(&error).into()
        }
    }
}

/// Prints the modules that would be graded, a line each: the runner sets these up before it hands over.
fn name_modules(options: &Options) -> Result<ExitStatus> {
    let course = Course::find()?;
    for module in course.modules_of(&select(&course, &options.ids)?) {
        println!("{}", module.name);
    }
    Ok(ExitStatus::Graded)
}

fn run(options: &Options) -> Result<ExitStatus> {
    let course = Course::find()?;
    let wanted = course.clone();
    let exercise_refs = select(&wanted, &options.ids)?;
    let modules = wanted.modules_of(&exercise_refs);
    let work = options.work.clone().unwrap_or_else(|| workspace::own_folder(&course.root).join("grade"));
    let work = absolute(&work)?;
    let hidden = options.hidden.as_deref().map(absolute).transpose()?;
    if let Some(hidden) = hidden.as_ref().filter(|hidden| !hidden.is_dir()) {
        return Err(Error::new(format!("There is no folder {} with hidden tests.", hidden.display())));
    }
    if let Some(hidden) = &hidden {
        manifest::check_hidden(hidden, &course)?;
    }
    check_source(&options.source)?;
    let jobs = options.jobs.unwrap_or_else(process::processors);
    let submissions_at_a_time = if matches!(options.source, Source::Class { .. }) { jobs } else { 1 };
    let private = private_folders(&course, &work, hidden.as_deref(), &options.source)?;
    let environment = Environment::prepare(course, &work, &modules, &options.without, submissions_at_a_time, &private)?;
    for sentence in &environment.not_enforced {
        eprintln!("NOT ENFORCED: {sentence}");
    }
    if options.strict && !environment.not_enforced.is_empty() {
        eprintln!("Nothing was graded: --require strict, and the jail is incomplete on this machine.");
        return Ok(ExitStatus::JailIncomplete);
    }
    let key = key(&environment, hidden.as_deref(), &options.without)?;
    let manifest = reference_run::manifest(&environment, &exercise_refs, hidden.as_deref(), &work, &key, jobs)?;
    let grader = SubmissionGrader {
        environment: &environment,
        manifest: &manifest,
        exercise_refs: &exercise_refs,
        hidden: hidden.as_deref(),
        seed: options.seed.unwrap_or_else(fresh_seed),
        shares: options.shares,
    };
    match &options.source {
        Source::One(folder) => {
            let folder = absolute(folder)?;
            let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let grade = grader.grade(&folder, &name, jobs)??;
            write_reports(&grade, &options.reports)?;
            eprintln!("{}", summary(&grade));
        }
        Source::Class { submissions, out } => {
            let class = ClassRun {
                grader,
                key: &key,
                fixed_seed: options.seed,
                reports: &options.reports,
                jobs,
                submissions: absolute(submissions)?,
                out: absolute(out)?,
            };
            class.run()?;
        }
    }
    Ok(ExitStatus::Graded)
}

fn select<'c>(course: &'c Course, ids: &[String]) -> Result<Vec<ExerciseRef<'c>>> {
    if ids.is_empty() {
        return Ok(course.exercises().collect());
    }
    let mut exercise_refs: Vec<ExerciseRef<'c>> = Vec::new();
    for id in ids {
        for exercise_ref in course.select(id)? {
            if !exercise_refs.iter().any(|known| known.exercise.id() == exercise_ref.id()) {
                exercise_refs.push(exercise_ref);
            }
        }
    }
    Ok(exercise_refs)
}

/// Refuses a source that cannot be graded, before anything is built.
fn check_source(source: &Source) -> Result<()> {
    match source {
        Source::One(folder) => intake::check_is_folder(folder),
        Source::Class { submissions, out } => {
            intake::check_is_folder(submissions)?;
            if absolute(out)?.starts_with(absolute(submissions)?) {
                return Err(Error::new(
                    "--out lies inside --submissions: the results would be taken for a student's work.",
                )
                .advice("Give a folder beside it."));
            }
            Ok(())
        }
    }
}

/// The folders that no program in the jail may read as a whole.
fn private_folders(course: &Course, work: &Path, hidden: Option<&Path>, source: &Source) -> Result<PrivateFolders> {
    let private = PrivateFolders::default().with("the course", &course.root).with("the grader's work folder", work);
    let private = match hidden {
        Some(hidden) => private.with("the hidden tests", hidden),
        None => private,
    };
    Ok(match source {
        Source::One(folder) => private.with("the submission", &absolute(folder)?),
        Source::Class { submissions, out } => {
            private.with("the submissions", &absolute(submissions)?).with("the results", &absolute(out)?)
        }
    })
}

fn absolute(path: &Path) -> Result<PathBuf> {
    std::path::absolute(path).map_err(|error| Error::file("find", path, error))
}

/// A key that changes with everything that decides which tests there are.
fn key(environment: &Environment, hidden: Option<&Path>, without: &[Defence]) -> Result<String> {
    let mut digest = Digest::new();
    digest.update(&environment.fingerprint);
    digest.update(without.iter().map(|defence| defence.name()).collect::<Vec<_>>().join(" "));
    // A grade from a machine with a weaker jail is not reused on one with a stronger jail.
    digest.update(environment.not_enforced.join("\n"));
    if let Some(hidden) = hidden {
        digest.update_with_files(hidden)?;
    }
    Ok(digest.finish())
}

/// A seed that no student can know beforehand, small enough for JSON readers that use floating-point numbers.
fn fresh_seed() -> u64 {
    RandomState::new().build_hasher().finish() >> 12
}
