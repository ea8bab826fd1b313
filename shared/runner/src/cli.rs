//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;

use lexopt::{Arg, Parser, ValueExt as _};

use crate::fault::{Fault, Outcome};

/// What `cargo course --help` prints.
pub(crate) const HELP: &str = "\
Learn to speed up and harden Python with Rust, by building.

Usage: cargo course [COMMAND]

  cargo course                 set up if need be, then go on with the first unsolved exercise

  setup                        make this machine ready; may be repeated at any time
  doctor                       what this machine has, what is missing, and what mends it
  list                         modules and exercises, and how far you are
  check [ID]… [--all] [--json] build, run the tests, print the verdict
  watch [ID] [--poll]          check again at every save; keys for everything else
  hint [ID]                    the next hint of three
  solution [ID] [--reveal]     the solution beside your file, as a diff
  reset ID [--module]          the stub again; your file is kept as a backup
  bench [ID] [--scale X]       the module's benchmark: yours, the solution, Python and others;
                               --plot FILE draws it as SVG, --json=FILE records it
  verify [ID]… [--thorough]    the course's own tests: solutions pass, stubs fail, lessons hold
  grade --submission DIR …     a grade that can be trusted; for a class too (grade --help)
  new module NAME | new exercise MODULE.NAME    scaffold, for authors

ID: a module (02, 02_parallel_sum) or an exercise (02.parallel_sum, parallel_sum). Without one: the current exercise.

Environment: COURSE_PYTHON chooses the Python to set up with, COURSE_NO_UV=1 leaves uv aside, COURSE_POLL=1 watches by
polling (network folders, WSL), COURSE_EXAMPLES=N sets how many examples each property test tries, NO_COLOR=1 is kept.
Exit status: 0 done or passed, 1 not yet, 2 could not judge.
";

/// A command with its options.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Command {
    Start,
    Help,
    Version,
    Setup,
    Doctor,
    List,
    Check { ids: Vec<String>, all: bool, json: bool },
    Watch { id: Option<String>, poll: bool },
    Hint { id: Option<String> },
    Solution { id: Option<String>, reveal: bool },
    Reset { id: String, whole_module: bool },
    Bench { id: Option<String>, scale: String, json: Option<PathBuf>, plot: Option<PathBuf> },
    Verify { ids: Vec<String>, thorough: bool },
    Grade { arguments: Vec<OsString> },
    NewModule { name: String },
    NewExercise { module: String, name: String },
}

impl Command {
    /// The exercises and modules that it names.
    pub(crate) fn ids(&self) -> Vec<&str> {
        match self {
            Self::Check { ids, .. } | Self::Verify { ids, .. } => ids.iter().map(String::as_str).collect(),
            Self::Watch { id, .. } | Self::Hint { id } | Self::Solution { id, .. } | Self::Bench { id, .. } => {
                id.as_deref().into_iter().collect()
            }
            Self::Reset { id, .. } => vec![id],
            _ => Vec::new(),
        }
    }
}

const COMMANDS: [&str; 13] = [
    "setup", "doctor", "list", "check", "watch", "hint", "solution", "reset", "bench", "verify", "grade", "new", "help",
];

/// Everything that may stand on the line, before it is known which command takes it.
#[derive(Debug, Default)]
struct Line {
    words: Vec<String>,
    all: bool,
    json: bool,
    json_file: Option<PathBuf>,
    poll: bool,
    reveal: bool,
    module: bool,
    thorough: bool,
    scale: Option<String>,
    plot: Option<PathBuf>,
}

/// Reads the arguments that follow `cargo course`.
pub(crate) fn parse(arguments: impl IntoIterator<Item = OsString>) -> Outcome<Command> {
    let mut arguments = arguments.into_iter().peekable();
    if arguments.next_if(|first| first == "grade").is_some() {
        return Ok(Command::Grade { arguments: arguments.collect() }); // The grader reads its own.
    }
    let mut parser = Parser::from_args(arguments);
    let mut line = Line::default();
    while let Some(argument) = parser.next().map_err(usage)? {
        match argument {
            Arg::Short('h') | Arg::Long("help") => return Ok(Command::Help),
            Arg::Short('V') | Arg::Long("version") => return Ok(Command::Version),
            Arg::Value(word) => line.words.push(word.string().map_err(usage)?),
            Arg::Long("all") => line.all = true,
            // `check --json` writes to standard output; `bench --json=FILE` to a file.
            Arg::Long("json") => {
                line.json_file = parser.optional_value().map(PathBuf::from);
                line.json = true;
            }
            Arg::Long("poll") => line.poll = true,
            Arg::Long("reveal") => line.reveal = true,
            Arg::Long("module") => line.module = true,
            Arg::Long("thorough") => line.thorough = true,
            Arg::Long("scale") => line.scale = Some(parser.value().and_then(|value| value.string()).map_err(usage)?),
            Arg::Long("plot") => line.plot = Some(parser.value().map_err(usage)?.into()),
            other => return Err(usage(other.unexpected())),
        }
    }
    line.into_command()
}

fn usage(error: lexopt::Error) -> Fault {
    Fault::new(format!("{error}.")).mend("`cargo course --help` shows all commands.")
}

impl Line {
    fn into_command(mut self) -> Outcome<Command> {
        if self.words.is_empty() {
            return self.only(&[]).map(|()| Command::Start);
        }
        let command = self.words.remove(0);
        match command.as_str() {
            "help" => Ok(Command::Help),
            "setup" => self.only(&[]).and_then(|()| self.no_words("setup")).map(|()| Command::Setup),
            "doctor" => self.only(&[]).and_then(|()| self.no_words("doctor")).map(|()| Command::Doctor),
            "list" => self.only(&[]).and_then(|()| self.no_words("list")).map(|()| Command::List),
            "check" => self.only(&["--all", "--json"]).map(|()| Command::Check {
                ids: self.words,
                all: self.all,
                json: self.json,
            }),
            "watch" => {
                self.only(&["--poll"]).and_then(|()| Ok(Command::Watch { poll: self.poll, id: self.one_id("watch")? }))
            }
            "hint" => self.only(&[]).and_then(|()| Ok(Command::Hint { id: self.one_id("hint")? })),
            "solution" => self
                .only(&["--reveal"])
                .and_then(|()| Ok(Command::Solution { reveal: self.reveal, id: self.one_id("solution")? })),
            "reset" => self.only(&["--module"]).and_then(|()| {
                let whole_module = self.module;
                match self.one_id("reset")? {
                    Some(id) => Ok(Command::Reset { id, whole_module }),
                    None => Err(Fault::new("`reset` needs to know which exercise.")
                        .mend("For example: `cargo course reset 01.divide`.")),
                }
            }),
            "bench" => self.only(&["--scale", "--json", "--plot"]).and_then(|()| {
                let scale = self.scale.take().unwrap_or_else(|| "1".to_owned());
                let (json, plot) = (self.json_file.take(), self.plot.take());
                Ok(Command::Bench { scale, json, plot, id: self.one_id("bench")? })
            }),
            "verify" => {
                self.only(&["--thorough"]).map(|()| Command::Verify { ids: self.words, thorough: self.thorough })
            }
            "new" => self.only(&[]).and_then(|()| self.into_new()),
            other => Err(unknown_command(other)),
        }
    }

    fn into_new(self) -> Outcome<Command> {
        let fault = || {
            Fault::new("`new` takes `module NAME` or `exercise MODULE.NAME`.")
                .mend("For example: `cargo course new module 08_nearest_distances`, then `cargo course new exercise 08.within`.")
        };
        match self.words.as_slice() {
            [kind, name] if kind == "module" => Ok(Command::NewModule { name: name.clone() }),
            [kind, name] if kind == "exercise" => {
                let (module, name) = name.split_once('.').ok_or_else(fault)?;
                Ok(Command::NewExercise { module: module.to_owned(), name: name.to_owned() })
            }
            _ => Err(fault()),
        }
    }

    /// Refuses the options that this command does not take.
    fn only(&self, allowed: &[&str]) -> Outcome<()> {
        let given = [
            ("--all", self.all),
            ("--json", self.json),
            ("--poll", self.poll),
            ("--reveal", self.reveal),
            ("--module", self.module),
            ("--thorough", self.thorough),
            ("--scale", self.scale.is_some()),
            ("--plot", self.plot.is_some()),
        ];
        match given.into_iter().find(|(name, given)| *given && !allowed.contains(name)) {
            Some((name, _)) => Err(Fault::new(format!("This command has no option `{name}`."))
                .mend("`cargo course --help` shows all options.")),
            None => Ok(()),
        }
    }

    fn no_words(&self, command: &str) -> Outcome<()> {
        match self.words.first() {
            Some(word) => {
                Err(Fault::new(format!("`{command}` takes no `{word}`."))
                    .mend("`cargo course --help` shows all commands."))
            }
            None => Ok(()),
        }
    }

    fn one_id(mut self, command: &str) -> Outcome<Option<String>> {
        match self.words.len() {
            0 | 1 => Ok(self.words.pop()),
            _ => Err(Fault::new(format!("`{command}` takes one ID.")).mend("`cargo course list` shows all.")),
        }
    }
}

fn unknown_command(given: &str) -> Fault {
    let nearest =
        COMMANDS.into_iter().map(|name| (strsim::jaro_winkler(given, name), name)).max_by(|a, b| a.0.total_cmp(&b.0));
    let fault = Fault::new(format!("There is no command `{given}`."));
    match nearest {
        Some((likeness, name)) if likeness > 0.75 => fault.mend(format!("Did you mean `cargo course {name}`?")),
        _ => fault.mend("`cargo course --help` shows all commands."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Outcome<Command> {
        parse(line.split_whitespace().map(Into::into))
    }

    #[test]
    fn commands_take_their_own_options_only() {
        assert_eq!(parsed("").ok(), Some(Command::Start));
        let check = Command::Check { ids: vec!["02".to_owned(), "divide".to_owned()], all: false, json: true };
        assert_eq!(parsed("check 02 divide --json").ok(), Some(check));
        let bench = Command::Bench {
            id: Some("02".to_owned()),
            scale: "0.5".to_owned(),
            json: Some("a.json".into()),
            plot: Some("b.svg".into()),
        };
        assert_eq!(parsed("bench 02 --scale 0.5 --json=a.json --plot b.svg").ok(), Some(bench));
        assert!(parsed("list --plot x.svg").is_err());
        assert!(parsed("bench --plot").is_err());
        assert!(parsed("list --json").is_err());
        assert!(parsed("hint 1 2").is_err());
        assert!(parsed("reset").is_err());
        assert!(parsed("new exercise within").is_err());
    }

    #[test]
    fn a_typo_suggests_the_nearest_command() {
        let fault = parsed("chekc").unwrap_err().to_string();
        assert!(fault.contains("cargo course check"), "{fault}");
    }
}
