//! The command line of `cargo course grade`.

use std::ffi::OsString;
use std::path::PathBuf;

use course_core::{Error, Result};
use lexopt::{Arg, Parser, ValueExt as _};

use crate::defence::Defence;
use crate::report::{Format, Report};
use crate::score::Shares;

/// The output of `--help`.
pub(crate) fn help() -> String {
    let (formats, defences) = (Format::names(), Defence::names());
    format!(
        "\
cargo course grade: grades native code without trusting it. Runs on Linux; on other systems much of the jail is missing,
and every report says so.

  grade --submission DIR [ID…]        one submission: the whole course, or these modules and exercises
  grade --submissions DIR --out DIR   a class: one folder for each student; goes on where it was interrupted

  --report FORMAT=FILE   {formats};
                         without =FILE to standard output; repeat for more (for a class: into each student's folder of
                         --out)
  --hidden DIR           your own tests, DIR/02_parallel_sum/test_parallel_sum_*.py; never shown to the submission
  --seed N               draw the inputs of property tests from this; otherwise from a new one, which reports name
  --hidden-share PERCENT points of an exercise for your own tests, where it has some [each test counts alike]
  --soft-share PERCENT   points for what only shows inside the submission's process, and can be forged there [0]
  --require strict       exit 2 unless the whole jail holds on this machine
  --jobs N               submissions (or exercises of one) at a time [the number of processors]
  --work DIR             where to build [.course/grade in the course]
  --without MECHANISM    leave out a defence, to see what it is good for:
                         {defences}

Exit: 0 graded, whatever the score; 1 the grader could not do its work, nothing is scored; 2 the jail is incomplete;
130 stopped.
"
    )
}

/// In front of all others: only name the modules that would be graded. For the runner.
pub(crate) const NAME_MODULES: &str = "--name-modules";

/// The options of a run.
#[derive(Debug, Clone)]
pub(crate) struct Options {
    /// One submission, or a folder of them.
    pub(crate) source: Source,
    /// Modules and exercises; empty for all.
    pub(crate) ids: Vec<String>,
    /// The reports to write, each with its file.
    pub(crate) reports: Vec<Report>,
    /// The teacher's tests.
    pub(crate) hidden: Option<PathBuf>,
    /// Given or drawn.
    pub(crate) seed: Option<u64>,
    /// For which tests.
    pub(crate) shares: Shares,
    /// Whether a missing mechanism is an error.
    pub(crate) strict: bool,
    /// At a time.
    pub(crate) jobs: Option<usize>,
    /// The folder to build in.
    pub(crate) work: Option<PathBuf>,
    /// Defences to leave out.
    pub(crate) without: Vec<Defence>,
}

/// The submissions to grade.
#[derive(Debug, Clone)]
pub(crate) enum Source {
    /// One student's folder.
    One(PathBuf),
    /// A folder of such folders, and the folder for the results.
    Class {
        /// One folder for each student.
        submissions: PathBuf,
        /// One folder of results for each, and the gradebook.
        out: PathBuf,
    },
}

/// Reads the command line; `None` is a request for help.
pub(crate) fn parse(arguments: impl Iterator<Item = OsString>) -> Result<Option<Options>> {
    read(arguments).map_err(|error| {
        Error::new(format!("cargo course grade: {error}."))
            .advice("`cargo course grade --help` shows what there is.")
            .caused_by(error)
    })
}

fn read(arguments: impl Iterator<Item = OsString>) -> Result<Option<Options>, lexopt::Error> {
    let (mut submission, mut submissions, mut out) = (None, None, None);
    let mut options = Options {
        source: Source::One(PathBuf::new()),
        ids: Vec::new(),
        reports: Vec::new(),
        hidden: None,
        seed: None,
        shares: Shares::default(),
        strict: false,
        jobs: None,
        work: None,
        without: Vec::new(),
    };
    let mut parser = Parser::from_args(arguments);
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Long("help") | Arg::Short('h') => return Ok(None),
            Arg::Long("submission") => submission = Some(PathBuf::from(parser.value()?)),
            Arg::Long("submissions") => submissions = Some(PathBuf::from(parser.value()?)),
            Arg::Long("out") => out = Some(PathBuf::from(parser.value()?)),
            Arg::Long("report") => options.reports.push(Report::parse(&parser.value()?.string()?)?),
            Arg::Long("hidden") => options.hidden = Some(parser.value()?.into()),
            Arg::Long("seed") => options.seed = Some(parser.value()?.parse()?),
            Arg::Long("soft-share") => options.shares.soft = parser.value()?.parse_with(percentage)?,
            Arg::Long("hidden-share") => options.shares.hidden = Some(parser.value()?.parse_with(percentage)?),
            Arg::Long("require") => match parser.value()?.string()?.as_str() {
                "strict" => options.strict = true,
                other => return Err(format!("--require knows `strict` only, not `{other}`").into()),
            },
            Arg::Long("jobs") => options.jobs = Some(parser.value()?.parse_with(at_least_one)?),
            Arg::Long("work") => options.work = Some(parser.value()?.into()),
            Arg::Long("without") => {
                let defence = parser.value()?.string()?;
                options.without.push(defence.parse()?);
            }
            Arg::Value(id) => options.ids.push(id.string()?),
            _ => return Err(argument.unexpected()),
        }
    }
    if options.shares.hidden.is_some() && options.hidden.is_none() {
        return Err("--hidden-share is for the tests of --hidden DIR".into());
    }
    options.source = match (submission, submissions, out) {
        (Some(folder), None, None) => Source::One(folder),
        (None, Some(submissions), Some(out)) => Source::Class { submissions, out },
        (None, Some(_), None) => return Err("--submissions needs --out DIR for the results".into()),
        (Some(_), _, Some(_)) => return Err("--out goes with --submissions; --report says where one grade goes".into()),
        _ => return Err("give --submission DIR or --submissions DIR, one of the two".into()),
    };
    Ok(Some(options))
}

fn percentage(text: &str) -> Result<u8, String> {
    text.parse().ok().filter(|percent| *percent <= 100).ok_or_else(|| "a percentage is 0 to 100".to_owned())
}

fn at_least_one(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|count| *count > 0).ok_or_else(|| "a number from 1 up is needed".to_owned())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn parsed(line: &str) -> Result<Option<Options>> {
        parse(line.split_whitespace().map(OsString::from))
    }

    #[test]
    fn one_submission() {
        let options = parsed("--submission a 02 --report json=out.json --seed 7 --require strict").unwrap().unwrap();
        assert!(matches!(options.source, Source::One(path) if path == Path::new("a")));
        assert_eq!(options.ids, ["02"]);
        assert_eq!((options.seed, options.strict, options.shares), (Some(7), true, Shares::default()));
        let options = parsed("--submission a --hidden b --hidden-share 60 --soft-share 5").unwrap().unwrap();
        assert_eq!(options.shares, Shares { soft: 5, hidden: Some(60) });
    }

    #[test]
    fn a_class_needs_a_place_for_its_results() {
        assert!(parsed("--submissions a").is_err());
        assert!(parsed("--submissions a --out b").unwrap().is_some());
    }

    #[test]
    fn refuses_what_it_does_not_know() {
        for line in [
            "",
            "--submission a --submissions b --out c",
            "--submission a --report yaml=x",
            "--submission a --report json=",
            "--submission a --soft-share 101",
            "--submission a --hidden-share 101",
            "--submission a --hidden-share 60",
            "--submission a --require lax",
            "--submission a --jobs 0",
            "--submission a --without hope",
        ] {
            let said = parsed(line).unwrap_err().to_string();
            assert!(!said.contains(".."), "one full stop is enough: {said}");
        }
    }
}
