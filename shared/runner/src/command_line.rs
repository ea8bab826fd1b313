//! The command line: finds the command among those in [`crate::commands::ALL`] and reads the options that it takes.

use std::ffi::OsString;

use course_core::catalogue::Course;
use course_core::{Error, Result};
use lexopt::{Arg, Parser, ValueExt as _};

use crate::exit_status::ExitStatus;

/// A command of `cargo course`: all that is known about it, in one value. The help and the README's table are made of
/// these.
pub(crate) struct Command {
    pub(crate) name: &'static str,
    /// Its arguments as the help shows them, such as `[ID]… [--all]`.
    pub(crate) arguments: &'static str,
    /// Its description in the help; further lines stand below the first.
    pub(crate) summary: &'static str,
    pub(crate) takes: Takes,
}

/// The arguments that a command takes, and the function that makes something to run of them.
pub(crate) enum Takes {
    /// Words and these options.
    Options(&'static [CommandOption], fn(Arguments) -> Result<Invocation>),
    /// Anything: another program reads it.
    Anything(fn(Vec<OsString>) -> Invocation),
}

/// An option such as `--scale X`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CommandOption {
    /// Without the dashes.
    pub(crate) name: &'static str,
    pub(crate) value: Value,
}

/// Whether an option has a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Value {
    None,
    /// `--json` or `--json=FILE`.
    Optional,
    Required,
}

impl CommandOption {
    /// An option without a value.
    pub(crate) const fn flag(name: &'static str) -> Self {
        Self { name, value: Value::None }
    }
}

/// A command with its arguments, ready to run.
pub(crate) struct Invocation {
    /// The exercises and modules that it names.
    pub(crate) ids: Vec<String>,
    action: Box<dyn FnOnce() -> Result<ExitStatus>>,
}

impl Invocation {
    /// Runs on the course that the current folder lies in.
    pub(crate) fn new(ids: Vec<String>, action: impl FnOnce(&Course) -> Result<ExitStatus> + 'static) -> Self {
        Self { ids, action: Box::new(move || action(&Course::find()?)) }
    }

    /// Runs anywhere.
    pub(crate) fn anywhere(action: impl FnOnce() -> Result<ExitStatus> + 'static) -> Self {
        Self { ids: Vec::new(), action: Box::new(action) }
    }

    pub(crate) fn run(self) -> Result<ExitStatus> {
        (self.action)()
    }
}

/// The operands and options behind a command's name.
#[derive(Debug, Default)]
pub(crate) struct Arguments {
    command: &'static str,
    operands: Vec<String>,
    options: Vec<(&'static str, Option<OsString>)>,
}

impl Arguments {
    /// Whether an option is there.
    pub(crate) fn has(&self, option: &str) -> bool {
        self.options.iter().any(|(name, _)| *name == option)
    }

    /// The value of an option; the last one counts.
    pub(crate) fn value(&self, option: &str) -> Option<OsString> {
        self.options.iter().rev().find(|(name, _)| *name == option).and_then(|(_, value)| value.clone())
    }

    /// The value of an option as text.
    pub(crate) fn text(&self, option: &str) -> Result<Option<String>> {
        self.value(option).map(|value| value.string().map_err(usage_error)).transpose()
    }

    pub(crate) fn operands(&self) -> &[String] {
        &self.operands
    }

    /// The operands as IDs.
    pub(crate) fn ids(&self) -> Vec<String> {
        self.operands.clone()
    }

    /// The one ID, if there is any.
    pub(crate) fn one_id(&self) -> Result<Option<String>> {
        match self.operands.as_slice() {
            [] => Ok(None),
            [id] => Ok(Some(id.clone())),
            _ => Err(Error::new(format!("`{}` takes one ID.", self.command)).advice("`cargo course list` shows all.")),
        }
    }

    /// Refuses operands.
    pub(crate) fn no_operands(&self) -> Result<()> {
        match self.operands.first() {
            Some(word) => Err(Error::new(format!("`{}` takes no `{word}`.", self.command)).advice(SEE_COMMANDS)),
            None => Ok(()),
        }
    }

    /// Refuses the options that the command does not take.
    fn only(&self, allowed: &[CommandOption]) -> Result<()> {
        match self.options.iter().find(|(name, _)| !allowed.iter().any(|option| option.name == *name)) {
            Some((name, _)) => Err(Error::new(format!("This command has no option `--{name}`."))
                .advice("`cargo course --help` shows all options.")),
            None => Ok(()),
        }
    }
}

const SEE_COMMANDS: &str = "`cargo course --help` shows all commands.";

fn usage_error(error: lexopt::Error) -> Error {
    Error::new(format!("{error}.")).advice(SEE_COMMANDS).caused_by(error)
}

/// The request in a command line.
pub(crate) enum Request {
    Help,
    /// The README's table of commands.
    HelpForReadme,
    Version,
    /// No command: go on where the learner is.
    Start,
    Run(Invocation),
}

/// Reads the arguments that follow `cargo course`.
pub(crate) fn parse(commands: &[&Command], arguments: impl IntoIterator<Item = OsString>) -> Result<Request> {
    let mut arguments = arguments.into_iter().peekable();
    for command in commands {
        if let Takes::Anything(parse) = command.takes
            && arguments.next_if(|first| first == command.name).is_some()
        {
            return Ok(Request::Run(parse(arguments.collect())));
        }
    }
    let mut parser = Parser::from_args(arguments);
    let mut read = Arguments::default();
    while let Some(argument) = parser.next().map_err(usage_error)? {
        match argument {
            Arg::Short('h') | Arg::Long("help") => return Ok(Request::Help),
            Arg::Short('V') | Arg::Long("version") => return Ok(Request::Version),
            Arg::Value(word) => read.operands.push(word.string().map_err(usage_error)?),
            Arg::Long(name) => {
                let Some(option) = option_of_any(commands, name) else {
                    return Err(usage_error(argument.unexpected()));
                };
                let value = match option.value {
                    Value::None => None,
                    Value::Optional => parser.optional_value(),
                    Value::Required => Some(parser.value().map_err(usage_error)?),
                };
                read.options.push((option.name, value));
            }
            other => return Err(usage_error(other.unexpected())),
        }
    }
    find(commands, read)
}

/// Options may stand before the command, so the command cannot decide how an option is read.
fn option_of_any(commands: &[&Command], name: &str) -> Option<CommandOption> {
    let options = commands.iter().flat_map(|command| match command.takes {
        Takes::Options(options, _) => options,
        Takes::Anything(_) => &[],
    });
    options.copied().find(|option| option.name == name)
}

fn find(commands: &[&Command], mut arguments: Arguments) -> Result<Request> {
    if arguments.operands.is_empty() {
        return arguments.only(&[]).map(|()| Request::Start);
    }
    let name = arguments.operands.remove(0);
    if name == "help" {
        let for_readme = arguments.operands.first().is_some_and(|word| word == "readme");
        return Ok(if for_readme { Request::HelpForReadme } else { Request::Help });
    }
    match commands.iter().find(|command| command.name == name).map(|command| (command.name, &command.takes)) {
        Some((name, Takes::Options(options, parse))) => {
            arguments.command = name;
            arguments.only(options)?;
            parse(arguments).map(Request::Run)
        }
        _ => Err(unknown_command(commands, &name)),
    }
}

fn unknown_command(commands: &[&Command], name: &str) -> Error {
    let names = commands.iter().map(|command| command.name).chain(["help"]);
    let nearest = names.map(|known| (strsim::jaro_winkler(name, known), known)).max_by(|a, b| a.0.total_cmp(&b.0));
    let error = Error::new(format!("There is no command `{name}`."));
    match nearest {
        Some((likeness, known)) if likeness > 0.75 => error.advice(format!("Did you mean `cargo course {known}`?")),
        _ => error.advice(SEE_COMMANDS),
    }
}

/// The output of `cargo course --help`.
pub(crate) fn help(commands: &[&Command]) -> String {
    const WIDTH: usize = 28;
    let mut text = "\
Learn to speed up and harden Python with Rust, by building.

Usage: cargo course [COMMAND]

  cargo course                 set up if need be, then go on with the first unsolved exercise

"
    .to_owned();
    for command in commands {
        let usage = command.usage();
        let gap = if usage.chars().count() > WIDTH { "    " } else { " " };
        let summary = command.summary.replace('\n', &format!("\n{}", " ".repeat(WIDTH + 3)));
        text.push_str(&format!("  {usage:<WIDTH$}{gap}{summary}\n"));
    }
    text.push_str(
        "
ID: a module (02, 02_parallel_sum) or an exercise (02.parallel_sum, parallel_sum). Without one: the current exercise.

Environment: COURSE_PYTHON chooses the Python to set up with, COURSE_NO_UV=1 leaves uv aside, COURSE_POLL=1 watches by
polling (network folders, WSL), COURSE_EXAMPLES=N sets how many examples each property test tries, NO_COLOR=1 is kept.
Exit status: 0 done or passed, 1 not yet, 2 could not judge, 130 stopped; `grade --help` says what grade's mean.
",
    );
    text
}

/// The README's table of commands.
pub(crate) fn readme_table(commands: &[&Command]) -> String {
    let mut text = "\
| `cargo course …` | does |
| --- | --- |
| (nothing) | set up if need be, then go on with the first unsolved exercise |
"
    .to_owned();
    for command in commands {
        let usage = command.usage().split(" | ").map(|usage| format!("`{usage}`")).collect::<Vec<_>>().join(", ");
        let summary = command.summary.split_whitespace().collect::<Vec<_>>().join(" ");
        text.push_str(&format!("| {usage} | {summary} |\n"));
    }
    text
}

impl Command {
    /// Its name and arguments.
    fn usage(&self) -> String {
        format!("{} {}", self.name, self.arguments).trim_end().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::ALL;

    fn parsed(line: &str) -> Result<Request> {
        parse(ALL, line.split_whitespace().map(Into::into))
    }

    fn ids(line: &str) -> Vec<String> {
        match parsed(line) {
            Ok(Request::Run(invocation)) => invocation.ids,
            Ok(_) => panic!("{line:?} is no command"),
            Err(error) => panic!("{line:?}: {error}"),
        }
    }

    fn error(line: &str) -> String {
        match parsed(line) {
            Ok(_) => panic!("{line:?} is accepted"),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn commands_take_their_own_options_only() {
        assert!(matches!(parsed(""), Ok(Request::Start)));
        assert_eq!(ids("check 02 divide --json"), ["02", "divide"]);
        assert_eq!(ids("--json check 02 divide"), ["02", "divide"]);
        assert_eq!(ids("bench 02 --scale 0.5 --json=a.json --plot b.svg"), ["02"]);
        for line in
            ["list --plot x.svg", "bench --plot", "list --json", "hint 1 2", "reset", "new exercise within", "--all"]
        {
            error(line);
        }
        assert!(error("list --json").contains("no option `--json`"));
        assert!(error("doctor now").contains("`doctor` takes no `now`"));
    }

    #[test]
    fn a_typo_suggests_the_nearest_command() {
        assert!(error("chekc").contains("cargo course check"));
        assert!(error("halp").contains("cargo course help"));
    }

    #[test]
    fn options_of_the_same_name_are_read_alike() {
        let mut known: Vec<CommandOption> = Vec::new();
        for command in ALL {
            let Takes::Options(options, _) = command.takes else { continue };
            for option in options {
                let other = known.iter().find(|other| other.name == option.name);
                assert!(other.is_none_or(|other| other.value == option.value), "--{}", option.name);
                known.push(*option);
            }
        }
    }

    #[test]
    fn the_help_shows_every_command() {
        let help = help(ALL);
        for command in ALL {
            assert!(help.contains(&format!("\n  {}", command.usage())), "{}", command.name);
        }
        assert!(help.lines().all(|line| line.chars().count() <= 120), "{help}");
    }

    /// `cargo xtask sync` writes it.
    #[test]
    fn the_readme_shows_every_command() {
        let readme = concat!(env!("CARGO_MANIFEST_DIR"), "/../../README.md");
        let readme = std::fs::read_to_string(readme).unwrap().replace('\r', "");
        assert!(
            readme.contains(&readme_table(ALL)),
            "run `cargo xtask sync`: the README's table should be\n{}",
            readme_table(ALL)
        );
    }
}
